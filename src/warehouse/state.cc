#include "warehouse/state.h"

#include <charconv>

#include "base/text.h"

namespace qianxian::warehouse::internal {

uint64_t State::Number(const std::string& name) const {
  const auto found = values.find(name);
  uint64_t number = 0;
  if (found != values.end()) std::from_chars(found->second.data(), found->second.data() + found->second.size(), number);
  return number;
}

Status MakeStateTables(columns::Connection& connection) {
  return connection.Run(
      "CREATE TABLE IF NOT EXISTS warehouse_state (kind VARCHAR NOT NULL, name VARCHAR NOT NULL, value VARCHAR NOT NULL);"
      "CREATE TABLE IF NOT EXISTS warehouse_answer (key VARCHAR NOT NULL, as_of BIGINT NOT NULL, answer VARCHAR NOT NULL)");
}

Result<State> ReadState(columns::Connection& connection) {
  QX_TRY(const columns::Rows rows, connection.Query("SELECT kind, name, value FROM warehouse_state"));
  State state;
  for (const auto& row : rows.rows) {
    const std::string& kind = row[0].text;
    const std::string& name = row[1].text;
    if (kind == "value") state.values[name] = row[2].text;
    if (kind == "view-hash") state.view_hash[name] = row[2].text;
    if (kind == "batch") state.batches[name] = row[2].text;
    if (kind == "view-t") {
      int64_t t = 0;
      ParseInteger(row[2].text, t);
      state.view_t[name] = static_cast<uint64_t>(t);
    }
  }
  return state;
}

Status WriteState(columns::Connection& connection, const State& state) {
  QX_DO(connection.Run("DELETE FROM warehouse_state"));
  QX_TRY(const std::unique_ptr<columns::Appender> out, connection.Append("warehouse_state"));
  const auto put = [&](std::string_view kind, std::string_view name, std::string_view value) {
    out->Text(kind);
    out->Text(name);
    out->Text(value);
    return out->EndRow();
  };
  for (const auto& [name, value] : state.values) QX_DO(put("value", name, value));
  for (const auto& [name, t] : state.view_t) QX_DO(put("view-t", name, std::to_string(t)));
  for (const auto& [name, hash] : state.view_hash) QX_DO(put("view-hash", name, hash));
  for (const auto& [id, kind] : state.batches) QX_DO(put("batch", id, kind));
  return out->Close();
}

std::string HashOf(const std::vector<std::string>& texts) {
  uint64_t hash = HashFnv1a64("");
  for (const std::string& text : texts) hash = HashFnv1a64(text, HashFnv1a64(std::to_string(text.size()) + ":", hash));
  return std::to_string(hash);
}

Result<std::string> QueryText(columns::Connection& connection, const std::string& sql) {
  QX_TRY(const columns::Rows rows, connection.Query(sql));
  return rows.rows.empty() ? std::string() : rows.rows[0][0].text;
}

Result<int64_t> QueryInteger(columns::Connection& connection, const std::string& sql) {
  QX_TRY(const columns::Rows rows, connection.Query(sql));
  return rows.rows.empty() ? int64_t{0} : rows.rows[0][0].integer;
}

Result<bool> HasRelation(columns::Connection& connection, const std::string& name) {
  QX_TRY(const int64_t count,
         QueryInteger(connection, "SELECT count(*) FROM information_schema.tables WHERE table_name = " + columns::QuoteText(name)));
  return count > 0;
}

}  // namespace qianxian::warehouse::internal
