// The FHIR interface over a real server: what a FHIR client sees.
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "api/testing/world.h"
#include "base/limits.h"
#include "base/text.h"
#include "bytes/compress.h"

namespace qianxian::api {
namespace {

using testing::Answer;
using testing::World;

const std::string kPatient = R"({"resourceType":"Patient","name":[{"family":"王","given":["小明"]}],"gender":"male","birthDate":"1980-05-01"})";

std::string PatientWithId(const std::string& id, const std::string& more = "") {
  return R"({"resourceType":"Patient","id":")" + id + "\"" + more + "}";
}

TEST(FhirApi, CreateReadUpdateDelete) {
  World world;
  Answer created = world.As("admin", "POST", "/fhir/Patient", kPatient);
  ASSERT_EQ(created.status, 201) << created.body;
  std::string id = created.At("id");
  EXPECT_EQ(created.Header("etag"), "W/\"1\"");
  EXPECT_TRUE(EndsWith(created.Header("location"), "/fhir/Patient/" + id + "/_history/1")) << created.Header("location");
  EXPECT_EQ(created.At("meta.versionId"), "1");
  EXPECT_EQ(created.At("name.0.family"), "王");

  Answer read = world.As("admin", "GET", "/fhir/Patient/" + id);
  EXPECT_EQ(read.status, 200);
  EXPECT_EQ(read.body, created.body);
  EXPECT_EQ(read.Header("content-type"), "application/fhir+json; charset=utf-8");
  EXPECT_FALSE(read.Header("last-modified").empty());

  std::string changed = PatientWithId(id, R"(,"gender":"female")");
  Answer updated = world.As("admin", "PUT", "/fhir/Patient/" + id, changed, {{"If-Match", "W/\"1\""}});
  EXPECT_EQ(updated.status, 200) << updated.body;
  EXPECT_EQ(updated.At("meta.versionId"), "2");
  Answer stale = world.As("admin", "PUT", "/fhir/Patient/" + id, changed, {{"If-Match", "W/\"1\""}});
  EXPECT_EQ(stale.status, 412);
  EXPECT_EQ(stale.At("resourceType"), "OperationOutcome");

  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/" + id + "/_history/1").At("gender"), "male");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/" + id + "/_history/9").status, 404);

  EXPECT_EQ(world.As("admin", "DELETE", "/fhir/Patient/" + id).status, 204);
  Answer gone = world.As("admin", "GET", "/fhir/Patient/" + id);
  EXPECT_EQ(gone.status, 410);
  EXPECT_EQ(gone.At("resourceType"), "OperationOutcome");
  EXPECT_EQ(world.As("admin", "DELETE", "/fhir/Patient/" + id).status, 204);
  EXPECT_EQ(world.As("admin", "DELETE", "/fhir/Patient/never").status, 204);

  Answer history = world.As("admin", "GET", "/fhir/Patient/" + id + "/_history");
  EXPECT_EQ(history.status, 200);
  EXPECT_EQ(history.At("total"), "3");
  EXPECT_EQ(history.At("entry.0.request.method"), "DELETE");
  EXPECT_EQ(history.At("entry.0.resource"), "");
  EXPECT_EQ(history.At("entry.2.resource.gender"), "male");
  EXPECT_EQ(world.As("admin", "PUT", "/fhir/Patient/" + id, changed).status, 201) << "brought back";
}

TEST(FhirApi, CreateGivesItsOwnId) {
  World world;
  Answer made = world.As("admin", "POST", "/fhir/Patient", PatientWithId("theirs", R"(,"gender":"male")"));
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_NE(made.At("id"), "theirs");
  EXPECT_EQ(made.At("gender"), "male");
  for (const char* type : {"batch", "transaction"}) {
    Answer many = world.As("admin", "POST", "/fhir", R"({"resourceType":"Bundle","type":")" + std::string(type) + R"(","entry":[{"resource":)" +
                                                         PatientWithId("theirs") + R"(,"request":{"method":"POST","url":"Patient"}}]})");
    EXPECT_EQ(many.At("entry.0.response.status"), "201 Created") << many.body;
  }
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/theirs").status, 404);
}

