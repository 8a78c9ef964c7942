// JSON as it was sent. A Document owns its text and a flat array of nodes; a Value is a small view into it and lives as
// long as the Document. Numbers keep their text, members keep their order; Raw() is the exact text of any part.
// Parsing refuses: invalid UTF-8, duplicate member names, depth over limits::kJsonDepth, text over limits::kJsonBytes.
// Threads: a Document is immutable after Parse; any number may read it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace qianxian::json {

enum class Kind : uint8_t { kNull, kBoolean, kNumber, kString, kArray, kObject };

namespace internal {
struct Node;
struct Storage;
}  // namespace internal

class ElementRange;
class MemberRange;

class Value {
 public:
  Value() = default;  // null of no document
  Kind kind() const;
  bool IsNull() const { return kind() == Kind::kNull; }
  bool IsBoolean() const { return kind() == Kind::kBoolean; }
  bool IsNumber() const { return kind() == Kind::kNumber; }
  bool IsString() const { return kind() == Kind::kString; }
  bool IsArray() const { return kind() == Kind::kArray; }
  bool IsObject() const { return kind() == Kind::kObject; }

  bool AsBoolean() const;                         // CHECK: IsBoolean
  std::string_view AsString() const;              // unescaped UTF-8; CHECK: IsString
  std::string_view NumberText() const;            // as sent: "1.50"; CHECK: IsNumber
  std::optional<int64_t> AsInteger() const;       // a number without fraction or exponent that fits
  double AsDouble() const;                        // CHECK: IsNumber
  std::string_view Raw() const;                   // the exact text of this value
  size_t size() const;                            // elements or members; 0 for others

  std::optional<Value> Find(std::string_view name) const;   // none if not an object or no such member
  // The string member `name`, or "" if it is not there or no string.
  std::string_view FindString(std::string_view name) const;
  // The strings of the member `name`, in order; what is no string, or no list, is left out.
  std::vector<std::string> FindStrings(std::string_view name) const;
  Value At(size_t index) const;                   // CHECK: IsArray and index < size()
  ElementRange Elements() const;                  // empty if not an array
  MemberRange Members() const;                    // empty if not an object
  const void* identity() const { return node_; }  // equal exactly for the same place in the same document

 private:
  friend class Document;
  friend class ElementRange;
  friend class MemberRange;
  Value(const internal::Storage* storage, const internal::Node* node) : storage_(storage), node_(node) {}
  const internal::Storage* storage_ = nullptr;
  const internal::Node* node_ = nullptr;
};

struct Member {
  std::string_view name;
  Value value;
};

class ElementRange {
 public:
  class iterator {
   public:
    iterator(const internal::Storage* s, const internal::Node* n) : storage_(s), node_(n) {}
    Value operator*() const;
    iterator& operator++();
    bool operator!=(const iterator& other) const { return node_ != other.node_; }

   private:
    const internal::Storage* storage_;
    const internal::Node* node_;
  };
  iterator begin() const;
  iterator end() const;

 private:
  friend class Value;
  explicit ElementRange(Value array) : array_(array) {}
  Value array_;
};

class MemberRange {
 public:
  class iterator {
   public:
    iterator(const internal::Storage* s, const internal::Node* n) : storage_(s), node_(n) {}
    Member operator*() const;
    iterator& operator++();
    bool operator!=(const iterator& other) const { return node_ != other.node_; }

   private:
    const internal::Storage* storage_;
    const internal::Node* node_;
  };
  iterator begin() const;
  iterator end() const;

 private:
  friend class Value;
  explicit MemberRange(Value object) : object_(object) {}
  Value object_;
};

class Document {
 public:
  // Errors: invalid, code "bad-json" (message says line and column) or "too-deep", "too-large".
  static Result<Document> Parse(std::string text);
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();
  Value root() const;
  std::string_view text() const;

 private:
  explicit Document(std::unique_ptr<internal::Storage> storage);
  std::unique_ptr<internal::Storage> storage_;
};

// Same JSON value: member order does not matter, numbers by their text (1.0 is not 1), arrays in order.
bool Equal(Value a, Value b);

}  // namespace qianxian::json
