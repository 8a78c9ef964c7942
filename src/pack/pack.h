// A pack: the facts of medicine and policy as plain files that a clinical informatician can read, version, translate and
// test. Layout and every key: docs/formats/pack.md. This module reads texts that somebody else read from disk, checks
// them wholly, and says each fault with file and line. Pure; the result is immutable; any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/date.h"
#include "base/decimal.h"
#include "base/result.h"
#include "pack/form.h"
#include "pack/pathway.h"
#include "pack/text.h"

namespace qianxian::pack {

enum class MeasureKind {
  kRatio,         // Σ numerator ÷ Σ denominator
  kMean,          // the same, shown as an amount (yuan, days)
  kCount,         // Σ numerator
  kPerDistinct,   // Σ numerator ÷ number of different person_key
  kDistinct,      // number of different items
  kCoverage,      // items of a list that have at least their minimum of cases ÷ items of the list
  kGrowth,        // (another measure's value now − a year before) ÷ its value a year before
};

enum class Direction { kUp, kDown, kMonitor };

struct Target {
  Decimal value;
  Source source;
  std::vector<std::string> kinds;          // of organisation it is meant for (county-general); empty: every subject
};

struct Guard {                             // against small numbers and one-month noise
  int64_t denominator_minimum = 30;        // over the window
  int window_months = 3;                   // complete months looked at together
  int months_below_minimum = 2;            // of them, so many below by themselves
};

struct Measure {
  std::string id;
  MeasureKind kind = MeasureKind::kRatio;
  std::string subject;                     // "county", "hospital", or "unit": every organisation with all below it
  int order = 1000;                        // place in a sheet; equal ones by id
  Text name, definition, numerator, denominator, exclusions;
  Direction direction = Direction::kMonitor;
  std::string unit;                        // "1" (share), "CNY", "d", "{case}", …: UCUM
  std::optional<Target> target;
  Guard guard;
  std::vector<Source> sources;
  std::string edition;
  Date effective_from;
  std::optional<Date> effective_to;
  std::string of;                          // kGrowth: the other measure; kCoverage: the list
  std::string cases_sql;                   // one row a case; columns in docs/formats/pack.md; empty for kGrowth
  std::string file;
};

struct ActionType {                        // the director's menu
  std::string id;
  Text name, description;
  std::vector<std::string> measures;       // which measures it may answer; empty: any
  std::vector<std::string> subjects;       // "county", "hospital"
  int usual_days = 90;
  Text expected;                           // what it usually changes
  std::vector<Source> sources;
};

struct DiseaseGroup {
  std::string id;
  Text name;
  std::vector<std::pair<std::string, std::string>> categories;   // first and last 3-character ICD-10 category: C33, C34
};

struct CapabilityItem {
  std::string id;
  Text name;
  std::string specialty;
  std::vector<std::string> codes;          // ICD-10 or ICD-9-CM-3 prefixes
  int64_t cases_minimum = 1;
  std::string mark;
};

struct CapabilityList {                    // disease-coverage, technique-coverage
  std::string id;
  Text name;
  std::string edition;
  std::vector<Source> sources;
  std::vector<CapabilityItem> items;
};

// How a settlement's codes are read (settlement-rules.yaml); the warehouse makes its columns care, level, destination of it.
struct SettlementRules {
  std::map<std::string, std::vector<std::string>> care;    // inpatient, outpatient, pharmacy → codes of med_type
  std::vector<std::string> pharmacy_code_prefixes;         // of fixmedins_code; a pharmacy wins over med_type
  std::map<std::string, std::vector<std::string>> levels;  // primary, pharmacy → kinds of organisation; any other kind: hospital
  std::vector<std::string> county_kinds;                   // kinds whose region tells which county this is
  std::vector<std::pair<std::string, Text>> destinations;  // id and name, in the order to be shown
  std::vector<Source> sources;
};

struct NamedFile {
  std::string path;
  std::string content;
};

// A table that the warehouse keeps filled (tables/NN-NAME.sql with CREATE TABLE): when rows of what it follows change, only
// the rows of the keys concerned are made again.
struct KeptTable {
  std::string path, name;
  std::string key;                         // its column that the work is cut by: person_key
  std::vector<std::pair<std::string, std::string>> follows;   // view and the column of it that holds the key
  std::string anew_when;                   // a SELECT of one value; where it changes, all rows are made again; "" = never
  std::string select;
};

struct Pack {
  std::string id;
  Text title;
  std::string edition;
  std::vector<Source> sources;
  std::vector<Measure> measures;
  std::vector<ActionType> actions;
  std::vector<DiseaseGroup> disease_groups;
  std::vector<CapabilityList> capability_lists;
  SettlementRules settlement;              // of the one pack that has them
  std::vector<Pathway> pathways;           // by order
  std::vector<Form> forms;
  std::vector<NamedFile> views;            // ViewDefinition JSON
  std::vector<NamedFile> tables;           // SQL: CREATE VIEW … over the views' tables and the ledgers
  std::vector<KeptTable> kept_tables;      // SQL: CREATE TABLE … AS SELECT …
  std::vector<NamedFile> cases;            // hand-computed cases, run by tests and by `qianxian pack test`
  std::string hash;                        // SHA-like stable hash of all files: what a frozen definition points to
};

// files: path inside the pack → content. Errors: invalid, every fault found, joined by line breaks.
Result<Pack> ParsePack(const std::map<std::string, std::string>& files);
// Several packs as one: ids must not clash (invalid "duplicate-id").
Result<Pack> MergePacks(const std::vector<Pack>& packs);

// A Measure as FHIR R4 Measure JSON (with the SQL as a contained Library), for /fhir/Measure/<id>.
std::string MeasureAsFhir(const Pack& pack, const Measure& measure);

}  // namespace qianxian::pack
