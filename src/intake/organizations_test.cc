// The sheet of organisations.
#include "intake/import_test_tools.h"

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

}  // namespace
}  // namespace qianxian::intake
