#include <gtest/gtest.h>

#include "base/limits.h"
#include "terminology/terminology.h"
#include "terminology/test_source.h"

namespace qianxian::terminology {
namespace {

using testing::TestSource;
using testing::TreeCodeSystem;

class ValueSets : public ::testing::Test {
 protected:
  ValueSets() {
    source.Add(TreeCodeSystem("urn:tree", "1", 2, 'C'));
    source.Add(TreeCodeSystem("urn:tree", "2", 3, 'C'));
    source.Add(R"({"resourceType":"CodeSystem","url":"urn:colour","content":"complete","property":[{"code":"warm","type":"boolean"}],
      "concept":[{"code":"red","display":"Red colour","property":[{"code":"warm","valueBoolean":true}]},
                 {"code":"blue","display":"Blue","designation":[{"language":"zh","value":"蓝色"}],"property":[{"code":"warm","valueBoolean":false}]},
                 {"code":"grey","display":"Grey","property":[{"code":"inactive","valueBoolean":true}]}]})");
  }
  Result<std::shared_ptr<const ValueSet>> Try(const std::string& compose) {
    auto document = json::Document::Parse(R"({"resourceType":"ValueSet","url":"urn:vs:test","compose":)" + compose + "}");
    QX_CHECK(document.ok(), compose);
    return terminology.Compile(document->root());
  }
  // The codes of the expansion; each must also pass the membership test, and no other code of the systems may.
  std::vector<std::string> Codes(const std::string& compose, const ExpandOptions& options = {}) {
    auto set = Try(compose);
    if (!set.ok()) return {Describe(set.error())};
    auto expansion = Expand(**set, options);
    if (!expansion.ok()) return {Describe(expansion.error())};
    std::vector<std::string> codes;
    for (const ExpandedCode& one : expansion->codes) {
      codes.emplace_back(one.code());
      EXPECT_EQ((*set)->Contains(one.component->system, one.code()), Membership::kYes) << one.code();
    }
    if (options.count || !options.filter.empty() || options.active_only) return codes;
    for (const char* url : {"urn:tree", "urn:colour"}) {
      const auto system = *terminology.FindCodeSystem(url);
      for (uint32_t i = 0; i < system->size(); ++i) {
        const bool expanded = std::any_of(expansion->codes.begin(), expansion->codes.end(), [&](const ExpandedCode& one) {
          return one.component->system == url && one.code() == system->Code(i);
        });
        EXPECT_EQ((*set)->Contains(url, system->Code(i)) == Membership::kYes, expanded) << system->Code(i) << " in " << compose;
      }
    }
    return codes;
  }
  TestSource source;
  Terminology terminology{source};
};

using List = std::vector<std::string>;

TEST_F(ValueSets, FiltersOfTheHierarchy) {
  EXPECT_EQ(Codes(R"({"include":[{"system":"urn:tree","version":"1","filter":[{"property":"concept","op":"is-a","value":"A1"}]}]})").size(), 11u);
  EXPECT_EQ(Codes(R"({"include":[{"system":"urn:tree","filter":[{"property":"concept","op":"is-a","value":"A1"}]}]})").size(), 111u);
  EXPECT_EQ(Codes(R"({"include":[{"system":"urn:tree","filter":[{"property":"concept","op":"descendent-of","value":"A11"}]}]})").size(), 10u);
  EXPECT_EQ(Codes(R"({"include":[{"system":"urn:tree","filter":[{"property":"concept","op":"is-not-a","value":"A"}]}]})").size(), 2u * 1111u);
  EXPECT_EQ(Codes(R"({"include":[{"system":"urn:tree","filter":[{"property":"concept","op":"generalizes","value":"B12"}]}]})"),
            (List{"B", "B1", "B12"}));
  EXPECT_EQ(Codes(R"({"include":[{"system":"urn:tree","filter":[{"property":"concept","op":"is-a","value":"nothing"}]}]})"), List{});
}

TEST_F(ValueSets, FiltersOfProperties) {
  EXPECT_EQ(Codes(R"({"include":[{"system":"urn:colour","filter":[{"property":"warm","op":"=","value":"true"}]}]})"), List{"red"});
  EXPECT_EQ(Codes(R"({"include":[{"system":"urn:colour","filter":[{"property":"warm","op":"exists","value":"false"}]}]})"), List{"grey"});
  EXPECT_EQ(Codes(R"({"include":[{"system":"urn:colour","filter":[{"property":"code","op":"in","value":"red, grey"}]}]})"), (List{"red", "grey"}));
  EXPECT_EQ(Codes(R"({"include":[{"system":"urn:colour","filter":[{"property":"code","op":"not-in","value":"red,grey"}]}]})"), List{"blue"});
  EXPECT_EQ(Codes(R"({"include":[{"system":"urn:colour","filter":[{"property":"display","op":"regex","value":".*colour"}]}]})"), List{"red"});
  EXPECT_EQ(Codes(R"({"include":[{"system":"urn:tree","filter":[{"property":"parent","op":"=","value":"A1"},{"property":"code","op":"regex","value":".*[12]"}]}]})"),
            (List{"A11", "A12"}));
  EXPECT_EQ(Try(R"({"include":[{"system":"urn:colour","filter":[{"property":"smell","op":"=","value":"x"}]}]})").error().code, "unsupported-filter");
  EXPECT_EQ(Try(R"({"include":[{"system":"urn:colour","filter":[{"property":"code","op":"near","value":"x"}]}]})").error().code, "unsupported-filter");
  EXPECT_EQ(Try(R"({"include":[{"system":"urn:colour","filter":[{"property":"code","op":"regex","value":"("}]}]})").error().code, "bad-regex");
}

TEST_F(ValueSets, ListsExcludesAndImports) {
  EXPECT_EQ(Codes(R"({"include":[{"system":"urn:colour","concept":[{"code":"red"},{"code":"blue"},{"code":"red"}]},
                                 {"system":"urn:colour","concept":[{"code":"blue"}]}]})"), (List{"red", "blue"}));
  EXPECT_EQ(Codes(R"({"include":[{"system":"urn:colour"}],"exclude":[{"system":"urn:colour","concept":[{"code":"red"}]}]})"), (List{"blue", "grey"}));
  source.Add(R"({"resourceType":"ValueSet","url":"urn:vs:warm","compose":{"include":[{"system":"urn:colour","concept":[{"code":"red"},{"code":"grey"}]}]}})");
  source.Add(R"({"resourceType":"ValueSet","url":"urn:vs:dull","compose":{"include":[{"system":"urn:colour","concept":[{"code":"blue"},{"code":"grey"}]}]}})");
  EXPECT_EQ(Codes(R"({"include":[{"valueSet":["urn:vs:warm"]},{"valueSet":["urn:vs:dull"]}]})"), (List{"red", "grey", "blue"}));
  EXPECT_EQ(Codes(R"({"include":[{"valueSet":["urn:vs:warm","urn:vs:dull"]}]})"), List{"grey"});
  EXPECT_EQ(Codes(R"({"include":[{"system":"urn:colour","valueSet":["urn:vs:warm"]}]})"), (List{"red", "grey"}));
  EXPECT_EQ(Codes(R"({"include":[{"system":"urn:colour"}],"exclude":[{"valueSet":["urn:vs:dull"]}]})"), List{"red"});
  EXPECT_EQ(Try(R"({"include":[{"valueSet":["urn:vs:none"]}]})").error().code, "unknown-value-set");
  EXPECT_EQ(Try(R"({"include":[{}]})").error().code, "bad-value-set");
  EXPECT_EQ(Try(R"({"include":[{"valueSet":[]}]})").error().code, "bad-value-set");
  EXPECT_EQ(Try(R"({"include":[{"valueSet":{}}]})").error().code, "bad-value-set");
  EXPECT_EQ(Try(R"({"include":[{"system":"","concept":[{"code":"x"}]}]})").error().code, "bad-value-set");
}

TEST_F(ValueSets, CirclesAreFound) {
  source.Add(R"({"resourceType":"ValueSet","url":"urn:vs:a","compose":{"include":[{"valueSet":["urn:vs:b"]}]}})");
  source.Add(R"({"resourceType":"ValueSet","url":"urn:vs:b","compose":{"include":[{"valueSet":["urn:vs:a"]}]}})");
  EXPECT_EQ(terminology.FindValueSet("urn:vs:a").error().code, "value-set-cycle");
  EXPECT_EQ(Try(R"({"include":[{"valueSet":["urn:vs:test"]}]})").error().code, "value-set-cycle");
  for (int i = 0; i <= limits::kValueSetDepth; ++i) {
    source.Add(R"({"resourceType":"ValueSet","url":"urn:deep:)" + std::to_string(i) + R"(","compose":{"include":[{"valueSet":["urn:deep:)" +
               std::to_string(i + 1) + R"("]}]}})");
  }
  EXPECT_EQ(terminology.FindValueSet("urn:deep:0").error().code, "too-deep");
}

