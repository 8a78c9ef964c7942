// Who watches over the server: readiness, metrics, the log of requests.
#include <gtest/gtest.h>

#include "api/address_range.h"
#include "api/health_api.h"
#include "api/oauth_api.h"
#include "api/page_api.h"
#include "api/care_api.h"
#include "api/consultation_api.h"
#include "api/referral_api.h"
#include "api/request_watch.h"
#include "api/testing/world.h"
#include "base/files.h"
#include "base/log.h"
#include "base/text.h"
#include "metrics/strict_parser_for_tests.h"

namespace qianxian::api {
namespace {

using metrics::ParsedMetrics;
using metrics::StrictParser;
using testing::Answer;
using testing::World;

const testing::Headers kThroughProxy = {{"X-Forwarded-For", "10.9.9.9"}};

http::Response From(World& world, const std::string& peer, const std::string& path = "/metrics") {
  http::Request request;
  request.method = "GET";
  request.path = request.target = path;
  request.peer = peer;
  return world.api().Handle(request);
}

TEST(AddressRange, HasWhatItSays) {
  const auto has = [](const char* range, const char* address) { return AddressRange::Parse(range).value().Has(address); };
  EXPECT_TRUE(has("10.1.2.3", "10.1.2.3"));
  EXPECT_TRUE(has("10.1.2.3", "::ffff:10.1.2.3"));
  EXPECT_FALSE(has("10.1.2.3", "10.1.2.4"));
  EXPECT_TRUE(has("10.1.2.0/23", "10.1.3.255"));
  EXPECT_FALSE(has("10.1.2.0/23", "10.1.4.0"));
  EXPECT_TRUE(has("10.1.2.128/25", "10.1.2.255"));
  EXPECT_FALSE(has("10.1.2.128/25", "10.1.2.127"));
  EXPECT_TRUE(has("0.0.0.0/0", "192.0.2.1"));
  EXPECT_FALSE(has("0.0.0.0/0", "fd00::1")) << "all of IPv4 is not all";
  EXPECT_TRUE(has("fd00::/8", "fdff::1"));
  EXPECT_FALSE(has("fd00::/8", "fe00::1"));
  EXPECT_FALSE(has("::/0", "not an address"));
  for (const char* bad : {"", "10.1.2", "10.1.2.3/33", "10.1.2.3/", "10.1.2.3/-1", "10.1.2.3/+8", "host", "fd00::/129", "10.1.2.3/8/8", "*"}) {
    EXPECT_EQ(AddressRange::Parse(bad).error().code, "bad-address") << bad;
  }
  for (const char* near : {"127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"}) EXPECT_TRUE(AddressRange::IsLoopback(near)) << near;
  for (const char* far : {"128.0.0.1", "10.0.0.1", "::2", "::ffff:10.0.0.1", "", "localhost"}) EXPECT_FALSE(AddressRange::IsLoopback(far)) << far;
}

TEST(Ready, SaysWhatIsWrong) {
  World world;
  EXPECT_EQ(world.Send("GET", "/ready").At("status"), "ready");
  world.operations.ready_lag_commits = 3;
  world.operations.ready_disk_free_bytes = 1000;
  world.operations.free_bytes = [] { return Result<uint64_t>(uint64_t{1000}); };
  world.Restart();
  ASSERT_TRUE(world.warehouse().CatchUp(Cancel(), {}).ok());
  Answer ready = world.Send("GET", "/ready");
  EXPECT_EQ(ready.status, 200) << ready.body;
  EXPECT_EQ(ready.body, R"({"status":"ready","reasons":[]})");
  EXPECT_EQ(world.Send("POST", "/ready", "{}").status, 405);
  for (int i = 0; i < 3; ++i) world.Put("Patient", "p" + std::to_string(i), R"({"resourceType":"Patient"})");
  EXPECT_EQ(world.Send("GET", "/ready").status, 200) << "as far behind as it may be";
  world.Put("Patient", "p3", R"({"resourceType":"Patient"})");
  Answer behind = world.Send("GET", "/ready");
  EXPECT_EQ(behind.status, 503);
  EXPECT_EQ(behind.At("reasons.0.what"), "warehouse");
  EXPECT_EQ(behind.At("reasons.0.zh"), "数据仓库落后 4 次提交");
  EXPECT_EQ(behind.Count("reasons"), 1u);
  world.operations.free_bytes = [] { return Result<uint64_t>(uint64_t{999}); };
  world.Restart();
  ASSERT_TRUE(world.warehouse().CatchUp(Cancel(), {}).ok());
  EXPECT_EQ(world.Send("GET", "/ready").At("reasons.0.what"), "disk");
  EXPECT_EQ(world.Send("GET", "/health").status, 200) << "it is up all the same";
}

// A store whose disk has gone.
class BrokenStore final : public store::Store {
 public:
  static Error Broken() { return Unavailable("io", "the disk is gone", "磁盘故障"); }
  Result<store::CommitReceipt> Commit(const access::Caller&, store::CommitRequest) override { return Broken(); }
  Result<std::unique_ptr<store::Snapshot>> OpenSnapshot(const access::Caller&, std::optional<uint64_t>) override { return Broken(); }
  Result<std::vector<store::FeedEntry>> ReadFeed(const access::Caller&, uint64_t, size_t) override { return Broken(); }
  uint64_t LastT() override { return 7; }
  std::shared_ptr<void> Subscribe(std::function<void(uint64_t)>) override { return nullptr; }
  Result<store::CheckReport> Check(const access::Caller&) override { return Broken(); }
  Status RebuildIndex(const access::Caller&, std::function<void(uint64_t, uint64_t)>) override { return Broken(); }
};

TEST(Ready, AStoreThatDoesNotAnswerIsSaid) {
  BrokenStore store;
  const std::vector<NotReady> wrong = WhatIsWrong(store, nullptr, {}, uint64_t{1} << 40);
  ASSERT_EQ(wrong.size(), 1u);
  EXPECT_EQ(wrong[0].what, "store");
  EXPECT_EQ(wrong[0].en, "the record does not answer: the disk is gone");
  EXPECT_EQ(WhatIsWrong(store, nullptr, {}, BrokenStore::Broken()).size(), 2u) << "and the disk cannot be asked";
}

TEST(Metrics, AreWhatHappened) {
  World world;
  world.AddUser("wang", "clinician", {"H1"});
  world.Put("Patient", "p1", R"({"resourceType":"Patient","name":[{"text":"王小明"}]})", "H1");
  const auto read = [&] {
    const http::Response response = From(world, "127.0.0.1");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.Header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    ParsedMetrics parsed = StrictParser::Parse(response.body);
    EXPECT_EQ(parsed.error, "");
    return parsed;
  };
  const ParsedMetrics before = read();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/p1").status, 200);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/none").status, 404);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient?name=x").status, 200);
  EXPECT_EQ(world.As("admin", "POST", "/fhir/Patient", R"({"resourceType":"Patient"})").status, 201);
  EXPECT_EQ(world.As("admin", "GET", "/api/session").status, 200);
  EXPECT_EQ(world.Send("GET", "/api/session").status, 401);
  const ParsedMetrics after = read();
  const auto more = [&](const std::string& name, const std::map<std::string, std::string>& labels) { return after.Value(name, labels) - before.Value(name, labels); };
  const std::string requests = "qianxian_http_requests_total";
  EXPECT_EQ(more(requests, {{"route", "fhir-read"}, {"status", "2xx"}}), 3);
  EXPECT_EQ(more(requests, {{"route", "fhir-read"}, {"status", "4xx"}}), 1);
  EXPECT_EQ(more(requests, {{"route", "fhir-search"}, {"status", "2xx"}}), 1);
  EXPECT_EQ(more(requests, {{"route", "fhir-write"}, {"status", "2xx"}}), 1);
  EXPECT_EQ(more(requests, {{"route", "page-read"}, {"status", "2xx"}}), 1);
  EXPECT_EQ(more(requests, {{"route", "page-read"}, {"status", "4xx"}}), 1);
  EXPECT_EQ(more(requests, {{"route", "watch"}, {"status", "2xx"}}), 1);
  EXPECT_EQ(more("qianxian_http_request_seconds_count", {{"route", "fhir-read"}}), 4);
  EXPECT_EQ(after.Value("qianxian_commits_total"), static_cast<double>(world.store().LastT()));
  EXPECT_EQ(after.Value("qianxian_feed_lag_commits", {{"reader", "warehouse"}}), static_cast<double>(world.store().LastT())) << "it has not begun";
  EXPECT_EQ(after.Value("qianxian_sessions"), 1) << "the token of admin";
  EXPECT_EQ(after.Value("qianxian_ready"), 1);
  EXPECT_EQ(after.Value("qianxian_import_jobs"), 0);
  EXPECT_GT(after.Value("process_cpu_seconds_total"), 0);
  EXPECT_GT(after.Value("process_resident_memory_bytes"), 1 << 20);
  EXPECT_GT(after.Value("process_start_time_seconds"), 1.7e9);
  EXPECT_GT(after.Value("process_open_fds"), 3);
  EXPECT_GT(after.Value("qianxian_disk_free_bytes"), 0);
  // Labels are words that the program knows, nothing that somebody sent.
  for (const ParsedMetrics::Sample& sample : after.samples) {
    for (const auto& [name, value] : sample.labels) {
      EXPECT_TRUE(name == "route" || name == "status" || name == "le" || name == "reader" || name == "version" || name == "kind") << name << "=" << value;
    }
  }
}

