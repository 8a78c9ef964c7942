#include "fhirpath/ucum.h"

#include <gtest/gtest.h>

namespace qianxian::fhirpath {
namespace {

double Ratio(std::string_view from, std::string_view to) {
  auto a = ParseUnit(from);
  auto b = ParseUnit(to);
  EXPECT_TRUE(a && b) << from << " " << to;
  if (!a || !b || !a->SameDimensions(*b)) return 0;
  return static_cast<double>(a->factor / b->factor);
}

TEST(Ucum, ConvertsWhatClinicalRecordsUse) {
  EXPECT_DOUBLE_EQ(Ratio("cm", "m"), 0.01);
  EXPECT_DOUBLE_EQ(Ratio("[in_i]", "cm"), 2.54);
  EXPECT_DOUBLE_EQ(Ratio("kg", "g"), 1000);
  EXPECT_DOUBLE_EQ(Ratio("g/dL", "g/L"), 10);
  EXPECT_DOUBLE_EQ(Ratio("mg/dL", "ug/mL"), 10);
  EXPECT_DOUBLE_EQ(Ratio("wk", "d"), 7);
  EXPECT_DOUBLE_EQ(Ratio("kg/m2", "g/cm2"), 0.1);
  EXPECT_DOUBLE_EQ(Ratio("10*9/L", "/nL"), 1);
  EXPECT_DOUBLE_EQ(Ratio("mm[Hg]", "Pa"), 133.322);
  EXPECT_DOUBLE_EQ(Ratio("{beats}/min", "/min"), 1);
  EXPECT_DOUBLE_EQ(Ratio("(kg.m)/s2", "N"), 1);
  EXPECT_DOUBLE_EQ(Ratio("m[IU]/L", "[IU]/L"), 0.001);
  EXPECT_EQ(Ratio("[IU]/L", "[arb'U]/L"), 0);
  EXPECT_EQ(Ratio("cm", "s"), 0);
  EXPECT_EQ(Ratio("Cel", "K"), 0);
  EXPECT_EQ(Ratio("Cel", "Cel"), 1);
}

TEST(Ucum, RefusesWhatIsNoUnit) {
  for (const char* text : {"", "parsec2000", "m..", "m/", "(m", "m)", "{x", "[s", "m99", "xyz"}) {
    EXPECT_FALSE(ParseUnit(text)) << text;
  }
}

}  // namespace
}  // namespace qianxian::fhirpath
