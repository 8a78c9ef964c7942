#include <gtest/gtest.h>

#include "search/query.h"
#include "search/test_parameters.h"

namespace qianxian::search {
namespace {

// Does the one clause of the query hold for the resource?
bool Holds(const std::string& json, const std::string& query, QueryOptions options = {}) {
  auto document = json::Document::Parse(json).value();
  std::string type(document.root().FindString("resourceType"));
  auto parsed = Query::ParseText(TestParameters(), type, query, options);
  EXPECT_TRUE(parsed.ok()) << query << ": " << Describe(parsed.error());
  std::vector<IndexEntry> entries;
  TestParameters().Extract(document.root(), entries);
  TestParameters().AppendIdentity(type, document.root().FindString("id"), Instant{1'600'000'000'123'456}, entries);
  bool all = true;
  for (const Clause& clause : parsed->clauses) all = all && Matches(clause, entries);
  return all;
}

constexpr const char* kPatient = R"({"resourceType":"Patient","id":"p","identifier":[{"system":"http://id","value":"1"},{"value":"2"}],
  "active":true,"gender":"male","birthDate":"1980-05-06","name":[{"family":"Müller","given":["Ann Mary"]}],
  "maritalStatus":{"coding":[{"system":"m","code":"M","display":"Married"}],"text":"happily"},
  "managingOrganization":{"reference":"Organization/o","identifier":{"system":"g","value":"9"}}})";

TEST(Match, Tokens) {
  EXPECT_TRUE(Holds(kPatient, "gender=male"));
  EXPECT_TRUE(Holds(kPatient, "gender=female,male"));
  EXPECT_FALSE(Holds(kPatient, "gender=Male"));
  EXPECT_TRUE(Holds(kPatient, "gender=http://hl7.org/fhir/administrative-gender|male"));
  EXPECT_FALSE(Holds(kPatient, "gender=http://other|male"));
  EXPECT_FALSE(Holds(kPatient, "gender:not=male"));
  EXPECT_TRUE(Holds(kPatient, "gender:not=female"));
  EXPECT_TRUE(Holds(kPatient, "identifier=1"));
  EXPECT_TRUE(Holds(kPatient, "identifier=http://id|1"));
  EXPECT_FALSE(Holds(kPatient, "identifier=|1"));
  EXPECT_TRUE(Holds(kPatient, "identifier=|2"));
  EXPECT_TRUE(Holds(kPatient, "identifier=http://id|"));
  EXPECT_FALSE(Holds(kPatient, "identifier=http://id|2"));
  EXPECT_TRUE(Holds(kPatient, "active=true&gender=male"));
  EXPECT_TRUE(Holds(kPatient, "_id=x,p"));
  EXPECT_TRUE(Holds(kPatient, "gender:missing=false"));
  EXPECT_TRUE(Holds(kPatient, "language:missing=true"));
  EXPECT_FALSE(Holds(kPatient, "language=zh"));
  EXPECT_TRUE(Holds(kPatient, "language:not=zh"));
}

TEST(Match, QuantitiesInOtherUnits) {
  const auto weighs = [](const char* value, const char* code, const char* query) {
    return Holds(std::string(R"({"resourceType":"Observation","valueQuantity":{"value":)") + value + R"(,"system":"http://unitsofmeasure.org","code":")" + code + "\"}}",
                 std::string("value-quantity=") + query);
  };
  EXPECT_TRUE(weighs("0.0054", "g", "5.4|http://unitsofmeasure.org|mg"));
  EXPECT_TRUE(weighs("5.4", "mg", "0.0054|http://unitsofmeasure.org|g"));
  EXPECT_TRUE(weighs("0.0054", "g", "ge5.4|http://unitsofmeasure.org|mg"));
  EXPECT_TRUE(weighs("0.0054", "g", "le5.4|http://unitsofmeasure.org|mg"));
  EXPECT_FALSE(weighs("0.0054", "g", "gt5.4|http://unitsofmeasure.org|mg"));
  EXPECT_FALSE(weighs("0.0054", "g", "lt5.4|http://unitsofmeasure.org|mg"));
  EXPECT_FALSE(weighs("0.0056", "g", "5.4|http://unitsofmeasure.org|mg"));
  EXPECT_TRUE(weighs("0.0056", "g", "gt5.4|http://unitsofmeasure.org|mg"));
  EXPECT_FALSE(weighs("0.0054", "g", "5.4||mg")) << "a unit without its system is that unit";
  EXPECT_FALSE(weighs("5.4", "mL", "5.4|http://unitsofmeasure.org|mg"));
  EXPECT_FALSE(weighs("0.0054", "g", "5.4|http://other|mg"));
  EXPECT_TRUE(weighs("37", "Cel", "37|http://unitsofmeasure.org|Cel"));
  EXPECT_FALSE(weighs("98.6", "[degF]", "37|http://unitsofmeasure.org|Cel"));
}

TEST(Match, PlacesAndVersions) {
  const std::string place = R"({"resourceType":"Location","position":{"latitude":30.6389,"longitude":119.6803}})";   // Anji
  EXPECT_TRUE(Holds(place, "near=30.6389|119.6803|0|km"));
  EXPECT_TRUE(Holds(place, "near=30.2741|120.1551|61.5|km"));   // Hangzhou: 61.0 km
  EXPECT_FALSE(Holds(place, "near=30.2741|120.1551|60.5|km"));
  EXPECT_TRUE(Holds(place, "near=30.2741|120.1551|61500|m"));
  EXPECT_FALSE(Holds(R"({"resourceType":"Location"})", "near=30|119|20000|km"));
  EXPECT_TRUE(Holds(R"({"resourceType":"Location","position":{"latitude":0,"longitude":179.9}})", "near=0|-179.9|23|km"));
  const std::string measure = R"({"resourceType":"Measure","library":["http://x/l|1.2.3"]})";
  for (const char* query : {"depends-on:below=http://x/l|1.2", "depends-on:below=http://x/l|1", "depends-on:below=http://x/l|1.2.3", "depends-on:above=http://x/l|1.2.3.4"}) {
    EXPECT_TRUE(Holds(measure, query)) << query;
  }
  for (const char* query : {"depends-on:below=http://x/l|1.2.3.4", "depends-on:below=http://x/l|1.1", "depends-on:above=http://x/l|1.2", "depends-on:below=http://y/l|1"}) {
    EXPECT_FALSE(Holds(measure, query)) << query;
  }
}

// Knows one value set and one hierarchy.
class TestVocabulary : public Vocabulary {
 public:
  Result<std::shared_ptr<const CodeSet>> CodesOf(std::string_view value_set) override {
    if (value_set != "urn:vs") return NotFound("unknown-value-set", "none");
    return Make({{"m", {"D", "M"}}, {"http://hl7.org/fhir/administrative-gender", {"male"}}});
  }
  Result<std::shared_ptr<const CodeSet>> CodesBelow(std::string_view system, std::string_view code) override {
    return Make({{std::string(system), {std::string(code), std::string(code) + "1"}}});
  }
  Result<std::shared_ptr<const CodeSet>> CodesAbove(std::string_view system, std::string_view code) override {
    return Make({{std::string(system), {std::string(code.substr(0, 1)), std::string(code)}}});
  }

