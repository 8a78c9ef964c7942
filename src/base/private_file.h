// A file that only its owner may read (mode 0600): keys, one-time passwords. Any thread. Written durably: afterwards the old or
// the new file is there, whole. Failures: unavailable ("disk-full", "io").
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace qianxian {

Status WritePrivateFile(const std::string& path, std::string_view content);

}  // namespace qianxian
