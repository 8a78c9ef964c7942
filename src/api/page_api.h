// The page's API under /api (docs/formats/api.md). Threads: any. Failures: none leaves this class but as a response.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/import_jobs.h"
#include "api/services.h"
#include "auth/own_account.h"
#include "http/server.h"
#include "json/value.h"

namespace qianxian::api {

struct PageCall {
  http::Request& request;
  const auth::Session* session;            // never null but for routes that are open
  std::string secret;                      // of the session
  std::vector<std::string> arguments;      // what stands for {} in the pattern
  const access::Caller& caller() const { return session->caller; }
  std::string Query(std::string_view name) const { return std::string(request.QueryValue(name)); }
};

class PageApi {
 public:
  PageApi(const Services& services, ImportJobs& imports) : services_(services), imports_(imports) {}
  // session is null for who is not signed in: only sign-in works then.
  http::Response Handle(http::Request& request, const auth::Session* session, std::string secret);
  // Makes the answers of the first view before anybody asks for them.
  void WarmUp();
  static std::string SessionCookie(std::string_view secret, const http::Request& request);

  using Method = Result<http::Response> (PageApi::*)(PageCall&);
  struct Route {
    std::string_view method, pattern;
    Method run;
    bool open = false;                     // without a session
    auth::Missing allowed = auth::Missing::kNothing;   // what a session may still lack (auth::CheckWhole)
  };
  static const std::vector<Route>& Routes();

 private:
  // page_session.cc
  Result<http::Response> SignIn(PageCall& call);
  Result<http::Response> ShowSession(PageCall& call);
  Result<http::Response> SignOut(PageCall& call);
  Result<http::Response> ChangePassword(PageCall& call);
  Result<http::Response> ListAccounts(PageCall& call);
  Result<http::Response> AddAccount(PageCall& call);
  Result<http::Response> ChangeAccount(PageCall& call);
  Result<http::Response> Events(PageCall& call);
  // page_own_account.cc
  Result<http::Response> PresentCode(PageCall& call);
  Result<http::Response> ShowFactor(PageCall& call);
  Result<http::Response> OfferFactor(PageCall& call);
  Result<http::Response> ConfirmFactor(PageCall& call);
  Result<http::Response> RemoveFactor(PageCall& call);
  Result<http::Response> RenewRecoveryCodes(PageCall& call);
  Result<http::Response> ListSessions(PageCall& call);
  Result<http::Response> EndSession(PageCall& call);
  Result<http::Response> EndSessions(PageCall& call);
  Result<http::Response> ShowSignInRules(PageCall& call);
  Result<http::Response> ChangeSignInRules(PageCall& call);
  // page_passkeys.cc
  Result<http::Response> AskPasskey(PageCall& call);
  Result<http::Response> PresentPasskey(PageCall& call);
  Result<http::Response> ListPasskeys(PageCall& call);
  Result<http::Response> OfferPasskey(PageCall& call);
  Result<http::Response> AddPasskey(PageCall& call);
  Result<http::Response> RenamePasskey(PageCall& call);
  Result<http::Response> RemovePasskey(PageCall& call);
  // page_audit.cc
  Result<http::Response> ListAudit(PageCall& call);
  Result<http::Response> ListAuditSeals(PageCall& call);
  // page_county.cc
  Result<http::Response> County(PageCall& call);
  // page_measures.cc
  Result<http::Response> ListMeasures(PageCall& call);
  Result<http::Response> EvaluateMeasures(PageCall& call);
  Result<http::Response> ListCases(PageCall& call);
  Result<http::Response> ShowCase(PageCall& call);
  // page_overview.cc
  Result<http::Response> Overview(PageCall& call);
  Result<std::string> OverviewNumbers(const access::Caller& caller, const Period& period);
  Result<std::string> MakeOverviewNumbers(const access::Caller& caller, const Period& period);
  Result<Period> LatestPeriod();
  // page_leak.cc
  Result<http::Response> Leak(PageCall& call);
  Result<std::string> LeakAnswer(const access::Caller& caller, const Period& period, const std::string& care);
  // page_gaps.cc
  Result<http::Response> ListGaps(PageCall& call);
  Result<http::Response> ShowGap(PageCall& call);
  Result<http::Response> AddAction(PageCall& call);
  Result<http::Response> ChangeAction(PageCall& call);
  Result<http::Response> ListActions(PageCall& call);
  Result<http::Response> ListActionTypes(PageCall& call);
  // page_imports.cc
  Result<http::Response> StartImport(PageCall& call);
  Result<http::Response> ListImports(PageCall& call);
  Result<http::Response> ShowImport(PageCall& call);
  Result<http::Response> CancelImport(PageCall& call);
  Result<http::Response> ImportReportFile(PageCall& call);
  Result<http::Response> ImportReportRows(PageCall& call);

  const Services services_;
  // An answer that stays true until newer data or other packs come: the kept one, or a new one, which is then kept.
  Result<std::string> Kept(const std::string& key, const std::function<Result<std::string>(uint64_t as_of)>& make);

  ImportJobs& imports_;
};

// A member of a JSON body: "" where it is not there; invalid ("bad-body") where it is of another kind.
Result<std::string> TextMember(json::Value body, std::string_view name);
Result<std::optional<std::string>> OptionalTextMember(json::Value body, std::string_view name);
Result<json::Document> ParseBody(const http::Request& request);
// {current, code} or {current, passkey:{…}}: page_passkeys.cc.
Result<auth::Proof> ProofOf(json::Value body);

}  // namespace qianxian::api
