#include "api/testing/world.h"

#include <unistd.h>

#include <chrono>

#include "api/settings.h"
#include "auth/account_records.h"
#include "auth/first_use.h"
#include "base/files.h"
#include "base/text.h"
#include "json/writer.h"

namespace qianxian::api::testing {
namespace {

std::optional<json::Value> Walk(json::Value value, std::string_view path) {
  if (path.empty()) return value;
  for (std::string_view part : Split(path, '.')) {
    int64_t index = 0;
    if (value.IsArray() && ParseInteger(part, index)) {
      if (index < 0 || static_cast<size_t>(index) >= value.size()) return std::nullopt;
      value = value.At(static_cast<size_t>(index));
      continue;
    }
    std::optional<json::Value> next = value.Find(part);
    if (!next) return std::nullopt;
    value = *next;
  }
  return value;
}

}  // namespace

Result<uint64_t> SetWarehouse::CatchUp(const Cancel&, std::function<void(uint64_t, uint64_t)>) { return as_of_ = store_.LastT(); }

Result<columns::Rows> SetWarehouse::Query(const std::string& sql, const std::vector<columns::Parameter>&, const Cancel*) {
  ++queries;
  return answer ? answer(sql) : columns::Rows{};
}

std::string SetWarehouse::CachedAnswer(std::string_view key, uint64_t as_of) {
  auto found = kept_.find(std::string(key) + "@" + std::to_string(as_of));
  return found == kept_.end() ? "" : found->second;
}

void SetWarehouse::KeepAnswer(std::string_view key, uint64_t as_of, std::string_view answer) {
  kept_[std::string(key) + "@" + std::to_string(as_of)] = answer;
}

Result<measure::Sheet> SetMeasures::Evaluate(const access::Caller& caller, const measure::SheetRequest& request, const Cancel*) {
  asked.push_back(request);
  if (!caller.whole_county) {
    return MakeError(ErrorCategory::kForbidden, "not-yours", "numbers of the county", "县级指标");
  }
  measure::Sheet sheet;
  sheet.as_of = 7;
  for (const std::string& id : request.measures) {
    if (id == "none") return NotFound("no-such-measure", "no measure none", "没有指标 none");
    measure::SheetRow row;
    row.measure = id;
    row.subject = "330123";
    row.period = request.period.text;
    row.numerator = Decimal::FromUnits(80, 0);
    row.denominator = Decimal::FromUnits(100, 0);
    row.value = "0.800000";
    row.edition = "1";
    row.as_of = 7;
    if (!request.by.empty()) row.stratum = "2025-01";
    sheet.rows.push_back(row);
  }
  return sheet;
}

Result<measure::Cases> SetMeasures::ListCases(const access::Caller&, const measure::CasesRequest& request, const Cancel*) {
  asked_cases = request;
  measure::Cases cases;
  cases.total = 1;
  measure::Case one;
  one.key = "S1";
  one.type = "settlement";
  one.judgement = "met";
  cases.cases.push_back(one);
  return cases;
}

Result<std::string> SetMeasures::ExplanationOfBenefit(const access::Caller& caller, std::string_view setl_id) {
  if (!caller.whole_county || setl_id != "S1") return NotFound("no-such-resource", "no settlement", "没有该结算");
  return std::string(R"({"resourceType":"ExplanationOfBenefit","id":"setl-S1","status":"active"})");
}

Result<std::string> SetMeasures::ExplanationsOfPerson(const access::Caller& caller, std::string_view psn_no, size_t count) {
  std::string total = caller.whole_county && psn_no == "P1" && count > 0 ? "1" : "0";
  return R"({"resourceType":"Bundle","type":"searchset","total":)" + total + "}";
}

Result<std::vector<gap::Gap>> SetGaps::List(const access::Caller&, bool) { return std::vector<gap::Gap>{one}; }
Result<gap::Gap> SetGaps::Get(const access::Caller&, std::string_view id) {
  if (id != one.id) return NotFound("no-such-gap", "no gap", "没有该差距");
  return one;
}
Result<gap::Gap> SetGaps::AddAction(const access::Caller&, std::string_view, const gap::ActionRequest& request) {
  added = request;
  return one;
}
Result<gap::Gap> SetGaps::ChangeAction(const access::Caller&, std::string_view, const gap::ActionChange& change) {
  changed = change;
  if (change.if_version != 3) return MakeError(ErrorCategory::kConflict, "changed-meanwhile", "changed meanwhile", "已被修改");
  return one;
}
Result<std::vector<gap::Action>> SetGaps::ListActions(const access::Caller&, bool) { return one.actions; }

std::string Answer::Header(std::string_view name) const {
  for (const auto& [header, value] : headers) {
    if (ToLowerAscii(header) == name) return value;
  }
  return {};
}

std::string Answer::At(std::string_view path) const {
  Result<json::Document> document = json::Document::Parse(body);
  if (!document.ok()) return {};
  std::optional<json::Value> value = Walk(document->root(), path);
  if (!value) return {};
  return value->IsString() ? std::string(value->AsString()) : std::string(value->Raw());
}

size_t Answer::Count(std::string_view path) const {
  Result<json::Document> document = json::Document::Parse(body);
  if (!document.ok()) return 0;
  std::optional<json::Value> value = Walk(document->root(), path);
  return value ? value->size() : 0;
}

World::World(bool second_factors_asked) : second_factors_asked_(second_factors_asked) {
  pack.id = "test";
  pack.hash = "h1";
  pack::Measure measure;
  measure.id = "inpatient-in-county-share";
  measure.name = {"县域内住院人次占比", "Share of admissions inside the county"};
  measure.subject = "county";
  measure.cases_sql = "SELECT 1";
  pack.measures = {measure};
  pack.disease_groups = {{"lung-cancer", {"肺癌", "Lung cancer"}, {{"C33", "C34"}}}};
  packs_ = {pack};
  Result<std::unique_ptr<const search::Parameters>> parameters = search::Parameters::Create(fhir::Definitions::R4());
  parameters_ = std::move(*parameters);
  Open();
}

World::~World() { Close(); }

void World::Open() {
  store::OpenOptions open{directory_, parameters_.get(), &clock, &random};
  auto store = store::OpenSqliteStore(open);
  QX_CHECK(store.ok(), Describe(store.ok() ? Error{} : store.error()));
  store_ = std::move(*store);
  auto ledger = store::OpenLedger(directory_, *store_, clock, random);
  QX_CHECK(ledger.ok(), "ledger");
  ledger_ = std::move(*ledger);
  auth::Tools tools{store_.get(), &clock, &random, directory_, {}};
  if (second_factors_asked_) tools.needs_factor = [this](access::Role role) { return NeedsSecondFactor(*store_, role); };
  auth_ = auth::Auth::Make(tools);
  auto first = auth::EnsureAdministrator(tools);
  QX_CHECK(first.ok(), "administrator");
  if (*first) admin_password = **first;
  warehouse_ = std::make_unique<SetWarehouse>(*store_);
  measures_ = std::make_unique<SetMeasures>(pack);
  vocabulary_ = std::make_unique<Vocabulary>(*store_, *parameters_);
  subscribe::Options subscribing;
  subscribing.store = store_.get();
  subscribing.parameters = parameters_.get();
  subscribing.definitions = &fhir::Definitions::R4();
  subscribing.clock = &clock;
  subscribing.random = &random;
  subscribing.caller_of = [this](const std::string& user) { return auth::CallerOf(*store_, user); };
  auto subscriptions = subscribe::Subscriptions::Open(subscribing);
  QX_CHECK(subscriptions.ok(), "subscriptions");
  subscriptions_ = std::move(*subscriptions);
  Services services;
  services.subscriptions = subscriptions_.get();
  services.terminology = &vocabulary_->terminology;
  services.validator = &vocabulary_->validator;
  services.store = store_.get();
  services.ledger = ledger_.get();
  services.warehouse = warehouse_.get();
  services.measures = measures_.get();
  services.gaps = &gaps;
  services.auth = auth_.get();
  services.definitions = &fhir::Definitions::R4();
  services.parameters = parameters_.get();
  services.pack = &pack;
  services.packs = &packs_;
  services.clock = &clock;
  services.random = &random;
  services.directory = directory_;
  services.web_directory = directory_ + "/web";
  services.version = "test";
  services.referral_rules = &referral_rules;
  services.operations = &operations;
  services.rate_limits = rate_limits;
  services.public_address = public_address;
  flow_ = flow::MakeFlow({store_.get(), parameters_.get(), services.definitions, &pack, &clock});
  api_ = Api::Make(services, flow_.get());
  http::ServerOptions options;
  options.port = 0;
  options.upload = [this](std::string_view method, std::string_view path) { return api_->UploadDirectory(method, path); };
  options.admit_upload = [this](const http::Request& request) { return api_->AdmitUpload(request); };
  options.inline_handler = [this](std::string_view method, std::string_view path) { return api_->IsQuick(method, path); };
  options.refuse = [this](int status, std::string_view path) { return api_->Refuse(status, path); };
  auto server = http::Server::Start(options, [this](http::Request& request) { return api_->Handle(request); });
  QX_CHECK(server.ok(), "server");
  server_ = std::move(*server);
}

void World::Close() {
  server_->Stop();
  server_.reset();
  api_.reset();
  subscriptions_.reset();
  auth_.reset();
  measures_.reset();
  warehouse_.reset();
  ledger_.reset();
  vocabulary_.reset();
  store_.reset();
}

void World::Restart() {
  Close();
  Open();
}

Answer World::Send(const std::string& method, const std::string& target, const std::string& body, Headers headers) {
  http::ClientRequest request;
  request.port = server_->port();
  request.method = method;
  request.target = target;
  request.headers = std::move(headers);
  request.body = body;
  bool typed = false;
  for (const auto& [name, value] : request.headers) typed = typed || ToLowerAscii(name) == "content-type";
  if (!body.empty() && !typed) request.headers.emplace_back("Content-Type", "application/json");
  Result<http::Response> response = http::Send(request);
  if (!response.ok()) return {0, Describe(response.error()), {}};
  return {response->status, std::move(response->body), std::move(response->headers)};
}

std::string World::TokenOf(const std::string& user) {
  std::string& token = tokens_[user];
  if (token.empty()) {
    Result<auth::SignedIn> made = auth_->MintToken(user, 24 * 30, "test");
    QX_CHECK(made.ok(), "a token for " + user);
    token = made->secret;
  }
  return token;
}

Answer World::As(const std::string& user, const std::string& method, const std::string& target, const std::string& body,
                 Headers headers) {
  headers.emplace_back("Authorization", "Bearer " + TokenOf(user));
  return Send(method, target, body, std::move(headers));
}

Answer World::Await(const std::string& status_url) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  Answer answer;
  do {
    answer = As("admin", "GET", status_url.substr(status_url.find("/fhir/")));
  } while (answer.status == 202 && std::chrono::steady_clock::now() < deadline);
  return answer;
}

