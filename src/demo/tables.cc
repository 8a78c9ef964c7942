#include "demo/tables.h"

#include <algorithm>

#include "base/check.h"
#include "base/date.h"
#include "base/text.h"
#include "demo/table_reader.h"

namespace qianxian::demo {
namespace {

constexpr const char* kKindNames[kKinds] = {"county-general", "county-tcm", "county-mch", "township", "community",
                                            "village",        "city",       "province",   "other",    "pharmacy"};

constexpr const char* kParameters[] = {
    "outpatient_visits", "pharmacy_purchases", "admission_growth", "visit_growth", "cost_growth", "weekend_planned",
    "weekend_urgent", "weekend_outpatient", "birth_rate", "urban_share", "neighbour_stays", "self_paying_stays",
    "neighbour_visits", "pharmacy_as_outpatient", "severe_share", "moderate_share", "chronic_visit_share_bonus",
    "uncovered_share", "against_advice", "other_ending", "follow_on_after_down", "same_day_share"};

constexpr const char* kShapes[] = {"population-male", "population-female", "mortality", "births", "employee"};

std::string TwoDigits(int value) { return std::string(value < 10 ? "0" : "") + std::to_string(value); }

Result<Kind> ParseKind(const TableRow& row) {
  QX_TRY(std::string text, row.Required("kind"));
  for (int i = 0; i < kKinds; ++i) {
    if (text == kKindNames[i]) return static_cast<Kind>(i);
  }
  return row.Bad("kind", "unknown kind " + text);
}

Result<std::string> Services(const TableRow& row) {
  QX_TRY(std::string text, row.Text("services"));
  if (text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-;") != std::string::npos) {
    return row.Bad("services", "are not codes with semicolons: " + text);
  }
  return text;
}

Status LoadShapes(const std::string& directory, Tables& tables) {
  QX_TRY(Table table, Table::Read(directory, "ages.csv"));
  for (const TableRow& row : table.rows()) {
    QX_TRY(std::string name, row.Required("shape"));
    Bands bands{};
    double sum = 0;
    for (int band = 0; band < kBands; ++band) {
      QX_TRY(bands[band], row.Number("a" + TwoDigits(band * 5)));
      sum += bands[band];
    }
    if (sum <= 0) return row.Bad("shape", name + " is all 0");
    tables.shapes[name] = bands;
  }
  for (const char* name : kShapes) {
    if (!tables.shapes.contains(name)) return Invalid("bad-table", std::string("ages.csv lacks ") + name);
  }
  return Ok();
}

Status LoadSeasons(const std::string& directory, Tables& tables) {
  QX_TRY(Table table, Table::Read(directory, "seasons.csv"));
  for (const TableRow& row : table.rows()) {
    QX_TRY(std::string name, row.Required("season"));
    Months months{};
    double sum = 0;
    for (int month = 0; month < 12; ++month) {
      QX_TRY(months[month], row.Number("m" + TwoDigits(month + 1)));
      sum += months[month];
    }
    if (sum <= 0) return row.Bad("season", name + " is all 0");
    for (double& month : months) month *= 12 / sum;
    tables.seasons[name] = months;
  }
  return Ok();
}

Status LoadHolidays(const std::string& directory, Tables& tables) {
  QX_TRY(Table table, Table::Read(directory, "holidays.csv"));
  for (const TableRow& row : table.rows()) {
    QX_TRY(std::string text, row.Required("first_day"));
    QX_TRY(Date date, ParseDate(text));
    Holiday holiday;
    holiday.first_day = date.ToDays();
    QX_TRY(holiday.days, row.Whole("days"));
    QX_TRY(holiday.planned, row.Number("planned_factor"));
    QX_TRY(holiday.urgent, row.Number("urgent_factor"));
    QX_TRY(holiday.outpatient, row.Number("outpatient_factor"));
    tables.holidays.push_back(holiday);
  }
  return Ok();
}

Status LoadParameters(const std::string& directory, Tables& tables) {
  QX_TRY(Table table, Table::Read(directory, "parameters.csv"));
  for (const TableRow& row : table.rows()) {
    QX_TRY(std::string name, row.Required("name"));
    QX_TRY(tables.parameters[name], row.Number("value"));
  }
  for (const char* name : kParameters) {
    if (!tables.parameters.contains(name)) return Invalid("bad-table", std::string("parameters.csv lacks ") + name);
  }
  return Ok();
}

Status LoadNames(const std::string& directory, Tables& tables) {
  QX_TRY(Table table, Table::Read(directory, "names.csv"));
  for (const TableRow& row : table.rows()) {
    QX_TRY(std::string part, row.Required("part"));
    QX_TRY(double weight, row.Number("weight"));
    QX_TRY(std::string texts, row.Required("texts"));
    NamePart& names = tables.names[part];
    for (std::string_view text : Split(texts, ' ')) {
      if (text.empty()) continue;
      names.texts.emplace_back(text);
      names.weights.push_back(weight);
    }
  }
  for (const char* part : {"surname", "male", "female"}) {
    if (!tables.names.contains(part)) return Invalid("bad-table", std::string("names.csv lacks ") + part);
  }
  return Ok();
}

Status LoadKinds(const std::string& directory, Tables& tables) {
  QX_TRY(Table table, Table::Read(directory, "kinds.csv"));
  std::array<bool, kKinds> seen{};
  for (const TableRow& row : table.rows()) {
    QX_TRY(Kind kind, ParseKind(row));
    KindFacts& facts = tables.kinds[static_cast<size_t>(kind)];
    seen[static_cast<size_t>(kind)] = true;
    QX_TRY(facts.level, row.Text("level"));
    QX_TRY(facts.hosp_lv, row.Text("hosp_lv"));
    QX_TRY(facts.services, Services(row));
    QX_TRY(facts.cost_factor, row.Number("cost_factor"));
    QX_TRY(facts.stay_factor, row.Number("stay_factor"));
    QX_TRY(facts.death_factor, row.Number("death_factor"));
    for (int level = 0; level < 4; ++level) {
      QX_TRY(facts.operation_factor[level], row.Number("operation_" + std::to_string(level + 1)));
    }
    QX_TRY(facts.visit_cost, row.Number("visit_cost"));
    QX_TRY(facts.visit_spread, row.Number("visit_spread"));
    const char* const groups[2] = {"employee", "resident"};
    for (int group = 0; group < 2; ++group) {
      std::string name = groups[group];
      QX_TRY(facts.deductible[group], row.Number(name + "_deductible"));
      QX_TRY(facts.share[group], row.Number(name + "_share"));
      QX_TRY(facts.visit_share[group], row.Number(name + "_visit_share"));
    }
  }
  for (int i = 0; i < kKinds; ++i) {
    if (!seen[i]) return Invalid("bad-table", std::string("kinds.csv lacks ") + kKindNames[i]);
  }
  return Ok();
}

Status LoadSizes(const std::string& directory, Tables& tables) {
  QX_TRY(Table table, Table::Read(directory, "sizes.csv"));
  for (const TableRow& row : table.rows()) {
    QX_TRY(std::string name, row.Required("size"));
    SizeRow& size = tables.sizes[name];
    QX_TRY(size.counties, row.Whole("counties"));
    QX_TRY(size.persons, row.Whole("persons"));
    QX_TRY(size.townships, row.Whole("townships"));
    QX_TRY(size.central_townships, row.Whole("central_townships"));
    QX_TRY(size.communities, row.Whole("communities"));
    QX_TRY(size.villages_per_township, row.Whole("villages_per_township"));
    QX_TRY(size.pharmacies, row.Whole("pharmacies"));
    if (size.townships < 3 || size.central_townships > size.townships || size.communities < 1 || size.pharmacies < 1 ||
        size.villages_per_township < 1 || size.counties < 1 || size.persons < 1000) {
      return row.Bad("size", "needs 3 townships and one of each other kind");
    }
  }
  return Ok();
}

Result<std::vector<std::string>> LoadNameList(const std::string& directory, const std::string& file) {
  QX_TRY(Table table, Table::Read(directory, file));
  std::vector<std::string> names;
  for (const TableRow& row : table.rows()) {
    QX_TRY(std::string name, row.Required("name"));
    names.push_back(name);
  }
  return names;
}

}  // namespace

const char* KindName(Kind kind) { return kKindNames[static_cast<size_t>(kind)]; }

double Tables::Parameter(const std::string& name) const {
  auto found = parameters.find(name);
  QX_CHECK(found != parameters.end(), "unknown parameter " + name);
  return found->second;
}

Status LoadCommonTables(const std::string& directory, Tables& tables) {
  QX_DO(LoadShapes(directory, tables));
  QX_DO(LoadSeasons(directory, tables));
  QX_DO(LoadHolidays(directory, tables));
  QX_DO(LoadParameters(directory, tables));
  return LoadNames(directory, tables);
}

Status LoadPlaceTables(const std::string& directory, Tables& tables) {
  QX_DO(LoadKinds(directory, tables));
  QX_DO(LoadSizes(directory, tables));
  QX_TRY(Table regions, Table::Read(directory, "regions.csv"));
  for (const TableRow& row : regions.rows()) {
    RegionRow region;
    QX_TRY(region.code, row.Required("code"));
    QX_TRY(region.name, row.Required("name"));
    QX_TRY(region.level, row.Required("level"));
    QX_TRY(region.parent, row.Text("parent"));
    if (region.code.size() != 6) return row.Bad("code", "needs six digits");
    tables.regions.push_back(region);
  }
  QX_TRY(Table institutions, Table::Read(directory, "institutions.csv"));
  for (const TableRow& row : institutions.rows()) {
    InstitutionRow institution;
    QX_TRY(institution.place, row.Required("place"));
    QX_TRY(institution.name, row.Required("name"));
    QX_TRY(institution.focus, row.Required("focus"));
    QX_TRY(institution.short_name, row.Text("short"));
    QX_TRY(institution.services, Services(row));
    QX_TRY(institution.kind, ParseKind(row));
    QX_TRY(institution.weight, row.Number("weight"));
    tables.institutions.push_back(institution);
  }
  QX_TRY(tables.townships, LoadNameList(directory, "townships.csv"));
  QX_TRY(tables.villages, LoadNameList(directory, "villages.csv"));
  for (const auto& [name, size] : tables.sizes) {
    if (size.townships > static_cast<int>(tables.townships.size()) ||
        size.villages_per_township > static_cast<int>(tables.villages.size())) {
      return Invalid("bad-table", "sizes.csv: " + name + " needs more names of townships or villages than there are");
    }
  }
  return Ok();
}

Result<Tables> LoadTables(const std::string& directory) {
  Tables tables;
  QX_DO(LoadCommonTables(directory, tables));
  QX_DO(LoadPlaceTables(directory, tables));
  QX_DO(LoadClinicalTables(directory, tables));
  QX_DO(LoadStoryTable(directory, tables));
  return tables;
}

}  // namespace qianxian::demo
