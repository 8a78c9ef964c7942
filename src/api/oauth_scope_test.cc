// Whatever way it asks, a token shows and changes only what its scope names: reads, searches, chains, includes, histories,
// $everything, exports, views, Bundles, jobs of the same user; and nothing of the page.
#include <gtest/gtest.h>

#include "access/caller.h"
#include "api/bulk_job.h"
#include "api/testing/oauth_world.h"
#include "fhir/definitions.h"

namespace qianxian::api {
namespace {

using testing::Answer;
using testing::Headers;
using testing::kAsync;
using testing::OauthWorld;

constexpr const char* kForm = "application/x-www-form-urlencoded";

// One patient with a secret in the name, and an observation about him with one in the text.
class ScopeTest : public ::testing::Test {
 protected:
  ScopeTest() {
    world.Put("Patient", "p1", R"({"resourceType":"Patient","id":"p1","name":[{"family":"PATIENTWORD"}]})", "H1");
    world.Put("Observation", "o1",
              R"({"resourceType":"Observation","id":"o1","status":"final","code":{"coding":[{"system":"urn:x","code":"bp"}],"text":"OBSERVATIONWORD"},"subject":{"reference":"Patient/p1"}})", "H1");
    world.Put("Group", "g1", R"({"resourceType":"Group","id":"g1","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/p1"}}]})", "H1");
    world.Put("List", "l1", R"({"resourceType":"List","id":"l1","status":"current","mode":"working","entry":[{"item":{"reference":"Patient/p1"}}]})", "H1");
    world.Put("ValueSet", "v1", R"({"resourceType":"ValueSet","id":"v1","url":"urn:v","status":"active","compose":{"include":[{"system":"urn:s","concept":[{"code":"VALUEWORD"}]}]}})", "");
  }

  bool Shows(const std::string& token, const std::string& target, const std::string& word, const std::string& method = "GET", const std::string& body = {}) {
    const Answer answer = world.With(token, method, target, body);
    EXPECT_NE(answer.status, 500) << target;
    return answer.body.find(word) != std::string::npos;
  }

  // How many a search finds.
  std::string Total(const std::string& token, const std::string& target) {
    const Answer answer = world.With(token, "GET", target + (target.find('?') == std::string::npos ? "?" : "&") + "_total=accurate");
    return answer.status == 200 ? answer.At("total") : std::to_string(answer.status);
  }

  Answer AwaitWith(const std::string& token, const std::string& url) {
    Answer answer;
    for (int i = 0; i < 200'000; ++i) {
      answer = world.With(token, "GET", url.substr(url.find("/fhir/")));
      if (answer.status != 202) break;
    }
    return answer;
  }

