#include <cstdio>

#include "app/commands.h"
#include "app/terminal.h"
#include "json/writer.h"

namespace qianxian::app {
namespace {

std::string CountsText(const intake::Counts& counts) {
  return "accepted " + std::to_string(counts.accepted) + ", unchanged " + std::to_string(counts.unchanged) + ", replaced " +
         std::to_string(counts.replaced) + ", rejected " + std::to_string(counts.rejected);
}

std::string SummaryJson(const intake::Summary& summary) {
  json::Writer writer;
  writer.BeginObject().Member("accepted", summary.counts.accepted).Member("unchanged", summary.counts.unchanged);
  writer.Member("replaced", summary.counts.replaced).Member("rejected", summary.counts.rejected);
  writer.Member("job", summary.job_id).Member("report", summary.report_path);
  writer.Member("t", summary.t).Name("notes").BeginArray();
  for (size_t i = 0; i < summary.notes_zh.size(); ++i) {
    writer.BeginObject().Member("zh", summary.notes_zh[i]);
    writer.Member("en", i < summary.notes_en.size() ? summary.notes_en[i] : summary.notes_zh[i]).EndObject();
  }
  writer.EndArray().EndObject();
  return writer.Take();
}

void SayNotes(const intake::Summary& summary) {
  for (size_t i = 0; i < summary.notes_zh.size(); ++i) {
    Say(summary.notes_zh[i] + (i < summary.notes_en.size() ? " · " + summary.notes_en[i] : ""));
  }
  if (summary.counts.rejected > 0) {
    Say("被拒绝的行见 · rejected rows are in " + summary.report_path);
  }
}

}  // namespace

int RunImport(const ImportOptions& options) {
  Result<intake::Kind> kind = intake::ParseKind(options.kind);
  if (!kind.ok()) return Fail(kind.error());
  Cancel& cancel = StopOnSignals();
  Result<std::unique_ptr<Folder>> opened = Folder::Open(options.folder);
  if (!opened.ok()) return Fail(opened.error());
  Folder& folder = **opened;
  intake::Request request;
  request.kind = *kind;
  request.paths = options.files;
  request.organization = options.organization;
  request.stay_days_inclusive = options.stay_days == "inclusive";
  request.system = options.system;
  request.version = options.version;
  request.title = options.title;
  request.report_path = options.report;
  Result<intake::Summary> summary = Error{};
  {
    ProgressLine line(folder.clock(), "导入 import");
    summary = intake::Run(CommandLineCaller(), folder.intake_tools(), request, cancel, [&](const intake::Progress& progress) {
      line.Show(progress.fraction, progress.stage + " " + std::to_string(progress.rows_read) + " 行 rows");
    });
  }
  if (!summary.ok()) return Fail(summary.error());
  SayNotes(*summary);
  std::printf("%s\n", options.format == "json" ? SummaryJson(*summary).c_str() : CountsText(summary->counts).c_str());
  return kDone;
}

}  // namespace qianxian::app
