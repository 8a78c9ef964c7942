// The slow, plain meaning of a clause, straight from the table in query.h.
#include <algorithm>

#include <cmath>

#include "fhir/reference.h"
#include "search/clauses.h"
#include "search/query.h"
#include "search/units.h"

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
  if (HasUcumUnit(value) && entry.system == kUcum && entry.code != value.code) {
    const std::optional<QueryValue> converted = InUnit(value, entry.code);
    return converted && NumberHolds(*converted, entry);
  }
  if (value.has_system && entry.system != value.system) return false;
  if (value.has_code && entry.code != value.code && (value.has_system || entry.text != value.code)) return false;
  return NumberHolds(value, entry);
}

bool StringHolds(Modifier modifier, const QueryValue& value, const IndexEntry& entry) {
  if (modifier == Modifier::kExact) return entry.text == value.text;
  if (modifier == Modifier::kContains) return entry.code.find(value.folded) != std::string::npos;
  if (value.prefix == Prefix::kAp) return entry.code == value.folded;
  if (value.prefix == Prefix::kEb) return entry.code.ends_with(value.folded);
  return entry.code.starts_with(value.folded);
}

bool UriHolds(Modifier modifier, const QueryValue& value, const IndexEntry& entry) {
  if (modifier == Modifier::kBelow) return entry.text.starts_with(value.text);
  if (modifier == Modifier::kContains) return entry.text.find(value.text) != std::string::npos;
  if (value.prefix == Prefix::kEb) return entry.text.ends_with(value.text);
  if (modifier == Modifier::kAbove) return value.text.starts_with(entry.text);
  return entry.text == value.text;
}

// "1.2.3" is "1.2" in more detail.
bool RefinesVersion(std::string_view version, std::string_view of) {
  return version == of || (version.size() > of.size() && version.starts_with(of) && version[of.size()] == '.');
}

bool CanonicalHolds(Modifier modifier, const QueryValue& value, const IndexEntry& entry) {
  const fhir::Canonical asked = fhir::ParseCanonical(value.text);
  const fhir::Canonical is = fhir::ParseCanonical(entry.text);
  if (!entry.code.empty() || is.url != asked.url || is.version.empty()) return false;
  return modifier == Modifier::kBelow ? RefinesVersion(is.version, asked.version) : RefinesVersion(asked.version, is.version);
}

// Over the great circle, on a ball of the earth's mean radius.
bool NearHolds(const QueryValue& value, const IndexEntry& entry) {
  constexpr double kEarthKilometres = 6371.0088, kRadians = 3.14159265358979323846 / 180;
  const double north = std::sin((entry.number_low - value.number_low) * kRadians / 2);
  const double east = std::sin((entry.number_high - value.number_high) * kRadians / 2);
  const double h = north * north + std::cos(entry.number_low * kRadians) * std::cos(value.number_low * kRadians) * east * east;
  return 2 * kEarthKilometres * std::asin(std::min(1.0, std::sqrt(h))) <= value.number;
}

bool ReferenceHolds(Modifier modifier, const QueryValue& value, const IndexEntry& entry) {
  if (modifier == Modifier::kBelow || modifier == Modifier::kAbove) return CanonicalHolds(modifier, value, entry);
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
      return ReferenceHolds(modifier, value, entry);
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
      return NearHolds(value, entry);
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
    const bool any = std::any_of(clause.chained.begin(), clause.chained.end(), [&](const Clause& one) { return Matches(one, entries); });
    return any != (clause.modifier == Modifier::kNot);
  }
  QX_CHECK(clause.kind == Clause::Kind::kValues, "only the store can follow references");
  QX_CHECK(clause.parameter != nullptr, "a clause without parameter: narrow the query first");
  if (clause.modifier == Modifier::kMissing) {
    bool any = std::any_of(entries.begin(), entries.end(),
                           [&](const IndexEntry& entry) { return entry.parameter == clause.parameter->number; });
    return any != clause.missing;
  }
  if (IsUnequal(clause)) {
    std::vector<QueryValue> values = clause.values;
    for (QueryValue& value : values) value.prefix = clause.parameter->kind == ParameterKind::kString ? Prefix::kAp : Prefix::kEq;
    return std::any_of(entries.begin(), entries.end(), [&](const IndexEntry& entry) {
      return entry.parameter == clause.parameter->number && std::none_of(values.begin(), values.end(), [&](const QueryValue& value) {
               return Holds(clause.parameter->kind, Modifier::kNone, value, entry);
             });
    });
  }
  bool any = false;
  for (const QueryValue& value : clause.values) {
    for (const IndexEntry& entry : entries) any = any || MatchesValue(clause, value, entry);
  }
  return any != (clause.modifier == Modifier::kNot || clause.modifier == Modifier::kNotIn);
}

}  // namespace qianxian::search
