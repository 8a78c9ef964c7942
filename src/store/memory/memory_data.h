// The slow, obviously right engine: every version in a list, every question a walk over it.
// Threads: any, one lock over everything.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "search/custom_parameters.h"
#include "search/query.h"
#include "search/resource_text.h"
#include "store/store.h"

namespace qianxian::store::memory {

struct Version {
  Resource resource;                             // body whole, as it is given back
  std::string hash;
  std::vector<search::IndexEntry> entries;       // identity included
  search::ResourceText text;
};

struct Data {
  std::mutex mutex;
  const search::Parameters* parameters = nullptr;
  Clock* clock = nullptr;
  std::vector<std::shared_ptr<const Version>> versions;                            // in order of commits
  std::map<std::pair<std::string, std::string>, std::vector<size_t>> resources;    // (type, id) -> places in versions
  std::vector<std::pair<std::string, PatientOpening>> openings;                    // patient, one for each time
  uint64_t t = 0;
  Instant at;
  std::shared_ptr<const search::CustomParameters> custom;                          // of the newest state; null: none
  uint64_t custom_serial = 0;                                                      // the last one given out
};

// The search parameters that the record defines now, given to its Parameters. Nothing has to be indexed: they answer at once.
Status ReconcileCustom(Data& data);

// One state for one caller; the lock is held by whoever calls.
class View {
 public:
  View(const Data& data, const access::Caller& caller, uint64_t t) : data_(data), caller_(caller), t_(t), related_(Related()) {}
  bool MaySee(const Version& version, access::Verb verb = access::Verb::kSearch) const;
  // The newest version at t, deleted or not, seen or not; null if there was none.
  std::shared_ptr<const Version> Newest(std::string_view type, std::string_view id) const;
  // Living and visible, in order of their commits; type "" = all.
  std::vector<std::shared_ptr<const Version>> Living(std::string_view type) const;
  Result<SearchPage> Search(const search::Query& query) const;
  Result<std::vector<Tally>> CountBy(const search::Query& query) const;
  uint64_t t() const { return t_; }

 private:
  // Patients whose record a care relation opens now, by the newest state.
  std::set<std::string> Related() const;
  bool Holds(const search::Clause& clause, const Version& version) const;
  bool ChainHolds(const search::Clause& clause, const Version& version) const;
  bool HasHolds(const search::Clause& clause, const Version& version) const;
  bool WithinHolds(const search::Clause& clause, const Version& version) const;
  // Is (type, id) `wanted`, or a part of it, of a part, …?
  bool IsWithin(const std::string& type, const std::string& id, const std::string& wanted) const;
  // Of the query's own custom parameters too, by the general engine.
  const std::vector<search::IndexEntry>& EntriesOf(const Version& version) const;
  Status UseCustom(const search::Query& query) const;
  void Include(const search::Query& query, const std::vector<std::shared_ptr<const Version>>& matches,
               SearchPage& page) const;

  const Data& data_;
  const access::Caller& caller_;
  uint64_t t_;
  std::set<std::string> related_;
  mutable std::shared_ptr<const search::CustomParameters> custom_;                 // the query's
  mutable std::map<const Version*, std::vector<search::IndexEntry>> entries_;      // with those
};

}  // namespace qianxian::store::memory
