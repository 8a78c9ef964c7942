#include "store/sqlite/reader_pool.h"

#include "base/log.h"

namespace qianxian::store::sqlite {
namespace {
constexpr int kBusyMilliseconds = 5'000;   // readers wait only while a log is being recovered
}

Result<ReaderPool::Lease> ReaderPool::Borrow() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Database> database = std::move(idle_.back());
      idle_.pop_back();
      return Lease(*this, std::move(database));
    }
  }
  QX_TRY(std::unique_ptr<Database> database, Database::Open(path_, Database::Mode::kRead, kBusyMilliseconds));
  QX_DO(database->Execute("PRAGMA query_only=1; PRAGMA cache_size=-4000; "
                          "PRAGMA temp_store=MEMORY"));
  return Lease(*this, std::move(database));
}

void ReaderPool::Return(std::unique_ptr<Database> database) {
  database->EndAll();   // or the next reader would see an old state
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kIdle) idle_.push_back(std::move(database));
}

Result<std::unique_ptr<ReadTransaction>> ReadTransaction::Begin(Database& database) {
  QX_TRY(Statement* begin, database.Cached("BEGIN"));
  QX_DO(begin->Run());
  return std::unique_ptr<ReadTransaction>(new ReadTransaction(database));
}

ReadTransaction::~ReadTransaction() {
  auto commit = database_.Cached("COMMIT");
  if (!commit.ok() || !(*commit)->Run().ok()) LogError("store: a read transaction did not end");
}

}  // namespace qianxian::store::sqlite
