// Any JSON as a ViewDefinition: refused with a reason, or run over a small patient: every row as wide as the view.
#include "base/check.h"
#include "view/view.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace qianxian;
  static const json::Document patient =
      json::Document::Parse(R"({"resourceType":"Patient","id":"p","active":true,"birthDate":"1960-02","name":[{"use":"official",)"
                            R"("family":"王","given":["一","二"]},{"family":"李"}],"multipleBirthInteger":2,)"
                            R"("link":[{"other":{"reference":"Patient/2"}}],"contact":[{"telecom":[{"system":"phone","value":"1"}]}]})")
          .value();
  Result<json::Document> document = json::Document::Parse(std::string(reinterpret_cast<const char*>(data), size));
  if (!document.ok()) return 0;
  Result<view::ViewDefinition> view = view::ViewDefinition::Parse(fhir::Definitions::R4(), document->root());
  if (!view.ok()) return 0;
  view::Runner runner(*view, Instant{0});
  Result<std::vector<view::Row>> rows = runner.Rows(patient.root());
  if (!rows.ok()) return 0;
  for (const view::Row& row : *rows) QX_CHECK(row.size() == view->columns().size(), "a row is not as wide as its view");
  return 0;
}
