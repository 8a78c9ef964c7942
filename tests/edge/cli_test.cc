// The command line as a person or a script meets it: exit codes, last lines, help, and processes side by side.
#include <gtest/gtest.h>

#include <signal.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/files.h"
#include "base/text.h"
#include "edge/program.h"
#include "json/value.h"

namespace qianxian::tests {
namespace {

const std::string kOrganizations =
    "code,name,kind,level,region,lead\n"
    "H001,清源县人民医院,county-general,二级,999901,\n"
    "T001,城东镇卫生院,township,一级,999901,H001\n";
const std::string kSettlements =
    "setl_id,psn_no,gend,brdy,insutype,insu_admdvs,fixmedins_code,fixmedins_name,hosp_lv,fix_blng_admdvs,med_type,begndate,enddate,"
    "dise_code,dise_name,medfee_sumamt,fund_pay_sumamt,psn_pay\n"
    "S1,P1,1,1960-01-01,390,999901,H001,清源县人民医院,2,999901,21,2025-01-01,2025-01-09,I25.103,冠心病,8000.00,5000.00,3000.00\n"
    "S2,P2,2,1961-01-01,390,999901,X901,省肿瘤医院,3,999000,21,2025-01-02,2025-01-10,C34.900,肺癌,18000.00,9000.00,9000.00\n"
    "S3,P3,2,1961-01-01,390,999901,H001,清源县人民医院,2,999901,21,2025-02-30,2025-02-30,C34.900,肺癌,18000.00,9000.00,9000.00\n";

struct Files : Folder {
  std::string data = path("data");
  std::string organizations = Write("organizations.csv", kOrganizations);
  std::string settlements = Write("settlements.csv", kSettlements);
  Ended Import(const std::string& kind, const std::string& file, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"import", kind, file, "--data", data};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunProgram(arguments);
  }
};

size_t CountOf(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(CommandLine, EverySubcommandHasHelp) {
  for (const char* name : {"serve", "import", "measure", "demo", "pack", "token", "check", "rebuild", "account", "audit", "config", "backup", "drill",
                           "restore"}) {
    Ended help = RunProgram({name, "--help"});
    EXPECT_EQ(help.code, 0) << name;
    EXPECT_NE(help.out.find(name), std::string::npos) << name << help.out;
    EXPECT_NE(help.out.find("--help"), std::string::npos) << name;
  }
  Ended whole = RunProgram({"--help"});
  EXPECT_EQ(whole.code, 0);
  EXPECT_NE(whole.out.find("导入"), std::string::npos);
  EXPECT_EQ(RunProgram({}).code, 2);
  EXPECT_EQ(RunProgram({"nothing"}).code, 2);
  EXPECT_EQ(RunProgram({"serve", "--nothing"}).code, 2);
}

TEST(CommandLine, FirstUseMakesTheAdministratorOnce) {
  Files files;
  Ended first = RunProgram({"token", "--data", files.data, "--user", "admin"});
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(CountOf(first.out, "\n"), 1u) << "the token alone: " << first.out;
  std::string kept = *ReadFile(files.data + "/admin-password.txt");
  std::string password = kept.substr(6, kept.size() - 7);
  EXPECT_NE(first.err.find(password), std::string::npos);
  EXPECT_NE(first.err.find("one-time password"), std::string::npos);
  Ended second = RunProgram({"token", "--data", files.data, "--user", "admin", "--hours", "1"});
  EXPECT_EQ(second.code, 0);
  EXPECT_EQ(second.err, "");
  EXPECT_NE(second.out, first.out);
  EXPECT_EQ(RunProgram({"token", "--data", files.data, "--user", "nobody"}).code, 2);
  EXPECT_EQ(RunProgram({"token", "--data", files.data, "--user", "admin", "--hours", "0"}).code, 2);
}

TEST(CommandLine, WhatItWritesIsForItsOwnUserAlone) {
  Files files;
  const mode_t before = umask(022);
  ASSERT_EQ(files.Import("organizations", files.organizations).code, 0);
  ASSERT_EQ(files.Import("settlements", files.settlements, {"--report", files.path("report.csv")}).code, 0);
  umask(before);
  size_t seen = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(files.data)) {
    ++seen;
    const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
    EXPECT_EQ(entry.status().permissions() & others, std::filesystem::perms::none) << entry.path();
  }
  EXPECT_GT(seen, 3u);
  EXPECT_EQ(std::filesystem::status(files.path("report.csv")).permissions() & std::filesystem::perms::others_all, std::filesystem::perms::none);
}

TEST(CommandLine, AuditTellsWhoDidWhatAndItsSealsAreCompared) {
  Files files;
  ASSERT_EQ(files.Import("organizations", files.organizations).code, 0);
  const Ended list = RunProgram({"audit", "list", "--data", files.data, "--verb", "commit", "--text", "import"});
  ASSERT_EQ(list.code, 0) << list.err;
  EXPECT_EQ(list.out.substr(0, list.out.find('\n')), "number,at,user,role,origin,purpose,verb,type,what,rows,t");
  EXPECT_GT(CountOf(list.out, "command-line"), 0u) << list.out;
  const Ended again = RunProgram({"audit", "list", "--data", files.data, "--verb", "audit"});
  EXPECT_NE(again.out.find("verb=commit&text=import"), std::string::npos) << again.out;
  EXPECT_EQ(RunProgram({"audit", "list", "--data", files.data, "--from", "2026-13-01"}).code, 2);
  EXPECT_EQ(RunProgram({"audit", "list", "--data", files.path("nowhere")}).code, 2);
  EXPECT_EQ(RunProgram({"audit", "seals", "--data", files.data}).out, "") << "no day is over";
  // A seal that the record does not have, and a file that holds none.
  const std::string kept = files.Write("kept.txt", "2026-01-01 7 " + std::string(32, 'a') + " " + std::string(64, 'b') + " " + std::string(128, 'c') + "\n");
  const Ended check = RunProgram({"check", "--data", files.data, "--seals", kept});
  EXPECT_EQ(check.code, 1) << check.out;
  EXPECT_NE(check.out.find("the seal of 2026-01-01 that was kept is not the record's"), std::string::npos) << check.out;
  EXPECT_EQ(RunProgram({"check", "--data", files.data, "--seals", files.organizations}).code, 2);
}

// Any first use makes the folder and its administrator; where data were expected, a slip of the pen is told.
TEST(CommandLine, WhoeverExpectsDataIsToldThatTheFolderIsNew) {
  Folder folder;
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{{"check"}, {"rebuild"}, {"measure", "--period", "2025"}}) {
    const std::string mistyped = folder.path("new-for-" + words[0]);
    std::vector<std::string> arguments = words;
    arguments.insert(arguments.end(), {"--data", mistyped});
    const Ended first = RunProgram(arguments);
    EXPECT_NE(first.err.find("administrator admin"), std::string::npos) << first.err;
    EXPECT_NE(first.err.find(mistyped + " 是刚刚新建的空目录"), std::string::npos) << first.err;
    EXPECT_NE(first.err.find("look at --data"), std::string::npos) << first.err;
    EXPECT_TRUE(FileExists(mistyped + "/" + "admin-password.txt"));
    const Ended second = RunProgram(arguments);
    EXPECT_EQ(second.err.find("look at --data"), std::string::npos) << "it is not new any more: " << second.err;
    EXPECT_EQ(second.code, first.code);
  }
}

