#include <gtest/gtest.h>

#include <iostream>
#include <set>

#include "fhir/cpu_time_for_tests.h"
#include "fhir/examples_for_tests.h"
#include "search/test_parameters.h"

namespace qianxian::search {
namespace {

std::string Number(double value) {
  char text[32];
  snprintf(text, sizeof text, "%g", value);
  return text;
}

std::string Shown(const IndexEntry& entry) {
  switch (entry.kind) {
    case ParameterKind::kToken:
      return entry.system + "|" + entry.code + (entry.text.empty() ? "" : "(" + entry.text + ")");
    case ParameterKind::kString:
      return entry.text + "~" + entry.code;
    case ParameterKind::kDate:
      return std::to_string(entry.date_low) + ".." + std::to_string(entry.date_high);
    case ParameterKind::kReference:
      return entry.system + "/" + entry.code + "(" + entry.text + ")";
    case ParameterKind::kUri:
      return entry.text;
    case ParameterKind::kComposite: {
      std::string out;
      for (const IndexEntry& part : entry.components) out += (out.empty() ? "" : "$") + Shown(part);
      return out;
    }
    default:
      return Number(entry.number_low) + ".." + Number(entry.number_high) + " " + entry.system + "|" + entry.code;
  }
}

// The values of one parameter, between blanks.
std::string Values(const std::string& json, const std::string& type, const std::string& code) {
  const Parameter* parameter = TestParameters().Find(type, code);
  QX_CHECK(parameter != nullptr, "no such parameter: " + code);
  std::string out;
  for (const IndexEntry& entry : ExtractFrom(json)) {
    if (entry.parameter == parameter->number) out += (out.empty() ? "" : " ") + Shown(entry);
  }
  return out;
}

constexpr const char* kPatient = R"({"resourceType":"Patient","id":"p","meta":{"tag":[{"system":"t","code":"x"}],
  "profile":["http://p"],"source":"http://s"},"identifier":[{"system":"http://id","value":"1","type":{"text":"card"}},
  {"system":"http://id","value":"1","type":{"text":"card"}}],"active":true,"gender":"male","birthDate":"1970",
  "name":[{"family":"Müller","given":["Ann"]}],"telecom":[{"system":"phone","value":"555"},{"system":"email","value":"a@b"}],
  "address":[{"city":"Köln","use":"home"}],"deceasedBoolean":false,"managingOrganization":{"reference":"Organization/o/_history/2",
  "identifier":{"system":"http://org","value":"9"}},"generalPractitioner":[{"reference":"Practitioner/d"},{"reference":"#c"},
  {"reference":"https://other/fhir/Practitioner/z"}],"link":[{"other":{"reference":"urn:uuid:1"},"type":"seealso"}]})";

TEST(Extract, ReadsPatients) {
  auto of = [](const std::string& code) { return Values(kPatient, "Patient", code); };
  EXPECT_EQ(of("_tag"), "t|x");
  EXPECT_EQ(of("_profile"), "http://p");
  EXPECT_EQ(of("_source"), "http://s");
  EXPECT_EQ(of("identifier"), "http://id|1(card)");   // without doubles
  EXPECT_EQ(of("active"), "|true");
  EXPECT_EQ(of("gender"), "|male");
  EXPECT_EQ(of("birthdate"), "0..31536000000000");
  EXPECT_EQ(of("name"), "Ann~ann Müller~muller");
  EXPECT_EQ(of("family"), "Müller~muller");
  EXPECT_EQ(of("phone"), "|555");
  EXPECT_EQ(of("email"), "|a@b");
  EXPECT_EQ(of("telecom"), "|555 |a@b");
  EXPECT_EQ(of("address-city"), "Köln~koln");
  EXPECT_EQ(of("address-use"), "|home");
  EXPECT_EQ(of("deceased"), "|false");
  EXPECT_EQ(of("organization"), "http://org|9 Organization/o(Organization/o)");
  EXPECT_EQ(of("general-practitioner"), "/(https://other/fhir/Practitioner/z) Practitioner/d(Practitioner/d)");
  EXPECT_EQ(of("link"), "/(urn:uuid:1)");
  EXPECT_EQ(of("_id"), "");
}

