// The import of FHIR files. A transaction is one commit or nothing; everything else is written in pieces. A crew commits
// while the next file is being read; pieces that touch the same resource are kept in order.
#include <algorithm>
#include <deque>
#include <set>
#include <unordered_set>

#include "base/text.h"
#include "intake/bundle.h"
#include "intake/crew.h"
#include "intake/fhir_ahead.h"
#include "intake/fhir_source.h"
#include "intake/work.h"

namespace qianxian::intake {
namespace {

constexpr size_t kPieceEntries = 500;
constexpr size_t kCommitters = 2;
constexpr size_t kPiecesWaiting = 2;
constexpr size_t kPiecesUnderWay = kCommitters + kPiecesWaiting;

struct Piece {
  std::vector<BundleEntry> entries;
  std::string file;
  bool whole = false;                        // a transaction: all or nothing
};

std::string Key(const BundleEntry& entry) { return entry.type + "/" + entry.id; }

class FhirCommit {
 public:
  explicit FhirCommit(Work& work) : work_(work) {}

  Status Commit(const Piece& piece) {
    if (piece.entries.empty()) return Ok();
    QX_DO(work_.CheckCancel());
    store::CommitRequest request{.reason = "import:fhir"};
    for (const BundleEntry& entry : piece.entries) {
      const bool remove = entry.kind == BundleEntry::Kind::kDelete;
      request.changes.push_back({.kind = remove ? store::Change::Kind::kDelete : store::Change::Kind::kPut,
                                 .type = entry.type, .id = entry.id, .body = entry.body,
                                 .owner = work_.TaskOwner(), .keep_owner = true, .skip_if_equal = !remove});
    }
    request.changes.push_back(work_.TaskChange("in-progress"));
    const Result<store::CommitReceipt> receipt = work_.tools.store->Commit(work_.writer, std::move(request));
    if (!receipt.ok()) return Refused(piece, receipt.error());
    Counts counts;
    for (size_t i = 0; i < piece.entries.size(); ++i) {
      switch (receipt->changes[i].outcome) {
        case store::Outcome::kCreated: ++counts.accepted; break;
        case store::Outcome::kUnchanged: case store::Outcome::kAlreadyDeleted: ++counts.unchanged; break;
        default: ++counts.replaced; break;
      }
    }
    work_.Count(counts);
    return Ok();
  }

 private:
  // What the store will not take is refused entry by entry, a transaction as a whole; any other error ends the import.
  Status Refused(const Piece& piece, const Error& error) {
    if (error.category != ErrorCategory::kInvalid && error.category != ErrorCategory::kConflict) return error;
    if (!piece.whole && piece.entries.size() > 1) {
      for (const BundleEntry& entry : piece.entries) QX_DO(Commit({{entry}, piece.file, false}));
      return Ok();
    }
    for (const BundleEntry& entry : piece.entries) {
      Faults faults;
      faults.Add("", Key(entry), error.code, error.zh.empty() ? error.en : error.zh, error.en);
      QX_DO(work_.report().Refuse(entry.ordinal, piece.file, faults.list()));
    }
    return Ok();
  }

  Work& work_;
};

class FhirImport {
 public:
  explicit FhirImport(Work& work)
      : work_(work), commit_(work),
        identifiers_(*work.tools.store, work.writer, [this] { return Settle(); }), bundles_(identifiers_),
        crew_(kCommitters, kPiecesWaiting) {}

  Status Run() {
    uint64_t passed_over = 0;
    QX_TRY(const std::vector<InputFile> files, FhirFiles(work_, passed_over));
    if (files.empty())
      return Invalid("no-file", "The folder holds no FHIR files (.json, .ndjson).",
                     "文件夹中没有 FHIR 文件（.json、.ndjson）。");
    if (passed_over)
      work_.AddNote("文件夹中有 " + std::to_string(passed_over) + " 个其他类型的文件，未导入。",
                    std::to_string(passed_over) + " other files in the folder were passed over.");
    file_count_ = files.size();
    FhirAhead ahead(files);
    for (const InputFile& file : files) {
      QX_DO(work_.CheckCancel());
      QX_DO(ImportFile(file, ahead));
      Tell(file.index + 1, 0, 1);
    }
    QX_DO(Flush());
    QX_DO(crew_.Drain());
    NoteUnresolved();
    return work_.CheckCancel();
  }

