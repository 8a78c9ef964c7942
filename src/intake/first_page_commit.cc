#include "intake/first_page_commit.h"

#include <map>

#include "json/value.h"

namespace qianxian::intake {
namespace {

constexpr int kAttempts = 50;

// What the commit holds of one row.
struct Share {
  size_t first = 0, count = 0;             // its changes, without the Patient
  size_t patient = SIZE_MAX;               // its Patient, where this row is the one that gives it
};

bool IsDeleted(const Error& error) { return error.code == "deleted"; }

// Deletes what an earlier version of the stay had more of. Numbers have no holes, so the first that is not there ends it.
Status DeleteRest(store::Snapshot& snapshot, const char* type, const std::string& encounter_id, const char* letter,
                  size_t kept, std::vector<store::Change>& changes) {
  for (size_t n = kept + 1;; ++n) {
    const std::string id = encounter_id + letter + std::to_string(n);
    const Result<store::Resource> found = snapshot.Read(type, id);
    if (!found.ok() && found.error().category != ErrorCategory::kNotFound) return found.error();
    if (!found.ok()) return Ok();
    changes.push_back({.kind = store::Change::Kind::kDelete, .type = type, .id = id, .keep_owner = true});
  }
}

// The Patients of a piece: each once, with the data of the latest stay, and only where it is later than what is there.
class Patients {
 public:
  void Offer(const FirstPage& page, const FirstPageRecords& records, size_t row) {
    const auto [found, is_new] = offers_.try_emplace(records.patient_id, Offered{SourceOf(page), &records, row});
    const PatientSource source = SourceOf(page);
    if (!is_new && Supersedes(source, found->second.source)) found->second = {source, &records, row};
  }

  Status AddChanges(store::Snapshot& snapshot, std::vector<Share>& shares, std::vector<store::Change>& changes) {
    for (const auto& [id, offered] : offers_) {
      store::Change change = offered.records->patient;
      const Result<store::Resource> current = snapshot.Read("Patient", id);
      if (current.ok()) {
        if (!Supersedes(offered.source, SourceOf(current->body))) continue;
        change.if_version = current->version;
      } else if (current.error().category != ErrorCategory::kNotFound) {
        return current.error();
      } else if (!IsDeleted(current.error())) {
        change.if_version = 0;
      }
      shares[offered.row].patient = changes.size();
      changes.push_back(std::move(change));
    }
    return Ok();
  }

 private:
  struct Offered {
    PatientSource source;
    const FirstPageRecords* records;
    size_t row;
  };
  std::map<std::string, Offered> offers_;
};

void CountRow(const Share& share, const std::vector<store::ChangeReceipt>& receipts, Counts& counts) {
  const store::Outcome encounter = receipts[share.first].outcome;
  bool same = share.patient == SIZE_MAX || receipts[share.patient].outcome == store::Outcome::kUnchanged;
  for (size_t i = share.first; i < share.first + share.count; ++i) {
    const store::Outcome outcome = receipts[i].outcome;
    same = same && (outcome == store::Outcome::kUnchanged || outcome == store::Outcome::kAlreadyDeleted);
  }
  if (encounter == store::Outcome::kCreated) ++counts.accepted;
  else if (same) ++counts.unchanged;
  else ++counts.replaced;
}

// The body that the store holds says the same as ours, which has no meta.
bool SaysTheSame(const std::string& stored, const std::string& ours) {
  const Result<json::Document> a = json::Document::Parse(stored), b = json::Document::Parse(ours);
  if (!a.ok() || !b.ok()) return false;
  size_t members = 0;
  for (const json::Member& member : a->root().Members()) {
    if (member.name == "meta") continue;
    ++members;
    const auto other = b->root().Find(member.name);
    if (!other || !json::Equal(member.value, *other)) return false;
  }
  return members == b->root().size();
}

}  // namespace

// False: somebody else wrote one of the Patients meanwhile; try again with what is there now.
Result<bool> FirstPageCommit::TryCommit(const std::vector<const FirstPage*>& pages,
                                        std::vector<FirstPageRecords>& records) {
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, work_.tools.store->OpenSnapshot(work_.writer));
  store::CommitRequest request{.reason = "import:first-pages"};
  std::vector<Share> shares(pages.size());
  Patients patients;
  for (size_t i = 0; i < pages.size(); ++i) {
    patients.Offer(*pages[i], records[i], i);
    shares[i].first = request.changes.size();
    request.changes.insert(request.changes.end(), records[i].stay.begin(), records[i].stay.end());
    const Result<store::Resource> before = snapshot->Read("Encounter", records[i].encounter_id);
    if (before.ok()) {
      QX_DO(DeleteRest(*snapshot, "Condition", records[i].encounter_id, "-d", records[i].conditions, request.changes));
      QX_DO(DeleteRest(*snapshot, "Procedure", records[i].encounter_id, "-o", records[i].procedures, request.changes));
    } else if (before.error().category != ErrorCategory::kNotFound) {
      return before.error();
    }
    shares[i].count = request.changes.size() - shares[i].first;
  }
  QX_DO(patients.AddChanges(*snapshot, shares, request.changes));
  request.changes.push_back(work_.TaskChange("in-progress"));
  const Result<store::CommitReceipt> receipt = work_.tools.store->Commit(work_.writer, std::move(request));
  if (!receipt.ok()) {
    if (receipt.error().category == ErrorCategory::kConflict) return false;
    return receipt.error();
  }
  Counts counts;
  for (const Share& share : shares) CountRow(share, receipt->changes, counts);
  work_.Count(counts);
  return true;
}

