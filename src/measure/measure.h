// Measure: numbers from the pack's definitions over the warehouse. A definition's SQL gives one row a case; the same SQL
// counts and opens to its cases. Rates are always recomputed from summed numerators and denominators.
// Access: a caller without the whole county gets only subjects and cases of its own organisations; county measures are
// forbidden to it. Threads: any. Errors: not_found ("no-such-measure"), invalid, forbidden, busy ("numbers-not-ready": the
// warehouse has not followed these packs yet).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/caller.h"
#include "base/cancel.h"
#include "base/date.h"
#include "base/decimal.h"
#include "base/result.h"
#include "pack/pack.h"
#include "warehouse/warehouse.h"

namespace qianxian::measure {

// kItem: of measures whose SQL names an item. For coverage: an item's different cases ÷ the list's minimum; '' = cases of no item.
enum class By { kNothing, kOrganization, kMonth, kDiseaseGroup, kDestination, kItem };
Result<By> ParseBy(std::string_view name);         // "", "org", "month", "disease-group", "destination"

struct SheetRequest {
  std::vector<std::string> measures;       // empty: all
  Period period;
  std::string organization;                // --org
  std::string region;                      // --region: another county (or a longer code: a part of it)
  std::vector<By> by;                      // none: one row a subject; several: crossed, stratum "a|b"
};

struct SheetRow {
  std::string measure;
  std::string subject;                     // county code or organisation code
  std::string subject_name;
  std::string subject_kind;                // of a hospital: its kind ("county-general"); "" for the county or where unknown
  std::string period;
  std::string stratum;                     // "" | organisation | 2025-07 | disease group | destination
  pack::Text stratum_name;
  std::optional<Decimal> numerator;
  std::optional<Decimal> denominator;
  std::string value;                       // "" where the denominator is 0
  uint64_t met = 0, not_met = 0, missing = 0, conflicting = 0;
  std::string edition;
  uint64_t as_of = 0;
};

struct Sheet {
  std::vector<SheetRow> rows;
  uint64_t as_of = 0;
  std::vector<pack::Text> notes;           // truncated strata, no data in the period, …
};

struct CasesRequest {
  std::string measure;
  Period period;
  std::string organization, region;
  std::string disease_group, destination, institution;   // filters; "" = any
  std::string judgement;                   // met, not_met, missing, conflicting; "" = any
  size_t offset = 0;
  size_t count = 100;
};

struct Case {
  std::string key;                         // setl_id, or the Encounter's id
  std::string type;                        // "settlement", "Encounter"
  std::string subject, institution, institution_name, on_date, disease_code, disease_name, disease_group, destination;
  std::string numerator, denominator, judgement;
};

struct Cases {
  std::vector<Case> cases;
  uint64_t total = 0;
  uint64_t as_of = 0;
};

class Measures {
 public:
  virtual ~Measures() = default;
  virtual const pack::Pack& pack() const = 0;
  virtual Result<Sheet> Evaluate(const access::Caller& caller, const SheetRequest& request, const Cancel* cancel = nullptr) = 0;
  virtual Result<Cases> ListCases(const access::Caller& caller, const CasesRequest& request, const Cancel* cancel = nullptr) = 0;
  // One settlement row as ExplanationOfBenefit, or all of a person's (a searchset Bundle).
  virtual Result<std::string> ExplanationOfBenefit(const access::Caller& caller, std::string_view setl_id) = 0;
  virtual Result<std::string> ExplanationsOfPerson(const access::Caller& caller, std::string_view psn_no, size_t count) = 0;
  // First and last month that hold settlements or discharges; where there are none, care in pathways.
  virtual Result<std::optional<Period>> DataPeriod() = 0;
};
std::unique_ptr<Measures> MakeMeasures(warehouse::Warehouse& warehouse, const pack::Pack& pack);

// measure,subject,period,stratum,numerator,denominator,value,met,not_met,missing,conflicting,edition,as_of
std::string SheetAsCsv(const Sheet& sheet, bool byte_order_mark);
std::string SheetAsTable(const Sheet& sheet, const pack::Pack& pack, bool chinese);   // aligned for a terminal
std::string SheetAsJson(const Sheet& sheet);                                          // docs/formats/api.md
std::string CasesAsCsv(const Cases& cases, bool byte_order_mark);

}  // namespace qianxian::measure
