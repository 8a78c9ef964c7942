#include "api/outcome.h"
#include "api/page_api.h"
#include "api/page_json.h"
#include "api/routes.h"
#include "base/limits.h"
#include "base/text.h"
#include "search/query.h"
#include "store/masked.h"

namespace qianxian::api {
namespace {

Result<std::vector<measure::By>> ParseBys(const std::string& text) {
  std::vector<measure::By> bys;
  if (text.empty()) return bys;
  for (std::string_view part : Split(text, ',')) {
    QX_TRY(measure::By by, measure::ParseBy(TrimAscii(part)));
    if (by != measure::By::kNothing) bys.push_back(by);
  }
  return bys;
}

Result<Period> RequiredPeriod(PageCall& call) {
  std::string text = call.Query("period");
  if (text.empty()) return Invalid("no-period", "say which period: 2025, 2025Q3 or 2025-07", "请给出期间：2025、2025Q3 或 2025-07");
  return Period::Parse(text);
}

// The records of one type that point at `focus`.
Status AppendPointingAt(store::Snapshot& snapshot, const search::Parameters& parameters, const std::string& type,
                        const std::string& query_text, std::vector<store::Resource>& out) {
  QX_TRY(search::Query query, search::Query::ParseText(parameters, type, query_text));
  query.count = limits::kSearchPageMaximum;
  QX_TRY(store::SearchPage page, snapshot.Search(query));
  for (store::Resource& resource : page.matches) out.push_back(std::move(resource));
  return Ok();
}

Status AppendReferred(store::Snapshot& snapshot, json::Value from, std::string_view member, std::vector<store::Resource>& out) {
  std::optional<json::Value> reference = from.Find(member);
  if (!reference) return Ok();
  std::vector<std::string_view> parts = Split(reference->FindString("reference"), '/');
  if (parts.size() != 2) return Ok();
  Result<store::Resource> found = snapshot.Read(parts[0], parts[1]);
  if (found.ok()) out.push_back(std::move(*found));
  else if (found.error().category != ErrorCategory::kNotFound) return std::move(found).error();
  return Ok();
}

}  // namespace

// Definitions are there to be looked up by everybody who is signed in.
Result<http::Response> PageApi::ListMeasures(PageCall&) {
  json::Writer writer;
  writer.BeginObject().Name("measures").BeginArray();
  for (const pack::Measure& measure : services_.pack->measures) WriteMeasure(writer, measure);
  writer.EndArray().EndObject();
  return JsonResponse(writer.Take());
}

Result<http::Response> PageApi::EvaluateMeasures(PageCall& call) {
  measure::SheetRequest wanted;
  if (call.arguments[0] != "all") {
    for (std::string_view id : Split(call.arguments[0], ',')) {
      if (!id.empty()) wanted.measures.emplace_back(id);
    }
  }
  QX_TRY(wanted.period, RequiredPeriod(call));
  wanted.organization = call.Query("org");
  wanted.region = call.Query("region");
  QX_TRY(wanted.by, ParseBys(call.Query("by")));
  // "asOf": the asker knows of a commit that must be in the answer (the command line just imported something).
  QX_TRY(size_t at_least, QueryNumber(call.request, "asOf", 0, SIZE_MAX));
  if (services_.warehouse->as_of() < at_least) {
    QX_DO(services_.warehouse->CatchUp(Cancel(), [](uint64_t, uint64_t) {}));
  }
  QX_TRY(measure::Sheet sheet, services_.measures->Evaluate(call.caller(), wanted));
  if (call.Query("format") == "csv") {
    return CsvResponse(measure::SheetAsCsv(sheet, true), "measures-" + wanted.period.text + ".csv");
  }
  if (call.Query("format") == "table") {
    http::Response response;
    response.Set("Content-Type", "text/plain; charset=utf-8");
    response.body = measure::SheetAsTable(sheet, *services_.pack, call.Query("lang") != "en");
    return response;
  }
  return JsonResponse(measure::SheetAsJson(sheet));
}

Result<http::Response> PageApi::ListCases(PageCall& call) {
  measure::CasesRequest wanted;
  wanted.measure = call.arguments[0];
  QX_TRY(wanted.period, RequiredPeriod(call));
  wanted.organization = call.Query("org");
  wanted.region = call.Query("region");
  wanted.institution = call.Query("institution");
  wanted.disease_group = call.Query("diseaseGroup");
  wanted.destination = call.Query("destination");
  wanted.judgement = call.Query("judgement");
  bool as_csv = call.Query("format") == "csv";
  QX_TRY(wanted.offset, QueryNumber(call.request, "offset", 0, SIZE_MAX));
  QX_TRY(wanted.count, QueryNumber(call.request, "count", as_csv ? limits::kCasesPageMaximum : 100, limits::kCasesPageMaximum));
  QX_TRY(measure::Cases cases, services_.measures->ListCases(call.caller(), wanted));
  if (as_csv) return CsvResponse(measure::CasesAsCsv(cases, true), wanted.measure + "-" + wanted.period.text + "-cases.csv");
  json::Writer writer;
  writer.BeginObject().Member("total", cases.total).Member("asOf", cases.as_of).Name("cases").BeginArray();
  for (const measure::Case& item : cases.cases) WriteCase(writer, item);
  writer.EndArray().EndObject();
  return JsonResponse(writer.Take());
}

Result<http::Response> PageApi::ShowCase(PageCall& call) {
  const std::string& type = call.arguments[0];
  const std::string& key = call.arguments[1];
  std::vector<std::string> bodies;
  if (type == "settlement") {
    QX_TRY(std::string row, services_.measures->ExplanationOfBenefit(call.caller(), key));
    bodies.push_back(std::move(row));
  } else if (services_.definitions->FindResource(type)) {
    QX_TRY(auto snapshot, store::OpenView(*services_.store, call.caller()));
    QX_TRY(store::Resource focus, snapshot->Read(type, key));
    std::vector<store::Resource> found;
    QX_TRY(json::Document document, json::Document::Parse(focus.body));
    found.push_back(std::move(focus));
    QX_DO(AppendReferred(*snapshot, document.root(), "subject", found));
    if (type == "Encounter") {
      QX_DO(AppendReferred(*snapshot, document.root(), "serviceProvider", found));
      std::string query = "encounter=Encounter/" + key + "&_sort=_id";
      QX_DO(AppendPointingAt(*snapshot, *services_.parameters, "Condition", query, found));
      QX_DO(AppendPointingAt(*snapshot, *services_.parameters, "Procedure", query, found));
    }
    for (store::Resource& resource : found) bodies.push_back(std::move(resource.body));
  } else {
    return NotFound("unknown-type", "there are no cases of type " + type, "没有这种类型的病例：" + type);
  }
  json::Writer writer;
  writer.BeginObject().Member("type", type).Member("key", key).Name("resources").BeginArray();
  for (const std::string& body : bodies) writer.Raw(body);
  writer.EndArray().EndObject();
  return JsonResponse(writer.Take());
}

}  // namespace qianxian::api
