// Stays in hospital, day by day: who is admitted with what, goes where, is operated on, pays how much and leaves how.
// One thread. Memory: the stays that are open now, and one record number a person and hospital.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "demo/people.h"
#include "demo/places.h"
#include "demo/plot.h"

namespace qianxian::demo {

enum class Severity : uint8_t { kMild, kModerate, kSevere };

struct StayOperation {
  uint8_t index = 0;   // in the group's operations
  int32_t day = 0;
};

struct Stay {
  uint32_t person = 0;
  uint32_t record_number = 0;          // BAH; 0 where the hospital hands in no front pages
  uint16_t visit_number = 0;           // ZYCS
  uint16_t group = 0, diagnosis = 0, place = 0;
  int32_t in_day = 0, out_day = 0;
  uint8_t in_hour = 0, out_hour = 0;
  Severity severity = Severity::kMild;
  uint8_t source = 2;                  // RYTJ
  uint8_t ending = 1;                  // LYFS
  bool self_paying = false;            // no insurance settlement
  const char* med_type = "21";
  int64_t cost_cents = 0, fund_cents = 0;
  uint8_t operation_count = 0, other_count = 0;
  std::array<StayOperation, 3> operations;
  std::array<uint16_t, 8> others;      // registers first, then comorbidities
  uint64_t detail = 0;                 // for what only the front page shows

  // Same day counts 1.
  int Days() const { return out_day > in_day ? out_day - in_day : 1; }
};

class Stays {
 public:
  Stays(const Tables& tables, const CountyFacts& county, const Calendar& calendar, const Places& places, const Plot& plot,
        People& people, uint64_t seed);

  // Draws the day's admissions. Days must come one after the other, each followed by Discharge.
  void Admit(int32_t day);
  // The stays that end on the day, in the order of their admission; what follows from them is admitted.
  std::vector<Stay> Discharge(int32_t day);

 private:
  struct Wish {
    int64_t person = -1;
    int level = -1;
    bool transferred = false;
  };
  void Make(uint16_t group, int32_t day, const Wish& wish);
  bool Begin(Stay& stay, const Wish& wish, bool& outsider);
  int64_t PickPerson(uint16_t group, int32_t day, bool outsider);
  int64_t PickRecent(uint16_t group, int32_t day);
  uint16_t PickDiagnosis(const DiseaseGroup& group, int age);
  uint16_t PickPlace(const Stay& stay, int level, bool outsider);
  int PickLevel(const Stay& stay, bool outsider);
  void Operate(Stay& stay);
  void Stretch(Stay& stay);
  void Price(Stay& stay);
  void End(Stay& stay, int age);
  void AddOthers(Stay& stay, int age);
  void AddNumbers(Stay& stay);
  int OperationLevel(const Stay& stay) const;
  void ApplyNoise(Stay& stay);

  const Tables& tables_;
  const CountyFacts& county_;
  const Calendar& calendar_;
  const Places& places_;
  const Plot& plot_;
  People& people_;
  Chance chance_;
  std::vector<Alias> cells_, outsider_cells_;              // by group
  std::vector<Alias> comorbidities_;                       // by cell
  std::vector<std::vector<Stay>> open_;                    // by day out, a ring
  struct Recent {
    uint32_t person = 0;
    int32_t out_day = 0;
  };
  std::vector<std::vector<Recent>> recent_;                // by group, a ring
  std::vector<size_t> recent_next_;
  std::unordered_map<uint64_t, std::pair<uint32_t, uint16_t>> numbers_;   // place, person -> BAH, ZYCS so far
  std::unordered_map<uint32_t, int32_t> last_delivery_;    // person -> day
  std::vector<uint32_t> last_number_;                      // by place
  int noise_left_ = 0;
  int noise_month_ = -1;
};

}  // namespace qianxian::demo
