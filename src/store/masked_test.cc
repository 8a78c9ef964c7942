// What whoever sees masked is shown: nothing of who somebody is, everything else as it stands.
#include "store/masked.h"

#include <gtest/gtest.h>

#include "json/value.h"
#include "store/contract/contract.h"

namespace qianxian::store {
namespace {

// Every string that tells who somebody is, in every place where FHIR or our own records keep it.
constexpr const char* kPatient = R"({"resourceType":"Patient","id":"p1","meta":{"versionId":"3","profile":["http://x"],"security":[{"code":"R"}]},
  "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">王建国</div>"},
  "identifier":[{"system":"https://fhir.qianxian.cn/id-card","value":"110101199003072316"},{"system":"https://fhir.qianxian.cn/medical-record-number/H1","value":"A1001"},
    {"system":"urn:other","value":"11010119900307231X"},{"type":{"coding":[{"code":"PPN"}]},"value":"E12345678"}],
  "name":[{"use":"official","text":"王建国","family":"王","given":["建国"],"_text":{"extension":[{"url":"x","valueString":"王建国"}]}}],
  "telecom":[{"system":"phone","value":"13800001101","use":"mobile"},{"system":"email","value":"wang.jianguo@example.cn"},{"system":"phone","value":"6123456"}],
  "gender":"male","birthDate":"1956-03-12","_birthDate":{"extension":[{"url":"x","valueString":"王建国"}]},
  "address":[{"text":"云岭县青石镇上河村三组12号","line":["上河村三组12号"],"district":"云岭县","postalCode":"650000"}],
  "contact":[{"name":{"text":"王小明"},"telecom":[{"value":"13900002202"}]}],"photo":[{"data":"AAAA"}],
  "maritalStatus":{"coding":[{"code":"M"}]},"extension":[{"url":"mother","valueString":"李大妈"},{"url":"flag","valueBoolean":true}],
  "managingOrganization":{"reference":"Organization/T1","display":"青石镇卫生院"},
  "contained":[{"resourceType":"RelatedPerson","id":"r","name":[{"text":"王小明"}]},{"resourceType":"Organization","id":"o","name":"东风厂"}]})";

const std::vector<std::string> kTelling = {"建国", "国", "13800001101", "6123456", "jianguo", "110101199003072316", "11010119900307231X", "E12345678", "上河村", "12号",
                                           "小明", "13900002202", "李大妈", "AAAA", "650000"};

json::Document Parse(const std::string& text) { return std::move(json::Document::Parse(text)).value(); }

TEST(Masked, NothingOfAPatientTellsWhoHeIs) {
  const std::string body = MaskedBody("Patient", kPatient).value();
  for (const std::string& telling : kTelling) EXPECT_EQ(body.find(telling), std::string::npos) << telling << " in " << body;
  const json::Document document = Parse(body);
  const json::Value root = document.root();
  EXPECT_EQ(root.Find("name")->At(0).FindString("text"), "王**");
  EXPECT_EQ(root.Find("telecom")->At(0).FindString("value"), "138****1101");
  EXPECT_EQ(root.Find("identifier")->At(0).FindString("value"), "**************2316");
  EXPECT_EQ(root.Find("identifier")->At(1).FindString("value"), "A1001") << "a hospital's own number";
  EXPECT_EQ(root.Find("address")->At(0).FindString("text"), "云岭县青石镇**");
  EXPECT_EQ(root.FindString("birthDate"), "1956-03-12");
  EXPECT_EQ(root.FindString("gender"), "male");
  EXPECT_EQ(root.Find("managingOrganization")->FindString("display"), "青石镇卫生院") << "an institution is nobody's secret";
  EXPECT_EQ(root.Find("contained")->At(1).FindString("name"), "东风厂");
  EXPECT_EQ(root.Find("extension")->size(), 1u);
  const json::Value meta = *root.Find("meta");
  EXPECT_EQ(meta.FindString("versionId"), "3");
  EXPECT_EQ(meta.Find("security")->At(0).FindString("code"), "R") << "what was said stays said";
  EXPECT_EQ(meta.Find("security")->At(1).FindString("code"), "MASKED");
}

TEST(Masked, OtherRecordsNameNobody) {
  const std::string body = MaskedBody("ServiceRequest", R"({"resourceType":"ServiceRequest","id":"s","text":{"status":"generated","div":"<div>王建国</div>"},
    "subject":{"reference":"Patient/p1","display":"王建国"},"requester":{"reference":"Practitioner/d","display":"唐医生"},
    "performer":[{"reference":"https://example.cn/fhir/Patient/p2","display":"王建国"},{"type":"Patient","identifier":{"system":"x","value":"110101199003072316"},"display":"王建国"}],
    "extension":[{"url":"https://fhir.qianxian.cn/StructureDefinition/patient-name","valueString":"王建国"},{"url":"reason","valueString":"咳嗽"},
      {"url":"first-page-fields","extension":[{"url":"LXRXM","valueString":"王建国"},{"url":"DWDH","valueString":"王建国"},{"url":"RYBQ","valueString":"1"}]}],
    "code":{"text":"CT"},"occurrenceDateTime":"2026-01-02"})").value();
  EXPECT_EQ(body.find("建国"), std::string::npos) << body;
  EXPECT_EQ(body.find("110101199003072316"), std::string::npos) << body;
  for (const char* kept : {"唐医生", "咳嗽", "CT", "2026-01-02", R"("url":"RYBQ","valueString":"1")", "Patient/p1", "MASKED"}) EXPECT_NE(body.find(kept), std::string::npos) << kept;
}

