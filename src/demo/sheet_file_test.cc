#include "demo/sheet_file.h"

#include "demo/page_layout.h"
#include "demo/test_county.h"

namespace qianxian::demo {
namespace {

std::string Money(int64_t cents) {
  std::string out;
  AppendMoney(cents, out);
  return out;
}

TEST(Money, IsExactToTheCent) {
  EXPECT_EQ(Money(0), "0.00");
  EXPECT_EQ(Money(5), "0.05");
  EXPECT_EQ(Money(10), "0.10");
  EXPECT_EQ(Money(100), "1.00");
  EXPECT_EQ(Money(123456789012), "1234567890.12");
  EXPECT_EQ(Money(-5), "-0.05");
  EXPECT_EQ(Money(-12345), "-123.45");
}

TEST(FullWidth, IsWhatSomeSystemsPrint) { EXPECT_EQ(ToFullWidth("12.50-X"), "１２．５０－Ｘ"); }

TEST(OddRows, ComeOnceEachInTheirOrderOnOrAfterTheirDay) {
  OddRows odd(100, 2, 2, 10);
  EXPECT_EQ(odd.Next(109), -1);
  EXPECT_EQ(odd.Next(110), 0);
  EXPECT_EQ(odd.Next(110), -1);
  EXPECT_EQ(odd.Next(145), 1);
  EXPECT_EQ(odd.Next(145), 0);
  EXPECT_EQ(odd.Next(145), 1);
  EXPECT_EQ(odd.Next(9999), -1);
  EXPECT_EQ(OddRows().Next(9999), -1);
}

TEST(SheetFile, CountsRowsAndPhysicalLines) {
  TemporaryFolder folder;
  GeneratedFile file;
  file.kind = "settlements";
  file.path = folder.path() + "/a.csv";
  auto sheet = SheetFile::Create(file, sheet::CsvWriter::Encoding::kUtf8, {"a", "b"}).value();
  std::string_view two_lines[] = {"1", "x\r\ny"};
  std::string_view plain[] = {"2", "z"};
  ASSERT_TRUE(sheet->Accept(two_lines).ok());
  ASSERT_TRUE(sheet->Refuse(plain, "b", "required").ok());
  ASSERT_TRUE(sheet->Repeat(two_lines).ok());
  ASSERT_TRUE(sheet->Replace(plain).ok());
  GeneratedFile closed = sheet->Close().value();
  EXPECT_EQ(closed.rows, 4u);
  EXPECT_EQ(closed.accepted, 1u);
  EXPECT_EQ(closed.unchanged, 1u);
  EXPECT_EQ(closed.replaced, 1u);
  EXPECT_EQ(closed.rejected, (std::map<std::string, uint64_t>{{"required", 1}}));
  ASSERT_EQ(closed.refusals.size(), 1u);
  EXPECT_EQ(closed.refusals[0].line, 4u);   // header, a row of two lines, then it
  EXPECT_EQ(ReadAll(file.path), "a,b\r\n1,\"x\r\ny\"\r\n2,z\r\n1,\"x\r\ny\"\r\n2,z\r\n");
}

TEST(SheetFile, AFullDiskIsSaid) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "this machine has no /dev/full";
  GeneratedFile file;
  file.path = "/dev/full";
  auto sheet = SheetFile::Create(file, sheet::CsvWriter::Encoding::kUtf8, {"a"}).value();
  std::string_view row[] = {"1"};
  ASSERT_TRUE(sheet->Accept(row).ok());
  auto closed = sheet->Close();
  ASSERT_FALSE(closed.ok());
  EXPECT_EQ(closed.error().code, "disk-full");
}

TEST(PageLayout, IsN041InItsPrintOrder) {
  PageLayout layout(StyleOf(0));
  const auto& header = layout.header();
  EXPECT_EQ(header.size(), 47u + 45 + 22 + 77 + 41);
  EXPECT_EQ(header.front(), "USERNAME");
  EXPECT_EQ(header.back(), "QTF");
  // The eighth other diagnosis is printed first.
  EXPECT_LT(layout.At("RYBQ"), layout.At("QTZD8"));
  EXPECT_EQ(layout.At("QTZD8") + 3, layout.At("QTZD1"));
  EXPECT_EQ(layout.At("QTZD15") + 3, layout.At("WBYY"));
  EXPECT_EQ(header[layout.At("WBYY") + 1], "H23");
  EXPECT_EQ(header[layout.OtherDiagnosis(7)[1]], "JBDM7");
  EXPECT_EQ(header[layout.Operation(3)[2]], "SSJB3");
}

TEST(PageLayout, OperationsAreNumberedAsThePrograms) {
  PageLayout first_bare(StyleOf(1)), all_bare(StyleOf(2));
  EXPECT_EQ(first_bare.header()[first_bare.Operation(1)[0]], "SSJCZBM");
  EXPECT_EQ(first_bare.header()[first_bare.Operation(2)[0]], "SSJCZBM2");
  for (int n = 1; n <= kOperationGroups; ++n) {
    EXPECT_EQ(all_bare.header()[all_bare.Operation(n)[3]], "SSJCZMC");
    if (n > 1) { EXPECT_EQ(all_bare.Operation(n)[3], all_bare.Operation(n - 1)[3] + 11); }
  }
}

}  // namespace
}  // namespace qianxian::demo
