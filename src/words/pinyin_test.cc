#include "words/pinyin.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace qianxian::words {
namespace {

using Strings = std::vector<std::string>;

// Is the name found by what was typed: does a sound begin so?
bool Finds(std::string_view typed, std::string_view name, std::string_view family = {}) {
  const Strings sounds = NameSounds(name, family);
  return std::any_of(sounds.begin(), sounds.end(), [&](const std::string& sound) { return sound.starts_with(typed); });
}

TEST(Pinyin, ReadsCharacters) {
  EXPECT_EQ(ReadingOf(0x5F20), "zhang");   // 张
  EXPECT_EQ(ReadingOf(0x3007), "ling");    // 〇
  EXPECT_EQ(ReadingOf(0x7565), "lve");     // 略
  EXPECT_EQ(ReadingOf('a'), "");
  EXPECT_EQ(SoundOf("高血压"), "gaoxueya");
  EXPECT_EQ(SoundOf("章 伟"), "zhangwei");
  EXPECT_EQ(SoundOf("Xi'an"), "xian");
  EXPECT_EQ(SoundOf("Müller 王"), "mullerwang");
  EXPECT_EQ(SoundOf("zhang1 wei3"), "zhangwei");
  EXPECT_EQ(SoundOf("ＺＷ"), "zw");
  EXPECT_EQ(SoundOf("·—— 12"), "");
}

TEST(Pinyin, FindsANameAsItIsTyped) {
  EXPECT_EQ(NameSounds("张伟"), (Strings{"zhangwei", "zw", "wei"}));
  EXPECT_EQ(NameSounds("王小明"), (Strings{"wangxiaoming", "wxm", "wangxm", "xiaoming"}));
  for (const char* typed : {"zhangwei", "zw", "zhang", "zhangw", "z", "wei"}) EXPECT_TRUE(Finds(typed, "张伟")) << typed;
  for (const char* typed : {"zhagn", "lw", "zx"}) EXPECT_FALSE(Finds(typed, "张伟")) << typed;
  EXPECT_TRUE(Finds("wangxm", "王 小明"));
  EXPECT_TRUE(Finds("xiaoming", "王小明", "王"));
}

TEST(Pinyin, ReadsSurnamesAsSurnames) {
  for (const auto& [name, sound] : {std::pair{"单田芳", "shantianfang"}, {"曾国藩", "zengguofan"}, {"仇英", "qiuying"}, {"解缙", "xiejin"},
                                    {"区大相", "oudaxiang"}, {"查良镛", "zhaliangyong"}, {"盖叫天", "gejiaotian"}, {"朴树", "piaoshu"},
                                    {"尉迟恭", "yuchigong"}, {"万俟卨", "moqi"}, {"翟天临", "zhaitianlin"}, {"缪斌", "miaobin"}}) {
    EXPECT_TRUE(Finds(sound, name)) << name;
  }
  EXPECT_TRUE(Finds("dantianfang", "单田芳")) << "as who does not know types it";
  EXPECT_TRUE(Finds("stf", "单田芳"));
  EXPECT_EQ(SoundOf("单田芳"), "shantianfang");
  EXPECT_EQ(SoundOf("简单"), "jiandan");
}

TEST(Pinyin, KnowsSurnamesOfTwoCharacters) {
  EXPECT_EQ(NameSounds("欧阳修"), (Strings{"ouyangxiu", "oyx", "xiu"}));
  EXPECT_TRUE(Finds("ouyangnn", "欧阳娜娜"));
  EXPECT_TRUE(Finds("nana", "欧阳娜娜"));
  EXPECT_TRUE(Finds("zhugekm", "诸葛孔明", "诸葛"));
}

TEST(Pinyin, KnowsSeveralReadingsAndSpellings) {
  for (const char* typed : {"lvbu", "lubu", "lyubu", "lb"}) EXPECT_TRUE(Finds(typed, "吕布")) << typed;
  for (const char* typed : {"wangle", "wangyue", "wl", "wy"}) EXPECT_TRUE(Finds(typed, "王乐")) << typed;
  for (const char* typed : {"lichang", "lizhang"}) EXPECT_TRUE(Finds(typed, "李长")) << typed;
}

TEST(Pinyin, TakesNamesInLettersToo) {
  for (const char* typed : {"annamaria", "maria", "smith", "ams", "mariasmith"}) EXPECT_TRUE(Finds(typed, "Anna Maria Smith")) << typed;
  EXPECT_TRUE(Finds("ayi", "阿依古丽·买买提"));
  EXPECT_TRUE(Finds("oconnor", "Sinéad O'Connor"));
  EXPECT_TRUE(NameSounds("").empty());
  EXPECT_TRUE(NameSounds("123").empty());
}

TEST(Pinyin, StaysBounded) {
  std::string name;
  for (int i = 0; i < 1000; ++i) name += "乐行";
  EXPECT_LE(NameSounds(name).size(), kNameSounds);
}

}  // namespace
}  // namespace qianxian::words
