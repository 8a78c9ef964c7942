// A settlement row as FHIR R4 ExplanationOfBenefit, made when somebody asks: the ledger keeps no resource a row.
#include "base/limits.h"
#include "base/text.h"
#include "json/writer.h"
#include "measure/service.h"

namespace qianxian::measure::internal {
namespace {

constexpr char kBase[] = "https://fhir.qianxian.cn/";

constexpr char kColumns[] =
    "setl_id, psn_no, gend, brdy, insutype, insu_admdvs, fixmedins_code, fixmedins_name, hosp_lv, fix_blng_admdvs, med_type, begndate, "
    "enddate, dise_code, dise_name, medfee_sumamt, fund_pay_sumamt, psn_pay, CAST(care AS VARCHAR) AS care, institution_name, batch";

// One row by column name; "" where null.
class Settlement {
 public:
  Settlement(const columns::Rows& rows, const std::vector<columns::Cell>& row) : rows_(rows), row_(row) {}
  std::string Get(std::string_view name) const {
    const int at = rows_.FindColumn(name);
    if (at < 0 || row_[static_cast<size_t>(at)].is_null) return {};
    const columns::Cell& cell = row_[static_cast<size_t>(at)];
    const columns::Column& column = rows_.columns[static_cast<size_t>(at)];
    if (column.type == columns::Type::kDate) return Date::FromDays(static_cast<int32_t>(cell.integer)).ToString();
    if (column.type == columns::Type::kDecimal) return Decimal::FromUnits(cell.integer, column.scale).ToString();
    return cell.text;
  }

