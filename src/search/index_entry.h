// What a resource puts into the search index, and what a query asks of it. Made here from R4 SearchParameters and
// FHIRPath; stored and searched by store/. Pure; any thread.
// Source: https://hl7.org/fhir/R4/search.html
#pragma once

#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qianxian::search {

enum class ParameterKind : uint8_t { kToken, kString, kDate, kReference, kQuantity, kNumber, kUri, kComposite, kSpecial };

// As SearchParameter.type says it.
inline constexpr std::string_view kParameterKindNames[] = {"token", "string", "date", "reference", "quantity", "number", "uri", "composite", "special"};
constexpr std::string_view NameOf(ParameterKind kind) { return kParameterKindNames[static_cast<size_t>(kind)]; }
constexpr std::optional<ParameterKind> ParameterKindOf(std::string_view name) {
  for (size_t i = 0; i < std::size(kParameterKindNames); ++i)
    if (kParameterKindNames[i] == name) return static_cast<ParameterKind>(i);
  return std::nullopt;
}

// One value of one search parameter of one resource.
struct IndexEntry {
  uint16_t parameter = 0;      // Parameters::number: dense and stable within one release of the definitions
  ParameterKind kind = ParameterKind::kToken;
  // token: system, code (as sent); text = display or text of the concept, for :text
  // string: text as sent, code = folded (case, accents, width) for matching
  // reference: system = target type ("" unknown), code = target id, text = the whole reference or URL, version dropped
  // uri: text
  // quantity: system|code of the unit, low/high as decimals
  std::string system;
  std::string code;
  std::string text;
  // date: [low, high) in microseconds since 1970 UTC, from the precision given; an open end of a period is kDateMinimum or
  // kDateMaximum. number, quantity: the value (low == high == number); of a Range its bounds, number being the lower
  // one that there is, an open end -infinity or infinity.
  int64_t date_low = 0;
  int64_t date_high = 0;
  double number_low = 0;
  double number_high = 0;
  double number = 0;
  std::vector<IndexEntry> components;   // composite: its parts, in the order of the definition. Token of an Identifier: the
                                        // codings of its type, for :of-type (judged by the body, not kept in the index)
  bool operator==(const IndexEntry&) const = default;
};

inline constexpr int64_t kDateMinimum = INT64_MIN;
inline constexpr int64_t kDateMaximum = INT64_MAX;

}  // namespace qianxian::search