TEST(FhirApi, CreateOnUpdateKeepsTheClientsId) {
  World world;
  Answer made = world.As("admin", "PUT", "/fhir/Patient/my-1", PatientWithId("my-1"));
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(world.As("admin", "PUT", "/fhir/Patient/my-1", PatientWithId("my-1"), {{"If-None-Match", "*"}}).status, 412);
  EXPECT_EQ(world.As("admin", "PUT", "/fhir/Patient/my-2", PatientWithId("other")).At("issue.0.details.coding.0.code"), "id-mismatch");
  EXPECT_EQ(world.As("admin", "PUT", "/fhir/Patient/bad_id", PatientWithId("bad_id")).status, 400);
}

TEST(FhirApi, ConditionalForms) {
  World world;
  std::string with_identifier = R"({"resourceType":"Patient","identifier":[{"system":"urn:s","value":"1"}]})";
  Answer first = world.As("admin", "POST", "/fhir/Patient", with_identifier, {{"If-None-Exist", "identifier=urn:s|1"}});
  ASSERT_EQ(first.status, 201) << first.body;
  Answer second = world.As("admin", "POST", "/fhir/Patient", with_identifier, {{"If-None-Exist", "identifier=urn:s|1"}});
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(second.At("id"), first.At("id"));

  Answer updated = world.As("admin", "PUT", "/fhir/Patient?identifier=urn:s%7C1",
                            R"({"resourceType":"Patient","identifier":[{"system":"urn:s","value":"1"}],"gender":"male"})");
  EXPECT_EQ(updated.status, 200) << updated.body;
  EXPECT_EQ(updated.At("id"), first.At("id"));
  EXPECT_EQ(updated.At("meta.versionId"), "2");
  Answer made = world.As("admin", "PUT", "/fhir/Patient?identifier=urn:s%7C2", with_identifier);
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(world.As("admin", "PUT", "/fhir/Patient?identifier=urn:s%7C1", with_identifier).status, 412) << "two match now";

  EXPECT_EQ(world.As("admin", "DELETE", "/fhir/Patient?identifier=urn:s%7Cnone").status, 204);
  EXPECT_EQ(world.As("admin", "DELETE", "/fhir/Patient?identifier=urn:s%7C1").status, 412);
  EXPECT_EQ(world.As("admin", "DELETE", "/fhir/Patient").status, 400) << "a delete without a condition";
  EXPECT_EQ(world.As("admin", "DELETE", "/fhir/Patient?gender=male").status, 204);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/" + first.At("id")).status, 410);

  Answer read = world.As("admin", "GET", "/fhir/Patient/" + made.At("id"), "", {{"If-None-Match", "W/\"1\""}});
  EXPECT_EQ(read.status, 304);
  EXPECT_TRUE(read.body.empty());
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/" + made.At("id"), "", {{"If-None-Match", "W/\"2\""}}).status, 200);
  Answer dated = world.As("admin", "GET", "/fhir/Patient/" + made.At("id"), "", {{"If-Modified-Since", made.Header("last-modified")}});
  EXPECT_EQ(dated.status, 304);
}

