// What happens to a referral by itself, in time: nobody answers and those above are told, then it expires; the patient should have come; the
// township should have taken over. A Task names the instant (extension wake) at which it wants to be looked at.
#include <algorithm>

#include "referral/organizations.h"
#include "referral/records.h"
#include "referral/table.h"
#include "search/query.h"

namespace qianxian::referral {
namespace {

constexpr int64_t kMinute = 60'000'000, kHour = 60 * kMinute;
constexpr int64_t kMargin = 10 * kMinute;        // clocks of several processes, commits under way

}  // namespace

void Referrals::SetTimer(Referral& r, Instant now) const {
  r.wake.clear();
  const pack::ReferralSettings& settings = *rules_.settings;
  const pack::Urgency* urgency = rules_.FindUrgency(r.urgency);
  int64_t at = 0;
  if ((r.state == "sent" || r.state == "under-review") && urgency) {
    const auto step = static_cast<size_t>(r.escalated);
    const int64_t minutes = step < urgency->escalate_minutes.size() ? std::min(urgency->escalate_minutes[step], urgency->expire_minutes) : urgency->expire_minutes;
    at = InstantOf(r.sent_at).microseconds + minutes * kMinute;
  } else if (r.state == "accepted" && r.slot && r.escalated == 0) {
    at = InstantOf(r.slot->start).microseconds + settings.no_show_hours * kHour;
  } else if (r.state == "sent-down" && r.escalated == 0) {
    at = now.microseconds + settings.take_over_hours * kHour;
  }
  // What was due before it was written is due at once, and after what the sweep has seen.
  if (at != 0) r.wake = FormatInstant({std::max(at, now.microseconds + 1000)});
}

Result<bool> Referrals::Wake(const std::string& id, Instant now) {
  Result<Referral> loaded = Load(id);
  if (!loaded.ok()) return std::move(loaded).error();
  Referral& r = *loaded;
  if (r.wake.empty() || InstantOf(r.wake) > now) return false;
  const access::Caller program = access::SystemCaller("referral");
  const pack::Urgency* urgency = rules_.FindUrgency(r.urgency);
  const bool waits = r.state == "sent" || r.state == "under-review";
  std::string verb = waits ? "escalate" : r.state == "accepted" ? "remind-arrival" : "remind-take-over";
  if (waits) {
    const int64_t minutes = (now.microseconds - InstantOf(r.sent_at).microseconds) / kMinute;
    if (!urgency || minutes >= urgency->expire_minutes) {
      verb = "expire";
      r.state = FindTransition(r.state, "expire")->to;
    } else {
      r.escalated = std::upper_bound(urgency->escalate_minutes.begin(), urgency->escalate_minutes.end(), minutes) - urgency->escalate_minutes.begin();
    }
  } else {
    r.escalated = 1;
  }
  r.history.push_back({FormatInstant(now), "system", verb, r.state, "", "", ""});
  std::string above;
  if (verb == "escalate") {
    QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(program));
    QX_TRY(const Institutions institutions, Institutions::Read(*snapshot));
    if (const auto chain = institutions.Above(r.owner); !chain.empty()) above = chain.front()->code;
  }
  Result<Referral> written = Write(program, r, false, above);
  if (written.ok()) return true;
  if (written.error().code == "version-conflict") return false;       // somebody did something meanwhile; it has a timer of its own
  return std::move(written).error();
}

Result<size_t> Referrals::Sweep(Instant& since, size_t maximum) {
  if (!rules_.settings) return size_t{0};
  const Result<size_t> followed = Follow();       // what time does is done also where this fails
  const Instant now = clock_.Now();
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(access::SystemCaller("referral")));
  QX_TRY(search::Query query, search::Query::Parse(parameters_, "Task",
                                                   {{"wake", "gt" + FormatInstant({std::max<int64_t>(0, since.microseconds - kMargin)})},
                                                    {"wake", "le" + FormatInstant(now)}, {"code", std::string(kBase) + "task|referral"},
                                                    {"_sort", "wake"}, {"_count", std::to_string(maximum)}}, {}));
  QX_TRY(const store::SearchPage page, snapshot->Search(query));
  size_t done = 0;
  for (const store::Resource& task : page.matches) {
    QX_TRY(const bool one, Wake(task.id, now));
    if (one) ++done;
  }
  if (page.matches.size() < maximum) since = now;
  QX_TRY(const size_t drafts, followed);
  return done + drafts;
}

}  // namespace qianxian::referral
