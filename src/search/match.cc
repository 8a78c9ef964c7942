// The slow, plain meaning of a clause, straight from the table in query.h.
#include <algorithm>

#include "search/query.h"

namespace qianxian::search {
namespace {

bool TokenHolds(const QueryValue& value, const IndexEntry& entry) {
  if (entry.system.empty() && entry.code.empty()) return false;   // only a text
  if (value.has_system && entry.system != value.system) return false;
  return !value.has_code || entry.code == value.code;
}

bool OfTypeHolds(const QueryValue& value, const IndexEntry& entry) {
  return entry.code == value.code && std::any_of(entry.components.begin(), entry.components.end(), [&](const IndexEntry& type) {
           return type.system == value.type_system && type.code == value.type_code;
         });
}

bool DateHolds(const QueryValue& q, const IndexEntry& e) {
  bool contained = e.date_low >= q.date_low && e.date_high <= q.date_high;
  switch (q.prefix) {
    case Prefix::kEq:
      return contained;
    case Prefix::kNe:
      return !contained;
    case Prefix::kGt:
      return e.date_high > q.date_high;
    case Prefix::kLt:
      return e.date_low < q.date_low;
    case Prefix::kGe:
      return e.date_high > q.date_high || e.date_low >= q.date_low;
    case Prefix::kLe:
      return e.date_low < q.date_low || e.date_high <= q.date_high;
    case Prefix::kSa:
      return e.date_low >= q.date_high;
    case Prefix::kEb:
      return e.date_high <= q.date_low;
    case Prefix::kAp:
      return e.date_low < q.date_high && e.date_high > q.date_low;
  }
  return false;
}

bool NumberHolds(const QueryValue& q, const IndexEntry& e) {
  bool contained = e.number_low >= q.number_low && e.number_high < q.number_high;
  switch (q.prefix) {
    case Prefix::kEq:
      return contained;
    case Prefix::kNe:
      return !contained;
    case Prefix::kGt:
      return e.number_high > q.number;
    case Prefix::kLt:
      return e.number_low < q.number;
    case Prefix::kGe:
      return e.number_high >= q.number;
    case Prefix::kLe:
      return e.number_low <= q.number;
    case Prefix::kSa:
      return e.number_low > q.number;
    case Prefix::kEb:
      return e.number_high < q.number;
    case Prefix::kAp:
      return e.number_low <= q.number_high && e.number_high >= q.number_low;
  }
  return false;
}

bool QuantityHolds(const QueryValue& value, const IndexEntry& entry) {
  if (value.has_system && entry.system != value.system) return false;
  if (value.has_code && entry.code != value.code && (value.has_system || entry.text != value.code)) return false;
  return NumberHolds(value, entry);
}

bool StringHolds(Modifier modifier, const QueryValue& value, const IndexEntry& entry) {
  if (modifier == Modifier::kExact) return entry.text == value.text;
  if (modifier == Modifier::kContains) return entry.code.find(value.folded) != std::string::npos;
  return entry.code.starts_with(value.folded);
}

bool UriHolds(Modifier modifier, const QueryValue& value, const IndexEntry& entry) {
  if (modifier == Modifier::kBelow) return entry.text.starts_with(value.text);
  if (modifier == Modifier::kAbove) return value.text.starts_with(entry.text);
  return entry.text == value.text;
}

bool ReferenceHolds(const QueryValue& value, const IndexEntry& entry) {
  if (value.code.empty()) return entry.text == value.text;
  return entry.code == value.code && (value.system.empty() || entry.system == value.system);
}

bool Holds(ParameterKind kind, Modifier modifier, const QueryValue& value, const IndexEntry& entry) {
  if (kind == ParameterKind::kReference && modifier == Modifier::kIdentifier) {
    return entry.kind == ParameterKind::kToken && TokenHolds(value, entry);
  }
  if (entry.kind != kind) return false;   // the identifier of a reference
  switch (kind) {
    case ParameterKind::kToken:
      if (modifier == Modifier::kText) return Fold(entry.text).starts_with(value.folded);
      if (value.codes) return !entry.code.empty() && value.codes->Has(entry.system, entry.code);
      if (modifier == Modifier::kOfType) return OfTypeHolds(value, entry);
      return TokenHolds(value, entry);
    case ParameterKind::kString:
      return StringHolds(modifier, value, entry);
    case ParameterKind::kDate:
      return DateHolds(value, entry);
    case ParameterKind::kReference:
      return ReferenceHolds(value, entry);
    case ParameterKind::kQuantity:
      return QuantityHolds(value, entry);
    case ParameterKind::kNumber:
      return NumberHolds(value, entry);
    case ParameterKind::kUri:
      return UriHolds(modifier, value, entry);
    case ParameterKind::kComposite:
      if (entry.components.size() != value.components.size()) return false;
      for (size_t i = 0; i < value.components.size(); ++i) {
        if (!Holds(entry.components[i].kind, Modifier::kNone, value.components[i], entry.components[i])) return false;
      }
      return true;
    case ParameterKind::kSpecial:
      return false;
  }
  return false;
}

}  // namespace

bool MatchesValue(const Clause& clause, const QueryValue& value, const IndexEntry& entry) {
  QX_CHECK(clause.parameter != nullptr, "a clause without parameter: narrow the query first");
  return entry.parameter == clause.parameter->number && Holds(clause.parameter->kind, clause.modifier, value, entry);
}

bool Matches(const Clause& clause, const std::vector<IndexEntry>& entries) {
  if (clause.kind == Clause::Kind::kAny) {
    return std::any_of(clause.chained.begin(), clause.chained.end(), [&](const Clause& one) { return Matches(one, entries); });
  }
  QX_CHECK(clause.kind == Clause::Kind::kValues, "only the store can follow references");
  QX_CHECK(clause.parameter != nullptr, "a clause without parameter: narrow the query first");
  if (clause.modifier == Modifier::kMissing) {
    bool any = std::any_of(entries.begin(), entries.end(),
                           [&](const IndexEntry& entry) { return entry.parameter == clause.parameter->number; });
    return any != clause.missing;
  }
  bool any = false;
  for (const QueryValue& value : clause.values) {
    for (const IndexEntry& entry : entries) any = any || MatchesValue(clause, value, entry);
  }
  return any != (clause.modifier == Modifier::kNot || clause.modifier == Modifier::kNotIn);
}

}  // namespace qianxian::search
