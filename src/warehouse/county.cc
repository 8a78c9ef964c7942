#include "warehouse/county.h"

#include "base/text.h"
#include "warehouse/state.h"

namespace qianxian::warehouse::internal {
namespace {

// The commonest one; of equals the smallest, so that the answer does not hang on the order of rows.
std::string CommonestSql(const std::string& expression, const std::string& from) {
  return "SELECT county FROM (SELECT " + expression + " AS county FROM " + from +
         ") WHERE county ~ '^[0-9]{6}$' GROUP BY county ORDER BY count(*) DESC, county LIMIT 1";
}

}  // namespace

Result<std::string> FindCounty(columns::Connection& connection, const pack::Pack& pack) {
  QX_TRY(const bool organizations, HasRelation(connection, "organization"));
  if (organizations) {
    std::vector<std::string> kinds;
    for (const std::string& kind : pack.settlement.county_kinds) kinds.push_back(columns::QuoteText(kind));
    if (!kinds.empty()) {
      QX_TRY(std::string county, QueryText(connection, CommonestSql("substr(region, 1, 6)",
                                                                    "organization WHERE kind IN (" + Join(kinds, ", ") + ")")));
      if (!county.empty()) return county;
    }
    QX_TRY(std::string county, QueryText(connection, CommonestSql("substr(region, 1, 6)", "organization")));
    if (!county.empty()) return county;
  }
  return QueryText(connection, CommonestSql("insured_county", "settlement"));
}

}  // namespace qianxian::warehouse::internal
