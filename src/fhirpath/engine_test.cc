#include "fhirpath/engine.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace qianxian::fhirpath {
namespace {

constexpr const char* kPatient = R"({"resourceType":"Patient","id":"p1","active":true,"birthDate":"1980-05-06",
  "_birthDate":{"extension":[{"url":"http://t","valueString":"noon"}]},
  "name":[{"use":"official","family":"王","given":["小","明"]},{"use":"old","given":[null,"x"],"_given":[{"extension":[{"url":"u","valueCode":"c"}]},null]}],
  "deceasedDateTime":"2020-01-01T10:00:00+08:00","managingOrganization":{"reference":"Organization/o1"},
  "generalPractitioner":[{"reference":"#d"},{"reference":"Practitioner/9"}],
  "contained":[{"resourceType":"Practitioner","id":"d","name":[{"text":"doctor"}]}],
  "extension":[{"url":"http://e","valueQuantity":{"value":1.50,"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}}]})";

class Engine : public testing::Test {
 protected:
  Engine() : document_(json::Document::Parse(kPatient).value()) {}

  // The result as text: items between bars; "!" and the code of an error.
  std::string Run(std::string_view text, Environment environment = {}) {
    environment.definitions = &fhir::Definitions::R4();
    if (environment.now.microseconds == 0) environment.now = Instant{1'750'000'000'000'000};   // 2025-06-15T15:06:40Z
    auto expression = Expression::Parse(text);
    if (!expression.ok()) return "!" + expression.error().code;
    Evaluator evaluator(environment);
    auto result = evaluator.Evaluate(*expression, ResourceItem(fhir::Definitions::R4(), document_.root()));
    if (!result.ok()) return "!" + result.error().code;
    std::string out;
    for (const Item& item : *result) {
      if (!out.empty()) out += "|";
      out += ToText(item, evaluator.arena()).value_or("(" + TypeName(item) + ")");
    }
    return out;
  }

  json::Document document_;
};

TEST_F(Engine, NavigatesResources) {
  EXPECT_EQ(Run("Patient.name.given"), "小|明|(FHIR.string)|x");
  EXPECT_EQ(Run("name.where(use = 'official').family"), "王");
  EXPECT_EQ(Run("deceased"), "2020-01-01T10:00:00+08:00");
  EXPECT_EQ(Run("deceased is dateTime"), "true");
  EXPECT_EQ(Run("deceased.ofType(boolean)"), "");
  EXPECT_EQ(Run("birthDate.extension('http://t').value"), "noon");
  EXPECT_EQ(Run("extension.value.unit"), "kg");
  EXPECT_EQ(Run("extension.value as Quantity"), "1.50 'kg'");
  EXPECT_EQ(Run("contained.name.text"), "doctor");
  EXPECT_EQ(Run("Resource.id"), "p1");
  EXPECT_EQ(Run("nothing"), "");
  EXPECT_EQ(Run("deceasedDateTime"), "");
  EXPECT_EQ(Run("name.given1", {.strict = true}), "!bad-evaluation");
  EXPECT_EQ(Run("name.given[1].extension.url | name[1].given[0].extension.url"), "u");
}

TEST_F(Engine, ResolvesReferences) {
  EXPECT_EQ(Run("generalPractitioner.resolve().name.text"), "doctor");
  EXPECT_EQ(Run("generalPractitioner.where(resolve() is Practitioner).reference", {.type_only_references = true}),
            "#d|Practitioner/9");
  Environment environment;
  auto other = json::Document::Parse(R"({"resourceType":"Organization","name":"县医院"})").value();
  environment.resolve = [&](std::string_view reference) -> std::optional<Item> {
    if (reference != "Organization/o1") return std::nullopt;
    return ResourceItem(fhir::Definitions::R4(), other.root());
  };
  EXPECT_EQ(Run("managingOrganization.resolve().name", environment), "县医院");
  EXPECT_EQ(Run("managingOrganization.getReferenceKey()"), "o1");
  EXPECT_EQ(Run("managingOrganization.getReferenceKey(Patient)"), "");
  EXPECT_EQ(Run("getResourceKey()"), "p1");
  EXPECT_EQ(Run("getResourceKey()", {.keep_resource_type = true}), "Patient/p1");
}

TEST_F(Engine, CalculatesDates) {
  EXPECT_EQ(Run("birthDate + 1 month"), "1980-06-06");
  EXPECT_EQ(Run("@2020-01-31 + 1 month"), "2020-02-29");
  EXPECT_EQ(Run("@2020-02-29 + 1 year"), "2021-02-28");
  EXPECT_EQ(Run("@2020-03-01 - 1 day"), "2020-02-29");
  EXPECT_EQ(Run("@2020 + 24 months"), "2022");
  EXPECT_EQ(Run("@2020-01-01T23:30:00+08:00 + 45 minutes"), "2020-01-02T00:15:00+08:00");
  EXPECT_EQ(Run("@T23:30:00 + 1 hour"), "00:30:00");
  EXPECT_EQ(Run("@2020-01-01 + 1 'a'"), "!bad-evaluation");
  EXPECT_EQ(Run("@9999-12-31 + 1 day"), "");
  EXPECT_EQ(Run("today()"), "2025-06-15");
  EXPECT_EQ(Run("today()", {.offset_minutes = 600}), "2025-06-16");
  EXPECT_EQ(Run("now()"), "2025-06-15T15:06:40.000Z");
  EXPECT_EQ(Run("@2020-01-01T00:00:00+08:00 = @2019-12-31T16:00:00Z"), "true");
  EXPECT_EQ(Run("@2020-01 = @2020-01-01"), "");
  EXPECT_EQ(Run("@2020-01 = @2020-02-01"), "false");
}

TEST_F(Engine, CalculatesQuantities) {
  EXPECT_EQ(Run("1 'kg' = 1000 'g'"), "true");
  EXPECT_EQ(Run("1 'kg' > 900 'g'"), "true");
  EXPECT_EQ(Run("1 'kg' > 1 'm'"), "");
  EXPECT_EQ(Run("1 year = 12 months"), "true");
  EXPECT_EQ(Run("1 year = 1 'a'"), "");
  EXPECT_EQ(Run("1 year ~ 1 'a'"), "true");
  EXPECT_EQ(Run("2 'm' * 3 'm' = 6 'm2'"), "true");
  EXPECT_EQ(Run("4 'g' / 2 'L'"), "2 'g/L'");
  EXPECT_EQ(Run("3 'cm' + 1 'm'"), "103 'cm'");
  EXPECT_EQ(Run("extension.value + 500 'g'"), "2.00 'kg'");
  EXPECT_EQ(Run("-extension.value"), "-1.50 'kg'");
  EXPECT_EQ(Run("4 'g' ~ 4040 'mg'"), "true");
  EXPECT_EQ(Run("4.0 'g' ~ 4040 'mg'"), "true");
  EXPECT_EQ(Run("4.2 'g' ~ 4100 'mg'"), "false");
  EXPECT_EQ(Run("4.04 'g' ~ 4040 'mg'"), "true");
  EXPECT_EQ(Run("1 'kg'.toQuantity('g')"), "1000 'g'");
  EXPECT_EQ(Run("1 'kg'.toQuantity('m')"), "");
  EXPECT_EQ(Run("1.58700.precision() | @2014.precision() | @T10:30:00.000.precision()"), "5|4|9");
}

TEST_F(Engine, KeepsVariablesToTheirPlace) {
  EXPECT_EQ(Run("defineVariable('n', name.first()).select(%n.family)"), "王");
  EXPECT_EQ(Run("defineVariable('a', 1).active | select(%a)"), "!bad-evaluation");
  EXPECT_EQ(Run("defineVariable('a', 1).defineVariable('a', 2)"), "!bad-evaluation");
  EXPECT_EQ(Run("name.select(defineVariable('u', use).given.where(%u = 'old'))"), "(FHIR.string)|x");
  EXPECT_EQ(Run("name.defineVariable('f', first()).select(%f.family & use)"), "王official|王old");
  EXPECT_EQ(Run("name.defineVariable('n').exists(%n.count() = 2)"), "true");
  EXPECT_EQ(Run("defineVariable('context', 1)"), "!bad-evaluation");
  EXPECT_EQ(Run("%nothing"), "!bad-evaluation");
  EXPECT_EQ(Run("%given + 1", {.variables = {{"given", {Item::Integer(41)}}}}), "42");
  EXPECT_EQ(Run("%resource.id & %context.id"), "p1p1");
}

TEST_F(Engine, WorksOnCharactersNotBytes) {
  EXPECT_EQ(Run("'县医院'.length()"), "3");
  EXPECT_EQ(Run("'县医院'.substring(1, 1)"), "医");
  EXPECT_EQ(Run("'县医院'.indexOf('院')"), "2");
  EXPECT_EQ(Run("'县医院'.toChars()"), "县|医|院");
  EXPECT_EQ(Run("'县医院'.matches('^.医.$')"), "true");
  EXPECT_EQ(Run("'a1b2'.replaceMatches('(\\\\w)(\\\\d)', '$2$1')"), "1a2b");
  EXPECT_EQ(Run("'x'.replaceMatches('(', 'y')"), "!bad-evaluation");
  EXPECT_EQ(Run("'1<2'.escape('html').unescape('html')"), "1<2");
  EXPECT_EQ(Run("'a\"b'.escape('json')"), "a\\\"b");
}

TEST_F(Engine, RefusesWhatItCannotDo) {
  for (const char* text : {"", "1 +", "(", "name.", "name[", "foo()", "'x", "`x", "$that", "1 2", "name.where()", "@", "@x",
                           "'\\q'", "{1}", "/* x", "a b", "@2020-13"}) {
    EXPECT_EQ(Run(text), "!bad-expression") << text;
  }
  EXPECT_EQ(Run("name.memberOf('x')"), "!unsupported-function");
  EXPECT_EQ(Run("name.single()"), "!bad-evaluation");
  EXPECT_EQ(Run("1 + 'a'"), "!bad-evaluation");
  EXPECT_EQ(Run("active is Nonsense"), "!bad-evaluation");
}

TEST_F(Engine, IsBounded) {
  std::string deep(limits::kFhirPathDepth * 10, '(');
  EXPECT_EQ(Run(deep + "1" + std::string(deep.size(), ')')), "!too-deep");
  std::string wide = "1";
  for (int i = 0; i < 100'000; ++i) wide += "+1";
  EXPECT_EQ(Run(wide), "!too-deep");
  std::string path = "name";
  for (int i = 0; i < 100'000; ++i) path += ".name";
  EXPECT_EQ(Run(path), "!too-deep");
  EXPECT_EQ(Run("(1|2|3).repeat($this + 1)"), "!too-many-steps");
  EXPECT_EQ(Run("1.repeatAll($this)"), "!too-many-steps");
  std::string signs(100'000, '-');
  EXPECT_EQ(Run(signs + "1"), "!too-deep");
}

TEST_F(Engine, EvaluatesBooleans) {
  Evaluator evaluator({.definitions = &fhir::Definitions::R4()});
  Item focus = ResourceItem(fhir::Definitions::R4(), document_.root());
  EXPECT_EQ(evaluator.EvaluateBoolean(*Expression::Parse("active"), focus).value(), true);
  EXPECT_EQ(evaluator.EvaluateBoolean(*Expression::Parse("nothing"), focus).value(), std::nullopt);
  EXPECT_FALSE(evaluator.EvaluateBoolean(*Expression::Parse("name"), focus).ok());
}

}  // namespace
}  // namespace qianxian::fhirpath