TEST_F(ValueSets, PagesWordsAndLanguages) {
  const std::string all = R"({"include":[{"system":"urn:tree"}]})";
  auto set = Try(all);
  auto page = Expand(**set, {.offset = 5, .count = 3});
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->total, 3u * 1111u);
  ASSERT_EQ(page->codes.size(), 3u);
  EXPECT_EQ(page->codes[0].code(), "A002");
  EXPECT_EQ(Codes(all, {.filter = "term  b22"}).size(), 11u);
  EXPECT_EQ(Codes(R"({"include":[{"system":"urn:colour"}]})", {.active_only = true}), (List{"red", "blue"}));
  EXPECT_EQ(Codes(R"({"include":[{"system":"urn:colour"}]})", {.filter = "蓝", .display_language = "zh-CN"}), List{});
  EXPECT_EQ(Codes(R"({"include":[{"system":"urn:colour"}]})", {.filter = "蓝", .display_language = "zh"}), List{"blue"});
  auto none = Expand(**set, {.count = 0});
  EXPECT_EQ(none->codes.size(), 0u);
  EXPECT_EQ(none->total, 3u * 1111u);
}

TEST_F(ValueSets, TooCostlyIsSaid) {
  source.Add(TreeCodeSystem("urn:large", "1", 4, 'J'));
  auto set = Try(R"({"include":[{"system":"urn:large"}]})");
  EXPECT_EQ(Expand(**set, {}).error().code, "too-costly");
  EXPECT_TRUE(Expand(**set, {.count = 10}).ok());
  EXPECT_EQ((*set)->Contains("urn:large", "A1234"), Membership::kYes);
  std::string again = R"({"include":[{"system":"urn:large"})";
  for (size_t looked = 0; looked <= limits::kExpansionCandidates; looked += 100'000) again += R"(,{"system":"urn:large"})";
  set = Try(again + "]}");
  EXPECT_EQ(Expand(**set, {.count = 1}).error().code, "too-costly") << "so many codes are not even looked at";
}

TEST_F(ValueSets, UnknownSystemsAreNotGuessed) {
  auto loinc = Try(R"({"include":[{"system":"http://loinc.org","filter":[{"property":"SCALE_TYP","op":"=","value":"DOC"}]}]})");
  ASSERT_TRUE(loinc.ok());
  EXPECT_EQ((*loinc)->Contains("http://loinc.org", "1-8"), Membership::kUnknown);
  EXPECT_EQ((*loinc)->Contains("urn:tree", "A"), Membership::kNo);
  EXPECT_EQ(Expand(**loinc, {}).error().code, "unknown-code-system");
  auto listed = Try(R"({"include":[{"system":"http://loinc.org","concept":[{"code":"1-8"}]}]})");
  EXPECT_EQ((*listed)->Contains("http://loinc.org", "1-8"), Membership::kYes);
  EXPECT_EQ((*listed)->Contains("", "1-8"), Membership::kYes);
  EXPECT_EQ((*listed)->Contains("http://loinc.org", "2-8"), Membership::kNo);
  EXPECT_EQ(InGrammar("urn:ietf:bcp:47", "zh-CN"), Membership::kYes);
  EXPECT_EQ(InGrammar("urn:ietf:bcp:47", "zh_CN"), Membership::kNo);
  EXPECT_EQ(InGrammar("urn:ietf:bcp:13", "text/plain; charset=utf-8"), Membership::kYes);
  EXPECT_EQ(InGrammar("urn:ietf:bcp:13", "text"), Membership::kNo);
  EXPECT_EQ(InGrammar("http://unitsofmeasure.org", "mg/dL"), Membership::kYes);
}

TEST_F(ValueSets, ImplicitOnesOfASystem) {
  auto all = terminology.FindValueSet("urn:tree?fhir_vs|1");
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(Expand(**all, {.count = 1})->total, 3u * 111u);
  auto below = terminology.FindValueSet("urn:tree?fhir_vs=isa/A1");
  ASSERT_TRUE(below.ok());
  EXPECT_EQ(Expand(**below, {.count = 1})->total, 111u);
  EXPECT_EQ(terminology.FindValueSet("urn:tree?fhir_vs=isa/none").error().code, "unknown-value-set");
}

TEST_F(ValueSets, AnExpansionWithoutComposeIsTaken) {
  auto document = json::Document::Parse(R"({"resourceType":"ValueSet","expansion":{"contains":[
    {"system":"urn:x","code":"group","abstract":true,"contains":[{"system":"urn:x","code":"1","display":"One"}]},{"system":"urn:y","code":"2"}]}})");
  auto set = terminology.Compile(document->root());
  ASSERT_TRUE(set.ok());
  EXPECT_EQ((*set)->Contains("urn:x", "1"), Membership::kYes);
  EXPECT_EQ((*set)->Contains("urn:x", "group"), Membership::kNo);
  EXPECT_EQ(Expand(**set, {})->total, 2u);
  document = json::Document::Parse(R"({"resourceType":"ValueSet","expansion":{"contains":[{"code":"1"}]}})");
  EXPECT_EQ(terminology.Compile(document->root()).error().code, "bad-value-set");
}

