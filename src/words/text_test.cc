#include "words/text.h"

#include <gtest/gtest.h>

namespace qianxian::words {
namespace {

bool Finds(std::string_view term, std::initializer_list<std::string_view> texts) {
  TextWords words;
  for (const std::string_view text : texts) AppendTextWords(text, words);
  return Holds(ReadTextTerm(term), words);
}

TEST(Text, CutsChineseIntoPairs) {
  TextWords words;
  AppendTextWords("高血压 3级, Grade-III", words);
  EXPECT_EQ(words.words, "高血 血压 压 3 级 grade iii \xee\x80\x80");
  EXPECT_EQ(words.initials, "gx xy y j");
}

TEST(Text, FindsChineseWordsOfAnyLength) {
  for (const char* term : {"高血压", "血压", "压", "高", "原发性高血压", "高血压病", "病3级", "病 3级", "3级"}) {
    EXPECT_TRUE(Finds(term, {"原发性高血压病3级"})) << term;
  }
  for (const char* term : {"血高", "高压", "血压3", "低血压", "压级"}) EXPECT_FALSE(Finds(term, {"原发性高血压病3级"})) << term;
  EXPECT_FALSE(Finds("高血压", {"高血", "血压"})) << "not from one text into the next";
  EXPECT_FALSE(Finds("blood count", {"blood", "count"}));
}

TEST(Text, FindsLatinWordsAndInitials) {
  EXPECT_TRUE(Finds("HEIGHT", {"Body Height"}));
  EXPECT_TRUE(Finds("body height", {"Body Height"}));
  EXPECT_FALSE(Finds("heig", {"Body Height"}));
  EXPECT_TRUE(Finds("heig*", {"Body Height"}));
  EXPECT_TRUE(Finds("muller", {"Müller"}));
  for (const char* term : {"gxy", "xy", "yfxgxy"}) EXPECT_TRUE(Finds(term, {"原发性高血压"})) << term;
  for (const char* term : {"gyx", "gxyy", "g"}) EXPECT_FALSE(Finds(term, {"原发性高血压"})) << term;
  EXPECT_TRUE(ReadTextTerm("—，。 ").words.empty());
}

}  // namespace
}  // namespace qianxian::words
