// A search as it was asked for, checked: a plain tree that a planner or the slow evaluator reads. Nothing is dropped
// silently: an unknown parameter, modifier or bad value is an error (or, if lenient, a note).
//
// What a clause means. Every entry e below is one of the resource's entries with the clause's number; a clause holds if
// any of its values holds for any such entry (kNot: if none does; kMissing: `missing` says whether there is no entry).
//   token      has_system, has_code: "s|c" both; "|c" both, with system ""; "c" only code; "s|" only system.
//              Codes compare exactly. kText: folded text of e starts with `folded`.
//              kIn, kAbove, kBelow: `codes` has e's system and code (kNotIn: if none of the entries is in it).
//              kOfType: e.code == code, and one of e.components (the types of an Identifier) has type_system and type_code.
//   string     e.code starts with `folded` (of phonetic: what it sounds like); kExact: e.text == text; kContains: e.code holds `folded`.
//   uri        e.text == text; kBelow: e.text starts with text; kAbove: text starts with e.text.
//   reference  code not empty: e.code == code, and e.system == system unless system is ""; else e.text == text.
//              kIdentifier: as token, over the entries of kind kToken.
//   date       q = [date_low, date_high), e likewise:   (ap: q is already widened)
//              eq e.low>=q.low && e.high<=q.high   ne not eq        ap e.low<q.high && e.high>q.low
//              gt e.high>q.high                    lt e.low<q.low   sa e.low>=q.high    eb e.high<=q.low
//              ge e.high>q.high || e.low>=q.low    le e.low<q.low || e.high<=q.high
//   number     q = [number_low, number_high) implied by the digits given, n = number; e = [e.low, e.high]:
//              eq e.low>=q.low && e.high<q.high    ne not eq        ap e.low<=q.high && e.high>=q.low (widened)
//              gt, sa: gt e.high>n, sa e.low>n     lt e.low<n, eb e.high<n     ge e.high>=n    le e.low<=n
//   quantity   number, and the unit: has_system: e.system == system; has_code: e.code == code (or e.text == code, the
//              unit's name, when no system was asked for).
//   composite  every part of the tuple holds for the same entry's components.
//   chain      kChain: the reference leads to a resource of a type T for which the clause in `chained` with type T holds.
//   _has       kHas: some resource of `chained[0].type` points here by `parameter` (of that type), and chained[0] holds
//              for it.
//   any of     kAny, made by programs (compartments) and of `name` in letters, which is looked for in the name and in how
//              it sounds (phonetic): some clause of `chained` whose type is the resource's holds for it.
// Pure values; any thread. Failures: Parse only: invalid ("unknown-parameter", "unknown-modifier", "bad-value",
// "too-many-values"), unsupported ("unsupported-parameter", "unsupported-modifier"), busy ("parameter-not-ready": a custom
// parameter is being indexed).
// Source: https://hl7.org/fhir/R4/search.html
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/limits.h"
#include "base/result.h"
#include "search/index_entry.h"
#include "search/parameters.h"
#include "search/vocabulary.h"

