// Consultation 会诊: one institution asks others for their opinion on one patient, in writing or at an hour; one expert, or
// several (MDT) and one conclusion. Whoever asks keeps the treatment and signs the conclusion. Who is invited may read this
// patient's record while the consultation lasts (store/relation.h) and no longer. All of it is one Task `consultation-…`; a
// ServiceRequest says it in FHIR's words, a ClinicalImpression holds the conclusion.
// Every step is one commit, guarded by the Task's version: two who act at once cannot both win, and who sends the same step
// again gets what it did the first time. Words and times come from packs (referral-settings.yaml).
// Threads: any; the store must outlive it. Failures: invalid and conflict with codes of their own, not_found
// ("no-such-consultation"), forbidden ("not-your-step"), the store's.
// Source: docs/formats/referral.md; FHIR R4 Task, ServiceRequest, ClinicalImpression; 远程医疗服务管理规范 (国卫医发〔2018〕25号) [K]
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "referral/referral.h"

namespace qianxian::referral {

struct Invited {
  std::string organization, name;
  std::string state;                       // invited, accepted, declined, opined
  std::string note;                        // why it declined
  std::string answered_at;                 // its first opinion, or when it declined
  std::string by;                          // who did its newest step; "" = nobody yet, or an older release did not say
};

// Found by who reads the signature (consultation_signature.h): the hash is SHA-256, 64 hexadecimal digits, of the signed text.
struct Signed { std::string at, who, sha256; };

// Signed by who gave it: the account that was signed in, its name and the time stand with it.
struct Opinion {
  std::string at, who, name, organization, organization_name, diagnosis, advice;
  bool transfer = false;                   // the patient should be referred
  std::optional<Signed> signature;         // not kept here: only when it fits the opinion as it now stands
};

struct Conclusion {
  std::string at, who, name, text;
  std::optional<Signed> signature;         // likewise
};

// The course of a pathway that it is about, so that the pathway knows whose consultation it was.
struct About { std::string step, enrolment, plan, pathway; };          // ids of Task, EpisodeOfCare and CarePlan; "" = not said

struct Consultation {
  std::string id;
  uint64_t version = 0;
  std::string kind, mode;                  // written, scheduled; single, mdt
  std::string urgency, question, state;    // open, concluded, closed, withdrawn
  std::string patient, patient_name;
  Place from;
  std::string asked_by;                    // who asked, as steps name him; "" = an older release did not say
  std::vector<Invited> invited;
  std::string scheduled_at, sent_at, answer_by, reminded_at, closed_at;   // instants
  std::string meeting;                     // scheduled: where they meet, a room, a number, an address of live video; "" = not said
  About about;
  std::string last_verb, last_who;         // of the newest step
  int64_t reminded = 0;                    // so often those who have not answered; reminded_at: the first time
  std::string turn_at;                     // the newest step that was no reminder
  int64_t asker_reminded = 0;              // so often since then whoever asked, when nobody is left to wait for
  std::string wake;                        // when time does something by itself; "" = nothing
  std::vector<Opinion> opinions;
  std::optional<Conclusion> conclusion;
  std::vector<std::string> attachments;    // FHIR references
  bool overdue = false;                    // not kept: somebody has not answered in time
  std::vector<std::string> may;            // not kept: what the caller may do now
};

struct NewConsultation {
  std::string client_key, patient, kind, mode, urgency, question, scheduled_at, meeting, from, by;
  std::string about;                       // "Task/step-…" or "EpisodeOfCare/care-…" of this patient; "" = of no course
  std::vector<std::string> invited;        // organisation codes
  std::vector<std::string> attachments;
};

struct ConsultationStep {
  uint64_t version = 0;
  std::string verb;                        // accept, decline, opine, conclude, close, withdraw
  std::string note, by;
  std::string diagnosis, advice;           // of an opinion
  bool transfer = false;
  std::string text;                        // of the conclusion
};

class Consultations {
 public:
  Consultations(store::Store& store, const search::Parameters& parameters, const pack::ReferralRules& rules, Clock& clock)
      : store_(store), parameters_(parameters), rules_(rules), clock_(clock) {}

  Result<Consultation> Create(const access::Caller& caller, const NewConsultation& wanted);
  Result<Consultation> Do(const access::Caller& caller, std::string_view id, const ConsultationStep& step);
  Result<Consultation> Get(const access::Caller& caller, std::string_view id);
  // box: received, sent. The open ones by urgency and age, then the ended ones, the newest first.
  Result<std::vector<Consultation>> List(const access::Caller& caller, std::string_view box, size_t count);
  // How many wait for an opinion of the caller's institutions.
  Result<uint64_t> Waiting(const access::Caller& caller);
  // Whoever has not answered in time is reminded, and whoever asked is told; whoever has all answers and does not conclude is reminded
  // too; again after longer and longer, with those above, as long as the record is open for it. See Referrals::Sweep.
  Result<size_t> Sweep(Instant& since, size_t maximum = 500);

 private:
  Result<std::vector<Consultation>> Found(const access::Caller& caller, std::string_view box, std::string_view status, size_t count, bool signatures);
  Result<Consultation> Fill(const access::Caller& caller, const NewConsultation& wanted, const std::string& id);
  Status Apply(const access::Caller& caller, Consultation& consultation, const ConsultationStep& step, Instant now) const;
  void Finish(const access::Caller& caller, Consultation& consultation) const;
  Instant ReminderAt(const Consultation& consultation) const;              // the next one; the beginning of time: never
  Instant OpenUntil(const Consultation& consultation) const;
  Status Remind(Consultation consultation, Instant now);
  std::vector<Notice> NoticesOf(const access::Caller& caller, const Consultation& consultation, std::string_view verb, std::string_view organization,
                                const std::vector<std::string>& told_too) const;
  Result<Consultation> Write(const access::Caller& caller, Consultation consultation, std::string_view verb, std::string_view organization, bool create,
                             const std::vector<std::string>& told_too = {});
  Result<store::CommitReceipt> CommitAndSettle(const access::Caller& caller, const Consultation& consultation, const store::CommitRequest& own,
                                               std::string_view organization);

  store::Store& store_;
  const search::Parameters& parameters_;
  const pack::ReferralRules& rules_;
  Clock& clock_;
};

}  // namespace qianxian::referral