TEST(CommandLine, TwoProcessesAtTheFirstUseMakeOneAdministrator) {
  for (int round = 0; round < 3; ++round) {
    Folder folder;
    std::string data = folder.path("data");
    std::vector<std::unique_ptr<Child>> children;
    for (int i = 0; i < 4; ++i) {
      children.push_back(std::make_unique<Child>(std::vector<std::string>{"token", "--data", data, "--user", "admin"}));
    }
    size_t made = 0;
    for (auto& child : children) {
      Ended ended = child->End();
      EXPECT_EQ(ended.code, 0) << ended.err;
      made += CountOf(ended.err, "one-time password");
    }
    EXPECT_EQ(made, 1u);
  }
}

TEST(Import, EndsWithItsCounts) {
  Files files;
  Ended first = files.Import("organizations", files.organizations);
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(first.LastLine(), "accepted 2, unchanged 0, replaced 0, rejected 0");
  EXPECT_EQ(files.Import("organizations", files.organizations).LastLine(), "accepted 0, unchanged 2, replaced 0, rejected 0");
  std::string report = files.path("report.csv");
  Ended ledger = files.Import("settlements", files.settlements, {"--report", report, "--format", "json"});
  EXPECT_EQ(ledger.code, 0) << ledger.err;
  Result<json::Document> last = json::Document::Parse(ledger.LastLine());
  ASSERT_TRUE(last.ok()) << ledger.out;
  EXPECT_EQ(last->root().Find("accepted")->AsInteger(), 2);
  EXPECT_EQ(last->root().Find("rejected")->AsInteger(), 1);
  std::string text = *ReadFile(report);
  EXPECT_NE(text.find("line,column,value,code,reason_zh,reason_en"), std::string::npos);
  EXPECT_NE(text.find("4,"), std::string::npos);
  EXPECT_NE(text.find("impossible-date"), std::string::npos);
  EXPECT_EQ(files.Import("settlements", files.settlements).LastLine(), "accepted 0, unchanged 2, replaced 0, rejected 1");
}

