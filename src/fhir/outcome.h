// OperationOutcome: what went wrong, as FHIR says it, in both languages. Pure; one thread a builder. No failures.
// Source: https://hl7.org/fhir/R4/operationoutcome.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace qianxian::fhir {

enum class Severity { kFatal, kError, kWarning, kInformation };
std::string_view Name(Severity severity);        // "fatal", "error", "warning", "information"

struct Issue {
  Severity severity = Severity::kError;
  std::string code = "invalid";                  // of http://hl7.org/fhir/issue-type
  std::string detail_code;                       // ours: "unknown-element"; goes into details.coding
  std::string zh;
  std::string en;
  std::string expression;                        // FHIRPath of the element: "Patient.contact[0].name"
};

// The issue that tells of an Error; its code is of FHIR's issue-type list.
Issue IssueOf(const Error& error);

// JSON of an OperationOutcome: details.text in Chinese with an English translation extension, diagnostics in English.
// No issue at all gives one of severity information ("all ok").
std::string OutcomeJson(const std::vector<Issue>& issues);

}  // namespace qianxian::fhir
