// The one door: checks who asks, keeps the job's Task from the first moment to the last, and sends each kind of file to
// those who know it.
#include "intake/import.h"

#include <array>

#include "base/files.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/text.h"
#include "fhir/primitive.h"
#include "intake/work.h"

namespace qianxian::intake {
namespace {

constexpr std::array<std::pair<Kind, std::string_view>, 7> kKinds{{{Kind::kFirstPages, "first-pages"},
                                                                   {Kind::kSettlements, "settlements"},
                                                                   {Kind::kOrganizations, "organizations"},
                                                                   {Kind::kPopulation, "population"},
                                                                   {Kind::kFhir, "fhir"},
                                                                   {Kind::kCodes, "codes"},
                                                                   {Kind::kPackage, "package"}}};

// What somebody must be allowed to import for this kind to make sense at all; rows are then judged one by one.
Status MayImport(const access::Caller& caller, const Request& request) {
  const std::string owner = !request.organization.empty()  ? request.organization
                            : caller.whole_county || caller.organizations.empty() ? ""
                                                           : caller.organizations.front();
  switch (request.kind) {
    case Kind::kFirstPages: return access::Decide(caller, access::Verb::kImport, "Encounter", owner);
    case Kind::kSettlements: return access::Decide(caller, access::Verb::kImport, "settlement", "");
    case Kind::kPopulation: return access::Decide(caller, access::Verb::kImport, "population", "");
    case Kind::kOrganizations: return access::Decide(caller, access::Verb::kImport, "Organization", "");
    case Kind::kFhir: return access::Decide(caller, access::Verb::kImport, "Patient", owner);
    case Kind::kCodes: return access::Decide(caller, access::Verb::kImport, "CodeSystem", "");
    case Kind::kPackage: return access::Decide(caller, access::Verb::kImport, "StructureDefinition", "");
  }
  return Ok();
}

Status CheckRequest(const Tools& tools, const Request& request) {
  QX_CHECK(tools.store && tools.ledger && tools.clock && tools.random, "import without its tools");
  if (request.paths.empty()) return Invalid("no-file", "No file was given.", "没有指定文件。");
  for (const std::string& path : request.paths)
    if (!FileExists(path)) return NotFound("no-file", "There is no file " + path, "没有这个文件：" + path);
  if (!request.job_id.empty() && !fhir::IsValidId(request.job_id))
    return Invalid("bad-id", "The job's id is no valid id: " + request.job_id, "任务编号不合格式：" + request.job_id);
  return Ok();
}

Status Dispatch(Work& work) {
  switch (work.request.kind) {
    case Kind::kFirstPages: return ImportFirstPages(work);
    case Kind::kSettlements: return ImportLedgerSheets(work, store::SettlementSchema());
    case Kind::kPopulation: return ImportLedgerSheets(work, store::PopulationSchema());
    case Kind::kOrganizations: return ImportOrganizations(work);
    case Kind::kFhir: return ImportFhir(work);
    case Kind::kCodes: return ImportCodes(work);
    case Kind::kPackage: return ImportPackages(work);
  }
  return Fault("no-such-kind", "no such kind of import");
}

Status CommitTask(Work& work, std::string_view status, const Error* error) {
  store::CommitRequest request;
  request.changes.push_back(work.TaskChange(status, error));
  request.reason = "import:" + std::string(Name(work.request.kind));
  QX_DO(work.tools.store->Commit(work.writer, std::move(request)));
  return Ok();
}

}  // namespace

std::string_view Name(Kind kind) {
  for (const auto& [known, name] : kKinds)
    if (known == kind) return name;
  return "";
}

Result<Kind> ParseKind(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& [kind, known] : kKinds) {
    if (known == name) return kind;
    names.emplace_back(known);
  }
  const std::string list = Join(names, ", ");
  return Invalid("unknown-kind", "There is no kind of import \"" + std::string(name) + "\"; there are: " + list + ".",
                 "没有“" + std::string(name) + "”这种导入；可用的有：" + list + "。");
}

Result<Summary> Run(const access::Caller& caller, const Tools& tools, const Request& request, const Cancel& cancel,
                    std::function<void(const Progress&)> progress) {
  QX_DO(CheckRequest(tools, request));
  QX_DO(MayImport(caller, request));
  const std::string job_id = request.job_id.empty() ? "import-" + NewUuid(*tools.clock, *tools.random) : request.job_id;
  const std::string report =
      request.report_path.empty() ? tools.directory + "/reports/" + job_id + ".csv" : request.report_path;
  Work work(caller, tools, request, cancel, std::move(progress), job_id, report);
  QX_DO(work.OpenReport());
  QX_DO(CommitTask(work, "in-progress", nullptr));
  work.Tell("reading", 0);
  Status done = Dispatch(work);
  // The report is part of the answer: if it cannot be written, the rows that it should name would be lost.
  if (Status closed = work.report().Close(); done.ok() && !closed.ok()) done = std::move(closed);
  if (!done.ok()) {
    const bool cancelled = done.error().code == "cancelled";
    // The Task is told why, if the store still takes it; the first error is the one that matters to the caller.
    (void)CommitTask(work, cancelled ? "cancelled" : "failed", &done.error());
    return std::move(done).error();
  }
  work.NoteReportLength();
  if (!work.task_is_final) QX_DO(CommitTask(work, "completed", nullptr));
  work.Tell("done", 1);
  return work.MakeSummary();
}

}  // namespace qianxian::intake