TEST(Metrics, RefusalsOfTheServerAreCounted) {
  World world;
  world.api().Refuse(503, "/fhir/Patient");
  world.api().Refuse(413, "/api/imports");
  const ParsedMetrics parsed = StrictParser::Parse(From(world, "::1").body);
  EXPECT_EQ(parsed.Value("qianxian_http_refused_total"), 2);
  EXPECT_EQ(parsed.Value("qianxian_http_too_busy_total"), 1);
}

TEST(Metrics, WhatTheProgramAddsIsWholeToo) {
  World world;
  world.operations.readers = [] { return std::vector<std::pair<std::string, uint64_t>>{{"pathways", 1}}; };
  world.operations.write = [](metrics::TextWriter& w) {
    w.Gauge("qianxian_more", "More.");
    w.Sample(5);
  };
  world.Restart();
  const ParsedMetrics parsed = StrictParser::Parse(From(world, "127.0.0.1").body);
  EXPECT_EQ(parsed.error, "");
  EXPECT_EQ(parsed.Value("qianxian_more"), 5);
  EXPECT_EQ(parsed.Value("qianxian_feed_lag_commits", {{"reader", "pathways"}}), static_cast<double>(world.store().LastT() - 1));
}

TEST(Metrics, AreForThisMachineAllowedAddressesAndAdministrators) {
  World world;
  world.AddUser("wang", "county-director");
  world.operations.metrics_allow = {AddressRange::Parse("10.1.2.0/24").value()};
  world.Restart();
  EXPECT_EQ(world.Send("GET", "/metrics").status, 200);
  EXPECT_EQ(From(world, "10.1.2.77").status, 200);
  EXPECT_EQ(From(world, "10.1.3.77").status, 401);
  EXPECT_EQ(From(world, "").status, 401);
  // Behind a proxy on this machine everybody comes from here.
  for (const char* header : {"X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Proto"}) {
    EXPECT_EQ(world.Send("GET", "/metrics", "", {{header, "127.0.0.1"}}).status, 401) << header;
  }
  EXPECT_EQ(world.As("admin", "GET", "/metrics", "", kThroughProxy).status, 200);
  EXPECT_EQ(world.As("wang", "GET", "/metrics", "", kThroughProxy).status, 403);
  Answer wrong = world.Send("GET", "/metrics", "", {{"X-Forwarded-For", "10.9.9.9"}, {"Authorization", "Bearer nonsense"}});
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.body.find("qianxian_"), std::string::npos);
  EXPECT_EQ(From(world, "10.9.9.9", "/ready").status, 200) << "readiness is for all";
}

