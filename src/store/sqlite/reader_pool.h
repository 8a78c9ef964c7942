// Connections for readers, kept open between uses. Threads: any; a lease belongs to one.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "store/sqlite/database.h"

namespace qianxian::store::sqlite {

class ReaderPool {
 public:
  explicit ReaderPool(std::string path) : path_(std::move(path)) {}

  class Lease {
   public:
    Lease(ReaderPool& pool, std::unique_ptr<Database> database) : pool_(&pool), database_(std::move(database)) {}
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (database_) pool_->Return(std::move(database_));
    }
    Database& operator*() { return *database_; }
    Database* operator->() { return database_.get(); }

   private:
    ReaderPool* pool_;
    std::unique_ptr<Database> database_;
  };
  Result<Lease> Borrow();

 private:
  static constexpr size_t kIdle = 8;
  void Return(std::unique_ptr<Database> database);
  std::string path_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Database>> idle_;
};

// A read transaction for as long as it lives: several statements that see one state of the tables.
class ReadTransaction {
 public:
  static Result<std::unique_ptr<ReadTransaction>> Begin(Database& database);
  ~ReadTransaction();
  ReadTransaction(const ReadTransaction&) = delete;
  ReadTransaction& operator=(const ReadTransaction&) = delete;

 private:
  explicit ReadTransaction(Database& database) : database_(database) {}
  Database& database_;
};

}  // namespace qianxian::store::sqlite
