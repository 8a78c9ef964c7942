// FHIR files: bundles, single resources, NDJSON; ids and references; what is refused.
#include "bytes/compress.h"
#include "intake/import_test_tools.h"

namespace qianxian::intake {
namespace {

class FhirFilesTest : public ImportTest {
 protected:
  Result<Summary> ImportJson(const std::string& text, const std::string& name = "x.json") {
    return Import(Kind::kFhir, Write(name, text));
  }
};

constexpr const char* kTransaction = R"({"resourceType":"Bundle","type":"transaction","entry":[
  {"fullUrl":"urn:uuid:11111111-1111-4111-8111-111111111111","resource":{"resourceType":"Patient","gender":"male"},"request":{"method":"POST","url":"Patient"}},
  {"fullUrl":"urn:uuid:22222222-2222-4222-8222-222222222222","resource":{"resourceType":"Observation","id":"own-id","status":"final",
    "code":{"text":"x"},"subject":{"reference":"urn:uuid:11111111-1111-4111-8111-111111111111"}},"request":{"method":"POST","url":"Observation"}},
  {"resource":{"resourceType":"Observation","status":"final","code":{"text":"y"},
    "subject":{"reference":"urn:uuid:11111111-1111-4111-8111-111111111111"}},"request":{"method":"PUT","url":"Observation/put-id"}}]})";

TEST_F(FhirFilesTest, ATransactionsReferencesLeadToItsEntriesAndARepeatMakesNoDoubles) {
  ExpectCounts(ImportJson(kTransaction), 3, 0, 0, 0);
  Read("Patient", "11111111-1111-4111-8111-111111111111");
  EXPECT_NE(Read("Observation", "own-id").body.find(R"("reference":"Patient/11111111-1111-4111-8111-111111111111")"), std::string::npos);
  EXPECT_NE(Read("Observation", "put-id").body.find(R"("reference":"Patient/11111111-1111-4111-8111-111111111111")"), std::string::npos);
  ExpectCounts(ImportJson(kTransaction), 0, 3, 0, 0);
  EXPECT_EQ(Count("Observation"), 2u);
}

TEST_F(FhirFilesTest, ATransactionIsAllOrNothingABatchIsNot) {
  const std::string entries = R"("entry":[
    {"resource":{"resourceType":"Patient","id":"a","gender":"male"},"request":{"method":"POST","url":"Patient"}},
    {"resource":{"resourceType":"Patient","id":"b","gender":"nonsense"},"request":{"method":"POST","url":"Patient"}},
    {"resource":{"resourceType":"Nonsense","id":"c"},"request":{"method":"POST","url":"Nonsense"}}]})";
  const auto transaction = ImportJson(R"({"resourceType":"Bundle","type":"transaction",)" + entries);
  ExpectCounts(transaction, 0, 0, 0, 3);
  EXPECT_EQ(Count("Patient"), 0u);
  const auto batch = ImportJson(R"({"resourceType":"Bundle","type":"batch",)" + entries);
  ExpectCounts(batch, 1, 0, 0, 2);
  EXPECT_EQ(Count("Patient"), 1u);
  auto report = ReportOf(*batch);
  ASSERT_GE(report.size(), 2u);
  EXPECT_EQ(report[0]["LINE"], "2");
  EXPECT_EQ(report[0]["COLUMN"], "Patient.gender");
  EXPECT_EQ(report.back()["CODE"], "not-a-resource");
  EXPECT_NE(report.back()["REASON_ZH"], "");
}

