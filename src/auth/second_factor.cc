#include "auth/second_factor.h"

#include <algorithm>

#include "base/limits_sign_in.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "crypto/one_time_code.h"

namespace qianxian::auth {
namespace {

constexpr int64_t kStep = int64_t{limits::kCodeStepSeconds} * 1'000'000;

// As people type: full-width digits, groups, capitals.
std::string Plain(std::string_view code) {
  std::string plain;
  for (char sign : ToLowerAscii(ToHalfWidth(code))) {
    if (sign != ' ' && sign != '-' && sign != '\t' && sign != '\n' && sign != '\r') plain += sign;
  }
  return plain;
}

bool IsTimeCode(std::string_view plain) {
  return plain.size() == size_t{limits::kCodeDigits} && plain.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string Escaped(std::string_view text) {   // RFC 3986 §2.3
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (unsigned char byte : text) {
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' ||
                       byte == '_' || byte == '~';
    if (plain) out += static_cast<char>(byte);
    else out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
  }
  return out;
}

}  // namespace

std::string NewCodeSecret(Random& random) {
  std::string secret(limits::kCodeSecretBytes, '\0');
  random.Fill(secret.data(), secret.size());
  return secret;
}

std::string CodeUri(std::string_view user, std::string_view secret) {
  return "otpauth://totp/Qianxian:" + Escaped(user) + "?secret=" + crypto::Base32(secret) + "&issuer=Qianxian&algorithm=SHA1&digits=" +
         std::to_string(limits::kCodeDigits) + "&period=" + std::to_string(limits::kCodeStepSeconds);
}

int64_t CodeStep(Instant now) { return now.microseconds / kStep; }

CodeCheck CheckTimeCode(std::string_view secret, int64_t last_step, std::string_view code, Instant now, int64_t& step) {
  const std::string plain = Plain(code);
  if (secret.empty() || !IsTimeCode(plain)) return CodeCheck::kWrong;
  CodeCheck found = CodeCheck::kWrong;
  const int64_t middle = CodeStep(now);
  for (int64_t each = middle - limits::kCodeStepsAround; each <= middle + limits::kCodeStepsAround; ++each) {
    const std::string wanted = crypto::OneTimeCode(secret, static_cast<uint64_t>(each), limits::kCodeDigits);
    if (!crypto::EqualInConstantTime(wanted, plain)) continue;
    if (each > last_step) {
      step = each;
      return CodeCheck::kRight;
    }
    found = CodeCheck::kUsed;
  }
  return found;
}

CodeCheck UseCode(SecondFactor& factor, std::string_view code, Instant now) {
  const std::string plain = Plain(code);
  if (IsTimeCode(plain)) {
    int64_t step = 0;
    const CodeCheck checked = CheckTimeCode(factor.secret, factor.last_step, plain, now, step);
    if (checked == CodeCheck::kRight) factor.last_step = step;
    return checked;
  }
  const std::string hash = crypto::Sha256Hex(plain);
  auto found = std::find_if(factor.recovery.begin(), factor.recovery.end(), [&](const std::string& kept) { return crypto::EqualInConstantTime(kept, hash); });
  if (found == factor.recovery.end()) return CodeCheck::kWrong;
  factor.recovery.erase(found);
  return CodeCheck::kRight;
}

std::vector<std::string> NewRecoveryCodes(SecondFactor& factor, Random& random) {
  std::vector<std::string> codes;
  factor.recovery.clear();
  for (int i = 0; i < limits::kRecoveryCodes; ++i) {
    codes.push_back(crypto::NewOneTimePassword(random));   // 80 bits: a plain hash is enough
    factor.recovery.push_back(crypto::Sha256Hex(Plain(codes.back())));
  }
  return codes;
}

}  // namespace qianxian::auth
