// Stores for the ledger's tests: both engines, in a folder of their own.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"
#include "fhir/definitions.h"
#include "search/parameters.h"
#include "store/store.h"

namespace qianxian::store {

enum class Engine { kMemory, kSqlite };
inline std::vector<Engine> TestEngines() { return {Engine::kMemory, Engine::kSqlite}; }
inline std::string EngineName(Engine engine) { return engine == Engine::kMemory ? "Memory" : "Sqlite"; }

class TestFolder {
 public:
  TestFolder() {
    std::string name = std::filesystem::temp_directory_path() / "qx-ledger-XXXXXX";
    path_ = mkdtemp(name.data());
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::unique_ptr<Store> OpenTestStore(Engine engine, const std::string& directory, Clock& clock, Random& random) {
  static const auto parameters = search::Parameters::Create(fhir::Definitions::R4());
  const OpenOptions options{directory, parameters->get(), &clock, &random};
  auto store = engine == Engine::kMemory ? OpenMemoryStore(options) : OpenSqliteStore(options);
  EXPECT_TRUE(store.ok()) << Describe(store.error());
  return std::move(store).value();
}

}  // namespace qianxian::store
