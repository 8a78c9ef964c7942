// Institutions as a referral needs them: levels, who leads whom, what they offer. Read anew for each call (some 20 ms for a
// county's thousand). Pure values; failures: the store's.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.h"

namespace qianxian::referral {

struct Institution {
  std::string code, id, name, level;       // level: village … province; "" unknown
  std::string parent;                      // code of who leads it
};

class Institutions {
 public:
  static Result<Institutions> Read(store::Snapshot& snapshot);
  const Institution* Find(std::string_view code) const;
  // Who leads it, who leads that, …, from below.
  std::vector<const Institution*> Above(std::string_view code) const;
  const std::map<std::string, Institution, std::less<>>& all() const { return all_; }

 private:
  std::map<std::string, Institution, std::less<>> all_;
};

}  // namespace qianxian::referral
