// actions.yaml, disease-groups.yaml, views/*.json, tables/*.sql.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "json/value.h"
#include "pack/reader.h"

namespace qianxian::pack::internal {
namespace {

bool IsCategory(std::string_view text) {
  return text.size() == 3 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= '0' && text[1] <= '9' &&
         ((text[2] >= '0' && text[2] <= '9'));
}

// "C34" or "C18-C20".
bool ReadRange(std::string_view text, std::pair<std::string, std::string>& out) {
  const size_t hyphen = text.find('-');
  out.first = std::string(TrimAscii(text.substr(0, hyphen)));
  out.second = hyphen == std::string_view::npos ? out.first : std::string(TrimAscii(text.substr(hyphen + 1)));
  return IsCategory(out.first) && IsCategory(out.second) && out.first <= out.second;
}

void CheckOverlaps(const std::string& path, const std::vector<std::pair<DiseaseGroup, int>>& groups, Faults& faults) {
  struct Place { std::string first, last, group; int line; };
  std::vector<Place> places;
  for (const auto& [group, line] : groups)
    for (const auto& [first, last] : group.categories) places.push_back({first, last, group.id, line});
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.first < b.first; });
  for (size_t i = 1; i < places.size(); ++i) {
    if (places[i].first > places[i - 1].last) continue;
    faults.Add(path, places[i].line, places[i].first + " 同时属于 " + places[i - 1].group + " 与 " + places[i].group,
               places[i].first + " belongs to both " + places[i - 1].group + " and " + places[i].group);
    if (places[i].last < places[i - 1].last) places[i].last = places[i - 1].last;
  }
}

}  // namespace

void ParseActionsFile(const std::string& path, const std::string& content, Pack& pack, Faults& faults) {
  YamlNode root;
  if (!ReadYaml(path, content, root, faults)) return;
  Reader reader(path, root, faults);
  if (!reader.IsMap()) return;
  reader.AllowOnly({"actions"});
  std::set<std::string> seen;
  for (const YamlNode& node : reader.Items("actions", true)) {
    Reader item(path, node, faults);
    if (!item.IsMap()) continue;
    item.AllowOnly({"id", "name", "description", "measures", "subjects", "usual_days", "expected", "sources"});
    ActionType action;
    action.id = item.Kebab("id");
    if (!seen.insert(action.id).second) item.Fault(item.line("id"), "重复的标识 " + action.id, "The id " + action.id + " stands twice");
    action.name = item.BothLanguages("name", true);
    action.description = item.BothLanguages("description", true);
    action.measures = item.Texts("measures");
    action.subjects = item.Texts("subjects");
    if (action.subjects.empty()) item.Fault(item.line("subjects"), "缺少“subjects”", "'subjects' is missing");
    for (const std::string& subject : action.subjects)
      if (subject != "county" && subject != "hospital")
        item.Fault(item.line("subjects"), "subjects 只能是 county 或 hospital：" + subject, "A subject is county or hospital: " + subject);
    action.usual_days = static_cast<int>(item.Number("usual_days", 90, 1, 3650));
    action.expected = item.BothLanguages("expected", true);
    action.sources = item.Sources("sources", true);
    pack.actions.push_back(std::move(action));
  }
}

void ParseDiseaseGroupsFile(const std::string& path, const std::string& content, Pack& pack, Faults& faults) {
  YamlNode root;
  if (!ReadYaml(path, content, root, faults)) return;
  Reader reader(path, root, faults);
  if (!reader.IsMap()) return;
  reader.AllowOnly({"sources", "groups"});
  reader.Sources("sources", true);
  std::set<std::string> seen;
  std::vector<std::pair<DiseaseGroup, int>> groups;
  for (const YamlNode& node : reader.Items("groups", true)) {
    Reader item(path, node, faults);
    if (!item.IsMap()) continue;
    item.AllowOnly({"id", "name", "categories"});
    DiseaseGroup group;
    group.id = item.Kebab("id");
    if (!seen.insert(group.id).second) item.Fault(item.line("id"), "重复的标识 " + group.id, "The id " + group.id + " stands twice");
    group.name = item.BothLanguages("name", true);
    item.Items("categories", true);
    for (const std::string& text : item.Texts("categories")) {
      std::pair<std::string, std::string> range;
      if (ReadRange(text, range)) group.categories.push_back(range);
      else item.Fault(item.line("categories"), "不是 ICD-10 类目或范围：" + text, "No ICD-10 category or range: " + text);
    }
    groups.emplace_back(std::move(group), node.line);
  }
  CheckOverlaps(path, groups, faults);
  for (auto& [group, line] : groups) pack.disease_groups.push_back(std::move(group));
}

