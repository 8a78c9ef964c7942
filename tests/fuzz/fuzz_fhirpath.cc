// Any text as an expression: refused with a reason, or evaluated within its limits on a small patient.
#include "fhirpath/engine.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace qianxian;
  static const json::Document patient =
      json::Document::Parse(R"({"resourceType":"Patient","id":"p","active":true,"birthDate":"1960-02","name":[{"use":"official",)"
                            R"("family":"王","given":["一","二"]},{"family":"李"}],"multipleBirthInteger":2,)"
                            R"("contact":[{"telecom":[{"system":"phone","value":"1"}],"period":{"start":"2020-01-01T10:00:00+08:00"}}]})")
          .value();
  const Result<fhirpath::Expression> expression = fhirpath::Expression::Parse(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!expression.ok()) return 0;
  fhirpath::Environment environment;
  environment.definitions = &fhir::Definitions::R4();
  fhirpath::Evaluator evaluator(std::move(environment));
  (void)evaluator.Evaluate(*expression, fhirpath::ResourceItem(fhir::Definitions::R4(), patient.root())).ok();
  return 0;
}
