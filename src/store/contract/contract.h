// What every engine of the store must do. A suite of value-parameterized tests: an engine passes by instantiating it,
//   INSTANTIATE_TEST_SUITE_P(Mine, StoreContract, testing::Values(ContractEngine{"mine", OpenMyStore}));
// and linking the contract_*_test.cc files. The memory engine is the judge of searches.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "search/query.h"
#include "store/store.h"

namespace qianxian::store {

struct ContractEngine {
  std::string name;
  std::function<Result<std::unique_ptr<Store>>(const OpenOptions&)> open;
};
inline void PrintTo(const ContractEngine& engine, std::ostream* out) { *out << engine.name; }

// The R4 search parameters, compiled once for the whole test program.
const search::Parameters& R4Parameters();
// A new empty folder below the build folder, removed when the object dies.
class ContractFolder {
 public:
  ContractFolder();
  ~ContractFolder();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Change Put(const std::string& type, const std::string& id, const std::string& body, const std::string& owner = "");
Change Delete(const std::string& type, const std::string& id);
// {"resourceType":type,"id":id, …members}
std::string Json(const std::string& type, const std::string& id, const std::string& members = "");
access::Caller Somebody(access::Role role, std::vector<std::string> organizations);
std::vector<std::string> Ids(const std::vector<Resource>& resources);              // "Type/id", in order
std::vector<std::string> Sorted(std::vector<std::string> texts);

class StoreContract : public testing::TestWithParam<ContractEngine> {
 protected:
  void SetUp() override;
  std::unique_ptr<Store> Open(const std::string& directory);

  CommitReceipt MustCommit(std::vector<Change> changes, const access::Caller& caller);
  CommitReceipt MustCommit(std::vector<Change> changes) { return MustCommit(std::move(changes), system_); }
  Result<CommitReceipt> TryCommit(std::vector<Change> changes, const access::Caller& caller);
  std::string CommitCode(std::vector<Change> changes);                             // "ok" or the error's code
  std::unique_ptr<Snapshot> Snap(const access::Caller& caller, std::optional<uint64_t> t = std::nullopt);
  std::unique_ptr<Snapshot> Snap(std::optional<uint64_t> t = std::nullopt) { return Snap(system_, t); }
  std::string ReadCode(const std::string& type, const std::string& id, const access::Caller& caller);
  SearchPage Search(const access::Caller& caller, const std::string& type, const std::string& text);
  SearchPage Search(const std::string& type, const std::string& text) { return Search(system_, type, text); }
  // All pages, one after the other.
  std::vector<std::string> SearchAll(const access::Caller& caller, const std::string& type, const std::string& text);

  access::Caller system_ = access::SystemCaller("test");
  FakeClock clock_;
  SeededRandom random_{7};
  ContractFolder folder_;
  std::unique_ptr<Store> store_;
};

}  // namespace qianxian::store