 private:
  static std::shared_ptr<const CodeSet> Make(std::vector<CodeSet::Part> parts) {
    auto set = std::make_shared<CodeSet>();
    set->parts = std::move(parts);
    return set;
  }
};

TEST(Match, TokensOfATerminology) {
  TestVocabulary vocabulary;
  const QueryOptions options{.vocabulary = &vocabulary};
  constexpr const char* kCondition = R"({"resourceType":"Condition","id":"c","code":{"coding":[{"system":"m","code":"M"}]},
    "subject":{"reference":"Patient/p"}})";
  EXPECT_TRUE(Holds(kCondition, "code:in=urn:vs", options));
  EXPECT_FALSE(Holds(kCondition, "code:not-in=urn:vs", options));
  EXPECT_TRUE(Holds(kPatient, "gender:in=urn:vs", options));          // its system is implied
  EXPECT_FALSE(Holds(kPatient, "identifier:in=urn:vs", options));
  EXPECT_TRUE(Holds(kPatient, "language:not-in=urn:vs", options));
  EXPECT_FALSE(Holds(kCondition, "code:below=m|X", options));
  EXPECT_TRUE(Holds(kCondition, "code:below=m|M", options));
  EXPECT_TRUE(Holds(kCondition, "code:above=m|M5", options));
  EXPECT_FALSE(Holds(kCondition, "code:above=x|M5", options));
  EXPECT_EQ(Query::ParseText(TestParameters(), "Condition", "code:in=urn:none", options).error().code, "unknown-value-set");
  EXPECT_EQ(Query::ParseText(TestParameters(), "Condition", "code:below=M", options).error().code, "bad-value");
}

