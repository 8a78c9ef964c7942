#include "app/certificate_notice.h"

#include "base/limits_tls.h"

namespace qianxian::app {

std::string CertificateNotice(const http::Certificate& certificate, Instant now) {
  const std::string until = FormatLocalTime(certificate.valid_until);
  const std::string name = certificate.name.empty() ? "" : " " + certificate.name;
  if (now > certificate.valid_until) {
    return "警告：证书" + name + " 已于 " + until + " 过期，浏览器将拒绝访问 · THE CERTIFICATE HAS EXPIRED: browsers refuse it";
  }
  if (now < certificate.valid_from) {
    return "警告：证书" + name + " 自 " + FormatLocalTime(certificate.valid_from) + " 起才有效，请核对本机时钟 · THE CERTIFICATE IS NOT VALID YET: is this clock right?";
  }
  const int64_t days = (certificate.valid_until.microseconds - now.microseconds) / kDayMicroseconds;
  const std::string text = "证书" + name + " 有效期至 " + until + " · certificate valid until then";
  if (days >= limits::kTlsExpiryDays) return text;
  return text + "\n警告：仅剩 " + std::to_string(days) + " 天，请更换后发送 SIGHUP · ONLY " + std::to_string(days) + " DAYS LEFT: renew it, then send SIGHUP";
}

}  // namespace qianxian::app
