// Group: what one transaction of the writer does. First every commit of the group is judged in order (access, versions)
// against the database and the commits before it, without writing; a commit that is refused leaves no trace. Then all
// rows are written, sorted table by table. Belongs to the writer's thread, inside BEGIN IMMEDIATE … COMMIT.
// Source: docs/formats/record-db.md
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/sqlite/audit.h"
#include "store/sqlite/catalog.h"
#include "store/sqlite/index_writer.h"
#include "store/sqlite/prepare.h"
#include "store/sqlite/state.h"

namespace qianxian::store::sqlite {

// What the writer carries from group to group. Anything but the counters may be forgotten at any time.
struct WriterMemory {
  Moment newest;
  Slot next_slot = 1;
  std::unordered_map<std::string, Slot> roots;             // "type number:id"; roots never change
  std::unordered_map<std::string, int64_t> types;
  std::unordered_map<std::string, int64_t> owners;
  std::unique_ptr<IndexWriter> index;
  AuditWriter audit;

  Status Load(Database& database);                         // after open, rollback, and another process's commit
};

class Group {
 public:
  Group(Database& database, WriterMemory& memory, Instant now);

  Result<CommitReceipt> Judge(PreparedCommit& commit);     // keeps references into `commit` until Write
  Status Write(const std::vector<AuditRecord>& waiting);
  bool HasChanges() const { return !slots_.empty(); }
  bool ChangesSearchParameters() const;
  // For State::Advance, once it is committed.
  const std::vector<Supersession>& supersessions() const { return supersessions_; }
  bool new_names() const { return new_names_; }

 private:
  struct Current {
    bool in_table = false;       // table resource has a row for it
    Slot root = 0;               // 0: nothing refers to it and it is not here
    Slot slot = 0;               // 0: not here
    uint64_t version = 0;
    bool deleted = false;
    int64_t owner = 0;
    std::string hash;
    bool written = false;        // by this group
  };
  struct NewSlot {
    const PreparedChange* change;
    Slot slot;
    Slot root;
    Slot previous;
    int64_t type;
    int64_t owner;
    uint64_t version;
    uint64_t t;
    Instant at;
    bool deleted;
  };
  struct Undo {
    Current* current;
    Current before;
  };

  Result<int64_t> TypeNumber(const std::string& name);
  Result<int64_t> OwnerNumber(const std::string& code);
  Result<std::string> OwnerCode(int64_t number);
  Result<Current*> Find(int64_t type, const std::string& id);
  Result<ChangeReceipt> JudgeChange(const PreparedCommit& commit, PreparedChange& change, std::vector<Undo>& undo);
  static Status Allowed(const PreparedCommit& commit, access::Verb verb, const std::string& type, const std::string& owner);
  Result<Slot> RootOfReference(const IndexRows::Reference& reference);
  Status WriteStored();
  Status WriteIndex();
  Status AddToIndex(const IndexRows& rows, Slot slot);
  Status WriteResources();
  Status WriteMoments();

  Database& database_;
  WriterMemory& memory_;
  Instant at_;
  Moment newest_;
  Slot next_slot_;
  std::unordered_map<std::string, Current> current_;
  std::vector<NewSlot> slots_;
  std::vector<Moment> moments_;
  std::vector<Supersession> supersessions_;
  std::vector<uint64_t> supersession_versions_;
  std::vector<AuditRecord> audit_;
  std::unordered_map<int64_t, std::string> owner_codes_;
  bool new_names_ = false;
};

}  // namespace qianxian::store::sqlite
