// Who is in the county: names for codes, counties present, the span of the data.
#include <algorithm>

#include "base/text.h"
#include "measure/service.h"

namespace qianxian::measure::internal {
namespace {

// "明川县人民医院", "明川县中医医院" → "明川县": what the county's hospitals' names begin with, up to the word for a division.
std::string CountyName(const std::vector<std::string>& names) {
  if (names.empty()) return {};
  std::string common = names[0];
  for (const std::string& name : names) {
    size_t same = 0;
    while (same < common.size() && same < name.size() && common[same] == name[same]) ++same;
    common.resize(same);
  }
  size_t best = 0;
  for (std::string_view word : {"县", "旗", "市", "区"}) {
    const size_t at = common.rfind(word);
    if (at != std::string::npos && at > 0) best = std::max(best, at + word.size());
  }
  return common.substr(0, best);
}

// Chains of `lead` end at an organisation without one; a circle ends where it began.
Status ReadUnits(warehouse::Warehouse& warehouse, Directory& directory) {
  QX_TRY(const columns::Rows rows, warehouse.Query("SELECT code, lead FROM organization ORDER BY code", {}, nullptr));
  std::map<std::string, std::string> lead;
  for (const auto& row : rows.rows)
    if (!row[1].is_null) lead[row[0].text] = row[1].text;
  directory.units_of = std::make_shared<std::map<std::string, std::vector<std::string>>>();
  for (const auto& row : rows.rows) {
    std::vector<std::string>& units = (*directory.units_of)[row[0].text];
    for (std::string at = row[0].text; std::ranges::find(units, at) == units.end();) {
      units.push_back(at);
      directory.below[at].push_back(row[0].text);
      const auto above = lead.find(at);
      if (above == lead.end()) break;
      at = above->second;
    }
  }
  return Ok();
}

}  // namespace

Result<std::shared_ptr<const Directory>> Service::ReadDirectory() {
  if (!warehouse_.ready())
    return MakeError(ErrorCategory::kBusy, "numbers-not-ready", "The numbers are being made; ask again in a moment.", "数字正在准备，请稍候再试。");
  const uint64_t as_of = warehouse_.as_of();
  {
    auto kept = directory_.Lock();
    if (*kept && (*kept)->as_of == as_of) return *kept;
  }
  auto directory = std::make_shared<Directory>();
  directory->as_of = as_of;
  QX_TRY(const columns::Rows names, warehouse_.Query("SELECT code, name, kind, county FROM institution ORDER BY code", {}, nullptr));
  const std::string own = warehouse_.county();
  if (!own.empty()) directory->counties.push_back(own);
  std::map<std::string, std::vector<std::string>> hospitals;
  const auto& county_kinds = pack_.settlement.county_kinds;
  for (const auto& row : names.rows) {
    if (!row[1].is_null) directory->names[row[0].text] = row[1].text;
    if (!row[2].is_null) directory->kinds[row[0].text] = row[2].text;
    const bool county_hospital = std::ranges::find(county_kinds, row[2].text) != county_kinds.end();
    if (county_hospital && row[3].text.size() == 6) hospitals[row[3].text].push_back(row[1].text);
  }
  for (const auto& [county, hospital_names] : hospitals) {
    if (county != own) directory->counties.push_back(county);
    directory->county_names[county] = CountyName(hospital_names);
  }
  QX_DO(ReadUnits(warehouse_, *directory));
  // A county that looks after people before it has imported a sheet has its numbers too.
  QX_TRY(const columns::Rows span,
         warehouse_.Query("SELECT min(first_on), max(last_on) FROM data_span WHERE (source = 'care') = (SELECT count(*) = 0 FROM data_span "
                          "WHERE source <> 'care' AND first_on IS NOT NULL)", {}, nullptr));
  if (!span.rows.empty() && !span.rows[0][0].is_null) {
    const Date first = Date::FromDays(static_cast<int32_t>(span.rows[0][0].integer));
    const Date last = Date::FromDays(static_cast<int32_t>(span.rows[0][1].integer));
    QX_TRY(directory->data, Period::Parse(first.ToString().substr(0, 7) + ".." + last.ToString().substr(0, 7)));
  }
  QX_TRY(const columns::Rows faults, warehouse_.Query("SELECT count(DISTINCT resource_key) FROM view_fault", {}, nullptr));
  directory->unreadable = static_cast<uint64_t>(faults.rows[0][0].integer);
  *directory_.Lock() = directory;
  return std::shared_ptr<const Directory>(directory);
}

Result<std::optional<Period>> Service::DataPeriod() {
  QX_TRY(const auto directory, ReadDirectory());
  return directory->data;
}

}  // namespace qianxian::measure::internal
