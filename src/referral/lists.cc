// Lists: a box of referrals, and who could receive one.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "json/value.h"
#include "referral/organizations.h"
#include "referral/records.h"
#include "referral/table.h"
#include "search/query.h"

namespace qianxian::referral {
namespace {

constexpr size_t kCandidates = 40;               // of receivers that are looked at closer

std::string Organizations(const access::Caller& caller) {
  std::string all;
  for (const std::string& one : caller.organizations) all += (all.empty() ? "" : ",") + ("Organization/" + one);
  return all;
}

// FHIR's statuses of the states that are not final. A draft waits for its sender, and is no work for anybody else.
std::string OpenStatuses(bool drafts) {
  std::set<std::string> open;
  for (const Transition& one : Transitions())
    if (!IsFinal(one.from) && (drafts || one.from != "draft")) open.emplace(TaskStatus(one.from));
  return Join({open.begin(), open.end()}, ",");
}

std::vector<std::string> ServicesOf(store::Snapshot& snapshot, const search::Parameters& parameters, const std::string& organization) {
  std::vector<std::string> services;
  const Result<search::Query> query = search::Query::Parse(parameters, "HealthcareService", {{"organization", "Organization/" + organization}, {"_count", "50"}}, {});
  if (!query.ok()) return services;
  const Result<store::SearchPage> page = snapshot.Search(*query);
  if (!page.ok()) return services;
  for (const store::Resource& resource : page->matches) {
    const Result<json::Document> document = json::Document::Parse(resource.body);
    if (!document.ok()) continue;
    for (const std::string_view member : {"category", "type", "specialty"})
      for (json::Value concept_ : document->root().Find(member).value_or(json::Value()).Elements())
        for (json::Value coding : concept_.Find("coding").value_or(json::Value()).Elements()) services.emplace_back(coding.FindString("code"));
  }
  std::sort(services.begin(), services.end());
  services.erase(std::unique(services.begin(), services.end()), services.end());
  return services;
}

}  // namespace

Result<Page> Referrals::List(const access::Caller& caller, std::string_view box, std::string_view state, size_t offset, size_t count) {
  QX_DO(access::Decide(caller, access::Verb::kRead, "*", caller.organizations.empty() ? "" : caller.organizations.front()));
  search::NamedValues asked = {{"code", std::string(kBase) + "task|referral"}, {"_count", "1000"}};
  const std::string own = Organizations(caller);
  if (!caller.whole_county) {
    if (own.empty()) return Page{};
    asked.emplace_back(box == "sent" ? "requester" : "owner", own);
  }
  if (box == "review") asked.emplace_back("business-status", std::string(kBase) + "referral-state|under-review");
  else if (!state.empty() && state != "all") asked.emplace_back("business-status", std::string(kBase) + "referral-state|" + std::string(state));
  else if (state.empty()) asked.emplace_back("status", OpenStatuses(true));
  QX_TRY(search::Query query, search::Query::Parse(parameters_, "Task", asked, {}));
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(access::SystemCaller("referral")));
  Page page;
  std::vector<Referral> all;
  do {
    QX_TRY(const store::SearchPage found, snapshot->Search(query));
    for (const store::Resource& task : found.matches) {
      QX_TRY(Referral r, ReferralFrom(task));
      if (box == "received" && (r.state == "under-review" || r.state == "draft" || (r.owner == r.from.organization && r.direction == "up"))) continue;
      all.push_back(std::move(r));
    }
    query.place = found.next;
  } while (!query.place.empty());
  const auto order = [&](const Referral& r) {
    const pack::Urgency* urgency = rules_.FindUrgency(r.urgency);
    return std::pair(IsFinal(r.state) ? 1 : 0, urgency ? urgency->order : 99);
  };
  std::stable_sort(all.begin(), all.end(), [&](const Referral& a, const Referral& b) {
    const auto x = order(a), y = order(b);
    return x != y ? x < y : a.sent_at < b.sent_at;
  });
  page.total = all.size();
  for (size_t i = offset; i < all.size() && page.referrals.size() < count; ++i) {
    Finish(caller, all[i]);
    page.referrals.push_back(std::move(all[i]));
  }
  return page;
}

