#include "search/filter.h"

#include <gtest/gtest.h>

#include "search/clauses.h"
#include "search/query.h"
#include "search/search_limits.h"
#include "search/test_parameters.h"

namespace qianxian::search {
namespace {

std::string Shown(const std::string& type, const std::string& filter) {
  const auto query = Query::Parse(TestParameters(), type, {{"_filter", filter}}, {});
  return query.ok() ? DescribeClause(query->clauses[0]) : query.error().code;
}

bool Holds(const std::string& json, const std::string& filter) {
  const auto document = json::Document::Parse(json).value();
  const std::string type(document.root().FindString("resourceType"));
  const auto query = Query::Parse(TestParameters(), type, {{"_filter", filter}}, {});
  EXPECT_TRUE(query.ok()) << filter << ": " << (query.ok() ? "" : Describe(query.error()));
  if (!query.ok()) return false;
  std::vector<IndexEntry> entries;
  TestParameters().Extract(document.root(), entries);
  TestParameters().AppendIdentity(type, document.root().FindString("id"), Instant{0}, entries);
  return Matches(query->clauses[0], entries);
}

TEST(Filter, ReadsFromLeftToRight) {
  EXPECT_EQ(Shown("Patient", "gender eq male"), "gender=male");
  EXPECT_EQ(Shown("Patient", "gender eq male or gender eq female and active eq true"), "all(any(gender=male, gender=female), active=true)");
  EXPECT_EQ(Shown("Patient", "gender eq male or (gender eq female and active eq true)"), "any(gender=male, all(gender=female, active=true))");
  EXPECT_EQ(Shown("Patient", "gender eq male and active eq true and birthdate ge 2014-10-10"), "all(gender=male, active=true, birthdate=ge2014-10-10)");
  EXPECT_EQ(Shown("Patient", "(gender eq male and active eq true) and deceased eq false"), "all(all(gender=male, active=true), deceased=false)");
  EXPECT_EQ(Shown("Patient", "not (gender eq male)"), "none(gender=male)");
  EXPECT_EQ(Shown("Patient", "NOT(gender eq male) AND active EQ true"), "all(none(gender=male), active=true)");
  EXPECT_EQ(Shown("Patient", "family co \"a b) \\\"c\\\\\""), "family:contains=a b) \"c\\");
  EXPECT_EQ(Shown("Patient", "family co \"a,b\""), "family:contains=a,b") << "a comma is no list";
}

TEST(Filter, ReadsPaths) {
  EXPECT_EQ(Shown("Observation", "subject.name co \"pet\""), "subject.(name:contains=pet, name:contains=pet)") << "Patient, Location; Group and Device have other names";
  EXPECT_EQ(Shown("Observation", "subject:Patient.name co pet"), "subject.(name:contains=pet)");
  EXPECT_EQ(Shown("Observation", "patient[gender eq male].birthdate lt 1950"), "patient.(all(gender=male, birthdate=lt1950))");
  EXPECT_EQ(Shown("Observation", "patient[gender eq male or active eq true].organization.name eq \"x\""),
            "patient.(all(any(gender=male, active=true), organization.(name eq x)))");
  EXPECT_EQ(Shown("Observation", "subject:Patient.id eq 34"), "subject.(_id=34)");
  EXPECT_EQ(Shown("Patient", "gender eq male and _has:Observation:patient:code eq http://loinc.org|1234-5"),
            "all(gender=male, _has:Observation:patient:(code=http://loinc.org|1234-5))");
  EXPECT_EQ(Shown("Observation", "code-value-quantity eq http://loinc.org|1$ge150"), "code-value-quantity=http://loinc.org|1$ge150");
}

constexpr const char* kPatient = R"({"resourceType":"Patient","id":"p","gender":"male","birthDate":"1980-05-06","active":true,
  "name":[{"family":"Müller"},{"family":"Li"}],"identifier":[{"system":"s","value":"1"}],"managingOrganization":{"reference":"Organization/o"}})";

TEST(Filter, ComparesAsTheOperationsSay) {
  for (const char* filter : {"family eq muller", "family eq LI", "family co ULL", "family sw mul", "family ew ler", "family ne li", "family pr true",
                             "given pr false", "gender eq male", "gender ne female", "identifier eq s|1", "birthdate eq 1980", "birthdate ne 1981",
                             "birthdate gt 1979", "birthdate le 1980-05-06", "birthdate sa 1980-05-05", "birthdate eb 1981", "birthdate po 1980-05",
                             "birthdate ap 1980-05-06", "organization re Organization/o", "organization eq o", "organization ne Organization/x",
                             "id eq p", "_id ne x", "not(gender eq female)", "gender eq female or family eq li"}) {
    EXPECT_TRUE(Holds(kPatient, filter)) << filter;
  }
  for (const char* filter : {"family eq mull", "family co zz", "family sw ller", "family ew mul", "given pr true", "gender ne male", "identifier ne s|1",
                             "birthdate ne 1980-05-06", "birthdate po 1980-06", "birthdate lt 1980", "organization ne Organization/o", "_id ne p",
                             "not(gender eq male)", "gender eq male and family eq x", "given ne x"}) {
    EXPECT_FALSE(Holds(kPatient, filter)) << filter;
  }
}

TEST(Filter, RefusesWhatIsNone) {
  for (const char* filter : {"", "gender", "gender eq", "gender is male", "gender eq male and", "(gender eq male", "gender eq male)", "not gender eq male",
                             "family eq \"x", "family eq \"\\q\"", "patient[gender eq male] eq x", "a..b eq x", "9a eq x", "gender eq male active eq true",
                             "birthdate co 1980", "gender sw m", "family gt x", "gender co x", "family ss x", "\xff eq x", "patient[gender eq male.x eq y"}) {
    const std::string code = Shown("Patient", filter);
    EXPECT_TRUE(code == "bad-filter" || code == "unknown-parameter" || code == "bad-value") << filter << ": " << code;
  }
  EXPECT_EQ(Shown("Patient", "colour eq red"), "unknown-parameter");
  EXPECT_EQ(Shown("Patient", "birthdate eq yesterday"), "bad-value");
  EXPECT_EQ(Shown("Patient", "gender in http://vs"), "unsupported-modifier");
  EXPECT_EQ(Shown("Patient", "gender pr maybe"), "bad-value");
  EXPECT_EQ(Shown("", "gender eq male"), "unknown-parameter");
  EXPECT_EQ(Shown("", "_id eq 1"), "_id=1");
  EXPECT_EQ(Shown("Patient", std::string(500, '(') + "gender eq male" + std::string(500, ')')), "bad-filter");
  std::string many = "gender eq male";
  for (size_t i = 0; i < limits::kSearchFilterComparisons; ++i) many += " or gender eq male";
  EXPECT_EQ(Shown("Patient", many), "bad-filter");
}

TEST(Filter, NarrowsToEachType) {
  const auto query = Query::Parse(TestParameters(), "", {{"_type", "Patient,Task"}, {"_filter", "not (_id eq 1 or _id eq 2)"}}, {});
  ASSERT_TRUE(query.ok()) << Describe(query.error());
  const Query narrow = query->Narrow(TestParameters(), "Task");
  EXPECT_EQ(narrow.clauses[0].type, "Task");
  EXPECT_EQ(narrow.clauses[0].chained[0].chained[1].parameter, TestParameters().Find("Task", "_id"));
}

}  // namespace
}  // namespace qianxian::search
