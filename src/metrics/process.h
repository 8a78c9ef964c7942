// What the system says about this process and about a disk. Any thread. Failures: unavailable ("io").
// Source: proc(5), statvfs(3).
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace qianxian::metrics {

struct ProcessFigures {
  double cpu_seconds = 0;                  // user and system
  uint64_t resident_bytes = 0, virtual_bytes = 0;
  uint64_t open_descriptors = 0, most_descriptors = 0;
  double start_seconds = 0;                // since 1970
};
Result<ProcessFigures> ReadProcess();

struct DiskRoom {
  uint64_t free_bytes = 0;                 // for who is not root
  uint64_t size_bytes = 0;
};
Result<DiskRoom> ReadDisk(const std::string& path);

}  // namespace qianxian::metrics