 private:
  Status ImportFile(const InputFile& file, FhirAhead& ahead) {
    QX_DO(Flush());
    piece_.file = file.name;
    if (IsLineFile(file.path)) {
      QX_TRY(FhirText text, FhirText::Open(file.path));
      return ImportLines(text, file);
    }
    FhirAhead::Text text = ahead.Take();
    QX_DO(std::move(text.opened));
    if (!text.whole.ok()) return RefuseFile(file, text.whole.error());
    std::string& whole = *text.whole;
    // Lines under another name: the first line is a resource of its own.
    const size_t line_end = whole.find('\n');
    const bool many_lines = line_end != std::string::npos && whole.find_first_not_of(" \t\r\n", line_end) != std::string::npos;
    const std::string first = many_lines ? whole.substr(0, line_end) : std::string();
    Result<json::Document> document = json::Document::Parse(std::move(whole));
    if (document.ok()) return ImportDocument(document->root(), file);
    if (!many_lines || !json::Document::Parse(first).ok()) return RefuseFile(file, document.error());
    QX_TRY(FhirText lines, FhirText::Open(file.path));
    return ImportLines(lines, file);
  }

  // One file that cannot be read is the whole import's error; one of many is a line of the report.
  Status RefuseFile(const InputFile& file, const Error& error) {
    if (file_count_ == 1) return error;
    Faults faults;
    faults.Add("", file.name, error.code, error.zh.empty() ? error.en : error.zh, error.en);
    work_.CountRows(1);
    return work_.report().Refuse(0, file.name, faults.list());
  }

  Status ImportLines(FhirText& text, const InputFile& file) {
    std::string line_text;
    for (uint64_t line = 0;;) {
      QX_TRY(const bool found, text.ReadLine(line_text, line));
      if (!found) return Flush();
      QX_DO(work_.CheckCancel());
      work_.CountRows(1);
      const Result<json::Document> document = json::Document::Parse(line_text);
      if (!document.ok()) {
        Faults faults;
        faults.Add("", line_text, "bad-json", document.error().zh.empty() ? "这一行不是 JSON。" : document.error().zh,
                   document.error().en);
        QX_DO(work_.report().Refuse(line, file.name, faults.list()));
        continue;
      }
      QX_DO(AddToPiece(bundles_.ReadAlone(document->root(), line)));
      if (line % kPieceEntries == 0) Tell(file.index, text.position(), text.size());
    }
  }

  Status ImportDocument(json::Value root, const InputFile& file) {
    if (root.FindString("resourceType") != "Bundle" || root.FindString("type").empty()) {
      work_.CountRows(1);
      QX_DO(AddToPiece(bundles_.ReadAlone(root, 1)));
      return Flush();
    }
    QX_TRY(std::vector<BundleEntry> entries, bundles_.Read(root));
    work_.CountRows(entries.size());
    if (root.FindString("type") == "transaction") return AddTransaction(std::move(entries), file);
    for (BundleEntry& entry : entries) QX_DO(AddToPiece(std::move(entry)));
    return Flush();
  }

  // Whether an entry is to be written; counts or refuses it where not.
  Result<bool> Wanted(BundleEntry& entry) {
    if (entry.problems.empty()) Judge(entry);
    if (!entry.problems.empty()) {
      QX_DO(work_.report().Refuse(entry.ordinal, piece_.file, entry.problems));
      return false;
    }
    if (entry.kind == BundleEntry::Kind::kKnown) work_.Count({.unchanged = 1});
    if (entry.kind == BundleEntry::Kind::kSkip)
      work_.AddNote("Bundle 中的查询（GET）不执行。", "Reads (GET) in a Bundle are not carried out.");
    return entry.kind == BundleEntry::Kind::kPut || entry.kind == BundleEntry::Kind::kDelete;
  }

  // May the caller import this? What somebody else owns is out of reach for those who do not see the whole county.
  void Judge(BundleEntry& entry) {
    if (entry.kind == BundleEntry::Kind::kSkip) return;
    Status allowed = access::Decide(work_.caller, access::Verb::kImport, entry.type, work_.TaskOwner());
    if (allowed.ok() && !work_.caller.whole_county && work_.caller.role != access::Role::kSystem) {
      const auto snapshot = work_.tools.store->OpenSnapshot(work_.writer);
      if (snapshot.ok()) {
        const auto current = (*snapshot)->Read(entry.type, entry.id);
        if (current.ok()) allowed = access::Decide(work_.caller, access::Verb::kImport, entry.type, current->owner);
      }
    }
    if (allowed.ok()) return;
    Faults faults;
    faults.Add("", Key(entry), allowed.error().code, allowed.error().zh, allowed.error().en);
    entry.problems = std::move(faults.list());
  }