TEST(Backups, AreShownToAdministrators) {
  World world;
  world.AddUser("wang", "county-director");
  EXPECT_EQ(world.As("admin", "GET", "/api/backups").At("error.code"), "no-scheduled-backups");
  world.operations.backups = [] { return std::string(R"({"kept":3})"); };
  world.Restart();
  EXPECT_EQ(world.As("admin", "GET", "/api/backups").body, R"({"kept":3})");
  EXPECT_EQ(world.As("wang", "GET", "/api/backups").status, 403);
  EXPECT_EQ(world.Send("GET", "/api/backups").status, 401);
  EXPECT_EQ(world.As("admin", "POST", "/api/backups", "{}").status, 404);
}

TEST(RouteNames, HoldNothingThatAClientWrote) {
  RouteNames names({"/api/patients", "/api/patients/{}", "/api/patients/{}/documents", "/api/consultations/{}/{}"}, fhir::Definitions::R4());
  const auto pattern = [&](const std::string& target) {
    http::Request request;
    request.target = target;
    request.path = http::PercentDecode(target.substr(0, target.find('?')), false);
    return names.PatternOf(request);
  };
  EXPECT_EQ(pattern("/fhir/Patient/zhang-san"), "/fhir/Patient/{}");
  EXPECT_EQ(pattern("/fhir/Patient/zhang-san/_history/3"), "/fhir/Patient/{}/_history/{}");
  EXPECT_EQ(pattern("/fhir/Patient?name=zhang"), "/fhir/Patient");
  EXPECT_EQ(pattern("/fhir/Patient/_search"), "/fhir/Patient/_search");
  EXPECT_EQ(pattern("/fhir/Patient/1/Observation"), "/fhir/Patient/{}/Observation");
  EXPECT_EQ(pattern("/fhir/%E5%BC%A0%E4%B8%89/1"), "/fhir/{}/{}");
  EXPECT_EQ(pattern("/fhir/HumanName/1"), "/fhir/{}/{}") << "a type, but of no resource";
  EXPECT_EQ(pattern("/fhir/Patient/1/$everything"), "/fhir/Patient/{}/$everything");
  EXPECT_EQ(pattern("/fhir/Patient/1/$zhangsan"), "/fhir/Patient/{}/$");
  EXPECT_EQ(pattern("/fhir"), "/fhir");
  EXPECT_EQ(pattern("/fhir/a/b/c/d/e/f/g/h"), "/fhir/{}/{}/{}/{}");
  EXPECT_EQ(pattern("/api/patients/1?x=y"), "/api/patients/{}");
  EXPECT_EQ(pattern("/api/patients/1/documents"), "/api/patients/{}/documents");
  EXPECT_EQ(pattern("/api/consultations/1/zhangsan"), "/api/consultations/{}/{}");
  EXPECT_EQ(pattern("/api/zhangsan"), "/api/{}");
  EXPECT_EQ(pattern("/patients/330106199001011234"), "/{}");
  EXPECT_EQ(pattern("/ready"), "/ready");
  http::Request request;
  request.method = "ZHANGSAN";
  EXPECT_EQ(RouteNames::MethodOf(request), "OTHER");
}

