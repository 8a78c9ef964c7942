#include "fhirpath/lexer.h"

#include "base/text.h"

namespace qianxian::fhirpath {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNameStart(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }
bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v'; }

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> Run() {
    while (true) {
      QX_DO(SkipBlank());
      Token token;
      token.position = at_;
      if (at_ >= text_.size()) {
        tokens_.push_back(token);
        return std::move(tokens_);
      }
      QX_DO(ReadToken(token));
      tokens_.push_back(std::move(token));
    }
  }

 private:
  char Peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  Error Bad(size_t position, const std::string& en, const std::string& zh) const {
    return ExpressionError(text_, position, en, zh);
  }

  Status SkipBlank() {
    while (at_ < text_.size()) {
      if (IsSpace(Peek())) {
        ++at_;
      } else if (Peek() == '/' && Peek(1) == '/') {
        while (at_ < text_.size() && Peek() != '\n') ++at_;
      } else if (Peek() == '/' && Peek(1) == '*') {
        size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return Bad(at_, "a comment does not end", "注释没有结束");
        at_ = end + 2;
      } else {
        break;
      }
    }
    return Ok();
  }

  Status ReadToken(Token& token) {
    char c = Peek();
    if (IsNameStart(c)) {
      token.kind = TokenKind::kIdentifier;
      token.text = ReadName();
      return Ok();
    }
    if (IsDigit(c)) {
      token.kind = TokenKind::kNumber;
      size_t begin = at_;
      while (IsDigit(Peek())) ++at_;
      if (Peek() == '.' && IsDigit(Peek(1))) {
        ++at_;
        while (IsDigit(Peek())) ++at_;
      }
      token.text = text_.substr(begin, at_ - begin);
      return Ok();
    }
    switch (c) {
      case '\'':
        token.kind = TokenKind::kString;
        return ReadQuoted('\'', token.text);
      case '`':
      case '"':
        token.kind = TokenKind::kIdentifier;
        token.delimited = true;
        return ReadQuoted(c, token.text);
      case '@':
        return ReadDate(token);
      case '%':
        return ReadVariable(token);
      case '$':
        ++at_;
        token.kind = TokenKind::kDollar;
        token.text = ReadName();
        return Ok();
      default:
        return ReadSymbol(token);
    }
  }

