#include "auth/lock.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "base/limits_sign_in.h"

namespace qianxian::auth {
namespace {

constexpr int64_t kMinute = 60'000'000;

int64_t MinutesOfNextLock(Account& account, Instant now) {
  for (int i = 0; i < limits::kSignInFailures - 1; ++i) {
    CountFailure(account, now);
    EXPECT_TRUE(CheckLock(account.locked_until, now).ok()) << "not before the last of them";
  }
  CountFailure(account, now);
  EXPECT_EQ(CheckLock(account.locked_until, now).error().code, "locked");
  return (account.locked_until.microseconds - now.microseconds) / kMinute;
}

TEST(Lock, DoublesUpToADayAndBeginsAgain) {
  Account account;
  Instant now{1'700'000'000'000'000};
  for (int64_t minutes : {15, 30, 60, 120, 240, 480, 960, 1440, 1440, 1440}) {
    EXPECT_EQ(MinutesOfNextLock(account, now), minutes);
    now.microseconds += minutes * kMinute - 1;
    EXPECT_FALSE(CheckLock(account.locked_until, now).ok());
    now.microseconds += 1;
    EXPECT_TRUE(CheckLock(account.locked_until, now).ok());
  }
  EXPECT_EQ(limits::kSignInLockMinutesMost, 1440);
  ForgetFailures(account);
  EXPECT_EQ(MinutesOfNextLock(account, now), limits::kSignInLockMinutes);
}

TEST(Lock, SaysHowLong) {
  const Instant now{1'000'000'000};
  EXPECT_NE(CheckLock({now.microseconds + kMinute + 1}, now).error().en.find("2 minutes"), std::string::npos);
  EXPECT_NE(CheckLock({now.microseconds + kMinute}, now).error().zh.find("1 分钟"), std::string::npos);
}

TEST(Account, KeepsItsFactorItsFormerPasswordsAndItsLocks) {
  Account account;
  account.user = "li";
  account.former_hashes = {"a", "b"};
  account.locks = 3;
  account.factor.secret = "12345678901234567890";
  account.factor.since = {77};
  account.factor.last_step = 9;
  account.factor.recovery = {"h1", "h2"};
  account.factor.offered = std::string("\x00\xff", 2) + "345";
  account.factor.offered_until = {88};
  account.factor.offered_failures = 4;
  const Account read = *AccountFromJson(ToJson(account), 5);
  EXPECT_EQ(ToJson(read), ToJson(account));
  EXPECT_EQ(read.former_hashes, account.former_hashes);
  EXPECT_EQ(read.locks, 3);
  EXPECT_EQ(read.factor.secret, account.factor.secret);
  EXPECT_EQ(read.factor.offered, account.factor.offered);
  EXPECT_EQ(read.factor.recovery, account.factor.recovery);
  EXPECT_TRUE(read.factor.enrolled());
  const std::string shown = ToJson(WithoutSecrets(account));
  for (const char* secret : {"GEZDGNBV", "h1", "\"a\""}) EXPECT_EQ(shown.find(secret), std::string::npos) << shown;
  EXPECT_TRUE(WithoutSecrets(account).factor.enrolled());
}

TEST(Account, OfBeforeThereWereFactorsIsRead) {
  const Account read = *AccountFromJson(R"({"resourceType":"QianxianAccount","user":"li","name":"","role":"viewer","organizations":["H1"],"passwordHash":"x","mustChange":false,"disabled":false,"failures":2,"lockedUntil":0})", 1);
  EXPECT_FALSE(read.factor.enrolled());
  EXPECT_EQ(read.failures, 2);
  EXPECT_EQ(read.organizations, std::vector<std::string>{"H1"});
}

}  // namespace
}  // namespace qianxian::auth