TEST(Match, IdentifiersOfAType) {
  constexpr const char* kTyped = R"({"resourceType":"Patient","id":"p","identifier":[
    {"type":{"coding":[{"system":"http://t","code":"MR"},{"system":"http://u","code":"x"}]},"system":"http://id","value":"1"},
    {"type":{"coding":[{"system":"http://t","code":"SS"}]},"system":"http://id","value":"2"}]})";
  EXPECT_TRUE(Holds(kTyped, "identifier:of-type=http://t|MR|1"));
  EXPECT_TRUE(Holds(kTyped, "identifier:of-type=http://u|x|1"));
  EXPECT_FALSE(Holds(kTyped, "identifier:of-type=http://t|MR|2"));
  EXPECT_FALSE(Holds(kTyped, "identifier:of-type=http://u|MR|1"));
  EXPECT_FALSE(Holds(kPatient, "identifier:of-type=http://t|MR|1"));
}

TEST(Match, Strings) {
  EXPECT_TRUE(Holds(kPatient, "name=mull"));
  EXPECT_TRUE(Holds(kPatient, "family=MÜLLER"));
  EXPECT_FALSE(Holds(kPatient, "name=uller"));
  EXPECT_TRUE(Holds(kPatient, "name:contains=uller"));
  EXPECT_TRUE(Holds(kPatient, "name:exact=M%C3%BCller"));
  EXPECT_FALSE(Holds(kPatient, "name:exact=Muller"));
  EXPECT_TRUE(Holds(kPatient, "given=ann+mary"));
}

