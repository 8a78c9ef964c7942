// The page's calls about emergency access (referral/emergency.h; docs/formats/api.md): opened by who treats, listed and reviewed by the
// auditor or the director, who see whose record it was by the first character of the name only. Threads: any. Failures: none leaves
// this class but as a response.
#pragma once

#include <optional>
#include <vector>

#include "api/care_api.h"
#include "api/referral_call.h"
#include "api/routes.h"
#include "api/services.h"
#include "referral/emergency.h"

namespace qianxian::api {

void WriteEmergency(json::Writer& writer, const referral::EmergencyOpening& opening, const std::string& organization_name, bool masked);

class EmergencyApi {
 public:
  EmergencyApi(const Services& services, CareApi& care) : services_(services), care_(care) {}
  // None: no call of these.
  std::optional<http::Response> Handle(const http::Request& request, const auth::Session& session);

  using Route = ApiRoute<EmergencyApi, ReferralCall>;
  static const std::vector<Route>& Routes();

 private:
  Result<http::Response> Open(const ReferralCall& call);
  Result<http::Response> List(const ReferralCall& call);
  Result<http::Response> Review(const ReferralCall& call);
  referral::Emergencies Emergencies() const { return {*services_.store, *services_.parameters, *services_.clock}; }

  const Services services_;
  CareApi& care_;
};

}  // namespace qianxian::api
