// The sheet of organisations.
#include "fhir/primitive.h"
#include "intake/ids.h"
#include "intake/import_test_tools.h"
#include "intake/organization_services.h"
#include "search/query.h"

namespace qianxian::intake {
namespace {

using OrganizationsTest = ImportTest;

TEST_F(OrganizationsTest, RowsBecomeOrganizations) {
  const std::string text = "code,name,kind,level,region,lead\nT1,甲镇卫生院,township,,410123101,H1\nH1,县人民医院,county-general,3,410123,H1\n"
                           "县药,大药房,pharmacy,,410123,\n";
  ExpectCounts(ImportText(Kind::kOrganizations, text), 3, 0, 0, 0);
  const std::string township = Read("Organization", "T1").body;
  for (const char* part : {"甲镇卫生院", R"("code":"township")", R"("valueString":"410123101")", R"("partOf":{"reference":"Organization/H1"})"})
    EXPECT_NE(township.find(part), std::string::npos) << part << "\n" << township;
  EXPECT_EQ(Read("Organization", "H1").body.find("partOf"), std::string::npos);       // a lead is not part of itself
  EXPECT_EQ(Count("Organization"), 3u);
  ExpectCounts(ImportText(Kind::kOrganizations, text), 0, 3, 0, 0);
  ExpectCounts(ImportText(Kind::kOrganizations, "code,name,kind\nT1,甲镇中心卫生院,township\n"), 0, 0, 1, 0);
}

TEST_F(OrganizationsTest, EveryReasonToRefuseARow) {
  const auto summary = ImportText(Kind::kOrganizations,
      "code,name,kind,level,region,lead\nH1,县人民医院,county-general,3,410123,\n,无码,village,,,\nV1,,village,,,\nV2,乙村,,,,\n"
      "V3,丙村,hamlet,,,\nV4,丁村,village,,41,\nH1,又一家,city,,,\nV5,戊村,village,,,X9\nV6,己村,village,,,V5\n");
  ExpectCounts(summary, 1, 0, 0, 8);
  EXPECT_EQ(CodesOf(summary),
            (std::vector<std::string>{"3:code:required", "4:name:required", "5:kind:required", "6:kind:unknown-code", "7:region:bad-code",
                                      "8:code:duplicate-code", "9:lead:unknown-lead", "10:lead:unknown-lead"}));
}

TEST_F(OrganizationsTest, AnOrganizationThatIsKnownUnderAnotherIdKeepsIt) {
  store::CommitRequest request;
  request.changes.push_back({.type = "Organization", .id = "abc", .body = R"({"resourceType":"Organization","name":"旧",
      "identifier":[{"system":"https://fhir.qianxian.cn/organization-code","value":"H7"}]})"});
  ASSERT_TRUE(store_->Commit(access::SystemCaller("test"), request).ok());
  ExpectCounts(ImportText(Kind::kOrganizations, "code,name,kind,lead\nH7,新,city,\nV1,村,village,H7\n"), 1, 0, 1, 0);
  EXPECT_NE(Read("Organization", "abc").body.find("新"), std::string::npos);
  EXPECT_NE(Read("Organization", "V1").body.find("Organization/abc"), std::string::npos);
}

class ServicesTest : public ImportTest {
 protected:
  Result<Summary> ImportRows(const std::string& rows) { return ImportText(Kind::kOrganizations, "code,name,kind,services\n" + rows); }
  // What referrals would find of the organisation, as they ask: codes of the types, "-" where there is no record.
  std::string Offered(const std::string& organization) {
    const auto parameters = search::Parameters::Create(fhir::Definitions::R4()).value();
    const auto query = search::Query::Parse(*parameters, "HealthcareService", {{"organization", "Organization/" + organization}}, {});
    const auto page = Snapshot()->Search(query.value());
    std::string all = page->matches.empty() ? "-" : "";
    for (const store::Resource& resource : page->matches) {
      EXPECT_EQ(resource.id, "services-" + organization);
      EXPECT_EQ(resource.owner, organization);
      const auto document = json::Document::Parse(resource.body);
      EXPECT_EQ(document->root().Find("active")->AsBoolean(), document->root().Find("type").has_value());
      for (json::Value type : document->root().Find("type").value_or(json::Value()).Elements())
        for (json::Value coding : type.Find("coding").value_or(json::Value()).Elements()) all += std::string(coding.FindString("code")) + " ";
    }
    return all;
  }
};

TEST_F(ServicesTest, TheColumnBecomesOneRecord) {
  const std::string text = "H1,县医院,county-general,oncology;Emergency； chest-pain-centre;;oncology\nT1,卫生院,township,\nC1,市医院,city,new-code-2\n";
  ExpectCounts(ImportRows(text), 3, 0, 0, 0);
  EXPECT_EQ(Offered("H1"), "chest-pain-centre emergency oncology ");
  EXPECT_EQ(Offered("T1"), "-");
  EXPECT_EQ(Offered("C1"), "new-code-2 ");
  const store::Resource first = Read("HealthcareService", "services-H1");
  for (const char* part : {R"("name":"县医院")", R"({"system":"https://fhir.qianxian.cn/CodeSystem/service","code":"oncology"})"})
    EXPECT_NE(first.body.find(part), std::string::npos) << part << "\n" << first.body;
  EXPECT_EQ(first.t, Read("Organization", "H1").t) << "one commit";
  ExpectCounts(ImportRows(text), 0, 3, 0, 0);
  ExpectCounts(ImportRows("H1,县医院,county-general,emergency;chest-pain-centre;oncology\n"), 0, 1, 0, 0);   // their order says nothing
  EXPECT_EQ(Read("HealthcareService", "services-H1").version, first.version);
}

TEST_F(ServicesTest, AChangedColumnReplacesAnEmptyOneTakesAway) {
  ExpectCounts(ImportText(Kind::kOrganizations, "code,name,kind\nH1,县医院,county-general\n"), 1, 0, 0, 0);
  ExpectCounts(ImportRows("H1,县医院,county-general,oncology\n"), 0, 0, 1, 0);
  ExpectCounts(ImportRows("H1,县医院,county-general,oncology;pathology\n"), 0, 0, 1, 0);
  EXPECT_EQ(Offered("H1"), "oncology pathology ");
  ExpectCounts(ImportText(Kind::kOrganizations, "code,name,kind\nH1,县人民医院,county-general\n"), 0, 0, 1, 0);
  EXPECT_EQ(Offered("H1"), "oncology pathology ") << "a sheet without the column says nothing of services";
  ExpectCounts(ImportRows("H1,县人民医院,county-general,无\n"), 0, 0, 1, 0);
  EXPECT_EQ(Offered("H1"), "");
  ExpectCounts(ImportRows("H1,县人民医院,county-general,\n"), 0, 1, 0, 0);
  ExpectCounts(ImportRows("H1,县人民医院,county-general,oncology\n"), 0, 0, 1, 0);
  EXPECT_EQ(Offered("H1"), "oncology ");
  EXPECT_EQ(Count("HealthcareService"), 1u);
}

TEST_F(ServicesTest, AMalformedCodeRefusesTheRow) {
  std::string many;
  for (size_t i = 0; i <= kServiceCodes; ++i) many += "c" + std::to_string(i) + ";";
  const auto summary = ImportRows("H1,甲,city,oncology;肿瘤科;chest pain\nH2,乙,city,\"emergency,oncology\"\nH3,丙,city,-x\nH4,丁,city," +
                                  std::string(65, 'a') + "\nH5,戊,city," + many + "\nH6,己,city," + std::string(64, 'a') + "\n");
  ExpectCounts(summary, 1, 0, 0, 5);
  EXPECT_EQ(CodesOf(summary), (std::vector<std::string>{"2:services:bad-code", "2:services:bad-code", "3:services:bad-code", "4:services:bad-code",
                                                        "5:services:bad-code", "6:services:bad-code"}));
  auto row = ReportOf(*summary).front();
  EXPECT_EQ(row["VALUE"], "肿瘤科");
  EXPECT_NE(row["REASON_ZH"].find("可提供的服务 services 的“肿瘤科”"), std::string::npos) << row["REASON_ZH"];
  EXPECT_NE(row["REASON_EN"].find("small letters, digits and hyphens"), std::string::npos) << row["REASON_EN"];
  EXPECT_EQ(Count("Organization"), 1u);
}

TEST_F(ServicesTest, OrganizationsWithOtherIds) {
  store::CommitRequest request;
  request.changes.push_back({.type = "Organization", .id = "abc", .body = R"({"resourceType":"Organization","name":"旧",
      "identifier":[{"system":"https://fhir.qianxian.cn/organization-code","value":"H7"}]})"});
  ASSERT_TRUE(store_->Commit(access::SystemCaller("test"), request).ok());
  const std::string longest(64, 'H');
  ExpectCounts(ImportRows("H7,新,city,oncology\n县院,县医院,county-general,oncology\n" + longest + ",长,city,oncology\n"), 2, 0, 1, 0);
  EXPECT_NE(Read("HealthcareService", "services-H7").body.find("Organization/abc"), std::string::npos);
  for (const std::string& code : {std::string("县院"), longest}) {
    EXPECT_TRUE(fhir::IsValidId(ServicesId(code))) << ServicesId(code);
    EXPECT_NE(Read("HealthcareService", ServicesId(code)).body.find("Organization/" + OrganizationId(code)), std::string::npos);
  }
}

}  // namespace
}  // namespace qianxian::intake
