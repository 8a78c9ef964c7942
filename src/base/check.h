// QX_CHECK(condition, message): for bugs, never for input. Prints where and why, then aborts: a wrong number shown to
// a doctor is worse than a stopped program.
#pragma once

#include <string>
#include <string_view>

namespace qianxian {
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition, std::string_view message);
}  // namespace qianxian

#define QX_CHECK(condition, message)                                                          \
  do {                                                                                        \
    if (!(condition)) [[unlikely]]                                                            \
      ::qianxian::CheckFailed(__FILE__, __LINE__, #condition, (message));                     \
  } while (false)
