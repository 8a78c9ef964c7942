// One patient of a village and the pack of the tests of pathways, on the memory store (the slow judge) with a clock that moves.
// For tests of flow/ only; one thread drives it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/text.h"
#include "fhir/definitions.h"
#include "flow/flow.h"
#include "flow/records.h"
#include "search/parameters.h"
#include "search/query.h"

namespace qianxian::flow::testing {

inline constexpr int64_t kDay = 86'400'000'000;

inline const search::Parameters& Parameters() {
  static const auto made = search::Parameters::Create(fhir::Definitions::R4()).value();
  return *made;
}

inline const std::string& PackFolder() {
  static const std::string folder = std::string(QIANXIAN_SOURCE_DIR) + "/src/flow/testing/pack";
  return folder;
}

inline pack::Pack TestPack() {
  std::map<std::string, std::string> files;
  const std::vector<std::string> paths = ListFiles(PackFolder()).value();
  for (const std::string& path : paths) files[path.substr(PackFolder().size() + 1)] = ReadFile(path).value();
  return pack::MergePacks({pack::ParsePack(files).value()}).value();
}

class World : public ::testing::Test {
 protected:
  World() : pack_(TestPack()), clock_({1'772'413'200'000'000}) {     // 2026-03-02 09:00 in China
    store::OpenOptions open;
    open.parameters = &Parameters(), open.clock = &clock_, open.random = &random_;
    store_ = store::OpenMemoryStore(open).value();
    Restart();
    Put("Organization", "T1", R"({"resourceType":"Organization","id":"T1","type":[{"coding":[{"code":"township"}]}]})", "T1");
    Put("Organization", "V1", R"({"resourceType":"Organization","id":"V1","type":[{"coding":[{"code":"village"}]}],"partOf":{"reference":"Organization/T1"}})", "V1");
    Put("Patient", "p", Patient(""), "V1");
  }

  static std::string Patient(const std::string& more) { return R"({"resourceType":"Patient","id":"p","birthDate":"1960-05-01","gender":"male")" + more + "}"; }
  void Restart() { flow_ = MakeFlow({store_.get(), &Parameters(), &fhir::Definitions::R4(), &pack_, &clock_}); }
  static access::Caller Program() { return access::SystemCaller("test"); }
  static access::Caller Doctor() {
    access::Caller caller;
    caller.user = "doctor", caller.role = access::Role::kClinician, caller.organizations = {"V1"};
    return caller;
  }

  void Put(const std::string& type, const std::string& id, const std::string& body, const std::string& owner) {
    store::CommitRequest request;
    request.reason = "test";
    request.changes.push_back({.type = type, .id = id, .body = body, .owner = owner});
    const auto receipt = store_->Commit(Program(), std::move(request));
    ASSERT_TRUE(receipt.ok()) << qianxian::Describe(receipt.error());
  }
  void PutCondition(const std::string& id, const std::string& code) {
    Put("Condition", id, R"({"resourceType":"Condition","subject":{"reference":"Patient/p"},"code":{"coding":[{"code":")" + code + "\"}]}}", "V1");
  }
  uint64_t Tick() {
    const auto written = flow_->Tick();
    EXPECT_TRUE(written.ok()) << qianxian::Describe(written.error());
    return written.value_or(0);
  }
  void Days(int days) { clock_.Advance(days * kDay); }

  std::vector<std::pair<Step, uint64_t>> Steps(const std::string& status = "") {
    auto snapshot = store_->OpenSnapshot(Program()).value();
    search::Query query = search::Query::Parse(Parameters(), "Task", {{"patient", "Patient/p"}}, {}).value();
    query.count = 1000;
    std::vector<std::pair<Step, uint64_t>> out;
    const auto page = snapshot->Search(query);
    for (const store::Resource& one : page->matches) {
      const auto document = json::Document::Parse(one.body).value();
      Step step = StepOfFhir(document.root());
      if (!step.pathway.empty() && (status.empty() || step.status == status)) out.emplace_back(std::move(step), one.version);
    }
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return std::tie(a.first.step, a.first.occurrence) < std::tie(b.first.step, b.first.occurrence); });
    return out;
  }
  Enrolment EnrolmentOf(const std::string& pathway, int64_t number = 1) {
    const auto read = store_->OpenSnapshot(Program()).value()->Read("EpisodeOfCare", EnrolmentId(pathway, "p", number));
    return read.ok() ? EnrolmentFromFhir(json::Document::Parse(read->body)->root()) : Enrolment{};
  }
  std::string Enrol() {
    PutCondition("c", "I10.x00");
    Tick();
    const auto id = flow_->Enrol(Doctor(), {"p", "pressure", "V1"});
    EXPECT_TRUE(id.ok()) << qianxian::Describe(id.error());
    return id.value_or("");
  }
  VisitRequest Pressure(const std::string& key, int systolic, int diastolic = 85) {
    VisitRequest visit;
    visit.key = key, visit.patient = "p", visit.method = "clinic";
    for (const auto& [step, version] : Steps("ready"))
      if (step.step == "follow-up") visit.tasks = {{step.id, version}};
    visit.forms = {{"pressure-visit", {{"systolic", {std::to_string(systolic)}}, {"diastolic", {std::to_string(diastolic)}}}}};
    return visit;
  }
  // What is open, in a form that two runs can be compared by.
  std::string Open() {
    std::string out;
    for (const auto& [step, version] : Steps("ready")) out += step.step + "@" + step.due + "/" + step.escalated_to + " ";
    return out;
  }

  pack::Pack pack_;
  FakeClock clock_;
  SeededRandom random_{7};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Flow> flow_;
};

}  // namespace qianxian::flow::testing
