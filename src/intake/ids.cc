#include "intake/ids.h"

#include "base/date.h"
#include "crypto/crypto.h"
#include "fhir/primitive.h"

namespace qianxian::intake {

std::string ShortHash(std::string_view text) {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
  constexpr size_t kCharacters = 26;
  const std::string hash = crypto::Sha256(text);
  std::string out;
  uint32_t bits = 0;
  int have = 0;
  for (char c : hash) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (have += 8; have >= 5 && out.size() < kCharacters; have -= 5) out += kAlphabet[bits >> (have - 5) & 31];
    if (out.size() == kCharacters) break;
  }
  return out;
}

std::string OrganizationId(std::string_view code) {
  return fhir::IsValidId(code) ? std::string(code) : "org-" + ShortHash(code);
}

bool IsIdCard(std::string_view text) {
  if (text.size() != 18) return false;
  constexpr int kWeights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  constexpr std::string_view kCheck = "10X98765432";
  int sum = 0;
  for (size_t i = 0; i < 17; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    sum += (text[i] - '0') * kWeights[i];
  }
  const auto number = [&](size_t at, size_t count) {
    int value = 0;
    for (size_t i = at; i < at + count; ++i) value = value * 10 + (text[i] - '0');
    return value;
  };
  return text[17] == kCheck[static_cast<size_t>(sum % 11)] && Date::IsValid(number(6, 4), number(10, 2), number(12, 2));
}

}  // namespace qianxian::intake
