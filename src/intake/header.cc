#include "intake/header.h"

#include "base/text.h"
#include "intake/faults.h"

namespace qianxian::intake {

Header::Header(const std::vector<std::string>& names) : names_(names) {
  for (size_t i = 0; i < names_.size(); ++i) places_[ToUpperAscii(names_[i])].push_back(static_cast<int>(i));
}

int Header::Find(std::string_view name) const {
  const std::vector<int>& places = FindAll(name);
  return places.empty() ? -1 : places.front();
}

const std::vector<int>& Header::FindAll(std::string_view name) const {
  static const std::vector<int> none;
  const auto found = places_.find(ToUpperAscii(name));
  return found == places_.end() ? none : found->second;
}

Status Header::Check(const std::vector<std::string>& required, const std::vector<std::string>& single) const {
  std::vector<std::string> missing;
  for (const std::string& name : required)
    if (Find(name) < 0) missing.push_back(ColumnTitle(name));
  if (!missing.empty())
    return Invalid("missing-columns", "The header lacks required columns: " + Join(missing, ", ") + ".",
                   "表头缺少必需的列：" + Join(missing, "、") + "。");
  for (const std::string& name : single)
    if (FindAll(name).size() > 1)
      return Invalid("duplicate-column", "The header has the column " + ColumnTitle(name) + " more than once.",
                     "表头中 " + ColumnTitle(name) + " 列出现了不止一次。");
  return Ok();
}

std::string_view Header::Extra(const sheet::Row& row) const {
  for (size_t i = names_.size(); i < row.fields.size(); ++i)
    if (!row.fields[i].empty()) return row.fields[i];
  return "";
}

}  // namespace qianxian::intake
