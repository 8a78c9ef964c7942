#include "warehouse/kept_tables.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"

namespace qianxian::warehouse::internal {
namespace {

std::string StateName(const std::string& table) { return "kept " + table; }

// 'a', 'b': constants reach through windows and groups down to the scan, a subquery would not.
std::string Listed(const auto& texts) {
  std::vector<std::string> quoted;
  for (const std::string& text : texts) quoted.push_back(columns::QuoteText(text));
  return Join(quoted, ", ");
}

}  // namespace

std::string EmptyKeptTableSql(const pack::KeptTable& table) {
  return "CREATE TABLE " + columns::QuoteName(table.name) + " AS SELECT * FROM (" + table.select + ") LIMIT 0";
}

Status DropKeptTables(columns::Connection& connection, State& state) {
  for (auto at = state.values.begin(); at != state.values.end();) {
    if (!StartsWith(at->first, StateName(""))) {
      ++at;
      continue;
    }
    QX_DO(connection.Run("DROP TABLE IF EXISTS " + columns::QuoteName(at->first.substr(StateName("").size()))));
    at = state.values.erase(at);
  }
  return Ok();
}

Status Told(const std::string& path, const Status& status) {
  if (status.ok() || status.error().code == "cancelled") return status;
  return Invalid("pack-sql", path + ": " + status.error().en, path + "：" + status.error().zh);
}

bool KeptTables::Follows(std::string_view view) const {
  return std::ranges::any_of(pack_.kept_tables, [&](const pack::KeptTable& table) {
    return std::ranges::any_of(table.follows, [&](const auto& one) { return one.first == view; });
  });
}

Status KeptTables::Note(const std::string& view, const std::vector<std::string>& resource_keys) {
  for (size_t i = 0; i < pending_.size(); ++i) {
    Pending& pending = pending_[i];
    for (const auto& [name, column] : pack_.kept_tables[i].follows) {
      if (name != view || pending.all || resource_keys.empty()) continue;
      if (resource_keys.size() > limits::kKeptChangedKeys) {
        pending.all = true;
        continue;
      }
      QX_TRY(const columns::Rows rows,
             connection_.Query("SELECT DISTINCT CAST(" + columns::QuoteName(column) + " AS VARCHAR) FROM " + columns::QuoteName(view) +
                               " WHERE resource_key IN (" + Listed(resource_keys) + ")"));
      for (const auto& row : rows.rows)
        if (!row[0].is_null) pending.keys.insert(row[0].text);
      pending.all = pending.keys.size() > limits::kKeptChangedKeys;
    }
  }
  return Ok();
}

void KeptTables::NoteAll(std::string_view view) {
  for (size_t i = 0; i < pending_.size(); ++i)
    for (const auto& [name, column] : pack_.kept_tables[i].follows)
      if (name == view) pending_[i].all = true;
}

Result<bool> KeptTables::Refresh(State& state) {
  bool changed = false;
  for (size_t i = 0; i < pending_.size(); ++i) {
    QX_TRY(const bool one, RefreshOne(pack_.kept_tables[i], pending_[i], state));
    changed |= one;
  }
  return changed;
}

Result<bool> KeptTables::RefreshOne(const pack::KeptTable& table, const Pending& pending, State& state) {
  std::string anew = "-";
  if (!table.anew_when.empty()) {
    Result<std::string> text = QueryText(connection_, "SELECT coalesce(CAST((" + table.anew_when + ") AS VARCHAR), '')");
    if (!text.ok()) return Told(table.path, text.error()).error();
    anew += *text;
  }
  const std::string name = columns::QuoteName(table.name);
  const auto known = state.values.find(StateName(table.name));
  const bool all = pending.all || known == state.values.end() || known->second != anew;
  if (all) {
    QX_DO(Told(table.path, connection_.Run("DELETE FROM " + name + "; INSERT INTO " + name + " SELECT * FROM (" + table.select + ")")));
  } else {
    if (pending.keys.empty()) return false;
    const std::string where = " WHERE " + columns::QuoteName(table.key) + " IN (" + Listed(pending.keys) + ")";
    QX_DO(Told(table.path, connection_.Run("DELETE FROM " + name + where + "; INSERT INTO " + name + " SELECT * FROM (" + table.select + ")" + where)));
  }
  state.values[StateName(table.name)] = anew;
  return true;
}

}  // namespace qianxian::warehouse::internal