TEST(FhirApi, EveryErrorIsAnOperationOutcome) {
  World world;
  struct Case {
    const char *method, *target, *body;
    int status;
    const char* code;
  };
  const Case cases[] = {
      {"GET", "/fhir/Patient/none", "", 404, "not-found"},
      {"GET", "/fhir/Nothing/1", "", 404, "not-found"},
      {"GET", "/fhir/QianxianAccount", "", 404, "not-found"},
      {"GET", "/fhir/Patient?colour=blue", "", 400, "not-supported"},
      {"GET", "/fhir/Patient?birthdate=yesterday", "", 400, "invalid"},
      {"GET", "/fhir/Patient/1?name=x", "", 400, "not-supported"},
      {"POST", "/fhir/Patient", "{\"resourceType\":\"Patient\",\"colour\":\"blue\"}", 400, "invalid"},
      {"POST", "/fhir/Patient", "{\"resourceType\":\"Observation\"}", 400, "invalid"},
      {"POST", "/fhir/Patient", "{not json", 400, "invalid"},
      {"POST", "/fhir", "{\"resourceType\":\"Patient\"}", 400, "invalid"},
      {"POST", "/fhir", "{\"resourceType\":\"Bundle\",\"type\":\"searchset\"}", 400, "invalid"},
      {"PATCH", "/fhir/Patient/1/_history", "{}", 405, "not-supported"},
      {"GET", "/fhir/Patient/1/$nothing", "", 501, "not-supported"},
      {"GET", "/fhir/Patient?_format=turtle", "", 406, "invalid"},
      {"GET", "/fhir/Patient/_history?_since=never", "", 400, "invalid"},
  };
  for (const Case& one : cases) {
    Answer answer = world.As("admin", one.method, one.target, one.body);
    EXPECT_EQ(answer.status, one.status) << one.method << " " << one.target << " " << answer.body;
    EXPECT_EQ(answer.At("resourceType"), "OperationOutcome") << one.target << answer.body;
    EXPECT_EQ(answer.At("issue.0.code"), one.code) << one.target << answer.body;
    EXPECT_FALSE(answer.At("issue.0.details.text").empty()) << one.target;
    EXPECT_FALSE(answer.At("issue.0.diagnostics").empty()) << one.target;
  }
  Answer nobody = world.Send("GET", "/fhir/Patient");
  EXPECT_EQ(nobody.status, 401);
  EXPECT_EQ(nobody.At("issue.0.code"), "login");
  EXPECT_EQ(world.Send("GET", "/fhir/Patient", "", {{"Authorization", "Bearer wrong"}}).status, 401);
  EXPECT_EQ(world.As("admin", "POST", "/fhir/Patient", "<Patient/>", {{"Content-Type", "text/turtle"}}).status, 415);
}

TEST(FhirApi, SearchIsStrictUnlessAskedToBeLenient) {
  World world;
  world.As("admin", "POST", "/fhir/Patient", kPatient);
  Answer found = world.As("admin", "GET", "/fhir/Patient?gender=male&_total=accurate");
  EXPECT_EQ(found.status, 200) << found.body;
  EXPECT_EQ(found.At("type"), "searchset");
  EXPECT_EQ(found.At("total"), "1");
  EXPECT_EQ(found.At("entry.0.search.mode"), "match");
  EXPECT_EQ(found.At("link.0.relation"), "self");
  Answer lenient = world.As("admin", "GET", "/fhir/Patient?gender=male&colour=blue", "", {{"Prefer", "handling=lenient"}});
  EXPECT_EQ(lenient.status, 200) << lenient.body;
  EXPECT_EQ(lenient.At("entry.1.search.mode"), "outcome");
  EXPECT_EQ(lenient.At("entry.1.resource.resourceType"), "OperationOutcome");
  EXPECT_EQ(lenient.Count("entry.1.resource.issue"), 1u) << "each note once";
  Answer posted = world.As("admin", "POST", "/fhir/Patient/_search?_total=accurate", "family=%E7%8E%8B",
                           {{"Content-Type", "application/x-www-form-urlencoded"}});
  EXPECT_EQ(posted.status, 200) << posted.body;
  EXPECT_EQ(posted.At("total"), "1");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient?_summary=count").At("total"), "1");
  Answer all = world.As("admin", "GET", "/fhir?_type=Patient,Observation");
  EXPECT_EQ(all.Count("entry"), 1u) << all.body;
}

std::string LinkOf(const Answer& page, const std::string& relation) {
  for (size_t i = 0; i < page.Count("link"); ++i) {
    const std::string link = "link." + std::to_string(i);
    if (page.At(link + ".relation") != relation) continue;
    const std::string url = page.At(link + ".url");
    return url.substr(url.find("/fhir/"));
  }
  return "";
}

