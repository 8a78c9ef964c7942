#include <algorithm>

#include "api/leak_table.h"
#include "api/page_api.h"
#include "api/page_json.h"
#include "base/log.h"

namespace qianxian::api {
namespace {

constexpr std::string_view kCards[] = {"inpatient-in-county-share", "visit-in-county-share", "fund-in-county-share"};
constexpr std::string_view kFlowMeasure = kCards[0];
constexpr int kTrendMonths = 36;
constexpr size_t kFlowGroups = 10;
constexpr size_t kWorstGaps = 5;
constexpr std::string_view kOther = "other";

std::string ToText(const std::optional<Decimal>& number) { return number ? number->ToString() : std::string(); }

const measure::SheetRow* RowOf(const measure::Sheet& sheet, std::string_view measure) {
  for (const measure::SheetRow& row : sheet.rows) {
    if (row.measure == measure) return &row;
  }
  return nullptr;
}

// The months up to the period's end.
Period TrendPeriod(const Period& period) {
  int months = period.last.year * 12 + (period.last.month - 1) - (kTrendMonths - 1);
  Date first{static_cast<int16_t>(months / 12), static_cast<int8_t>(months % 12 + 1), 1};
  return Period{first, period.last, MonthText(first) + ".." + MonthText(period.last)};
}

std::vector<std::string> CardsOf(const pack::Pack& pack) {
  std::vector<std::string> ids;
  for (std::string_view card : kCards) {
    for (const pack::Measure& measure : pack.measures) {
      if (measure.id == card) ids.emplace_back(card);
    }
  }
  return ids;
}

struct CardSheets {
  measure::Sheet now, before, trend;
};

void WriteCard(json::Writer& writer, const pack::Measure& measure, const CardSheets& sheets, const Period& period) {
  const measure::SheetRow* now = RowOf(sheets.now, measure.id);
  const measure::SheetRow* before = RowOf(sheets.before, measure.id);
  writer.BeginObject().Member("measure", measure.id);
  WriteOrNull(writer, "value", now ? now->value : "");
  WriteOrNull(writer, "numerator", now ? ToText(now->numerator) : "");
  WriteOrNull(writer, "denominator", now ? ToText(now->denominator) : "");
  WriteOrNull(writer, "previous", before ? before->value : "");
  writer.Member("previousPeriod", period.SameLastYear().text);
  WriteOrNull(writer, "target", measure.target ? measure.target->value.ToString() : "");
  writer.Name("trend").BeginArray();
  for (const measure::SheetRow& row : sheets.trend.rows) {
    if (row.measure != measure.id) continue;
    writer.BeginObject().Member("period", row.stratum);
    WriteOrNull(writer, "numerator", ToText(row.numerator));
    WriteOrNull(writer, "denominator", ToText(row.denominator));
    WriteOrNull(writer, "value", row.value);
    writer.EndObject();
  }
  writer.EndArray().EndObject();
}

struct Flow {
  std::vector<std::string> groups;                                               // in order; the rest is kOther
  std::map<std::pair<std::string, std::string>, LeakNumbers> links;              // group, destination
};

Flow MakeFlow(const LeakTable& table) {
  Flow flow;
  for (const LeakGroup& group : table.groups) {
    if (group.numbers.cases_out == 0) continue;
    bool named = !group.disease_group.empty() && group.disease_group != kOther && flow.groups.size() < kFlowGroups;
    if (named) flow.groups.push_back(group.disease_group);
    for (const auto& [destination, numbers] : group.destinations) {
      if (numbers.cases_out > 0) flow.links[{named ? group.disease_group : std::string(kOther), destination}].Add(numbers);
    }
  }
  return flow;
}

void WriteFlow(json::Writer& writer, const pack::Pack& pack, const Flow& flow) {
  auto reached = [&](std::string_view group, std::string_view destination) {
    return std::any_of(flow.links.begin(), flow.links.end(), [&](const auto& link) {
      return (group.empty() || link.first.first == group) && (destination.empty() || link.first.second == destination);
    });
  };
  std::vector<std::string> groups = flow.groups;
  if (reached(kOther, "")) groups.emplace_back(kOther);
  auto write_node = [&](std::string_view id, const pack::Text& name, const char* side) {
    writer.BeginObject().Member("id", id);
    WriteText(writer, "name", name);
    writer.Member("side", side).EndObject();
  };
  writer.BeginObject().Name("nodes").BeginArray();
  for (const std::string& group : groups) write_node(group, DiseaseGroupName(pack, group), "disease");
  for (const Destination& destination : Destinations()) {
    if (reached("", destination.id)) write_node(destination.id, destination.name, "destination");
  }
  writer.EndArray().Name("links").BeginArray();
  for (const std::string& group : groups) {
    for (const Destination& destination : Destinations()) {
      auto found = flow.links.find({group, std::string(destination.id)});
      if (found == flow.links.end()) continue;
      writer.BeginObject().Member("diseaseGroup", group).Member("destination", destination.id);
      writer.Member("cases", found->second.cases_out).Member("amount", Money(found->second.amount_out_fen)).EndObject();
    }
  }
  writer.EndArray().EndObject();
}

}  // namespace

// The newest whole year; the year under way where there is no other.
Result<Period> PageApi::LatestPeriod() {
  QX_TRY(std::optional<Period> data, services_.measures->DataPeriod());
  int year = data ? data->last.year : Date::FromDays(static_cast<int32_t>(services_.clock->Now().microseconds / 86'400'000'000)).year;
  if (data && data->last.month != 12 && data->first.year < year) --year;
  return Period::Parse(std::to_string(year));
}

// Cards and flow: numbers of the county, the same for everybody who may see them.
Result<std::string> PageApi::OverviewNumbers(const access::Caller& caller, const Period& period) {
  return Kept("overview 1 " + period.text, [&](uint64_t) { return MakeOverviewNumbers(caller, period); });
}

Result<std::string> PageApi::MakeOverviewNumbers(const access::Caller& caller, const Period& period) {
  measure::SheetRequest wanted;
  wanted.measures = CardsOf(*services_.pack);
  CardSheets sheets;
  LeakTable leak;
  if (!wanted.measures.empty()) {
    wanted.period = period;
    QX_TRY(sheets.now, services_.measures->Evaluate(caller, wanted));
    wanted.period = period.SameLastYear();
    QX_TRY(sheets.before, services_.measures->Evaluate(caller, wanted));
    wanted.period = TrendPeriod(period);
    wanted.by = {measure::By::kMonth};
    QX_TRY(sheets.trend, services_.measures->Evaluate(caller, wanted));
    QX_TRY(leak, ReadLeakTable(services_, std::string(kFlowMeasure), period));
  }
  json::Writer writer;
  writer.BeginObject().Name("cards").BeginArray();
  for (const std::string& id : wanted.measures) {
    for (const pack::Measure& measure : services_.pack->measures) {
      if (measure.id == id) WriteCard(writer, measure, sheets, period);
    }
  }
  writer.EndArray().Name("flow");
  WriteFlow(writer, *services_.pack, MakeFlow(leak));
  writer.EndObject();
  return writer.Take();
}

Result<http::Response> PageApi::Overview(PageCall& call) {
  Period period;
  if (call.Query("period").empty()) {
    QX_TRY(period, LatestPeriod());
  } else {
    QX_TRY(period, Period::Parse(call.Query("period")));
  }
  // Who sees one hospital only gets no numbers of the county, but its own gaps and actions.
  bool county = access::Decide(call.caller(), access::Verb::kMeasure, "settlement", "").ok();
  std::string numbers = "{\"cards\":[],\"flow\":{\"nodes\":[],\"links\":[]}}";
  if (county) {
    QX_TRY(numbers, OverviewNumbers(call.caller(), period));
  }
  QX_TRY(json::Document parts, json::Document::Parse(numbers));
  Result<std::vector<gap::Gap>> gaps = services_.gaps->List(call.caller(), false);
  Result<std::vector<gap::Action>> actions = services_.gaps->ListActions(call.caller(), false);
  // Whose work gaps are not (a viewer, hospital IT) sees the page without them.
  if (!gaps.ok() && gaps.error().category == ErrorCategory::kForbidden) gaps = std::vector<gap::Gap>();
  if (!actions.ok() && actions.error().category == ErrorCategory::kForbidden) actions = std::vector<gap::Action>();
  if (!gaps.ok()) return std::move(gaps).error();
  if (!actions.ok()) return std::move(actions).error();
  json::Writer writer;
  writer.BeginObject().Member("period", period.text).Member("asOf", services_.warehouse->as_of());
  writer.Member("scope", county ? "county" : "own");
  for (json::Member member : parts.root().Members()) writer.Name(member.name).Copy(member.value);
  writer.Name("gaps").BeginArray();
  for (size_t i = 0; i < std::min(kWorstGaps, gaps->size()); ++i) WriteGap(writer, (*gaps)[i]);
  writer.EndArray().Name("actions").BeginArray();
  for (const gap::Action& action : *actions) WriteAction(writer, action);
  writer.EndArray().EndObject();
  return JsonResponse(writer.Take());
}

void PageApi::WarmUp() {
  access::Caller caller = access::SystemCaller("warm-up");
  Result<Period> period = LatestPeriod();
  if (!period.ok()) return;
  Result<std::string> overview = OverviewNumbers(caller, *period);
  Result<std::string> leak = LeakAnswer(caller, *period, "inpatient");
  // Whoever asks for it gets the error; here it is only not ready beforehand.
  if (!overview.ok()) LogWarning("the overview was not made beforehand: " + Describe(overview.error()));
  if (!leak.ok()) LogWarning("the leak was not made beforehand: " + Describe(leak.error()));
}

}  // namespace qianxian::api
