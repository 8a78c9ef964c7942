#include "api/page_api.h"
#include "api/page_json.h"

namespace qianxian::api {
namespace {

http::Response GapResponse(const gap::Gap& gap) {
  json::Writer writer;
  WriteGap(writer, gap);
  return JsonResponse(writer.Take());
}

}  // namespace

Result<http::Response> PageApi::ListGaps(PageCall& call) {
  QX_TRY(std::vector<gap::Gap> gaps, services_.gaps->List(call.caller(), call.Query("closed") == "1"));
  json::Writer writer;
  writer.BeginObject().Name("gaps").BeginArray();
  for (const gap::Gap& gap : gaps) WriteGap(writer, gap);
  writer.EndArray().EndObject();
  return JsonResponse(writer.Take());
}

Result<http::Response> PageApi::ShowGap(PageCall& call) {
  QX_TRY(gap::Gap gap, services_.gaps->Get(call.caller(), call.arguments[0]));
  return GapResponse(gap);
}

Result<http::Response> PageApi::AddAction(PageCall& call) {
  QX_TRY(json::Document body, ParseBody(call.request));
  json::Value root = body.root();
  gap::ActionRequest wanted;
  QX_TRY(wanted.type, TextMember(root, "type"));
  QX_TRY(wanted.owner, TextMember(root, "owner"));
  QX_TRY(wanted.due_on, TextMember(root, "dueOn"));
  QX_TRY(wanted.expected_value, TextMember(root, "expectedValue"));
  QX_TRY(wanted.note, TextMember(root, "note"));
  QX_TRY(wanted.disease_group, TextMember(root, "diseaseGroup"));
  QX_TRY(wanted.started_on, TextMember(root, "startedOn"));
  QX_TRY(gap::Gap gap, services_.gaps->AddAction(call.caller(), call.arguments[0], wanted));
  return GapResponse(gap);
}

Result<http::Response> PageApi::ChangeAction(PageCall& call) {
  QX_TRY(json::Document body, ParseBody(call.request));
  json::Value root = body.root();
  gap::ActionChange change;
  QX_TRY(change.status, OptionalTextMember(root, "status"));
  QX_TRY(change.owner, OptionalTextMember(root, "owner"));
  QX_TRY(change.due_on, OptionalTextMember(root, "dueOn"));
  QX_TRY(change.note, OptionalTextMember(root, "note"));
  QX_TRY(change.expected_value, OptionalTextMember(root, "expectedValue"));
  std::optional<json::Value> version = root.Find("version");
  std::optional<int64_t> number = version && version->IsNumber() ? version->AsInteger() : std::nullopt;
  if (!number || *number < 1) {
    return Invalid("no-version", "say which version you saw: {\"version\": 3}", "请提供所见的版本号 version");
  }
  change.if_version = static_cast<uint64_t>(*number);
  QX_TRY(gap::Gap gap, services_.gaps->ChangeAction(call.caller(), call.arguments[0], change));
  return GapResponse(gap);
}

Result<http::Response> PageApi::ListActions(PageCall& call) {
  QX_TRY(std::vector<gap::Action> actions, services_.gaps->ListActions(call.caller(), call.Query("ended") == "1"));
  json::Writer writer;
  writer.BeginObject().Name("actions").BeginArray();
  for (const gap::Action& action : actions) WriteAction(writer, action);
  writer.EndArray().EndObject();
  return JsonResponse(writer.Take());
}

Result<http::Response> PageApi::ListActionTypes(PageCall& call) {
  std::string measure = call.Query("measure");
  json::Writer writer;
  writer.BeginObject().Name("types").BeginArray();
  for (const pack::ActionType& type : services_.pack->actions) {
    bool fits = measure.empty() || type.measures.empty();
    for (const std::string& one : type.measures) fits = fits || one == measure;
    if (!fits) continue;
    writer.BeginObject().Member("id", type.id);
    WriteText(writer, "name", type.name);
    WriteText(writer, "description", type.description);
    writer.Member("usualDays", type.usual_days);
    WriteText(writer, "expected", type.expected);
    WriteSources(writer, type.sources);
    writer.EndObject();
  }
  writer.EndArray().EndObject();
  return JsonResponse(writer.Take());
}

}  // namespace qianxian::api