TEST(FhirApi, PagesAreOfTheStateOfTheFirst) {
  World world;
  for (int i = 0; i < 5; ++i) world.As("admin", "PUT", "/fhir/Patient/p" + std::to_string(i), PatientWithId("p" + std::to_string(i), R"(,"gender":"male")"));
  for (const char* search : {"/fhir/Patient?gender=male&_count=2", "/fhir/Patient?gender=male&_count=2&_sort=_id&_total=accurate"}) {
    const Answer first = world.As("admin", "GET", search);
    ASSERT_EQ(first.Count("entry"), 2u) << first.body;
    world.As("admin", "DELETE", "/fhir/Patient/p3");
    world.As("admin", "PUT", "/fhir/Patient/p4", PatientWithId("p4", R"(,"gender":"female")"));
    world.As("admin", "PUT", "/fhir/Patient/p5", PatientWithId("p5", R"(,"gender":"male")"));
    const Answer second = world.As("admin", "GET", LinkOf(first, "next"));
    EXPECT_EQ(second.At("entry.1.resource.id"), "p3") << "it was there then";
    EXPECT_EQ(second.At("total"), first.At("total"));
    const Answer third = world.As("admin", "GET", LinkOf(second, "next"));
    ASSERT_EQ(third.Count("entry"), 1u);
    EXPECT_EQ(third.At("entry.0.resource.gender"), "male") << "p4 as it was then";
    EXPECT_EQ(LinkOf(third, "next"), "");
    world.As("admin", "DELETE", "/fhir/Patient/p5");
    for (const char* id : {"p3", "p4"}) world.As("admin", "PUT", std::string("/fhir/Patient/") + id, PatientWithId(id, R"(,"gender":"male")"));
  }
  const Answer unknown = world.As("admin", "GET", "/fhir/Patient?gender=male&_place=99999.s.1");
  EXPECT_EQ(unknown.status, 404) << unknown.body;
  EXPECT_EQ(unknown.At("resourceType"), "OperationOutcome");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient?_place=nonsense").status, 400);
}

TEST(FhirApi, SearchSaysHowItFound) {
  World world;
  world.As("admin", "POST", "/fhir/Patient", kPatient);
  const Answer found = world.As("admin", "GET", "/fhir/Patient?name=wxm&gender=male&_explain=true");
  ASSERT_EQ(found.Count("entry"), 2u) << found.body;
  EXPECT_EQ(found.At("entry.1.search.mode"), "outcome");
  EXPECT_EQ(found.At("entry.1.resource.issue.0.severity"), "information");
  EXPECT_NE(found.body.find("rows of the index"), std::string::npos) << found.body;
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient?name=wxm").Count("entry"), 1u);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient?_content=%E5%B0%8F%E6%98%8E").Count("entry"), 1u);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient?_filter=name%20sw%20wxm%20and%20not%20(gender%20eq%20female)").Count("entry"), 1u);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient?_filter=name%20is%20wxm").status, 400);
}

TEST(FhirApi, PagesFollowTheNextLinkToTheEnd) {
  World world;
  for (int i = 0; i < 7; ++i) ASSERT_EQ(world.As("admin", "POST", "/fhir/Patient", kPatient).status, 201);
  std::set<std::string> seen;
  std::string target = "/fhir/Patient?gender=male&_count=3&_sort=_id";
  int pages = 0;
  for (; !target.empty() && pages < 10; ++pages) {
    Answer page = world.As("admin", "GET", target);
    ASSERT_EQ(page.status, 200) << page.body;
    for (size_t i = 0; i < page.Count("entry"); ++i) seen.insert(page.At("entry." + std::to_string(i) + ".resource.id"));
    target.clear();
    for (size_t i = 0; i < page.Count("link"); ++i) {
      std::string link = "link." + std::to_string(i);
      if (page.At(link + ".relation") == "next") target = page.At(link + ".url");
    }
    if (!target.empty()) target = target.substr(target.find("/fhir/"));
  }
  EXPECT_EQ(seen.size(), 7u);
  EXPECT_EQ(pages, 3);

  std::string history = "/fhir/Patient/_history?_count=4";
  size_t versions = 0;
  while (!history.empty()) {
    Answer page = world.As("admin", "GET", history);
    versions += page.Count("entry");
    ASSERT_LE(versions, 7u);
    std::string next = page.At("link.1.url");
    history = next.empty() ? "" : next.substr(next.find("/fhir/"));
  }
  EXPECT_EQ(versions, 7u);
}

