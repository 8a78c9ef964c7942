// The program's parts in one thread over the simulated disk: two processes' stores over one record, the engine of pathways, the
// warehouse and its measures; closed, killed and opened again. Beside them the same engine on the memory store, which nothing ever
// happens to: the judge of the other.
// Owner: the simulation; one thread. Failures: as those of the parts.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/temporary_folder.h"
#include "flow/flow.h"
#include "measure/measure.h"
#include "pack/pack.h"
#include "search/parameters.h"
#include "simulation/disk.h"
#include "simulation/model.h"
#include "store/store.h"
#include "warehouse/warehouse.h"

namespace qianxian::simulation {

// What is broken on purpose, to see that the simulation says so.
enum class Sabotage { kNone, kSyncsIgnored, kFeedEntryDropped, kChangeDropped, kTornAtomicity };

// A store whose every commit is judged by the model.
class Witness final : public store::Store {
 public:
  Witness(Model& model, Sabotage sabotage) : model_(model), sabotage_(sabotage) {}
  void Use(store::Store* store) { store_ = store; }
  Problem TakeProblem() { return std::exchange(problem_, {}); }

  Result<store::CommitReceipt> Commit(const access::Caller& caller, store::CommitRequest request) override;
  Result<std::unique_ptr<store::Snapshot>> OpenSnapshot(const access::Caller& caller, std::optional<uint64_t> t) override;
  Result<std::vector<store::FeedEntry>> ReadFeed(const access::Caller& caller, uint64_t after, size_t maximum) override;
  uint64_t LastT() override { return store_->LastT(); }
  std::shared_ptr<void> Subscribe(std::function<void(uint64_t)> listener) override { return store_->Subscribe(std::move(listener)); }
  Result<store::CheckReport> Check(const access::Caller& caller) override { return store_->Check(caller); }
  Status RebuildIndex(const access::Caller& caller, std::function<void(uint64_t, uint64_t)> progress) override;
  void Tend() override { store_->Tend(); }

 private:
  Model& model_;
  const Sabotage sabotage_;
  store::Store* store_ = nullptr;
  uint64_t feeds_ = 0, commits_ = 0;
  Problem problem_;
};

class Program {
 public:
  Program(uint64_t seed, Clock& clock, Model& model, Sabotage sabotage);
  ~Program();

  Status Open();                       // the first process: store and engine
  Status OpenOther();                  // the other one, on the same record; nothing if it is there
  void CloseOther() { other_.reset(); }
  void Close();                        // all, in order
  // All processes end at once, with the power or without; the warehouse's files stay as they stood, or lose the end of their log.
  void Kill(Random& random);

  Disk& disk() { return disk_; }
  Witness& witness() { return witness_; }
  store::Store* store() { return store_.get(); }       // null: closed
  store::Store* other() { return other_.get(); }
  flow::Flow& flow() { return *flow_; }
  Status CatchUp();                    // the warehouse, opened if it is not
  measure::Measures& measures() { return *measures_; }
  bool has_warehouse() const { return warehouse_ != nullptr; }

  store::Store& judge_store() { return *judge_store_; }
  flow::Flow& judge() { return *judge_; }

  // The record's file, past the store: a number, and what folds the log into the file.
  int64_t Ask(const char* sql);
  int Checkpoint(int mode);

 private:
  // Each process has search parameters of its own: the record adds to them.
  using Parameters = std::unique_ptr<const search::Parameters>;
  Result<std::unique_ptr<store::Store>> OpenStore(Parameters& parameters);
  std::string data() const { return folder_ / "data"; }

  TemporaryFolder folder_;
  Disk disk_;
  Clock& clock_;
  SeededRandom random_;
  Witness witness_;
  const Parameters judge_parameters_;
  Parameters parameters_, other_parameters_;
  std::unique_ptr<store::Store> judge_store_;
  std::unique_ptr<flow::Flow> judge_;
  std::unique_ptr<store::Store> store_, other_;
  std::unique_ptr<flow::Flow> flow_;
  std::unique_ptr<warehouse::Warehouse> warehouse_;
  std::unique_ptr<measure::Measures> measures_;
};

}  // namespace qianxian::simulation