TEST(Import, WhatCannotBeWorkedThroughEndsWithTwo) {
  Files files;
  EXPECT_EQ(files.Import("settlements", files.path("missing.csv")).code, 2);
  EXPECT_EQ(files.Import("dreams", files.settlements).code, 2);
  Ended wrong = files.Import("settlements", files.organizations);
  EXPECT_EQ(wrong.code, 2);
  EXPECT_NE(wrong.err.find("setl_id"), std::string::npos) << "says which columns are missing: " << wrong.err;
  EXPECT_NE(wrong.err.find("错误"), std::string::npos);
}

TEST(Measure, PrintsTheSameWithAndWithoutAServer) {
  Files files;
  ASSERT_EQ(files.Import("organizations", files.organizations).code, 0);
  ASSERT_EQ(files.Import("settlements", files.settlements).code, 0);
  std::vector<std::string> arguments = {"measure", "inpatient-in-county-share", "--data", files.data, "--period", "2025-01", "--format", "csv"};
  Ended alone = RunProgram(arguments);
  ASSERT_EQ(alone.code, 0) << alone.err;
  EXPECT_TRUE(StartsWith(alone.out, "measure,subject,period,stratum,numerator,denominator,value,met,not_met,missing,conflicting,edition,as_of\n")) << alone.out;
  EXPECT_NE(alone.out.find("inpatient-in-county-share,999901,2025-01,,1,2,0.5"), std::string::npos) << alone.out;

  Server server(files.data);
  ASSERT_TRUE(server.ready());
  Ended asked = RunProgram(arguments);
  EXPECT_EQ(asked.code, 0) << asked.err;
  auto without_as_of = [](const std::string& text) { return text.substr(0, text.rfind(',')); };
  EXPECT_EQ(without_as_of(asked.out), without_as_of(alone.out));
  // What was imported a moment ago by another process is in the answer.
  std::string more = ReplaceAll(ReplaceAll(kSettlements, "S1,P1", "S4,P4"), "S2,P2", "S5,P5");
  ASSERT_EQ(files.Import("settlements", files.Write("more.csv", more)).code, 0);
  EXPECT_NE(RunProgram(arguments).out.find(",2,4,0.5"), std::string::npos);
  for (auto [format, share] : {std::pair("table", "50.00 %"), std::pair("json", "\"0.500000\"")}) {
    Ended shown = RunProgram({"measure", "--data", files.data, "--period", "2025", "--format", format});
    EXPECT_EQ(shown.code, 0) << shown.err;
    EXPECT_NE(shown.out.find(share), std::string::npos) << format << shown.out;
  }
  server.child().Signal(SIGTERM);
  EXPECT_EQ(server.child().End().code, 0);
}

