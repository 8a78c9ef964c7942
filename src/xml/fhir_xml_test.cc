// XML both ways: every official example goes from JSON to XML and comes back equal; what is no FHIR is refused.
#include "xml/fhir_xml.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "fhir/examples_for_tests.h"
#include "fhir/shape.h"

namespace qianxian::xml {
namespace {

const fhir::Definitions& R4() { return fhir::Definitions::R4(); }

std::string Head(const std::string& rest) { return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + rest; }

// To XML; the error's code if it cannot be.
std::string Xml(const std::string& text) {
  Result<json::Document> document = json::Document::Parse(text);
  if (!document.ok()) return "not JSON";
  Result<std::string> xml = FromJson(R4(), document->root());
  if (!xml.ok()) EXPECT_FALSE(xml.error().zh.empty());
  return xml.ok() ? *xml : xml.error().code;
}

std::string Json(const std::string& xml) {
  Result<std::string> json = ToJson(R4(), xml);
  if (!json.ok()) EXPECT_FALSE(json.error().zh.empty()) << json.error().en;
  return json.ok() ? *json : json.error().code;
}

std::string Patient(const std::string& inside) { return "<Patient xmlns=\"http://hl7.org/fhir\">" + inside + "</Patient>"; }

// A number that XML reads another way than it was sent is none of the JSON's text.
bool SameJson(json::Value a, json::Value b) { return json::Equal(a, b); }

TEST(FhirXml, EveryOfficialExampleComesBackEqual) {
  size_t same = 0;
  for (const auto& [name, text] : fhir::tests::OfficialExamples()) {
    Result<json::Document> sent = json::Document::Parse(text);
    if (!sent.ok() || fhir::HasErrors(fhir::CheckShape(R4(), sent->root()))) continue;   // judged in fhir_test
    Result<std::string> xml = FromJson(R4(), sent->root());
    ASSERT_TRUE(xml.ok()) << name << ": " << xml.error().en;
    Result<std::string> back = ToJson(R4(), *xml);
    ASSERT_TRUE(back.ok()) << name << ": " << back.error().en << "\n" << xml->substr(0, 2000);
    Result<json::Document> got = json::Document::Parse(*back);
    ASSERT_TRUE(got.ok()) << name;
    EXPECT_TRUE(SameJson(sent->root(), got->root())) << name << "\n" << back->substr(0, 2000);
    if (same % 20 == 0) {
      std::string pretty = FromJson(R4(), sent->root(), true).value();
      Result<std::string> again = ToJson(R4(), pretty);
      ASSERT_TRUE(again.ok()) << name << again.error().en;
      EXPECT_EQ(*again, *back) << "indented, " << name;
    }
    ++same;
  }
  if (same == 0) GTEST_SKIP() << "the official examples are not beside the checkout";
  EXPECT_GT(same, 2800u);
}

TEST(FhirXml, WritesInTheOrderOfTheDefinition) {
  EXPECT_EQ(Xml(R"({"resourceType":"Patient","birthDate":"1960","active":true,"id":"1","name":[{"given":["一","二"],"use":"official","id":"n"}]})"),
            Head("<Patient xmlns=\"http://hl7.org/fhir\"><id value=\"1\"/><active value=\"true\"/>"
                 "<name id=\"n\"><use value=\"official\"/><given value=\"一\"/><given value=\"二\"/></name><birthDate value=\"1960\"/></Patient>"));
  EXPECT_EQ(Xml(R"({"resourceType":"Observation","status":"final","code":{"text":"c"},"valueQuantity":{"value":1.50}})"),
            Head("<Observation xmlns=\"http://hl7.org/fhir\"><status value=\"final\"/><code><text value=\"c\"/></code>"
                 "<valueQuantity><value value=\"1.50\"/></valueQuantity></Observation>"));
}

TEST(FhirXml, ExtensionsOfPrimitives) {
  const std::string json = R"({"resourceType":"Patient","name":[{"given":["a",null],"_given":[null,{"id":"g","extension":[{"url":"urn:e","valueCode":"x"}]}]}],)"
                           R"("birthDate":"1960","_birthDate":{"extension":[{"url":"urn:t","valueDateTime":"1960-01-01"}]}})";
  const std::string xml = Head("<Patient xmlns=\"http://hl7.org/fhir\"><name><given value=\"a\"/><given id=\"g\"><extension url=\"urn:e\"><valueCode value=\"x\"/></extension></given></name>"
                               "<birthDate value=\"1960\"><extension url=\"urn:t\"><valueDateTime value=\"1960-01-01\"/></extension></birthDate></Patient>");
  EXPECT_EQ(Xml(json), xml);
  EXPECT_EQ(Json(xml), json);
}

TEST(FhirXml, NarrativesKeepEveryByte) {
  const std::string div = "<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">\\r\\n<p title='a \\\"b\\\"'>&amp; &#xA0;<br/><b></b><!-- c --><![CDATA[<x>]]> 中</p></div>";
  const std::string json = R"({"resourceType":"Patient","text":{"status":"generated","div":")" + div + "\"}}";
  Result<json::Document> sent = json::Document::Parse(json);
  Result<json::Document> back = json::Document::Parse(Json(Xml(json)));
  EXPECT_EQ(back->root().Find("text")->FindString("div"), sent->root().Find("text")->FindString("div"));
  EXPECT_EQ(Xml(R"({"resourceType":"Patient","text":{"status":"generated","div":"<div><p></div>"}})"), "no-xml");
  EXPECT_EQ(Xml(R"({"resourceType":"Patient","text":{"status":"generated","div":"<div/><active value=\"true\"/>"}})"), "no-xml") << "nothing is smuggled in";
  EXPECT_EQ(Xml(R"({"resourceType":"Patient","text":{"status":"generated","div":"<div>&nbsp;</div>"}})"), "no-xml");
}

