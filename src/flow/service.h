// The Flow service; see flow.h. Threads: any; one Tick at a time; what is kept of packs and places is behind a lock.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "flow/flow.h"
#include "flow/judge.h"
#include "flow/programme.h"

namespace qianxian::flow {

class Service final : public Flow {
 public:
  explicit Service(const Tools& tools);
  Result<uint64_t> Tick() override;
  Result<std::string> Enrol(const access::Caller& caller, const EnrolRequest& request) override;
  Status Exit(const access::Caller& caller, const ExitRequest& request) override;
  Status Move(const access::Caller& caller, const MoveRequest& request) override;
  Result<VisitResult> Visit(const access::Caller& caller, const VisitRequest& request) override;
  Result<std::string> Apply(const access::Caller& caller, std::string_view pathway, std::string_view patient) override;
  Result<FormAnswers> Initial(const access::Caller& caller, const InitialRequest& request) override;

 private:
  struct Cursor {
    uint64_t t = 0;
    uint64_t version = 0;
  };
  using Programmes = std::vector<std::shared_ptr<const Programme>>;

  // patients.cc: reading
  Result<PatientRecord> Load(store::Snapshot& snapshot, const std::string& patient, const std::set<std::string>& types);
  void AddAllTypes(std::set<std::string>& types) const;    // in the place of "*"
  Status AddByPatient(store::Snapshot& snapshot, const std::string& type, const std::string& patient, PatientRecord& record);
  std::shared_ptr<const Programme> Frozen(store::Snapshot& snapshot, const std::string& hash);
  Result<std::shared_ptr<const Places>> CurrentPlaces(store::Snapshot& snapshot);
  Result<bool> MayConcern(store::Snapshot& snapshot, const store::Resource& resource, const std::string& patient);
  // Of a changed resource: whose record it belongs to; "" = nobody's, or it does not matter.
  Result<std::string> PatientOf(store::Snapshot& snapshot, const store::FeedEntry& entry);

  // engine.cc: following
  Result<Cursor> ReadCursor(store::Snapshot& snapshot);
  Result<uint64_t> FollowFeed();
  Result<uint64_t> WakeUp();
  // Looks at the patients and commits what follows, with the cursor if there is one. How many records.
  Result<uint64_t> LookAt(store::Snapshot& snapshot, const std::set<std::string>& patients, const Cursor* cursor, const char* reason);
  void AddDefinitions(const std::vector<Care>& cares, std::vector<store::Change>& changes) const;
  // One patient by hand: `act` changes, then what follows from it; committed together.
  Status ByHand(const access::Caller& caller, const std::string& patient, const char* reason, const std::function<Status(Judge&)>& act);
  static access::Caller As(const access::Caller& caller);  // the program, in the name of the caller
  Status MayWrite(const access::Caller& caller, const std::string& owner) const;
  Result<std::string> ExitReason(const Care& care, const std::string& asked) const;
  void LearnOf(const std::string& organization);           // reads the tree again if it is not in it yet
  Result<std::string> PatientOfEnrolment(store::Snapshot& snapshot, const std::string& enrolment);

  // visits.cc
  Result<VisitResult> ReadVisit(const store::Resource& encounter, const std::string& patient);
  Status VisitOnce(const access::Caller& caller, const VisitRequest& request, const std::string& id, VisitResult& result);

  const Tools tools_;
  Programmes current_;
  std::set<std::string> types_;            // of a patient's record, that some expression asks for
  bool everybody_ = false;                 // some pathway has no quick filter
  std::vector<std::string> condition_prefixes_;
  std::set<std::string> entry_types_;

  std::mutex ticking_;
  uint64_t seen_t_ = 0;                    // how far the feed was read without anything to do; read again after a restart
  Instant woken_until_;                    // whose time came before this has been looked at; looked at again after a restart
  std::mutex mutex_;                       // guards what follows
  std::map<std::string, std::shared_ptr<const Programme>> frozen_;
  std::shared_ptr<const Places> places_;
};

inline Error Conflict(std::string code, std::string en, std::string zh) {
  return MakeError(ErrorCategory::kConflict, std::move(code), std::move(en), std::move(zh));
}
// The words of a step out of the pack (the frozen edition's own where the pack has none).
OpenStep StepForPage(const Step& step, uint64_t version, const pack::Pack& pack);

}  // namespace qianxian::flow
