// Relations: whose records a caller may read because he treats the patient (store/relation.h), found without a search: for each
// organisation and person that asked once, the relations that name it, carried forward from the index of Consent as commits
// come. Who has none pays a look into memory, and one short list after a commit. One relation takes some 40 bytes.
// Threads: any; a lock inside. Failures: those of reading the database.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "access/caller.h"
#include "base/clock.h"
#include "store/sqlite/database.h"
#include "store/sqlite/slot_set.h"

namespace qianxian::store::sqlite {

struct Engine;
struct StoredRow;
class IndexReader;

class Relations {
 public:
  // Roots of the patients whose records are open to the caller at `now`, ascending. By the newest state of the record.
  Result<std::vector<Slot>> PatientsOf(Engine& engine, Database& database, const access::Caller& caller, Instant now);

 private:
  struct One {
    Slot slot = 0;                          // of the Consent's version
    Slot patient = 0;                       // its root
    Instant start, end;
  };
  struct Named {
    Slot through = 0;                       // relations in slots up to this are in `all`
    std::vector<One> all;
    std::vector<Slot> patients;             // open from `since` until `until`; ascending, each once
    Instant since, until;
  };
  Status Look(Engine& engine, Database& database);
  Status Follow(Engine& engine, Database& database, const std::string& actor, Named& named);
  Status Take(Engine& engine, Database& database, Slot slot, Named& named);

  std::mutex mutex_;
  Slot looked_ = 0;                         // every Consent up to here is counted in last_
  Slot last_ = 0;                           // newest version of any Consent
  std::unordered_map<std::string, Named> named_;
};

// Is this version part of the record of one of these patients? A deletion says nothing of whom it was about: only a
// patient's own is his.
Result<bool> IsOfPatients(Engine& engine, std::string_view type, const StoredRow& row, const std::vector<Slot>& patients,
                          Database& database);
// Every version of `type` that is, living or not.
Result<SlotSet> VersionsOfPatients(Engine& engine, Database& database, std::string_view type, const std::vector<Slot>& patients,
                                   Slot last);

}  // namespace qianxian::store::sqlite
