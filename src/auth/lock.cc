#include "auth/lock.h"

#include <algorithm>
#include <string>

#include "base/limits.h"
#include "base/limits_sign_in.h"

namespace qianxian::auth {
namespace {

constexpr int64_t kMinute = 60'000'000;

int64_t LockMinutes(int locks_before) {
  int64_t minutes = limits::kSignInLockMinutes;
  for (int i = 0; i < locks_before && minutes < limits::kSignInLockMinutesMost; ++i) minutes *= 2;
  return std::min<int64_t>(minutes, limits::kSignInLockMinutesMost);
}

}  // namespace

Status CheckLock(Instant locked_until, Instant now) {
  if (now >= locked_until) return Ok();
  const std::string minutes = std::to_string((locked_until.microseconds - now.microseconds + kMinute - 1) / kMinute);
  return MakeError(ErrorCategory::kBusy, "locked", "too many wrong passwords or codes: try again in " + minutes + " minutes",
                   "密码或验证码错误次数过多，请 " + minutes + " 分钟后再试");
}

void CountFailure(Failures& failures, Instant now) {
  if (++failures.count < limits::kSignInFailures) return;
  failures.count = 0;
  failures.locked_until = {now.microseconds + LockMinutes(failures.locks++) * kMinute};
}

void CountFailure(Account& account, Instant now) {
  Failures failures{account.failures, account.locks, account.locked_until};
  CountFailure(failures, now);
  account.failures = failures.count;
  account.locks = failures.locks;
  account.locked_until = failures.locked_until;
}

void ForgetFailures(Account& account) {
  account.failures = 0;
  account.locks = 0;
  account.locked_until = {};
}

}  // namespace qianxian::auth
