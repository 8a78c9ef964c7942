// How an expression is evaluated
//
// An expression is a tree of Nodes (expression.h); to evaluate is to walk it. Eval(node, frame, out) appends the items
// that the node gives to `out`. A path a.b.c is a chain: the node of c has the node of b as its input, and so on to the
// first, whose input is missing: it starts from the focus, which the Frame holds as $this. A Frame is what changes when an
// expression is entered again for each item of where(), select(), all() …: $this, $index, $total, and the scope of
// variables that defineVariable() made. Frames live on the C++ stack and point to their makers, nothing is copied.
//
// Items of a resource are places in the JSON together with their FHIR type, so that navigation knows three things which
// JSON does not say:
//   choice      value[x] is called `value` here and valueQuantity in JSON: the type's table of members tells which
//               members belong to the element.
//   primitives  are a value ("birthDate") and perhaps an object beside it ("_birthDate") with id and extensions; both make
//               one item (json and shadow). Arrays of primitives are two arrays side by side.
//   resources   in contained and in Bundles have the type that their resourceType names.
// Where the type is not known (an element that R4 does not have), navigation goes by JSON names alone.
//
// Operators and functions want System values (numbers, texts, dates), not places: ToSystem (value.h) turns a primitive
// into its System value at the moment it is needed. is, as, ofType and type() look at the place itself, which is why
// Patient.active is a FHIR.boolean and not a System.Boolean.
//
// Missing knowledge is the empty collection, and most operators give empty for empty. An error ends the evaluation: too
// many items where one is needed, a function on the wrong type. Every node costs a step and every nesting a level;
// both are bounded (base/limits.h), so that no expression can hold a thread for ever.
#include "fhirpath/evaluator.h"

#include <re2/re2.h>

#include "base/limits.h"
#include "base/text.h"

namespace qianxian::fhirpath {
namespace {

// Counts a level of nesting while it lives.
class Level {
 public:
  explicit Level(size_t& depth) : depth_(depth) { ++depth_; }
  ~Level() { --depth_; }

