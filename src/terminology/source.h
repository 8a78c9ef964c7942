// Where the terminology's resources come from: HL7's R4 definitions, the store, a test. Implemented above (api/) for the
// store; this module itself does no input or output.
// Threads: any number. Errors: whatever the source's own reading gives.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fhir/artifacts.h"

namespace qianxian::terminology {

class Source {
 public:
  virtual ~Source() = default;
  // The JSON of the resource with this canonical URL; version "" = the newest active one. None: there is no such.
  virtual Result<std::optional<std::string>> Find(std::string_view type, std::string_view url, std::string_view version) = 0;
  // The ConceptMaps that translate codes of `system`.
  virtual Result<std::vector<std::string>> MapsFrom(std::string_view system) = 0;
  // Changes whenever an answer of Find may have changed; what was made from older answers is then thrown away.
  virtual Result<uint64_t> Stamp() = 0;
};

// HL7's own.
class R4Source : public Source {
 public:
  Result<std::optional<std::string>> Find(std::string_view type, std::string_view url, std::string_view version) override;
  Result<std::vector<std::string>> MapsFrom(std::string_view system) override;
  Result<uint64_t> Stamp() override { return uint64_t{0}; }
};

// Of two business versions, is `a` older than `b`? Runs of digits compare as numbers: "2.0" < "10.0", "" is oldest.
bool IsOlderVersion(std::string_view a, std::string_view b);
// Does version `there` satisfy the one asked for? "" asks for any; "4.0" is satisfied by "4.0.1".
bool VersionFits(std::string_view there, std::string_view asked);

}  // namespace qianxian::terminology
