// A caller with a granted scope: its letters decide about each way to the rows, about what is written, and about what a care
// relation opens.
#include "store/contract/contract.h"
#include "store/relation.h"

namespace qianxian::store {
namespace {

access::Caller Narrowed(access::Caller caller, const std::string& words) {
  caller.scope = *access::ParseGrantedScope(words);
  return caller;
}

template <typename T>
std::string CodeOf(const Result<T>& result) {
  return result.ok() ? "ok" : result.error().code;
}

TEST_P(StoreContract, AScopeTellsReadingFromSearching) {
  MustCommit({Put("Patient", "p", Json("Patient", "p"), "H1"), Put("Observation", "o", Json("Observation", "o", R"("status":"final","subject":{"reference":"Patient/p"})"), "H1")});
  const access::Caller doctor = Somebody(access::Role::kClinician, {"H1"});
  const access::Caller reads = Narrowed(doctor, "user/Observation.r"), searches = Narrowed(doctor, "user/Observation.s");
  EXPECT_EQ(ReadCode("Observation", "o", reads), "ok");
  EXPECT_EQ(ReadCode("Observation", "o", searches), "not-in-scope");
  EXPECT_EQ(ReadCode("Patient", "p", reads), "not-in-scope");
  EXPECT_EQ(CodeOf(Snap(reads)->ReadVersion("Observation", "o", 1)), "ok");
  EXPECT_EQ(CodeOf(Snap(searches)->ReadVersion("Observation", "o", 1)), "not-in-scope");
  EXPECT_EQ(CodeOf(Snap(reads)->History("Observation", "o", std::nullopt, 10, "")), "ok");
  EXPECT_EQ(CodeOf(Snap(searches)->History("Observation", "o", std::nullopt, 10, "")), "not-in-scope");
  EXPECT_EQ(CodeOf(Snap(reads)->History("Observation", "", std::nullopt, 10, "")), "not-in-scope");
  EXPECT_EQ(Snap(searches)->History("Observation", "", std::nullopt, 10, "")->total, 1u);
  EXPECT_EQ(Snap(searches)->History("", "", std::nullopt, 10, "")->total, 1u);
  EXPECT_EQ(Snap(reads)->History("", "", std::nullopt, 10, "")->total, 0u);
  EXPECT_EQ(CodeOf(Snap(reads)->Scan("Observation", "", 10)), "not-in-scope");
  EXPECT_EQ(Snap(searches)->Scan("Observation", "", 10)->size(), 1u);
  EXPECT_EQ(CodeOf(Snap(reads)->Count("Observation")), "not-in-scope");
  EXPECT_EQ(SearchAll(searches, "Observation", ""), std::vector<std::string>{"Observation/o"});
}

TEST_P(StoreContract, AScopeHoldsForChainsAndIncludes) {
  MustCommit({Put("Patient", "p", Json("Patient", "p", R"("gender":"female")"), "H1"),
              Put("Observation", "o", Json("Observation", "o", R"("status":"final","subject":{"reference":"Patient/p"})"), "H1")});
  const access::Caller doctor = Somebody(access::Role::kClinician, {"H1"});
  const access::Caller observations = Narrowed(doctor, "user/Observation.rs"), patients = Narrowed(doctor, "user/Patient.rs"), all = Narrowed(doctor, "user/*.rs");
  EXPECT_EQ(SearchAll(all, "Observation", "subject:Patient.gender=female").size(), 1u);
  EXPECT_TRUE(SearchAll(observations, "Observation", "subject:Patient.gender=female").empty());
  EXPECT_EQ(SearchAll(all, "Patient", "_has:Observation:subject:status=final").size(), 1u);
  EXPECT_TRUE(SearchAll(patients, "Patient", "_has:Observation:subject:status=final").empty());
  EXPECT_EQ(Search(all, "Observation", "_include=Observation:subject").included.size(), 1u);
  EXPECT_TRUE(Search(observations, "Observation", "_include=Observation:subject").included.empty());
  EXPECT_TRUE(Search(patients, "Patient", "_revinclude=Observation:subject").included.empty());
}

TEST_P(StoreContract, AScopeTellsCreatingUpdatingAndDeletingApart) {
  MustCommit({Put("Observation", "old", Json("Observation", "old"), "H1"), Put("Observation", "gone", Json("Observation", "gone"), "H1")});
  MustCommit({Delete("Observation", "gone")});
  const access::Caller doctor = Somebody(access::Role::kClinician, {"H1"});
  const auto code = [&](const std::string& words, Change change) { return CodeOf(TryCommit({std::move(change)}, Narrowed(doctor, words))); };
  for (const char* without : {"user/Observation.ruds", "user/Patient.cruds"}) {
    EXPECT_EQ(code(without, Put("Observation", "new", Json("Observation", "new"), "H1")), "not-in-scope");
    EXPECT_EQ(code(without, Put("Observation", "gone", Json("Observation", "gone"), "H1")), "not-in-scope") << "what was deleted is made again";
  }
  for (const char* without : {"user/Observation.crds", "user/Patient.cruds"}) EXPECT_EQ(code(without, Put("Observation", "old", Json("Observation", "old", R"("status":"final")"), "H1")), "not-in-scope");
  for (const char* without : {"user/Observation.crus", "user/Patient.cruds"}) {
    EXPECT_EQ(code(without, Delete("Observation", "old")), "not-in-scope");
    EXPECT_EQ(code(without, Delete("Observation", "never")), "not-in-scope");
  }
  EXPECT_EQ(code("user/Observation.c", Put("Observation", "new", Json("Observation", "new"), "H1")), "ok");
  EXPECT_EQ(code("user/Observation.u", Put("Observation", "old", Json("Observation", "old", R"("status":"final")"), "H1")), "ok");
  EXPECT_EQ(code("user/Observation.d", Delete("Observation", "old")), "ok");
  EXPECT_EQ(code("user/*.cruds", Put("Subscription", "s", Json("Subscription", "s"), "H1")), "not-in-scope");
  EXPECT_EQ(code("user/*.cruds", Put("QianxianClient", "c", Json("QianxianClient", "c"), "")), "not-your-work");
}

TEST_P(StoreContract, ATypeWhoseFirstWriteWasRefusedIsFoundLater) {
  MustCommit({Put("Patient", "p", Json("Patient", "p"), "H1")});   // the organisation is known already
  const access::Caller doctor = Somebody(access::Role::kClinician, {"H1"});
  EXPECT_EQ(CodeOf(TryCommit({Put("Goal", "g", Json("Goal", "g"), "H1")}, Narrowed(doctor, "user/Patient.rs"))), "not-in-scope");
  MustCommit({Put("Goal", "g", Json("Goal", "g"), "H1")});
  EXPECT_EQ(ReadCode("Goal", "g", doctor), "ok");
  EXPECT_EQ(SearchAll(doctor, "Goal", ""), std::vector<std::string>{"Goal/g"});
}

TEST_P(StoreContract, ACareRelationOpensNoMoreThanTheScope) {
  const std::string relation = Json(std::string(kRelationType), std::string(kRelationPrefix) + "1",
                                    R"("status":"active","patient":{"reference":"Patient/p"},"provision":{"type":"permit","period":{"start":"2020-01-01","end":"2099-01-01"},"actor":[{"role":{"text":"x"},"reference":{"reference":"Organization/H1"}}]})");
  MustCommit({Put("Patient", "p", Json("Patient", "p"), "H2"), Put("Observation", "o", Json("Observation", "o", R"("status":"final","subject":{"reference":"Patient/p"})"), "H2"),
              Put(std::string(kRelationType), std::string(kRelationPrefix) + "1", relation, "H2")});
  const access::Caller doctor = Somebody(access::Role::kClinician, {"H1"});
  ASSERT_EQ(ReadCode("Patient", "p", doctor), "ok") << "the relation opens it";
  const access::Caller narrow = Narrowed(doctor, "user/Observation.rs");
  EXPECT_EQ(ReadCode("Observation", "o", narrow), "ok");
  EXPECT_EQ(ReadCode("Patient", "p", narrow), "not-in-scope");
  EXPECT_EQ(SearchAll(narrow, "Observation", ""), std::vector<std::string>{"Observation/o"});
  EXPECT_EQ(Snap(narrow)->History("", "", std::nullopt, 10, "")->total, 1u);
}

}  // namespace
}  // namespace qianxian::store
