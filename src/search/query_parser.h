// Reads a query. Inner part of search.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "search/filter.h"
#include "search/query.h"
#include "search/query_values.h"

namespace qianxian::search {

class QueryParser {
 public:
  QueryParser(const Parameters& parameters, std::string_view type, const QueryOptions& options);
  Result<Query> Parse(const NamedValues& named_values);

 private:
  Status ReadTypes(const NamedValues& named_values);
  Status ReadAgain(const NamedValues& named_values, const std::string& name, const std::string& value) const;
  Status ReadOne(const std::string& name, const std::string& value);
  Result<bool> ReadControl(const std::string& name, const std::string& value);   // false: no such parameter
  Status ReadCount(const std::string& value);
  Status ReadSort(const std::string& value);
  Status ReadInclude(bool reverse, std::string_view modifier, const std::string& value);
  // `rest`: what is left of the name; `type`: whose parameter it is.
  Result<Clause> ReadClause(std::string_view type, std::string_view rest, const std::string& value, int depth);
  Result<Clause> ReadHas(std::string_view type, std::string_view rest, const std::string& value, int depth);
  Result<Clause> ReadChain(std::string_view type, const Parameter& parameter, std::string_view type_modifier,
                           std::string_view rest, const std::string& value, int depth);
  // `name` in letters alone is typed pinyin as often as a name in letters: both hold.
  Clause WithSound(Clause clause) const;
  // _filter, _list.
  Result<Clause> ReadFilter(const std::string& value);
  Result<Clause> FromFilter(std::string_view type, const FilterNode& node, int depth);
  Result<Clause> FromPath(std::string_view type, const FilterNode& node, size_t step, int depth);
  Result<Clause> FromHas(std::string_view type, const FilterNode& node, size_t step, int depth);
  Result<Clause> FromComparison(std::string_view type, const FilterNode& node, int depth);
  Result<Clause> ReadList(const std::string& value);
  // A reference :above or :below: a place in a hierarchy, or versions of canonicals.
  Status SetWithin(Clause& clause, const std::string& value) const;
  Status ReadModifier(const Parameter& parameter, std::string_view text, Clause& clause, std::string& type_modifier) const;
  Status ReadValues(const Parameter& parameter, std::string_view type_modifier, const std::string& value, Clause& clause);
  // busy: a custom one that is not indexed yet.
  Result<const Parameter*> FindParameter(std::string_view type, std::string_view code);
  const Parameter* FindOne(std::string_view type, std::string_view code) const;

  const Parameters& parameters_;
  std::shared_ptr<const CustomParameters> custom_;
  const QueryOptions& options_;
  Query query_;
};

inline constexpr int kDeepestChain = 6;
Error UnknownParameter(std::string_view type, std::string_view code);
std::string EncodeComponent(std::string_view text);   // percent-encoded, for a query text

}  // namespace qianxian::search
