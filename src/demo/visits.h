// Outpatient visits and purchases at pharmacies, day by day. One thread; keeps nothing between days but its tables.
#pragma once

#include <functional>
#include <vector>

#include "demo/people.h"
#include "demo/places.h"
#include "demo/plot.h"

namespace qianxian::demo {

struct Visit {
  uint32_t person = 0;
  uint16_t place = 0;
  const Diagnosis* diagnosis = nullptr;   // none at a pharmacy
  const char* med_type = "11";
  int64_t cost_cents = 0, fund_cents = 0;
};

class Visits {
 public:
  Visits(const Tables& tables, const CountyFacts& county, const Calendar& calendar, const Places& places, const Plot& plot,
         const People& people, uint64_t seed);
  // The day's visits, in the order in which they are settled.
  void Day(int32_t day, const std::function<void(const Visit&)>& take);

 private:
  bool MakeVisit(int32_t day, Visit& visit);
  bool MakePurchase(int32_t day, Visit& visit);
  uint16_t PickPlace(const Condition& condition, size_t index, const Person& person, bool outsider, int month);
  bool IsFree(int64_t person, int32_t day) const;
  void Price(Visit& visit, double factor, double bonus, double years);

  const Tables& tables_;
  const CountyFacts& county_;
  const Calendar& calendar_;
  const Places& places_;
  const Plot& plot_;
  const People& people_;
  Chance chance_;
  std::array<Alias, 12> conditions_;                 // by month of the year
  std::vector<Alias> cells_, outsider_cells_;        // by condition
  std::vector<Alias> levels_;                        // by condition
  Alias buyers_;
  double outsider_percent_ = 0, chronic_bonus_ = 0, pharmacy_outpatient_percent_ = 0, cost_growth_ = 0;
};

}  // namespace qianxian::demo
