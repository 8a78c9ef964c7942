#include "access/scope.h"

#include <algorithm>
#include <array>

namespace qianxian::access {
namespace {

struct Letter {
  char letter;
  unsigned right;
};
constexpr std::array<Letter, 5> kLetters = {{{'c', ScopeLine::kCreate},
                                             {'r', ScopeLine::kRead},
                                             {'u', ScopeLine::kUpdate},
                                             {'d', ScopeLine::kDelete},
                                             {'s', ScopeLine::kSearch}}};

Error BadScope(std::string_view word) {
  return Invalid("bad-scope", "this is no scope: " + std::string(word), "无法识别的授权范围：" + std::string(word));
}

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool IsType(std::string_view type) {
  if (type == "*") return true;
  return !type.empty() && type.size() <= 64 && type[0] >= 'A' && type[0] <= 'Z' && std::all_of(type.begin(), type.end(), IsLetter);
}

// The letters of v2 in their order, each once at most; or a word of v1. 0: neither.
unsigned RightsOf(std::string_view text) {
  if (text == "read") return ScopeLine::kRead | ScopeLine::kSearch;
  if (text == "write") return ScopeLine::kCreate | ScopeLine::kUpdate | ScopeLine::kDelete;
  if (text == "*") return ScopeLine::kAll;
  unsigned rights = 0;
  size_t at = 0;
  for (const Letter& letter : kLetters) {
    if (at < text.size() && text[at] == letter.letter) {
      rights |= letter.right;
      ++at;
    }
  }
  return at == text.size() ? rights : 0;
}

}  // namespace

unsigned GrantedScope::RightsOn(std::string_view type) const {
  unsigned rights = 0;
  for (const ScopeLine& line : lines) {
    if (line.type == type || line.type == "*") rights |= line.rights;
  }
  return rights;
}

unsigned GrantedScope::RightsOnAnything() const {
  unsigned rights = 0;
  for (const ScopeLine& line : lines) rights |= line.rights;
  return rights;
}

bool GrantedScope::Covers(const GrantedScope& other) const {
  return std::all_of(other.lines.begin(), other.lines.end(),
                     [&](const ScopeLine& line) { return (line.rights & ~RightsOn(line.type)) == 0; });
}

Result<ScopeLine> ParseScopeLine(std::string_view word) {
  const size_t slash = word.find('/');
  const size_t dot = word.rfind('.');
  if (word.find('?') != std::string_view::npos) {
    return Invalid("scope-with-condition", "a scope with a search restriction is not kept here: " + std::string(word),
                   "不支持带检索条件的授权范围：" + std::string(word));
  }
  if (word.starts_with("patient/")) {
    return Invalid("patient-scope", "scopes of one patient are not kept here: " + std::string(word),
                   "不支持限于单个患者的授权范围：" + std::string(word));
  }
  if (slash == std::string_view::npos || dot == std::string_view::npos || dot < slash) return BadScope(word);
  const std::string_view level = word.substr(0, slash);
  ScopeLine line{std::string(word.substr(slash + 1, dot - slash - 1)), RightsOf(word.substr(dot + 1)), level == "system"};
  if ((level != "user" && level != "system") || !IsType(line.type) || line.rights == 0) return BadScope(word);
  return line;
}

std::string ScopeWord(const ScopeLine& line) {
  std::string word = (line.system ? "system/" : "user/") + line.type + ".";
  for (const Letter& letter : kLetters) {
    if ((line.rights & letter.right) != 0) word += letter.letter;
  }
  return word;
}

Result<GrantedScope> ParseGrantedScope(std::string_view words) {
  GrantedScope scope;
  while (!words.empty()) {
    const size_t end = std::min(words.find(' '), words.size());
    const std::string_view word = words.substr(0, end);
    words.remove_prefix(std::min(end + 1, words.size()));
    if (word.find('/') == std::string_view::npos) continue;
    QX_TRY(ScopeLine line, ParseScopeLine(word));
    scope.lines.push_back(std::move(line));
  }
  return scope;
}

std::string ScopeText(const GrantedScope& scope) {
  std::string text;
  for (const ScopeLine& line : scope.lines) text += (text.empty() ? "" : " ") + ScopeWord(line);
  return text;
}

}  // namespace qianxian::access
