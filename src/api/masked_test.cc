// Whoever works with records and need not know whose they are: no way of the API tells him, until he says why.
#include <gtest/gtest.h>

#include "api/testing/world.h"
#include "json/writer.h"
#include "store/audit.h"

namespace qianxian::api {
namespace {

using testing::Answer;
using testing::Headers;
using testing::World;

const std::string kPatient = R"({"resourceType":"Patient","id":"p1","name":[{"text":"欧阳建国"}],"telecom":[{"system":"phone","value":"13800001101"}],"gender":"male",
  "birthDate":"1956-03-12","address":[{"text":"云岭县青石镇上河村三组"}],"identifier":[{"system":"https://fhir.qianxian.cn/id-card","value":"110101195603122316"}]})";
const std::vector<std::string> kTelling = {"欧阳建国", "阳建", "13800001101", "上河村", "110101195603122316"};

// Everything of the record, and a session of a person at the page.
struct MaskedWorld : World {
  MaskedWorld() {
    PutOrganization("H1");
    Put("Patient", "p1", kPatient, "H1");
    Put("Patient", "p1", kPatient.substr(0, kPatient.size() - 1) + R"(,"active":true})", "H1");
    Put("Encounter", "e1", R"({"resourceType":"Encounter","id":"e1","status":"finished","class":{"code":"IMP"},"subject":{"reference":"Patient/p1","display":"欧阳建国"},
      "period":{"start":"2026-01-02"}})", "H1");
    Put("ViewDefinition", "v1", R"({"resourceType":"ViewDefinition","id":"v1","resource":"Patient","status":"active",
      "select":[{"column":[{"name":"id","path":"id"},{"name":"called","path":"name.first().text"},{"name":"phone","path":"telecom.first().value"}]}]})");
    for (const auto& [user, role] : std::map<std::string, std::string>{{"director", "county-director"}, {"officer", "insurance-officer"}, {"manager", "hospital-manager"}, {"doctor", "clinician"}})
      AddUser(user, role, {"H1"}, "Meadow-12");
  }
  Headers SignedIn(const std::string& user) {
    const std::string cookie = Send("POST", "/api/session", R"({"user":")" + user + R"(","password":"Meadow-12"})").Header("set-cookie");
    const Headers headers = {{"Cookie", cookie.substr(0, cookie.find(';'))}, {"X-Qianxian", "1"}};
    Send("POST", "/api/password", R"({"current":"Meadow-12","new":"Harbor-34"})", headers);
    return headers;
  }
};

void ExpectMasked(const Answer& answer, const std::string& where) {
  for (const std::string& telling : kTelling) EXPECT_EQ(answer.body.find(telling), std::string::npos) << where << " tells " << telling << ": " << answer.body.substr(0, 600);
}

Headers With(Headers headers, const std::string& name, const std::string& value) {
  headers.emplace_back(name, value);
  return headers;
}

TEST(MaskedApi, NoWayTellsWhoSomebodyIs) {
  MaskedWorld world;
  const std::vector<std::string> ways = {
      "/fhir/Patient/p1", "/fhir/Patient/p1/_history", "/fhir/Patient/p1/_history/1", "/fhir/Patient/_history", "/fhir/_history?_count=100", "/fhir/Patient?_id=p1",
      "/fhir/Patient?name=%E6%AC%A7%E9%98%B3", "/fhir/Patient?_sort=name&_elements=name,telecom", "/fhir/Encounter?_include=Encounter:subject", "/fhir/Patient?_revinclude=Encounter:subject",
      "/fhir/Encounter/e1", "/fhir/Patient/p1/Encounter", "/fhir/Patient/p1/$everything", "/fhir/ViewDefinition/v1/$run?_format=csv", "/fhir/ViewDefinition/v1/$run?_format=ndjson",
      "/fhir/Patient/p1?_format=xml", "/fhir?_type=Patient", "/api/patients?find=%E6%AC%A7%E9%98%B3", "/api/patients/p1"};
  for (const char* user : {"director", "officer", "manager"}) {
    const Headers headers = world.SignedIn(user);
    size_t given = 0;
    for (const std::string& way : ways) {
      const Answer answer = world.Send("GET", way, "", headers);
      ExpectMasked(answer, user + (" " + way));
      given += answer.status == 200 && answer.body.find("138****1101") != std::string::npos ? 1 : 0;
    }
    EXPECT_GE(given, 12u) << user << " is shown the rest";
    ExpectMasked(world.Send("POST", "/fhir/Patient/_search", "name=%E6%AC%A7%E9%98%B3", With(headers, "Content-Type", "application/x-www-form-urlencoded")), "_search");
    ExpectMasked(world.Send("POST", "/fhir", R"({"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient/p1"}},{"request":{"method":"GET","url":"Patient?_id=p1"}}]})", headers), "batch");
  }
  // Who treats sees whom; so does a program by a token.
  EXPECT_NE(world.Send("GET", "/fhir/Patient/p1", "", world.SignedIn("doctor")).body.find("欧阳建国"), std::string::npos);
  EXPECT_NE(world.As("director", "GET", "/fhir/Patient/p1").body.find("欧阳建国"), std::string::npos);
}

