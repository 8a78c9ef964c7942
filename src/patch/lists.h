// Lists of elements in a Tree: the array of the values and, of primitives, the array of their extensions beside it, kept
// aligned. Also single elements, which are a member and its shadow. Of patch's own .cc files only. One thread; no failures.
#pragma once

#include <string>

#include "patch/tree.h"

namespace qianxian::patch {

struct Pair {
  Tree value, shadow;                      // null: none
};

size_t ListSize(Tree& parent, const std::string& name);
void InsertInList(Tree& parent, const std::string& name, size_t index, Pair pair);   // index <= ListSize
Pair TakeFromList(Tree& parent, const std::string& name, size_t index);              // index < ListSize
void ReplaceInList(Tree& parent, const std::string& name, size_t index, Pair pair);
void SetSingle(Tree& parent, const std::string& name, Pair pair);
bool RemoveSingle(Tree& parent, const std::string& name);

}  // namespace qianxian::patch