Status FirstPageCommit::CommitPages(const std::vector<const FirstPage*>& pages) {
  if (pages.empty()) return Ok();
  std::vector<FirstPageRecords> records;
  records.reserve(pages.size());
  for (const FirstPage* page : pages) records.push_back(MakeRecords(*page, work_.request.stay_days_inclusive));
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const Result<bool> done = TryCommit(pages, records);
    if (done.ok() && *done) return Ok();
    if (done.ok()) continue;
    if (done.error().category != ErrorCategory::kInvalid || done.error().code == "cancelled") return done.error();
    // The store refuses something of the piece: row by row, so that only that row is lost.
    if (pages.size() == 1) return Refuse(*pages[0], done.error());
    for (const FirstPage* page : pages) QX_DO(CommitPages({page}));
    return Ok();
  }
  return MakeError(ErrorCategory::kBusy, "busy", "The record is being changed by others too often; try again later.",
                   "记录正被频繁修改，请稍后再试。");
}

Result<bool> FirstPageCommit::HoldsAlready(const FirstPage& page) {
  const FirstPageRecords records = MakeRecords(page, work_.request.stay_days_inclusive);
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, work_.tools.store->OpenSnapshot(work_.writer));
  for (const store::Change& change : records.stay) {
    const Result<store::Resource> stored = snapshot->Read(change.type, change.id);
    if (!stored.ok() || !SaysTheSame(stored->body, change.body)) return false;
  }
  std::vector<store::Change> rest;
  QX_DO(DeleteRest(*snapshot, "Condition", records.encounter_id, "-d", records.conditions, rest));
  QX_DO(DeleteRest(*snapshot, "Procedure", records.encounter_id, "-o", records.procedures, rest));
  return rest.empty();
}

// The same stay several times in one file: the later row wins and history keeps the earlier ones; but where the last row
// is what the record holds already, nothing is written, so that the same file twice changes nothing.
Status FirstPageCommit::CommitRepeated(const std::vector<const FirstPage*>& rows) {
  QX_TRY(const bool held, HoldsAlready(*rows.back()));
  if (held) {
    work_.Count({.unchanged = rows.size()});
    return Ok();
  }
  for (const FirstPage* row : rows) QX_DO(CommitPages({row}));
  return Ok();
}

Status FirstPageCommit::Commit(const std::vector<StayRows>& stays) {
  // Rows are told apart by their stay here, not by the hash or the spelling that brought them together.
  std::map<std::string, std::vector<const FirstPage*>> by_stay;
  for (const StayRows& rows : stays)
    for (const FirstPage& row : rows) by_stay[EncounterId(row)].push_back(&row);
  std::vector<const FirstPage*> single;
  for (const auto& [id, rows] : by_stay)
    if (rows.size() == 1) single.push_back(rows[0]);
  QX_DO(CommitPages(single));
  for (const auto& [id, rows] : by_stay)
    if (rows.size() > 1) QX_DO(CommitRepeated(rows));
  return Ok();
}

Status FirstPageCommit::Refuse(const FirstPage& page, const Error& error) {
  Faults faults;
  faults.Add("", page.record_number, error.code, error.zh.empty() ? error.en : error.zh, error.en);
  return work_.report().Refuse(page.line, file_, faults.list());
}

}  // namespace qianxian::intake