TEST(RouteNames, ClassesAreTold) {
  const auto name = [](const char* method, const char* path) { return std::string(Name(ClassOf(method, path))); };
  EXPECT_EQ(name("GET", "/fhir/Patient/1"), "fhir-read");
  EXPECT_EQ(name("HEAD", "/fhir/Patient/1"), "fhir-read");
  EXPECT_EQ(name("GET", "/fhir/Patient"), "fhir-search");
  EXPECT_EQ(name("POST", "/fhir/Patient/_search"), "fhir-search");
  EXPECT_EQ(name("GET", "/fhir/Patient/1/_history/2"), "fhir-other");
  EXPECT_EQ(name("GET", "/fhir/Patient/1/$everything"), "fhir-other");
  EXPECT_EQ(name("POST", "/fhir"), "fhir-batch");
  EXPECT_EQ(name("POST", "/fhir/"), "fhir-batch");
  EXPECT_EQ(name("PUT", "/fhir/Patient/1"), "fhir-write");
  EXPECT_EQ(name("DELETE", "/fhir/Patient/1"), "fhir-write");
  EXPECT_EQ(name("GET", "/fhirx"), "files");
  EXPECT_EQ(name("GET", "/api/events"), "events");
  EXPECT_EQ(name("PATCH", "/api/actions/1"), "page-write");
  EXPECT_EQ(name("GET", "/ready"), "watch");
}

// What Handle writes to the log.
std::string Logged(World& world, LoggedRequests which, const std::function<void()>& requests, LogFormat format = LogFormat::kText) {
  world.operations.logged = which;
  world.operations.account_key = "key of the folder";
  world.operations.slow_nanoseconds = int64_t{3600} * 1'000'000'000;
  world.Restart();
  SetLogFormat(format);
  ::testing::internal::CaptureStderr();
  requests();
  SetLogFormat(LogFormat::kText);
  return ::testing::internal::GetCapturedStderr();
}

