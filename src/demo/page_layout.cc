#include "demo/page_layout.h"

#include "base/check.h"
#include "base/text.h"

namespace qianxian::demo {
namespace {

constexpr std::string_view kBeforeOthers =
    "USERNAME,YLFKFS,JKKH,ZYCS,BAH,XM,XB,CSRQ,NL,GJ,BZYZSNL,XSECSTZ,XSERYTZ,CSD,GG,MZ,SFZH,ZY,HY,XZZ,DH,YB1,HKDZ,YB2,GZDWJDZ,"
    "DWDH,YB3,LXRXM,GX,DZ,DH2,RYTJ,RYSJ,RYSJS,RYKB,RYBF,ZKKB,CYSJ,CYSJS,CYKB,CYBF,SJZYTS,MZZD,JBBM,ZYZD,JBDM,RYBQ";
constexpr int kPrintOrder[kOtherDiagnoses] = {8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15};
constexpr std::string_view kBeforeOperations =
    "WBYY,H23,BLZD,JBMM,BLH,YWGM,GMYW,SWHZSJ,XX,RH,KZR,ZRYS,ZZYS,ZYYS,ZRHS,JXYS,SXYS,BMY,BAZL,ZKYS,ZKHS,ZKRQ";
constexpr const char* kOperation[11] = {"SSJCZBM", "SSJCZRQ", "SSJB", "SSJCZMC", "SZ",  "YZ",
                                        "EZ",      "QKDJ",    "QKYHLB", "MZFS",  "MZYS"};
constexpr std::string_view kAfterOperations =
    "LYFS,YZZY_YLJG,WSY_YLJG,SFZZYJH,MD,RYQ_T,RYQ_XS,RYQ_F,RYH_T,RYH_XS,RYH_F,ZFY,ZFJE,YLFUF,ZLCZF,HLF,QTFY,BLZDF,SYSZDF,YXXZDF,"
    "LCZDXMF,FSSZLXMF,WLZLF,SSZLF,MAF,SSF,KFF,ZYZLF,XYF,KJYWF,ZCYF,ZCYF1,XF,BDBLZPF,QDBLZPF,NXYZLZPF,XBYZLZPF,HCYYCLF,YYCLF,"
    "YCXYYCLF,QTF";

using Encoding = sheet::CsvWriter::Encoding;
constexpr PageStyle kStyles[kPageStyles] = {
    {Encoding::kGb18030, false, PageStyle::kNumbered, {"1", "2", "3", "4"}, false},
    {Encoding::kUtf8Bom, false, PageStyle::kFirstBare, {"Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"}, false},
    {Encoding::kUtf8, true, PageStyle::kAllBare, {"一级", "二级", "三级", "四级"}, false},
    {Encoding::kGb18030, false, PageStyle::kFirstBare, {"1", "2", "3", "4"}, false},
    {Encoding::kUtf8, false, PageStyle::kNumbered, {"I", "II", "III", "IV"}, true}};

}  // namespace

const PageStyle& StyleOf(int style) {
  QX_CHECK(style >= 0 && style < kPageStyles, "no such style of front pages");
  return kStyles[style];
}

PageLayout::PageLayout(const PageStyle& style) {
  auto add = [this](std::string name) {
    header_.push_back(name);
    return columns_.emplace(std::move(name), header_.size() - 1).first->second;
  };
  for (std::string_view name : Split(kBeforeOthers, ',')) add(std::string(name));
  for (int n : kPrintOrder) {
    std::string number = std::to_string(n);
    others_[n - 1] = {add("QTZD" + number), add("JBDM" + number), add("RYBQ" + number)};
  }
  for (std::string_view name : Split(kBeforeOperations, ',')) add(std::string(name));
  for (int n = 1; n <= kOperationGroups; ++n) {
    bool bare = style.operations == PageStyle::kAllBare || (style.operations == PageStyle::kFirstBare && n == 1);
    for (int i = 0; i < 11; ++i) {
      operations_[n - 1][i] = header_.size();   // not by name: a bare name stands there seven times
      add(kOperation[i] + (bare ? std::string() : std::to_string(n)));
    }
  }
  for (std::string_view name : Split(kAfterOperations, ',')) add(std::string(name));
}

size_t PageLayout::At(std::string_view column) const {
  auto found = columns_.find(std::string(column));
  QX_CHECK(found != columns_.end(), "no column " + std::string(column));
  return found->second;
}

}  // namespace qianxian::demo
