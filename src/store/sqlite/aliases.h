// Search parameters that say the same twice. R4 has parameters that are the union of others (Observation combo-code is
// code and component-code, Encounter patient is a part of subject): their values are kept once, under the others, and a question about
// them is asked of the others. Those that the record defines (search/custom_parameters.h) each stand for themselves. Pure; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "search/parameters.h"

namespace qianxian::store::sqlite {

class Aliases {
 public:
  explicit Aliases(const search::Parameters& parameters);
  // The parameters under which this one's values are kept: itself, or those that it is the union of.
  std::span<const uint16_t> Bases(uint16_t parameter) const {
    if (IsCustom(parameter)) return std::span(custom_).subspan(parameter - search::kFirstCustomNumber, 1);
    return bases_[parameter];
  }
  bool ByDay(uint16_t parameter) const { return !IsCustom(parameter) && by_day_[parameter]; }   // days have lists of their own
  bool IsKept(uint16_t parameter) const { return IsCustom(parameter) || (bases_[parameter].size() == 1 && bases_[parameter][0] == parameter); }

 private:
  static bool IsCustom(uint16_t parameter) { return parameter >= search::kFirstCustomNumber; }
  std::vector<std::vector<uint16_t>> bases_;
  std::vector<bool> by_day_;
  std::vector<uint16_t> custom_;       // kFirstCustomNumber and all after it
};

}  // namespace qianxian::store::sqlite
