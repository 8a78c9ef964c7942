#include "search/clauses.h"
#include "search/query.h"

#include <gtest/gtest.h>

#include "search/test_parameters.h"

namespace qianxian::search {
namespace {

Result<Query> Parse(std::string_view type, std::string_view text, QueryOptions options = {}) {
  return Query::ParseText(TestParameters(), type, text, options);
}

std::string ErrorOf(std::string_view type, std::string_view text) {
  auto query = Parse(type, text);
  if (query.ok()) return "";
  EXPECT_FALSE(query.error().zh.empty()) << text;
  return query.error().code;
}

TEST(Query, ReadsClauses) {
  auto query = Parse("Patient", "name:exact=a%2Cb&name=x\\,y,z&birthdate=ge1980-01&_id=1");
  ASSERT_TRUE(query.ok()) << Describe(query.error());
  ASSERT_EQ(query->clauses.size(), 4u);
  EXPECT_EQ(query->clauses[0].values.size(), 2u);   // %2C is a comma like any other; only \, is none
  EXPECT_EQ(query->clauses[1].values.size(), 2u);
  EXPECT_EQ(query->clauses[1].values[0].text, "x,y");
  EXPECT_EQ(query->clauses[2].values[0].prefix, Prefix::kGe);
  EXPECT_EQ(query->clauses[3].parameter->role, Parameter::Role::kId);
  EXPECT_EQ(query->clauses[0].modifier, Modifier::kExact);
  EXPECT_EQ(query->canonical, "name:exact=a,b&name=x%5C,y,z&birthdate=ge1980-01&_id=1");
  EXPECT_EQ(query->types, std::vector<std::string>{"Patient"});
}

TEST(Query, ReadsControls) {
  auto query = Parse("Patient", "_count=20&_sort=-birthdate,name&_total=accurate&_summary=true&_elements=id,name&_place=xyz"
                                "&_format=json&_include=Patient:organization&_revinclude:iterate=Observation:subject:Patient&_include=*");
  ASSERT_TRUE(query.ok()) << Describe(query.error());
  EXPECT_EQ(query->count, 20u);
  ASSERT_EQ(query->sort.size(), 2u);
  EXPECT_EQ(query->sort[0].parameter->code, "birthdate");
  EXPECT_TRUE(query->sort[0].descending);
  EXPECT_FALSE(query->sort[1].descending);
  EXPECT_EQ(query->total, Total::kAccurate);
  EXPECT_EQ(query->summary, Summary::kTrue);
  EXPECT_EQ(query->elements, (std::vector<std::string>{"id", "name"}));
  EXPECT_EQ(query->place, "xyz");
  ASSERT_EQ(query->includes.size(), 3u);
  EXPECT_EQ(query->includes[0].parameter->code, "organization");
  EXPECT_TRUE(query->includes[1].reverse && query->includes[1].iterate);
  EXPECT_EQ(query->includes[1].target_type, "Patient");
  EXPECT_TRUE(query->includes[2].everything);
  EXPECT_EQ(query->canonical.find("_place"), std::string::npos);

  auto large = Parse("Patient", "_count=999999");
  EXPECT_EQ(large->count, limits::kSearchPageMaximum);
  EXPECT_EQ(large->notes.size(), 1u);
  EXPECT_EQ(Parse("Patient", "_count=0")->count, 0u);
  EXPECT_EQ(Parse("Patient", "")->count, limits::kSearchPageDefault);
}

TEST(Query, ReadsChains) {
  auto query = Parse("Observation", "subject:Patient.name=li&patient.organization.name:contains=x&subject.identifier=1");
  ASSERT_TRUE(query.ok()) << Describe(query.error());
  const Clause& typed = query->clauses[0];
  EXPECT_EQ(typed.kind, Clause::Kind::kChain);
  EXPECT_EQ(typed.parameter->code, "subject");
  ASSERT_EQ(typed.chained.size(), 1u);
  EXPECT_EQ(typed.chained[0].type, "Patient");
  EXPECT_EQ(typed.chained[0].parameter->code, "name");
  const Clause& deep = query->clauses[1];
  ASSERT_EQ(deep.chained.size(), 1u);
  ASSERT_EQ(deep.chained[0].chained.size(), 1u);
  EXPECT_EQ(deep.chained[0].chained[0].type, "Organization");
  EXPECT_EQ(deep.chained[0].chained[0].modifier, Modifier::kContains);
  EXPECT_GT(query->clauses[2].chained.size(), 1u);   // Patient, Group, Device, Location all have an identifier
}

TEST(Query, ReadsReverseChains) {
  auto query = Parse("Patient", "_has:Observation:patient:code=l|1&_has:Observation:subject:_has:Provenance:target:agent=x");
  ASSERT_TRUE(query.ok()) << Describe(query.error());
  const Clause& has = query->clauses[0];
  EXPECT_EQ(has.kind, Clause::Kind::kHas);
  EXPECT_EQ(has.type, "Patient");
  EXPECT_EQ(has.parameter->type, "Observation");
  EXPECT_EQ(has.parameter->code, "patient");
  ASSERT_EQ(has.chained.size(), 1u);
  EXPECT_EQ(has.chained[0].type, "Observation");
  EXPECT_EQ(has.chained[0].values[0].system, "l");
  EXPECT_EQ(query->clauses[1].chained[0].kind, Clause::Kind::kHas);
}

TEST(Query, SearchesOverTypes) {
  auto query = Parse("", "_type=Patient,Task&_lastUpdated=gt2020&_sort=_lastUpdated");
  ASSERT_TRUE(query.ok()) << Describe(query.error());
  EXPECT_EQ(query->types, (std::vector<std::string>{"Patient", "Task"}));
  EXPECT_EQ(query->clauses[0].parameter, nullptr);
  Query narrow = query->Narrow(TestParameters(), "Task");
  EXPECT_EQ(narrow.clauses[0].parameter, TestParameters().Find("Task", "_lastUpdated"));
  ASSERT_EQ(narrow.sort.size(), 1u);
  EXPECT_EQ(narrow.sort[0].parameter, TestParameters().Find("Task", "_lastUpdated"));
  EXPECT_EQ(Parse("", "_id=1")->types.size(), 147u);
  EXPECT_EQ(ErrorOf("", "name=x"), "unknown-parameter");
  EXPECT_EQ(ErrorOf("", "_type=Nonsense"), "bad-value");
}

TEST(Query, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(ErrorOf("Nonsense", ""), "unknown-type");
  EXPECT_EQ(ErrorOf("Patient", "colour=red"), "unknown-parameter");
  EXPECT_EQ(ErrorOf("Patient", "name:loud=x"), "unknown-modifier");
  EXPECT_EQ(ErrorOf("Patient", "name:not=x"), "unknown-modifier");
  EXPECT_EQ(ErrorOf("Patient", "gender:in=http://vs"), "unsupported-modifier");
  EXPECT_EQ(ErrorOf("Condition", "code:below=s|c"), "unsupported-modifier");
  EXPECT_EQ(ErrorOf("Patient", "identifier:of-type=a|b"), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "identifier:of-type=a||c"), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "_query=x"), "unsupported-parameter");
  EXPECT_EQ(ErrorOf("Patient", "_content="), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "_filter=x"), "bad-filter");
  EXPECT_EQ(ErrorOf("Patient", "_explain=maybe"), "bad-value");
  for (const char* list : {"", "$current-allergies", "Patient/1", "a/b", "1,"}) EXPECT_EQ(ErrorOf("Patient", std::string("_list=") + list), "bad-value") << list;
  for (const char* place : {"1", "1|x", "91|1", "1|181", "1|2|-3", "1|2|3|kg", "1|2|3|km|x"}) {
    EXPECT_EQ(ErrorOf("Location", std::string("near=") + place), "bad-value") << place;
  }
  EXPECT_EQ(ErrorOf("Measure", "depends-on:below=http://x/y"), "bad-value");
  EXPECT_EQ(ErrorOf("Encounter", "location:below=http://x/y"), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "name="), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "name"), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "birthdate=yesterday"), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "birthdate=2020-02-30"), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "gender:missing=maybe"), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "identifier=|"), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "organization=Nonsense/1"), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "organization=a/b/c"), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "organization:Patient=Organization/1"), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "gender.name=x"), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "organization.colour=x"), "unknown-parameter");
  EXPECT_EQ(ErrorOf("Patient", "_count=many"), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "_count=-1"), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "_sort=colour"), "unknown-parameter");
  EXPECT_EQ(ErrorOf("Observation", "_sort=code-value-quantity"), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "_include=Patient"), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "_include=Patient:name"), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "_include:loud=*"), "unknown-modifier");
  EXPECT_EQ(ErrorOf("Patient", "_summary=much"), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "_total=some"), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "_has:Observation:code=x"), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "_has:Observation:encounter:code=x"), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "_type=Patient"), "unknown-parameter");
  EXPECT_EQ(ErrorOf("Observation", "value-quantity=heavy"), "bad-value");
  EXPECT_EQ(ErrorOf("Observation", "value-quantity=5|kg"), "bad-value");
  EXPECT_EQ(ErrorOf("Observation", "code-value-quantity=x"), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "name=%FF"), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "_count=1&_count=2"), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "_total=none&_total=accurate"), "bad-value");
  EXPECT_EQ(ErrorOf("Patient", "_count=1&_count=1"), "");
  EXPECT_EQ(ErrorOf("Patient", "_summary=text&_include=Patient:organization"), "bad-value");
  EXPECT_EQ(Parse("Patient", "_count=5&_count=7", {.lenient = true})->count, 5u);
  EXPECT_TRUE(Parse("Patient", "_summary=text&_include=Patient:organization", {.lenient = true})->includes.empty());
  std::string chain = "link";
  for (int i = 0; i < 20; ++i) chain += ".link";
  EXPECT_NE(ErrorOf("Patient", chain + "=x"), "");
  std::string many = "_id=1";
  for (size_t i = 0; i < limits::kSearchValuesMaximum; ++i) many += ",1";
  EXPECT_EQ(ErrorOf("Patient", many), "too-many-values");
}

