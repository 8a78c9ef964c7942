// Any bytes as a patch: JSON Patch if an array, FHIRPath Patch otherwise. Refused with a reason, or the result is JSON.
#include "base/check.h"
#include "patch/patch.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace qianxian;
  static const json::Document patient =
      json::Document::Parse(R"({"resourceType":"Patient","id":"p","active":true,"birthDate":"1960-02","_birthDate":{"extension":[{"url":"urn:e","valueCode":"x"}]},)"
                            R"("name":[{"use":"official","family":"王","given":["一","二"],"_given":[null,{"id":"g"}]},{"family":"李"}],"multipleBirthInteger":2,)"
                            R"("contact":[{"telecom":[{"system":"phone","value":"1"}],"period":{"start":"2020-01-01T10:00:00+08:00"}}]})")
          .value();
  Result<json::Document> patch = json::Document::Parse(std::string(reinterpret_cast<const char*>(data), size));
  if (!patch.ok()) return 0;
  Result<std::string> done = patch->root().IsArray() ? patch::ApplyJsonPatch(patient.root(), patch->root())
                                                     : patch::ApplyFhirPathPatch(fhir::Definitions::R4(), patient.root(), patch->root(), Instant{});
  if (!done.ok()) return 0;
  Result<json::Document> patched = json::Document::Parse(std::move(*done));
  QX_CHECK(patched.ok() || patched.error().code == "too-deep", "a patched resource is JSON");
  return 0;
}
