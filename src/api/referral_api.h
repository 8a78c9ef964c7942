// The page's calls about work asked of another institution (docs/formats/api.md): the rules, who could receive, referrals and
// their steps, notices, and the counts of what waits. Threads: any. Failures: none leaves this class but as a response.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/care_api.h"
#include "api/services.h"
#include "referral/referral.h"

namespace qianxian::api {

struct ReferralCall {
  const http::Request& request;
  const auth::Session& session;
  std::vector<std::string> arguments;      // what stands for {} in the pattern
  const access::Caller& caller() const { return session.caller; }
  // Whoever leads other institutions sees their work and does not do it: steps and boxes are those of the account's own.
  access::Caller Acting() const {
    access::Caller acting = session.caller;
    if (!acting.whole_county) acting.organizations = session.organizations;
    return acting;
  }
  std::string Query(std::string_view name) const { return std::string(request.QueryValue(name)); }
  // The institution that the caller acts for: the account's own first one; "" for whom sees the county.
  std::string Organization() const { return session.organizations.empty() ? std::string() : session.organizations.front(); }
};

class ReferralApi {
 public:
  // Without services.referral_rules, or without settings in them, there are no such calls. `care` writes people.
  ReferralApi(const Services& services, CareApi& care) : services_(services), care_(care) {}
  // None: no call of these.
  std::optional<http::Response> Handle(const http::Request& request, const auth::Session& session);

 private:
  using Method = Result<http::Response> (ReferralApi::*)(const ReferralCall& call);
  struct Route {
    std::string_view method, pattern;
    Method run;
  };
  static const std::vector<Route>& Routes();

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
  Result<referral::Referral> Find(const ReferralCall& call, const std::string& id);
  Result<http::Response> ListAnswer(const ReferralCall& call, const referral::Page& page);
  Result<http::Response> Answer(const ReferralCall& call, const referral::Referral& referral, int status = 200);
  void WriteReferral(json::Writer& writer, store::Snapshot& snapshot, const referral::Referral& referral);
  Result<std::vector<std::string>> ConditionsOf(const ReferralCall& call, const std::string& patient);

  const Services services_;
  CareApi& care_;
};

}  // namespace qianxian::api
