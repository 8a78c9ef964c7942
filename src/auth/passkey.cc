#include "auth/passkey.h"

#include <algorithm>
#include <array>

#include "base/limits_sign_in.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "crypto/web_authn.h"

namespace qianxian::auth {
namespace {

constexpr size_t kHostBytes = 253;         // RFC 1035 §2.3.4, without the last dot
constexpr std::array<std::string_view, 6> kTransports = {"usb", "nfc", "ble", "smart-card", "hybrid", "internal"};

// As browsers decide it (WHATWG URL, "ends in a number"): also 127.1 and 0x7f.1.
bool IsNumber(std::string_view host) {
  if (host.empty() || host.front() == '[') return true;
  const std::string_view last = Split(host, '.').back();
  return last.find_first_not_of("0123456789") == std::string_view::npos || StartsWith(last, "0x");
}

bool IsHostName(std::string_view host) {
  return host.size() <= kHostBytes && host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == std::string_view::npos;
}

}  // namespace

Result<Site> SiteOf(std::string_view address) {
  const std::string lower = ToLowerAscii(address);
  const bool is_https = StartsWith(lower, "https://");
  const size_t begin = lower.find("://");
  const std::string_view rest = begin == std::string::npos ? std::string_view() : std::string_view(lower).substr(begin + 3);
  const size_t colon = StartsWith(rest, "[") ? rest.find(':', rest.find(']')) : rest.find(':');
  std::string_view host = rest.substr(0, colon), port = colon == std::string_view::npos ? std::string_view() : rest.substr(colon);
  if (IsNumber(host) || !IsHostName(host)) {
    return Invalid("passkey-address", "passkeys belong to a name: open this page by its host name, not by the number of the server", "通行密钥只能绑定域名：请用域名而不是 IP 地址打开本页");
  }
  if (!is_https && host != "localhost" && !EndsWith(host, ".localhost")) {
    return Invalid("passkey-https", "passkeys need https: open this page by https", "通行密钥需要 https：请用 https 打开本页");
  }
  if (port == ":" || port == (is_https ? ":443" : ":80")) port = {};
  return Site{std::string(host), (is_https ? "https://" : "http://") + std::string(host) + std::string(port)};
}

void PasskeyChallenges::Keep(const std::string& session_id, PasskeyWork work, PasskeyChallenge challenge, Instant now) {
  auto kept = kept_.Lock();
  if (kept->size() >= limits::kPasskeyChallenges) {
    std::erase_if(*kept, [&](const auto& each) { return now >= each.second.until; });
    if (kept->size() >= limits::kPasskeyChallenges) kept->clear();   // whoever waits tries again
  }
  (*kept)[{session_id, work}] = std::move(challenge);
}

std::optional<PasskeyChallenge> PasskeyChallenges::Take(const std::string& session_id, PasskeyWork work, Instant now) {
  auto kept = kept_.Lock();
  const auto found = kept->find({session_id, work});
  if (found == kept->end()) return std::nullopt;
  PasskeyChallenge challenge = std::move(found->second);
  kept->erase(found);
  if (now >= challenge.until) return std::nullopt;
  return challenge;
}

Status UsePasskey(SecondFactor& factor, const PasskeyAnswer& answer, const PasskeyChallenge& challenge, Instant now) {
  // §7.2 steps 5 to 7: the person is known by the password, so the passkey must be one of that account.
  const auto found = std::find_if(factor.passkeys.begin(), factor.passkeys.end(),
                                  [&](const Passkey& each) { return each.id == answer.credential && each.site == challenge.site.id; });
  if (found == factor.passkeys.end() || (!answer.handle.empty() && answer.handle != factor.handle)) {
    return Invalid("unknown-passkey", "this passkey is none of this account", "这不是该账号的通行密钥");
  }
  const crypto::PasskeyRules rules{challenge.bytes, challenge.site.origin, challenge.site.id, false};
  QX_TRY(found->counter, crypto::CheckAssertion({answer.client_data, answer.authenticator_data, answer.signature}, found->public_key, found->counter, rules));
  found->last_used = now;
  return Ok();
}

Result<std::string> CleanPasskeyName(std::string_view name) {
  const std::string_view clean = TrimUnicode(name);
  size_t characters = 0;
  for (size_t position = 0; position < clean.size(); ++characters) NextCodePoint(clean, position);
  if (characters < 1 || characters > limits::kPasskeyNameCharacters || !IsValidUtf8(clean) || HasControlCharacters(clean)) {
    const std::string most = std::to_string(limits::kPasskeyNameCharacters);
    return Invalid("bad-passkey-name", "the name of a passkey has 1 to " + most + " characters", "通行密钥的名称应为 1 至 " + most + " 个字符");
  }
  return std::string(clean);
}

std::vector<std::string> KnownTransports(const std::vector<std::string>& said) {
  std::vector<std::string> known;
  for (std::string_view each : kTransports) {
    if (std::find(said.begin(), said.end(), each) != said.end()) known.emplace_back(each);
  }
  return known;
}

}  // namespace qianxian::auth
