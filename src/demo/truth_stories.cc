// What truth.json says of the planted stories and of where each disease goes; see truth.h.
#include <set>

#include "demo/sheet_file.h"
#include "demo/truth.h"

namespace qianxian::demo {
namespace {

constexpr const char* kDestinationNames[kDestinations] = {"in-county", "city", "province", "other-province"};

std::string Money(int64_t cents) {
  std::string out;
  AppendMoney(cents, out);
  return JsonText(out);
}

}  // namespace

// Inpatient settlements of the county's insured by year, category of dise_code and destination; what is 0 is left out.
void Truth::AppendDestinations(std::string& out) const {
  bool first = true;
  for (const Span& span : Spans()) {
    if (span.text.size() != 4) continue;
    for (size_t category = 0; category < tables_.categories.size(); ++category) {
      for (int destination = 0; destination < kDestinations; ++destination) {
        Leaving sum = SumLeaving(span, category, destination);
        if (sum.cases == 0) continue;
        if (!first) out += ",\n";
        first = false;
        out += "{\"period\":" + JsonText(span.text) + ",\"category\":" + JsonText(tables_.categories[category]) +
               ",\"destination\":" + JsonText(kDestinationNames[destination]) + ",\"cases\":" + std::to_string(sum.cases) +
               ",\"cost\":" + Money(sum.cost) + ",\"fund\":" + Money(sum.fund) + "}";
      }
    }
  }
  out += "\n";
}

// By quarter: inpatient cases of the story's categories, in the county and in all.
std::string Truth::GroupFacts(const Story& story) const {
  std::set<size_t> categories;
  for (uint16_t group : story.groups) {
    for (const Diagnosis& diagnosis : tables_.groups[group].diagnoses) categories.insert(diagnosis.category);
  }
  std::string out = "\"categories\":[";
  bool first = true;
  for (size_t category : categories) {
    out += (first ? "" : ",") + JsonText(tables_.categories[category]);
    first = false;
  }
  out += "],\"facts\":[";
  first = true;
  for (const Span& span : Spans()) {
    if (span.text.size() == 7) continue;   // years and quarters
    int64_t cases[kDestinations] = {};
    int64_t all = 0;
    for (size_t category : categories) {
      for (int destination = 0; destination < kDestinations; ++destination) {
        cases[destination] += SumLeaving(span, category, destination).cases;
      }
    }
    out += (first ? "\n" : ",\n") + ("{\"period\":" + JsonText(span.text));
    first = false;
    for (int destination = 0; destination < kDestinations; ++destination) {
      all += cases[destination];
      out += std::string(",\"") + kDestinationNames[destination] + "\":" + std::to_string(cases[destination]);
    }
    out += ",\"all\":" + std::to_string(all) + "}";
  }
  return out + "]";
}

// By month: visits of the county's insured at the township's centre.
std::string Truth::PrimaryFacts(const Story& story) const {
  uint16_t place = places_.centre(static_cast<uint16_t>(story.township));
  std::string out = "\"institution\":" + JsonText(places_[place].code) + ",\"facts\":[";
  for (int month = 0; month < calendar_.months(); ++month) {
    out += (month == 0 ? "\n" : ",\n") + ("{\"period\":" + JsonText(MonthText(month))) +
           ",\"visits\":" + std::to_string(primary_[month][place]) + "}";
  }
  return out + "]";
}

// By quarter (months for the bad month): front pages of one hospital.
std::string Truth::PageFacts(const Story& story, uint16_t place) const {
  const auto& hospitals = places_.page_hospitals();
  int hospital = -1;
  for (size_t i = 0; i < hospitals.size(); ++i) {
    if (hospitals[i] == place) hospital = static_cast<int>(i);
  }
  std::string out = "\"institution\":" + JsonText(places_[place].code) + ",\"facts\":[";
  bool first = true;
  for (const Span& span : Spans()) {
    if ((span.text.size() == 7) != (story.kind == StoryKind::kNoiseDeaths) || span.text.size() == 4) continue;
    PageSums sums = SumPages(span, hospital);
    out += (first ? "\n" : ",\n") + ("{\"period\":" + JsonText(span.text)) +
           ",\"discharges\":" + std::to_string(sums.discharges) + ",\"deaths\":" + std::to_string(sums.deaths) +
           ",\"operated\":" + std::to_string(sums.surgical) + ",\"level-3-4\":" + std::to_string(sums.high_level) + "}";
    first = false;
  }
  return out + "]";
}

std::string Truth::StoryFacts(const Story& story) const {
  switch (story.kind) {
    case StoryKind::kPrimaryLoss: return PrimaryFacts(story);
    case StoryKind::kNoiseDeaths: return PageFacts(story, places_.centre(static_cast<uint16_t>(story.township)));
    case StoryKind::kOperationLevel: return PageFacts(story, places_.general());
    default: return GroupFacts(story);
  }
}

void Truth::AppendStories(std::string& out) const {
  for (size_t i = 0; i < tables_.stories.size(); ++i) {
    const Story& story = tables_.stories[i];
    out += "{\"story\":" + JsonText(story.name) + ",\"zh\":" + JsonText(story.name_zh) + ",\"en\":" + JsonText(story.name_en) +
           ",\"from\":" + JsonText(MonthText(story.from_month)) + "," + StoryFacts(story) +
           (i + 1 < tables_.stories.size() ? "},\n" : "}\n");
  }
}

}  // namespace qianxian::demo
