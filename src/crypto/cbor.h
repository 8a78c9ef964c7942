// CBOR as authenticators write it: integers, byte strings, texts, lists, maps, true, false and null, each with its length said before
// it. No tags, no fractions, no lengths left open; the keys of a map are integers or texts, each there once. Whoever sent the bytes is
// a stranger: size, depth and number of items are bounded (base/limits_sign_in.h).
// A value owns all that it holds. Pure; any thread. Failure: invalid ("bad-cbor").
// Source: RFC 8949 §3; what authenticators leave out of it: CTAP 2.1 §8.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace qianxian::crypto {

struct Cbor {
  enum class Kind { kInteger, kBytes, kText, kList, kMap, kBoolean, kNull };
  Kind kind = Kind::kNull;
  int64_t integer = 0;                     // of kBoolean 0 or 1
  std::string bytes;                       // of kBytes; of kText in UTF-8
  std::vector<Cbor> items;                 // of kList; of kMap each key and after it its value

  bool IsMap() const { return kind == Kind::kMap; }
  // The value of a key; null if there is none, or this is no map.
  const Cbor* Find(int64_t key) const;
  const Cbor* Find(std::string_view key) const;
  // The same if it is a byte string, else null.
  const std::string* FindBytes(int64_t key) const;
  const std::string* FindBytes(std::string_view key) const;
};

struct CborItem {
  Cbor value;
  size_t size = 0;                         // of the bytes that it took
};
// The first item; what follows it is the caller's.
Result<CborItem> ReadCbor(std::string_view bytes);
// One item and nothing after it.
Result<Cbor> ReadWholeCbor(std::string_view bytes);

}  // namespace qianxian::crypto
