// A posting list is kept in rows of at most kChunkBytes: the first slot in the key, then the gaps to the next ones as
// variable-length integers. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "store/sqlite/slot_set.h"

namespace qianxian::store::sqlite {

// More would not fit into a page of the index tree and cost a second one (SQLite: 1/4 of a page of 4,096).
inline constexpr size_t kChunkBytes = 900;

inline void AppendGap(std::string& data, uint32_t gap) {
  while (gap >= 0x80) {
    data.push_back(static_cast<char>(gap | 0x80));
    gap >>= 7;
  }
  data.push_back(static_cast<char>(gap));
}

// Calls function(slot) for each; false if the bytes are broken.
template <typename Function>
bool ForEachInChunk(Slot first, std::string_view data, Function function) {
  Slot slot = first;
  function(slot);
  const auto* at = reinterpret_cast<const uint8_t*>(data.data());
  const auto* end = at + data.size();
  while (at < end) {
    uint32_t gap = 0;
    int shift = 0;
    uint8_t byte = 0;
    do {
      if (at == end || shift > 28) return false;
      byte = *at++;
      gap |= static_cast<uint32_t>(byte & 0x7f) << shift;
      shift += 7;
    } while ((byte & 0x80) != 0);
    if (gap == 0 || slot + gap < slot) return false;
    slot += gap;
    function(slot);
  }
  return true;
}

}  // namespace qianxian::store::sqlite