  OauthWorld world;
};

TEST_F(ScopeTest, ReadsAndSearchesOfOtherTypesAreRefused) {
  const std::string token = world.Access("user/Observation.rs");
  EXPECT_TRUE(Shows(token, "/fhir/Observation/o1", "OBSERVATIONWORD"));
  EXPECT_TRUE(Shows(token, "/fhir/Observation?code=bp", "OBSERVATIONWORD"));
  EXPECT_TRUE(Shows(token, "/fhir/Observation/o1/_history", "OBSERVATIONWORD"));
  EXPECT_TRUE(Shows(token, "/fhir/Observation/_history", "OBSERVATIONWORD"));
  for (const char* target : {"/fhir/Patient/p1", "/fhir/Patient/p1/_history/1", "/fhir/Patient", "/fhir/Patient?name=PATIENTWORD", "/fhir/Patient/p1/_history", "/fhir/Patient/_history",
                             "/fhir/Patient/p1/$everything", "/fhir/Patient/$everything", "/fhir/Patient/$meta", "/fhir/Patient/p1/$meta", "/fhir/Organization/H1", "/fhir/Measure/inpatient-in-county-share",
                             "/fhir/Group/g1", "/fhir/ValueSet/v1/$expand", "/fhir/ValueSet/$expand?url=urn:v", "/fhir/ValueSet/$validate-code?url=urn:v&code=VALUEWORD&system=urn:s",
                             "/fhir/ExplanationOfBenefit/setl-S1", "/fhir/ExplanationOfBenefit?identifier=S1"}) {
    const Answer answer = world.With(token, "GET", target);
    EXPECT_EQ(answer.status, 403) << target << answer.body;
    EXPECT_EQ(answer.At("issue.0.details.coding.0.code"), "not-in-scope") << target;
  }
  for (const char* target : {"/fhir/_history", "/fhir?_type=Patient,Observation", "/fhir/$meta", "/fhir/Patient/p1/*", "/fhir/Patient/p1/Observation"}) {
    EXPECT_FALSE(Shows(token, target, "PATIENTWORD")) << target;
    EXPECT_NE(world.With(token, "GET", target).status, 500) << target;
  }
  EXPECT_TRUE(Shows(token, "/fhir/_history", "OBSERVATIONWORD"));
  EXPECT_TRUE(Shows(token, "/fhir?_type=Patient,Observation", "OBSERVATIONWORD"));
}

TEST_F(ScopeTest, IncludesBringNothingFromOutside) {
  const std::string observations = world.Access("user/Observation.rs"), patients = world.Access("user/Patient.rs"), both = world.Access("user/Observation.rs user/Patient.rs");
  for (const char* target : {"/fhir/Observation?_include=Observation:subject", "/fhir/Observation?_include=*", "/fhir/Observation?_include=Observation:patient&_include:iterate=Patient:*"}) {
    EXPECT_TRUE(Shows(both, target, "PATIENTWORD")) << target;
    EXPECT_FALSE(Shows(observations, target, "PATIENTWORD")) << target;
  }
  for (const char* target : {"/fhir/Patient?_revinclude=Observation:subject", "/fhir/Patient?_revinclude=*", "/fhir/Patient/p1/$everything"}) {
    EXPECT_TRUE(Shows(both, target, "OBSERVATIONWORD")) << target;
    EXPECT_FALSE(Shows(patients, target, "OBSERVATIONWORD")) << target;
    EXPECT_TRUE(Shows(patients, target, "PATIENTWORD")) << target;
  }
}

// What is not to be seen may not be guessed by what it finds either.
TEST_F(ScopeTest, ChainsAndConditionsTellNothingFromOutside) {
  const std::string observations = world.Access("user/Observation.rs"), patients = world.Access("user/Patient.rs"), all = world.Access("user/*.rs");
  for (const char* target : {"/fhir/Observation?subject.name=PATIENTWORD", "/fhir/Observation?subject:Patient.family=PATIENTWORD", "/fhir/Observation?_filter=subject.name%20sw%20%22PATIENTWORD%22"}) {
    EXPECT_EQ(Total(all, target), "1") << target;
    EXPECT_EQ(Total(observations, target), "0") << target;
  }
  for (const char* target : {"/fhir/Patient?_has:Observation:subject:code=bp", "/fhir/Patient?_list=l1", "/fhir/Patient?_has:Group:member:_id=g1"}) {
    EXPECT_EQ(Total(all, target), "1") << target;
    EXPECT_EQ(Total(patients, target), "0") << target;
  }
}

TEST_F(ScopeTest, ReadingIsNotSearchingAndSearchingIsNotReading) {
  const std::string reads = world.Access("user/Observation.r"), searches = world.Access("user/Observation.s");
  for (const char* target : {"/fhir/Observation/o1", "/fhir/Observation/o1/_history/1", "/fhir/Observation/o1/_history"}) {
    EXPECT_EQ(world.With(reads, "GET", target).status, 200) << target;
    EXPECT_EQ(world.With(searches, "GET", target).status, 403) << target;
  }
  for (const char* target : {"/fhir/Observation", "/fhir/Observation?code=bp", "/fhir/Observation?_summary=count", "/fhir/Observation/_history"}) {
    EXPECT_EQ(world.With(searches, "GET", target).status, 200) << target;
    EXPECT_EQ(world.With(reads, "GET", target).status, 403) << target;
  }
  EXPECT_EQ(world.With(searches, "POST", "/fhir/Observation/_search", "code=bp", {{"Content-Type", kForm}}).status, 200);
  EXPECT_EQ(world.With(reads, "POST", "/fhir/Observation/_search", "code=bp", {{"Content-Type", kForm}}).status, 403);
  EXPECT_FALSE(Shows(reads, "/fhir/_history", "OBSERVATIONWORD"));
  EXPECT_FALSE(Shows(reads, "/fhir?_type=Observation", "OBSERVATIONWORD"));
}

TEST_F(ScopeTest, CreatingUpdatingAndDeletingAreThree) {
  const std::string body = R"({"resourceType":"Observation","id":"new","status":"final","code":{"text":"x"}})";
  const std::string old = R"({"resourceType":"Observation","id":"o1","status":"amended","code":{"text":"x"}})";
  const std::string patch = R"([{"op":"replace","path":"/status","value":"amended"}])";
  const Headers patching = {{"Content-Type", "application/json-patch+json"}};
  const std::string creates = world.Access("user/Observation.cr"), updates = world.Access("user/Observation.ru"), deletes = world.Access("user/Observation.rd"), reads = world.Access("user/Observation.rs");
  for (const std::string& token : {updates, deletes, reads}) {
    EXPECT_EQ(world.With(token, "POST", "/fhir/Observation", body).status, 403);
    EXPECT_EQ(world.With(token, "PUT", "/fhir/Observation/new", body).status, 403) << "a PUT that would create";
  }
  for (const std::string& token : {creates, deletes, reads}) {
    EXPECT_EQ(world.With(token, "PUT", "/fhir/Observation/o1", old).status, 403);
    EXPECT_EQ(world.With(token, "PATCH", "/fhir/Observation/o1", patch, patching).status, 403);
    EXPECT_EQ(world.With(token, "POST", "/fhir/Observation/o1/$meta-add", R"({"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"tag":[{"code":"x"}]}}]})").status, 403);
  }
  for (const std::string& token : {creates, updates, reads}) EXPECT_EQ(world.With(token, "DELETE", "/fhir/Observation/o1").status, 403);
  EXPECT_EQ(world.With(creates, "POST", "/fhir/Observation", body).status, 201);
  EXPECT_EQ(world.With(creates, "PUT", "/fhir/Observation/new", body).status, 201);
  EXPECT_EQ(world.With(creates, "PUT", "/fhir/Observation/new", old).status, 400);
  EXPECT_EQ(world.With(updates, "PUT", "/fhir/Observation/o1", old).status, 200);
  EXPECT_EQ(world.With(deletes, "DELETE", "/fhir/Observation/o1").status, 204);
  EXPECT_EQ(world.With(world.Access("user/Observation.cuds"), "POST", "/fhir/Patient", R"({"resourceType":"Patient"})").status, 403);
}

