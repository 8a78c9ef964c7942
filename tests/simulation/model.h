// What the record must be, in plain maps: every acknowledged commit is judged here a second time, by nothing but the words of
// store.h, and kept. A Problem is a property that does not hold, in words; "" = none.
// Owner: the simulation; one thread. Failures: none but Problems.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "store/store.h"

namespace qianxian::simulation {

using Problem = std::string;
using Key = std::pair<std::string, std::string>;         // type, id

struct Version {
  uint64_t version = 0, t = 0;
  Instant at;
  bool deleted = false;
  std::string owner, body;                               // as it was sent
};

class Model {
 public:
  explicit Model(Clock& clock) : clock_(clock) {}

  // `answer` must be what this commit has to be answered; an acknowledged one is kept. A failure of the machine (unavailable, busy,
  // fault) leaves all as it was and the commit in doubt: after a crash it may be there, whole, or not.
  Problem Judge(const store::CommitRequest& request, const Result<store::CommitReceipt>& answer);
  // After a crash: the record holds what was acknowledged, and at most one commit more, which is one of those in doubt and is kept
  // from now on.
  Problem Adopt(store::Store& store);

  Problem CheckFeed(store::Store& store, uint64_t after, size_t at_once) const;
  Problem CheckResource(store::Snapshot& snapshot, const Key& key) const;           // every version, as the snapshot's t has it
  Problem CheckAll(store::Store& store) const;                                      // the same of all, the feed, and Check
  Problem CheckSome(store::Store& store, Random& random) const;                     // a few, at some state

  uint64_t t() const { return commits_.size(); }
  const std::map<Key, std::vector<Version>>& resources() const { return resources_; }
  const Version* Living(const Key& key) const;                                      // null: never was, or is deleted
  uint64_t machine_failures() const { return machine_failures_; }
  uint64_t adopted() const { return adopted_; }

 private:
  struct Judged {
    Error error;                                         // code "" = it is taken
    std::vector<store::ChangeReceipt> receipts;
    std::vector<std::pair<Key, Version>> versions;       // t and at are not in them yet
  };
  Judged JudgeOne(const store::CommitRequest& request) const;
  void Keep(Judged judged, uint64_t t, Instant at);

  Clock& clock_;
  std::map<Key, std::vector<Version>> resources_;
  std::vector<std::vector<store::FeedEntry>> commits_;   // [t - 1]
  Instant newest_;
  std::vector<store::CommitRequest> doubts_;             // since the last acknowledged one
  uint64_t machine_failures_ = 0, adopted_ = 0;
};

// Whatever a disk, a lock or a bug does, as against what the caller did: unavailable, busy, fault.
bool IsOfTheMachine(const Error& error);
// The same JSON, whatever the store has set: id and the members of meta that are its own.
bool SameBody(const std::string& sent, const std::string& kept);

}  // namespace qianxian::simulation
