// A record in memory, a clock that the test moves, endpoints that the test plays, accounts that it sets. One thread.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/text.h"
#include "fhir/definitions.h"
#include "json/writer.h"
#include "subscribe/service.h"

namespace qianxian::subscribe {

inline const search::Parameters& TestParameters() {
  static const auto parameters = search::Parameters::Create(fhir::Definitions::R4());
  return **parameters;
}

// Passes on, and refuses to commit when told to.
class FaultyStore final : public store::Store {
 public:
  explicit FaultyStore(std::unique_ptr<store::Store> inner) : inner_(std::move(inner)) {}
  Result<store::CommitReceipt> Commit(const access::Caller& caller, store::CommitRequest request) override {
    if (fail_next > 0 && StartsWith(request.reason, "subscription:")) {
      --fail_next;
      return Unavailable("disk-full", "no room", "磁盘已满");
    }
    return inner_->Commit(caller, std::move(request));
  }
  Result<std::unique_ptr<store::Snapshot>> OpenSnapshot(const access::Caller& caller, std::optional<uint64_t> t) override {
    return inner_->OpenSnapshot(caller, t);
  }
  Result<std::vector<store::FeedEntry>> ReadFeed(const access::Caller& caller, uint64_t after, size_t maximum) override {
    return inner_->ReadFeed(caller, after, maximum);
  }
  uint64_t LastT() override { return inner_->LastT(); }
  std::shared_ptr<void> Subscribe(std::function<void(uint64_t)> listener) override { return inner_->Subscribe(std::move(listener)); }
  Result<store::CheckReport> Check(const access::Caller& caller) override { return inner_->Check(caller); }
  Status RebuildIndex(const access::Caller& caller, std::function<void(uint64_t, uint64_t)> progress) override {
    return inner_->RebuildIndex(caller, std::move(progress));
  }
  int fail_next = 0;

 private:
  std::unique_ptr<store::Store> inner_;
};

struct Sent {
  std::string subscription;
  json::Document bundle;
};

class TestWorld {
 public:
  TestWorld() {
    auto opened = store::OpenMemoryStore({"", &TestParameters(), &clock, &random});
    store = std::make_unique<FaultyStore>(std::move(*opened));
    access::Caller li;
    li.user = "li";
    li.role = access::Role::kDirector;
    li.whole_county = true;
    access::Caller wang = li;
    wang.user = "wang";
    wang.role = access::Role::kClinician;
    wang.whole_county = false;
    wang.organizations = {"H1"};
    accounts = {{"li", li}, {"wang", wang}};
    Start();
  }

  // Also after a crash: whatever was only in memory is gone.
  void Start() {
    service.reset();
    Options options;
    options.store = store.get();
    options.parameters = &TestParameters();
    options.definitions = &fhir::Definitions::R4();
    options.clock = &clock;
    options.random = &random;
    options.endpoints = {"hook.example:8080"};
    options.caller_of = [this](const std::string& user) -> Result<access::Caller> {
      auto found = accounts.find(user);
      if (found == accounts.end()) return NotFound("no-such-user", "no such user", "没有该用户");
      return found->second;
    };
    options.send = [this](const Subscription& subscription, const std::string& body) -> Status {
      ++attempts;
      if (deaf.count(subscription.id)) return Unavailable("connect", "nobody listens", "无法连接");
      sent.push_back({subscription.id, std::move(*json::Document::Parse(body))});
      return Ok();
    };
    auto opened = Subscriptions::Open(options);
    EXPECT_TRUE(opened.ok()) << Describe(opened.ok() ? Error{} : opened.error());
    service = std::move(*opened);
  }

