#include "store/sqlite/change_sign.h"

#include <sqlite3.h>

#include <atomic>

namespace qianxian::store::sqlite {
namespace {

constexpr int kRegionBytes = 32 << 10;     // in which SQLite maps the index

}  // namespace

ChangeSign ChangeSign::Of(Database& database) {
  ChangeSign sign;
  sqlite3_file* file = nullptr;
  int found = sqlite3_file_control(database.handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (found != SQLITE_OK || file == nullptr || file->pMethods == nullptr || file->pMethods->iVersion < 2) return sign;
  // A first read has mapped it already, and it stays where it is while the connection is open.
  volatile void* region = nullptr;
  if (file->pMethods->xShmMap(file, 0, kRegionBytes, 0, &region) != SQLITE_OK) return sign;
  sign.header_ = static_cast<const volatile uint32_t*>(region);
  return sign;
}

std::optional<ChangeSign::Mark> ChangeSign::Read() const {
  if (header_ == nullptr) return std::nullopt;
  Mark mark;
  for (size_t i = 0; i < mark.size(); ++i) mark[i] = header_[i];
  std::atomic_thread_fence(std::memory_order_acquire);   // what was committed before is read after
  return mark;
}

}  // namespace qianxian::store::sqlite
