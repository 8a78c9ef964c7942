// Dates of HTTP headers ("Sun, 06 Nov 1994 08:49:37 GMT"). Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace qianxian::api {
std::string FormatHttpDate(Instant instant);
std::optional<Instant> ParseHttpDate(std::string_view text);   // none: not such a date
}  // namespace qianxian::api
