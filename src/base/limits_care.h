// Every bound of what a person adds to a record by hand. Apart from limits.h, which compiles the whole program again whenever
// it changes. Each has a test beside the code that keeps it.
#pragma once

#include <cstddef>

namespace qianxian::limits {

inline constexpr size_t kDocumentBytes = size_t{10} << 20;            // a photo or a file of a patient
inline constexpr size_t kDocumentTitleBytes = 200;
inline constexpr size_t kMeetingBytes = 300;                          // where a consultation meets

}  // namespace qianxian::limits
