// Bulk Data export as a kind of job (bulk_jobs.h): what its caller may see, at one t, into one NDJSON file a type.
// Threads: see BulkKind. Failures: unavailable, and what the record says.
// Source: https://hl7.org/fhir/uv/bulkdata/STU2/export.html
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/bulk_jobs.h"

namespace qianxian::api {

struct ExportRequest {
  enum class Level { kSystem, kPatient, kGroup } level = Level::kSystem;
  std::string group;                       // id
  std::vector<std::string> types;
  std::vector<std::pair<std::string, std::string>> filters;   // type and search text; of one type: any of them
  std::optional<Instant> since;
};
std::string ExportRequestJson(const ExportRequest& request);

// The active members of a Group that are patients.
Result<std::set<std::string>> PatientsOfGroup(store::Snapshot& snapshot, const std::string& id);
// The manifest of Bulk Data with the files of all parts; `input_urls`: of each part, "" = none.
http::Response BulkManifest(const BulkView& view, const std::string& address, const std::vector<std::string>& input_urls = {});

class ExportKind final : public BulkKind {
 public:
  explicit ExportKind(const Services& services) : services_(services) {}
  std::string_view name() const override { return "export"; }
  std::vector<std::string> Parts(json::Value request) const override;
  Result<BulkPart> Run(const BulkWork& work, size_t part) override;
  http::Response Manifest(const BulkView& view, const std::string& id, const std::string& address) const override;

 private:
  const Services services_;
};

}  // namespace qianxian::api
