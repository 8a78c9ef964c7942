#include "fhirpath/compare.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/text.h"
#include "fhirpath/ucum.h"

namespace qianxian::fhirpath {
namespace {

Order OrderOf(std::strong_ordering ordering) {
  if (ordering < 0) return Order::kLess;
  return ordering > 0 ? Order::kGreater : Order::kEqual;
}

// Dates ------------------------------------------------------------------------------------------------------------

// The same moment in UTC, if it has a time of day.
fhir::DateTime ToUtc(const fhir::DateTime& date, int default_offset) {
  fhir::DateTime out = date;
  int offset = date.has_offset ? date.offset_minutes : default_offset;
  int64_t minutes = fhir::DaysSince1970(date.year, date.month, date.day) * 1440 + date.hour * 60 + date.minute - offset;
  int64_t days = minutes >= 0 ? minutes / 1440 : -((-minutes + 1439) / 1440);
  int rest = static_cast<int>(minutes - days * 1440);
  fhir::CivilFromDays(days, out.year, out.month, out.day);
  out.hour = rest / 60;
  out.minute = rest % 60;
  out.offset_minutes = 0;
  return out;
}

// Component by component, as far as both are known; seconds and their fraction are one component.
Order CompareDates(const Item& left, const Item& right, int default_offset) {
  bool time = left.kind == ItemKind::kTime;
  if (time != (right.kind == ItemKind::kTime)) return Order::kIncomparable;
  using P = fhir::DatePrecision;
  fhir::DateTime a = *left.date;
  fhir::DateTime b = *right.date;
  if (!time && a.precision >= P::kHour && b.precision >= P::kHour && (a.has_offset || b.has_offset)) {
    a = ToUtc(a, default_offset);
    b = ToUtc(b, default_offset);
  }
  auto step = [](const fhir::DateTime& d, P p) -> int64_t {
    switch (p) {
      case P::kYear: return d.year;
      case P::kMonth: return d.month;
      case P::kDay: return d.day;
      case P::kHour: return d.hour;
      case P::kMinute: return d.minute;
      default: return int64_t{d.second} * 1'000'000 + d.microsecond;
    }
  };
  for (P p : {P::kYear, P::kMonth, P::kDay, P::kHour, P::kMinute, P::kSecond}) {
    if (time && p < P::kHour) continue;
    bool has_a = a.precision >= p;
    bool has_b = b.precision >= p;
    if (has_a != has_b) return Order::kUnknown;
    if (!has_a) return Order::kEqual;
    if (step(a, p) != step(b, p)) return step(a, p) < step(b, p) ? Order::kLess : Order::kGreater;
  }
  return Order::kEqual;
}

// Quantities -------------------------------------------------------------------------------------------------------

// UCUM's name of a calendar word that has a definite length; months and years have none.
std::string_view UcumOfCalendar(std::string_view word) {
  if (word == "week") return "wk";
  if (word == "day") return "d";
  if (word == "hour") return "h";
  if (word == "minute") return "min";
  if (word == "second") return "s";
  if (word == "millisecond") return "ms";
  return {};
}

bool IsMonthOrYear(const Item& quantity) {
  if (!quantity.calendar) return false;
  std::string_view word = CalendarUnit(quantity.text);
  return word == "month" || word == "year";
}

std::optional<Unit> UnitOf(const Item& quantity) {
  if (!quantity.calendar) return ParseUnit(quantity.text);
  std::string_view word = CalendarUnit(quantity.text);
  if (word == "month") return ParseUnit("mo");
  if (word == "year") return ParseUnit("a");
  return ParseUnit(UcumOfCalendar(word));
}

bool SameUnit(const Item& a, const Item& b) {
  if (a.calendar != b.calendar) return false;
  return a.calendar ? CalendarUnit(a.text) == CalendarUnit(b.text) : a.text == b.text;
}

Order CompareNumbersNearly(long double a, long double b) {
  long double size = std::max(std::fabs(a), std::fabs(b));
  if (std::fabs(a - b) <= size * 1e-14L) return Order::kEqual;
  return a < b ? Order::kLess : Order::kGreater;
}

// `loose`: a calendar month may be compared with a definite one ("mo"), as equivalence does.
Order CompareQuantities(const Item& a, const Item& b, bool loose) {
  if (SameUnit(a, b)) return OrderOf(Number::Compare(a.number, b.number));
  bool month_a = IsMonthOrYear(a);
  bool month_b = IsMonthOrYear(b);
  if (month_a && month_b) {
    auto months = [](const Item& q) {
      int factor = CalendarUnit(q.text) == "year" ? 12 : 1;
      return Number::Multiply(q.number, Number::Of(factor)).value_or(q.number);
    };
    return OrderOf(Number::Compare(months(a), months(b)));
  }
  if (month_a != month_b && !loose) return Order::kUnknown;
  auto unit_a = UnitOf(a);
  auto unit_b = UnitOf(b);
  if (!unit_a || !unit_b || !unit_a->SameDimensions(*unit_b)) return Order::kUnknown;
  return CompareNumbersNearly(static_cast<long double>(a.number.ToDouble()) * unit_a->factor,
                              static_cast<long double>(b.number.ToDouble()) * unit_b->factor);
}

// Places in resources ----------------------------------------------------------------------------------------------

bool DeepEqual(json::Value a, json::Value b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case json::Kind::kNull:
      return true;
    case json::Kind::kBoolean:
      return a.AsBoolean() == b.AsBoolean();
    case json::Kind::kString:
      return a.AsString() == b.AsString();
    case json::Kind::kNumber: {
      auto x = Number::Parse(a.NumberText(), true);
      auto y = Number::Parse(b.NumberText(), true);
      return x && y ? Number::Compare(*x, *y) == 0 : a.NumberText() == b.NumberText();
    }
    case json::Kind::kArray: {
      if (a.size() != b.size()) return false;
      auto other = b.Elements().begin();
      for (json::Value part : a.Elements()) {
        if (!DeepEqual(part, *other)) return false;
        ++other;
      }
      return true;
    }
    case json::Kind::kObject: {
      if (a.size() != b.size()) return false;
      for (json::Member member : a.Members()) {
        auto found = b.Find(member.name);
        if (!found || !DeepEqual(member.value, *found)) return false;
      }
      return true;
    }
  }
  return false;
}

// Text for equivalence: lower case, one blank for any white space.
std::string Normalized(std::string_view text) {
  std::string out;
  for (char c : ToLowerAscii(text)) {
    bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (space && (out.empty() || out.back() == ' ')) continue;
    out += space ? ' ' : c;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

Item AsQuantity(const Item& item) { return item.IsNumber() ? Item::Quantity(item.number, "1", false) : item; }

// Numbers are equivalent if they are equal at the precision of the less precise one.
bool NearlySame(const Number& a, const Number& b) {
  int scale = std::min(a.Trimmed().scale(), b.Trimmed().scale());
  auto x = a.WithScale(scale, Number::Rounding::kHalfAwayFromZero);
  auto y = b.WithScale(scale, Number::Rounding::kHalfAwayFromZero);
  return x && y ? Number::Compare(*x, *y) == 0 : Number::Compare(a, b) == 0;
}

}  // namespace

std::string_view CalendarUnit(std::string_view word) {
  if (word.size() > 1 && word.back() == 's') word.remove_suffix(1);
  return word;
}

std::optional<bool> Comparer::Equal(const Item& a, const Item& b) const {
  if (a.IsNode() && b.IsNode()) {
    if (a.json.identity() != nullptr && a.json.identity() == b.json.identity()) return true;
    if (a.json.IsObject() && b.json.IsObject() && !(a.type != nullptr && a.type->Is("Quantity"))) {
      return DeepEqual(a.json, b.json);
    }
  }
  auto left = ToSystem(a, arena);
  auto right = ToSystem(b, arena);
  if (!left || !right) return a.IsNode() && b.IsNode() && DeepEqual(a.json, b.json) && DeepEqual(a.shadow, b.shadow);
  if (left->IsTemporal() && right->IsTemporal()) {
    Order order = CompareDates(*left, *right, offset_minutes);
    if (order == Order::kUnknown) return std::nullopt;
    return order == Order::kEqual;
  }
  if (left->IsNumber() && right->IsNumber()) return Number::Compare(left->number, right->number) == 0;
  if (left->kind == ItemKind::kQuantity || right->kind == ItemKind::kQuantity) {
    Item x = AsQuantity(*left);
    Item y = AsQuantity(*right);
    if (x.kind != y.kind) return false;
    Order order = CompareQuantities(x, y, false);
    if (order == Order::kUnknown) return std::nullopt;
    return order == Order::kEqual;
  }
  if (left->kind != right->kind) return false;
  if (left->kind == ItemKind::kBoolean) return left->boolean == right->boolean;
  return left->text == right->text;
}

bool Comparer::Equivalent(const Item& a, const Item& b) const {
  auto left = ToSystem(a, arena);
  auto right = ToSystem(b, arena);
  if (left && right) {
    if (left->kind == ItemKind::kString && right->kind == ItemKind::kString) {
      return left->text == right->text || Normalized(left->text) == Normalized(right->text);
    }
    if (left->IsNumber() && right->IsNumber()) return NearlySame(left->number, right->number);
    if (left->kind == ItemKind::kQuantity && right->kind == ItemKind::kQuantity) {
      // In the coarser of both units, at the precision of the less precise one: 4 'g' ~ 4040 'mg'.
      auto unit_left = UnitOf(*left);
      auto unit_right = UnitOf(*right);
      bool left_coarser = !unit_left || !unit_right || unit_left->factor >= unit_right->factor;
      const Item& coarse = left_coarser ? *left : *right;
      auto fine = ValueInUnitOf(coarse, left_coarser ? *right : *left);
      return fine && NearlySame(coarse.number, *fine);
    }
  }
  return Equal(a, b).value_or(false);
}

Order Comparer::Compare(const Item& a, const Item& b) const {
  auto left = ToSystem(a, arena);
  auto right = ToSystem(b, arena);
  if (!left || !right) return Order::kIncomparable;
  if (left->IsNumber() && right->IsNumber()) return OrderOf(Number::Compare(left->number, right->number));
  if (left->IsTemporal() && right->IsTemporal()) return CompareDates(*left, *right, offset_minutes);
  if (left->kind == ItemKind::kQuantity || right->kind == ItemKind::kQuantity) {
    Item x = AsQuantity(*left);
    Item y = AsQuantity(*right);
    return x.kind == y.kind ? CompareQuantities(x, y, false) : Order::kIncomparable;
  }
  if (left->kind != ItemKind::kString || right->kind != ItemKind::kString) return Order::kIncomparable;
  int order = left->text.compare(right->text);   // bytes of UTF-8: the order of code points
  return order < 0 ? Order::kLess : order > 0 ? Order::kGreater : Order::kEqual;
}

std::optional<bool> Comparer::Equal(const Collection& a, const Collection& b) const {
  if (a.empty() || b.empty()) return std::nullopt;
  if (a.size() != b.size()) return false;
  bool known = true;
  for (size_t i = 0; i < a.size(); ++i) {
    auto equal = Equal(a[i], b[i]);
    if (!equal) known = false;
    else if (!*equal) return false;
  }
  return known ? std::optional<bool>(true) : std::nullopt;
}

bool Comparer::Equivalent(const Collection& a, const Collection& b) const {
  if (a.size() != b.size()) return false;
  std::vector<bool> used(b.size());
  for (const Item& item : a) {
    size_t i = 0;
    while (i < b.size() && (used[i] || !Equivalent(item, b[i]))) ++i;
    if (i == b.size()) return false;
    used[i] = true;
  }
  return true;
}

bool Comparer::Contains(const Collection& items, const Item& item, size_t from) const {
  for (size_t i = from; i < items.size(); ++i) {
    if (Equal(items[i], item).value_or(false)) return true;
  }
  return false;
}

std::optional<Number> ValueInUnitOf(const Item& unit, const Item& quantity) {
  if (SameUnit(unit, quantity)) return quantity.number;
  auto to = UnitOf(unit);
  auto from = UnitOf(quantity);
  if (!to || !from || !to->SameDimensions(*from)) return std::nullopt;
  long double factor = from->factor / to->factor;
  return Number::FromDouble(static_cast<double>(static_cast<long double>(quantity.number.ToDouble()) * factor));
}

bool AreComparable(const Item& a, const Item& b) {
  if (SameUnit(a, b)) return true;
  auto left = UnitOf(a);
  auto right = UnitOf(b);
  return left && right && left->SameDimensions(*right);
}

}  // namespace qianxian::fhirpath