TEST(RequestLog, WritesWhatItIsToldTo) {
  World world;
  const auto mix = [&] {
    world.As("admin", "GET", "/fhir/Patient?_id=1");
    world.As("admin", "POST", "/fhir/Patient", R"({"resourceType":"Patient"})");
    world.api().Refuse(503, "/fhir/Patient");
  };
  EXPECT_EQ(Logged(world, LoggedRequests::kNone, mix), "");
  const std::string failed = Logged(world, LoggedRequests::kFailed, mix);
  EXPECT_EQ(failed.find("method="), std::string::npos) << failed;
  EXPECT_NE(failed.find("warning refused class=fhir-search status=503"), std::string::npos) << failed;
  const std::string changes = Logged(world, LoggedRequests::kChanges, mix);
  EXPECT_NE(changes.find("method=POST route=/fhir/Patient status=201"), std::string::npos) << changes;
  EXPECT_EQ(changes.find("method=GET"), std::string::npos) << changes;
  const std::string all = Logged(world, LoggedRequests::kAll, mix);
  EXPECT_NE(all.find("method=GET route=/fhir/Patient status=200"), std::string::npos) << all;
}

TEST(RequestLog, AnswersBearTheIdOfTheirLine) {
  World world;
  Answer one, two;
  const std::string log = Logged(world, LoggedRequests::kAll, [&] {
    one = world.As("admin", "GET", "/fhir/Patient/1", "", {{"X-Request-Id", "their-own-1"}});
    two = world.Send("GET", "/health", "", {{"X-Request-Id", "张三 330106199001011234"}});
  }, LogFormat::kJson);
  const std::string id = one.Header("x-request-id");
  EXPECT_EQ(id.size(), 15u);
  EXPECT_NE(id, two.Header("x-request-id"));
  EXPECT_NE(log.find("\"id\":\"" + id + "\""), std::string::npos) << log;
  EXPECT_EQ(one.Header("x-correlation-id"), "their-own-1");
  EXPECT_EQ(two.Header("x-correlation-id"), "") << "only what is a plain word goes back";
  EXPECT_EQ(log.find("their-own"), std::string::npos) << "a client's text";
  EXPECT_EQ(log.find("330106"), std::string::npos);
  EXPECT_EQ(log.find("admin"), std::string::npos) << "an account stands there as a hash";
}

TEST(RequestLog, AnAccountsHashIsTheSameForTheFolderOnly) {
  World world;
  Operations operations{.account_key = "a"};
  const auto watch = [&] { return RequestWatch(world.clock, world.random, operations, RouteNames({}, fhir::Definitions::R4())).HashOf("admin"); };
  const std::string hash = watch();
  EXPECT_EQ(hash.size(), 12u);
  EXPECT_EQ(watch(), hash);
  operations.account_key = "b";
  EXPECT_NE(watch(), hash);
  operations.account_key = "";
  const std::string unkeyed = watch();
  EXPECT_NE(unkeyed, watch()) << "without a key of the folder: one of the run, never none";
}

// No route but those that are open runs without a session: it would work with nobody.
TEST(Routes, AskForASession) {
  World world;
  size_t asked = 0;
  for (const PageApi::Route& route : PageApi::Routes()) {
    if (route.open) continue;
    http::Request request;
    request.method = route.method;
    request.path = request.target = ReplaceAll(route.pattern, "{}", "1");
    EXPECT_EQ(world.api().Handle(request).status, 401) << route.method << " " << route.pattern;
    ++asked;
  }
  EXPECT_GT(asked, 20u);
}

// Every route that the page's API has is known to the log.
TEST(RequestLog, KnowsEveryRoute) {
  World world;
  Logged(world, LoggedRequests::kAll, [] {});
  size_t routes = 0;
  const auto check = [&](const auto& table) {
    for (const auto& route : table) {
      ++routes;
      http::Request request;
      request.method = route.method;
      request.path = request.target = ReplaceAll(route.pattern, "{}", "330106199001011234");
      ::testing::internal::CaptureStderr();
      world.api().Handle(request);
      const std::string log = ::testing::internal::GetCapturedStderr();
      EXPECT_NE(log.find(" route=" + std::string(route.pattern) + " "), std::string::npos) << route.pattern << log;
      EXPECT_EQ(log.find("330106"), std::string::npos) << log;
    }
  };
  check(PageApi::Routes());
  check(CareApi::Routes());
  check(ReferralApi::Routes());
  check(ConsultationApi::Routes());
  check(OauthApi::Routes());
  EXPECT_GT(routes, 50u);
}

}  // namespace
}  // namespace qianxian::api