TEST(MaskedApi, AnExportIsMaskedAndAProgramsIsNoPersons) {
  MaskedWorld world;
  const Headers headers = world.SignedIn("director");
  const Answer started = world.Send("GET", "/fhir/$export?_type=Patient", "", With(headers, "Prefer", "respond-async"));
  ASSERT_EQ(started.status, 202) << started.body;
  const std::string job = started.Header("content-location");
  const std::string path = job.substr(job.find("/fhir"));
  Answer done = world.Send("GET", path, "", headers);
  for (int i = 0; i < 100'000 && done.status == 202; ++i) done = world.Send("GET", path, "", headers);
  ASSERT_EQ(done.status, 200) << done.body;
  const std::string url = done.At("output.0.url");
  const Answer file = world.Send("GET", url.substr(url.find("/fhir")), "", headers);
  EXPECT_EQ(file.status, 200);
  EXPECT_NE(file.body.find("欧***"), std::string::npos) << file.body;
  ExpectMasked(file, "$export");
  const Answer of_program = world.As("director", "GET", "/fhir/$export?_type=Patient", "", {{"Prefer", "respond-async"}});
  ASSERT_EQ(of_program.status, 202);
  const std::string other = of_program.Header("content-location");
  EXPECT_EQ(world.Send("GET", other.substr(other.find("/fhir")), "", headers).status, 404);
}

TEST(MaskedApi, WhatIsMaskedDoesNotComeBack) {
  MaskedWorld world;
  const Headers headers = world.SignedIn("director");
  const std::string shown = world.Send("GET", "/fhir/Patient/p1", "", headers).body;
  EXPECT_NE(shown.find(R"("code":"MASKED")"), std::string::npos) << shown;
  const auto code = [](const Answer& answer) { return std::to_string(answer.status) + (answer.body.find("masked-view") != std::string::npos ? " masked-view" : answer.body); };
  EXPECT_EQ(code(world.Send("PUT", "/fhir/Patient/p1", shown, With(headers, "Content-Type", "application/fhir+json"))), "403 masked-view");
  EXPECT_EQ(code(world.Send("PATCH", "/fhir/Patient/p1", R"([{"op":"add","path":"/active","value":false}])", With(headers, "Content-Type", "application/json-patch+json"))), "403 masked-view");
  EXPECT_EQ(code(world.Send("DELETE", "/fhir/Encounter/e1", "", headers)), "403 masked-view");
  EXPECT_NE(world.As("doctor", "GET", "/fhir/Patient/p1").body.find("欧阳建国"), std::string::npos);
}

TEST(MaskedApi, WhoSaysWhyIsToldAndNoted) {
  MaskedWorld world;
  const Headers headers = world.SignedIn("director");
  EXPECT_EQ(world.Send("GET", "/api/patients/p1", "", headers).At("patient.masked"), "true");
  const Answer asked = world.Send("POST", "/api/patients/p1/unmask", R"({"reason":"  "})", headers);
  EXPECT_EQ(asked.status, 400);
  EXPECT_EQ(asked.At("error.code"), "no-reason");
  EXPECT_EQ(world.Send("POST", "/api/patients/p1/unmask", R"({"reason":")" + std::string(301, 'x') + R"("})", headers).At("error.code"), "too-long");
  EXPECT_EQ(world.Send("POST", "/api/patients/nobody/unmask", R"({"reason":"x"})", headers).status, 404);
  const Answer told = world.Send("POST", "/api/patients/p1/unmask", R"({"reason":"家属投诉"})", headers);
  ASSERT_EQ(told.status, 200) << told.body;
  EXPECT_EQ(told.At("name") + " " + told.At("phone") + " " + told.At("idNumber") + " " + told.At("address"), "欧阳建国 13800001101 110101195603122316 云岭县青石镇上河村三组");
  ExpectMasked(world.Send("GET", "/api/patients/p1", "", headers), "afterwards");
  const Answer notes = world.As("admin", "GET", "/api/audit?user=director&verb=open");
  size_t with_reason = 0;
  for (size_t i = 0; i < notes.Count("notes"); ++i) with_reason += notes.At("notes." + std::to_string(i) + ".purpose") == "UNMASK 家属投诉" ? 1 : 0;
  EXPECT_EQ(with_reason, 1u) << notes.body;
  // Of another hospital's patient nobody is told anything.
  world.Put("Patient", "p2", R"({"resourceType":"Patient","id":"p2","name":[{"text":"别处"}]})", "H2");
  EXPECT_EQ(world.Send("POST", "/api/patients/p2/unmask", R"({"reason":"x"})", world.SignedIn("manager")).status, 404);
  // Whoever treats needs no reason for the whole number.
  EXPECT_EQ(world.Send("POST", "/api/patients/p1/unmask", "{}", world.SignedIn("doctor")).At("idNumber"), "110101195603122316");
}

}  // namespace
}  // namespace qianxian::api
