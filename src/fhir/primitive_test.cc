#include "fhir/primitive.h"

#include <gtest/gtest.h>

namespace qianxian::fhir {
namespace {

bool Valid(std::string_view type, std::string json) {
  auto document = json::Document::Parse("[" + json + "]");
  EXPECT_TRUE(document.ok()) << json;
  return IsValidPrimitive(*Definitions::R4().Find(type), document->root().At(0));
}

struct Case {
  const char* type;
  std::vector<const char*> good;
  std::vector<const char*> bad;
};

TEST(Primitive, SyntaxIsThatOfR4) {
  const Case cases[] = {
      {"boolean", {"true", "false"}, {"\"true\"", "1", "null"}},
      {"integer", {"0", "-5", "2147483647"}, {"2147483648", "1.0", "\"1\"", "1e3", "-0"}},
      {"positiveInt", {"1"}, {"0", "-1"}},
      {"unsignedInt", {"0"}, {"-1"}},
      {"decimal", {"1.50", "-0.0", "1e-3", "12345678901234567890.123"}, {"\"1\"", "true"}},
      {"id", {"\"a-B.9\""}, {"\"\"", "\"a_b\"", "\"a b\""}},
      {"code", {"\"a\"", "\"a b\"", "\"<\""}, {"\"\"", "\" a\"", "\"a \"", "\"a  b\""}},
      {"string", {"\"a\"", "\"县 医院\\n\""}, {"\"\"", "\" \"", "\"\\u0000\"", "5"}},
      {"uri", {"\"http://a/b\"", "\"urn:oid:1.2\""}, {"\"\"", "\"a b\""}},
      {"oid", {"\"urn:oid:1.2.840\""}, {"\"urn:oid:3.1\"", "\"1.2\"", "\"urn:oid:1.02\"", "\"urn:oid:1\""}},
      {"uuid", {"\"urn:uuid:c757873d-ec9a-4326-a141-556f43239520\""}, {"\"c757873d-ec9a-4326-a141-556f43239520\"", "\"urn:uuid:1\""}},
      {"date", {"\"2020\"", "\"2020-05\"", "\"2020-05-06\""}, {"\"2020-5\"", "\"2020-05-06T00:00:00Z\""}},
      {"dateTime", {"\"2020\"", "\"2020-05-06T10:00:00+08:00\""}, {"\"2020-05-06T10:00\"", "\"yesterday\""}},
      {"instant", {"\"2020-05-06T10:00:00.000Z\""}, {"\"2020\""}},
      {"time", {"\"10:00:00\""}, {"\"10:00\"", "\"25:00:00\""}},
      {"base64Binary", {"\"QUJD\"", "\"QQ==\"", "\"QU JD\\n\""}, {"\"QQ=\"", "\"Q\"", "\"Q=QQ\"", "\"*\""}},
      {"canonical", {"\"http://a|1#x\""}, {"\"a b\""}},
  };
  for (const Case& one : cases) {
    for (const char* json : one.good) EXPECT_TRUE(Valid(one.type, json)) << one.type << " " << json;
    for (const char* json : one.bad) EXPECT_FALSE(Valid(one.type, json)) << one.type << " " << json;
  }
  EXPECT_TRUE(IsValidId(std::string(64, 'a')));
  EXPECT_FALSE(IsValidId(std::string(65, 'a')));
}

}  // namespace
}  // namespace qianxian::fhir
