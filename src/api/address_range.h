// "10.1.2.3", "10.1.2.0/24", "fd00::/8": addresses that a setting names. IPv4 in IPv6 (::ffff:10.1.2.3) is the IPv4 address.
// Pure; any thread. Failures: invalid ("bad-address").
// Source: RFC 4632 §3.1, RFC 4291 §2.3 and §2.5.5.2.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace qianxian::api {

class AddressRange {
 public:
  static Result<AddressRange> Parse(std::string_view text);
  bool Has(std::string_view address) const;   // false for what is no address
  static bool IsLoopback(std::string_view address);

 private:
  std::array<uint8_t, 16> address_{};      // IPv4 as ::ffff:a.b.c.d
  int bits_ = 128;
};

}  // namespace qianxian::api
