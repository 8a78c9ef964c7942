// Over HTTP: the official R4 examples come back equal, and the Synthea patients give the known counts.
#include <gtest/gtest.h>

#include "base/text.h"
#include "edge/program.h"
#include "fhir/examples_for_tests.h"
#include "json/value.h"
#include "json/writer.h"

namespace qianxian::tests {
namespace {

// The resource without what the server sets: meta.versionId and meta.lastUpdated, and a meta that holds nothing else.
std::string WithoutServerParts(json::Value resource, bool server_id) {
  json::Writer writer;
  writer.BeginObject();
  for (json::Member member : resource.Members()) {
    if (server_id && member.name == "id") continue;
    if (member.name != "meta") {
      writer.Name(member.name).Copy(member.value);
      continue;
    }
    std::string inner;
    for (json::Member part : member.value.Members()) {
      if (part.name == "versionId" || part.name == "lastUpdated") continue;
      inner += (inner.empty() ? "" : ",") + json::Quote(part.name) + ":" + std::string(part.value.Raw());
    }
    if (!inner.empty()) writer.Name("meta").Raw("{" + inner + "}");
  }
  writer.EndObject();
  return writer.Take();
}

bool SameResource(const std::string& sent, const std::string& got, bool server_id) {
  Result<json::Document> a = json::Document::Parse(sent), b = json::Document::Parse(got);
  if (!a.ok() || !b.ok()) return false;
  Result<json::Document> left = json::Document::Parse(WithoutServerParts(a->root(), server_id));
  Result<json::Document> right = json::Document::Parse(WithoutServerParts(b->root(), server_id));
  return left.ok() && right.ok() && json::Equal(left->root(), right->root());
}

std::string TotalOf(const Server& server, const std::string& query) {
  http::Response found = server.Send("GET", "/fhir/" + query + "&_summary=count");
  Result<json::Document> document = json::Document::Parse(found.body);
  if (!document.ok() || !document->root().Find("total")) return found.body;
  return std::string(document->root().Find("total")->NumberText());
}

TEST(Conformance, OfficialExamplesComeBackEqual) {
  const fhir::tests::NamedTexts& examples = fhir::tests::OfficialExamples();
  if (examples.empty()) GTEST_SKIP() << "no official examples in " << fhir::tests::SharedFolder() << "/conformance";
  Folder folder;
  std::string data = folder.path("data");
  Server server(data);
  ASSERT_TRUE(server.ready());
  server.UseToken(TokenOf(data));
  size_t equal = 0;
  for (const auto& [name, text] : examples) {
    Result<json::Document> document = json::Document::Parse(text);
    ASSERT_TRUE(document.ok()) << name;
    std::string type(document->root().FindString("resourceType")), id(document->root().FindString("id"));
    if (type.empty()) continue;            // package-min-ver.json is no resource
    // Two have no id, one has a longer one than FHIR allows (64): the server gives one.
    bool server_id = id.empty() || id.size() > 64;
    http::Response put = server_id ? server.Send("POST", "/fhir/" + type, text) : server.Send("PUT", "/fhir/" + type + "/" + id, text);
    ASSERT_TRUE(put.status == 200 || put.status == 201) << name << " " << put.status << " " << put.body.substr(0, 500);
    std::string location(put.Header("location"));
    std::string place = location.substr(location.find("/fhir/"), location.find("/_history/") - location.find("/fhir/"));
    // A subscription is tried at once, and what came of it is a version of its own: the one that was sent is asked for.
    http::Response got = server.Send("GET", type == "Subscription" ? location.substr(location.find("/fhir/")) : place);
    ASSERT_EQ(got.status, 200) << name;
    bool same = SameResource(text, got.body, server_id);
    EXPECT_TRUE(same) << name;
    equal += same;
  }
  EXPECT_EQ(examples.size(), 2906u);
  EXPECT_EQ(equal, 2905u);
}

TEST(Conformance, SyntheaGivesTheKnownCounts) {
  std::vector<std::string> bundles = fhir::tests::SyntheaBundles(SIZE_MAX);   // hospitals and practitioners come first
  if (bundles.empty()) GTEST_SKIP() << "no Synthea patients in " << fhir::tests::SharedFolder() << "/data";
  Folder folder;
  std::string data = folder.path("data");
  Server server(data);
  ASSERT_TRUE(server.ready());
  server.UseToken(TokenOf(data));
  size_t created = 0;
  for (std::string& bundle : bundles) {
    http::Response done = server.Send("POST", "/fhir", bundle);
    ASSERT_EQ(done.status, 200) << done.body.substr(0, 1000);
    Result<json::Document> answer = json::Document::Parse(done.body);
    ASSERT_TRUE(answer.ok());
    for (json::Value entry : answer->root().Find("entry")->Elements()) {
      std::string_view status = entry.Find("response")->FindString("status");
      EXPECT_TRUE(StartsWith(status, "20")) << status;
      created += StartsWith(status, "201");
    }
    bundle = {};
  }
  EXPECT_EQ(created, 92'114u);
  EXPECT_EQ(TotalOf(server, "Patient?gender=male"), "56");
  EXPECT_EQ(TotalOf(server, "Observation?patient.gender=male"), "20466");
  EXPECT_EQ(TotalOf(server, "Observation?category=laboratory"), "29206");
  EXPECT_EQ(TotalOf(server, "Observation?date=2020"), "17419");
  EXPECT_EQ(TotalOf(server, "Observation?date=ne2020"), "25510");
  EXPECT_EQ(TotalOf(server, "Observation?date=gt2010"), "38486");
}

}  // namespace
}  // namespace qianxian::tests