TEST_F(ScopeTest, BundlesAreJudgedEntryByEntry) {
  const std::string token = world.Access("user/Observation.crs");
  const std::string batch = R"({"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient/p1"}},{"request":{"method":"GET","url":"Observation/o1"}},{"request":{"method":"GET","url":"Patient?name=PATIENTWORD"}}]})";
  const Answer answer = world.With(token, "POST", "/fhir", batch);
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_TRUE(StartsWith(answer.At("entry.0.response.status"), "403"));
  EXPECT_TRUE(StartsWith(answer.At("entry.1.response.status"), "200"));
  EXPECT_TRUE(StartsWith(answer.At("entry.2.response.status"), "403"));
  EXPECT_EQ(answer.body.find("PATIENTWORD"), std::string::npos);
  const std::string transaction =
      R"({"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Observation","status":"final","code":{"text":"INTRANSACTION"}},"request":{"method":"POST","url":"Observation"}},{"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}}]})";
  EXPECT_EQ(world.With(token, "POST", "/fhir", transaction).status, 403);
  EXPECT_FALSE(Shows(token, "/fhir/Observation", "INTRANSACTION")) << "all or nothing";
  // A condition that would have to be looked up outside.
  EXPECT_EQ(world.With(token, "POST", "/fhir/Observation", R"({"resourceType":"Observation","status":"final","code":{"text":"x"}})", {{"If-None-Exist", "subject.name=PATIENTWORD"}}).status, 201);
}

