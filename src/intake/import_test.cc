// The job around the rows: its Task, progress, cancel, reports, errors.
#include "intake/import.h"

#include "base/limits.h"
#include "base/temporary_folder.h"
#include "intake/import_test_tools.h"
#include "intake/report.h"

namespace qianxian::intake {
namespace {

using JobTest = ImportTest;

const char* kPages = "BAH,ZYCS,RYSJ,CYSJ,JBDM,ZFY\n";

std::string Pages(int count) {
  std::string text = kPages;
  for (int i = 0; i < count; ++i) text += std::to_string(i) + ",1,20250701,20250702,I10,5\n";
  return text;
}

TEST(Kinds, NamesAndTheirReading) {
  for (Kind kind : {Kind::kFirstPages, Kind::kSettlements, Kind::kOrganizations, Kind::kPopulation, Kind::kFhir})
    EXPECT_EQ(ParseKind(Name(kind)).value(), kind);
  const auto unknown = ParseKind("firstpages");
  ASSERT_FALSE(unknown.ok());
  EXPECT_NE(unknown.error().en.find("first-pages"), std::string::npos);
}

TEST_F(JobTest, TheTaskSaysHowItWent) {
  const std::string path = Write("出院.csv", Pages(3) + "x,1,20250701,20250702,I10,-5\n");
  Request request{.kind = Kind::kFirstPages, .paths = {path}, .names = {"七月出院.csv"}, .organization = "H1", .job_id = "job-1"};
  std::vector<Progress> seen;
  const auto summary = intake::Run(Administrator(), tools(), request, {}, [&](const Progress& p) { seen.push_back(p); });
  ExpectCounts(summary, 3, 0, 0, 1);
  EXPECT_EQ(summary->job_id, "job-1");
  EXPECT_EQ(summary->report_path, folder_ + "/data/reports/job-1.csv");
  EXPECT_EQ(summary->t, store_->LastT());
  const store::Resource task = Read("Task", "job-1");
  EXPECT_EQ(task.owner, "H1");
  for (const char* part : {R"("status":"completed")", R"("valueString":"七月出院.csv")", R"("valueString":"first-pages")", R"("code":"import")",
                           R"({"type":{"text":"accepted"},"valueInteger":3})", R"({"type":{"text":"rejected"},"valueInteger":1})",
                           R"({"type":{"text":"rows-read"},"valueInteger":4})", R"("valueString":"reports/job-1.csv")", R"("display":"admin")"})
    EXPECT_NE(task.body.find(part), std::string::npos) << part << "\n" << task.body;
  const auto first = Snapshot()->ReadVersion("Task", "job-1", 1);
  ASSERT_TRUE(first.ok());
  EXPECT_NE(first->body.find(R"("status":"in-progress")"), std::string::npos);
  ASSERT_GE(seen.size(), 2u);
  EXPECT_EQ(seen.back().stage, "done");
  EXPECT_EQ(seen.back().fraction, 1.0);
  EXPECT_EQ(seen.back().rows_read, 4u);
  for (size_t i = 1; i < seen.size(); ++i) EXPECT_GE(seen[i].fraction, seen[i - 1].fraction);
}

TEST_F(JobTest, AFailureIsTold) {
  const auto summary = Import({.kind = Kind::kFirstPages, .paths = {Write("x.csv", "A,B\n1,2\n")}, .job_id = "job-2"}, Administrator());
  ASSERT_FALSE(summary.ok());
  EXPECT_EQ(summary.error().code, "missing-columns");
  const std::string body = Read("Task", "job-2").body;
  for (const char* part : {R"("status":"failed")", R"("code":"missing-columns")", "病案号", R"("text":"error-en")"})
    EXPECT_NE(body.find(part), std::string::npos) << part << "\n" << body;
  const auto none = Import({.kind = Kind::kFirstPages, .paths = {folder_ + "/none.csv"}}, Administrator());
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().category, ErrorCategory::kNotFound);
  EXPECT_EQ(Import({.kind = Kind::kFirstPages}, Administrator()).error().code, "no-file");
}

TEST_F(JobTest, CancelLeavesWholePiecesAndARepeatFinishes) {
  const std::string path = Write("many.csv", Pages(6000));
  Cancel cancel;
  Request request{.kind = Kind::kFirstPages, .paths = {path}, .organization = "H1", .job_id = "job-3"};
  const auto cancelled = intake::Run(Administrator(), tools(), request, cancel, [&](const Progress& p) {
    if (p.rows_read >= 1500) cancel.Request();
  });
  ASSERT_FALSE(cancelled.ok());
  EXPECT_EQ(cancelled.error().code, "cancelled");
  EXPECT_NE(Read("Task", "job-3").body.find(R"("status":"cancelled")"), std::string::npos);
  const uint64_t held = Count("Encounter");
  EXPECT_LT(held, 6000u);
  EXPECT_EQ(held % 1000, 0u);
  EXPECT_EQ(Count("Condition"), held);
  ExpectCounts(Import(Kind::kFirstPages, path, "H1"), 6000 - held, held, 0, 0);
}

TEST_F(JobTest, CancelledSettlementsLeaveNothing) {
  std::string text = "setl_id,psn_no,insu_admdvs,fixmedins_code,fix_blng_admdvs,med_type,enddate,fund_pay_sumamt\n";
  for (int i = 0; i < 20000; ++i) text += "S" + std::to_string(i) + ",P,410123,H1,410123,21,20250701,5\n";
  const std::string path = Write("s.csv", text);
  for (const char* stage : {"reading", "comparing"}) {
    Cancel cancel;
    const auto cancelled = intake::Run(Administrator(), tools(), {.kind = Kind::kSettlements, .paths = {path}}, cancel, [&](const Progress& p) {
      if (p.stage == stage && p.rows_read > 0) cancel.Request();
    });
    ASSERT_FALSE(cancelled.ok()) << stage;
    EXPECT_EQ(cancelled.error().code, "cancelled");
    EXPECT_TRUE(ledger_->Batches(Administrator(), "settlement")->empty());
  }
  ExpectCounts(Import(Kind::kSettlements, path), 20000, 0, 0, 0);
}

TEST_F(JobTest, SeveralFilesAtOnce) {
  Request request{.kind = Kind::kFirstPages, .paths = {Write("a.csv", Pages(2)), Write("b.csv", Pages(3) + "9,1,x,20250702,I10,5\n")},
                  .organization = "H1"};
  const auto summary = Import(request, Administrator());
  ExpectCounts(summary, 3, 2, 0, 1);
  EXPECT_EQ(ReportOf(*summary)[0]["FILE"], "b.csv");
}

// A wrong file is wrong in every row: the report holds each of them, and says where a spreadsheet would show a part only.
TEST_F(JobTest, AReportIsAsLongAsWhatIsWrong) {
  constexpr uint64_t kRows = 140'000;
  std::string text = "setl_id,psn_no,insu_admdvs,fixmedins_code,fix_blng_admdvs,med_type,enddate,fund_pay_sumamt\n";
  for (uint64_t i = 0; i < kRows; ++i) text += ",,,,,,,\"=1+1\"\n";
  const auto summary = Import(Kind::kSettlements, Write("wrong.csv", text));
  ExpectCounts(summary, 0, 0, 0, kRows);
  std::ifstream file(summary->report_path);
  std::string line;
  uint64_t lines = 0, formulas = 0;
  while (std::getline(file, line)) ++lines, formulas += line.find(",'=1+1,bad-number,") != std::string::npos;
  EXPECT_EQ(lines, kRows * 8 + 1);
  EXPECT_EQ(formulas, kRows);               // a spreadsheet must not run what a file had in it
  ASSERT_GT(lines, limits::kSpreadsheetRows);
  ASSERT_FALSE(summary->notes_en.empty());
  EXPECT_NE(summary->notes_en.back().find("1120001 lines; Excel opens the first 1048576"), std::string::npos) << summary->notes_en.back();
}

}  // namespace
}  // namespace qianxian::intake
