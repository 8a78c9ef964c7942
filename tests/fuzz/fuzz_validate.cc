// $validate of anything, by the base definitions and by a profile read from the same bytes: no crash, no hang.
#include <cstdint>
#include <string>

#include "validate/validator.h"

using namespace qianxian;

namespace {

// The input is a resource, or a StructureDefinition, a NUL and a resource.
class InputSource : public terminology::R4Source {
 public:
  std::string profile;
  uint64_t stamp = 0;
  Result<std::optional<std::string>> Find(std::string_view type, std::string_view url, std::string_view version) override {
    if (type == "StructureDefinition" && url == "urn:fuzz") return std::optional(profile);
    return R4Source::Find(type, url, version);
  }
  Result<uint64_t> Stamp() override { return stamp; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static InputSource source;
  static terminology::Terminology terminology(source);
  static validate::Schemas schemas(source);
  static const validate::Validator validator(fhir::Definitions::R4(), schemas, terminology);
  const std::string text(reinterpret_cast<const char*>(data), size);
  const size_t gap = text.find('\0');
  source.profile = text.substr(0, gap);
  ++source.stamp;
  auto document = json::Document::Parse(gap == std::string::npos ? text : text.substr(gap + 1));
  if (!document.ok()) return 0;
  (void)validator.Validate(document->root(), {.now = Instant{0}, .profiles = {"urn:fuzz"}});
  return 0;
}
