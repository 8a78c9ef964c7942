#include "terminology/concept_map.h"

#include <gtest/gtest.h>

namespace qianxian::terminology {
namespace {

constexpr char kMap[] = R"({"resourceType":"ConceptMap","url":"urn:map","targetCanonical":"urn:vs:t","group":[
  {"source":"urn:a","sourceVersion":"2.0","target":"urn:b","element":[
    {"code":"1","target":[{"code":"x","display":"Ex","equivalence":"wider","comment":"nearly","product":[{"property":"unit","value":"kg"}]}]},
    {"code":"2","target":[{"equivalence":"unmatched"}]}],
   "unmapped":{"mode":"other-map","url":"urn:map2"}},
  {"source":"urn:a","target":"urn:c","element":[{"code":"1","target":[{"code":"y","equivalence":"equal"}]}],
   "unmapped":{"mode":"fixed","code":"other","display":"Other"}},
  {"source":"urn:same","target":"urn:same","element":[{"code":"q","target":[{"code":"r","equivalence":"equal"}]}],"unmapped":{"mode":"provided"}}]})";

std::vector<Translation> Ask(const TranslationAsked& asked, std::vector<std::string>* others = nullptr) {
  auto document = json::Document::Parse(kMap);
  QX_CHECK(document.ok(), "the test's map");
  std::vector<Translation> found;
  std::vector<std::string> other_maps;
  Translate(document->root(), asked, found, other_maps);
  if (others) *others = other_maps;
  return found;
}

TEST(ConceptMap, Forwards) {
  const auto found = Ask({.system = "urn:a", .code = "1"});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].code, "x");
  EXPECT_EQ(found[0].system, "urn:b");
  EXPECT_EQ(found[0].equivalence, "wider");
  EXPECT_EQ(found[0].comment, "nearly");
  ASSERT_EQ(found[0].products.size(), 1u);
  EXPECT_EQ(found[0].products[0].code, "kg");
  EXPECT_TRUE(found[0].matches());
  EXPECT_EQ(Ask({.system = "urn:a", .code = "1", .target_system = "urn:c"}).size(), 1u);
  EXPECT_EQ(Ask({.system = "urn:a", .version = "1.0", .code = "1"}).size(), 1u);
  EXPECT_TRUE(Ask({.system = "urn:a", .code = "1", .target_value_set = "urn:vs:other"}).empty());
}

TEST(ConceptMap, Backwards) {
  const auto found = Ask({.system = "urn:b", .code = "x", .reverse = true});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].code, "1");
  EXPECT_EQ(found[0].system, "urn:a");
  EXPECT_EQ(found[0].equivalence, "narrower");
}

TEST(ConceptMap, Unmapped) {
  std::vector<std::string> others;
  auto found = Ask({.system = "urn:a", .code = "9"}, &others);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].code, "other");
  EXPECT_EQ(others, std::vector<std::string>{"urn:map2"});
  found = Ask({.system = "urn:same", .code = "z"});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].code, "z");
  found = Ask({.system = "urn:a", .code = "2", .target_system = "urn:b"});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_FALSE(found[0].matches());
}

}  // namespace
}  // namespace qianxian::terminology
