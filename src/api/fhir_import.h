// $import as a kind of job (bulk_jobs.h): each input is a file of NDJSON (packed or not) in a folder, or at an address, that
// DIR/import-sources.txt allows (a folder's path or the beginning of an address a line); it goes through intake/ like any other file, so that a repeated or resumed
// import writes nothing twice. What is refused is a line of an errors file, an OperationOutcome each.
// Threads: see BulkKind. Failures: not_found ("no-such-file"), invalid ("bad-input-url", "source-not-allowed"), those of
// intake and of http::Send.
// Source: https://github.com/smart-on-fhir/bulk-import/blob/master/import.md
#pragma once

#include <string>
#include <vector>

#include "api/bulk_jobs.h"

namespace qianxian::api {

struct ImportInput {
  std::string type;                        // of its resources
  std::string url;
};

Status CheckImportUrl(const Services& services, const std::string& url);
std::string ImportRequestJson(const std::vector<ImportInput>& inputs);

class ImportKind final : public BulkKind {
 public:
  explicit ImportKind(const Services& services) : services_(services) {}
  std::string_view name() const override { return "import"; }
  std::vector<std::string> Parts(json::Value request) const override;
  Result<BulkPart> Run(const BulkWork& work, size_t part) override;
  http::Response Manifest(const BulkView& view, const std::string& id, const std::string& address) const override;

 private:
  Result<std::string> Fetch(const BulkWork& work, const std::string& url, size_t part) const;
  const Services services_;
};

}  // namespace qianxian::api
