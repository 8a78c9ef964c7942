#include "fhir/outcome.h"

#include "json/writer.h"

namespace qianxian::fhir {
namespace {

constexpr std::string_view kDetailSystem = "https://fhir.qianxian.cn/CodeSystem/outcome";
constexpr std::string_view kTranslation = "http://hl7.org/fhir/StructureDefinition/translation";

std::string_view IssueCode(const Error& error) {
  switch (error.category) {
    case ErrorCategory::kInvalid:
      return error.code == "unknown-parameter" || error.code == "unknown-modifier" ? "not-supported" : "invalid";
    case ErrorCategory::kNotFound:
      return error.code == "deleted" ? "deleted" : "not-found";
    case ErrorCategory::kConflict:
      return "conflict";
    case ErrorCategory::kForbidden:
      return "forbidden";
    case ErrorCategory::kUnauthenticated:
      return "login";
    case ErrorCategory::kUnsupported:
      return "not-supported";
    case ErrorCategory::kBusy:
      return "throttled";
    case ErrorCategory::kUnavailable:
      return "transient";
    case ErrorCategory::kFault:
      return "exception";
  }
  return "exception";
}

void WriteIssue(json::Writer& writer, const Issue& issue) {
  const std::string& first = issue.zh.empty() ? issue.en : issue.zh;
  writer.BeginObject();
  writer.Member("severity", Name(issue.severity)).Member("code", issue.code);
  if (!issue.detail_code.empty() || !first.empty()) {
    writer.Name("details").BeginObject();
    if (!issue.detail_code.empty()) {
      writer.Name("coding").BeginArray().BeginObject();
      writer.Member("system", kDetailSystem).Member("code", issue.detail_code);
      writer.EndObject().EndArray();
    }
    writer.MemberIfAny("text", first);
    if (!issue.zh.empty() && !issue.en.empty()) {
      writer.Name("_text").BeginObject().Name("extension").BeginArray().BeginObject();
      writer.Name("extension").BeginArray();
      writer.BeginObject().Member("url", "lang").Member("valueCode", "en").EndObject();
      writer.BeginObject().Member("url", "content").Member("valueString", issue.en).EndObject();
      writer.EndArray().Member("url", kTranslation).EndObject().EndArray().EndObject();
    }
    writer.EndObject();
  }
  writer.MemberIfAny("diagnostics", issue.en);
  if (!issue.expression.empty()) {
    writer.Name("expression").BeginArray().String(issue.expression).EndArray();
  }
  writer.EndObject();
}

}  // namespace

std::string_view Name(Severity severity) {
  switch (severity) {
    case Severity::kFatal:
      return "fatal";
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kInformation:
      return "information";
  }
  return "error";
}

Issue IssueOf(const Error& error) {
  return {Severity::kError, std::string(IssueCode(error)), error.code, error.zh, error.en, {}};
}

std::string OutcomeJson(const std::vector<Issue>& issues) {
  json::Writer writer;
  writer.BeginObject().Member("resourceType", "OperationOutcome").Name("issue").BeginArray();
  for (const Issue& issue : issues) WriteIssue(writer, issue);
  if (issues.empty()) WriteIssue(writer, {Severity::kInformation, "informational", "", "一切正常", "All OK", ""});
  writer.EndArray().EndObject();
  return writer.Take();
}

}  // namespace qianxian::fhir