  uint64_t Put(const std::string& type, const std::string& id, const std::string& body, const std::string& owner = "H1") {
    store::Change change;
    change.type = type;
    change.id = id;
    change.body = body;
    change.owner = owner;
    store::CommitRequest request;
    request.changes.push_back(std::move(change));
    request.reason = "test";
    auto done = store->Commit(access::SystemCaller("test"), std::move(request));
    EXPECT_TRUE(done.ok()) << Describe(done.ok() ? Error{} : done.error());
    return done.ok() ? done->changes[0].version : 0;
  }
  void PutEncounter(const std::string& id, const std::string& status, const std::string& owner = "H1") {
    Put("Encounter", id, R"({"resourceType":"Encounter","id":")" + id + R"(","status":")" + status +
                             R"(","class":{"code":"IMP"},"subject":{"reference":"Patient/p1"}})", owner);
  }
  void Delete(const std::string& type, const std::string& id) {
    store::Change change;
    change.kind = store::Change::Kind::kDelete;
    change.type = type;
    change.id = id;
    store::CommitRequest request;
    request.changes.push_back(std::move(change));
    request.reason = "test";
    ASSERT_TRUE(store->Commit(access::SystemCaller("test"), std::move(request)).ok());
  }

  static std::string Text(const std::string& id, const std::string& topic, const std::string& channel, const std::string& filter = {},
                          const std::string& status = "requested") {
    std::string filters = filter.empty() ? "" : R"(,"_criteria":{"extension":[{"url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-filter-criteria","valueString":)" + json::Quote(filter) + "}]}";
    return R"({"resourceType":"Subscription","id":")" + id + R"(","status":")" + status + R"(","reason":"test","criteria":")" + topic + "\"" +
           filters + R"(,"channel":)" + channel + "}";
  }
  static std::string Hook(const std::string& content = "id-only", const std::string& more = {}) {
    return R"({"type":"rest-hook","endpoint":"http://127.0.0.1:9/hook","payload":"application/fhir+json","_payload":{"extension":[{"url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-payload-content","valueCode":")" +
           content + "\"}]}" + more + "}";
  }

  Status Check(const std::string& text) {
    auto document = json::Document::Parse(text);
    return service->Check(document->root());
  }
  // As the API does it: checked, written, claimed.
  void Subscribe(const std::string& user, const std::string& id, const std::string& text) {
    Status checked = Check(text);
    ASSERT_TRUE(checked.ok()) << Describe(checked.error());
    uint64_t version = Put("Subscription", id, text);
    Status claimed = service->Claim(accounts.at(user), "http://test/fhir", id, version);
    ASSERT_TRUE(claimed.ok()) << Describe(claimed.error());
  }
  void Work() {
    for (int round = 0; round < 1000; ++round) {
      Result<bool> more = service->Follow();
      bool delivered = service->DeliverOne();
      if (!delivered && more.ok() && !*more) return;
    }
    FAIL() << "the work does not end";
  }
  std::string StatusOf(const std::string& id) {
    auto snapshot = store->OpenSnapshot(access::SystemCaller("test"), std::nullopt);
    auto found = (*snapshot)->Read("Subscription", id);
    if (!found.ok()) return found.error().code;
    auto document = json::Document::Parse(found->body);
    return std::string(document->root().FindString("status"));
  }
  // The events of what was sent to it: "1:Encounter/e1", "2:" (not to be seen).
  std::vector<std::string> Seen(const std::string& subscription) {
    std::vector<std::string> seen;
    for (const Sent& one : sent) {
      if (one.subscription == subscription) Collect(one.bundle.root(), seen);
    }
    return seen;
  }
  static void Collect(json::Value bundle, std::vector<std::string>& seen) {
    json::Value parameters = *bundle.Find("entry")->At(0).Find("resource")->Find("parameter");
    for (json::Value parameter : parameters.Elements()) {
      if (parameter.FindString("name") != "notification-event") continue;
      std::string number, focus;
      for (json::Value part : parameter.Find("part")->Elements()) {
        if (part.FindString("name") == "event-number") number = part.FindString("valueString");
        if (part.FindString("name") == "focus") focus = part.Find("valueReference")->FindString("reference");
      }
      constexpr std::string_view kBase = "http://test/fhir/";
      seen.push_back(number + ":" + (StartsWith(focus, kBase) ? focus.substr(kBase.size()) : focus));
    }
  }
  static std::string KindOf(json::Value bundle) {
    for (json::Value parameter : bundle.Find("entry")->At(0).Find("resource")->Find("parameter")->Elements()) {
      if (parameter.FindString("name") == "type") return std::string(parameter.FindString("valueCode"));
    }
    return {};
  }

  FakeClock clock;
  SeededRandom random{7};
  std::unique_ptr<FaultyStore> store;
  std::map<std::string, access::Caller> accounts;
  std::map<std::string, bool> deaf;        // endpoints that do not answer, by subscription
  std::vector<Sent> sent;
  int attempts = 0;
  std::unique_ptr<Subscriptions> service;
};

inline const std::string kEncounters = "https://fhir.qianxian.cn/SubscriptionTopic/Encounter";

}  // namespace qianxian::subscribe
