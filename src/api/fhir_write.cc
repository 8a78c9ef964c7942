#include <algorithm>

#include "api/fhir_api.h"
#include "api/http_dates.h"
#include "api/outcome.h"
#include "api/search_parameter_writes.h"
#include "api/subscription_writes.h"
#include "base/limits.h"
#include "base/text.h"
#include "fhir/shape.h"
#include "json/writer.h"
#include "store/masked.h"

namespace qianxian::api {
namespace {

constexpr int kAttempts = 50;              // of a patch, against others who change the same resource meanwhile

// The other parameters of a delete by condition, and how many it may delete: those of _count; 1 if it says none.
Result<uint64_t> TakeCount(NamedValues& condition) {
  uint64_t most = 1;
  for (auto at = condition.begin(); at != condition.end();) {
    if (at->first != "_count") {
      ++at;
      continue;
    }
    int64_t count = 0;
    if (!ParseInteger(at->second, count) || count < 1 || static_cast<uint64_t>(count) > limits::kConditionalDeletes) {
      std::string bound = std::to_string(limits::kConditionalDeletes);
      return Invalid("bad-value", "_count of a delete is a number from 1 to " + bound, "删除的 _count 应为 1 至 " + bound + " 的整数");
    }
    most = static_cast<uint64_t>(count);
    at = condition.erase(at);
  }
  return most;
}

store::Change MakeDelete(const std::string& type, const std::string& id) {
  store::Change change;
  change.kind = store::Change::Kind::kDelete;
  change.type = type;
  change.id = id;
  return change;
}

}  // namespace

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
  return !call.if_none_exist.empty() || (call.path.size() == 1 && call.method != "POST" && call.method != "GET");
}

bool FhirApi::MayTryAgain(const Call& call, const Error& error) {
  return call.method == "PATCH" && call.if_match.empty() && error.category == ErrorCategory::kConflict;
}

Result<http::Response> FhirApi::RunWrite(const Exchange& exchange, const Call& call) {
  std::unique_lock<std::mutex> one_condition_at_a_time(conditions_, std::defer_lock);
  if (IsConditional(call)) one_condition_at_a_time.lock();
  // Patches of one resource wait for each other here, rather than overtake each other at the store.
  std::unique_lock<std::mutex> one_patch_at_a_time;
  if (call.method == "PATCH" && call.path.size() == 2) {
    one_patch_at_a_time = std::unique_lock<std::mutex>(patches_[HashFnv1a64(call.path[0] + "/" + call.path[1]) % patches_.size()]);
  }
  for (int attempt = 1;; ++attempt) {
    QX_TRY(Write write, Plan(exchange, call));
    bool named_version = write.change && write.change->if_version.has_value() && (call.method != "PATCH" || !call.if_match.empty());
    std::vector<Write> writes;
    writes.push_back(std::move(write));
    Result<std::vector<Written>> written = CommitAll(exchange, std::move(writes));
    if (written.ok()) return AnswerWrite(exchange, written->front());
    Error error = std::move(written).error();
    if (MayTryAgain(call, error) && attempt < kAttempts) continue;
    if (error.category == ErrorCategory::kConflict && named_version) error.code = "precondition-failed";
    return error;
  }
}

Result<FhirApi::Write> FhirApi::Plan(const Exchange& exchange, const Call& call) {
  if (call.method == "POST") return PlanCreate(exchange, call);
  if (call.method == "PUT") return PlanUpdate(exchange, call);
  if (call.method == "PATCH") return PlanPatch(exchange, call);
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
  Write write;
  write.type = type;
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
  Write write;
  write.type = type;
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
  Write write;
  write.type = call.path[0];
  write.is_delete = true;
  if (call.path.size() == 2) {
    write.id = call.path[1];
  } else {
    Call one = call;
    QX_TRY(uint64_t most, TakeCount(one.query));
    if (most > 1) return PlanDeletes(exchange, one, most);
    QX_TRY(std::optional<store::Resource> there, FindOne(exchange, write.type, one.query));
    if (!there) return write;
    write.id = there->id;
  }
  write.change = MakeDelete(write.type, write.id);
  if (!call.if_match.empty()) {
    QX_TRY(uint64_t version, ParseEntityTag(call.if_match));
    write.change->if_version = version;
  }
  return write;
}

Result<FhirApi::Write> FhirApi::PlanDeletes(const Exchange& exchange, const Call& call, uint64_t most) {
  Write write;
  write.type = call.path[0];
  write.is_delete = true;
  if (!call.if_match.empty()) return Invalid("bad-value", "If-Match names one resource", "If-Match 只能用于单个资源");
  QX_TRY(search::Query query, ParseQuery(exchange, write.type, call.query, true));
  if (query.clauses.empty()) {
    return Invalid("no-condition", "a condition needs at least one search parameter", "条件中至少要有一个检索参数");
  }
  query.count = std::min<size_t>(most + 1, limits::kSearchPageMaximum);
  QX_TRY(auto snapshot, store::OpenView(*services_.store, exchange.caller()));
  do {
    QX_TRY(store::SearchPage page, snapshot->Search(query));
    for (const store::Resource& resource : page.matches) {
      if (write.more.size() == most) {
        std::string said = std::to_string(most);
        return MakeError(ErrorCategory::kConflict, "multiple-matches", "more than " + said + " meet the condition: nothing was deleted",
                         "符合条件的资源超过 " + said + " 个，未作删除");
      }
      write.more.push_back(MakeDelete(write.type, resource.id));
    }
    query.place = page.next;
  } while (!query.place.empty());
  return write;
}

Result<std::vector<FhirApi::Written>> FhirApi::CommitAll(const Exchange& exchange, std::vector<Write> writes) {
  store::CommitRequest request;
  request.reason = "api";
  for (Write& write : writes) {
    if (write.change) request.changes.push_back(std::move(*write.change));
    for (store::Change& change : write.more) request.changes.push_back(std::move(change));
  }
  store::CommitReceipt receipt;
  QX_DO(CheckBeforeCommit(services_, request.changes));
  QX_DO(CheckSearchParameters(services_, request.changes));
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
      if (!write.is_delete) ClaimAfterCommit(services_, exchange, write.type, write.id, one.version);
    }
    next += write.more.size();
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
  QX_TRY(auto snapshot, store::OpenView(*services_.store, exchange.caller()));
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