TEST_F(ValueSets, AreKeptUntilTheSourceChanges) {
  ASSERT_TRUE(terminology.FindValueSet("http://hl7.org/fhir/ValueSet/administrative-gender").ok());
  const int asked = source.asked;
  ASSERT_TRUE(terminology.FindValueSet("http://hl7.org/fhir/ValueSet/administrative-gender").ok());
  EXPECT_EQ(source.asked, asked);
  source.Add(R"({"resourceType":"ValueSet","url":"http://hl7.org/fhir/ValueSet/administrative-gender","version":"9","compose":{"include":[{"system":"urn:colour"}]}})");
  auto other = terminology.FindValueSet("http://hl7.org/fhir/ValueSet/administrative-gender");
  EXPECT_EQ((*other)->Contains("urn:colour", "red"), Membership::kYes);
  EXPECT_GT(terminology.bytes(), 0u);
}

TEST_F(ValueSets, MemoryIsBounded) {
  for (int i = 0; i < 12; ++i) source.Add(TreeCodeSystem("urn:big" + std::to_string(i), "1", 4, 'J'));
  for (int i = 0; i < 12; ++i) {
    ASSERT_TRUE((*terminology.FindCodeSystem("urn:big" + std::to_string(i))) != nullptr);
    EXPECT_LE(terminology.bytes(), limits::kTerminologyBytes);
  }
}

TEST_F(ValueSets, CodeSetsForSearches) {
  source.Add(R"({"resourceType":"ValueSet","url":"urn:vs:mixed","compose":{"include":[{"system":"urn:colour"},{"system":"urn:tree","concept":[{"code":"B"},{"code":"A"}]}]}})");
  auto codes = terminology.CodesOf("urn:vs:mixed");
  ASSERT_TRUE(codes.ok());
  EXPECT_TRUE((*codes)->Has("urn:colour", "grey"));
  EXPECT_TRUE((*codes)->Has("urn:tree", "A"));
  EXPECT_FALSE((*codes)->Has("urn:tree", "red"));
  EXPECT_EQ((*terminology.CodesBelow("urn:tree", "A11"))->parts[0].codes.size(), 11u);
  EXPECT_EQ((*terminology.CodesAbove("urn:tree", "A11"))->parts[0].codes, (List{"A", "A1", "A11"}));
  EXPECT_EQ(terminology.CodesBelow("urn:none", "A").error().code, "unknown-code-system");
}

// Every value set of HL7's is understood; those that need systems which HL7 does not give away say so.
TEST(Hl7sValueSets, AreCompiledAndExpanded) {
  R4Source r4;
  Terminology terminology(r4);
  size_t expanded = 0, without = 0;
  for (const fhir::Artifact& artifact : fhir::Artifacts::R4().all()) {
    if (artifact.type != "ValueSet") continue;
    auto set = terminology.FindValueSet(artifact.url);
    if (!set.ok()) {
      // HL7's own example of a filter that its code system does not declare as a property.
      if (artifact.url == "http://hl7.org/fhir/ValueSet/example-filter") continue;
      EXPECT_EQ(set.error().code, "unknown-value-set") << artifact.url << " " << Describe(set.error());
      continue;
    }
    auto expansion = Expand(**set, {});
    expanded += expansion.ok();
    without += !expansion.ok();

    if (!expansion.ok()) {
      EXPECT_EQ(expansion.error().code, "unknown-code-system") << artifact.url << " " << Describe(expansion.error());
      continue;
    }
    for (const ExpandedCode& one : expansion->codes) {
      EXPECT_EQ((*set)->Contains(one.component->system, one.code()), Membership::kYes) << artifact.url << " " << one.code();
    }
  }
  EXPECT_GT(expanded, 1100u);
  EXPECT_LT(without, 200u);
}

}  // namespace
}  // namespace qianxian::terminology
