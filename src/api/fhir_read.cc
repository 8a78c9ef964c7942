#include "api/fhir_api.h"
#include "api/fhir_filter.h"
#include "api/http_dates.h"
#include "api/outcome.h"
#include "api/point_read.h"
#include "base/text.h"
#include "fhir/date.h"
#include "json/writer.h"
#include "store/masked.h"

namespace qianxian::api {
namespace {

constexpr std::string_view kSettlementPrefix = "setl-";

http::Response ResourceResponse(const store::Resource& resource, std::string body) {
  http::Response response = FhirAnswer(std::move(body));
  response.Set("ETag", EntityTag(resource.version));
  response.Set("Last-Modified", FormatHttpDate(resource.last_updated));
  return response;
}

// Reads know few parameters; anything else is said, not passed over.
Status CheckReadParameters(const Exchange& exchange, const NamedValues& query) {
  for (const auto& [name, value] : query) {
    if (name == "_format" || name == "_pretty" || name == "_summary" || name == "_elements" || exchange.lenient) continue;
    return Invalid("unknown-parameter", "a read has no parameter " + name, "读取不支持参数 " + name);
  }
  return Ok();
}

bool TagMatches(std::string_view wanted, uint64_t version) {
  for (std::string_view part : Split(wanted, ',')) {
    if (TrimAscii(part) == "*") return true;
    Result<uint64_t> tag = ParseEntityTag(part);
    if (tag.ok() && *tag == version) return true;
  }
  return false;
}

// RFC 9110 §13.1.3: the date only counts where no tags are given.
bool IsFresh(const store::Resource& resource, std::string_view if_none_match, std::string_view if_modified_since) {
  if (!if_none_match.empty()) return TagMatches(if_none_match, resource.version);
  if (if_modified_since.empty()) return false;
  std::optional<Instant> since = ParseHttpDate(if_modified_since);
  return since && resource.last_updated.microseconds / 1'000'000 <= since->microseconds / 1'000'000;
}

http::Response NotModified(const store::Resource& resource) {
  http::Response response = ResourceResponse(resource, "");
  response.status = 304;
  return response;
}

// Whoever asks for one patient turns to this person, and stands among those who looked.
Result<store::Resource> ReadForPerson(store::Snapshot& snapshot, std::string_view type, std::string_view id) {
  return type == "Patient" ? snapshot.OpenPatient(id) : snapshot.Read(type, id);
}

}  // namespace

std::optional<http::Response> FhirApi::ReadQuickly(const http::Request& request, const auth::Session& session) {
  std::optional<PointRead> read = ParsePointRead(request.method, request.path);
  if (!read || !request.query.empty() || !services_.definitions->FindResource(read->type)) return std::nullopt;
  if (!request.Header("prefer").empty() || request.Header("accept").find("xml") != std::string_view::npos) return std::nullopt;
  Result<std::unique_ptr<store::Snapshot>> snapshot = store::OpenView(*services_.store, session.caller);
  if (!snapshot.ok()) return FhirError(snapshot.error());
  Result<store::Resource> resource =
      read->version == 0 ? ReadForPerson(**snapshot, read->type, read->id) : (*snapshot)->ReadVersion(read->type, read->id, read->version);
  if (!resource.ok()) return FhirError(resource.error());
  if (resource->deleted) return std::nullopt;
  if (IsFresh(*resource, request.Header("if-none-match"), request.Header("if-modified-since"))) return NotModified(*resource);
  return ResourceResponse(*resource, std::move(resource->body));
}

Result<http::Response> FhirApi::Show(const Call& call, store::Resource resource) const {
  QX_TRY(Filter filter, ParseFilter(call.query));
  if (IsFresh(resource, call.if_none_match, call.if_modified_since)) return NotModified(resource);
  QX_TRY(std::string body, ApplyFilter(*services_.definitions, filter, std::move(resource.body)));
  return ResourceResponse(resource, std::move(body));
}

Result<http::Response> FhirApi::Read(const Exchange& exchange, const Call& call) {
  QX_DO(CheckReadParameters(exchange, call.query));
  QX_TRY(auto snapshot, store::OpenView(*services_.store, exchange.caller()));
  Result<store::Resource> resource = ReadForPerson(*snapshot, call.path[0], call.path[1]);
  if (resource.ok()) return Show(call, std::move(*resource));
  if (resource.error().category == ErrorCategory::kNotFound) {
    std::optional<Result<http::Response>> other = ReadVirtual(exchange, call);
    if (other) return std::move(*other);
  }
  return std::move(resource).error();
}

Result<http::Response> FhirApi::ReadVersion(const Exchange& exchange, const Call& call) {
  QX_DO(CheckReadParameters(exchange, call.query));
  QX_TRY(auto snapshot, store::OpenView(*services_.store, exchange.caller()));
  int64_t version = 0;
  if (!ParseInteger(call.path[3], version) || version < 1) {
    return NotFound("no-such-version", "there is no version " + call.path[3], "没有这个版本：" + call.path[3]);
  }
  QX_TRY(store::Resource resource, snapshot->ReadVersion(call.path[0], call.path[1], static_cast<uint64_t>(version)));
  if (resource.deleted) return NotFound("deleted", "this version is the deletion", "该版本为删除记录");
  return Show(call, std::move(resource));
}

// Measures of the packs and rows of the settlement ledger are shown as resources without being stored as such.
std::optional<Result<http::Response>> FhirApi::ReadVirtual(const Exchange& exchange, const Call& call) {
  const std::string& id = call.path[1];
  if (Status may = access::DecideScope(exchange.caller(), access::Verb::kRead, call.path[0]); !may.ok()) return Result<http::Response>(std::move(may).error());
  auto show = [&](std::string body) -> Result<http::Response> {
    QX_TRY(Filter filter, ParseFilter(call.query));
    QX_TRY(std::string cut, ApplyFilter(*services_.definitions, filter, std::move(body)));
    return FhirAnswer(std::move(cut));
  };
  if (call.path[0] == "Measure" && services_.pack) {
    for (const pack::Measure& measure : services_.pack->measures) {
      if (measure.id == id) return show(pack::MeasureAsFhir(*services_.pack, measure));
    }
  }
  if (call.path[0] == "PlanDefinition" && services_.pack) {
    for (const pack::Pathway& pathway : services_.pack->pathways) {
      if (pathway.id == id) return show(pack::PathwayAsFhir(*services_.pack, pathway));
    }
  }
  if (call.path[0] == "Questionnaire" && services_.pack) {
    for (const pack::Form& form : services_.pack->forms) {
      if (form.id == id) return show(pack::FormAsFhir(*services_.pack, form));
    }
  }
  if (call.path[0] == "ExplanationOfBenefit" && StartsWith(id, kSettlementPrefix) && services_.measures) {
    Result<std::string> row =
        services_.measures->ExplanationOfBenefit(exchange.caller(), std::string_view(id).substr(kSettlementPrefix.size()));
    if (!row.ok()) return Result<http::Response>(std::move(row).error());
    return show(std::move(*row));
  }
  return std::nullopt;
}

// ExplanationOfBenefit?patient.identifier=PSN_NO and ?identifier=SETL_ID.
std::optional<Result<http::Response>> FhirApi::SearchVirtual(const Exchange& exchange, const Call& call, const std::string& type) {
  if (type != "ExplanationOfBenefit" || !services_.measures) return std::nullopt;
  if (Status may = access::DecideScope(exchange.caller(), access::Verb::kSearch, type); !may.ok()) return Result<http::Response>(std::move(may).error());
  std::string person, settlement;
  size_t count = limits::kSearchPageDefault;
  for (const auto& [name, value] : call.query) {
    std::string code = value.substr(value.find('|') == std::string::npos ? 0 : value.find('|') + 1);
    int64_t number = 0;
    if (name == "patient.identifier") person = code;
    else if (name == "identifier") settlement = code;
    else if (name == "_count" && ParseInteger(value, number) && number > 0) count = static_cast<size_t>(number);
    else if (name != "_format" && name != "_pretty") return std::nullopt;
  }
  if (person.empty() == settlement.empty()) return std::nullopt;
  if (!person.empty()) {
    Result<std::string> bundle = services_.measures->ExplanationsOfPerson(
        exchange.caller(), person, std::min<size_t>(count, limits::kSearchPageMaximum));
    if (!bundle.ok()) return Result<http::Response>(std::move(bundle).error());
    return Result<http::Response>(FhirAnswer(std::move(*bundle)));
  }
  Result<std::string> row = services_.measures->ExplanationOfBenefit(exchange.caller(), settlement);
  if (!row.ok() && row.error().category == ErrorCategory::kNotFound) return std::nullopt;   // perhaps the record has one
  if (!row.ok()) return Result<http::Response>(std::move(row).error());
  json::Writer writer;
  writer.BeginObject().Member("resourceType", "Bundle").Member("type", "searchset").Member("total", 1);
  writer.Name("entry").BeginArray().BeginObject();
  writer.Member("fullUrl", exchange.base + "/ExplanationOfBenefit/" + std::string(kSettlementPrefix) + settlement);
  writer.Name("resource").Raw(*row).Name("search").BeginObject().Member("mode", "match").EndObject();
  writer.EndObject().EndArray().EndObject();
  return Result<http::Response>(FhirAnswer(writer.Take()));
}

}  // namespace qianxian::api
