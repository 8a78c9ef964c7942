// Settlements and population from the file into the ledger.
#include "intake/import_test_tools.h"

namespace qianxian::intake {
namespace {

class LedgerSheetsTest : public ImportTest {
 protected:
  struct Settlement {
    std::string setl_id = "S1", psn_no = "P1", gend = "1", brdy = "1960-01-02", admdvs = "410123", medins = "H1", name = "千县人民医院",
                blng = "410123", med_type = "21", begndate = "2025-07-01", enddate = "2025-07-05", medfee = "100.00", fund = "60.00";
    std::string Text() const {
      return setl_id + "," + psn_no + "," + gend + "," + brdy + ",390," + admdvs + "," + medins + "," + name + ",2," + blng + "," +
             med_type + "," + begndate + "," + enddate + ",I10.x00,高血压," + medfee + "," + fund + ",40.00\n";
    }
  };
  static constexpr const char* kHeader =
      "setl_id,psn_no,gend,brdy,insutype,insu_admdvs,fixmedins_code,fixmedins_name,hosp_lv,fix_blng_admdvs,med_type,"
      "begndate,enddate,dise_code,dise_name,medfee_sumamt,fund_pay_sumamt,psn_pay\n";

  Result<Summary> Settlements(const std::vector<Settlement>& rows) {
    std::string text = kHeader;
    for (const Settlement& row : rows) text += row.Text();
    return ImportText(Kind::kSettlements, text);
  }
};

TEST_F(LedgerSheetsTest, AcceptedUnchangedReplaced) {
  const auto first = Settlements({{}, {.setl_id = "S2"}, {.setl_id = "S3", .gend = "", .brdy = "/", .begndate = ""}});
  ExpectCounts(first, 3, 0, 0, 0);
  auto batches = ledger_->Batches(Administrator(), "settlement");
  ASSERT_TRUE(batches.ok());
  ASSERT_EQ(batches->size(), 1u);
  EXPECT_EQ((*batches)[0].rows, 3u);
  const store::Resource provenance = Read("Provenance", (*batches)[0].id + "-provenance");
  EXPECT_NE(provenance.body.find("input.csv"), std::string::npos);
  EXPECT_NE(provenance.body.find("admin"), std::string::npos);
  // The job's Task is of the same commit as the batch.
  EXPECT_EQ(Read("Task", first->job_id).t, (*batches)[0].t);
  EXPECT_NE(Read("Task", first->job_id).body.find(R"("status":"completed")"), std::string::npos);
  ExpectCounts(Settlements({{}, {.setl_id = "S2", .fund = "61.00"}}), 0, 1, 1, 0);
  ExpectCounts(Settlements({{}, {.setl_id = "S2", .fund = "61.00"}}), 0, 2, 0, 0);
  EXPECT_EQ(ledger_->Batches(Administrator(), "settlement")->size(), 2u);
}

TEST_F(LedgerSheetsTest, EveryReasonToRefuseARow) {
  const auto summary = Settlements({
      {},                                                              // 2
      {.setl_id = "", .psn_no = "", .admdvs = "", .medins = "", .blng = "", .med_type = "", .enddate = "", .fund = ""},   // 3
      {.setl_id = "S4", .enddate = "2025-02-30"},                      // 4
      {.setl_id = "S5", .enddate = "昨天"},                            // 5
      {.setl_id = "S6", .begndate = "2025-07-06"},                     // 6
      {.setl_id = "S7", .fund = "-1.00"},                              // 7
      {.setl_id = "S8", .medfee = "abc"},                              // 8
      {.setl_id = "S9", .fund = "1.001"},                              // 9
      {.setl_id = "S10", .brdy = "19609999"},                          // 10
      {.setl_id = "S11", .fund = "99999999999999999999"},              // 11
      {.setl_id = "S12", .fund = "1.5E2"},                             // 12: Excel's way of writing 150
  });
  ExpectCounts(summary, 2, 0, 0, 9);
  EXPECT_EQ(CodesOf(summary),
            (std::vector<std::string>{"3:setl_id:required", "3:psn_no:required", "3:insu_admdvs:required",
                                      "3:fixmedins_code:required", "3:fix_blng_admdvs:required", "3:med_type:required",
                                      "3:enddate:required", "3:fund_pay_sumamt:required", "4:enddate:impossible-date",
                                      "5:enddate:bad-date", "6:enddate:out-before-in", "7:fund_pay_sumamt:negative",
                                      "8:medfee_sumamt:bad-number", "9:fund_pay_sumamt:too-precise",
                                      "10:brdy:impossible-date", "11:fund_pay_sumamt:too-large"}));
  EXPECT_EQ(ReportOf(*summary)[11]["VALUE"], "-1.00");
}

TEST_F(LedgerSheetsTest, DamagedBytesAndTooManyFields) {
  std::string text = kHeader;
  for (int i = 0; i < 100; ++i) text += Settlement{.setl_id = "A" + std::to_string(i)}.Text();
  text += Settlement{.setl_id = "B1", .name = "县\xff院"}.Text();
  text += "B2,P1,1,,390,410123,H1,县医院,有,逗号,2,410123,21,2025-07-01,2025-07-05,I10,高血压,1,1,1\n";
  const auto summary = ImportText(Kind::kSettlements, text);
  ExpectCounts(summary, 100, 0, 0, 2);
  const auto codes = CodesOf(summary);
  EXPECT_EQ(codes.front(), "102::bad-encoding");
  EXPECT_EQ(codes[1], "103::field-count");
}

TEST_F(LedgerSheetsTest, ColumnsInAnyOrderAndAbsentOnes) {
  ExpectCounts(ImportText(Kind::kSettlements,
                          "FUND_PAY_SUMAMT;enddate;MED_TYPE;fix_blng_admdvs;fixmedins_code;insu_admdvs;psn_no;setl_id\n"
                          "60;20250705;21;410123;H1;410123;P1;S1\n"), 1, 0, 0, 0);
  EXPECT_EQ(CodesOf(ImportText(Kind::kSettlements, "setl_id,psn_no\n1,2\n")), std::vector<std::string>{"missing-columns"});
}

TEST_F(LedgerSheetsTest, AnErrorInTheMiddleLeavesTheLedgerAsItWas) {
  ExpectCounts(Settlements({{}}), 1, 0, 0, 0);
  const auto broken = ImportText(Kind::kSettlements, std::string(kHeader) + Settlement{.setl_id = "S2"}.Text() + "S3,\"open\n");
  ASSERT_FALSE(broken.ok());
  EXPECT_EQ(broken.error().code, "unclosed-quote");
  EXPECT_EQ(ledger_->Batches(Administrator(), "settlement")->size(), 1u);
  ExpectCounts(Settlements({{}, {.setl_id = "S2"}}), 1, 1, 0, 0);
}

TEST_F(LedgerSheetsTest, Population) {
  const std::string text = "region,year,sex,age_group,persons\n410123,2025,1,0-4,1000\n410123,2025,2,0-4,990\n";
  ExpectCounts(ImportText(Kind::kPopulation, text), 2, 0, 0, 0);
  ExpectCounts(ImportText(Kind::kPopulation, text), 0, 2, 0, 0);
  const auto summary = ImportText(Kind::kPopulation, "region,year,sex,age_group,persons\n410123,2025,1,0-4,1001\n4101,2025,1,0-4,5\n"
                                  "410123,20256,1,0-4,5\n410123,2025,1,0-4,5.5\n410123,2025,1,5-9,-5\n410123,2025,1,,5\n");
  ExpectCounts(summary, 0, 0, 1, 5);
  EXPECT_EQ(CodesOf(summary), (std::vector<std::string>{"3:region:bad-code", "4:year:impossible-date", "5:persons:bad-number",
                                                        "6:persons:negative", "7:age_group:required"}));
}

TEST_F(LedgerSheetsTest, OnlyTheCountyImportsSettlements) {
  const access::Caller it{.user = "it", .role = access::Role::kHospitalIt, .organizations = {"H1"}};
  const auto refused = Import({.kind = Kind::kSettlements, .paths = {Write("s.csv", kHeader)}}, it);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().category, ErrorCategory::kForbidden);
  const access::Caller insurance{.user = "i", .role = access::Role::kInsurance, .whole_county = true};
  EXPECT_TRUE(Import({.kind = Kind::kSettlements, .paths = {Write("s.csv", std::string(kHeader) + Settlement{}.Text())}}, insurance).ok());
}

TEST_F(LedgerSheetsTest, OneAtATime) {
  auto session = ledger_->Begin(Administrator(), store::SettlementSchema());
  ASSERT_TRUE(session.ok());
  const auto busy = Settlements({{}});
  ASSERT_FALSE(busy.ok());
  EXPECT_EQ(busy.error().category, ErrorCategory::kBusy);
}

}  // namespace
}  // namespace qianxian::intake
