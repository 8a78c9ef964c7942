// The tables of record.db, made or checked. What is truth and what can be made again is said in schema.cc.
// Failures: unavailable ("not-a-store", "newer-format").
#pragma once

#include <string>

#include "store/sqlite/database.h"

namespace qianxian::store::sqlite {

inline constexpr int kFormat = 1;                      // PRAGMA user_version
inline constexpr int kApplicationId = 0x51585354;      // "QXST"

// Changes when rows of the index mean something else; an index of another layout is made again.
inline constexpr uint64_t kIndexLayout = 6;
int64_t IndexFingerprint(uint64_t definitions);

// Lists that are kept beside those of the search parameters, under numbers that no parameter has.
inline constexpr int kByType = 65536;                  // value: type number; all versions, deleted ones too
inline constexpr int kByOwner = 65537;                 // value: owner number; all versions

Status CreateOrVerifySchema(Database& database);
// The index of one generation; RebuildIndex makes the next one and drops the last.
Status CreateIndexTables(Database& database, int64_t generation);
Status DropIndexTables(Database& database, int64_t generation);
// "posting_3" for ("posting", 3).
std::string IndexTable(const char* name, int64_t generation);

Result<int64_t> ReadSetting(Database& database, const char* name, int64_t otherwise);
Status WriteSetting(Database& database, const char* name, int64_t value);

}  // namespace qianxian::store::sqlite
