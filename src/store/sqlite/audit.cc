#include "store/sqlite/audit.h"

#include "base/limits.h"
#include "store/sqlite/audit_chain.h"

namespace qianxian::store::sqlite {

AuditRecord MakeAuditRecord(const access::Caller& caller, Instant at, uint64_t t, const char* verb,
                            std::string_view type, std::string_view what, uint64_t rows) {
  return {at,   t,    caller.user, std::string(access::Name(caller.role)), caller.purpose, caller.origin, verb,
          std::string(type), std::string(what), rows};
}

Status AuditQueue::Add(AuditRecord record) {
  std::unique_lock lock(mutex_);
  if (!room_.wait_for(lock, patience_, [&] { return records_.size() < limits::kAuditWaiting; })) {
    return Unavailable("audit-full", "The audit cannot be written, so nothing is shown.",
                       "审计记录无法写入，因此拒绝访问数据。");
  }
  records_.push_back(std::move(record));
  return Ok();
}

std::vector<AuditRecord> AuditQueue::Take() {
  std::vector<AuditRecord> out;
  {
    const std::lock_guard lock(mutex_);
    out.swap(records_);
    records_.reserve(out.size());          // as many will come again: no growing by and by
  }
  room_.notify_all();
  return out;
}

void AuditQueue::PutBack(std::vector<AuditRecord> records) {
  const std::lock_guard lock(mutex_);
  records_.insert(records_.begin(), std::make_move_iterator(records.begin()), std::make_move_iterator(records.end()));
}

bool AuditQueue::empty() const {
  const std::lock_guard lock(mutex_);
  return records_.empty();
}

Result<int64_t> AuditWriter::Context(Database& database, const AuditRecord& record) {
  std::string key = record.user;
  key.append(1, '\0').append(record.role).append(1, '\0').append(record.purpose).append(1, '\0').append(record.origin);
  const auto found = contexts_.find(key);
  if (found != contexts_.end()) return found->second;
  const auto bind = [&](Statement& statement) {
    statement.Text(1, record.user);
    statement.Text(2, record.role);
    statement.Text(3, record.purpose);
    statement.Text(4, record.origin);
  };
  QX_TRY(Statement* insert,
         database.Cached("INSERT OR IGNORE INTO audit_context(user, role, purpose, origin) VALUES(?1, ?2, ?3, ?4)"));
  bind(*insert);
  QX_DO(insert->Run());
  QX_TRY(Statement* select, database.Cached("SELECT number FROM audit_context WHERE user = ?1 AND role = ?2 AND "
                                            "purpose = ?3 AND origin = ?4"));
  const Resetter resetter(*select);
  bind(*select);
  QX_TRY(const bool row, select->Step());
  if (!row) return Fault("audit-context", "An audit context was not stored.");
  if (contexts_.size() > 10'000) contexts_.clear();
  return contexts_.emplace(std::move(key), select->Integer(0)).first->second;
}

Status AuditWriter::Write(Database& database, const std::vector<AuditRecord>& records) {
  if (records.empty()) return Ok();
  if (!head_) {
    QX_TRY(head_, ReadChainHead(database));
  }
  QX_TRY(Statement* insert, database.Cached("INSERT INTO audit(at, t, context, verb, type, what, rows, number, link) "
                                            "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"));
  for (const AuditRecord& record : records) {
    QX_TRY(const int64_t context, Context(database, record));
    head_->link = LinkOf(head_->link, ++head_->number, record);
    insert->Integer(1, record.at.microseconds);
    insert->Integer(2, static_cast<int64_t>(record.t));
    insert->Integer(3, context);
    insert->Text(4, record.verb);
    insert->Text(5, record.type);
    insert->Text(6, record.what);
    insert->Integer(7, static_cast<int64_t>(record.rows));
    insert->Integer(8, head_->number);
    insert->Bytes(9, head_->link);
    QX_DO(insert->Run());
  }
  return Ok();
}

}  // namespace qianxian::store::sqlite
