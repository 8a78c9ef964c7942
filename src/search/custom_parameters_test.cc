// Search parameters that the record defines: what is taken, what is refused and why, what they extract.
#include "search/custom_parameters.h"

#include <gtest/gtest.h>

#include "base/limits_search_parameters.h"
#include "search/query.h"
#include "search/test_parameters.h"

namespace qianxian::search {
namespace {

std::string Definition(const std::string& code, const std::string& type, const std::string& bases, const std::string& expression, const std::string& more = "") {
  return R"({"resourceType":"SearchParameter","id":")" + code + R"(","url":"urn:p:)" + code + R"(","status":"active","code":")" + code + R"(","type":")" + type +
         R"(","base":[)" + bases + R"(],"expression":")" + expression + "\"" + more + "}";
}

Result<std::optional<CustomDefinition>> Read(const std::string& json) {
  return ReadCustomDefinition(TestParameters(), json::Document::Parse(json).value().root());
}

std::string CodeOf(const std::string& json) {
  const auto read = Read(json);
  if (read.ok()) return *read ? "used" : "not used";
  EXPECT_FALSE(read.error().zh.empty()) << read.error().en;
  return read.error().code;
}

CustomEntry Entry(const std::string& json, const std::string& type, uint16_t number, std::shared_ptr<const IndexProgress> progress = nullptr) {
  auto definition = Read(json);
  QX_CHECK(definition.ok() && *definition, json);
  if (!progress) progress = std::make_shared<IndexProgress>();
  return {std::make_shared<const CustomDefinition>(**definition), type, number, number, progress};
}

TEST(CustomParameters, AreRefusedForWhatIsWrong) {
  EXPECT_EQ(CodeOf(Definition("eye", "token", R"("Patient")", "Patient.extension('urn:eye').value")), "used");
  EXPECT_EQ(CodeOf(Definition("eye", "token", R"("Patient","Person")", "Patient.gender | Person.gender")), "used");
  EXPECT_EQ(CodeOf(Definition("e", "token", R"("Resource")", "Resource.meta.tag")), "used");
  EXPECT_EQ(CodeOf(Definition("eye", "token", R"("Patient")", "Patient.extension('urn:eye'")), "bad-expression");
  EXPECT_EQ(CodeOf(Definition("eye", "token", R"("Patient")", "Patient.nothing()")), "bad-expression");
  EXPECT_EQ(CodeOf(Definition("eye", "token", R"("Patient")", std::string(limits::kCustomExpressionBytes + 1, 'x'))), "bad-expression");
  EXPECT_EQ(CodeOf(Definition("eye", "token", R"("Patient")", "")), "no-expression");
  EXPECT_EQ(CodeOf(Definition("gender", "token", R"("Patient")", "Patient.gender")), "parameter-exists");
  EXPECT_EQ(CodeOf(Definition("due", "date", R"("Task")", "Task.authoredOn")), "parameter-exists") << "this program's own";
  EXPECT_EQ(CodeOf(Definition("eye", "token", R"("Animal")", "Animal.gender")), "unknown-base");
  EXPECT_EQ(CodeOf(Definition("eye", "token", "", "Patient.gender")), "unknown-base");
  EXPECT_EQ(CodeOf(Definition("eye", "composite", R"("Patient")", "Patient.gender")), "unsupported-type");
  EXPECT_EQ(CodeOf(Definition("eye", "special", R"("Patient")", "Patient.gender")), "unsupported-type");
  EXPECT_EQ(CodeOf(Definition("_eye", "token", R"("Patient")", "Patient.gender")), "bad-code");
  EXPECT_EQ(CodeOf(Definition("e:y", "token", R"("Patient")", "Patient.gender")), "bad-code");
  EXPECT_EQ(CodeOf(Definition("of", "reference", R"("Patient")", "Patient.managingOrganization", R"(,"target":["Nothing"])")), "unknown-target");
  EXPECT_EQ(CodeOf(Definition("eye", "date", R"("Patient")", "Patient.gender")), "empty-expression") << "no date";
  EXPECT_EQ(CodeOf(Definition("eye", "token", R"("Patient")", "Patient.gendr")), "empty-expression") << "a typing error";
  EXPECT_EQ(CodeOf(Definition("eye", "token", R"("Patient","Group")", "Patient.gender")), "empty-expression") << "nothing for Group";
}

TEST(CustomParameters, MayNotAskForWhatIsNotInTheBody) {
  for (const char* expression : {"Patient.id", "Patient.meta.versionId", "Patient.meta.lastUpdated", "Patient.meta.exists()", "Patient.descendants().code",
                                 "Patient.where(birthDate < today()).gender", "Patient.managingOrganization.resolve().name", "Patient.maritalStatus.where($this.memberOf('urn:v'))"}) {
    EXPECT_EQ(CodeOf(Definition("eye", "token", R"("Patient")", expression)), "unsupported-expression") << expression;
  }
  EXPECT_EQ(CodeOf(Definition("org", "reference", R"("Observation")", "Observation.performer.where(resolve() is Organization)")), "used");
}

TEST(CustomParameters, AreNotUsedUnlessActiveAndNew) {
  std::string draft = Definition("eye", "nonsense", R"("Patient")", "(((");
  draft.replace(draft.find("active"), 6, "draft");
  EXPECT_EQ(CodeOf(draft), "not used");
  std::string own = Definition("gender", "token", R"("Patient","Person","Practitioner","RelatedPerson")", "Patient.gender");
  own.replace(own.find("urn:p:gender"), 12, "http://hl7.org/fhir/SearchParameter/individual-gender");
  EXPECT_EQ(CodeOf(own), "not used") << "R4's own, in use already";
}

TEST(CustomParameters, DoNotMeet) {
  const auto one = [](const std::string& code, const std::string& bases, const std::string& id) {
    auto definition = std::make_shared<CustomDefinition>();
    definition->code = code;
    definition->id = id;
    definition->bases = {bases};
    return std::shared_ptr<const CustomDefinition>(definition);
  };
  const CustomDefinitions all = {one("a", "Patient", "1"), one("a", "Person", "2"), one("a", "Patient", "3"), one("b", "Patient", "4")};
  const CustomDefinitions used = InUse(all);
  ASSERT_EQ(used.size(), 3u);
  EXPECT_EQ(used[2]->id, "4");
  const Status refused = Fits(used, *all[2]);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, "parameter-exists");
  EXPECT_NE(refused.error().en.find("SearchParameter/1"), std::string::npos) << refused.error().en;
  CustomDefinitions many;
  for (size_t i = 0; i < limits::kCustomParameters + 5; ++i) many.push_back(one("c" + std::to_string(i), "Patient", std::to_string(i)));
  EXPECT_EQ(InUse(many).size(), limits::kCustomParameters);
  CustomDefinition wide = *one("w", "Patient", "w");
  wide.bases.resize(limits::kCustomParameterTypes + 1, "Patient");
  EXPECT_EQ(Fits({}, wide).error().code, "too-many-parameters");
}

