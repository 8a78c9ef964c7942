// A consultation through the page's API: asked for, answered, concluded; what each side finds, and what bad input is told.
#include <gtest/gtest.h>

#include "api/testing/referral_world.h"

namespace qianxian::api {
namespace {

using testing::Answer;

struct ConsultationWorld : testing::CountyWithReferrals {
  ConsultationWorld() { AddUser("deng", "clinician", {"C1"}), PutKind("C1", "city", ""); }
  Answer Ask(const std::string& more = "") {
    return As("li", "POST", "/api/consultations",
              R"({"clientKey":"k1","patient":"p1","kind":"written","mode":"mdt","urgency":"urgent","question":"能否手术？","attachments":["Condition/c1"],)"
              R"("invited":[{"organization":"H1"},{"organization":"C1"}])" + more + "}");
  }
  Answer Do(const std::string& user, const Answer& one, const std::string& verb, const std::string& more = "") {
    return As(user, "POST", "/api/consultations/" + one.At("id") + "/" + verb, R"({"version":)" + one.At("version") + more + "}");
  }
};

TEST(ConsultationApi, AskedAnsweredConcluded) {
  ConsultationWorld world;
  EXPECT_EQ(world.As("deng", "GET", "/api/patients/p1").status, 404);
  Answer one = world.Ask();
  ASSERT_EQ(one.status, 201) << one.body;
  EXPECT_EQ(one.At("stateName.zh"), "会诊中");
  EXPECT_EQ(one.At("invited.1.stateName.en"), "Invited");
  EXPECT_EQ(one.At("from.practitioner"), world.NameOf("li"));
  EXPECT_TRUE(one.At("sentAt").ends_with("+08:00") && one.At("answerBy").ends_with("+08:00")) << one.body;
  EXPECT_EQ(one.At("attachments.0.kind"), "Condition") << one.body;
  EXPECT_EQ(one.At("attachments.0.title.zh"), "I10.x00");
  EXPECT_EQ(world.Ask().At("id"), one.At("id")) << "twice is once";
  EXPECT_EQ(world.As("deng", "GET", "/api/patients/p1").status, 200) << "the record travels with the question";
  EXPECT_EQ(world.As("deng", "GET", "/api/work").At("consultations"), "1");
  EXPECT_EQ(world.As("other", "GET", "/api/work").At("consultations"), "0");
  const Answer box = world.As("deng", "GET", "/api/consultations?box=received");
  ASSERT_EQ(box.Count("consultations"), 1u) << box.body;
  EXPECT_EQ(box.At("consultations.0.patient.name"), "王建国");
  EXPECT_EQ(box.At("consultations.0.may.0"), "accept");
  EXPECT_EQ(world.As("li", "GET", "/api/consultations?box=sent").Count("consultations"), 1u);
  const Answer notices = world.As("deng", "GET", "/api/inbox");
  EXPECT_EQ(notices.At("notices.0.about.type"), "consultation") << notices.body;
  EXPECT_EQ(notices.At("notices.0.about.id"), one.At("id"));

  EXPECT_EQ(world.Do("deng", one, "opine", R"(,"opinion":{"diagnosis":"","advice":""})").At("error.code"), "no-advice");
  one = world.Do("deng", one, "opine", R"(,"opinion":{"diagnosis":"肺癌","advice":"可手术","transfer":true})");
  ASSERT_EQ(one.status, 200) << one.body;
  EXPECT_EQ(one.At("opinions.0.who"), world.NameOf("deng"));
  EXPECT_EQ(one.At("opinions.0.transfer"), "true");
  EXPECT_EQ(one.At("opinions.0.signed.at"), one.At("opinions.0.at"));
  EXPECT_EQ(one.At("opinions.0.signed.who"), world.NameOf("deng"));
  EXPECT_EQ(world.As("deng", "GET", "/api/work").At("consultations"), "0");
  EXPECT_EQ(world.As("zhao", "GET", "/api/work").At("consultations"), "1");
  // The hospital leads the township and does not conclude in its name.
  EXPECT_EQ(world.Do("zhao", one, "conclude", R"(,"text":"手术")").status, 403);
  one = world.Do("li", one, "conclude", R"(,"text":"转市医院手术")");
  EXPECT_EQ(one.At("conclusion.text"), "转市医院手术") << one.body;
  EXPECT_EQ(one.At("conclusion.who"), world.NameOf("li"));
  EXPECT_EQ(one.At("state"), "concluded");
  EXPECT_EQ(world.As("deng", "GET", "/api/patients/p1").status, 404) << "for this time only";
  const Answer after = world.As("deng", "GET", "/api/consultations/" + one.At("id"));
  EXPECT_EQ(after.At("patient.name"), "王建国") << "the name stays with what was written";
  EXPECT_EQ(after.Count("may"), 0u);
  EXPECT_EQ(world.As("deng", "GET", "/api/consultations?box=received").At("consultations.0.state"), "concluded");
  const std::string record = world.As("li", "GET", "/api/patients/p1").body;
  EXPECT_NE(record.find("ClinicalImpression/" + one.At("id")), std::string::npos) << record;
}

TEST(ConsultationApi, WhatWasAlteredIsNotShownAsSigned) {
  ConsultationWorld world;
  Answer one = world.Ask();
  one = world.Do("deng", one, "opine", R"(,"opinion":{"diagnosis":"肺癌","advice":"可手术","transfer":true})");
  // printf '%s' '{"advice":"可手术","diagnosis":"肺癌","transfer":true}' | sha256sum
  EXPECT_EQ(one.At("opinions.0.signed.sha256"), "bed351a60b4e30ae5a9d53819c03939c095e14287563bde5fac86ff4a5836fbf") << one.body;
  EXPECT_EQ(one.At("conclusion"), "null");
  one = world.Do("li", one, "conclude", R"(,"text":"转市医院手术")");
  EXPECT_EQ(one.At("conclusion.signed.sha256"), "4eb9f2f10bfaeb8250d13abf613ecf8293b775c2284eae5de35e1c350d030008") << one.body;
  EXPECT_EQ(one.At("conclusion.signed.at"), one.At("conclusion.at"));
  EXPECT_EQ(one.At("conclusion.signed.who"), world.NameOf("li"));
  const std::string at = "/api/consultations/" + one.At("id"), record = "/fhir/Provenance/" + one.At("id") + "-signature-";
  EXPECT_EQ(world.As("deng", "GET", record + "1").status, 404) << "it belongs to whoever asked";
  for (const char* user : {"deng", "li", "zhao"}) {
    EXPECT_EQ(world.As(user, "GET", at).At("opinions.0.signed.who"), world.NameOf("deng")) << user;
    EXPECT_EQ(world.As(user, "GET", at).At("conclusion.signed.who"), world.NameOf("li")) << user;
  }
  EXPECT_EQ(world.As("deng", "GET", "/api/consultations?box=received").At("consultations.0.conclusion.signed.who"), world.NameOf("li"));
  for (const char* which : {"1", "conclusion"}) {
    const Answer provenance = world.As("li", "GET", record + which);
    ASSERT_EQ(provenance.status, 200) << provenance.body;
    const Answer judged = world.As("admin", "POST", "/fhir/Provenance/$validate", provenance.body);
    EXPECT_EQ(judged.status, 200);
    for (const char* bad : {"\"error\"", "code-invalid"}) EXPECT_EQ(judged.body.find(bad), std::string::npos) << judged.body;
    EXPECT_EQ(world.As("li", "PUT", record + which, provenance.body).status, 403) << "the program's";
    EXPECT_EQ(world.As("li", "DELETE", record + which).status, 403);
  }
  std::string task = world.As("li", "GET", "/fhir/Task/" + one.At("id")).body;
  world.Put("Task", one.At("id"), task.replace(task.find("转市医院手术"), std::string("转市医院手术").size(), "不必手术"), "T1");
  const Answer altered = world.As("deng", "GET", at);
  EXPECT_EQ(altered.At("conclusion.text"), "不必手术");
  EXPECT_EQ(altered.At("conclusion.signed"), "null");
  EXPECT_EQ(altered.At("opinions.0.signed.who"), world.NameOf("deng")) << "this one stands as it was";
}

TEST(ConsultationApi, BadInputAndWhoMay) {
  ConsultationWorld world;
  EXPECT_EQ(world.Ask(R"(,"kind":7)").status, 400);
  EXPECT_EQ(world.As("li", "POST", "/api/consultations", "{").status, 400);
  EXPECT_EQ(world.As("li", "GET", "/api/consultations?box=review").At("error.code"), "bad-box");
  EXPECT_EQ(world.As("li", "GET", "/api/consultations?count=x").At("error.code"), "bad-number");
  EXPECT_EQ(world.As("li", "DELETE", "/api/consultations").status, 405);
  EXPECT_EQ(world.As("li", "GET", "/api/consultations/consultation-x").status, 404);
  const Answer one = world.Ask();
  EXPECT_EQ(world.As("other", "GET", "/api/consultations/" + one.At("id")).status, 404);
  EXPECT_EQ(world.Do("li", one, "dance").At("error.code"), "wrong-state");
  EXPECT_EQ(world.Do("li", one, "conclude", R"(,"text":"好")").At("error.code"), "wrong-state") << "nobody has said anything";
  ASSERT_EQ(world.Do("deng", one, "decline", R"(,"note":"专家外出")").status, 200);
  EXPECT_EQ(world.Do("li", one, "withdraw").At("error.code"), "version-conflict");
}

TEST(ConsultationApi, WhereTheyMeet) {
  ConsultationWorld world;
  EXPECT_EQ(world.Ask().At("meeting"), "null");
  const auto scheduled = [&](const std::string& kind, const std::string& meeting) {
    return world.As("li", "POST", "/api/consultations",
                    R"({"clientKey":"k2","patient":"p1","kind":")" + kind + R"(","mode":"single","urgency":"urgent","question":"能否手术？","invited":[{"organization":"C1"}],)" +
                        R"("scheduledAt":"2099-01-01T09:00:00+08:00","meeting":)" + meeting + "}");
  };
  EXPECT_EQ(scheduled("written", R"("三楼")").At("error.code"), "meeting-without-hour");
  EXPECT_EQ(scheduled("scheduled", "{}").status, 400);
  EXPECT_EQ(scheduled("scheduled", R"("a\nb")").At("error.code"), "bad-meeting");
  const Answer one = scheduled("scheduled", R"("  https://meet.example.cn/j/1 ")");
  ASSERT_EQ(one.status, 201) << one.body;
  EXPECT_EQ(one.At("meeting"), "https://meet.example.cn/j/1");
  EXPECT_EQ(world.As("deng", "GET", "/api/consultations/" + one.At("id")).At("meeting"), "https://meet.example.cn/j/1");
}

TEST(ConsultationApi, WhoseCourseItIsAbout) {
  ConsultationWorld world;
  world.Put("EpisodeOfCare", "care-1", R"({"resourceType":"EpisodeOfCare","extension":[{"url":"https://fhir.qianxian.cn/StructureDefinition/pathway","valueCoding":{"code":"lung"}}],)"
            R"("status":"active","patient":{"reference":"Patient/p1"}})", "T1");
  EXPECT_EQ(world.Ask().At("about"), "null");
  const auto ask = [&](const std::string& about) {
    return world.As("li", "POST", "/api/consultations", R"({"clientKey":"k3","patient":"p1","kind":"written","mode":"single","urgency":"urgent","question":"能否手术？",)"
                    R"("invited":[{"organization":"C1"}],"about":)" + about + "}");
  };
  EXPECT_EQ(ask("7").status, 400);
  EXPECT_EQ(ask(R"("EpisodeOfCare/care-2")").At("error.code"), "bad-about");
  const Answer one = ask(R"("EpisodeOfCare/care-1")");
  ASSERT_EQ(one.status, 201) << one.body;
  EXPECT_EQ(one.At("about.enrolment"), "care-1");
  EXPECT_EQ(one.At("about.pathway"), "lung");
  EXPECT_EQ(one.At("about.title.zh"), "lung") << "what the packs have no more has its name";
  EXPECT_EQ(world.As("deng", "GET", "/api/consultations/" + one.At("id")).At("about.enrolment"), "care-1");
}

TEST(ConsultationApi, TheProgramsRecordsAreNotEditedByHand) {
  ConsultationWorld world;
  const Answer one = world.Ask();
  EXPECT_EQ(world.As("li", "DELETE", "/fhir/Task/" + one.At("id")).status, 403);
  EXPECT_EQ(world.As("deng", "GET", "/fhir/ServiceRequest/" + one.At("id")).status, 200);
  EXPECT_EQ(world.As("other", "GET", "/fhir/ServiceRequest/" + one.At("id")).status, 404);
}

}  // namespace
}  // namespace qianxian::api
