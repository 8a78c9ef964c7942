// Referrals: a patient is asked of another institution, up, down or beside, and nobody is lost on the way. What there is
// stands in the record alone: a Task and a ServiceRequest `referral-…`, an Appointment for the slot, a Communication for each
// notice, a Consent for who may read the patient meanwhile (store/relation.h). What a step of a pathway proposes becomes a draft
// of whoever did the step (proposals.h). Every step is one commit, guarded by the Task's
// version: two who act at once cannot both win, and who sends the same step again gets what it did the first time.
// The states, who may do what and what a step needs are a table (table.h). Times and reasons come from packs
// (pack/referral_rules.h). Nothing is kept in memory: an object of this class costs nothing and may be made for one call.
// Threads: any. Failures: the store's; invalid ("no-such-reason", "no-consent", …), forbidden ("not-your-step"),
// conflict ("version-conflict", "wrong-state"), not_found ("no-such-referral").
// Source: IHE 360X (states of a closed-loop referral), https://hl7.org/fhir/R4/task.html
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/caller.h"
#include "base/clock.h"
#include "pack/referral_rules.h"
#include "referral/parts.h"
#include "search/parameters.h"
#include "store/store.h"

namespace qianxian::referral {

class Institutions;                        // organizations.h
struct Institution;
struct Proposal;                           // proposals.h

struct Place {
  std::string organization, name, department;
  std::string practitioner;                // the name of who acts there, as people read it
};

struct Slot { std::string start, department, bed; };
struct Plan { std::string pathway, text, next_date; };

struct Entry {                             // one step that was done
  std::string at, who, verb, state, note, reason;
  std::string name;                        // of `who`, as people read it
};

struct ReferralResult { std::string at, text; std::vector<std::string> documents; };

struct Referral {
  std::string id;
  uint64_t version = 0;
  std::string patient, patient_name;
  std::string direction;                   // up, down, lateral
  std::string urgency, type, criterion, reason, summary, state;
  Place from, to;
  std::string owner;                       // who has to do the next thing
  std::vector<std::string> reviewers;      // organisations, in order
  int64_t reviewed = 0;                    // so many of them have approved
  std::vector<std::string> attachments;
  std::string sent_at, answer_by, answered_at, wake;
  int64_t escalated = 0;                   // so many steps of escalation were told, while it waits for an answer
  int64_t reminded = 0;                    // so often whoever has to act was reminded, in another state
  std::optional<Slot> slot;
  std::optional<Plan> plan;
  std::vector<ReferralResult> results;
  std::vector<Entry> history;
  std::string client;                      // whose key made it
  std::string proposed_by;                 // the step (Task) that proposed it; "": a person made it
  std::vector<std::string> left_out;       // not kept: who had it until this step and has it no more
  std::vector<std::string> told_too;       // not kept: who is told of this step beside those that it concerns
  std::string acted_for;                   // not kept: the institution whose step this is; "" = the program's
  std::string acted_by;                    // not kept: the account that did it, where it may be told of it elsewhere (AccountOf); "" = else
  std::string act_by;                      // not kept: until when whoever has to act has to; "" = nobody has to
  bool overdue = false;                    // not kept: that has passed
  std::vector<std::string> may;            // not kept: what the caller may do now
};

struct NewReferral {
  std::string client_key, patient, direction, urgency, type, criterion, reason, summary, receiver, department, from;
  std::vector<std::string> attachments;
  std::optional<Plan> plan;                // of one that goes down
  bool consent = false, send = true;
  std::string by;                          // the name of who asks, as people read it; "" = the account's
};

struct Step {
  uint64_t version = 0;
  std::string verb, reason, note;
  std::string receiver, department;        // send: to another one than the draft says, or to the first one
  bool consent = false;                    // send: of a draft that was proposed, which nobody has asked the patient about
  std::string by;                          // the name of who does it, as people read it
  std::optional<Slot> slot;
  std::optional<ReferralResult> result;
  std::optional<Plan> plan;
};

struct Receiver {
  std::string organization, name, level;
  std::string distance;                    // lead, beside, county, city, province, far (Institutions::RelationOf)
  std::optional<double> kilometres;        // as the crow flies, where both say where they are
  int64_t open = 0;
  std::vector<std::string> services;
  bool suggested = false;
  pack::Text why;
};

// Whom a sender is suggested for a criterion, looked up once in a while of work.
using Suggestions = std::map<std::pair<std::string, std::string>, Place>;

struct Page {
  std::vector<Referral> referrals;
  uint64_t total = 0;
};

class Referrals {
 public:
  Referrals(store::Store& store, const search::Parameters& parameters, const pack::ReferralRules& rules, Clock& clock)
      : store_(store), parameters_(parameters), rules_(rules), clock_(clock) {}

