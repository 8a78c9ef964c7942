// OAuth 2 and OpenID Connect with the scopes of SMART App Launch v2: who may act for whom, and how far. Access tokens are opaque
// sessions of src/auth with a scope: they end at once and for every process. HTTP is api/oauth_api.h. Threads: any. Failures: the
// protocol's (oauth/errors.h), "no-such-client" and "bad-redirect" before anything may be sent to the program, forbidden
// ("page-only"), and those of the store.
// Source: RFC 6749, 7009, 7636, 7662, 9207, 9700; OpenID Connect Core 1.0; https://hl7.org/fhir/smart-app-launch/STU2.2/
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/auth.h"
#include "oauth/client_login.h"
#include "oauth/clients.h"
#include "oauth/form.h"
#include "oauth/grants.h"
#include "oauth/request.h"
#include "oauth/signing_keys.h"

namespace qianxian::oauth {

struct Tokens {
  std::string access_token, refresh_token, id_token, scope;
  int64_t expires_in_seconds = 0;
};

// A request to the token endpoint or one beside it.
struct ProgramCall {
  const Form& form;
  std::string_view authorization;          // the header
  const Place& place;
  std::string endpoint;                    // its own address
  std::string peer;
};

class OAuth {
 public:
  explicit OAuth(const Tools& tools);
  Clients& clients() { return clients_; }

  // The program of an authorization request, with a redirect address of its own. What fails here goes to no address.
  Result<Client> ClientOf(const Form& form);
  Result<Asked> Check(const Client& client, const Form& form, const Place& place) const;
  // What the user decided, who must have signed in on the page: the address to go to. `words`: of what was asked, what he agrees to.
  Result<std::string> Decide(const auth::Session& session, std::string_view session_secret, const Form& form, bool agrees,
                             const std::vector<std::string>& words, const Place& place);

  Result<Tokens> Token(const ProgramCall& call);
  Result<std::string> Introspect(const ProgramCall& call);             // the answer's JSON
  Status Revoke(const ProgramCall& call);
  Result<std::string> UserInfo(const auth::Session& session, const Place& place) const;
  Result<std::string> Jwks() { return keys_.Jwks(); }

 private:
  Result<Client> Login(const ProgramCall& call);
  Result<Tokens> ForItself(const Client& client, const ProgramCall& call);
  Result<Tokens> TokensOf(const Client& client, Given given, const Place& place);

  const Tools tools_;
  Clients clients_;
  ClientLogin login_;
  Grants grants_;
  SigningKeys keys_;
};

}  // namespace qianxian::oauth
