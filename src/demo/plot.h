// The planted stories as the generators ask for them: what is different, where, in which month. Pure; any thread.
#pragma once

#include <cstdint>

#include "demo/places.h"
#include "demo/tables.h"

namespace qianxian::demo {

class Plot {
 public:
  Plot(const Tables& tables, const Places& places) : tables_(tables), places_(places) {}

  // Share of the group's stays that remain in the county; `base` without a story.
  double LocalShare(uint16_t group, int month, double base) const;
  // What the county can do since a story's first month; -1 is always possible.
  bool IsUnlocked(int story, int month) const { return story < 0 || month >= tables_.stories[story].from_month; }
  // How much oftener an operation of level 3 or 4 is chosen at the county general hospital.
  double HighLevelFactor(uint16_t group, uint16_t place, int month) const;
  // Percent of the primary visits of an area's people that their township centre loses.
  double PrimaryLoss(uint16_t area, int month) const;
  // Deaths that chance puts on a hospital in a month.
  int NoiseDeaths(uint16_t place, int month) const;

 private:
  const Tables& tables_;
  const Places& places_;
};

}  // namespace qianxian::demo
