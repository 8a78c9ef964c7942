// Topics and Subscriptions as they are read, and what is refused.
#include "subscribe/topic.h"

#include <gtest/gtest.h>

#include "base/limits_exchange.h"
#include "search/custom_parameters.h"
#include "subscribe/judge.h"
#include "subscribe/world_for_tests.h"

namespace qianxian::subscribe {
namespace {

constexpr std::string_view kPrefix = "http://hl7.org/fhir/5.0/StructureDefinition/extension-SubscriptionTopic.";

std::string TopicText(const std::string& triggers, const std::string& filters = {}) {
  std::string prefix(kPrefix);
  return R"({"resourceType":"Basic","id":"admission","code":{"coding":[{"system":"http://hl7.org/fhir/fhir-types","code":"SubscriptionTopic"}]},"extension":[{"url":")" +
         prefix + R"(url","valueUri":"http://example.org/topic/admission"},{"url":")" + prefix + R"(title","valueString":"Admission"})" + triggers + filters + "]}";
}

std::string TriggerText(const std::string& parts) { return R"(,{"url":")" + std::string(kPrefix) + R"(resourceTrigger","extension":[)" + parts + "]}"; }

const std::string kAdmission = TriggerText(
    R"({"url":"resource","valueUri":"http://hl7.org/fhir/StructureDefinition/Encounter"},{"url":"supportedInteraction","valueCode":"create"},
       {"url":"supportedInteraction","valueCode":"update"},{"url":"queryCriteria","extension":[{"url":"previous","valueString":"status:not=in-progress"},
       {"url":"resultForCreate","valueCode":"test-passes"},{"url":"current","valueString":"Encounter?status=in-progress"},
       {"url":"resultForDelete","valueCode":"test-fails"},{"url":"requireBoth","valueBoolean":true}]})");
