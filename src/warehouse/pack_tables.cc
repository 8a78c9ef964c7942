#include "warehouse/pack_tables.h"

#include <algorithm>
#include <set>


#include "base/text.h"
#include "warehouse/kept_tables.h"

namespace qianxian::warehouse::internal {
namespace {

// The SQL views that the last pack made, so that they can be taken away.
Status DropSqlViews(columns::Connection& connection) {
  QX_TRY(const columns::Rows rows,
         connection.Query("SELECT view_name FROM duckdb_views() WHERE NOT internal AND schema_name = 'main'"));
  for (const auto& row : rows.rows) QX_DO(connection.Run("DROP VIEW IF EXISTS " + columns::QuoteName(row[0].text)));
  return Ok();
}

// The order of the files' names: a view may read a kept table and the other way round.
std::vector<pack::NamedFile> SqlOf(const pack::Pack& pack) {
  std::vector<pack::NamedFile> files = pack.tables;
  for (const pack::KeptTable& table : pack.kept_tables) files.push_back({table.path, EmptyKeptTableSql(table)});
  return files;
}

Status MakeSqlViews(columns::Connection& connection, const pack::Pack& pack) {
  const std::vector<pack::NamedFile> all = SqlOf(pack);
  std::vector<const pack::NamedFile*> files;
  for (const pack::NamedFile& file : all) files.push_back(&file);
  std::ranges::stable_sort(files, {}, [](const pack::NamedFile* f) { return f->path; });
  for (const pack::NamedFile* file : files) QX_DO(Told(file->path, connection.Run(file->content)));
  return Ok();
}

Status FillDiseaseGroups(columns::Connection& connection, const pack::Pack& pack) {
  QX_DO(connection.Run("CREATE OR REPLACE TABLE disease_group (id VARCHAR, name_zh VARCHAR, name_en VARCHAR);"
                       "CREATE OR REPLACE TABLE disease_category (category VARCHAR, disease_group VARCHAR)"));
  QX_TRY(const auto groups, connection.Append("disease_group"));
  QX_TRY(const auto categories, connection.Append("disease_category"));
  for (const pack::DiseaseGroup& group : pack.disease_groups) {
    groups->Text(group.id);
    groups->Text(group.name.zh);
    groups->Text(group.name.en);
    QX_DO(groups->EndRow());
    for (const auto& [first, last] : group.categories)
      for (std::string at = first; at <= last;) {
        categories->Text(at);
        categories->Text(group.id);
        QX_DO(categories->EndRow());
        if (at[2] != '9') ++at[2];
        else if (at[1] != '9') { at[2] = '0'; ++at[1]; }
        else { at[2] = at[1] = '0'; ++at[0]; }
      }
  }
  QX_DO(groups->Close());
  return categories->Close();
}

Status FillCapability(columns::Connection& connection, const pack::Pack& pack) {
  QX_DO(connection.Run("CREATE OR REPLACE TABLE capability_item (list VARCHAR, item VARCHAR, name_zh VARCHAR, name_en VARCHAR, "
                       "specialty VARCHAR, cases_minimum BIGINT);"
                       "CREATE OR REPLACE TABLE capability_code (list VARCHAR, item VARCHAR, prefix VARCHAR)"));
  QX_TRY(const auto items, connection.Append("capability_item"));
  QX_TRY(const auto codes, connection.Append("capability_code"));
  for (const pack::CapabilityList& list : pack.capability_lists)
    for (const pack::CapabilityItem& item : list.items) {
      for (const std::string* text : {&list.id, &item.id, &item.name.zh, &item.name.en, &item.specialty}) items->Text(*text);
      items->Integer(item.cases_minimum);
      QX_DO(items->EndRow());
      for (const std::string& code : item.codes) {
        for (const std::string* text : {&list.id, &item.id, &code}) codes->Text(*text);
        QX_DO(codes->EndRow());
      }
    }
  QX_DO(items->Close());
  return codes->Close();
}

Status FollowViews(columns::Connection& connection, const pack::Pack& pack,
                   const std::vector<std::unique_ptr<RowMaker>>& makers, State& state) {
  std::set<std::string> wanted;
  for (size_t i = 0; i < makers.size(); ++i) {
    const std::string& name = makers[i]->name();
    wanted.insert(name);
    const std::string hash = HashOf({pack.views[i].content});
    if (state.view_hash.contains(name) && state.view_hash[name] == hash) continue;
    QX_DO(connection.Run("DROP TABLE IF EXISTS " + columns::QuoteName(name)));
    QX_DO(connection.Run(CreateTableSql(*makers[i])));
    state.view_hash[name] = hash;
    state.view_t[name] = 0;
  }
  for (auto at = state.view_hash.begin(); at != state.view_hash.end();) {
    if (wanted.contains(at->first)) {
      ++at;
      continue;
    }
    QX_DO(connection.Run("DROP TABLE IF EXISTS " + columns::QuoteName(at->first) + "; DELETE FROM view_fault WHERE view = " +
                         columns::QuoteText(at->first)));
    state.view_t.erase(at->first);
    at = state.view_hash.erase(at);
  }
  return Ok();
}

}  // namespace

Result<bool> FollowPack(columns::Connection& connection, const pack::Pack& pack,
                        const std::vector<std::unique_ptr<RowMaker>>& makers, State& state) {
  if (state.values["pack"] == pack.hash) return false;
  QX_DO(DropSqlViews(connection));
  QX_DO(DropKeptTables(connection, state));
  QX_DO(connection.Run("CREATE TABLE IF NOT EXISTS setting (county VARCHAR);"
                       "CREATE TABLE IF NOT EXISTS view_fault (view VARCHAR, resource_key VARCHAR, reason VARCHAR)"));
  QX_DO(FollowViews(connection, pack, makers, state));
  QX_DO(FillDiseaseGroups(connection, pack));
  QX_DO(FillCapability(connection, pack));
  QX_DO(MakeSqlViews(connection, pack));
  state.values["pack"] = pack.hash;
  return true;
}

}  // namespace qianxian::warehouse::internal