TEST_F(FhirFilesTest, ReferencesByIdentifierFindWhatIsThereAndAreKeptWhereNothingIs) {
  ExpectCounts(ImportJson(R"({"resourceType":"Practitioner","id":"doc","identifier":[{"system":"http://npi","value":"7"}]})"), 1, 0, 0, 0);
  const auto summary = ImportJson(R"({"resourceType":"Bundle","type":"collection","entry":[
    {"resource":{"resourceType":"Location","id":"loc","identifier":[{"system":"http://l","value":"1"}]}},
    {"resource":{"resourceType":"Encounter","id":"e","status":"finished","class":{"code":"AMB"},
      "participant":[{"individual":{"reference":"Practitioner?identifier=http://npi|7"}}],
      "location":[{"location":{"reference":"Location?identifier=http%3A%2F%2Fl%7C1"}}],
      "serviceProvider":{"reference":"Organization?identifier=http://o|9"}}}]})");
  ExpectCounts(summary, 2, 0, 0, 0);
  const std::string body = Read("Encounter", "e").body;
  EXPECT_NE(body.find(R"("reference":"Practitioner/doc")"), std::string::npos) << body;
  EXPECT_NE(body.find("Organization?identifier=http://o|9"), std::string::npos);
  bool said = false;
  for (const std::string& note : summary->notes_en) said = said || note.find("Organization?") != std::string::npos;
  EXPECT_TRUE(said);
}

TEST_F(FhirFilesTest, IfNoneExistUsesWhatIsThere) {
  ExpectCounts(ImportJson(R"({"resourceType":"Practitioner","id":"doc","identifier":[{"system":"http://npi","value":"7"}]})"), 1, 0, 0, 0);
  const auto summary = ImportJson(R"({"resourceType":"Bundle","type":"transaction","entry":[
    {"fullUrl":"urn:uuid:33333333-3333-4333-8333-333333333333","resource":{"resourceType":"Practitioner","identifier":[{"system":"http://npi","value":"7"}]},
     "request":{"method":"POST","url":"Practitioner","ifNoneExist":"identifier=http://npi|7"}},
    {"resource":{"resourceType":"PractitionerRole","id":"r","practitioner":{"reference":"urn:uuid:33333333-3333-4333-8333-333333333333"}},
     "request":{"method":"POST","url":"PractitionerRole"}}]})");
  ExpectCounts(summary, 1, 1, 0, 0);
  EXPECT_EQ(Count("Practitioner"), 1u);
  EXPECT_NE(Read("PractitionerRole", "r").body.find("Practitioner/doc"), std::string::npos);
}

TEST_F(FhirFilesTest, LinesOfNdjson) {
  const std::string text = "{\"resourceType\":\"Patient\",\"id\":\"a\"}\n\n{\"resourceType\":\"Patient\",\"id\":\n"
                           "{\"resourceType\":\"Patient\",\"id\":\"b\",\"nonsense\":1}\r\n{\"resourceType\":\"Patient\",\"gender\":\"female\"}";
  const auto summary = ImportJson(text, "x.ndjson");
  ExpectCounts(summary, 2, 0, 0, 2);
  EXPECT_EQ(CodesOf(summary)[0], "3::bad-json");
  EXPECT_EQ(ReportOf(*summary)[1]["LINE"], "4");
  ExpectCounts(ImportJson(text, "x.ndjson"), 0, 2, 0, 2);
  // The same lines under a name that does not tell.
  ExpectCounts(ImportJson(text, "y.json"), 0, 2, 0, 2);
}

TEST_F(FhirFilesTest, FoldersArePackedAndMixed) {
  Write("in/b/2.ndjson", "{\"resourceType\":\"Patient\",\"id\":\"n1\"}\n{\"resourceType\":\"Patient\",\"id\":\"n1\",\"active\":true}\n");
  Write("in/a/1.json.gz", bytes::Gzip(kTransaction));
  Write("in/readme.txt", "no");
  Write("in/broken.json", "{");
  const auto summary = Import(Kind::kFhir, folder_ + "/in");
  ExpectCounts(summary, 4, 0, 1, 1);
  EXPECT_EQ(ReportOf(*summary)[0]["FILE"], "broken.json");
  EXPECT_NE(Read("Patient", "n1").body.find("true"), std::string::npos);
  EXPECT_EQ(CodesOf(ImportJson("{", "alone.json")), std::vector<std::string>{"bad-json"});
  EXPECT_EQ(CodesOf(Import(Kind::kFhir, Write("empty/readme.txt", "").substr(0, folder_.size() + 6))), std::vector<std::string>{"no-file"});
}

