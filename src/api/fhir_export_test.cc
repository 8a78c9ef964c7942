// Bulk Data export, through a real server.
#include "api/bulk_jobs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "api/testing/world.h"
#include "base/files.h"
#include "base/text.h"

namespace qianxian::api {
namespace {

using testing::Answer;
using testing::Headers;
using testing::World;

void Fill(World& world) {
  auto put = [&](const std::string& type, const std::string& id, const std::string& rest) {
    Answer done = world.As("admin", "PUT", "/fhir/" + type + "/" + id, R"({"resourceType":")" + type + R"(","id":")" + id + "\"" + rest + "}");
    ASSERT_EQ(done.status, 201) << done.body;
  };
  put("Organization", "o", R"(,"name":"县医院")");
  put("Patient", "1", ",\n\"gender\":\"male\"");
  put("Patient", "2", R"(,"gender":"female")");
  put("Group", "g", R"(,"type":"person","actual":true,"member":[{"entity":{"reference":"Patient/1"}},{"entity":{"reference":"Patient/2"},"inactive":true}])");
  put("Observation", "a", R"(,"status":"final","code":{"text":"x"},"subject":{"reference":"Patient/1"},"valueQuantity":{"value":1.50})");
  put("Observation", "b", R"(,"status":"final","code":{"text":"y"},"subject":{"reference":"Patient/2"})");
  put("Observation", "c", R"(,"status":"final","code":{"text":"z"})");
}

std::string Below(const std::string& url) { return url.substr(url.find("/fhir/")); }

Answer Export(World& world, const std::string& target) {
  Answer started = world.As("admin", "GET", "/fhir/" + target, "", testing::kAsync);
  EXPECT_EQ(started.status, 202) << started.body;
  return started.status == 202 ? world.Await(started.Header("content-location")) : started;
}

// "Observation 3, Patient 2"
std::string Outputs(const Answer& manifest) {
  std::string all;
  for (size_t i = 0; i < manifest.Count("output"); ++i) {
    std::string one = "output." + std::to_string(i);
    all += (all.empty() ? "" : ", ") + manifest.At(one + ".type") + " " + manifest.At(one + ".count");
  }
  return all;
}

TEST(FhirExport, SystemPatientAndGroup) {
  World world;
  Fill(world);
  Answer all = Export(world, "$export");
  ASSERT_EQ(all.status, 200) << all.body;
  EXPECT_EQ(Outputs(all), "Group 1, Observation 3, Organization 1, Patient 2");
  EXPECT_EQ(all.At("requiresAccessToken"), "true");
  EXPECT_NE(all.At("request").find("/fhir/$export"), std::string::npos);
  EXPECT_EQ(Outputs(Export(world, "Patient/$export")), "Group 1, Observation 2, Patient 2");
  EXPECT_EQ(Outputs(Export(world, "Group/g/$export")), "Group 1, Observation 1, Patient 1") << "members that are active";
  EXPECT_EQ(Outputs(Export(world, "$export?_type=Patient,Organization")), "Patient 2, Organization 1") << "in the order asked for";
  EXPECT_EQ(Outputs(Export(world, "$export?_type=Patient&_typeFilter=Patient%3Fgender%3Dmale")), "Patient 1");
  EXPECT_EQ(Outputs(Export(world, "$export?_type=Patient&_typeFilter=Patient%3Fgender%3Dmale&_typeFilter=Patient%3F_id%3D1,2")), "Patient 2") << "any of them, each once";
  EXPECT_EQ(Outputs(Export(world, "$export?_since=2099-01-01")), "");
}

TEST(FhirExport, FilesAreLinesOfWhatIsStored) {
  World world;
  Fill(world);
  Answer manifest = Export(world, "$export?_type=Observation,Patient");
  ASSERT_EQ(manifest.status, 200) << manifest.body;
  Answer file = world.As("admin", "GET", Below(manifest.At("output.0.url")));
  EXPECT_EQ(file.status, 200);
  EXPECT_EQ(file.Header("content-type"), "application/fhir+ndjson");
  std::string expected;
  for (const char* id : {"a", "b", "c"}) expected += world.As("admin", "GET", "/fhir/Observation/" + std::string(id)).body + "\n";
  EXPECT_EQ(file.body, expected) << "decimals and all";
  Answer patients = world.As("admin", "GET", Below(manifest.At("output.1.url")));
  EXPECT_EQ(std::count(patients.body.begin(), patients.body.end(), '\n'), 2) << "a line each, also of what was sent over several";
}

TEST(FhirExport, IsOfTheStateWhenItWasAsked) {
  World world;
  Fill(world);
  Answer started = world.As("admin", "POST", "/fhir/$export", R"({"resourceType":"Parameters","parameter":[{"name":"_type","valueString":"Patient"}]})", testing::kAsync);
  ASSERT_EQ(started.status, 202) << started.body;
  world.As("admin", "PUT", "/fhir/Patient/3", R"({"resourceType":"Patient","id":"3"})");
  EXPECT_EQ(Outputs(world.Await(started.Header("content-location"))), "Patient 2");
}

TEST(FhirExport, SurvivesARestart) {
  World world;
  Fill(world);
  Answer done = world.As("admin", "GET", "/fhir/$export?_type=Patient", "", testing::kAsync);
  std::string url = done.Header("content-location"), id = url.substr(url.find("_job=") + 5);
  ASSERT_EQ(world.Await(url).status, 200);
  world.Restart();
  Answer again = world.As("admin", "GET", Below(url));
  EXPECT_EQ(Outputs(again), "Patient 2") << again.body;
  // As a process leaves it that was killed between two types.
  std::string path = world.directory() + "/exports/" + id + "/job.json";
  std::string kept = ReadFile(path).value();
  kept = ReplaceAll(ReplaceAll(kept, R"("status":"done")", R"("status":"working")"), R"("types":["Patient"])", R"("types":["Patient","Observation"])");
  ASSERT_NE(kept.find("working"), std::string::npos);
  ASSERT_TRUE(WriteFileDurably(path, kept).ok());
  world.Restart();
  EXPECT_EQ(Outputs(world.Await(url)), "Patient 2, Observation 3") << "it goes on with what is missing";
}

TEST(FhirExport, IsItsOwnersAlone) {
  World world;
  Fill(world);
  world.AddUser("director", "county-director");
  Answer started = world.As("admin", "GET", "/fhir/$export?_type=Patient", "", testing::kAsync);
  std::string status = Below(started.Header("content-location"));
  Answer manifest = world.Await(status);
  EXPECT_EQ(world.As("director", "GET", status).status, 404);
  EXPECT_EQ(world.As("director", "GET", Below(manifest.At("output.0.url"))).status, 404);
  EXPECT_EQ(world.As("director", "DELETE", status).status, 404);
  EXPECT_EQ(world.Send("GET", Below(manifest.At("output.0.url"))).status, 401);
  EXPECT_EQ(world.As("admin", "DELETE", status).status, 202);
  EXPECT_EQ(world.As("admin", "GET", status).status, 404);
  EXPECT_EQ(world.As("admin", "GET", Below(manifest.At("output.0.url"))).status, 404);
  EXPECT_TRUE(std::filesystem::is_empty(world.directory() + "/exports")) << "nothing of it is left";
}

TEST(FhirExport, OldOnesGo) {
  World world;
  Fill(world);
  Answer first = world.As("admin", "GET", "/fhir/$export?_type=Patient", "", testing::kAsync);
  ASSERT_EQ(world.Await(first.Header("content-location")).status, 200);
  world.clock.Advance(int64_t{25} * 3600 * 1'000'000);
  ASSERT_EQ(Export(world, "$export?_type=Patient").status, 200);
  EXPECT_EQ(world.As("admin", "GET", Below(first.Header("content-location"))).status, 404);
}

TEST(FhirExport, BadRequestsAreSaid) {
  World world;
  Fill(world);
  auto status = [&](const std::string& target, const Headers& headers = testing::kAsync) { return world.As("admin", "GET", "/fhir/" + target, "", headers).status; };
  EXPECT_EQ(status("$export", {}), 400) << "without Prefer: respond-async";
  EXPECT_EQ(status("$export?_outputFormat=csv"), 400);
  EXPECT_EQ(status("$export?_type=Nothing"), 400);
  EXPECT_EQ(status("Patient/$export?_type=Organization"), 400) << "never in a patient's compartment";
  EXPECT_EQ(status("$export?_type=Patient&_typeFilter=Observation%3Fstatus%3Dfinal"), 400);
  EXPECT_EQ(status("$export?_typeFilter=Patient%3Fcolour%3Dblue"), 400);
  EXPECT_EQ(status("$export?_since=then"), 400);
  EXPECT_EQ(status("$export?colour=blue"), 400);
  EXPECT_EQ(status("Group/none/$export"), 404);
  EXPECT_EQ(status("Group/$export"), 501);
  EXPECT_EQ(status("Patient/1/$export"), 501);
  EXPECT_EQ(status("$job-status?_job=../x"), 404);
  EXPECT_EQ(status("$job-file?_job=x&_file=Patient.ndjson"), 404);
}

}  // namespace
}  // namespace qianxian::api