TEST(FhirApi, HistoryAtATime) {
  World world;
  world.clock.Set(Instant{1'704'110'400'000'000});   // noon of 1 January 2024
  auto put = [&](const std::string& id, const std::string& more) { world.As("admin", "PUT", "/fhir/Patient/" + id, PatientWithId(id, more)); };
  auto day = [&] { world.clock.Advance(int64_t{24} * 3600 * 1'000'000); };
  put("a", R"(,"gender":"male")");           // 1 January
  put("b", "");
  day();
  put("a", R"(,"gender":"female")");         // 2 January
  day();
  world.As("admin", "DELETE", "/fhir/Patient/b");   // 3 January
  day();
  put("a", R"(,"gender":"other")");          // 4 January
  auto ids = [&](const std::string& target) {
    Answer answer = world.As("admin", "GET", target);
    EXPECT_EQ(answer.status, 200) << answer.body;
    std::string all;
    for (size_t i = 0; i < answer.Count("entry"); ++i) {
      std::string entry = "entry." + std::to_string(i);
      all += answer.At(entry + ".request.url").substr(8) + answer.At(entry + ".response.etag").substr(3, 1) + " ";
    }
    return all;
  };
  EXPECT_EQ(ids("/fhir/Patient/a/_history?_at=2024-01-01"), "a1 ");
  EXPECT_EQ(ids("/fhir/Patient/a/_history?_at=2024-01-02"), "a2 a1 ") << "one after the other on that day";
  EXPECT_EQ(ids("/fhir/Patient/a/_history?_at=2024-01-02T18:00:00Z"), "a2 ");
  EXPECT_EQ(ids("/fhir/Patient/a/_history?_at=2023"), "");
  EXPECT_EQ(ids("/fhir/Patient/a/_history?_at=2025"), "a3 ") << "still the newest";
  EXPECT_EQ(ids("/fhir/Patient/_history?_at=2024-01-03T18:00:00Z"), "a2 ") << "b is gone";
  EXPECT_EQ(ids("/fhir/_history?_at=2024-01-03"), "b2 a2 b1 ") << "its deletion was of that day";
  EXPECT_EQ(ids("/fhir/_history?_at=2024&_since=2024-01-03"), "a3 b2 ");
  Answer first = world.As("admin", "GET", "/fhir/Patient/_history?_at=2024-01&_count=2");
  EXPECT_EQ(first.At("total"), "5");
  std::string next = first.At("link.1.url");
  put("c", "");
  Answer second = world.As("admin", "GET", next.substr(next.find("/fhir/")));
  EXPECT_EQ(second.At("total"), "5") << "pages are of one state";
  EXPECT_EQ(second.Count("entry"), 2u);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/_history?_at=then").status, 400);
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient/_history?_at=2024&_place=at-x-1").status, 400);
}

TEST(FhirApi, PreferSummaryElementsAndPretty) {
  World world;
  Answer minimal = world.As("admin", "POST", "/fhir/Patient", kPatient, {{"Prefer", "return=minimal"}});
  EXPECT_EQ(minimal.status, 201);
  EXPECT_TRUE(minimal.body.empty());
  EXPECT_FALSE(minimal.Header("location").empty());
  Answer outcome = world.As("admin", "POST", "/fhir/Patient", kPatient, {{"Prefer", "return=OperationOutcome"}});
  EXPECT_EQ(outcome.At("resourceType"), "OperationOutcome");

  std::string rich = R"({"resourceType":"Patient","id":"rich","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},)"
                     R"("active":true,"gender":"male","maritalStatus":{"text":"已婚"},"contact":[{"gender":"female"}]})";
  ASSERT_EQ(world.As("admin", "PUT", "/fhir/Patient/rich", rich).status, 201);
  Answer summary = world.As("admin", "GET", "/fhir/Patient/rich?_summary=true");
  EXPECT_EQ(summary.At("gender"), "male");
  EXPECT_EQ(summary.At("maritalStatus"), "") << "not a summary element";
  EXPECT_EQ(summary.At("text"), "");
  EXPECT_EQ(summary.At("meta.tag.0.code"), "SUBSETTED");
  Answer text = world.As("admin", "GET", "/fhir/Patient/rich?_summary=text");
  EXPECT_NE(text.At("text.div"), "");
  EXPECT_EQ(text.At("gender"), "");
  Answer data = world.As("admin", "GET", "/fhir/Patient/rich?_summary=data");
  EXPECT_EQ(data.At("text"), "");
  EXPECT_EQ(data.At("maritalStatus.text"), "已婚");
  Answer elements = world.As("admin", "GET", "/fhir/Patient?_id=rich&_elements=maritalStatus");
  EXPECT_EQ(elements.At("entry.0.resource.maritalStatus.text"), "已婚");
  EXPECT_EQ(elements.At("entry.0.resource.gender"), "");
  EXPECT_EQ(elements.At("entry.0.resource.active"), "true") << "modifier elements are always shown";
  Answer pretty = world.As("admin", "GET", "/fhir/Patient/rich?_pretty=true");
  EXPECT_NE(pretty.body.find("\n  \"gender\": \"male\""), std::string::npos) << pretty.body;
}

