// The page's calls about work asked of another institution (docs/formats/api.md): the rules, who could receive, referrals and
// their steps, notices, and the counts of what waits. Threads: any. Failures: none leaves this class but as a response.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/care_api.h"
#include "api/referral_call.h"
#include "api/routes.h"
#include "api/services.h"
#include "referral/inbox.h"
#include "referral/referral.h"

namespace qianxian::api {

class ReferralApi {
 public:
  // Without services.referral_rules, or without settings in them, there are no such calls. `care` writes people.
  ReferralApi(const Services& services, CareApi& care) : services_(services), care_(care) {}
  // None: no call of these.
  std::optional<http::Response> Handle(const http::Request& request, const auth::Session& session);

  using Route = ApiRoute<ReferralApi, ReferralCall>;
  static const std::vector<Route>& Routes();

 private:
  Result<http::Response> Rules(const ReferralCall& call);
  Result<http::Response> Receivers(const ReferralCall& call);
  Result<http::Response> List(const ReferralCall& call);
  Result<http::Response> Create(const ReferralCall& call);
  Result<http::Response> Show(const ReferralCall& call);
  Result<http::Response> Step(const ReferralCall& call);
  Result<http::Response> Inbox(const ReferralCall& call);
  Result<http::Response> ReadNotice(const ReferralCall& call);
  Result<http::Response> Work(const ReferralCall& call);

  referral::Referrals Referrals() const;
  referral::Inbox Notices() const;
  Result<referral::Referral> Find(const ReferralCall& call, const std::string& id);
  Result<http::Response> ListAnswer(const ReferralCall& call, const referral::Page& page);
  Result<http::Response> Answer(const ReferralCall& call, const referral::Referral& referral, int status = 200);
  void WriteReferral(json::Writer& writer, store::Snapshot& snapshot, const referral::Referral& referral);
  Result<std::vector<std::string>> ConditionsOf(const ReferralCall& call, const std::string& patient);

  const Services services_;
  CareApi& care_;
};

}  // namespace qianxian::api
