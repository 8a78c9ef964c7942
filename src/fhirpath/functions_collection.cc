// Functions on collections: existence, filtering, subsetting, combining. Source: https://hl7.org/fhirpath/N1/#functions
#include <algorithm>

#include "fhirpath/compare.h"
#include "fhirpath/evaluator.h"

namespace qianxian::fhirpath {

Status EvaluatorState::AddDistinct(const Collection& items, Collection& out, size_t from) {
  Comparer comparer{arena_, environment_.offset_minutes};
  for (const Item& item : items) {
    steps_ += out.size() - from;
    if (!comparer.Contains(out, item, from)) out.push_back(item);
  }
  return Ok();
}

Result<std::optional<bool>> EvaluatorState::Criterion(const Call& call, const Item& item, int64_t position) {
  Scratch scratch(*this);
  QX_DO(ArgumentFor(call, 0, item, position, scratch.items));
  return SingleBoolean(call.node, scratch.items);
}

Status EvaluatorState::Empty(const Call& call, Collection& out) {
  out.push_back(Item::Boolean(call.input.empty()));
  return Ok();
}

Status EvaluatorState::Exists(const Call& call, Collection& out) {
  if (call.node.parts.empty()) {
    out.push_back(Item::Boolean(!call.input.empty()));
    return Ok();
  }
  bool found = false;
  for (size_t i = 0; i < call.input.size() && !found; ++i) {
    QX_TRY(auto holds, Criterion(call, call.input[i], static_cast<int64_t>(i)));
    found = holds.value_or(false);
  }
  out.push_back(Item::Boolean(found));
  return Ok();
}

Status EvaluatorState::All(const Call& call, Collection& out) {
  bool all = true;
  for (size_t i = 0; i < call.input.size() && all; ++i) {
    QX_TRY(auto holds, Criterion(call, call.input[i], static_cast<int64_t>(i)));
    all = holds.value_or(false);
  }
  out.push_back(Item::Boolean(all));
  return Ok();
}

namespace {

// Whether all (or any) of a collection's booleans are `wanted`; none if one is no boolean.
std::optional<bool> CheckBooleans(const Collection& items, Arena& arena, bool wanted, bool all) {
  bool result = all;
  for (const Item& item : items) {
    auto value = ToSystem(item, arena);
    if (!value || value->kind != ItemKind::kBoolean) return std::nullopt;
    if (all) result = result && value->boolean == wanted;
    else result = result || value->boolean == wanted;
  }
  return result;
}

}  // namespace

#define QX_BOOLEANS(NAME, WANTED, ALL)                                                              \
  Status EvaluatorState::NAME(const Call& call, Collection& out) {                                 \
    auto value = CheckBooleans(call.input, arena_, WANTED, ALL);                                    \
    if (!value) return Bad(call.node, "only booleans are allowed here", "此处只能是真假值");          \
    out.push_back(Item::Boolean(*value));                                                           \
    return Ok();                                                                                    \
  }
QX_BOOLEANS(AllTrue, true, true)
QX_BOOLEANS(AnyTrue, true, false)
QX_BOOLEANS(AllFalse, false, true)
QX_BOOLEANS(AnyFalse, false, false)
#undef QX_BOOLEANS

Status EvaluatorState::SubsetOf(const Call& call, Collection& out) {
  Collection other;
  QX_DO(Argument(call, 0, other));
  Comparer comparer{arena_, environment_.offset_minutes};
  steps_ += call.input.size() * other.size();
  bool all = std::all_of(call.input.begin(), call.input.end(), [&](const Item& i) { return comparer.Contains(other, i); });
  out.push_back(Item::Boolean(all));
  return Ok();
}

Status EvaluatorState::SupersetOf(const Call& call, Collection& out) {
  Collection other;
  QX_DO(Argument(call, 0, other));
  Comparer comparer{arena_, environment_.offset_minutes};
  steps_ += call.input.size() * other.size();
  bool all = std::all_of(other.begin(), other.end(), [&](const Item& i) { return comparer.Contains(call.input, i); });
  out.push_back(Item::Boolean(all));
  return Ok();
}

Status EvaluatorState::Count(const Call& call, Collection& out) {
  out.push_back(Item::Integer(static_cast<int64_t>(call.input.size())));
  return Ok();
}

Status EvaluatorState::Distinct(const Call& call, Collection& out) { return AddDistinct(call.input, out, out.size()); }

Status EvaluatorState::IsDistinct(const Call& call, Collection& out) {
  Collection distinct;
  QX_DO(AddDistinct(call.input, distinct, 0));
  out.push_back(Item::Boolean(distinct.size() == call.input.size()));
  return Ok();
}

Status EvaluatorState::Where(const Call& call, Collection& out) {
  for (size_t i = 0; i < call.input.size(); ++i) {
    QX_TRY(auto holds, Criterion(call, call.input[i], static_cast<int64_t>(i)));
    if (holds.value_or(false)) out.push_back(call.input[i]);
  }
  return Ok();
}

Status EvaluatorState::Select(const Call& call, Collection& out) {
  for (size_t i = 0; i < call.input.size(); ++i) {
    QX_DO(ArgumentFor(call, 0, call.input[i], static_cast<int64_t>(i), out));
  }
  return Ok();
}

// Breadth first; an item that was found once is not entered again.
Status EvaluatorState::Repeat(const Call& call, Collection& out) {
  Comparer comparer{arena_, environment_.offset_minutes};
  size_t from = out.size();
  Collection queue = call.input;
  for (size_t i = 0; i < queue.size(); ++i) {
    Collection found;
    Item self = queue[i];
    QX_DO(ArgumentFor(call, 0, self, static_cast<int64_t>(i), found));
    for (const Item& item : found) {
      steps_ += out.size() - from;
      if (comparer.Contains(out, item, from)) continue;
      out.push_back(item);
      queue.push_back(item);
    }
    QX_DO(Step(call.node));
  }
  return Ok();
}

Status EvaluatorState::RepeatAll(const Call& call, Collection& out) {
  Collection queue = call.input;
  for (size_t i = 0; i < queue.size(); ++i) {
    Collection found;
    Item self = queue[i];
    QX_DO(ArgumentFor(call, 0, self, static_cast<int64_t>(i), found));
    out.insert(out.end(), found.begin(), found.end());
    queue.insert(queue.end(), found.begin(), found.end());
    steps_ += found.size();
    QX_DO(Step(call.node));
  }
  return Ok();
}

Status EvaluatorState::OfType(const Call& call, Collection& out) {
  for (const Item& item : call.input) {
    QX_TRY(bool is, IsOfType(call.node, item, call.node.type));
    if (is) out.push_back(item);
  }
  return Ok();
}

Status EvaluatorState::SingleItem(const Call& call, Collection& out) {
  if (call.input.size() > 1) return Bad(call.node, "single() found several items", "single() 找到多个对象");
  out.insert(out.end(), call.input.begin(), call.input.end());
  return Ok();
}

Status EvaluatorState::First(const Call& call, Collection& out) {
  if (!call.input.empty()) out.push_back(call.input.front());
  return Ok();
}

Status EvaluatorState::Last(const Call& call, Collection& out) {
  if (!call.input.empty()) out.push_back(call.input.back());
  return Ok();
}

Status EvaluatorState::Tail(const Call& call, Collection& out) {
  if (!call.input.empty()) out.insert(out.end(), call.input.begin() + 1, call.input.end());
  return Ok();
}

Status EvaluatorState::Skip(const Call& call, Collection& out) {
  QX_TRY(auto count, IntegerArgument(call, 0));
  int64_t size = static_cast<int64_t>(call.input.size());
  if (count && *count < size) out.insert(out.end(), call.input.begin() + std::max<int64_t>(*count, 0), call.input.end());
  return Ok();
}

Status EvaluatorState::Take(const Call& call, Collection& out) {
  QX_TRY(auto count, IntegerArgument(call, 0));
  int64_t size = static_cast<int64_t>(call.input.size());
  if (count && *count > 0) out.insert(out.end(), call.input.begin(), call.input.begin() + std::min(*count, size));
  return Ok();
}

Status EvaluatorState::Intersect(const Call& call, Collection& out) {
  Collection other;
  QX_DO(Argument(call, 0, other));
  Comparer comparer{arena_, environment_.offset_minutes};
  size_t from = out.size();
  for (const Item& item : call.input) {
    steps_ += other.size();
    if (comparer.Contains(other, item) && !comparer.Contains(out, item, from)) out.push_back(item);
  }
  return Ok();
}

Status EvaluatorState::Exclude(const Call& call, Collection& out) {
  Collection other;
  QX_DO(Argument(call, 0, other));
  Comparer comparer{arena_, environment_.offset_minutes};
  for (const Item& item : call.input) {
    steps_ += other.size();
    if (!comparer.Contains(other, item)) out.push_back(item);
  }
  return Ok();
}

Status EvaluatorState::Union(const Call& call, Collection& out) {
  Collection other;
  QX_DO(Argument(call, 0, other));
  size_t from = out.size();
  QX_DO(AddDistinct(call.input, out, from));
  return AddDistinct(other, out, from);
}

Status EvaluatorState::Combine(const Call& call, Collection& out) {
  out.insert(out.end(), call.input.begin(), call.input.end());
  return Argument(call, 0, out);
}

// The first argument that is not empty.
Status EvaluatorState::Coalesce(const Call& call, Collection& out) {
  for (size_t i = 0; i < call.node.parts.size(); ++i) {
    size_t from = out.size();
    QX_DO(Argument(call, i, out));
    if (out.size() > from) return Ok();
  }
  return Ok();
}

Status EvaluatorState::Aggregate(const Call& call, Collection& out) {
  Collection total;
  if (call.node.parts.size() > 1) QX_DO(Argument(call, 1, total));
  for (size_t i = 0; i < call.input.size(); ++i) {
    Collection next;
    Scope scope{call.frame.scope, {}};
    QX_DO(Eval(*call.node.parts[0], Frame{&call.input[i], static_cast<int64_t>(i), &total, &scope}, next));
    total = std::move(next);
  }
  out.insert(out.end(), total.begin(), total.end());
  return Ok();
}

// sort(), or by keys; a key with a minus before it sorts downwards. No key is more than any key: it comes
// last, downwards first.
Status EvaluatorState::Sort(const Call& call, Collection& out) {
  struct Row {
    Item item;
    std::vector<std::optional<Item>> keys;
  };
  std::vector<Row> rows;
  std::vector<bool> descending;
  for (const auto& part : call.node.parts) {
    descending.push_back(part->kind == NodeKind::kUnary && part->op == Operator::kSubtract);
  }
  if (descending.empty()) descending.push_back(false);
  for (size_t i = 0; i < call.input.size(); ++i) {
    Row row{call.input[i], {}};
    if (call.node.parts.empty()) row.keys.push_back(call.input[i]);
    for (size_t k = 0; k < call.node.parts.size(); ++k) {
      const Node& key = descending[k] ? *call.node.parts[k]->parts[0] : *call.node.parts[k];
      Collection value;
      Scope scope{call.frame.scope, {}};
      QX_DO(Eval(key, Frame{&call.input[i], static_cast<int64_t>(i), call.frame.total, &scope}, value));
      QX_TRY(auto single, Single(call.node, value));
      row.keys.push_back(single);
    }
    rows.push_back(std::move(row));
  }
  Comparer comparer{arena_, environment_.offset_minutes};
  bool incomparable = false;
  std::stable_sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
    for (size_t k = 0; k < descending.size(); ++k) {
      if (!a.keys[k] || !b.keys[k]) {
        if (a.keys[k].has_value() == b.keys[k].has_value()) continue;
        return !b.keys[k] != descending[k];
      }
      Order order = comparer.Compare(*a.keys[k], *b.keys[k]);
      if (order == Order::kIncomparable) incomparable = true;
      if (order == Order::kLess) return !descending[k];
      if (order == Order::kGreater) return bool{descending[k]};
    }
    return false;
  });
  if (incomparable) return Bad(call.node, "sort() needs values that can be compared", "sort() 需要可比较的值");
  for (Row& row : rows) out.push_back(row.item);
  return Ok();
}