  Result<Referral> Create(const access::Caller& caller, const NewReferral& wanted);
  Result<Referral> Do(const access::Caller& caller, std::string_view id, const Step& step);
  Result<Referral> Get(const access::Caller& caller, std::string_view id);
  // box: received, sent, review. state "": the open ones; "all"; else that one. By urgency and age.
  Result<Page> List(const access::Caller& caller, std::string_view box, std::string_view state, size_t offset, size_t count);
  // Of one patient, what the caller may see of it: the open ones first, the newest first.
  Result<Page> OfPatient(const access::Caller& caller, const std::string& patient, size_t count);
  Result<std::vector<Receiver>> Receivers(const access::Caller& caller, std::string_view direction, std::string_view service,
                                          std::string_view from);
  // What happens by itself: what the record proposes (Follow), then what time does: escalates, expires, reminds. At most `maximum`
  // referrals; how many were done. Any process may call it at any time, twice is once. `since`: begin with Instant{}, hand it
  // back with the next call; what woke long before it is not looked at again.
  Result<size_t> Sweep(Instant& since, size_t maximum = 500);
  // Drafts of what steps of pathways propose, from where the cursor in the record stands; how many. Comes back after a second
  // at the latest, to go on with the next call.
  Result<size_t> Follow();

 private:
  Result<Referral> Load(std::string_view id);
  static bool MaySee(const access::Caller& caller, const Referral& referral);
  void Finish(const access::Caller& caller, Referral& referral) const;
  Result<Referral> Write(const access::Caller& caller, Referral referral, bool create, std::string_view was_owner);
  // All records of one step; says who has to act next and when time does.
  std::vector<store::Change> ChangesOf(Referral& referral, bool create, std::string_view was_owner, Instant now) const;
  Result<Referral> Fill(const access::Caller& caller, const NewReferral& wanted, const std::string& id);
  Status Check(const NewReferral& wanted) const;
  std::vector<std::string> ReviewersOf(const Institutions& institutions, const Institution& from, const Institution& to, const Referral& r) const;
  Status CompleteDraft(const access::Caller& caller, Referral& referral, const Step& step);
  Status Send(Referral& referral, Instant now) const;
  Status Apply(Referral& referral, const Step& step, Instant now) const;
  // `was_owner`: who had to act before; when time escalates, who leads whoever has to.
  std::vector<Notice> NoticesOf(const Referral& referral, std::string_view was_owner) const;
  Result<std::vector<Referral>> OfSender(store::Snapshot& snapshot, const std::string& patient, const std::string& sender, bool drafts_only) const;
  Status ReplaceDrafts(store::Snapshot& snapshot, const Referral& sent, Instant now, std::vector<store::Change>& changes) const;
  Result<std::optional<Referral>> DraftOf(store::Snapshot& snapshot, const Institutions& institutions, const Proposal& proposal, Suggestions& suggestions, Instant now);
  Place SuggestedFor(const Referral& draft, const pack::Criterion* criterion, Suggestions& suggestions);
  // When whoever has to act is reminded after `reminded` times, of a state that waits for no answer; the beginning of time: never.
  Instant ReminderAt(const Referral& referral, int64_t reminded) const;
  void SetTimer(Referral& referral, Instant now) const;
  Result<bool> Wake(const std::string& id, Instant now);
  Result<bool> WithdrawDraftOfDead(const Referral& draft, Instant now);
  // Open ones of releases that had no timer for their state get one.
  Result<size_t> SetMissingTimers(Instant now);
  Status WithdrawDraft(store::Snapshot& snapshot, Referral& draft, const std::string& note, Instant now, std::vector<store::Change>& changes) const;

  store::Store& store_;
  const search::Parameters& parameters_;
  const pack::ReferralRules& rules_;
  Clock& clock_;
};

}  // namespace qianxian::referral
