// The program as who runs it meets it: configuration, log, scheduled backups and the drill.
#include <gtest/gtest.h>

#include <signal.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "base/clock.h"
#include "base/files.h"
#include "base/text.h"
#include "edge/program.h"
#include "json/value.h"
#include "metrics/strict_parser_for_tests.h"

namespace qianxian::tests {
namespace {

class Site {
  Folder folder_;

 public:
  const std::string data = folder_.path("data"), backups = folder_.path("backups");
  Site() { std::filesystem::create_directories(backups); }
  std::string path(const std::string& name) const { return folder_.path(name); }
  std::string Write(const std::string& name, const std::string& text) const { return folder_.Write(name, text); }
  std::set<std::string> Manifests() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(backups)) {
      if (entry.path().extension() == ".json") names.insert(entry.path().filename().string());
    }
    return names;
  }
  std::string WithBackups(const std::string& more = {}) const { return Write("q.toml", "[backup]\nfolder = \"" + backups + "\"\n" + more); }
};

// Asks until the answer says so; each question is a request to a program at work, nothing sleeps.
bool Until(const Server& server, const std::string& target, const std::string& text) {
  SystemClock clock;
  const int64_t until = clock.MonotonicNanoseconds() + int64_t{60} * 1'000'000'000;
  while (clock.MonotonicNanoseconds() < until) {
    if (server.Send("GET", target).body.find(text) != std::string::npos) return true;
  }
  return false;
}

TEST(Config, IsPrintedCheckedAndRead) {
  Site site;
  const Ended printed = RunProgram({"config"});
  ASSERT_EQ(printed.code, 0) << printed.err;
  const Ended good = RunProgram({"config", "--check", site.Write("good.toml", printed.out)});
  EXPECT_EQ(good.code, 0) << good.err;
  const Ended bad = RunProgram({"config", "--check", site.Write("bad.toml", "\nprot = 1\n")});
  EXPECT_EQ(bad.code, 1);
  EXPECT_NE(bad.err.find("bad.toml:2: there is no key prot; is it port that is meant?"), std::string::npos) << bad.err;
  EXPECT_EQ(RunProgram({"config", "--check", site.path("none")}).code, 2);
  const Ended refused = RunProgram({"serve", "--data", site.data, "--config", site.path("bad.toml")});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("bad.toml:2"), std::string::npos);
  EXPECT_FALSE(FileExists(site.data)) << "nothing was made before the file was understood";
  EXPECT_EQ(RunProgram({"serve", "--data", site.data, "--config", site.path("none.toml")}).code, 2);
  // The file's bounds hold, and the command line's port wins over the file's.
  Server server(site.data, {"--config", site.Write("small.toml", "port = 1\n[limits]\nbody_megabytes = 1\n")});
  ASSERT_TRUE(server.ready());
  server.UseToken(TokenOf(site.data));
  EXPECT_EQ(server.Send("POST", "/fhir/Basic", std::string(2 << 20, ' ')).status, 413);
}