TEST(FhirApi, TransactionLinksItsEntriesAndIsAtomic) {
  World world;
  world.As("admin", "PUT", "/fhir/Practitioner/dr", R"({"resourceType":"Practitioner","id":"dr","identifier":[{"system":"urn:npi","value":"7"}]})");
  world.As("admin", "PUT", "/fhir/Patient/old", PatientWithId("old"));
  std::string bundle = R"({"resourceType":"Bundle","type":"transaction","entry":[
    {"request":{"method":"GET","url":"Patient?_id=old"}},
    {"fullUrl":"urn:uuid:00000000-0000-0000-0000-000000000002","resource":{"resourceType":"Encounter","status":"finished",
      "class":{"code":"IMP"},"subject":{"reference":"urn:uuid:00000000-0000-0000-0000-000000000001"},
      "identifier":[{"value":"urn:uuid:00000000-0000-0000-0000-000000000001"}],
      "participant":[{"individual":{"reference":"Practitioner?identifier=urn:npi|7"}}]},
      "request":{"method":"POST","url":"Encounter"}},
    {"fullUrl":"urn:uuid:00000000-0000-0000-0000-000000000001","resource":{"resourceType":"Patient","gender":"male"},
      "request":{"method":"POST","url":"Patient"}},
    {"request":{"method":"DELETE","url":"Patient/old"}}]})";
  Answer answer = world.As("admin", "POST", "/fhir", bundle);
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.At("type"), "transaction-response");
  EXPECT_EQ(answer.Count("entry"), 4u);
  EXPECT_EQ(answer.At("entry.1.response.status"), "201 Created");
  EXPECT_EQ(answer.At("entry.3.response.status"), "204 No Content");
  EXPECT_EQ(answer.At("entry.0.resource.entry"), "") << "the read comes after the delete";
  Answer encounter = world.As("admin", "GET", "/fhir/Encounter");
  std::string patient = world.As("admin", "GET", "/fhir/Patient?gender=male").At("entry.0.resource.id");
  EXPECT_EQ(encounter.At("entry.0.resource.subject.reference"), "Patient/" + patient);
  EXPECT_EQ(encounter.At("entry.0.resource.participant.0.individual.reference"), "Practitioner/dr");
  EXPECT_EQ(encounter.At("entry.0.resource.identifier.0.value"), "urn:uuid:00000000-0000-0000-0000-000000000001");

  uint64_t before = world.store().LastT();
  for (const char* bad : {R"({"resource":{"resourceType":"Patient","colour":"blue"},"request":{"method":"POST","url":"Patient"}})",
                          R"({"resource":{"resourceType":"Patient","id":"old"},"request":{"method":"PUT","url":"Patient/old","ifMatch":"W/\"77\""}})",
                          R"({"resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"performer":[{"reference":"Practitioner?identifier=urn:npi|none"}]},"request":{"method":"POST","url":"Observation"}})",
                          R"({"request":{"method":"DELETE","url":"Practitioner/dr"}},{"request":{"method":"DELETE","url":"Practitioner/dr"}})"}) {
    Answer refused = world.As("admin", "POST", "/fhir",
                              R"({"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}},)" +
                                  std::string(bad) + "]}");
    EXPECT_GE(refused.status, 400) << bad;
    EXPECT_EQ(refused.At("resourceType"), "OperationOutcome") << bad;
  }
  EXPECT_EQ(world.store().LastT(), before) << "nothing of a refused transaction is written";
}

