#include "patch/lists.h"

#include <algorithm>

namespace qianxian::patch {
namespace {

std::string ShadowName(const std::string& name) { return "_" + name; }

// The array, as long as `size`; made if it is not there.
Tree& Ensure(Tree& parent, const std::string& name, size_t size) {
  Tree* array = parent.Find(name);
  if (!array || !array->IsArray()) {
    parent.Set(name, Tree::EmptyArray());
    array = parent.Find(name);
  }
  while (array->size() < size) array->Insert(array->size(), Tree());
  return *array;
}

// An array that has nothing but nulls is not there.
void DropIfNothing(Tree& parent, const std::string& name) {
  Tree* array = parent.Find(name);
  if (!array || !array->IsArray()) return;
  for (size_t i = 0; i < array->size(); ++i) {
    if (!array->At(i)->IsNull()) return;
  }
  parent.Remove(name);
}

size_t ArraySize(Tree& parent, const std::string& name) {
  Tree* array = parent.Find(name);
  return array && array->IsArray() ? array->size() : 0;
}

}  // namespace

size_t ListSize(Tree& parent, const std::string& name) {
  return std::max(ArraySize(parent, name), ArraySize(parent, ShadowName(name)));
}

void InsertInList(Tree& parent, const std::string& name, size_t index, Pair pair) {
  size_t size = ListSize(parent, name);
  bool shadows = !pair.shadow.IsNull() || parent.Find(ShadowName(name)) != nullptr;
  Ensure(parent, name, size).Insert(index, std::move(pair.value));
  if (shadows) Ensure(parent, ShadowName(name), size).Insert(index, std::move(pair.shadow));
  DropIfNothing(parent, name);
}

Pair TakeFromList(Tree& parent, const std::string& name, size_t index) {
  Pair taken;
  auto take = [&](const std::string& member, Tree& out) {
    Tree* array = parent.Find(member);
    if (!array || !array->IsArray() || index >= array->size()) return;
    out = *array->At(index);
    array->RemoveAt(index);
    DropIfNothing(parent, member);
  };
  take(name, taken.value);
  take(ShadowName(name), taken.shadow);
  return taken;
}

void ReplaceInList(Tree& parent, const std::string& name, size_t index, Pair pair) {
  size_t size = ListSize(parent, name);
  *Ensure(parent, name, size).At(index) = std::move(pair.value);
  if (!pair.shadow.IsNull() || parent.Find(ShadowName(name))) {
    *Ensure(parent, ShadowName(name), size).At(index) = std::move(pair.shadow);
  }
  DropIfNothing(parent, name);
  DropIfNothing(parent, ShadowName(name));
}

void SetSingle(Tree& parent, const std::string& name, Pair pair) {
  auto set = [&](const std::string& member, Tree value) {
    if (value.IsNull()) parent.Remove(member);
    else parent.Set(member, std::move(value));
  };
  set(name, std::move(pair.value));
  set(ShadowName(name), std::move(pair.shadow));
}

bool RemoveSingle(Tree& parent, const std::string& name) {
  bool value = parent.Remove(name), shadow = parent.Remove(ShadowName(name));
  return value || shadow;
}

}  // namespace qianxian::patch
