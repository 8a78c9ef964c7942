// The facts of the invented county, as packs/demo-county/*.csv states them: this header only names the columns. Read once,
// then never changed; any thread. Errors: "bad-table". What each column means is told in packs/demo-county/README.md.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace qianxian::demo {

inline constexpr int kBands = 18;   // 0-4, 5-9, … 85+
using Bands = std::array<double, kBands>;
using Months = std::array<double, 12>;

enum class Kind : uint8_t {
  kCountyGeneral, kCountyTcm, kCountyMch, kTownship, kCommunity, kVillage, kCity, kProvince, kOther, kPharmacy
};
inline constexpr int kKinds = 10;
const char* KindName(Kind kind);
inline bool IsPrimary(Kind kind) { return kind == Kind::kTownship || kind == Kind::kCommunity || kind == Kind::kVillage; }

// Where a stay or visit goes, in the order of the tables' columns.
enum Level : uint8_t { kToVillage, kToPrimary, kToGeneral, kToTcm, kToMch, kToCity, kToProvince, kToOther, kLevels };

struct KindFacts {
  std::string level, hosp_lv;
  std::string services;          // of institutions that institutions.csv does not name
  double cost_factor = 0, stay_factor = 0, death_factor = 0;
  std::array<double, 4> operation_factor{};   // by level 1 to 4
  double visit_cost = 0, visit_spread = 0;
  std::array<double, 2> deductible{}, share{}, visit_share{};   // [0] employees, [1] residents
};

// Risk by sex and age: shape × the relative risk of women; 0 men only; women_only.
struct Risk {
  Bands bands{};
  double female = 1;
  bool women_only = false;
  double At(int sex, int band) const {   // sex 1 man, 2 woman
    if (sex == 2) return bands[band] * (women_only ? 1 : female);
    return women_only ? 0 : bands[band];
  }
};

struct Holiday {
  int32_t first_day = 0;
  int days = 0;
  double planned = 1, urgent = 1, outpatient = 1;
};

struct Diagnosis {
  std::string code, name;
  std::string pathology_code, pathology_name;
  std::string external_code, external_name;
  std::string second_code, second_name;       // always written down with it
  int min_age = 0, max_age = 200;
  double weight = 0;
  uint16_t category = 0;   // index of the code's first three characters in Tables::categories
};

struct Operation {
  std::string code, name;
  int level = 0;                 // 0: a procedure that is no operation
  double weight = 0, cost_factor = 1;
  std::string diagnosis_prefix;  // only with these principal diagnoses
  int unlock = -1;               // story that must have happened at the county's hospitals
};

struct DiseaseGroup {
  std::string name, name_zh, name_en, focus;
  uint16_t department = 0;
  double rate = 0;               // stays per 100,000 and year
  Risk risk;
  Months season{};
  bool planned = false, newborn = false, delivery = false;
  std::array<double, kLevels> shares{};   // sum 1; none to villages
  int chronic = -1;              // register that most of these patients are on
  double stay = 0, stay_spread = 0, cost = 0, cost_spread = 0;
  double death = 0, readmission = 0, operation = 0, down = 0, up = 0, emergency = 0;   // percent
  std::string med_type;
  std::vector<Diagnosis> diagnoses;
  std::vector<Operation> operations;
};

struct Condition {               // of an outpatient visit
  Diagnosis diagnosis;
  double weight = 0;
  Risk risk;
  Months season{};
  int chronic = -1;
  std::string med_type;
  std::array<double, kLevels> shares{};
  double cost_factor = 1;
};

struct Register {
  std::string name;
  Risk risk;                     // percent known
  Diagnosis diagnosis;
  double comorbid = 0;           // percent of stays in which it is written down
};

struct Comorbidity {
  Diagnosis diagnosis;
  double weight = 0;
  Risk risk;
};

struct Department {
  std::string name_zh, code;
};

struct FeeItem {
  std::string name;
  std::array<double, 4> shares{};   // medical, surgical, obstetric, tcm; each column sums to 100
};

enum class StoryKind : uint8_t { kLocalShare, kPrimaryLoss, kStanding, kNoiseDeaths, kOperationLevel };

struct Story {
  std::string name, name_zh, name_en;
  StoryKind kind = StoryKind::kStanding;
  std::vector<uint16_t> groups;
  int township = -1;             // 0-based
  int from_month = 0, to_month = 0;   // months since January of the first year
  double value = 0;
};

struct RegionRow {
  std::string code, name, level, parent;
};
struct InstitutionRow {
  std::string place, name, focus, short_name;
  std::string services;          // codes with semicolons, as the sheet of organisations has them
  Kind kind = Kind::kOther;
  double weight = 1;
};
struct SizeRow {
  int counties = 0, persons = 0, townships = 0, central_townships = 0, communities = 0, villages_per_township = 0,
      pharmacies = 0;
};
struct NamePart {
  std::vector<std::string> texts;
  std::vector<double> weights;
};

struct Tables {
  std::map<std::string, Bands> shapes;
  std::map<std::string, Months> seasons;
  std::map<std::string, double> parameters;
  std::map<std::string, SizeRow> sizes;
  std::map<std::string, NamePart> names;   // surname, male, female
  std::vector<Holiday> holidays;
  std::array<KindFacts, kKinds> kinds;
  std::vector<RegionRow> regions;
  std::vector<InstitutionRow> institutions;
  std::vector<std::string> townships, villages;
  std::vector<Department> departments;
  std::vector<Register> registers;
  std::vector<DiseaseGroup> groups;
  std::vector<Condition> conditions;
  std::vector<Comorbidity> comorbidities;
  std::vector<FeeItem> fees;
  std::vector<Story> stories;
  std::vector<std::string> categories;     // three-character ICD-10 categories, sorted

  const KindFacts& Of(Kind kind) const { return kinds[static_cast<size_t>(kind)]; }
  double Parameter(const std::string& name) const;   // CHECK: LoadTables made sure that all are there
};

// `directory` is packs/demo-county.
Result<Tables> LoadTables(const std::string& directory);

// The parts of LoadTables, in this order.
Status LoadCommonTables(const std::string& directory, Tables& tables);
Status LoadPlaceTables(const std::string& directory, Tables& tables);
Status LoadClinicalTables(const std::string& directory, Tables& tables);
Status LoadStoryTable(const std::string& directory, Tables& tables);

}  // namespace qianxian::demo
