// SqliteSnapshot: the record as it was at one t, for one caller. Holds no connection and no transaction between calls:
// the state is a number, and every call borrows a connection. Threads: any.
#pragma once

#include <memory>

#include "store/sqlite/engine.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/scope.h"
#include "store/sqlite/slot_set.h"

namespace qianxian::store::sqlite {

class SqliteSnapshot final : public Snapshot {
 public:
  SqliteSnapshot(std::shared_ptr<Engine> engine, access::Caller caller, const Moment& moment)
      : engine_(std::move(engine)), caller_(std::move(caller)), moment_(moment) {}

  uint64_t t() const override { return moment_.t; }
  Result<Resource> Read(std::string_view type, std::string_view id) override;
  Result<Resource> OpenPatient(std::string_view id) override;
  Result<std::vector<PatientOpening>> OpeningsOfPatient(std::string_view id, size_t count) override;
  Result<Resource> ReadVersion(std::string_view type, std::string_view id, uint64_t version) override;
  Result<HistoryPage> History(std::string_view type, std::string_view id, std::optional<Instant> since, size_t count,
                              std::string_view place) override;
  Result<SearchPage> Search(const search::Query& query) override;
  Result<std::vector<Tally>> CountBy(const search::Query& query) override;
  Result<std::vector<Resource>> Scan(std::string_view type, std::string_view after, size_t count) override;
  Result<uint64_t> Count(std::string_view type) override;

 private:
  // `verb`: the word for the audit.
  Result<Resource> ReadAs(const char* verb, std::string_view type, std::string_view id);
  Status Note(const char* verb, std::string_view type, std::string_view what, uint64_t rows);
  Result<std::vector<Slot>> Patients(Database& database);      // whose records a care relation opens to the caller
  Result<bool> MaySee(Database& database, const Scope& scope, std::string_view type, const StoredRow& row,
                      const std::vector<Slot>& patients);
  Result<Slot> SlotOfVersion(Database& database, Slot root, uint64_t version);
  Result<SlotSet> VersionsOf(Database& database, std::string_view type, std::string_view id, const Moment& moment);
  Result<Slot> LastSlotBefore(Database& database, Instant since);

  std::shared_ptr<Engine> engine_;
  access::Caller caller_;
  Moment moment_;
};

}  // namespace qianxian::store::sqlite
