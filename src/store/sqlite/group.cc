#include "store/sqlite/group.h"

#include <algorithm>

#include "store/sqlite/schema.h"

namespace qianxian::store::sqlite {
namespace {

constexpr size_t kKnownRoots = 50'000;

std::string Key(int64_t type, std::string_view id) {
  std::string key = std::to_string(type);
  key.append(1, ':').append(id);
  return key;
}

Error VersionConflict(uint64_t wanted, uint64_t is) {
  return MakeError(ErrorCategory::kConflict, "version-conflict",
                   "Somebody changed this meanwhile: version " + std::to_string(wanted) + " was expected, it is " +
                       std::to_string(is) + ".",
                   "数据已被他人修改：期望版本 " + std::to_string(wanted) + "，当前版本 " + std::to_string(is) + "。");
}

Error AlreadyExists() {
  return MakeError(ErrorCategory::kConflict, "already-exists", "There is a resource with this id already.",
                   "已存在相同 id 的资源。");
}

bool IsImport(std::string_view reason) { return reason.substr(0, 6) == "import"; }

}  // namespace

Status WriterMemory::Load(Database& database) {
  QX_TRY(newest, ReadNewestMoment(database));
  QX_TRY(const int64_t stored, database.QueryInteger("SELECT max(slot) FROM stored"));
  QX_TRY(const int64_t superseded, database.QueryInteger("SELECT max(slot) FROM supersession"));
  next_slot = static_cast<Slot>(std::max(stored, superseded)) + 1;
  roots.clear();
  types.clear();
  owners.clear();
  audit.Forget();
  QX_TRY(const int64_t generation, ReadSetting(database, "index_generation", 1));
  if (!index || index->generation() != generation) {
    index = std::make_unique<IndexWriter>(generation);
  } else {
    index->Forget();
  }
  return Ok();
}

Group::Group(Database& database, WriterMemory& memory, Instant now)
    : database_(database), memory_(memory), newest_(memory.newest), next_slot_(memory.next_slot) {
  // Whole milliseconds, as they are shown; and never back.
  at_ = std::max(Instant{now.microseconds / 1000 * 1000}, memory.newest.at);
}

Result<int64_t> Group::TypeNumber(const std::string& name) {
  const auto found = memory_.types.find(name);
  if (found != memory_.types.end()) return found->second;
  for (const char* sql : {"SELECT number FROM type WHERE name = ?1",
                          "INSERT INTO type(name) VALUES(?1) RETURNING number"}) {
    QX_TRY(Statement* statement, database_.Cached(sql));
    const Resetter resetter(*statement);
    statement->Text(1, name);
    QX_TRY(const bool row, statement->Step());
    if (row) {
      new_names_ = true;
      return memory_.types[name] = statement->Integer(0);
    }
  }
  return Fault("type", "A type was not stored.");
}

Result<int64_t> Group::OwnerNumber(const std::string& code) {
  const auto found = memory_.owners.find(code);
  if (found != memory_.owners.end()) return found->second;
  for (const char* sql : {"SELECT number FROM owner WHERE code = ?1",
                          "INSERT INTO owner(code) VALUES(?1) RETURNING number"}) {
    QX_TRY(Statement* statement, database_.Cached(sql));
    const Resetter resetter(*statement);
    statement->Text(1, code);
    QX_TRY(const bool row, statement->Step());
    if (row) {
      new_names_ = true;
      return memory_.owners[code] = statement->Integer(0);
    }
  }
  return Fault("owner", "An owner was not stored.");
}

Result<std::string> Group::OwnerCode(int64_t number) {
  const auto found = owner_codes_.find(number);
  if (found != owner_codes_.end()) return found->second;
  QX_TRY(Statement* statement, database_.Cached("SELECT code FROM owner WHERE number = ?1"));
  const Resetter resetter(*statement);
  statement->Integer(1, number);
  QX_TRY(const bool row, statement->Step());
  if (!row) return Unavailable("damaged", "A record has an owner that is not in the table of owners.");
  return owner_codes_[number] = std::string(statement->Text(0));
}

Result<Group::Current*> Group::Find(int64_t type, const std::string& id) {
  auto [found, is_new] = current_.try_emplace(Key(type, id));
  Current& current = found->second;
  if (!is_new) return &current;
  QX_TRY(Statement* resource, database_.Cached("SELECT root, slot FROM resource WHERE type = ?1 AND id = ?2"));
  const Resetter resetter(*resource);
  resource->Integer(1, type);
  resource->Text(2, id);
  QX_TRY(const bool row, resource->Step());
  if (!row) return &current;
  current.in_table = true;
  current.root = static_cast<Slot>(resource->Integer(0));
  current.slot = static_cast<Slot>(resource->Integer(1));
  if (current.slot == 0) return &current;
  QX_TRY(Statement* stored, database_.Cached("SELECT version, deleted, owner, hash FROM stored WHERE slot = ?1"));
  const Resetter stored_resetter(*stored);
  stored->Integer(1, current.slot);
  QX_TRY(const bool stored_row, stored->Step());
  if (!stored_row) return Unavailable("damaged", "The newest version of a resource is missing.", "资源的最新版本缺失。");
  current.version = static_cast<uint64_t>(stored->Integer(0));
  current.deleted = stored->Integer(1) != 0;
  current.owner = stored->Integer(2);
  current.hash = std::string(stored->Bytes(3));
  return &current;
}

Status Group::Allowed(const PreparedCommit& commit, access::Verb verb, const std::string& type, const std::string& owner) {
  return access::Decide(commit.caller, verb, type, owner);
}

Result<ChangeReceipt> Group::JudgeChange(const PreparedCommit& commit, PreparedChange& prepared,
                                         std::vector<Undo>& undo) {
  const Change& change = prepared.change;
  QX_TRY(const int64_t type, TypeNumber(change.type));
  QX_TRY(Current* current, Find(type, change.id));
  const bool exists = current->slot != 0;
  const bool lives = exists && !current->deleted;
  const bool is_delete = change.kind == Change::Kind::kDelete;
  const access::Verb verb = IsImport(commit.reason) ? access::Verb::kImport
                            : is_delete             ? access::Verb::kDelete
                            : lives                 ? access::Verb::kUpdate
                                                    : access::Verb::kCreate;
  if (exists) {
    QX_TRY(const std::string owner, OwnerCode(current->owner));
    QX_DO(Allowed(commit, verb, change.type, owner));
  }
  if (change.if_version) {
    if (*change.if_version == 0 && lives) return AlreadyExists();
    if (*change.if_version != 0 && (!lives || *change.if_version != current->version)) {
      return VersionConflict(*change.if_version, lives ? current->version : 0);
    }
  }
  if (is_delete && !lives) {
    if (!exists) QX_DO(Allowed(commit, verb, change.type, change.owner));
    return ChangeReceipt{Outcome::kAlreadyDeleted, current->version};
  }
  int64_t owner = current->owner;
  if (!is_delete && !(exists && change.keep_owner)) {
    QX_DO(Allowed(commit, verb, change.type, change.owner));
    QX_TRY(owner, OwnerNumber(change.owner));
  }
  if (!is_delete && change.skip_if_equal && lives && current->hash == prepared.hash && current->owner == owner) {
    return ChangeReceipt{Outcome::kUnchanged, current->version};
  }
  if (next_slot_ > 0xfffffff0u) return Unavailable("store-full", "The record is full.", "数据库已满。");

  undo.push_back({current, *current});
  const Slot slot = next_slot_++;
  if (current->root == 0) current->root = slot;
  slots_.push_back({&prepared, slot, current->root, current->slot, type, owner, current->version + 1, newest_.t + 1,
                    at_, is_delete});
  const bool born_before = exists;
  const Slot previous = born_before ? current->slot : (current->root == slot ? 0 : current->root);
  if (previous != 0 || is_delete) {
    supersessions_.push_back({slot, previous, current->root, is_delete});
    supersession_versions_.push_back(current->version + 1);
  }
  current->slot = slot;
  current->version += 1;
  current->deleted = is_delete;
  current->owner = owner;
  current->hash = is_delete ? std::string() : prepared.hash;
  current->written = true;
  const Outcome outcome = is_delete ? Outcome::kDeleted : lives ? Outcome::kUpdated : Outcome::kCreated;
  return ChangeReceipt{outcome, current->version};
}

Result<CommitReceipt> Group::Judge(PreparedCommit& commit) {
  const Slot slot_before = next_slot_;
  const size_t slots_before = slots_.size();
  const size_t supersessions_before = supersessions_.size();
  std::vector<Undo> undo;
  CommitReceipt receipt;
  receipt.changes.reserve(commit.changes.size());
  for (PreparedChange& change : commit.changes) {
    Result<ChangeReceipt> judged = JudgeChange(commit, change, undo);
    if (!judged.ok()) {
      while (!undo.empty()) {
        *undo.back().current = std::move(undo.back().before);
        undo.pop_back();
      }
      next_slot_ = slot_before;
      slots_.resize(slots_before);
      supersessions_.resize(supersessions_before);
      supersession_versions_.resize(supersessions_before);
      return std::move(judged).error();
    }
    receipt.changes.push_back(*judged);
  }
  const size_t written = slots_.size() - slots_before;
  if (written > 0) {
    newest_ = {newest_.t + 1, at_, static_cast<Slot>(next_slot_ - 1)};
    moments_.push_back(newest_);
  }
  const bool is_one = commit.changes.size() == 1;
  audit_.push_back(MakeAuditRecord(commit.caller, at_, newest_.t, "commit",
                                   is_one ? std::string_view(commit.changes[0].change.type) : "*",
                                   is_one ? commit.changes[0].change.id + " " + commit.reason : commit.reason, written));
  receipt.t = newest_.t;
  receipt.at = newest_.t == 0 ? at_ : newest_.at;
  return receipt;
}

Result<Slot> Group::RootOfReference(const IndexRows::Reference& reference) {
  QX_TRY(const int64_t type, TypeNumber(reference.type));
  std::string key = Key(type, reference.id);
  const auto pending = current_.find(key);
  if (pending != current_.end() && pending->second.root != 0) return pending->second.root;
  const auto known = memory_.roots.find(key);
  if (known != memory_.roots.end()) return known->second;
  QX_TRY(Current* current, Find(type, reference.id));
  if (current->root == 0) {
    // Nobody has stored it yet: it gets its root now, so that it is found by this reference when it comes.
    current->root = next_slot_++;
    current->written = true;
    supersessions_.push_back({current->root, 0, current->root, true});
    supersession_versions_.push_back(0);
  }
  if (memory_.roots.size() >= kKnownRoots) memory_.roots.clear();
  return memory_.roots[std::move(key)] = current->root;
}

Status Group::WriteStored() {
  QX_TRY(Statement* insert, database_.Cached("INSERT INTO stored VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
                                             "?12, ?13, ?14)"));
  for (const NewSlot& row : slots_) {
    const PreparedChange& change = *row.change;
    insert->Integer(1, row.slot);
    insert->Integer(2, row.root);
    insert->Integer(3, row.type);
    insert->Integer(4, static_cast<int64_t>(row.version));
    insert->Integer(5, static_cast<int64_t>(row.t));
    insert->Integer(6, row.at.microseconds);
    insert->Integer(7, row.owner);
    insert->Integer(8, row.deleted ? 1 : 0);
    insert->Integer(9, row.previous);
    insert->Integer(10, static_cast<int64_t>(change.splice.Pack()));
    insert->Integer(11, change.dictionary);
    insert->Text(13, change.change.id);
    if (row.deleted) {
      insert->Null(12);
      insert->Null(14);
    } else {
      insert->Bytes(12, change.hash);
      insert->Bytes(14, change.packed);
    }
    QX_DO(insert->Run());
  }
  return Ok();
}

bool Group::ChangesSearchParameters() const {
  return std::any_of(slots_.begin(), slots_.end(), [](const NewSlot& row) { return row.change->change.type == "SearchParameter"; });
}

Status Group::AddToIndex(const IndexRows& rows, Slot slot) {
  QX_DO(memory_.index->Add(database_, rows, slot));
  for (const IndexRows::Reference& reference : rows.references) {
    QX_TRY(const Slot root, RootOfReference(reference));
    memory_.index->AddPosting(reference.parameter, root, slot);
  }
  return Ok();
}

Status Group::WriteIndex() {
  IndexWriter& index = *memory_.index;
  for (const NewSlot& row : slots_) {
    index.AddPosting(kByType, row.type, row.slot);
    index.AddPosting(kByOwner, row.owner, row.slot);
    if (row.deleted) continue;
    QX_DO(AddToIndex(row.change->rows, row.slot));
    QX_DO(AddToIndex(row.change->custom_rows, row.slot));
  }
  return index.Flush(database_);
}

Status Group::WriteResources() {
  std::vector<std::pair<const std::string*, const Current*>> rows;
  for (const auto& [key, current] : current_) {
    if (current.written) rows.emplace_back(&key, &current);
  }
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return *a.first < *b.first; });
  QX_TRY(Statement* insert, database_.Cached("INSERT INTO resource VALUES(?1, ?2, ?3, ?4)"));
  QX_TRY(Statement* update, database_.Cached("UPDATE resource SET slot = ?4 WHERE type = ?1 AND id = ?2"));
  for (const auto& [key, current] : rows) {
    const size_t colon = key->find(':');
    Statement& statement = current->in_table ? *update : *insert;
    statement.Integer(1, std::stoll(key->substr(0, colon)));
    statement.Text(2, std::string_view(*key).substr(colon + 1));
    if (!current->in_table) statement.Integer(3, current->root);
    statement.Integer(4, current->slot);
    QX_DO(statement.Run());
  }
  QX_TRY(Statement* supersede, database_.Cached("INSERT INTO supersession VALUES(?1, ?2, ?3, ?4, ?5)"));
  for (size_t i = 0; i < supersessions_.size(); ++i) {   // in order of slot: so they were made
    const Supersession& supersession = supersessions_[i];
    supersede->Integer(1, supersession.slot);
    supersede->Integer(2, supersession.previous);
    supersede->Integer(3, supersession.root);
    supersede->Integer(4, static_cast<int64_t>(supersession_versions_[i]));
    supersede->Integer(5, supersession.dead ? 1 : 0);
    QX_DO(supersede->Run());
  }
  return Ok();
}

Status Group::WriteMoments() {
  if (moments_.empty()) return Ok();
  // Roots that were given out while the index was written belong to the last commit.
  moments_.back().last = newest_.last = next_slot_ - 1;
  QX_TRY(Statement* insert, database_.Cached("INSERT INTO moment VALUES(?1, ?2, ?3)"));
  for (const Moment& moment : moments_) {
    insert->Integer(1, static_cast<int64_t>(moment.t));
    insert->Integer(2, moment.at.microseconds);
    insert->Integer(3, moment.last);
    QX_DO(insert->Run());
  }
  return Ok();
}

Status Group::Write(const std::vector<AuditRecord>& waiting) {
  if (!slots_.empty()) {
    QX_DO(WriteStored());
    QX_DO(WriteIndex());
    QX_DO(WriteResources());
    QX_DO(WriteMoments());
  }
  QX_DO(memory_.audit.Write(database_, waiting));
  QX_DO(memory_.audit.Write(database_, audit_));
  memory_.newest = newest_;
  memory_.next_slot = next_slot_;
  return Ok();
}

}  // namespace qianxian::store::sqlite
