// Reads _filter: a language of comparisons joined by and, or, not and brackets; gives a tree (clauses.h) over the clauses
// that ordinary parameters give.
//   filter = path op value | filter (and|or) filter … | "not" "(" filter ")" | "(" filter ")"
//   path   = name | name "." path | name "[" filter "]" "." path        value = JSON string | token
// "and" and "or" are read from left to right; neither goes before the other. Values are never case sensitive in strings.
// Failures: invalid ("bad-filter", and those of the parameters and values). Pure.
// Source: https://hl7.org/fhir/R4/search_filter.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace qianxian::search {

struct FilterNode {
  enum class Kind { kAnd, kOr, kNot, kComparison } kind = Kind::kComparison;
  std::vector<FilterNode> parts;           // kAnd, kOr: two or more; kNot: one
  struct Step {
    std::string name;
    std::vector<FilterNode> filter;        // none or one: what holds of the resource that it leads to
  };
  std::vector<Step> path;                  // kComparison
  std::string operation;                   // "eq"
  std::string value;                       // without quotation marks
};
Result<FilterNode> ParseFilter(std::string_view text);

}  // namespace qianxian::search
