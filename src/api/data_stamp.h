// The newest t at which anything happened that numbers are made of. Sign-ins, imports' Tasks, gaps and audit move the
// record's t too, but kept answers (overview, leak) stay true over them; so they are kept under this stamp.
// Threads: any. Failures: none; where the feed cannot be read the stamp is the warehouse's own t, and answers are remade.
#pragma once

#include <cstdint>
#include <mutex>

#include "api/services.h"

namespace qianxian::api {

class DataStamp {
 public:
  explicit DataStamp(const Services& services) : services_(services) {}
  uint64_t Current();

 private:
  const Services services_;
  std::mutex mutex_;
  bool loaded_ = false;
  uint64_t stamp_ = 0;
  uint64_t looked_until_ = 0;
};

}  // namespace qianxian::api
