#include "api/fhir_export.h"

#include <algorithm>

#include "search/compartments.h"
#include "api/line_file.h"
#include "api/outcome.h"
#include "base/limits.h"
#include "base/text.h"
#include "fhir/date.h"
#include "fhir/reference.h"
#include "json/writer.h"
#include "search/query.h"
#include "store/masked.h"

namespace qianxian::api {
namespace {

constexpr size_t kPage = limits::kSearchPageMaximum;
constexpr std::string_view kLevels[] = {"system", "patient", "group"};   // in the order of ExportRequest::Level

ExportRequest ReadRequest(json::Value value) {
  ExportRequest request;
  for (size_t i = 0; i < std::size(kLevels); ++i) {
    if (value.FindString("level") == kLevels[i]) request.level = static_cast<ExportRequest::Level>(i);
  }
  request.group = value.FindString("group");
  for (json::Value type : value.Find("types").value_or(json::Value()).Elements()) {
    if (type.IsString()) request.types.emplace_back(type.AsString());
  }
  for (json::Value filter : value.Find("filters").value_or(json::Value()).Elements()) {
    request.filters.emplace_back(filter.FindString("type"), filter.FindString("text"));
  }
  if (std::optional<json::Value> since = value.Find("since")) request.since = Instant{since->AsInteger().value_or(0)};
  return request;
}

// Which resources of a type go into the file.
class Choice {
 public:
  Choice(const Services& services, const ExportRequest& request, const std::string& type, std::optional<std::set<std::string>> patients)
      : parameters_(*services.parameters), request_(request), type_(type), patients_(std::move(patients)) {
    for (const std::string& code : search::CompartmentParameters("Patient", type)) {
      if (const search::Parameter* parameter = parameters_.Find(type, code)) links_.insert(parameter->number);
    }
  }

  Result<bool> Takes(const store::Resource& resource) const {
    if (request_.since && resource.last_updated.microseconds < request_.since->microseconds) return false;
    if (request_.level == ExportRequest::Level::kSystem) return true;
    if (type_ == "Patient" && (!patients_ || patients_->count(resource.id))) return true;
    QX_TRY(json::Document document, json::Document::Parse(resource.body));
    std::vector<search::IndexEntry> entries;
    parameters_.Extract(document.root(), entries);
    return std::any_of(entries.begin(), entries.end(), [&](const search::IndexEntry& entry) {
      return entry.kind == search::ParameterKind::kReference && entry.system == "Patient" && links_.count(entry.parameter) &&
             (!patients_ || patients_->count(entry.code));
    });
  }

