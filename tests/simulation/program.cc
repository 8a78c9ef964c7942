#include "simulation/program.h"

#include <filesystem>
#include <map>
#include <system_error>

#include "base/files.h"
#include "fhir/definitions.h"
#include "search/parameters.h"

namespace qianxian::simulation {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<const search::Parameters> NewParameters() {
  static const auto parameters = search::Parameters::Create(fhir::Definitions::R4()).value();
  return parameters->Share();
}

pack::Pack ReadPack(const std::string& folder) {
  std::map<std::string, std::string> files;
  const std::vector<std::string> paths = ListFiles(folder).value();
  for (const std::string& path : paths) files[path.substr(folder.size() + 1)] = ReadFile(path).value();
  return pack::ParsePack(files).value();
}

// The pathways of the tests of flow, and the views and measures of a county.
const pack::Pack& ThePack() {
  static const pack::Pack pack = [] {
    const std::string root = QIANXIAN_SOURCE_DIR;
    return pack::MergePacks({ReadPack(root + "/packs/county-core"), ReadPack(root + "/src/flow/testing/pack")}).value();
  }();
  return pack;
}

}  // namespace

Result<store::CommitReceipt> Witness::Commit(const access::Caller& caller, store::CommitRequest request) {
  const store::CommitRequest asked = request;
  ++commits_;
  if (sabotage_ == Sabotage::kChangeDropped && commits_ % 7 == 0 && request.changes.size() > 2) request.changes.pop_back();
  if (sabotage_ == Sabotage::kTornAtomicity && request.changes.size() > 3 && commits_ % 5 == 0) {
    store::CommitRequest half{{request.changes.begin(), request.changes.begin() + 2}, request.reason};
    (void)store_->Commit(caller, std::move(half)).ok();
  }
  Result<store::CommitReceipt> receipt = store_->Commit(caller, std::move(request));
  Problem problem = model_.Judge(asked, receipt);
  if (problem_.empty()) problem_ = std::move(problem);
  return receipt;
}

Result<std::unique_ptr<store::Snapshot>> Witness::OpenSnapshot(const access::Caller& caller, std::optional<uint64_t> t) {
  return store_->OpenSnapshot(caller, t);
}

Result<std::vector<store::FeedEntry>> Witness::ReadFeed(const access::Caller& caller, uint64_t after, size_t maximum) {
  auto entries = store_->ReadFeed(caller, after, maximum);
  if (sabotage_ == Sabotage::kFeedEntryDropped && entries.ok() && entries->size() > 2 && ++feeds_ % 3 == 0) entries->erase(entries->begin() + 1);
  return entries;
}

Status Witness::RebuildIndex(const access::Caller& caller, std::function<void(uint64_t, uint64_t)> progress) {
  return store_->RebuildIndex(caller, std::move(progress));
}

Program::Program(uint64_t seed, Clock& clock, Model& model, Sabotage sabotage)
    : disk_(seed * 3 + 1), clock_(clock), random_(seed * 3 + 2), witness_(model, sabotage), judge_parameters_(NewParameters()) {
  if (sabotage == Sabotage::kSyncsIgnored) disk_.IgnoreSyncs();
  judge_store_ = store::OpenMemoryStore({.directory = "", .parameters = judge_parameters_.get(), .clock = &clock_, .random = &random_}).value();
  judge_ = flow::MakeFlow({judge_store_.get(), judge_parameters_.get(), &fhir::Definitions::R4(), &ThePack(), &clock_});
}

Program::~Program() { Close(); }

Result<std::unique_ptr<store::Store>> Program::OpenStore(Parameters& parameters) {
  parameters = NewParameters();
  return store::OpenSqliteStore({.directory = data(), .parameters = parameters.get(), .clock = &clock_, .random = &random_, .own_threads = false});
}

Status Program::Open() {
  QX_TRY(store_, OpenStore(parameters_));
  witness_.Use(store_.get());
  flow_ = flow::MakeFlow({&witness_, parameters_.get(), &fhir::Definitions::R4(), &ThePack(), &clock_});
  return Ok();
}

Status Program::OpenOther() {
  if (other_) return Ok();
  QX_TRY(other_, OpenStore(other_parameters_));
  return Ok();
}

void Program::Close() {
  measures_.reset();
  warehouse_.reset();
  flow_.reset();
  other_.reset();
  store_.reset();
}

void Program::Kill(Random& random) {
  const fs::path here = folder_ / "data/warehouse", kept = folder_ / "warehouse-as-killed";
  std::error_code ignored;
  const uint64_t way = random.NextBelow(4);
  const bool keep = warehouse_ != nullptr && way < 3;
  if (keep) fs::copy(here, kept, fs::copy_options::recursive, ignored);
  disk_.CutPower();
  Close();
  if (keep) {
    fs::remove_all(here, ignored);
    fs::rename(kept, here, ignored);
    const fs::path log = here / "warehouse.duckdb.wal";
    const uintmax_t size = fs::file_size(log, ignored);
    if (way == 0 && !ignored && size > 0) fs::resize_file(log, random.NextBelow(size), ignored);
  }
  disk_.Restart();
}

Status Program::CatchUp() {
  if (!warehouse_) {
    warehouse::Options options;
    options.directory = data(), options.store = &witness_, options.definitions = &fhir::Definitions::R4(), options.pack = &ThePack();
    QX_TRY(warehouse_, warehouse::Warehouse::Open(options));
    measures_ = measure::MakeMeasures(*warehouse_, ThePack());
  }
  QX_DO(warehouse_->CatchUp(Cancel(), nullptr));
  return Ok();
}

int64_t Program::Ask(const char* sql) {
  sqlite3* connection = nullptr;
  sqlite3_stmt* statement = nullptr;
  int64_t number = -1;
  if (sqlite3_open_v2((data() + "/record.db").c_str(), &connection, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK &&
      sqlite3_prepare_v2(connection, sql, -1, &statement, nullptr) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
    number = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  sqlite3_close(connection);
  return number;
}

int Program::Checkpoint(int mode) {
  sqlite3* connection = nullptr;
  int code = sqlite3_open_v2((data() + "/record.db").c_str(), &connection, SQLITE_OPEN_READWRITE, nullptr);
  if (code == SQLITE_OK) code = sqlite3_exec(connection, "SELECT 1 FROM setting; PRAGMA synchronous=FULL", nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) code = sqlite3_wal_checkpoint_v2(connection, "main", mode, nullptr, nullptr);
  sqlite3_close(connection);
  return code;
}

}  // namespace qianxian::simulation