Status EvaluatorState::Iif(const Call& call, Collection& out) {
  if (call.node.input != nullptr && call.input.size() > 1) {
    return Bad(call.node, "iif() needs at most one item", "iif() 最多用于一个对象");
  }
  // Within iif, $this is its input.
  const Item* self = call.input.empty() ? call.frame.self : &call.input[0];
  auto evaluate = [&](size_t index, Collection& into) -> Status {
    Scope scope{call.frame.scope, {}};
    int64_t position = call.node.input != nullptr ? 0 : call.frame.index;
    return Eval(*call.node.parts[index], Frame{self, position, call.frame.total, &scope}, into);
  };
  Collection condition;
  QX_DO(evaluate(0, condition));
  QX_TRY(auto single, Single(call.node, condition));
  if (single && single->kind != ItemKind::kBoolean && environment_.strict) {
    return Bad(call.node, "the first argument of iif() must be a boolean", "iif() 的第一个参数必须是真假值");
  }
  QX_TRY(auto holds, SingleBoolean(call.node, condition));
  if (holds.value_or(false)) return evaluate(1, out);
  return call.node.parts.size() > 2 ? evaluate(2, out) : Ok();
}

Status EvaluatorState::Trace(const Call& call, Collection& out) {
  QX_TRY(auto name, StringArgument(call, 0));
  if (environment_.trace) {
    if (call.node.parts.size() > 1) {
      Collection shown;
      for (size_t i = 0; i < call.input.size(); ++i) {
        QX_DO(ArgumentFor(call, 1, call.input[i], static_cast<int64_t>(i), shown));
      }
      environment_.trace(name.value_or(""), shown);
    } else {
      environment_.trace(name.value_or(""), call.input);
    }
  }
  out.insert(out.end(), call.input.begin(), call.input.end());
  return Ok();
}

