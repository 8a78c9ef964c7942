#include "simulation/disk.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace qianxian::simulation {
namespace {

constexpr uint64_t kSector = 512;
constexpr char kName[] = "qianxian-simulation";

}  // namespace

const char* Name(Fault fault) {
  switch (fault) {
    case Fault::kNone: return "nothing";
    case Fault::kRead: return "a read";
    case Fault::kWrite: return "a write";
    case Fault::kSync: return "a sync";
    case Fault::kFull: return "room";
    case Fault::kPower: return "power";
  }
  return "?";
}

// SQLite's functions; the disk is found by the file, or by the VFS.
struct DiskMethods {
  using File = Disk::File;
  using Handle = Disk::Handle;

  static Disk& Of(sqlite3_vfs* vfs) { return *static_cast<Disk*>(vfs->pAppData); }
  static Handle& HandleOf(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
  static File& FileOf(sqlite3_file* file) { return **HandleOf(file).file; }
  static Disk& DiskOf(sqlite3_file* file) { return *HandleOf(file).disk; }

  // ---- the files of the disk

  static int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* place, int flags, int* out_flags) {
    Disk& disk = Of(vfs);
    Handle& handle = HandleOf(place);
    handle = Handle{};
    if (!disk.power_) return SQLITE_CANTOPEN;
    const std::string path = name != nullptr ? name : "temporary-" + std::to_string(++disk.temporary_);
    auto found = disk.files_.find(path);
    if (found == disk.files_.end()) {
      if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
      if (const int code = disk.Enter(Fault::kWrite, SQLITE_CANTOPEN, true); code != SQLITE_OK) return code;
      found = disk.files_.emplace(path, std::make_shared<File>()).first;
    }
    handle.base.pMethods = &kFile;
    handle.disk = &disk;
    handle.file = new std::shared_ptr<File>(found->second);
    handle.name = new std::string(path);
    handle.remove_when_closed = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
    ++found->second->opens;
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
  }
  static int Delete(sqlite3_vfs* vfs, const char* name, int durably) {
    Disk& disk = Of(vfs);
    if (const int code = disk.Enter(Fault::kWrite, SQLITE_IOERR_DELETE); code != SQLITE_OK) return code;
    return disk.Remove(name, durably != 0);
  }
  static int Access(sqlite3_vfs* vfs, const char* name, int, int* out) {
    Disk& disk = Of(vfs);
    if (!disk.power_) return SQLITE_IOERR_ACCESS;
    const auto found = disk.files_.find(name);
    *out = found != disk.files_.end() ? 1 : 0;
    return SQLITE_OK;
  }
  static int FullPathname(sqlite3_vfs*, const char* name, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", name);
    return SQLITE_OK;
  }
  static int Randomness(sqlite3_vfs* vfs, int size, char* out) {
    Of(vfs).random_.Fill(out, static_cast<size_t>(size));
    return size;
  }
  static int Sleep(sqlite3_vfs*, int microseconds) { return microseconds; }        // nobody else would do anything meanwhile
  static int CurrentTime(sqlite3_vfs*, double* out) { return *out = 2461000.5, SQLITE_OK; }
  static int CurrentTimeInt64(sqlite3_vfs*, sqlite3_int64* out) { return *out = sqlite3_int64{2461000} * 86'400'000, SQLITE_OK; }
  static int LastError(sqlite3_vfs*, int, char*) { return 0; }

  // ---- one file

