// Errors of DuckDB as ours, and quoting.
#include "base/text.h"
#include "columns/internal.h"

namespace qianxian::columns {

namespace internal {

Error FromMessage(std::string_view message) {
  const std::string text = message.empty() ? "DuckDB gave no reason" : std::string(message);
  const auto has = [&](std::string_view part) { return text.find(part) != std::string::npos; };
  if (has("Could not set lock on file") || has("Conflicting lock is held"))
    return MakeError(ErrorCategory::kBusy, "locked", text, "另一个进程正在使用该文件，请稍后再试。" + text);
  if (StartsWith(text, "INTERRUPT Error")) return Invalid("cancelled", "Cancelled.", "已取消。");
  if (StartsWith(text, "Out of Memory Error")) {
    // A full temporary folder is told with the same word; both mean that the machine has not enough room.
    return Unavailable("out-of-memory", text, "内存或临时空间不足：" + text);
  }
  if (StartsWith(text, "IO Error") || StartsWith(text, "FATAL Error") || StartsWith(text, "Permission Error") ||
      has("Could not write all bytes") || has("not a valid DuckDB database"))
    return Unavailable(has("No space left") ? "disk-full" : "io", text, "读写失败：" + text);
  return Invalid("sql", text, "语句不能执行：" + text);
}

}  // namespace internal

int Rows::FindColumn(std::string_view name) const {
  for (size_t i = 0; i < columns.size(); ++i)
    if (columns[i].name == name) return static_cast<int>(i);
  return -1;
}

std::string QuoteText(std::string_view text) { return "'" + ReplaceAll(text, "'", "''") + "'"; }
std::string QuoteName(std::string_view name) { return "\"" + ReplaceAll(name, "\"", "\"\"") + "\""; }

}  // namespace qianxian::columns
