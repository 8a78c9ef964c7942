// Encodings: what is found out, and that every character survives, judged by ICU itself.
#include <gtest/gtest.h>
#include <unicode/ucnv.h>

#include "base/text.h"
#include "sheet/csv.h"
#include "sheet/gb18030.h"
#include "sheet/test_files.h"

namespace qianxian::sheet {
namespace {

std::string FromIcu(const char* converter_name, const std::string& bytes) {
  UErrorCode status = U_ZERO_ERROR;
  std::string out(bytes.size() * 4 + 16, '\0');
  const int32_t length = ucnv_convert("UTF-8", converter_name, out.data(), static_cast<int32_t>(out.size()), bytes.data(),
                                      static_cast<int32_t>(bytes.size()), &status);
  EXPECT_TRUE(U_SUCCESS(status));
  out.resize(static_cast<size_t>(length));
  return out;
}

std::string ToIcu(const char* converter_name, const std::string& utf8) {
  UErrorCode status = U_ZERO_ERROR;
  std::string out(utf8.size() * 4 + 16, '\0');
  const int32_t length = ucnv_convert(converter_name, "UTF-8", out.data(), static_cast<int32_t>(out.size()), utf8.data(),
                                      static_cast<int32_t>(utf8.size()), &status);
  EXPECT_TRUE(U_SUCCESS(status));
  out.resize(static_cast<size_t>(length));
  return out;
}

std::string Decode(const std::string& bytes) {
  std::string out(bytes.size() * 3, '\0');
  const DecodeResult r = DecodeGb18030(bytes, true, out.data());
  EXPECT_EQ(r.taken, bytes.size());
  out.resize(r.written);
  return out;
}

TEST(Gb18030, EveryTwoByteCharacterAsIcuHasIt) {
  size_t wrong = 0, good = 0;
  for (int lead = 0x81; lead <= 0xfe; ++lead) {
    for (int trail = 0x40; trail <= 0xfe; ++trail) {
      if (trail == 0x7f) continue;
      const std::string bytes{static_cast<char>(lead), static_cast<char>(trail)};
      (Decode(bytes) == FromIcu("gb18030", bytes) ? good : wrong) += 1;
    }
  }
  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(good, 23940u);
}

TEST(Gb18030, EveryCharacterOfUnicodeGoesAndComesBack) {
  std::string text;
  for (uint32_t c = 0x20; c <= 0x10ffff; c += c < 0x10000 ? 1 : 37)
    if (c < 0xd800 || c > 0xdfff) AppendUtf8(text, c);
  std::string packed;
  AppendGb18030(text, packed);
  EXPECT_EQ(FromIcu("gb18030", packed), text);
  const std::string back = Decode(packed);
  for (size_t a = 0, b = 0; a < text.size() && b < back.size();) ASSERT_EQ(NextCodePoint(back, b), NextCodePoint(text, a));
  EXPECT_EQ(back.size(), text.size());
}

TEST(Gb18030, BrokenBytesCostOneCharacterEach) {
  EXPECT_EQ(Decode("a\xff,b"), "a\xef\xbf\xbd,b");
  EXPECT_EQ(Decode("a\x81,b"), "a\xef\xbf\xbd,b");           // a lead byte before a comma: the comma stays
  EXPECT_EQ(Decode("\x81\x30,9"), "\xef\xbf\xbd""0,9");
  EXPECT_EQ(Decode("\xb4"), "\xef\xbf\xbd");
  EXPECT_EQ(Decode("\x80"), "€");
}

TEST(Encoding, EachIsFoundAndGivesTheSameTable) {
  TestFiles files;
  const std::string utf8 = "姓名,诊断编码,费用\r\n张三,I10.x00x002,100.00\r\n欧阳𠮷,C34.900,\"1,000.50\"\r\n";
  const Table expected = ReadTable(files.Write(utf8));
  EXPECT_EQ(expected.encoding, "UTF-8");
  EXPECT_EQ(expected.rows.at(1).at(0), "欧阳𠮷");
  const auto check = [&](const std::string& bytes, const char* name) {
    const Table t = ReadTable(files.Write(bytes));
    EXPECT_EQ(t.error, "") << name;
    EXPECT_EQ(t.encoding, name);
    EXPECT_EQ(t.header, expected.header) << name;
    EXPECT_EQ(t.rows, expected.rows) << name;
  };
  check("\xef\xbb\xbf" + utf8, "UTF-8");
  check(ToIcu("gb18030", utf8), "GB18030");
  check("\xff\xfe" + ToIcu("UTF-16LE", utf8), "UTF-16LE");
  check("\xfe\xff" + ToIcu("UTF-16BE", utf8), "UTF-16BE");
}

TEST(Encoding, Utf16WithoutAMark) {
  TestFiles files;
  const Table t = ReadTable(files.Write(ToIcu("UTF-16LE", "setl_id\tpsn_no\r\nS1\t张三\r\n")));
  EXPECT_EQ(t.encoding, "UTF-16LE");
  EXPECT_EQ(t.rows.at(0).at(1), "张三");
}

TEST(Encoding, Gb18030ThatBeginsAfterMegabytesOfAscii) {
  TestFiles files;
  std::string text = "A,B\n";
  while (text.size() < (5 << 20)) text += "0123456789,abcdefghijklmnopqrstuvwxyz\n";
  const Table t = ReadTable(files.Write(text + ToIcu("gb18030", "末行,县人民医院\n")));
  EXPECT_EQ(t.encoding, "GB18030");
  EXPECT_EQ(t.rows.back(), (std::vector<std::string>{"末行", "县人民医院"}));
}

TEST(Encoding, ABrokenByteInAUtf8FileIsOneDamagedRow) {
  TestFiles files;
  std::string text = "A,B\n";
  for (int i = 0; i < 500; ++i) text += "张三,县人民医院\n";
  text += "李\xff四,乡卫生院\n王五,村卫生室\n";
  const Table t = ReadTable(files.Write(text));
  EXPECT_EQ(t.encoding, "UTF-8");
  ASSERT_EQ(t.rows.size(), 502u);
  EXPECT_EQ(t.rows[500][0], "李\xef\xbf\xbd四");
  EXPECT_TRUE(t.damaged[500]);
  EXPECT_FALSE(t.damaged[499]);
  EXPECT_FALSE(t.damaged[501]);
}

TEST(Encoding, ABrokenByteInAGb18030FileIsOneDamagedRow) {
  TestFiles files;
  std::string text = "A,B\n";
  for (int i = 0; i < 500; ++i) text += "张三,县人民医院\n";
  std::string bytes = ToIcu("gb18030", text) + "\xff,x\n" + ToIcu("gb18030", "王五,村卫生室\n");
  const Table t = ReadTable(files.Write(bytes));
  EXPECT_EQ(t.encoding, "GB18030");
  ASSERT_EQ(t.rows.size(), 502u);
  EXPECT_TRUE(t.damaged[500]);
  EXPECT_FALSE(t.damaged[501]);
  EXPECT_EQ(t.rows[501][1], "村卫生室");
}

TEST(Encoding, BytesOfNeitherAreRefused) {
  TestFiles files;
  std::string bytes = "A,B\n";
  for (int i = 0; i < 3000; ++i) bytes += "\xff\xfe\x80 ,\xff\xff\n";
  EXPECT_EQ(ReadTable(files.Write(bytes)).error, "not-text");
}

}  // namespace
}  // namespace qianxian::sheet
