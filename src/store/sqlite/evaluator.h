// Evaluator: which slots meet a clause, as a set. Sub-selects (chains, _has) are evaluated the same way and cut down to
// what the caller may see. Where the index cannot say it exactly (a cut string, :exact, parts of composites) it gives a
// few too many and says so; Verify then judges by the body with the search module's own Matches.
// Belongs to one search on one connection, inside one read transaction.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "search/query.h"
#include "store/sqlite/engine.h"
#include "store/sqlite/index_reader.h"
#include "store/sqlite/ranges.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/scope.h"

namespace qianxian::store::sqlite {

struct Hits {
  SlotSet set;
  bool exact = true;
};

// A stored version with its search entries, for what the index does not say.
struct Opened {
  StoredRow row;
  bool has_entries = false;
  std::vector<search::IndexEntry> entries;
};

// A comparison of dates that is walked together with others of the same parameter.
bool MayBeTogether(const search::Clause& clause, const Aliases& aliases);

class Evaluator {
 public:
  static Result<std::unique_ptr<Evaluator>> Open(Engine& engine, Database& database, const access::Caller& caller,
                                                 const Moment& moment);

  // The set that the query was read with: bodies are judged by it.
  void UseCustom(CustomSet custom) { custom_ = std::move(custom); }
  const CustomSet& custom() const { return custom_; }
  // From now on only what lies in slots up to this one counts: all below is for the caller to ask again with a later one.
  // Sub-selects are not bound. Sets may still hold later slots.
  void Bound(Slot last) { index_.set_last(last); }
  // Living versions of the type that the caller may see.
  Result<SlotSet> Visible(const std::string& type);
  // Living and visible versions of `type` that meet the clause; exactly.
  Result<SlotSet> Meeting(const std::string& type, const search::Clause& clause);
  // Not yet cut down to the living and visible, perhaps too many.
  Result<Hits> Evaluate(const std::string& type, const search::Clause& clause);
  // The same for several clauses at once, all of one parameter and each MayBeTogether.
  Result<Hits> Together(const std::string& type, const std::vector<const search::Clause*>& clauses);
  // Removes what is dead or not the caller's. Every set passes through here before it is shown or counted.
  Status CutDown(const std::string& type, SlotSet& set);
  Result<bool> Verify(Slot slot, const search::Clause& clause);
  Result<SlotSet> VerifyAll(const SlotSet& set, const search::Clause& clause);
  // `with_entries`: its search entries too, which cost more than reading it. Good until the next call.
  Result<const Opened*> OpenSlot(Slot slot, bool with_entries = true);
  // Slots whose resource refers to one of the roots by the parameter.
  Result<SlotSet> ReferringTo(uint16_t parameter, const std::vector<Slot>& roots);
  // Living versions of what the slots of `from` refer to by the parameter.
  Result<SlotSet> ReferredFrom(uint16_t parameter, const SlotSet& from);

  IndexReader& index() { return index_; }
  Engine& engine() { return engine_; }
  const std::vector<Slot>& patients() const { return patients_; }
  Database& database() { return database_; }
  const access::Caller& caller() const { return caller_; }
  const Moment& moment() const { return moment_; }

 private:
  Evaluator(Engine& engine, Database& database, const access::Caller& caller, const Moment& moment, IndexReader index,
            std::vector<Slot> patients);
  Result<Hits> Tree(const std::string& type, const search::Clause& clause);
  Result<Hits> Text(const std::string& type, const search::Clause& clause);
  Result<Hits> Within(const search::Clause& clause);
  Status AddHierarchy(const search::Clause& clause, const std::string& type, Slot root, std::vector<Slot>& roots);
  Result<Hits> Unequal(const std::string& type, const search::Clause& clause);
  Status NumbersOf(int32_t parameter, int64_t coding, bool has_unit, const search::QueryValue& value, std::vector<int64_t> units,
                   SlotSetBuilder& out);
  Result<Hits> Values(const std::string& type, const search::Clause& clause);
  Result<Hits> Identity(const std::string& type, const search::Clause& clause);
  Result<SlotSet> LastUpdated(const std::string& type, const search::Clause& clause);
  Status Value(int32_t parameter, const search::Clause& clause, const search::QueryValue& value, Hits& hits,
               SlotSetBuilder& out);
  Status Token(int32_t parameter, const search::Clause& clause, const search::QueryValue& value, SlotSetBuilder& out,
               bool& exact);
  Status AnyOf(int32_t parameter, const search::CodeSet& codes, SlotSetBuilder& out);
  Status String(int32_t parameter, const search::Clause& clause, const search::QueryValue& value, SlotSetBuilder& out,
                bool& exact);
  Status Contains(int32_t parameter, const std::string& folded, bool at_end, SlotSetBuilder& out, bool& exact);
  Status Uri(int32_t parameter, const search::Clause& clause, const search::QueryValue& value, SlotSetBuilder& out,
             bool& exact);
  Status Reference(int32_t parameter, const search::Clause& clause, const search::QueryValue& value,
                   SlotSetBuilder& out, bool& exact);
  Status Date(int32_t parameter, int64_t coding, const DateTest& test, SlotSetBuilder& out);
  Status DateRow(int32_t parameter, int64_t coding, int32_t width, int64_t from, int64_t to,
                 const DateTest& test, SlotSetBuilder& out);
  // By the lists of months, at their edges of days where there are such.
  Status DateLists(int32_t parameter, const Range& range, const DateTest& test, bool months, SlotSetBuilder& out);
  Status Number(int32_t parameter, int64_t coding, bool is_quantity, const search::QueryValue& value,
                SlotSetBuilder& out);
  Status Composite(int32_t parameter, const search::Clause& clause, const search::QueryValue& value,
                   SlotSetBuilder& out, bool& exact);
  Result<Slot> LastSlotAt(int64_t microseconds);
  Result<std::vector<Slot>> RootsInBodies(uint16_t parameter, const SlotSet& from);
  Result<SlotSet> Everything(const std::string& type);
  Result<SlotSet> OwnedOf(const Scope& scope, const SlotSet& set);   // those of the set that the scope's owners have; perhaps more
  // Those of `set`, living versions of `type`, that are part of an open patient's record.
  Result<SlotSet> OfPatients(const std::string& type, const SlotSet& set);
  // Sub-selects of chains and _has, what the latter refer to: not bound, and found once for each clause.
  Result<const SlotSet*> Anywhere(const search::Clause& clause);
  Result<const SlotSet*> Referred(const search::Clause& has);

  Engine& engine_;
  Database& database_;
  access::Caller caller_;
  Moment moment_;
  CustomSet custom_;
  IndexReader index_;
  std::vector<Slot> patients_;                                           // whose records are open to the caller
  std::map<std::string, SlotSet> of_patients_;                           // by type; not bound
  std::map<std::pair<std::string, Slot>, SlotSet> visible_;              // by type and bound
  std::map<const search::Clause*, SlotSet> anywhere_, referred_;
  std::map<const search::Clause*, std::vector<Slot>> within_;            // roots of the hierarchy
  std::unordered_map<Slot, std::unique_ptr<Opened>> opened_;
};

}  // namespace qianxian::store::sqlite
