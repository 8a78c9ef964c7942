#include "api/page_api.h"
#include "api/page_json.h"
#include "api/settings.h"

namespace qianxian::api {
namespace {


Result<std::string> OrganizationsJson(const Services& services) {
  QX_TRY(columns::Rows rows, services.warehouse->Query(
                                 "SELECT code, name, kind, level, region, lead FROM organization ORDER BY code", {}, nullptr));
  json::Writer writer;
  writer.BeginArray();
  for (const auto& row : rows.rows) {
    writer.BeginObject().Member("code", row[0].text).Member("name", row[1].text).Member("kind", row[2].text);
    writer.Member("level", row[3].text).Member("region", row[4].text).Member("lead", row[5].text).EndObject();
  }
  writer.EndArray();
  return writer.Take();
}

void WriteNames(json::Writer& writer, const pack::Pack& pack) {
  writer.Name("diseaseGroups").BeginArray();
  for (const pack::DiseaseGroup& group : pack.disease_groups) {
    writer.BeginObject().Member("id", group.id);
    WriteText(writer, "name", group.name);
    writer.EndObject();
  }
  writer.EndArray().Name("destinations").BeginArray();
  for (const Destination& destination : Destinations()) {
    writer.BeginObject().Member("id", destination.id);
    WriteText(writer, "name", destination.name);
    writer.EndObject();
  }
  writer.EndArray();
}

}  // namespace

Result<http::Response> PageApi::County(PageCall&) {
  uint64_t as_of = services_.warehouse->as_of();
  QX_TRY(Settings settings, ReadSettings(*services_.store));
  QX_TRY(std::optional<Period> data, services_.measures->DataPeriod());
  QX_TRY(Period latest, LatestPeriod());
  QX_TRY(std::string organizations, Kept("organizations 1", [&](uint64_t) { return OrganizationsJson(services_); }));
  json::Writer writer;
  writer.BeginObject().Member("code", services_.warehouse->county()).Member("name", settings.county_name);
  writer.Member("demo", settings.demonstration);
  WriteOrNull(writer, "dataFrom", data ? MonthText(data->first) : "");
  WriteOrNull(writer, "dataTo", data ? MonthText(data->last) : "");
  writer.Member("asOf", as_of).Member("latestYear", latest.text).Name("organizations").Raw(organizations);
  writer.Name("packs").BeginArray();
  for (const pack::Pack& pack : *services_.packs) {
    writer.BeginObject().Member("id", pack.id);
    WriteText(writer, "title", pack.title);
    writer.Member("edition", pack.edition).EndObject();
  }
  writer.EndArray();
  WriteNames(writer, *services_.pack);
  writer.EndObject();
  return JsonResponse(writer.Take());
}

}  // namespace qianxian::api