TEST_F(FhirFilesTest, DeletesAndWhatNobodyMayTouch) {
  ExpectCounts(ImportJson(kTransaction), 3, 0, 0, 0);
  const auto summary = ImportJson(R"({"resourceType":"Bundle","type":"batch","entry":[
    {"request":{"method":"DELETE","url":"Observation/own-id"}},{"request":{"method":"DELETE","url":"Observation?code=1"}},
    {"request":{"method":"GET","url":"Patient"}},{"request":{"method":"DELETE","url":"DocumentReference/ledger-settlement-000001"}},
    {"resource":{"resourceType":"QianxianAccount","id":"admin"},"request":{"method":"PUT","url":"QianxianAccount/admin"}}]})");
  ExpectCounts(summary, 0, 0, 1, 3);
  EXPECT_EQ(CodesOf(summary)[1].substr(CodesOf(summary)[1].rfind(':')), ":kept-by-program");
  EXPECT_EQ(Snapshot()->Read("Observation", "own-id").error().code, "deleted");
  const access::Caller it{.user = "it", .role = access::Role::kHospitalIt, .organizations = {"H1"}};
  // What belongs to the county, or to another hospital, is out of a hospital's reach.
  const auto theirs = Import({.kind = Kind::kFhir, .paths = {Write("t.json", R"({"resourceType":"Observation","id":"put-id","status":"final","code":{"text":"z"}})")},
                              .organization = "H1"}, it);
  ExpectCounts(theirs, 0, 0, 0, 1);
  EXPECT_EQ(CodesOf(theirs)[0], "1::not-yours");
  // What a hospital's own people bring without saying for whom is the hospital's.
  ExpectCounts(Import({.kind = Kind::kFhir, .paths = {Write("t.json", R"({"resourceType":"Patient","id":"mine"})")}}, it), 1, 0, 0, 0);
  EXPECT_EQ(Read("Patient", "mine").owner, "H1");
}

TEST_F(FhirFilesTest, SyntheaHasTheKnownCounts) {
  const std::string folder = std::string(QIANXIAN_SOURCE_DIR) + "/../shared/data/synthea/blaze-test-data";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no sample records at " << folder;
  // A dozen patients with the hospitals and practitioners; the whole set is measured by bench/import_bench.
  std::filesystem::create_directories(folder_ + "/in");
  size_t taken = 0, expected_patients = 0;
  const auto files = ListFiles(folder);
  for (const auto& path : files.value()) {
    const std::string name = std::filesystem::path(path).filename().string();
    const bool shared_parts = name.starts_with("0-");
    if (!shared_parts && ++taken > 12) break;
    expected_patients += !shared_parts;
    std::filesystem::copy(path, folder_ + "/in/" + name);
  }
  const auto summary = Import(Kind::kFhir, folder_ + "/in");
  ASSERT_TRUE(summary.ok()) << Describe(summary.error());
  EXPECT_EQ(summary->counts.rejected, 0u) << (CodesOf(summary).empty() ? "" : CodesOf(summary)[0]);
  EXPECT_EQ(summary->counts.replaced + summary->counts.unchanged, 0u);
  EXPECT_EQ(Count("Patient"), expected_patients);
  EXPECT_EQ(Count("Practitioner"), 195u);
  EXPECT_EQ(Count("PractitionerRole"), 195u);
  EXPECT_EQ(Count("Organization"), 194u);
  EXPECT_EQ(Count("Location"), 194u);
  uint64_t unresolved = 0;
  for (const std::string& note : summary->notes_en) unresolved += note.find("kept as written") != std::string::npos;
  EXPECT_EQ(unresolved, 0u);
  const auto again = Import(Kind::kFhir, folder_ + "/in");
  ExpectCounts(again, 0, summary->counts.accepted, 0, 0);
}

}  // namespace
}  // namespace qianxian::intake
