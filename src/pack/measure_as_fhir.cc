// A pack's measure as FHIR R4 Measure with its SQL as a contained Library.
#include "base/text.h"
#include "json/writer.h"
#include "pack/as_fhir.h"
#include "pack/pack.h"

namespace qianxian::pack {
namespace {

using internal::ComputerName;
using internal::Concept;
using internal::kBase;
using internal::TwoLanguages;

std::string Base64(std::string_view bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    const size_t size = std::min<size_t>(3, bytes.size() - i);
    for (size_t k = 0; k < 3; ++k) group = group << 8 | (k < size ? static_cast<unsigned char>(bytes[i + k]) : 0);
    for (size_t k = 0; k < 4; ++k) out += k <= size ? kDigits[group >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

std::string_view KindName(MeasureKind kind) {
  switch (kind) {
    case MeasureKind::kRatio: return "ratio";
    case MeasureKind::kMean: return "mean";
    case MeasureKind::kCount: return "count";
    case MeasureKind::kPerDistinct: return "per-distinct";
    case MeasureKind::kDistinct: return "distinct";
    case MeasureKind::kCoverage: return "coverage";
    case MeasureKind::kGrowth: return "growth";
  }
  return "";
}

std::string_view Scoring(MeasureKind kind) {
  switch (kind) {
    case MeasureKind::kRatio: return "proportion";
    case MeasureKind::kCoverage: return "proportion";
    case MeasureKind::kMean: return "ratio";
    case MeasureKind::kPerDistinct: return "ratio";
    case MeasureKind::kGrowth: return "ratio";
    case MeasureKind::kCount: return "cohort";
    case MeasureKind::kDistinct: return "cohort";
  }
  return "";
}

void Extensions(json::Writer& w, const Measure& measure) {
  const std::string base = std::string(kBase) + "StructureDefinition/measure-";
  w.Name("extension").BeginArray();
  w.BeginObject().Member("url", base + "kind").Member("valueCode", KindName(measure.kind)).EndObject();
  w.BeginObject().Member("url", base + "subject").Member("valueCode", measure.subject).EndObject();
  w.BeginObject().Member("url", base + "unit").Member("valueCode", measure.unit).EndObject();
  if (!measure.of.empty()) w.BeginObject().Member("url", base + "of").Member("valueString", measure.of).EndObject();
  if (!measure.cases_sql.empty())
    w.BeginObject().Member("url", base + "judgement-column").Member("valueString", "judgement").EndObject();
  if (measure.target) {
    w.BeginObject().Member("url", base + "target").Name("extension").BeginArray();
    w.BeginObject().Member("url", "value").Name("valueDecimal").Number(measure.target->value.ToString()).EndObject();
    w.BeginObject().Member("url", "mark").Member("valueCode", measure.target->source.mark).EndObject();
    w.BeginObject().Member("url", "source").Member("valueString", measure.target->source.title.zh).EndObject();
    w.EndArray().EndObject();
  }
  w.BeginObject().Member("url", base + "guard").Name("extension").BeginArray();
  w.BeginObject().Member("url", "denominator-minimum").Name("valueInteger").Integer(measure.guard.denominator_minimum).EndObject();
  w.BeginObject().Member("url", "window-months").Name("valueInteger").Integer(measure.guard.window_months).EndObject();
  w.BeginObject().Member("url", "months-below-minimum").Name("valueInteger").Integer(measure.guard.months_below_minimum).EndObject();
  w.EndArray().EndObject().EndArray();
}

void Population(json::Writer& w, std::string_view code, const Text& description, std::string_view column) {
  if (description.zh.empty()) return;
  w.BeginObject();
  Concept(w, "code", "http://terminology.hl7.org/CodeSystem/measure-population", code);
  TwoLanguages(w, "description", description);
  w.Name("criteria").BeginObject().Member("language", "application/sql").Member("expression", column).EndObject();
  w.EndObject();
}

void ContainedLibrary(json::Writer& w, const Measure& measure) {
  if (measure.cases_sql.empty()) return;
  w.Name("contained").BeginArray().BeginObject();
  w.Member("resourceType", "Library").Member("id", "cases").Member("status", "active");
  Concept(w, "type", "http://terminology.hl7.org/CodeSystem/library-type", "logic-library");
  w.Name("content").BeginArray().BeginObject().Member("contentType", "application/sql");
  w.Member("data", Base64(measure.cases_sql)).EndObject().EndArray();
  w.EndObject().EndArray();
}

}  // namespace

std::string MeasureAsFhir(const Pack& pack, const Measure& measure) {
  json::Writer w;
  w.BeginObject().Member("resourceType", "Measure").Member("id", measure.id).Member("language", "zh-CN");
  ContainedLibrary(w, measure);
  Extensions(w, measure);
  w.Member("url", std::string(kBase) + "Measure/" + measure.id).Member("version", measure.edition);
  w.Member("name", ComputerName(measure.id));
  TwoLanguages(w, "title", measure.name);
  w.Member("status", "active").Member("experimental", false);
  w.Name("subjectCodeableConcept").BeginObject().Name("coding").BeginArray().BeginObject();
  w.Member("system", "http://hl7.org/fhir/resource-types").Member("code", measure.subject == "county" ? "Location" : "Organization");
  w.EndObject().EndArray().EndObject();
  w.Member("publisher", pack.id + " " + pack.edition);
  TwoLanguages(w, "description", measure.definition);
  TwoLanguages(w, "guidance", measure.exclusions);     // in words: the SQL leaves them out, no population of their own
  w.Name("effectivePeriod").BeginObject().Member("start", measure.effective_from.ToString());
  if (measure.effective_to) w.Member("end", measure.effective_to->ToString());
  w.EndObject();
  internal::RelatedArtifacts(w, measure.sources);
  if (!measure.cases_sql.empty()) w.Name("library").BeginArray().String("#cases").EndArray();
  Concept(w, "scoring", "http://terminology.hl7.org/CodeSystem/measure-scoring", Scoring(measure.kind));
  if (measure.direction != Direction::kMonitor)
    Concept(w, "improvementNotation", "http://terminology.hl7.org/CodeSystem/measure-improvement-notation",
            measure.direction == Direction::kUp ? "increase" : "decrease");
  w.Name("group").BeginArray().BeginObject().Name("population").BeginArray();
  const bool cohort = Scoring(measure.kind) == "cohort";
  Population(w, cohort ? "initial-population" : "numerator", measure.numerator, "numerator");
  if (!cohort) Population(w, "denominator", measure.denominator, "denominator");
  w.EndArray().EndObject().EndArray().EndObject();
  return w.Take();
}

}  // namespace qianxian::pack
