// What follows from a patient's record by the rules of the pathways: entries, exits, stages, steps, escalation. Works on the
// records of one patient in memory and says which of them are to be written. The same record, day and rules give the
// same answer; what has been written gives nothing more. One thread. Nothing fails.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "flow/programme.h"
#include "flow/records.h"
#include "flow/referrals.h"
#include "store/store.h"

namespace qianxian::flow {

// Which organisation of a level looks after what belongs to `organization`.
class Places {
 public:
  struct Place { std::string level, above; };              // level: village, township, county, city
  void Add(const std::string& code, Place place) { places_[code] = std::move(place); }
  bool Knows(const std::string& code) const { return places_.count(code) > 0; }
  // The organisation itself if it is of that level (or nothing is known), else the first above it that is.
  std::string At(const std::string& organization, const std::string& level) const;
  std::string LevelOf(const std::string& organization) const;                  // "" = not known
  bool IsAtOrAbove(const std::string& above, const std::string& organization) const;
  // Is one of the levels the organisation's own or below it? Of what is not known: yes.
  bool MayDo(const std::string& organization, const std::vector<std::string>& levels) const;

 private:
  std::map<std::string, Place> places_;
};

// One enrolment with all that belongs to it.
struct Care {
  Enrolment enrolment;
  Plan plan;
  std::vector<Step> steps;                 // by step and occurrence
  std::shared_ptr<const Programme> programme;              // its edition's
  bool freeze = false;                     // the edition begins now: it is to be kept
};

// When whoever did a step wants it again.
struct NextVisit {
  std::string date;                        // somebody's word, "" = nobody named a day
  std::optional<int> days;                 // by the form's `next`: what the answers ask for
};

inline bool IsOpen(const Step& step) { return step.status == "ready" || step.status == "in-progress"; }

class Judge {
 public:
  // `current`: the pack's pathways. `frozen(hash)`: an edition out of the record; nullptr if it cannot be read.
  Judge(const PatientRecord& record, Evaluation& evaluation, const std::vector<std::shared_ptr<const Programme>>& current,
        const std::function<std::shared_ptr<const Programme>(const std::string&)>& frozen, const Places& places,
        std::string today);

  void Look();                             // everything that follows; to be called after what is below, too
  // By hand. "" = it cannot be: there is no such pathway.
  std::string Enrol(const std::string& pathway, const std::string& organization);
  Care* Find(const std::string& enrolment);
  Step* FindStep(const std::string& task, Care** care = nullptr);
  void Complete(Care& care, Step& step, const std::string& on, const NextVisit& next, const std::vector<std::string>& output);
  void End(Care& care, const std::string& status, const std::string& reason, const std::string& note);
  // Ends every course, and says it of the Patient. on: a date, "" = not known.
  void Die(const std::string& on, const std::string& note);
  void MoveTo(Care& care, const std::string& organization);
  void MoveEdition(Care& care, std::shared_ptr<const Programme> programme);
  std::string PatientOrganization() const;
  std::string OwnerFor(const Care& care, const std::string& level) const;
  // The institutions that may do the step: the one on whose list it is, and those of its other levels.
  std::vector<std::string> MayDo(const Care& care, const Step& step) const;
  bool IsDeceased() const;

  std::vector<Care>& cares() { return cares_; }
  // What is to be written, with the versions that were seen.
  std::vector<store::Change> Changes() const;

 private:
  // judge_entry.cc
  bool FitsPerson(const pack::Entry& entry) const;         // sex and age
  bool MayEnter(const Programme& programme);
  bool IsExcludedByExits(const Programme& programme);
  bool IsInForce(const pack::Pathway& pathway) const;
  std::shared_ptr<const Programme> Current(const std::string& pathway) const;
  Care* LastOf(const std::string& pathway);
  Care& NewCare(const std::shared_ptr<const Programme>& programme);            // no pointer into cares() outlives it
  void LookAtScreening();
  void LookAtEntry(const std::shared_ptr<const Programme>& programme);
  void Activate(Care& care, const std::string& organization);
  const Down* DownOf(const Care& care) const;
  bool IsToBeTakenUp(const Down& down) const;
  bool IsTakenUp(const std::string& pathway, const Down& down) const;
  void TakeUp(Care& care, const Down& down);
  void LookAtDowns(const std::shared_ptr<const Programme>& programme);
  void EndReplaced(const std::string& pathway);
  void EnterNamed();
  const Down* AnswerTo(const Care& care, const pack::Step& step) const;
  bool EndRefused(Care& care);
  void PlaceNextVisit(Care& care);
  // judge.cc
  void LookAtCare(Care& care);
  bool OneRound(Care& care);
  bool EnterStage(Care& care);
  void GoTo(Care& care, const pack::Stage& stage);
  bool MayGoFromHere(const Care& care, const pack::Stage& stage) const;
  bool OpenSteps(Care& care);
  bool IsDueAfter(const Care& care, const pack::Step& step, const Step& last) const;
  Step NewStep(const Care& care, const pack::Step& step) const;
  bool DoneByRecord(Care& care);
  std::vector<std::string> EvidenceOf(const Care& care, const pack::Step& step) const;
  std::optional<int> DaysByResult(const Care& care, const Step& task, const pack::Step& step);
  bool AsksAgain(const Care& care, Step& task, const pack::Step& step, const std::string& next_date);
  void Escalate(Care& care);

  void SetReferral(const std::string& referral);
  void SetVariables(const Care& care, const Step* step, const std::string& text);
  std::optional<store::Change> DeathOfPatient() const;     // none: it is said already
  std::string DueOf(const Care& care, const pack::Step& step, const Step* last);

  const PatientRecord& record_;
  Evaluation& evaluation_;
  const std::vector<std::shared_ptr<const Programme>>& current_;
  const Places& places_;
  const std::string today_;
  std::vector<Care> cares_;
  const std::vector<Down> downs_;
  bool died_ = false;                      // it is said now, by hand
  std::string died_on_;
  Screened screened_;
  std::map<std::string, std::string> before_;              // "Type/id" → as it was read
  std::map<std::string, std::pair<uint64_t, std::string>> versions_;   // version and owner
};

}  // namespace qianxian::flow
