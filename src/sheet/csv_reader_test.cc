// The reader on what counties really send.
#include <gtest/gtest.h>

#include "base/limits.h"
#include "sheet/csv.h"
#include "sheet/test_files.h"

namespace qianxian::sheet {
namespace {

using Rows = std::vector<std::vector<std::string>>;

TEST(CsvReader, QuotesLineBreaksAndLineNumbers) {
  TestFiles files;
  const Table t = ReadTable(files.Write("a,b,c\r\n1,\"x,y\",3\r\n4,\"line one\r\nline two\nthree\",6\r\n\r\n7,\"say \"\"hi\"\"\",9"));
  EXPECT_EQ(t.error, "");
  EXPECT_EQ(t.header, (std::vector<std::string>{"A", "B", "C"}));
  EXPECT_EQ(t.rows, (Rows{{"1", "x,y", "3"}, {"4", "line one\r\nline two\nthree", "6"}, {"7", "say \"hi\"", "9"}}));
  EXPECT_EQ(t.lines, (std::vector<uint64_t>{2, 3, 7}));
  EXPECT_EQ(t.encoding, "UTF-8");
}

TEST(CsvReader, EveryLineEnd) {
  TestFiles files;
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const Table t = ReadTable(files.Write("a,b" + end + "1,2" + end + end + "3,4" + end));
    EXPECT_EQ(t.rows, (Rows{{"1", "2"}, {"3", "4"}}));
    EXPECT_EQ(t.lines, (std::vector<uint64_t>{2, 4}));
  }
}

TEST(CsvReader, SeparatorsOfTheHeaderLine) {
  TestFiles files;
  EXPECT_EQ(ReadTable(files.Write("a\tb\tc\n1,5\t2\t3\n")).rows, (Rows{{"1,5", "2", "3"}}));
  EXPECT_EQ(ReadTable(files.Write("a;b;c\n1,5;2;3\n")).rows, (Rows{{"1,5", "2", "3"}}));
  EXPECT_EQ(ReadTable(files.Write("\"a;x;y\",b\n1,2\n")).rows, (Rows{{"1", "2"}}));
  const Table hinted = ReadTable(files.Write("sep=;\r\na;b\r\n1;2\r\n"));
  EXPECT_EQ(hinted.header, (std::vector<std::string>{"A", "B"}));
  EXPECT_EQ(hinted.rows, (Rows{{"1", "2"}}));
  EXPECT_EQ(hinted.lines, (std::vector<uint64_t>{3}));
}

TEST(CsvReader, ExcelsWrappingsAndWordsForNothing) {
  TestFiles files;
  const Table t = ReadTable(files.Write(
      "a,b,c,d\n=\"0012\",'0013,\"=\"\"0014\"\"\",\"=\"\"a\"\"\"\"b\"\"\"\n-,/,无,—\nnull,\\N,NULL,--\n'甲,5\" tube,\"阿\"司匹林,x\n"));
  EXPECT_EQ(t.rows, (Rows{{"0012", "0013", "0014", "a\"b"}, {"'甲", "5\" tube", "\"阿\"司匹林", "x"}}));
  EXPECT_EQ(t.lines, (std::vector<uint64_t>{2, 5}));     // rows of nothing are blank lines
  for (const char* word : {"", "-", "--", "/", "无", "—", "——", "null", "NULL", "\\N"}) EXPECT_TRUE(IsNullWord(word)) << word;
  for (const char* word : {"0", "无名氏", "n/a?", "1-2"}) EXPECT_FALSE(IsNullWord(word)) << word;
}

TEST(CsvReader, FullWidthAndSpaces) {
  TestFiles files;
  const Table t = ReadTable(files.Write(
      "\xef\xbb\xbf\"ｂａｈ\", zycs ,\u3000名称\u3000\n １２３．５０ ,\u00a0Ｘ４\u00a0,\u3000县（中）医院１号\u3000\nＮＯ－１,２０２５／０７／０１,全角　空格\n"));
  EXPECT_EQ(t.header, (std::vector<std::string>{"BAH", "ZYCS", "名称"}));
  EXPECT_EQ(t.rows, (Rows{{"123.50", "X4", "县（中）医院1号"}, {"NO-1", "2025/07/01", "全角 空格"}}));
}

TEST(CsvReader, MoreAndFewerFieldsAreGivenAsTheyAre) {
  TestFiles files;
  EXPECT_EQ(ReadTable(files.Write("a,b\n1\n1,2,3\n,,\n")).rows, (Rows{{"1"}, {"1", "2", "3"}}));
}

TEST(CsvReader, NulsAndTheEndMarkOfDosAreDropped) {
  TestFiles files;
  EXPECT_EQ(ReadTable(files.Write(std::string("a,b\n1\0\0,2\n3,4\n\x1a", 16))).rows, (Rows{{"1", "2"}, {"3", "4"}}));
}

TEST(CsvReader, FieldsLongerThanTheBufferAndTheBounds) {
  TestFiles files;
  const std::string half(900'000, 'x');
  const Table t = ReadTable(files.Write("a,b,c\n" + half + ",\"" + half + "\"," + half + "\n1,2,3\n"));
  EXPECT_EQ(t.error, "");
  EXPECT_EQ(t.rows, (Rows{{half, half, half}, {"1", "2", "3"}}));
  const std::string long_field(limits::kCsvFieldBytes + 10, 'x');
  EXPECT_EQ(ReadTable(files.Write("a,b\n" + long_field + ",1\n")).error, "field-too-long");
  EXPECT_EQ(ReadTable(files.Write("a,b\n\"" + long_field + "\",1\n")).error, "field-too-long");
  EXPECT_EQ(ReadTable(files.Write("a,b\n" + std::string(limits::kCsvColumns + 5, ',') + "\n")).error, "too-wide");
  EXPECT_EQ(ReadTable(files.Write("a,b\n1,2\n3,\"open\n5,6\n")).error, "unclosed-quote");
  std::string lines = "a,b\n3,\"open\n";
  for (int i = 0; i < 200'000; ++i) lines += "1,2345\n";
  EXPECT_EQ(ReadTable(files.Write(lines)).error, "unclosed-quote");
}

TEST(CsvReader, ErrorsSayWhichLine) {
  TestFiles files;
  auto reader = CsvReader::Open(files.Write("a,b\n1,\"two\nlines\"\n3,\"open\n"));
  ASSERT_TRUE(reader.ok());
  Row row;
  ASSERT_TRUE((*reader)->Next(row).value());
  auto next = (*reader)->Next(row);
  ASSERT_FALSE(next.ok());
  EXPECT_NE(next.error().zh.find("第 4 行"), std::string::npos) << next.error().zh;
  EXPECT_NE(next.error().en.find("line 4"), std::string::npos) << next.error().en;
}

TEST(CsvReader, FilesThatAreNoText) {
  TestFiles files;
  EXPECT_EQ(ReadTable(files.Path("none.csv")).error.empty(), false);
  EXPECT_EQ(ReadTable(files.Write("")).error, "empty-file");
  EXPECT_EQ(ReadTable(files.Write(" \r\n\n ")).error, "empty-file");
  EXPECT_EQ(ReadTable(files.Write("\xef\xbb\xbf")).error, "empty-file");
  EXPECT_EQ(ReadTable(files.Write(",,\n,,\n")).error, "empty-file");
  EXPECT_EQ(ReadTable(files.Write("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + std::string(600, '\0'))).error, "not-text");
  EXPECT_EQ(ReadTable(files.Write("PK\x03\x04 xl/workbook.xml")).error, "not-text");
  EXPECT_EQ(ReadTable(files.Write("%PDF-1.7 ...")).error, "not-text");
  EXPECT_EQ(ReadTable(files.Write("<html><table><tr><td>1</td></tr></table></html>")).error, "not-text");
  EXPECT_EQ(ReadTable(files.Write(std::string("\x03\x7d\x07\x01\x05\0\0\0\x61\0\x20\0", 12) + std::string(60, '\0'))).error,
            "not-text");
  auto excel = CsvReader::Open(files.Write("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"));
  ASSERT_FALSE(excel.ok());
  EXPECT_NE(excel.error().zh.find("另存为"), std::string::npos);
  EXPECT_NE(excel.error().en.find("Save As"), std::string::npos);
}

TEST(CsvReader, KnowsHowFarItIs) {
  TestFiles files;
  std::string text = "a,b\n";
  for (int i = 0; i < 300'000; ++i) text += "1,2\n";
  auto reader = CsvReader::Open(files.Write(text));
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ((*reader)->file_size(), text.size());
  EXPECT_LT((*reader)->file_position(), text.size());
  Row row;
  while ((*reader)->Next(row).value()) {}
  EXPECT_EQ((*reader)->file_position(), text.size());
}

}  // namespace
}  // namespace qianxian::sheet
