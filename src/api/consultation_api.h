// The page's calls about consultations (docs/formats/api.md): the box, one, asked for, its steps. Threads: any. Failures: none
// leaves this class but as a response.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "api/care_api.h"
#include "api/referral_call.h"
#include "api/routes.h"
#include "api/services.h"
#include "referral/consultation.h"

namespace qianxian::api {

class ConsultationApi {
 public:
  // Without settings in services.referral_rules there are no such calls. `care` writes people.
  ConsultationApi(const Services& services, CareApi& care) : services_(services), care_(care) {}
  // None: no call of these.
  std::optional<http::Response> Handle(const http::Request& request, const auth::Session& session);

  using Route = ApiRoute<ConsultationApi, ReferralCall>;
  static const std::vector<Route>& Routes();

 private:
  Result<http::Response> List(const ReferralCall& call);
  Result<http::Response> Create(const ReferralCall& call);
  Result<http::Response> Show(const ReferralCall& call);
  Result<http::Response> Step(const ReferralCall& call);

  referral::Consultations Consultations() const;
  Result<http::Response> Answer(const ReferralCall& call, const referral::Consultation& consultation, int status = 200);
  void Write(json::Writer& writer, store::Snapshot& snapshot, const referral::Consultation& consultation);

  const Services services_;
  CareApi& care_;
};

}  // namespace qianxian::api
