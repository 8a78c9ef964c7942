// The county's people: who is born when, lives where, is insured how and has which long illness. They stay the same
// person in every file and year. Names and numbers are made from the index, so a person costs 32 bytes.
// One thread changes `death` and `busy_until`; all else is fixed.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "demo/calendar.h"
#include "demo/chance.h"
#include "demo/tables.h"

namespace qianxian::demo {

inline constexpr int32_t kNever = std::numeric_limits<int32_t>::max();

struct Person {
  int32_t birth = 0;             // day
  int32_t death = kNever;        // first day on which he is no longer met
  int32_t busy_until = 0;        // in hospital until then
  uint16_t area = 0;             // townships first, then the town's communities
  uint16_t village = 0;          // in its area
  uint16_t id_sequence = 0;      // three digits of the ID number
  uint16_t registers = 0;        // bit r: on register r
  uint8_t sex = 1;               // 1 man, 2 woman
  uint8_t insurance = 1;         // 0 employees (310), 1 residents (390)
};

struct CountyFacts {
  std::string code, name, city_name, city_code, province_name, province_code;
  std::string neighbour_code;    // where the others who are treated here are insured
  int ordinal = 0;               // of the county in the province
  SizeRow size;
};

class People {
 public:
  People(const Tables& tables, const CountyFacts& county, const Calendar& calendar, uint64_t seed);

  Person& operator[](uint32_t index) { return persons_[index]; }
  const Person& operator[](uint32_t index) const { return persons_[index]; }
  uint32_t count() const { return static_cast<uint32_t>(persons_.size()); }
  uint32_t residents() const { return residents_; }              // indexes below are insured in the county
  bool IsResident(uint32_t index) const { return index < residents_; }
  bool IsPresent(uint32_t index, int32_t day) const {
    return persons_[index].birth <= day && day < persons_[index].death;
  }

  // Weights for an Alias over 36 cells (sex, band): risk × people in the cell. `outsiders` for the neighbours.
  std::vector<double> CellWeights(const Risk& risk, bool outsiders) const;
  // Someone of the cell; some come much more often than others. -1 where the cell is empty.
  int64_t PickInCell(Chance& chance, uint32_t cell, bool outsiders) const;
  int64_t PickOnRegister(Chance& chance, int index) const;
  // Someone born in the 28 days to `day`; -1 if nobody was.
  int64_t PickNewborn(Chance& chance, int32_t day) const;

  std::string Name(uint32_t index) const;
  std::string NameFrom(uint64_t hash, int sex) const;            // for doctors and relatives
  std::string IdNumber(uint32_t index) const;                    // 18 characters, the last a right check digit
  void AppendPersonNumber(uint32_t index, std::string& out) const;   // psn_no, 16 digits
  const std::string& InsuredRegion(uint32_t index) const {
    return IsResident(index) ? county_.code : county_.neighbour_code;
  }
  // Residents alive and born on that day: [sex-1][band].
  std::array<std::array<uint32_t, kBands>, 2> Census(int32_t day) const;

 private:
  void AddPerson(Chance& chance, int sex, int band, int32_t birth, bool resident);
  void AddDeath(Chance& chance, Person& person);
  void AddBirths(Chance& chance);
  uint16_t NextIdSequence(int32_t birth, int sex, bool resident);

  const Tables& tables_;
  const Calendar& calendar_;
  CountyFacts county_;
  uint64_t seed_;
  uint32_t residents_ = 0;
  std::vector<Person> persons_;
  std::array<std::vector<uint32_t>, 2 * kBands> cells_, outsider_cells_;
  std::vector<std::vector<uint32_t>> registers_;
  std::vector<std::pair<int32_t, uint32_t>> births_;             // by day
  std::vector<std::array<uint16_t, 4>> sequences_;               // by birth day: ID numbers given
  int32_t sequences_from_ = 0;
  Alias surnames_, male_, female_;
};

}  // namespace qianxian::demo