void ParseViewFile(const std::string& path, const std::string& content, Pack& pack, Faults& faults) {
  const std::string name = path.substr(6, path.size() - 6 - 5);      // views/NAME.json
  const Result<json::Document> document = json::Document::Parse(content);
  if (!document.ok()) return faults.Add(path, 1, document.error().zh.empty() ? document.error().en : document.error().zh, document.error().en);
  const json::Value root = document->root();
  if (root.FindString("resourceType") != "ViewDefinition")
    faults.Add(path, 1, "resourceType 应为 ViewDefinition", "resourceType must be ViewDefinition");
  if (root.FindString("name") != name)
    faults.Add(path, 1, "name 应与文件名相同：" + name, "The name must be that of the file: " + name);
  if (root.FindString("resource").empty()) faults.Add(path, 1, "缺少 resource", "resource is missing");
  const std::optional<json::Value> select = root.Find("select");
  if (!select || !select->IsArray() || select->size() == 0) faults.Add(path, 1, "缺少 select", "select is missing");
  pack.views.push_back({path, content});
}

namespace {

// "-- key: person_key" → "person_key"
std::string HeadLine(const std::string& content, std::string_view name) {
  const std::string begin = "-- " + std::string(name) + ":";
  for (std::string_view line : Split(content, '\n')) {
    if (!StartsWith(line, "--")) break;
    if (StartsWith(line, begin)) return std::string(TrimAscii(line.substr(begin.size())));
  }
  return {};
}

bool IsColumnName(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

void ParseKeptTable(const std::string& path, const std::string& content, size_t create, Pack& pack, Faults& faults) {
  KeptTable table;
  table.path = path;
  const size_t name_at = create + std::string_view("create table").size();
  const size_t as = ToLowerAscii(content).find(" as", name_at);
  if (as == std::string::npos)
    return faults.Add(path, 1, "应为 CREATE TABLE 名称 AS SELECT …", "CREATE TABLE name AS SELECT … is expected");
  table.name = std::string(TrimAscii(std::string_view(content).substr(name_at, as - name_at)));
  table.select = content.substr(as + 3);
  table.key = HeadLine(content, "key");
  table.anew_when = HeadLine(content, "anew");
  if (!IsColumnName(table.name)) faults.Add(path, 1, "表名只用小写字母、数字和下划线", "A table's name has small letters, digits and _ only");
  if (!IsColumnName(table.key)) faults.Add(path, 1, "开头应有一行“-- key: 列名”", "A line '-- key: COLUMN' is expected at the beginning");
  const std::string follows = HeadLine(content, "follows");
  for (std::string_view part : Split(follows, ',')) {
    const std::vector<std::string_view> names = Split(TrimAscii(part), '.');
    if (names.size() != 2 || !IsColumnName(names[0]) || !IsColumnName(names[1])) {
      faults.Add(path, 1, "开头应有一行“-- follows: 视图.列, …”", "A line '-- follows: VIEW.COLUMN, …' is expected at the beginning");
      break;
    }
    table.follows.emplace_back(names[0], names[1]);
  }
  if (table.select.find(';') != std::string::npos) faults.Add(path, 1, "只能是一条语句，末尾不要分号", "One statement, without a semicolon");
  pack.kept_tables.push_back(std::move(table));
}

}  // namespace

void ParseTableFile(const std::string& path, const std::string& content, Pack& pack, Faults& faults) {
  const std::string small = ToLowerAscii(content);
  if (const size_t create = small.find("create table"); create != std::string::npos) return ParseKeptTable(path, content, create, pack, faults);
  if (small.find("create view") == std::string::npos && small.find("create or replace view") == std::string::npos)
    faults.Add(path, 1, "应含 CREATE VIEW 或 CREATE TABLE", "CREATE VIEW or CREATE TABLE is expected");
  pack.tables.push_back({path, content});
}

}  // namespace qianxian::pack::internal
