#include "intake/first_page_records.h"

#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "intake/ids.h"
#include "json/value.h"
#include "json/writer.h"

namespace qianxian::intake {
namespace {

using json::Writer;

constexpr std::string_view kBase = "https://fhir.qianxian.cn/";
constexpr std::string_view kExtension = "https://fhir.qianxian.cn/StructureDefinition/";
constexpr std::string_view kIcd10 = "https://fhir.qianxian.cn/CodeSystem/icd-10-clinical";
constexpr std::string_view kIcd9 = "https://fhir.qianxian.cn/CodeSystem/icd-9-cm-3-clinical";

std::string Url(std::string_view base, std::string_view rest) { return std::string(base) + std::string(rest); }

std::string DayText(int32_t days) { return Date::FromDays(days).ToString(); }

// "2025-07-01", or with the time of day in China: "2025-07-01T09:00:00+08:00".
std::string DateTimeText(int32_t days, const std::string& hour_minute) {
  return hour_minute.empty() ? DayText(days) : DayText(days) + "T" + hour_minute + ":00+08:00";
}

std::string MoneyText(int64_t fen) { return Decimal::FromUnits(fen, 2).ToString(); }

void Reference(Writer& w, std::string_view name, std::string_view type, std::string_view id) {
  w.Name(name).BeginObject().Member("reference", Url(type, "/") + std::string(id)).EndObject();
}

void Coding(Writer& w, std::string_view system, std::string_view code, std::string_view display = {}) {
  w.Name("coding").BeginArray().BeginObject().Member("system", system).Member("code", code);
  w.MemberIfAny("display", display).EndObject().EndArray();
}

// A code with its name; where only the name is given, the text alone.
void Concept(Writer& w, std::string_view system, const std::string& code, const std::string& name) {
  w.BeginObject();
  if (!code.empty()) Coding(w, system, code, name);
  else w.Member("text", name);
  w.EndObject();
}

void MoneyExtension(Writer& w, std::string_view name, int64_t fen) {
  w.BeginObject().Member("url", Url(kExtension, name)).Name("valueMoney").BeginObject();
  w.Name("value").Number(MoneyText(fen)).Member("currency", "CNY").EndObject().EndObject();
}

void TextExtension(Writer& w, std::string_view name, std::string_view kind, std::string_view text) {
  w.BeginObject().Member("url", Url(kExtension, name)).Member(kind, text).EndObject();
}

std::string PatientJson(const FirstPage& page, const std::string& patient_id, const std::string& encounter_id) {
  Writer w;
  w.BeginObject().Member("resourceType", "Patient").Member("id", patient_id);
  w.Name("extension").BeginArray();
  TextExtension(w, "as-of", "valueDate", DayText(page.discharged));
  w.BeginObject().Member("url", Url(kExtension, "as-of-stay"));
  Reference(w, "valueReference", "Encounter", encounter_id);
  w.EndObject().EndArray();
  w.Name("identifier").BeginArray();
  const auto identifier = [&](std::string_view system, std::string_view value) {
    w.BeginObject().Member("system", system).Member("value", value).EndObject();
  };
  if (!page.identity.empty()) identifier(Url(kBase, "id-card"), page.identity);
  identifier(Url(kBase, "medical-record-number/") + page.organization, page.record_number);
  w.EndArray();
  if (!page.name.empty()) w.Name("name").BeginArray().BeginObject().Member("text", page.name).EndObject().EndArray();
  if (!page.phone.empty()) {
    w.Name("telecom").BeginArray().BeginObject().Member("system", "phone").Member("value", page.phone);
    w.EndObject().EndArray();
  }
  const bool male = page.sex == "1" || page.sex == "男", female = page.sex == "2" || page.sex == "女";
  w.Member("gender", male ? "male" : female ? "female" : "unknown");
  if (page.born != FirstPage::kNoDate) w.Member("birthDate", DayText(page.born));
  if (!page.address.empty())
    w.Name("address").BeginArray().BeginObject().Member("text", page.address).EndObject().EndArray();
  Reference(w, "managingOrganization", "Organization", page.organization_id);
  w.EndObject();
  return w.Take();
}

void EncounterExtensions(Writer& w, const FirstPage& page) {
  w.Name("extension").BeginArray();
  MoneyExtension(w, "total-cost", page.total_cost_fen);
  if (page.self_paid_fen != FirstPage::kNoMoney) MoneyExtension(w, "self-paid", page.self_paid_fen);
  int level = 0;
  for (const FirstPage::Operation& operation : page.operations) level = std::max(level, operation.level);
  if (level > 0) TextExtension(w, "operation-level-maximum", "valueCode", std::to_string(level));
  if (!page.further.empty()) {
    w.BeginObject().Name("extension").BeginArray();
    for (const FirstPage::Further& field : page.further)
      w.BeginObject().Member("url", field.column).Member("valueString", field.value).EndObject();
    w.EndArray().Member("url", Url(kExtension, "first-page-fields")).EndObject();
  }
  w.EndArray();
}

void EncounterDiagnoses(Writer& w, const FirstPage& page, const std::string& id) {
  w.Name("reasonCode").BeginArray();
  Concept(w, kIcd10, page.diagnoses[0].code, page.diagnoses[0].name);
  w.EndArray().Name("diagnosis").BeginArray();
  for (size_t i = 0; i < page.diagnoses.size(); ++i) {
    w.BeginObject();
    Reference(w, "condition", "Condition", id + "-d" + std::to_string(i + 1));
    w.Name("use").BeginObject();
    Coding(w, "http://terminology.hl7.org/CodeSystem/diagnosis-role", "DD");
    w.EndObject().Member("rank", i + 1).EndObject();
  }
  w.EndArray();
}

std::string EncounterJson(const FirstPage& page, const FirstPageRecords& ids, bool stay_days_inclusive) {
  Writer w;
  w.BeginObject().Member("resourceType", "Encounter").Member("id", ids.encounter_id);
  EncounterExtensions(w, page);
  w.Name("identifier").BeginArray().BeginObject().Member("system", Url(kBase, "first-page"));
  w.Member("value", page.organization + "|" + page.record_number + "|" + page.stay_number).EndObject().EndArray();
  w.Member("status", "finished").Name("class").BeginObject();
  w.Member("system", "http://terminology.hl7.org/CodeSystem/v3-ActCode").Member("code", "IMP").EndObject();
  Reference(w, "subject", "Patient", ids.patient_id);
  w.Name("period").BeginObject().Member("start", DateTimeText(page.admitted, page.admitted_time));
  w.Member("end", DateTimeText(page.discharged, page.discharged_time)).EndObject();
  const int days = page.discharged - page.admitted;
  w.Name("length").BeginObject().Member("value", stay_days_inclusive ? days + 1 : std::max(days, 1));
  w.Member("unit", "d").Member("system", "http://unitsofmeasure.org").Member("code", "d").EndObject();
  EncounterDiagnoses(w, page, ids.encounter_id);
  if (!page.admit_source.empty() || !page.disposition.empty()) {
    w.Name("hospitalization").BeginObject();
    const auto member = [&](std::string_view name, std::string_view table, const std::string& code) {
      if (code.empty()) return;
      w.Name(name).BeginObject();
      Coding(w, Url(kBase, table), code);
      w.EndObject();
    };
    member("admitSource", "CodeSystem/rc026", page.admit_source);
    member("dischargeDisposition", "CodeSystem/rc019", page.disposition);
    w.EndObject();
  }
  Reference(w, "serviceProvider", "Organization", page.organization_id);
  w.EndObject();
  return w.Take();
}

std::string ConditionJson(const FirstPage::Diagnosis& diagnosis, const std::string& id, const FirstPageRecords& ids) {
  Writer w;
  w.BeginObject().Member("resourceType", "Condition").Member("id", id);
  if (!diagnosis.present_on_admission.empty()) {
    w.Name("extension").BeginArray();
    TextExtension(w, "present-on-admission", "valueCode", diagnosis.present_on_admission);
    w.EndArray();
  }
  w.Name("category").BeginArray().BeginObject();
  Coding(w, "http://terminology.hl7.org/CodeSystem/condition-category", "encounter-diagnosis");
  w.EndObject().EndArray().Name("code");
  Concept(w, kIcd10, diagnosis.code, diagnosis.name);
  Reference(w, "subject", "Patient", ids.patient_id);
  Reference(w, "encounter", "Encounter", ids.encounter_id);
  w.EndObject();
  return w.Take();
}

std::string ProcedureJson(const FirstPage::Operation& operation, const std::string& id, const FirstPageRecords& ids) {
  Writer w;
  w.BeginObject().Member("resourceType", "Procedure").Member("id", id);
  if (operation.level > 0 || !operation.level_text.empty()) {
    w.Name("extension").BeginArray();
    if (operation.level > 0) TextExtension(w, "operation-level", "valueCode", std::to_string(operation.level));
    else TextExtension(w, "operation-level-text", "valueString", operation.level_text);
    w.EndArray();
  }
  w.Member("status", "completed").Name("code");
  Concept(w, kIcd9, operation.code, operation.name);
  Reference(w, "subject", "Patient", ids.patient_id);
  Reference(w, "encounter", "Encounter", ids.encounter_id);
  if (operation.day != FirstPage::kNoDate) w.Member("performedDateTime", DayText(operation.day));
  w.EndObject();
  return w.Take();
}

}  // namespace

std::string EncounterId(const FirstPage& page) {
  return "fp-" + ShortHash(page.organization + "|" + page.record_number + "|" + page.stay_number);
}

std::string PatientId(const FirstPage& page) {
  return "p-" + ShortHash(!page.identity.empty() ? "ID|" + page.identity
                                                 : "BAH|" + page.organization + "|" + page.record_number);
}

FirstPageRecords MakeRecords(const FirstPage& page, bool stay_days_inclusive) {
  FirstPageRecords records;
  records.encounter_id = EncounterId(page);
  records.patient_id = PatientId(page);
  records.patient = {.type = "Patient", .id = records.patient_id,
                     .body = PatientJson(page, records.patient_id, records.encounter_id),
                     .owner = page.organization, .keep_owner = true, .skip_if_equal = true};
  const auto add = [&](const char* type, std::string id, std::string body) {
    records.stay.push_back({.type = type, .id = std::move(id), .body = std::move(body), .owner = page.organization,
                            .skip_if_equal = true});
  };
  add("Encounter", records.encounter_id, EncounterJson(page, records, stay_days_inclusive));
  for (const FirstPage::Diagnosis& diagnosis : page.diagnoses) {
    const std::string id = records.encounter_id + "-d" + std::to_string(++records.conditions);
    add("Condition", id, ConditionJson(diagnosis, id, records));
  }
  for (const FirstPage::Operation& operation : page.operations) {
    const std::string id = records.encounter_id + "-o" + std::to_string(++records.procedures);
    add("Procedure", id, ProcedureJson(operation, id, records));
  }
  return records;
}

PatientSource SourceOf(const FirstPage& page) { return {DayText(page.discharged), EncounterId(page)}; }

PatientSource SourceOf(std::string_view patient_body) {
  PatientSource source;
  const Result<json::Document> document = json::Document::Parse(std::string(patient_body));
  if (!document.ok()) return source;
  const auto extensions = document->root().Find("extension");
  if (!extensions) return source;
  for (json::Value extension : extensions->Elements()) {
    const std::string_view url = extension.FindString("url");
    if (url == Url(kExtension, "as-of")) source.as_of = extension.FindString("valueDate");
    if (url == Url(kExtension, "as-of-stay")) {
      const auto reference = extension.Find("valueReference");
      const std::string_view text = reference ? reference->FindString("reference") : std::string_view();
      if (StartsWith(text, "Encounter/")) source.encounter_id = text.substr(10);
    }
  }
  return source;
}

bool Supersedes(const PatientSource& candidate, const PatientSource& current) {
  if (candidate.encounter_id == current.encounter_id) return true;    // the same stay, corrected
  return std::tie(candidate.as_of, candidate.encounter_id) > std::tie(current.as_of, current.encounter_id);
}

}  // namespace qianxian::intake
