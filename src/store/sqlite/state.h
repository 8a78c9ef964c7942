// What every reader needs of the record at once: the newest commit, and which slots are no longer the newest version of
// their resource. The index is only ever added to; a state at t is "slots up to that t's last one, less those that had
// been superseded by then". Kept in memory (some tens of bytes for each update or deletion, nothing for a creation),
// carried forward from table supersession after every commit of any process.
// Threads: any; a lock inside, held for reading while a set is worked on.
#pragma once

#include <cstdint>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/sqlite/database.h"
#include "store/sqlite/slot_set.h"

namespace qianxian::store::sqlite {

struct Moment {
  uint64_t t = 0;
  Instant at;
  Slot last = 0;        // every slot of this state is at most this
};

struct Supersession {
  Slot slot = 0;
  Slot previous = 0;    // 0: a root that came before its resource
  Slot root = 0;
  bool dead = false;    // never a living version: a deletion, or such a root
};

class State {
 public:
  Moment newest() const;
  // Takes in what the database holds beyond what is known, and makes `moment` known, which was read before. Between the two
  // the caller reads what a state needs besides (Catalog), so that nobody meets a record whose type has no number yet.
  Status CatchUp(Database& database, const Moment& moment);
  // The same for the process's own commit, without reading it back. Only if nothing else was committed in between.
  void Advance(const Moment& moment, Slot through, const std::vector<Supersession>& supersessions);

  bool IsDead(Slot slot, Slot last) const;
  void RemoveDead(SlotSet& set, Slot last) const;
  Slot RootOf(Slot slot) const;
  std::vector<Slot> RootsOf(const SlotSet& set) const;
  // The living versions of these roots at a state; roots without one are left out.
  SlotSet SlotsOf(const std::vector<Slot>& roots, Slot last) const;

 private:
  void Add(const Supersession& supersession);
  void SetDead(Slot slot);
  bool DeadNow(Slot slot) const { return slot / 64 < dead_.size() && (dead_[slot / 64] >> (slot % 64) & 1) != 0; }
  bool IsDeadLocked(Slot slot, Slot last) const;

  mutable std::shared_mutex mutex_;
  Moment newest_;
  Slot through_ = 0;                                   // supersessions up to here are known
  std::vector<uint64_t> dead_;                         // at the newest state
  std::vector<std::pair<Slot, Slot>> changes_;         // (slot, previous) in order of slot
  std::unordered_map<Slot, Slot> next_;                // previous -> slot
  std::unordered_map<Slot, Slot> root_;                // slot -> root, where they differ
  std::unordered_map<Slot, bool> born_dead_;
};

Result<Moment> ReadNewestMoment(Database& database);
// The state at t; not_found ("no-such-t") beyond the newest. t 0 is the empty record.
Result<Moment> ReadMoment(Database& database, uint64_t t);

}  // namespace qianxian::store::sqlite
