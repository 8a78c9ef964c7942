#include "api/fhir_api.h"
#include "api/http_dates.h"
#include "api/outcome.h"
#include "base/text.h"
#include "fhir/shape.h"
#include "json/writer.h"

namespace qianxian::api {
namespace {

// Several faults of one resource as one Error (an Error has one text).
Error ShapeError(const std::vector<fhir::Issue>& issues) {
  std::vector<std::string> zh, en;
  std::string code = "bad-resource";
  for (const fhir::Issue& issue : issues) {
    if (!fhir::HasErrors({issue})) continue;
    if (en.empty() && !issue.detail_code.empty()) code = issue.detail_code;
    en.push_back(issue.en);
    zh.push_back(issue.zh.empty() ? issue.en : issue.zh);
  }
  return Invalid(code, Join(en, "; "), Join(zh, "；"));
}

}  // namespace

std::string WithoutId(json::Value resource) {
  if (!resource.Find("id")) return std::string(resource.Raw());
  std::string out = "{";
  for (json::Member member : resource.Members()) {
    if (member.name == "id" || member.name == "_id") continue;
    if (out.size() > 1) out += ',';
    out += json::Quote(member.name) + ":" + std::string(member.value.Raw());
  }
  return out + "}";
}

Result<std::string> WithoutId(const std::string& body) {
  QX_TRY(json::Document document, json::Document::Parse(body));
  return WithoutId(document.root());
}

bool FhirApi::IsConditional(const Call& call) {
  return !call.if_none_exist.empty() || (call.path.size() == 1 && (call.method == "PUT" || call.method == "DELETE"));
}

Result<http::Response> FhirApi::RunWrite(const Exchange& exchange, const Call& call) {
  std::unique_lock<std::mutex> one_condition_at_a_time(conditions_, std::defer_lock);
  if (IsConditional(call)) one_condition_at_a_time.lock();
  QX_TRY(Write write, Plan(exchange, call));
  bool named_version = write.change && write.change->if_version.has_value();
  std::vector<Write> writes;
  writes.push_back(std::move(write));
  Result<std::vector<Written>> written = CommitAll(exchange, std::move(writes));
  if (!written.ok()) {
    Error error = std::move(written).error();
    if (error.category == ErrorCategory::kConflict && named_version) error.code = "precondition-failed";
    return error;
  }
  return AnswerWrite(exchange, written->front());
}

Result<FhirApi::Write> FhirApi::Plan(const Exchange& exchange, const Call& call) {
  if (call.method == "POST") return PlanCreate(exchange, call);
  if (call.method == "PUT") return PlanUpdate(exchange, call);
  return PlanDelete(exchange, call);
}

Result<std::string> FhirApi::CheckResource(const Call& call) const {
  std::optional<json::Document> own;
  if (!call.resource) {
    QX_TRY(own, json::Document::Parse(call.body));
  }
  json::Value resource = own ? own->root() : *call.resource;
  std::vector<fhir::Issue> issues = fhir::CheckShape(*services_.definitions, resource, call.path[0]);
  if (fhir::HasErrors(issues)) return ShapeError(issues);
  return std::string(resource.FindString("id"));
}

store::Change FhirApi::MakePut(const Exchange& exchange, const std::string& type, const std::string& id, std::string body) const {
  store::Change change;
  change.type = type;
  change.id = id;
  change.body = std::move(body);
  change.owner = exchange.owner;
  change.keep_owner = !exchange.owner_given;
  return change;
}

Result<FhirApi::Write> FhirApi::PlanCreate(const Exchange& exchange, const Call& call) {
  const std::string& type = call.path[0];
  QX_TRY(std::string body_id, CheckResource(call));
  Write write{type, "", std::nullopt, 0, false};
  if (!call.if_none_exist.empty()) {
    std::string_view condition = call.if_none_exist;
    if (size_t question = condition.find('?'); question != std::string_view::npos) condition.remove_prefix(question + 1);
    QX_TRY(std::optional<store::Resource> there, FindOne(exchange, type, search::DecodeForm(condition)));
    if (there) {
      write.id = there->id;
      write.existing_version = there->version;
      return write;
    }
  }
  write.id = NewUuid(*services_.clock, *services_.random);
  // A create ignores the id that the sender's server had given.
  QX_TRY(std::string body, body_id.empty() || call.resource ? Result<std::string>(call.body) : WithoutId(call.body));
  write.change = MakePut(exchange, type, write.id, std::move(body));
  write.change->if_version = 0;
  return write;
}

Result<FhirApi::Write> FhirApi::PlanUpdate(const Exchange& exchange, const Call& call) {
  const std::string& type = call.path[0];
  QX_TRY(std::string body_id, CheckResource(call));
  Write write{type, "", std::nullopt, 0, false};
  if (call.path.size() == 2) {
    write.id = call.path[1];
    if (body_id != write.id) {
      return Invalid("id-mismatch", "the resource's id is \"" + body_id + "\", the address says \"" + write.id + "\"",
                     "资源中的 id 与地址不一致");
    }
  } else {
    QX_TRY(std::optional<store::Resource> there, FindOne(exchange, type, call.query));
    if (there && !body_id.empty() && body_id != there->id) {
      return Invalid("id-mismatch", "the condition finds " + there->id + ", the resource says " + body_id, "资源中的 id 与条件所指不一致");
    }
    write.id = there ? there->id : !body_id.empty() ? body_id : NewUuid(*services_.clock, *services_.random);
  }
  write.change = MakePut(exchange, type, write.id, call.body);
  if (!call.if_match.empty()) {
    QX_TRY(uint64_t version, ParseEntityTag(call.if_match));
    write.change->if_version = version;
  } else if (TrimAscii(call.if_none_match) == "*") {
    write.change->if_version = 0;
  }
  return write;
}

Result<FhirApi::Write> FhirApi::PlanDelete(const Exchange& exchange, const Call& call) {
  const std::string& type = call.path[0];
  Write write{type, "", std::nullopt, 0, true};
  if (call.path.size() == 2) {
    write.id = call.path[1];
  } else {
    QX_TRY(std::optional<store::Resource> there, FindOne(exchange, type, call.query));
    if (!there) return write;
    write.id = there->id;
  }
  store::Change change;
  change.kind = store::Change::Kind::kDelete;
  change.type = type;
  change.id = write.id;
  if (!call.if_match.empty()) {
    QX_TRY(uint64_t version, ParseEntityTag(call.if_match));
    change.if_version = version;
  }
  write.change = std::move(change);
  return write;
}

Result<std::vector<FhirApi::Written>> FhirApi::CommitAll(const Exchange& exchange, std::vector<Write> writes) {
  store::CommitRequest request;
  request.reason = "api";
  for (Write& write : writes) {
    if (write.change) request.changes.push_back(std::move(*write.change));
  }
  store::CommitReceipt receipt;
  if (!request.changes.empty()) {
    Result<store::CommitReceipt> committed = services_.store->Commit(exchange.caller(), std::move(request));
    // Deleting what never was there is done already (RFC 9110: idempotent).
    bool nothing = !committed.ok() && committed.error().category == ErrorCategory::kNotFound && writes.size() == 1 &&
                   writes.front().is_delete;
    if (nothing) return std::vector<Written>{{204, writes.front().type, writes.front().id, 0, {}}};
    if (!committed.ok()) return std::move(committed).error();
    receipt = std::move(*committed);
  }
  std::vector<Written> done;
  size_t next = 0;
  for (const Write& write : writes) {
    Written written{200, write.type, write.id, write.existing_version, receipt.at};
    if (write.change) {
      const store::ChangeReceipt& one = receipt.changes[next++];
      written.version = one.version;
      if (one.outcome == store::Outcome::kCreated) written.status = 201;
    }
    if (write.is_delete) written.status = 204;
    done.push_back(std::move(written));
  }
  return done;
}

Result<http::Response> FhirApi::AnswerWrite(const Exchange& exchange, const Written& written) {
  http::Response response;
  response.status = written.status;
  if (written.version != 0) response.Set("ETag", EntityTag(written.version));
  if (written.status == 204) return response;
  std::string place = exchange.base + "/" + written.type + "/" + written.id + "/_history/" + std::to_string(written.version);
  response.Set("Location", place);
  if (exchange.prefer == Exchange::Return::kMinimal) {
    if (written.at.microseconds != 0) response.Set("Last-Modified", FormatHttpDate(written.at));
    return response;
  }
  response.Set("Content-Type", kFhirJson);
  if (exchange.prefer == Exchange::Return::kOutcome) {
    response.body = fhir::OutcomeJson({});
    return response;
  }
  QX_TRY(auto snapshot, services_.store->OpenSnapshot(exchange.caller()));
  Result<store::Resource> stored = snapshot->ReadVersion(written.type, written.id, written.version);
  // Who may write something need not be allowed to read it: the write stands, its content is not shown.
  if (!stored.ok()) {
    response.body = fhir::OutcomeJson({});
    return response;
  }
  response.Set("Last-Modified", FormatHttpDate(stored->last_updated));
  response.body = std::move(stored->body);
  return response;
}

}  // namespace qianxian::api
