// Who could receive a referral: what it can do first, then how it stands to the sender, then how far it is and how much it has to do.
#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "base/text.h"
#include "json/value.h"
#include "referral/organizations.h"
#include "referral/referral.h"
#include "referral/table.h"
#include "search/query.h"

namespace qianxian::referral {
namespace {

constexpr size_t kCandidates = 40;               // that are looked at closer
constexpr size_t kProviders = 1000;              // of a service

std::set<std::string> CodesIn(json::Value service) {
  std::set<std::string> codes;
  for (const std::string_view member : {"category", "type", "specialty"})
    for (json::Value concept_ : service.Find(member).value_or(json::Value()).Elements())
      for (json::Value coding : concept_.Find("coding").value_or(json::Value()).Elements()) codes.emplace(coding.FindString("code"));
  return codes;
}

// The organisation's own, whichever way a HealthcareService says them.
Result<std::vector<std::string>> ServicesOf(store::Snapshot& snapshot, const search::Parameters& parameters, const std::string& organization) {
  QX_TRY(const search::Query query, search::Query::Parse(parameters, "HealthcareService", {{"organization", "Organization/" + organization}, {"_count", "50"}}, {}));
  QX_TRY(const store::SearchPage page, snapshot.Search(query));
  std::set<std::string> services;
  for (const store::Resource& resource : page.matches)
    if (const Result<json::Document> document = json::Document::Parse(resource.body); document.ok()) services.merge(CodesIn(document->root()));
  return std::vector<std::string>(services.begin(), services.end());
}

// Ids of the organisations that offer it: those far away must not be cut off before anybody has asked what they can do.
Result<std::set<std::string>> ProvidersOf(store::Snapshot& snapshot, const search::Parameters& parameters, std::string_view service) {
  std::set<std::string> providers;
  if (service.empty()) return providers;
  for (const char* parameter : {"service-category", "service-type", "specialty"}) {
    QX_TRY(const search::Query query, search::Query::Parse(parameters, "HealthcareService", {{parameter, std::string(service)}, {"_count", std::to_string(kProviders)}}, {}));
    QX_TRY(const store::SearchPage page, snapshot.Search(query));
    for (const store::Resource& resource : page.matches) {
      const Result<json::Document> document = json::Document::Parse(resource.body);
      const std::string_view by = document.ok() ? document->root().Find("providedBy").value_or(json::Value()).FindString("reference") : std::string_view();
      if (by.starts_with("Organization/")) providers.emplace(by.substr(13));
    }
  }
  return providers;
}

// Where it is: its address, or the first of its places that says it.
Result<std::optional<Position>> PositionOf(store::Snapshot& snapshot, const search::Parameters& parameters, const Institution& one) {
  if (one.position) return one.position;
  QX_TRY(const search::Query query, search::Query::Parse(parameters, "Location", {{"organization", "Organization/" + one.id}, {"_sort", "_id"}, {"_count", "20"}}, {}));
  QX_TRY(const store::SearchPage page, snapshot.Search(query));
  for (const store::Resource& resource : page.matches) {
    const Result<json::Document> document = json::Document::Parse(resource.body);
    const auto position = document.ok() ? document->root().Find("position") : std::nullopt;
    if (const std::optional<Position> found = position ? PositionIn(*position) : std::nullopt) return found;
  }
  return std::optional<Position>();
}

int RankOf(std::string_view distance) {
  static constexpr std::string_view kOrder[] = {"lead", "beside", "county", "city", "province"};
  return static_cast<int>(std::find(std::begin(kOrder), std::end(kOrder), distance) - std::begin(kOrder));
}

// Every open referral weighs as much as some kilometres more; who does not say where it is stands as far as the farthest of its kind.
double CostOf(const Receiver& one, const std::vector<Receiver>& all, int64_t load_kilometres) {
  double farthest = 0;
  for (const Receiver& other : all)
    if (other.distance == one.distance) farthest = std::max(farthest, other.kilometres.value_or(0));
  return one.kilometres.value_or(farthest) + static_cast<double>(one.open * load_kilometres);
}

pack::Text WhyOf(const Receiver& best, bool asked_for_service) {
  static const std::map<std::string_view, pack::Text> kWords = {{"lead", {"有隶属关系；", "leads or is led; "}}, {"beside", {"同一上级；", "led by the same; "}},
      {"county", {"同县；", "in the same county; "}}, {"city", {"同市；", "in the same city; "}}, {"province", {"同省；", "in the same province; "}}};
  pack::Text why = asked_for_service ? pack::Text{"能提供该服务；", "offers the service; "} : pack::Text{};
  if (const auto word = kWords.find(best.distance); word != kWords.end()) why.zh += word->second.zh, why.en += word->second.en;
  if (best.kilometres) {
    const std::string kilometres = std::to_string(std::lround(*best.kilometres));
    why.zh += "约 " + kilometres + " 公里；", why.en += "about " + kilometres + " km; ";
  }
  const std::string open = std::to_string(best.open);
  why.zh += "待办 " + open + " 件", why.en += open + " open";
  return why;
}

struct Candidate { const Institution* one; std::string_view distance; int steps; bool offers; };

std::vector<Candidate> CandidatesFor(const Institutions& institutions, const Institution& sender, std::string_view direction, const std::set<std::string>& providers) {
  const int rank = pack::LevelRank(sender.level);
  std::vector<Candidate> candidates;
  for (const auto& [code, one] : institutions.all()) {
    const int other = pack::LevelRank(one.level);
    if (&one == &sender || other < 0 || (direction == "up" ? other <= rank : direction == "down" ? other >= rank : other != rank)) continue;
    candidates.push_back({&one, institutions.RelationOf(sender, one), std::abs(other - rank), providers.count(one.id) > 0});
  }
  std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tuple(!a.offers, RankOf(a.distance), a.steps) < std::tuple(!b.offers, RankOf(b.distance), b.steps);
  });
  if (candidates.size() > kCandidates) candidates.resize(kCandidates);
  return candidates;
}

}  // namespace

