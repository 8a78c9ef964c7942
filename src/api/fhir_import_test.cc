// $import, through a real server.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>

#include "api/bulk_jobs.h"
#include "api/testing/world.h"
#include "base/files.h"
#include "base/text.h"
#include "bytes/compress.h"
#include "http/test_client.h"

namespace qianxian::api {
namespace {

using testing::Answer;
using testing::World;

std::string Patients(int first, int count) {
  std::string lines;
  for (int i = first; i < first + count; ++i) lines += R"({"resourceType":"Patient","id":"p)" + std::to_string(i) + R"(","gender":"male"})" + "\n";
  return lines;
}

void Allow(World& world, const std::string& sources) {
  ASSERT_TRUE(WriteFileDurably(world.directory() + "/import-sources.txt", "# where $import may read\n" + sources + "\n").ok());
}

void Place(World& world, const std::string& name, const std::string& content) {
  Allow(world, world.directory() + "/incoming");
  ASSERT_TRUE(MakeDirectories(world.directory() + "/incoming").ok());
  ASSERT_TRUE(WriteFileDurably(world.directory() + "/incoming/" + name, content).ok());
}

// The JSON form: each "Type name".
std::string Request(const std::vector<std::pair<std::string, std::string>>& inputs) {
  std::string list;
  for (const auto& [type, url] : inputs) list += (list.empty() ? "" : ",") + (R"({"type":")" + type + R"(","url":")" + url + "\"}");
  return R"({"inputFormat":"application/fhir+ndjson","inputSource":"https://his.example","storageDetail":{"type":"file"},"input":[)" + list + "]}";
}

Answer Ask(World& world, const std::string& body, const std::string& user = "admin") { return world.As(user, "POST", "/fhir/$import", body, testing::kAsync); }

Answer Import(World& world, const std::string& body) {
  Answer started = Ask(world, body);
  EXPECT_EQ(started.status, 202) << started.body;
  return started.status == 202 ? world.Await(started.Header("content-location")) : started;
}

std::string Total(World& world, const std::string& search) { return world.As("admin", "GET", "/fhir/" + search).At("total"); }

std::string Below(const std::string& url) { return url.substr(url.find("/fhir/")); }

TEST(FhirImport, FilesOfTheFolder) {
  World world;
  Place(world, "p.ndjson", Patients(0, 3));
  Place(world, "more.ndjson.gz", bytes::Gzip(Patients(3, 2)));
  Place(world, "o.ndjson.zst", bytes::Codec::Make("")->Compress(R"({"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"}})" "\n"));
  Answer done = Import(world, Request({{"Patient", "p.ndjson"}, {"Patient", "file://" + world.directory() + "/incoming/more.ndjson.gz"}, {"Observation", "o.ndjson.zst"}}));
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(done.Count("error"), 0u) << done.body;
  EXPECT_EQ(Total(world, "Patient?_total=accurate"), "5");
  EXPECT_EQ(Total(world, "Observation?_total=accurate"), "1");
  EXPECT_NE(done.At("request").find("/fhir/$import"), std::string::npos);
}

TEST(FhirImport, ByParameters) {
  World world;
  Place(world, "p.ndjson", Patients(0, 2));
  Answer done = Import(world, R"({"resourceType":"Parameters","parameter":[{"name":"inputFormat","valueCode":"application/fhir+ndjson"},
    {"name":"input","part":[{"name":"type","valueCode":"Patient"},{"name":"url","valueUrl":"p.ndjson"}]}]})");
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(Total(world, "Patient?_total=accurate"), "2");
}

TEST(FhirImport, WhatIsRefusedIsALineEach) {
  World world;
  Place(world, "p.ndjson", Patients(0, 1) + "not json\n" + R"({"resourceType":"Patient","gender":"purple","id":"x"})" + "\n" + R"({"resourceType":"Nothing","id":"g"})" + "\n" + Patients(1, 1));
  Answer done = Import(world, Request({{"Patient", "p.ndjson"}}));
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(Total(world, "Patient?_total=accurate"), "2") << "the others are in";
  ASSERT_EQ(done.Count("error"), 1u) << done.body;
  EXPECT_EQ(done.At("error.0.inputUrl"), "p.ndjson");
  EXPECT_EQ(done.At("error.0.count"), "3");
  Answer file = world.As("admin", "GET", Below(done.At("error.0.url")));
  EXPECT_EQ(file.Header("content-type"), "application/fhir+ndjson");
  std::vector<std::string_view> lines = Split(file.body, '\n');
  ASSERT_EQ(lines.size(), 4u) << file.body;
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_NE(lines[i].find("\"OperationOutcome\""), std::string_view::npos);
    EXPECT_NE(lines[i].find("p.ndjson:" + std::to_string(i + 2)), std::string_view::npos) << lines[i];
  }
}

