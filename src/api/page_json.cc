#include "api/page_json.h"

#include "access/caller.h"
#include "api/outcome.h"
#include "base/text.h"

namespace qianxian::api {
namespace {

std::string_view Name(pack::MeasureKind kind) {
  switch (kind) {
    case pack::MeasureKind::kRatio: return "ratio";
    case pack::MeasureKind::kMean: return "mean";
    case pack::MeasureKind::kCount: return "count";
    case pack::MeasureKind::kPerDistinct: return "per-distinct";
    case pack::MeasureKind::kDistinct: return "distinct";
    case pack::MeasureKind::kCoverage: return "coverage";
    case pack::MeasureKind::kGrowth: return "growth";
  }
  return "";
}

std::string_view Name(pack::Direction direction) {
  switch (direction) {
    case pack::Direction::kUp: return "up";
    case pack::Direction::kDown: return "down";
    case pack::Direction::kMonitor: return "monitor";
  }
  return "";
}

std::string_view Name(gap::GapState state) {
  switch (state) {
    case gap::GapState::kOpen: return "open";
    case gap::GapState::kActing: return "acting";
    case gap::GapState::kClosed: return "closed";
  }
  return "";
}

std::string_view Name(gap::Verdict verdict) {
  switch (verdict) {
    case gap::Verdict::kNone: return "none";
    case gap::Verdict::kWorked: return "worked";
    case gap::Verdict::kDidNot: return "did-not";
    case gap::Verdict::kCannotTell: return "cannot-tell";
  }
  return "";
}

void WriteTexts(json::Writer& writer, std::string_view name, const std::vector<pack::Text>& texts) {
  writer.Name(name).BeginArray();
  for (const pack::Text& text : texts) writer.BeginObject().Member("zh", text.zh).Member("en", text.en).EndObject();
  writer.EndArray();
}

void WriteComparison(json::Writer& writer, const std::optional<gap::Comparison>& found) {
  writer.Name("comparison");
  if (!found) {
    writer.Null();
    return;
  }
  const gap::Comparison& comparison = *found;
  writer.BeginObject().Name("before");
  WritePoint(writer, comparison.before);
  writer.Name("after");
  WritePoint(writer, comparison.after);
  writer.Member("change", comparison.change).Member("changeLow", comparison.change_low);
  writer.Member("changeHigh", comparison.change_high).Member("comparableChange", comparison.comparable_change);
  writer.Member("comparableUnits", comparison.comparable_units).Name("comparable").BeginArray();
  for (const auto& [name, change] : comparison.comparable) {
    writer.BeginObject();
    WriteText(writer, "name", name);
    writer.Member("change", change).EndObject();
  }
  writer.EndArray().Member("effect", comparison.effect).Member("effectLow", comparison.effect_low);
  writer.Member("effectHigh", comparison.effect_high).Member("verdict", Name(comparison.verdict));
  WriteText(writer, "why", comparison.why);
  WriteTexts(writer, "gained", comparison.gained);
  WriteTexts(writer, "lost", comparison.lost);
  writer.EndObject();
}

void WriteCarrier(json::Writer& writer, const gap::Carrier& carrier) {
  writer.BeginObject().Member("diseaseGroup", carrier.disease_group);
  WriteText(writer, "diseaseGroupName", carrier.disease_group_name);
  writer.Member("destination", carrier.destination);
  WriteText(writer, "destinationName", carrier.destination_name);
  writer.Member("cases", carrier.cases).Member("amount", carrier.amount).Member("share", carrier.share);
  if (!carrier.item.empty()) {
    writer.Member("item", carrier.item).Member("specialty", carrier.specialty);
    WriteText(writer, "itemName", carrier.item_name);
    WriteOrNull(writer, "casesMinimum", carrier.cases_minimum);
    WriteOrNull(writer, "countyCases", carrier.county_cases);
    WriteOrNull(writer, "leavingCases", carrier.leaving_cases);
  }
  writer.EndObject();
}

}  // namespace

void WriteText(json::Writer& writer, std::string_view name, const pack::Text& text) {
  writer.Name(name).BeginObject().Member("zh", text.zh.empty() ? text.en : text.zh);
  writer.Member("en", text.en.empty() ? text.zh : text.en).EndObject();
}

void WriteSource(json::Writer& writer, const pack::Source& source) {
  writer.BeginObject();
  WriteText(writer, "title", source.title);
  writer.Member("reference", source.reference).Member("mark", source.mark).EndObject();
}

void WriteSources(json::Writer& writer, const std::vector<pack::Source>& sources) {
  writer.Name("sources").BeginArray();
  for (const pack::Source& source : sources) WriteSource(writer, source);
  writer.EndArray();
}

void WriteTextList(json::Writer& writer, std::string_view name, const std::vector<std::string>& texts) {
  writer.Name(name).BeginArray();
  for (const std::string& text : texts) writer.String(text);
  writer.EndArray();
}

void WriteOrNull(json::Writer& writer, std::string_view name, std::string_view text) {
  writer.Name(name);
  if (text.empty()) {
    writer.Null();
  } else {
    writer.String(text);
  }
}

void WriteMeasure(json::Writer& writer, const pack::Measure& measure) {
  writer.BeginObject().Member("id", measure.id).Member("kind", Name(measure.kind)).Member("subject", measure.subject);
  WriteText(writer, "name", measure.name);
  WriteText(writer, "definition", measure.definition);
  WriteText(writer, "numerator", measure.numerator);
  WriteText(writer, "denominator", measure.denominator);
  WriteText(writer, "exclusions", measure.exclusions);
  writer.Member("direction", Name(measure.direction)).Member("unit", measure.unit).Name("target");
  if (measure.target) {
    writer.BeginObject().Member("value", measure.target->value.ToString()).Name("source");
    WriteSource(writer, measure.target->source);
    writer.EndObject();
  } else {
    writer.Null();
  }
  writer.Name("guard").BeginObject().Member("denominatorMinimum", measure.guard.denominator_minimum);
  writer.Member("windowMonths", measure.guard.window_months);
  writer.Member("monthsBelowMinimum", measure.guard.months_below_minimum).EndObject();
  WriteSources(writer, measure.sources);
  writer.Member("edition", measure.edition).Member("effectiveFrom", measure.effective_from.ToString());
  WriteOrNull(writer, "effectiveTo", measure.effective_to ? measure.effective_to->ToString() : "");
  writer.MemberIfAny("of", measure.of).Member("sql", measure.cases_sql).EndObject();
}

void WriteCase(json::Writer& writer, const measure::Case& item) {
  writer.BeginObject().Member("key", item.key).Member("type", item.type).Member("subject", item.subject);
  writer.Member("institution", item.institution).Member("institutionName", item.institution_name);
  writer.Member("onDate", item.on_date).Member("diseaseCode", item.disease_code).Member("diseaseName", item.disease_name);
  writer.Member("diseaseGroup", item.disease_group).Member("destination", item.destination);
  WriteOrNull(writer, "numerator", item.numerator);
  WriteOrNull(writer, "denominator", item.denominator);
  writer.Member("judgement", item.judgement).EndObject();
}

void WritePoint(json::Writer& writer, const gap::Point& point) {
  writer.BeginObject().Member("period", point.period);
  WriteOrNull(writer, "numerator", point.numerator);
  WriteOrNull(writer, "denominator", point.denominator);
  WriteOrNull(writer, "value", point.value);
  writer.EndObject();
}

void WriteAction(json::Writer& writer, const gap::Action& action) {
  writer.BeginObject().Member("id", action.id).Member("version", action.version).Member("gapId", action.gap_id);
  writer.Member("type", action.type);
  WriteText(writer, "typeName", action.type_name);
  writer.Member("status", action.status).Member("owner", action.owner).Member("note", action.note);
  writer.Member("dueOn", action.due_on).Member("expectedValue", action.expected_value);
  writer.Member("startedOn", action.started_on).Member("finishedOn", action.finished_on);
  writer.Member("approvedBy", action.approved_by).Member("overdue", action.overdue);
  writer.Member("diseaseGroup", action.disease_group);
  WriteText(writer, "diseaseGroupName", action.disease_group_name);
  writer.Name("history").BeginArray();
  for (const gap::ActionStep& step : action.history) {
    writer.BeginObject().Member("at", step.at).Member("status", step.status).Member("who", step.who);
    writer.Member("note", step.note).EndObject();
  }
  writer.EndArray();
  WriteComparison(writer, action.comparison);
  writer.EndObject();
}

void WriteGap(json::Writer& writer, const gap::Gap& gap) {
  writer.BeginObject().Member("id", gap.id).Member("version", gap.version).Member("state", Name(gap.state));
  writer.Member("measure", gap.measure);
  WriteText(writer, "measureName", gap.measure_name);
  writer.Member("subject", gap.subject).Member("subjectName", gap.subject_name).Member("diseaseGroup", gap.disease_group);
  WriteText(writer, "diseaseGroupName", gap.disease_group_name);
  WriteText(writer, "summary", gap.summary);
  writer.Member("owner", gap.owner).Member("openedOn", gap.opened_on);
  WriteOrNull(writer, "closedOn", gap.closed_on);
  writer.Member("target", gap.target).Member("edition", gap.edition).Member("definitionHash", gap.definition_hash);
  WriteTexts(writer, "notes", gap.notes);
  writer.Name("baseline");
  WritePoint(writer, gap.baseline);
  writer.Name("latest");
  WritePoint(writer, gap.latest);
  writer.Member("severity", gap.severity).Name("trend").BeginArray();
  for (const gap::Point& point : gap.trend) WritePoint(writer, point);
  writer.EndArray().Name("carriers").BeginArray();
  for (const gap::Carrier& carrier : gap.carriers) WriteCarrier(writer, carrier);
  writer.EndArray().Name("actions").BeginArray();
  for (const gap::Action& action : gap.actions) WriteAction(writer, action);
  writer.EndArray();
  WriteComparison(writer, gap.comparison);
  writer.EndObject();
}

void WriteAccount(json::Writer& writer, const auth::Account& account, Instant now) {
  writer.BeginObject().Member("user", account.user).Member("name", account.name);
  writer.Member("role", access::Name(account.role)).Name("organizations").BeginArray();
  for (const std::string& code : account.organizations) writer.String(code);
  writer.EndArray().Member("practitioner", account.practitioner).Member("mustChangePassword", account.must_change);
  writer.Member("disabled", account.disabled).Member("locked", now < account.locked_until);
  WriteOrNull(writer, "lockedUntil", now < account.locked_until ? RfcTime(account.locked_until) : std::string());
  writer.Member("secondFactor", account.factor.enrolled()).EndObject();
}

std::string SessionJson(const auth::Session& session) {
  json::Writer writer;
  if (session.needs_code) {   // who only knows a password learns no more than that, and how to go on
    writer.BeginObject().Member("user", session.caller.user).Member("needsCode", true).Name("factors").BeginArray();
    if (session.by_code) writer.String("code");
    if (session.by_passkey) writer.String("passkey");
    writer.EndArray().Member("expires", RfcTime(session.expires)).EndObject();
    return writer.Take();
  }
  writer.BeginObject().Member("user", session.caller.user).Member("name", session.name);
  writer.Member("role", access::Name(session.caller.role)).Member("wholeCounty", session.caller.whole_county);
  writer.Name("organizations").BeginArray();
  for (const std::string& code : session.organizations) writer.String(code);
  writer.EndArray().Name("duties").BeginArray();
  const unsigned duties = access::DutiesOf(session.caller);
  if ((duties & access::kSystemDuty) != 0) writer.String("system");
  if ((duties & access::kSecurityDuty) != 0) writer.String("security");
  if ((duties & access::kAuditDuty) != 0) writer.String("audit");
  writer.EndArray().Member("needsCode", false).Member("mustChangePassword", session.must_change);
  writer.Member("mustEnrol", session.must_enrol).Member("expires", RfcTime(session.expires));
  writer.EndObject();
  return writer.Take();
}

std::string RfcTime(Instant instant) {
  std::string text = FormatLocalTime(instant);
  text[10] = 'T';
  return text + "+08:00";
}

std::string MonthText(Date date) { return date.ToString().substr(0, 7); }

const std::vector<Destination>& Destinations() {
  static const std::vector<Destination> all = {
      {"in-county-primary", {"县内基层机构", "Primary care in the county"}},
      {"in-county-hospital", {"县内医院", "Hospital in the county"}},
      {"in-county-other", {"县内其他（名录外机构、药店）", "Elsewhere in the county (not in the list, pharmacy)"}},
      {"city", {"市内", "Elsewhere in the city"}},
      {"province", {"省内", "Elsewhere in the province"}},
      {"other-province", {"省外", "Another province"}},
      {"unknown", {"不详", "Unknown"}},
  };
  return all;
}

pack::Text DiseaseGroupName(const pack::Pack& pack, std::string_view id) {
  for (const pack::DiseaseGroup& group : pack.disease_groups) {
    if (group.id == id) return group.name;
  }
  return {"其他疾病", "Other diseases"};
}

http::Response JsonResponse(std::string body, int status) {
  http::Response response;
  response.status = status;
  response.Set("Content-Type", kPlainJson);
  response.body = std::move(body);
  return response;
}

http::Response CsvResponse(std::string body, std::string_view file_name) {
  http::Response response;
  response.Set("Content-Type", "text/csv; charset=utf-8");
  response.Set("Content-Disposition", "attachment; filename*=UTF-8''" + http::PercentEncode(file_name));
  response.body = std::move(body);
  return response;
}

}  // namespace qianxian::api
