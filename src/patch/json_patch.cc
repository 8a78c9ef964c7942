// RFC 6902 over a Tree, with pointers of RFC 6901.
#include <algorithm>
#include <vector>

#include "base/limits.h"
#include "base/text.h"
#include "patch/errors.h"
#include "patch/patch.h"
#include "patch/tree.h"

namespace qianxian::patch {
namespace {

using Pointer = std::vector<std::string>;

Result<Pointer> ParsePointer(std::string_view text) {
  Pointer pointer;
  if (text.empty()) return pointer;
  if (text.front() != '/') return BadPatch("a JSON pointer begins with /: " + std::string(text), "JSON 指针应以“/”开头：" + std::string(text));
  for (std::string_view part : Split(text.substr(1), '/')) {
    std::string token;
    for (size_t i = 0; i < part.size(); ++i) {
      if (part[i] != '~') {
        token += part[i];
        continue;
      }
      char next = i + 1 < part.size() ? part[i + 1] : ' ';
      if (next != '0' && next != '1') return BadPatch("in a JSON pointer ~ is written ~0 and / is written ~1: " + std::string(text), "JSON 指针中“~”写作 ~0，“/”写作 ~1：" + std::string(text));
      token += next == '0' ? '~' : '/';
      ++i;
    }
    pointer.push_back(std::move(token));
  }
  return pointer;
}

std::string TextOf(const Pointer& pointer) {
  std::string text;
  for (const std::string& token : pointer) text += "/" + ReplaceAll(ReplaceAll(token, "~", "~0"), "/", "~1");
  return text;
}

Error NoSuchPlace(const Pointer& pointer) {
  return Failed("there is nothing at " + TextOf(pointer), "该位置没有内容：" + TextOf(pointer));
}

// Digits without leading zeros, at most `size`.
Result<size_t> ParseIndex(const std::string& token, size_t size, const Pointer& pointer) {
  bool digits = !token.empty() && std::all_of(token.begin(), token.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || (token.size() > 1 && token[0] == '0')) {
    return Failed("an array is indexed by a number: " + TextOf(pointer), "数组下标应为数字：" + TextOf(pointer));
  }
  int64_t index = 0;
  if (!ParseInteger(token, index) || static_cast<size_t>(index) > size) return NoSuchPlace(pointer);
  return static_cast<size_t>(index);
}

// The first `count` tokens of the pointer.
Result<Tree*> Walk(Tree& root, const Pointer& pointer, size_t count) {
  Tree* place = &root;
  for (size_t i = 0; i < count; ++i) {
    Tree* next = nullptr;
    if (place->IsArray()) {
      QX_TRY(size_t index, ParseIndex(pointer[i], place->size(), pointer));
      next = place->At(index);
    } else {
      next = place->Find(pointer[i]);
    }
    if (!next) return NoSuchPlace(pointer);
    place = next;
  }
  return place;
}

Status Add(Tree& root, const Pointer& pointer, Tree value) {
  if (pointer.empty()) {
    root = std::move(value);
    return Ok();
  }
  QX_TRY(Tree* parent, Walk(root, pointer, pointer.size() - 1));
  if (parent->IsObject()) {
    parent->Set(pointer.back(), std::move(value));
    return Ok();
  }
  if (!parent->IsArray()) return NoSuchPlace(pointer);
  size_t index = parent->size();
  if (pointer.back() != "-") {
    QX_TRY(index, ParseIndex(pointer.back(), parent->size(), pointer));
  }
  parent->Insert(index, std::move(value));
  return Ok();
}

Status Remove(Tree& root, const Pointer& pointer) {
  if (pointer.empty()) return Failed("the whole resource cannot be removed by a patch", "补丁不能删除整个资源");
  QX_TRY(Tree* parent, Walk(root, pointer, pointer.size() - 1));
  if (parent->IsObject()) return parent->Remove(pointer.back()) ? Ok() : Status(NoSuchPlace(pointer));
  if (!parent->IsArray()) return NoSuchPlace(pointer);
  QX_TRY(size_t index, ParseIndex(pointer.back(), parent->size(), pointer));
  if (index >= parent->size()) return NoSuchPlace(pointer);
  parent->RemoveAt(index);
  return Ok();
}

// A number without its spelling: sign, digits without zeros at either end, power of ten.
struct PlainNumber {
  bool negative = false;
  std::string digits;
  int64_t power = 0;
  bool operator==(const PlainNumber&) const = default;
};

PlainNumber Normalize(std::string_view text) {
  PlainNumber number;
  if (StartsWith(text, "-")) {
    number.negative = true;
    text.remove_prefix(1);
  }
  size_t exponent_at = text.find_first_of("eE");
  if (exponent_at != std::string_view::npos) {
    std::string_view exponent = text.substr(exponent_at + 1);
    if (StartsWith(exponent, "+")) exponent.remove_prefix(1);
    if (!ParseInteger(exponent, number.power)) number.digits = std::string(exponent);   // beyond all sense: equal only to itself
    text = text.substr(0, exponent_at);
  }
  size_t point = text.find('.');
  for (size_t i = 0; i < text.size(); ++i) {
    if (i == point) continue;
    number.digits += text[i];
    if (point != std::string_view::npos && i > point) --number.power;
  }
  while (!number.digits.empty() && number.digits.back() == '0') {
    number.digits.pop_back();
    ++number.power;
  }
  number.digits.erase(0, number.digits.find_first_not_of('0'));
  if (number.digits.empty()) return {};
  return number;
}

// RFC 6902 §4.6: members in any order, numbers by their value.
bool SameValue(json::Value a, json::Value b) {
  if (a.kind() != b.kind() || a.size() != b.size()) return false;
  switch (a.kind()) {
    case json::Kind::kNumber:
      return Normalize(a.NumberText()) == Normalize(b.NumberText());
    case json::Kind::kArray: {
      auto other = b.Elements().begin();
      for (json::Value item : a.Elements()) {
        if (!SameValue(item, *other)) return false;
        ++other;
      }
      return true;
    }
    case json::Kind::kObject:
      for (json::Member member : a.Members()) {
        std::optional<json::Value> other = b.Find(member.name);
        if (!other || !SameValue(member.value, *other)) return false;
      }
      return true;
    default:
      return json::Equal(a, b);
  }
}

Status Test(Tree& root, const Pointer& pointer, json::Value value) {
  QX_TRY(Tree* place, Walk(root, pointer, pointer.size()));
  QX_TRY(json::Document there, json::Document::Parse(place->Text()));
  if (SameValue(there.root(), value)) return Ok();
  return Failed("the test of " + TextOf(pointer) + " does not hold", "测试不成立：" + TextOf(pointer));
}

Result<Pointer> PointerOf(json::Value operation, std::string_view name) {
  std::optional<json::Value> text = operation.Find(name);
  if (!text || !text->IsString()) return BadPatch("an operation needs a text \"" + std::string(name) + "\"", "操作缺少文本成员 " + std::string(name));
  return ParsePointer(text->AsString());
}

Result<json::Value> ValueOf(json::Value operation) {
  std::optional<json::Value> value = operation.Find("value");
  if (!value) return BadPatch("this operation needs a \"value\"", "该操作缺少 value");
  return *value;
}

Status Move(Tree& root, const Pointer& from, const Pointer& path) {
  QX_TRY(Tree* source, Walk(root, from, from.size()));
  if (from == path) return Ok();
  if (from.size() < path.size() && std::equal(from.begin(), from.end(), path.begin())) {
    return BadPatch("nothing moves into itself: " + TextOf(from), "不能移动到自身之内：" + TextOf(from));
  }
  Tree value = *source;
  QX_DO(Remove(root, from));
  return Add(root, path, std::move(value));
}

Status ApplyOne(Tree& root, json::Value operation, size_t& bytes) {
  if (!operation.IsObject()) return BadPatch("an operation is an object", "操作应为对象");
  std::string_view op = operation.FindString("op");
  QX_TRY(Pointer path, PointerOf(operation, "path"));
  if (op == "remove") return Remove(root, path);
  if (op == "move" || op == "copy") {
    QX_TRY(Pointer from, PointerOf(operation, "from"));
    if (op == "move") return Move(root, from, path);
    QX_TRY(Tree* source, Walk(root, from, from.size()));
    bytes += source->TextBytes();
    if (bytes > limits::kPatchBytes) return TooLarge();
    Tree value = *source;
    return Add(root, path, std::move(value));
  }
  if (op != "add" && op != "replace" && op != "test") {
    return BadPatch("there is no operation \"" + std::string(op) + "\"", "没有这种操作：" + std::string(op));
  }
  QX_TRY(json::Value value, ValueOf(operation));
  if (op == "test") return Test(root, path, value);
  bytes += value.Raw().size();
  if (op == "add") return Add(root, path, Tree(value));
  QX_TRY(Tree* place, Walk(root, path, path.size()));
  *place = Tree(value);
  return Ok();
}

}  // namespace

Result<std::string> ApplyJsonPatch(json::Value target, json::Value patch, bool prune) {
  if (!patch.IsArray()) return BadPatch("a JSON Patch is an array of operations", "JSON Patch 应为操作数组");
  if (patch.size() > limits::kPatchOperations) return Invalid("too-large", "too many operations in one patch", "一个补丁中的操作过多");
  Tree root(target);
  size_t bytes = target.Raw().size(), index = 0;
  for (json::Value operation : patch.Elements()) {
    Status done = ApplyOne(root, operation, bytes);
    if (!done.ok()) return AtOperation(index, std::move(done).error());
    if (bytes > limits::kPatchBytes) return AtOperation(index, TooLarge());
    ++index;
  }
  if (prune) root.Prune();
  return root.Text();
}

}  // namespace qianxian::patch
