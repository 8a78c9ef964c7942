// Batch and transaction. A transaction is one commit: deletes, creates, updates, then reads of the new state. A batch's
// writes are committed together where they can be (one fsync for many), and one by one where that fails.
#include <algorithm>
#include <set>

#include "api/fhir_api.h"
#include "api/fhir_operations.h"
#include "api/fhir_references.h"
#include "api/http_dates.h"
#include "api/outcome.h"
#include "base/limits.h"
#include "base/text.h"
#include "fhir/date.h"
#include "fhir/reference.h"
#include "json/writer.h"

namespace qianxian::api {

struct FhirApi::Entry {
  size_t index = 0;
  std::string full_url;
  Call call;
  std::optional<Error> error;
  std::optional<Write> write;
  http::Response response;                 // of its own
};

namespace {

constexpr int kReads = 3;
constexpr int kAttempts = 50;              // of a transaction with a patch, against others who change the same resource

int OrderOf(const std::string& method) {
  if (method == "DELETE") return 0;
  if (method == "POST") return 1;
  if (method == "PUT" || method == "PATCH") return 2;
  return kReads;
}

// "POST Patient/$validate": asked for, not written.
bool IsOperation(const Call& call) { return !call.path.empty() && StartsWith(call.path.back(), "$"); }

bool IsWrite(const Call& call) { return OrderOf(call.method) < kReads && !IsOperation(call); }

std::string_view Reason(int status) {
  switch (status) {
    case 200: return "200 OK";
    case 201: return "201 Created";
    case 204: return "204 No Content";
    case 304: return "304 Not Modified";
    case 400: return "400 Bad Request";
    case 403: return "403 Forbidden";
    case 404: return "404 Not Found";
    case 409: return "409 Conflict";
    case 410: return "410 Gone";
    case 412: return "412 Precondition Failed";
    case 415: return "415 Unsupported Media Type";
    case 422: return "422 Unprocessable Entity";
    default: return "";
  }
}

// "Patient/1", "/Patient?name=x", "http://this-server/fhir/Patient/1"
void ReadUrl(std::string_view url, std::string_view base, Call& call) {
  if (StartsWith(url, base)) url.remove_prefix(base.size());
  size_t question = url.find('?');
  call.path = SplitPath(http::PercentDecode(url.substr(0, question), false));
  if (question != std::string_view::npos) call.query = http::ParseQuery(url.substr(question + 1));
}

Error AtEntry(size_t index, Error error) {
  std::string where = "Bundle.entry[" + std::to_string(index) + "]: ";
  error.en = where + error.en;
  if (!error.zh.empty()) error.zh = where + error.zh;
  return error;
}

std::string HeaderOf(const http::Response& response, std::string_view name) {
  for (const auto& [header, value] : response.headers) {
    if (ToLowerAscii(header) == name) return value;
  }
  return {};
}

void WriteEntryResponse(json::Writer& writer, const http::Response& response) {
  bool failed = response.status >= 400;
  writer.BeginObject();
  if (!failed && !response.body.empty()) writer.Name("resource").Raw(response.body);
  writer.Name("response").BeginObject();
  std::string_view reason = Reason(response.status);
  writer.Member("status", reason.empty() ? std::to_string(response.status) : std::string(reason));
  writer.MemberIfAny("location", HeaderOf(response, "location")).MemberIfAny("etag", HeaderOf(response, "etag"));
  if (std::optional<Instant> at = ParseHttpDate(HeaderOf(response, "last-modified"))) {
    writer.Member("lastModified", FormatInstant(*at));
  }
  if (failed && !response.body.empty()) writer.Name("outcome").Raw(response.body);
  writer.EndObject().EndObject();
}

}  // namespace

Result<http::Response> FhirApi::RunBundle(const Exchange& exchange, const std::string& body) {
  QX_TRY(json::Document document, json::Document::Parse(body));
  json::Value bundle = document.root();
  if (bundle.FindString("resourceType") != "Bundle") {
    return Invalid("not-a-bundle", "POST a Bundle here, or a resource to /fhir/Type", "此处请提交 Bundle；单个资源请提交到 /fhir/类型");
  }
  std::string_view type = bundle.FindString("type");
  if (type != "batch" && type != "transaction") {
    return Invalid("bad-bundle-type", "the Bundle's type must be batch or transaction", "Bundle 的 type 应为 batch 或 transaction");
  }
  QX_TRY(std::vector<Entry> entries, ReadEntries(exchange, bundle));
  Exchange inner = exchange;
  // What was sent is known to the sender: it comes back only if asked for.
  if (!exchange.prefer_given) inner.prefer = Exchange::Return::kMinimal;
  if (type == "transaction") {
    for (int attempt = 1;; ++attempt) {
      Status done = RunTransaction(inner, entries);
      if (done.ok()) break;
      auto patched_meanwhile = [&](const Entry& entry) { return MayTryAgain(entry.call, done.error()); };
      bool again = std::any_of(entries.begin(), entries.end(), patched_meanwhile) && done.error().code != "twice-in-transaction";
      if (!again || attempt == kAttempts) return std::move(done).error();
      for (Entry& entry : entries) entry.write.reset();
    }
  } else {
    RunBatch(inner, entries);
  }
  return AnswerBundle(entries, type == "transaction");
}

Result<std::vector<FhirApi::Entry>> FhirApi::ReadEntries(const Exchange& exchange, json::Value bundle) const {
  std::vector<Entry> entries;
  std::optional<json::Value> list = bundle.Find("entry");
  if (!list) return entries;
  if (list->size() > limits::kBundleEntries) {
    std::string most = std::to_string(limits::kBundleEntries);
    return Invalid("too-large", "a Bundle has at most " + most + " entries", "Bundle 最多 " + most + " 项");
  }
  for (json::Value item : list->Elements()) {
    Entry entry;
    entry.index = entries.size();
    entry.full_url = item.FindString("fullUrl");
    std::optional<json::Value> request = item.Find("request");
    if (!request || !request->IsObject()) {
      return AtEntry(entry.index, Invalid("no-request", "an entry needs a request", "缺少 request"));
    }
    Call& call = entry.call;
    call.method = request->FindString("method");
    if (call.method == "HEAD") call.method = "GET";
    ReadUrl(request->FindString("url"), exchange.base, call);
    call.if_match = request->FindString("ifMatch");
    call.if_none_match = request->FindString("ifNoneMatch");
    call.if_none_exist = request->FindString("ifNoneExist");
    Result<fhir::DateTime> since = fhir::ParseDateTime(request->FindString("ifModifiedSince"), fhir::DateSyntax::kInstant);
    if (since.ok()) call.if_modified_since = FormatHttpDate(Instant{fhir::RangeOf(*since).low});
    if (std::optional<json::Value> resource = item.Find("resource")) call.resource = *resource;
    bool known = call.method == "GET" || IsWrite(call) || (call.method == "POST" && IsOperation(call));
    size_t most = call.method == "POST" ? 1 : call.method == "GET" ? 4 : 2;
    if (IsOperation(call) && known) {
      // Judged by the operation itself, if it answers with a resource.
      const Operation* operation = OperationOfPath(call.path);
      if (operation && operation->own_formats) {
        entry.error = MakeError(ErrorCategory::kUnsupported, "unsupported-operation", "its answer does not fit into a Bundle: " + call.path.back(),
                                "该操作的结果无法放入 Bundle：" + call.path.back());
      }
    } else if (!known || (call.method != "GET" && (call.path.empty() || call.path.size() > most))) {
      entry.error = Invalid("bad-request", "not done in a Bundle: " + call.method + " " + std::string(request->FindString("url")),
                            "Bundle 中不支持该请求");
    } else if (!call.path.empty() && call.path[0] != "_history" && !services_.definitions->FindResource(call.path[0])) {
      entry.error = NotFound("unknown-type", "R4 has no resource type " + call.path[0], "R4 没有这种资源类型：" + call.path[0]);
    } else if ((call.method == "POST" || call.method == "PUT" || call.method == "PATCH") && !call.resource) {
      entry.error = Invalid("no-resource", "this entry needs a resource", "缺少 resource");
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

Status FhirApi::RunTransaction(const Exchange& exchange, std::vector<Entry>& entries) {
  std::vector<Entry*> ordered;
  bool conditional = false;
  for (Entry& entry : entries) {
    if (entry.error) return AtEntry(entry.index, *entry.error);
    const Operation* operation = OperationOfPath(entry.call.path);
    if (operation && operation->affects_state) {
      return AtEntry(entry.index, MakeError(ErrorCategory::kUnsupported, "unsupported-operation",
                                            "this operation is not done inside a transaction: $" + std::string(operation->name),
                                            "事务中不支持该操作：$" + std::string(operation->name)));
    }
    conditional = conditional || IsConditional(entry.call);
    ordered.push_back(&entry);
  }
  auto order = [](const Entry* entry) { return IsWrite(entry->call) ? OrderOf(entry->call.method) : kReads; };
  std::stable_sort(ordered.begin(), ordered.end(), [&](const Entry* a, const Entry* b) { return order(a) < order(b); });
  std::unique_lock<std::mutex> one_condition_at_a_time(conditions_, std::defer_lock);
  if (conditional) one_condition_at_a_time.lock();

  std::set<std::string> touched;
  for (Entry* entry : ordered) {
    if (!IsWrite(entry->call)) continue;
    Result<Write> write = Plan(exchange, entry->call);
    if (!write.ok()) return AtEntry(entry->index, std::move(write).error());
    std::vector<std::string> places;
    if (write->change) places.push_back(write->type + "/" + write->id);
    for (const store::Change& change : write->more) places.push_back(change.type + "/" + change.id);
    for (const std::string& place : places) {
      if (touched.insert(place).second) continue;
      return AtEntry(entry->index, Invalid("twice-in-transaction", "a transaction changes a resource once: " + place, "同一事务中不能两次修改同一资源"));
    }
    entry->write = std::move(*write);
  }
  QX_DO(LinkReferences(exchange, entries));

  std::vector<Write> writes;
  for (Entry* entry : ordered) {
    if (entry->write) writes.push_back(*entry->write);
  }
  Result<std::vector<Written>> written = CommitAll(exchange, std::move(writes));
  if (!written.ok()) {
    Error error = std::move(written).error();
    bool named = std::any_of(entries.begin(), entries.end(), [](const Entry& e) { return !e.call.if_match.empty(); });
    if (error.category == ErrorCategory::kConflict && named) error.code = "precondition-failed";
    return error;
  }
  size_t next = 0;
  for (Entry* entry : ordered) {
    if (entry->write) {
      QX_TRY(entry->response, AnswerWrite(exchange, (*written)[next++]));
    } else {
      entry->response = Route(exchange, entry->call);
    }
  }
  return Ok();
}

Status FhirApi::LinkReferences(const Exchange& exchange, std::vector<Entry>& entries) {
  ReferenceLinker linker([&](std::string_view reference) -> Result<std::string> {
    size_t question = reference.find('?');
    std::string type(reference.substr(0, question));
    if (!services_.definitions->FindResource(type)) {
      return Invalid("unknown-type", "R4 has no resource type " + type, "R4 没有这种资源类型：" + type);
    }
    QX_TRY(std::optional<store::Resource> found, FindOne(exchange, type, search::DecodeForm(reference.substr(question + 1))));
    if (found) return type + "/" + found->id;
    return MakeError(ErrorCategory::kConflict, "precondition-failed", "nothing is found by the reference " + std::string(reference),
                     "引用没有找到对应的资源：" + std::string(reference));
  });
  for (const Entry& entry : entries) {
    if (entry.write && !entry.write->is_delete) linker.Add(entry.full_url, entry.write->type + "/" + entry.write->id);
  }
  for (Entry& entry : entries) {
    if (!entry.write || !entry.write->change || entry.write->is_delete) continue;
    std::optional<json::Document> patched;
    if (entry.call.method == "PATCH") {
      QX_TRY(patched, json::Document::Parse(entry.write->change->body));
    }
    Result<std::string> linked = linker.Link(patched ? patched->root() : *entry.call.resource);
    if (linked.ok() && entry.call.method == "POST" && entry.call.resource->Find("id")) linked = WithoutId(*linked);
    if (!linked.ok()) return AtEntry(entry.index, std::move(linked).error());
    entry.write->change->body = std::move(*linked);
  }
  return Ok();
}

void FhirApi::RunBatch(const Exchange& exchange, std::vector<Entry>& entries) {
  std::vector<Entry*> waiting;
  std::set<std::string> touched;           // what the waiting writes change, and the conditions they asked
  // From the first condition that is asked until what follows from it is written.
  std::unique_lock<std::mutex> one_condition_at_a_time(conditions_, std::defer_lock);
  auto write_waiting = [&] {
    FlushBatch(exchange, waiting);
    waiting.clear();
    touched.clear();
  };
  auto flush = [&] {
    write_waiting();
    if (one_condition_at_a_time.owns_lock()) one_condition_at_a_time.unlock();
  };
  for (Entry& entry : entries) {
    if (entry.error) {
      entry.response = FhirError(*entry.error);
      continue;
    }
    if (!IsWrite(entry.call)) {
      flush();
      entry.response = Route(exchange, entry.call);
      continue;
    }
    if (entry.call.method == "PATCH") {    // is about what is stored now
      flush();
      entry.response = Route(exchange, entry.call);
      continue;
    }
    // A condition is asked of what is stored: the same one twice needs the first to be written before.
    if (IsConditional(entry.call)) {
      std::string condition = entry.call.path[0] + "?" + entry.call.if_none_exist;
      for (const auto& [name, value] : entry.call.query) condition += "&" + name + "=" + value;
      if (entry.call.if_none_exist.empty() || !touched.insert(condition).second) flush();
      touched.insert(condition);
      if (!one_condition_at_a_time.owns_lock()) one_condition_at_a_time.lock();
    }
    Result<Write> write = Plan(exchange, entry.call);
    if (!write.ok()) {
      entry.response = FhirError(write.error());
      continue;
    }
    if (!touched.insert(write->type + "/" + write->id).second) write_waiting();
    touched.insert(write->type + "/" + write->id);
    entry.write = std::move(*write);
    waiting.push_back(&entry);
  }
  flush();
}

void FhirApi::FlushBatch(const Exchange& exchange, std::vector<Entry*>& waiting) {
  if (waiting.empty()) return;
  auto answer = [&](Entry& entry, const Written& written) {
    Result<http::Response> response = AnswerWrite(exchange, written);
    entry.response = response.ok() ? std::move(*response) : FhirError(response.error());
  };
  auto commit = [&](const std::vector<Entry*>& some) {
    std::vector<Write> writes;
    for (Entry* entry : some) {
      writes.push_back(*entry->write);
      if (!writes.back().change || writes.back().is_delete) continue;
      json::Value resource = *entry->call.resource;
      writes.back().change->body = entry->call.method == "POST" ? WithoutId(resource) : std::string(resource.Raw());
    }
    return CommitAll(exchange, std::move(writes));
  };
  Result<std::vector<Written>> together = commit(waiting);
  for (size_t i = 0; i < waiting.size(); ++i) {
    Entry& entry = *waiting[i];
    if (together.ok()) {
      answer(entry, (*together)[i]);
      continue;
    }
    Result<std::vector<Written>> alone = commit({&entry});
    if (alone.ok()) {
      answer(entry, alone->front());
      continue;
    }
    Error error = std::move(alone).error();
    if (error.category == ErrorCategory::kConflict && !entry.call.if_match.empty()) error.code = "precondition-failed";
    entry.response = FhirError(error);
  }
}

http::Response FhirApi::AnswerBundle(const std::vector<Entry>& entries, bool transaction) const {
  json::Writer writer;
  writer.BeginObject().Member("resourceType", "Bundle").Member("id", NewUuid(*services_.clock, *services_.random));
  writer.Member("type", transaction ? "transaction-response" : "batch-response");
  if (!entries.empty()) {
    writer.Name("entry").BeginArray();
    for (const Entry& entry : entries) WriteEntryResponse(writer, entry.response);
    writer.EndArray();
  }
  writer.EndObject();
  return FhirAnswer(writer.Take());
}

}  // namespace qianxian::api