TEST(FhirImport, GoesOnAfterARestartWithoutDoubles) {
  World world;
  Place(world, "a.ndjson", Patients(0, 3000));
  Place(world, "b.ndjson", Patients(3000, 3000));
  Answer started = Ask(world, Request({{"Patient", "a.ndjson"}, {"Patient", "b.ndjson"}}));
  ASSERT_EQ(started.status, 202) << started.body;
  world.Restart();                           // most likely within the first file
  Answer done = world.Await(started.Header("content-location"));
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(Total(world, "Patient?_total=accurate"), "6000");
  // As a process leaves it that was killed after the rows were written and before that was noted.
  std::string url = started.Header("content-location"), path = world.directory() + "/exports/" + url.substr(url.find("_job=") + 5) + "/job.json";
  std::string kept = ReadFile(path).value();
  size_t done_at = kept.find("\"done\":["), request_at = kept.find(",\"request\"");
  ASSERT_TRUE(done_at != std::string::npos && request_at != std::string::npos) << kept;
  kept = ReplaceAll(kept.substr(0, done_at) + "\"done\":[]" + kept.substr(request_at), R"("status":"done")", R"("status":"working")");
  ASSERT_TRUE(WriteFileDurably(path, kept).ok());
  world.Restart();
  ASSERT_EQ(world.Await(url).status, 200);
  EXPECT_EQ(Total(world, "Patient/_history?_count=1"), "6000") << "each was written once";
}

TEST(FhirImport, CanBeEnded) {
  World world;
  Place(world, "a.ndjson", Patients(0, 20000));
  Answer started = Ask(world, Request({{"Patient", "a.ndjson"}}));
  ASSERT_EQ(started.status, 202) << started.body;
  std::string status = Below(started.Header("content-location"));
  EXPECT_EQ(world.As("admin", "DELETE", status).status, 202);
  EXPECT_EQ(world.As("admin", "GET", status).status, 404);
  Place(world, "b.ndjson", Patients(0, 1));
  EXPECT_EQ(Import(world, Request({{"Patient", "b.ndjson"}})).status, 200) << "the next one has its turn";
}

TEST(FhirImport, FromAllowedAddresses) {
  World world;
  std::string packed = bytes::Gzip(Patients(5, 2));
  http::ServerOptions options;
  options.port = 0;
  auto source = http::Server::Start(options, [&](http::Request& request) {
    http::Response response;
    if (request.path == "/data/p.ndjson") response.body = Patients(0, 2);
    else if (request.path == "/data/p.ndjson.gz") response.body = packed;
    else response.status = 404;
    return response;
  });
  ASSERT_TRUE(source.ok());
  std::string base = "http://127.0.0.1:" + std::to_string((*source)->port());
  Allow(world, base + "/data");
  Answer done = Import(world, Request({{"Patient", base + "/data/p.ndjson"}, {"Patient", base + "/data/p.ndjson.gz"}}));
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(Total(world, "Patient?_total=accurate"), "4");
  Answer missing = Import(world, Request({{"Patient", base + "/data/none.ndjson"}}));
  EXPECT_GE(missing.status, 400);
  EXPECT_NE(missing.body.find("404"), std::string::npos) << missing.body;
  for (const std::string& url : {base + "/other/p.ndjson", base + "/database/p", base + "/data/../other", std::string("http://127.0.0.2/data/x")}) {
    EXPECT_EQ(Ask(world, Request({{"Patient", url}})).status, 403) << url;
  }
}

// The same rules, and a certificate that somebody known vouches for; a redirect leads nowhere.
TEST(FhirImport, FromAllowedAddressesOverHttps) {
  World world;
  http::ServerOptions options;
  options.port = 0;
  options.tls = http::TestServerTls();
  auto source = http::Server::Start(options, [&](http::Request& request) {
    http::Response response;
    response.body = Patients(0, 2);
    if (request.path == "/data/moved.ndjson") {
      response.status = 302;
      response.Set("Location", "/other/p.ndjson");
    }
    return response;
  });
  ASSERT_TRUE(source.ok());
  const std::string place = "127.0.0.1:" + std::to_string((*source)->port()), base = "https://" + place;
  Allow(world, base + "/data/");
  Answer unknown = Import(world, Request({{"Patient", base + "/data/p.ndjson"}}));
  EXPECT_NE(unknown.body.find("certificate"), std::string::npos) << unknown.body;
  EXPECT_EQ(Total(world, "Patient?_total=accurate"), "0");
  setenv("SSL_CERT_FILE", options.tls->certificate_file.c_str(), 1);   // now this system trusts it
  Answer done = Import(world, Request({{"Patient", base + "/data/p.ndjson"}}));
  EXPECT_EQ(done.status, 200) << done.body;
  Answer moved = Import(world, Request({{"Patient", base + "/data/moved.ndjson"}}));
  unsetenv("SSL_CERT_FILE");
  EXPECT_EQ(Total(world, "Patient?_total=accurate"), "2");
  EXPECT_NE(moved.body.find("302"), std::string::npos) << moved.body;
  for (const std::string& url : {base + "/other/p.ndjson", "http://" + place + "/data/p.ndjson", std::string("https://127.0.0.1/data/p.ndjson")}) {
    EXPECT_EQ(Ask(world, Request({{"Patient", url}})).status, 403) << url;
  }
}