  static int Close(sqlite3_file* place) {
    Handle& handle = HandleOf(place);
    Unlock(place, SQLITE_LOCK_NONE);
    if (handle.uses_shm) ShmUnmap(place, 0);
    --(*handle.file)->opens;
    if (handle.remove_when_closed) handle.disk->Remove(*handle.name, true);
    delete handle.file;
    delete handle.name;
    return SQLITE_OK;
  }
  static int Read(sqlite3_file* place, void* out, int size, sqlite3_int64 offset) {
    if (const int code = DiskOf(place).Enter(Fault::kRead, SQLITE_IOERR_READ); code != SQLITE_OK) return code;
    const std::string& content = FileOf(place).now;
    const auto from = static_cast<uint64_t>(offset), wanted = static_cast<uint64_t>(size);
    const uint64_t has = from >= content.size() ? 0 : std::min<uint64_t>(wanted, content.size() - from);
    std::memcpy(out, content.data() + (has == 0 ? 0 : from), has);
    std::memset(static_cast<char*>(out) + has, 0, wanted - has);
    return has == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  }
  static int Write(sqlite3_file* place, const void* bytes, int size, sqlite3_int64 offset) {
    Disk& disk = DiskOf(place);
    const bool had_power = disk.power_;
    const int code = disk.Enter(Fault::kWrite, SQLITE_IOERR_WRITE, true);
    std::string text(static_cast<const char*>(bytes), static_cast<size_t>(size));
    if (code == SQLITE_FULL || !had_power) return code;
    if (code != SQLITE_OK) text.resize(disk.random_.NextBelow(text.size() + 1));   // it failed, or the power went, within it
    disk.Write(FileOf(place), static_cast<uint64_t>(offset), std::move(text));
    return code;
  }
  static int Truncate(sqlite3_file* place, sqlite3_int64 size) {
    if (const int code = DiskOf(place).Enter(Fault::kWrite, SQLITE_IOERR_TRUNCATE); code != SQLITE_OK) return code;
    File& file = FileOf(place);
    const Disk::Change change{true, static_cast<uint64_t>(size), {}};
    Disk::Apply(file.now, change);
    file.since.push_back(change);
    return SQLITE_OK;
  }
  static int Sync(sqlite3_file* place, int) { return DiskOf(place).Sync(FileOf(place)); }
  static int FileSize(sqlite3_file* place, sqlite3_int64* out) {
    if (!DiskOf(place).power_) return SQLITE_IOERR_FSTAT;
    *out = static_cast<sqlite3_int64>(FileOf(place).now.size());
    return SQLITE_OK;
  }
  static int Control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int SectorSize(sqlite3_file*) { return 4096; }
  // What the usual VFS says too: a write leaves its neighbours alone, also when the power goes.
  static int Characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

  static int Lock(sqlite3_file* place, int level) {
    Handle& handle = HandleOf(place);
    File& file = FileOf(place);
    if (!handle.disk->power_) return SQLITE_IOERR_LOCK;
    if (handle.level >= level) return SQLITE_OK;
    if (handle.level == SQLITE_LOCK_NONE) {
      if (file.pending != nullptr) return SQLITE_BUSY;
      ++file.shared;
      handle.level = SQLITE_LOCK_SHARED;
    }
    if (level == SQLITE_LOCK_SHARED) return SQLITE_OK;
    if (file.reserved != nullptr && file.reserved != &handle) return SQLITE_BUSY;
    if (file.pending != nullptr && file.pending != &handle) return SQLITE_BUSY;
    if (level == SQLITE_LOCK_RESERVED) {
      file.reserved = &handle;
      handle.level = level;
      return SQLITE_OK;
    }
    file.pending = &handle;
    handle.level = std::max<int>(handle.level, SQLITE_LOCK_PENDING);
    if (file.shared > 1) return SQLITE_BUSY;
    handle.level = level;
    return SQLITE_OK;
  }
  static int Unlock(sqlite3_file* place, int level) {
    Handle& handle = HandleOf(place);
    File& file = FileOf(place);
    if (handle.level <= level) return SQLITE_OK;
    if (file.reserved == &handle) file.reserved = nullptr;
    if (file.pending == &handle) file.pending = nullptr;
    if (level == SQLITE_LOCK_NONE) --file.shared;
    handle.level = level;
    return SQLITE_OK;
  }
  static int CheckReserved(sqlite3_file* place, int* out) {
    const File& file = FileOf(place);
    *out = file.reserved != nullptr || file.pending != nullptr ? 1 : 0;
    return SQLITE_OK;
  }

  // ---- the index of the log, which the processes share