TEST(CustomParameters, ExtractPlainlyAndSlowlyTheSame) {
  const std::string patient = R"({"resourceType":"Patient","id":"p","gender":"female","birthDate":"1980-02-03","_birthDate":{"extension":[{"url":"urn:t","valueString":"noon"}]},
    "multipleBirthInteger":2,"managingOrganization":{"reference":"Organization/o"},"name":[{"family":"Li","given":["A","B"]}],
    "extension":[{"url":"urn:eye","valueCoding":{"system":"urn:c","code":"blue"}},{"url":"urn:site","valueUri":"http://a/b"},{"url":"urn:eye","valueCode":"green"},
                 {"url":"urn:dose","valueQuantity":{"value":5.5,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"}}]})";
  uint16_t number = kFirstCustomNumber;
  std::vector<CustomEntry> entries;
  for (const auto& [code, type, expression] : std::vector<std::tuple<std::string, std::string, std::string>>{
           {"eye", "token", "Patient.extension('urn:eye').value"}, {"eye2", "token", "Patient.extension.where(url = 'urn:eye').value.ofType(Coding)"},
           {"site", "uri", "Patient.extension('urn:site').value"}, {"dose", "quantity", "Patient.extension('urn:dose').value"},
           {"noon", "string", "Patient.birthDate.extension('urn:t').value"}, {"which", "number", "Patient.multipleBirth"},
           {"born", "date", "Patient.birthDate"}, {"by", "reference", "Patient.managingOrganization"},
           {"many", "token", "Patient.name.given.count() > 1"}, {"full", "string", "Patient.name.given.first() & ' ' & Patient.name.family.first()"},
           {"givens", "number", "Patient.name.given.count()"}}) {
    entries.push_back(Entry(Definition(code, type, R"("Patient")", expression), "Patient", number++));
  }
  const auto set = CustomParameters::Create(TestParameters(), entries).value();
  std::vector<IndexEntry> fast, slow;
  const json::Document document = json::Document::Parse(patient).value();
  set->Extract(document.root(), fast);
  set->ExtractSlowly(document.root(), slow);
  EXPECT_EQ(fast, slow);
  const auto count = [&](const std::string& code) {
    return std::count_if(fast.begin(), fast.end(), [&](const IndexEntry& entry) { return entry.parameter == set->Find("Patient", code)->number; });
  };
  EXPECT_EQ(count("eye"), 2);
  EXPECT_EQ(count("eye2"), 1);
  for (const char* code : {"site", "dose", "noon", "which", "born", "by", "many", "full", "givens"}) EXPECT_EQ(count(code), 1) << code;
  EXPECT_EQ(set->At(kFirstCustomNumber)->code, "eye");
  EXPECT_EQ(set->At(1), nullptr);
  EXPECT_TRUE(set->HasReferences());
}

TEST(CustomParameters, AreReadInQueries) {
  const auto parameters = TestParameters().Share();
  const auto progress = std::make_shared<IndexProgress>();
  parameters->SetCustom(CustomParameters::Create(*parameters, {Entry(Definition("eye", "token", R"("Patient")", "Patient.extension('urn:eye').value"), "Patient", kFirstCustomNumber, progress),
                                                               Entry(Definition("by", "reference", R"("Patient")", "Patient.managingOrganization", R"(,"target":["Organization"])"), "Patient", kFirstCustomNumber + 1)})
                            .value());
  const auto custom_ones = [&](const std::string& type, const std::string& text) {
    const auto query = Query::ParseText(*parameters, type, text);
    EXPECT_TRUE(query.ok()) << text << (query.ok() ? "" : Describe(query.error()));
    return query.ok() ? CustomOnesOf(*query).size() : 99;
  };
  EXPECT_EQ(custom_ones("Patient", "eye=blue"), 1u);
  EXPECT_EQ(custom_ones("Patient", "eye:missing=true&_sort=-eye"), 2u);
  EXPECT_EQ(custom_ones("Observation", "patient.eye=blue"), 1u);
  EXPECT_EQ(custom_ones("Patient", "by.name=a&_include=Patient:by"), 2u);
  EXPECT_EQ(custom_ones("Organization", "_has:Patient:by:eye=blue"), 2u);
  EXPECT_EQ(custom_ones("Patient", "_filter=eye eq blue or gender eq male"), 1u);
  EXPECT_EQ(custom_ones("Patient", "gender=male"), 0u);
  EXPECT_EQ(Query::ParseText(TestParameters(), "Patient", "eye=blue").error().code, "unknown-parameter") << "each store has its own";
  EXPECT_EQ(Query::ParseText(*parameters, "Practitioner", "eye=blue").error().code, "unknown-parameter");

  progress->all = 200;
  progress->done = 80;
  for (const auto& [type, text] : std::vector<std::pair<std::string, std::string>>{
           {"Patient", "eye=blue"}, {"Patient", "_sort=eye"}, {"Observation", "subject.eye=blue"}, {"Organization", "_has:Patient:by:eye=blue"}, {"Patient", "_filter=eye eq blue"}}) {
    const auto query = Query::ParseText(*parameters, type, text);
    ASSERT_FALSE(query.ok()) << text;
    EXPECT_EQ(query.error().code, kNotIndexedYet) << text;
    EXPECT_EQ(query.error().category, ErrorCategory::kBusy);
    EXPECT_NE(query.error().en.find("40 %"), std::string::npos) << query.error().en;
    const auto lenient = Query::ParseText(*parameters, type, text, {.lenient = true});
    ASSERT_TRUE(lenient.ok());
    EXPECT_TRUE(lenient->clauses.empty());
    EXPECT_EQ(lenient->notes.size(), 1u);
  }
  EXPECT_TRUE(Query::ParseText(*parameters, "Patient", "eye=blue", {.unindexed = true}).ok());
  progress->done = 200;
  EXPECT_TRUE(Query::ParseText(*parameters, "Patient", "eye=blue").ok());
}

}  // namespace
}  // namespace qianxian::search