  std::string ReadName() {
    size_t begin = at_;
    while (IsNameStart(Peek()) || IsDigit(Peek())) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  Status ReadVariable(Token& token) {
    ++at_;
    token.kind = TokenKind::kVariable;
    if (Peek() == '`' || Peek() == '\'' || Peek() == '"') return ReadQuoted(Peek(), token.text);
    token.text = ReadName();
    if (token.text.empty()) return Bad(token.position, "a name must follow %", "% 后面必须是名称");
    return Ok();
  }

  Status ReadSymbol(Token& token) {
    static constexpr std::string_view kSymbols[] = {"<=", ">=", "!=", "!~", "<", ">", "=", "~", "+", "-", "*", "/",
                                                    "&",  "|",  ".",  ",",  "(", ")", "[", "]", "{", "}"};
    token.kind = TokenKind::kSymbol;
    for (std::string_view symbol : kSymbols) {
      if (text_.substr(at_, symbol.size()) != symbol) continue;
      token.text = symbol;
      at_ += symbol.size();
      return Ok();
    }
    return Bad(at_, "unexpected character", "意外的字符");
  }

  Status ReadQuoted(char quote, std::string& out) {
    size_t begin = at_++;
    while (true) {
      if (at_ >= text_.size()) return Bad(begin, "a quoted text does not end", "引号没有配对");
      char c = text_[at_++];
      if (c == quote) return Ok();
      if (c != '\\') {
        out += c;
        continue;
      }
      QX_DO(ReadEscape(out));
    }
  }

  Status ReadEscape(std::string& out) {
    char c = Peek();
    ++at_;
    switch (c) {
      case 'n': out += '\n'; return Ok();
      case 'r': out += '\r'; return Ok();
      case 't': out += '\t'; return Ok();
      case 'f': out += '\f'; return Ok();
      case '\'': case '"': case '`': case '\\': case '/': out += c; return Ok();
      case 'u': {
        uint32_t unit = 0;
        QX_DO(ReadHex4(unit));
        if (unit >= 0xD800 && unit < 0xDC00 && Peek() == '\\' && Peek(1) == 'u') {
          at_ += 2;
          uint32_t low = 0;
          QX_DO(ReadHex4(low));
          unit = low >= 0xDC00 && low < 0xE000 ? 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD;
        }
        AppendUtf8(out, unit >= 0xD800 && unit < 0xE000 ? 0xFFFD : unit);
        return Ok();
      }
      default:
        return Bad(at_ - 1, "unknown escape after \\", "\\ 后的转义未知");
    }
  }

  Status ReadHex4(uint32_t& unit) {
    for (int i = 0; i < 4; ++i, ++at_) {
      char c = Peek();
      uint32_t digit = 0;
      if (IsDigit(c)) digit = static_cast<uint32_t>(c - '0');
      else if (c >= 'a' && c <= 'f') digit = static_cast<uint32_t>(c - 'a' + 10);
      else if (c >= 'A' && c <= 'F') digit = static_cast<uint32_t>(c - 'A' + 10);
      else return Bad(at_, "four hexadecimal digits must follow \\u", "\\u 后必须是四位十六进制数字");
      unit = unit * 16 + digit;
    }
    return Ok();
  }

  // `count` digits at `from`?
  bool DigitsAt(size_t from, size_t count) const {
    for (size_t i = 0; i < count; ++i) {
      if (from + i >= text_.size() || !IsDigit(text_[from + i])) return false;
    }
    return true;
  }
  char CharAt(size_t from) const { return from < text_.size() ? text_[from] : '\0'; }

  Status ReadDate(Token& token) {
    size_t begin = at_ + 1;
    size_t end = begin;
    token.kind = TokenKind::kDate;
    if (CharAt(end) != 'T') {
      if (!DigitsAt(end, 4)) return Bad(at_, "a date must follow @", "@ 后必须是日期");
      end += 4;
      for (int i = 0; i < 2 && CharAt(end) == '-' && DigitsAt(end + 1, 2); ++i) end += 3;
    }
    if (CharAt(end) == 'T') {
      token.kind = end == begin ? TokenKind::kTime : TokenKind::kDateTime;
      ++end;
      if (token.kind == TokenKind::kTime) begin = end;
      end = EndOfTime(end);
      if (token.kind == TokenKind::kDateTime) end = EndOfZone(end);
    }
    token.text = text_.substr(begin, end - begin);
    at_ = end;
    if (token.text.empty()) return Bad(token.position, "a time must follow @T", "@T 后必须是时间");
    return Ok();
  }

  size_t EndOfTime(size_t end) const {
    if (!DigitsAt(end, 2)) return end;
    end += 2;
    for (int i = 0; i < 2 && CharAt(end) == ':' && DigitsAt(end + 1, 2); ++i) end += 3;
    if (CharAt(end) == '.' && IsDigit(CharAt(end + 1))) {
      ++end;
      while (IsDigit(CharAt(end))) ++end;
    }
    return end;
  }

  size_t EndOfZone(size_t end) const {
    if (CharAt(end) == 'Z') return end + 1;
    char sign = CharAt(end);
    if ((sign == '+' || sign == '-') && DigitsAt(end + 1, 2) && CharAt(end + 3) == ':' && DigitsAt(end + 4, 2)) {
      return end + 6;
    }
    return end;
  }

  std::string_view text_;
  size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

Error ExpressionError(std::string_view text, size_t position, const std::string& en, const std::string& zh) {
  std::string shown(text.substr(0, 200));
  std::string place = std::to_string(position + 1);
  return Invalid("bad-expression", "FHIRPath: " + en + " at character " + place + " of \"" + shown + "\"",
                 "FHIRPath：" + zh + "（第 " + place + " 个字符，“" + shown + "”）");
}

Result<std::vector<Token>> Tokenize(std::string_view text) { return Lexer(text).Run(); }

}  // namespace qianxian::fhirpath
