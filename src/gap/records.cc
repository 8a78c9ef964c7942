#include "gap/records.h"

#include "base/text.h"
#include "gap/record_parts.h"

namespace qianxian::gap {

namespace {
void WritePoint(json::Writer& writer, std::string_view url, const Point& point) {
  Parts(writer, url)
      .Add("period", point.period)
      .Add("numerator", point.numerator)
      .Add("denominator", point.denominator)
      .Add("value", point.value);
}

Point ReadPoint(json::Value root, std::string_view url) {
  return {PartOf(root, url, "period"), PartOf(root, url, "numerator"), PartOf(root, url, "denominator"),
          PartOf(root, url, "value")};
}

constexpr std::string_view kGap = "StructureDefinition/gap";
constexpr std::string_view kBaseline = "StructureDefinition/gap-baseline";
constexpr std::string_view kLatest = "StructureDefinition/gap-latest";

void WriteCoding(json::Writer& writer, std::string_view system, std::string_view code, std::string_view display) {
  writer.BeginObject().Name("coding").BeginArray().BeginObject();
  writer.Member("system", system).Member("code", code).MemberIfAny("display", display);
  writer.EndObject().EndArray().EndObject();
}

void WriteSubject(json::Writer& writer, const GapRecord& gap) {
  writer.BeginObject().Name("identifier").BeginObject();
  writer.Member("system", RecordUrl(gap.definition.subject == "county" ? "region-code" : "organization-code"));
  writer.Member("value", gap.subject).EndObject().MemberIfAny("display", gap.subject_name).EndObject();
}
}  // namespace

std::string GapId(std::string_view measure, std::string_view subject) {
  std::string id = "gap-" + std::string(measure) + "-";
  for (const char c : subject) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    id += allowed ? c : '.';
  }
  if (id.size() <= 50) return id;
  char hash[17];
  snprintf(hash, sizeof hash, "%016llx", static_cast<unsigned long long>(HashFnv1a64(std::string(measure) + "|" + std::string(subject))));
  return "gap-" + std::string(hash);
}

std::string ActionPrefix(std::string_view gap_id) { return "action-" + std::string(gap_id.substr(4)) + "-"; }

std::string GapAsFhir(const GapRecord& gap) {
  json::Writer w;
  w.BeginObject().Member("resourceType", "DetectedIssue").Member("id", gap.id).Name("extension").BeginArray();
  Parts(w, kGap)
      .Add("subject", gap.subject)
      .Add("subject-name", gap.subject_name)
      .Add("owner", gap.owner)
      .Add("opened-on", gap.opened_on)
      .Add("closed-on", gap.closed_on)
      .Add("definition-hash", gap.definition_hash)
      .Add("kept-on", gap.kept_on)
      .Add("tables-changed-on", gap.tables_changed_on)
      .Add("unmeasured-on", gap.unmeasured_on)
      .Add("severity", std::to_string(gap.severity));
  WriteDefinition(w, gap);
  WritePoint(w, kBaseline, gap.baseline);
  WritePoint(w, kLatest, gap.latest);
  w.EndArray().Name("identifier").BeginArray().BeginObject();
  w.Member("system", RecordUrl("gap")).Member("value", gap.definition.id + "|" + gap.subject).EndObject().EndArray();
  w.Member("status", gap.closed ? "final" : "preliminary").Name("code");
  WriteCoding(w, "http://terminology.hl7.org/CodeSystem/v3-ActCode", "CAREGAP", gap.definition.name.zh);
  w.Member("identifiedDateTime", gap.opened_on).Name("implicated").BeginArray();
  WriteSubject(w, gap);
  w.BeginObject().Member("reference", "Measure/" + gap.definition.id).EndObject().EndArray();
  w.Name("evidence").BeginArray().BeginObject().Name("detail").BeginArray();
  w.BeginObject().Member("reference", "MeasureReport/" + gap.id + "-baseline").EndObject();
  w.BeginObject().Member("reference", "MeasureReport/" + gap.id + "-latest").EndObject();
  w.EndArray().EndObject().EndArray().EndObject();
  return w.Take();
}

Result<GapRecord> GapFromFhir(const store::Resource& resource) {
  QX_TRY(const json::Document document, json::Document::Parse(resource.body));
  const json::Value root = document.root();
  const auto part = [&](std::string_view name) { return PartOf(root, kGap, name); };
  GapRecord gap;
  gap.id = resource.id;
  gap.version = resource.version;
  gap.closed = root.FindString("status") == "final";
  gap.subject = part("subject");
  gap.subject_name = part("subject-name");
  gap.owner = part("owner");
  gap.opened_on = part("opened-on");
  gap.closed_on = part("closed-on");
  gap.definition_hash = part("definition-hash");
  gap.kept_on = part("kept-on");
  gap.tables_changed_on = part("tables-changed-on");
  gap.unmeasured_on = part("unmeasured-on");
  gap.severity = std::strtod(part("severity").c_str(), nullptr);
  QX_DO(ReadDefinition(root, gap));
  gap.baseline = ReadPoint(root, kBaseline);
  gap.latest = ReadPoint(root, kLatest);
  return gap;
}

std::string ReportAsFhir(const GapRecord& gap, const Point& point, std::string_view which, std::string_view date) {
  const Result<Period> period = Period::Parse(point.period);
  json::Writer w;
  w.BeginObject().Member("resourceType", "MeasureReport").Member("id", gap.id + "-" + std::string(which)).Name("extension").BeginArray();
  WritePoint(w, kLatest, point);
  w.EndArray().Member("status", "complete").Member("type", "summary");
  w.Member("measure", RecordUrl("Measure/" + gap.definition.id) + "|" + gap.definition.edition).Name("subject");
  WriteSubject(w, gap);
  w.Member("date", date);
  if (period.ok())
    w.Name("period").BeginObject().Member("start", period->first.ToString()).Member("end", period->last.ToString()).EndObject();
  w.Name("group").BeginArray().BeginObject().Name("population").BeginArray();
  for (const auto& [code, number] : {std::pair{"numerator", point.numerator}, std::pair{"denominator", point.denominator}}) {
    int64_t count = 0;
    if (!ParseInteger(number, count)) continue;  // money is in the extension: population.count is a whole number
    w.BeginObject().Name("code");
    WriteCoding(w, "http://terminology.hl7.org/CodeSystem/measure-population", code, "");
    w.Member("count", count).EndObject();
  }
  w.EndArray();
  if (!point.value.empty()) w.Name("measureScore").BeginObject().Name("value").Number(point.value).EndObject();
  w.EndObject().EndArray().EndObject();
  return w.Take();
}

}  // namespace qianxian::gap
