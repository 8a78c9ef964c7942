// Bounds of reading the audit. Each has a test beside the code that keeps it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace qianxian::limits {

inline constexpr size_t kAuditPage = 500;
inline constexpr uint64_t kAuditLooked = 200'000;     // for one page

}  // namespace qianxian::limits
