#include "base/log.h"

#include <unistd.h>

#include <atomic>
#include <string>

#include "base/clock.h"
#include "base/text.h"

namespace qianxian {
namespace {

std::atomic<LogLevel> smallest_level{LogLevel::kInfo};
std::atomic<LogFormat> log_format{LogFormat::kText};

std::string_view Name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return "debug";
    case LogLevel::kInfo: return "info";
    case LogLevel::kWarning: return "warning";
    case LogLevel::kError: return "error";
  }
  return "error";
}

// A line break inside would let a sender write lines of his own into the log.
void AppendPlain(std::string& line, std::string_view text) {
  for (char c : text) line += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
}

// RFC 8259 §7. Bytes that are no UTF-8 become U+FFFD: whoever reads the line takes nothing else.
void AppendJsonText(std::string& line, std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  line += '"';
  for (size_t at = 0; at < text.size();) {
    const uint32_t point = NextCodePoint(text, at);
    if (point == '"' || point == '\\') {
      line += '\\';
      line += static_cast<char>(point);
    } else if (point < 0x20 || point == 0x7f) {
      line += "\\u00";
      line += kDigits[point >> 4];
      line += kDigits[point & 15];
    } else {
      AppendUtf8(line, point);
    }
  }
  line += '"';
}

std::string TextLine(LogLevel level, std::string_view text, std::initializer_list<LogField> fields) {
  std::string line = FormatInstant(SystemClock().Now());
  line += ' ';
  line += Name(level);
  line += ' ';
  AppendPlain(line, text);
  for (const LogField& field : fields) {
    line += ' ';
    AppendPlain(line, field.name);
    line += '=';
    if (field.text.data() == nullptr) line += std::to_string(field.number);
    else AppendPlain(line, field.text);
  }
  return line;
}

std::string JsonLine(LogLevel level, std::string_view text, std::initializer_list<LogField> fields) {
  std::string line = "{\"time\":\"" + FormatInstant(SystemClock().Now()) + "\",\"level\":\"";
  line += Name(level);
  line += "\",\"text\":";
  AppendJsonText(line, text);
  for (const LogField& field : fields) {
    line += ',';
    AppendJsonText(line, field.name);
    line += ':';
    if (field.text.data() == nullptr) line += std::to_string(field.number);
    else AppendJsonText(line, field.text);
  }
  return line + "}";
}

}  // namespace

void SetLogLevel(LogLevel level) { smallest_level.store(level, std::memory_order_relaxed); }
void SetLogFormat(LogFormat format) { log_format.store(format, std::memory_order_relaxed); }

void Log(LogLevel level, std::string_view text, std::initializer_list<LogField> fields) {
  if (level < smallest_level.load(std::memory_order_relaxed)) return;
  const bool json = log_format.load(std::memory_order_relaxed) == LogFormat::kJson;
  const std::string line = (json ? JsonLine(level, text, fields) : TextLine(level, text, fields)) + "\n";
  // One write, so that lines of several threads do not mix. There is nobody to tell if it fails.
  ssize_t written = write(STDERR_FILENO, line.data(), line.size());
  static_cast<void>(written);
}

}  // namespace qianxian
