#include "fhir/definitions.h"

#include <gtest/gtest.h>

#include "fhir/cpu_time_for_tests.h"

namespace qianxian::fhir {
namespace {

TEST(Definitions, HoldEveryTypeOfR4) {
  const Definitions& r4 = Definitions::R4();
  EXPECT_EQ(r4.release(), "version=4.0.1");
  EXPECT_EQ(r4.resource_types().size(), 147u);
  EXPECT_TRUE(std::is_sorted(r4.resource_types().begin(), r4.resource_types().end()));
  EXPECT_EQ(r4.Find("DomainResource")->abstract, true);
  EXPECT_EQ(r4.FindResource("DomainResource"), nullptr);
  EXPECT_EQ(r4.FindResource("HumanName"), nullptr);
  EXPECT_EQ(r4.Find("Nonsense"), nullptr);
  EXPECT_GT(r4.search_parameters().size(), 1300u);
}

TEST(Definitions, NameElementsAsJsonDoes) {
  const Type* patient = Definitions::R4().FindResource("Patient");
  ASSERT_NE(patient, nullptr);
  const Member* deceased = patient->FindMember("deceasedDateTime");
  ASSERT_NE(deceased, nullptr);
  EXPECT_EQ(deceased->element->name, "deceased");
  EXPECT_TRUE(deceased->element->choice);
  EXPECT_EQ(deceased->type->type->name, "dateTime");
  EXPECT_EQ(patient->FindMember("deceased"), nullptr);
  EXPECT_NE(patient->FindElement("deceased"), nullptr);
  EXPECT_EQ(patient->FindMember("name")->element->maximum, Element::kMany);
  EXPECT_TRUE(patient->FindMember("name")->element->summary);
  EXPECT_TRUE(patient->FindMember("active")->element->modifier);
  const Type* contact = patient->FindMember("contact")->type->type;
  EXPECT_EQ(contact->name, "Patient.contact");
  EXPECT_EQ(contact->kind, TypeKind::kBackbone);
  EXPECT_TRUE(contact->Is("BackboneElement"));
  EXPECT_TRUE(contact->Is("Element"));
  EXPECT_EQ(contact->FindMember("name")->type->type->name, "HumanName");
  const Member* other = patient->FindMember("link")->type->type->FindMember("other");
  EXPECT_EQ(other->type->targets, (std::vector<std::string_view>{"Patient", "RelatedPerson"}));
  EXPECT_EQ(other->element->minimum, 1);
}

TEST(Definitions, FollowContentReferences) {
  const Type* item = Definitions::R4().Find("Questionnaire.item");
  ASSERT_NE(item, nullptr);
  EXPECT_EQ(item->FindMember("item")->type->type, item);
}

TEST(Definitions, KnowWhatDerivesFromWhat) {
  const Definitions& r4 = Definitions::R4();
  EXPECT_TRUE(r4.Find("Age")->Is("Quantity"));
  EXPECT_TRUE(r4.Find("positiveInt")->Is(r4.Find("integer")));
  EXPECT_FALSE(r4.Find("integer")->Is("positiveInt"));
  EXPECT_TRUE(r4.Find("Patient")->Is("Resource"));
  EXPECT_FALSE(r4.Find("Bundle")->Is("DomainResource"));
  EXPECT_EQ(r4.Find("positiveInt")->form, JsonForm::kNumber);
  EXPECT_EQ(r4.Find("canonical")->form, JsonForm::kString);
}

TEST(Definitions, HoldClosedCodeLists) {
  const Element* gender = Definitions::R4().Find("Patient")->FindElement("gender");
  ASSERT_NE(gender->codes, nullptr);
  ASSERT_NE(gender->codes->FindSystem("female"), nullptr);
  EXPECT_EQ(*gender->codes->FindSystem("female"), "http://hl7.org/fhir/administrative-gender");
  EXPECT_EQ(gender->codes->FindSystem("f"), nullptr);
  // An open list (languages) is not closed by us.
  EXPECT_EQ(Definitions::R4().Find("Patient")->FindElement("language")->codes, nullptr);
}

TEST(Definitions, LoadFast) {
  std::string text(Definitions::R4().text());
  double begin = tests::CpuSeconds();
  auto read = Definitions::Read(std::move(text));
  double milliseconds = (tests::CpuSeconds() - begin) * 1000;
  ASSERT_TRUE(read.ok()) << Describe(read.error());
  RecordProperty("milliseconds", std::to_string(milliseconds));
  EXPECT_LT(milliseconds, 30);   // 3 ms in a release build
}

TEST(Definitions, RefuseBadText) {
  for (const char* text : {"X\t1\n", "E\tname\t0\t1\t\tstring\t\n", "T\tA\todd\t\t0\n", "T\tA\tcomplex\tMissing\t0\n",
                           "T\tA\tcomplex\t\t0\nT\tA\tcomplex\t\t0\n", "T\tA\tcomplex\t\t0\nE\tb\t0\t1\t\tMissing\t\n",
                           "T\tA\tcomplex\t\t0\nE\tb\tx\t1\t\tA\t\n", "T\tA\tcomplex\t\t0\nE\tb\t0\t1\t\t\t\n"}) {
    auto read = Definitions::Read(text);
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_EQ(read.error().code, "bad-definitions");
  }
}

}  // namespace
}  // namespace qianxian::fhir
