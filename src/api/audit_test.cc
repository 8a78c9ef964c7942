// The audit over /api: who may read it, what it says, and that reading it is itself noted.
#include <gtest/gtest.h>

#include "api/testing/world.h"

namespace qianxian::api::testing {
namespace {

TEST(AuditApi, TellsWhoDidAndSawWhat) {
  World world;
  world.PutOrganization("V1");
  world.AddUser("doctor", "clinician", {"V1"});
  world.Put("Patient", "p1", R"({"resourceType":"Patient","id":"p1","name":[{"text":"王小明"}]})", "V1");
  ASSERT_EQ(world.As("doctor", "GET", "/fhir/Patient/p1").status, 200);
  ASSERT_EQ(world.As("doctor", "GET", "/fhir/Patient?name=wang").status, 200);
  world.Put("Patient", "p2", R"({"resourceType":"Patient","id":"p2"})", "V1");   // a commit takes the notes that wait along
  const Answer all = world.As("admin", "GET", "/api/audit?user=doctor&type=Patient");
  ASSERT_EQ(all.status, 200) << all.body;
  ASSERT_EQ(all.Count("notes"), 2u) << all.body;
  EXPECT_EQ(all.At("notes.0.verb"), "search");
  EXPECT_EQ(all.At("notes.1.what"), "p1");
  EXPECT_EQ(all.At("notes.1.role"), "clinician");
  EXPECT_EQ(all.At("notes.1.name"), World::NameOf("doctor"));
  EXPECT_EQ(all.At("notes.1.rows"), "1");
  EXPECT_EQ(all.At("before"), "0");
  const Answer who = world.As("admin", "GET", "/api/audit?verb=audit");
  EXPECT_EQ(who.At("notes.0.user"), "admin");
  EXPECT_EQ(world.As("admin", "GET", "/api/audit?count=1&type=Patient&user=doctor").Count("notes"), 1u);
}

TEST(AuditApi, SaysWhoSignedInAndWhoChangedWhoseAccount) {
  World world;
  const std::string password = "Langtao-2026-hai";
  world.AddUser("li", "viewer", {}, password);
  const Headers json = {{"Content-Type", "application/json"}};
  ASSERT_EQ(world.Send("POST", "/api/session", R"({"user":"li","password":"guessed"})", json).status, 401);
  ASSERT_EQ(world.Send("POST", "/api/session", R"({"user":"li","password":")" + password + "\"}", json).status, 200);
  ASSERT_EQ(world.As("admin", "PATCH", "/api/accounts/li", R"({"disabled":true})").status, 200);
  const Answer wrong = world.As("admin", "GET", "/api/audit?user=li&text=wrong-password");
  ASSERT_EQ(wrong.Count("notes"), 1u) << wrong.body;
  EXPECT_EQ(wrong.At("notes.0.origin"), "127.0.0.1");
  const Answer entered = world.As("admin", "GET", "/api/audit?user=li&type=QianxianSession&text=sign-in");
  ASSERT_EQ(entered.Count("notes"), 1u) << entered.body;
  EXPECT_EQ(entered.At("notes.0.origin"), "127.0.0.1");
  const Answer changed = world.As("admin", "GET", "/api/audit?user=admin&verb=commit&text=account-change");
  ASSERT_EQ(changed.Count("notes"), 1u) << changed.body;
  EXPECT_NE(changed.At("notes.0.what").find("account-change li"), std::string::npos) << "whose account it was";
}

TEST(AuditApi, IsForAdministratorsOnly) {
  World world;
  world.PutOrganization("V1");
  for (const char* role : {"clinician", "county-director", "hospital-manager", "hospital-it", "insurance-officer", "viewer"}) {
    world.AddUser(role, role, {"V1"});
    EXPECT_EQ(world.As(role, "GET", "/api/audit").status, 403) << role;
    EXPECT_EQ(world.As(role, "GET", "/api/audit/seals").status, 403) << role;
  }
  EXPECT_EQ(world.As("admin", "GET", "/api/audit/seals").status, 200);
}

TEST(AuditApi, AsksByDayAndRefusesWhatIsNoQuestion) {
  World world;
  const Answer today = world.As("admin", "GET", "/api/audit");
  ASSERT_GT(today.Count("notes"), 0u);
  const std::string day = today.At("notes.0.at").substr(0, 10);
  EXPECT_GT(world.As("admin", "GET", "/api/audit?from=" + day + "&to=" + day).Count("notes"), 0u);
  EXPECT_EQ(world.As("admin", "GET", "/api/audit?to=2001-01-01").Count("notes"), 0u);
  EXPECT_EQ(world.As("admin", "GET", "/api/audit?from=2199-13-01").status, 400);
  EXPECT_EQ(world.As("admin", "GET", "/api/audit?before=-3").status, 400);
  EXPECT_EQ(world.As("admin", "GET", "/api/audit?count=many").status, 400);
}

}  // namespace
}  // namespace qianxian::api::testing