  Status AddToPiece(BundleEntry entry) {
    QX_TRY(const bool wanted, Wanted(entry));
    if (!wanted) return Ok();
    if (piece_.entries.size() >= kPieceEntries || !piece_keys_.insert(Key(entry)).second) {
      QX_DO(Flush());
      piece_keys_.insert(Key(entry));
    }
    piece_.entries.push_back(std::move(entry));
    return Ok();
  }

  Status AddTransaction(std::vector<BundleEntry> entries, const InputFile& file) {
    bool good = true;
    std::set<std::string> keys;
    for (BundleEntry& entry : entries) {
      if (entry.problems.empty()) Judge(entry);
      const bool writes = entry.kind == BundleEntry::Kind::kPut || entry.kind == BundleEntry::Kind::kDelete;
      if (entry.problems.empty() && writes && !keys.insert(Key(entry)).second) {
        Faults faults;
        faults.Add("", Key(entry), "bad-bundle-entry", "同一资源在一个事务中出现了两次。",
                   "The same resource stands twice in one transaction.");
        entry.problems = std::move(faults.list());
      }
      good = good && entry.problems.empty();
    }
    if (!good) return RefuseTransaction(entries, file);
    piece_.whole = true;
    for (BundleEntry& entry : entries) {
      QX_TRY(const bool wanted, Wanted(entry));
      if (!wanted) continue;
      piece_keys_.insert(Key(entry));
      piece_.entries.push_back(std::move(entry));
    }
    return Flush();
  }

  Status RefuseTransaction(const std::vector<BundleEntry>& entries, const InputFile& file) {
    for (const BundleEntry& entry : entries) {
      Faults faults;
      faults.Add("", Key(entry), "bad-bundle-entry", "同一事务中有其他条目被拒收，事务整体不导入。",
                 "Another entry of this transaction was refused, so none of it is imported.");
      QX_DO(work_.report().Refuse(entry.ordinal, file.name, entry.problems.empty() ? faults.list() : entry.problems));
    }
    return Ok();
  }

  // Hands the piece to the crew. It waits first where an unfinished piece may hold one of the same resources.
  Status Flush() {
    Piece piece = std::move(piece_);
    std::unordered_set<std::string> keys = std::move(piece_keys_);
    piece_ = {.entries = {}, .file = piece.file, .whole = false};
    piece_keys_ = {};
    if (piece.entries.empty()) return Ok();
    bool meets = false;
    for (const auto& other : under_way_)
      for (const std::string& key : keys) meets = meets || other.contains(key);
    if (meets) QX_DO(crew_.Drain());
    under_way_.push_back(std::move(keys));
    if (under_way_.size() > kPiecesUnderWay) under_way_.pop_front();
    auto shared = std::make_shared<Piece>(std::move(piece));
    return crew_.Submit([this, shared] { return commit_.Commit(*shared); });
  }

  Status Settle() {
    QX_DO(Flush());
    return crew_.Drain();
  }

  void NoteUnresolved() {
    for (const auto& [type, count] : bundles_.unresolved())
      work_.AddNote(std::to_string(count) + " 处引用（" + type + "?…）找不到对应资源，已按原样保留。",
                    std::to_string(count) + " references (" + type + "?…) found no resource and are kept as written.");
  }

  void Tell(size_t index, uint64_t position, uint64_t size) {
    const double within = size ? static_cast<double>(position) / static_cast<double>(size) : 0;
    const double files = static_cast<double>(index) + (index < file_count_ ? within : 0);
    work_.Tell("committing", files / static_cast<double>(file_count_));
  }

  Work& work_;
  FhirCommit commit_;
  Identifiers identifiers_;
  BundleReader bundles_;
  size_t file_count_ = 1;
  Piece piece_;
  std::unordered_set<std::string> piece_keys_;
  std::deque<std::unordered_set<std::string>> under_way_;    // keys of the last pieces, which may not be done yet
  Crew crew_;                                                // last: its jobs use all of the above
};

}  // namespace

Status ImportFhir(Work& work) {
  FhirImport import(work);
  return import.Run();
}

}  // namespace qianxian::intake