TEST(Query, ReadsNamesInLettersAsPinyinToo) {
  const Clause clause = Parse("Patient", "name=Zhang Wei")->clauses[0];
  ASSERT_EQ(clause.kind, Clause::Kind::kAny);
  ASSERT_EQ(clause.chained.size(), 2u);
  EXPECT_EQ(clause.chained[0].values[0].folded, "zhang wei");
  EXPECT_EQ(clause.chained[1].parameter->code, "phonetic");
  EXPECT_EQ(clause.chained[1].values[0].folded, "zhangwei");
  EXPECT_EQ(Parse("Patient", "phonetic=张伟")->clauses[0].values[0].folded, "zhangwei");
  for (const char* plain : {"name=张", "name:exact=zw", "name:contains=zw", "family=zw", "name=a1"}) {
    EXPECT_EQ(Parse("Patient", plain)->clauses[0].kind, Clause::Kind::kValues) << plain;
  }
  EXPECT_EQ(Parse("Organization", "name=zw")->clauses[0].kind, Clause::Kind::kValues) << "no phonetic there";
  EXPECT_EQ(ErrorOf("Patient", "phonetic=123"), "bad-value");
}

TEST(Query, ReadsPlacesHierarchiesAndLists) {
  const auto near = Parse("Location", "near=30.63|119.68|2|mi")->clauses[0];
  EXPECT_DOUBLE_EQ(near.values[0].number_low, 30.63);
  EXPECT_NEAR(near.values[0].number, 3.218, 0.001);
  EXPECT_DOUBLE_EQ(Parse("Location", "near=1|2")->clauses[0].values[0].number, 50);
  EXPECT_DOUBLE_EQ(Parse("Location", "near=1|2|500|m")->clauses[0].values[0].number, 0.5);
  EXPECT_TRUE(IsWithin(Parse("Encounter", "location:below=Location/1")->clauses[0]));
  EXPECT_EQ(Parse("Encounter", "location:above=1")->clauses[0].values[0].system, "Location");
  EXPECT_FALSE(IsWithin(Parse("Measure", "depends-on:below=http://x/y|1")->clauses[0]));
  EXPECT_EQ(HierarchyOf(TestParameters(), "Location")->code, "partof");
  EXPECT_EQ(HierarchyOf(TestParameters(), "Procedure")->code, "part-of");
  EXPECT_EQ(HierarchyOf(TestParameters(), "Patient"), nullptr);
  const auto list = Parse("Patient", "_list=List/a,b")->clauses[0];
  EXPECT_EQ(list.kind, Clause::Kind::kHas);
  EXPECT_EQ(list.chained[0].values.size(), 2u);
  EXPECT_TRUE(Explains(*Parse("Patient", "_explain=true")));
  EXPECT_FALSE(Explains(*Parse("Patient", "_explain=false")));
}

