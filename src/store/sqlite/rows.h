// Rows of table stored as resources: one place that unpacks bodies. Any thread, each with its own connection.
#pragma once

#include <optional>
#include <string>

#include "store/sqlite/engine.h"

namespace qianxian::store::sqlite {

struct StoredRow {
  Slot slot = 0;
  Slot root = 0;
  int64_t type = 0;
  uint64_t version = 0;
  uint64_t t = 0;
  Instant at;
  int64_t owner = 0;
  bool deleted = false;
  Slot previous = 0;
  Splice splice;
  std::string hash;
  std::string id;
  std::string kept;            // the kept text, unpacked; empty when deleted
};

// nullopt: there is no such row. with_body false leaves `kept` and `hash` empty.
Result<std::optional<StoredRow>> ReadStored(Engine& engine, Database& database, Slot slot, bool with_body);
// The version of a resource that is the newest at a state; nullopt: there was none yet.
Result<std::optional<StoredRow>> ReadAt(Engine& engine, Database& database, std::string_view type,
                                        std::string_view id, Slot last);
Result<std::optional<Slot>> FindRoot(Engine& engine, Database& database, std::string_view type, std::string_view id);
Result<Resource> ToResource(Engine& engine, Database& database, const StoredRow& row);

}  // namespace qianxian::store::sqlite
