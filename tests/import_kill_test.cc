// An import that is killed at any moment, again and again, and then run to its end leaves exactly what an undisturbed one
// leaves: no doubles, nothing half, the store and the ledgers sound. The import runs in a process of its own (this program
// again); it writes a byte for each step of its progress, and is killed with SIGKILL after a random number of them.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>

#include "base/files.h"
#include "base/ids.h"
#include "base/temporary_folder.h"
#include "columns/database.h"
#include "fhir/definitions.h"
#include "intake/import.h"
#include "json/value.h"
#include "search/parameters.h"
#include "store/ledger.h"
#include "store/store.h"

namespace qianxian {
namespace {

using std::string;

struct Data {
  explicit Data(const string& folder_in) : folder(folder_in) {
    parameters = std::move(search::Parameters::Create(fhir::Definitions::R4())).value();
    store = std::move(store::OpenSqliteStore({folder, parameters.get(), &clock, &random})).value();
    ledger = std::move(store::OpenLedger(folder, *store, clock, random)).value();
  }
  string folder;
  SystemClock clock;
  SystemRandom random;
  std::unique_ptr<const search::Parameters> parameters;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<store::Ledger> ledger;
};

// What the child does: `kind` of `path` into `folder`; a byte to standard output at each step.
int ImportHere(const string& folder, const string& kind, const string& path) {
  Data data(folder);
  const access::Caller caller{.user = "kill-test", .role = access::Role::kAdministrator, .whole_county = true};
  intake::Request request{.kind = intake::ParseKind(kind).value(), .paths = {path}};
  if (request.kind == intake::Kind::kFirstPages) request.organization = "H1";
  const auto step = [](const intake::Progress&) { (void)!write(STDOUT_FILENO, ".", 1); };
  const auto summary =
      intake::Run(caller, {data.store.get(), data.ledger.get(), &data.clock, &data.random, folder}, request, {}, step);
  if (summary.ok()) return 0;
  std::fprintf(stderr, "%s\n", Describe(summary.error()).c_str());
  return 1;
}

struct Ended {
  bool killed = false;
  int code = -1;
  uint64_t steps = 0;
};

// Runs the import; kills it after `steps` steps (0: never).
Ended ImportInAChild(const string& folder, const string& kind, const string& path, uint64_t steps) {
  int ends[2];
  EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  string program = std::filesystem::read_symlink("/proc/self/exe");
  string words[] = {program, "--import", folder, kind, path};
  char* arguments[] = {words[0].data(), words[1].data(), words[2].data(), words[3].data(), words[4].data(), nullptr};
  pid_t child = 0;
  EXPECT_EQ(posix_spawn(&child, program.c_str(), &actions, nullptr, arguments, environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  Ended ended;
  char byte;
  while (read(ends[0], &byte, 1) == 1)
    if (++ended.steps == steps) kill(child, SIGKILL);
  close(ends[0]);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  ended.killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  if (WIFEXITED(status)) ended.code = WEXITSTATUS(status);
  return ended;
}

string WithoutMeta(const string& body) {
  const auto document = json::Document::Parse(body);
  string out;
  for (const json::Member& member : document->root().Members())
    if (member.name != "meta") out += string(member.name) + "=" + string(member.value.Raw()) + "\n";
  return out;
}

// All that the folder holds, but for jobs, times and versions.
std::map<string, string> Everything(Data& data) {
  std::map<string, string> all;
  const access::Caller caller = access::SystemCaller("test");
  auto snapshot = std::move(data.store->OpenSnapshot(caller)).value();
  for (const char* type : {"Organization", "Patient", "Encounter", "Condition", "Procedure"}) {
    const auto resources = snapshot->Scan(type, "", 1'000'000);
    for (const store::Resource& r : resources.value()) all[string(type) + "/" + r.id] = r.owner + "\n" + WithoutMeta(r.body);
  }
  auto connection = std::move((*columns::Database::Open({}))->Connect()).value();
  const string sql = data.ledger->CurrentRowsSql(caller, "settlement").value();
  const auto rows = connection->Query("SELECT setl_id, concat_ws('|', psn_no, enddate, fund_pay_sumamt, line) FROM (" + sql + ")");
  EXPECT_TRUE(rows.ok());
  for (const auto& row : rows->rows) EXPECT_TRUE(all.emplace("settlement/" + row[0].text, row[1].text).second) << row[0].text;
  return all;
}

void ExpectSound(Data& data) {
  const access::Caller caller = access::SystemCaller("test");
  for (const auto& report : {data.store->Check(caller), data.ledger->Check(caller)}) {
    ASSERT_TRUE(report.ok()) << Describe(report.error());
    for (const auto& line : report->lines) EXPECT_EQ(line.bad, 0u) << line.what << ": " << line.first_bad;
  }
}

class ImportKill : public ::testing::Test {
 protected:
  // Kills `kills` imports of the same file at random steps, then lets one finish; every time the folder must be sound.
  void KillAndCompare(const string& kind, const string& path, int kills) {
    const Ended clean = ImportInAChild(root_ + "/clean", kind, path, 0);
    ASSERT_EQ(clean.code, 0);
    SeededRandom random(20250701);
    int killed = 0;
    for (int i = 0; i < kills; ++i) {
      const Ended ended = ImportInAChild(root_ + "/killed", kind, path, 1 + random.NextBelow(clean.steps));
      killed += ended.killed;
      ASSERT_TRUE(ended.killed || ended.code == 0);
      Data data(root_ + "/killed");
      ExpectSound(data);
    }
    EXPECT_GT(killed, kills / 2);
    ASSERT_EQ(ImportInAChild(root_ + "/killed", kind, path, 0).code, 0);
    Data clean_data(root_ + "/clean"), killed_data(root_ + "/killed");
    ExpectSound(killed_data);
    const auto expected = Everything(clean_data), found = Everything(killed_data);
    EXPECT_GT(expected.size(), 1000u);
    EXPECT_EQ(found.size(), expected.size());
    for (const auto& [key, value] : expected) {
      const auto other = found.find(key);
      ASSERT_TRUE(other != found.end()) << key;
      ASSERT_EQ(other->second, value) << key;
    }
    // Nothing is left lying about.
    if (std::filesystem::exists(root_ + "/killed/ledger")) {
      const auto files = ListFiles(root_ + "/killed/ledger"), clean_files = ListFiles(root_ + "/clean/ledger");
      EXPECT_EQ(files->size(), clean_files->size());
    }
  }

  TemporaryFolder place_;
  const string& root_ = place_.path();
};

TEST_F(ImportKill, FirstPages) {
  const string path = root_ + "/pages.csv";
  std::ofstream file(path);
  file << "BAH,ZYCS,XM,SFZH,DH,RYSJ,CYSJ,ZYZD,JBDM,QTZD1,JBDM1,SSJCZBM1,SSJB1,ZFY\n";
  for (int i = 0; i < 4000; ++i)             // some patients come twice, some stays stand twice
    file << "B" << i % 3900 << ",1,某" << i % 3500 << ",," << i << ",20250701,2025070" << 2 + i % 7
         << ",高血压,I10.x00,糖尿病,E11." << i % 9 << "00,51.2300," << 1 + i % 4 << "," << i << ".50\n";
  file.close();
  KillAndCompare("first-pages", path, 8);
}

TEST_F(ImportKill, Settlements) {
  const string path = root_ + "/settlements.csv";
  std::ofstream file(path);
  file << "setl_id,psn_no,insu_admdvs,fixmedins_code,fix_blng_admdvs,med_type,enddate,fund_pay_sumamt\n";
  for (int i = 0; i < 60000; ++i)
    file << "S" << i % 59000 << ",P" << i % 5000 << ",410123,H1,410123,21,202507" << 10 + i % 20 << "," << i << ".05\n";
  file.close();
  KillAndCompare("settlements", path, 8);
}

}  // namespace
}  // namespace qianxian

int main(int argc, char** argv) {
  if (argc == 5 && std::string(argv[1]) == "--import") return qianxian::ImportHere(argv[2], argv[3], argv[4]);
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
