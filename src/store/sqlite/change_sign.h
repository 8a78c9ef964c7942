// Says for some nanoseconds of processor, and without a lock or a call of the system, whether anything has been committed to
// a database in WAL mode since last time, by any connection of any process. It compares the header of the index of the
// log in shared memory, which every commit writes after its frames are synced: a commit that was acknowledged before Read is
// in what Read gives. A header that is being written reads as another one, never as an old one that is gone: whoever sees a
// change asks SQLite. Lives no longer than its Database. Threads: any.
// Source: https://sqlite.org/walformat.html §2.1 (the WAL-index header), sqlite3_io_methods.xShmMap
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "store/sqlite/database.h"

namespace qianxian::store::sqlite {

class ChangeSign {
 public:
  using Mark = std::array<uint32_t, 12>;   // 48 bytes
  ChangeSign() = default;                  // knows nothing: Read gives none
  static ChangeSign Of(Database& database);
  std::optional<Mark> Read() const;

 private:
  const volatile uint32_t* header_ = nullptr;
};

}  // namespace qianxian::store::sqlite
