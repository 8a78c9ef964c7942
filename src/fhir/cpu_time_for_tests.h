// Only for tests: the processor time that this thread has used. A busy machine does not change it, as it would the clock.
#pragma once

#include <ctime>

namespace qianxian::fhir::tests {

inline double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace qianxian::fhir::tests