TEST(FhirApi, BatchEntriesStandEachForItself) {
  World world;
  std::string conditional = R"({"resource":{"resourceType":"Organization","identifier":[{"system":"urn:o","value":"1"}],"name":"医院"},
      "request":{"method":"POST","url":"Organization","ifNoneExist":"identifier=urn:o|1"}})";
  std::string bundle = R"({"resourceType":"Bundle","type":"batch","entry":[)" + conditional + "," + conditional + R"(,
    {"resource":{"resourceType":"Patient","colour":"blue"},"request":{"method":"POST","url":"Patient"}},
    {"resource":{"resourceType":"Patient","id":"b1"},"request":{"method":"PUT","url":"Patient/b1"}},
    {"resource":{"resourceType":"Patient","id":"b1","active":true},"request":{"method":"PUT","url":"Patient/b1"}},
    {"resource":{"resourceType":"Patient","id":"b2"},"request":{"method":"PUT","url":"Patient/b2","ifMatch":"W/\"5\""}},
    {"resource":{"resourceType":"Patient","id":"b3"},"request":{"method":"PUT","url":"Patient/b3"}},
    {"request":{"method":"GET","url":"Patient/b1"}},
    {"request":{"method":"GET","url":"Patient/none"}}]})";
  Answer answer = world.As("admin", "POST", "/fhir", bundle);
  ASSERT_EQ(answer.status, 200) << answer.body;
  const char* expected[] = {"201 Created", "200 OK", "400 Bad Request", "201 Created", "200 OK", "412 Precondition Failed",
                            "201 Created", "200 OK", "404 Not Found"};
  for (size_t i = 0; i < 9; ++i) {
    EXPECT_EQ(answer.At("entry." + std::to_string(i) + ".response.status"), expected[i]) << i << " " << answer.body;
  }
  EXPECT_EQ(answer.At("entry.7.resource.active"), "true");
  EXPECT_EQ(answer.At("entry.2.response.outcome.resourceType"), "OperationOutcome");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Organization?_summary=count").At("total"), "1");
}

TEST(FhirApi, BatchesAtOnceWithTheSameConditionMakeOne) {
  World world;
  world.TokenOf("admin");
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&world] {
      for (int i = 0; i < 15; ++i) {
        std::string value = std::to_string(i);
        Answer done = world.As("admin", "POST", "/fhir", R"({"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Patient","identifier":[{"system":"urn:s","value":")" +
                                                             value + R"("}]},"request":{"method":"POST","url":"Patient","ifNoneExist":"identifier=urn:s|)" + value + "\"}}]}");
        EXPECT_EQ(done.status, 200) << done.body;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(world.As("admin", "GET", "/fhir/Patient?_summary=count").At("total"), "15");
}

