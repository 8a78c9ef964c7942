// capability/ID.yaml (title, edition, sources) with capability/ID.csv (the items).
#include <set>

#include "base/text.h"
#include "pack/reader.h"

namespace qianxian::pack::internal {
namespace {

struct CsvRow {
  int line = 0;
  std::vector<std::string> fields;
};

// RFC 4180, UTF-8, a byte order mark is dropped. False: a quote does not end (line says where).
bool ReadCsv(std::string_view text, std::vector<CsvRow>& rows, int& bad_line) {
  if (StartsWith(text, "\xEF\xBB\xBF")) text.remove_prefix(3);
  int line = 1;
  size_t i = 0;
  while (i < text.size()) {
    CsvRow row;
    row.line = line;
    bool ended = false;
    while (!ended) {
      std::string field;
      if (i < text.size() && text[i] == '"') {
        const int begun = line;
        for (++i;; ++i) {
          if (i >= text.size()) { bad_line = begun; return false; }
          if (text[i] == '\n') ++line;
          if (text[i] != '"') { field += text[i]; continue; }
          if (i + 1 < text.size() && text[i + 1] == '"') { field += '"'; ++i; continue; }
          ++i;
          break;
        }
      }
      while (i < text.size() && text[i] != ',' && text[i] != '\n') field += text[i++];
      ended = i >= text.size() || text[i] == '\n';
      if (i < text.size()) { if (text[i] == '\n') ++line; ++i; }
      row.fields.emplace_back(TrimUnicode(field));
    }
    if (row.fields.size() > 1 || !row.fields[0].empty()) rows.push_back(std::move(row));
  }
  return true;
}

const std::vector<std::string>& Header() {
  static const std::vector<std::string> header = {"id", "name_zh", "name_en", "specialty", "codes", "cases_minimum", "mark"};
  return header;
}

bool IsCodePrefix(std::string_view code) {
  if (code.size() < 2) return false;
  for (char c : code)
    if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == 'x')) return false;
  return true;
}

void ReadItem(const std::string& path, const CsvRow& row, std::set<std::string>& seen, CapabilityList& list, Faults& faults) {
  CapabilityItem item;
  item.id = row.fields[0];
  item.name = {row.fields[1], row.fields[2]};
  item.specialty = row.fields[3];
  item.mark = row.fields[6];
  if (!IsKebab(item.id)) faults.Add(path, row.line, "不合格的标识：" + item.id, "No id: " + item.id);
  if (!seen.insert(item.id).second) faults.Add(path, row.line, "重复的标识 " + item.id, "The id " + item.id + " stands twice");
  if (item.name.zh.empty() || item.name.en.empty())
    faults.Add(path, row.line, "缺少中文或英文名称", "The Chinese or the English name is missing");
  if (item.specialty.empty()) faults.Add(path, row.line, "缺少专科", "The specialty is missing");
  for (std::string_view part : Split(row.fields[4], ';')) {
    const std::string_view code = TrimAscii(part);
    if (code.empty()) continue;
    if (!IsCodePrefix(code))
      faults.Add(path, row.line, "不是编码前缀：" + std::string(code), "No prefix of a code: " + std::string(code));
    item.codes.emplace_back(code);
  }
  if (item.codes.empty()) faults.Add(path, row.line, "没有编码", "There are no codes");
  if (!ParseInteger(row.fields[5], item.cases_minimum) || item.cases_minimum < 1)
    faults.Add(path, row.line, "最少例数应是正整数：" + row.fields[5], "The minimum of cases must be a positive whole number: " + row.fields[5]);
  if (item.mark != "official" && item.mark != "read" && item.mark != "K" && item.mark != "K-low")
    faults.Add(path, row.line, "mark 应是 official、read、K、K-low", "The mark must be official, read, K or K-low");
  list.items.push_back(std::move(item));
}

void ReadItems(const std::string& path, const std::string& content, CapabilityList& list, Faults& faults) {
  std::vector<CsvRow> rows;
  int bad_line = 0;
  if (!IsValidUtf8(content)) return faults.Add(path, 1, "不是 UTF-8", "Not UTF-8");
  if (!ReadCsv(content, rows, bad_line)) return faults.Add(path, bad_line, "引号没有结束", "A quote does not end");
  if (rows.empty() || rows[0].fields != Header())
    return faults.Add(path, 1, "首行应是 " + Join(Header(), ","), "The first line must be " + Join(Header(), ","));
  if (rows.size() == 1) faults.Add(path, 1, "清单是空的", "The list is empty");
  std::set<std::string> seen;
  for (size_t i = 1; i < rows.size(); ++i) {
    if (rows[i].fields.size() != Header().size())
      faults.Add(path, rows[i].line, "应有 " + std::to_string(Header().size()) + " 列",
                 "There must be " + std::to_string(Header().size()) + " fields");
    else
      ReadItem(path, rows[i], seen, list, faults);
  }
}

}  // namespace

void ParseCapability(const std::string& name, const std::string* yaml, const std::string* csv, Pack& pack, Faults& faults) {
  const std::string yaml_path = "capability/" + name + ".yaml", csv_path = "capability/" + name + ".csv";
  if (!yaml) return faults.Add(csv_path, 1, "缺少 " + yaml_path, yaml_path + " is missing");
  if (!csv) return faults.Add(yaml_path, 1, "缺少 " + csv_path, csv_path + " is missing");
  CapabilityList list;
  list.id = name;
  if (!IsKebab(name)) faults.Add(yaml_path, 1, "不合格的标识：" + name, "No id: " + name);
  YamlNode root;
  if (!ReadYaml(yaml_path, *yaml, root, faults)) return;
  Reader reader(yaml_path, root, faults);
  if (!reader.IsMap()) return;
  reader.AllowOnly({"title", "edition", "sources"});
  list.name = reader.BothLanguages("title", true);
  list.edition = reader.RequiredText("edition");
  list.sources = reader.Sources("sources", true);
  ReadItems(csv_path, *csv, list, faults);
  pack.capability_lists.push_back(std::move(list));
}

}  // namespace qianxian::pack::internal
