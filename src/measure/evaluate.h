// One measure over the warehouse, before names and texts are put to it: which cases count (Scope), sums by subject and
// stratum (Group), and the value that they give. Sums are exact; nothing is ever averaged. Inner part of measure/.
// Threads: any. Failures: invalid ("bad-measure-sql": which measure and what DuckDB says, "number-too-large"), cancelled.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/date.h"
#include "base/decimal.h"
#include "measure/measure.h"

namespace qianxian::measure::internal {

// Whose cases are asked for: made of the request and of who asks.
struct Scope {
  std::vector<std::string> counties;         // six digits; empty: none
  std::string region;                        // a longer code: only that part of the county; ""
  std::optional<std::vector<std::string>> organizations;   // hospital measures: only these
  bool county_rows = true;                   // hospital measures: the county's sum too
  // Measures of units: the units that each organisation's cases count for (itself and all above it) …
  std::shared_ptr<const std::map<std::string, std::vector<std::string>>> units_of;
  std::optional<std::string> only_unit;      // … and the one that was asked for
  bool outside = false;                      // … and those of other places that a case names: a row each, in no county's sum
};

// Σ of a column of whole numbers or decimals; nothing at all is no sum.
class Sum {
 public:
  Status Add(const columns::Column& column, const columns::Cell& cell);
  Status Add(const Sum& other);
  std::optional<Decimal> value() const { return any_ ? std::optional(Decimal::FromUnits(units_, scale_)) : std::nullopt; }
  static Sum OfDecimal(const Decimal& d) { Sum s; s.any_ = true; s.units_ = d.units(); s.scale_ = d.scale(); return s; }
  static Sum Of(int64_t number) { Sum s; s.any_ = true; s.units_ = number; return s; }

 private:
  Status AddUnits(int64_t units, int scale);
  bool any_ = false;
  int64_t units_ = 0;
  int scale_ = 0;
};

enum Judgement { kMet, kNotMet, kMissing, kConflicting };

// A subject and its strata, in the order of SheetRequest.by. A county's row has of_county.
struct GroupKey {
  std::string subject;
  bool of_county = false;
  std::vector<std::string> strata;
  auto operator<=>(const GroupKey&) const = default;
};

struct Group {
  Sum numerator, denominator;
  std::array<uint64_t, 4> judgements{};
  std::string value;                         // "" where the denominator is 0 or there is nothing
};

using Groups = std::map<GroupKey, Group>;

struct Question {
  const pack::Pack* pack = nullptr;
  const pack::Measure* measure = nullptr;
  Period period;
  std::vector<By> by;
  Scope scope;
};

Result<Groups> EvaluateMeasure(warehouse::Warehouse& warehouse, const Question& question, const Cancel* cancel);

const pack::Measure* FindMeasure(const pack::Pack& pack, std::string_view id);

// The statement around a measure's SQL: "WITH cases AS (…)", and the scope's conditions with their parameters.
class CaseQuery {
 public:
  CaseQuery(const Question& question);
  // WITH measure_case AS (…) [, place AS (…)]. A measure that reads capability lists reads those of the pack in hand, not the
  // warehouse's tables of them: a frozen definition brings its own list.
  std::string With() const;
  std::string From() const;                  // FROM measure_case c [JOIN …] WHERE …
  // The same over cases that are summed up by these columns and the judgement first: numerator, denominator, cases. A place is
  // joined and a month worked out once for each sum and not for each case: 2.7 times as fast over two million cases.
  std::string FromSummed(const std::vector<std::string>& columns) const;
  std::string SubjectSql() const;            // of hospital measures: the hospital; else the county
  std::string CountySql() const;             // the county of the subject
  std::string Parameter(columns::Parameter value);   // "$3"
  void Where(std::string condition) { conditions_.push_back(std::move(condition)); }
  const std::vector<columns::Parameter>& parameters() const { return parameters_; }
  bool of_organizations() const { return hospital_; }

 private:
  std::string In(const std::string& what, const std::vector<std::string>& texts);
  std::string Place(const std::vector<std::string>& conditions) const;
  const pack::Pack& pack_;
  const pack::Measure& measure_;
  bool hospital_ = false;
  std::vector<std::string> conditions_, place_conditions_;      // on cases, on their subject's place
  std::vector<columns::Parameter> parameters_;
};

// DuckDB's complaint about a measure's SQL, as the author of the measure needs it.
Error MeasureSqlError(const pack::Measure& measure, const Error& error);

// "2025-07" of year × 12 + month − 1, and back (-1: no month).
std::string MonthText(int64_t month);
int64_t MonthNumber(std::string_view text);

}  // namespace qianxian::measure::internal
