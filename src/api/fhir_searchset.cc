#include "api/fhir_searchset.h"

#include "api/fhir_filter.h"
#include "api/outcome.h"
#include "json/writer.h"
#include "search/clauses.h"

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
    const bool plan = note.starts_with(search::kPlanMark);
    issues.push_back({plan ? fhir::Severity::kInformation : fhir::Severity::kWarning, "informational", plan ? "plan" : "note", "", note, ""});
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

Result<http::Response> SearchsetAnswer(const Services& services, const Exchange& exchange, const std::string& address,
                                       const search::Query& query, store::SearchPage page) {
  const std::vector<std::string>& notes = page.notes;   // the query's too
  Filter filter{query.summary, query.elements};

  json::Writer writer;
  writer.BeginObject().Member("resourceType", "Bundle").Member("id", NewUuid(*services.clock, *services.random));
  writer.Name("meta").BeginObject().Member("lastUpdated", FormatInstant(services.clock->Now())).EndObject();
  writer.Member("type", "searchset");
  if (page.total) writer.Member("total", *page.total);
  WriteLinks(writer, address, query, page.next);
  if (!page.matches.empty() || !page.included.empty() || !notes.empty()) {
    writer.Name("entry").BeginArray();
    for (store::Resource& resource : page.matches) {
      QX_DO(WriteEntry(writer, exchange, *services.definitions, filter, resource, "match"));
    }
    for (store::Resource& resource : page.included) {
      QX_DO(WriteEntry(writer, exchange, *services.definitions, filter, resource, "include"));
    }
    if (!notes.empty()) WriteNotes(writer, notes);
    writer.EndArray();
  }
  writer.EndObject();
  return FhirAnswer(writer.Take());
}

}  // namespace qianxian::api
