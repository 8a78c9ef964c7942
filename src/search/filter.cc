#include "search/filter.h"

#include <algorithm>

#include "base/text.h"
#include "json/value.h"
#include "search/search_limits.h"

namespace qianxian::search {
namespace {

constexpr std::string_view kOperations[] = {"eq", "ne", "co", "sw", "ew", "gt", "lt", "ge", "le", "ap", "sa",
                                            "eb", "pr", "po", "ss", "sb", "in", "ni", "re"};
using Kind = FilterNode::Kind;

class FilterParser {
 public:
  explicit FilterParser(std::string_view text) : text_(text) {}

  Result<FilterNode> Parse() {
    QX_TRY(FilterNode node, Filter(0));
    if (Peek() == '\0') return node;
    return Bad("nothing may follow here", "此处不能再有内容");
  }

 private:
  Error Bad(std::string_view en, std::string_view zh) const {
    const std::string place = std::to_string(at_ + 1), rest(text_.substr(at_, 40));
    return Invalid("bad-filter", "_filter, character " + place + " (\"" + rest + "\"): " + std::string(en),
                   "_filter 第 " + place + " 个字符（“" + rest + "”）：" + std::string(zh));
  }

  static bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
  char Peek() {
    while (at_ < text_.size() && IsBlank(text_[at_])) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  static bool IsNameCharacter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; }
  std::string_view Name() {
    Peek();
    size_t end = at_;
    while (end < text_.size() && IsNameCharacter(text_[end])) ++end;
    return text_.substr(at_, end - at_);
  }
  bool Take(std::string_view word) {
    if (ToLowerAscii(Name()) != word) return false;
    at_ += word.size();
    return true;
  }

  Result<FilterNode> Filter(int depth) {
    QX_TRY(FilterNode left, One(depth));
    bool open = false;                       // `left` was joined here, not inside of brackets
    for (;;) {
      const bool both = Take("and");
      if (!both && !Take("or")) return left;
      QX_TRY(FilterNode right, One(depth));
      const Kind kind = both ? Kind::kAnd : Kind::kOr;
      if (left.kind != kind || !open) {
        FilterNode joined;
        joined.kind = kind;
        joined.parts.push_back(std::move(left));
        left = std::move(joined);
      }
      left.parts.push_back(std::move(right));
      open = true;
    }
  }

  // A comparison, not (…), (…).
  Result<FilterNode> One(int depth) {
    if (depth > limits::kSearchTreeDepth) return Bad("too many brackets", "括号层数过多");
    const size_t begin = at_;
    if (Take("not")) {
      if (Peek() == '(') {
        QX_TRY(FilterNode inner, InBrackets(depth));
        FilterNode none;
        none.kind = Kind::kNot;
        none.parts.push_back(std::move(inner));
        return none;
      }
      at_ = begin;
    }
    if (Peek() == '(') return InBrackets(depth);
    return Comparison(depth);
  }

  Result<FilterNode> InBrackets(int depth) {
    ++at_;
    QX_TRY(FilterNode inner, Filter(depth + 1));
    if (Peek() != ')') return Bad("a bracket is not closed", "括号没有闭合");
    ++at_;
    return inner;
  }

  Result<FilterNode> Comparison(int depth) {
    if (++comparisons_ > limits::kSearchFilterComparisons) return Bad("too many comparisons", "比较过多");
    FilterNode node;
    for (;;) {
      QX_TRY(FilterNode::Step step, Step(depth));
      node.path.push_back(std::move(step));
      if (at_ >= text_.size() || text_[at_] != '.') break;
      ++at_;
    }
    if (!node.path.back().filter.empty()) return Bad("after ] comes . and a parameter", "] 之后应为 . 和检索参数");
    const size_t begin = at_;
    node.operation = ToLowerAscii(Name());
    if (std::find(std::begin(kOperations), std::end(kOperations), node.operation) == std::end(kOperations)) {
      at_ = begin;
      return Bad("a comparison is eq, ne, co, sw, ew, gt, lt, ge, le, ap, sa, eb, pr, po, ss, sb, in, ni or re",
                 "比较符只能是 eq、ne、co、sw、ew、gt、lt、ge、le、ap、sa、eb、pr、po、ss、sb、in、ni 或 re");
    }
    at_ += node.operation.size();
    QX_TRY(node.value, Value());
    return node;
  }

  Result<FilterNode::Step> Step(int depth) {
    FilterNode::Step step;
    std::string_view name = Name();
    if (name.empty() || (name[0] >= '0' && name[0] <= '9') || name[0] == '-') return Bad("a parameter's name is missing", "缺少检索参数名");
    at_ += name.size();
    step.name = name;
    while (at_ < text_.size() && text_[at_] == ':') {   // subject:Patient, _has:Observation:patient:code
      ++at_;
      const std::string_view more = Name();
      step.name += ":" + std::string(more);
      at_ += more.size();
    }
    if (at_ < text_.size() && text_[at_] == '[') {
      if (depth > limits::kSearchTreeDepth) return Bad("too many brackets", "括号层数过多");
      ++at_;
      QX_TRY(FilterNode inner, Filter(depth + 1));
      if (Peek() != ']') return Bad("a bracket is not closed", "括号没有闭合");
      ++at_;
      step.filter.push_back(std::move(inner));
    }
    return step;
  }

  Result<std::string> Value() {
    if (Peek() == '"') {
      size_t end = at_ + 1;
      while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
      if (end >= text_.size()) return Bad("a quotation mark is not closed", "引号没有闭合");
      const auto document = json::Document::Parse("[" + std::string(text_.substr(at_, end + 1 - at_)) + "]");
      if (!document.ok()) return Bad("this is no JSON string", "不是有效的 JSON 字符串");
      at_ = end + 1;
      for (const json::Value one : document->root().Elements()) return std::string(one.AsString());
    }
    size_t end = at_;
    while (end < text_.size() && !IsBlank(text_[end]) && text_[end] != ')' && text_[end] != ']') ++end;
    if (end == at_) return Bad("a value is missing", "缺少值");
    std::string value(text_.substr(at_, end - at_));
    at_ = end;
    return value;
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t comparisons_ = 0;
};

}  // namespace

Result<FilterNode> ParseFilter(std::string_view text) {
  if (!IsValidUtf8(text)) return Invalid("bad-filter", "_filter is not UTF-8", "_filter 不是 UTF-8");
  return FilterParser(text).Parse();
}

}  // namespace qianxian::search
