// Source: 《现代汉语词典》第 7 版，多音字与姓氏读音；《百家姓》复姓 [K]. Of characters that names and medical words use.
#include "words/readings.h"

#include <algorithm>

#include "base/text.h"

namespace qianxian::words {
namespace {

struct Others {
  std::string_view character;
  std::string_view readings;
};
constexpr Others kOthers[] = {
    {"长", "chang zhang"}, {"長", "chang zhang"}, {"乐", "le yue"}, {"樂", "le yue"}, {"行", "xing hang heng"},
    {"重", "zhong chong"}, {"朝", "chao zhao"}, {"晟", "sheng cheng"}, {"茜", "qian xi"}, {"柏", "bai bo"}, {"传", "chuan zhuan"},
    {"大", "da dai"}, {"都", "du dou"}, {"会", "hui kuai"}, {"卡", "ka qia"}, {"缪", "miao mou"}, {"弹", "dan tan"},
    {"参", "shen can cen"}, {"省", "sheng xing"}, {"盛", "sheng cheng"}, {"石", "shi dan"}, {"沈", "shen chen"}, {"俞", "yu shu"},
    {"藏", "zang cang"}, {"系", "xi ji"}, {"血", "xue xie"}, {"颤", "chan zhan"}, {"率", "lv shuai"}, {"便", "bian pian"},
    {"尿", "niao sui"}, {"咳", "ke hai"}, {"薄", "bo bao"}, {"贾", "jia gu"}, {"车", "che ju"}, {"臂", "bi bei"}, {"模", "mo mu"},
    {"宿", "su xiu"}, {"泊", "po bo"}, {"莎", "sha suo"}, {"蕃", "fan bo"}, {"亲", "qin qing"}, {"佛", "fo fu"}, {"阿", "a e"},
    {"秘", "mi bi"}, {"角", "jiao jue"}, {"觉", "jue jiao"}, {"给", "gei ji"}, {"还", "hai huan"}, {"圈", "quan juan"},
    {"强", "qiang jiang"}, {"塞", "sai se"}, {"厦", "sha xia"}, {"校", "xiao jiao"}, {"约", "yue yao"}, {"扎", "zha za"},
    {"折", "zhe she"}, {"琢", "zhuo zuo"}, {"靓", "liang jing"}, {"娜", "na nuo"}, {"露", "lu lou"}, {"荨", "xun qian"},
    {"六", "liu lu"}, {"殷", "yin yan"}, {"奇", "qi ji"}, {"粘", "nian zhan"}, {"壳", "ke qiao"}, {"术", "shu zhu"}, {"吁", "yu xu"},
    {"鹄", "hu gu"}, {"圩", "wei xu"}, {"蔚", "wei yu"}, {"尉", "wei yu"}, {"峙", "zhi shi"}, {"莘", "shen xin"}, {"巷", "xiang hang"},
    {"炅", "jiong gui"}, {"屏", "ping bing"}, {"若", "ruo re"}, {"乘", "cheng sheng"}, {"仔", "zi zai"}, {"识", "shi zhi"},
    {"澄", "cheng deng"}, {"芥", "jie gai"}, {"谷", "gu yu"}, {"朴", "pu piao po"}, {"覃", "qin tan xun"}, {"宓", "mi fu"},
    {"万", "wan mo"}, {"祭", "ji zhai"}, {"黑", "hei he"}, {"洗", "xi xian"}, {"那", "na nuo"}, {"牟", "mou mu"}, {"葛", "ge"},
    {"盖", "gai ge"}, {"翟", "zhai di"}, {"隗", "wei kui"}, {"郗", "xi chi"}, {"郇", "xun huan"}, {"逄", "pang"}, {"谌", "chen shen"},
    {"佴", "nai er"}, {"句", "ju gou"}, {"过", "guo"}, {"撒", "sa"}, {"褚", "chu zhu"}, {"瞿", "qu ju"}, {"燕", "yan"}, {"曲", "qu"},
    {"宁", "ning"}, {"甯", "ning"}, {"纪", "ji"}, {"区", "qu ou"}, {"單", "dan shan chan"}, {"单", "dan shan chan"}, {"曾", "zeng ceng"},
    {"解", "jie xie"}, {"查", "cha zha"}, {"仇", "chou qiu"}, {"查", "cha zha"}, {"蕊", "rui"}, {"昇", "sheng"}, {"珺", "jun"},
    {"翕", "xi"}, {"邪", "xie ye"}, {"着", "zhe zhuo zhao"}, {"脉", "mai mo"}, {"胖", "pang pan"}, {"疟", "nve yao"}, {"痞", "pi"},
    {"哮", "xiao"}, {"肖", "xiao"}, {"蛤", "ge ha"}, {"核", "he hu"}, {"骨", "gu"}, {"结", "jie"}, {"炎", "yan"}, {"脊", "ji"},
    {"和", "he huo"}, {"差", "cha chai"}, {"调", "tiao diao"}, {"降", "jiang xiang"}, {"落", "luo la lao"}, {"绿", "lv lu"},
    {"熟", "shu shou"}, {"削", "xiao xue"}, {"伽", "jia qie ga"}, {"嘉", "jia"}, {"女", "nv ru"}, {"诺", "nuo"}, {"呙", "guo"},
};

constexpr LongSurname kLongSurnames[] = {
    {"欧阳", "ou yang"}, {"歐陽", "ou yang"}, {"司马", "si ma"}, {"上官", "shang guan"}, {"诸葛", "zhu ge"}, {"東方", "dong fang"},
    {"东方", "dong fang"}, {"皇甫", "huang fu"}, {"尉迟", "yu chi"}, {"尉遲", "yu chi"}, {"公孙", "gong sun"}, {"慕容", "mu rong"},
    {"长孙", "zhang sun"}, {"宇文", "yu wen"}, {"司徒", "si tu"}, {"司空", "si kong"}, {"夏侯", "xia hou"}, {"令狐", "ling hu"},
    {"轩辕", "xuan yuan"}, {"钟离", "zhong li"}, {"闻人", "wen ren"}, {"澹台", "tan tai"}, {"公冶", "gong ye"}, {"濮阳", "pu yang"},
    {"淳于", "chun yu"}, {"单于", "chan yu"}, {"太叔", "tai shu"}, {"申屠", "shen tu"}, {"赫连", "he lian"}, {"万俟", "mo qi"},
    {"端木", "duan mu"}, {"独孤", "du gu"}, {"南宫", "nan gong"}, {"西门", "xi men"}, {"拓跋", "tuo ba"}, {"百里", "bai li"},
    {"呼延", "hu yan"}, {"纳兰", "na lan"}, {"完颜", "wan yan"}, {"第五", "di wu"}, {"贺兰", "he lan"}, {"亓官", "qi guan"},
    {"左丘", "zuo qiu"}, {"公羊", "gong yang"}, {"梁丘", "liang qiu"}, {"东郭", "dong guo"}, {"宗政", "zong zheng"},
};

struct ByCharacter {
  uint32_t character;
  std::string_view readings;
};

std::vector<ByCharacter> Sorted() {
  std::vector<ByCharacter> out;
  for (const Others& one : kOthers) {
    size_t position = 0;
    out.push_back({NextCodePoint(one.character, position), one.readings});
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.character < b.character; });
  return out;
}

}  // namespace

std::string_view OtherReadings(uint32_t character) {
  static const std::vector<ByCharacter> table = Sorted();
  const auto found = std::lower_bound(table.begin(), table.end(), character, [](const ByCharacter& a, uint32_t b) { return a.character < b; });
  return found != table.end() && found->character == character ? found->readings : std::string_view();
}

const LongSurname* LongSurnameOf(std::string_view name) {
  const auto found = std::find_if(std::begin(kLongSurnames), std::end(kLongSurnames), [&](const LongSurname& one) {
    return name.starts_with(one.characters);
  });
  return found == std::end(kLongSurnames) ? nullptr : found;
}

}  // namespace qianxian::words
