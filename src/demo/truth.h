// Counts while the county is generated what every measure must say of it, by month, and writes it as truth.json.
// It counts the rows that stand in the end: refused rows never, corrected rows once, as corrected. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "demo/people.h"
#include "demo/places.h"
#include "demo/settlement_file.h"
#include "demo/stays.h"

namespace qianxian::demo {

inline constexpr int kDestinations = 4;   // in-county, city, province, other-province

class Truth {
 public:
  Truth(const Tables& tables, const CountyFacts& county, const Calendar& calendar, const People& people,
        const Places& places);

  enum class Care { kInpatient, kOutpatient, kPharmacy };
  void CountSettlement(const Settlement& settlement, Care care);   // category counted for inpatients
  void CountPage(const Stay& stay);

  // One JSON object: county, measures, destinations, stories.
  std::string ToJson() const;

 private:
  struct SettlementSums {
    int64_t inpatient = 0, inpatient_in = 0, visits = 0, visits_in = 0, visits_primary = 0;
    int64_t fund = 0, fund_in = 0, fund_primary = 0, cost_in = 0;   // cents
    void Add(const SettlementSums& other);
  };
  struct PageSums {
    int64_t discharges = 0, surgical = 0, high_level = 0, deaths = 0, surgical_deaths = 0, days = 0, cost = 0, down = 0,
            up = 0;
    void Add(const PageSums& other);
  };
  struct Leaving {
    int64_t cases = 0, cost = 0, fund = 0;
  };
  struct Span {           // a period: its months, both included
    std::string text;
    int from = 0, to = 0;
  };
  struct Row {
    std::string measure, subject, period, numerator, denominator;
  };

  std::vector<Span> Spans() const;                 // years, quarters, months that have data to their end
  int Destination(const std::string& region) const;
  int64_t Persons(const Span& span) const;         // different insured people with a stay in the county
  SettlementSums Sum(const Span& span) const;
  PageSums SumPages(const Span& span, int hospital) const;      // hospital -1: all
  int64_t Categories(const Span& span, int hospital) const;
  Leaving SumLeaving(const Span& span, size_t category, int destination) const;
  void SettlementRows(const Span& span, std::vector<Row>& rows) const;
  void PageRows(const Span& span, int hospital, std::vector<Row>& rows) const;
  std::string MonthText(int month) const;
  void AppendDestinations(std::string& out) const;
  void AppendStories(std::string& out) const;
  std::string StoryFacts(const Story& story) const;
  std::string GroupFacts(const Story& story) const;
  std::string PrimaryFacts(const Story& story) const;
  std::string PageFacts(const Story& story, uint16_t place) const;

  const Tables& tables_;
  const CountyFacts& county_;
  const Calendar& calendar_;
  const People& people_;
  const Places& places_;
  std::vector<SettlementSums> settlements_;        // by month
  std::vector<std::vector<PageSums>> pages_;       // by month, hospital
  std::vector<std::vector<std::vector<bool>>> seen_;            // by month, hospital: categories
  std::vector<std::vector<std::array<Leaving, kDestinations>>> leaving_;   // by month, category
  std::vector<std::vector<uint32_t>> primary_;     // by month, place: visits of the county's insured
  std::vector<uint64_t> admitted_;                 // by resident: a bit a month
};

// A JSON string with its quotes.
std::string JsonText(std::string_view text);

}  // namespace qianxian::demo
