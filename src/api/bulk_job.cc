#include "api/bulk_job.h"

#include "json/writer.h"

namespace qianxian::api {
namespace {

std::string_view NameOf(BulkView::Status status) {
  return status == BulkView::Status::kWorking ? "working" : status == BulkView::Status::kDone ? "done" : "failed";
}

void WriteCaller(json::Writer& writer, const access::Caller& caller) {
  writer.Name("caller").BeginObject().Member("user", caller.user).Member("practitioner", caller.practitioner);
  writer.Member("role", access::Name(caller.role)).Member("wholeCounty", caller.whole_county).Member("masked", caller.masked);
  writer.Member("purpose", caller.purpose).Member("origin", caller.origin).Name("organizations").BeginArray();
  for (const std::string& code : caller.organizations) writer.String(code);
  writer.EndArray().MemberIfAny("client", caller.client);
  if (caller.scope) writer.Member("scope", access::ScopeText(*caller.scope));
  writer.EndObject();
}

void WritePart(json::Writer& writer, const BulkPart& part) {
  writer.BeginObject().Member("count", part.count).Name("files").BeginArray();
  for (const BulkFile& file : part.files) {
    writer.BeginObject().Member("name", file.name).Member("type", file.type).Member("contentType", file.content_type);
    writer.Member("count", file.count).Member("errors", file.errors).EndObject();
  }
  writer.EndArray().EndObject();
}

json::Value Member(json::Value value, std::string_view name) { return value.Find(name).value_or(json::Value()); }

int64_t Number(json::Value value, std::string_view name) {
  std::optional<json::Value> found = value.Find(name);
  return found && found->IsNumber() ? found->AsInteger().value_or(0) : 0;
}

bool Boolean(json::Value value, std::string_view name) {
  std::optional<json::Value> found = value.Find(name);
  return found && found->IsBoolean() && found->AsBoolean();
}

std::optional<access::Caller> ReadCaller(json::Value value) {
  Result<access::Role> role = access::ParseRole(value.FindString("role"));
  if (!role.ok()) return std::nullopt;
  access::Caller caller;
  caller.user = value.FindString("user");
  caller.practitioner = value.FindString("practitioner");
  caller.role = *role;
  caller.whole_county = Boolean(value, "wholeCounty");
  caller.masked = Boolean(value, "masked");
  for (json::Value code : Member(value, "organizations").Elements()) {
    if (code.IsString()) caller.organizations.emplace_back(code.AsString());
  }
  caller.purpose = value.FindString("purpose");
  caller.origin = value.FindString("origin");
  caller.client = value.FindString("client");
  if (value.Find("scope")) {
    Result<access::GrantedScope> scope = access::ParseGrantedScope(value.FindString("scope"));
    if (!scope.ok()) return std::nullopt;
    caller.scope = std::move(*scope);
  }
  return caller;
}

BulkPart ReadPart(json::Value value) {
  BulkPart part;
  part.count = static_cast<uint64_t>(Number(value, "count"));
  for (json::Value file : Member(value, "files").Elements()) {
    part.files.push_back({std::string(file.FindString("name")), std::string(file.FindString("type")), std::string(file.FindString("contentType")),
                          static_cast<uint64_t>(Number(file, "count")), Boolean(file, "errors")});
  }
  return part;
}

}  // namespace

std::string BulkJobJson(const BulkJob& job) {
  const BulkView& view = job.view;
  json::Writer writer;
  writer.BeginObject().Member("id", job.id).Member("kind", view.kind).Member("url", view.url);
  WriteCaller(writer, job.caller);
  writer.Member("t", job.t).Member("at", view.at.microseconds).Member("ended", view.ended.microseconds).Member("status", NameOf(view.status));
  writer.Name("done").BeginArray();
  for (const BulkPart& part : view.done) WritePart(writer, part);
  writer.EndArray();
  if (view.error) writer.Name("error").BeginObject().Member("category", static_cast<int64_t>(view.error->category)).Member("code", view.error->code).Member("zh", view.error->zh).Member("en", view.error->en).EndObject();
  writer.Name("request").Raw(view.request).EndObject();
  return writer.Take();
}

std::optional<BulkJob> ReadBulkJob(json::Value value) {
  std::optional<access::Caller> caller = ReadCaller(Member(value, "caller"));
  std::optional<json::Value> request = value.Find("request");
  BulkJob job;
  job.id = value.FindString("id");
  if (!caller || !request || job.id.empty()) return std::nullopt;
  job.caller = std::move(*caller);
  job.t = static_cast<uint64_t>(Number(value, "t"));
  BulkView& view = job.view;
  view.kind = value.FindString("kind");
  view.url = value.FindString("url");
  view.request = request->Raw();
  view.at = Instant{Number(value, "at")};
  view.ended = Instant{Number(value, "ended")};
  for (BulkView::Status status : {BulkView::Status::kDone, BulkView::Status::kFailed}) {
    if (value.FindString("status") == NameOf(status)) view.status = status;
  }
  for (json::Value part : Member(value, "done").Elements()) view.done.push_back(ReadPart(part));
  if (std::optional<json::Value> error = value.Find("error")) {
    view.error = MakeError(static_cast<ErrorCategory>(Number(*error, "category")), std::string(error->FindString("code")), std::string(error->FindString("en")), std::string(error->FindString("zh")));
  }
  return job;
}

}  // namespace qianxian::api
