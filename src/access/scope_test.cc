// The grammar of scopes, and Decide under a scope against a plain reference of what a scope means.
#include "access/scope.h"

#include <gtest/gtest.h>

#include "access/caller.h"
#include "base/ids.h"

namespace qianxian::access {
namespace {

constexpr Verb kVerbs[] = {Verb::kRead,   Verb::kWrite,  Verb::kImport, Verb::kMeasure, Verb::kCases, Verb::kDecide,
                           Verb::kManage, Verb::kSearch, Verb::kCreate, Verb::kUpdate,  Verb::kDelete};
constexpr Role kRoles[] = {Role::kAdministrator,   Role::kDirector,   Role::kInsurance, Role::kHospitalManager,
                           Role::kHospitalIt, Role::kClinician, Role::kViewer};
const std::vector<std::string> kTypes = {"Patient", "Observation", "Organization", "Task", "Subscription", "ExplanationOfBenefit",
                                         "settlement", "population", "account", "settings", "*"};

std::string CodeOf(std::string_view word) {
  const Result<ScopeLine> line = ParseScopeLine(word);
  return line.ok() ? ScopeWord(*line) : line.error().code;
}

TEST(Scope, ReadsV2AndV1AndRefusesTheRest) {
  EXPECT_EQ(CodeOf("user/Observation.rs"), "user/Observation.rs");
  EXPECT_EQ(CodeOf("system/*.cruds"), "system/*.cruds");
  EXPECT_EQ(CodeOf("user/Patient.read"), "user/Patient.rs");
  EXPECT_EQ(CodeOf("user/Patient.write"), "user/Patient.cud");
  EXPECT_EQ(CodeOf("system/*.*"), "system/*.cruds");
  EXPECT_EQ(CodeOf("user/Observation.rs?category=laboratory"), "scope-with-condition");
  EXPECT_EQ(CodeOf("patient/Observation.rs"), "patient-scope");
  for (const char* bad : {"", "user/", "user/Observation", "user/Observation.", "user/.rs", "user/Observation.sr", "user/Observation.rr",
                          "user/Observation.x", "user/observation.rs", "launch/patient", "other/Patient.rs", "user/Pat ient.rs", "user/../x.rs",
                          "user/Observation.reads", "user/**.rs", "user/Observation.Read"}) {
    EXPECT_EQ(CodeOf(bad), "bad-scope") << bad;
  }
}

TEST(Scope, TextReadsBackAndIdentityWordsGiveNothing) {
  const Result<GrantedScope> scope = ParseGrantedScope("openid fhirUser  user/Observation.rs offline_access system/Patient.c");
  ASSERT_TRUE(scope.ok());
  EXPECT_EQ(ScopeText(*scope), "user/Observation.rs system/Patient.c");
  EXPECT_TRUE(ParseGrantedScope("openid offline_access")->lines.empty());
  EXPECT_FALSE(ParseGrantedScope("openid patient/Patient.rs").ok());
}

TEST(Scope, CoversWhatItGivesAndNoMore) {
  const auto of = [](std::string_view words) { return *ParseGrantedScope(words); };
  EXPECT_TRUE(of("user/*.rs").Covers(of("user/Patient.r user/Observation.s")));
  EXPECT_TRUE(of("user/Patient.r user/Patient.s").Covers(of("user/Patient.rs")));
  EXPECT_FALSE(of("user/Patient.rs").Covers(of("user/*.rs")));
  EXPECT_FALSE(of("user/Patient.rs").Covers(of("user/Patient.rus")));
  EXPECT_TRUE(of("").Covers(of("")));
}

// What the words of a scope mean, said as slowly as possible.
bool ScopeGives(const GrantedScope& scope, char letter, const std::string& type) {
  for (const ScopeLine& line : scope.lines) {
    const std::string word = ScopeWord(line);
    const std::string of = word.substr(word.find('/') + 1, word.rfind('.') - word.find('/') - 1);
    if ((of == "*" || of == type || type == "*") && word.find(letter, word.rfind('.')) != std::string::npos) return true;
  }
  return false;
}

bool GivesAll(const GrantedScope& scope, std::string_view letters, const std::string& type) {
  for (char letter : letters) {
    if (!ScopeGives(scope, letter, type)) return false;
  }
  return true;
}

bool Reference(const GrantedScope& scope, Verb verb, const std::string& type) {
  const bool of_subscription = type == "Subscription";
  switch (verb) {
    case Verb::kRead: return GivesAll(scope, "r", type);
    case Verb::kSearch: return GivesAll(scope, "s", type);
    case Verb::kDelete: return GivesAll(scope, "d", type);
    case Verb::kCreate: return GivesAll(scope, "c", type) && !of_subscription;
    case Verb::kUpdate: return GivesAll(scope, "u", type) && !of_subscription;
    case Verb::kWrite:
    case Verb::kImport: return GivesAll(scope, "cud", type) && !of_subscription;
    // No type is called that: only the lines of "*" count.
    case Verb::kMeasure: return GivesAll(scope, "rs", "No such type");
    case Verb::kCases: return GivesAll(scope, "rs", type == "settlement" ? "ExplanationOfBenefit" : "No such type");
    case Verb::kDecide:
    case Verb::kManage: return false;
  }
  return false;
}

TEST(Scope, DecideAgreesWithAPlainReferenceForRandomScopes) {
  SeededRandom random(20260801);
  for (int round = 0; round < 400; ++round) {
    Caller caller;
    caller.user = "somebody";
    caller.role = kRoles[random.NextBelow(std::size(kRoles))];
    caller.whole_county = random.NextBelow(2) == 0;
    caller.organizations = {"H1"};
    GrantedScope scope;
    for (uint64_t lines = random.NextBelow(4); lines > 0; --lines) {
      const std::string type = random.NextBelow(5) == 0 ? "*" : kTypes[random.NextBelow(6)];
      scope.lines.push_back({type, static_cast<unsigned>(1 + random.NextBelow(31)), random.NextBelow(2) == 0});
    }
    Caller narrowed = caller;
    narrowed.scope = scope;
    for (const std::string& type : kTypes) {
      for (Verb verb : kVerbs) {
        for (std::string_view owner : {"", "H1", "H2"}) {
          const bool expected = Decide(caller, verb, type, owner).ok() && Reference(scope, verb, type);
          EXPECT_EQ(Decide(narrowed, verb, type, owner).ok(), expected)
              << Name(caller.role) << " verb " << static_cast<int>(verb) << " " << type << " of '" << owner << "' with " << ScopeText(scope);
        }
      }
    }
  }
}

TEST(Scope, RefusalHasItsOwnWord) {
  Caller caller;
  caller.role = Role::kDirector;
  caller.whole_county = true;
  caller.scope = *ParseGrantedScope("user/Observation.rs");
  const Status refused = Decide(caller, Verb::kRead, "Patient", "");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, "not-in-scope");
  EXPECT_EQ(refused.error().category, ErrorCategory::kForbidden);
  EXPECT_FALSE(refused.error().zh.empty());
  EXPECT_EQ(Decide(caller, Verb::kRead, "QianxianClient", "").error().code, "not-your-work");
  // Who has a scope may not read the directory either, unless it is in it.
  EXPECT_EQ(Decide(caller, Verb::kRead, "Organization", "").error().code, "not-in-scope");
}

TEST(Scope, TheFinerVerbsAreTheSameWorkForEveryRole) {
  for (Role role : kRoles) {
    Caller caller;
    caller.role = role;
    caller.whole_county = true;
    for (const std::string& type : kTypes) {
      EXPECT_EQ(Decide(caller, Verb::kSearch, type, "").ok(), Decide(caller, Verb::kRead, type, "").ok());
      for (Verb verb : {Verb::kCreate, Verb::kUpdate, Verb::kDelete}) {
        EXPECT_EQ(Decide(caller, verb, type, "").ok(), Decide(caller, Verb::kWrite, type, "").ok());
      }
    }
  }
}

}  // namespace
}  // namespace qianxian::access
