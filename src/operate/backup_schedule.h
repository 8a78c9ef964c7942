// Takes the scheduled backups: one a day, when its hour has come; after a time without a server one, not one for each day
// missed; after a failure again an hour later. What came of it is asked for by the metrics and the page.
// Threads: Tick in one (BackupRunner has it), state() any. Failures: none leaves; they are logged and stand in state().
#pragma once

#include <condition_variable>
#include <optional>
#include <thread>

#include "base/locked.h"
#include "operate/backups.h"

namespace qianxian::operate {

struct BackupState {
  std::optional<Backup> newest;            // the newest that counts
  size_t kept = 0;
  std::optional<Error> failure;            // of the last try, if it failed
  std::optional<Instant> tried;            // the last try of this process
  Instant next;                            // when one will be taken, or tried again
  uint64_t taken = 0, failed = 0;          // by this process
  bool working = false;
};

class BackupSchedule {
 public:
  BackupSchedule(BackupSettings settings, Clock& clock);
  // Takes a backup if one is due. True: it was, whatever came of it.
  bool Tick();
  BackupState state();
  const BackupSettings& settings() const { return settings_; }

 private:
  void Look(BackupState& state);
  const BackupSettings settings_;
  Clock& clock_;
  Locked<BackupState> state_;
};

// The thread. `tick`: how often it looks at the clock.
class BackupRunner {
 public:
  BackupRunner(BackupSchedule& schedule, std::chrono::milliseconds tick);
  ~BackupRunner();                         // waits for a backup that is under way

 private:
  struct Bell {
    bool stopping = false;
  };
  Locked<Bell> bell_;
  std::condition_variable wake_;
  std::thread thread_;
};

}  // namespace qianxian::operate