Result<std::vector<Receiver>> Referrals::Receivers(const access::Caller& caller, std::string_view direction, std::string_view service,
                                                   std::string_view from) {
  QX_DO(access::Decide(caller, access::Verb::kRead, "Organization", from));
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(access::SystemCaller("referral")));
  QX_TRY(const Institutions institutions, Institutions::Read(*snapshot));
  const Institution* sender = institutions.Find(from);
  if (!sender) return Invalid("bad-sender", "The account belongs to no institution that could send; ask an administrator.", "账号未关联可转出的机构，请联系管理员。");
  QX_TRY(const std::set<std::string> providers, ProvidersOf(*snapshot, parameters_, service));
  QX_TRY(const std::optional<Position> here, PositionOf(*snapshot, parameters_, *sender));
  std::vector<Receiver> receivers;
  for (const Candidate& candidate : CandidatesFor(institutions, *sender, direction, providers)) {
    Receiver one;
    one.organization = candidate.one->code, one.name = candidate.one->name, one.level = candidate.one->level, one.distance = candidate.distance;
    QX_TRY(one.services, ServicesOf(*snapshot, parameters_, candidate.one->id));
    if (here) {
      QX_TRY(const std::optional<Position> there, PositionOf(*snapshot, parameters_, *candidate.one));
      if (there) one.kilometres = KilometresBetween(*here, *there);
    }
    QX_TRY(const search::Query query, search::Query::Parse(parameters_, "Task", {{"owner", "Organization/" + one.organization}, {"code", std::string(kBase) + "task|referral"},
                                                            {"status", OpenStatuses(false)}, {"_summary", "count"}}, {}));
    QX_TRY(const store::SearchPage page, snapshot->Search(query));
    one.open = static_cast<int64_t>(page.total.value_or(0));
    receivers.push_back(std::move(one));
  }
  const auto offers = [&](const Receiver& r) { return service.empty() || std::find(r.services.begin(), r.services.end(), service) != r.services.end(); };
  const int64_t load_kilometres = rules_.settings ? rules_.settings->load_kilometres : 0;
  std::vector<std::tuple<bool, int, double, size_t>> keys;
  for (size_t i = 0; i < receivers.size(); ++i) keys.emplace_back(!offers(receivers[i]), RankOf(receivers[i].distance), CostOf(receivers[i], receivers, load_kilometres), i);
  std::sort(keys.begin(), keys.end());           // by their places where all else is equal
  std::vector<Receiver> sorted;
  for (const auto& key : keys) sorted.push_back(std::move(receivers[std::get<3>(key)]));
  if (!sorted.empty() && offers(sorted.front())) {
    sorted.front().suggested = true;
    sorted.front().why = WhyOf(sorted.front(), !service.empty());
  }
  return sorted;
}

}  // namespace qianxian::referral
