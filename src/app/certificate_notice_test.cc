#include "app/certificate_notice.h"

#include <gtest/gtest.h>

#include "base/limits_tls.h"

namespace qianxian::app {
namespace {

TEST(CertificateNotice, WarnsInTime) {
  const http::Certificate certificate{"his.county.example", Instant{0}, Instant{100 * kDayMicroseconds}};
  auto notice = [&](int64_t days) { return CertificateNotice(certificate, Instant{days * kDayMicroseconds}); };
  EXPECT_EQ(notice(1), "证书 his.county.example 有效期至 1970-04-11 08:00:00 · certificate valid until then");
  EXPECT_EQ(notice(100 - limits::kTlsExpiryDays).find("ONLY"), std::string::npos);
  EXPECT_NE(notice(101 - limits::kTlsExpiryDays).find("ONLY 13 DAYS LEFT"), std::string::npos);
  EXPECT_NE(notice(101).find("EXPIRED"), std::string::npos);
  EXPECT_NE(notice(-1).find("NOT VALID YET"), std::string::npos);
}

}  // namespace
}  // namespace qianxian::app
