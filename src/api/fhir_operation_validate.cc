// $validate of a resource, sent or stored. The answer is always an OperationOutcome with 200, as long as there was something
// to check; nothing is written.
// Source: https://hl7.org/fhir/R4/resource-operation-validate.html
#include <algorithm>

#include "api/fhir_operations.h"
#include "api/outcome.h"
#include "api/terminology_answers.h"

namespace qianxian::api {
namespace {

constexpr std::string_view kModes[] = {"create", "update", "delete", "profile"};

Error NoResource() { return Invalid("no-resource", "send the resource that is to be checked", "请提交要校验的资源"); }

// What the mode asks beyond the resource's own rules.
Status CheckMode(OperationCall& call, const std::string& mode, std::optional<json::Value> resource, std::vector<fhir::Issue>& issues) {
  if (!mode.empty() && std::find(std::begin(kModes), std::end(kModes), mode) == std::end(kModes)) {
    return Invalid("bad-value", "mode is create, update, delete or profile", "mode 只能是 create、update、delete 或 profile");
  }
  if ((mode == "update" || mode == "delete") && call.id.empty()) {
    return Invalid("bad-value", "mode " + mode + " is asked of a stored resource", "mode " + mode + " 须针对已存储的资源");
  }
  if (mode == "profile" && call.arguments.Text("profile").empty() && !resource) {
    return Invalid("missing-parameter", "mode profile needs a profile", "mode profile 需要 profile 参数");
  }
  if (mode == "update" && resource && resource->FindString("id") != call.id) {
    issues.push_back({fhir::Severity::kError, "invalid", "id-mismatch", "资源中的 id 与地址不一致", "the resource's id is not that of the address", call.type + ".id"});
  }
  return Ok();
}

}  // namespace

Result<http::Response> RunValidate(OperationCall& call) {
  QX_DO(call.arguments.Allow({"resource", "mode", "profile"}));
  std::optional<json::Document> stored;
  std::optional<json::Value> resource;
  if (const Argument* given = call.arguments.Find("resource"); given && given->resource) resource = *given->resource;
  const std::string mode = call.arguments.Text("mode");
  std::vector<fhir::Issue> issues;
  QX_DO(CheckMode(call, mode, resource, issues));
  if (!call.id.empty()) {   // also when a resource was sent: what may not be read is not told about
    QX_TRY(const std::string body, ReadInstance(call));
    if (!resource && mode != "delete") {
      QX_TRY(stored, json::Document::Parse(body));
      resource = stored->root();
    }
  }
  if (!resource && mode != "delete") return NoResource();
  if (resource) {
    validate::Options options;
    options.now = call.services.clock->Now();
    options.offset_minutes = call.services.parameters->offset_minutes();
    options.expected_type = call.type;
    for (const Argument* profile : call.arguments.FindAll("profile")) options.profiles.push_back(profile->text);
    for (fhir::Issue& issue : call.services.validator->Validate(*resource, options)) issues.push_back(std::move(issue));
  }
  return FhirIssues(200, issues);
}

}  // namespace qianxian::api
