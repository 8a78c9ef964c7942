// The small tables that everybody needs: types, owners, dictionaries. Read at open and again when a number turns up that
// is not known (another process gave it out). A state of the record is made known (State) only after the names in it are.
// Threads: any.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bytes/compress.h"
#include "store/sqlite/database.h"

namespace qianxian::store::sqlite {

struct BodyCodec {
  int64_t dictionary = 0;                       // 0: none
  std::shared_ptr<const bytes::Codec> codec;
};

class Catalog {
 public:
  Catalog();
  // Takes in what is new. Nothing that is known goes away: `database` may see an older state than another thread's did.
  Status Refresh(Database& database);
  // As the database has it: after a rollback, whose names were never given out. Only by the writer, in its transaction.
  Status ReadAgain(Database& database);

  std::optional<int64_t> TypeNumber(std::string_view name) const;
  std::optional<int64_t> OwnerNumber(std::string_view code) const;
  // Of a number that a row holds; reads the tables again if it is not known.
  Result<std::string> TypeName(int64_t number, Database& database);
  Result<std::string> OwnerCode(int64_t number, Database& database);
  Result<std::shared_ptr<const bytes::Codec>> Codec(int64_t dictionary, Database& database);
  BodyCodec CodecForType(std::string_view type) const;    // what new bodies are packed with

  std::vector<std::pair<int64_t, std::string>> Types() const;
  std::vector<std::pair<int64_t, std::string>> Owners() const;

 private:
  struct Names {
    std::unordered_map<std::string, int64_t> numbers;
    std::map<int64_t, std::string> names;
  };
  struct Tables {
    Names types;
    Names owners;
    std::unordered_map<int64_t, std::shared_ptr<const bytes::Codec>> codecs;
    std::unordered_map<std::string, int64_t> dictionary_of_type;   // the newest
  };
  static Status ReadNames(Database& database, const std::string& sql, Names& out);
  Status Read(Database& database, Tables& out) const;

  mutable std::shared_mutex mutex_;
  Tables tables_;
};

}  // namespace qianxian::store::sqlite
