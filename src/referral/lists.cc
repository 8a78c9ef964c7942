// Lists: a box of referrals, those of a patient.
#include <algorithm>

#include "base/text.h"
#include "referral/records.h"
#include "referral/table.h"
#include "search/query.h"

namespace qianxian::referral {
namespace {

std::string Organizations(const access::Caller& caller) {
  std::string all;
  for (const std::string& one : caller.organizations) all += (all.empty() ? "" : ",") + ("Organization/" + one);
  return all;
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

}  // namespace qianxian::referral
