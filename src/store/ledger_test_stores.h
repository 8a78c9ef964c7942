// Stores for the ledger's tests: both engines, in a folder of their own.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/temporary_folder.h"
#include "fhir/definitions.h"
#include "search/parameters.h"
#include "store/store.h"

namespace qianxian::store {

enum class Engine { kMemory, kSqlite };
inline std::vector<Engine> TestEngines() { return {Engine::kMemory, Engine::kSqlite}; }
inline std::string EngineName(Engine engine) { return engine == Engine::kMemory ? "Memory" : "Sqlite"; }

inline std::unique_ptr<Store> OpenTestStore(Engine engine, const std::string& directory, Clock& clock, Random& random) {
  static const auto parameters = search::Parameters::Create(fhir::Definitions::R4());
  const OpenOptions options{directory, parameters->get(), &clock, &random};
  auto store = engine == Engine::kMemory ? OpenMemoryStore(options) : OpenSqliteStore(options);
  EXPECT_TRUE(store.ok()) << Describe(store.error());
  return std::move(store).value();
}

}  // namespace qianxian::store
