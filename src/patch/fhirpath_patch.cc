// FHIRPath Patch: each operation is looked up in the resource as the operations before it left it, then done on its tree.
#include <deque>
#include <optional>

#include "base/limits.h"
#include "base/text.h"
#include "fhirpath/engine.h"
#include "patch/errors.h"
#include "patch/lists.h"
#include "patch/patch.h"
#include "patch/place.h"
#include "patch/tree.h"
#include "patch/value.h"

namespace qianxian::patch {
namespace {

struct Operation {
  std::string type, path, name;
  std::optional<json::Value> value;        // the part
  std::optional<size_t> index, source, destination;
};

Result<size_t> ReadIndex(json::Value part) {
  for (json::Member member : part.Members()) {
    if (!StartsWith(member.name, "value") || !member.value.IsNumber()) continue;
    std::optional<int64_t> number = member.value.AsInteger();
    if (number && *number >= 0) return static_cast<size_t>(*number);
  }
  return BadPatch("index, source and destination are numbers from 0", "index、source、destination 应为从 0 起的整数");
}

std::string ReadText(json::Value part) {
  for (json::Member member : part.Members()) {
    if (StartsWith(member.name, "value") && member.value.IsString()) return std::string(member.value.AsString());
  }
  return {};
}

Result<Operation> ReadOperation(json::Value parameter) {
  if (parameter.FindString("name") != "operation") return BadPatch("every parameter of a patch is named operation", "补丁的每个 parameter 应名为 operation");
  Operation operation;
  std::optional<json::Value> parts = parameter.Find("part");
  if (!parts) return BadPatch("an operation needs parts", "操作缺少 part");
  for (json::Value part : parts->Elements()) {
    std::string_view name = part.FindString("name");
    if (name == "type") operation.type = ReadText(part);
    else if (name == "path") operation.path = ReadText(part);
    else if (name == "name") operation.name = ReadText(part);
    else if (name == "value") operation.value = part;
    else if (name == "index") { QX_TRY(operation.index, ReadIndex(part)); }
    else if (name == "source") { QX_TRY(operation.source, ReadIndex(part)); }
    else if (name == "destination") { QX_TRY(operation.destination, ReadIndex(part)); }
    else return BadPatch("an operation has no part " + std::string(name), "操作没有名为 " + std::string(name) + " 的 part");
  }
  if (operation.path.empty()) return BadPatch("an operation needs a path", "操作缺少 path");
  return operation;
}

// One step of the patch: the resource as it is now, and its tree.
class Patcher {
 public:
  Patcher(const fhir::Definitions& definitions, json::Value resource, Instant now)
      : definitions_(definitions), resource_(resource), root_(resource), now_(now) {}

  Status Apply(const Operation& operation) {
    if (operation.type == "add") return Add(operation);
    if (operation.type == "insert") return Insert(operation);
    if (operation.type == "delete") return Delete(operation);
    if (operation.type == "replace") return Replace(operation);
    if (operation.type == "move") return Move(operation);
    return BadPatch("an operation is add, insert, delete, replace or move, not \"" + operation.type + "\"", "操作类型只能是 add、insert、delete、replace、move");
  }

  std::string Text() {
    root_.Prune();
    return root_.Text();
  }

 private:
  struct List {
    Place parent;
    std::string name;
    const fhir::Element* element = nullptr;
    Tree* tree = nullptr;                  // of the parent
  };

  Result<std::vector<Place>> Find(const std::string& path) {
    QX_TRY(fhirpath::Expression expression, fhirpath::Expression::Parse(path));
    fhirpath::Environment environment;
    environment.definitions = &definitions_;
    environment.now = now_;
    fhirpath::Evaluator evaluator(std::move(environment));
    QX_TRY(fhirpath::Collection items, evaluator.Evaluate(expression, fhirpath::ResourceItem(definitions_, resource_)));
    std::vector<Place> places;
    for (const fhirpath::Item& item : items) {
      std::optional<Place> place = FindPlace(resource_, item);
      if (!place) return Failed("the path leads to no element of the resource: " + path, "路径所指不是资源中的元素：" + path);
      places.push_back(std::move(*place));
    }
    return places;
  }

  Result<Place> FindOnly(const std::string& path) {
    QX_TRY(std::vector<Place> places, Find(path));
    if (places.size() == 1) return std::move(places.front());
    if (places.empty()) return Failed("nothing is found by the path " + path, "路径没有找到任何元素：" + path);
    return Failed("more than one element is found by the path " + path, "路径找到了不止一个元素：" + path);
  }

  const fhir::Type* TypeAt(const Place& place) const {
    json::Value at = resource_;
    const fhir::Type* type = definitions_.FindResource(at.FindString("resourceType"));
    for (const Step& step : place.steps) {
      if (!type) return nullptr;
      const fhir::Member* member = type->FindMember(StartsWith(step.name, "_") ? step.name.substr(1) : step.name);
      if (!member) return nullptr;
      type = StartsWith(step.name, "_") ? definitions_.Find("Element") : member->type->type;
      std::optional<json::Value> next = at.Find(step.name);
      if (next && step.index && next->IsArray() && *step.index < next->size()) next = next->At(*step.index);
      at = next.value_or(json::Value());
      if (type && type->kind == fhir::TypeKind::kResource) type = definitions_.FindResource(at.FindString("resourceType"));
    }
    return type;
  }

