// What a token that was granted to a program may touch: the resource scopes of SMART App Launch v2 as a small value. It only
// ever narrows what the account behind the token may do. Plain values; any thread. Failures: invalid ("bad-scope",
// "scope-with-condition", "patient-scope").
// Source: https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace qianxian::access {

struct ScopeLine {
  enum Right : unsigned { kCreate = 1, kRead = 2, kUpdate = 4, kDelete = 8, kSearch = 16, kAll = 31 };
  std::string type;                        // a FHIR type, or "*"
  unsigned rights = 0;
  bool system = false;                     // "system/…": of a program for itself; else "user/…"
};

struct GrantedScope {
  std::vector<ScopeLine> lines;            // none: nothing of the record
  // What the lines of this type and of "*" give together; of "*" itself: what the lines of "*" give.
  unsigned RightsOn(std::string_view type) const;
  // What any line gives on anything.
  unsigned RightsOnAnything() const;
  // Does this give all that the other does?
  bool Covers(const GrantedScope& other) const;
  bool operator==(const GrantedScope& other) const { return Covers(other) && other.Covers(*this); }
};

// "user/Observation.rs", "system/*.cruds"; of v1: "user/Patient.read", ".write", ".*". A search restriction ("?category=…")
// and patient/ are refused: nobody here would keep to them.
Result<ScopeLine> ParseScopeLine(std::string_view word);
std::string ScopeWord(const ScopeLine& line);                          // as v2 has it
// Words with blanks between; those without "/" (openid, offline_access) say nothing about the record and are passed over.
Result<GrantedScope> ParseGrantedScope(std::string_view words);
std::string ScopeText(const GrantedScope& scope);

}  // namespace qianxian::access
