#include "api/fhir_operations.h"

#include <algorithm>

#include "api/outcome.h"
#include "base/text.h"
#include "fhir/primitive.h"

namespace qianxian::api {
namespace {

Error NoSuchOperation(const Call& call) {
  return MakeError(ErrorCategory::kUnsupported, "unsupported-operation", "there is no such operation here: " + Join(call.path, "/"),
                   "此处没有该操作：" + Join(call.path, "/"));
}

std::string TextOf(json::Value value) {
  if (value.IsString()) return std::string(value.AsString());
  if (value.IsNumber() || value.IsBoolean()) return std::string(value.Raw());
  return {};
}

Status ReadParameters(json::Value body, std::vector<Argument>& out) {
  std::optional<json::Value> list = body.Find("parameter");
  if (!list) return Ok();
  for (json::Value item : list->Elements()) {
    Argument one;
    one.whole = item;
    one.name = item.FindString("name");
    if (one.name.empty()) return Invalid("bad-parameters", "every parameter of Parameters needs a name", "Parameters 的每个 parameter 都应有 name");
    for (json::Member member : item.Members()) {
      if (member.name == "resource") one.resource = member.value;
      if (member.name == "part") one.parts = member.value;
      if (!StartsWith(member.name, "value")) continue;
      one.value_name = member.name;
      one.value = member.value;
      one.text = TextOf(member.value);
    }
    out.push_back(std::move(one));
  }
  return Ok();
}

// What an operation shows of itself, beyond what the store decides row by row: the words of value sets, and the events of a
// subscription, which are made for the account and not for the program that asks.
Status MayAsk(const access::Caller& caller, const Operation& operation, const std::string& type) {
  if (!caller.scope) return Ok();
  const bool of_subscription = type == "Subscription";
  if (of_subscription && operation.name != "status" && StartsWith(operation.definition, "http://hl7.org/fhir/uv/subscriptions-backport/")) {
    return MakeError(ErrorCategory::kForbidden, "not-in-scope", "a program hears no subscriptions", "应用令牌不能接收订阅通知");
  }
  const bool of_words = type == "ValueSet" || type == "CodeSystem" || type == "ConceptMap";
  if (of_words) QX_DO(access::DecideScope(caller, access::Verb::kSearch, type));
  return Ok();
}

}  // namespace

Result<Arguments> Arguments::Read(const NamedValues& query, std::optional<json::Value> body) {
  Arguments arguments;
  for (const auto& [name, value] : query) {
    if (name == "_pretty" || name == "_format") continue;
    Argument one;
    one.name = name;
    one.text = value;
    arguments.all_.push_back(std::move(one));
  }
  if (!body) return arguments;
  if (!body->IsObject() || body->FindString("resourceType").empty()) {
    return Invalid("bad-parameters", "send a Parameters resource", "请提交 Parameters 资源");
  }
  if (body->FindString("resourceType") == "Parameters") {
    QX_DO(ReadParameters(*body, arguments.all_));
  } else {
    Argument one;
    one.name = "resource";
    one.resource = *body;
    arguments.all_.push_back(std::move(one));
  }
  return arguments;
}

const Argument* Arguments::Find(std::string_view name) const {
  for (const Argument& one : all_) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

std::vector<const Argument*> Arguments::FindAll(std::string_view name) const {
  std::vector<const Argument*> found;
  for (const Argument& one : all_) {
    if (one.name == name) found.push_back(&one);
  }
  return found;
}

std::string Arguments::Text(std::string_view name) const {
  const Argument* one = Find(name);
  return one ? one->text : std::string();
}

Result<bool> Arguments::Boolean(std::string_view name, bool otherwise) const {
  const Argument* one = Find(name);
  if (!one) return otherwise;
  if (one->text == "true" || one->text == "false") return one->text == "true";
  return Invalid("bad-value", std::string(name) + " is true or false", std::string(name) + " 只能是 true 或 false");
}

Result<std::optional<uint64_t>> Arguments::Number(std::string_view name) const {
  const Argument* one = Find(name);
  if (!one) return std::optional<uint64_t>();
  int64_t number = 0;
  if (ParseInteger(one->text, number) && number >= 0) return std::optional<uint64_t>(static_cast<uint64_t>(number));
  return Invalid("bad-value", std::string(name) + " is a number", std::string(name) + " 应为数字");
}

Status Arguments::Allow(std::initializer_list<std::string_view> names) const {
  for (const Argument& one : all_) {
    if (std::find(names.begin(), names.end(), one.name) != names.end()) continue;
    return Invalid("unknown-parameter", "this operation has no parameter " + one.name, "该操作没有参数 " + one.name);
  }
  return Ok();
}

bool Operation::Serves(Level level, std::string_view type) const {
  if ((levels & level) == 0) return false;
  return level == kSystem || types.empty() || std::find(types.begin(), types.end(), type) != types.end();
}

// In the order of their names. Add yours here and declare its function in the header.
const std::vector<Operation>& Operations() {
  constexpr unsigned kS = Operation::kSystem, kT = Operation::kType, kI = Operation::kInstance, kV = Operation::kVersion;
  static const std::vector<Operation> operations = {
      {"convert", kS, {}, "http://hl7.org/fhir/OperationDefinition/Resource-convert", RunConvert},
      {"events", kI, {"Subscription"}, "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-events", RunSubscriptionEvents},
      {"everything", kT | kI, {"Patient", "Encounter"}, "http://hl7.org/fhir/OperationDefinition/{type}-everything", RunEverything},
      {"expand", kT | kI, {"ValueSet"}, "http://hl7.org/fhir/OperationDefinition/ValueSet-expand", RunExpand},
      {"export", kS | kT | kI, {"Patient", "Group", "ViewDefinition"}, "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/{type}export", RunExport, false, true},
      {"fhirpath", kS, {}, "https://fhir.qianxian.cn/OperationDefinition/fhirpath", RunFhirPath},
      {"get-ws-binding-token", kT | kI, {"Subscription"}, "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-get-ws-binding-token", RunSubscriptionToken},
      {"import", kS, {}, "https://fhir.qianxian.cn/OperationDefinition/import", RunImport, true, true, true},
      {"job-file", kS, {}, "https://fhir.qianxian.cn/OperationDefinition/job-file", RunJobFile, false, true},
      {"job-status", kS, {}, "https://fhir.qianxian.cn/OperationDefinition/job-status", RunJobStatus, false, true, false, true},
      {"lookup", kT | kI, {"CodeSystem"}, "http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup", RunLookup},
      {"meta", kS | kT | kI | kV, {}, "http://hl7.org/fhir/OperationDefinition/Resource-meta", RunMeta},
      {"meta-add", kI, {}, "http://hl7.org/fhir/OperationDefinition/Resource-meta-add", RunMetaAdd, true},
      {"meta-delete", kI, {}, "http://hl7.org/fhir/OperationDefinition/Resource-meta-delete", RunMetaDelete, true},
      {"run", kT | kI, {"ViewDefinition"}, "http://sql-on-fhir.org/OperationDefinition/$run", RunView, false, true},
      {"status", kT | kI, {"Subscription"}, "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-status", RunSubscriptionStatus},
      {"subsumes", kT | kI, {"CodeSystem"}, "http://hl7.org/fhir/OperationDefinition/CodeSystem-subsumes", RunSubsumes},
      {"translate", kT | kI, {"ConceptMap"}, "http://hl7.org/fhir/OperationDefinition/ConceptMap-translate", RunTranslate},
      {"validate", kT | kI, {}, "http://hl7.org/fhir/OperationDefinition/Resource-validate", RunValidate},
      {"validate-code", kT | kI, {"CodeSystem", "ValueSet"}, "http://hl7.org/fhir/OperationDefinition/ValueSet-validate-code", RunValidateCode},
      {"viewdefinition-export", kS | kT | kI, {"ViewDefinition"}, "http://sql-on-fhir.org/OperationDefinition/$viewdefinition-export", RunViewExport, false, true},
      {"viewdefinition-run", kS, {}, "http://sql-on-fhir.org/OperationDefinition/$viewdefinition-run", RunView, false, true},
  };
  return operations;
}

const Operation* FindOperation(std::string_view name) {
  for (const Operation& operation : Operations()) {
    if (operation.name == name) return &operation;
  }
  return nullptr;
}

const Operation* OperationOfPath(const std::vector<std::string>& path) {
  if (path.empty() || !StartsWith(path.back(), "$")) return nullptr;
  return FindOperation(std::string_view(path.back()).substr(1));
}

Result<http::Response> RunOperation(const Services& services, BulkJobs& jobs, const Exchange& exchange, const Call& call) {
  const std::vector<std::string>& path = call.path;
  const Operation* operation = OperationOfPath(path);
  if (!operation) return NoSuchOperation(call);
  std::string type = path.size() > 1 ? path[0] : "", id = path.size() > 2 ? path[1] : "";
  std::string version = path.size() == 5 && path[2] == "_history" ? path[3] : "";
  bool known_form = path.size() <= 3 || !version.empty();
  Operation::Level level = path.size() == 1   ? Operation::kSystem
                           : path.size() == 2 ? Operation::kType
                           : path.size() == 3 ? Operation::kInstance
                                              : Operation::kVersion;
  // A ViewDefinition is no resource of R4, but has its operations.
  bool named = std::find(operation->types.begin(), operation->types.end(), type) != operation->types.end();
  if (!type.empty() && !named && !services.definitions->FindResource(type)) {
    return NotFound("unknown-type", "R4 has no resource type " + type, "R4 没有这种资源类型：" + type);
  }
  if (!known_form || !operation->Serves(level, type)) return NoSuchOperation(call);
  QX_DO(MayAsk(exchange.caller(), *operation, type));
  if (!id.empty() && !fhir::IsStorableId(id)) return NotFound("no-such-resource", "no resource has such an id", "没有这个资源");
  bool may = call.method == "POST" || (call.method == "GET" && !operation->affects_state) || (call.method == "DELETE" && operation->deletes);
  if (!may) {
    return MakeError(ErrorCategory::kUnsupported, "method-not-allowed", "$" + std::string(operation->name) + " is asked for with POST",
                     "请以 POST 调用 $" + std::string(operation->name));
  }
  std::optional<json::Document> own;
  std::optional<json::Value> body = call.resource;
  if (!body && !operation->own_body && call.method == "POST" && !TrimAscii(call.body).empty()) {
    QX_TRY(own, json::Document::Parse(call.body));
    body = own->root();
  }
  QX_TRY(Arguments arguments, Arguments::Read(call.query, operation->own_body ? std::nullopt : body));
  OperationCall operation_call{services, jobs, exchange, call, std::move(type), std::move(id), std::move(version), std::move(arguments)};
  return operation->run(operation_call);
}

}  // namespace qianxian::api
