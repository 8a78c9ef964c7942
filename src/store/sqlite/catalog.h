// The small tables that everybody needs: types, owners, dictionaries. Read at open and again when a number turns up that
// is not known (another process gave it out). Threads: any.
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
  Status Refresh(Database& database);

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
  static Status ReadNames(Database& database, const std::string& sql, Names& out);

  mutable std::shared_mutex mutex_;
  Names types_;
  Names owners_;
  std::unordered_map<int64_t, std::shared_ptr<const bytes::Codec>> codecs_;
  std::unordered_map<std::string, int64_t> dictionary_of_type_;   // the newest
};

}  // namespace qianxian::store::sqlite
