// Reads what _text and _content look for: words, "words in a row", and, or, not, brackets; words side by side must all be
// there. Gives a tree of clauses (clauses.h). Inner part of search; pure.
// Failures: invalid "bad-value". Source: https://hl7.org/fhir/R4/search.html#content
#pragma once

#include <string_view>

#include "search/query.h"

namespace qianxian::search {

// `code`: "_text" or "_content"; `type`: of the resources looked in, "" for any.
Result<Clause> ReadTextQuery(std::string_view type, std::string_view code, std::string_view value);

}  // namespace qianxian::search