TEST_F(ScopeTest, SubscriptionsOutliveATokenAndAreNotStartedByIt) {
  const std::string token = world.Access("user/*.cruds");
  const std::string body = R"({"resourceType":"Subscription","status":"requested","reason":"x","criteria":"Patient?","channel":{"type":"rest-hook","endpoint":"http://127.0.0.1:1/"}})";
  EXPECT_EQ(world.With(token, "POST", "/fhir/Subscription", body).At("issue.0.details.coding.0.code"), "not-in-scope");
  world.Put("Subscription", "s1", body, "H1");
  EXPECT_EQ(world.With(token, "PUT", "/fhir/Subscription/s1", ReplaceAll(body, R"("Subscription",)", R"("Subscription","id":"s1",)")).status, 403);
  EXPECT_EQ(world.With(token, "GET", "/fhir/Subscription/s1/$events").status, 403);
  EXPECT_EQ(world.With(token, "GET", "/fhir/Subscription/$get-ws-binding-token?id=s1").status, 403);
  EXPECT_EQ(world.As("doctor", "GET", "/fhir/Subscription/s1").status, 200);
  EXPECT_EQ(world.With(token, "GET", "/fhir/Subscription/s1").status, 200);
}

TEST_F(ScopeTest, AnExportHasTheTypesOfTheScopeAndTheJobKeepsIt) {
  const std::string token = world.Access("user/Observation.rs");
  for (const char* target : {"/fhir/$export?_type=Patient", "/fhir/$export?_type=Observation,Patient", "/fhir/Group/g1/$export"}) {
    EXPECT_EQ(world.With(token, "GET", target, "", kAsync).status, 403) << target;
  }
  for (const char* target : {"/fhir/$export", "/fhir/Patient/$export"}) {
    const Answer started = world.With(token, "GET", target, "", kAsync);
    ASSERT_EQ(started.status, 202) << target << started.body;
    const Answer done = AwaitWith(token, started.Header("content-location"));
    ASSERT_EQ(done.status, 200) << target << done.body;
    ASSERT_EQ(done.Count("output"), 1u) << done.body;
    EXPECT_EQ(done.At("output.0.type"), "Observation");
    const std::string file = done.At("output.0.url");
    EXPECT_TRUE(Shows(token, file.substr(file.find("/fhir/")), "OBSERVATIONWORD"));
    EXPECT_FALSE(Shows(token, file.substr(file.find("/fhir/")), "PATIENTWORD"));
  }
}

TEST_F(ScopeTest, AJobIsNotOfATokenThatMaySeeLess) {
  const Answer whole = world.As("doctor", "GET", "/fhir/$export?_type=Patient", "", kAsync);
  ASSERT_EQ(whole.status, 202) << whole.body;
  const std::string url = whole.Header("content-location"), target = url.substr(url.find("/fhir/"));
  ASSERT_EQ(AwaitWith(world.TokenOf("doctor"), url).status, 200);
  const std::string everything = world.Access("user/*.cruds"), some = world.Access("user/Observation.rs");
  EXPECT_EQ(world.With(everything, "GET", target).status, 404) << "of the account, without a scope";
  const Answer narrow = world.With(everything, "GET", "/fhir/$export?_type=Patient", "", kAsync);
  const std::string narrow_url = narrow.Header("content-location");
  ASSERT_EQ(AwaitWith(everything, narrow_url).status, 200);
  EXPECT_EQ(world.With(some, "GET", narrow_url.substr(narrow_url.find("/fhir/"))).status, 404);
  EXPECT_EQ(world.With(some, "DELETE", narrow_url.substr(narrow_url.find("/fhir/"))).status, 404);
  EXPECT_EQ(world.With(world.TokenOf("doctor"), "GET", narrow_url.substr(narrow_url.find("/fhir/"))).status, 200) << "the account sees all of its jobs";
}

