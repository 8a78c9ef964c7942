// The parts of a request target (RFC 9112 §3.2). Of http's own .cc files only. Pure.
#pragma once

#include <string_view>

namespace qianxian::http {

// "/a%20b?c" and "http://host/a%20b?c" give "/a%20b", as sent; "*" gives "*"; "" if it is none of these forms.
std::string_view PathOfTarget(std::string_view target);
// What stands after the question mark, as sent.
std::string_view QueryOfTarget(std::string_view target);

}  // namespace qianxian::http
