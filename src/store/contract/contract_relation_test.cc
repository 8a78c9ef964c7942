// Care relations: who treats a patient for another may read that record for a time, by every way of looking, and nothing else.
#include <map>
#include <set>

#include "store/contract/contract.h"

namespace qianxian::store {
namespace {

using access::Role;
using Strings = std::vector<std::string>;
constexpr int64_t kHour = 3'600'000'000;

std::string Reference(const std::string& to) { return "{\"reference\":\"" + to + "\"}"; }

Change PutRelation(const std::string& id, const std::string& patient, const std::string& actor, Instant start, Instant end,
                   const std::string& status = "active") {
  return Put("Consent", "relation-" + id,
             Json("Consent", "relation-" + id,
                  "\"status\":\"" + status + "\",\"patient\":" + Reference("Patient/" + patient) +
                      ",\"provision\":{\"type\":\"permit\",\"period\":{\"start\":\"" + FormatInstant(start) + "\",\"end\":\"" +
                      FormatInstant(end) + "\"},\"actor\":[{\"role\":{\"text\":\"PRCP\"},\"reference\":" + Reference(actor) + "}]}"),
             "T1");
}

Change PutObservation(const std::string& id, const std::string& patient, const std::string& owner, const std::string& more = "") {
  return Put("Observation", id,
             Json("Observation", id, "\"status\":\"final\",\"code\":{\"coding\":[{\"code\":\"c\"}]},\"subject\":" +
                                         Reference("Patient/" + patient) + more),
             owner);
}

class RelationContract : public StoreContract {
 protected:
  void SetUp() override {
    StoreContract::SetUp();
    now_ = clock_.Now();
    MustCommit({Put("Patient", "a", Json("Patient", "a", R"("gender":"male","name":[{"family":"Li"}])"), "T1"),
                Put("Patient", "b", Json("Patient", "b", R"("gender":"male")"), "T1"),
                PutObservation("oa", "a", "T1", R"(,"performer":[{"reference":"Patient/b"}])"), PutObservation("ob", "b", "T1"),
                PutObservation("own", "b", "H1"),
                Put("Task", "ta", Json("Task", "ta", "\"status\":\"ready\",\"intent\":\"order\",\"for\":" + Reference("Patient/a")), "T1"),
                Put("Group", "g", Json("Group", "g", "\"type\":\"person\",\"actual\":true,\"member\":[{\"entity\":" + Reference("Patient/a") + "}]"), "T1")});
  }
  Instant At(int64_t hours) const { return {now_.microseconds + hours * kHour}; }
  void Open() { MustCommit({PutRelation("1", "a", "Organization/H1", At(0), At(10))}); }

