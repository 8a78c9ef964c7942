// Every bound of what a person adds to a record by hand. Apart from limits.h, which compiles the whole program again whenever
// it changes. Each has a test beside the code that keeps it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace qianxian::limits {

inline constexpr size_t kDocumentBytes = size_t{10} << 20;            // a photo or a file of a patient
inline constexpr size_t kDocumentTitleBytes = 200;
inline constexpr size_t kUnmaskReasonBytes = 300;                     // why somebody has to know who a person is
inline constexpr size_t kMeetingBytes = 300;                          // where a consultation meets

inline constexpr int64_t kEmergencyHours = 24;                        // how long a record stays open after an emergency opening
inline constexpr size_t kEmergenciesADay = 10;                        // openings of one person in 24 hours
inline constexpr size_t kEmergencyNumberLeast = 8, kEmergencyNumberMost = 32;   // digits of a card: a part of one finds nobody
inline constexpr size_t kEmergencyTextLeast = 6, kEmergencyTextBytes = 600;

}  // namespace qianxian::limits