 private:
  const search::Parameters& parameters_;
  const ExportRequest& request_;
  const std::string type_;
  const std::optional<std::set<std::string>> patients_;
  std::set<uint16_t> links_;               // the parameters that put it into a patient's compartment
};

// Every resource of a type in order, or what a filter finds.
Status ForEach(const Services& services, const BulkWork& work, store::Snapshot& snapshot, const std::string& type,
               const std::vector<std::string>& filters, const std::function<Status(std::vector<store::Resource>&)>& take) {
  std::string after;
  while (filters.empty() && !work.cancel.requested()) {
    QX_TRY(std::vector<store::Resource> page, snapshot.Scan(type, after, kPage));
    if (page.empty()) break;
    after = page.back().id;
    QX_DO(take(page));
  }
  std::set<std::string> seen;
  for (const std::string& filter : filters) {
    QX_TRY(search::Query query, search::Query::ParseText(*services.parameters, type, filter));
    query.count = kPage;
    do {
      QX_TRY(store::SearchPage page, snapshot.Search(query));
      std::erase_if(page.matches, [&](const store::Resource& one) { return !seen.insert(one.id).second; });
      QX_DO(take(page.matches));
      query.place = page.next;
    } while (!query.place.empty() && !work.cancel.requested());
  }
  return Ok();
}

void WriteFiles(json::Writer& writer, const BulkView& view, const std::string& address, const std::vector<std::string>& input_urls, bool errors) {
  for (size_t i = 0; i < view.done.size(); ++i) {
    for (const BulkFile& file : view.done[i].files) {
      if (file.errors != errors) continue;
      writer.BeginObject().Member("type", errors ? "OperationOutcome" : file.type);
      if (i < input_urls.size()) writer.Member("inputUrl", input_urls[i]);
      writer.Member("url", address + http::PercentEncode(file.name)).Member("count", file.count).EndObject();
    }
  }
}

}  // namespace

std::string ExportRequestJson(const ExportRequest& request) {
  json::Writer writer;
  writer.BeginObject().Member("level", kLevels[static_cast<size_t>(request.level)]).Member("group", request.group).Name("types").BeginArray();
  for (const std::string& type : request.types) writer.String(type);
  writer.EndArray().Name("filters").BeginArray();
  for (const auto& [type, text] : request.filters) writer.BeginObject().Member("type", type).Member("text", text).EndObject();
  writer.EndArray();
  if (request.since) writer.Member("since", request.since->microseconds);
  writer.EndObject();
  return writer.Take();
}

Result<std::set<std::string>> PatientsOfGroup(store::Snapshot& snapshot, const std::string& id) {
  QX_TRY(store::Resource group, snapshot.Read("Group", id));
  QX_TRY(json::Document document, json::Document::Parse(std::move(group.body)));
  std::set<std::string> ids;
  for (json::Value member : document.root().Find("member").value_or(json::Value()).Elements()) {
    std::optional<json::Value> inactive = member.Find("inactive"), entity = member.Find("entity");
    if (!entity || (inactive && inactive->IsBoolean() && inactive->AsBoolean())) continue;
    fhir::Reference reference = fhir::ParseReference(entity->FindString("reference"));
    if (reference.type == "Patient") ids.emplace(reference.id);
  }
  return ids;
}

std::vector<std::string> ExportKind::Parts(json::Value request) const { return ReadRequest(request).types; }

Result<BulkPart> ExportKind::Run(const BulkWork& work, size_t part) {
  const ExportRequest request = ReadRequest(work.request);
  const std::string& type = request.types[part];
  QX_TRY(auto snapshot, store::OpenView(*services_.store, work.caller, work.t));
  std::optional<std::set<std::string>> patients;
  if (request.level == ExportRequest::Level::kGroup) {
    QX_TRY(patients, PatientsOfGroup(*snapshot, request.group));
  }
  const Choice choice(services_, request, type, std::move(patients));
  std::vector<std::string> filters;
  for (const auto& [of, text] : request.filters) {
    if (of == type) filters.push_back(text);
  }
  LineFile file(work.folder + "/" + type + ".ndjson");
  QX_DO(ForEach(services_, work, *snapshot, type, filters, [&](std::vector<store::Resource>& resources) -> Status {
    for (store::Resource& resource : resources) {
      QX_TRY(bool in, choice.Takes(resource));
      if (in) file.AddLine(std::move(resource.body));
    }
    work.say(type + ": " + std::to_string(file.lines()));
    return Ok();
  }));
  QX_TRY(uint64_t count, file.Close());
  BulkPart done{count, {}};
  if (count > 0) done.files.push_back({type + ".ndjson", type, "application/fhir+ndjson", count, false});
  return done;
}

http::Response ExportKind::Manifest(const BulkView& view, const std::string&, const std::string& address) const {
  return BulkManifest(view, address);
}

http::Response BulkManifest(const BulkView& view, const std::string& address, const std::vector<std::string>& input_urls) {
  json::Writer writer;
  writer.BeginObject().Member("transactionTime", FormatInstant(view.at)).Member("request", view.url).Member("requiresAccessToken", true);
  writer.Name("output").BeginArray();
  WriteFiles(writer, view, address, input_urls, false);
  writer.EndArray().Name("deleted").BeginArray().EndArray().Name("error").BeginArray();
  WriteFiles(writer, view, address, input_urls, true);
  writer.EndArray().EndObject();
  http::Response response;
  response.Set("Content-Type", kPlainJson);
  response.body = writer.Take();
  return response;
}

}  // namespace qianxian::api
