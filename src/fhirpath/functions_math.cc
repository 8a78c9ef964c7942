// Functions on numbers, and the boundaries of what was given with limited precision.
// Source: https://hl7.org/fhirpath/N1/#math, https://build.fhir.org/ig/HL7/FHIRPath/#lowboundary
#include <cmath>

#include "fhirpath/calendar.h"
#include "fhirpath/evaluator.h"

namespace qianxian::fhirpath {

using Rounding = Number::Rounding;

// A number (or quantity) from the input, or out of the function where there is none.
#define QX_INPUT_NUMBER(name)                                                            \
  QX_TRY(auto name##_given, Single(call.node, call.input));                              \
  if (!name##_given) return Ok();                                                        \
  Item name = *name##_given;                                                             \
  if (!name.IsNumber() && name.kind != ItemKind::kQuantity)                              \
    return Bad(call.node, call.node.text + "() needs a number", call.node.text + "() 需要数字")

namespace {

Item WithNumber(const Item& like, Number number) {
  Item out = like;
  out.number = number;
  return out;
}

}  // namespace

Status EvaluatorState::Abs(const Call& call, Collection& out) {
  QX_INPUT_NUMBER(item);
  out.push_back(WithNumber(item, item.number.IsNegative() ? item.number.Negated() : item.number));
  return Ok();
}

Status EvaluatorState::WholeNumber(const Call& call, Rounding rounding, Collection& out) {
  QX_INPUT_NUMBER(item);
  auto whole = item.number.WithScale(0, rounding);
  if (!whole) return Ok();
  Item result = WithNumber(item, *whole);
  if (item.IsNumber()) result.kind = ItemKind::kInteger;
  out.push_back(result);
  return Ok();
}

Status EvaluatorState::Ceiling(const Call& call, Collection& out) { return WholeNumber(call, Rounding::kCeiling, out); }
Status EvaluatorState::Floor(const Call& call, Collection& out) { return WholeNumber(call, Rounding::kFloor, out); }
Status EvaluatorState::Truncate(const Call& call, Collection& out) { return WholeNumber(call, Rounding::kTowardZero, out); }

Status EvaluatorState::Round(const Call& call, Collection& out) {
  QX_INPUT_NUMBER(item);
  int64_t digits = 0;
  if (!call.node.parts.empty()) {
    QX_TRY(auto given, IntegerArgument(call, 0));
    digits = given.value_or(0);
  }
  if (digits < 0) return Bad(call.node, "round() needs a precision of 0 or more", "round() 的精度不能为负");
  if (digits >= item.number.scale()) {
    Item same = item;
    if (same.kind == ItemKind::kInteger) same.kind = ItemKind::kDecimal;
    out.push_back(same);
    return Ok();
  }
  auto rounded = item.number.WithScale(static_cast<int>(digits), Rounding::kHalfAwayFromZero);
  if (!rounded) return Ok();
  Item result = WithNumber(item, *rounded);
  if (result.kind == ItemKind::kInteger) result.kind = ItemKind::kDecimal;
  out.push_back(result);
  return Ok();
}

Status EvaluatorState::RealFunction(const Call& call, double (*function)(double), Collection& out) {
  QX_INPUT_NUMBER(item);
  auto number = Number::FromDouble(function(item.number.ToDouble()));
  if (number) out.push_back(Item::Decimal(*number));
  return Ok();
}

Status EvaluatorState::Exp(const Call& call, Collection& out) { return RealFunction(call, std::exp, out); }
Status EvaluatorState::Ln(const Call& call, Collection& out) { return RealFunction(call, std::log, out); }
Status EvaluatorState::Sqrt(const Call& call, Collection& out) { return RealFunction(call, std::sqrt, out); }

Status EvaluatorState::Log(const Call& call, Collection& out) {
  QX_INPUT_NUMBER(item);
  Collection argument;
  QX_DO(Argument(call, 0, argument));
  QX_TRY(auto base, Single(call.node, argument));
  if (!base) return Ok();
  if (!base->IsNumber()) return Bad(call.node, "log() needs a number as base", "log() 的底数必须是数字");
  auto number = Number::FromDouble(std::log(item.number.ToDouble()) / std::log(base->number.ToDouble()));
  if (number) out.push_back(Item::Decimal(*number));
  return Ok();
}

Status EvaluatorState::Power(const Call& call, Collection& out) {
  QX_INPUT_NUMBER(item);
  Collection argument;
  QX_DO(Argument(call, 0, argument));
  QX_TRY(auto exponent, Single(call.node, argument));
  if (!exponent) return Ok();
  if (!exponent->IsNumber()) return Bad(call.node, "power() needs a number", "power() 需要数字");
  auto whole = exponent->number.IsWhole() ? exponent->number.ToInteger() : std::nullopt;
  if (whole && *whole >= 0 && *whole <= 128) {   // exactly
    std::optional<Number> product = Number::Of(1);
    for (int64_t i = 0; i < *whole && product; ++i) product = Number::Multiply(*product, item.number);
    if (!product) return Ok();
    bool integer = item.kind == ItemKind::kInteger && exponent->kind == ItemKind::kInteger;
    if (!integer) out.push_back(Item::Decimal(*product));
    else if (auto value = product->ToInteger()) out.push_back(Item::Integer(*value));
    return Ok();
  }
  auto number = Number::FromDouble(std::pow(item.number.ToDouble(), exponent->number.ToDouble()));
  if (number) out.push_back(Item::Decimal(*number));
  return Ok();
}

Status EvaluatorState::Precision(const Call& call, Collection& out) {
  QX_TRY(auto item, Single(call.node, call.input));
  if (!item) return Ok();
  if (item->IsTemporal()) {
    out.push_back(Item::Integer(DateDigits(*item->date, item->kind)));
  } else if (item->IsNumber()) {
    out.push_back(Item::Integer(item->number.scale()));   // digits after the point
  } else {
    return Bad(call.node, "precision() needs a number, date or time", "precision() 需要数字、日期或时间");
  }
  return Ok();
}

namespace {

// Half a unit of the last digit lower or higher, with `digits` after the point. The lower one (by size) is cut, the
// higher one rounded, as the official cases have it.
std::optional<Number> NumberBoundary(const Number& number, bool high, int digits) {
  if (number.scale() + 1 > Number::kMaximumScale) return std::nullopt;
  bool away = number.IsZero() ? true : high != number.IsNegative();   // away from zero
  Number half = Number::Of(high ? 5 : -5, number.scale() + 1);
  auto boundary = Number::Add(number, half);
  if (!boundary) return std::nullopt;
  return boundary->WithScale(digits, away ? Rounding::kHalfAwayFromZero : Rounding::kTowardZero);
}

}  // namespace

Status EvaluatorState::Boundary(const Call& call, bool high, Collection& out) {
  QX_TRY(auto item, Single(call.node, call.input));
  if (!item) return Ok();
  std::optional<int64_t> digits;
  if (!call.node.parts.empty()) {
    QX_TRY(digits, IntegerArgument(call, 0));
    if (!digits) return Ok();
  }
  if (item->IsTemporal()) {
    int standard = item->kind == ItemKind::kDate ? 8 : item->kind == ItemKind::kTime ? 9 : 17;
    auto boundary = DateBoundary(*item->date, item->kind, high, static_cast<int>(digits.value_or(standard)));
    if (boundary) out.push_back(arena_.Temporal(item->kind, *boundary));
    return Ok();
  }
  if (!item->IsNumber() && item->kind != ItemKind::kQuantity) {
    return Bad(call.node, call.node.text + "() needs a number, quantity, date or time",
               call.node.text + "() 需要数字、数量、日期或时间");
  }
  if (digits && (*digits < 0 || *digits > Number::kMaximumScale)) return Ok();
  auto boundary = NumberBoundary(item->number, high, static_cast<int>(digits.value_or(8)));
  if (!boundary) return Ok();
  Item result = *item;
  if (result.kind == ItemKind::kInteger) result.kind = ItemKind::kDecimal;
  result.number = *boundary;
  out.push_back(result);
  return Ok();
}

Status EvaluatorState::LowBoundary(const Call& call, Collection& out) { return Boundary(call, false, out); }
Status EvaluatorState::HighBoundary(const Call& call, Collection& out) { return Boundary(call, true, out); }

}  // namespace qianxian::fhirpath
