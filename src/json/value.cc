#include "json/value.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "json/storage.h"

namespace qianxian::json {

using internal::Node;
using internal::Storage;

Kind Value::kind() const { return node_ == nullptr ? Kind::kNull : node_->kind(); }

bool Value::AsBoolean() const {
  QX_CHECK(IsBoolean(), "AsBoolean of something else");
  return storage_->text[node_->begin] == 't';
}

std::string_view Value::AsString() const {
  QX_CHECK(IsString(), "AsString of something else");
  return storage_->StringOf(*node_);
}

std::string_view Value::NumberText() const {
  QX_CHECK(IsNumber(), "NumberText of something else");
  return storage_->RawOf(*node_);
}

std::optional<int64_t> Value::AsInteger() const {
  int64_t number = 0;
  if (!IsNumber() || !ParseInteger(NumberText(), number)) return std::nullopt;
  return number;
}

double Value::AsDouble() const {
  std::string_view text = NumberText();
  double number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) return strtod(std::string(text).c_str(), nullptr);  // 0 or infinity
  return number;
}

std::string_view Value::Raw() const { return node_ == nullptr ? std::string_view("null") : storage_->RawOf(*node_); }

size_t Value::size() const { return IsArray() || IsObject() ? node_->extra : 0; }

std::optional<Value> Value::Find(std::string_view name) const {
  if (!IsObject()) return std::nullopt;
  const Node* end = node_ + node_->span();
  for (const Node* at = node_ + 1; at != end;) {
    if (storage_->StringOf(*at) == name) return Value(storage_, at + 1);
    ++at;
    at += at->span();
  }
  return std::nullopt;
}

std::string_view Value::FindString(std::string_view name) const {
  std::optional<Value> found = Find(name);
  return found && found->IsString() ? found->AsString() : std::string_view();
}

std::vector<std::string> Value::FindStrings(std::string_view name) const {
  std::vector<std::string> strings;
  for (Value one : Find(name).value_or(Value()).Elements())
    if (one.IsString()) strings.emplace_back(one.AsString());
  return strings;
}

Value Value::At(size_t index) const {
  QX_CHECK(IsArray() && index < size(), "At outside of an array");
  if (node_->span() == node_->extra + 1) return Value(storage_, node_ + 1 + index);  // all scalars: no need to walk
  const Node* at = node_ + 1;
  while (index-- > 0) at += at->span();
  return Value(storage_, at);
}

ElementRange Value::Elements() const { return ElementRange(IsArray() ? *this : Value()); }
MemberRange Value::Members() const { return MemberRange(IsObject() ? *this : Value()); }

Value ElementRange::iterator::operator*() const { return Value(storage_, node_); }

ElementRange::iterator& ElementRange::iterator::operator++() {
  node_ += node_->span();
  return *this;
}

ElementRange::iterator ElementRange::begin() const {
  return {array_.storage_, array_.node_ == nullptr ? nullptr : array_.node_ + 1};
}

ElementRange::iterator ElementRange::end() const {
  return {array_.storage_, array_.node_ == nullptr ? nullptr : array_.node_ + array_.node_->span()};
}

Member MemberRange::iterator::operator*() const { return {storage_->StringOf(*node_), Value(storage_, node_ + 1)}; }

MemberRange::iterator& MemberRange::iterator::operator++() {
  ++node_;
  node_ += node_->span();
  return *this;
}

MemberRange::iterator MemberRange::begin() const {
  return {object_.storage_, object_.node_ == nullptr ? nullptr : object_.node_ + 1};
}

MemberRange::iterator MemberRange::end() const {
  return {object_.storage_, object_.node_ == nullptr ? nullptr : object_.node_ + object_.node_->span()};
}

Document::Document(std::unique_ptr<Storage> storage) : storage_(std::move(storage)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Result<Document> Document::Parse(std::string text) {
  auto storage = std::make_unique<Storage>();
  storage->text = std::move(text);
  QX_DO(internal::ParseInto(*storage));
  return Document(std::move(storage));
}

Value Document::root() const { return Value(storage_.get(), storage_->nodes.data()); }
std::string_view Document::text() const { return storage_->text; }

namespace {

std::vector<Member> SortedMembers(Value object) {
  std::vector<Member> members;
  members.reserve(object.size());
  for (Member member : object.Members()) members.push_back(member);
  std::sort(members.begin(), members.end(), [](const Member& a, const Member& b) { return a.name < b.name; });
  return members;
}

bool EqualArrays(Value a, Value b) {
  ElementRange left = a.Elements(), right = b.Elements();
  auto other = right.begin();
  for (Value element : left) {
    if (!Equal(element, *other)) return false;
    ++other;
  }
  return true;
}

bool EqualObjects(Value a, Value b) {
  std::vector<Member> left = SortedMembers(a), right = SortedMembers(b);
  for (size_t i = 0; i < left.size(); ++i) {
    if (left[i].name != right[i].name || !Equal(left[i].value, right[i].value)) return false;
  }
  return true;
}

}  // namespace

bool Equal(Value a, Value b) {
  if (a.kind() != b.kind() || a.size() != b.size()) return false;
  switch (a.kind()) {
    case Kind::kNull: return true;
    case Kind::kBoolean: return a.AsBoolean() == b.AsBoolean();
    case Kind::kNumber: return a.NumberText() == b.NumberText();
    case Kind::kString: return a.AsString() == b.AsString();
    case Kind::kArray: return EqualArrays(a, b);
    case Kind::kObject: return a.Raw() == b.Raw() || EqualObjects(a, b);
  }
  return false;
}

}  // namespace qianxian::json
