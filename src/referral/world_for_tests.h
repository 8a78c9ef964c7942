// A county in memory for the tests of this folder: two hospitals, a township, a village, a patient of the village with one result.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fhir/definitions.h"
#include "json/writer.h"
#include "pack/referral_rules.h"
#include "referral/inbox.h"

namespace qianxian::referral::testing {

inline constexpr int64_t kMinute = 60'000'000;
inline const std::string kSlot = "2023-11-16T01:00:00Z";

inline const search::Parameters& R4() {
  static const auto parameters = search::Parameters::Create(fhir::Definitions::R4()).value();
  return *parameters;
}

inline access::Caller At(const std::string& organization, access::Role role = access::Role::kClinician) {
  access::Caller caller;
  caller.user = "doctor-" + organization;
  caller.role = role;
  caller.organizations = {organization};
  return caller;
}

inline void PutInto(store::Store& store, const std::string& type, const std::string& id, const std::string& body, const std::string& owner) {
  store::Change change;
  change.type = type, change.id = id, change.body = body, change.owner = owner;
  ASSERT_TRUE(store.Commit(access::SystemCaller("test"), {{change}, "test"}).ok());
}

inline const std::map<std::string, std::string> kFiles = {
    {"referral/general.yaml", R"(id: general
name: {zh: 通用, en: General}
sources: [{title: {zh: 测试, en: Test}, mark: K}]
up:
  - {id: unclear, urgency: routine, text: {zh: 不明, en: Unclear}, mark: K}
  - {id: danger, urgency: emergency, skip_levels: true, text: {zh: 危, en: Danger}, mark: K}
down:
  - {id: stable, text: {zh: 稳定, en: Stable}, mark: K}
)"},
    {"referral-settings.yaml", R"(urgencies:
  - {id: emergency, name: {zh: 急, en: Emergency}, answer_minutes: 30, escalate_minutes: [10, 30], expire_minutes: 60, skip_levels: true, mark: K}
  - {id: routine, name: {zh: 普通, en: Routine}, answer_minutes: 100, escalate_minutes: [100], expire_minutes: 300, mark: K}
review_levels: [township]
relation_days_open: 10
relation_days_after: 2
decline: [{id: no-bed, text: {zh: 无床, en: No bed}}]
withdraw: [{id: improved, text: {zh: 好转, en: Improved}}]
not_taken_over: [{id: moved-away, text: {zh: 迁出, en: Moved}}]
states: [{id: sent, text: {zh: 待接收, en: Sent}}]
patient_states: [{id: sent, text: {zh: 联系中, en: Asked}}]
consultation: [{id: invite, text: {zh: 请会诊, en: Asked}}]
sources: [{title: {zh: 测试, en: Test}, mark: K}]
)"}};

class World : public ::testing::Test {
 protected:
  void SetUp() override {
    store::OpenOptions options;
    options.parameters = &R4();
    options.clock = &clock_;
    store_ = store::OpenMemoryStore(options).value();
    rules_ = pack::ParseReferralFiles(kFiles).value();
    Organization("H1", "county-general", "");
    Organization("H2", "county-tcm", "");
    Organization("T1", "township", "H1");
    Organization("V1", "village", "T1");
    Put("Patient", "p", R"({"resourceType":"Patient","id":"p","name":[{"text":"张三"}]})", "V1");
    Put("Observation", "o", R"({"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p"}})", "V1");
  }
  void Put(const std::string& type, const std::string& id, const std::string& body, const std::string& owner) { PutInto(*store_, type, id, body, owner); }
  void Organization(const std::string& code, const std::string& kind, const std::string& parent) {
    json::Writer w;
    w.BeginObject().Member("resourceType", "Organization").Member("id", code).Member("name", "机构" + code);
    w.Name("type").BeginArray().BeginObject().Name("coding").BeginArray().BeginObject().Member("code", kind).EndObject().EndArray().EndObject().EndArray();
    if (!parent.empty()) w.Name("partOf").BeginObject().Member("reference", "Organization/" + parent).EndObject();
    w.EndObject();
    Put("Organization", code, w.Take(), code);
  }
  std::vector<std::string> Unread(const std::string& organization) {
    std::vector<std::string> kinds;
    const InboxPage page = Inbox(*store_, R4(), clock_).List(At(organization), false, 100).value();
    for (const InboxEntry& one : page.notices) kinds.push_back(one.kind);
    return kinds;
  }
  bool Sees(const std::string& organization) { return store_->OpenSnapshot(At(organization)).value()->Read("Observation", "o").ok(); }

  FakeClock clock_;
  std::unique_ptr<store::Store> store_;
  pack::ReferralRules rules_;
};

}  // namespace qianxian::referral::testing
