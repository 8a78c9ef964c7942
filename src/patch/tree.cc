#include "patch/tree.h"

#include <algorithm>

#include "base/check.h"
#include "json/writer.h"

namespace qianxian::patch {
namespace {

Tree::Child MakeChild(std::string_view name, Tree value) {
  Tree::Child child;
  child.name = name;
  child.value.push_back(std::move(value));
  return child;
}

}  // namespace

Tree Tree::EmptyArray() {
  Tree tree;
  tree.made_ = tree.made_array_ = true;
  return tree;
}

Tree Tree::EmptyObject() {
  Tree tree;
  tree.made_ = true;
  return tree;
}

void Tree::Open() {
  if (made_) return;
  QX_CHECK(IsArray() || IsObject(), "only a container can be opened");
  made_array_ = source_.IsArray();
  children_.reserve(source_.size());
  for (json::Value item : source_.Elements()) children_.push_back(MakeChild("", Tree(item)));
  for (json::Member member : source_.Members()) children_.push_back(MakeChild(member.name, Tree(member.value)));
  made_ = true;
}

Tree* Tree::Find(std::string_view name) {
  if (!IsObject()) return nullptr;
  Open();
  for (Child& child : children_) {
    if (child.name == name) return &child.tree();
  }
  return nullptr;
}

Tree* Tree::At(size_t index) {
  if (!IsArray() || index >= size()) return nullptr;
  Open();
  return &children_[index].tree();
}

void Tree::Set(std::string_view name, Tree value) {
  QX_CHECK(IsObject(), "members belong to objects");
  if (Tree* there = Find(name)) *there = std::move(value);
  else children_.push_back(MakeChild(name, std::move(value)));
}

void Tree::Rename(std::string_view name, std::string_view new_name) {
  QX_CHECK(IsObject(), "members belong to objects");
  Open();
  for (Child& child : children_) {
    if (child.name != name) continue;
    child.name = new_name;
    return;
  }
}

bool Tree::Remove(std::string_view name) {
  QX_CHECK(IsObject(), "members belong to objects");
  Open();
  return std::erase_if(children_, [&](const Child& child) { return child.name == name; }) > 0;
}

void Tree::Insert(size_t index, Tree value) {
  QX_CHECK(IsArray() && index <= size(), "a place of the array");
  Open();
  children_.insert(children_.begin() + static_cast<std::ptrdiff_t>(index), MakeChild("", std::move(value)));
}

void Tree::RemoveAt(size_t index) {
  QX_CHECK(IsArray() && index < size(), "an element of the array");
  Open();
  children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(index));
}

void Tree::PruneInside(bool aligned) {
  if (!made_) return;
  auto is_empty = [](const Child& child) {
    const Tree& tree = child.tree();
    return (tree.IsArray() || tree.IsObject()) && tree.size() == 0;
  };
  for (Child& child : children_) child.tree().PruneInside(!child.name.empty() && child.name[0] == '_');
  if (!aligned || !made_array_) {
    std::erase_if(children_, is_empty);
    return;
  }
  bool any = false;
  for (Child& child : children_) {
    if (is_empty(child)) child.tree() = Tree();
    any = any || !child.tree().IsNull();
  }
  if (!any) children_.clear();
}

void Tree::Write(std::string& out) const {
  if (!made_) {
    out += source_.Raw();
    return;
  }
  out += made_array_ ? '[' : '{';
  bool first = true;
  for (const Child& child : children_) {
    if (!first) out += ',';
    first = false;
    if (!made_array_) out += json::Quote(child.name) + ":";
    child.tree().Write(out);
  }
  out += made_array_ ? ']' : '}';
}

std::string Tree::Text() const {
  std::string out;
  Write(out);
  return out;
}

size_t Tree::TextBytes() const {
  if (!made_) return source_.Raw().size();
  size_t bytes = 2;
  for (const Child& child : children_) bytes += child.name.size() + 4 + child.tree().TextBytes();
  return bytes;
}

}  // namespace qianxian::patch
