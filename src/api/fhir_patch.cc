// PATCH of a resource, by its id or by a condition. The patch is applied to the newest version and committed only if that
// is still the newest; else it is looked at again (RunWrite, RunBundle). Source: https://hl7.org/fhir/R4/http.html#patch
#include "api/fhir_api.h"
#include "base/text.h"
#include "fhir/base64.h"
#include "fhir/shape.h"
#include "patch/patch.h"
#include "store/masked.h"

namespace qianxian::api {
namespace {

constexpr std::string_view kJsonPatch = "application/json-patch+json";

bool IsJsonPatch(std::string_view content_type) { return StartsWith(ToLowerAscii(content_type), kJsonPatch); }

Error NoPatch() {
  return Invalid("unsupported-media-type", "a patch is application/json-patch+json, or a Parameters resource",
                 "补丁应为 application/json-patch+json，或 Parameters 资源");
}

// Inside a Bundle a JSON Patch travels as a Binary.
Result<json::Document> UnpackBinary(json::Value binary) {
  if (!IsJsonPatch(binary.FindString("contentType"))) return NoPatch();
  QX_TRY(std::string text, fhir::DecodeBase64(binary.FindString("data")));
  return json::Document::Parse(std::move(text));
}

}  // namespace

Result<std::string> FhirApi::ApplyPatch(const Call& call, const std::string& body) const {
  QX_TRY(json::Document target, json::Document::Parse(body));
  if (call.resource) {
    if (call.resource->FindString("resourceType") == "Parameters") {
      return patch::ApplyFhirPathPatch(*services_.definitions, target.root(), *call.resource, services_.clock->Now());
    }
    if (call.resource->FindString("resourceType") != "Binary") return NoPatch();
    QX_TRY(json::Document unpacked, UnpackBinary(*call.resource));
    return patch::ApplyJsonPatch(target.root(), unpacked.root());
  }
  QX_TRY(json::Document sent, json::Document::Parse(call.body));
  if (IsJsonPatch(call.content_type)) return patch::ApplyJsonPatch(target.root(), sent.root());
  if (sent.root().FindString("resourceType") != "Parameters") return NoPatch();
  return patch::ApplyFhirPathPatch(*services_.definitions, target.root(), sent.root(), services_.clock->Now());
}

Result<FhirApi::Write> FhirApi::PlanPatch(const Exchange& exchange, const Call& call) {
  const std::string& type = call.path[0];
  std::optional<store::Resource> current;
  if (call.path.size() == 2) {
    QX_TRY(auto snapshot, store::OpenView(*services_.store, exchange.caller()));
    QX_TRY(current, snapshot->Read(type, call.path[1]));
  } else {
    QX_TRY(current, FindOne(exchange, type, call.query));
    if (!current) return NotFound("no-such-resource", "the condition finds nothing to patch", "没有符合条件的资源可供修改");
  }
  if (!call.if_match.empty()) {
    QX_TRY(uint64_t version, ParseEntityTag(call.if_match));
    if (version != current->version) {
      return MakeError(ErrorCategory::kConflict, "precondition-failed", "the resource is at version " + std::to_string(current->version),
                       "资源当前版本为 " + std::to_string(current->version));
    }
  }
  QX_TRY(std::string body, ApplyPatch(call, current->body));
  QX_TRY(json::Document patched, json::Document::Parse(body));
  if (patched.root().FindString("resourceType") != type || patched.root().FindString("id") != current->id) {
    return Invalid("patch-failed", "a patch cannot change what the resource is: its type and its id", "补丁不能修改资源的类型和 id");
  }
  std::vector<fhir::Issue> issues = fhir::CheckShape(*services_.definitions, patched.root(), type);
  if (fhir::HasErrors(issues)) {
    Error error = ShapeError(issues);
    error.code = "patch-failed";
    return error;
  }
  Write write;
  write.type = type;
  write.id = current->id;
  write.change = MakePut(exchange, type, write.id, std::move(body));
  write.change->if_version = current->version;
  return write;
}

}  // namespace qianxian::api
