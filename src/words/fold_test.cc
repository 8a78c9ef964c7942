#include "words/fold.h"

#include <gtest/gtest.h>

namespace qianxian::words {
namespace {

TEST(Fold, ForgetsCaseAccentsWidthAndSpace) {
  EXPECT_EQ(Fold("  Anna   MARIA "), "anna maria");
  EXPECT_EQ(Fold("Ælfrød Müller-Łukaš ß"), "aelfrod muller-lukas ss");
  EXPECT_EQ(Fold("Lǚ Xùn"), "lu xun");
  EXPECT_EQ(Fold("Nguyễn Văn Đức"), "nguyen van duc");
  EXPECT_EQ(Fold("e\xCC\x81"), "e");              // e and a combining acute
  EXPECT_EQ(Fold("ＡＢＣ１２３"), "abc123");
  EXPECT_EQ(Fold("王　小明"), "王 小明");
  EXPECT_EQ(Fold("ΆΣΊΣ"), "ασισ");
  EXPECT_EQ(Fold("ЁЛКА"), "елка");
  EXPECT_EQ(Fold("\t\n "), "");
}

}  // namespace
}  // namespace qianxian::words
