// OAuth 2, OpenID Connect and SMART App Launch over HTTP (docs/formats/oauth.md): what programs ask (/oauth2, /.well-known, the
// SMART configuration below /fhir), the user's decision and the register of programs for the page (/api/authorize, /api/clients).
// The issuer is the configured public address, else what the request says of itself (https or not, Host).
// Threads: any. Failures: none leaves this class but as a response; programs get them as RFC 6749 §5.2 says, the page as from /api.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/routes.h"
#include "api/services.h"
#include "http/server.h"
#include "json/value.h"
#include "json/writer.h"
#include "oauth/oauth.h"

namespace qianxian::api {

// What a CapabilityStatement and the discovery documents say: addresses of this server as it was asked.
oauth::Place PlaceOf(const Services& services, const http::Request& request);
// What stands in CapabilityStatement.rest.security: the extension of SMART (http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris) and its service code.
void WriteSmartSecurity(json::Writer& writer, std::string_view issuer);

class OauthApi {
 public:
  explicit OauthApi(const Services& services);
  struct PageOauthCall;
  using Route = ApiRoute<OauthApi, PageOauthCall>;
  static const std::vector<Route>& Routes();
  // Is it one of the addresses that programs ask without a session?
  static bool IsOpen(std::string_view path);
  http::Response HandleOpen(http::Request& request);
  // Of the page, for who has signed in; none: no such call here.
  std::optional<http::Response> Handle(const http::Request& request, const auth::Session& session, const std::string& secret);

 private:
  http::Response Authorize(const http::Request& request);
  http::Response Token(const http::Request& request);
  http::Response Introspect(const http::Request& request);
  http::Response Revoke(const http::Request& request);
  http::Response UserInfo(const http::Request& request);
  http::Response Jwks(const http::Request& request);
  http::Response Discovery(const http::Request& request);
  http::Response SmartConfiguration(const http::Request& request);

  Result<http::Response> ShowRequest(const PageOauthCall& call);
  Result<http::Response> Decide(const PageOauthCall& call);
  Result<http::Response> ListClients(const PageOauthCall& call);
  Result<http::Response> AddClient(const PageOauthCall& call);
  Result<http::Response> ChangeClient(const PageOauthCall& call);

  const Services services_;
  oauth::OAuth oauth_;
};

struct OauthApi::PageOauthCall {
  const http::Request& request;
  const auth::Session& session;
  const std::string& secret;
  std::vector<std::string> arguments;      // what stands for {} in the pattern
};

}  // namespace qianxian::api