  static int ShmMap(sqlite3_file* place, int region, int size, int extend, volatile void** out) {
    Handle& handle = HandleOf(place);
    File& file = FileOf(place);
    *out = nullptr;
    if (!handle.disk->power_) return SQLITE_IOERR_SHMMAP;
    if (static_cast<size_t>(size) != Disk::kRegionBytes) return SQLITE_IOERR_SHMSIZE;
    if (!handle.uses_shm) {
      handle.uses_shm = true;
      ++file.shm_users;
    }
    const auto wanted = static_cast<size_t>(region);
    while (file.regions.size() <= wanted) {
      if (extend == 0) return SQLITE_OK;
      file.regions.push_back(std::make_unique<char[]>(Disk::kRegionBytes));
    }
    *out = file.regions[wanted].get();
    return SQLITE_OK;
  }
  static int ShmLock(sqlite3_file* place, int offset, int count, int flags) {
    Handle& handle = HandleOf(place);
    File& file = FileOf(place);
    for (int slot = offset; slot < offset + count; ++slot) {
      const unsigned bit = 1u << slot;
      if ((flags & SQLITE_SHM_UNLOCK) != 0) {
        if ((handle.shm_exclusive & bit) != 0) file.shm_exclusive[slot] = nullptr;
        if ((handle.shm_shared & bit) != 0) --file.shm_shared[slot];
        handle.shm_exclusive &= ~bit;
        handle.shm_shared &= ~bit;
        continue;
      }
      if (!handle.disk->power_) return SQLITE_IOERR_SHMLOCK;
      const int others = file.shm_shared[slot] - ((handle.shm_shared & bit) != 0 ? 1 : 0);
      if (file.shm_exclusive[slot] != nullptr && file.shm_exclusive[slot] != &handle) return SQLITE_BUSY;
      if ((flags & SQLITE_SHM_EXCLUSIVE) != 0 && others > 0) return SQLITE_BUSY;
    }
    if ((flags & SQLITE_SHM_UNLOCK) != 0) return SQLITE_OK;
    for (int slot = offset; slot < offset + count; ++slot) {
      const unsigned bit = 1u << slot;
      if ((flags & SQLITE_SHM_EXCLUSIVE) != 0) {
        file.shm_exclusive[slot] = &handle;
        handle.shm_exclusive |= bit;
      } else if ((handle.shm_shared & bit) == 0) {
        ++file.shm_shared[slot];
        handle.shm_shared |= bit;
      }
    }
    return SQLITE_OK;
  }
  static void ShmBarrier(sqlite3_file*) {}
  static int ShmUnmap(sqlite3_file* place, int remove) {
    Handle& handle = HandleOf(place);
    File& file = FileOf(place);
    ShmLock(place, 0, Disk::kShmLocks, SQLITE_SHM_UNLOCK);
    if (!handle.uses_shm) return SQLITE_OK;
    handle.uses_shm = false;
    if (--file.shm_users == 0 && remove != 0) file.regions.clear();
    return SQLITE_OK;
  }

  static const sqlite3_io_methods kFile;
};

const sqlite3_io_methods DiskMethods::kFile = {2,
                                               &DiskMethods::Close,
                                               &DiskMethods::Read,
                                               &DiskMethods::Write,
                                               &DiskMethods::Truncate,
                                               &DiskMethods::Sync,
                                               &DiskMethods::FileSize,
                                               &DiskMethods::Lock,
                                               &DiskMethods::Unlock,
                                               &DiskMethods::CheckReserved,
                                               &DiskMethods::Control,
                                               &DiskMethods::SectorSize,
                                               &DiskMethods::Characteristics,
                                               &DiskMethods::ShmMap,
                                               &DiskMethods::ShmLock,
                                               &DiskMethods::ShmBarrier,
                                               &DiskMethods::ShmUnmap,
                                               nullptr,
                                               nullptr};

Disk::Disk(uint64_t seed) : random_(seed) {
  sqlite3_initialize();
  before_ = sqlite3_vfs_find(nullptr);
  vfs_.iVersion = 2;
  vfs_.szOsFile = sizeof(Handle);
  vfs_.mxPathname = 1024;
  vfs_.zName = kName;
  vfs_.pAppData = this;
  vfs_.xOpen = &DiskMethods::Open;
  vfs_.xDelete = &DiskMethods::Delete;
  vfs_.xAccess = &DiskMethods::Access;
  vfs_.xFullPathname = &DiskMethods::FullPathname;
  vfs_.xRandomness = &DiskMethods::Randomness;
  vfs_.xSleep = &DiskMethods::Sleep;
  vfs_.xCurrentTime = &DiskMethods::CurrentTime;
  vfs_.xGetLastError = &DiskMethods::LastError;
  vfs_.xCurrentTimeInt64 = &DiskMethods::CurrentTimeInt64;
  QX_CHECK(sqlite3_vfs_register(&vfs_, 1) == SQLITE_OK, "SQLite does not take the disk");
  sqlite3_randomness(0, nullptr);              // chance of SQLite's own starts again, from this disk
}

Disk::~Disk() {
  QX_CHECK(open_files() == 0, "a file of the disk is still open");
  sqlite3_vfs_unregister(&vfs_);
  sqlite3_vfs_register(before_, 1);
  sqlite3_randomness(0, nullptr);
}

size_t Disk::open_files() const {
  size_t open = 0;
  for (const auto& [name, file] : files_) open += static_cast<size_t>(file->opens);
  return open;
}

void Disk::Arm(Fault fault, uint64_t operations) {
  armed_ = fault;
  left_ = operations;
  came_ = false;
}