TEST(FhirXml, TextsKeepTheirWhiteSpaceAndSigns) {
  const std::string json = R"({"resourceType":"Patient","name":[{"text":" a\n\tb  <&>\"'\r 中😀"}]})";
  EXPECT_EQ(Json(Xml(json)), json);
  EXPECT_EQ(Xml("{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"a\\u0001\"}]}"), "no-xml");
}

TEST(FhirXml, ResourcesInsideResources) {
  const std::string json = R"({"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"x"}],"active":true}}]})";
  const std::string xml = Head("<Bundle xmlns=\"http://hl7.org/fhir\"><type value=\"collection\"/><entry><resource><Patient><contained><Organization><id value=\"o\"/>"
                               "<name value=\"x\"/></Organization></contained><active value=\"true\"/></Patient></resource></entry></Bundle>");
  EXPECT_EQ(Xml(json), xml);
  EXPECT_EQ(Json(xml), json);
}

TEST(FhirXml, ReadsWhatOthersWrite) {
  EXPECT_EQ(Json("\xEF\xBB\xBF" + Head("\n<!-- c --><?p q?>\n<f:Patient xmlns:f=\"http://hl7.org/fhir\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
                                       "xsi:schemaLocation=\"a b\">\n  <f:active value='true'/>\n</f:Patient>\n")),
            R"({"resourceType":"Patient","active":true})");
  EXPECT_EQ(Json(Patient("<name><text value=\"&#x4E00;&lt;&#10;\"/></name>")), R"({"resourceType":"Patient","name":[{"text":"一<\n"}]})");
  EXPECT_EQ(Json("<Observation xmlns=\"http://hl7.org/fhir\"><valueDecimal value=\"1\"/></Observation>"), "bad-xml") << "no such choice in R4";
  EXPECT_EQ(Json(Patient("")), R"({"resourceType":"Patient"})");
}

TEST(FhirXml, WhatIsNoFhirIsRefused) {
  const std::string cases[] = {
      "",
      "{}",
      "<Patient/>",
      "<Patient xmlns=\"http://example.org\"/>",
      "<Nothing xmlns=\"http://hl7.org/fhir\"/>",
      "<Patient xmlns=\"http://hl7.org/fhir\">",
      Patient("<colour value=\"blue\"/>"),
      Patient("<birthDate value=\"1960\"/><active value=\"true\"/>"),                       // order
      Patient("<active value=\"true\"/><active value=\"true\"/>"),                          // twice
      Patient("<deceasedBoolean value=\"true\"/><deceasedDateTime value=\"1960\"/>"),       // two choices
      Patient("<name><family value=\"a\"/></name><gender value=\"male\"/><name><family value=\"b\"/></name>"),
      Patient("<active value=\"yes\"/>"),
      Patient("<multipleBirthInteger value=\"+1\"/>"),
      Patient("<multipleBirthInteger value=\"01\"/>"),
      Patient("<multipleBirthInteger value=\"1.\"/>"),
      Patient("<active/>"),
      Patient("<name/>"),
      Patient("<active value=\"true\" colour=\"blue\"/>"),
      Patient("<name value=\"x\"/>"),
      Patient("<name id=\"\"><text value=\"x\"/></name>"),                                  // an attribute is absent or says something
      Patient("<extension url=\"\"><valueCode value=\"x\"/></extension>"),
      Patient("text"),
      Patient("<contained/>"),
      Patient("<contained><Patient/><Patient/></contained>"),
      Patient("<text><status value=\"generated\"/><div>x</div></text>"),                    // not XHTML
      Patient("<div xmlns=\"http://www.w3.org/1999/xhtml\"/>"),
      Patient("<active value=\"&nbsp;\"/>"),
      "<Patient xmlns=\"http://hl7.org/fhir\" id=\"1\"/>",
      "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" + Patient("<name><text value=\"x\"/></name>"),
      Patient("<name><text value=\"\xff\"/></name>"),
  };
  for (const std::string& xml : cases) EXPECT_EQ(Json(xml), "bad-xml") << xml;
}

TEST(FhirXml, NoEntitiesNoFilesNoDepth) {
  EXPECT_EQ(Json("<!DOCTYPE Patient [<!ENTITY a \"aaaa\">]><Patient xmlns=\"http://hl7.org/fhir\"><name><text value=\"&a;\"/></name></Patient>"), "bad-xml");
  EXPECT_EQ(Json("<!DOCTYPE Patient SYSTEM \"file:///etc/passwd\"><Patient xmlns=\"http://hl7.org/fhir\"/>"), "bad-xml");
  std::string bomb = "<!DOCTYPE p [<!ENTITY a0 \"x\">";
  for (int i = 1; i < 30; ++i) bomb += "<!ENTITY a" + std::to_string(i) + " \"&a" + std::to_string(i - 1) + ";&a" + std::to_string(i - 1) + ";\">";
  EXPECT_EQ(Json(bomb + "]>" + Patient("<name><text value=\"&a29;\"/></name>")), "bad-xml");
  std::string deep, end;
  for (size_t i = 0; i <= limits::kJsonDepth; ++i) {
    deep += "<extension url=\"u\">";
    end += "</extension>";
  }
  EXPECT_EQ(Json(Patient(deep + end)), "too-deep");
  EXPECT_EQ(Json(std::string(limits::kJsonBytes + 1, ' ')), "too-large");
  EXPECT_FALSE(IsWellFormed("<!DOCTYPE a><a/>"));
  EXPECT_FALSE(IsWellFormed("<a/><b/>"));
  EXPECT_TRUE(IsWellFormed(" <a><b c=\"d\">e</b></a> "));
}

}  // namespace
}  // namespace qianxian::xml