TEST_F(ScopeTest, AJobThatIsKeptKeepsItsScope) {
  BulkJob job;
  job.id = "j";
  job.caller.user = "doctor";
  job.caller.role = access::Role::kClinician;
  job.view.kind = "export";
  job.view.request = "{}";
  const auto back = [&] {
    const auto document = json::Document::Parse(BulkJobJson(job));
    return ReadBulkJob(document->root());
  };
  EXPECT_FALSE(back()->caller.scope.has_value());
  job.caller.client = "app";
  job.caller.scope = *access::ParseGrantedScope("user/Observation.rs");
  ASSERT_TRUE(back().has_value());
  EXPECT_EQ(access::ScopeText(*back()->caller.scope), "user/Observation.rs");
  EXPECT_EQ(back()->caller.client, "app");
  job.caller.scope = access::GrantedScope{};
  ASSERT_TRUE(back()->caller.scope.has_value()) << "nothing is not everything";
  EXPECT_TRUE(back()->caller.scope->lines.empty());
}

TEST_F(ScopeTest, ViewsAndPathsShowTheScopeOnly) {
  const std::string token = world.Access("user/Observation.rs");
  const auto view = [](const std::string& type, const std::string& path) {
    return R"({"resourceType":"Parameters","parameter":[{"name":"_format","valueCode":"json"},{"name":"viewResource","resource":{"resourceType":"ViewDefinition","status":"active","resource":")" + type +
           R"(","select":[{"column":[{"name":"x","path":")" + path + R"("}]}]}}]})";
  };
  EXPECT_TRUE(Shows(token, "/fhir/ViewDefinition/$run", "OBSERVATIONWORD", "POST", view("Observation", "code.text")));
  const Answer patients = world.With(token, "POST", "/fhir/ViewDefinition/$run", view("Patient", "name.family"));
  EXPECT_EQ(patients.status, 403) << patients.body;
  EXPECT_FALSE(Shows(token, "/fhir/ViewDefinition/$run", "PATIENTWORD", "POST", view("Observation", "subject.resolve().name.family")));
  const std::string path =
      R"({"resourceType":"Parameters","parameter":[{"name":"expression","valueString":"subject.resolve().name.family"},{"name":"resource","resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p1"}}}]})";
  EXPECT_FALSE(Shows(token, "/fhir/$fhirpath", "PATIENTWORD", "POST", path));
  const std::string exported =
      R"({"resourceType":"Parameters","parameter":[{"name":"_format","valueCode":"csv"},{"name":"view","part":[{"name":"name","valueString":"people"},{"name":"viewResource","resource":{"resourceType":"ViewDefinition","status":"active","resource":"Patient","select":[{"column":[{"name":"x","path":"name.family"}]}]}}]}]})";
  const Answer started = world.With(token, "POST", "/fhir/$viewdefinition-export", exported, kAsync);
  ASSERT_EQ(started.status, 202) << started.body;
  const Answer ended = AwaitWith(token, started.Header("content-location"));
  EXPECT_EQ(ended.status, 403) << ended.body;
}

TEST_F(ScopeTest, PlansAndImportsAreNotForPrograms) {
  const std::string token = world.Access("user/Observation.cruds");
  EXPECT_NE(world.With(token, "GET", "/fhir/PlanDefinition/x/$apply?subject=Patient/p1").status, 200);
  EXPECT_FALSE(Shows(token, "/fhir/PlanDefinition/x/$apply?subject=Patient/p1", "PATIENTWORD"));
  const std::string import = R"({"inputFormat":"application/fhir+ndjson","inputSource":"x","input":[{"type":"Patient","url":"https://x.example.cn/p.ndjson"}]})";
  EXPECT_EQ(world.With(world.Access("user/*.rs"), "POST", "/fhir/$import", import, kAsync).At("issue.0.details.coding.0.code"), "not-in-scope");
}

