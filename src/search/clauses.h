// What else a clause can be, besides what query.h says; for the stores and for whoever shows a search to people.
//   any of       of _filter, _text, _content too: parts of any kind, of the clause's own type. With modifier kNot: none of
//                them holds. So "all of" is "none of" over "none of" one each; AllOf makes it, PartsOfAll reads it.
//   text         kind kValues, code "_text" or "_content", no parameter: the words of values[0].text (words/text.h) stand in
//                the resource's narrative, or in any of its text (resource_text.h).
//   within       a reference with kBelow or kAbove and the code of a resource: as the reference clause, of that resource or one
//                below it (above it): its parts, by HierarchyOf its type, theirs, and so on. Of canonicals (no code): the
//                same url, and a version that the one asked for begins, or that begins it (1.2.3 is below 1.2).
//   comparisons of _filter, in a value's prefix: string kAp e.code == folded; string and uri kEb ends with it; of these,
//                tokens and references kNe: some entry is there for which no value holds. uri kContains: holds it.
//   near         special: an entry (latitude number_low, longitude number_high) lies at most `number` km from
//                (number_low, number_high).
//   quantity     a unit of UCUM, named with its system, stands for all that measure the same (units.h).
// Pure; any thread. Source: https://hl7.org/fhir/R4/search.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "search/query.h"

namespace qianxian::search {

Clause AnyOf(std::string_view type, std::string_view code, std::vector<Clause> parts);
Clause NoneOf(std::string_view type, std::string_view code, std::vector<Clause> parts);
Clause AllOf(std::string_view type, std::string_view code, std::vector<Clause> parts);
// The parts of what AllOf made; none: it is something else.
std::vector<const Clause*> PartsOfAll(const Clause& clause);

bool IsText(const Clause& clause);
bool IsWithin(const Clause& clause);
bool IsUnequal(const Clause& clause);
// Is more needed than the resource's own entries? Then Matches cannot judge it.
bool NeedsStore(const Clause& clause);

// By what resources of a type are parts of others of it (Location.partof, Procedure.part-of); nullptr: they are not.
const Parameter* HierarchyOf(const Parameters& parameters, std::string_view type);

// With this begins a line of _explain among the notes of a query, which asks for it, and of a page.
inline constexpr std::string_view kPlanMark = "_explain: ";
bool Explains(const Query& query);
// A clause in short, for people: "subject.name=li", "any(a=1, b=2)".
std::string DescribeClause(const Clause& clause);

}  // namespace qianxian::search
