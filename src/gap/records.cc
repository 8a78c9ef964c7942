#include "gap/records.h"

#include "base/text.h"
#include "gap/months.h"
#include "json/value.h"
#include "json/writer.h"

namespace qianxian::gap {

namespace {
constexpr std::string_view kBase = "https://fhir.qianxian.cn/";

std::string Url(std::string_view path) { return std::string(kBase) + std::string(path); }

// An extension whose parts are all strings: { url, extension: [ {url: name, valueString: text}, … ] }.
class Parts {
 public:
  Parts(json::Writer& writer, std::string_view url) : writer_(writer) {
    writer_.BeginObject().Member("url", Url(url)).Name("extension").BeginArray();
  }
  ~Parts() { writer_.EndArray().EndObject(); }
  Parts& Add(std::string_view name, std::string_view text) {
    if (!text.empty()) writer_.BeginObject().Member("url", name).Member("valueString", text).EndObject();
    return *this;
  }

 private:
  json::Writer& writer_;
};

std::string PartOf(json::Value parent, std::string_view url, std::string_view name) {
  const std::string wanted = Url(url);
  const auto extensions = parent.Find("extension");
  if (!extensions) return {};
  for (json::Value outer : extensions->Elements()) {
    if (outer.FindString("url") != wanted) continue;
    const auto parts = outer.Find("extension");
    if (!parts) return {};
    for (json::Value part : parts->Elements())
      if (part.FindString("url") == name) return std::string(part.FindString("valueString"));
  }
  return {};
}

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
constexpr std::string_view kDefinition = "StructureDefinition/gap-definition";
constexpr std::string_view kBaseline = "StructureDefinition/gap-baseline";
constexpr std::string_view kLatest = "StructureDefinition/gap-latest";

const std::pair<pack::MeasureKind, std::string_view> kKinds[] = {
    {pack::MeasureKind::kRatio, "ratio"},       {pack::MeasureKind::kMean, "mean"},
    {pack::MeasureKind::kCount, "count"},       {pack::MeasureKind::kPerDistinct, "per-distinct"},
    {pack::MeasureKind::kDistinct, "distinct"}, {pack::MeasureKind::kCoverage, "coverage"},
    {pack::MeasureKind::kGrowth, "growth"}};

std::string_view KindName(pack::MeasureKind kind) {
  for (const auto& [k, name] : kKinds)
    if (k == kind) return name;
  return {};
}

std::string_view DirectionName(pack::Direction direction) {
  return direction == pack::Direction::kUp ? "up" : direction == pack::Direction::kDown ? "down" : "monitor";
}

void WriteDefinition(json::Writer& writer, const pack::Measure& m) {
  Parts parts(writer, kDefinition);
  parts.Add("id", m.id).Add("kind", KindName(m.kind)).Add("subject", m.subject).Add("unit", m.unit);
  parts.Add("direction", DirectionName(m.direction)).Add("edition", m.edition).Add("of", m.of).Add("sql", m.cases_sql);
  parts.Add("name-zh", m.name.zh).Add("name-en", m.name.en);
  if (m.target) parts.Add("target", m.target->value.ToString());
  parts.Add("denominator-minimum", std::to_string(m.guard.denominator_minimum));
  parts.Add("window-months", std::to_string(m.guard.window_months));
  parts.Add("months-below-minimum", std::to_string(m.guard.months_below_minimum));
}

Result<pack::Measure> ReadDefinition(json::Value root) {
  const auto part = [&](std::string_view name) { return PartOf(root, kDefinition, name); };
  pack::Measure m;
  m.id = part("id");
  for (const auto& [k, name] : kKinds)
    if (part("kind") == name) m.kind = k;
  m.subject = part("subject");
  m.unit = part("unit");
  m.direction = part("direction") == "up"     ? pack::Direction::kUp
                : part("direction") == "down" ? pack::Direction::kDown
                                              : pack::Direction::kMonitor;
  m.edition = part("edition");
  m.of = part("of");
  m.cases_sql = part("sql");
  m.name = {part("name-zh"), part("name-en")};
  QX_TRY(const Decimal target, Decimal::Parse(part("target")));
  m.target = pack::Target{target, {}};
  int64_t window = 0, below = 0;
  if (!ParseInteger(part("denominator-minimum"), m.guard.denominator_minimum) || !ParseInteger(part("window-months"), window) ||
      !ParseInteger(part("months-below-minimum"), below) || m.id.empty())
    return Fault("bad-gap-record", "a gap's frozen definition cannot be read");
  m.guard.window_months = static_cast<int>(window);
  m.guard.months_below_minimum = static_cast<int>(below);
  return m;
}

void WriteCoding(json::Writer& writer, std::string_view system, std::string_view code, std::string_view display) {
  writer.BeginObject().Name("coding").BeginArray().BeginObject();
  writer.Member("system", system).Member("code", code).MemberIfAny("display", display);
  writer.EndObject().EndArray().EndObject();
}

void WriteSubject(json::Writer& writer, const GapRecord& gap) {
  writer.BeginObject().Name("identifier").BeginObject();
  writer.Member("system", Url(gap.definition.subject == "county" ? "region-code" : "organization-code"));
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

std::string HashOfDefinition(const pack::Measure& m) {
  const std::string all = m.id + "\n" + std::string(KindName(m.kind)) + "\n" + m.subject + "\n" + m.unit + "\n" + m.edition + "\n" +
                          m.of + "\n" + m.cases_sql;
  char text[17];
  snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(HashFnv1a64(all)));
  return text;
}

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
      .Add("severity", std::to_string(gap.severity));
  WriteDefinition(w, gap.definition);
  WritePoint(w, kBaseline, gap.baseline);
  WritePoint(w, kLatest, gap.latest);
  w.EndArray().Name("identifier").BeginArray().BeginObject();
  w.Member("system", Url("gap")).Member("value", gap.definition.id + "|" + gap.subject).EndObject().EndArray();
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
  gap.severity = std::strtod(part("severity").c_str(), nullptr);
  QX_TRY(gap.definition, ReadDefinition(root));
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
  w.Member("measure", Url("Measure/" + gap.definition.id) + "|" + gap.definition.edition).Name("subject");
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
