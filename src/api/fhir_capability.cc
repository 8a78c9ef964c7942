// GET /fhir/metadata: what this server does, made from the definitions that it works with.
#include <algorithm>

#include "api/fhir_api.h"
#include "api/fhir_operations.h"
#include "api/oauth_api.h"
#include "base/clock.h"
#include "base/text.h"
#include "json/writer.h"
#include "search/custom_parameters.h"
#include "subscribe/service.h"

namespace qianxian::api {
namespace {

constexpr std::string_view kTypeInteractions[] = {"read", "vread", "update", "patch", "delete", "history-instance", "history-type",
                                                  "create", "search-type"};
constexpr std::string_view kSystemInteractions[] = {"transaction", "batch", "search-system", "history-system"};

template <size_t N>
void WriteInteractions(json::Writer& writer, const std::string_view (&codes)[N]) {
  writer.Name("interaction").BeginArray();
  for (std::string_view code : codes) writer.BeginObject().Member("code", code).EndObject();
  writer.EndArray();
}

// R4's and this program's own, and those that the record defines, by name.
std::vector<const search::Parameter*> ParametersOf(const Services& services, const search::CustomParameters* custom, const std::string& type) {
  std::vector<const search::Parameter*> parameters = services.parameters->OfType(type);
  if (custom == nullptr) return parameters;
  parameters.insert(parameters.end(), custom->OfType(type).begin(), custom->OfType(type).end());
  std::sort(parameters.begin(), parameters.end(), [](const auto* a, const auto* b) { return a->code < b->code; });
  return parameters;
}

void WriteSearchParameters(json::Writer& writer, const search::CustomParameters* custom, const std::vector<const search::Parameter*>& parameters) {
  writer.Name("searchParam").BeginArray();
  for (const search::Parameter* parameter : parameters) {
    if (parameter->kind == search::ParameterKind::kSpecial && parameter->code != "near") continue;   // answered with "not supported"
    writer.BeginObject().Member("name", parameter->code).MemberIfAny("definition", parameter->url);
    writer.Member("type", NameOf(parameter->kind));
    if (custom != nullptr && parameter->serial != 0) {
      const search::IndexProgress& progress = custom->ProgressOf(*parameter);
      const std::string percent = std::to_string(progress.percent());
      writer.MemberIfAny("documentation", progress.ready() ? parameter->description : "being indexed, " + percent + " % done 正在建立索引，已完成 " + percent + "%");
    }
    writer.EndObject();
  }
  static constexpr std::pair<std::string_view, std::string_view> kOfEveryType[] = {
      {"_content", "string"}, {"_filter", "special"}, {"_list", "special"}, {"_text", "string"}};
  for (const auto& [name, type] : kOfEveryType) writer.BeginObject().Member("name", name).Member("type", type).EndObject();
  writer.EndArray();
}

void WriteIncludes(json::Writer& writer, const std::string& type, const std::vector<const search::Parameter*>& parameters) {
  std::vector<std::string> includes;
  for (const search::Parameter* parameter : parameters) {
    if (parameter->kind == search::ParameterKind::kReference) includes.push_back(type + ":" + parameter->code);
  }
  if (includes.empty()) return;
  writer.Name("searchInclude").BeginArray();
  for (const std::string& include : includes) writer.String(include);
  writer.EndArray();
}

// {type}: "Patient-everything"; of Bulk Data, whose names are otherwise made: "patient-export", "export".
std::string DefinitionOf(const Operation& operation, const std::string& type) {
  if (operation.name == "export") return ReplaceAll(operation.definition, "{type}", type.empty() ? "" : ToLowerAscii(type) + "-");
  return ReplaceAll(operation.definition, "{type}", type);
}

void WriteOperations(json::Writer& writer, const std::string& type) {
  static constexpr Operation::Level kBelow[] = {Operation::kType, Operation::kInstance, Operation::kVersion};
  bool any = false;
  for (const Operation& operation : Operations()) {
    bool here = type.empty() && operation.Serves(Operation::kSystem, type);
    for (Operation::Level level : kBelow) here = here || (!type.empty() && operation.Serves(level, type));
    if (!here) continue;
    if (!any) writer.Name("operation").BeginArray();
    any = true;
    writer.BeginObject().Member("name", operation.name).Member("definition", DefinitionOf(operation, type)).EndObject();
  }
  if (any) writer.EndArray();
}

// Of the Subscriptions R5 Backport: the stored ones. (Each type has one of its own besides, docs/formats/fhir.md.)
void WriteTopics(json::Writer& writer, const Services& services) {
  if (!services.subscriptions) return;
  std::vector<std::string> topics = services.subscriptions->TopicUrls();
  if (topics.empty()) return;
  writer.Name("extension").BeginArray();
  for (const std::string& topic : topics) {
    writer.BeginObject().Member("url", "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/capabilitystatement-subscriptiontopic-canonical");
    writer.Member("valueCanonical", topic).EndObject();
  }
  writer.EndArray();
}

void WriteType(json::Writer& writer, const Services& services, const search::CustomParameters* custom, const std::string& type) {
  const std::vector<const search::Parameter*> parameters = ParametersOf(services, custom, type);
  writer.BeginObject();
  if (type == "Subscription") WriteTopics(writer, services);
  writer.Member("type", type).Member("profile", "http://hl7.org/fhir/StructureDefinition/" + type);
  WriteInteractions(writer, kTypeInteractions);
  writer.Member("versioning", "versioned-update").Member("readHistory", true).Member("updateCreate", true);
  writer.Member("conditionalCreate", true).Member("conditionalRead", "full-support").Member("conditionalUpdate", true);
  writer.Member("conditionalDelete", "multiple");
  writer.Name("referencePolicy").BeginArray().String("literal").String("logical").EndArray();
  WriteIncludes(writer, type, parameters);
  WriteSearchParameters(writer, custom, parameters);
  WriteOperations(writer, type);
  writer.EndObject();
}

}  // namespace

std::string MakeCapabilityStatement(const Services& services, std::string_view base, std::string_view issuer) {
  json::Writer writer;
  writer.BeginObject().Member("resourceType", "CapabilityStatement").Member("status", "active");
  writer.Member("date", FormatInstant(services.clock->Now())).Member("publisher", "Qianxian 千县").Member("kind", "instance");
  writer.Name("software").BeginObject().Member("name", "Qianxian 千县").MemberIfAny("version", services.version).EndObject();
  writer.Name("implementation").BeginObject().Member("description", "County medical community 县域医共体").Member("url", base);
  writer.EndObject().Member("fhirVersion", "4.0.1");
  writer.Name("format").BeginArray().String("application/fhir+json").String("application/fhir+xml").String("json").String("xml").EndArray();
  writer.Name("patchFormat").BeginArray().String("application/json-patch+json").String("application/fhir+json").EndArray();
  writer.Name("instantiates").BeginArray().String("http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data").EndArray();
  writer.Name("rest").BeginArray().BeginObject().Member("mode", "server");
  writer.Name("security").BeginObject();
  WriteSmartSecurity(writer, issuer);
  writer.Member("description", "Bearer token (OAuth 2 with SMART scopes, or qianxian token), or the page's session cookie with the header X-Qianxian: 1");
  writer.EndObject();
  writer.Name("resource").BeginArray();
  const std::shared_ptr<const search::CustomParameters> custom = services.parameters->custom();
  const fhir::CodeList* r4_types = services.definitions->FindCodeList("http://hl7.org/fhir/ValueSet/resource-types");
  for (std::string_view type : services.definitions->resource_types()) {
    // The definitions also hold what was taken back from R5 (SubscriptionStatus): stored like any, but no type of R4.
    if (r4_types && !r4_types->FindSystem(type)) continue;
    WriteType(writer, services, custom.get(), std::string(type));
  }
  writer.EndArray();
  WriteInteractions(writer, kSystemInteractions);
  WriteOperations(writer, "");
  writer.EndObject().EndArray().EndObject();
  return writer.Take();
}

}  // namespace qianxian::api
