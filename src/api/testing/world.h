// A whole server in the test's own process: a data folder of its own, the real store, auth and HTTP server, a clock that the
// test moves, and numbers that the test sets. For tests of api/ only; one thread drives it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/api.h"
#include "api/operations.h"
#include "api/services.h"
#include "api/vocabulary.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/temporary_folder.h"
#include "flow/flow.h"
#include "http/server.h"
#include "intake/import.h"
#include "json/value.h"
#include "subscribe/service.h"

namespace qianxian::api::testing {

// Numbers without a warehouse: answers that the test puts here.
class SetWarehouse final : public warehouse::Warehouse {
 public:
  explicit SetWarehouse(store::Store& store) : store_(store) {}
  Result<uint64_t> CatchUp(const Cancel&, std::function<void(uint64_t, uint64_t)>) override;
  uint64_t as_of() const override { return as_of_; }
  std::string county() const override { return "330123"; }
  Result<columns::Rows> Query(const std::string& sql, const std::vector<columns::Parameter>& parameters, const Cancel*) override;
  std::string CachedAnswer(std::string_view key, uint64_t as_of) override;
  void KeepAnswer(std::string_view key, uint64_t as_of, std::string_view answer) override;
  Status Rebuild(const Cancel&, std::function<void(uint64_t, uint64_t)>) override { return Ok(); }

  std::function<Result<columns::Rows>(const std::string& sql)> answer;
  int queries = 0;

 private:
  store::Store& store_;
  uint64_t as_of_ = 0;
  std::map<std::string, std::string, std::less<>> kept_;
};

class SetMeasures final : public measure::Measures {
 public:
  explicit SetMeasures(const pack::Pack& pack) : pack_(pack) {}
  const pack::Pack& pack() const override { return pack_; }
  Result<measure::Sheet> Evaluate(const access::Caller& caller, const measure::SheetRequest& request, const Cancel*) override;
  Result<measure::Cases> ListCases(const access::Caller& caller, const measure::CasesRequest& request, const Cancel*) override;
  Result<std::string> ExplanationOfBenefit(const access::Caller& caller, std::string_view setl_id) override;
  Result<std::string> ExplanationsOfPerson(const access::Caller& caller, std::string_view psn_no, size_t count) override;
  Result<std::optional<Period>> DataPeriod() override { return std::optional<Period>(*Period::Parse("2023-01..2025-12")); }

  std::vector<measure::SheetRequest> asked;
  measure::CasesRequest asked_cases;

 private:
  const pack::Pack& pack_;
};

class SetGaps final : public gap::Gaps {
 public:
  Result<uint64_t> Sweep() override { return uint64_t{0}; }
  Result<std::vector<gap::Gap>> List(const access::Caller&, bool closed_too) override;
  Result<gap::Gap> Get(const access::Caller&, std::string_view id) override;
  Result<gap::Gap> AddAction(const access::Caller&, std::string_view gap_id, const gap::ActionRequest& request) override;
  Result<gap::Gap> ChangeAction(const access::Caller&, std::string_view action_id, const gap::ActionChange& change) override;
  Result<std::vector<gap::Action>> ListActions(const access::Caller&, bool ended_too) override;
  gap::Gap one;
  gap::ActionRequest added;
  gap::ActionChange changed;
};

struct Answer {
  int status = 0;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string Header(std::string_view name) const;
  // A member by path: "entry.0.resource.id"; "" if it is not there; numbers and booleans as their text.
  std::string At(std::string_view path) const;
  size_t Count(std::string_view path) const;   // elements of the array there
};

using Headers = std::vector<std::pair<std::string, std::string>>;

inline const Headers kAsync = {{"Prefer", "respond-async"}};

class World {
 public:
  // With the second factors that a real folder asks of some roles, or without, as in a demonstration.
  explicit World(bool second_factors_asked = false);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void Restart();                              // a new server and new sessions in memory over the same folder
  Answer Send(const std::string& method, const std::string& target, const std::string& body = {}, Headers headers = {});
  // With the token of `user` (an account that AddUser made, or admin).
  Answer As(const std::string& user, const std::string& method, const std::string& target, const std::string& body = {},
            Headers headers = {});
  // An administrator asks for a job until it is done; the worker needs the processor for that, no time.
  Answer Await(const std::string& status_url);
  void AddUser(const std::string& user, const std::string& role, const std::vector<std::string>& organizations = {},
               const std::string& password = {});
  static std::string NameOf(const std::string& user) { return "医师" + user; }
  // Writes a resource owned by an organisation, past the API.
  void Put(const std::string& type, const std::string& id, const std::string& body, const std::string& owner = {});
  void PutOrganization(const std::string& code, const std::string& part_of = {});
  std::string TokenOf(const std::string& user);

  const std::string& directory() const { return directory_; }
  uint16_t port() const { return server_->port(); }
  FakeClock clock;
  SystemRandom random;
  store::Store& store() { return *store_; }
  auth::Auth& auth() { return *auth_; }
  intake::Tools intake_tools() { return {store_.get(), ledger_.get(), &clock, &random, directory_}; }
  Api& api() { return *api_; }
  flow::Flow& flow() { return *flow_; }
  subscribe::Subscriptions& subscriptions() { return *subscriptions_; }   // nothing works on them but the test
  SetWarehouse& warehouse() { return *warehouse_; }
  SetMeasures& measures() { return *measures_; }
  SetGaps gaps;
  pack::Pack pack;
  pack::ReferralRules referral_rules;       // none: no referrals on the page
  struct Operations operations;              // as they are when the server is started
  RateLimits rate_limits;                    // the same
  std::string public_address;                // the same
  std::string admin_password;

 private:
  void Open();
  void Close();
  const bool second_factors_asked_;
  TemporaryFolder place_;
  const std::string& directory_ = place_.path();
  std::unique_ptr<const search::Parameters> parameters_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Vocabulary> vocabulary_;
  std::unique_ptr<store::Ledger> ledger_;
  std::unique_ptr<auth::Auth> auth_;
  std::unique_ptr<SetWarehouse> warehouse_;
  std::unique_ptr<SetMeasures> measures_;
  std::vector<pack::Pack> packs_;
  std::unique_ptr<flow::Flow> flow_;         // of the pathways in `pack` when the server was started
  std::unique_ptr<subscribe::Subscriptions> subscriptions_;
  std::unique_ptr<Api> api_;
  std::unique_ptr<http::Server> server_;
  std::map<std::string, std::string> tokens_;
};

}  // namespace qianxian::api::testing