namespace qianxian::search {

enum class Modifier : uint8_t { kNone, kExact, kContains, kMissing, kNot, kText, kIdentifier, kAbove, kBelow, kIn, kNotIn, kOfType };
enum class Prefix : uint8_t { kEq, kNe, kGt, kLt, kGe, kLe, kSa, kEb, kAp };

// One of the values between commas; which members count depends on the parameter's kind (see above).
struct QueryValue {
  Prefix prefix = Prefix::kEq;
  bool has_system = false;
  bool has_code = false;
  std::string system;                     // token, quantity; reference: the type
  std::string code;                       // token, quantity; reference: the id
  std::string text;                       // as asked for, escapes undone
  std::string folded;                     // Fold(text): string, kText
  int64_t date_low = 0;
  int64_t date_high = 0;
  double number_low = 0;
  double number_high = 0;
  double number = 0;
  std::vector<QueryValue> components;     // composite
  std::shared_ptr<const CodeSet> codes;   // token: kIn, kNotIn, kAbove, kBelow
  std::string type_system, type_code;     // token: kOfType
};

struct Clause {
  enum class Kind : uint8_t { kValues, kChain, kHas, kAny } kind = Kind::kValues;
  std::string type;                       // of the resources that it is asked of; "" in a search over all types
  std::string code;                       // "birthdate"
  const Parameter* parameter = nullptr;   // nullptr only if type is "" (see Query::Narrow). kHas: of chained[0].type
  Modifier modifier = Modifier::kNone;
  bool missing = false;                   // kMissing
  std::vector<QueryValue> values;         // kValues: one of them must hold
  std::vector<Clause> chained;            // kChain: one for each type that the reference may lead to; kHas: exactly one;
                                          // kAny: of kind kValues
};

struct SortKey {
  const Parameter* parameter = nullptr;   // ascending: by the smallest value, descending: by the largest; none comes last
  bool descending = false;
};

struct Include {
  bool reverse = false;                   // _revinclude
  bool iterate = false;
  bool everything = false;                // _include=*, _revinclude=*, _include=Type:*
  std::string source_type;                // the type that holds the reference; "" with everything
  const Parameter* parameter = nullptr;   // of source_type; nullptr with everything
  std::string target_type;                // "" = any
};

enum class Total : uint8_t { kNone, kEstimate, kAccurate };
enum class Summary : uint8_t { kFalse, kTrue, kText, kData, kCount };

struct QueryOptions {
  Instant now;                            // for ap
  bool lenient = false;                   // unknown parameters, modifiers and values become notes (Prefer: handling=lenient)
  std::string base_url;                   // of this server, without the last slash: references to it are local
  Vocabulary* vocabulary = nullptr;       // for :in, :not-in, and :above and :below of tokens; without it they are unsupported
  bool unindexed = false;                 // custom parameters that are not indexed yet too: for who judges bodies
  size_t default_count = limits::kSearchPageDefault;
  size_t maximum_count = limits::kSearchPageMaximum;   // a larger _count becomes this, with a note
};

using NamedValues = std::vector<std::pair<std::string, std::string>>;   // percent-decoded, in order

class Query {
 public:
  // type "" searches all types (or those of _type). _format and _pretty are accepted and left to the caller.
  // _place is the place of a next page (SearchPage::next).
  static Result<Query> Parse(const Parameters& parameters, std::string_view type, const NamedValues& named_values,
                             const QueryOptions& options);
  // The same from text: "name=li&birthdate=ge1980".
  static Result<Query> ParseText(const Parameters& parameters, std::string_view type, std::string_view text,
                                 const QueryOptions& options = {});
  // The same search over one type only: for a query over all types.
  Query Narrow(const Parameters& parameters, std::string_view one_type) const;

  std::string type;                       // "" = all of `types`
  std::vector<std::string> types;         // type "": those of _type, or every type; else {type}
  std::vector<Clause> clauses;            // all must hold
  std::vector<SortKey> sort;              // empty: the store's own order
  std::vector<std::pair<std::string, bool>> sort_codes;   // code, descending: as asked for; Narrow makes `sort` of it
  std::vector<Include> includes;
  size_t count = limits::kSearchPageDefault;   // 0: only the total
  Total total = Total::kNone;
  Summary summary = Summary::kFalse;
  std::vector<std::string> elements;      // _elements
  std::string place;
  std::vector<std::string> notes;         // what was ignored or changed (lenient, too large a _count)
  std::string canonical;                  // what was understood, as text, without _place: for self links and cursors
  // The set that its custom parameters are of, which keeps them alive; null: it asks for none.
  std::shared_ptr<const CustomParameters> custom;
};

// The custom parameters that a query asks for anywhere: in clauses, the order, includes.
std::vector<const Parameter*> CustomOnesOf(const Query& query);

// Does a clause of kind kValues, or kAny of such, hold for a resource with these entries (AppendIdentity's included, where it asks for
// _id or _lastUpdated)? CHECK: no chain, and clause.parameter.
bool Matches(const Clause& clause, const std::vector<IndexEntry>& entries);
// One value against one entry of its parameter, without modifier kNot and kMissing.
bool MatchesValue(const Clause& clause, const QueryValue& value, const IndexEntry& entry);

// A text as a value that means itself: its commas, bars and dollars are not separators.
std::string EscapedValue(std::string_view text);
NamedValues DecodeForm(std::string_view text);   // "a=b%20c&d=e+f"

}  // namespace qianxian::search
