// One-time codes of a counter (HOTP, RFC 4226), which codes of the time are made of (TOTP, RFC 6238), and the alphabet in which
// their secrets are read by people and telephones (base 32, RFC 4648 §6). Pure; any thread; nothing fails.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace qianxian::crypto {

std::string HmacSha1(std::string_view key, std::string_view message);   // 20 bytes, RFC 2104
// RFC 4226 §5.3: `digits` decimal digits (1 … 9), with leading zeros.
std::string OneTimeCode(std::string_view secret, uint64_t counter, int digits);
std::string Base32(std::string_view bytes);                             // no padding
std::string FromBase32(std::string_view text);                          // what Base32 made; "" if it is anything else

}  // namespace qianxian::crypto
