#include "api/fhir_api.h"
#include "api/fhir_filter.h"
#include "api/outcome.h"
#include "json/writer.h"

namespace qianxian::api {
namespace {

Status WriteEntry(json::Writer& writer, const Exchange& exchange, const fhir::Definitions& definitions, const Filter& filter,
                  store::Resource& resource, const char* mode) {
  writer.BeginObject().Member("fullUrl", exchange.base + "/" + resource.type + "/" + resource.id);
  QX_TRY(std::string body, ApplyFilter(definitions, filter, std::move(resource.body)));
  writer.Name("resource").Raw(body);
  writer.Name("search").BeginObject().Member("mode", mode).EndObject().EndObject();
  return Ok();
}

void WriteNotes(json::Writer& writer, const std::vector<std::string>& notes) {
  std::vector<fhir::Issue> issues;
  for (const std::string& note : notes) {
    issues.push_back({fhir::Severity::kWarning, "informational", "note", "", note, ""});
  }
  writer.BeginObject().Name("resource").Raw(fhir::OutcomeJson(issues));
  writer.Name("search").BeginObject().Member("mode", "outcome").EndObject().EndObject();
}

void WriteLinks(json::Writer& writer, const std::string& address, const search::Query& query, const std::string& next) {
  auto url = [&](const std::string& place) {
    std::string text = query.canonical;
    if (!place.empty()) text += (text.empty() ? "_place=" : "&_place=") + http::PercentEncode(place);
    return text.empty() ? address : address + "?" + text;
  };
  writer.Name("link").BeginArray();
  writer.BeginObject().Member("relation", "self").Member("url", url(query.place)).EndObject();
  if (!next.empty()) writer.BeginObject().Member("relation", "next").Member("url", url(next)).EndObject();
  writer.EndArray();
}

}  // namespace

Result<search::Query> FhirApi::ParseQuery(const Exchange& exchange, const std::string& type, const NamedValues& asked,
                                          bool for_condition) const {
  search::QueryOptions options;
  options.now = services_.clock->Now();
  // A condition that is not understood wholly must never decide what is written.
  options.lenient = exchange.lenient && !for_condition;
  options.base_url = exchange.base;
  return search::Query::Parse(*services_.parameters, type, asked, options);
}

Result<http::Response> FhirApi::Search(const Exchange& exchange, const Call& call, const std::string& type,
                                       const NamedValues& asked) {
  if (std::optional<Result<http::Response>> other = SearchVirtual(exchange, call, type)) return std::move(*other);
  QX_TRY(search::Query query, ParseQuery(exchange, type, asked, false));
  QX_TRY(auto snapshot, services_.store->OpenSnapshot(exchange.caller()));
  QX_TRY(store::SearchPage page, snapshot->Search(query));
  std::vector<std::string> notes = query.notes;
  notes.insert(notes.end(), page.notes.begin(), page.notes.end());
  Filter filter{query.summary, query.elements};

  json::Writer writer;
  writer.BeginObject().Member("resourceType", "Bundle").Member("id", NewUuid(*services_.clock, *services_.random));
  writer.Name("meta").BeginObject().Member("lastUpdated", FormatInstant(services_.clock->Now())).EndObject();
  writer.Member("type", "searchset");
  if (page.total) writer.Member("total", *page.total);
  WriteLinks(writer, type.empty() ? exchange.base : exchange.base + "/" + type, query, page.next);
  if (!page.matches.empty() || !page.included.empty() || !notes.empty()) {
    writer.Name("entry").BeginArray();
    for (store::Resource& resource : page.matches) {
      QX_DO(WriteEntry(writer, exchange, *services_.definitions, filter, resource, "match"));
    }
    for (store::Resource& resource : page.included) {
      QX_DO(WriteEntry(writer, exchange, *services_.definitions, filter, resource, "include"));
    }
    if (!notes.empty()) WriteNotes(writer, notes);
    writer.EndArray();
  }
  writer.EndObject();
  http::Response response;
  response.Set("Content-Type", kFhirJson);
  response.body = writer.Take();
  return response;
}

Result<std::optional<store::Resource>> FhirApi::FindOne(const Exchange& exchange, const std::string& type,
                                                        const NamedValues& condition) {
  QX_TRY(search::Query query, ParseQuery(exchange, type, condition, true));
  if (query.clauses.empty()) {
    return Invalid("no-condition", "a condition needs at least one search parameter", "条件中至少要有一个检索参数");
  }
  query.count = 2;
  QX_TRY(auto snapshot, services_.store->OpenSnapshot(exchange.caller()));
  QX_TRY(store::SearchPage page, snapshot->Search(query));
  if (page.matches.size() > 1) {
    return MakeError(ErrorCategory::kConflict, "multiple-matches", "more than one " + type + " meets the condition " + query.canonical,
                     "不止一个 " + type + " 符合条件 " + query.canonical);
  }
  if (page.matches.empty()) return std::optional<store::Resource>();
  return std::optional<store::Resource>(std::move(page.matches.front()));
}

}  // namespace qianxian::api
