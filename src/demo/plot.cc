#include "demo/plot.h"

#include <algorithm>

namespace qianxian::demo {
namespace {

bool Names(const Story& story, uint16_t group) {
  return std::find(story.groups.begin(), story.groups.end(), group) != story.groups.end();
}

}  // namespace

double Plot::LocalShare(uint16_t group, int month, double base) const {
  for (const Story& story : tables_.stories) {
    if (story.kind != StoryKind::kLocalShare || month < story.from_month || !Names(story, group)) continue;
    double way = static_cast<double>(month - story.from_month + 1) / (story.to_month - story.from_month + 1);
    return base + (story.value / 100 - base) * std::min(1.0, way);
  }
  return base;
}

double Plot::HighLevelFactor(uint16_t group, uint16_t place, int month) const {
  if (place != places_.general()) return 1;
  for (const Story& story : tables_.stories) {
    if (story.kind == StoryKind::kOperationLevel && month >= story.from_month && Names(story, group)) return story.value;
  }
  return 1;
}

double Plot::PrimaryLoss(uint16_t area, int month) const {
  for (const Story& story : tables_.stories) {
    if (story.kind == StoryKind::kPrimaryLoss && month >= story.from_month && area == story.township) return story.value;
  }
  return 0;
}

int Plot::NoiseDeaths(uint16_t place, int month) const {
  for (const Story& story : tables_.stories) {
    if (story.kind == StoryKind::kNoiseDeaths && month >= story.from_month && month <= story.to_month &&
        place == places_.centre(static_cast<uint16_t>(story.township))) {
      return static_cast<int>(story.value);
    }
  }
  return 0;
}

}  // namespace qianxian::demo
