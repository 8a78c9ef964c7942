// Every bound of TLS, in the server and in the client. Apart from limits.h, which compiles the whole program again whenever
// it changes. Each has a test beside the code that keeps it (src/http/tls_test.cc).
#pragma once

#include <cstddef>
#include <cstdint>

namespace qianxian::limits {

inline constexpr int kTlsHandshakeSeconds = 10;                   // from the connection to the end of the handshake
inline constexpr int64_t kTlsStrictTransportSeconds = 15'552'000; // half a year: browsers come by https from then on
inline constexpr int kTlsExpiryDays = 14;                         // less is left of a certificate: it is said at start
inline constexpr size_t kTlsFileBytes = 1 << 20;                  // of a certificate or key file
inline constexpr size_t kTlsWriteBytes = 256 << 10;               // then others have their turn
inline constexpr size_t kTlsFilePieceBytes = 64 << 10;            // of a file on its way, in memory

}  // namespace qianxian::limits
