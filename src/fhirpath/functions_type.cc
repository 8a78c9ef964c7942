// Types and conversions. Source: https://hl7.org/fhirpath/N1/#types, #conversion
#include <algorithm>

#include "base/text.h"
#include "fhirpath/compare.h"
#include "fhirpath/evaluator.h"

namespace qianxian::fhirpath {
namespace {

constexpr std::string_view kSystemTypes[] = {"Boolean", "Integer", "Decimal", "String", "Date",
                                             "DateTime", "Time", "Quantity", "Any", "Long"};

bool IsSystemTypeName(std::string_view name) {
  for (std::string_view known : kSystemTypes) {
    if (known == name) return true;
  }
  return false;
}

constexpr std::string_view kCalendarWords[] = {"year", "month", "week", "day", "hour", "minute", "second", "millisecond"};

bool IsCalendarWord(std::string_view text) {
  for (std::string_view word : kCalendarWords) {
    if (text == word || (text.size() == word.size() + 1 && text.starts_with(word) && text.back() == 's')) return true;
  }
  return false;
}

// "5.4 'mg'", "1 day", "7".
std::optional<Item> QuantityOfText(std::string_view text, Arena& arena) {
  size_t end = text.find(' ');
  auto number = Number::Parse(text.substr(0, end));
  if (!number) return std::nullopt;
  if (end == std::string_view::npos) return Item::Quantity(*number, "1", false);
  std::string_view unit = TrimAscii(text.substr(end));
  if (unit.size() > 2 && unit.front() == '\'' && unit.back() == '\'') {
    return Item::Quantity(*number, arena.Keep(std::string(unit.substr(1, unit.size() - 2))), false);
  }
  if (IsCalendarWord(unit)) return Item::Quantity(*number, arena.Keep(std::string(unit)), true);
  return std::nullopt;
}

std::optional<Item> BooleanOf(const Item& item) {
  if (item.kind == ItemKind::kBoolean) return item;
  if (item.IsNumber()) {
    if (Number::Compare(item.number, Number::Of(1)) == 0) return Item::Boolean(true);
    if (item.number.IsZero()) return Item::Boolean(false);
    return std::nullopt;
  }
  if (item.kind != ItemKind::kString) return std::nullopt;
  std::string text = ToLowerAscii(item.text);
  for (const char* yes : {"true", "t", "yes", "y", "1", "1.0"}) {
    if (text == yes) return Item::Boolean(true);
  }
  for (const char* no : {"false", "f", "no", "n", "0", "0.0"}) {
    if (text == no) return Item::Boolean(false);
  }
  return std::nullopt;
}

std::optional<Item> IntegerOf(const Item& item) {
  if (item.kind == ItemKind::kInteger) return item;
  if (item.kind == ItemKind::kBoolean) return Item::Integer(item.boolean ? 1 : 0);
  if (item.kind != ItemKind::kString) return std::nullopt;
  int64_t value = 0;
  if (!ParseInteger(item.text, value) || value > INT32_MAX || value < INT32_MIN) return std::nullopt;
  return Item::Integer(value);
}

std::optional<Item> DecimalOf(const Item& item) {
  if (item.IsNumber()) return Item::Decimal(item.number);
  if (item.kind == ItemKind::kBoolean) return Item::Decimal(Number::Of(item.boolean ? 10 : 0, 1));
  if (item.kind != ItemKind::kString) return std::nullopt;
  auto number = Number::Parse(item.text);
  return number ? std::optional<Item>(Item::Decimal(*number)) : std::nullopt;
}

std::optional<Item> QuantityOf(const Item& item, Arena& arena) {
  if (item.kind == ItemKind::kQuantity) return item;
  if (item.IsNumber()) return Item::Quantity(item.number, "1", false);
  if (item.kind == ItemKind::kBoolean) return Item::Quantity(Number::Of(item.boolean ? 10 : 0, 1), "1", false);
  if (item.kind == ItemKind::kString) return QuantityOfText(item.text, arena);
  return std::nullopt;
}

std::optional<Item> TemporalOf(const Item& item, ItemKind kind, Arena& arena) {
  if (item.kind == kind) return item;
  fhir::DateTime date;
  if (item.kind == ItemKind::kString) {
    fhir::DateSyntax syntax = kind == ItemKind::kDate   ? fhir::DateSyntax::kDate
                              : kind == ItemKind::kTime ? fhir::DateSyntax::kLenientTime
                                                        : fhir::DateSyntax::kLenient;
    std::string_view text = item.text;
    if (kind == ItemKind::kTime && text.starts_with("T")) text.remove_prefix(1);
    if (fhir::TryParseDateTime(text, syntax, date)) return arena.Temporal(kind, date);
    return std::nullopt;
  }
  if (kind == ItemKind::kDateTime && item.kind == ItemKind::kDate) return arena.Temporal(kind, *item.date);
  if (kind == ItemKind::kDate && item.kind == ItemKind::kDateTime) {
    date = *item.date;
    date.precision = std::min(date.precision, fhir::DatePrecision::kDay);
    return arena.Temporal(kind, date);
  }
  return std::nullopt;
}

}  // namespace

// A type without namespace is one of FHIR for a place, and one of System for a value.
Result<bool> EvaluatorState::IsOfType(const Node& node, const Item& item, const TypeSpecifier& type) {
  const fhir::Type* fhir_type = environment_.definitions->Find(type.name);
  if (type.space.empty() && fhir_type == nullptr && !IsSystemTypeName(type.name)) {
    return Bad(node, "unknown type " + type.name, "未知类型 " + type.name);
  }
  if (item.IsNode()) {
    if (type.space == "System" || fhir_type == nullptr) return false;
    if (item.type != nullptr) return item.type->Is(fhir_type);
    return false;
  }
  if (type.space == "FHIR") return false;
  std::string name = TypeName(item);
  return name.substr(name.find('.') + 1) == type.name || type.name == "Any";
}

Status EvaluatorState::Not(const Call& call, Collection& out) {
  QX_TRY(auto value, SingleBoolean(call.node, call.input));
  if (value) out.push_back(Item::Boolean(!*value));
  return Ok();
}

Status EvaluatorState::Is(const Call& call, Collection& out) {
  if (call.input.empty()) return Ok();
  if (call.input.size() > 1) return Bad(call.node, "is() needs one item", "is() 只能用于单个对象");
  QX_TRY(bool is, IsOfType(call.node, call.input[0], call.node.type));
  out.push_back(Item::Boolean(is));
  return Ok();
}

Status EvaluatorState::As(const Call& call, Collection& out) {
  if (call.input.size() > 1 && environment_.strict) return Bad(call.node, "as() needs one item", "as() 只能用于单个对象");
  return OfType(call, out);
}

Status EvaluatorState::TypeOf(const Call& call, Collection& out) {
  for (const Item& item : call.input) {
    Item type;
    type.kind = ItemKind::kType;
    type.text = arena_.Keep(TypeName(item));
    out.push_back(type);
  }
  return Ok();
}

Result<std::optional<Item>> EvaluatorState::Convert(const Call& call, std::string_view target) {
  QX_TRY(auto item, Single(call.node, call.input));
  if (!item) return std::optional<Item>();
  if (target == "Boolean") return BooleanOf(*item);
  if (target == "Integer") return IntegerOf(*item);
  if (target == "Decimal") return DecimalOf(*item);
  if (target == "Quantity") {
    auto quantity = QuantityOf(*item, arena_);
    if (!quantity || call.node.parts.empty()) return quantity;
    QX_TRY(auto unit, StringArgument(call, 0));   // toQuantity('g'): in that unit
    if (!unit) return quantity;
    Item wanted = Item::Quantity(Number(), *unit, IsCalendarWord(*unit));
    auto number = ValueInUnitOf(wanted, *quantity);
    if (!number) return std::optional<Item>();
    wanted.number = *number;
    return std::optional<Item>(wanted);
  }
  if (target == "Date") return TemporalOf(*item, ItemKind::kDate, arena_);
  if (target == "DateTime") return TemporalOf(*item, ItemKind::kDateTime, arena_);
  if (target == "Time") return TemporalOf(*item, ItemKind::kTime, arena_);
  auto text = ToText(*item, arena_);
  return text ? std::optional<Item>(arena_.String(std::move(*text))) : std::nullopt;
}

// toBoolean() … and convertsToBoolean() …: the target is in the name.
#define QX_CONVERSION(NAME, TARGET)                                  \
  Status EvaluatorState::NAME(const Call& call, Collection& out) {   \
    QX_TRY(auto value, Convert(call, TARGET));                       \
    if (value) out.push_back(*value);                                \
    return Ok();                                                     \
  }
QX_CONVERSION(ToBoolean, "Boolean")
QX_CONVERSION(ToInteger, "Integer")
QX_CONVERSION(ToDecimal, "Decimal")
QX_CONVERSION(ToStringValue, "String")
QX_CONVERSION(ToDate, "Date")
QX_CONVERSION(ToDateTime, "DateTime")
QX_CONVERSION(ToTime, "Time")
QX_CONVERSION(ToQuantity, "Quantity")
#undef QX_CONVERSION

Status EvaluatorState::ConvertsTo(const Call& call, Collection& out) {
  if (call.input.empty()) return Ok();
  std::string_view target = call.node.text;
  target.remove_prefix(std::string_view("convertsTo").size());
  QX_TRY(auto value, Convert(call, target));
  out.push_back(Item::Boolean(value.has_value()));
  return Ok();
}

}  // namespace qianxian::fhirpath
