// Which program is this? By the form and the header Authorization of a request to the token endpoint and its neighbours: client_id
// alone for a public one, a secret (basic or in the form), or a JWT that it signed, whose jti is good once. Threads: any. Failures:
// invalid_client, invalid_request, and the store's.
// Source: RFC 6749 §2.3, RFC 7523 §3, https://hl7.org/fhir/smart-app-launch/STU2.2/client-confidential-asymmetric.html
#pragma once

#include <string>
#include <string_view>

#include "oauth/clients.h"
#include "oauth/form.h"

namespace qianxian::oauth {

inline constexpr std::string_view kAssertionType = "QianxianClientAssertion";   // of the record: a jti that was used

class ClientLogin {
 public:
  ClientLogin(const Tools& tools, Clients& clients) : tools_(tools), clients_(clients) {}
  // `endpoint`: the address that an assertion must be for.
  Result<Client> Of(const Form& form, std::string_view authorization, const std::string& endpoint);

 private:
  Result<Client> ByAssertion(const Form& form, const std::string& endpoint);
  Result<Client> BySecret(std::string_view id, std::string_view secret);
  Result<Client> Known(std::string_view id);
  Status UseOnce(const Client& client, std::string_view jti, int64_t ends_seconds);

  const Tools tools_;
  Clients& clients_;
};

}  // namespace qianxian::oauth
