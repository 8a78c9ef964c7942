#include "base/machine.h"
#include "base/text.h"

#include <gtest/gtest.h>

#include "base/ids.h"

namespace qianxian {
namespace {

TEST(Text, PrefixesAndSuffixes) {
  EXPECT_TRUE(StartsWith("abc", "ab"));
  EXPECT_TRUE(StartsWith("abc", ""));
  EXPECT_FALSE(StartsWith("a", "ab"));
  EXPECT_TRUE(EndsWith("abc", "bc"));
  EXPECT_TRUE(EndsWith("abc", ""));
  EXPECT_FALSE(EndsWith("c", "bc"));
}

TEST(Text, Trims) {
  EXPECT_EQ(TrimAscii(" \t a b \r\n"), "a b");
  EXPECT_EQ(TrimAscii("　a"), "　a");
  EXPECT_EQ(TrimAscii(" \n"), "");
  EXPECT_EQ(TrimUnicode("\xef\xbb\xbf　 \xc2\xa0 肺 癌　\xc2\xa0\n"), "肺 癌");
  EXPECT_EQ(TrimUnicode("　　"), "");
  EXPECT_EQ(TrimUnicode(""), "");
}

TEST(Text, Cases) {
  EXPECT_EQ(ToLowerAscii("AbZ张é"), "abz张é");
  EXPECT_EQ(ToUpperAscii("aBz张é"), "ABZ张é");
}

TEST(Text, SplitsAndJoins) {
  EXPECT_EQ(Split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(Split("", ','), (std::vector<std::string_view>{""}));
  EXPECT_EQ(Split(",", ','), (std::vector<std::string_view>{"", ""}));
  EXPECT_EQ(Join({"a", "", "b"}, ", "), "a, , b");
  EXPECT_EQ(Join({}, ","), "");
  EXPECT_EQ(ReplaceAll("aaa", "aa", "b"), "ba");
  EXPECT_EQ(ReplaceAll("a.b.", ".", "::"), "a::b::");
  EXPECT_EQ(ReplaceAll("abc", "", "x"), "abc");
}

TEST(Text, MakesHalfWidth) {
  EXPECT_EQ(ToHalfWidth("Ｃ３４．９００　肺癌（左）～"), "C34.900 肺癌(左)~");
  EXPECT_EQ(ToHalfWidth("\xff\xef\xbc"), "\xff\xef\xbc");  // broken bytes stay
}

TEST(Utf8, KnowsValidFromInvalid) {
  for (const char* good : {"", "a", "é", "张", "😀", "\x7f", "\xed\x9f\xbf", "\xee\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(IsValidUtf8(good)) << good;
    EXPECT_TRUE(IsValidUtf8(std::string("12345678") + good + "12345678")) << good;
  }
  for (const char* bad : {"\x80", "\xc0\x80", "\xc1\xbf", "\xc3", "\xe0\x80\x80", "\xe5\xbc", "\xed\xa0\x80", "\xf0\x80\x80\x80",
                          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xf0\x9f\x98"}) {
    EXPECT_FALSE(IsValidUtf8(bad));
    EXPECT_FALSE(IsValidUtf8(std::string("1234567890") + bad + "a"));
  }
  EXPECT_TRUE(IsValidUtf8(std::string_view("\0", 1)));
}

TEST(Utf8, EveryCodePointComesBack) {
  for (uint32_t code_point = 0; code_point <= 0x10ffff; ++code_point) {
    std::string text;
    AppendUtf8(text, code_point);
    size_t position = 0;
    bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
    ASSERT_EQ(NextCodePoint(text, position), surrogate ? 0xfffd : code_point);
    ASSERT_EQ(position, text.size());
    ASSERT_TRUE(IsValidUtf8(text));
  }
  std::string text;
  AppendUtf8(text, 0x110000);
  EXPECT_EQ(text, "\xef\xbf\xbd");
}

TEST(Utf8, WalksAnyBytesToTheirEnd) {
  SeededRandom random(3);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random.NextBelow(12), 0);
    for (char& c : bytes) c = static_cast<char>(random.Next());
    size_t position = 0;
    std::string rebuilt;
    bool replaced = false;
    while (position < bytes.size()) {
      size_t before = position;
      uint32_t code_point = NextCodePoint(bytes, position);
      ASSERT_GT(position, before);
      replaced = replaced || (code_point == 0xfffd && position - before == 1);
      AppendUtf8(rebuilt, code_point);
    }
    EXPECT_EQ(position, bytes.size());
    EXPECT_EQ(IsValidUtf8(bytes), !replaced);
    EXPECT_EQ(rebuilt == bytes, !replaced);
  }
}

TEST(CsvField, QuotesWhatNeedsQuotes) {
  EXPECT_EQ(CsvField("abc"), "abc");
  EXPECT_EQ(CsvField("a,b"), "\"a,b\"");
  EXPECT_EQ(CsvField("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(CsvField("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(CsvField("=1+1"), "=1+1");
}

TEST(CsvField, GuardsFormulasButNotNumbers) {
  EXPECT_EQ(CsvField("=1+1", true), "'=1+1");
  EXPECT_EQ(CsvField("@SUM(A1,A2)", true), "\"'@SUM(A1,A2)\"");
  EXPECT_EQ(CsvField("-12.50", true), "-12.50");
  EXPECT_EQ(CsvField("+3", true), "+3");
  EXPECT_EQ(CsvField("-", true), "'-");
  EXPECT_EQ(CsvField("-1-1", true), "'-1-1");
  EXPECT_EQ(CsvField("+cmd|' /C calc'!A0", true), "'+cmd|' /C calc'!A0");
  EXPECT_EQ(CsvField("", true), "");
}

TEST(ParseInteger, TakesTheWholeTextOrNothing) {
  int64_t number = 5;
  EXPECT_TRUE(ParseInteger("-9223372036854775808", number));
  EXPECT_EQ(number, INT64_MIN);
  EXPECT_TRUE(ParseInteger("+7", number));
  EXPECT_EQ(number, 7);
  for (const char* bad : {"", "+", "-", "+-1", " 1", "1 ", "1.0", "9223372036854775808", "0x1", "一"}) {
    EXPECT_FALSE(ParseInteger(bad, number)) << bad;
    EXPECT_EQ(number, 7) << "left alone";
  }
}

TEST(Text, HexAndHashAreWhatTheyAlwaysWere) {
  EXPECT_EQ(HexEncode(std::string_view("\x00\xff\x1a", 3)), "00ff1a");
  EXPECT_EQ(HashFnv1a64(""), 0xcbf29ce484222325ULL);
  EXPECT_EQ(HashFnv1a64("a"), 0xaf63dc4c8601ec8cULL);       // the authors' test vectors
  EXPECT_EQ(HashFnv1a64("foobar"), 0x85944171f73967e8ULL);
}

TEST(Text, ControlCharactersAreFoundInAnyLetter) {
  for (const char* good : {"", "会诊室 2", "https://meet.example.cn/j/1", "é\u00a0ü"}) EXPECT_FALSE(HasControlCharacters(good)) << good;
  for (const char* bad : {"a\nb", "a\tb", "\x7f", "a\u0085", "会\u009f诊"}) EXPECT_TRUE(HasControlCharacters(bad)) << bad;
}

TEST(Machine, HasSomeMemory) { EXPECT_GT(MachineMemoryBytes(), size_t{64} << 20); }

}  // namespace
}  // namespace qianxian