Status EvaluatorState::DefineVariable(const Call& call, Collection& out) {
  QX_TRY(auto name, StringArgument(call, 0));
  if (!name) return Bad(call.node, "defineVariable() needs a name", "defineVariable() 需要名称");
  static constexpr std::string_view kReserved[] = {"resource", "rootResource", "context", "ucum", "sct", "loinc"};
  bool taken = std::find(std::begin(kReserved), std::end(kReserved), *name) != std::end(kReserved) ||
               environment_.variables.count(std::string(*name)) > 0;
  for (const Scope* scope = call.frame.scope; scope != nullptr && !taken; scope = scope->outer) {
    for (const auto& variable : scope->variables) taken = taken || variable.first == *name;
  }
  if (taken) return Bad(call.node, "%" + std::string(*name) + " is defined already", "%" + std::string(*name) + " 已定义");
  Collection value = call.input;
  if (call.node.parts.size() > 1) {
    value.clear();
    // The expression's focus is the whole input.
    const Item* self = call.input.size() == 1 ? &call.input[0] : nullptr;
    const Collection* many = call.input.size() > 1 ? &call.input : nullptr;
    Scope scope{call.frame.scope, {}};
    QX_DO(Eval(*call.node.parts[1], Frame{self, call.frame.index, call.frame.total, &scope, many}, value));
  }
  call.frame.scope->variables.emplace_back(std::string(*name), std::move(value));
  out.insert(out.end(), call.input.begin(), call.input.end());
  return Ok();
}

}  // namespace qianxian::fhirpath