 private:
  const columns::Rows& rows_;
  const std::vector<columns::Cell>& row_;
};

// FHIR ids are [A-Za-z0-9-.]{1,64}; a setl_id that is no such thing still finds the same id every time.
std::string IdOf(const std::string& setl_id) {
  bool good = !setl_id.empty() && setl_id.size() <= 58;
  for (char c : setl_id)
    good = good && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.');
  if (good) return "setl-" + setl_id;
  return "setl-x" + std::to_string(HashFnv1a64(setl_id)) + "-" + std::to_string(HashFnv1a64(setl_id, 0x9ae16a3b2f90404fULL));
}

void Identifier(json::Writer& w, std::string_view name, std::string_view system, const std::string& value) {
  w.Name(name).BeginObject().Member("system", std::string(kBase) + std::string(system)).Member("value", value).EndObject();
}

void Concept(json::Writer& w, std::string_view name, const std::string& system, std::string_view code, std::string_view display = {}) {
  w.Name(name).BeginObject().Name("coding").BeginArray().BeginObject();
  w.Member("system", system).Member("code", code).MemberIfAny("display", display).EndObject().EndArray().EndObject();
}

void Money(json::Writer& w, std::string_view name, const std::string& amount) {
  w.Name(name).BeginObject().Name("value").Number(amount).Member("currency", "CNY").EndObject();
}

void Extensions(json::Writer& w, const Settlement& s) {
  static constexpr std::pair<const char*, const char*> kFields[] = {
      {"insurance-type", "insutype"}, {"insured-division", "insu_admdvs"}, {"institution-division", "fix_blng_admdvs"},
      {"institution-level", "hosp_lv"}, {"medical-type", "med_type"}, {"insured-gender", "gend"}};
  bool begun = false;
  const auto begin = [&] {
    if (!begun) w.Name("extension").BeginArray();
    begun = true;
  };
  for (const auto& [url, column] : kFields) {
    const std::string value = s.Get(column);
    if (value.empty()) continue;
    begin();
    w.BeginObject().Member("url", std::string(kBase) + "StructureDefinition/" + url).Member("valueCode", value).EndObject();
  }
  if (const std::string born = s.Get("brdy"); !born.empty()) {
    begin();
    w.BeginObject().Member("url", std::string(kBase) + "StructureDefinition/insured-birth-date").Member("valueDate", born).EndObject();
  }
  if (begun) w.EndArray();
}

void Diagnosis(json::Writer& w, const Settlement& s) {
  const std::string code = s.Get("dise_code"), name = s.Get("dise_name");
  if (code.empty() && name.empty()) return;
  w.Name("diagnosis").BeginArray().BeginObject().Member("sequence", 1).Name("diagnosisCodeableConcept").BeginObject();
  if (!code.empty()) {
    w.Name("coding").BeginArray().BeginObject().Member("system", std::string(kBase) + "CodeSystem/icd-10-insurance");
    w.Member("code", code).MemberIfAny("display", name).EndObject().EndArray();
  }
  w.MemberIfAny("text", name).EndObject().EndObject().EndArray();
}

void Total(json::Writer& w, std::string_view category, const std::string& system, const std::string& amount) {
  if (amount.empty()) return;
  w.BeginObject();
  Concept(w, "category", system, category);
  Money(w, "amount", amount);
  w.EndObject();
}

std::string ClaimType(const std::string& care) {
  return care == "inpatient" ? "institutional" : care == "pharmacy" ? "pharmacy" : "professional";
}

void WriteBenefit(json::Writer& w, const Settlement& s) {
  const std::string adjudication = "http://terminology.hl7.org/CodeSystem/adjudication";
  const std::string fund = s.Get("fund_pay_sumamt");
  w.BeginObject().Member("resourceType", "ExplanationOfBenefit").Member("id", IdOf(s.Get("setl_id")));
  w.Name("meta").BeginObject().Member("source", "DocumentReference/" + s.Get("batch")).EndObject();
  Extensions(w, s);
  w.Name("identifier").BeginArray().BeginObject().Member("system", std::string(kBase) + "settlement");
  w.Member("value", s.Get("setl_id")).EndObject().EndArray();
  w.Member("status", "active");
  Concept(w, "type", "http://terminology.hl7.org/CodeSystem/claim-type", ClaimType(s.Get("care")));
  w.Member("use", "claim");
  w.Name("patient").BeginObject().Member("type", "Patient");
  Identifier(w, "identifier", "insured-person", s.Get("psn_no"));
  w.EndObject();
  if (const std::string begun = s.Get("begndate"); !begun.empty())
    w.Name("billablePeriod").BeginObject().Member("start", begun).Member("end", s.Get("enddate")).EndObject();
  w.Member("created", s.Get("enddate"));
  w.Name("insurer").BeginObject().Member("type", "Organization");
  Identifier(w, "identifier", "insurance-division", s.Get("insu_admdvs"));
  w.EndObject();
  w.Name("provider").BeginObject().Member("type", "Organization");
  Identifier(w, "identifier", "organization-code", s.Get("fixmedins_code"));
  w.MemberIfAny("display", s.Get("institution_name")).EndObject();
  w.Member("outcome", "complete");
  Diagnosis(w, s);
  w.Name("insurance").BeginArray().BeginObject().Member("focal", true).Name("coverage").BeginObject().Member("type", "Coverage");
  Identifier(w, "identifier", "insured-person", s.Get("psn_no"));
  w.EndObject().EndObject().EndArray();
  w.Name("total").BeginArray();
  Total(w, "submitted", adjudication, s.Get("medfee_sumamt"));
  Total(w, "benefit", adjudication, fund);
  Total(w, "patient-paid", std::string(kBase) + "CodeSystem/settlement-total", s.Get("psn_pay"));
  w.EndArray();
  w.Name("payment").BeginObject().Member("date", s.Get("enddate"));
  Money(w, "amount", fund);
  w.EndObject().EndObject();
}

}  // namespace

Result<std::string> Service::ExplanationOfBenefit(const access::Caller& caller, std::string_view setl_id) {
  QX_DO(access::Decide(caller, access::Verb::kCases, "settlement", ""));
  QX_TRY(const columns::Rows rows,
         warehouse_.Query(std::string("SELECT ") + kColumns + " FROM settlement WHERE setl_id = $1", {columns::Parameter::Text(setl_id)}, nullptr));
  if (rows.rows.empty())
    return NotFound("no-such-settlement", "There is no settlement " + std::string(setl_id), "没有这笔结算：" + std::string(setl_id));
  json::Writer w;
  WriteBenefit(w, Settlement(rows, rows.rows[0]));
  return w.Take();
}

Result<std::string> Service::ExplanationsOfPerson(const access::Caller& caller, std::string_view psn_no, size_t count) {
  QX_DO(access::Decide(caller, access::Verb::kCases, "settlement", ""));
  const std::vector<columns::Parameter> person = {columns::Parameter::Text(psn_no)};
  QX_TRY(const columns::Rows total, warehouse_.Query("SELECT count(*) FROM settlement WHERE psn_no = $1", person, nullptr));
  QX_TRY(const columns::Rows rows,
         warehouse_.Query(std::string("SELECT ") + kColumns + " FROM settlement WHERE psn_no = $1 ORDER BY enddate DESC, setl_id LIMIT " +
                              std::to_string(std::min(count, limits::kCasesPageMaximum)), person, nullptr));
  json::Writer w;
  w.BeginObject().Member("resourceType", "Bundle").Member("type", "searchset").Name("total").Integer(total.rows[0][0].integer);
  if (!rows.rows.empty()) {
    w.Name("entry").BeginArray();
    for (const auto& row : rows.rows) {
      const Settlement settlement(rows, row);
      w.BeginObject().Member("fullUrl", std::string(kBase) + "ExplanationOfBenefit/" + IdOf(settlement.Get("setl_id")));
      w.Name("resource");
      WriteBenefit(w, settlement);
      w.Name("search").BeginObject().Member("mode", "match").EndObject().EndObject();
    }
    w.EndArray();
  }
  w.EndObject();
  return w.Take();
}

}  // namespace qianxian::measure::internal