TEST(Extract, ReadsObservations) {
  constexpr const char* kObservation = R"({"resourceType":"Observation","status":"final","code":{"coding":[{"system":"l","code":"8"},
    {"system":"s","code":"9"}],"text":"BP"},"subject":{"reference":"Group/g"},"encounter":{"reference":"Encounter/e"},
    "effectivePeriod":{"start":"1970-01-02"},"valueQuantity":{"value":1.5,"unit":"kg","system":"u","code":"kg"},
    "component":[{"code":{"coding":[{"code":"c1"}]},"valueQuantity":{"value":3,"comparator":"<"}},
    {"code":{"coding":[{"code":"c2"}]},"valueCodeableConcept":{"coding":[{"code":"v"}]}}]})";
  auto of = [&](const std::string& code) { return Values(kObservation, "Observation", code); };
  EXPECT_EQ(of("code"), "|(BP) l|8 s|9");
  EXPECT_EQ(of("subject"), "Group/g(Group/g)");
  EXPECT_EQ(of("patient"), "");   // only references to patients
  EXPECT_EQ(of("encounter"), "Encounter/e(Encounter/e)");
  EXPECT_EQ(of("date"), "86400000000..9223372036854775807");
  EXPECT_EQ(of("value-quantity"), "1.5..1.5 u|kg");
  EXPECT_EQ(of("component-value-quantity"), "-inf..3 |");
  EXPECT_EQ(of("combo-value-quantity"), "-inf..3 | 1.5..1.5 u|kg");
  EXPECT_EQ(of("code-value-quantity"), "|(BP)$1.5..1.5 u|kg l|8$1.5..1.5 u|kg s|9$1.5..1.5 u|kg");
  EXPECT_EQ(of("component-code-value-quantity"), "|c1$-inf..3 |");
  EXPECT_EQ(of("component-code-value-concept"), "|c2$|v");
  EXPECT_EQ(of("code-value-string"), "");
  constexpr const char* kDated = R"({"resourceType":"Observation","status":"final","code":{"coding":[{"code":"8"}]},
    "valueDateTime":"1970-01-01T00:00:00Z"})";
  EXPECT_EQ(Values(kDated, "Observation", "code-value-date"), "|8$0..1000000");
  EXPECT_EQ(Values(kDated, "Observation", "value-date"), "0..1000000");
}

TEST(Extract, ReadsOtherKinds) {
  EXPECT_EQ(Values(R"({"resourceType":"RiskAssessment","status":"final","subject":{"reference":"Patient/1"},
    "prediction":[{"probabilityDecimal":0.25},{"probabilityRange":{"low":{"value":1},"high":{"value":2}}}]})",
                   "RiskAssessment", "probability"), "0.25..0.25 | 1..2 |");
  EXPECT_EQ(Values(R"({"resourceType":"CarePlan","status":"active","intent":"plan","subject":{"reference":"Patient/1"},
    "instantiatesCanonical":["http://plan|2"]})", "CarePlan", "instantiates-canonical"), "/(http://plan) /(http://plan|2)");
  EXPECT_EQ(Values(R"({"resourceType":"Library","status":"active","type":{"text":"t"},"relatedArtifact":[
    {"type":"composed-of","resource":"http://a"},{"type":"depends-on","resource":"http://b"}]})", "Library", "composed-of"),
            "/(http://a)");
  EXPECT_EQ(Values(R"({"resourceType":"Bundle","type":"document","entry":[{"resource":{"resourceType":"Composition","id":"c"}},
    {"resource":{"resourceType":"Patient","id":"p"}}]})", "Bundle", "composition"), "Composition/c(Composition/c)");
  EXPECT_EQ(Values(R"({"resourceType":"Invoice","status":"issued","totalNet":{"value":12.5,"currency":"CNY"}})", "Invoice",
                   "totalnet"), "12.5..12.5 urn:iso:std:iso:4217|CNY");
  EXPECT_EQ(Values(R"({"resourceType":"MolecularSequence","coordinateSystem":0,"referenceSeq":{"chromosome":{"coding":[{"code":"1"}]},
    "windowStart":0,"windowEnd":9},"variant":[{"start":3,"end":4}]})", "MolecularSequence", "chromosome-variant-coordinate"),
            "|1$3..3 |$4..4 |");
  EXPECT_EQ(Values(R"({"resourceType":"ServiceRequest","status":"active","intent":"order","subject":{"reference":"Patient/1"},
    "occurrenceTiming":{"event":["1970-01-03","1970-01-01"],"repeat":{"boundsPeriod":{"start":"1970-01-02","end":"1970-01-05"}}}})",
                   "ServiceRequest", "occurrence"), "0..432000000000");
  EXPECT_TRUE(ExtractFrom(R"({"resourceType":"Nonsense"})").empty());
  EXPECT_TRUE(ExtractFrom("[1]").empty());
}

