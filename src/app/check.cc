#include <cstdio>

#include "app/commands.h"
#include "app/running_server.h"
#include "app/terminal.h"
#include "base/files.h"
#include "base/text.h"
#include "json/value.h"
#include "store/audit.h"

namespace qianxian::app {
namespace {

struct Verdict {
  uint64_t bad = 0;

  void Line(const std::string& what, uint64_t checked, uint64_t wrong, const std::string& first_bad) {
    bad += wrong;
    std::printf("%-60s %12llu  %s", what.c_str(), static_cast<unsigned long long>(checked), wrong == 0 ? "正常 good" : "损坏 DAMAGED");
    if (wrong != 0) std::printf(" %llu: %s", static_cast<unsigned long long>(wrong), first_bad.c_str());
    std::printf("\n");
    std::fflush(stdout);
  }

  void Report(const std::string& part, const store::CheckReport& report) {
    for (const store::CheckReport::Line& line : report.lines) Line(part + ": " + line.what, line.checked, line.bad, line.first_bad);
  }
};

Result<uint64_t> CountRows(Folder& folder, const std::string& relation, const std::string& what) {
  QX_TRY(columns::Rows rows, folder.warehouse().Query("SELECT CAST(count(" + what + ") AS BIGINT) FROM " + relation, {}, nullptr));
  return static_cast<uint64_t>(rows.rows.at(0).at(0).integer);
}

// Every ledger row that counts stands in the warehouse once.
Status CheckLedgers(Folder& folder, Verdict& verdict) {
  for (const char* kind : {"settlement", "population"}) {
    QX_TRY(std::string sql, folder.ledger().CurrentRowsSql(access::SystemCaller("check"), kind));
    QX_TRY(uint64_t truth, CountRows(folder, "(" + sql + ")", "*"));
    QX_TRY(uint64_t derived, CountRows(folder, kind, "*"));
    verdict.Line(std::string("warehouse: ") + kind + " rows against the ledger", derived, derived == truth ? 0 : 1,
                 std::to_string(derived) + " rows, the ledger has " + std::to_string(truth));
  }
  return Ok();
}

// A view without conditions has every record of its type; one with conditions never more.
Status CheckViews(Folder& folder, Verdict& verdict) {
  QX_TRY(auto snapshot, folder.store().OpenSnapshot(access::SystemCaller("check")));
  for (const pack::NamedFile& file : folder.packs().merged.views) {
    QX_TRY(json::Document view, json::Document::Parse(file.content));
    std::string name(view.root().FindString("name")), type(view.root().FindString("resource"));
    bool conditional = view.root().Find("where") || file.content.find("\"forEach\"") != std::string::npos;
    QX_TRY(uint64_t truth, snapshot->Count(type));
    QX_TRY(uint64_t derived, CountRows(folder, name, "DISTINCT resource_key"));
    bool good = conditional ? derived <= truth : derived == truth;
    verdict.Line("warehouse: " + name + " against the record's " + type, derived, good ? 0 : 1,
                 std::to_string(derived) + " records, the store has " + std::to_string(truth));
  }
  return Ok();
}

Status CheckNumbers(Folder& folder, Verdict& verdict, const Cancel& cancel) {
  QX_DO(folder.OpenNumbers());
  QX_DO(folder.CatchUp(cancel));
  QX_DO(CheckLedgers(folder, verdict));
  return CheckViews(folder, verdict);
}

// A record that was put back to an earlier day and sealed anew is told by seals that lay elsewhere.
Status CheckKeptSeals(const CheckOptions& options, Folder& folder, Verdict& verdict) {
  if (options.seals.empty()) return Ok();
  QX_TRY(const std::string kept, ReadFile(options.seals));
  QX_TRY(const std::vector<store::AuditSeal> here, store::ReadAuditSeals(CommandLineCaller(), folder.directory(), folder.clock()));
  QX_TRY(const std::vector<std::string> wrong, store::CompareAuditSeals(here, kept));
  uint64_t lines = 0;
  for (std::string_view line : Split(kept, '\n')) lines += TrimAscii(line).empty() ? 0 : 1;
  verdict.Line("store: audit: seals that were kept elsewhere", lines, wrong.size(), wrong.empty() ? "" : wrong.front());
  return Ok();
}

}  // namespace

int RunCheck(const CheckOptions& options) {
  Cancel& cancel = StopOnSignals();
  Result<std::unique_ptr<Folder>> opened = Folder::Open(WithData(options.folder));
  if (!opened.ok()) return Fail(opened.error());
  Folder& folder = **opened;
  Verdict verdict;
  Result<store::CheckReport> store = folder.store().Check(access::SystemCaller("check"));
  if (!store.ok()) return Fail(store.error());
  verdict.Report("store", *store);
  Status seals = CheckKeptSeals(options, folder, verdict);
  if (!seals.ok()) return Fail(seals.error());
  Result<store::CheckReport> ledger = folder.ledger().Check(access::SystemCaller("check"));
  if (!ledger.ok()) return Fail(ledger.error());
  verdict.Report("ledger", *ledger);
  Result<std::optional<RunningServer>> server = FindRunningServer(folder.directory());
  if (!server.ok()) return Fail(server.error());
  if (*server) {
    std::printf("warehouse: 服务正在使用，未检查 · in use by the running server (pid %lld), not checked\n", static_cast<long long>((*server)->pid));
  } else {
    Status numbers = CheckNumbers(folder, verdict, cancel);
    if (!numbers.ok()) return Fail(numbers.error());
  }
  std::printf(verdict.bad == 0 ? "一切正常 · everything is in order\n" : "发现损坏 · DAMAGE FOUND\n");
  return verdict.bad == 0 ? kDone : kDamaged;
}

}  // namespace qianxian::app
