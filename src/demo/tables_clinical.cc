// Loads the clinical tables and the stories; see tables.h.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "demo/table_reader.h"
#include "demo/tables.h"

namespace qianxian::demo {
namespace {

template <typename T>
int Find(const std::vector<T>& list, const std::string& name) {
  for (size_t i = 0; i < list.size(); ++i) {
    if (list[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

Result<Risk> ReadRisk(const TableRow& row, const Tables& tables) {
  Risk risk;
  QX_TRY(std::string shape, row.Required("shape"));
  auto found = tables.shapes.find(shape);
  if (found == tables.shapes.end()) return row.Bad("shape", "unknown shape " + shape);
  risk.bands = found->second;
  QX_TRY(std::string female, row.Required("female"));
  if (female == "only") {
    risk.women_only = true;
  } else {
    QX_TRY(risk.female, row.Number("female"));
  }
  return risk;
}

Result<Months> ReadSeason(const TableRow& row, const Tables& tables) {
  QX_TRY(std::string season, row.Required("season"));
  auto found = tables.seasons.find(season);
  if (found == tables.seasons.end()) return row.Bad("season", "unknown season " + season);
  return found->second;
}

Result<int> ReadChronic(const TableRow& row, const Tables& tables) {
  QX_TRY(std::string name, row.Text("register"));
  if (name.empty()) return -1;
  int index = Find(tables.registers, name);
  if (index < 0) return row.Bad("register", "unknown register " + name);
  return index;
}

Result<std::array<double, kLevels>> ReadShares(const TableRow& row, const std::array<const char*, kLevels>& columns) {
  std::array<double, kLevels> shares{};
  double sum = 0;
  for (int level = 0; level < kLevels; ++level) {
    if (columns[level] == nullptr) continue;
    QX_TRY(shares[level], row.Number(columns[level]));
    sum += shares[level];
  }
  if (std::abs(sum - 100) > 0.001) return row.Bad(columns[kToOther], "the shares sum to " + std::to_string(sum));
  for (double& share : shares) share /= 100;
  return shares;
}

// "M81400/3 腺癌" -> code and name.
void SplitCode(const std::string& text, std::string& code, std::string& name) {
  size_t space = text.find(' ');
  code = text.substr(0, space);
  name = space == std::string::npos ? std::string() : text.substr(space + 1);
}

Result<Diagnosis> ReadDiagnosis(const TableRow& row, const char* name_column) {
  Diagnosis diagnosis;
  QX_TRY(diagnosis.code, row.Required("code"));
  QX_TRY(diagnosis.name, row.Required(name_column));
  if (diagnosis.code.size() < 3) return row.Bad("code", "is too short");
  return diagnosis;
}

Status LoadDepartments(const std::string& directory, Tables& tables, std::map<std::string, uint16_t>& index) {
  QX_TRY(Table table, Table::Read(directory, "departments.csv"));
  for (const TableRow& row : table.rows()) {
    QX_TRY(std::string name, row.Required("department"));
    Department department;
    QX_TRY(department.name_zh, row.Required("name_zh"));
    QX_TRY(department.code, row.Required("code"));
    index[name] = static_cast<uint16_t>(tables.departments.size());
    tables.departments.push_back(department);
  }
  return Ok();
}

Status LoadRegisters(const std::string& directory, Tables& tables) {
  QX_TRY(Table table, Table::Read(directory, "registers.csv"));
  for (const TableRow& row : table.rows()) {
    Register entry;
    QX_TRY(entry.name, row.Required("register"));
    QX_TRY(entry.diagnosis, ReadDiagnosis(row, "diagnosis"));
    QX_TRY(entry.risk, ReadRisk(row, tables));
    QX_TRY(entry.comorbid, row.Number("comorbid"));
    tables.registers.push_back(entry);
  }
  if (tables.registers.size() > 16) return Invalid("bad-table", "registers.csv: at most 16 registers");
  return Ok();
}

Status ReadGroupNumbers(const TableRow& row, DiseaseGroup& group) {
  QX_TRY(group.rate, row.Number("rate"));
  QX_TRY(group.stay, row.Number("stay"));
  QX_TRY(group.stay_spread, row.Number("stay_spread"));
  QX_TRY(group.cost, row.Number("cost"));
  QX_TRY(group.cost_spread, row.Number("cost_spread"));
  QX_TRY(group.death, row.Number("death"));
  QX_TRY(group.readmission, row.Number("readmission"));
  QX_TRY(group.operation, row.Number("operation"));
  QX_TRY(group.down, row.Number("down"));
  QX_TRY(group.up, row.Number("up"));
  QX_TRY(group.emergency, row.Number("emergency"));
  return Ok();
}

Status LoadGroups(const std::string& directory, Tables& tables, const std::map<std::string, uint16_t>& departments) {
  QX_TRY(Table table, Table::Read(directory, "diseases.csv"));
  for (const TableRow& row : table.rows()) {
    DiseaseGroup group;
    QX_TRY(group.name, row.Required("group"));
    QX_TRY(group.name_zh, row.Required("name_zh"));
    QX_TRY(group.name_en, row.Required("name_en"));
    QX_TRY(std::string department, row.Required("department"));
    auto found = departments.find(department);
    if (found == departments.end()) return row.Bad("department", "unknown department " + department);
    group.department = found->second;
    QX_DO(ReadGroupNumbers(row, group));
    QX_TRY(group.risk, ReadRisk(row, tables));
    QX_TRY(group.season, ReadSeason(row, tables));
    QX_TRY(group.chronic, ReadChronic(row, tables));
    QX_TRY(int planned, row.Whole("planned"));
    group.planned = planned != 0;
    QX_TRY(std::string shape, row.Required("shape"));
    group.newborn = shape == "newborn";
    QX_TRY(group.focus, row.Required("focus"));
    QX_TRY(group.med_type, row.Required("med_type"));
    group.delivery = group.med_type == "52";
    QX_TRY(group.shares,
           ReadShares(row, {nullptr, "township", "general", "tcm", "mch", "city", "province", "other"}));
    tables.groups.push_back(group);
  }
  return Ok();
}

Status LoadDiagnoses(const std::string& directory, Tables& tables) {
  QX_TRY(Table table, Table::Read(directory, "diagnoses.csv"));
  for (const TableRow& row : table.rows()) {
    QX_TRY(std::string name, row.Required("group"));
    int group = Find(tables.groups, name);
    if (group < 0) return row.Bad("group", "unknown group " + name);
    QX_TRY(Diagnosis diagnosis, ReadDiagnosis(row, "name"));
    QX_TRY(diagnosis.weight, row.Number("weight"));
    QX_TRY(std::string pathology, row.Text("pathology"));
    SplitCode(pathology, diagnosis.pathology_code, diagnosis.pathology_name);
    QX_TRY(std::string external, row.Text("external"));
    SplitCode(external, diagnosis.external_code, diagnosis.external_name);
    QX_TRY(std::string second, row.Text("second"));
    SplitCode(second, diagnosis.second_code, diagnosis.second_name);
    QX_TRY(double min_age, row.NumberOr("min_age", 0));
    QX_TRY(double max_age, row.NumberOr("max_age", 200));
    diagnosis.min_age = static_cast<int>(min_age);
    diagnosis.max_age = static_cast<int>(max_age);
    tables.groups[group].diagnoses.push_back(diagnosis);
  }
  for (const DiseaseGroup& group : tables.groups) {
    if (group.diagnoses.empty()) return Invalid("bad-table", "diagnoses.csv has none for " + group.name);
  }
  return Ok();
}

Status LoadOperations(const std::string& directory, Tables& tables) {
  QX_TRY(Table table, Table::Read(directory, "operations.csv"));
  for (const TableRow& row : table.rows()) {
    QX_TRY(std::string name, row.Required("group"));
    int group = Find(tables.groups, name);
    if (group < 0) return row.Bad("group", "unknown group " + name);
    Operation operation;
    QX_TRY(operation.code, row.Required("code"));
    QX_TRY(operation.name, row.Required("name"));
    QX_TRY(operation.weight, row.Number("weight"));
    QX_TRY(operation.cost_factor, row.Number("cost_factor"));
    QX_TRY(double level, row.NumberOr("level", 0));
    if (level != std::floor(level) || level > 4) return row.Bad("level", "is not 1 to 4");
    operation.level = static_cast<int>(level);
    QX_TRY(operation.diagnosis_prefix, row.Text("diagnosis"));
    QX_TRY(std::string unlock, row.Text("unlock"));
    if (!unlock.empty()) {
      operation.unlock = Find(tables.stories, unlock);
      if (operation.unlock < 0) return row.Bad("unlock", "unknown story " + unlock);
    }
    tables.groups[group].operations.push_back(operation);
  }
  return Ok();
}

Status LoadConditions(const std::string& directory, Tables& tables) {
  QX_TRY(Table table, Table::Read(directory, "outpatient.csv"));
  for (const TableRow& row : table.rows()) {
    Condition condition;
    QX_TRY(condition.diagnosis, ReadDiagnosis(row, "name"));
    QX_TRY(condition.weight, row.Number("weight"));
    QX_TRY(condition.risk, ReadRisk(row, tables));
    QX_TRY(condition.season, ReadSeason(row, tables));
    QX_TRY(condition.chronic, ReadChronic(row, tables));
    QX_TRY(condition.med_type, row.Required("med_type"));
    QX_TRY(condition.cost_factor, row.Number("cost_factor"));
    QX_TRY(condition.shares,
           ReadShares(row, {"village", "primary", "general", "tcm", "mch", "city", "province", "other"}));
    tables.conditions.push_back(condition);
  }
  return Ok();
}

Status LoadComorbidities(const std::string& directory, Tables& tables) {
  QX_TRY(Table table, Table::Read(directory, "comorbidities.csv"));
  for (const TableRow& row : table.rows()) {
    Comorbidity comorbidity;
    QX_TRY(comorbidity.diagnosis, ReadDiagnosis(row, "name"));
    QX_TRY(comorbidity.weight, row.Number("weight"));
    QX_TRY(comorbidity.risk, ReadRisk(row, tables));
    tables.comorbidities.push_back(comorbidity);
  }
  return Ok();
}

Status LoadFees(const std::string& directory, Tables& tables) {
  QX_TRY(Table table, Table::Read(directory, "fees.csv"));
  std::array<double, 4> sums{};
  const char* const columns[4] = {"medical", "surgical", "obstetric", "tcm"};
  for (const TableRow& row : table.rows()) {
    FeeItem item;
    QX_TRY(item.name, row.Required("item"));
    for (int i = 0; i < 4; ++i) {
      QX_TRY(item.shares[i], row.Number(columns[i]));
      sums[i] += item.shares[i];
    }
    tables.fees.push_back(item);
  }
  for (double sum : sums) {
    if (std::abs(sum - 100) > 0.001) return Invalid("bad-table", "fees.csv: a column does not sum to 100");
  }
  return Ok();
}

void NumberCategories(Tables& tables) {
  for (const auto& group : tables.groups) {
    for (const auto& diagnosis : group.diagnoses) tables.categories.push_back(diagnosis.code.substr(0, 3));
  }
  std::sort(tables.categories.begin(), tables.categories.end());
  tables.categories.erase(std::unique(tables.categories.begin(), tables.categories.end()), tables.categories.end());
  for (auto& group : tables.groups) {
    for (auto& diagnosis : group.diagnoses) {
      auto place = std::lower_bound(tables.categories.begin(), tables.categories.end(), diagnosis.code.substr(0, 3));
      diagnosis.category = static_cast<uint16_t>(place - tables.categories.begin());
    }
  }
}

Result<StoryKind> ReadStoryKind(const TableRow& row) {
  QX_TRY(std::string kind, row.Required("kind"));
  if (kind == "local-share") return StoryKind::kLocalShare;
  if (kind == "primary-loss") return StoryKind::kPrimaryLoss;
  if (kind == "standing") return StoryKind::kStanding;
  if (kind == "noise-deaths") return StoryKind::kNoiseDeaths;
  if (kind == "operation-level") return StoryKind::kOperationLevel;
  return row.Bad("kind", "unknown kind " + kind);
}

Result<int> ReadStoryMonth(const TableRow& row, const std::string& side) {
  QX_TRY(int year, row.Whole(side + "_year"));
  QX_TRY(int month, row.Whole(side + "_month"));
  if (year < 1 || year > 3 || month < 1 || month > 12) return row.Bad(side + "_year", "is not within the three years");
  return (year - 1) * 12 + month - 1;
}

}  // namespace

// Stories name groups and operations name stories, so the story's own facts come before, its groups after.
Status LoadStoryTable(const std::string& directory, Tables& tables) {
  QX_TRY(Table table, Table::Read(directory, "stories.csv"));
  for (const TableRow& row : table.rows()) {
    QX_TRY(std::string name, row.Required("story"));
    int index = Find(tables.stories, name);
    if (index < 0) return row.Bad("story", "is unknown");
    QX_TRY(std::string groups, row.Text("groups"));
    if (groups.empty()) continue;
    for (std::string_view part : Split(groups, ';')) {
      int group = Find(tables.groups, std::string(part));
      if (group < 0) return row.Bad("groups", "unknown group " + std::string(part));
      tables.stories[index].groups.push_back(static_cast<uint16_t>(group));
    }
  }
  return Ok();
}

static Status LoadStories(const std::string& directory, Tables& tables) {
  QX_TRY(Table table, Table::Read(directory, "stories.csv"));
  for (const TableRow& row : table.rows()) {
    Story story;
    QX_TRY(story.name, row.Required("story"));
    QX_TRY(story.name_zh, row.Required("name_zh"));
    QX_TRY(story.name_en, row.Required("name_en"));
    QX_TRY(story.kind, ReadStoryKind(row));
    QX_TRY(double township, row.NumberOr("township", 0));
    story.township = static_cast<int>(township) - 1;
    QX_TRY(story.from_month, ReadStoryMonth(row, "from"));
    QX_TRY(story.to_month, ReadStoryMonth(row, "to"));
    QX_TRY(story.value, row.Number("value"));
    if (story.to_month < story.from_month) return row.Bad("to_year", "ends before it begins");
    bool needs_township = story.kind == StoryKind::kPrimaryLoss || story.kind == StoryKind::kNoiseDeaths;
    if (needs_township != (story.township >= 0) || story.township > 2) return row.Bad("township", "needs 1 to 3");
    tables.stories.push_back(story);
  }
  return Ok();
}

Status LoadClinicalTables(const std::string& directory, Tables& tables) {
  std::map<std::string, uint16_t> departments;
  QX_DO(LoadStories(directory, tables));
  QX_DO(LoadDepartments(directory, tables, departments));
  QX_DO(LoadRegisters(directory, tables));
  QX_DO(LoadGroups(directory, tables, departments));
  QX_DO(LoadDiagnoses(directory, tables));
  QX_DO(LoadOperations(directory, tables));
  QX_DO(LoadConditions(directory, tables));
  QX_DO(LoadComorbidities(directory, tables));
  QX_DO(LoadFees(directory, tables));
  NumberCategories(tables);
  return Ok();
}

}  // namespace qianxian::demo
