// Evaluator: clauses with values, one function for each kind of parameter. What each of them means is said in
// search/query.h.
#include <algorithm>

#include "fhir/reference.h"
#include "search/clauses.h"
#include "search/parameters.h"
#include "search/units.h"
#include "store/sqlite/evaluator.h"
#include "store/sqlite/ranges.h"

namespace qianxian::store::sqlite {
namespace {
int64_t Before(int64_t value) { return value == INT64_MIN ? INT64_MIN : value - 1; }
}  // namespace

using search::Clause;
using search::Modifier;
using search::ParameterKind;
using search::QueryValue;
using Role = search::Parameter::Role;

Result<Hits> Evaluator::Values(const std::string& type, const Clause& clause) {
  const search::Parameter& parameter = *clause.parameter;
  const bool negative = clause.modifier == Modifier::kNot || clause.modifier == Modifier::kNotIn ||
                        (clause.modifier == Modifier::kMissing && clause.missing);
  if (search::IsUnequal(clause)) return Unequal(type, clause);
  Hits hits;
  if (parameter.role == Role::kLastUpdated && clause.modifier == Modifier::kNone) {
    QX_TRY(hits.set, LastUpdated(type, clause));
    return hits;
  }
  if (parameter.role != Role::kOrdinary) {
    QX_TRY(hits, Identity(type, clause));
  } else {
    SlotSetBuilder out(moment_.last);
    for (const uint16_t base : engine_.aliases.Bases(parameter.number)) {
      if (clause.modifier == Modifier::kMissing) {
        QX_DO(index_.Posting(base, kPresent, out));
        continue;
      }
      for (const QueryValue& value : clause.values) QX_DO(Value(base, clause, value, hits, out));
    }
    hits.set = out.Finish();
  }
  if (!negative) return hits;
  if (!hits.exact) {
    // Those that only seemed to hold stay.
    std::vector<Slot> seeming;
    QX_DO(CutDown(type, hits.set));
    for (Slot slot : hits.set.ToList()) {
      QX_TRY(const bool keeps, Verify(slot, clause));
      if (keeps) seeming.push_back(slot);
    }
    hits.set.Subtract(SlotSet::FromList(std::move(seeming)));
  }
  QX_TRY(SlotSet rest, Visible(type));
  rest.Subtract(hits.set);
  return Hits{std::move(rest), true};
}

// Those that have a value and not this one are sure; those that have this one may have others too.
Result<Hits> Evaluator::Unequal(const std::string& type, const Clause& clause) {
  QX_TRY(SlotSet present, Visible(type));
  if (clause.parameter->role == Role::kOrdinary) {
    SlotSetBuilder out(moment_.last);
    for (const uint16_t base : engine_.aliases.Bases(clause.parameter->number)) QX_DO(index_.Posting(base, kPresent, out));
    present.IntersectWith(out.Finish());
  }
  Clause equal = clause;
  for (QueryValue& value : equal.values) {
    value.prefix = clause.parameter->kind == ParameterKind::kString ? search::Prefix::kAp : search::Prefix::kEq;
  }
  QX_TRY(Hits equals, Values(type, equal));
  equals.set.IntersectWith(present);
  std::vector<Slot> none;
  for (const Slot slot : equals.set.ToList()) {
    QX_TRY(const bool holds, Verify(slot, clause));
    if (!holds) none.push_back(slot);
  }
  present.Subtract(SlotSet::FromList(std::move(none)));
  return Hits{std::move(present), true};
}

Status Evaluator::Value(int32_t parameter, const Clause& clause, const QueryValue& value, Hits& hits,
                        SlotSetBuilder& out) {
  switch (clause.parameter->kind) {
    case ParameterKind::kToken: return Token(parameter, clause, value, out, hits.exact);
    case ParameterKind::kString: return String(parameter, clause, value, out, hits.exact);
    case ParameterKind::kUri: return Uri(parameter, clause, value, out, hits.exact);
    case ParameterKind::kReference: return Reference(parameter, clause, value, out, hits.exact);
    case ParameterKind::kDate: return Date(parameter, 0, DateTest({&value}), out);
    case ParameterKind::kNumber: return Number(parameter, 0, false, value, out);
    case ParameterKind::kQuantity: return Number(parameter, 0, true, value, out);
    case ParameterKind::kComposite: return Composite(parameter, clause, value, out, hits.exact);
    case ParameterKind::kSpecial:             // few: a county's places
      hits.exact = false;
      return index_.Posting(parameter, kPresent, out);
  }
  return Ok();
}

Result<Hits> Evaluator::Identity(const std::string& type, const Clause& clause) {
  Hits hits;
  if (clause.modifier == Modifier::kMissing) {   // nothing is without an id
    QX_TRY(hits.set, Visible(type));
    return hits;
  }
  if (clause.parameter->role == Role::kLastUpdated) {
    QX_TRY(hits.set, Visible(type));
    hits.exact = false;
    return hits;
  }
  std::vector<Slot> roots;
  for (const QueryValue& value : clause.values) {
    if (!value.has_code) continue;
    QX_TRY(const std::optional<Slot> root, FindRoot(engine_, database_, type, value.code));
    if (root) roots.push_back(*root);
  }
  hits.set = engine_.state.SlotsOf(roots, moment_.last);
  hits.exact = std::none_of(clause.values.begin(), clause.values.end(),
                            [](const QueryValue& value) { return value.has_system || !value.has_code; });
  return hits;
}

Result<Slot> Evaluator::LastSlotAt(int64_t microseconds) {
  // Moments are in order of both t and time.
  uint64_t low = 0;
  uint64_t high = moment_.t;
  Slot slot = 0;
  while (low < high) {
    const uint64_t middle = low + (high - low + 1) / 2;
    QX_TRY(const Moment moment, ReadMoment(database_, middle));
    if (moment.at.microseconds <= microseconds) {
      low = middle;
      slot = moment.last;
    } else {
      high = middle - 1;
    }
  }
  return slot;
}

Result<SlotSet> Evaluator::LastUpdated(const std::string& type, const Clause& clause) {
  // Time only goes forward, so a stretch of time is a stretch of slots. How an instant becomes a span is search's.
  std::vector<search::IndexEntry> entries;
  engine_.parameters.AppendIdentity(type, "x", Instant{0}, entries);
  SlotSet set;
  for (const search::IndexEntry& entry : entries) {
    if (entry.parameter != clause.parameter->number) continue;
    const int64_t width = entry.date_high - entry.date_low;
    for (const QueryValue& value : clause.values) {
      for (const Stretch& stretch : FixedWidthStretches(value.prefix, value.date_low, value.date_high, width)) {
        const int64_t from = std::max(stretch.from, INT64_MIN / 2) - entry.date_low;
        const int64_t to = std::min(stretch.to, INT64_MAX / 2) - entry.date_low;
        if (from > to) continue;
        QX_TRY(const Slot before, LastSlotAt(from - 1));
        QX_TRY(const Slot last, LastSlotAt(to));
        set.UnionWith(SlotSet::Range(before + 1, last));
      }
    }
  }
  QX_TRY(SlotSet visible, Visible(type));
  set.IntersectWith(visible);
  return set;
}

Status Evaluator::Token(int32_t parameter, const Clause& clause, const QueryValue& value, SlotSetBuilder& out, bool& exact) {
  if (clause.modifier == Modifier::kText) {
    if (value.folded.size() > kTextBytes) exact = false;
    QX_TRY(const std::vector<int64_t> values, index_.Labels(parameter, CutText(value.folded)));
    for (int64_t label : values) QX_DO(index_.Posting(parameter, label, out));
    return Ok();
  }
  if (value.codes) return AnyOf(parameter, *value.codes, out);
  if (clause.modifier == Modifier::kOfType) exact = false;   // the type is judged by the body
  if (value.has_code) {
    const int64_t wanted = value.has_system ? TokenValue(value.system, value.code) : TokenCodeValue(value.code);
    return index_.Posting(parameter, wanted, out);
  }
  if (value.has_system) return index_.Posting(parameter, TokenSystemValue(value.system), out);
  return Ok();
}

Status Evaluator::AnyOf(int32_t parameter, const search::CodeSet& codes, SlotSetBuilder& out) {
  std::vector<int64_t> values;
  for (const search::CodeSet::Part& part : codes.parts) {
    for (const std::string& code : part.codes) values.push_back(TokenValue(part.system, code));
  }
  std::sort(values.begin(), values.end());   // in the order of the table
  for (const int64_t value : values) QX_DO(index_.Posting(parameter, value, out));
  return Ok();
}

Status Evaluator::String(int32_t parameter, const Clause& clause, const QueryValue& value, SlotSetBuilder& out, bool& exact) {
  if (clause.modifier == Modifier::kContains) return Contains(parameter, value.folded, false, out, exact);
  if (value.prefix == search::Prefix::kEb) return Contains(parameter, value.folded, true, out, exact);
  const std::string prefix = CutText(value.folded);
  const bool whole = clause.modifier == Modifier::kExact || value.prefix == search::Prefix::kAp;
  if (clause.modifier == Modifier::kExact || prefix.size() + 4 > kTextBytes || prefix.size() < value.folded.size()) exact = false;
  const std::string end = whole ? prefix + std::string(1, '\x01') : AfterPrefix(prefix);
  return index_.ForEachWord(parameter, prefix, end, [&](std::string_view text, Slot slot) {
    if (!whole || text == prefix) out.Add(slot);
    return true;
  });
}

Status Evaluator::Contains(int32_t parameter, const std::string& folded, bool at_end, SlotSetBuilder& out, bool& exact) {
  std::string last_text;
  bool last_holds = false;
  bool is_first = true;
  return index_.ForEachWord(parameter, "", AfterPrefix(""), [&](std::string_view text, Slot slot) {
    if (is_first || text != last_text) {
      is_first = false;
      last_text = std::string(text);
      last_holds = at_end ? text.ends_with(folded) : text.find(folded) != std::string_view::npos;
      if (at_end && text.size() + 4 > kTextBytes) last_holds = false;   // it may go on
      if (!last_holds && text.size() + 4 > kTextBytes) {   // the rest of it may hold it
        last_holds = true;
        exact = false;
      }
    }
    if (last_holds) out.Add(slot);
    return true;
  });
}

Status Evaluator::Uri(int32_t parameter, const Clause& clause, const QueryValue& value, SlotSetBuilder& out, bool& exact) {
  const bool ends = value.prefix == search::Prefix::kEb;
  if (clause.modifier == Modifier::kContains || ends) {
    exact = false;
    QX_TRY(const std::vector<int64_t> values, index_.Labels(parameter, "", [&](std::string_view text) {
      if (text.size() + 4 > kTextBytes) return true;
      return ends ? text.ends_with(value.text) : text.find(value.text) != std::string_view::npos;
    }));
    for (int64_t label : values) QX_DO(index_.Posting(parameter, label, out));
    return Ok();
  }
  if (clause.modifier == Modifier::kBelow) {
    if (value.text.size() > kTextBytes) exact = false;
    QX_TRY(const std::vector<int64_t> values, index_.Labels(parameter, CutText(value.text)));
    for (int64_t label : values) QX_DO(index_.Posting(parameter, label, out));
    return Ok();
  }
  if (clause.modifier == Modifier::kAbove) {
    constexpr size_t kLongest = 2048;
    for (size_t size = 1; size <= std::min(value.text.size(), kLongest); ++size) {
      QX_DO(index_.Posting(parameter, TextValue(std::string_view(value.text).substr(0, size)), out));
    }
    return Ok();
  }
  return index_.Posting(parameter, TextValue(value.text), out);
}

Status Evaluator::Reference(int32_t parameter, const Clause& clause, const QueryValue& value, SlotSetBuilder& out, bool& exact) {
  if (clause.modifier == Modifier::kIdentifier) return Token(parameter, clause, value, out, exact);
  if (clause.modifier == Modifier::kAbove || clause.modifier == Modifier::kBelow) {   // versions of a canonical
    exact = false;
    return index_.Posting(parameter, TextValue(fhir::ParseCanonical(value.text).url), out);
  }
  if (value.code.empty()) return index_.Posting(parameter, TextValue(value.text), out);
  if (!value.system.empty()) {
    if (!IsLocalReference(value.system, value.code)) {
      return index_.Posting(parameter, OddReferenceValue(value.system, value.code), out);
    }
    QX_TRY(const std::optional<Slot> root, FindRoot(engine_, database_, value.system, value.code));
    return root ? index_.Posting(parameter, *root, out) : Ok();
  }
  for (const auto& [number, name] : engine_.catalog.Types()) {
    QX_TRY(const std::optional<Slot> root, FindRoot(engine_, database_, name, value.code));
    if (root) QX_DO(index_.Posting(parameter, *root, out));
  }
  return index_.Posting(parameter, UntypedReferenceValue(value.code), out);
}

Status Evaluator::Number(int32_t parameter, int64_t coding, bool is_quantity, const QueryValue& value,
                         SlotSetBuilder& out) {
  const bool has_unit = is_quantity && (value.has_system || value.has_code);
  if (!has_unit) return NumbersOf(parameter, coding, false, value, {}, out);
  if (!search::HasUcumUnit(value)) {
    QX_TRY(std::vector<int64_t> units, index_.Codings({value.has_system, value.has_code, value.system, value.code, true}));
    return NumbersOf(parameter, coding, true, value, std::move(units), out);
  }
  // Asked once for every unit that measures the same, in numbers of that unit: units are few.
  QX_TRY(const auto known, index_.UnitsOf(value.system));
  for (const auto& [code, units] : known) {
    const std::optional<QueryValue> converted = search::InUnit(value, code);
    if (converted) QX_DO(NumbersOf(parameter, coding, true, *converted, units, out));
  }
  return Ok();
}

Status Evaluator::NumbersOf(int32_t parameter, int64_t coding, bool has_unit, const QueryValue& value, std::vector<int64_t> units,
                            SlotSetBuilder& out) {
  if (has_unit && units.empty()) return Ok();
  const NumberQuery query{OrderedNumber(value.number_low), OrderedNumber(value.number_high),
                          OrderedNumber(value.number)};
  std::sort(units.begin(), units.end());
  const auto add = [&](const IndexReader::Span& span) {
    if (MeetsNumber(value.prefix, query, span.low, span.high) &&
        (!has_unit || std::binary_search(units.begin(), units.end(), span.unit))) {
      out.Add(span.slot);
    }
    return true;
  };
  for (const Range& range : NumberRanges(value.prefix, query)) {
    if (range.from > range.to) continue;
    // Whole buckets come from their lists; only the edges are read value by value.
    const int64_t first = range.from == INT64_MIN ? 0 : BucketOf(Before(range.from)) + 1;
    const int64_t end = range.to == INT64_MAX ? kBuckets : BucketOf(range.to + 1);
    if (coding != 0 || first >= end) {
      QX_DO(index_.ForEachSpan(parameter, coding, 0, range.from, range.to, add));
      continue;
    }
    if (!has_unit) {
      QX_TRY(units, index_.BucketUnits(parameter));
    }
    for (int64_t unit : units) {
      QX_DO(index_.PostingRange(parameter, BucketValue(unit, first), BucketValue(unit, end - 1), out));
    }
    if (first > 0) QX_DO(index_.ForEachSpan(parameter, coding, 0, range.from, Before(BucketBegin(first)), add));
    if (end < kBuckets) QX_DO(index_.ForEachSpan(parameter, coding, 0, BucketBegin(end), range.to, add));
  }
  return index_.ForEachSpan(parameter, coding, kWidths - 1, INT64_MIN, INT64_MAX, add);   // ranges: few
}

Status Evaluator::Composite(int32_t parameter, const Clause& clause, const QueryValue& value, SlotSetBuilder& out, bool& exact) {
  const auto& parts = clause.parameter->components;
  if (value.components.empty() || parts.size() != value.components.size() ||
      parts[0].kind != ParameterKind::kToken || !value.components[0].has_code) {
    exact = false;
    return index_.Posting(parameter, kPresent, out);
  }
  const QueryValue& lead = value.components[0];
  const int64_t lead_value = lead.has_system ? TokenValue(lead.system, lead.code) : TokenCodeValue(lead.code);
  if (parts.size() == 2) {
    const QueryValue& other = value.components[1];
    const ParameterKind kind = parts[1].kind;
    if (kind == ParameterKind::kToken && other.has_code) {
      if (lead.has_system || other.has_system) exact = false;
      return index_.Posting(parameter, PairValue(TokenCodeValue(lead.code), TokenCodeValue(other.code)), out);
    }
    if (kind == ParameterKind::kQuantity || kind == ParameterKind::kNumber || kind == ParameterKind::kDate) {
      QX_TRY(const std::vector<int64_t> codings,
             index_.Codings({lead.has_system, true, lead.system, lead.code, false}));
      for (int64_t coding : codings) {
        if (kind == ParameterKind::kDate) {
          QX_DO(Date(parameter, coding, DateTest({&other}), out));
        } else {
          QX_DO(Number(parameter, coding, kind == ParameterKind::kQuantity, other, out));
        }
      }
      return Ok();
    }
  }
  exact = false;
  return index_.Posting(parameter, lead_value, out);
}

}  // namespace qianxian::store::sqlite
