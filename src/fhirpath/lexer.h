// Cuts a FHIRPath expression into tokens. Inner part of fhirpath.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace qianxian::fhirpath {

enum class TokenKind : uint8_t { kIdentifier, kNumber, kString, kDate, kDateTime, kTime, kVariable, kDollar, kSymbol, kEnd };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  size_t position = 0;
  std::string text;            // escapes undone, quotes, @, % and $ taken away
  bool delimited = false;      // an identifier in back-quotes: never a keyword

  bool IsSymbol(std::string_view symbol) const { return kind == TokenKind::kSymbol && text == symbol; }
  bool IsWord(std::string_view word) const { return kind == TokenKind::kIdentifier && !delimited && text == word; }
};

Result<std::vector<Token>> Tokenize(std::string_view text);
Error ExpressionError(std::string_view text, size_t position, const std::string& en, const std::string& zh);

}  // namespace qianxian::fhirpath