  Instant now_;
  access::Caller county_ = Somebody(Role::kClinician, {"H1"});
};

TEST_P(RelationContract, OpensTheRecordOfOnePatient) {
  EXPECT_EQ(ReadCode("Patient", "a", county_), "no-such-resource");
  Open();
  EXPECT_EQ(ReadCode("Patient", "a", county_), "ok");
  EXPECT_EQ(ReadCode("Observation", "oa", county_), "ok");
  EXPECT_EQ(ReadCode("Task", "ta", county_), "ok");
  EXPECT_EQ(ReadCode("Patient", "b", county_), "no-such-resource");
  EXPECT_EQ(ReadCode("Observation", "ob", county_), "no-such-resource");
  EXPECT_EQ(ReadCode("Observation", "own", county_), "ok");
  EXPECT_EQ(ReadCode("Group", "g", county_), "no-such-resource") << "a list of many people is nobody's record";
  EXPECT_EQ(Snap(county_)->ReadVersion("Observation", "oa", 1).ok(), true);
  EXPECT_EQ(Snap(county_)->ReadVersion("Observation", "ob", 1).ok(), false);
  EXPECT_EQ(Snap(county_)->Count("Observation").value(), 2u);
  EXPECT_EQ(Snap(county_)->Count("Patient").value(), 1u);
  EXPECT_EQ(Ids(*Snap(county_)->Scan("Observation", "", 10)), (Strings{"Observation/oa", "Observation/own"}));
}

TEST_P(RelationContract, OnlyForWhomItNames) {
  Open();
  EXPECT_EQ(ReadCode("Patient", "a", Somebody(Role::kClinician, {"H2"})), "no-such-resource");
  EXPECT_EQ(ReadCode("Patient", "a", Somebody(Role::kHospitalManager, {"H1"})), "ok");
  EXPECT_EQ(ReadCode("Task", "ta", Somebody(Role::kHospitalIt, {"H1"})), "no-such-resource") << "who runs the machines treats nobody";
  EXPECT_EQ(ReadCode("Patient", "a", Somebody(Role::kViewer, {"H1"})), "not-your-work");
  access::Caller expert = Somebody(Role::kClinician, {});
  expert.practitioner = "p7";
  EXPECT_EQ(ReadCode("Patient", "b", expert), "no-such-resource");
  MustCommit({PutRelation("2", "b", "Practitioner/p7", At(0), At(10))});
  EXPECT_EQ(ReadCode("Patient", "b", expert), "ok") << "one person, of no organisation here";
  EXPECT_EQ(ReadCode("Patient", "a", expert), "no-such-resource");
}

TEST_P(RelationContract, EveryWayOfLooking) {
  Open();
  EXPECT_EQ(Sorted(Ids(Search(county_, "Observation", "").matches)), (Strings{"Observation/oa", "Observation/own"}));
  EXPECT_EQ(Ids(Search(county_, "Observation", "subject=Patient/a").matches), (Strings{"Observation/oa"}));
  EXPECT_EQ(Ids(Search(county_, "Observation", "patient.gender=male").matches), (Strings{"Observation/oa"})) << "b is not seen";
  EXPECT_EQ(Ids(Search(county_, "Patient", "_has:Observation:patient:code=c").matches), (Strings{"Patient/a"}));
  EXPECT_EQ(Ids(Search(county_, "Patient", "name=li").matches), (Strings{"Patient/a"}));
  EXPECT_EQ(Search(county_, "Observation", "_summary=count").total, 2u);
  EXPECT_EQ(Search(county_, "Observation", "code=c&_total=accurate&_count=1").total, 2u);
  EXPECT_EQ(Ids(Search(county_, "Observation", "_id=oa&_include=Observation:performer&_include=Observation:subject").included), (Strings{"Patient/a"}));
  EXPECT_EQ(Ids(Search(county_, "Patient", "_id=a&_revinclude=Observation:subject").included), (Strings{"Observation/oa"}));
  EXPECT_EQ(SearchAll(county_, "Observation", "_count=1").size(), 2u);
  EXPECT_EQ(SearchAll(county_, "Observation", "_count=1&_sort=-_lastUpdated").size(), 2u);
}

TEST_P(RelationContract, HistoryToo) {
  Open();
  MustCommit({PutObservation("oa", "a", "T1", R"(,"note":[{"text":"2"}])")});
  MustCommit({PutObservation("oa", "b", "T1")});    // it was about another patient
  MustCommit({Delete("Observation", "ob"), Delete("Observation", "oa")});
  EXPECT_EQ(ReadCode("Observation", "oa", county_), "no-such-resource") << "a deletion says nothing of whom it was about";
  const auto versions = Snap(county_)->History("Observation", "oa", std::nullopt, 10, "");
  ASSERT_TRUE(versions.ok());
  ASSERT_EQ(versions->total, 2u);
  EXPECT_EQ(versions->versions[0].version, 2u);
  EXPECT_EQ(Snap(county_)->History("Observation", "", std::nullopt, 10, "")->total, 3u) << "and what is its own";
  MustCommit({Put("Patient", "a", Json("Patient", "a", R"("gender":"female")"), "T1")});
  MustCommit({Delete("Patient", "a")});
  EXPECT_EQ(ReadCode("Patient", "a", county_), "deleted");
  EXPECT_EQ(Snap(county_)->History("Patient", "", std::nullopt, 10, "")->total, 3u);
}

TEST_P(RelationContract, ForItsTimeOnly) {
  MustCommit({PutRelation("1", "a", "Organization/H1", At(1), At(3)), PutRelation("2", "b", "Organization/H1", At(2), At(4))});
  const auto seen = [&] { return Snap(county_)->Count("Patient").value(); };
  EXPECT_EQ(seen(), 0u) << "not yet";
  clock_.Set(At(1));
  EXPECT_EQ(seen(), 1u);
  clock_.Set(At(2));
  EXPECT_EQ(seen(), 2u);
  const auto kept = Snap(county_);
  clock_.Set(At(3));
  EXPECT_EQ(seen(), 1u) << "the end itself is outside";
  EXPECT_EQ(kept->Read("Patient", "a").ok(), false) << "a look that was begun before";
  EXPECT_EQ(kept->Read("Patient", "b").ok(), true);
  clock_.Set(At(4));
  EXPECT_EQ(seen(), 0u);
  EXPECT_EQ(Search(county_, "Observation", "").matches.size(), 1u);
}

TEST_P(RelationContract, EndedAndTakenBack) {
  Open();
  const uint64_t t = store_->LastT();
  EXPECT_EQ(ReadCode("Patient", "a", county_), "ok");
  MustCommit({PutRelation("1", "a", "Organization/H1", At(0), At(10), "inactive")});
  EXPECT_EQ(ReadCode("Patient", "a", county_), "no-such-resource");
  EXPECT_EQ(Snap(county_, t)->Read("Patient", "a").ok(), false) << "an earlier state gives no right back";
  Open();
  EXPECT_EQ(ReadCode("Patient", "a", county_), "ok");
  EXPECT_EQ(Snap(county_, 1)->Read("Patient", "a").ok(), true) << "who treats may look at what was before";
  EXPECT_EQ(Snap(county_, 1)->Count("Observation").value(), 2u);
  MustCommit({PutRelation("1", "a", "Organization/H2", At(0), At(10))});
  EXPECT_EQ(ReadCode("Patient", "a", county_), "no-such-resource") << "given to another";
  Open();
  MustCommit({Delete("Consent", "relation-1")});
  EXPECT_EQ(ReadCode("Patient", "a", county_), "no-such-resource");
}

TEST_P(RelationContract, WhatIsNoRelationOpensNothing) {
  const std::string body = PutRelation("1", "a", "Organization/H1", At(0), At(10)).body;
  const auto without = [&](const std::string& from, const std::string& to) {
    std::string text = body;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  for (const std::string& text : {without("\"permit\"", "\"deny\""), without("\"start\"", "\"begin\""), without("\"end\"", "\"stop\""),
                                  without("Patient/a", "Group/a"), without("Organization/H1", "Device/H1")}) {
    MustCommit({Put("Consent", "relation-1", text, "T1")});
    EXPECT_EQ(ReadCode("Patient", "a", county_), "no-such-resource") << text;
  }
  std::string other = without("relation-1", "another");
  MustCommit({Put("Consent", "another", other, "T1")});
  EXPECT_EQ(ReadCode("Patient", "a", county_), "no-such-resource") << "only what the program keeps";
  EXPECT_EQ(TryCommit({Put("Consent", "relation-1", body, "H1")}, county_).error().code, "kept-by-program");
}

TEST_P(RelationContract, OpensNoWriting) {
  Open();
  const auto code = [&](Change change) {
    const auto receipt = TryCommit({std::move(change)}, county_);
    return receipt.ok() ? "ok" : receipt.error().code;
  };
  EXPECT_EQ(code(PutObservation("oa", "a", "H1")), "not-yours");
  EXPECT_EQ(code(Delete("Patient", "a")), "not-yours");
  EXPECT_EQ(code(PutObservation("mine", "a", "H1")), "ok") << "what it finds itself is its own";
}

// Against a plain reference that knows owners, patients and times, and nothing else.
TEST_P(RelationContract, RandomOrganisationsAndRecords) {
  SeededRandom random(20'260'311);
  const Strings organizations = {"H1", "H2", "T1", "T2", "V1"};
  struct Known { std::string owner, patient; };
  struct Given { std::string patient, actor; int64_t start, end; };
  std::map<std::string, Known> known = {{"Patient/a", {"T1", "a"}}, {"Patient/b", {"T1", "b"}}, {"Observation/oa", {"T1", "a"}},
                                        {"Observation/ob", {"T1", "b"}}, {"Observation/own", {"H1", "b"}}};
  std::map<std::string, Given> given;
  int64_t hour = 0;
  const auto some = [&](const Strings& of) { return of[random.NextBelow(of.size())]; };
  for (int round = 0; round < 90; ++round) {
    std::vector<Change> changes;
    for (uint64_t n = 1 + random.NextBelow(6); n > 0; --n) {
      const std::string patient = "p" + std::to_string(random.NextBelow(12)), owner = some(organizations);
      const std::string id = "r" + std::to_string(random.NextBelow(30));
      switch (random.NextBelow(6)) {
        case 0: changes.push_back(Put("Patient", patient, Json("Patient", patient, R"("gender":"male")"), owner)); known["Patient/" + patient] = {owner, patient}; break;
        case 1: changes.push_back(Delete("Observation", id)); known.erase("Observation/" + id); break;
        case 2: changes.push_back(Delete("Consent", "relation-" + id)); given.erase(id); break;
        case 3: {
          const Given one{patient, "Organization/" + owner, hour - 5 + static_cast<int64_t>(random.NextBelow(10)), hour + static_cast<int64_t>(random.NextBelow(20))};
          changes.push_back(PutRelation(id, one.patient, one.actor, At(one.start), At(one.end)));
          given[id] = one;
          break;
        }
        default: changes.push_back(PutObservation(id, patient, owner)); known["Observation/" + id] = {owner, patient};
      }
    }
    MustCommit(std::move(changes));
    if (round % 3 == 0) clock_.Set(At(++hour));
    const std::string organization = some(organizations);
    const access::Caller caller = Somebody(Role::kClinician, {organization});
    std::set<std::string> open;
    for (const auto& [id, one] : given) {
      if (one.actor == "Organization/" + organization && one.start <= hour && hour < one.end) open.insert(one.patient);
    }
    for (const std::string type : {"Patient", "Observation"}) {
      Strings expected;
      for (const auto& [key, one] : known) {
        if (key.starts_with(type) && (one.owner == organization || open.count(one.patient) != 0)) expected.push_back(key);
      }
      expected = Sorted(expected);
      ASSERT_EQ(Sorted(SearchAll(caller, type, "_count=7")), expected) << round;
      ASSERT_EQ(Sorted(SearchAll(caller, type, "_count=5&_sort=_id")), expected) << round;
      ASSERT_EQ(Snap(caller)->Count(type).value(), expected.size());
      ASSERT_EQ(Sorted(Ids(*Snap(caller)->Scan(type, "", 1000))), expected);
      for (const auto& [key, one] : known) {
        if (!key.starts_with(type)) continue;
        const std::string id = key.substr(type.size() + 1);
        const bool seen = std::binary_search(expected.begin(), expected.end(), key);
        ASSERT_EQ(ReadCode(type, id, caller), seen ? "ok" : "no-such-resource") << key << " round " << round;
        if (type == "Observation") ASSERT_EQ(Search(caller, type, "_id=" + id).matches.size(), seen ? 1u : 0u) << key;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, RelationContract,
                         testing::Values(ContractEngine{"Sqlite", OpenSqliteStore}, ContractEngine{"Memory", OpenMemoryStore}),
                         [](const testing::TestParamInfo<ContractEngine>& engine) { return engine.param.name; });

}  // namespace
}  // namespace qianxian::store