TEST(Backups, AreTakenWhenDueShownAndDrilled) {
  Site site;
  const std::string clock = site.Write("clock", "2026-01-31T01:00:00Z");
  Server server(site.data, {"--config", site.WithBackups("keep_days = 3\nkeep_weeks = 0\nkeep_months = 0\n"), "--clock-file", clock});
  ASSERT_TRUE(server.ready());
  server.UseToken(TokenOf(site.data));
  ASSERT_EQ(server.Send("POST", "/fhir/Patient", R"({"resourceType":"Patient"})").status, 201);
  ASSERT_TRUE(Until(server, "/api/backups", "\"kept\":1")) << "there was none: one is taken at once";
  // Four days later, at an hour when one would have been due each day.
  WriteFileDurably(clock, "2026-02-04T01:00:00Z").value();
  ASSERT_TRUE(Until(server, "/api/backups", "\"kept\":2"));
  const http::Response shown = server.Send("GET", "/api/backups");
  EXPECT_NE(shown.body.find("\"newest\":{\"name\":\"qianxian-20260204T090000\""), std::string::npos) << shown.body;
  EXPECT_NE(shown.body.find("\"failure\":null"), std::string::npos);
  EXPECT_EQ(site.Manifests().size(), 2u) << "one for all that were missed";
  const metrics::ParsedMetrics parsed = metrics::StrictParser::Parse(server.Send("GET", "/metrics").body);
  EXPECT_EQ(parsed.error, "");
  EXPECT_EQ(parsed.Value("qianxian_backups_taken_total"), 2);
  EXPECT_EQ(parsed.Value("qianxian_backup_failed"), 0);
  EXPECT_EQ(parsed.Value("qianxian_backup_age_seconds"), 0) << "the clock stands";
  EXPECT_GE(parsed.Value("qianxian_http_connections"), 1);
  for (const char* reader : {"warehouse", "gaps", "pathways", "subscriptions"}) EXPECT_GE(parsed.Value("qianxian_feed_lag_commits", {{"reader", reader}}), 0) << reader;
  server.child().Signal(SIGTERM);
  EXPECT_EQ(server.child().End().code, 0);

  std::filesystem::create_directories(site.path("scratch"));
  const Ended drill = RunProgram({"drill", "--backup", site.backups, "--scratch", site.path("scratch")});
  EXPECT_EQ(drill.code, 0) << drill.out << drill.err;
  for (const char* part : {"qianxian-20260204T090000.qx", "Patient", "restored in", "the drill went well"}) EXPECT_NE(drill.out.find(part), std::string::npos) << part << drill.out;
  EXPECT_TRUE(std::filesystem::is_empty(site.path("scratch"))) << "what was restored is removed";
  // A manifest that says more than there is: the drill finds it.
  const std::string manifest = site.backups + "/qianxian-20260204T090000.json";
  WriteFileDurably(manifest, ReplaceAll(ReadFile(manifest).value(), "\"Patient\":1", "\"Patient\":2")).value();
  const Ended fewer = RunProgram({"drill", "--backup", site.backups, "--scratch", site.path("scratch")});
  EXPECT_EQ(fewer.code, 1) << fewer.out << fewer.err;
  EXPECT_NE(fewer.out.find("the manifest says 2"), std::string::npos) << fewer.out;
  // One byte of the file is another.
  const std::string file = site.backups + "/qianxian-20260204T090000.qx";
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary).seekp(5000).put('\x5a');
  EXPECT_EQ(RunProgram({"drill", "--backup", site.backups}).code, 1);
  EXPECT_EQ(RunProgram({"drill", "--backup", site.path("nowhere")}).code, 2);
  EXPECT_EQ(RunProgram({"drill", "--backup", site.path("scratch")}).code, 2) << "no backup there";
}

TEST(Backups, AFolderThatIsNotThereIsSaidAndTheServerGoesOn) {
  Site site;
  std::filesystem::remove_all(site.backups);
  Server server(site.data, {"--config", site.WithBackups()});
  ASSERT_TRUE(server.ready());
  server.UseToken(TokenOf(site.data));
  ASSERT_TRUE(Until(server, "/api/backups", "\"code\":\"no-folder\"")) << server.Send("GET", "/api/backups").body;
  EXPECT_EQ(metrics::StrictParser::Parse(server.Send("GET", "/metrics").body).Value("qianxian_backup_failed"), 1);
  EXPECT_FALSE(FileExists(site.backups));
}

