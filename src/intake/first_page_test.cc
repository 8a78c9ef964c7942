// One row: ids, hours, levels, columns found by name whatever their order.
#include "intake/first_page.h"

#include <gtest/gtest.h>

#include "intake/column_names.h"
#include "intake/first_page_records.h"
#include "intake/ids.h"

namespace qianxian::intake {
namespace {

TEST(Ids, ShortHashIsBase32OfSha256) {
  // sha256("") = e3b0c44298fc1c149afbf4c8996fb924…; its first 130 bits in base32-lower.
  EXPECT_EQ(ShortHash(""), "4oymiquy7qobjgx36tejs35zeq");
  EXPECT_EQ(ShortHash("x").size(), 26u);
  EXPECT_EQ(OrganizationId("H-1.2"), "H-1.2");
  EXPECT_EQ(OrganizationId("县医院"), "org-" + ShortHash("县医院"));
}

TEST(Ids, IdCardsHaveACheckDigitAndADate) {
  EXPECT_TRUE(IsIdCard("11010519491231002X"));
  EXPECT_TRUE(IsIdCard("440524188001010014"));
  EXPECT_FALSE(IsIdCard("110105194912310021"));
  EXPECT_FALSE(IsIdCard("11010519491331002X"));
  EXPECT_FALSE(IsIdCard("11010519491231002x"));
  EXPECT_FALSE(IsIdCard("1101051949123100"));
  EXPECT_FALSE(IsIdCard(""));
}

TEST(FirstPage, OperationLevelsAsPeopleWriteThem) {
  for (const char* text : {"3", "Ⅲ", "III", "iii", "三", "三级", "3级", "III级", "ⅲ", "03"}) EXPECT_EQ(ParseOperationLevel(text), 3) << text;
  EXPECT_EQ(ParseOperationLevel("Ⅰ级"), 1);
  EXPECT_EQ(ParseOperationLevel("四级"), 4);
  EXPECT_EQ(ParseOperationLevel("IV"), 4);
  for (const char* text : {"", "5", "0", "特级", "IIII", "3 4", "级"}) EXPECT_EQ(ParseOperationLevel(text), 0) << text;
}

TEST(FirstPage, HoursAsPeopleWriteThem) {
  EXPECT_EQ(ParseHour("9"), "09:00");
  EXPECT_EQ(ParseHour("09"), "09:00");
  EXPECT_EQ(ParseHour("23"), "23:00");
  EXPECT_EQ(ParseHour("9时"), "09:00");
  EXPECT_EQ(ParseHour("0930"), "09:30");
  EXPECT_EQ(ParseHour("9:05"), "09:05");
  EXPECT_EQ(ParseHour("9:05:59"), "09:05");
  for (const char* text : {"", "24", "25", "930", "上午", "9am", "12:75", "99999"}) EXPECT_EQ(ParseHour(text), "") << text;
}

TEST(FirstPage, MoneyAndDates) {
  EXPECT_EQ(ParseMoney("12").value(), 1200);
  EXPECT_EQ(ParseMoney("12.5").value(), 1250);
  EXPECT_EQ(ParseMoney("0.05").value(), 5);
  EXPECT_EQ(ParseMoney("12.500").value(), 1250);
  EXPECT_EQ(ParseMoney("-3.10").value(), -310);
  EXPECT_EQ(ParseMoney("1.2E3").value(), 120000);
  EXPECT_EQ(ParseMoney("0.001").error().code, "too-precise");
  EXPECT_EQ(ParseMoney("12345678901234567890").error().code, "too-large");
  for (const char* text : {"", "abc", "1,000.50", "12元", "."}) EXPECT_EQ(ParseMoney(text).error().code, "bad-number") << text;
  DateCache dates;
  for (int i = 0; i < 2; ++i) {            // the second time from the cache
    EXPECT_EQ(dates.Days("20250701").value(), (Date{2025, 7, 1}.ToDays()));
    EXPECT_EQ(dates.Days("2025/7/1").value(), (Date{2025, 7, 1}.ToDays()));
    EXPECT_EQ(dates.Days("20250701093000").value(), (Date{2025, 7, 1}.ToDays()));
    EXPECT_EQ(dates.Days("2025-07-01 09:30:00").value(), (Date{2025, 7, 1}.ToDays()));
    EXPECT_EQ(dates.Days("20250230").error().code, "impossible-date");
    EXPECT_EQ(dates.Days("45810").error().code, "bad-date");
  }
  EXPECT_EQ(ParseDateField("202507010930")->hour_minute, "09:30");
}

TEST(FirstPage, ChineseNamesOfColumns) {
  EXPECT_EQ(ChineseName("JBDM"), "主要诊断编码");
  EXPECT_EQ(ChineseName("JBDM12"), "其他诊断编码12");
  EXPECT_EQ(ChineseName("setl_id"), "结算ID");
  EXPECT_EQ(ChineseName("SSJB2"), "手术级别2");
  EXPECT_EQ(ChineseName("NOPE"), "");
  EXPECT_EQ(ColumnTitle("ZFY"), "总费用 ZFY");
}

FirstPage ParseRow(const std::vector<std::string>& names, const std::vector<std::string>& values) {
  const Header header(names);
  auto layout = FirstPageLayout::Make(header, false);
  EXPECT_TRUE(layout.ok()) << Describe(layout.error());
  sheet::Row row;
  row.line = 2;
  for (const std::string& value : values) row.fields.push_back(value);
  FirstPage page;
  Faults faults;
  FirstPageParser parser(header, *layout);
  EXPECT_TRUE(parser.Parse(row, page, faults));
  return page;
}

const std::vector<std::string> kBasic = {"ZFY", "JBDM", "ZYZD", "CYSJ", "RYSJ", "BAH", "ZYCS"};
const std::vector<std::string> kBasicValues = {"100.50", "I10.x00", "高血压", "20250703", "20250701", "0012", "1"};

std::vector<std::string> Plus(std::vector<std::string> list, const std::vector<std::string>& more) {
  list.insert(list.end(), more.begin(), more.end());
  return list;
}

TEST(FirstPage, OtherDiagnosesInAnyPrintOrder) {
  const FirstPage page = ParseRow(Plus(kBasic, {"RYBQ", "QTZD8", "JBDM8", "RYBQ8", "QTZD1", "JBDM1", "RYBQ1", "QTZD9", "JBDM9", "RYBQ9"}),
                                  Plus(kBasicValues, {"1", "八", "C80", "4", "一", "C10", "2", "", "", ""}));
  ASSERT_EQ(page.diagnoses.size(), 3u);
  EXPECT_EQ(page.diagnoses[0].code, "I10.x00");
  EXPECT_EQ(page.diagnoses[0].present_on_admission, "1");
  EXPECT_EQ(page.diagnoses[1].code, "C10");
  EXPECT_EQ(page.diagnoses[2].name, "八");
  EXPECT_EQ(page.diagnoses[2].present_on_admission, "4");
}

TEST(FirstPage, OperationsNumberedOrRepeated) {
  const std::vector<std::string> group = {"SSJCZBM", "SSJCZRQ", "SSJB", "SSJCZMC"};
  const FirstPage repeated = ParseRow(Plus(Plus(kBasic, group), group),
                                      Plus(kBasicValues, {"51.2300", "20250702", "3", "胆囊切除", "47.0100", "20250702", "二级", "阑尾切除"}));
  ASSERT_EQ(repeated.operations.size(), 2u);
  EXPECT_EQ(repeated.operations[0].code, "51.2300");
  EXPECT_EQ(repeated.operations[1].code, "47.0100");           // trailing zeros stay
  EXPECT_EQ(repeated.operations[1].level, 2);
  const FirstPage numbered = ParseRow(Plus(kBasic, {"SSJCZBM", "SSJB", "SSJCZBM2", "SSJB2", "SSJCZMC3"}),
                                      Plus(kBasicValues, {"51.2300", "特大", "", "4", "只有名称"}));
  ASSERT_EQ(numbered.operations.size(), 2u);
  EXPECT_EQ(numbered.operations[0].level, 0);
  EXPECT_EQ(numbered.operations[0].level_text, "特大");
  EXPECT_EQ(numbered.operations[1].name, "只有名称");
}

TEST(FirstPage, FurtherColumnsAndTimes) {
  const FirstPage page = ParseRow(Plus(kBasic, {"RYSJS", "CYSJS", "SJZYTS", "XYF", "医院自设 列", "XB"}),
                                  Plus(kBasicValues, {"9", "下午", "2", "12.3456", "值", "9"}));
  EXPECT_EQ(page.admitted_time, "09:00");
  EXPECT_EQ(page.discharged_time, "");
  std::map<std::string, std::string> further;
  for (const auto& field : page.further) further[field.column] = field.value;
  EXPECT_EQ(further, (std::map<std::string, std::string>{
                         {"CYSJS", "下午"}, {"SJZYTS", "2"}, {"XYF", "12.3456"}, {"医院自设列", "值"}, {"XB", "9"}}));
}

TEST(FirstPage, PatientsOfTheLatestStayWin) {
  EXPECT_TRUE(Supersedes({"2025-07-02", "a"}, {"2025-07-01", "b"}));
  EXPECT_FALSE(Supersedes({"2025-07-01", "a"}, {"2025-07-02", "b"}));
  EXPECT_TRUE(Supersedes({"2025-07-01", "c"}, {"2025-07-01", "b"}));
  EXPECT_TRUE(Supersedes({"2024-01-01", "b"}, {"2025-07-01", "b"}));     // the same stay, corrected
  EXPECT_TRUE(Supersedes({"2024-01-01", "b"}, {}));
}

}  // namespace
}  // namespace qianxian::intake
