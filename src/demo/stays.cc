#include "demo/stays.h"

#include <algorithm>

namespace qianxian::demo {
namespace {

constexpr size_t kRing = 128;          // days; more than the longest stay
constexpr size_t kRecent = 400;        // patients of a group who may come again
constexpr int32_t kReadmissionDays = 300;
constexpr int32_t kBetweenBirths = 330;
static_assert(kRing > kLongestStay + 2);

constexpr double kLeaving[] = {0.85, 1.15, 1.5};     // by severity: how much likelier care outside is
constexpr double kDying[] = {0.1, 0.6, 7.5};
constexpr double kStaying[] = {0.85, 1.1, 1.5};
constexpr double kCosting[] = {0.82, 1.12, 1.9};

bool IsInsideLevel(int level) { return level >= kToPrimary && level <= kToMch; }

}  // namespace

Stays::Stays(const Tables& tables, const CountyFacts& county, const Calendar& calendar, const Places& places,
             const Plot& plot, People& people, uint64_t seed)
    : tables_(tables), county_(county), calendar_(calendar), places_(places), plot_(plot), people_(people),
      chance_(seed, "stays"), open_(kRing), recent_(tables.groups.size()), recent_next_(tables.groups.size()),
      last_number_(places.count()) {
  auto make = [](const std::vector<double>& weights) {
    double sum = 0;
    for (double weight : weights) sum += weight;
    return sum > 0 ? Alias(weights) : Alias();
  };
  for (const DiseaseGroup& group : tables.groups) {
    cells_.push_back(make(people.CellWeights(group.risk, false)));
    outsider_cells_.push_back(make(people.CellWeights(group.risk, true)));
  }
  for (int cell = 0; cell < 2 * kBands; ++cell) {
    std::vector<double> weights;
    for (const Comorbidity& entry : tables.comorbidities) {
      weights.push_back(entry.weight * entry.risk.At(cell / kBands + 1, cell % kBands));
    }
    comorbidities_.push_back(make(weights));
  }
}

void Stays::Admit(int32_t day) {
  double years = calendar_.YearsSinceStart(day);
  double growth = 1 + tables_.Parameter("admission_growth") / 100 * years;
  int month = calendar_.MonthOfYear(day);
  for (size_t i = 0; i < tables_.groups.size(); ++i) {
    const DiseaseGroup& group = tables_.groups[i];
    double busy = group.planned ? calendar_.Planned(day) : calendar_.Urgent(day);
    double mean = group.rate / 100'000 / 365.25 * county_.size.persons * growth * group.season[month] * busy;
    for (uint32_t left = chance_.Poisson(mean); left > 0; --left) Make(static_cast<uint16_t>(i), day, Wish{});
  }
}

int64_t Stays::PickRecent(uint16_t group, int32_t day) {
  const auto& ring = recent_[group];
  if (ring.empty()) return -1;
  for (int attempt = 0; attempt < 4; ++attempt) {
    const Recent& recent = ring[chance_.Below(static_cast<uint32_t>(ring.size()))];
    if (day < recent.out_day + 3 || day > recent.out_day + kReadmissionDays) continue;
    return recent.person;
  }
  return -1;
}

int64_t Stays::PickPerson(uint16_t group_index, int32_t day, bool outsider) {
  const DiseaseGroup& group = tables_.groups[group_index];
  for (int attempt = 0; attempt < 8; ++attempt) {
    int64_t person = -1;
    if (outsider) {
      if (outsider_cells_[group_index].empty()) return -1;
      person = people_.PickInCell(chance_, outsider_cells_[group_index].Pick(chance_), true);
    } else if (group.newborn) {
      person = people_.PickNewborn(chance_, day);
    } else if (chance_.Percent(group.readmission)) {
      person = PickRecent(group_index, day);
    } else if (group.chronic >= 0 && chance_.Percent(75)) {
      person = people_.PickOnRegister(chance_, group.chronic);
    } else if (!cells_[group_index].empty()) {
      person = people_.PickInCell(chance_, cells_[group_index].Pick(chance_), false);
    }
    if (person < 0) continue;
    const Person& someone = people_[static_cast<uint32_t>(person)];
    if (!people_.IsPresent(static_cast<uint32_t>(person), day) || someone.busy_until >= day) continue;
    if (group.delivery) {
      int32_t& last = last_delivery_.try_emplace(static_cast<uint32_t>(person), day - kBetweenBirths).first->second;
      if (day < last + kBetweenBirths) continue;
      last = day;
    }
    return person;
  }
  return -1;
}

uint16_t Stays::PickDiagnosis(const DiseaseGroup& group, int age) {
  std::vector<double> weights;
  weights.reserve(group.diagnoses.size());
  for (const Diagnosis& diagnosis : group.diagnoses) {
    weights.push_back(age >= diagnosis.min_age && age <= diagnosis.max_age ? diagnosis.weight : 0);
  }
  int picked = PickWeighted(chance_, weights);
  return static_cast<uint16_t>(std::max(0, picked));
}

int Stays::PickLevel(const Stay& stay, bool outsider) {
  const DiseaseGroup& group = tables_.groups[stay.group];
  std::vector<double> weights(group.shares.begin(), group.shares.end());
  double base = weights[kToPrimary] + weights[kToGeneral] + weights[kToTcm] + weights[kToMch];
  double local = plot_.LocalShare(stay.group, calendar_.Month(stay.in_day), base);
  double leaving = std::clamp((1 - local) * kLeaving[static_cast<int>(stay.severity)], 0.0, 0.99);
  if (outsider || base <= 0) leaving = outsider ? 0 : 1;
  for (int level = kToPrimary; level < kLevels; ++level) {
    bool inside = IsInsideLevel(level);
    double side = inside ? base : 1 - base;
    if (side <= 0) continue;
    weights[level] *= (inside ? 1 - leaving : leaving) / side;
    if (inside && level == kToPrimary && stay.severity == Severity::kSevere) weights[level] *= 0.3;
  }
  int picked = PickWeighted(chance_, weights);
  return picked < 0 ? static_cast<int>(kToGeneral) : picked;
}

uint16_t Stays::PickPlace(const Stay& stay, int level, bool outsider) {
  const DiseaseGroup& group = tables_.groups[stay.group];
  switch (level) {
    case kToPrimary: {
      uint16_t area = people_[stay.person].area;
      // The town's community centres have no beds; neighbours come to the county's hospitals only.
      if (outsider || !places_.IsTownship(area)) {
        return chance_.Percent(30) && group.shares[kToTcm] > 0 ? places_.tcm() : places_.general();
      }
      return places_.centre(area);
    }
    case kToGeneral: return places_.general();
    case kToTcm: return places_.tcm();
    case kToMch: return places_.mch();
    default: return places_.PickOutside(chance_, static_cast<Level>(level), group.focus);
  }
}

void Stays::Operate(Stay& stay) {
  const DiseaseGroup& group = tables_.groups[stay.group];
  if (group.operations.empty()) return;
  const Place& place = places_[stay.place];
  const KindFacts& kind = tables_.Of(place.kind);
  const std::string& code = group.diagnoses[stay.diagnosis].code;
  bool inside = places_.InCounty(stay.place);
  int month = calendar_.Month(stay.in_day);
  double high = plot_.HighLevelFactor(stay.group, stay.place, month);
  std::vector<double> weights(group.operations.size());
  double possible = 0;
  double needed = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    const Operation& operation = group.operations[i];
    if (code.compare(0, operation.diagnosis_prefix.size(), operation.diagnosis_prefix) != 0) continue;
    needed += operation.weight;
    if (inside && !plot_.IsUnlocked(operation.unlock, month)) continue;
    double factor = operation.level == 0 ? 1 : kind.operation_factor[operation.level - 1];
    if (operation.level >= 3) factor *= high;
    weights[i] = operation.weight * factor;
    if (factor > 0) possible += operation.weight;   // the factor says what is chosen, not how often something is done
  }
  if (needed <= 0 || !chance_.Percent(group.operation * std::min(1.0, possible / needed))) return;
  int first = PickWeighted(chance_, weights);
  if (first < 0) return;
  stay.operations[stay.operation_count++].index = static_cast<uint8_t>(first);
  if (!chance_.Percent(16)) return;
  int second = PickWeighted(chance_, weights);
  if (second == first || second < 0 || group.operations[second].level > group.operations[first].level) return;
  stay.operations[stay.operation_count++].index = static_cast<uint8_t>(second);
}

