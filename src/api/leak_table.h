// What leaves the county: a measure's cases of a period by disease group, destination and institution, with their money.
// The cases are the measure's own (its SQL), so every number here opens through /cases of that measure. Pure but for the
// one query; one thread. Failures: the warehouse's.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "api/services.h"
#include "base/date.h"
#include "base/result.h"

namespace qianxian::api {

struct LeakNumbers {
  int64_t cases = 0, cases_out = 0;
  int64_t fund_fen = 0, fund_out_fen = 0, amount_fen = 0, amount_out_fen = 0;
  void Add(const LeakNumbers& other);
  int64_t cases_in() const { return cases - cases_out; }
};

struct LeakInstitution {
  std::string code, name, destination;
  LeakNumbers numbers;
};

struct LeakGroup {
  std::string disease_group;
  LeakNumbers numbers;
  std::map<std::string, LeakNumbers> destinations;
  std::vector<LeakInstitution> institutions;   // of cases that left, most cases first
  int64_t cases_out_previous = 0;              // a year earlier
};

struct LeakTable {
  std::vector<LeakGroup> groups;               // most cases out first
  LeakNumbers totals;
  std::map<std::string, LeakNumbers> destinations;
  int64_t cases_out_previous = 0;
};

// not_found ("no-such-measure") where the packs have no measure of that id.
Result<LeakTable> ReadLeakTable(const Services& services, const std::string& measure_id, const Period& period);
std::string Money(int64_t fen);                // "12.50"

}  // namespace qianxian::api
