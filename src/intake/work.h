// The state of one import while it runs: what it may touch, what it has counted, and the job's Task that says so in the
// record (docs/formats/sheets.md, "The job"). Threads: counting and notes from any; Tell only from the thread of Run.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "intake/faults.h"
#include "intake/import.h"
#include "intake/report.h"

namespace qianxian::intake {

class Work {
 public:
  Work(const access::Caller& caller, const Tools& tools, const Request& request, const Cancel& cancel,
       std::function<void(const Progress&)> progress, std::string job_id, std::string report_path);

  const access::Caller& caller;              // who asked: decides what may be imported
  const access::Caller writer;               // the program itself, in the asker's name: commits what was decided
  const Tools& tools;
  const Request& request;
  const Cancel& cancel;
  const std::string job_id;
  const std::string report_path;
  std::vector<std::string> names;            // of request.paths, as the user knows them

  Status OpenReport();
  Report& report() { return *report_; }

  void Count(const Counts& more);
  Counts counts() const;                     // with the report's refused rows
  void CountRows(uint64_t rows);
  void AddNote(std::string zh, std::string en);
  void NoteReportLength();                   // says so where a spreadsheet would open only a part of the report
  // Progress within the whole: `fraction` of the file `index` in its stage.
  void Tell(std::string_view stage, double fraction);
  // The share of the work that the file at `position` of `size` bytes, the index-th of all, has come to.
  double FractionOf(size_t index, uint64_t position, uint64_t size) const;
  Status CheckCancel() const;                // error "cancelled"

  // Who owns the job's Task: the hospital whose rows they are, "" for the county.
  std::string TaskOwner() const;
  // The Task as it stands now. `error`: what ended it.
  store::Change TaskChange(std::string_view status, const Error* error = nullptr,
                           const Counts* counts_at_end = nullptr) const;
  bool task_is_final = false;                // the last commit of the rows said "completed" already

  Summary MakeSummary();

 private:
  std::string TaskJson(std::string_view status, const Error* error, const Counts& counts) const;

  std::function<void(const Progress&)> progress_;
  std::unique_ptr<Report> report_;
  mutable std::mutex mutex_;                 // guards what follows
  Counts counts_;
  uint64_t rows_read_ = 0;
  std::vector<std::string> notes_zh_, notes_en_;
  Instant begun_;
  double told_ = 0;
};

// A file of the request is opened for this; closes nothing.
struct InputFile {
  size_t index = 0;
  std::string path;
  std::string name;
};
std::vector<InputFile> InputFiles(const Work& work);

// Each kind of import (one file each). They return when every row is accounted for.
Status ImportFirstPages(Work& work);
Status ImportLedgerSheets(Work& work, const store::LedgerSchema& schema);
Status ImportOrganizations(Work& work);
Status ImportFhir(Work& work);
Status ImportCodes(Work& work);
Status ImportPackages(Work& work);

}  // namespace qianxian::intake