TEST(FhirApi, GzipBothWays) {
  World world;
  std::string patient = PatientWithId("z", R"(,"name":[{"text":")" + std::string(5000, 'x') + "\"}]");
  Answer put = world.As("admin", "PUT", "/fhir/Patient/z", bytes::Gzip(patient), {{"Content-Type", "application/fhir+json"}, {"Content-Encoding", "gzip"}});
  ASSERT_EQ(put.status, 201) << put.body;
  Answer packed = world.As("admin", "GET", "/fhir/Patient/z", "", {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(packed.Header("content-encoding"), "gzip");
  EXPECT_LT(packed.body.size(), 1000u);
  EXPECT_EQ(bytes::Gunzip(packed.body, 1 << 20).value(), world.As("admin", "GET", "/fhir/Patient/z").body);
  std::string bomb = bytes::Gzip(std::string(limits::kHttpBodyBytes + 1, ' '));
  Answer refused = world.As("admin", "PUT", "/fhir/Patient/z", bomb, {{"Content-Type", "application/fhir+json"}, {"Content-Encoding", "gzip"}});
  EXPECT_EQ(refused.status, 413);
  EXPECT_EQ(refused.At("resourceType"), "OperationOutcome");
}

TEST(FhirApi, HeadIsGetWithoutBody) {
  World world;
  std::string id = world.As("admin", "POST", "/fhir/Patient", kPatient).At("id");
  Answer head = world.As("admin", "HEAD", "/fhir/Patient/" + id);
  EXPECT_EQ(head.status, 200);
  EXPECT_TRUE(head.body.empty());
  EXPECT_EQ(head.Header("etag"), "W/\"1\"");
}

// The io thread answers these by a look-up; what comes out is what the long way (a parameter makes it) gives.
TEST(FhirApi, PointReadsAreAsTheLongWay) {
  World world;
  std::string id = world.As("admin", "POST", "/fhir/Patient", kPatient).At("id");
  ASSERT_EQ(world.As("admin", "PUT", "/fhir/Patient/" + id, PatientWithId(id, R"(,"gender":"female")")).status, 200);
  ASSERT_EQ(world.As("admin", "DELETE", "/fhir/Patient/" + id).status, 204);
  ASSERT_EQ(world.As("admin", "PUT", "/fhir/Patient/" + id, PatientWithId(id)).status, 201);
  const std::string root = "/fhir/Patient/" + id;
  for (const char* method : {"GET", "HEAD"}) {
    for (const std::string& target : {root, root + "/_history/1", root + "/_history/2", root + "/_history/3", root + "/_history/4", root + "/_history/5",
                                      root + "/_history/0", root + "/_history/x", std::string("/fhir/Patient/nobody"), std::string("/fhir/Nothing/1"),
                                      std::string("/fhir/QianxianSession/1"), std::string("/fhir/Patient/a_b")}) {
      for (const std::pair<std::string, std::string>& field : std::vector<std::pair<std::string, std::string>>{
               {"X-None", "1"}, {"If-None-Match", "W/\"4\""}, {"If-None-Match", "\"7\", W/\"2\""}, {"If-None-Match", "*"},
               {"If-Modified-Since", "Tue, 01 Jan 2030 00:00:00 GMT"}, {"If-Modified-Since", "Tue, 01 Jan 2019 00:00:00 GMT"}}) {
        Answer quick = world.As("admin", method, target, "", {field});
        Answer slow = world.As("admin", method, target + "?_format=json", "", {field});
        EXPECT_EQ(quick.status, slow.status) << method << " " << target << " " << field.second;
        EXPECT_EQ(quick.body, slow.body) << method << " " << target << " " << field.second;
        for (const char* name : {"etag", "last-modified", "content-type"}) EXPECT_EQ(quick.Header(name), slow.Header(name)) << target;
      }
    }
  }
  EXPECT_EQ(world.As("admin", "GET", root + "/_history/2").At("gender"), "female");
  EXPECT_EQ(world.As("admin", "GET", root + "/_history/4", "", {{"If-None-Match", "W/\"4\""}}).status, 304);
}

TEST(FhirApi, MetadataNamesEveryTypeAndNeedsNoSession) {
  World world;
  Answer metadata = world.Send("GET", "/fhir/metadata");
  ASSERT_EQ(metadata.status, 200);
  EXPECT_EQ(metadata.At("resourceType"), "CapabilityStatement");
  EXPECT_EQ(metadata.At("fhirVersion"), "4.0.1");
  EXPECT_EQ(metadata.Count("rest.0.resource"), 146u) << "the concrete resource types of R4";
  std::string named = metadata.body;
  named.insert(1, "\"id\":\"us\",");
  Answer stored = world.As("admin", "PUT", "/fhir/CapabilityStatement/us", named);
  EXPECT_EQ(stored.status, 201) << "it is a valid resource itself: " << stored.At("issue.0.diagnostics");
}

TEST(FhirApi, PacksAndLedgerAreShownAsResources) {
  World world;
  Answer measure = world.As("admin", "GET", "/fhir/Measure/inpatient-in-county-share");
  EXPECT_EQ(measure.status, 200) << measure.body;
  EXPECT_EQ(measure.At("resourceType"), "Measure");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/ExplanationOfBenefit/setl-S1").At("id"), "setl-S1");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/ExplanationOfBenefit?patient.identifier=P1").At("total"), "1");
  EXPECT_EQ(world.As("admin", "GET", "/fhir/ExplanationOfBenefit?identifier=S1").At("entry.0.resource.id"), "setl-S1");
  Answer none = world.As("admin", "GET", "/fhir/ExplanationOfBenefit?identifier=S9&_total=accurate");
  EXPECT_EQ(none.status, 200);
  EXPECT_EQ(none.Count("entry"), 0u);
}

}  // namespace
}  // namespace qianxian::api
