// Operators. Empty operands give empty, except where three-valued logic, & and equivalence know better.
#include "fhirpath/calendar.h"
#include "fhirpath/compare.h"
#include "fhirpath/evaluator.h"

namespace qianxian::fhirpath {
namespace {

constexpr int64_t kIntegerMaximum = 2'147'483'647;

// Integers are 32 bits wide; what does not fit is empty.
void PushNumber(const std::optional<Number>& number, bool integer, Collection& out) {
  if (!number) return;
  if (!integer) return out.push_back(Item::Decimal(*number));
  auto value = number->ToInteger();
  if (value && *value <= kIntegerMaximum && *value >= -kIntegerMaximum - 1) out.push_back(Item::Integer(*value));
}

}  // namespace

Status EvaluatorState::EvalUnary(const Node& node, const Frame& frame, Collection& out) {
  Collection items;
  QX_DO(Eval(*node.parts[0], frame, items));
  QX_TRY(auto item, Single(node, items));
  if (!item && items.empty()) return Ok();
  if (!item || (!item->IsNumber() && item->kind != ItemKind::kQuantity)) {
    return Bad(node, "a sign needs a number", "正负号只能用于数字");
  }
  if (node.op == Operator::kSubtract) item->number = item->number.Negated();
  out.push_back(*item);
  return Ok();
}

Status EvaluatorState::EvalBinary(const Node& node, const Frame& frame, Collection& out) {
  if (node.op >= Operator::kAnd) return EvalLogic(node, frame, out);
  Scratch left_scratch(*this);
  Scratch right_scratch(*this);
  Collection& left = left_scratch.items;
  Collection& right = right_scratch.items;
  // Each side sees the variables from outside, and not those of the other side.
  Scope left_scope{frame.scope, {}};
  Scope right_scope{frame.scope, {}};
  QX_DO(Eval(*node.parts[0], Frame{frame.self, frame.index, frame.total, &left_scope}, left));
  QX_DO(Eval(*node.parts[1], Frame{frame.self, frame.index, frame.total, &right_scope}, right));
  steps_ += left.size() + right.size();
  Comparer comparer{arena_, environment_.offset_minutes};
  switch (node.op) {
    case Operator::kUnion: {
      size_t from = out.size();
      QX_DO(AddDistinct(left, out, from));
      return AddDistinct(right, out, from);
    }
    case Operator::kEqual:
    case Operator::kNotEqual: {
      auto equal = comparer.Equal(left, right);
      if (equal) out.push_back(Item::Boolean(*equal == (node.op == Operator::kEqual)));
      return Ok();
    }
    case Operator::kEquivalent:
      out.push_back(Item::Boolean(comparer.Equivalent(left, right)));
      return Ok();
    case Operator::kNotEquivalent:
      out.push_back(Item::Boolean(!comparer.Equivalent(left, right)));
      return Ok();
    case Operator::kIn:
      return EvalMembership(node, left, right, out);
    case Operator::kContains:
      return EvalMembership(node, right, left, out);
    case Operator::kLess:
    case Operator::kLessOrEqual:
    case Operator::kGreater:
    case Operator::kGreaterOrEqual:
      return EvalComparison(node, left, right, out);
    default:
      return EvalArithmetic(node, left, right, out);
  }
}

Status EvaluatorState::EvalMembership(const Node& node, const Collection& item, const Collection& items, Collection& out) {
  if (item.size() > 1) return Bad(node, "one item is looked for, there are several", "只能查找单个对象");
  if (item.empty()) return Ok();
  Comparer comparer{arena_, environment_.offset_minutes};
  out.push_back(Item::Boolean(comparer.Contains(items, item[0])));
  return Ok();
}

Status EvaluatorState::EvalLogic(const Node& node, const Frame& frame, Collection& out) {
  auto side = [&](size_t index) -> Result<std::optional<bool>> {
    Scratch scratch(*this);
    Scope scope{frame.scope, {}};
    QX_DO(Eval(*node.parts[index], Frame{frame.self, frame.index, frame.total, &scope}, scratch.items));
    return SingleBoolean(node, scratch.items);
  };
  QX_TRY(std::optional<bool> left, side(0));
  // What the left side decides alone is not spoilt by an error on the right.
  if (left) {
    if (node.op == Operator::kAnd && !*left) return out.push_back(Item::Boolean(false)), Ok();
    if (node.op == Operator::kOr && *left) return out.push_back(Item::Boolean(true)), Ok();
    if (node.op == Operator::kImplies && !*left) return out.push_back(Item::Boolean(true)), Ok();
  }
  QX_TRY(std::optional<bool> right, side(1));
  std::optional<bool> value;
  switch (node.op) {
    case Operator::kAnd:
      if (right && !*right) value = false;
      else if (left && right) value = true;
      break;
    case Operator::kOr:
      if (right && *right) value = true;
      else if (left && right) value = false;
      break;
    case Operator::kXor:
      if (left && right) value = *left != *right;
      break;
    default:   // implies; here left is true or not known
      if (right && *right) value = true;
      else if (left && right) value = false;
      break;
  }
  if (value) out.push_back(Item::Boolean(*value));
  return Ok();
}

Status EvaluatorState::EvalComparison(const Node& node, const Collection& left, const Collection& right, Collection& out) {
  if (left.empty() || right.empty()) return Ok();
  if (left.size() > 1 || right.size() > 1) {
    return Bad(node, "only single items can be compared", "只能比较单个对象");
  }
  Comparer comparer{arena_, environment_.offset_minutes};
  Order order = comparer.Compare(left[0], right[0]);
  if (order == Order::kUnknown) return Ok();
  if (order == Order::kIncomparable) {
    bool valueless = (left[0].IsNode() && left[0].json.IsNull()) || (right[0].IsNode() && right[0].json.IsNull());
    if (valueless) return Ok();   // a primitive that has only extensions
    return Bad(node, "these types cannot be compared: " + TypeName(left[0]) + ", " + TypeName(right[0]),
               "类型不可比较：" + TypeName(left[0]) + "、" + TypeName(right[0]));
  }
  bool value = false;
  if (node.op == Operator::kLess) value = order == Order::kLess;
  if (node.op == Operator::kLessOrEqual) value = order != Order::kGreater;
  if (node.op == Operator::kGreater) value = order == Order::kGreater;
  if (node.op == Operator::kGreaterOrEqual) value = order != Order::kLess;
  out.push_back(Item::Boolean(value));
  return Ok();
}

Status EvaluatorState::EvalArithmetic(const Node& node, const Collection& left, const Collection& right, Collection& out) {
  if (node.op == Operator::kConcatenate) {
    QX_TRY(auto first, SingleString(node, left));
    QX_TRY(auto second, SingleString(node, right));
    out.push_back(arena_.String(std::string(first.value_or("")) + std::string(second.value_or(""))));
    return Ok();
  }
  QX_TRY(auto first, Single(node, left));
  QX_TRY(auto second, Single(node, right));
  if (left.empty() || right.empty()) return Ok();
  if (!first || !second) return Bad(node, "arithmetic needs values", "算术运算需要值");
  return Calculate(node, *first, *second, out);
}

Status EvaluatorState::Calculate(const Node& node, const Item& left, const Item& right, Collection& out) {
  if (node.op == Operator::kAdd && left.kind == ItemKind::kString && right.kind == ItemKind::kString) {
    out.push_back(arena_.String(std::string(left.text) + std::string(right.text)));
    return Ok();
  }
  if (left.kind == ItemKind::kQuantity || right.kind == ItemKind::kQuantity) {
    return CalculateQuantity(node, left, right, out);
  }
  if (!left.IsNumber() || !right.IsNumber()) {
    return Bad(node, "no such operation on " + TypeName(left) + " and " + TypeName(right),
               "不支持的运算：" + TypeName(left) + "、" + TypeName(right));
  }
  bool integers = left.kind == ItemKind::kInteger && right.kind == ItemKind::kInteger;
  switch (node.op) {
    case Operator::kAdd:
      PushNumber(Number::Add(left.number, right.number), integers, out);
      break;
    case Operator::kSubtract:
      PushNumber(Number::Subtract(left.number, right.number), integers, out);
      break;
    case Operator::kMultiply:
      PushNumber(Number::Multiply(left.number, right.number), integers, out);
      break;
    case Operator::kDivide:
      PushNumber(Number::Divide(left.number, right.number), false, out);
      break;
    case Operator::kDiv:
      PushNumber(Number::DivideWhole(left.number, right.number), true, out);
      break;
    case Operator::kMod:
      PushNumber(Number::Remainder(left.number, right.number), integers, out);
      break;
    default:
      break;
  }
  return Ok();
}

Status EvaluatorState::CalculateQuantity(const Node& node, const Item& left, const Item& right, Collection& out) {
  auto wrong = [&] {
    return Bad(node, "no such operation on " + TypeName(left) + " and " + TypeName(right),
               "不支持的运算：" + TypeName(left) + "、" + TypeName(right));
  };
  if (left.IsTemporal()) {
    auto step = StepOf(right);
    if (!step || (node.op != Operator::kAdd && node.op != Operator::kSubtract)) return wrong();
    Number amount = node.op == Operator::kAdd ? right.number : right.number.Negated();
    auto date = AddToDate(*left.date, left.kind, amount, *step);
    if (date) out.push_back(arena_.Temporal(left.kind, *date));
    return Ok();
  }
  bool left_quantity = left.kind == ItemKind::kQuantity;
  bool right_quantity = right.kind == ItemKind::kQuantity;
  if ((!left_quantity && !left.IsNumber()) || (!right_quantity && !right.IsNumber())) return wrong();
  if (node.op == Operator::kAdd || node.op == Operator::kSubtract) {
    if (!left_quantity || !right_quantity) return wrong();
    auto other = ValueInUnitOf(left, right);
    if (!other) return Ok();
    auto sum = node.op == Operator::kAdd ? Number::Add(left.number, *other) : Number::Subtract(left.number, *other);
    if (sum) out.push_back(Item::Quantity(*sum, left.text, left.calendar));
    return Ok();
  }
  if (node.op != Operator::kMultiply && node.op != Operator::kDivide) return wrong();
  bool multiply = node.op == Operator::kMultiply;
  auto number = multiply ? Number::Multiply(left.number, right.number) : Number::Divide(left.number, right.number);
  if (!number) return Ok();
  std::string_view left_unit = left_quantity ? left.text : "1";
  std::string_view right_unit = right_quantity ? right.text : "1";
  if (right_unit == "1") {
    out.push_back(Item::Quantity(*number, left_unit, left.calendar));
  } else if (multiply && left_unit == "1") {
    out.push_back(Item::Quantity(*number, right_unit, right.calendar));
  } else if (!multiply && left_unit == right_unit) {
    out.push_back(Item::Quantity(*number, "1", false));
  } else {
    bool plain = right_unit.find_first_of("./") == std::string_view::npos;
    std::string second = plain ? std::string(right_unit) : "(" + std::string(right_unit) + ")";
    out.push_back(Item::Quantity(*number, arena_.Keep(std::string(left_unit) + (multiply ? "." : "/") + second), false));
  }
  return Ok();
}

}  // namespace qianxian::fhirpath
