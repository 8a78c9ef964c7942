// A FHIRPath expression, read and ready to be evaluated any number of times.
// Threads: immutable; any number. Errors: invalid "bad-expression" (with the position), "too-deep".
// Source: https://hl7.org/fhirpath/N1/grammar.html
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fhirpath/value.h"

namespace qianxian::fhirpath {

enum class NodeKind : uint8_t { kEmpty, kLiteral, kMember, kFunction, kThis, kIndex, kTotal, kVariable, kIndexer, kUnary,
                                kBinary, kIs, kAs };

enum class Operator : uint8_t { kMultiply, kDivide, kDiv, kMod, kAdd, kSubtract, kConcatenate, kUnion, kLess, kLessOrEqual,
                                kGreater, kGreaterOrEqual, kEqual, kNotEqual, kEquivalent, kNotEquivalent, kIn, kContains,
                                kAnd, kOr, kXor, kImplies };

struct TypeSpecifier {
  std::string space;                       // "System", "FHIR", or ""
  std::string name;
};

struct Node {
  NodeKind kind = NodeKind::kEmpty;
  Operator op = Operator::kAdd;            // kBinary; kUnary: kAdd or kSubtract
  int function = -1;                       // kFunction: place in the table of functions
  size_t position = 0;                     // in the text, for messages
  std::string text;                        // member, function or variable name; text of a literal
  std::string shadow;                      // kMember: "_" + text
  TypeSpecifier type;                      // kIs, kAs, and functions that take a type
  Item literal;                            // kLiteral
  fhir::DateTime date;                     // what the literal's date points to
  std::unique_ptr<Node> input;             // kMember, kFunction, kIndexer: left of the dot; nullptr = the focus
  std::vector<std::unique_ptr<Node>> parts;  // operands; arguments
};

class Expression {
 public:
  static Result<Expression> Parse(std::string_view text);
  const Node& root() const { return *root_; }
  const std::string& text() const { return *text_; }

 private:
  Expression(std::shared_ptr<const Node> root, std::shared_ptr<const std::string> text)
      : root_(std::move(root)), text_(std::move(text)) {}
  std::shared_ptr<const Node> root_;
  std::shared_ptr<const std::string> text_;
};

}  // namespace qianxian::fhirpath
