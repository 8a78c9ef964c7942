// Institutions as a referral needs them: levels, who leads whom, what they offer. Read anew for each call (some 20 ms for a
// county's thousand). Pure values; failures: the store's.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/value.h"
#include "store/store.h"

namespace qianxian::referral {

struct Position { double latitude = 0, longitude = 0; };     // degrees

struct Institution {
  std::string code, id, name, level;       // level: village … province; "" unknown
  std::string parent;                      // code of who leads it
  std::string region;                      // digits of the administrative division; "" unknown
  std::optional<Position> position;        // of its address
};

double KilometresBetween(const Position& one, const Position& other);
// Of {latitude, longitude}, as in Location.position or the address's extension; none where one is missing.
std::optional<Position> PositionIn(json::Value value);

class Institutions {
 public:
  static Result<Institutions> Read(store::Snapshot& snapshot);
  const Institution* Find(std::string_view code) const;
  // Who leads it, who leads that, …, from below.
  std::vector<const Institution*> Above(std::string_view code) const;
  const std::map<std::string, Institution, std::less<>>& all() const { return all_; }
  // How one stands to another: lead (one leads the other), beside (led by the same), county, city, province (in the same), far.
  std::string_view RelationOf(const Institution& one, const Institution& other) const;

 private:
  std::map<std::string, Institution, std::less<>> all_;
};

}  // namespace qianxian::referral
