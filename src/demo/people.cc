#include "demo/people.h"

#include <algorithm>

#include "base/check.h"

namespace qianxian::demo {
namespace {

constexpr double kOutsiderShare = 0.02;   // neighbours known by name, as a share of the county's own people

int BandOf(int age) { return std::clamp(age / 5, 0, kBands - 1); }

void AppendDigits(std::string& out, uint64_t number, int width) {
  char digits[20];
  for (int i = width - 1; i >= 0; --i) {
    digits[i] = static_cast<char>('0' + number % 10);
    number /= 10;
  }
  out.append(digits, width);
}

// GB 11643-1999: weights 2^(17-i) mod 11.
char CheckDigit(const std::string& seventeen) {
  static constexpr int kWeights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (int i = 0; i < 17; ++i) sum += (seventeen[i] - '0') * kWeights[i];
  return "10X98765432"[sum % 11];
}

}  // namespace

People::People(const Tables& tables, const CountyFacts& county, const Calendar& calendar, uint64_t seed)
    : tables_(tables), calendar_(calendar), county_(county), seed_(seed) {
  surnames_ = Alias(tables.names.at("surname").weights);
  male_ = Alias(tables.names.at("male").weights);
  female_ = Alias(tables.names.at("female").weights);
  registers_.resize(tables.registers.size());
  sequences_from_ = calendar.first_day() - 101 * 366;
  sequences_.resize(static_cast<size_t>(calendar.last_year_end() - sequences_from_));
  Chance chance(seed, "people");
  const Bands& men = tables.shapes.at("population-male");
  const Bands& women = tables.shapes.at("population-female");
  std::vector<double> weights(men.begin(), men.end());
  weights.insert(weights.end(), women.begin(), women.end());
  Alias pyramid(weights);
  uint32_t outsiders = static_cast<uint32_t>(county.size.persons * kOutsiderShare);
  persons_.reserve(static_cast<size_t>(county.size.persons * 1.03) + outsiders);
  auto add = [&](bool resident) {
    uint32_t cell = pyramid.Pick(chance);
    int band = static_cast<int>(cell % kBands);
    double unit = chance.Unit();
    double years = band * 5 + (band == kBands - 1 ? unit * unit * 14 : unit * 5);
    int32_t birth = calendar.first_day() - 1 - static_cast<int32_t>(years * 365.25);
    AddPerson(chance, cell < kBands ? 1 : 2, band, birth, resident);
  };
  for (int i = 0; i < county.size.persons; ++i) add(true);
  AddBirths(chance);
  residents_ = static_cast<uint32_t>(persons_.size());
  for (uint32_t i = 0; i < outsiders; ++i) add(false);
  for (uint32_t i = 0; i < residents_; ++i) {
    if (persons_[i].birth > calendar.first_day() - kWarmDays - 40) births_.emplace_back(persons_[i].birth, i);
  }
  std::sort(births_.begin(), births_.end());
}

void People::AddBirths(Chance& chance) {
  double mean = county_.size.persons * tables_.Parameter("birth_rate") / 1000 * kYears;
  auto count = static_cast<uint32_t>(mean);
  auto days = static_cast<uint32_t>(calendar_.last_year_end() - calendar_.first_day());
  for (uint32_t i = 0; i < count; ++i) {
    int sex = chance.Percent(52.5) ? 1 : 2;
    AddPerson(chance, sex, 0, calendar_.first_day() + static_cast<int32_t>(chance.Below(days)), true);
  }
}

uint16_t People::NextIdSequence(int32_t birth, int sex, bool resident) {
  uint16_t& given = sequences_[static_cast<size_t>(birth - sequences_from_)][sex - 1 + (resident ? 0 : 2)];
  uint32_t number = given++;
  QX_CHECK(number < 500, "too many people born on one day");
  return static_cast<uint16_t>(number * 2 + (sex == 1 ? 1 : 0));
}

void People::AddPerson(Chance& chance, int sex, int band, int32_t birth, bool resident) {
  auto index = static_cast<uint32_t>(persons_.size());
  Person person;
  person.birth = birth;
  person.sex = static_cast<uint8_t>(sex);
  person.insurance = chance.Percent(tables_.shapes.at("employee")[band]) ? 0 : 1;
  double urban = tables_.Parameter("urban_share") * (person.insurance == 0 ? 2 : 0.75);
  if (chance.Percent(urban)) {
    person.area = static_cast<uint16_t>(county_.size.townships + chance.Below(county_.size.communities));
  } else {
    person.area = static_cast<uint16_t>(chance.Below(county_.size.townships));
  }
  person.village = static_cast<uint16_t>(chance.Below(county_.size.villages_per_township));
  person.id_sequence = NextIdSequence(birth, sex, resident);
  // The ID numbers of neighbours carry the neighbour's region for all counties: one block of numbers each.
  if (!resident) person.id_sequence = static_cast<uint16_t>((person.id_sequence + county_.ordinal * 80) % 1000);
  AddDeath(chance, person);
  int age = std::max(0, AgeOn(birth, calendar_.first_day() + 547));
  auto cell = static_cast<size_t>((sex - 1) * kBands + BandOf(age));
  (resident ? cells_ : outsider_cells_)[cell].push_back(index);
  if (resident) {
    for (size_t i = 0; i < tables_.registers.size(); ++i) {
      if (!chance.Percent(tables_.registers[i].risk.At(sex, BandOf(age)))) continue;
      person.registers |= static_cast<uint16_t>(1u << i);
      registers_[i].push_back(index);
    }
  }
  persons_.push_back(person);
}

void People::AddDeath(Chance& chance, Person& person) {
  const Bands& mortality = tables_.shapes.at("mortality");
  for (int year = 0; year < kYears; ++year) {
    int32_t from = calendar_.first_day() + year * 365;
    int age = AgeOn(person.birth, from);
    double draw = chance.Unit() * 1000;
    double day = chance.Unit() * 365;
    if (age < 0 || person.death != kNever || draw >= mortality[BandOf(age)]) continue;
    person.death = from + static_cast<int32_t>(day);
  }
}

std::vector<double> People::CellWeights(const Risk& risk, bool outsiders) const {
  std::vector<double> weights(2 * kBands);
  const auto& cells = outsiders ? outsider_cells_ : cells_;
  for (int cell = 0; cell < 2 * kBands; ++cell) {
    weights[cell] = risk.At(cell / kBands + 1, cell % kBands) * static_cast<double>(cells[cell].size());
  }
  return weights;
}

int64_t People::PickInCell(Chance& chance, uint32_t cell, bool outsiders) const {
  const auto& list = (outsiders ? outsider_cells_ : cells_)[cell];
  if (list.empty()) return -1;
  double unit = chance.Unit();
  // A third of the contacts fall on the front of the list: people differ in how often they need care.
  if (unit < 0.35) {
    unit /= 0.35;
    unit *= unit;
  } else {
    unit = (unit - 0.35) / 0.65;
  }
  return list[std::min(list.size() - 1, static_cast<size_t>(unit * static_cast<double>(list.size())))];
}

int64_t People::PickOnRegister(Chance& chance, int index) const {
  const auto& list = registers_[index];
  if (list.empty()) return -1;
  return list[chance.Below(static_cast<uint32_t>(list.size()))];
}

int64_t People::PickNewborn(Chance& chance, int32_t day) const {
  auto from = std::lower_bound(births_.begin(), births_.end(), std::pair<int32_t, uint32_t>(day - 27, 0));
  auto to = std::lower_bound(from, births_.end(), std::pair<int32_t, uint32_t>(day + 1, 0));
  if (from == to) return -1;
  return (from + chance.Below(static_cast<uint32_t>(to - from)))->second;
}

std::string People::NameFrom(uint64_t hash, int sex) const {
  Chance chance(hash, "name");
  const auto& names = tables_.names;
  std::string name = names.at("surname").texts[surnames_.Pick(chance)];
  const NamePart& given = names.at(sex == 1 ? "male" : "female");
  return name + given.texts[(sex == 1 ? male_ : female_).Pick(chance)];
}

std::string People::Name(uint32_t index) const { return NameFrom(Mix(seed_, index), persons_[index].sex); }

std::string People::IdNumber(uint32_t index) const {
  const Person& person = persons_[index];
  std::string id = InsuredRegion(index);
  id += calendar_.Compact(person.birth);
  AppendDigits(id, person.id_sequence, 3);
  id += CheckDigit(id);
  return id;
}

void People::AppendPersonNumber(uint32_t index, std::string& out) const {
  out += InsuredRegion(index);
  AppendDigits(out, static_cast<uint64_t>(county_.ordinal), 2);
  AppendDigits(out, index + 1, 8);
}

std::array<std::array<uint32_t, kBands>, 2> People::Census(int32_t day) const {
  std::array<std::array<uint32_t, kBands>, 2> out{};
  for (uint32_t i = 0; i < residents_; ++i) {
    if (!IsPresent(i, day)) continue;
    ++out[persons_[i].sex - 1][BandOf(AgeOn(persons_[i].birth, day))];
  }
  return out;
}

}  // namespace qianxian::demo
