// A disk in memory that SQLite writes to (a VFS, the default one while it lives), and that fails as disks do: a read, a write or a sync
// that fails, a full disk, a loss of power between two operations or within a write. What was written and not synced is afterwards there
// in part, in pieces of a sector, or not at all; after a sync that failed, what it should have made safe may be lost for good, though
// every process still reads it (as Linux does it). Chance comes from the seed: the same calls give the same disk.
// Owner: the simulation; one at a time in a process; one thread. Failures: those it was asked for, as SQLite's codes.
// Source: sqlite.org/vfs.html, sqlite.org/c3ref/io_methods.html, sqlite.org/atomiccommit.html §2 (what a disk may do)
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"

namespace qianxian::simulation {

enum class Fault {
  kNone,
  kRead,        // one read fails
  kWrite,       // one write fails, with a part of it done
  kSync,        // one sync fails
  kFull,        // no room from then on, until Mend
  kPower,       // the power goes: nothing works any more, until Restart
};
const char* Name(Fault fault);

class Disk {
 public:
  explicit Disk(uint64_t seed);
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  // The fault comes with the operation that it is about after `operations` of them went well.
  void Arm(Fault fault, uint64_t operations);
  // Whether it came; nothing more will fail, and there is room again. What is without power stays so.
  bool Mend();
  bool came() const { return came_; }
  bool has_power() const { return power_; }
  void CutPower() { power_ = false; }
  // Power is back. Every file must have been closed.
  void Restart();
  // For trying the simulation itself: a sync says that it was done, and was not.
  void IgnoreSyncs() { ignores_syncs_ = true; }
  uint64_t operations() const { return operations_; }
  size_t open_files() const;

 private:
  friend struct DiskMethods;
  static constexpr size_t kRegionBytes = 32 << 10;
  static constexpr int kShmLocks = 8;

  struct Change {              // of a file's content, not yet synced
    bool truncate = false;
    uint64_t offset = 0;       // truncate: the new size
    std::string bytes;
  };
  struct Handle;
  struct File {
    std::string now, durable;
    std::vector<Change> since;
    bool durably_there = false;
    int opens = 0;
    int shared = 0;            // locks of the file: how many hold SHARED or more
    const Handle* reserved = nullptr;
    const Handle* pending = nullptr;
    std::vector<std::unique_ptr<char[]>> regions;          // of the index of the log
    int shm_users = 0;
    int shm_shared[kShmLocks] = {};
    const Handle* shm_exclusive[kShmLocks] = {};
  };
  struct Handle {
    sqlite3_file base;
    Disk* disk;
    std::shared_ptr<File>* file;
    std::string* name;
    int level;
    bool remove_when_closed, uses_shm;
    unsigned shm_shared, shm_exclusive;                    // bits
  };

  // SQLITE_OK, or what this operation fails with.
  int Enter(Fault kind, int code, bool takes_room = false);
  void Write(File& file, uint64_t offset, std::string bytes);
  int Sync(File& file);
  int Remove(const std::string& name, bool durably);
  void Survive(File& file);                  // what is left of it after the power went
  static void Apply(std::string& content, const Change& change);

  sqlite3_vfs vfs_{};
  sqlite3_vfs* before_ = nullptr;            // the default one until now
  SeededRandom random_;
  std::map<std::string, std::shared_ptr<File>> files_;
  std::map<std::string, std::string> removed_;             // not yet durably: they may come back, until anything is synced
  Fault armed_ = Fault::kNone;
  uint64_t left_ = 0, operations_ = 0, temporary_ = 0;
  bool came_ = false, full_ = false, power_ = true, ignores_syncs_ = false;
};

}  // namespace qianxian::simulation