bool Disk::Mend() {
  armed_ = Fault::kNone;
  full_ = false;
  const bool came = came_;
  came_ = false;
  return came;
}

int Disk::Enter(Fault kind, int code, bool takes_room) {
  ++operations_;
  if (!power_) return code;
  if (full_ && takes_room) return SQLITE_FULL;
  const bool concerned = armed_ == kind || (takes_room && armed_ == Fault::kFull) || (kind != Fault::kRead && armed_ == Fault::kPower);
  if (!concerned) return SQLITE_OK;
  if (left_-- > 0) return SQLITE_OK;
  came_ = true;
  const Fault fault = armed_;
  armed_ = Fault::kNone;
  if (fault == Fault::kPower) power_ = false;
  if (fault != Fault::kFull) return code;
  full_ = true;
  return SQLITE_FULL;
}

void Disk::Apply(std::string& content, const Change& change) {
  if (change.truncate) {
    content.resize(change.offset, '\0');
    return;
  }
  if (content.size() < change.offset + change.bytes.size()) content.resize(change.offset + change.bytes.size(), '\0');
  content.replace(change.offset, change.bytes.size(), change.bytes);
}

void Disk::Write(File& file, uint64_t offset, std::string bytes) {
  Change change{false, offset, std::move(bytes)};
  Apply(file.now, change);
  file.since.push_back(std::move(change));
}

int Disk::Sync(File& file) {
  const int code = Enter(Fault::kSync, SQLITE_IOERR_FSYNC);
  if (!power_) return code;
  if (code != SQLITE_OK) {
    // What reached the disk, reached it; the rest counts as clean from now on and will not be written again.
    for (const Change& change : file.since)
      if (random_.NextBelow(2) == 0) Apply(file.durable, change);
    file.since.clear();
    return code;
  }
  if (ignores_syncs_) return SQLITE_OK;
  // What a file system with a journal did to names before, it did for good before it says that a file is safe.
  if (!file.since.empty()) removed_.clear();
  for (const Change& change : file.since) Apply(file.durable, change);
  file.since.clear();
  file.durably_there = true;
  return SQLITE_OK;
}

int Disk::Remove(const std::string& name, bool durably) {
  const auto found = files_.find(name);
  if (found == files_.end()) return SQLITE_IOERR_DELETE_NOENT;
  if (!durably && found->second->durably_there) removed_[name] = found->second->durable;
  if (durably) removed_.erase(name);
  files_.erase(found);
  return SQLITE_OK;
}

void Disk::Survive(File& file) {
  const uint64_t way = random_.NextBelow(4);   // nothing, everything, as far as it came, or any pieces
  const size_t whole = way == 0 ? 0 : way == 1 ? file.since.size() : random_.NextBelow(file.since.size() + 1);
  for (size_t i = 0; i < file.since.size(); ++i) {
    Change& change = file.since[i];
    if (way != 3 && i < whole) Apply(file.durable, change);
    if (way == 2 && i == whole && !change.truncate) {
      change.bytes.resize(random_.NextBelow(change.bytes.size() + 1));
      Apply(file.durable, change);
    }
    if (way != 3) continue;
    if (change.truncate) {
      if (random_.NextBelow(2) == 0) Apply(file.durable, change);
      continue;
    }
    for (uint64_t at = 0; at < change.bytes.size();) {
      const uint64_t size = std::min<uint64_t>(kSector - (change.offset + at) % kSector, change.bytes.size() - at);
      if (random_.NextBelow(2) == 0) Apply(file.durable, {false, change.offset + at, change.bytes.substr(at, size)});
      at += size;
    }
  }
  file.since.clear();
  file.now = file.durable;
}

void Disk::Restart() {
  QX_CHECK(open_files() == 0, "a file of the disk is still open");
  for (auto at = files_.begin(); at != files_.end();) {
    File& file = *at->second;
    const bool gone = !file.durably_there && random_.NextBelow(2) == 0;
    Survive(file);
    file.regions.clear();
    file.shared = file.shm_users = 0;
    file.durably_there = true;
    at = gone ? files_.erase(at) : std::next(at);
  }
  for (const auto& [name, content] : removed_) {
    if (files_.count(name) != 0 || random_.NextBelow(2) == 0) continue;
    const auto back = std::make_shared<File>();
    back->now = back->durable = content;
    back->durably_there = true;
    files_[name] = back;
  }
  removed_.clear();
  Mend();
  power_ = true;
}

}  // namespace qianxian::simulation
