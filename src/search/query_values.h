// Reads the values of a search clause: prefixes, tokens, dates, numbers, references. Inner part of search; pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "search/query.h"

namespace qianxian::search {

struct ValueContext {
  const Parameters& parameters;
  const QueryOptions& options;
};

// Parts between unescaped separators; escapes stay.
std::vector<std::string_view> SplitEscaped(std::string_view text, char separator);
std::string Unescape(std::string_view text);

// One value (no comma any more) of a parameter. Error: invalid "bad-value", naming the parameter.
Result<QueryValue> ParseValue(const ValueContext& context, const Parameter& parameter, Modifier modifier,
                              std::string_view type_modifier, std::string_view text);

Error BadValue(std::string_view code, std::string_view value, std::string_view why_en, std::string_view why_zh);

}  // namespace qianxian::search