  Result<const fhir::Type*> KnownTypeAt(const Place& place) const {
    if (const fhir::Type* type = TypeAt(place)) return type;
    return Failed("the path leads to an element of no known type", "路径所指元素的类型未知");
  }

  // The object that holds what belongs to the element: itself, or the "_name" beside a primitive.
  Result<Tree*> Object(const Place& place, const fhir::Type& type) {
    if (type.kind != fhir::TypeKind::kPrimitive) return Go(root_, place);
    const Step& last = place.steps.back();
    Tree* parent = Go(root_, place.Parent());
    std::string shadow = "_" + last.name;
    if (!last.index) {
      if (!parent->Find(shadow)) parent->Set(shadow, Tree::EmptyObject());
      return parent->Find(shadow);
    }
    if (!parent->Find(shadow)) parent->Set(shadow, Tree::EmptyArray());
    Tree* array = parent->Find(shadow);
    while (array->size() < ListSize(*parent, last.name)) array->Insert(array->size(), Tree());
    Tree* one = array->At(*last.index);
    if (one->IsNull()) *one = Tree::EmptyObject();
    return one;
  }

  Result<Pair> MakePair(const NewValue& value) {
    auto tree = [&](const std::string& text) -> Result<Tree> {
      if (text.empty()) return Tree();
      QX_TRY(json::Document document, json::Document::Parse(text));
      documents_.push_back(std::move(document));
      return Tree(documents_.back().root());
    };
    Pair pair;
    QX_TRY(pair.value, tree(value.json));
    QX_TRY(pair.shadow, tree(value.shadow));
    return pair;
  }

  // What the operation puts in as the element `name` of `parent`, and what that is called in JSON.
  Result<Pair> ReadNew(const Operation& operation, const fhir::Type& parent, const std::string& name, std::string& member) {
    if (!operation.value) return BadPatch("this operation needs a value", "该操作缺少 value");
    QX_TRY(NewValue value, ReadValue(definitions_, *operation.value, FindElement(parent, name)));
    QX_TRY(member, MemberName(parent, name, value));
    return MakePair(value);
  }

  bool IsThere(const fhir::Type& type, const fhir::Element& element, Tree& object) {
    for (const fhir::Member& member : type.members) {
      if (member.element != &element) continue;
      if (object.Find(member.name) || object.Find("_" + std::string(member.name))) return true;
    }
    return false;
  }

  Status AddTo(const Place& place, const std::string& name, const Operation& operation) {
    QX_TRY(const fhir::Type* type, KnownTypeAt(place));
    const fhir::Type* holder = type->kind == fhir::TypeKind::kPrimitive ? definitions_.Find("Element") : type;
    std::string member;
    QX_TRY(Pair pair, ReadNew(operation, *holder, name, member));
    const fhir::Element* element = FindElement(*holder, name);
    QX_TRY(Tree* object, Object(place, *type));
    if (element->repeats()) {
      InsertInList(*object, member, ListSize(*object, member), std::move(pair));
      return Ok();
    }
    if (IsThere(*holder, *element, *object)) return Failed(name + " is there already: replace it", name + " 已存在，请用 replace");
    SetSingle(*object, member, std::move(pair));
    return Ok();
  }

  Status Add(const Operation& operation) {
    if (operation.name.empty()) return BadPatch("add needs a name", "add 缺少 name");
    QX_TRY(Place place, FindOnly(operation.path));
    return AddTo(place, operation.name, operation);
  }

  // The list that the path names: all of it, and not empty.
  Result<List> ListOf(const std::vector<Place>& places, const std::string& path) {
    List list;
    for (const Place& place : places) {
      bool first = &place == &places.front();
      if (place.steps.empty() || !place.steps.back().index) return Failed("the path leads to no list: " + path, "路径所指不是列表：" + path);
      if (first) {
        list.parent = place.Parent();
        list.name = place.steps.back().name;
      }
      if (place.Parent() != list.parent || place.steps.back().name != list.name) {
        return Failed("the path leads to several lists: " + path, "路径指向多个列表：" + path);
      }
    }
    list.tree = Go(root_, list.parent);
    if (ListSize(*list.tree, list.name) != places.size()) {
      return Failed("the path leads to a part of a list, not to the list: " + path, "路径只指向列表的一部分：" + path);
    }
    return list;
  }

