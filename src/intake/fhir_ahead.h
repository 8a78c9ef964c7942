// The texts of whole FHIR files (Bundles, resources), read and unpacked by a thread of its own a little ahead of who asks
// for them: unpacking costs as much as everything else on the way to the store. Line files are left out; they are read
// as they are needed. Take is for one thread. Failures: those of FhirText.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/limits.h"
#include "intake/fhir_source.h"

namespace qianxian::intake {

class FhirAhead {
 public:
  // Keeps the paths. Reads the next file while less than `bytes` wait.
  explicit FhirAhead(const std::vector<InputFile>& files, size_t bytes = limits::kFhirAheadBytes);
  ~FhirAhead();
  FhirAhead(const FhirAhead&) = delete;
  FhirAhead& operator=(const FhirAhead&) = delete;

  struct Text {
    Status opened;
    Result<std::string> whole;                  // if it was opened
  };
  // The next file that is no line file, in the order of the list; each once.
  Text Take();
  size_t peak_bytes();                          // the most that waited at once

 private:
  void Read();
  static Text ReadFile(const std::string& path);

  std::vector<std::string> paths_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Text> waiting_;
  size_t waiting_bytes_ = 0;
  size_t peak_bytes_ = 0;
  size_t bytes_;
  bool stopping_ = false;
  std::thread thread_;                          // last: it uses all of the above
};

}  // namespace qianxian::intake
