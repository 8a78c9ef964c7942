// Emergency access through the page's API, and that managing is the work of three people.
#include <gtest/gtest.h>

#include "api/emergency_api.h"
#include "api/testing/referral_world.h"

namespace qianxian::api {
namespace {

using testing::Answer;
using testing::World;

struct EmergencyWorld : testing::CountyWithReferrals {
  EmergencyWorld() {
    Put("Patient", "p1", R"({"resourceType":"Patient","id":"p1","identifier":[{"system":"https://fhir.qianxian.cn/id-card","value":"33010119600501123X"}],)"
                         R"("name":[{"text":"王建国"}],"gender":"male","birthDate":"1960-05-01"})", "T1");
  }
  Answer Open(const std::string& user, const std::string& number = "33010119600501123x") {
    return As(user, "POST", "/api/emergency-openings", R"({"clientKey":"k1","identifier":")" + number + R"(","reason":"unconscious","text":"昏迷送入急诊"})");
  }
};

TEST(EmergencyApi, OpenedReadNotedReviewed) {
  EmergencyWorld world;
  EXPECT_EQ(world.As("other", "GET", "/api/patients/p1").status, 404);
  const Answer opened = world.Open("other");
  ASSERT_EQ(opened.status, 201) << opened.body;
  EXPECT_EQ(opened.At("patients.0.id"), "p1");
  EXPECT_TRUE(opened.At("patients.0.until").ends_with("+08:00")) << opened.body;
  const Answer record = world.As("other", "GET", "/api/patients/p1");
  ASSERT_EQ(record.status, 200) << record.body;
  EXPECT_TRUE(record.At("emergencyUntil").ends_with("+08:00")) << record.body;
  EXPECT_EQ(record.At("emergencies.0.who"), World::NameOf("other"));
  EXPECT_EQ(record.At("problems.0.code"), "I10.x00");

  // Who keeps it sees it there, and among the notices.
  const Answer kept = world.As("li", "GET", "/api/patients/p1");
  EXPECT_EQ(kept.At("emergencyUntil"), "null");
  EXPECT_EQ(kept.At("emergencies.0.text"), "昏迷送入急诊");
  EXPECT_EQ(kept.At("emergencies.0.organizationName"), "T2");
  EXPECT_EQ(world.As("li", "GET", "/api/inbox").At("notices.0.kind"), "emergency:opened");

  // The audit says whose reading this was.
  world.Put("Patient", "p9", R"({"resourceType":"Patient","id":"p9"})", "T1");   // a commit takes the notes that wait along
  const Answer notes = world.As("admin", "GET", "/api/audit?user=other&type=Patient&verb=open");
  ASSERT_EQ(notes.Count("notes"), 1u) << notes.body;
  EXPECT_EQ(notes.At("notes.0.purpose"), "BTG");

  world.AddUser("auditor", "auditor");
  EXPECT_EQ(world.As("other", "GET", "/api/emergency-openings").status, 403);
  const Answer list = world.As("auditor", "GET", "/api/emergency-openings?state=waiting");
  ASSERT_EQ(list.Count("openings"), 1u) << list.body;
  EXPECT_EQ(list.At("openings.0.patientName"), "王**") << "whose it was is nothing to the auditor";
  EXPECT_EQ(world.As("auditor", "GET", "/api/patients/p1").status, 403);
  const std::string review = "/api/emergency-openings/" + list.At("openings.0.id") + "/review";
  EXPECT_EQ(world.As("auditor", "POST", review, "{}").At("error.code"), "no-verdict");
  EXPECT_EQ(world.As("auditor", "POST", review, R"({"justified":false})").At("error.code"), "no-note");
  const Answer reviewed = world.As("auditor", "POST", review, R"({"justified":false,"note":"非急诊","version":)" + list.At("openings.0.version") + "}");
  ASSERT_EQ(reviewed.status, 200) << reviewed.body;
  EXPECT_EQ(reviewed.At("state"), "unjustified");
  EXPECT_EQ(world.As("other", "GET", "/api/patients/p1").status, 404);
  EXPECT_EQ(world.As("auditor", "GET", "/api/emergency-openings").At("waiting"), "0");
}

TEST(EmergencyApi, BadInputIsSaid) {
  EmergencyWorld world;
  EXPECT_EQ(world.Open("other", "330101196005011111").At("error.code"), "nobody-with-number");
  EXPECT_EQ(world.Open("admin").status, 403);
  EXPECT_EQ(world.As("other", "POST", "/api/emergency-openings", "{").status, 400);
  EXPECT_EQ(world.As("other", "POST", "/api/emergency-openings", "{}").status, 400);
  EXPECT_EQ(world.As("admin", "GET", "/api/emergency-openings?state=x").At("error.code"), "bad-state");
  EXPECT_EQ(world.As("admin", "POST", "/api/emergency-openings/emergency-x/review", R"({"justified":true})").status, 404);
  // A look-up without an answer is noted under the name of who asked.
  world.Put("Patient", "p9", R"({"resourceType":"Patient","id":"p9"})", "T1");
  const Answer notes = world.As("admin", "GET", "/api/audit?user=other&verb=search&type=Patient");
  ASSERT_EQ(notes.Count("notes"), 1u) << notes.body;
  EXPECT_EQ(notes.At("notes.0.purpose"), "BTG");
}

TEST(ThreePeople, DutiesGoToThoseWhoHaveTheRole) {
  World world;
  const auto code = [&](const char* user, const char* method, const char* target, const char* body = "") { return world.As(user, method, target, body).At("error.code"); };
  const Answer before = world.As("admin", "GET", "/api/session");
  EXPECT_EQ(before.Count("duties"), 3u) << before.body;
  world.AddUser("sec", "security-administrator");
  EXPECT_EQ(code("admin", "GET", "/api/accounts"), "handed-over");
  EXPECT_EQ(code("admin", "POST", "/api/accounts", R"({"user":"x","role":"viewer"})"), "handed-over");
  EXPECT_EQ(code("admin", "PATCH", "/api/sign-in-rules", R"({"secondFactorRoles":null})"), "handed-over");
  EXPECT_EQ(code("admin", "GET", "/api/clients"), "handed-over");
  EXPECT_EQ(world.As("admin", "GET", "/api/audit").status, 200) << "nobody else has that yet";
  EXPECT_EQ(world.As("sec", "GET", "/api/accounts").status, 200);
  EXPECT_EQ(code("sec", "GET", "/api/audit"), "not-your-work");
  EXPECT_EQ(world.As("sec", "GET", "/fhir/Patient").status, 403);
  EXPECT_EQ(code("sec", "GET", "/api/backups"), "not-your-work");
  EXPECT_EQ(world.As("sec", "POST", "/api/accounts", R"({"user":"aud","name":"审计","role":"auditor","organizations":[]})").status, 201);
  EXPECT_EQ(code("admin", "GET", "/api/audit"), "handed-over");
  EXPECT_EQ(code("admin", "GET", "/api/audit/seals"), "handed-over");
  EXPECT_EQ(code("admin", "GET", "/api/backups"), "no-scheduled-backups") << "the system stays his";
  EXPECT_EQ(world.As("aud", "GET", "/api/audit").status, 200);
  EXPECT_EQ(code("aud", "GET", "/api/accounts"), "not-your-work");
  EXPECT_EQ(world.As("admin", "GET", "/api/session").Count("duties"), 1u);
  // Nobody gives himself other keys; and when nobody has a duty any more, it comes back.
  EXPECT_EQ(code("sec", "PATCH", "/api/accounts/sec", R"({"role":"auditor"})"), "own-account");
  EXPECT_EQ(world.As("sec", "PATCH", "/api/accounts/aud", R"({"disabled":true})").status, 200);
  EXPECT_EQ(world.As("admin", "GET", "/api/audit").status, 200);
}

}  // namespace
}  // namespace qianxian::api