// A mix of requests with everything of a person that a request can hold, all of it logged: none of it stands in the log.
TEST(Log, HoldsNothingOfAPerson) {
  Site site;
  const std::string config = site.Write("q.toml", "[log]\nformat = \"json\"\nrequests = \"all\"\nlevel = \"debug\"\n");
  Server server(site.data, {"--config", config});
  ASSERT_TRUE(server.ready());
  const std::string one_time = ReadFile(site.data + "/admin-password.txt").value();
  const std::string token = TokenOf(site.data);
  const std::string name = "欧阳秋水", id_number = "330106199001011234", phone = "13800138000", password = "Hidden-Passw0rd-7", user = "ouyang.qiushui";
  const std::string patient = R"({"resourceType":"Patient","id":"ouyang-1","name":[{"text":")" + name + R"("}],"telecom":[{"value":")" + phone + R"("}],"identifier":[{"system":"urn:oid:2.16.156.10011","value":")" + id_number + "\"}]}";
  const std::string coded = http::PercentEncode(name);
  server.Send("POST", "/api/session", R"({"user":")" + user + R"(","password":")" + password + "\"}");
  server.Send("GET", "/api/session", "", {{"Cookie", "qianxian_session=" + password}, {"X-Request-Id", id_number}, {"User-Agent", name}});
  server.UseToken(token);
  EXPECT_EQ(server.Send("PUT", "/fhir/Patient/ouyang-1", patient).status, 201);
  EXPECT_EQ(server.Send("GET", "/fhir/Patient/ouyang-1").status, 200);
  EXPECT_EQ(server.Send("GET", "/fhir/Patient?name=" + coded + "&identifier=" + id_number).status, 200);
  EXPECT_EQ(server.Send("GET", "/fhir/Patient?telecom=" + phone).status, 200);
  for (const std::string& target : {"/fhir/" + coded, "/fhir/Patient/" + id_number + "/$" + user, "/api/patients?name=" + coded, "/api/patients/" + id_number, "/api/" + coded, "/" + coded + "/" + phone,
                                    "/fhir/Patient?colour=" + coded, "/fhir/Patient?birthdate=" + coded, "/api/accounts/" + user, "/api/measures/" + coded + "?period=" + phone}) {
    server.Send("GET", target);
    server.Send("POST", target, "{\"" + name + "\":\"" + id_number);
    server.Send("DELETE", target);
    server.Send(phone, target);
  }
  server.Send("POST", "/fhir", R"({"resourceType":"Bundle","type":"transaction","entry":[{"resource":)" + patient + R"(,"request":{"method":"PUT","url":"Patient/)" + id_number + R"("}}]})");
  server.Send("POST", "/api/accounts", R"({"user":")" + user + R"(","name":")" + name + R"(","role":"viewer","organizations":[],"password":")" + password + "\"}");
  server.child().Signal(SIGTERM);
  const Ended ended = server.child().End();
  size_t lines = 0, requests = 0;
  for (std::string_view line : Split(ended.err, '\n')) {
    if (!StartsWith(line, "{")) continue;
    ++lines;
    const Result<json::Document> document = json::Document::Parse(std::string(line));
    ASSERT_TRUE(document.ok()) << line;
    if (document->root().FindString("text") == "request") ++requests;
  }
  EXPECT_GT(requests, 40u) << ended.err;
  EXPECT_GE(lines, requests);
  const std::string log = ended.out + ended.err;
  std::string first_password = one_time.substr(one_time.find(' ') + 1);
  first_password = std::string(TrimAscii(first_password.substr(0, first_password.find_first_of(" \n"))));
  ASSERT_GT(first_password.size(), 8u);
  for (const std::string& secret : {name, coded, id_number, phone, password, user, token, std::string("ouyang"), first_password}) {
    const size_t at = log.find(secret);
    EXPECT_EQ(at, std::string::npos) << secret << " stands in the log: " << log.substr(at > 200 ? at - 200 : 0, 400);
  }
  EXPECT_NE(log.find("\"route\":\"/fhir/Patient/{}\""), std::string::npos);
  EXPECT_NE(log.find("\"route\":\"/api/patients/{}\""), std::string::npos);
}

// Each address by itself also where all come through one proxy.
TEST(Limits, AnAddressBehindAProxyIsTheOneThatTheProxySaw) {
  Site site;
  const std::string config = site.Write("q.toml", "behind_proxy = true\n[limits]\naddress_requests_per_second = 1\n");
  Server server(site.data, {"--config", config});
  ASSERT_TRUE(server.ready());
  const auto ask = [&](const std::string& from) { return server.Send("GET", "/api/session", "", {{"X-Forwarded-For", from}}); };
  http::Response held;
  for (int i = 0; i < 10'000 && held.status != 429; ++i) held = ask("1.2.3.4, 10.0.0.1");
  EXPECT_EQ(held.status, 429);
  EXPECT_EQ(held.Header("retry-after"), "1");
  EXPECT_EQ(ask("10.0.0.1, 10.0.0.2").status, 401) << "what a client says before the proxy's word is nothing";
  EXPECT_NE(server.Send("GET", "/ready").status, 429) << "who watches is not held up";
  server.UseToken(TokenOf(site.data));
  EXPECT_EQ(ask("10.0.0.1").status, 200) << "who is signed in is not held up";
}

}  // namespace
}  // namespace qianxian::tests
