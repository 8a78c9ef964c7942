// JSON that can be changed: a tree over the values of documents, opened only where something changes, so that all else is
// written as it was sent (numbers' text, order of members, even white space). Of patch's own .cc files only.
// Owns what was made anew; the documents it was made of must outlive it. One thread. No failures: misuse is a CHECK.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/value.h"

namespace qianxian::patch {

class Tree {
 public:
  struct Child {
    std::string name;                      // "" in an array
    std::vector<Tree> value;               // exactly one (a vector because Tree is not complete yet)
    Tree& tree() { return value.front(); }
    const Tree& tree() const { return value.front(); }
  };

  Tree() = default;                        // null
  explicit Tree(json::Value source) : source_(source) {}
  static Tree EmptyArray();
  static Tree EmptyObject();

  bool IsArray() const { return made_ ? made_array_ : source_.IsArray(); }
  bool IsObject() const { return made_ ? !made_array_ : source_.IsObject(); }
  bool IsNull() const { return !made_ && source_.IsNull(); }
  size_t size() const { return made_ ? children_.size() : source_.size(); }

  Tree* Find(std::string_view name);       // nullptr: not an object, or no such member
  Tree* At(size_t index);                  // nullptr: not an array, or not so long
  void Set(std::string_view name, Tree value);          // in its place, or at the end. CHECK: IsObject
  void Rename(std::string_view name, std::string_view new_name);
  bool Remove(std::string_view name);      // CHECK: IsObject
  void Insert(size_t index, Tree value);   // CHECK: IsArray and index <= size()
  void RemoveAt(size_t index);             // CHECK: IsArray and index < size()
  // Takes away the empty arrays and objects below the places that were opened: FHIR's JSON has none. In an array that
  // stands beside primitives ("_given") a null takes their place.
  void Prune() { PruneInside(false); }
  std::string Text() const;
  size_t TextBytes() const;                // about

 private:
  void Open();
  void PruneInside(bool aligned);
  void Write(std::string& out) const;
  json::Value source_;
  bool made_ = false;                      // children_ are the truth, not source_
  bool made_array_ = false;
  std::vector<Child> children_;
};

}  // namespace qianxian::patch