TEST(Match, Dates) {
  EXPECT_TRUE(Holds(kPatient, "birthdate=1980-05-06"));
  EXPECT_TRUE(Holds(kPatient, "birthdate=1980"));
  EXPECT_FALSE(Holds(kPatient, "birthdate=ne1980"));
  EXPECT_TRUE(Holds(kPatient, "birthdate=gt1979&birthdate=lt1981"));
  EXPECT_FALSE(Holds(kPatient, "birthdate=gt1980"));
  EXPECT_TRUE(Holds(kPatient, "birthdate=ge1980"));
  EXPECT_TRUE(Holds(kPatient, "birthdate=le1980-05"));
  EXPECT_TRUE(Holds(kPatient, "birthdate=sa1980-05-05"));
  EXPECT_TRUE(Holds(kPatient, "birthdate=eb1980-05-07"));
  EXPECT_FALSE(Holds(kPatient, "birthdate=eb1980-05-06"));
  EXPECT_TRUE(Holds(kPatient, "birthdate=ap1979", {.now = Instant{1'600'000'000'000'000}}));
  EXPECT_FALSE(Holds(kPatient, "birthdate=ap1950", {.now = Instant{1'600'000'000'000'000}}));
  EXPECT_TRUE(Holds(kPatient, "_lastUpdated=2020-09-13"));
  EXPECT_TRUE(Holds(kPatient, "_lastUpdated=gt2020-09-13T12:26:40.122Z"));
  EXPECT_FALSE(Holds(kPatient, "_lastUpdated=gt2020-09-13T12:26:40.123Z"));
  constexpr const char* kOpen = R"({"resourceType":"Encounter","status":"finished","class":{"code":"IMP"},"period":{"start":"2020-01-01"}})";
  EXPECT_TRUE(Holds(kOpen, "date=gt2050"));
  EXPECT_FALSE(Holds(kOpen, "date=lt2019"));
  EXPECT_FALSE(Holds(kOpen, "date=2020"));
  EXPECT_TRUE(Holds(kOpen, "date=ne2020"));
}

TEST(Match, References) {
  EXPECT_TRUE(Holds(kPatient, "organization=Organization/o"));
  EXPECT_TRUE(Holds(kPatient, "organization=o"));
  EXPECT_TRUE(Holds(kPatient, "organization:Organization=o"));
  EXPECT_TRUE(Holds(kPatient, "organization=http://me/fhir/Organization/o", {.base_url = "http://me/fhir"}));
  EXPECT_FALSE(Holds(kPatient, "organization=http://you/fhir/Organization/o", {.base_url = "http://me/fhir"}));
  EXPECT_TRUE(Holds(kPatient, "organization:identifier=g|9"));
  EXPECT_FALSE(Holds(kPatient, "organization:identifier=g|8"));
  EXPECT_FALSE(Holds(kPatient, "organization=9"));
}

TEST(Match, NumbersQuantitiesComposites) {
  constexpr const char* kObservation = R"({"resourceType":"Observation","status":"final","code":{"coding":[{"system":"l","code":"w"}],"text":"Body Weight"},
    "valueQuantity":{"value":5.40,"unit":"kilo","system":"http://unitsofmeasure.org","code":"kg"}})";
  EXPECT_TRUE(Holds(kObservation, "value-quantity=5.4"));
  EXPECT_TRUE(Holds(kObservation, "value-quantity=5.4|http://unitsofmeasure.org|kg"));
  EXPECT_TRUE(Holds(kObservation, "value-quantity=5.4||kilo"));
  EXPECT_FALSE(Holds(kObservation, "value-quantity=5.4|http://unitsofmeasure.org|g"));
  EXPECT_TRUE(Holds(kObservation, "value-quantity=5"));
  EXPECT_FALSE(Holds(kObservation, "value-quantity=5.0"));
  EXPECT_FALSE(Holds(kObservation, "value-quantity=6"));
  EXPECT_TRUE(Holds(kObservation, "value-quantity=ap5.8"));
  EXPECT_TRUE(Holds(kObservation, "value-quantity=gt5.39&value-quantity=le5.4&value-quantity=ne5.3"));
  EXPECT_TRUE(Holds(kObservation, "code:text=body+w"));
  EXPECT_FALSE(Holds(kObservation, "code:text=weight"));
  EXPECT_TRUE(Holds(kObservation, "code-value-quantity=l|w$gt5"));
  EXPECT_FALSE(Holds(kObservation, "code-value-quantity=l|w$gt6"));
  EXPECT_FALSE(Holds(kObservation, "code-value-quantity=l|x$gt5"));
}

TEST(Match, Uris) {
  constexpr const char* kValueSet = R"({"resourceType":"ValueSet","status":"active","url":"http://a/b/c"})";
  EXPECT_TRUE(Holds(kValueSet, "url=http://a/b/c"));
  EXPECT_FALSE(Holds(kValueSet, "url=http://a/b"));
  EXPECT_TRUE(Holds(kValueSet, "url:below=http://a/b"));
  EXPECT_TRUE(Holds(kValueSet, "url:above=http://a/b/c/d"));
}

}  // namespace
}  // namespace qianxian::search
