// Search parameters that the record defines, in this store: which are used, under which number, and how far what was stored
// before is indexed. Table custom_parameter says so, in the same transaction as the commit of a SearchParameter; the set in
// memory follows it by its epoch, whoever wrote it. Numbers are given out again only once all their rows are gone, serials never.
//   - A version in a slot up to `upto` (the newest when the parameter came) is indexed by the background (custom_work.cc), in
//     order: it is indexed if it is at most `done`. What comes later is indexed as it is written.
//   - So a parameter with done = upto answers for every version, and any state of the record, exactly.
// Threads: any, a lock inside; Reconcile and Note: the writer's, inside its transaction. Failures: those of reading the database.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "search/custom_parameters.h"
#include "store/sqlite/database.h"
#include "store/sqlite/slot_set.h"

namespace qianxian::store::sqlite {

struct Engine;
using CustomSet = std::shared_ptr<const search::CustomParameters>;   // null: none

struct CustomRow {
  int64_t serial = 0;
  uint16_t number = 0;
  std::string resource;                    // id of the SearchParameter
  Slot slot = 0;                           // of its version
  std::string type;
  std::string code;
  int64_t fingerprint = 0;
  Slot done = 0;
  Slot upto = 0;
  bool Covers(Slot version) const { return version <= done || version > upto; }   // is this version indexed?
};

class CustomIndex {
 public:
  explicit CustomIndex(const search::Parameters& parameters) : parameters_(parameters) {}

  CustomSet current() const;
  int64_t epoch() const;                   // changes with every change of the table but progress
  // Takes in what the table says, in the view of this connection; gives a new set to the Parameters.
  Status Refresh(Engine& engine, Database& database);

  // What rows of one view define. Those that this release does not take are left out.
  Result<CustomSet> SetOf(Engine& engine, Database& database, const std::vector<CustomRow>& rows);

  // The SearchParameters as they are now, against the table. `last`: the newest slot. afresh: all are indexed again.
  Status Reconcile(Engine& engine, Database& database, Slot last, bool afresh = false);
  void Forget();                           // after a rollback
  // After every group of commits: up to here versions are indexed as they are written.
  Status Note(Database& database, Slot last);
  // When the record is opened: what an earlier release wrote meanwhile has no rows, and its SearchParameters are not in the table.
  Status Open(Engine& engine, Database& database, Slot last);

 private:
  using Definition = std::shared_ptr<const search::CustomDefinition>;   // null: not for use
  Result<CustomSet> Make(Engine& engine, Database& database, const std::vector<CustomRow>& rows);   // the lock is held
  Result<Definition> DefinitionAt(Engine& engine, Database& database, Slot slot);
  Result<search::CustomDefinitions> Wanted(Engine& engine, Database& database);

  const search::Parameters& parameters_;
  mutable std::mutex mutex_;
  int64_t epoch_ = -1;
  bool all_ready_ = false;
  CustomSet current_;
  std::map<int64_t, std::shared_ptr<search::IndexProgress>> progress_;   // by serial
  std::map<Slot, Definition> definitions_;                               // of SearchParameters that were read
  size_t refused_ = 0;                                                   // active ones that cannot be used, not yet told
  std::string first_refused_;
  std::map<std::string, Slot> slots_;                                    // of Wanted's definitions, by id
};

// Living rows; dead ones by their numbers alone.
Result<std::vector<CustomRow>> ReadCustomRows(Database& database);
Result<std::vector<uint16_t>> ReadDeadNumbers(Database& database);
// busy ("parameter-not-ready"), conflict ("parameter-changed"), unless this one answers in the view of this connection.
Status AnswersNow(Database& database, const search::Parameter& parameter);
// A new generation of the index has no rows of any of them.
Status BeginCustomAgain(Database& database, Slot last);

}  // namespace qianxian::store::sqlite