TEST(FhirImport, NothingOutsideTheFolder) {
  World world;
  Place(world, "p.ndjson", Patients(0, 1));
  ASSERT_TRUE(WriteFileDurably(world.directory() + "/outside.ndjson", Patients(0, 1)).ok());
  std::filesystem::create_symlink(world.directory() + "/outside.ndjson", world.directory() + "/incoming/link.ndjson");
  for (const std::string& url : {std::string("../outside.ndjson"), world.directory() + "/outside.ndjson", "file://" + world.directory() + "/outside.ndjson",
                                 std::string("link.ndjson"), std::string("file://%2e%2e/outside.ndjson"), std::string("/etc/passwd")}) {
    Answer refused = Ask(world, Request({{"Patient", url}}));
    EXPECT_EQ(refused.status, 403) << url << refused.body;
    EXPECT_EQ(refused.At("issue.0.details.coding.0.code"), "source-not-allowed");
  }
  EXPECT_EQ(Ask(world, Request({{"Patient", "none.ndjson"}})).status, 404);
  std::filesystem::remove(world.directory() + "/import-sources.txt");
  EXPECT_EQ(Ask(world, Request({{"Patient", "p.ndjson"}})).status, 403) << "nothing is allowed";
}

TEST(FhirImport, BadRequestsAreSaid) {
  World world;
  Place(world, "p.ndjson", Patients(0, 1));
  auto status = [&](const std::string& body) { return Ask(world, body).status; };
  EXPECT_EQ(world.As("admin", "POST", "/fhir/$import", Request({{"Patient", "p.ndjson"}})).status, 400) << "without Prefer: respond-async";
  EXPECT_EQ(world.As("admin", "GET", "/fhir/$import", "", testing::kAsync).status, 405);
  EXPECT_EQ(status("[]"), 400);
  EXPECT_EQ(status("{}"), 400);
  EXPECT_EQ(status(R"({"input":[{"type":"Patient","url":"p.ndjson"}],"colour":"blue"})"), 400);
  EXPECT_EQ(status(R"({"inputFormat":"text/csv","input":[{"type":"Patient","url":"p.ndjson"}]})"), 400);
  EXPECT_EQ(status(Request({{"Nothing", "p.ndjson"}})), 400);
  EXPECT_EQ(status(Request({{"Patient", ""}})), 400);
  EXPECT_EQ(status(R"({"resourceType":"Parameters","parameter":[{"name":"colour","valueCode":"blue"}]})"), 400);
  std::vector<std::pair<std::string, std::string>> many(kBulkImportInputs + 1, {"Patient", "p.ndjson"});
  EXPECT_EQ(Ask(world, Request(many)).At("issue.0.details.coding.0.code"), "too-many-values");
}

// The first job holds the worker while its source does not answer; the others wait.
TEST(FhirImport, JobsThatWaitAreBounded) {
  World world;
  std::atomic<bool> answer{false};
  http::ServerOptions options;
  options.port = 0;
  auto source = http::Server::Start(options, [&](http::Request&) {
    answer.wait(false);
    http::Response response;
    response.body = Patients(0, 1);
    return response;
  });
  ASSERT_TRUE(source.ok());
  std::string base = "http://127.0.0.1:" + std::to_string((*source)->port()) + "/";
  Allow(world, base);
  std::string first = Ask(world, Request({{"Patient", base + "p.ndjson"}})).Header("content-location");
  Answer last;
  for (size_t i = 0; i < kBulkJobsWaiting + 1; ++i) last = world.As("admin", "GET", "/fhir/$export?_type=Patient", "", testing::kAsync);
  EXPECT_EQ(last.status, 503) << last.body;
  EXPECT_EQ(last.At("issue.0.details.coding.0.code"), "too-many-jobs");
  answer = true;
  answer.notify_all();
  EXPECT_EQ(world.Await(first).status, 200);
}

}  // namespace
}  // namespace qianxian::api