void World::AddUser(const std::string& user, const std::string& role, const std::vector<std::string>& organizations,
                    const std::string& password) {
  access::Caller caller;
  caller.user = "test";
  caller.role = access::Role::kAdministrator;
  caller.whole_county = true;
  auto made = auth_->AddAccount(caller, {user, NameOf(user), role, "", organizations, password});
  QX_CHECK(made.ok(), made.ok() ? "" : Describe(made.error()));
}

void World::Put(const std::string& type, const std::string& id, const std::string& body, const std::string& owner) {
  store::Change change;
  change.type = type;
  change.id = id;
  change.body = body;
  change.owner = owner;
  store::CommitRequest request;
  request.changes.push_back(std::move(change));
  request.reason = "test";
  auto done = store_->Commit(access::SystemCaller("test"), std::move(request));
  QX_CHECK(done.ok(), done.ok() ? "" : Describe(done.error()));
}

void World::PutOrganization(const std::string& code, const std::string& part_of) {
  json::Writer writer;
  writer.BeginObject().Member("resourceType", "Organization").Member("id", code).Member("name", "机构" + code);
  writer.Name("identifier").BeginArray().BeginObject().Member("system", "https://fhir.qianxian.cn/organization-code");
  writer.Member("value", code).EndObject().EndArray();
  if (!part_of.empty()) writer.Name("partOf").BeginObject().Member("reference", "Organization/" + part_of).EndObject();
  writer.EndObject();
  Put("Organization", code, writer.Take(), code);
}

}  // namespace qianxian::api::testing