  Status Insert(const Operation& operation) {
    if (!operation.index) return BadPatch("insert needs an index", "insert 缺少 index");
    QX_TRY(std::vector<Place> places, Find(operation.path));
    if (*operation.index > places.size()) {
      return Failed("the list has no place " + std::to_string(*operation.index), "列表中没有位置 " + std::to_string(*operation.index));
    }
    if (places.empty()) return InsertFirst(operation);
    QX_TRY(List list, ListOf(places, operation.path));
    QX_TRY(const fhir::Type* type, KnownTypeAt(list.parent));
    std::string member;
    QX_TRY(Pair pair, ReadNew(operation, *type, list.name, member));
    InsertInList(*list.tree, list.name, *operation.index, std::move(pair));
    return Ok();
  }

  // The list is not there yet: what stands left of the path's last name is the object that will hold it.
  Status InsertFirst(const Operation& operation) {
    size_t dot = operation.path.rfind('.');
    std::string parent = dot == std::string::npos ? "$this" : operation.path.substr(0, dot);
    std::string name(TrimAscii(dot == std::string::npos ? operation.path : operation.path.substr(dot + 1)));
    QX_TRY(Place place, FindOnly(parent));
    QX_TRY(const fhir::Type* type, KnownTypeAt(place));
    const fhir::Element* element = FindElement(*type, name);
    if (!element || !element->repeats()) return Failed("the path leads to no list: " + operation.path, "路径所指不是列表：" + operation.path);
    return AddTo(place, name, operation);
  }

  Status Delete(const Operation& operation) {
    QX_TRY(std::vector<Place> places, Find(operation.path));
    if (places.empty()) return Ok();
    if (places.size() > 1) return Failed("more than one element is found by the path " + operation.path, "路径找到了不止一个元素：" + operation.path);
    const Place& place = places.front();
    if (place.steps.empty()) return Failed("the whole resource cannot be deleted by a patch", "补丁不能删除整个资源");
    Tree* parent = Go(root_, place.Parent());
    const Step& last = place.steps.back();
    if (last.index) (void)TakeFromList(*parent, last.name, *last.index);
    else RemoveSingle(*parent, last.name);
    return Ok();
  }

  Status Replace(const Operation& operation) {
    QX_TRY(Place place, FindOnly(operation.path));
    if (place.steps.empty()) {
      if (!operation.value) return BadPatch("this operation needs a value", "该操作缺少 value");
      QX_TRY(NewValue value, ReadValue(definitions_, *operation.value, nullptr));
      QX_TRY(Pair pair, MakePair(value));
      root_ = std::move(pair.value);
      return Ok();
    }
    QX_TRY(const fhir::Type* type, KnownTypeAt(place.Parent()));
    const Step& last = place.steps.back();
    std::string member;
    QX_TRY(Pair pair, ReadNew(operation, *type, last.name, member));
    Tree* parent = Go(root_, place.Parent());
    if (last.index) {
      ReplaceInList(*parent, last.name, *last.index, std::move(pair));
      return Ok();
    }
    parent->Rename(last.name, member);
    parent->Rename("_" + last.name, "_" + member);
    SetSingle(*parent, member, std::move(pair));
    return Ok();
  }

  Status Move(const Operation& operation) {
    if (!operation.source || !operation.destination) return BadPatch("move needs source and destination", "move 缺少 source 或 destination");
    QX_TRY(std::vector<Place> places, Find(operation.path));
    if (*operation.source >= places.size() || *operation.destination >= places.size()) {
      return Failed("the list is not so long: " + operation.path, "列表没有那么长：" + operation.path);
    }
    QX_TRY(List list, ListOf(places, operation.path));
    if (*operation.source == *operation.destination) return Ok();
    Pair taken = TakeFromList(*list.tree, list.name, *operation.source);
    InsertInList(*list.tree, list.name, *operation.destination, std::move(taken));
    return Ok();
  }

  const fhir::Definitions& definitions_;
  json::Value resource_;
  Tree root_;
  Instant now_;
  std::deque<json::Document> documents_;
};

}  // namespace

Result<std::string> ApplyFhirPathPatch(const fhir::Definitions& definitions, json::Value resource, json::Value parameters, Instant now) {
  if (parameters.FindString("resourceType") != "Parameters") {
    return BadPatch("a FHIRPath Patch is a Parameters resource", "FHIRPath Patch 应为 Parameters 资源");
  }
  std::string text(resource.Raw());
  std::optional<json::Value> list = parameters.Find("parameter");
  if (!list) return text;
  if (list->size() > limits::kPatchOperations) return Invalid("too-large", "too many operations in one patch", "一个补丁中的操作过多");
  size_t index = 0;
  for (json::Value parameter : list->Elements()) {
    Result<Operation> operation = ReadOperation(parameter);
    if (!operation.ok()) return AtOperation(index, std::move(operation).error());
    QX_TRY(json::Document document, json::Document::Parse(std::move(text)));
    Patcher patcher(definitions, document.root(), now);
    Status done = patcher.Apply(*operation);
    if (!done.ok()) return AtOperation(index, std::move(done).error());
    text = patcher.Text();
    if (text.size() > limits::kPatchBytes) return AtOperation(index, TooLarge());
    ++index;
  }
  return text;
}

}  // namespace qianxian::patch
