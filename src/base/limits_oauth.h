// Every bound of what programs are granted (src/oauth, src/crypto/jose.h). Apart from limits.h, which compiles the whole program
// again whenever it changes. Each has a test beside the code that keeps it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace qianxian::limits {

// Of what others sign.
inline constexpr size_t kJwsBytes = 16 * 1024;
inline constexpr size_t kJwksBytes = 32 * 1024;
inline constexpr size_t kJwksKeys = 16;
inline constexpr int kRsaBitsMinimum = 2048;
inline constexpr int kRsaBitsMaximum = 8192;

// How long what is given lasts, in seconds.
inline constexpr int64_t kCodeSeconds = 60;
inline constexpr int64_t kAccessTokenSeconds = 15 * 60;
inline constexpr int64_t kServiceTokenSeconds = 5 * 60;               // client_credentials: SMART says five minutes at most
inline constexpr int64_t kIdTokenSeconds = 60 * 60;
inline constexpr int64_t kRefreshIdleSeconds = int64_t{30} * 24 * 3600;   // between two uses
inline constexpr int64_t kRefreshWholeSeconds = int64_t{90} * 24 * 3600;  // then the user is asked again
inline constexpr int64_t kAssertionSeconds = 5 * 60;                  // a client's own JWT
inline constexpr int64_t kClockSkewSeconds = 30;
inline constexpr int64_t kSigningKeySeconds = int64_t{90} * 24 * 3600;    // then a new one signs

// Of clients and their requests.
inline constexpr size_t kClients = 200;
inline constexpr size_t kClientNameBytes = 120;
inline constexpr size_t kRedirectUris = 10;
inline constexpr size_t kRedirectUriBytes = 500;
inline constexpr size_t kScopeBytes = 4000;
inline constexpr size_t kScopeWords = 200;
inline constexpr size_t kStateBytes = 1000;                           // state and nonce
inline constexpr size_t kOAuthFormBytes = 64 * 1024;

}  // namespace qianxian::limits
