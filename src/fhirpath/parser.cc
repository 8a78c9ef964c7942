#include <array>
#include <utility>

#include "base/limits.h"
#include "fhirpath/evaluator.h"
#include "fhirpath/expression.h"
#include "fhirpath/lexer.h"

namespace qianxian::fhirpath {
namespace {

struct BinaryOperator {
  std::string_view text;
  bool word;                 // a keyword, not a symbol
  Operator op;
  int level;                 // higher binds tighter
};
constexpr int kTypeLevel = 8;    // is, as
constexpr int kUnaryLevel = 11;
constexpr BinaryOperator kOperators[] = {
    {"implies", true, Operator::kImplies, 1}, {"or", true, Operator::kOr, 2},
    {"xor", true, Operator::kXor, 2},         {"and", true, Operator::kAnd, 3},
    {"in", true, Operator::kIn, 4},           {"contains", true, Operator::kContains, 4},
    {"=", false, Operator::kEqual, 5},        {"!=", false, Operator::kNotEqual, 5},
    {"~", false, Operator::kEquivalent, 5},   {"!~", false, Operator::kNotEquivalent, 5},
    {"<", false, Operator::kLess, 6},         {"<=", false, Operator::kLessOrEqual, 6},
    {">", false, Operator::kGreater, 6},      {">=", false, Operator::kGreaterOrEqual, 6},
    {"|", false, Operator::kUnion, 7},        {"+", false, Operator::kAdd, 9},
    {"-", false, Operator::kSubtract, 9},     {"&", false, Operator::kConcatenate, 9},
    {"*", false, Operator::kMultiply, 10},    {"/", false, Operator::kDivide, 10},
    {"div", true, Operator::kDiv, 10},        {"mod", true, Operator::kMod, 10},
};

constexpr std::array<std::string_view, 16> kCalendarUnits = {
    "year", "years", "month", "months", "week", "weeks", "day", "days", "hour", "hours", "minute", "minutes",
    "second", "seconds", "millisecond", "milliseconds"};

using NodePointer = std::unique_ptr<Node>;

class Parser {
 public:
  Parser(std::string_view text, std::vector<Token> tokens) : text_(text), tokens_(std::move(tokens)) {}

  Result<NodePointer> ParseAll() {
    QX_TRY(NodePointer node, ParseExpression(1));
    if (Peek().kind != TokenKind::kEnd) return Unexpected();
    return node;
  }

