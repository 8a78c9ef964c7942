#include "intake/column_names.h"

#include <unordered_map>

#include "base/text.h"

namespace qianxian::intake {
namespace {

using Names = std::unordered_map<std::string_view, std::string_view>;

const Names& ExactNames() {
  static const Names names = {
      // Front page.
      {"USERNAME", "机构名称"}, {"YLFKFS", "付费方式"}, {"JKKH", "健康卡号"}, {"ZYCS", "住院次数"}, {"BAH", "病案号"},
      {"XM", "姓名"}, {"XB", "性别"}, {"CSRQ", "出生日期"}, {"NL", "年龄"}, {"GJ", "国籍"}, {"BZYZSNL", "不足一周岁年龄"},
      {"XSECSTZ", "新生儿出生体重"}, {"XSERYTZ", "新生儿入院体重"}, {"CSD", "出生地"}, {"GG", "籍贯"}, {"MZ", "民族"},
      {"SFZH", "身份证号"}, {"ZY", "职业"}, {"HY", "婚姻"}, {"XZZ", "现住址"}, {"DH", "电话"}, {"YB1", "邮编"},
      {"HKDZ", "户口地址"}, {"YB2", "户口邮编"}, {"GZDWJDZ", "工作单位及地址"}, {"DWDH", "单位电话"}, {"YB3", "单位邮编"},
      {"LXRXM", "联系人姓名"}, {"GX", "联系人关系"}, {"DZ", "联系人地址"}, {"DH2", "联系人电话"}, {"RYTJ", "入院途径"},
      {"RYSJ", "入院日期"}, {"RYSJS", "入院时"}, {"RYKB", "入院科别"}, {"RYBF", "入院病房"}, {"ZKKB", "转科科别"},
      {"CYSJ", "出院日期"}, {"CYSJS", "出院时"}, {"CYKB", "出院科别"}, {"CYBF", "出院病房"}, {"SJZYTS", "实际住院天数"},
      {"MZZD", "门急诊诊断"}, {"JBBM", "门急诊诊断编码"}, {"ZYZD", "主要诊断"}, {"JBDM", "主要诊断编码"},
      {"RYBQ", "主要诊断入院病情"}, {"WBYY", "损伤中毒外部原因"}, {"BLZD", "病理诊断"},
      {"JBMM", "病理诊断编码"}, {"BLH", "病理号"}, {"YWGM", "药物过敏"}, {"GMYW", "过敏药物"}, {"SWHZSJ", "死亡患者尸检"},
      {"XX", "血型"}, {"RH", "Rh"}, {"BAZL", "病案质量"}, {"ZKRQ", "质控日期"}, {"LYFS", "离院方式"},
      {"YZZY_YLJG", "医嘱转院拟接收机构"}, {"WSY_YLJG", "转社区或乡镇拟接收机构"}, {"SFZZYJH", "31天内再住院计划"},
      {"MD", "再住院目的"}, {"ZFY", "总费用"}, {"ZFJE", "自付金额"},
      // Settlements.
      {"SETL_ID", "结算ID"}, {"PSN_NO", "人员编号"}, {"GEND", "性别"}, {"BRDY", "出生日期"}, {"INSUTYPE", "险种类型"},
      {"INSU_ADMDVS", "参保地区划"}, {"FIXMEDINS_CODE", "定点机构编码"}, {"FIXMEDINS_NAME", "定点机构名称"},
      {"HOSP_LV", "医院等级"}, {"FIX_BLNG_ADMDVS", "定点机构归属区划"}, {"MED_TYPE", "医疗类别"},
      {"BEGNDATE", "开始日期"}, {"ENDDATE", "结束日期"}, {"DISE_CODE", "病种编码"}, {"DISE_NAME", "病种名称"},
      {"MEDFEE_SUMAMT", "医疗费总额"}, {"FUND_PAY_SUMAMT", "基金支付总额"}, {"PSN_PAY", "个人支付"},
      // Organisations and population.
      {"CODE", "机构代码"}, {"NAME", "机构名称"}, {"KIND", "机构类别"}, {"LEVEL", "等级"}, {"REGION", "行政区划"},
      {"LEAD", "牵头医院"}, {"SERVICES", "可提供的服务"}, {"YEAR", "年份"}, {"SEX", "性别"}, {"AGE_GROUP", "年龄组"}, {"PERSONS", "人数"},
  };
  return names;
}

// Columns that stand once for each diagnosis or operation, by their name without its number.
const Names& RepeatedNames() {
  static const Names names = {
      {"QTZD", "其他诊断"}, {"JBDM", "其他诊断编码"}, {"RYBQ", "其他诊断入院病情"}, {"SSJCZBM", "手术及操作编码"},
      {"SSJCZRQ", "手术及操作日期"}, {"SSJB", "手术级别"}, {"SSJCZMC", "手术及操作名称"}, {"SZ", "术者"},
      {"YZ", "I助"}, {"EZ", "II助"}, {"QKDJ", "切口等级"}, {"QKYHLB", "切口愈合类别"}, {"MZFS", "麻醉方式"},
      {"MZYS", "麻醉医师"},
  };
  return names;
}

}  // namespace

std::string ChineseName(std::string_view column) {
  const std::string upper = ToUpperAscii(column);
  if (const auto found = ExactNames().find(upper); found != ExactNames().end()) return std::string(found->second);
  const size_t digits = upper.find_last_not_of("0123456789") + 1;
  const auto repeated = RepeatedNames().find(std::string_view(upper).substr(0, digits));
  return repeated == RepeatedNames().end() ? "" : std::string(repeated->second) + upper.substr(digits);
}

}  // namespace qianxian::intake
