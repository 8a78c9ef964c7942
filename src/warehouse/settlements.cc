#include "warehouse/settlements.h"

#include <set>

#include "base/text.h"

namespace qianxian::warehouse::internal {
namespace {

using columns::QuoteText;

std::string List(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  for (const std::string& text : texts) quoted.push_back(QuoteText(text));
  return quoted.empty() ? "(NULL)" : "(" + Join(quoted, ", ") + ")";
}

std::vector<std::string> CodesOf(const std::map<std::string, std::vector<std::string>>& lists, const std::string& name) {
  const auto found = lists.find(name);
  return found == lists.end() ? std::vector<std::string>() : found->second;
}

std::string CareSql(const pack::SettlementRules& rules) {
  std::string pharmacy = "s.med_type IN " + List(CodesOf(rules.care, "pharmacy"));
  for (const std::string& prefix : rules.pharmacy_code_prefixes)
    pharmacy += " OR starts_with(s.fixmedins_code, " + QuoteText(prefix) + ")";
  return "CASE WHEN " + pharmacy + " THEN 'pharmacy' WHEN s.med_type IN " + List(CodesOf(rules.care, "inpatient")) +
         " THEN 'inpatient' WHEN s.med_type IN " + List(CodesOf(rules.care, "outpatient")) + " THEN 'outpatient' ELSE 'other' END";
}

// `kind`: the SQL of an organisation's kind.
std::string LevelSql(const pack::SettlementRules& rules, const std::string& kind) {
  return "CASE WHEN " + kind + " IS NULL THEN 'unknown' WHEN " + kind + " IN " + List(CodesOf(rules.levels, "primary")) +
         " THEN 'primary' WHEN " + kind + " IN " + List(CodesOf(rules.levels, "pharmacy")) + " THEN 'pharmacy' ELSE 'hospital' END";
}

// Where it was, seen from the insured person's county: divisions are six digits, two for the province, two for the city.
std::string DestinationSql(const std::string& level) {
  return "CASE WHEN place_county = insured_county THEN CASE " + level +
         " WHEN 'primary' THEN 'in-county-primary' WHEN 'hospital' THEN 'in-county-hospital' ELSE 'in-county-other' END"
         " WHEN length(place_county) < 6 THEN 'unknown'"
         " WHEN substr(place_county, 1, 4) = substr(insured_county, 1, 4) THEN 'city'"
         " WHEN substr(place_county, 1, 2) = substr(insured_county, 1, 2) THEN 'province' ELSE 'other-province' END";
}

// The list of organisations says another thing than the settlement about whether it was in the county.
std::string ConflictSql() {
  return "coalesce((i.county = insured_county) <> (place_county = insured_county), false)";
}

std::string ColumnType(store::ColumnType type) {
  switch (type) {
    case store::ColumnType::kText: return "VARCHAR";
    case store::ColumnType::kDate: return "DATE";
    case store::ColumnType::kMoney: return "DECIMAL(18,2)";
    case store::ColumnType::kInteger: return "BIGINT";
  }
  return "VARCHAR";
}

std::string ColumnList(const store::LedgerSchema& schema, const std::string& before, bool types) {
  std::string list;
  for (const store::LedgerColumn& column : schema.columns)
    list += before + columns::QuoteName(column.name) + (types ? " " + ColumnType(column.type) : "") + ", ";
  return list;
}

Status MakeTables(columns::Connection& connection) {
  QX_DO(connection.Run(
      "DROP TABLE IF EXISTS settlement; DROP TABLE IF EXISTS population;"
      "DROP TYPE IF EXISTS settlement_care; DROP TYPE IF EXISTS settlement_level; DROP TYPE IF EXISTS settlement_destination;"
      "CREATE TYPE settlement_care AS ENUM ('inpatient', 'outpatient', 'pharmacy', 'other');"
      "CREATE TYPE settlement_level AS ENUM ('primary', 'hospital', 'pharmacy', 'unknown');"
      "CREATE TYPE settlement_destination AS ENUM ('in-county-primary', 'in-county-hospital', 'in-county-other', 'city', "
      "'province', 'other-province', 'unknown');"
      "CREATE TABLE IF NOT EXISTS warehouse_institution (code VARCHAR, name VARCHAR, kind VARCHAR, county VARCHAR)"));
  QX_DO(connection.Run("CREATE TABLE settlement (" + ColumnList(store::SettlementSchema(), "", true) +
                       "care settlement_care, insured_county VARCHAR, place_county VARCHAR, in_county BOOLEAN, "
                       "level settlement_level, destination settlement_destination, disease_group VARCHAR, "
                       "institution_name VARCHAR, kind VARCHAR, organization_county VARCHAR, place_conflict BOOLEAN, batch VARCHAR, "
                       "\"row\" BIGINT)"));
  return connection.Run("CREATE TABLE population (" + ColumnList(store::PopulationSchema(), "", true) +
                        "batch VARCHAR, \"row\" BIGINT)");
}

// `care`: which part; inpatient rows go in first and by date, so that the tables' own zone maps let a measure read only its
// months; the rest keeps the file's order (sorting all of it costs three times as much and gains little).
std::string InsertSettlementsSql(const pack::SettlementRules& rules, const std::string& rows, bool inpatient) {
  const std::string level = LevelSql(rules, "i.kind");
  return "INSERT INTO settlement SELECT " + ColumnList(store::SettlementSchema(), "s.", false) +
         "s.care, s.insured_county, s.place_county, s.place_county = s.insured_county, " + level + ", " + DestinationSql(level) +
         ", c.disease_group, coalesce(i.name, s.fixmedins_name), i.kind, i.county, " + ConflictSql() + ", s.batch, s.\"row\" FROM (SELECT *, " +
         CareSql(rules) + " AS care, substr(s.insu_admdvs, 1, 6) AS insured_county, substr(s.fix_blng_admdvs, 1, 6) AS place_county "
         "FROM (" + rows + ") s) s LEFT JOIN disease_category c ON c.category = substr(s.dise_code, 1, 3) "
         "LEFT JOIN warehouse_institution i ON i.code = s.fixmedins_code WHERE s.care " +
         (inpatient ? "= 'inpatient' ORDER BY s.enddate" : "<> 'inpatient'");
}

std::string InsertPopulationSql(const std::string& rows) {
  return "INSERT INTO population SELECT " + ColumnList(store::PopulationSchema(), "s.", false) + "s.batch, s.\"row\" FROM (" +
         rows + ") s";
}

Status Insert(columns::Connection& connection, const pack::Pack& pack, const std::string& kind, const std::string& rows) {
  if (kind == "population") return connection.Run(InsertPopulationSql(rows));
  QX_DO(connection.Run(InsertSettlementsSql(pack.settlement, rows, true)));
  return connection.Run(InsertSettlementsSql(pack.settlement, rows, false));
}

Status TakeBatch(columns::Connection& connection, const pack::Pack& pack, const store::Batch& batch, const std::string& current) {
  if (!batch.superseded_path.empty())
    QX_DO(connection.Run("DELETE FROM " + batch.kind + " USING read_parquet(" + QuoteText(batch.superseded_path) + ") gone WHERE " +
                         batch.kind + ".batch = gone.batch AND " + batch.kind + ".\"row\" = gone.\"row\""));
  return Insert(connection, pack, batch.kind, "SELECT * FROM (" + current + ") WHERE batch = " + QuoteText(batch.id));
}

// One kind's batches; true if there was anything to do.
Result<bool> FollowKind(columns::Connection& connection, const pack::Pack& pack, store::Ledger& ledger, const std::string& kind,
                        State& state, uint64_t& rows_done, const std::function<void(uint64_t, uint64_t)>& progress) {
  const access::Caller caller = access::SystemCaller("feed:warehouse");
  QX_TRY(const std::vector<store::Batch> batches, ledger.Batches(caller, kind));
  std::set<std::string> there;
  std::vector<const store::Batch*> fresh;
  uint64_t rows_new = 0;
  for (const store::Batch& batch : batches) {
    there.insert(batch.id);
    if (state.batches.contains(batch.id)) continue;
    fresh.push_back(&batch);
    rows_new += batch.rows;
  }
  bool anew = fresh.size() == batches.size();              // nothing of it is in yet: one statement does it all
  bool withdrawn = false;
  for (const auto& [id, of] : state.batches) withdrawn |= of == kind && !there.contains(id);
  if (fresh.empty() && !withdrawn) return false;
  QX_TRY(const std::string current, ledger.CurrentRowsSql(caller, kind));
  const uint64_t total = rows_done + rows_new;
  if (anew || withdrawn) {
    QX_DO(connection.Run("DELETE FROM " + kind));
    QX_DO(Insert(connection, pack, kind, current));
    std::erase_if(state.batches, [&](const auto& entry) { return entry.second == kind; });
    for (const store::Batch& batch : batches) state.batches[batch.id] = kind;
    rows_done = total;
    if (progress) progress(rows_done, total);
    return true;
  }
  for (const store::Batch* batch : fresh) {
    QX_DO(TakeBatch(connection, pack, *batch, current));
    state.batches[batch->id] = kind;
    rows_done += batch->rows;
    if (progress) progress(rows_done, total);
  }
  return true;
}

}  // namespace

Status PrepareSettlements(columns::Connection& connection, const pack::Pack& pack, State& state) {
  std::vector<std::string> reading = {InsertSettlementsSql(pack.settlement, "", true)};    // columns and how they are made
  for (const pack::DiseaseGroup& group : pack.disease_groups)
    for (const auto& [first, last] : group.categories) reading.push_back(group.id + first + last);
  const std::string hash = HashOf(reading);
  if (state.values["settlement"] == hash) return Ok();
  QX_DO(MakeTables(connection));
  state.batches.clear();
  state.values["settlement"] = hash;
  return Ok();
}

Result<bool> FollowInstitutions(columns::Connection& connection, const pack::Pack& pack) {
  QX_TRY(const bool known, HasRelation(connection, "organization"));
  if (!known) return false;
  QX_DO(connection.Run(
      "CREATE OR REPLACE TEMP TABLE institution_new AS SELECT code, min(name) AS name, min(kind) AS kind, "
      "min(substr(region, 1, 6)) AS county FROM organization WHERE code IS NOT NULL GROUP BY code;"
      "CREATE OR REPLACE TEMP TABLE institution_changed AS SELECT coalesce(n.code, o.code) AS code, n.name, n.kind, n.county "
      "FROM institution_new n FULL JOIN warehouse_institution o ON o.code = n.code WHERE n.code IS NULL OR o.code IS NULL OR "
      "n.name IS DISTINCT FROM o.name OR n.kind IS DISTINCT FROM o.kind OR n.county IS DISTINCT FROM o.county"));
  QX_TRY(const int64_t changed, QueryInteger(connection, "SELECT count(*) FROM institution_changed"));
  if (changed == 0) return false;
  const std::string level = LevelSql(pack.settlement, "i.kind");
  QX_DO(connection.Run("DELETE FROM warehouse_institution; INSERT INTO warehouse_institution SELECT * FROM institution_new;"
                       "UPDATE settlement SET institution_name = coalesce(i.name, fixmedins_name), kind = i.kind, "
                       "organization_county = i.county, place_conflict = " + ConflictSql() + ", level = " + level + ", destination = " + DestinationSql(level) +
                       " FROM institution_changed i WHERE i.code = settlement.fixmedins_code"));
  return true;
}

Result<bool> FollowLedgers(columns::Connection& connection, const pack::Pack& pack, store::Ledger& ledger, State& state,
                           const std::function<void(uint64_t rows, uint64_t total)>& progress) {
  bool changed = false;
  uint64_t rows = 0;
  for (const char* kind : {"settlement", "population"}) {
    QX_TRY(const bool one, FollowKind(connection, pack, ledger, kind, state, rows, progress));
    changed |= one;
  }
  return changed;
}

}  // namespace qianxian::warehouse::internal
