#include "demo/visits.h"

#include <algorithm>

namespace qianxian::demo {
namespace {

constexpr int kTries = 6;
constexpr double kCityCommunityPercent = 3;   // of the visits in the city: at a community centre there
constexpr double kPurchasesByLongIll = 45;    // percent

Alias MakeAlias(const std::vector<double>& weights) {
  double sum = 0;
  for (double weight : weights) sum += weight;
  return sum > 0 ? Alias(weights) : Alias();
}

}  // namespace

Visits::Visits(const Tables& tables, const CountyFacts& county, const Calendar& calendar, const Places& places,
               const Plot& plot, const People& people, uint64_t seed)
    : tables_(tables), county_(county), calendar_(calendar), places_(places), plot_(plot), people_(people),
      chance_(seed, "visits") {
  for (int month = 0; month < 12; ++month) {
    std::vector<double> weights;
    for (const Condition& condition : tables.conditions) weights.push_back(condition.weight * condition.season[month]);
    conditions_[month] = Alias(weights);
  }
  for (const Condition& condition : tables.conditions) {
    cells_.push_back(MakeAlias(people.CellWeights(condition.risk, false)));
    outsider_cells_.push_back(MakeAlias(people.CellWeights(condition.risk, true)));
    levels_.push_back(Alias(std::vector<double>(condition.shares.begin(), condition.shares.end())));
  }
  Risk adults;
  adults.bands = tables.shapes.at("employee");
  buyers_ = Alias(people.CellWeights(adults, false));
  outsider_percent_ = tables.Parameter("neighbour_visits");
  chronic_bonus_ = tables.Parameter("chronic_visit_share_bonus");
  pharmacy_outpatient_percent_ = tables.Parameter("pharmacy_as_outpatient");
  cost_growth_ = tables.Parameter("cost_growth") / 100;
}

void Visits::Day(int32_t day, const std::function<void(const Visit&)>& take) {
  double years = calendar_.YearsSinceStart(day);
  double growth = 1 + tables_.Parameter("visit_growth") / 100 * years;
  double people = county_.size.persons / 365.25 * growth * calendar_.Outpatient(day);
  uint32_t visits = chance_.Poisson(people * tables_.Parameter("outpatient_visits"));
  uint32_t purchases = chance_.Poisson(people * tables_.Parameter("pharmacy_purchases"));
  Visit visit;
  // Purchases fall between the visits, not after them.
  uint64_t left = visits + purchases;
  while (left > 0) {
    bool purchase = chance_.Below(static_cast<uint32_t>(left)) < purchases;
    --left;
    if (purchase) --purchases;
    visit = Visit{};
    if (purchase ? MakePurchase(day, visit) : MakeVisit(day, visit)) take(visit);
  }
}

bool Visits::IsFree(int64_t person, int32_t day) const {
  return person >= 0 && people_.IsPresent(static_cast<uint32_t>(person), day) &&
         people_[static_cast<uint32_t>(person)].busy_until < day;
}

bool Visits::MakeVisit(int32_t day, Visit& visit) {
  uint32_t index = conditions_[calendar_.MonthOfYear(day)].Pick(chance_);
  const Condition& condition = tables_.conditions[index];
  bool outsider = chance_.Percent(outsider_percent_) && !outsider_cells_[index].empty();
  const Alias& cells = outsider ? outsider_cells_[index] : cells_[index];
  int64_t person = -1;
  for (int i = 0; i < kTries && !IsFree(person, day); ++i) {
    if (condition.chronic >= 0 && !outsider) {
      person = people_.PickOnRegister(chance_, condition.chronic);
    } else {
      person = cells.empty() ? -1 : people_.PickInCell(chance_, cells.Pick(chance_), outsider);
    }
  }
  if (!IsFree(person, day)) return false;
  visit.person = static_cast<uint32_t>(person);
  visit.diagnosis = &condition.diagnosis;
  visit.med_type = condition.med_type.c_str();
  visit.place = PickPlace(condition, index, people_[visit.person], outsider, calendar_.Month(day));
  Price(visit, condition.cost_factor, condition.med_type == "14" ? chronic_bonus_ : 0, calendar_.YearsSinceStart(day));
  return true;
}

bool Visits::MakePurchase(int32_t day, Visit& visit) {
  int64_t person = -1;
  for (int i = 0; i < kTries && !IsFree(person, day); ++i) {
    if (chance_.Percent(kPurchasesByLongIll)) {
      person = people_.PickOnRegister(chance_, static_cast<int>(chance_.Below(2)));
    } else {
      person = people_.PickInCell(chance_, buyers_.Pick(chance_), false);
    }
  }
  if (!IsFree(person, day)) return false;
  visit.person = static_cast<uint32_t>(person);
  visit.place = places_.pharmacy(chance_);
  visit.med_type = chance_.Percent(pharmacy_outpatient_percent_) ? "11" : "41";
  Price(visit, 1, 0, calendar_.YearsSinceStart(day));
  return true;
}

uint16_t Visits::PickPlace(const Condition& condition, size_t index, const Person& person, bool outsider, int month) {
  auto level = static_cast<Level>(levels_[index].Pick(chance_));
  if (outsider && level >= kToCity) level = kToGeneral;
  if (level == kToPrimary) {
    double loss = plot_.PrimaryLoss(person.area, month);
    if (loss > 0 && chance_.Percent(loss)) {
      uint32_t where = chance_.Below(20);
      level = where < 11 ? kToGeneral : where < 14 ? kToTcm : where < 18 ? kToCity : kToVillage;
    }
  }
  switch (level) {
    case kToVillage: return places_.village(person.area, person.village);
    case kToPrimary: return places_.centre(person.area);
    case kToGeneral: return places_.general();
    case kToTcm: return places_.tcm();
    case kToMch: return places_.mch();
    default: break;
  }
  if (level == kToCity && chance_.Percent(kCityCommunityPercent)) return places_.city_community();
  return places_.PickOutside(chance_, level, condition.diagnosis.code[0] == 'C' ? "cancer" : "general");
}

void Visits::Price(Visit& visit, double factor, double bonus, double years) {
  const KindFacts& kind = tables_.Of(places_[visit.place].kind);
  double cost = kind.visit_cost * chance_.LogNormal(kind.visit_spread) * factor * (1 + cost_growth_ * years);
  visit.cost_cents = std::max<int64_t>(150, static_cast<int64_t>(cost * 100 + 0.5));
  double share = (kind.visit_share[people_[visit.person].insurance] + bonus) * (0.75 + 0.5 * chance_.Unit());
  double fund = static_cast<double>(visit.cost_cents) * std::min(share, 95.0) / 100;
  visit.fund_cents = static_cast<int64_t>(fund + 0.5);
}

}  // namespace qianxian::demo