TEST(Masked, TheDirectoryIsAsItIs) {
  const std::string body = R"({"resourceType":"Practitioner","id":"d","name":[{"text":"唐医生"}]})";
  EXPECT_EQ(MaskedBody("Practitioner", body).value(), body);
}

TEST(Masked, Words) {
  EXPECT_EQ(MaskedName("王建国"), "王**");
  EXPECT_EQ(MaskedName("Li"), "L*");
  EXPECT_EQ(MaskedName("Anna Berg"), "A*** B***");
  EXPECT_EQ(MaskedName(""), "");
  EXPECT_EQ(MaskedName("王**"), "王**") << "twice is once";
  EXPECT_EQ(MaskedPhone("13800001101"), "138****1101");
  EXPECT_EQ(MaskedPhone("0871-63123456"), "087******3456");
  EXPECT_EQ(MaskedPhone("6123456"), "*******");
  EXPECT_EQ(MaskedPhone("anna@example.cn"), "a***@example.cn");
  EXPECT_EQ(MaskedIdNumber("110101199003072316"), "**************2316");
  EXPECT_EQ(MaskedIdNumber("1234"), "****");
  EXPECT_EQ(MaskedIdNumber(""), "");
  EXPECT_EQ(MaskedAddress("青石镇上河村"), "青石镇**");
  EXPECT_EQ(MaskedAddress("上河村12号"), "**");
}

// The same through every way in which a snapshot gives a record; the record itself is untouched.
TEST(Masked, EveryWayOfASnapshotIsMasked) {
  FakeClock clock;
  SeededRandom random{7};
  ContractFolder folder;
  OpenOptions options;
  options.directory = folder.path(), options.parameters = &R4Parameters(), options.clock = &clock, options.random = &random;
  for (const bool sqlite : {false, true}) {
    auto store = (sqlite ? OpenSqliteStore(options) : OpenMemoryStore(options)).value();
    access::Caller caller = Somebody(access::Role::kDirector, {});
    caller.whole_county = true;
    ASSERT_TRUE(store->Commit(caller, {{Put("Patient", "p1", Json("Patient", "p1", R"("name":[{"text":"王建国"}],"telecom":[{"value":"13800001101"}])")),
                                        Put("Encounter", "e1", Json("Encounter", "e1", R"("status":"finished","subject":{"reference":"Patient/p1","display":"王建国"})"))}, "test"}).ok());
    caller.masked = true;
    const auto view = OpenView(*store, caller).value();
    EXPECT_TRUE(view->masked());
    std::vector<std::string> seen;
    const auto see = [&](const std::vector<Resource>& resources) {
      for (const Resource& one : resources) seen.push_back(one.body);
    };
    see({view->Read("Patient", "p1").value(), view->OpenPatient("p1").value(), view->ReadVersion("Patient", "p1", 1).value()});
    see(view->History("", "", std::nullopt, 10, "")->versions);
    see(view->Scan("Patient", "", 10).value());
    const auto query = search::Query::ParseText(R4Parameters(), "Encounter", "_include=Encounter:subject").value();
    const SearchPage page = view->Search(query).value();
    see(page.matches), see(page.included);
    EXPECT_EQ(seen.size(), 8u);
    for (const std::string& body : seen) {
      EXPECT_EQ(body.find("建国"), std::string::npos) << body;
      EXPECT_EQ(body.find("13800001101"), std::string::npos) << body;
      EXPECT_NE(body.find("MASKED"), std::string::npos) << body;
    }
    EXPECT_NE(store->OpenSnapshot(caller).value()->Read("Patient", "p1")->body.find("王建国"), std::string::npos) << "the floors read the record";
    // What was shown cannot come back as the record.
    const auto back = store->Commit(caller, {{Put("Patient", "p1", seen[0])}, "api"});
    ASSERT_FALSE(back.ok());
    EXPECT_EQ(back.error().code, "masked-view");
    EXPECT_FALSE(store->Commit(caller, {{Put("Patient", "p9", Json("Patient", "p9", ""))}, "api"}).ok());
    EXPECT_TRUE(store->Commit(caller, {{Put("Organization", "o9", Json("Organization", "o9", ""))}, "api"}).ok());
    EXPECT_FALSE(OpenView(*store, Somebody(access::Role::kClinician, {"H1"})).value()->masked());
  }
}

}  // namespace
}  // namespace qianxian::store
