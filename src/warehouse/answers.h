// Small answers kept beside the tables that they were counted from. An answer stays true as long as no row changed after
// the t that it was made for, so commits that touch no table (sessions, tasks, gaps) do not throw it away.
// Threads: any. Failures: a lost answer is only slow; errors are logged, not told.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/locked.h"
#include "columns/database.h"

namespace qianxian::warehouse::internal {

class Answers {
 public:
  explicit Answers(std::unique_ptr<columns::Connection> connection);
  // `changed_at`: the newest t at which a row changed.
  std::string Find(std::string_view key, uint64_t as_of, uint64_t changed_at);
  void Keep(std::string_view key, uint64_t as_of, uint64_t changed_at, std::string_view answer);
  void Forget();                             // all of them: rows have changed

 private:
  struct Kept { uint64_t as_of = 0; std::string answer; };
  struct Shelf {
    std::unique_ptr<columns::Connection> connection;
    bool loaded = false;
    size_t bytes = 0;
    std::map<std::string, Kept, std::less<>> kept;
  };
  static void Load(Shelf& shelf);
  Locked<Shelf> shelf_;
};

}  // namespace qianxian::warehouse::internal
