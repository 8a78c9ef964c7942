// XML and JSON at the edge, through a real server.
#include "api/fhir_format.h"

#include <gtest/gtest.h>

#include "api/testing/world.h"
#include "base/text.h"

namespace qianxian::api {
namespace {

using testing::Answer;
using testing::Headers;
using testing::World;

const std::string kXmlPatient = "<Patient xmlns=\"http://hl7.org/fhir\"><id value=\"x\"/><name><family value=\"王\"/></name><gender value=\"male\"/></Patient>";
const Headers kSendXml = {{"Content-Type", "application/fhir+xml"}};
const Headers kBothXml = {{"Content-Type", "application/fhir+xml"}, {"Accept", "application/fhir+xml"}};

TEST(FhirFormat, IsNegotiated) {
  struct Case {
    const char *format, *accept;
    std::optional<Format> expected;
  };
  const Case cases[] = {
      {"", "", Format::kJson},
      {"", "*/*", Format::kJson},
      {"", "application/fhir+json", Format::kJson},
      {"", "application/fhir+xml", Format::kXml},
      {"", "text/xml", Format::kXml},
      {"", "application/fhir+xml;q=0.5, application/fhir+json", Format::kJson},
      {"", "application/fhir+xml, application/fhir+json;q=0.8", Format::kXml},
      {"", "application/fhir+xml, */*;q=0.1", Format::kXml},
      {"", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Format::kJson},
      {"", "text/turtle", std::nullopt},
      {"xml", "application/fhir+json", Format::kXml},
      {"application/fhir+xml", "", Format::kXml},
      {"application/fhir xml", "", Format::kXml},
      {"json", "application/fhir+xml", Format::kJson},
      {"ttl", "", std::nullopt},
  };
  for (const Case& one : cases) {
    http::Request request;
    if (*one.format) request.query.emplace_back("_format", one.format);
    if (*one.accept) request.headers.emplace_back("accept", one.accept);
    Result<Format> format = FormatAskedFor(request);
    EXPECT_EQ(format.ok(), one.expected.has_value()) << one.format << " " << one.accept;
    if (format.ok() && one.expected) { EXPECT_EQ(static_cast<int>(*format), static_cast<int>(*one.expected)) << one.format << " " << one.accept; }
  }
}

TEST(FhirFormat, XmlBothWays) {
  World world;
  Answer put = world.As("admin", "PUT", "/fhir/Patient/x", kXmlPatient, kBothXml);
  ASSERT_EQ(put.status, 201) << put.body;
  EXPECT_EQ(put.Header("content-type"), "application/fhir+xml; charset=utf-8");
  EXPECT_NE(put.body.find("<Patient xmlns=\"http://hl7.org/fhir\"><id value=\"x\"/><meta><versionId value=\"1\"/>"), std::string::npos) << put.body;
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/x").At("name.0.family"), "王") << "it is stored as JSON";
  Answer read = world.As("admin", "GET", "/fhir/Patient/x?_format=xml&_pretty=true");
  EXPECT_NE(read.body.find("\n  <gender value=\"male\"/>\n"), std::string::npos) << read.body;
  Answer quick = world.As("admin", "GET", "/fhir/Patient/x", "", {{"Accept", "application/fhir+xml"}});
  EXPECT_TRUE(StartsWith(quick.body, "<?xml")) << quick.body;
  Answer found = world.As("admin", "GET", "/fhir/Patient?gender=male&_format=xml");
  EXPECT_NE(found.body.find("<Bundle xmlns=\"http://hl7.org/fhir\">"), std::string::npos) << found.body;
  EXPECT_NE(found.body.find("<resource><Patient><id value=\"x\"/>"), std::string::npos) << found.body;
  Answer missing = world.As("admin", "GET", "/fhir/Patient/y?_format=xml");
  EXPECT_EQ(missing.status, 404);
  EXPECT_NE(missing.body.find("<OperationOutcome xmlns=\"http://hl7.org/fhir\">"), std::string::npos) << missing.body;
  EXPECT_NE(world.Send("GET", "/fhir/metadata?_format=xml").body.find("<CapabilityStatement "), std::string::npos);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/x/_history?_format=xml").status, 200);
  Answer posted = world.As("admin", "POST", "/fhir/Patient", kXmlPatient, kSendXml);
  EXPECT_EQ(posted.status, 201) << posted.body;
  EXPECT_EQ(posted.At("gender"), "male") << "the answer is in the format that was asked for";
}

TEST(FhirFormat, BundlesAndPatchesInXml) {
  World world;
  Answer bundle = world.As("admin", "POST", "/fhir",
                           "<Bundle xmlns=\"http://hl7.org/fhir\"><type value=\"transaction\"/><entry><resource>" + ReplaceAll(kXmlPatient, " xmlns=\"http://hl7.org/fhir\"", "") +
                               "</resource><request><method value=\"PUT\"/><url value=\"Patient/x\"/></request></entry></Bundle>", kBothXml);
  ASSERT_EQ(bundle.status, 200) << bundle.body;
  EXPECT_NE(bundle.body.find("<status value=\"201 Created\"/>"), std::string::npos);
  Answer patch = world.As("admin", "PATCH", "/fhir/Patient/x",
                          "<Parameters xmlns=\"http://hl7.org/fhir\"><parameter><name value=\"operation\"/><part><name value=\"type\"/><valueCode value=\"replace\"/></part>"
                          "<part><name value=\"path\"/><valueString value=\"Patient.gender\"/></part><part><name value=\"value\"/><valueCode value=\"female\"/></part></parameter></Parameters>", kSendXml);
  ASSERT_EQ(patch.status, 200) << patch.body;
  EXPECT_EQ(patch.At("gender"), "female");
  Answer converted = world.As("admin", "POST", "/fhir/$convert", kXmlPatient, kSendXml);
  EXPECT_EQ(converted.At("gender"), "male") << converted.body;
  Answer back = world.As("admin", "POST", "/fhir/$convert", R"({"resourceType":"Patient","id":"x","name":[{"family":"王"}],"gender":"male"})", {{"Accept", "application/fhir+xml"}});
  EXPECT_EQ(back.body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + kXmlPatient);
}

TEST(FhirFormat, BadXmlIsSaid) {
  World world;
  Answer bad = world.As("admin", "PUT", "/fhir/Patient/x", "<Patient xmlns=\"http://hl7.org/fhir\"><colour value=\"blue\"/></Patient>", kSendXml);
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(bad.At("issue.0.details.coding.0.code"), "bad-xml") << bad.body;
  Answer entity = world.As("admin", "PUT", "/fhir/Patient/x", "<!DOCTYPE p [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>" + kXmlPatient, kSendXml);
  EXPECT_EQ(entity.status, 400);
  EXPECT_EQ(world.As("admin", "PATCH", "/fhir/Patient/x", "<diff/>", {{"Content-Type", "application/xml-patch+xml"}}).status, 415);
}

}  // namespace
}  // namespace qianxian::api
