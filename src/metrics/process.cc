#include "metrics/process.h"

#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "base/files.h"
#include "base/text.h"

namespace qianxian::metrics {
namespace {

Error Unreadable(const std::string& what) {
  return Unavailable("io", "cannot read " + what + ": " + std::strerror(errno), "无法读取 " + what);
}

Result<uint64_t> Number(std::string_view text, const std::string& what) {
  int64_t number = 0;
  if (!ParseInteger(text, number) || number < 0) return Unavailable("io", "cannot understand " + what, "无法识别 " + what);
  return static_cast<uint64_t>(number);
}

// Seconds since 1970 at which the machine was started.
Result<uint64_t> BootSeconds() {
  QX_TRY(const std::string text, ReadFile("/proc/stat"));
  for (std::string_view line : Split(text, '\n')) {
    if (StartsWith(line, "btime ")) return Number(TrimAscii(line.substr(6)), "/proc/stat");
  }
  return Unavailable("io", "/proc/stat has no btime", "/proc/stat 中没有 btime");
}

}  // namespace

Result<ProcessFigures> ReadProcess() {
  QX_TRY(const std::string stat, ReadFile("/proc/self/stat"));
  // The name in brackets may hold anything; the fields after it are numbered from 3 (state).
  const size_t end = stat.rfind(')');
  const std::vector<std::string_view> fields = Split(end == std::string::npos ? std::string_view() : std::string_view(stat).substr(end + 2), ' ');
  if (fields.size() < 22) return Unavailable("io", "cannot understand /proc/self/stat", "无法识别 /proc/self/stat");
  const auto field = [&](size_t number) { return Number(TrimAscii(fields[number - 3]), "/proc/self/stat"); };
  QX_TRY(const uint64_t user, field(14));
  QX_TRY(const uint64_t system, field(15));
  QX_TRY(const uint64_t started, field(22));
  QX_TRY(const uint64_t virtual_bytes, field(23));
  QX_TRY(const uint64_t resident_pages, field(24));
  QX_TRY(const uint64_t boot, BootSeconds());
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  ProcessFigures figures;
  figures.cpu_seconds = static_cast<double>(user + system) / ticks;
  figures.virtual_bytes = virtual_bytes;
  figures.resident_bytes = resident_pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  figures.start_seconds = static_cast<double>(boot) + static_cast<double>(started) / ticks;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) figures.most_descriptors = limit.rlim_cur;
  std::error_code error;
  for (std::filesystem::directory_iterator it("/proc/self/fd", error), last; !error && it != last; it.increment(error)) ++figures.open_descriptors;
  if (error) return Unreadable("/proc/self/fd");
  return figures;
}

Result<DiskRoom> ReadDisk(const std::string& path) {
  struct statvfs room {};
  if (statvfs(path.c_str(), &room) != 0) return Unreadable(path);
  return DiskRoom{uint64_t{room.f_bavail} * room.f_frsize, uint64_t{room.f_blocks} * room.f_frsize};
}

}  // namespace qianxian::metrics