 private:
  size_t& depth_;
};

}  // namespace

EvaluatorState::EvaluatorState(Environment environment) : environment_(std::move(environment)) {}
EvaluatorState::~EvaluatorState() = default;

Evaluator::Evaluator(Environment environment) : state_(std::make_unique<EvaluatorState>(std::move(environment))) {}
Evaluator::~Evaluator() = default;
Evaluator::Evaluator(Evaluator&&) noexcept = default;

Result<Collection> Evaluator::Evaluate(const Expression& expression, const Item& focus) {
  return state_->Run(expression, &focus, focus);
}

Result<Collection> Evaluator::Evaluate(const Expression& expression, const Item& focus, const Item& resource) {
  return state_->Run(expression, &focus, resource);
}

Result<Collection> Evaluator::EvaluateOnNothing(const Expression& expression, const Item& resource) {
  return state_->Run(expression, nullptr, resource);
}

Result<std::optional<bool>> Evaluator::EvaluateBoolean(const Expression& expression, const Item& focus) {
  QX_TRY(Collection result, state_->Run(expression, &focus, focus));
  if (result.empty()) return std::optional<bool>();
  auto value = result.size() == 1 ? ToSystem(result[0], state_->arena()) : std::nullopt;
  if (!value || value->kind != ItemKind::kBoolean) {
    return Invalid("bad-evaluation", "FHIRPath: \"" + expression.text() + "\" does not give one true or false",
                   "FHIRPath：“" + expression.text() + "”的结果不是单个真假值");
  }
  return std::optional<bool>(value->boolean);
}

void Evaluator::SetVariable(const std::string& name, Collection value) {
  state_->environment().variables[name] = std::move(value);
}
void Evaluator::Clear() { state_->arena().Clear(); }
Arena& Evaluator::arena() { return state_->arena(); }

Result<Collection> EvaluatorState::Run(const Expression& expression, const Item* focus, const Item& resource) {
  resource_ = resource;
  context_ = focus != nullptr ? *focus : Item();
  steps_ = 0;
  depth_ = 0;
  Scope scope;
  Frame frame{focus != nullptr ? &context_ : nullptr, -1, nullptr, &scope};
  Collection out;
  QX_DO(Eval(expression.root(), frame, out));
  return out;
}

Error EvaluatorState::Bad(const Node& node, const std::string& en, const std::string& zh) const {
  std::string place = std::to_string(node.position + 1);
  return Invalid("bad-evaluation", "FHIRPath: " + en + " (at character " + place + ")",
                 "FHIRPath：" + zh + "（第 " + place + " 个字符）");
}

Status EvaluatorState::Step(const Node& node) {
  if (++steps_ > limits::kFhirPathSteps) {
    return Invalid("too-many-steps", "FHIRPath: the evaluation takes too long", "FHIRPath：计算步数过多");
  }
  if (depth_ > 2 * limits::kFhirPathDepth) {
    return Invalid("too-deep", "FHIRPath: nested too deeply (at character " + std::to_string(node.position + 1) + ")",
                   "FHIRPath：嵌套过深");
  }
  return Ok();
}

Status EvaluatorState::Eval(const Node& node, const Frame& frame, Collection& out) {
  Level level(depth_);
  QX_DO(Step(node));
  switch (node.kind) {
    case NodeKind::kEmpty:
      return Ok();
    case NodeKind::kLiteral:
      out.push_back(node.literal);
      return Ok();
    case NodeKind::kMember:
      return EvalMember(node, frame, out);
    case NodeKind::kFunction:
      return EvalFunction(node, frame, out);
    case NodeKind::kThis:
      return EvalInput(node, frame, out);   // it has no input: the focus
    case NodeKind::kIndex:
      if (frame.index >= 0) out.push_back(Item::Integer(frame.index));
      return Ok();
    case NodeKind::kTotal:
      if (frame.total != nullptr) out.insert(out.end(), frame.total->begin(), frame.total->end());
      return Ok();
    case NodeKind::kVariable:
      return EvalVariable(node, frame, out);
    case NodeKind::kIndexer:
      return EvalIndexer(node, frame, out);
    case NodeKind::kUnary:
      return EvalUnary(node, frame, out);
    case NodeKind::kBinary:
      return EvalBinary(node, frame, out);
    case NodeKind::kIs:
    case NodeKind::kAs:
      return EvalType(node, frame, out);
  }
  return Ok();
}

Status EvaluatorState::EvalInput(const Node& node, const Frame& frame, Collection& out) {
  if (node.input != nullptr) return Eval(*node.input, frame, out);
  if (frame.self != nullptr) out.push_back(*frame.self);
  if (frame.many != nullptr) out.insert(out.end(), frame.many->begin(), frame.many->end());
  return Ok();
}

Status EvaluatorState::EvalMember(const Node& node, const Frame& frame, Collection& out) {
  if (node.input != nullptr || frame.many != nullptr) {
    Scratch input(*this);
    QX_DO(EvalInput(node, frame, input.items));
    steps_ += input.items.size();
    for (const Item& item : input.items) QX_DO(Navigate(item, node, out));
    return Ok();
  }
  if (frame.self == nullptr) return Ok();
  // A path may begin with the name of the focus's own type.
  const fhir::Type* type = frame.self->type;
  bool upper = node.text[0] >= 'A' && node.text[0] <= 'Z';
  if (upper && frame.self->IsNode()) {
    if (type != nullptr && type->Is(node.text)) {
      out.push_back(*frame.self);
      return Ok();
    }
    if (environment_.strict && environment_.definitions->Find(node.text) != nullptr) {
      return Bad(node, "the focus is no " + node.text, "当前对象不是 " + node.text);
    }
  }
  return Navigate(*frame.self, node, out);
}

Status EvaluatorState::EvalVariable(const Node& node, const Frame& frame, Collection& out) {
  for (const Scope* scope = frame.scope; scope != nullptr; scope = scope->outer) {
    for (const auto& [name, value] : scope->variables) {
      if (name != node.text) continue;
      out.insert(out.end(), value.begin(), value.end());
      return Ok();
    }
  }
  auto given = environment_.variables.find(node.text);
  if (given != environment_.variables.end()) {
    out.insert(out.end(), given->second.begin(), given->second.end());
    return Ok();
  }
  std::string_view name = node.text;
  if (name == "resource" || name == "rootResource") {
    out.push_back(resource_);
  } else if (name == "context") {
    if (!context_.IsNode() || !context_.json.IsNull() || !context_.shadow.IsNull() || context_.type != nullptr) {
      out.push_back(context_);
    }
  } else if (name == "ucum") {
    out.push_back(Item::String("http://unitsofmeasure.org"));
  } else if (name == "sct") {
    out.push_back(Item::String("http://snomed.info/sct"));
  } else if (name == "loinc") {
    out.push_back(Item::String("http://loinc.org"));
  } else if (name.starts_with("vs-")) {
    out.push_back(arena_.String("http://hl7.org/fhir/ValueSet/" + std::string(name.substr(3))));
  } else if (name.starts_with("ext-")) {
    out.push_back(arena_.String("http://hl7.org/fhir/StructureDefinition/" + std::string(name.substr(4))));
  } else {
    return Bad(node, "unknown variable %" + node.text, "未知变量 %" + node.text);
  }
  return Ok();
}

Status EvaluatorState::EvalFunction(const Node& node, const Frame& frame, Collection& out) {
  const Function& function = FunctionAt(node.function);
  Scratch scratch(*this);
  Collection& input = scratch.items;
  QX_DO(EvalInput(node, frame, input));
  if (function.ordered && environment_.check_order && node.input != nullptr && node.input->kind == NodeKind::kFunction &&
      (node.input->text == "children" || node.input->text == "descendants")) {
    return Bad(node, node.text + "() needs an order, which " + node.input->text + "() does not give",
               node.text + "() 需要顺序，而 " + node.input->text + "() 没有顺序");
  }
  steps_ += input.size();
  return (this->*function.handler)(Call{node, input, frame}, out);
}

Status EvaluatorState::EvalIndexer(const Node& node, const Frame& frame, Collection& out) {
  Scratch scratch(*this);
  Collection& input = scratch.items;
  QX_DO(EvalInput(node, frame, input));
  Collection index;
  Scope scope{frame.scope, {}};
  QX_DO(Eval(*node.parts[0], Frame{frame.self, frame.index, frame.total, &scope}, index));
  QX_TRY(auto place, SingleInteger(node, index));
  if (place && *place >= 0 && *place < static_cast<int64_t>(input.size())) out.push_back(input[static_cast<size_t>(*place)]);
  return Ok();
}

Status EvaluatorState::EvalType(const Node& node, const Frame& frame, Collection& out) {
  Collection items;
  QX_DO(Eval(*node.parts[0], frame, items));
  if (node.kind == NodeKind::kAs) {
    if (items.size() > 1 && environment_.strict) return Bad(node, "as needs one item", "as 只能用于单个对象");
    for (const Item& item : items) {
      QX_TRY(bool is, IsOfType(node, item, node.type));
      if (is) out.push_back(item);
    }
    return Ok();
  }
  if (items.empty()) return Ok();
  if (items.size() > 1) return Bad(node, "is needs one item", "is 只能用于单个对象");
  QX_TRY(bool is, IsOfType(node, items[0], node.type));
  out.push_back(Item::Boolean(is));
  return Ok();
}

// Navigation -------------------------------------------------------------------------------------------------------

Status EvaluatorState::Navigate(const Item& item, const Node& node, Collection& out) {
  switch (item.kind) {
    case ItemKind::kNode:
      return NavigateNode(item, node, out);
    case ItemKind::kType: {
      size_t dot = item.text.find('.');
      if (node.text == "namespace") out.push_back(Item::String(item.text.substr(0, dot)));
      if (node.text == "name") out.push_back(Item::String(item.text.substr(dot + 1)));
      return Ok();
    }
    case ItemKind::kQuantity:
      if (node.text == "value") out.push_back(Item::Decimal(item.number));
      if (node.text == "unit" || node.text == "code") out.push_back(Item::String(item.text));
      return Ok();
    default:
      if (environment_.strict) return Bad(node, "a value has no element " + node.text, "值没有元素 " + node.text);
      return Ok();
  }
}

Status EvaluatorState::NavigateNode(const Item& item, const Node& node, Collection& out) {
  const fhir::Type* type = item.type;
  if (type != nullptr && type->kind == fhir::TypeKind::kPrimitive) {
    NavigatePrimitive(item, node.text, out);
    return Ok();
  }
  if (!item.json.IsObject()) return Ok();
  if (type == nullptr) {
    if (auto found = item.json.Find(node.text)) PushChildren(*found, json::Value(), nullptr, out);
    return Ok();
  }
  const fhir::Member* member = type->FindMember(node.text);
  if (member != nullptr && !member->element->choice) {
    const fhir::Type* child = member->type->type;
    auto found = item.json.Find(node.text);
    if (child->kind == fhir::TypeKind::kPrimitive) {
      auto shadow = item.json.Find(node.shadow);
      if (found || shadow) PushChildren(found.value_or(json::Value()), shadow.value_or(json::Value()), child, out);
    } else if (found) {
      PushChildren(*found, json::Value(), child, out);
    }
    return Ok();
  }
  const fhir::Element* element = type->FindElement(node.text);
  if (element == nullptr || !element->choice) {
    if (environment_.strict) {
      return Bad(node, std::string(type->name) + " has no element " + node.text,
                 std::string(type->name) + " 没有元素 " + node.text);
    }
    return Ok();
  }
  for (json::Member present : item.json.Members()) {
    bool shadow = present.name.starts_with("_");
    std::string_view name = shadow ? present.name.substr(1) : present.name;
    if (!name.starts_with(node.text)) continue;
    const fhir::Member* choice = type->FindMember(name);
    if (choice == nullptr || choice->element != element) continue;
    if (shadow && item.json.Find(name)) continue;   // seen with its value
    if (shadow) {
      PushChildren(json::Value(), present.value, choice->type->type, out);
    } else if (choice->type->type->kind == fhir::TypeKind::kPrimitive) {
      auto beside = item.json.Find("_" + std::string(name));
      PushChildren(present.value, beside.value_or(json::Value()), choice->type->type, out);
    } else {
      PushChildren(present.value, json::Value(), choice->type->type, out);
    }
  }
  return Ok();
}

void EvaluatorState::NavigatePrimitive(const Item& item, std::string_view name, Collection& out) {
  const fhir::Definitions& definitions = *environment_.definitions;
  if (name == "value") {
    if (auto value = ToSystem(item, arena_)) out.push_back(*value);
  } else if (name == "id" || name == "extension") {
    auto found = item.shadow.Find(name);
    if (found) PushChildren(*found, json::Value(), definitions.Find(name == "id" ? "string" : "Extension"), out);
  }
}

void EvaluatorState::PushChildren(json::Value value, json::Value shadow, const fhir::Type* type, Collection& out) {
  auto push = [&](json::Value one, json::Value beside) {
    if (one.IsNull() && beside.IsNull()) return;
    Item item = NodeItem(one, type);
    item.shadow = beside;
    if (type != nullptr && type->kind == fhir::TypeKind::kResource) {
      item.type = environment_.definitions->FindResource(one.FindString("resourceType"));
    }
    out.push_back(item);
  };
  if (!value.IsArray() && !shadow.IsArray()) return push(value, shadow);
  if (shadow.IsNull()) {
    for (json::Value one : value.Elements()) push(one, json::Value());
    return;
  }
  size_t count = std::max(value.IsArray() ? value.size() : 0, shadow.IsArray() ? shadow.size() : 0);
  for (size_t i = 0; i < count; ++i) {
    push(value.IsArray() && i < value.size() ? value.At(i) : json::Value(),
         shadow.IsArray() && i < shadow.size() ? shadow.At(i) : json::Value());
  }
}

void EvaluatorState::PushAllChildren(const Item& item, Collection& out) {
  if (!item.IsNode()) return;
  if (item.type != nullptr && item.type->kind == fhir::TypeKind::kPrimitive) {
    NavigatePrimitive(item, "id", out);
    NavigatePrimitive(item, "extension", out);
    return;
  }
  for (json::Member member : item.json.Members()) {
    if (member.name == "resourceType" && (item.type == nullptr || item.type->kind == fhir::TypeKind::kResource)) continue;
    bool shadow = member.name.starts_with("_");
    std::string_view name = shadow ? member.name.substr(1) : member.name;
    if (shadow && item.json.Find(name)) continue;
    const fhir::Member* known = item.type != nullptr ? item.type->FindMember(name) : nullptr;
    const fhir::Type* type = known != nullptr ? known->type->type : nullptr;
    json::Value beside;
    if (!shadow && type != nullptr && type->kind == fhir::TypeKind::kPrimitive) {
      beside = item.json.Find("_" + std::string(name)).value_or(json::Value());
    }
    shadow ? PushChildren(json::Value(), member.value, type, out) : PushChildren(member.value, beside, type, out);
  }
}

// Arguments --------------------------------------------------------------------------------------------------------

Status EvaluatorState::Argument(const Call& call, size_t index, Collection& out) {
  Scope scope{call.frame.scope, {}};
  return Eval(*call.node.parts[index], Frame{call.frame.self, call.frame.index, call.frame.total, &scope}, out);
}

Status EvaluatorState::ArgumentFor(const Call& call, size_t index, const Item& self, int64_t position, Collection& out) {
  Scope scope{call.frame.scope, {}};
  return Eval(*call.node.parts[index], Frame{&self, position, call.frame.total, &scope}, out);
}

Result<std::optional<Item>> EvaluatorState::Single(const Node& node, const Collection& items) {
  if (items.empty()) return std::optional<Item>();
  if (items.size() > 1) return Bad(node, "one item is needed, there are several", "此处只能有一个对象");
  return ToSystem(items[0], arena_);
}

Result<std::optional<std::string_view>> EvaluatorState::SingleString(const Node& node, const Collection& items) {
  QX_TRY(auto item, Single(node, items));
  if (!item && !items.empty() && !items[0].json.IsNull()) return Bad(node, "a string is needed", "此处需要字符串");
  if (!item) return std::optional<std::string_view>();
  if (item->kind != ItemKind::kString) return Bad(node, "a string is needed", "此处需要字符串");
  return std::optional<std::string_view>(item->text);
}

Result<std::optional<int64_t>> EvaluatorState::SingleInteger(const Node& node, const Collection& items) {
  QX_TRY(auto item, Single(node, items));
  if (!item) return std::optional<int64_t>();
  if (item->kind != ItemKind::kInteger) return Bad(node, "an integer is needed", "此处需要整数");
  return item->number.ToInteger();
}

// A single item that is no boolean counts as true (singleton evaluation of collections).
Result<std::optional<bool>> EvaluatorState::SingleBoolean(const Node& node, const Collection& items) {
  if (items.empty()) return std::optional<bool>();
  QX_TRY(auto item, Single(node, items));
  if (item && item->kind == ItemKind::kBoolean) return std::optional<bool>(item->boolean);
  return std::optional<bool>(true);
}

Result<std::optional<std::string_view>> EvaluatorState::StringArgument(const Call& call, size_t index) {
  Collection items;
  QX_DO(Argument(call, index, items));
  return SingleString(call.node, items);
}

Result<std::optional<int64_t>> EvaluatorState::IntegerArgument(const Call& call, size_t index) {
  Collection items;
  QX_DO(Argument(call, index, items));
  return SingleInteger(call.node, items);
}

}  // namespace qianxian::fhirpath