Result<Page> Referrals::OfPatient(const access::Caller& caller, const std::string& patient, size_t count) {
  QX_TRY(const search::Query query, search::Query::Parse(parameters_, "Task", {{"code", std::string(kBase) + "task|referral"}, {"patient", "Patient/" + patient},
                                                          {"_count", "1000"}}, {}));
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(access::SystemCaller("referral")));
  QX_TRY(const store::SearchPage found, snapshot->Search(query));
  Page page;
  for (const store::Resource& task : found.matches) {
    QX_TRY(Referral r, ReferralFrom(task));
    if (MaySee(caller, r)) page.referrals.push_back(std::move(r));
  }
  std::stable_sort(page.referrals.begin(), page.referrals.end(), [](const Referral& a, const Referral& b) {
    return std::pair(!IsFinal(a.state), a.sent_at) > std::pair(!IsFinal(b.state), b.sent_at);
  });
  page.total = page.referrals.size();
  if (page.referrals.size() > count) page.referrals.resize(count);
  for (Referral& r : page.referrals) Finish(caller, r);
  return page;
}

Result<std::vector<Receiver>> Referrals::Receivers(const access::Caller& caller, std::string_view direction, std::string_view service,
                                                   std::string_view from) {
  QX_DO(access::Decide(caller, access::Verb::kRead, "Organization", from));
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(access::SystemCaller("referral")));
  QX_TRY(const Institutions institutions, Institutions::Read(*snapshot));
  const Institution* sender = institutions.Find(from);
  if (!sender) return Invalid("bad-sender", "The account belongs to no institution that could send; ask an administrator.", "账号未关联可转出的机构，请联系管理员。");
  const int rank = pack::LevelRank(sender->level);
  const std::vector<const Institution*> above = institutions.Above(from);
  struct Candidate { const Institution* one; int near, steps; };
  std::vector<Candidate> candidates;
  for (const auto& [code, one] : institutions.all()) {
    const int other = pack::LevelRank(one.level);
    if (&one == sender || other < 0 || (direction == "up" ? other <= rank : direction == "down" ? other >= rank : other != rank)) continue;
    const bool leads = std::find(above.begin(), above.end(), &one) != above.end();
    const bool led = one.parent == sender->code;
    const bool beside = !one.parent.empty() && one.parent == sender->parent;
    candidates.push_back({&one, leads || led ? 0 : beside ? 1 : 2, std::abs(other - rank)});
  }
  std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::pair(a.near, a.steps) < std::pair(b.near, b.steps);
  });
  if (candidates.size() > kCandidates) candidates.resize(kCandidates);
  std::vector<Receiver> receivers;
  for (const Candidate& candidate : candidates) {
    Receiver one;
    one.organization = candidate.one->code, one.name = candidate.one->name, one.level = candidate.one->level;
    one.distance = candidate.near == 0 ? "lead" : candidate.near == 1 ? "beside" : candidate.one->level;
    one.services = ServicesOf(*snapshot, parameters_, candidate.one->id);
    QX_TRY(const search::Query query, search::Query::Parse(parameters_, "Task", {{"owner", "Organization/" + one.organization}, {"code", std::string(kBase) + "task|referral"},
                                                            {"status", OpenStatuses(false)}, {"_summary", "count"}}, {}));
    QX_TRY(const store::SearchPage page, snapshot->Search(query));
    one.open = static_cast<int64_t>(page.total.value_or(0));
    receivers.push_back(std::move(one));
  }
  const auto offers = [&](const Receiver& r) { return service.empty() || std::find(r.services.begin(), r.services.end(), service) != r.services.end(); };
  // What it can do first; then who leads it; then who has the least to do.
  std::stable_sort(receivers.begin(), receivers.end(), [&](const Receiver& a, const Receiver& b) {
    const auto key = [&](const Receiver& r) { return std::tuple(!offers(r), r.distance != "lead", r.open); };
    return key(a) < key(b);
  });
  if (!receivers.empty() && offers(receivers.front())) {
    Receiver& best = receivers.front();
    best.suggested = true;
    const std::string open = std::to_string(best.open);
    best.why = {(service.empty() ? "" : std::string("能提供该服务；")) + (best.distance == "lead" ? "有隶属关系；" : "") + "待办 " + open + " 件",
                (service.empty() ? "" : std::string("offers the service; ")) + (best.distance == "lead" ? "leads or is led; " : "") + open + " open"};
  }
  return receivers;
}

}  // namespace qianxian::referral
