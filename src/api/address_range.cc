#include "api/address_range.h"

#include <arpa/inet.h>

#include <algorithm>
#include <optional>
#include <string>

#include "base/text.h"

namespace qianxian::api {
namespace {

using Bytes = std::array<uint8_t, 16>;
constexpr int kMappedBits = 96;            // before the four bytes of an IPv4 address

struct Parsed {
  Bytes bytes{};
  bool v4 = false;
};

std::optional<Parsed> ParseAddress(std::string_view text) {
  const std::string address(text);
  Parsed parsed;
  if (inet_pton(AF_INET, address.c_str(), parsed.bytes.data() + 12) == 1) {
    parsed.bytes[10] = parsed.bytes[11] = 0xff;
    parsed.v4 = true;
    return parsed;
  }
  if (inet_pton(AF_INET6, address.c_str(), parsed.bytes.data()) == 1) return parsed;
  return std::nullopt;
}

}  // namespace

Result<AddressRange> AddressRange::Parse(std::string_view text) {
  const Error bad = Invalid("bad-address", "an address or a range is 10.1.2.3, 10.1.2.0/24 or fd00::/8: " + std::string(text),
                            "地址或网段应写作 10.1.2.3、10.1.2.0/24 或 fd00::/8：" + std::string(text));
  const size_t slash = text.find('/');
  const std::optional<Parsed> parsed = ParseAddress(text.substr(0, slash));
  if (!parsed) return bad;
  AddressRange range;
  range.address_ = parsed->bytes;
  if (slash == std::string_view::npos) return range;
  const std::string_view bits = text.substr(slash + 1);
  int64_t number = 0;
  const int most = parsed->v4 ? 32 : 128;
  if (bits.empty() || bits.size() > 3 || bits[0] < '0' || bits[0] > '9' || !ParseInteger(bits, number) || number > most) return bad;
  range.bits_ = static_cast<int>(number) + (parsed->v4 ? kMappedBits : 0);
  return range;
}

bool AddressRange::Has(std::string_view address) const {
  const std::optional<Parsed> parsed = ParseAddress(address);
  if (!parsed) return false;
  for (int bit = 0; bit < bits_; bit += 8) {
    const auto byte = static_cast<size_t>(bit / 8);
    const int rest = std::min(8, bits_ - bit);
    const auto mask = static_cast<uint8_t>(0xff << (8 - rest));
    if ((parsed->bytes[byte] & mask) != (address_[byte] & mask)) return false;
  }
  return true;
}

bool AddressRange::IsLoopback(std::string_view address) {
  const std::optional<Parsed> parsed = ParseAddress(address);
  if (!parsed) return false;
  static constexpr Bytes kOne = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  static constexpr Bytes kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127};
  return parsed->bytes == kOne || std::equal(kMapped.begin(), kMapped.begin() + 13, parsed->bytes.begin());
}

}  // namespace qianxian::api
