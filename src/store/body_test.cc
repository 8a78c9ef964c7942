#include "store/body.h"

#include <gtest/gtest.h>

namespace qianxian::store {
namespace {

Result<KeptBody> Keep(const std::string& text, const std::string& id = "x") {
  QX_TRY(const json::Document document, json::Document::Parse(text));
  return KeepBody(document, "Patient", id);
}

std::string RoundTrip(const std::string& text) {
  const auto kept = Keep(text);
  EXPECT_TRUE(kept.ok()) << text;
  if (!kept.ok()) return {};
  const Splice splice = Splice::Unpack(kept->splice.Pack());
  EXPECT_EQ(splice, kept->splice);
  const std::string out = AssembleBody(kept->text, splice, "x", 3, Instant{1'700'000'000'123'000});
  const auto document = json::Document::Parse(out);
  EXPECT_TRUE(document.ok()) << out;
  if (document.ok()) {
    EXPECT_EQ(HashBody(document->root()), kept->hash) << out;
  }
  return out;
}

constexpr const char* kMeta = R"("meta":{"versionId":"3","lastUpdated":"2023-11-14T22:13:20.123Z"})";

TEST(Body, IdAndMetaStandWhereTheyStood) {
  const std::string meta = kMeta;
  EXPECT_EQ(RoundTrip(R"({"resourceType":"Patient"})"), R"({"resourceType":"Patient","id":"x",)" + meta + "}");
  EXPECT_EQ(RoundTrip(R"({"id":"x","resourceType":"Patient"})"), R"({"id":"x",)" + meta + R"(,"resourceType":"Patient"})");
  EXPECT_EQ(RoundTrip(R"({"meta":{},"resourceType":"Patient","id": "x" })"),
            "{" + meta + R"(,"resourceType":"Patient","id": "x" })");
  EXPECT_EQ(RoundTrip(R"({"meta":{"lastUpdated":"2001-01-01T00:00:00Z"},"resourceType":"Patient"})"),
            "{" + meta + R"(,"resourceType":"Patient","id":"x"})");
  EXPECT_EQ(RoundTrip(R"({"resourceType":"Patient","meta":{"profile":["p"],"versionId":"9","tag":[ ]},"a":1.0})"),
            R"({"resourceType":"Patient","id":"x","meta":{"versionId":"3","lastUpdated":"2023-11-14T22:13:20.123Z","profile":["p"],"tag":[ ]},"a":1.0})");
}

TEST(Body, HashIsOfTheRest) {
  const std::string base = Keep(R"({"resourceType":"Patient","a":1})")->hash;
  EXPECT_EQ(base.size(), 16u);
  EXPECT_EQ(Keep(R"({"resourceType":"Patient", "id":"x", "a":1})")->hash, base);
  EXPECT_EQ(Keep(R"({"meta":{"versionId":"1"},"resourceType":"Patient","a":1})")->hash, base);
  EXPECT_NE(Keep(R"({"resourceType":"Patient","a":1.0})")->hash, base);
  EXPECT_NE(Keep(R"({"a":1,"resourceType":"Patient"})")->hash, base) << "order is part of what was sent";
  EXPECT_NE(Keep(R"({"meta":{"tag":[]},"resourceType":"Patient","a":1})")->hash, base);
  EXPECT_NE(Keep(R"({"resourceType":"Patient","ab":"c"})")->hash, Keep(R"({"resourceType":"Patient","a":"bc"})")->hash);
}

TEST(Body, RefusesWhatIsNotTheResource) {
  EXPECT_EQ(Keep("3").error().code, "not-a-resource");
  EXPECT_EQ(Keep(R"({"resourceType":"Encounter"})").error().code, "wrong-type");
  EXPECT_EQ(Keep(R"({"a":1})").error().code, "wrong-type");
  EXPECT_EQ(Keep(R"({"resourceType":"Patient","id":7})").error().code, "wrong-id");
  EXPECT_EQ(Keep(R"({"resourceType":"Patient","id":"y"})").error().code, "wrong-id");
  EXPECT_EQ(Keep(R"({"resourceType":"Patient","meta":[]})").error().code, "not-a-resource");
}

TEST(Body, NamesAndIds) {
  EXPECT_TRUE(IsTypeName("Patient"));
  EXPECT_FALSE(IsTypeName("patient"));
  EXPECT_FALSE(IsTypeName(""));
  EXPECT_FALSE(IsTypeName("A'"));
  EXPECT_TRUE(IsResourceId("a-B.9"));
  EXPECT_FALSE(IsResourceId(""));
  EXPECT_FALSE(IsResourceId("a b"));
  EXPECT_FALSE(IsResourceId(std::string(65, 'a')));
}

}  // namespace
}  // namespace qianxian::store