const std::string kByPatient = R"(,{"url":")" + std::string(kPrefix) + R"(canFilterBy","extension":[{"url":"resource","valueUri":"Encounter"},{"url":"filterParameter","valueString":"patient"}]})";

Result<Topic> Read(const std::string& text) {
  auto document = json::Document::Parse(text);
  EXPECT_TRUE(document.ok());
  return ReadTopic(TestParameters(), document->root());
}

bool Judge(const Topic& topic, const std::string& previous, const std::string& current) {
  JudgeTools tools{fhir::Definitions::R4(), TestParameters(), Instant{1'700'000'000'000'000}};
  auto body = [](const std::string& status) { return json::Document::Parse(R"({"resourceType":"Encounter","id":"e","status":")" + status + R"(","class":{"code":"IMP"}})"); };
  auto before = body(previous), now = body(current);
  store::Resource resource;
  resource.type = "Encounter";
  resource.id = "e";
  Occurrence occurrence;
  if (!previous.empty()) occurrence.previous = &resource, occurrence.previous_body = before->root();
  if (!current.empty()) occurrence.current = &resource, occurrence.current_body = now->root();
  occurrence.interaction = previous.empty() ? Interaction::kCreate : current.empty() ? Interaction::kDelete : Interaction::kUpdate;
  return Concerns(tools, topic, Subscription(), occurrence);
}

TEST(Topic, BuiltInForEveryType) {
  auto topic = BuiltInTopic(TestParameters(), kEncounters);
  ASSERT_TRUE(topic);
  EXPECT_TRUE(topic->IsAbout("Encounter"));
  EXPECT_FALSE(topic->IsAbout("Patient"));
  EXPECT_TRUE(topic->MayFilter("Encounter", "patient"));
  EXPECT_TRUE(Judge(*topic, "", "planned"));
  EXPECT_TRUE(Judge(*topic, "planned", "finished"));
  EXPECT_TRUE(Judge(*topic, "planned", ""));
  EXPECT_FALSE(BuiltInTopic(TestParameters(), "https://fhir.qianxian.cn/SubscriptionTopic/Nothing"));
}

TEST(Topic, TestsWhatWasAndWhatIs) {
  auto topic = Read(TopicText(kAdmission, kByPatient));
  ASSERT_TRUE(topic.ok()) << Describe(topic.error());
  EXPECT_EQ(topic->url, "http://example.org/topic/admission");
  EXPECT_EQ(topic->title, "Admission");
  EXPECT_TRUE(Judge(*topic, "planned", "in-progress"));
  EXPECT_FALSE(Judge(*topic, "in-progress", "in-progress")) << "it was so before";
  EXPECT_FALSE(Judge(*topic, "in-progress", "finished"));
  EXPECT_TRUE(Judge(*topic, "", "in-progress")) << "resultForCreate";
  EXPECT_FALSE(Judge(*topic, "planned", "")) << "deletes are not among its interactions";
  EXPECT_TRUE(topic->MayFilter("Encounter", "patient"));
  EXPECT_FALSE(topic->MayFilter("Encounter", "status"));
}

TEST(Topic, AsksFhirPath) {
  std::string resource = R"({"url":"resource","valueUri":"Encounter"},)";
  auto topic = Read(TopicText(TriggerText(resource + R"({"url":"fhirPathCriteria","valueString":"%previous.status = 'planned' and %current.status = 'cancelled'"})")));
  ASSERT_TRUE(topic.ok()) << Describe(topic.error());
  EXPECT_TRUE(Judge(*topic, "planned", "cancelled"));
  EXPECT_FALSE(Judge(*topic, "arrived", "cancelled"));
  EXPECT_FALSE(Judge(*topic, "", "cancelled")) << "there was nothing before";
  auto gone = Read(TopicText(TriggerText(resource + R"x({"url":"fhirPathCriteria","valueString":"%current.empty()"})x")));
  ASSERT_TRUE(gone.ok());
  EXPECT_TRUE(Judge(*gone, "planned", ""));
  EXPECT_FALSE(Judge(*gone, "planned", "arrived"));
}

TEST(Topic, RefusesWhatItCannotJudge) {
  std::string resource = R"({"url":"resource","valueUri":"Encounter"},)";
  EXPECT_EQ(Read(TopicText("")).error().code, "bad-topic");
  EXPECT_EQ(Read(TopicText(TriggerText(R"({"url":"resource","valueUri":"Spaceship"})"))).error().code, "bad-topic");
  EXPECT_EQ(Read(TopicText(TriggerText(resource + R"({"url":"supportedInteraction","valueCode":"read"})"))).error().code, "bad-topic");
  auto with_current = [&](const std::string& query) {
    return Read(TopicText(TriggerText(resource + R"({"url":"queryCriteria","extension":[{"url":"current","valueString":")" + query + R"("}]})"))).error().code;
  };
  EXPECT_EQ(with_current("subject:Patient.name=li"), "unsupported-filter");
  EXPECT_EQ(with_current("nonsense=1"), "unknown-parameter");
  EXPECT_EQ(with_current("Patient?name=li"), "bad-criteria");
  EXPECT_EQ(Read(TopicText(TriggerText(resource + R"({"url":"fhirPathCriteria","valueString":"((("})"))).error().code, "bad-expression");
}

// A search parameter that the record defines is asked of bodies: it need not be indexed for that.
TEST(Topic, AsksTheRecordsOwnParameters) {
  const auto parameters = TestParameters().Share();
  const auto definition = search::ReadCustomDefinition(*parameters, json::Document::Parse(
      R"({"resourceType":"SearchParameter","id":"p","status":"active","code":"eye","type":"token","base":["Patient"],"expression":"Patient.extension('urn:eye').value"})")->root()).value();
  const auto progress = std::make_shared<search::IndexProgress>();
  progress->all = 10;
  parameters->SetCustom(search::CustomParameters::Create(*parameters, {{std::make_shared<const search::CustomDefinition>(*definition), "Patient", search::kFirstCustomNumber, 1, progress}}).value());
  const search::Query query = ReadCriteria(*parameters, "Patient", "Patient?eye=blue").value();
  parameters->SetCustom(nullptr);
  const JudgeTools tools{fhir::Definitions::R4(), *parameters, Instant{0}};
  for (const char* eye : {"blue", "green"}) {
    const auto document = json::Document::Parse(R"({"resourceType":"Patient","id":"a","extension":[{"url":"urn:eye","valueCode":")" + std::string(eye) + "\"}]}").value();
    store::Resource resource;
    resource.type = "Patient";
    resource.id = "a";
    EXPECT_EQ(Meets(tools, query, resource, document.root()), eye == std::string("blue"));
  }
}

TEST(Subscription, ReadsTheBackportsExtensions) {
  TestWorld world;
  EXPECT_TRUE(world.Check(TestWorld::Text("s", kEncounters, TestWorld::Hook(), "Encounter?patient=Patient/p1&status=finished")).ok());
  auto code = [&](const std::string& topic, const std::string& channel, const std::string& filter = {}) {
    Status checked = world.Check(TestWorld::Text("s", topic, channel, filter));
    return checked.ok() ? std::string("ok") : checked.error().code;
  };
  EXPECT_EQ(code("http://example.org/nothing", TestWorld::Hook()), "unknown-topic");
  EXPECT_EQ(code(kEncounters, R"({"type":"email","endpoint":"mailto:a@b"})"), "unsupported-channel");
  EXPECT_EQ(code(kEncounters, R"({"type":"rest-hook","endpoint":"https://127.0.0.1/x"})"), "ok");
  EXPECT_EQ(code(kEncounters, R"({"type":"rest-hook","endpoint":"ftp://127.0.0.1/x"})"), "bad-endpoint");
  EXPECT_EQ(code(kEncounters, R"({"type":"rest-hook","endpoint":"http://user@127.0.0.1/x"})"), "bad-endpoint");
  EXPECT_EQ(code(kEncounters, R"({"type":"rest-hook","endpoint":"http://127.0.0.1:9/x","payload":"application/fhir+xml"})"), "unsupported-payload");
  EXPECT_EQ(code(kEncounters, R"({"type":"rest-hook","endpoint":"http://127.0.0.1:9/x","header":["Host: evil"]})"), "bad-subscription");
  EXPECT_EQ(code(kEncounters, R"({"type":"rest-hook","endpoint":"http://127.0.0.1:9/x","header":["X-Key: a\r\nX-Other: b"]})"), "bad-subscription");
  EXPECT_EQ(code(kEncounters, TestWorld::Hook("everything")), "bad-subscription");
  EXPECT_EQ(code(kEncounters, TestWorld::Hook(), "Patient?name=li"), "bad-subscription") << "not a type of the topic";
  EXPECT_EQ(code(kEncounters, TestWorld::Hook(), "Encounter?patient.name=li"), "unsupported-filter");
  auto number = [&](const std::string& name, int value) {
    return code(kEncounters, TestWorld::Hook("empty", R"(,"extension":[{"url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/)" + name +
                                                          R"(","valueUnsignedInt":)" + std::to_string(value) + "}]"));
  };
  EXPECT_EQ(number("backport-heartbeat-period", limits::kSubscriptionHeartbeatSeconds), "ok");
  EXPECT_EQ(number("backport-heartbeat-period", limits::kSubscriptionHeartbeatSeconds + 1), "bad-subscription");
  EXPECT_EQ(number("backport-timeout", limits::kSubscriptionTimeoutSeconds + 1), "bad-subscription");
  EXPECT_EQ(number("backport-max-count", limits::kSubscriptionEventsAtOnce + 1), "bad-subscription");
}

TEST(Subscription, GoesOnlyWhereItIsAllowedTo) {
  TestWorld world;
  auto code = [&](const std::string& endpoint) {
    Status checked = world.Check(TestWorld::Text("s", kEncounters, R"({"type":"rest-hook","endpoint":")" + endpoint + "\"}"));
    return checked.ok() ? std::string("ok") : checked.error().code;
  };
  for (const char* allowed : {"http://127.0.0.1:1/", "http://localhost/x", "http://[::1]:80/x", "http://HOOK.example:8080/x", "https://127.0.0.1:1/", "https://[::1]/x",
                              "https://hook.example:8080/x"}) EXPECT_EQ(code(allowed), "ok") << allowed;
  for (const char* refused : {"http://10.0.0.1/", "http://hook.example/x", "http://127.0.0.1.evil.example/", "http://169.254.169.254/latest", "https://10.0.0.1/",
                              "https://hook.example/x", "https://hook.example:443/x", "https://127.0.0.1.evil.example/"}) {
    EXPECT_EQ(code(refused), "endpoint-not-allowed") << refused;
  }
}

TEST(Topic, StoredOnesAreFoundByTheirUrl) {
  TestWorld world;
  std::string topic = TopicText(kAdmission, kByPatient);
  world.Put("Basic", "admission", topic);
  std::string url = "http://example.org/topic/admission";
  EXPECT_TRUE(world.Check(TestWorld::Text("s", url, TestWorld::Hook(), "Encounter?patient=Patient/p1")).ok());
  EXPECT_EQ(world.Check(TestWorld::Text("s", url, TestWorld::Hook(), "Encounter?status=finished")).error().code, "bad-subscription");
  world.Subscribe("li", "s", TestWorld::Text("s", url, TestWorld::Hook()));
  world.Work();
  EXPECT_EQ(world.service->TopicUrls(), std::vector<std::string>{url});
  world.PutEncounter("e1", "planned");
  world.PutEncounter("e1", "in-progress");
  world.PutEncounter("e1", "finished");
  world.Work();
  EXPECT_EQ(world.Seen("s"), std::vector<std::string>{"1:Encounter/e1"});
  world.Delete("Basic", "admission");
  world.Work();
  EXPECT_EQ(world.StatusOf("s"), "error") << "its topic is gone";
}

}  // namespace
}  // namespace qianxian::subscribe
