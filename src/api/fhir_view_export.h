// ViewDefinition/$export as a kind of job (bulk_jobs.h): each view over the record of one t, into a file of its own (CSV,
// NDJSON or Parquet). Threads: see BulkKind. Failures: those of view/ and of view_table.h.
// Source: https://build.fhir.org/ig/FHIR/sql-on-fhir-v2/OperationDefinition-ViewDefinitionExport.html
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/bulk_jobs.h"
#include "api/view_table.h"

namespace qianxian::api {

struct OperationCall;                      // fhir_operations.h

struct NamedView {
  std::string name;                        // of its file
  std::string definition;                  // JSON
};

struct ViewExportRequest {
  std::vector<NamedView> views;
  TableFormat format = TableFormat::kNdjson;
  bool header = true;
  std::string tracking;                    // clientTrackingId
  ViewSource source;
  bool nobody = false;                     // a group without members was asked for
};

// Checks the definitions; a view without a name gets its definition's. Each name once, of letters, digits, "_" and "-".
Status NameViews(const fhir::Definitions& definitions, std::vector<NamedView>& views);
std::string ViewExportJson(const ViewExportRequest& request);
// By patient, group and _since; none if the groups have no members.
Result<std::optional<ViewSource>> ViewSourceOf(const OperationCall& call, store::Snapshot& snapshot);

class ViewExportKind final : public BulkKind {
 public:
  explicit ViewExportKind(const Services& services) : services_(services) {}
  std::string_view name() const override { return "view-export"; }
  std::vector<std::string> Parts(json::Value request) const override;
  Result<BulkPart> Run(const BulkWork& work, size_t part) override;
  http::Response Manifest(const BulkView& view, const std::string& id, const std::string& address) const override;

 private:
  const Services services_;
};

}  // namespace qianxian::api
