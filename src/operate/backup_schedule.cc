#include "operate/backup_schedule.h"

#include <algorithm>

#include "base/log.h"

namespace qianxian::operate {
namespace {

constexpr int64_t kAgainMicroseconds = 3600LL * 1'000'000;

}  // namespace

BackupSchedule::BackupSchedule(BackupSettings settings, Clock& clock) : settings_(std::move(settings)), clock_(clock) { Look(*state_.Lock()); }

// What stands in the folder now, and so when the next is due.
void BackupSchedule::Look(BackupState& state) {
  const Instant now = clock_.Now();
  Result<std::vector<Backup>> backups = ListBackups(settings_.folder);
  if (backups.ok()) {
    state.kept = backups->size();
    state.newest = backups->empty() ? std::nullopt : std::optional(backups->back());
  }
  const std::optional<Instant> last = state.newest ? std::optional(state.newest->begun) : std::nullopt;
  if (state.failure && state.tried) state.next = std::min(Instant{state.tried->microseconds + kAgainMicroseconds}, NextDue(*state.tried, settings_.minutes));
  else state.next = IsDue(now, settings_.minutes, last) ? now : NextDue(now, settings_.minutes);
}

bool BackupSchedule::Tick() {
  const Instant now = clock_.Now();
  {
    auto state = state_.Lock();
    // A clock that was put back must not hold the next one up for longer than a day.
    const Instant latest = NextDue(now, settings_.minutes);
    if (state->next > latest) state->next = latest;
    if (now < state->next) return false;
    state->working = true;
    state->tried = now;
  }
  Result<Backup> taken = TakeBackup(settings_, clock_);
  auto state = state_.Lock();
  state->working = false;
  state->failure = taken.ok() ? std::nullopt : std::optional(taken.error());
  ++(taken.ok() ? state->taken : state->failed);
  Look(*state);
  if (taken.ok()) LogInfo("backup " + taken->name + ": t=" + std::to_string(taken->t) + ", " + std::to_string(taken->bytes) + " bytes, verified");
  else LogError("no backup was taken: " + Describe(taken.error()));
  return true;
}

BackupState BackupSchedule::state() { return *state_.Lock(); }

BackupRunner::BackupRunner(BackupSchedule& schedule, std::chrono::milliseconds tick) {
  thread_ = std::thread([this, &schedule, tick] {
    while (true) {
      schedule.Tick();
      auto bell = bell_.Lock();
      wake_.wait_for(bell.lock(), tick, [&] { return bell->stopping; });
      if (bell->stopping) return;
    }
  });
}

BackupRunner::~BackupRunner() {
  bell_.Lock()->stopping = true;
  wake_.notify_all();
  thread_.join();
}

}  // namespace qianxian::operate
