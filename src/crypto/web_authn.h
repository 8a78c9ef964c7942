// What a browser gives for a passkey, checked as the specification says step by step: a new one (§7.1), and one that is used (§7.2).
// Whose it is and whether it is known, the caller looks up: the steps that need accounts are src/auth/passkey.h. Attestations of
// any format are read, none is believed: what is asked for is "none", and nothing hangs on who made an authenticator.
// Pure; any thread. Failures: invalid ("bad-passkey", "bad-cbor", "bad-cose-key", "bad-jwk"; "passkey-type", "passkey-challenge",
// "passkey-origin", "passkey-site", "passkey-presence", "passkey-verification", "passkey-algorithm", "passkey-signature",
// "passkey-counter").
// Source: Web Authentication level 2, W3C Recommendation of 8 April 2021, §5.8.1, §6.1, §6.5, §7, §8.7.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace qianxian::crypto {

struct PasskeyRules {                      // what was asked for, and where
  std::string challenge;                   // bytes
  std::string origin;                      // of the page: "https://county.cn"
  std::string site;                        // the relying party's id: "county.cn"
  bool needs_verification = false;         // of the person by the authenticator: PIN, finger, face
};

struct NewPasskey {
  std::string id;                          // bytes
  std::string public_key;                  // COSE (cose.h)
  int64_t algorithm = 0;
  uint32_t counter = 0;
  bool verified = false;                   // the authenticator looked who it is
  std::string format;                      // of the attestation, which nobody believed
};
// §7.1 steps 5 to 21. `client_data` and `attestation`: clientDataJSON and attestationObject, as bytes.
Result<NewPasskey> CheckRegistration(std::string_view client_data, std::string_view attestation, const PasskeyRules& rules);

struct Assertion {                         // bytes
  std::string client_data, authenticator_data, signature;
};
// §7.2 steps 8 to 21 with the key and the counter that are kept; gives the counter to keep from now on.
Result<uint32_t> CheckAssertion(const Assertion& assertion, std::string_view public_key, uint32_t counter, const PasskeyRules& rules);

}  // namespace qianxian::crypto
