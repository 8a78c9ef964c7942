// A request for authorization: first whose it is and where the answer may go, then what is asked. Until the first is known nothing is
// sent anywhere. Pure; any thread. Failures: not_found "no-such-client", invalid "bad-redirect" (ClientOf); the protocol's (Check).
// Source: RFC 6749 §4.1.1, RFC 7636 (S256 only), RFC 9207 (iss), RFC 9700, OpenID Connect Core §3.1.2,
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html
#pragma once

#include <string>
#include <string_view>

#include "oauth/client.h"
#include "oauth/form.h"
#include "oauth/words.h"

namespace qianxian::oauth {

struct Place {                             // where this server was asked
  std::string issuer;                      // "https://county.cn"
  std::string fhir;                        // the base of /fhir as it was asked for: what `aud` may be, beside issuer + "/fhir"
  std::string token_endpoint() const { return issuer + "/oauth2/token"; }
};

struct Asked {
  Words words;                             // what is asked for and may be given to this program
  std::string redirect_uri, state, nonce, challenge;
};

// The address is one of the program's, letter by letter.
Status CheckRedirectOf(const Client& client, const Form& form);
Result<Asked> CheckAsked(const Client& client, const Form& form, const Place& place, const IsType& is_type);

// Where the browser goes: redirect_uri with these parameters, state and iss added.
std::string AnswerAddress(const std::string& redirect_uri, const std::vector<std::pair<std::string, std::string>>& parameters, const std::string& state,
                          const Place& place);
std::string EncodeForm(const std::vector<std::pair<std::string, std::string>>& values);
// The challenge of a verifier (RFC 7636 §4.6); "" if it is none: 43 to 128 of A-Z a-z 0-9 - . _ ~
std::string ChallengeOf(std::string_view verifier);

}  // namespace qianxian::oauth
