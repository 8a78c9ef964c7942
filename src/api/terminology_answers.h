// What the terminology operations share: reading the code that is asked about, writing Parameters, the verdict on a code.
// Plain values; one thread. Failures: invalid "missing-parameter".
// Source: https://hl7.org/fhir/R4/terminology-service.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/fhir_operations.h"
#include "json/writer.h"
#include "terminology/terminology.h"

namespace qianxian::api {

struct AskedCode {
  std::string system, version, code, display;
};
// code + system, `coding`, or the codings of `codeableConcept` (never empty). `system_name`, `version_name`: what this
// operation calls the system beside `code`.
Result<std::vector<AskedCode>> AskedCodes(const Arguments& arguments, std::string_view system_name, std::string_view version_name);
// The same where a concept is not allowed.
Result<AskedCode> OneCode(const Arguments& arguments, std::string_view system_name, std::string_view version_name);

// The resource that the operation was asked of, as the caller may read it.
Result<std::string> ReadInstance(OperationCall& call);

// $validate-code where it is asked of a CodeSystem (fhir_operation_codes.cc).
Result<http::Response> ValidateCodeOfSystem(OperationCall& call);

void BeginParameters(json::Writer& writer);
void WriteParameter(json::Writer& writer, std::string_view name, std::string_view value_name, std::string_view text);
std::string EndParameters(json::Writer& writer);

// The answer of $validate-code.
struct CodeVerdict {
  bool result = false;
  std::string message;
  std::string display, code, system, version;
  bool inactive = false;

  void Refuse(std::string en, std::string zh);                   // keeps the first reason until something is accepted
  // The code is right; its display may still be wrong.
  void Accept(const terminology::CodeSystem& system, uint32_t at, const AskedCode& asked, std::string_view language);
  void CheckDisplay(const AskedCode& asked, const std::vector<std::string>& right);
  std::string Parameters() const;
};

}  // namespace qianxian::api
