// How a Document keeps its text: one flat array of 16-byte nodes in the order of the text, each knowing where it ends
// and how many nodes to hop to its next sibling. Of json's own .cc files only. Immutable after Parse.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "json/value.h"

namespace qianxian::json::internal {

struct Node {
  static constexpr uint32_t kKindMask = 7;
  static constexpr uint32_t kEscapedBit = 8;
  static constexpr int kSpanShift = 4;

  uint32_t begin = 0;  // in the text: the first byte of the value (the quote, of a string)
  uint32_t end = 0;    // one past the last
  uint32_t extra = 0;  // containers: elements or members; strings with escapes: where the arena has them unescaped
  uint32_t packed = 0;  // kind, escaped, and the span: how many nodes this value takes, itself included

  Kind kind() const { return static_cast<Kind>(packed & kKindMask); }
  bool escaped() const { return (packed & kEscapedBit) != 0; }
  uint32_t span() const { return packed >> kSpanShift; }
  static uint32_t Pack(Kind kind, bool escaped, uint32_t span) {
    return static_cast<uint32_t>(kind) | (escaped ? kEscapedBit : 0) | span << kSpanShift;
  }
};

// The members of an object follow its node: name, value, name, value, …; a name is a string node.
struct Storage {
  std::string text;
  std::string arena;  // strings that had escapes: four bytes of length, then the bytes
  std::vector<Node> nodes;

  std::string_view StringOf(const Node& node) const {
    if (!node.escaped()) return std::string_view(text).substr(node.begin + 1, node.end - node.begin - 2);
    uint32_t length;
    std::memcpy(&length, arena.data() + node.extra, sizeof length);
    return std::string_view(arena).substr(node.extra + sizeof length, length);
  }
  std::string_view RawOf(const Node& node) const {
    return std::string_view(text).substr(node.begin, node.end - node.begin);
  }
};

// Fills nodes and arena from text.
Status ParseInto(Storage& storage);

// The vectorised check of utf8.cc.
bool IsUtf8(std::string_view text);

}  // namespace qianxian::json::internal
