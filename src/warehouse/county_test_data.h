// A small county for tests of warehouse/ and measure/: a record in memory, a real ledger, the county-core pack; records
// as docs/formats/first-page.md has them. Only for tests.
#pragma once

#include <gtest/gtest.h>

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <map>

#include "base/clock.h"
#include "base/files.h"
#include "base/ids.h"
#include "fhir/definitions.h"
#include "json/writer.h"
#include "pack/pack.h"
#include "search/parameters.h"
#include "store/ledger.h"
#include "store/store.h"
#include "warehouse/warehouse.h"

namespace qianxian::warehouse {

struct TestSettlement {
  std::string id, person = "P1", insured = "990201", institution = "H1", place = "990201", med_type = "21", ended = "2025-03-01";
  std::string disease = "J18.900";
  int64_t total_fen = 100000, fund_fen = 60000;
  bool no_total = false;
};

struct TestDischarge {
  std::string org = "H1", number = "1", patient = "p-1", disposition = "1", disease = "J18.900", in = "2025-03-01", out = "2025-03-05";
  int days = 4;
  std::string cost = "1000.00", self_paid, stated_days;
  std::vector<std::pair<std::string, std::string>> operations;   // code, level ("" none, "?x" unreadable)
};

inline pack::Pack CountyCorePack() {
  const std::string folder = std::string(QIANXIAN_SOURCE_DIR) + "/packs/county-core";
  std::map<std::string, std::string> files;
  const Result<std::vector<std::string>> paths = ListFiles(folder);
  QX_CHECK(paths.ok(), "the pack's folder");
  for (const std::string& path : *paths) files[path.substr(folder.size() + 1)] = ReadFile(path).value();
  Result<pack::Pack> pack = pack::ParsePack(files);
  QX_CHECK(pack.ok(), pack.ok() ? "" : pack.error().en);
  return std::move(pack).value();
}

class TestCounty {
 public:
  explicit TestCounty(pack::Pack pack = CountyCorePack()) : pack_(std::move(pack)) {
    static std::atomic<int> number{0};
    folder_ = std::filesystem::temp_directory_path() / ("qianxian-county-" + std::to_string(getpid()) + "-" + std::to_string(number++));
    std::filesystem::create_directories(folder_);
    store_ = store::OpenMemoryStore({.directory = folder_, .parameters = Parameters(), .clock = &clock_, .random = &random_}).value();
    ledger_ = store::OpenLedger(folder_, *store_, clock_, random_).value();
  }
  ~TestCounty() {
    warehouse_.reset();
    ledger_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  Options WarehouseOptions() {
    return {.directory = folder_, .store = store_.get(), .ledger = ledger_.get(), .definitions = &fhir::Definitions::R4(), .pack = &pack_};
  }
  Warehouse& warehouse() {
    if (!warehouse_) {
      auto opened = Warehouse::Open(WarehouseOptions());
      QX_CHECK(opened.ok(), opened.ok() ? "" : Describe(opened.error()));
      warehouse_ = std::move(*opened);
    }
    return *warehouse_;
  }
  void CloseWarehouse() { warehouse_.reset(); }
  void CatchUp() {
    const Result<uint64_t> t = warehouse().CatchUp(Cancel(), nullptr);
    ASSERT_TRUE(t.ok()) << Describe(t.error());
    ASSERT_EQ(*t, store_->LastT());
  }
  // First column, row by row, of a query, with '|' between several columns.
  std::vector<std::string> Ask(const std::string& sql) {
    const Result<columns::Rows> rows = warehouse().Query(sql, {}, nullptr);
    EXPECT_TRUE(rows.ok()) << Describe(rows.error());
    std::vector<std::string> out;
    if (!rows.ok()) return out;
    for (const auto& row : rows->rows) {
      std::string line;
      for (size_t i = 0; i < row.size(); ++i) line += (i ? "|" : "") + CellText(rows->columns[i], row[i]);
      out.push_back(line);
    }
    return out;
  }

  void Put(const std::string& type, const std::string& id, const std::string& body) { Commit({PutChange(type, id, body)}); }
  void Delete(const std::string& type, const std::string& id) {
    store::Change change;
    change.kind = store::Change::Kind::kDelete;
    change.type = type;
    change.id = id;
    Commit({change});
  }
  void Commit(std::vector<store::Change> changes) {
    const auto receipt = store_->Commit(access::SystemCaller("test"), {std::move(changes), "test"});
    ASSERT_TRUE(receipt.ok()) << Describe(receipt.error());
  }

  void AddOrganization(const std::string& code, const std::string& name, const std::string& kind, const std::string& region,
                       const std::string& lead = "") {
    json::Writer w;
    w.BeginObject().Member("resourceType", "Organization").Member("id", code).Name("identifier").BeginArray().BeginObject();
    w.Member("system", "https://fhir.qianxian.cn/organization-code").Member("value", code).EndObject().EndArray().Member("name", name);
    const std::string definitions = "https://fhir.qianxian.cn/StructureDefinition/";
    if (!region.empty() || !lead.empty()) {
      w.Name("extension").BeginArray();
      if (!region.empty()) w.BeginObject().Member("url", definitions + "region").Member("valueString", region).EndObject();
      if (!lead.empty())
        w.BeginObject().Member("url", definitions + "lead").Name("valueReference").BeginObject().Member("reference", "Organization/" + lead)
            .EndObject().EndObject();
      w.EndArray();
    }
    if (!kind.empty()) {
      w.Name("type").BeginArray().BeginObject().Name("coding").BeginArray().BeginObject();
      w.Member("system", "https://fhir.qianxian.cn/CodeSystem/organization-kind").Member("code", kind);
      w.EndObject().EndArray().EndObject().EndArray();
    }
    w.EndObject();
    Put("Organization", code, w.Take());
  }

  // Encounter, its principal Condition and its Procedures; returns the Encounter's id.
  std::string AddDischarge(const TestDischarge& d) {
    const std::string id = "fp-" + d.org + "-" + d.number;
    std::vector<store::Change> changes = {PutChange("Encounter", id, EncounterJson(id, d))};
    json::Writer c;
    c.BeginObject().Member("resourceType", "Condition").Member("id", id + "-d1");
    Coding(c.Name("category").BeginArray().BeginObject(), "http://terminology.hl7.org/CodeSystem/condition-category", "encounter-diagnosis");
    c.EndObject().EndArray().Name("code").BeginObject();
    Coding(c, "https://fhir.qianxian.cn/CodeSystem/icd-10-clinical", d.disease).EndObject();
    Reference(c, "subject", "Patient/" + d.patient);
    Reference(c, "encounter", "Encounter/" + id).EndObject();
    changes.push_back(PutChange("Condition", id + "-d1", c.Take()));
    for (size_t i = 0; i < d.operations.size(); ++i) {
      const std::string op = id + "-o" + std::to_string(i + 1);
      changes.push_back(PutChange("Procedure", op, ProcedureJson(op, id, d, d.operations[i])));
    }
    Commit(std::move(changes));
    return id;
  }

  store::LedgerReceipt AddSettlements(const std::vector<TestSettlement>& rows) {
    const store::LedgerSchema& schema = store::SettlementSchema();
    auto session = ledger_->Begin(access::SystemCaller("test"), schema).value();
    uint64_t line = 1;
    for (const TestSettlement& s : rows) {
      std::vector<store::LedgerValue> values(schema.columns.size());
      const auto put = [&](std::string_view name, store::LedgerValue value) {
        for (size_t i = 0; i < values.size(); ++i)
          if (schema.columns[i].name == name) values[i] = value;
      };
      const auto text = [&](std::string_view name, std::string_view value) { if (!value.empty()) put(name, {false, value, 0}); };
      text("setl_id", s.id);
      text("psn_no", s.person);
      text("insu_admdvs", s.insured);
      text("fixmedins_code", s.institution);
      text("fixmedins_name", s.institution + "院");
      text("fix_blng_admdvs", s.place);
      text("med_type", s.med_type);
      text("dise_code", s.disease);
      put("enddate", {false, {}, ParseDate(s.ended).value().ToDays()});
      if (!s.no_total) put("medfee_sumamt", {false, {}, s.total_fen});
      put("fund_pay_sumamt", {false, {}, s.fund_fen});
      EXPECT_TRUE(session->Append(++line, values).ok());
    }
    auto receipt = session->Finish(access::SystemCaller("test"), {"a.csv", std::string(64, 'a'), "test"}, nullptr, Cancel(), nullptr);
    QX_CHECK(receipt.ok(), receipt.ok() ? "" : Describe(receipt.error()));
    return std::move(receipt).value();
  }

  store::Store& store() { return *store_; }
  store::Ledger& ledger() { return *ledger_; }
  pack::Pack& pack() { return pack_; }
  const std::string& folder() const { return folder_; }
  static const search::Parameters* Parameters() {
    static const auto parameters = search::Parameters::Create(fhir::Definitions::R4());
    QX_CHECK(parameters.ok(), "the search parameters");
    return parameters->get();
  }

 private:
  static std::string CellText(const columns::Column& column, const columns::Cell& cell) {
    if (cell.is_null) return "NULL";
    switch (column.type) {
      case columns::Type::kInteger: return std::to_string(cell.integer);
      case columns::Type::kDecimal: return Decimal::FromUnits(cell.integer, column.scale).ToString();
      case columns::Type::kDate: return Date::FromDays(static_cast<int32_t>(cell.integer)).ToString();
      case columns::Type::kBoolean: return cell.boolean ? "true" : "false";
      default: return cell.text;
    }
  }
  static store::Change PutChange(const std::string& type, const std::string& id, const std::string& body) {
    store::Change change;
    change.type = type;
    change.id = id;
    change.body = body;
    return change;
  }
  static json::Writer& Coding(json::Writer& w, std::string_view system, std::string_view code) {
    return w.Name("coding").BeginArray().BeginObject().Member("system", system).Member("code", code).EndObject().EndArray();
  }
  static json::Writer& Reference(json::Writer& w, std::string_view name, const std::string& to) {
    return w.Name(name).BeginObject().Member("reference", to).EndObject();
  }
  static std::string EncounterJson(const std::string& id, const TestDischarge& d) {
    const std::string base = "https://fhir.qianxian.cn/";
    json::Writer w;
    w.BeginObject().Member("resourceType", "Encounter").Member("id", id).Name("identifier").BeginArray().BeginObject();
    w.Member("system", base + "first-page").Member("value", d.org + "|" + d.number + "|1").EndObject().EndArray();
    w.Member("status", "finished").Name("class").BeginObject().Member("code", "IMP").EndObject();
    Reference(w, "subject", "Patient/" + d.patient);
    Reference(w, "serviceProvider", "Organization/" + d.org);
    w.Name("period").BeginObject().Member("start", d.in).Member("end", d.out.size() > 10 ? d.out : d.out + "T10:00:00+08:00").EndObject();
    if (d.days >= 0) w.Name("length").BeginObject().Name("value").Integer(d.days).Member("unit", "d").EndObject();
    if (!d.disease.empty()) {
      w.Name("reasonCode").BeginArray().BeginObject();
      Coding(w, base + "CodeSystem/icd-10-clinical", d.disease).EndObject().EndArray();
    }
    w.Name("hospitalization").BeginObject();
    if (!d.disposition.empty()) {
      w.Name("dischargeDisposition").BeginObject();
      Coding(w, base + "CodeSystem/rc019", d.disposition).EndObject();
    }
    w.EndObject().Name("extension").BeginArray();
    std::string highest;
    for (const auto& [code, level] : d.operations)
      if (level.size() == 1 && level > highest) highest = level;
    const auto money = [&](const char* name, const std::string& amount) {
      if (amount.empty()) return;
      w.BeginObject().Member("url", base + "StructureDefinition/" + name).Name("valueMoney").BeginObject();
      w.Name("value").Number(amount).Member("currency", "CNY").EndObject().EndObject();
    };
    money("total-cost", d.cost);
    money("self-paid", d.self_paid);
    if (!highest.empty())
      w.BeginObject().Member("url", base + "StructureDefinition/operation-level-maximum").Member("valueCode", highest).EndObject();
    if (!d.stated_days.empty()) {
      w.BeginObject().Member("url", base + "StructureDefinition/first-page-fields").Name("extension").BeginArray().BeginObject();
      w.Member("url", "SJZYTS").Member("valueString", d.stated_days).EndObject().EndArray().EndObject();
    }
    w.EndArray().EndObject();
    return w.Take();
  }
  static std::string ProcedureJson(const std::string& id, const std::string& encounter, const TestDischarge& d,
                                   const std::pair<std::string, std::string>& operation) {
    const std::string base = "https://fhir.qianxian.cn/";
    json::Writer w;
    w.BeginObject().Member("resourceType", "Procedure").Member("id", id).Member("status", "completed").Name("code").BeginObject();
    Coding(w, base + "CodeSystem/icd-9-cm-3-clinical", operation.first).EndObject();
    Reference(w, "subject", "Patient/" + d.patient);
    Reference(w, "encounter", "Encounter/" + encounter).Member("performedDateTime", d.in);
    if (operation.second.size() == 1)
      w.Name("extension").BeginArray().BeginObject().Member("url", base + "StructureDefinition/operation-level")
          .Member("valueCode", operation.second).EndObject().EndArray();
    else if (!operation.second.empty())
      w.Name("extension").BeginArray().BeginObject().Member("url", base + "StructureDefinition/operation-level-text")
          .Member("valueString", operation.second).EndObject().EndArray();
    w.EndObject();
    return w.Take();
  }

  pack::Pack pack_;
  std::string folder_;
  FakeClock clock_;
  SeededRandom random_{7};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<store::Ledger> ledger_;
  std::unique_ptr<Warehouse> warehouse_;
};

}  // namespace qianxian::warehouse