TEST_F(ScopeTest, NothingOfThePage) {
  const std::string token = world.Access("openid user/*.cruds");
  for (const char* target : {"/api/session", "/api/patients", "/api/patients/p1", "/api/today", "/api/overview", "/api/measures", "/api/accounts", "/api/clients", "/api/imports", "/api/events",
                             "/api/referrals", "/api/gaps", "/api/authorize", "/api/nothing"}) {
    const Answer answer = world.With(token, "GET", target);
    EXPECT_EQ(answer.status, 403) << target;
    EXPECT_EQ(answer.At("error.code"), "page-only") << target;
  }
  EXPECT_EQ(world.With(token, "POST", "/api/imports", "x").status, 403);
  EXPECT_EQ(world.With(token, "DELETE", "/api/session").status, 403);
}

TEST_F(ScopeTest, ATokenOfASignInAloneReadsNothing) {
  const std::string token = world.Access("openid profile");
  for (const char* target : {"/fhir/Observation/o1", "/fhir/Observation", "/fhir/Organization/H1", "/fhir/Patient/p1"}) EXPECT_EQ(world.With(token, "GET", target).status, 403) << target;
  EXPECT_FALSE(Shows(token, "/fhir/_history", "OBSERVATIONWORD"));
}

TEST_F(ScopeTest, AScopeGivesNoMoreThanTheAccount) {
  world.Put("Observation", "far", R"({"resourceType":"Observation","id":"far","status":"final","code":{"text":"FARWORD"}})", "H2");
  const std::string token = world.Access("user/*.cruds");
  EXPECT_EQ(world.With(token, "GET", "/fhir/Observation/far").status, 404);
  EXPECT_FALSE(Shows(token, "/fhir/Observation", "FARWORD"));
  EXPECT_EQ(world.With(token, "PUT", "/fhir/Organization/H1", R"({"resourceType":"Organization","id":"H1"})").status, 403) << "no clinician's work";
}

// The same over every type of R4 and every verb, against what the words say.
TEST(Scope, EveryTypeOfTheRecordFollowsItsWords) {
  using access::Verb;
  access::Caller caller;
  caller.role = access::Role::kAdministrator;
  caller.whole_county = true;
  const std::vector<std::pair<Verb, char>> verbs = {{Verb::kCreate, 'c'}, {Verb::kRead, 'r'}, {Verb::kUpdate, 'u'}, {Verb::kDelete, 'd'}, {Verb::kSearch, 's'}};
  SeededRandom random(7);
  for (int round = 0; round < 60; ++round) {
    std::map<std::string, std::string> given;
    std::string words;
    for (std::string_view type : fhir::Definitions::R4().resource_types()) {
      if (random.NextBelow(3) != 0) continue;
      std::string letters;
      for (char letter : std::string("cruds")) {
        if (random.NextBelow(2) == 0) letters += letter;
      }
      if (letters.empty()) continue;
      given[std::string(type)] = letters;
      words += " user/" + std::string(type) + "." + letters;
    }
    caller.scope = *access::ParseGrantedScope(words);
    for (std::string_view type : fhir::Definitions::R4().resource_types()) {
      for (const auto& [verb, letter] : verbs) {
        const bool goes_on = type == "Subscription" && (letter == 'c' || letter == 'u');
        const bool expected = given[std::string(type)].find(letter) != std::string::npos && !goes_on;
        ASSERT_EQ(access::Decide(caller, verb, type, "").ok(), expected) << type << " " << letter << " of" << words;
      }
    }
  }
}

}  // namespace
}  // namespace qianxian::api
