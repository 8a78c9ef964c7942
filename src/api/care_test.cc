// People under care through the page's API: found, enrolled, on today's list, visited, twice and at once.
#include <gtest/gtest.h>

#include <set>

#include "api/testing/world.h"
#include "base/files.h"
#include "base/text.h"
#include "flow/records.h"

namespace qianxian::api {
namespace {

using testing::Answer;
using testing::World;

struct CareWorld : World {
  CareWorld() {
    const std::string folder = std::string(QIANXIAN_SOURCE_DIR) + "/src/flow/testing/pack/";
    pack.pathways = {pack::ParsePathway("pathways/pressure.yaml", ReadFile(folder + "pathways/pressure.yaml").value()).value()};
    pack.forms = {pack::ParseForm("forms/pressure-visit.yaml", ReadFile(folder + "forms/pressure-visit.yaml").value()).value()};
    Restart();
    clock.Set({1'772'413'200'000'000});    // 2026-03-02 09:00 in China
    PutOrganization("T1");
    PutOrganization("T2");
    AddUser("doctor", "clinician", {"T1"});
    AddUser("other", "clinician", {"T2"});
    Put("Patient", "p1",
        R"({"resourceType":"Patient","id":"p1","name":[{"text":"王建国"}],"gender":"male","birthDate":"1960-05-01",)"
        R"("identifier":[{"system":"https://fhir.qianxian.cn/id-card","value":"330123196005011234"}]})", "T1");
  }
  std::string Visit(const std::string& key, const std::string& task, const std::string& version, int systolic) {
    return R"({"clientKey":")" + key + R"(","patient":"p1","method":"home","tasks":[{"task":")" + task + R"(","version":)" + version +
           R"(}],"forms":[{"form":"pressure-visit","answers":{"systolic":)" + std::to_string(systolic) +
           R"(,"diastolic":95,"symptoms":["headache"],"smoking":"1","cigarettes":5}}]})";
  }
};

TEST(CareApi, AVillageDoctorsMorning) {
  CareWorld world;
  const Answer found = world.As("doctor", "GET", "/api/patients?find=%E7%8E%8B%E5%BB%BA%E5%9B%BD");
  ASSERT_EQ(found.Count("patients"), 1u) << found.body;
  EXPECT_EQ(found.At("patients.0.idNumber"), "**************1234");
  EXPECT_EQ(found.At("patients.0.age"), "65");
  EXPECT_EQ(found.body.find("330123196005011234"), std::string::npos);
  EXPECT_EQ(world.As("other", "GET", "/api/patients?find=%E7%8E%8B%E5%BB%BA%E5%9B%BD").Count("patients"), 0u);

  const Answer enrolled = world.As("doctor", "POST", "/api/enrolments", R"({"patient":"p1","pathway":"pressure"})");
  ASSERT_EQ(enrolled.status, 200) << enrolled.body;
  EXPECT_EQ(world.As("other", "POST", "/api/enrolments", R"({"patient":"p1","pathway":"pressure"})").status, 404);

  const Answer today = world.As("doctor", "GET", "/api/today");
  ASSERT_EQ(today.Count("people"), 1u) << today.body;
  EXPECT_EQ(today.At("counts.due"), "1");
  ASSERT_EQ(today.Count("people.0.steps"), 2u);            // the visit, and the test whose window is open
  EXPECT_EQ(today.At("people.0.steps.0.step"), "follow-up");
  EXPECT_EQ(world.As("other", "GET", "/api/today").Count("people"), 0u);

  const std::string task = today.At("people.0.steps.0.task"), version = today.At("people.0.steps.0.version");
  const Answer visited = world.As("doctor", "POST", "/api/visits", world.Visit("k1", task, version, 185));
  ASSERT_EQ(visited.status, 201) << visited.body;
  EXPECT_EQ(visited.At("completed.0"), task);
  EXPECT_EQ(visited.At("next.0.due"), "2026-03-16");
  EXPECT_EQ(visited.At("dangers.0.refer.urgency"), "emergency");
  const Answer again = world.As("doctor", "POST", "/api/visits", world.Visit("k1", task, version, 185));
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, visited.body);
  const Answer late = world.As("doctor", "POST", "/api/visits", world.Visit("k2", task, version, 120));
  EXPECT_EQ(late.status, 409) << late.body;
  EXPECT_EQ(late.At("theirs.tasks.0.status"), "completed");
  EXPECT_EQ(late.Count("theirs.responses"), 1u);

  const Answer form = world.As("doctor", "GET", "/api/forms/pressure-visit?patient=p1");
  EXPECT_EQ(form.At("previous.answers.smoking"), "1") << form.body;
  EXPECT_EQ(form.At("previous.answers.symptoms.0"), "headache");
  EXPECT_EQ(form.At("readings.systolic.0.value"), "185");
  EXPECT_EQ(form.At("usualDays"), "null") << "of no step";
  EXPECT_EQ(world.As("doctor", "GET", "/api/forms/pressure-visit?patient=p1&task=" + visited.At("next.0.task")).At("usualDays"), "90");
  const Answer person = world.As("doctor", "GET", "/api/patients/p1");
  EXPECT_EQ(person.At("enrolments.0.stage"), "managed") << person.body;
  EXPECT_EQ(person.Count("steps"), 2u);
  EXPECT_GE(person.Count("timeline"), 2u);
  for (size_t i = 0; i < person.Count("timeline"); ++i)       // the visit and its form: of the stage that asked for them
    EXPECT_EQ(person.At("timeline." + std::to_string(i) + ".course"), "treat") << person.body;
  const Answer programme = world.As("doctor", "GET", "/api/programmes/pressure");
  EXPECT_EQ(programme.At("pool.enrolled"), "1") << programme.body;
  EXPECT_EQ(programme.At("stages.0.people"), "1");
  EXPECT_EQ(programme.At("measures.0"), "hypertension-controlled-share");
  const Answer people = world.As("doctor", "GET", "/api/programmes/pressure/people");
  ASSERT_EQ(people.Count("people"), 1u) << people.body;
  EXPECT_EQ(people.At("people.0.patient.id"), "p1");
  EXPECT_EQ(people.At("people.0.stageName.en"), "Managed");
  EXPECT_EQ(people.At("people.0.since"), "2026-03-02");
  EXPECT_EQ(people.At("people.0.due"), "2026-03-16");
  EXPECT_EQ(people.At("complete"), "true");
  EXPECT_EQ(world.As("doctor", "GET", "/api/pathways").At("pathways.0.id"), "pressure");

  world.AddUser("director", "county-director");
  EXPECT_EQ(world.As("director", "GET", "/fhir/Patient/p1/$everything").status, 200);
  world.clock.Advance(60'000'000);
  EXPECT_EQ(world.As("doctor", "GET", "/api/patients/p1").status, 200);
  const std::string id = enrolled.At("id");
  EXPECT_EQ(world.As("doctor", "POST", "/api/enrolments/" + id + "/exit", "{}").status, 400);
  EXPECT_EQ(world.As("doctor", "POST", "/api/enrolments/" + id + "/exit", R"({"reason":"declined"})").status, 200);
  EXPECT_EQ(world.As("doctor", "GET", "/api/today").Count("people"), 0u);

  // The commit above took along what had been noted: who opened the record, not in whose list it stood.
  const Answer looked = world.As("doctor", "GET", "/api/patients/p1");
  EXPECT_EQ(looked.Count("access"), 2u) << looked.body;
  EXPECT_EQ(looked.At("access.0.who"), CareWorld::NameOf("doctor"));
  EXPECT_EQ(looked.At("access.0.organizationName"), "机构T1");
  EXPECT_EQ(looked.At("access.0.at").substr(0, 10), "2026-03-02");
  EXPECT_EQ(looked.At("access.1.who"), CareWorld::NameOf("director"));
  EXPECT_EQ(looked.At("access.1.organizationName"), "") << "of the whole county";
}

// A list longer than what is asked of it is read in part. What a person of the page has open further down is shown with him all the same.
TEST(CareApi, AMorningWithMorePeopleThanAreAsked) {
  CareWorld world;
  const auto step = [&](const std::string& patient, int occurrence, const std::string& due) {
    flow::Step s;
    s.id = flow::StepId("care-" + patient, "follow-up", occurrence);
    s.owner = "T1", s.status = "ready", s.pathway = "pressure", s.patient = patient, s.enrolment = "care-" + patient;
    s.step = "follow-up", s.form = "pressure-visit", s.occurrence = occurrence;
    s.due = due, s.window_start = "2026-02-01", s.window_end = due;
    world.Put("Task", s.id, flow::AsFhir(s), "T1");
  };
  step("p1", 1, "2026-02-20");
  step("p1", 2, "2026-03-20");
  for (int i = 0; i < 250; ++i) step("q" + std::to_string(i), 1, "2026-03-01");
  // Other tasks of the township: one with a day stands among the steps, those without come after all of them.
  const std::string other = R"({"resourceType":"Task","status":"ready","intent":"order","owner":{"reference":"Organization/T1"})";
  world.Put("Task", "other-day", other + R"(,"extension":[{"url":"https://fhir.qianxian.cn/StructureDefinition/due","valueDate":"2026-02-21"}]})", "T1");
  for (int i = 0; i < 5; ++i) world.Put("Task", "other-" + std::to_string(i), other + "}", "T1");
  const Answer first = world.As("doctor", "GET", "/api/today?count=1");
  EXPECT_EQ(first.At("complete"), "false") << first.body.substr(0, 300);
  ASSERT_EQ(first.Count("people"), 1u);
  EXPECT_EQ(first.At("people.0.patient.id"), "p1");
  ASSERT_EQ(first.Count("people.0.steps"), 2u) << first.body;
  EXPECT_EQ(first.At("people.0.steps.1.due"), "2026-03-20");
  std::set<std::string> seen;
  for (size_t offset = 0; offset < 300; offset += 60) {
    const Answer page = world.As("doctor", "GET", "/api/today?count=60&offset=" + std::to_string(offset));
    for (size_t i = 0; i < page.Count("people"); ++i) EXPECT_TRUE(seen.insert(page.At("people." + std::to_string(i) + ".patient.id")).second);
    EXPECT_EQ(page.At("complete"), offset < 120 ? "false" : "true") << offset;   // two steps are read for each person up to the last asked for
  }
  EXPECT_EQ(seen.size(), 251u);
  const Answer all = world.As("doctor", "GET", "/api/today?count=300");
  EXPECT_EQ(all.At("complete"), "true");
  EXPECT_EQ(all.At("counts.due"), "251");
  EXPECT_EQ(all.At("counts.overdue"), "251");
}

// A township with two villages, three people: one far behind, one on time, one who has left.
TEST(CareApi, AProgrammeIsCountedWhole) {
  CareWorld world;
  for (const char* village : {"V1", "V2"})
    world.Put("Organization", village, std::string(R"({"resourceType":"Organization","id":")") + village + R"(","name":"村)" + village +
              R"(","type":[{"coding":[{"code":"village"}]}],"partOf":{"reference":"Organization/T1"}})", village);
  world.AddUser("li", "clinician", {"V1"});
  world.AddUser("director", "county-director");
  const auto person = [&](const std::string& id, const char* village) {
    world.Put("Patient", id, R"({"resourceType":"Patient","id":")" + id + R"(","name":[{"text":"居民"}],"gender":"male","birthDate":"1960-05-01",)" +
              R"("managingOrganization":{"reference":"Organization/)" + village + R"("}})", village);
    const Answer enrolled = world.As("director", "POST", "/api/enrolments", R"({"patient":")" + id + R"(","pathway":"pressure","organization":")" + village + "\"}");
    EXPECT_EQ(enrolled.status, 200) << enrolled.body;
    return enrolled.At("id");
  };
  person("a", "V1");
  const std::string left = person("b", "V2");
  world.clock.Advance(int64_t{20} * 86'400'000'000);       // the window of 14 days has ended
  person("c", "V2");
  world.Put("Patient", "d", R"({"resourceType":"Patient","id":"d","name":[{"text":"居民"}],"gender":"male","birthDate":"1960-05-01"})", "V1");
  world.Put("Condition", "d1", R"({"resourceType":"Condition","id":"d1","subject":{"reference":"Patient/d"},"code":{"coding":[{"code":"I10"}]}})", "V1");
  ASSERT_EQ(world.As("director", "POST", "/api/enrolments/" + left + "/exit", R"({"reason":"declined"})").status, 200);
  world.Put("Observation", "o", R"({"resourceType":"Observation","status":"final","subject":{"reference":"Patient/c"},"code":{"coding":[{"code":"8480-6"}]}})", "V2");
  ASSERT_TRUE(world.flow().Tick().ok());
  const Answer all = world.As("director", "GET", "/api/programmes/pressure");
  ASSERT_EQ(all.status, 200) << all.body;
  EXPECT_EQ(all.At("pool.screened"), "1") << all.body;
  EXPECT_EQ(all.At("pool.enrolled"), "2");
  EXPECT_EQ(all.At("pool.target"), "3") << "those who are enrolled, and who is not yet";
  EXPECT_EQ(all.At("pool.exited"), "1");
  EXPECT_EQ(all.At("stages.0.people"), "2");
  EXPECT_EQ(all.At("stages.0.overdue"), "1");
  EXPECT_EQ(all.At("stages.0.medianDays"), "20");
  EXPECT_EQ(all.At("stages.1.medianDays"), "null");
  ASSERT_EQ(all.Count("flows"), 1u);
  EXPECT_EQ(all.At("flows.0.from"), "managed");
  EXPECT_EQ(all.At("flows.0.to"), "exit:declined");
  ASSERT_EQ(all.Count("overdueBy"), 2u);
  EXPECT_EQ(all.At("overdueBy.0.organization"), "V1");
  EXPECT_EQ(all.At("overdueBy.0.above"), "T1");
  EXPECT_EQ(all.At("overdueBy.0.practitioners.0"), CareWorld::NameOf("li"));
  EXPECT_EQ(all.At("overdueBy.0.overdue"), "1");
  EXPECT_EQ(all.At("overdueBy.1.organization"), "V2");
  EXPECT_EQ(all.At("overdueBy.1.overdue"), "0");
  const Answer township = world.As("director", "GET", "/api/programmes/pressure?organization=T1");
  EXPECT_EQ(township.At("pool.enrolled"), "2") << "those below are the township's too: " << township.body;
  EXPECT_EQ(township.At("pool.screened"), "1");
  EXPECT_EQ(world.As("director", "GET", "/api/programmes/pressure?organization=V1").At("pool.screened"), "0");
  EXPECT_EQ(world.As("li", "GET", "/api/programmes/pressure").At("pool.enrolled"), "1") << "what is not theirs is not counted";
  const Answer late = world.As("director", "GET", "/api/programmes/pressure/people?overdue=1&stage=managed");
  ASSERT_EQ(late.Count("people"), 1u) << late.body;
  EXPECT_EQ(late.At("people.0.patient.id"), "a");
  EXPECT_EQ(late.At("people.0.overdueDays"), "6");
  EXPECT_EQ(late.At("people.0.stage"), "managed");
  EXPECT_EQ(world.As("director", "GET", "/api/programmes/pressure/people?pool=screened").At("people.0.patient.id"), "c");
  EXPECT_EQ(world.As("director", "GET", "/api/programmes/pressure/people?pool=exited").At("people.0.patient.id"), "b");
  EXPECT_EQ(world.As("director", "GET", "/api/programmes/pressure/people?pool=waiting").At("people.0.patient.id"), "d");
  EXPECT_EQ(world.As("director", "GET", "/api/programmes/pressure/people?pool=target").Count("people"), 3u);
  EXPECT_EQ(world.As("director", "GET", "/api/programmes/nothing").status, 404);
}

// Two led by an earlier edition, one by the present one: both are moved with a reason, by whoever may, and only once.
TEST(CareApi, AProgrammeIsMovedToItsPresentEdition) {
  CareWorld world;
  world.AddUser("director", "county-director");
  const auto person = [&](const std::string& id, bool earlier) {
    world.Put("Patient", id, R"({"resourceType":"Patient","id":")" + id + R"(","name":[{"text":"居民"}],"gender":"male","birthDate":"1960-05-01"})", "T1");
    const Answer enrolled = world.As("director", "POST", "/api/enrolments", R"({"patient":")" + id + R"(","pathway":"pressure","organization":"T1"})");
    EXPECT_EQ(enrolled.status, 200) << enrolled.body;
    if (!earlier) return;
    const std::string body = world.As("director", "GET", "/fhir/EpisodeOfCare/" + enrolled.At("id")).body;
    const std::string mark = R"(StructureDefinition/edition","valueString":")";
    const size_t at = body.find(mark) + mark.size();
    world.Put("EpisodeOfCare", enrolled.At("id"), body.substr(0, at) + "of 2019, draft" + body.substr(body.find('"', at)), "T1");
  };
  person("a", true), person("b", true), person("c", false);
  const auto editions = [&] {
    const Answer answer = world.As("director", "GET", "/api/programmes/pressure");
    std::map<std::string, std::string> out;
    for (size_t i = 0; i < answer.Count("editions"); ++i)
      out[answer.At("editions." + std::to_string(i) + ".edition")] = answer.At("editions." + std::to_string(i) + ".people");
    return out;
  };
  ASSERT_EQ(editions().size(), 2u);
  EXPECT_EQ(editions()["of 2019, draft"], "2");
  EXPECT_EQ(world.As("director", "POST", "/api/programmes/pressure/move", R"({"reason":" "})").status, 400);
  EXPECT_EQ(world.As("director", "POST", "/api/programmes/nothing/move", R"({"reason":"x"})").status, 404);
  EXPECT_EQ(world.As("director", "POST", "/api/programmes/pressure/move", R"({"reason":"x","organization":"V9"})").At("looked"), "0");
  EXPECT_EQ(world.As("other", "POST", "/api/programmes/pressure/move", R"({"reason":"x"})").At("looked"), "0") << "whose people they are not";
  const Answer moved = world.As("director", "POST", "/api/programmes/pressure/move", R"({"reason":"new thresholds"})");
  ASSERT_EQ(moved.status, 200) << moved.body;
  EXPECT_EQ(moved.At("looked"), "2");
  EXPECT_EQ(moved.At("moved"), "2") << moved.body;
  EXPECT_EQ(moved.At("next"), "null");
  EXPECT_EQ(moved.Count("left"), 0u);
  ASSERT_EQ(editions().size(), 1u);
  EXPECT_EQ(editions().begin()->second, "3");
  EXPECT_EQ(world.As("director", "POST", "/api/programmes/pressure/move", R"({"reason":"new thresholds"})").At("looked"), "0");
  // Whoever may look and not write is told whom it did not move.
  person("d", true);
  world.AddUser("looker", "viewer", {"T1"});
  const Answer refused = world.As("looker", "POST", "/api/programmes/pressure/move", R"({"reason":"x"})");
  EXPECT_TRUE(refused.status == 403 || refused.At("moved") == "0") << refused.body;
  EXPECT_EQ(editions()["of 2019, draft"], "1");
}

TEST(CareApi, EveryWayToAPatientIsAnOpening) {
  CareWorld world;
  const std::pair<const char*, const char*> ways[] = {{"quick", "/fhir/Patient/p1"}, {"long", "/fhir/Patient/p1?_elements=name"},
                                                      {"everything", "/fhir/Patient/p1/$everything"}, {"page", "/api/patients/p1"}};
  for (const auto& [user, target] : ways) {
    world.AddUser(user, "county-director");
    EXPECT_EQ(world.As(user, "GET", target).status, 200) << target;
  }
  world.AddUser("searcher", "county-director");
  EXPECT_EQ(world.As("searcher", "GET", "/fhir/Patient?_id=p1").At("entry.0.resource.id"), "p1");
  EXPECT_EQ(world.As("searcher", "GET", "/api/patients?find=%E7%8E%8B%E5%BB%BA%E5%9B%BD").Count("patients"), 1u);
  EXPECT_EQ(world.As("other", "GET", "/fhir/Patient/p1").status, 404);
  world.Put("Basic", "b1", R"({"resourceType":"Basic","id":"b1","code":{"text":"a commit takes along what was noted"}})");
  // By one of them: whether the opening of just now is already there changes nothing.
  const Answer looked = world.As("page", "GET", "/api/patients/p1");
  std::vector<std::string> who;
  for (size_t i = 0; i < looked.Count("access"); ++i) who.push_back(looked.At("access." + std::to_string(i) + ".who"));
  EXPECT_EQ(who, (std::vector<std::string>{CareWorld::NameOf("page"), CareWorld::NameOf("everything"), CareWorld::NameOf("long"), CareWorld::NameOf("quick")}));
}

TEST(CareApi, AFileIsKeptOnceAndSeenByWhoeverSeesThePatient) {
  CareWorld world;
  const std::string png = std::string("\x89PNG\r\n\x1A\n\0\xFF", 10) + std::string(3000, '\x07');
  const std::string target = "/api/patients/p1/documents?title=%E7%9A%AE%E7%96%B9&key=k1";
  const Answer kept = world.As("doctor", "POST", target, png, {{"Content-Type", "text/html"}});
  ASSERT_EQ(kept.status, 201) << kept.body;
  EXPECT_EQ(kept.At("contentType"), "image/png") << "the bytes decide";
  EXPECT_EQ(kept.At("title"), "皮疹");
  EXPECT_EQ(kept.At("size"), "3010");
  const Answer again = world.As("doctor", "POST", target, png);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, kept.body);
  const std::string id = kept.At("reference").substr(std::string("DocumentReference/").size());
  const Answer shown = world.As("doctor", "GET", "/api/documents/" + id);
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.body, png);
  EXPECT_EQ(shown.Header("content-type"), "image/png");
  EXPECT_EQ(shown.Header("x-content-type-options"), "nosniff");
  const Answer person = world.As("doctor", "GET", "/api/patients/p1");
  ASSERT_EQ(person.Count("documents"), 1u) << person.body;
  EXPECT_EQ(person.At("documents.0.contentType"), "image/png");
  EXPECT_EQ(person.At("documents.0.title.zh"), "皮疹");
  EXPECT_EQ(world.As("other", "GET", "/api/documents/" + id).status, 404);
  EXPECT_EQ(world.As("other", "POST", target, png).status, 404) << "not their patient";
  const auto code = [&](const std::string& query, const std::string& bytes) {
    return world.As("doctor", "POST", "/api/patients/p1/documents?" + query, bytes).At("error.code");
  };
  EXPECT_EQ(code("key=a", ""), "empty-document");
  EXPECT_EQ(code("key=a", "<svg onload=alert(1)>"), "bad-document-type");
  EXPECT_EQ(code("key=a", "\xFF\xD8\xFF" + std::string(10 << 20, 'x')), "too-large");
  EXPECT_EQ(code("key=", "%PDF-1.7"), "no-key");
  EXPECT_EQ(code("key=a&title=" + std::string(201, 'x'), "%PDF-1.7"), "too-long");
  EXPECT_EQ(code("key=a&title=a%0Ab", "%PDF-1.7"), "bad-title");
  // What somebody else wrote under such an id opens no other bytes.
  world.Put("DocumentReference", "document-x", R"({"resourceType":"DocumentReference","id":"document-x","status":"current","subject":{"reference":"Patient/p1"},)"
            R"("content":[{"attachment":{"url":"Binary/)" + id + R"("}}]})", "T1");
  EXPECT_EQ(world.As("doctor", "GET", "/api/documents/document-x").status, 404);
}

TEST(CareApi, AVisitBeforeEightInTheMorningIsOfThatDay) {
  CareWorld world;
  world.clock.Set({1'772'406'000'000'000});    // 2026-03-02 07:00 in China, still the first in Greenwich
  world.As("doctor", "POST", "/api/enrolments", R"({"patient":"p1","pathway":"pressure"})");
  const Answer today = world.As("doctor", "GET", "/api/today");
  const Answer visited = world.As("doctor", "POST", "/api/visits", world.Visit("k1", today.At("people.0.steps.0.task"), today.At("people.0.steps.0.version"), 150));
  ASSERT_EQ(visited.status, 201) << visited.body;
  EXPECT_EQ(world.As("doctor", "GET", "/api/forms/pressure-visit?patient=p1").At("readings.systolic.0.on"), "2026-03-02");
  const Answer person = world.As("doctor", "GET", "/api/patients/p1");
  EXPECT_EQ(person.At("timeline.0.on"), "2026-03-02") << person.body;
  EXPECT_EQ(person.At("readings.0.points.0.on"), "2026-03-02");
}

TEST(CareApi, WhoIsOnlyOfTheTargetPoolIsInNoStage) {
  CareWorld world;
  const flow::Enrolment planned{.id = "care-planned", .status = "planned", .pathway = "pressure", .patient = "p1", .since = "2026-03-01"};
  world.Put("EpisodeOfCare", planned.id, flow::AsFhir(planned, "pressure"), "T1");
  const Answer person = world.As("doctor", "GET", "/api/patients/p1");
  EXPECT_EQ(person.At("enrolments.0.status"), "planned") << person.body;
  EXPECT_NE(person.body.find(R"("stageName":null)"), std::string::npos) << person.body;
}

TEST(CareApi, WhoLeavesSaysWhy) {
  CareWorld world;
  const Answer pathways = world.As("doctor", "GET", "/api/pathways");
  ASSERT_EQ(pathways.Count("pathways.0.exits"), 4u) << pathways.body;
  EXPECT_EQ(pathways.At("pathways.0.exits.2.id"), "moved-away") << "those that every pathway has, after its own";
  EXPECT_EQ(pathways.At("pathways.0.exits.2.name.zh"), "迁出");
  EXPECT_EQ(pathways.At("pathways.0.exits.2.name.en"), "Moved away");
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(pathways.At("pathways.0.exits." + std::to_string(i) + ".byHand"), "true") << pathways.body;
  const std::string id = world.As("doctor", "POST", "/api/enrolments", R"({"patient":"p1","pathway":"pressure"})").At("id");
  const auto exit = [&](const std::string& user, const std::string& body) { return world.As(user, "POST", "/api/enrolments/" + id + "/exit", body); };
  EXPECT_EQ(exit("doctor", R"({"reason":"bored"})").At("error.code"), "no-such-reason");
  EXPECT_EQ(exit("other", R"({"reason":"dead"})").status, 404);
  EXPECT_EQ(exit("doctor", R"({"reason":"dead","on":"yesterday"})").At("error.code"), "bad-date");
  const Answer dead = exit("doctor", R"({"reason":"dead","on":"2026-03-01","note":"家属告知"})");
  ASSERT_EQ(dead.status, 200) << dead.body;
  EXPECT_EQ(exit("doctor", R"({"reason":"dead","on":"2026-03-01","note":"家属告知"})").status, 200) << "twice is once";
  EXPECT_EQ(exit("doctor", R"({"reason":"declined"})").status, 409);
  EXPECT_EQ(world.As("doctor", "GET", "/fhir/Patient/p1").At("deceasedDateTime"), "2026-03-01");
  EXPECT_EQ(world.As("doctor", "GET", "/api/patients/p1").At("enrolments.0.exitReason"), "death");
  EXPECT_EQ(world.As("doctor", "GET", "/api/today").Count("people"), 0u);
  EXPECT_EQ(world.As("doctor", "POST", "/api/enrolments", R"({"patient":"p1","pathway":"pressure"})").At("error.code"), "patient-died");
}

TEST(CareApi, PatientsAreAddedOnce) {
  CareWorld world;
  const std::string body = R"({"name":"李梅","gender":"female","birthDate":"1970-01-01","clientKey":"c1"})";
  const Answer added = world.As("doctor", "POST", "/api/patients", body);
  ASSERT_EQ(added.status, 201) << added.body;
  const Answer again = world.As("doctor", "POST", "/api/patients", body);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.At("id"), added.At("id"));
  EXPECT_EQ(world.As("doctor", "POST", "/api/patients", R"({"clientKey":"c2"})").status, 400);
}

TEST(CareApi, TheEnginesRecordsAreNotEditedThroughAFrontDoor) {
  CareWorld world;
  world.As("doctor", "POST", "/api/enrolments", R"({"patient":"p1","pathway":"pressure"})");
  const std::string task = world.As("doctor", "GET", "/api/today").At("people.0.steps.0.task");
  ASSERT_FALSE(task.empty());
  EXPECT_EQ(world.As("admin", "DELETE", "/fhir/Task/" + task).status, 403);
  const Answer plan = world.As("doctor", "GET", "/fhir/PlanDefinition/pressure/$apply?subject=Patient/p1");
  EXPECT_EQ(plan.At("resourceType"), "CarePlan") << plan.body;
  EXPECT_EQ(plan.Count("contained"), 2u);
  EXPECT_EQ(world.As("doctor", "GET", "/fhir/PlanDefinition/pressure").At("version"), "2026.1");
  EXPECT_EQ(world.As("doctor", "GET", "/fhir/Questionnaire/pressure-visit").Count("item"), 9u);
}

}  // namespace
}  // namespace qianxian::api
