// The only file that includes simdjson, for the fastest check of UTF-8 that there is.
#include <simdjson.h>

#include "json/storage.h"

namespace qianxian::json::internal {

bool IsUtf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

}  // namespace qianxian::json::internal
