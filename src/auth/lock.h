// What wrong passwords and codes do to an account: five lock it, each lock twice as long as the one before, until a whole sign-in or
// an administrator begins again. Pure; any thread. Failure: busy ("locked"), whose text names the minutes.
#pragma once

#include "auth/account.h"
#include "base/clock.h"
#include "base/result.h"

namespace qianxian::auth {

struct Failures {
  int count = 0;                           // in a row
  int locks = 0;                           // before
  Instant locked_until;
};

Status CheckLock(Instant locked_until, Instant now);
void CountFailure(Failures& failures, Instant now);
void CountFailure(Account& account, Instant now);
void ForgetFailures(Account& account);

}  // namespace qianxian::auth
