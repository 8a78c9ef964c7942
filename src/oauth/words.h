// A scope as people and programs say it: words of OpenID Connect and of SMART App Launch v2, read once and kept in one order. A
// value; one thread. Failure: invalid_scope.
// Source: https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "access/scope.h"
#include "base/result.h"

namespace qianxian::oauth {

using IsType = std::function<bool(std::string_view)>;      // is this a type of the record?

struct Words {
  std::vector<std::string> identity;       // of IdentityWords()
  access::GrantedScope resources;          // one line a level and type
  bool empty() const { return identity.empty() && resources.lines.empty(); }
  bool Has(std::string_view identity_word) const;
  std::vector<std::string> List() const;
  std::string Text() const;                // with blanks between
};

// openid, profile, fhirUser, offline_access.
const std::vector<std::string_view>& IdentityWords();
// Everything that is none of these words is refused, and said: patient/…, launch…, a search restriction.
Result<Words> ReadWords(std::string_view text, const IsType& is_type);
// What both have: a program is never given more than it was registered for.
Words Common(const Words& a, const Words& b);
// Are all of `part` in `whole`?
bool IsWithin(const Words& part, const Words& whole);

}  // namespace qianxian::oauth
