// Gaps and actions as FHIR R4 records, and back: gap = DetectedIssue + MeasureReports, action = Task. The frozen definition
// lies in the gap as it was when the gap was opened. Records of a time when less of it was kept are read all the same.
// Pure; any thread. Source: https://hl7.org/fhir/R4/detectedissue.html, task.html, measurereport.html
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "gap/gap.h"
#include "pack/pack.h"
#include "store/store.h"

namespace qianxian::gap {

struct GapRecord {
  std::string id;
  uint64_t version = 0;
  bool closed = false;
  std::string subject, subject_name, owner, opened_on, closed_on;
  std::string definition_hash;
  pack::Measure definition;                          // frozen
  std::optional<pack::CapabilityList> list;          // frozen with it: of coverage, the list that is covered
  std::map<std::string, std::string> tables;         // what the SQL reads → hash of what made it then
  std::string kept_on;                               // list and tables are those of this day; "": they were not kept
  std::string tables_changed_on;                     // the sweep that saw other tables first
  std::string unmeasured_on;                         // the sweep that could not measure by this definition any more
  Point baseline, latest;
  double severity = 0;
};

using GapRecords = std::map<std::string, GapRecord>;   // by id

std::string GapId(std::string_view measure, std::string_view subject);          // the same for the same two
std::string ActionPrefix(std::string_view gap_id);                              // ids of its actions start so

std::string GapAsFhir(const GapRecord& gap);
Result<GapRecord> GapFromFhir(const store::Resource& resource);
// The measured point as a record: `which` is "baseline" or "latest". Its id is the gap's and the word.
std::string ReportAsFhir(const GapRecord& gap, const Point& point, std::string_view which, std::string_view date);

std::string ActionAsFhir(const Action& action);
Result<Action> ActionFromFhir(const store::Resource& resource);

}  // namespace qianxian::gap
