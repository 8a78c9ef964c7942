#include "search/text_query.h"

#include "base/text.h"
#include "search/clauses.h"
#include "search/query_values.h"
#include "search/search_limits.h"
#include "words/text.h"

namespace qianxian::search {
namespace {

class TextParser {
 public:
  TextParser(std::string_view type, std::string_view code, std::string_view text) : type_(type), code_(code), text_(text) {}

  Result<Clause> Parse() {
    QX_TRY(Clause clause, Or(0));
    if (Peek() != ')') return clause;
    return Bad("a bracket is closed that was not opened", "有多余的右括号");
  }

 private:
  Error Bad(std::string_view en, std::string_view zh) const { return BadValue(code_, text_, en, zh); }

  void SkipBlanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
  }
  char Peek() {
    SkipBlanks();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  std::string_view Word() {
    SkipBlanks();
    size_t end = at_;
    while (end < text_.size() && std::string_view(" \t\n()\"").find(text_[end]) == std::string_view::npos) ++end;
    return text_.substr(at_, end - at_);
  }
  bool Take(std::string_view operation) {
    if (ToLowerAscii(Word()) != operation) return false;
    at_ += operation.size();
    return true;
  }

  Result<Clause> Or(int depth) {
    std::vector<Clause> parts;
    do {
      QX_TRY(Clause one, And(depth));
      parts.push_back(std::move(one));
    } while (Take("or"));
    if (parts.size() > 1) return AnyOf(type_, code_, std::move(parts));
    return std::move(parts.front());
  }

  Result<Clause> And(int depth) {
    std::vector<Clause> parts;
    do {
      QX_TRY(Clause one, Not(depth));
      parts.push_back(std::move(one));
    } while (Take("and") || (Peek() != '\0' && Peek() != ')' && ToLowerAscii(Word()) != "or"));
    if (parts.size() > 1) return AllOf(type_, code_, std::move(parts));
    return std::move(parts.front());
  }

  Result<Clause> Not(int depth) {
    if (depth > limits::kSearchTreeDepth) return Bad("too many brackets", "括号层数过多");
    if (Take("not")) {
      std::vector<Clause> parts(1);
      QX_TRY(parts[0], Not(depth + 1));
      return NoneOf(type_, code_, std::move(parts));
    }
    if (Peek() != '(') return Term();
    ++at_;
    QX_TRY(Clause inner, Or(depth + 1));
    if (Peek() != ')') return Bad("a bracket is not closed", "括号没有闭合");
    ++at_;
    return inner;
  }

  Result<Clause> Term() {
    std::string_view text = Word();
    if (Peek() == '"') {
      const size_t end = text_.find('"', at_ + 1);
      if (end == std::string_view::npos) return Bad("a quotation mark is not closed", "引号没有闭合");
      text = text_.substr(at_ + 1, end - at_ - 1);
      at_ = end + 1;
    } else {
      for (const std::string_view operation : {"and", "or", "not"}) {
        if (ToLowerAscii(text) == operation) return Bad("a word to look for is missing", "缺少要查找的词语");
      }
      at_ += text.size();
    }
    if (++terms_ > limits::kSearchTextTerms) return Bad("too many words", "词语过多");
    if (words::ReadTextTerm(text).words.empty()) return Bad("a word to look for is missing", "缺少要查找的词语");
    Clause leaf;
    leaf.type = type_;
    leaf.code = code_;
    leaf.values.emplace_back().text = text;
    return leaf;
  }

  std::string_view type_, code_, text_;
  size_t at_ = 0;
  size_t terms_ = 0;
};

}  // namespace

Result<Clause> ReadTextQuery(std::string_view type, std::string_view code, std::string_view value) {
  if (!IsValidUtf8(value)) return BadValue(code, "", "the value is not UTF-8", "值不是 UTF-8");
  std::vector<Clause> parts;
  for (const std::string_view part : SplitEscaped(value, ',')) {
    const std::string text = Unescape(part);
    QX_TRY(Clause one, TextParser(type, code, text).Parse());
    parts.push_back(std::move(one));
  }
  if (parts.size() == 1) return std::move(parts.front());
  return AnyOf(type, code, std::move(parts));
}

}  // namespace qianxian::search
