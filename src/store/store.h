// Store: the record. Four verbs: Commit, OpenSnapshot, ReadFeed, and (on a snapshot) reads and searches. The only truth;
// indexes, the warehouse, queues and gaps can be made again from it.
//
// Every commit gets the next number t (1, 2, …) and is atomic and durable (fsync) before Commit returns. Many threads may
// commit at once: one writer groups them. Snapshots read one state at one t and never wait for writers.
// Several processes may open the same folder; each sees the others' commits.
// Access is decided in here, for every row that is read or written; a call without a Caller does not compile.
// SearchParameters with status active are searched with: a store gives the set of them to its Parameters, and indexes what it holds.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/caller.h"
#include "base/clock.h"
#include "base/result.h"

namespace qianxian {
class Random;
}
namespace qianxian::search {
class Query;        // search/query.h
class Parameters;   // search/parameters.h
}

namespace qianxian::store {

struct Change {
  enum class Kind { kPut, kDelete };
  Kind kind = Kind::kPut;
  std::string type;                        // "Patient"
  std::string id;                          // FHIR id; the caller makes new ids
  std::string body;                        // put: the resource's JSON as sent; id and meta are set by the store
  std::string owner;                       // organisation code that owns it; "" = the county. Kept from the last version if
                                           // the resource exists and keep_owner is true
  bool keep_owner = false;
  std::optional<uint64_t> if_version;      // must be the current version (If-Match); 0 = must not exist
  bool skip_if_equal = false;              // same JSON as the current version: write nothing, say kUnchanged
};

enum class Outcome : uint8_t { kCreated, kUpdated, kDeleted, kUnchanged, kAlreadyDeleted };

struct ChangeReceipt {
  Outcome outcome = Outcome::kCreated;
  uint64_t version = 0;
};

struct CommitRequest {
  std::vector<Change> changes;
  std::string reason;                      // a short word for the audit: "api", "import:first-pages"
};

struct CommitReceipt {
  uint64_t t = 0;                          // unchanged when every change was kUnchanged
  Instant at;                              // never goes back, also when the machine's clock does
  std::vector<ChangeReceipt> changes;      // one for each change, in order
};

struct Resource {
  std::string type;
  std::string id;
  uint64_t version = 0;
  uint64_t t = 0;
  Instant last_updated;
  bool deleted = false;
  std::string owner;
  std::string body;                        // with id and meta.versionId, meta.lastUpdated; empty when deleted
};

struct SearchPage {
  std::vector<Resource> matches;           // in the order asked for
  std::vector<Resource> included;          // by _include and _revinclude
  std::optional<uint64_t> total;           // when asked for (_total=accurate, _summary=count)
  std::string next;                        // opaque place of the next page; "" on the last
  std::vector<std::string> notes;          // what a reader must know (an include was cut short, …)
};

struct HistoryPage {
  std::vector<Resource> versions;          // newest first
  uint64_t total = 0;
  std::string next;
};

struct FeedEntry {
  uint64_t t = 0;
  std::string type;
  std::string id;
  uint64_t version = 0;
  bool deleted = false;
};

// A person opened somebody's record: once for each user and day of China Standard Time.
struct PatientOpening {
  std::string user;
  Instant at;                              // the last time that day
};

// So many resources have this value of a search parameter.
struct Tally {
  std::string value;
  uint64_t resources = 0;
};

class Snapshot {
 public:
  virtual ~Snapshot() = default;
  virtual uint64_t t() const = 0;
  // What it shows of people is masked (store/masked.h): to be shown, never to be written back.
  virtual bool masked() const { return false; }
  // not_found: code "no-such-resource", or "deleted" (HTTP 410). A resource that is not the caller's is "no-such-resource".
  virtual Result<Resource> Read(std::string_view type, std::string_view id) = 0;
  // Read("Patient", id) by somebody who turns to this person, and not to a list in which he stands.
  virtual Result<Resource> OpenPatient(std::string_view id) = 0;
  // Who did so, newest first, to within a second of now. Fails as Read("Patient", id) does. The program itself is nobody.
  virtual Result<std::vector<PatientOpening>> OpeningsOfPatient(std::string_view id, size_t count) = 0;
  virtual Result<Resource> ReadVersion(std::string_view type, std::string_view id, uint64_t version) = 0;
  // type "" = the whole system, id "" = the whole type. `since`: only versions at or after. Newest first.
  virtual Result<HistoryPage> History(std::string_view type, std::string_view id, std::optional<Instant> since,
                                      size_t count, std::string_view place) = 0;
  virtual Result<SearchPage> Search(const search::Query& query) = 0;
  // How many matches of a query over one type there are with each value of its first sort key, values ascending: a token's
  // code, "Type/id" of a reference, a URI (each cut to 200 bytes), or the day of a date's low end in UTC. A match with several
  // values counts for each, with none not at all. unsupported ("cannot-count-by"): no sort key, or one of another kind.
  virtual Result<std::vector<Tally>> CountBy(const search::Query& query) = 0;
  // Resources of a type in id order, for readers that start from nothing; `after` = last id seen.
  virtual Result<std::vector<Resource>> Scan(std::string_view type, std::string_view after, size_t count) = 0;
  virtual Result<uint64_t> Count(std::string_view type) = 0;
};

struct CheckReport {
  struct Line { std::string what; uint64_t checked = 0; uint64_t bad = 0; std::string first_bad; };
  std::vector<Line> lines;
  bool good() const { for (const Line& l : lines) if (l.bad) return false; return true; }
};

class Store {
 public:
  virtual ~Store() = default;
  virtual Result<CommitReceipt> Commit(const access::Caller& caller, CommitRequest request) = 0;
  // The newest state, or that of an earlier t (code "no-such-t" beyond the newest).
  virtual Result<std::unique_ptr<Snapshot>> OpenSnapshot(const access::Caller& caller,
                                                         std::optional<uint64_t> t = std::nullopt) = 0;
  // Changes after t, in order, whole commits only, about `maximum` of them. Only for the program itself (kSystem).
  virtual Result<std::vector<FeedEntry>> ReadFeed(const access::Caller& caller, uint64_t after_t, size_t maximum) = 0;
  virtual uint64_t LastT() = 0;
  // Calls `listener` (from a thread of the store's, after every group of commits of any process) until the returned
  // handle dies. It must be quick: set a flag, wake a thread.
  virtual std::shared_ptr<void> Subscribe(std::function<void(uint64_t t)> listener) = 0;
  // Verifies the store: structure, hashes of every body, versions without holes, index entries against bodies.
  virtual Result<CheckReport> Check(const access::Caller& caller) = 0;
  // Throws the search index away and makes it again. `progress(done, total)`.
  virtual Status RebuildIndex(const access::Caller& caller, std::function<void(uint64_t, uint64_t)> progress) = 0;
  // Search parameters that the record defines (search/custom_parameters.h) are indexed in the background: returns when all are.
  virtual Status FinishIndexing(const access::Caller& caller) {
    (void)caller;
    return Ok();
  }
  // One round of what a store looks after by itself: others' commits, listeners, the notes of reads, the seal of the audit, search
  // parameters of the record. Only for a store without threads of its own, which does it at no other time.
  virtual void Tend() {}
};

struct OpenOptions {
  std::string directory;                   // the data folder; made if missing
  const search::Parameters* parameters = nullptr;   // must outlive the store; for it alone, if the record may define more
  Clock* clock = nullptr;
  Random* random = nullptr;
  // False: no threads. One thread calls, everything is done within its calls and in their order, and what the store does by itself
  // only in Tend: a run that can be repeated exactly. SQLite only.
  bool own_threads = true;
};
// SQLite, one file DIR/record.db. Errors: unavailable ("not-a-store", "newer-format", "disk-full", "io").
Result<std::unique_ptr<Store>> OpenSqliteStore(const OpenOptions& options);
// The slow, obviously right one: everything in memory, every search a scan. Judges the other in tests.
Result<std::unique_ptr<Store>> OpenMemoryStore(const OpenOptions& options);

}  // namespace qianxian::store
