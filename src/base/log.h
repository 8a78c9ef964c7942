// One line a happening on standard error: time, level, text. Never a person's data: name, ID number, phone or record.
#pragma once

#include <string_view>

namespace qianxian {
enum class LogLevel { kDebug, kInfo, kWarning, kError };
void SetLogLevel(LogLevel level);
void Log(LogLevel level, std::string_view text);
inline void LogInfo(std::string_view text) { Log(LogLevel::kInfo, text); }
inline void LogWarning(std::string_view text) { Log(LogLevel::kWarning, text); }
inline void LogError(std::string_view text) { Log(LogLevel::kError, text); }
}  // namespace qianxian
