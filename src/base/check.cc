#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace qianxian {

void CheckFailed(const char* file, int line, const char* condition, std::string_view message) {
  std::fprintf(stderr, "%s:%d: this should never happen: (%s) is false: %.*s\n", file, line, condition,
               static_cast<int>(message.size()), message.data());
  std::fflush(stderr);
  std::abort();
}

}  // namespace qianxian
