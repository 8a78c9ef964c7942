// A Bundle as a list of things to do: each entry with the id it will have, and its text with references put right.
//   id: that of a PUT, else the resource's own, else made from fullUrl (urn:uuid:… gives the UUID), else from its content;
//   so that the same Bundle always finds the same records.
//   references: what equals an entry's fullUrl becomes "Type/id"; "Type?identifier=…" becomes what it finds.
// One thread. Failures: those of Identifiers; a bad entry is no failure but has a problem.
// Source: https://hl7.org/fhir/R4/http.html#trules, bundle.html
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "intake/faults.h"
#include "intake/identifiers.h"
#include "json/value.h"

namespace qianxian::intake {

struct BundleEntry {
  enum class Kind { kPut, kDelete, kKnown /* ifNoneExist found it */, kSkip /* GET, HEAD */ } kind = Kind::kPut;
  uint64_t ordinal = 0;                    // 1 is the first entry
  std::string type, id, body;
  std::vector<Rejection> problems;         // if any, the entry is refused
};

class BundleReader {
 public:
  explicit BundleReader(Identifiers& identifiers) : identifiers_(identifiers) {}
  Result<std::vector<BundleEntry>> Read(json::Value bundle);
  // One resource that stands alone (a file, a line of NDJSON): its references are left as they are.
  BundleEntry ReadAlone(json::Value resource, uint64_t ordinal);
  // Conditional references that found nothing, by type; kept as written.
  const std::map<std::string, uint64_t>& unresolved() const { return unresolved_; }

 private:
  struct Splice {
    size_t begin = 0, size = 0;
    std::string text;
  };
  Status Identify(json::Value entry, BundleEntry& out);
  Result<Identifiers::Answer> Find(std::string_view type, std::string_view query);
  Status Link(json::Value value, std::string_view name, const char* base, std::vector<Splice>& splices);
  Result<std::string> LinkedBody(json::Value resource);

  Identifiers& identifiers_;
  std::unordered_map<std::string, std::string> places_;      // fullUrl → "Type/id"
  std::vector<std::pair<std::string, json::Value>> present_;  // id and resource of the entries read so far of this Bundle
  std::map<std::string, uint64_t> unresolved_;
};

// Known type, not one of the program's own, right shape; else problems with what is wrong where.
std::vector<Rejection> CheckResource(json::Value resource);

}  // namespace qianxian::intake