TEST(Query, LenientMakesNotes) {
  auto query = Parse("Patient", "colour=red&gender=male&birthdate=x", {.lenient = true});
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(query->clauses.size(), 1u);
  EXPECT_EQ(query->notes.size(), 2u);
  EXPECT_EQ(query->canonical, "gender=male");
}

TEST(Query, ImpliesTheRangeOfNumbers) {
  auto value = [](const char* text) {
    return Parse("RiskAssessment", std::string("probability=") + text)->clauses[0].values[0];
  };
  EXPECT_DOUBLE_EQ(value("100").number_low, 99.5);
  EXPECT_DOUBLE_EQ(value("100").number_high, 100.5);
  EXPECT_DOUBLE_EQ(value("100.00").number_low, 99.995);
  EXPECT_DOUBLE_EQ(value("1e2").number_low, 95);
  EXPECT_DOUBLE_EQ(value("-1.5").number, -1.5);
  EXPECT_DOUBLE_EQ(value("ap100").number_high, 110);
}

TEST(Query, DecodesForms) {
  NamedValues decoded = DecodeForm("a=b%20c&d=e+f&&g&h=%E7%8E%8B%4");
  ASSERT_EQ(decoded.size(), 4u);
  EXPECT_EQ(decoded[0].second, "b c");
  EXPECT_EQ(decoded[1].second, "e f");
  EXPECT_EQ(decoded[2].first, "g");
  EXPECT_EQ(decoded[3].second, "王%4");
}

}  // namespace
}  // namespace qianxian::search
