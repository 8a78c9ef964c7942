// The ledgers that this release knows.
#include "store/ledger_internal.h"

namespace qianxian::store {

const LedgerSchema& SettlementSchema() {
  using T = ColumnType;
  static const LedgerSchema schema{
      .kind = "settlement",
      .columns = {{"setl_id", T::kText},         {"psn_no", T::kText},          {"gend", T::kText},
                  {"brdy", T::kDate},            {"insutype", T::kText},        {"insu_admdvs", T::kText},
                  {"fixmedins_code", T::kText},  {"fixmedins_name", T::kText},  {"hosp_lv", T::kText},
                  {"fix_blng_admdvs", T::kText}, {"med_type", T::kText},        {"begndate", T::kDate},
                  {"enddate", T::kDate},         {"dise_code", T::kText},       {"dise_name", T::kText},
                  {"medfee_sumamt", T::kMoney},  {"fund_pay_sumamt", T::kMoney}, {"psn_pay", T::kMoney}},
      .key = {"setl_id"},
      .order_by = "enddate"};
  return schema;
}

const LedgerSchema& PopulationSchema() {
  using T = ColumnType;
  static const LedgerSchema schema{
      .kind = "population",
      .columns = {{"region", T::kText}, {"year", T::kInteger}, {"sex", T::kText}, {"age_group", T::kText},
                  {"persons", T::kInteger}},
      .key = {"region", "year", "sex", "age_group"},
      .order_by = ""};
  return schema;
}

namespace ledger {

std::string SqlType(ColumnType type) {
  switch (type) {
    case ColumnType::kText: return "VARCHAR";
    case ColumnType::kDate: return "DATE";
    case ColumnType::kMoney: return "DECIMAL(18,2)";
    case ColumnType::kInteger: return "BIGINT";
  }
  return "VARCHAR";
}

const LedgerSchema* FindSchema(std::string_view kind) {
  for (const LedgerSchema* schema : {&SettlementSchema(), &PopulationSchema()})
    if (schema->kind == kind) return schema;
  return nullptr;
}

}  // namespace ledger
}  // namespace qianxian::store
