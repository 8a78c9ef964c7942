// Every bound of a sign-in's second step and of what keeps an account safe. Apart from limits.h, which compiles the whole program
// again whenever it changes. Each has a test beside the code that keeps it.
#pragma once

#include <cstddef>

namespace qianxian::limits {

inline constexpr int kCodeStepSeconds = 30;                           // RFC 6238 §5.2, what every telephone's program does
inline constexpr int kCodeDigits = 6;
inline constexpr int kCodeStepsAround = 1;                            // before and after: clocks differ, people type slowly
inline constexpr size_t kCodeSecretBytes = 20;                        // RFC 4226 §4, R6
inline constexpr int kRecoveryCodes = 10;
inline constexpr int kHalfSessionMinutes = 5;                         // between the password and the code
inline constexpr int kHalfSessionTries = 3;                           // wrong codes; the account's own lock counts them too
inline constexpr int kEnrolMinutes = 15;                              // between a new secret and its first code
inline constexpr int kEnrolTries = 10;
inline constexpr int kSignInLockMinutesMost = 24 * 60;                // where doubling the lock ends
inline constexpr size_t kPasswordsRemembered = 5;                     // the present one and those before it

}  // namespace qianxian::limits
