// Any bytes as FHIR XML: refused with a reason, or JSON comes out; what can be written as XML again comes back equal.
#include "base/check.h"
#include "xml/fhir_xml.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace qianxian;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)xml::IsWellFormed(text);
  const fhir::Definitions& definitions = fhir::Definitions::R4();
  Result<std::string> json = xml::ToJson(definitions, text);
  if (!json.ok()) return 0;
  Result<json::Document> document = json::Document::Parse(*json);
  if (!document.ok()) {
    QX_CHECK(document.error().code == "too-deep", "what XML gives is JSON");
    return 0;
  }
  Result<std::string> written = xml::FromJson(definitions, document->root());
  if (!written.ok()) return 0;
  Result<std::string> again = xml::ToJson(definitions, *written);
  QX_CHECK(again.ok() && *again == *json, "what was written is read as the same");
  return 0;
}
