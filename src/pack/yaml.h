// YAML as a plain tree with line numbers, so that yaml-cpp stays in one file and every fault can say where it is. Scalars
// keep their text (no guessing of booleans or numbers); a key that stands twice is a fault. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace qianxian::pack::internal {

struct YamlMember;

struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMap };
  Kind kind = Kind::kNull;
  int line = 0;                            // 1, 2, …
  std::string text;                        // kScalar
  std::vector<YamlNode> items;             // kSequence
  std::vector<YamlMember> members;         // kMap, in order
  const YamlNode* Find(std::string_view key) const;        // null pointer if there is none, or no map
};

struct YamlMember {
  std::string name;
  YamlNode value;
};

struct YamlFault {
  int line = 0;
  std::string zh, en;
};

// The tree of one document. On a fault `fault` is filled and false comes back.
bool ParseYaml(const std::string& content, YamlNode& out, YamlFault& fault);

}  // namespace qianxian::pack::internal
