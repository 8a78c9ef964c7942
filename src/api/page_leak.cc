#include "api/leak_table.h"
#include "api/page_api.h"
#include "api/page_json.h"

namespace qianxian::api {
namespace {

constexpr size_t kInstitutions = 5;

void WriteNumbers(json::Writer& writer, const LeakNumbers& numbers) {
  writer.Member("cases", numbers.cases).Member("casesIn", numbers.cases_in()).Member("casesOut", numbers.cases_out);
  writer.Member("fund", Money(numbers.fund_fen)).Member("fundOut", Money(numbers.fund_out_fen));
  writer.Member("amountOut", Money(numbers.amount_out_fen));
}

void WriteDestinations(json::Writer& writer, const std::map<std::string, LeakNumbers>& destinations) {
  writer.Name("destinations").BeginArray();
  for (const Destination& destination : Destinations()) {
    auto found = destinations.find(std::string(destination.id));
    if (found == destinations.end()) continue;
    writer.BeginObject().Member("destination", destination.id);
    WriteText(writer, "name", destination.name);
    writer.Member("cases", found->second.cases).Member("fund", Money(found->second.fund_fen));
    writer.Member("amount", Money(found->second.amount_fen)).EndObject();
  }
  writer.EndArray();
}

void WriteGroup(json::Writer& writer, const pack::Pack& pack, const LeakGroup& group) {
  writer.BeginObject().Member("diseaseGroup", group.disease_group);
  WriteText(writer, "name", DiseaseGroupName(pack, group.disease_group));
  WriteNumbers(writer, group.numbers);
  WriteDestinations(writer, group.destinations);
  writer.Name("institutions").BeginArray();
  for (size_t i = 0; i < std::min(kInstitutions, group.institutions.size()); ++i) {
    const LeakInstitution& institution = group.institutions[i];
    writer.BeginObject().Member("code", institution.code).Member("name", institution.name);
    writer.Member("destination", institution.destination).Member("cases", institution.numbers.cases);
    writer.Member("fund", Money(institution.numbers.fund_fen)).EndObject();
  }
  writer.EndArray().Member("casesOutPrevious", group.cases_out_previous).EndObject();
}

}  // namespace

Result<std::string> PageApi::LeakAnswer(const access::Caller& caller, const Period& period, const std::string& care) {
  QX_DO(access::Decide(caller, access::Verb::kMeasure, "settlement", ""));
  if (care != "inpatient" && care != "all") {
    return Invalid("bad-care", "care is inpatient or all", "care 只能是 inpatient 或 all");
  }
  std::string measure = care == "inpatient" ? "inpatient-in-county-share" : "visit-in-county-share";
  return Kept("leak 1 " + period.text + " " + care, [&](uint64_t as_of) -> Result<std::string> {
    QX_TRY(LeakTable table, ReadLeakTable(services_, measure, period));
    json::Writer writer;
    writer.BeginObject().Member("period", period.text).Member("asOf", as_of).Member("care", care).Member("measure", measure);
    writer.Name("rows").BeginArray();
    for (const LeakGroup& group : table.groups) WriteGroup(writer, *services_.pack, group);
    writer.EndArray().Name("totals").BeginObject();
    WriteNumbers(writer, table.totals);
    WriteDestinations(writer, table.destinations);
    writer.Member("casesOutPrevious", table.cases_out_previous).EndObject().EndObject();
    return writer.Take();
  });
}

Result<http::Response> PageApi::Leak(PageCall& call) {
  Period period;
  if (call.Query("period").empty()) {
    QX_TRY(period, LatestPeriod());
  } else {
    QX_TRY(period, Period::Parse(call.Query("period")));
  }
  std::string care = call.Query("care");
  QX_TRY(std::string answer, LeakAnswer(call.caller(), period, care.empty() ? "inpatient" : care));
  return JsonResponse(std::move(answer));
}

}  // namespace qianxian::api
