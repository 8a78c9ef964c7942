// Discharge front pages from the file into the record.
#include "intake/ids.h"
#include "intake/import_test_tools.h"

namespace qianxian::intake {
namespace {

constexpr const char* kHeader =
    "USERNAME,BAH,ZYCS,XM,XB,CSRQ,SFZH,DH,XZZ,RYTJ,RYSJ,RYSJS,CYSJ,CYSJS,ZYZD,JBDM,RYBQ,QTZD1,JBDM1,RYBQ1,SSJCZBM1,SSJCZRQ1,"
    "SSJB1,SSJCZMC1,LYFS,ZFY,ZFJE,SJZYTS\n";

class FirstPagesTest : public ImportTest {
 protected:
  FirstPagesTest() {
    EXPECT_TRUE(ImportText(Kind::kOrganizations,
                           "code,name,kind,level,region,lead\nH1,千县人民医院（总院）,county-general,3,410123,\n"
                           "H2,千县中医院,county-tcm,2,410123,H1\n").ok());
  }

  struct Page {
    std::string user_name = "千县人民医院(总院)", bah = "0012", zycs = "1", xm = "张三", sfzh = "11010519491231002X", dh = "13800000000",
                rysj = "20250701", cysj = "20250704", jbdm = "I10.x00x002", qt = "E11.900", op = "51.2300", level = "三级", zfy = "8000.50";
    std::string Text() const {
      return user_name + "," + bah + "," + zycs + "," + xm + ",1,19491231," + sfzh + "," + dh + ",某村1号,1," + rysj + ",9," + cysj +
             ",10,高血压," + jbdm + ",1,糖尿病," + qt + ",2," + op + ",20250702," + level + ",胆囊切除术,1," + zfy + ",100,3\n";
    }
  };
  static std::string Sheet(const std::vector<Page>& pages) {
    std::string text = kHeader;
    for (const Page& page : pages) text += page.Text();
    return text;
  }
  static std::string Id(const std::string& org, const std::string& bah, const std::string& zycs) {
    return "fp-" + ShortHash(org + "|" + bah + "|" + zycs);
  }
  std::map<std::string, std::string> Record() { return Everything({"Patient", "Encounter", "Condition", "Procedure"}); }
};

TEST_F(FirstPagesTest, OneRowAsTheDocumentSays) {
  ExpectCounts(ImportText(Kind::kFirstPages, Sheet({{}})), 1, 0, 0, 0);
  const std::string id = Id("H1", "0012", "1"), patient = "p-" + ShortHash("ID|11010519491231002X");
  EXPECT_EQ(Count("Patient"), 1u);
  EXPECT_EQ(Count("Condition"), 2u);
  EXPECT_EQ(Count("Procedure"), 1u);
  const store::Resource encounter = Read("Encounter", id);
  EXPECT_EQ(encounter.owner, "H1");
  for (const char* part : {R"("value":"H1|0012|1")", R"("reference":"Organization/H1")", R"("start":"2025-07-01T09:00:00+08:00")",
                           R"("end":"2025-07-04T10:00:00+08:00")", R"("value":3,"unit":"d")", R"("value":8000.50,"currency":"CNY")",
                           R"("valueCode":"3")", R"("code":"I10.x00x002","display":"高血压")", R"("url":"SJZYTS","valueString":"3")",
                           R"(CodeSystem/rc019","code":"1")"})
    EXPECT_NE(encounter.body.find(part), std::string::npos) << part << "\n" << encounter.body;
  EXPECT_NE(Read("Condition", id + "-d2").body.find("E11.900"), std::string::npos);
  EXPECT_NE(Read("Procedure", id + "-o1").body.find(R"("performedDateTime":"2025-07-02")"), std::string::npos);
  const store::Resource person = Read("Patient", patient);
  EXPECT_EQ(person.owner, "H1");
  for (const char* part : {R"("gender":"male")", R"("birthDate":"1949-12-31")", "id-card", "medical-record-number/H1", "张三"})
    EXPECT_NE(person.body.find(part), std::string::npos) << part;
}

TEST_F(FirstPagesTest, WithoutAnIdCardThePatientIsTheHospitals) {
  ExpectCounts(ImportText(Kind::kFirstPages, Sheet({{.sfzh = "-"}, {.user_name = "H2", .sfzh = "123"}})), 2, 0, 0, 0);
  Read("Patient", "p-" + ShortHash("BAH|H1|0012"));
  Read("Patient", "p-" + ShortHash("BAH|H2|0012"));
  EXPECT_NE(Read("Encounter", Id("H2", "0012", "1")).body.find(R"("url":"SFZH","valueString":"123")"), std::string::npos);
}

TEST_F(FirstPagesTest, TheSameFileTwiceChangesNothing) {
  // With two stays of one patient, whose data differ, and one stay three times.
  const std::string text = Sheet({{.dh = "1"}, {.zycs = "2", .dh = "2", .rysj = "20250601", .cysj = "20250603"}, {.bah = "7", .sfzh = ""},
                                  {.bah = "7", .sfzh = "", .zfy = "1.00"}, {.bah = "7", .sfzh = "", .zfy = "2.00"}});
  ExpectCounts(ImportText(Kind::kFirstPages, text), 3, 0, 2, 0);
  const auto before = Record();
  EXPECT_NE(Read("Patient", "p-" + ShortHash("ID|11010519491231002X")).body.find(R"("value":"1")"), std::string::npos);
  const auto version = Read("Encounter", Id("H1", "7", "1")).version;
  EXPECT_EQ(version, 3u);                                       // history keeps the earlier rows
  ExpectCounts(ImportText(Kind::kFirstPages, text), 0, 5, 0, 0);
  EXPECT_EQ(Record(), before);
  EXPECT_EQ(Read("Encounter", Id("H1", "7", "1")).version, version);
  EXPECT_NE(Read("Encounter", Id("H1", "7", "1")).body.find("2.00"), std::string::npos);
}

TEST_F(FirstPagesTest, AnotherRowOfTheSameStayReplacesAndDeletesWhatItLacks) {
  ExpectCounts(ImportText(Kind::kFirstPages, Sheet({{}})), 1, 0, 0, 0);
  ExpectCounts(ImportText(Kind::kFirstPages, Sheet({{.qt = "", .op = "", .zfy = "9000"}, {.bah = "2"}})), 1, 0, 1, 0);
  const std::string id = Id("H1", "0012", "1");
  EXPECT_EQ(Read("Encounter", id).version, 2u);
  // The name of the other diagnosis and of the operation are still there, their codes are not.
  EXPECT_NE(Read("Condition", id + "-d2").body.find(R"("text":"糖尿病")"), std::string::npos);
  std::string without = "USERNAME,BAH,ZYCS,RYSJ,CYSJ,ZYZD,JBDM,ZFY\nH1,0012,1,20250701,20250704,高血压,I10.x00x002,9000\n";
  ExpectCounts(ImportText(Kind::kFirstPages, without), 0, 0, 1, 0);
  EXPECT_EQ(Snapshot()->Read("Condition", id + "-d2").error().code, "deleted");
  EXPECT_EQ(Snapshot()->Read("Procedure", id + "-o1").error().code, "deleted");
  ExpectCounts(ImportText(Kind::kFirstPages, without), 0, 1, 0, 0);
  ExpectCounts(ImportText(Kind::kFirstPages, Sheet({{}})), 0, 0, 1, 0);
  EXPECT_TRUE(Snapshot()->Read("Procedure", id + "-o1").ok());
}

TEST_F(FirstPagesTest, ThePatientHasTheDataOfTheLatestStayWhateverTheOrder) {
  const std::string patient = "p-" + ShortHash("ID|11010519491231002X");
  const Page old_stay{.zycs = "1", .dh = "111", .rysj = "20240101", .cysj = "20240102"};
  const Page new_stay{.user_name = "H2", .zycs = "5", .dh = "222"};
  ExpectCounts(ImportText(Kind::kFirstPages, Sheet({new_stay})), 1, 0, 0, 0);
  ExpectCounts(ImportText(Kind::kFirstPages, Sheet({old_stay})), 1, 0, 0, 0);
  EXPECT_NE(Read("Patient", patient).body.find("222"), std::string::npos);
  EXPECT_EQ(Read("Patient", patient).version, 1u);
  Page corrected = new_stay;
  corrected.dh = "333";
  ExpectCounts(ImportText(Kind::kFirstPages, Sheet({corrected})), 0, 0, 1, 0);
  EXPECT_NE(Read("Patient", patient).body.find("333"), std::string::npos);
}

TEST_F(FirstPagesTest, EveryReasonToRefuseARow) {
  const auto summary = ImportText(Kind::kFirstPages, std::string(kHeader) +
      Page{}.Text() +                                                       // 2
      Page{.bah = "", .zycs = "-"}.Text() +                                 // 3 two faults, one row
      Page{.bah = "b3", .rysj = "20250230"}.Text() +                        // 4
      Page{.bah = "b4", .cysj = "45810"}.Text() +                           // 5
      Page{.bah = "b5", .rysj = "20250705"}.Text() +                        // 6
      Page{.bah = "b6", .jbdm = "无"}.Text() +                              // 7
      Page{.bah = "b7", .zfy = "-5"}.Text() +                               // 8
      Page{.bah = "b8", .zfy = "八千"}.Text() +                             // 9
      Page{.bah = "b9", .zfy = "1.005"}.Text() +                            // 10
      Page{.user_name = "别的医院", .bah = "b10"}.Text() +                  // 11
      Page{.user_name = "", .bah = "b11"}.Text() +                          // 12
      "H1,b12,1,\"a\nb\",1,x,,,,1,20250701,9,20250704,10,高血压,I10,1,,,,,,,,1,100,100,3\n" +     // 13, 14: a birth date that is none
      "H1,b13,1,甲,1,,,,,1,20250701,9,20250704,10,高血压,I10,1,,,,,,,,1,100,100,3,多,余\n" +      // 15
      "H1,b14,1,甲,1,,,,,1,20250701,9,20250704,10,高血压,I10,1,,,,,,,,1,100,100,3,,\n" +          // 16 good: empty fields more
      Page{.bah = "b15", .zfy = "12345678901234567890"}.Text());            // 17
  ExpectCounts(summary, 2, 0, 0, 13);
  EXPECT_EQ(CodesOf(summary),
            (std::vector<std::string>{"3:ZYCS:required", "3:BAH:required", "4:RYSJ:impossible-date", "5:CYSJ:bad-date",
                                      "6:CYSJ:out-before-in", "7:JBDM:required", "8:ZFY:negative", "9:ZFY:bad-number",
                                      "10:ZFY:too-precise", "11:USERNAME:unknown-organization",
                                      "12:USERNAME:unknown-organization", "13:CSRQ:bad-date", "15::field-count", "17:ZFY:too-large"}));
  auto report = ReportOf(*summary);
  EXPECT_EQ(report[5]["VALUE"], "");
  EXPECT_NE(report[5]["REASON_ZH"].find("主要诊断编码 JBDM"), std::string::npos);
  EXPECT_EQ(report[2]["VALUE"], "20250230");
  EXPECT_NE(report[9]["REASON_EN"].find("别的医院"), std::string::npos);
  EXPECT_EQ(ReadFile(summary->report_path)->substr(0, 3), "\xef\xbb\xbf");
}

TEST_F(FirstPagesTest, HeadersThatWillNotDo) {
  EXPECT_EQ(CodesOf(ImportText(Kind::kFirstPages, "BAH,ZYCS\n1,1\n")), std::vector<std::string>{"missing-columns"});
  EXPECT_EQ(CodesOf(ImportText(Kind::kFirstPages, "USERNAME,BAH,BAH,ZYCS,RYSJ,CYSJ,JBDM,ZFY\n")), std::vector<std::string>{"duplicate-column"});
  const auto missing = ImportText(Kind::kFirstPages, "USERNAME,ZYCS,RYSJ,CYSJ,JBDM,ZFY\n");
  ASSERT_FALSE(missing.ok());
  EXPECT_NE(missing.error().zh.find("病案号 BAH"), std::string::npos);
  // A hospital named by --org needs no USERNAME.
  ExpectCounts(ImportText(Kind::kFirstPages, "BAH,ZYCS,RYSJ,CYSJ,JBDM,ZFY\n1,1,20250701,20250701,I10,5\n", "H1"), 1, 0, 0, 0);
}

TEST_F(FirstPagesTest, AnUnknownHospitalNamedByOrgIsAddedAndSaid) {
  const auto summary = ImportText(Kind::kFirstPages, Sheet({{.user_name = "新医院"}}), "H9");
  ExpectCounts(summary, 1, 0, 0, 0);
  EXPECT_NE(Read("Organization", "H9").body.find("新医院"), std::string::npos);
  bool said = false;
  for (const std::string& note : summary->notes_zh) said = said || note.find("H9") != std::string::npos;
  EXPECT_TRUE(said);
  EXPECT_EQ(Read("Encounter", Id("H9", "0012", "1")).owner, "H9");
}

TEST_F(FirstPagesTest, AFileOfAnotherHospitalThanOrgIsSaid) {
  const auto summary = ImportText(Kind::kFirstPages, Sheet({{.user_name = "千县中医院"}, {.user_name = "没听说过", .bah = "2"}}), "H1");
  ExpectCounts(summary, 2, 0, 0, 0);
  bool said = false;
  for (const std::string& note : summary->notes_en) said = said || note.find("1 rows have another organisation") != std::string::npos;
  EXPECT_TRUE(said);
}

TEST_F(FirstPagesTest, Gb18030AndDaysOfStay) {
  auto writer = sheet::CsvWriter::Create(folder_ + "/gb.csv", sheet::CsvWriter::Encoding::kGb18030);
  ASSERT_TRUE(writer.ok());
  for (const char* name : {"USERNAME", "BAH", "ZYCS", "XM", "RYSJ", "CYSJ", "JBDM", "ZFY"}) (*writer)->Field(name);
  ASSERT_TRUE((*writer)->EndRow().ok());
  for (const char* value : {"千县人民医院（总院）", "1", "1", "欧阳龘", "20250701", "20250701", "I10", "5"}) (*writer)->Field(value);
  ASSERT_TRUE((*writer)->EndRow().ok());
  for (const char* value : {"千县中医院", "1", "1", "王五", "20250701", "20250703", "I10", "5"}) (*writer)->Field(value);
  ASSERT_TRUE((*writer)->EndRow().ok() && (*writer)->Close().ok());
  ExpectCounts(Import(Kind::kFirstPages, folder_ + "/gb.csv"), 2, 0, 0, 0);
  EXPECT_NE(Read("Patient", "p-" + ShortHash("BAH|H1|1")).body.find("欧阳龘"), std::string::npos);
  EXPECT_NE(Read("Encounter", Id("H1", "1", "1")).body.find(R"("length":{"value":1,)"), std::string::npos);
  EXPECT_NE(Read("Encounter", Id("H2", "1", "1")).body.find(R"("length":{"value":2,)"), std::string::npos);
  Request inclusive{.kind = Kind::kFirstPages, .paths = {folder_ + "/gb.csv"}, .stay_days_inclusive = true};
  ExpectCounts(Import(inclusive, Administrator()), 0, 1, 1, 0);
  EXPECT_NE(Read("Encounter", Id("H2", "1", "1")).body.find(R"("length":{"value":3,)"), std::string::npos);
}

TEST_F(FirstPagesTest, AHospitalImportsItsOwnRowsOnly) {
  const access::Caller it{.user = "it-h2", .role = access::Role::kHospitalIt, .organizations = {"H2"}};
  const std::string path = Write("two.csv", Sheet({{.user_name = "千县中医院", .bah = "a"}, {.bah = "b"}}));
  const auto summary = Import({.kind = Kind::kFirstPages, .paths = {path}}, it);
  ExpectCounts(summary, 1, 0, 0, 1);
  EXPECT_EQ(CodesOf(summary), std::vector<std::string>{"3:USERNAME:not-yours"});
  const auto other = Import({.kind = Kind::kFirstPages, .paths = {path}, .organization = "H1"}, it);
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().category, ErrorCategory::kForbidden);
  EXPECT_EQ(Read("Task", summary->job_id).owner, "H2");
}

TEST_F(FirstPagesTest, ManyPiecesAndCountsAddUp) {
  std::string text = kHeader;
  for (int i = 0; i < 2300; ++i) {
    Page page{.bah = "m" + std::to_string(i), .sfzh = ""};
    if (i % 100 == 7) page.zfy = "x";
    text += page.Text();
  }
  const auto summary = ImportText(Kind::kFirstPages, text);
  ExpectCounts(summary, 2277, 0, 0, 23);
  EXPECT_EQ(Count("Encounter"), 2277u);
  EXPECT_EQ(Count("Condition"), 2 * 2277u);
  ExpectCounts(ImportText(Kind::kFirstPages, text), 0, 2277, 0, 23);
}

}  // namespace
}  // namespace qianxian::intake
