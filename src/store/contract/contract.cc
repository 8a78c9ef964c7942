#include "store/contract/contract.h"

#include <algorithm>
#include <atomic>
#include <filesystem>

#include "fhir/definitions.h"
#include "search/parameters.h"

namespace qianxian::store {

const search::Parameters& R4Parameters() {
  static const std::unique_ptr<const search::Parameters> parameters =
      search::Parameters::Create(fhir::Definitions::R4()).value();
  return *parameters;
}

ContractFolder::ContractFolder() {
  static std::atomic<int> count{0};
  path_ = std::filesystem::temp_directory_path() /
          ("qianxian-store-" + std::to_string(getpid()) + "-" + std::to_string(count++));
  std::filesystem::remove_all(path_);
  std::filesystem::create_directories(path_);
}
ContractFolder::~ContractFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Change Put(const std::string& type, const std::string& id, const std::string& body, const std::string& owner) {
  Change change;
  change.type = type;
  change.id = id;
  change.body = body;
  change.owner = owner;
  return change;
}

Change Delete(const std::string& type, const std::string& id) {
  Change change;
  change.kind = Change::Kind::kDelete;
  change.type = type;
  change.id = id;
  return change;
}

std::string Json(const std::string& type, const std::string& id, const std::string& members) {
  return R"({"resourceType":")" + type + R"(","id":")" + id + "\"" + (members.empty() ? "" : "," + members) + "}";
}

access::Caller Somebody(access::Role role, std::vector<std::string> organizations) {
  access::Caller caller;
  caller.user = "somebody";
  caller.role = role;
  caller.organizations = std::move(organizations);
  return caller;
}

std::vector<std::string> Ids(const std::vector<Resource>& resources) {
  std::vector<std::string> ids;
  for (const Resource& resource : resources) ids.push_back(resource.type + "/" + resource.id);
  return ids;
}

std::vector<std::string> Sorted(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  return texts;
}

std::unique_ptr<Store> StoreContract::Open(const std::string& directory) {
  OpenOptions options;
  options.directory = directory;
  options.parameters = &R4Parameters();
  options.clock = &clock_;
  options.random = &random_;
  auto store = GetParam().open(options);
  EXPECT_TRUE(store.ok()) << (store.ok() ? "" : Describe(store.error()));
  return store.ok() ? std::move(store).value() : nullptr;
}

void StoreContract::SetUp() {
  store_ = Open(folder_.path());
  ASSERT_NE(store_, nullptr);
}

Result<CommitReceipt> StoreContract::TryCommit(std::vector<Change> changes, const access::Caller& caller) {
  return store_->Commit(caller, CommitRequest{std::move(changes), "test"});
}

CommitReceipt StoreContract::MustCommit(std::vector<Change> changes, const access::Caller& caller) {
  auto receipt = TryCommit(std::move(changes), caller);
  EXPECT_TRUE(receipt.ok()) << (receipt.ok() ? "" : Describe(receipt.error()));
  return receipt.ok() ? std::move(receipt).value() : CommitReceipt{};
}

std::string StoreContract::CommitCode(std::vector<Change> changes) {
  const auto receipt = TryCommit(std::move(changes), system_);
  return receipt.ok() ? "ok" : receipt.error().code;
}

std::unique_ptr<Snapshot> StoreContract::Snap(const access::Caller& caller, std::optional<uint64_t> t) {
  auto snapshot = store_->OpenSnapshot(caller, t);
  EXPECT_TRUE(snapshot.ok()) << (snapshot.ok() ? "" : Describe(snapshot.error()));
  return snapshot.ok() ? std::move(snapshot).value() : nullptr;
}

std::string StoreContract::ReadCode(const std::string& type, const std::string& id, const access::Caller& caller) {
  const auto resource = Snap(caller)->Read(type, id);
  return resource.ok() ? "ok" : resource.error().code;
}

SearchPage StoreContract::Search(const access::Caller& caller, const std::string& type, const std::string& text) {
  const auto query = search::Query::ParseText(R4Parameters(), type, text);
  EXPECT_TRUE(query.ok()) << text << ": " << (query.ok() ? "" : Describe(query.error()));
  if (!query.ok()) return {};
  auto page = Snap(caller)->Search(*query);
  EXPECT_TRUE(page.ok()) << text << ": " << (page.ok() ? "" : Describe(page.error()));
  return page.ok() ? std::move(page).value() : SearchPage{};
}

std::vector<std::string> StoreContract::SearchAll(const access::Caller& caller, const std::string& type,
                                                  const std::string& text) {
  std::vector<std::string> all;
  std::string place;
  for (int pages = 0; pages < 10'000; ++pages) {
    auto query = search::Query::ParseText(R4Parameters(), type, text);
    EXPECT_TRUE(query.ok()) << text << ": " << (query.ok() ? "" : Describe(query.error()));
    if (!query.ok()) return all;
    query->place = place;
    const auto page = Snap(caller)->Search(*query);
    EXPECT_TRUE(page.ok()) << text << ": " << (page.ok() ? "" : Describe(page.error()));
    if (!page.ok()) return all;
    for (const std::string& id : Ids(page->matches)) all.push_back(id);
    if (page->next.empty()) return all;
    place = page->next;
  }
  ADD_FAILURE() << "pages without end";
  return all;
}

}  // namespace qianxian::store
