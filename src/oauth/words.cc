#include "oauth/words.h"

#include <algorithm>

#include "base/limits_oauth.h"
#include "base/text.h"
#include "oauth/errors.h"

namespace qianxian::oauth {
namespace {

void AddLine(access::GrantedScope& scope, const access::ScopeLine& line) {
  if (line.rights == 0) return;
  for (access::ScopeLine& known : scope.lines) {
    if (known.type == line.type && known.system == line.system) {
      known.rights |= line.rights;
      return;
    }
  }
  scope.lines.push_back(line);
}

}  // namespace

const std::vector<std::string_view>& IdentityWords() {
  static const std::vector<std::string_view> kWords = {"openid", "profile", "fhirUser", "offline_access"};
  return kWords;
}

bool Words::Has(std::string_view word) const { return std::find(identity.begin(), identity.end(), word) != identity.end(); }

std::vector<std::string> Words::List() const {
  std::vector<std::string> all = identity;
  for (const access::ScopeLine& line : resources.lines) all.push_back(access::ScopeWord(line));
  return all;
}

std::string Words::Text() const { return Join(List(), " "); }

Result<Words> ReadWords(std::string_view text, const IsType& is_type) {
  if (text.size() > limits::kScopeBytes) return InvalidScope("the scope is too long", "授权范围过长");
  Words words;
  size_t count = 0;
  for (std::string_view word : Split(text, ' ')) {
    if (word.empty()) continue;
    if (++count > limits::kScopeWords) return InvalidScope("the scope has too many words", "授权范围过多");
    const auto& known = IdentityWords();
    if (std::find(known.begin(), known.end(), word) != known.end()) {
      if (!words.Has(word)) words.identity.emplace_back(word);
      continue;
    }
    Result<access::ScopeLine> line = access::ParseScopeLine(word);
    if (!line.ok()) return InvalidScope(line.error().en, line.error().zh);
    if (line->type != "*" && !is_type(line->type)) {
      return InvalidScope("the record has no type " + line->type, "没有这种资源类型：" + line->type);
    }
    AddLine(words.resources, *line);
  }
  return words;
}

Words Common(const Words& a, const Words& b) {
  Words common;
  for (const std::string& word : a.identity) {
    if (b.Has(word)) common.identity.push_back(word);
  }
  for (const access::ScopeLine& of_a : a.resources.lines) {
    for (const access::ScopeLine& of_b : b.resources.lines) {
      const bool meet = of_a.type == of_b.type || of_a.type == "*" || of_b.type == "*";
      if (meet && of_a.system == of_b.system) {
        AddLine(common.resources, {of_a.type == "*" ? of_b.type : of_a.type, of_a.rights & of_b.rights, of_a.system});
      }
    }
  }
  return common;
}

bool IsWithin(const Words& part, const Words& whole) {
  for (const std::string& word : part.identity) {
    if (!whole.Has(word)) return false;
  }
  for (const access::ScopeLine& line : part.resources.lines) {
    access::GrantedScope same_level;
    for (const access::ScopeLine& known : whole.resources.lines) {
      if (known.system == line.system) same_level.lines.push_back(known);
    }
    if (!same_level.Covers({{line}})) return false;
  }
  return true;
}

}  // namespace qianxian::oauth
