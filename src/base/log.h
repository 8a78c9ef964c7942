// One line a happening on standard error: time, level, text, and for programs (SetLogFormat) the same as one JSON object:
// {"time":"…Z","level":"info","text":"…","route":"…","milliseconds":12}. Never a person's data: name, ID number, phone or record.
// Threads: any; a line is written at once, so that lines do not mix. Failures: there is nobody to tell.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace qianxian {
enum class LogLevel { kDebug, kInfo, kWarning, kError };
enum class LogFormat { kText, kJson };
void SetLogLevel(LogLevel level);
void SetLogFormat(LogFormat format);

// What belongs to a happening beside its text. A field without text is a number.
struct LogField {
  std::string_view name, text;
  int64_t number = 0;
};
void Log(LogLevel level, std::string_view text, std::initializer_list<LogField> fields = {});
inline void LogInfo(std::string_view text) { Log(LogLevel::kInfo, text); }
inline void LogWarning(std::string_view text) { Log(LogLevel::kWarning, text); }
inline void LogError(std::string_view text) { Log(LogLevel::kError, text); }
}  // namespace qianxian