TEST(Measure, SaysWhatIsWrong) {
  Files files;
  EXPECT_EQ(RunProgram({"measure", "--data", files.data, "--period", "2025-13"}).code, 2);
  EXPECT_EQ(RunProgram({"measure", "--data", files.data}).code, 2);
  Ended unknown = RunProgram({"measure", "no-such", "--data", files.data, "--period", "2025"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_NE(unknown.err.find("no-such"), std::string::npos);
  EXPECT_EQ(RunProgram({"measure", "--data", files.data, "--period", "2025", "--packs", files.path()}).code, 2);
}

TEST(Serve, OneServerAFolder) {
  Files files;
  Server server(files.data);
  ASSERT_TRUE(server.ready()) << server.child().out();
  EXPECT_EQ(server.Send("GET", "/health").status, 200);
  Ended second = RunProgram({"serve", "--data", files.data, "--port", "0"});
  EXPECT_EQ(second.code, 2);
  EXPECT_NE(second.err.find("already"), std::string::npos) << second.err;
  Ended rebuild = RunProgram({"rebuild", "--data", files.data});
  EXPECT_EQ(rebuild.code, 2);
  EXPECT_NE(rebuild.err.find("stop it first"), std::string::npos) << rebuild.err;
  Ended check = RunProgram({"check", "--data", files.data});
  EXPECT_EQ(check.code, 0) << check.out << check.err;
  EXPECT_NE(check.out.find("not checked"), std::string::npos);
  Ended taken = RunProgram({"serve", "--data", files.path("other"), "--port", std::to_string(server.port())});
  EXPECT_EQ(taken.code, 2) << "the port is taken";
  server.child().Signal(SIGINT);
  EXPECT_EQ(server.child().End().code, 0);
  EXPECT_FALSE(FileExists(files.data + "/serve.json"));
}

TEST(Serve, FollowsWhatOtherProcessesImport) {
  Files files;
  Server server(files.data);
  ASSERT_TRUE(server.ready());
  server.UseToken(TokenOf(files.data));
  ASSERT_EQ(files.Import("organizations", files.organizations).code, 0);
  EXPECT_EQ(server.Send("GET", "/fhir/Organization/T001").status, 200);
  http::Response county = server.Send("GET", "/api/measures/all?period=2025&asOf=1000");
  EXPECT_EQ(county.status, 200) << county.body;
  EXPECT_NE(server.Send("GET", "/api/imports").body.find("\"by\":\"command-line\""), std::string::npos);
}

// A new release brings packs with tables that the folder has not: they are there before anybody asks, without a new record.
TEST(Serve, NewTablesOfAPackAreThereAtOnce) {
  Files files;
  std::filesystem::create_directories(files.path("packs"));
  const std::string pack = files.path("packs/county-core");
  std::filesystem::copy(std::string(QIANXIAN_SOURCE_DIR) + "/packs/county-core", pack, std::filesystem::copy_options::recursive);
  {
    Server server(files.data, {"--packs", files.path("packs")});
    ASSERT_TRUE(server.ready());
    ASSERT_EQ(files.Import("organizations", files.organizations).code, 0);
    server.UseToken(TokenOf(files.data));
    EXPECT_EQ(server.Send("GET", "/api/measures/all?period=2025&asOf=1").status, 200);
    server.child().Signal(SIGTERM);
    EXPECT_EQ(server.child().End().code, 0);
  }
  files.Write("packs/county-core/tables/99-place.sql", "CREATE VIEW place AS SELECT resource_key AS place_key, code FROM organization_record");
  const std::string measure = ReadFile(pack + "/measures/inpatient-in-county-share.yaml").value();
  std::string text = measure.substr(0, measure.find("sql: |"));
  text = ReplaceAll(text, "id: inpatient-in-county-share", "id: places-share") + R"(sql: |
  SELECT place_key AS case_key, 'Organization' AS case_type, code AS subject, code AS institution, DATE '2025-01-01' AS on_date, 1 AS numerator, 1 AS denominator,
         'met' AS judgement, CAST(NULL AS VARCHAR) AS disease_code, CAST(NULL AS VARCHAR) AS disease_name, CAST(NULL AS VARCHAR) AS disease_group, CAST(NULL AS VARCHAR) AS destination
  FROM place
)";
  files.Write("packs/county-core/measures/places-share.yaml", text);
  Server server(files.data, {"--packs", files.path("packs")});
  ASSERT_TRUE(server.ready());
  server.UseToken(TokenOf(files.data));
  const http::Response sheet = server.Send("GET", "/api/measures/places-share?period=2025&asOf=1");
  EXPECT_EQ(sheet.status, 200) << sheet.body;
}

TEST(Check, SaysWhatItVerifiedAndFindsDamage) {
  Files files;
  ASSERT_EQ(files.Import("organizations", files.organizations).code, 0);
  ASSERT_EQ(files.Import("settlements", files.settlements).code, 0);
  Ended good = RunProgram({"check", "--data", files.data});
  EXPECT_EQ(good.code, 0) << good.out << good.err;
  for (const char* part : {"store: ", "ledger: ", "warehouse: settlement", "everything is in order"}) {
    EXPECT_NE(good.out.find(part), std::string::npos) << part << good.out;
  }
  bool damaged = false;
  for (const auto& file : std::filesystem::recursive_directory_iterator(files.data + "/ledger")) {
    if (!file.is_regular_file() || file.path().extension() != ".parquet" || damaged) continue;
    std::fstream bytes(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekg(40);
    int old = bytes.get();
    bytes.seekp(40);
    bytes.put(static_cast<char>(old ^ 0x55));
    damaged = true;
  }
  ASSERT_TRUE(damaged);
  Ended bad = RunProgram({"check", "--data", files.data});
  EXPECT_EQ(bad.code, 1) << bad.out << bad.err;
  EXPECT_NE(bad.out.find("DAMAGE"), std::string::npos);
}

TEST(Rebuild, MakesDerivedDataAgain) {
  Files files;
  ASSERT_EQ(files.Import("organizations", files.organizations).code, 0);
  ASSERT_EQ(files.Import("settlements", files.settlements).code, 0);
  std::vector<std::string> arguments = {"measure", "inpatient-in-county-share", "--data", files.data, "--period", "2025-01", "--format", "csv"};
  std::string before = RunProgram(arguments).out;
  Ended rebuilt = RunProgram({"rebuild", "--data", files.data});
  EXPECT_EQ(rebuilt.code, 0) << rebuilt.err;
  EXPECT_EQ(RunProgram(arguments).out, before);
  std::filesystem::remove_all(files.data + "/warehouse");
  EXPECT_EQ(RunProgram(arguments).out, before) << "a deleted warehouse loses nothing";
}

TEST(Backup, BringsTheCountyBackAndAnyStateBefore) {
  Files files;
  ASSERT_EQ(files.Import("organizations", files.organizations).code, 0);
  ASSERT_EQ(files.Import("settlements", files.settlements).code, 0);
  Server server(files.data);
  ASSERT_TRUE(server.ready());
  Ended backup = RunProgram({"backup", files.path("county.backup"), "--data", files.data});
  ASSERT_EQ(backup.code, 0) << backup.err;
  EXPECT_NE(backup.out.find("backed up and verified"), std::string::npos) << backup.out;
  Ended again = RunProgram({"backup", files.path("county.backup"), "--data", files.data});
  EXPECT_EQ(again.code, 2);
  EXPECT_NE(again.err.find("is there already"), std::string::npos) << again.err;
  Ended nowhere = RunProgram({"backup", files.path("no/folder/b"), "--data", files.data});
  EXPECT_EQ(nowhere.code, 2);
  EXPECT_NE(nowhere.err.find("make it first"), std::string::npos) << nowhere.err;
  Ended wrong = RunProgram({"restore", files.settlements, "--data", files.path("wrong")});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_NE(wrong.err.find(files.settlements + " is no backup of this program"), std::string::npos) << wrong.err;
  EXPECT_NE(RunProgram({"restore", files.path("none"), "--data", files.path("wrong")}).err.find("There is no file"), std::string::npos);
  server.child().Signal(SIGINT);
  EXPECT_EQ(server.child().End().code, 0);

  const auto measure = [&](const std::string& data) {
    return RunProgram({"measure", "inpatient-in-county-share", "--data", data, "--period", "2025-01", "--format", "csv"}).out;
  };
  const std::string before = measure(files.data);
  Ended restored = RunProgram({"restore", files.path("county.backup"), "--data", files.path("new")});
  ASSERT_EQ(restored.code, 0) << restored.err;
  EXPECT_EQ(measure(files.path("new")), before);
  Ended check = RunProgram({"check", "--data", files.path("new")});
  EXPECT_EQ(check.code, 0) << check.out << check.err;
  EXPECT_EQ(RunProgram({"restore", files.path("county.backup"), "--data", files.path("new")}).code, 2) << "the folder is not empty";

  // After the first commits there were no settlements yet.
  Ended early = RunProgram({"restore", files.path("county.backup"), "--data", files.path("early"), "--t", "2"});
  ASSERT_EQ(early.code, 0) << early.err;
  EXPECT_NE(measure(files.path("early")), before);
  Ended early_check = RunProgram({"check", "--data", files.path("early")});
  EXPECT_EQ(early_check.code, 0) << early_check.out << early_check.err;
  EXPECT_EQ(RunProgram({"restore", files.path("county.backup"), "--data", files.path("late"), "--t", "999999"}).code, 2);
}

TEST(Pack, FaultsNameFileAndLine) {
  Folder folder;
  Ended list = RunProgram({"pack", "list"});
  EXPECT_EQ(list.code, 0) << list.err;
  EXPECT_NE(list.out.find("county-core"), std::string::npos);
  Ended show = RunProgram({"pack", "show", "inpatient-in-county-share"});
  EXPECT_EQ(show.code, 0);
  EXPECT_NE(show.out.find("SQL"), std::string::npos);
  EXPECT_EQ(RunProgram({"pack", "show", "nothing-of-the-kind"}).code, 2);
  EXPECT_EQ(RunProgram({"pack", "check"}).code, 0);
  std::filesystem::create_directories(folder.path("packs"));
  std::filesystem::copy(std::string(QIANXIAN_SOURCE_DIR) + "/packs/county-core", folder.path("packs/county-core"),
                        std::filesystem::copy_options::recursive);
  folder.Write("packs/county-core/measures/bad.yaml", "id: bad\nkind: nonsense\n");
  Ended bad = RunProgram({"pack", "check", "--packs", folder.path("packs")});
  EXPECT_EQ(bad.code, 1) << bad.err;
  EXPECT_NE(bad.err.find("measures/bad.yaml"), std::string::npos) << bad.err;
  EXPECT_EQ(RunProgram({"pack", "check", "--packs", folder.path("nowhere")}).code, 2);
}

TEST(Account, AddedAndResetOnTheCommandLine) {
  Files files;
  ASSERT_EQ(files.Import("organizations", files.organizations).code, 0);
  Ended added = RunProgram({"account", "add", "li", "--role", "hospital-manager", "--org", "H001", "--name", "李", "--data", files.data});
  ASSERT_EQ(added.code, 0) << added.err;
  EXPECT_TRUE(StartsWith(added.out, "li "));
  EXPECT_EQ(RunProgram({"account", "add", "li", "--role", "viewer", "--data", files.data}).code, 2);
  EXPECT_NE(RunProgram({"account", "list", "--data", files.data}).out.find("li\thospital-manager"), std::string::npos);
  Ended reset = RunProgram({"account", "reset", "li", "--data", files.data});
  EXPECT_EQ(reset.code, 0);
  EXPECT_NE(reset.out, added.out);
  Ended factor = RunProgram({"account", "reset", "li", "--second-factor", "--data", files.data});
  EXPECT_EQ(factor.code, 0) << factor.err;
  EXPECT_EQ(factor.out, "") << "no other password";
  EXPECT_EQ(RunProgram({"account", "reset", "nobody", "--second-factor", "--data", files.data}).code, 2);
}

TEST(Demo, IsMadeOnceAndNeverOverRealRecords) {
  Folder folder;
  std::string data = folder.path("data");
  Ended made = RunProgram({"demo", "--size", "tiny", "--data", data});
  ASSERT_EQ(made.code, 0) << made.err;
  for (const char* user : {"admin ", "director ", "insurance ", "manager ", "it ", "viewer "}) {
    EXPECT_NE(made.out.find("  " + std::string(user)), std::string::npos) << user << made.out;
  }
  EXPECT_NE(made.out.find("invented"), std::string::npos);
  Ended again = RunProgram({"demo", "--size", "tiny", "--data", data});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.out.find("accepted"), std::string::npos) << "nothing is made or loaded again";
  EXPECT_NE(again.out.find("  director "), std::string::npos);
  EXPECT_EQ(RunProgram({"demo", "--size", "tiny", "--seed", "2", "--data", data}).code, 2);
  EXPECT_EQ(RunProgram({"check", "--data", data}).code, 0);

  Files real;
  ASSERT_EQ(real.Import("organizations", real.organizations).code, 0);
  Ended refused = RunProgram({"demo", "--size", "tiny", "--data", real.data});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("empty"), std::string::npos) << refused.err;
}

