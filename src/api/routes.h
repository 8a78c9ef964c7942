// Does a path fit a pattern of a call ("/api/patients/{}/visits")? Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "http/server.h"

namespace qianxian::api {

// What stands for {} goes to `arguments`, decoded; an empty part fits nothing.
inline bool FitsPattern(std::string_view pattern, const std::vector<std::string_view>& path, std::vector<std::string>& arguments) {
  const std::vector<std::string_view> wanted = Split(pattern, '/');
  if (wanted.size() != path.size()) return false;
  arguments.clear();
  for (size_t i = 0; i < path.size(); ++i) {
    if (wanted[i] == "{}" && !path[i].empty()) arguments.push_back(http::PercentDecode(path[i], false));
    else if (wanted[i] != path[i]) return false;
  }
  return true;
}

}  // namespace qianxian::api
