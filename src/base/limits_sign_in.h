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

// Passkeys (src/crypto/web_authn.h, src/auth/passkey.h).
inline constexpr size_t kPasskeys = 10;                               // of one account
inline constexpr size_t kPasskeyNameCharacters = 60;
inline constexpr size_t kPasskeyChallengeBytes = 32;                  // WebAuthn §13.4.3 asks for 16 at least
inline constexpr int kPasskeyChallengeSeconds = 5 * 60;               // §15: what a person may take
inline constexpr size_t kPasskeyChallenges = 10'000;                  // waiting in memory, of all sessions
inline constexpr size_t kPasskeyHandleBytes = 32;                     // §14.6.1: by chance, nothing of the person
inline constexpr size_t kCredentialIdBytesLeast = 16;                 // §4, Credential ID
inline constexpr size_t kCredentialIdBytes = 1023;
inline constexpr size_t kClientDataBytes = 4096;                      // the JSON text that an authenticator signs the hash of
inline constexpr size_t kPasskeySignatureBytes = 1024;                // RSA of 8192 bits
inline constexpr size_t kCborBytes = 64 * 1024;                       // an attestation with its certificates
inline constexpr int kCborDepth = 8;                                  // CTAP 2.1 §8 says 4 of what authenticators write; the browser puts it into two more
inline constexpr size_t kCborItems = 1000;

}  // namespace qianxian::limits