void Stays::Stretch(Stay& stay) {
  const DiseaseGroup& group = tables_.groups[stay.group];
  const KindFacts& kind = tables_.Of(places_[stay.place].kind);
  bool same_day = group.planned && stay.severity == Severity::kMild && chance_.Percent(tables_.Parameter("same_day_share"));
  double days = group.stay * chance_.LogNormal(group.stay_spread) * kind.stay_factor *
                kStaying[static_cast<int>(stay.severity)];
  int whole = std::clamp(static_cast<int>(days + 0.5), 1, kLongestStay);
  stay.out_day = stay.in_day + (same_day ? 0 : whole);
  stay.in_hour = static_cast<uint8_t>(stay.source == 1 ? chance_.Below(24) : 8 + chance_.Below(9));
  stay.out_hour = static_cast<uint8_t>(same_day ? std::max<uint32_t>(stay.in_hour, 16) : 8 + chance_.Below(9));
  int wait = stay.source == 1 ? 0 : 1 + static_cast<int>(chance_.Below(3));
  for (int i = 0; i < stay.operation_count; ++i) {
    stay.operations[i].day = std::min(stay.out_day, stay.in_day + wait + i);
  }
}

void Stays::Price(Stay& stay) {
  const DiseaseGroup& group = tables_.groups[stay.group];
  const KindFacts& kind = tables_.Of(places_[stay.place].kind);
  const Person& person = people_[stay.person];
  double years = calendar_.YearsSinceStart(stay.in_day);
  double cost = group.cost * chance_.LogNormal(group.cost_spread) * kind.cost_factor *
                kCosting[static_cast<int>(stay.severity)];
  cost *= 1 + tables_.Parameter("cost_growth") / 100 * years;
  // Half of a stay's cost comes with its length.
  cost *= 0.5 + 0.5 * std::min(3.0, stay.Days() / (group.stay * kind.stay_factor));
  if (stay.operation_count > 0) cost *= group.operations[stay.operations[0].index].cost_factor;
  stay.cost_cents = std::max<int64_t>(12'000, static_cast<int64_t>(cost * 100 + 0.5));
  double total = static_cast<double>(stay.cost_cents) / 100;
  double uncovered = tables_.Parameter("uncovered_share") / 100 * (0.4 + 1.2 * chance_.Unit());
  double fund = (total * (1 - uncovered) - kind.deductible[person.insurance]) * kind.share[person.insurance] / 100;
  stay.fund_cents = stay.self_paying ? 0 : std::max<int64_t>(0, static_cast<int64_t>(fund * 100 + 0.5));
}

int Stays::OperationLevel(const Stay& stay) const {
  int level = 0;
  for (int i = 0; i < stay.operation_count; ++i) {
    level = std::max(level, tables_.groups[stay.group].operations[stay.operations[i].index].level);
  }
  return level;
}

void Stays::End(Stay& stay, int age) {
  const DiseaseGroup& group = tables_.groups[stay.group];
  const Place& place = places_[stay.place];
  double death = group.death * tables_.Of(place.kind).death_factor * kDying[static_cast<int>(stay.severity)];
  if (!group.newborn) death *= std::clamp(Exp(0.03 * (age - 68)), 0.05, 2.5);
  if (OperationLevel(stay) > 0) death *= 0.35;
  bool inside = places_.InCounty(stay.place);
  double up = inside ? group.up * (stay.severity == Severity::kSevere ? 3.5 : stay.severity == Severity::kMild ? 0.4 : 1) : 0;
  bool hospital = stay.place == places_.general() || stay.place == places_.tcm() || stay.place == places_.mch();
  double draw = chance_.Unit() * 100;
  const std::pair<double, int> endings[] = {{death, 5},
                                            {up, 2},
                                            {hospital && people_.IsResident(stay.person) ? group.down : 0, 3},
                                            {tables_.Parameter("against_advice"), 4},
                                            {tables_.Parameter("other_ending"), 9}};
  for (auto [share, ending] : endings) {
    if (draw < share) {
      stay.ending = static_cast<uint8_t>(ending);
      break;
    }
    draw -= share;
  }
  Person& person = people_[stay.person];
  person.busy_until = stay.out_day;
  if (stay.ending == 5) {
    person.death = stay.out_day;
  } else if (person.death <= stay.out_day) {
    person.death = stay.out_day + 1 + static_cast<int32_t>(chance_.Below(30));   // went home first
  }
}

void Stays::AddOthers(Stay& stay, int age) {
  const std::string& principal = tables_.groups[stay.group].diagnoses[stay.diagnosis].code;
  const Person& person = people_[stay.person];
  auto same = [&](const Diagnosis& other) { return other.code.compare(0, 3, principal, 0, 3) == 0; };
  for (size_t i = 0; i < tables_.registers.size(); ++i) {
    if ((person.registers >> i & 1) == 0 || same(tables_.registers[i].diagnosis)) continue;
    if (stay.other_count < 6 && chance_.Percent(tables_.registers[i].comorbid)) {
      stay.others[stay.other_count++] = static_cast<uint16_t>(i);
    }
  }
  int cell = (person.sex - 1) * kBands + std::clamp(age / 5, 0, kBands - 1);
  if (comorbidities_[cell].empty()) return;
  uint32_t more = chance_.Poisson(age < 15 ? 0.5 : age < 45 ? 0.9 : age < 65 ? 1.6 : 2.3);
  for (; more > 0 && stay.other_count < stay.others.size(); --more) {
    uint32_t picked = comorbidities_[cell].Pick(chance_);
    auto index = static_cast<uint16_t>(tables_.registers.size() + picked);
    auto end = stay.others.begin() + stay.other_count;
    if (same(tables_.comorbidities[picked].diagnosis) || std::find(stay.others.begin(), end, index) != end) continue;
    stay.others[stay.other_count++] = index;
  }
}

void Stays::AddNumbers(Stay& stay) {
  if (places_[stay.place].page_style < 0) return;
  auto& [record, visits] = numbers_[static_cast<uint64_t>(stay.place) << 32 | stay.person];
  if (record == 0) record = ++last_number_[stay.place];
  stay.record_number = record;
  stay.visit_number = ++visits;
}

bool Stays::Begin(Stay& stay, const Wish& wish, bool& outsider) {
  outsider = wish.person < 0 && !tables_.groups[stay.group].newborn && chance_.Percent(tables_.Parameter("neighbour_stays"));
  int64_t person = wish.person >= 0 ? wish.person : PickPerson(stay.group, stay.in_day, outsider);
  if (person < 0) return false;
  stay.person = static_cast<uint32_t>(person);
  double severe = tables_.Parameter("severe_share");
  double draw = chance_.Unit() * 100;
  stay.severity = draw < severe ? Severity::kSevere
                  : draw < severe + tables_.Parameter("moderate_share") ? Severity::kModerate
                                                                        : Severity::kMild;
  return true;
}

void Stays::Make(uint16_t group_index, int32_t day, const Wish& wish) {
  const DiseaseGroup& group = tables_.groups[group_index];
  Stay stay;
  stay.group = group_index;
  stay.in_day = day;
  bool outsider = false;
  if (!Begin(stay, wish, outsider)) return;
  if (wish.transferred && wish.level >= kToCity) stay.severity = Severity::kSevere;
  int age = AgeOn(people_[stay.person].birth, day);
  stay.diagnosis = PickDiagnosis(group, age);
  stay.place = PickPlace(stay, wish.level >= 0 ? wish.level : PickLevel(stay, outsider), outsider);
  bool inside = places_.InCounty(stay.place);
  stay.self_paying = inside && !outsider && !wish.transferred && chance_.Percent(tables_.Parameter("self_paying_stays"));
  stay.source = wish.transferred ? 3 : chance_.Percent(group.emergency) ? 1 : chance_.Percent(1) ? 9 : 2;
  stay.med_type = group.med_type.c_str();
  if (group.med_type == "21") {
    if (!inside && chance_.Percent(70)) {
      stay.med_type = "23";
    } else if (stay.source == 1 && stay.severity == Severity::kSevere) {
      stay.med_type = "24";
    }
  }
  Operate(stay);
  Stretch(stay);
  Price(stay);
  End(stay, age);
  AddOthers(stay, age);
  AddNumbers(stay);
  stay.detail = Mix(Mix(stay.person, static_cast<uint64_t>(day)), county_.ordinal);
  open_[static_cast<size_t>(stay.out_day) % kRing].push_back(stay);
}

void Stays::ApplyNoise(Stay& stay) {
  int month = calendar_.Month(stay.out_day);
  int deaths = plot_.NoiseDeaths(stay.place, month);
  if (deaths == 0) return;
  if (noise_month_ != month) {
    noise_month_ = month;
    noise_left_ = deaths;
  }
  Person& person = people_[stay.person];
  if (noise_left_ > 0 && stay.ending == 5) --noise_left_;   // one that came of itself
  if (noise_left_ == 0 || stay.ending == 5 || AgeOn(person.birth, stay.out_day) < 65) return;
  --noise_left_;
  stay.ending = 5;
  person.death = stay.out_day;
}

std::vector<Stay> Stays::Discharge(int32_t day) {
  size_t slot = static_cast<size_t>(day) % kRing;
  for (Stay& stay : open_[slot]) ApplyNoise(stay);
  // Whoever is sent on today may go home today (days of stay 1), so the slot is emptied only afterwards.
  for (size_t i = 0; i < open_[slot].size(); ++i) {
    Stay stay = open_[slot][i];
    auto& ring = recent_[stay.group];
    if (stay.ending != 5 && people_.IsResident(stay.person)) {
      if (ring.size() < kRecent) {
        ring.push_back({stay.person, day});
      } else {
        ring[recent_next_[stay.group]++ % kRecent] = {stay.person, day};
      }
    }
    if (!people_.IsResident(stay.person) || !people_.IsPresent(stay.person, day)) continue;
    if (stay.ending == 2) {
      Make(stay.group, day, Wish{stay.person, chance_.Percent(75) ? kToCity : kToProvince, true});
    } else if (stay.ending == 3 && places_.IsTownship(people_[stay.person].area) &&
               chance_.Percent(tables_.Parameter("follow_on_after_down"))) {
      Make(stay.group, day, Wish{stay.person, kToPrimary, true});
    }
  }
  std::vector<Stay> out;
  out.swap(open_[slot]);
  return out;
}

}  // namespace qianxian::demo