TEST(Demo, GoesOnWhereItWasKilled) {
  Folder folder;
  const std::string data = folder.path("data"), truth = data + "/demo-files/truth.json";
  {
    Child killed({"demo", "--size", "tiny", "--data", data});
    ASSERT_TRUE(killed.WaitFor("settlements-2023.csv", 120));
    killed.Signal(SIGKILL);
    killed.End();
  }
  const auto written = std::filesystem::last_write_time(truth);
  Ended on = RunProgram({"demo", "--size", "tiny", "--data", data, "--drop-files"});
  ASSERT_EQ(on.code, 0) << on.err;
  EXPECT_EQ(on.out.find("organizations.csv"), std::string::npos) << "what was imported is not imported again\n" << on.out;
  EXPECT_NE(on.out.find("settlements-2025.csv"), std::string::npos) << on.out;
  EXPECT_EQ(std::filesystem::last_write_time(truth), written) << "what was generated is not generated again";
  EXPECT_FALSE(std::filesystem::exists(data + "/demo-files/settlements-2023.csv"));
  EXPECT_FALSE(std::filesystem::exists(data + "/demo-files/settlements-2025.csv"));
  EXPECT_EQ(RunProgram({"check", "--data", data}).code, 0);
}

}  // namespace
}  // namespace qianxian::tests
