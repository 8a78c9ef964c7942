// Nobody sees what is not theirs: random owners and callers, every way of looking.
#include <map>
#include <set>

#include "store/contract/contract.h"

namespace qianxian::store {
namespace {

using access::Role;

TEST_P(StoreContract, OthersRecordsAreNotThere) {
  MustCommit({Put("Patient", "a", Json("Patient", "a"), "H1"), Put("Patient", "b", Json("Patient", "b"), "H2"),
              Put("Organization", "o", Json("Organization", "o"), "")});
  const access::Caller one = Somebody(Role::kClinician, {"H1"});
  EXPECT_EQ(ReadCode("Patient", "a", one), "ok");
  EXPECT_EQ(ReadCode("Patient", "b", one), "no-such-resource");
  EXPECT_EQ(ReadCode("Organization", "o", one), "ok") << "the directory is everybody's";
  EXPECT_EQ(ReadCode("Patient", "a", Somebody(Role::kClinician, {})), "no-such-resource");
  EXPECT_EQ(ReadCode("Patient", "a", Somebody(Role::kViewer, {"H1"})), "not-your-work");
  EXPECT_EQ(Snap(one)->Count("Patient").value(), 1u);
}

TEST_P(StoreContract, SaysWhoTurnedToAPerson) {
  MustCommit({Put("Patient", "a", Json("Patient", "a"), "H1"), Put("Patient", "b", Json("Patient", "b"), "H1")});
  access::Caller doctor = Somebody(Role::kClinician, {"H1"}), nurse = doctor, stranger = Somebody(Role::kClinician, {"H2"});
  doctor.user = "doctor", nurse.user = "nurse", stranger.user = "stranger";
  constexpr int64_t kHour = 3600LL * 1'000'000;
  const Instant noon{1'760'068'800'000'000};                  // 2025-10-10 12:00 in China
  clock_.Set(noon);
  EXPECT_TRUE(Snap(doctor)->OpenPatient("a").ok());
  clock_.Advance(11 * kHour);                                 // 23:00: still that day
  EXPECT_TRUE(Snap(doctor)->OpenPatient("a").ok());
  EXPECT_TRUE(Snap(nurse)->OpenPatient("b").ok());
  clock_.Advance(2 * kHour);                                  // 01:00: the next
  EXPECT_TRUE(Snap(nurse)->OpenPatient("a").ok());
  clock_.Advance(kHour);
  EXPECT_TRUE(Snap(doctor)->OpenPatient("a").ok());
  EXPECT_TRUE(Snap(doctor)->Read("Patient", "a").ok()) << "a name in a list";
  EXPECT_EQ(Snap(stranger)->OpenPatient("a").error().code, "no-such-resource");
  EXPECT_TRUE(Snap(system_)->OpenPatient("a").ok());
  MustCommit({Put("Patient", "c", Json("Patient", "c"), "H1")});   // what is noted goes with the next commit
  const auto openings = [&](size_t count) {
    const auto found = Snap(nurse)->OpeningsOfPatient("a", count);
    std::string text;
    if (found.ok()) {
      for (const PatientOpening& one : *found)
        text += one.user + "+" + std::to_string((one.at.microseconds - noon.microseconds) / kHour) + "h ";
    }
    return text;
  };
  EXPECT_EQ(openings(10), "doctor+14h nurse+13h doctor+11h ");
  EXPECT_EQ(openings(2), "doctor+14h nurse+13h ");
  EXPECT_TRUE(Snap(nurse)->OpeningsOfPatient("c", 10)->empty());
  EXPECT_EQ(Snap(stranger)->OpeningsOfPatient("a", 10).error().code, "no-such-resource");
  EXPECT_EQ(Snap(nurse)->OpeningsOfPatient("nobody", 10).error().code, "no-such-resource");
}

TEST_P(StoreContract, OthersRecordsAreNotWritten) {
  MustCommit({Put("Patient", "b", Json("Patient", "b"), "H2")});
  const access::Caller one = Somebody(Role::kClinician, {"H1"});
  const auto code = [&](Change change) {
    const auto receipt = TryCommit({change}, one);
    return receipt.ok() ? "ok" : receipt.error().code;
  };
  EXPECT_EQ(code(Put("Patient", "n", Json("Patient", "n"), "H1")), "ok");
  EXPECT_EQ(code(Put("Patient", "m", Json("Patient", "m"), "H2")), "not-yours") << "into another's house";
  EXPECT_EQ(code(Put("Patient", "b", Json("Patient", "b"), "H1")), "not-yours") << "out of another's house";
  EXPECT_EQ(code(Put("Patient", "n", Json("Patient", "n"), "H2")), "not-yours") << "given away";
  EXPECT_EQ(code(Put("Patient", "n", Json("Patient", "n"), "")), "not-yours") << "to the county";
  EXPECT_EQ(code(Delete("Patient", "b")), "not-yours");
  EXPECT_EQ(code(Put("Organization", "o", Json("Organization", "o"), "H1")), "not-your-work");
  Change kept = Put("Patient", "n", Json("Patient", "n", R"("active":true)"), "H2");
  kept.keep_owner = true;
  EXPECT_EQ(code(kept), "ok") << "the owner that is named does not count";
  EXPECT_EQ(Snap()->Read("Patient", "n")->owner, "H1");
}

TEST_P(StoreContract, ImportsAreAWorkOfTheirOwn) {
  const access::Caller it = Somebody(Role::kHospitalIt, {"H1"});
  EXPECT_FALSE(store_->Commit(it, {{Put("Patient", "a", Json("Patient", "a"), "H1")}, "api"}).ok());
  EXPECT_TRUE(store_->Commit(it, {{Put("Patient", "a", Json("Patient", "a"), "H1")}, "import:fhir"}).ok());
  EXPECT_FALSE(store_->Commit(it, {{Put("Patient", "b", Json("Patient", "b"), "H2")}, "import:fhir"}).ok());
}

TEST_P(StoreContract, InternalTypesAreTheProgramsOwn) {
  MustCommit({Put("QianxianAccount", "u", R"({"resourceType":"QianxianAccount","name":"u"})")});
  EXPECT_EQ(ReadCode("QianxianAccount", "u", system_), "ok");
  access::Caller admin = Somebody(Role::kAdministrator, {});
  admin.whole_county = true;
  EXPECT_EQ(ReadCode("QianxianAccount", "u", admin), "no-such-resource");
  EXPECT_EQ(Snap(admin)->ReadVersion("QianxianAccount", "u", 1).error().code, "no-such-resource");
  EXPECT_FALSE(TryCommit({Put("QianxianAccount", "v", R"({"resourceType":"QianxianAccount"})")}, admin).ok());
  EXPECT_FALSE(TryCommit({Delete("QianxianAccount", "u")}, admin).ok());
  EXPECT_EQ(Snap(admin)->History("", "", std::nullopt, 10, "")->total, 0u);
  EXPECT_EQ(Snap(admin)->Count("QianxianAccount").value(), 0u);
  EXPECT_TRUE(Snap(admin)->Scan("QianxianAccount", "", 10)->empty());
}

TEST_P(StoreContract, WhatTheProgramKeepsIsNotEdited) {
  const std::string batch = Json("DocumentReference", "ledger-settlement-000001");
  MustCommit({Put("DocumentReference", "ledger-settlement-000001", batch)});
  access::Caller admin = Somebody(Role::kAdministrator, {});
  admin.whole_county = true;
  EXPECT_EQ(ReadCode("DocumentReference", "ledger-settlement-000001", admin), "ok");
  for (const Change& change : {Put("DocumentReference", "ledger-settlement-000001", batch), Delete("DocumentReference", "ledger-settlement-000001")}) {
    const auto receipt = TryCommit({change}, admin);
    ASSERT_FALSE(receipt.ok());
    EXPECT_EQ(receipt.error().code, "kept-by-program");
  }
}

TEST_P(StoreContract, NoWayOfLookingLeaks) {
  const uint64_t seed = 20'250'701;
  SeededRandom random(seed);
  const std::vector<std::string> owners = {"", "H1", "H2", "T1", "T2"};
  const std::vector<std::string> types = {"Patient", "Encounter", "Observation", "Organization"};
  std::map<std::string, std::string> owner_of;   // "Type/id" of what is there
  for (int round = 0; round < 120; ++round) {
    std::vector<Change> changes;
    for (uint64_t n = 1 + random.NextBelow(4); n > 0; --n) {
      const std::string type = types[random.NextBelow(types.size())];
      const std::string id = type.substr(0, 1) + std::to_string(random.NextBelow(25));
      if (random.NextBelow(8) == 0) {
        changes.push_back(Delete(type, id));
        owner_of.erase(type + "/" + id);
        continue;
      }
      const std::string patient = "{\"reference\":\"Patient/P" + std::to_string(random.NextBelow(25)) + "\"}";
      const std::string encounter = "{\"reference\":\"Encounter/E" + std::to_string(random.NextBelow(25)) + "\"}";
      std::string members = type == "Patient" ? R"("gender":"male","name":[{"family":"Li"}])" : "";
      if (type == "Encounter") members = "\"subject\":" + patient;
      if (type == "Observation") {
        members = "\"status\":\"final\",\"code\":{\"coding\":[{\"code\":\"c\"}]},\"subject\":" + patient +
                  ",\"encounter\":" + encounter;
      }
      const std::string owner = owners[random.NextBelow(owners.size())];
      changes.push_back(Put(type, id, Json(type, id, members), owner));
      owner_of[type + "/" + id] = owner;
    }
    MustCommit(std::move(changes));
  }

  for (int trial = 0; trial < 40; ++trial) {
    constexpr Role kRoles[] = {Role::kClinician, Role::kHospitalManager, Role::kHospitalIt, Role::kInsurance,
                               Role::kViewer, Role::kDirector};
    access::Caller caller = Somebody(kRoles[random.NextBelow(6)], {});
    for (const std::string& owner : owners) {
      if (!owner.empty() && random.NextBelow(2) == 0) caller.organizations.push_back(owner);
    }
    caller.whole_county = random.NextBelow(5) == 0;
    const auto may = [&](const std::string& type, const std::string& owner) {
      return access::Decide(caller, access::Verb::kRead, type, owner).ok();
    };
    const auto check = [&](const std::vector<Resource>& resources, const char* how) {
      for (const Resource& resource : resources) {
        EXPECT_TRUE(may(resource.type, resource.owner))
            << how << " seed " << seed << " trial " << trial << " shows " << resource.type << "/" << resource.id
            << " of " << resource.owner << " to " << Name(caller.role);
      }
    };
    std::set<std::string> visible;
    for (const auto& [key, owner] : owner_of) {
      const std::string type = key.substr(0, key.find('/'));
      const auto read = Snap(caller)->Read(type, key.substr(key.find('/') + 1));
      EXPECT_EQ(read.ok(), may(type, owner)) << key;
      if (read.ok()) visible.insert(key);
    }
    check(Snap(caller)->History("", "", std::nullopt, 1000, "")->versions, "system history");
    for (const std::string& type : types) {
      const auto history = Snap(caller)->History(type, "", std::nullopt, 1000, "");
      if (history.ok()) {
        check(history->versions, "history");
        EXPECT_EQ(history->total, history->versions.size());
      }
      const auto scan = Snap(caller)->Scan(type, "", 1000);
      const auto count = Snap(caller)->Count(type);
      if (!scan.ok()) {
        EXPECT_EQ(scan.error().code, "not-your-work");
        EXPECT_FALSE(count.ok());
        continue;
      }
      check(*scan, "scan");
      EXPECT_EQ(count.value(), scan->size());
      for (const char* text : {"_count=1000&_total=accurate", "_count=1000&_total=accurate&_id:not=nobody",
                               "_count=1000&_total=accurate&_sort=-_lastUpdated"}) {
        const SearchPage page = Search(caller, type, text);
        check(page.matches, text);
        EXPECT_EQ(page.total, scan->size()) << text;
        EXPECT_EQ(page.matches.size(), scan->size()) << text;
      }
    }
    if (!may("Observation", owners[1]) && Snap(caller)->Count("Observation").ok() == false) continue;
    // A sub-select must not tell what its answer may not show.
    for (const Resource& observation : Search(caller, "Observation", "patient.gender=male&_count=1000").matches) {
      const size_t at = observation.body.find("\"Patient/") + 1;
      EXPECT_EQ(visible.count(observation.body.substr(at, observation.body.find('"', at) - at)), 1u);
    }
    const SearchPage has = Search(caller, "Patient", "_has:Observation:patient:code=c&_count=1000");
    check(has.matches, "_has");
    const SearchPage with = Search(caller, "Observation",
                                   "_count=1000&_include=Observation:patient&_include:iterate=Encounter:patient"
                                   "&_include=Observation:encounter");
    check(with.matches, "matches");
    check(with.included, "_include");
    check(Search(caller, "Patient", "_count=1000&_revinclude=Observation:patient&_revinclude=Encounter:patient").included,
          "_revinclude");
  }
}

}  // namespace
}  // namespace qianxian::store