 private:
  const Token& Peek(size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  Token Next() { return tokens_[at_ < tokens_.size() - 1 ? at_++ : at_]; }
  bool AcceptSymbol(std::string_view symbol) {
    if (!Peek().IsSymbol(symbol)) return false;
    Next();
    return true;
  }
  Status ExpectSymbol(std::string_view symbol) {
    if (AcceptSymbol(symbol)) return Ok();
    return ExpressionError(text_, Peek().position, "\"" + std::string(symbol) + "\" expected",
                           "应为“" + std::string(symbol) + "”");
  }
  Error Unexpected() const {
    if (Peek().kind == TokenKind::kEnd) {
      return ExpressionError(text_, Peek().position, "unexpected end", "表达式不完整");
    }
    return ExpressionError(text_, Peek().position, "unexpected \"" + Peek().text + "\"", "意外的“" + Peek().text + "”");
  }
  NodePointer Make(NodeKind kind) const {
    auto node = std::make_unique<Node>();
    node->kind = kind;
    node->position = Peek().position;
    return node;
  }

  // Keeps count of how deep expressions are nested while it lives.
  struct Depth {
    explicit Depth(int& count) : count_(count) { ++count_; }
    ~Depth() { --count_; }
    int& count_;
  };

  static const BinaryOperator* FindOperator(const Token& token) {
    for (const BinaryOperator& entry : kOperators) {
      if (entry.word ? token.IsWord(entry.text) : token.IsSymbol(entry.text)) return &entry;
    }
    return nullptr;
  }

  Result<NodePointer> ParseExpression(int lowest_level) {
    Depth depth(depth_);
    if (depth_ > static_cast<int>(limits::kFhirPathDepth)) {
      return Invalid("too-deep", "FHIRPath: the expression is nested too deeply", "FHIRPath：表达式嵌套过深");
    }
    QX_TRY(NodePointer left, ParseUnary());
    size_t chained = 0;
    while (true) {
      if (++chained > limits::kFhirPathDepth) {
        return Invalid("too-deep", "FHIRPath: too many operators in a row", "FHIRPath：运算符过多");
      }
      if ((Peek().IsWord("is") || Peek().IsWord("as")) && kTypeLevel >= lowest_level) {
        auto node = Make(Peek().IsWord("is") ? NodeKind::kIs : NodeKind::kAs);
        Next();
        QX_DO(ParseTypeSpecifier(node->type));
        node->parts.push_back(std::move(left));
        left = std::move(node);
        continue;
      }
      const BinaryOperator* found = FindOperator(Peek());
      if (found == nullptr || found->level < lowest_level) return left;
      auto node = Make(NodeKind::kBinary);
      node->op = found->op;
      Next();
      QX_TRY(NodePointer right, ParseExpression(found->level + 1));
      node->parts.push_back(std::move(left));
      node->parts.push_back(std::move(right));
      left = std::move(node);
    }
  }

  Result<NodePointer> ParseUnary() {
    if (!Peek().IsSymbol("+") && !Peek().IsSymbol("-")) return ParsePath();
    auto node = Make(NodeKind::kUnary);
    node->op = Next().text == "-" ? Operator::kSubtract : Operator::kAdd;
    QX_TRY(NodePointer operand, ParseExpression(kUnaryLevel));
    node->parts.push_back(std::move(operand));
    return node;
  }

  Result<NodePointer> ParsePath() {
    QX_TRY(NodePointer node, ParseTerm());
    size_t steps = 0;
    while (true) {
      if (++steps > limits::kFhirPathDepth) {
        return Invalid("too-deep", "FHIRPath: the path has too many steps", "FHIRPath：路径过长");
      }
      if (AcceptSymbol(".")) {
        QX_TRY(NodePointer next, ParseInvocation());
        next->input = std::move(node);
        node = std::move(next);
      } else if (Peek().IsSymbol("[")) {
        auto indexer = Make(NodeKind::kIndexer);
        Next();
        QX_TRY(NodePointer index, ParseExpression(1));
        QX_DO(ExpectSymbol("]"));
        indexer->input = std::move(node);
        indexer->parts.push_back(std::move(index));
        node = std::move(indexer);
      } else {
        return node;
      }
    }
  }

  Result<NodePointer> ParseTerm() {
    const Token& token = Peek();
    switch (token.kind) {
      case TokenKind::kSymbol:
        if (AcceptSymbol("(")) {
          QX_TRY(NodePointer inner, ParseExpression(1));
          QX_DO(ExpectSymbol(")"));
          return inner;
        }
        if (token.IsSymbol("{")) {
          auto node = Make(NodeKind::kEmpty);
          Next();
          QX_DO(ExpectSymbol("}"));
          return node;
        }
        return Unexpected();
      case TokenKind::kNumber:
        return ParseNumber();
      case TokenKind::kString: {
        auto node = Make(NodeKind::kLiteral);
        node->text = Next().text;
        node->literal = Item::String(node->text);
        return node;
      }
      case TokenKind::kDate:
      case TokenKind::kDateTime:
      case TokenKind::kTime:
        return ParseDate();
      case TokenKind::kVariable: {
        auto node = Make(NodeKind::kVariable);
        node->text = Next().text;
        return node;
      }
      case TokenKind::kIdentifier:
        if (token.IsWord("true") || token.IsWord("false")) {
          auto node = Make(NodeKind::kLiteral);
          node->literal = Item::Boolean(Next().text == "true");
          return node;
        }
        return ParseInvocation();
      case TokenKind::kDollar:
        return ParseInvocation();
      case TokenKind::kEnd:
        break;
    }
    return Unexpected();
  }

  Result<NodePointer> ParseNumber() {
    auto node = Make(NodeKind::kLiteral);
    std::string text = Next().text;
    auto number = Number::Parse(text);
    if (!number) return ExpressionError(text_, node->position, "the number has too many digits", "数字位数过多");
    if (Peek().kind == TokenKind::kString) {
      node->text = Next().text;
      node->literal = Item::Quantity(*number, node->text, false);
      return node;
    }
    for (std::string_view unit : kCalendarUnits) {
      if (!Peek().IsWord(unit)) continue;
      node->text = Next().text;
      node->literal = Item::Quantity(*number, node->text, true);
      return node;
    }
    node->literal = Item::Decimal(*number);
    if (text.find('.') == std::string::npos) node->literal.kind = ItemKind::kInteger;
    return node;
  }

  Result<NodePointer> ParseDate() {
    auto node = Make(NodeKind::kLiteral);
    Token token = Next();
    ItemKind kind = token.kind == TokenKind::kDate       ? ItemKind::kDate
                    : token.kind == TokenKind::kDateTime ? ItemKind::kDateTime
                                                         : ItemKind::kTime;
    auto syntax = kind == ItemKind::kTime ? fhir::DateSyntax::kLenientTime : fhir::DateSyntax::kLenient;
    if (!fhir::TryParseDateTime(token.text, syntax, node->date)) {
      return ExpressionError(text_, node->position, "\"" + token.text + "\" is no date or time", "不是日期或时间");
    }
    node->literal.kind = kind;
    node->literal.date = &node->date;
    return node;
  }

  Status ParseTypeSpecifier(TypeSpecifier& type) {
    if (Peek().kind != TokenKind::kIdentifier) return Unexpected();
    type.name = Next().text;
    if (Peek().IsSymbol(".") && Peek(1).kind == TokenKind::kIdentifier && !Peek(2).IsSymbol("(") &&
        (type.name == "System" || type.name == "FHIR")) {
      Next();
      type.space = std::move(type.name);
      type.name = Next().text;
    }
    return Ok();
  }

  Result<NodePointer> ParseInvocation() {
    if (Peek().kind == TokenKind::kDollar) {
      auto node = Make(NodeKind::kThis);
      std::string name = Next().text;
      if (name == "index") node->kind = NodeKind::kIndex;
      else if (name == "total") node->kind = NodeKind::kTotal;
      else if (name != "this") return ExpressionError(text_, node->position, "unknown $" + name, "未知的 $" + name);
      return node;
    }
    if (Peek().kind != TokenKind::kIdentifier) return Unexpected();
    auto node = Make(NodeKind::kMember);
    Token name = Next();
    node->text = name.text;
    if (!Peek().IsSymbol("(") || name.delimited) {
      node->shadow = "_" + name.text;
      return node;
    }
    return ParseCall(std::move(node));
  }

  Result<NodePointer> ParseCall(NodePointer node) {
    node->kind = NodeKind::kFunction;
    node->function = FindFunction(node->text);
    if (node->function < 0) {
      return ExpressionError(text_, node->position, "unknown function " + node->text + "()", "未知函数 " + node->text + "()");
    }
    const Function& function = FunctionAt(node->function);
    Next();
    if (function.takes_type && !Peek().IsSymbol(")")) {
      QX_DO(ParseTypeSpecifier(node->type));
      QX_DO(ExpectSymbol(")"));
      return node;
    }
    while (!Peek().IsSymbol(")")) {
      QX_TRY(NodePointer argument, ParseExpression(1));
      node->parts.push_back(std::move(argument));
      if (!AcceptSymbol(",")) break;
    }
    QX_DO(ExpectSymbol(")"));
    int count = static_cast<int>(node->parts.size());
    if (count < function.least || count > function.most) {
      return ExpressionError(text_, node->position, "wrong number of arguments of " + node->text + "()",
                             node->text + "() 的参数个数不对");
    }
    return node;
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Result<Expression> Expression::Parse(std::string_view text) {
  auto kept = std::make_shared<const std::string>(text);
  QX_TRY(std::vector<Token> tokens, Tokenize(*kept));
  QX_TRY(NodePointer root, Parser(*kept, std::move(tokens)).ParseAll());
  return Expression(std::shared_ptr<const Node>(std::move(root)), std::move(kept));
}

}  // namespace qianxian::fhirpath