TEST(Extract, ZoneOfDatesWithoutOneIsAsked) {
  auto east = Parameters::Create(fhir::Definitions::R4(), {.offset_minutes = 480}).value();
  auto document = json::Document::Parse(R"({"resourceType":"Patient","birthDate":"1970-01-01"})").value();
  std::vector<IndexEntry> entries;
  east->Extract(document.root(), entries);
  auto born = std::find_if(entries.begin(), entries.end(), [](const IndexEntry& e) { return e.kind == ParameterKind::kDate; });
  ASSERT_NE(born, entries.end());
  EXPECT_EQ(born->date_low, -8 * 3'600'000'000LL);
}

// The plain paths and the general engine say the same about every official example.
TEST(Extract, PlainPathsAgreeWithTheGeneralEngine) {
  const auto& examples = fhir::tests::OfficialExamples();
  if (examples.empty()) GTEST_SKIP() << "no R4 examples beside the checkout (or no zstd program)";
  size_t entries = 0;
  std::set<uint16_t> seen;
  for (const auto& [name, text] : examples) {
    if (text.size() > 2'000'000) continue;   // the definitions themselves; the engine is slow there
    auto document = json::Document::Parse(text).value();
    std::string type(document.root().FindString("resourceType"));
    if (!TestParameters().IsResourceType(type)) continue;
    const Extraction& extraction = *TestState().by_type.at(type).extraction;
    std::vector<IndexEntry> fast;
    std::vector<IndexEntry> slow;
    extraction.Extract(document.root(), fast);
    extraction.ExtractSlowly(document.root(), slow);
    RemoveDoubles(fast, 0);
    RemoveDoubles(slow, 0);
    auto lines = [&](const std::vector<IndexEntry>& list) {
      std::string out;
      for (const IndexEntry& e : list) out += TestParameters().At(e.parameter).code + " " + Shown(e) + "\n";
      return out;
    };
    EXPECT_EQ(lines(fast), lines(slow)) << name;
    for (const IndexEntry& entry : fast) seen.insert(entry.parameter);
    entries += fast.size();
  }
  EXPECT_GT(entries, 20'000u);
  EXPECT_GT(seen.size(), 1'000u);
}

TEST(Extract, IsFast) {
  auto bundles = fhir::tests::SyntheaBundles(6);
  if (bundles.empty()) GTEST_SKIP() << "no Synthea bundles beside the checkout (or no bzip2 program)";
  size_t resources = 0;
  size_t count = 0;
  double spent = 0;
  for (const std::string& text : bundles) {
    auto document = json::Document::Parse(text).value();
    double begin = fhir::tests::CpuSeconds();
    json::Value entries = document.root().Find("entry").value_or(json::Value());
    for (json::Value entry : entries.Elements()) {
      std::vector<IndexEntry> out;
      TestParameters().Extract(entry.Find("resource").value_or(json::Value()), out);
      count += out.size();
      ++resources;
    }
    spent += fhir::tests::CpuSeconds() - begin;
  }
  double rate = static_cast<double>(resources) / spent;
  std::cout << resources << " resources, " << count << " entries, " << static_cast<long>(rate) << " resources/s\n";
  EXPECT_GT(rate, 20'000);   // the target is 40,000; a shared core with a cold cache gets half
}

}  // namespace
}  // namespace qianxian::search
