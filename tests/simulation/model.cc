#include "simulation/model.h"

#include <algorithm>

#include "json/value.h"

namespace qianxian::simulation {
namespace {

access::Caller System() { return access::SystemCaller("simulation"); }

std::string NameOf(const Key& key) { return key.first + "/" + key.second; }

Problem CheckVersion(const Key& key, const Version& wanted, const store::Resource& is) {
  const std::string name = NameOf(key) + " version " + std::to_string(wanted.version);
  if (is.version != wanted.version || is.t != wanted.t || is.deleted != wanted.deleted)
    return name + " is another: version " + std::to_string(is.version) + ", t " + std::to_string(is.t) + " instead of " + std::to_string(wanted.t);
  if (is.last_updated != wanted.at) return name + " has another time";
  if (is.owner != wanted.owner) return name + " belongs to " + is.owner + " instead of " + wanted.owner;
  if (!wanted.deleted && !SameBody(wanted.body, is.body)) return name + " has another body: " + is.body;
  return {};
}

}  // namespace

bool IsOfTheMachine(const Error& error) {
  return error.category == ErrorCategory::kUnavailable || error.category == ErrorCategory::kBusy || error.category == ErrorCategory::kFault;
}

bool SameBody(const std::string& sent, const std::string& kept) {
  const auto a = json::Document::Parse(sent), b = json::Document::Parse(kept);
  if (!a.ok() || !b.ok()) return false;
  size_t members = 0;
  for (const json::Member& member : a->root().Members()) {
    if (member.name == "id" || member.name == "meta") continue;
    ++members;
    const auto found = b->root().Find(member.name);
    if (!found || !json::Equal(member.value, *found)) return false;
  }
  for (const json::Member& member : b->root().Members())
    if (member.name != "id" && member.name != "meta") --members;
  return members == 0;
}

const Version* Model::Living(const Key& key) const {
  const auto found = resources_.find(key);
  if (found == resources_.end() || found->second.back().deleted) return nullptr;
  return &found->second.back();
}

Model::Judged Model::JudgeOne(const store::CommitRequest& request) const {
  Judged judged;
  std::map<Key, Version> here;                             // by this commit
  for (const store::Change& change : request.changes) {
    const Key key{change.type, change.id};
    Version now;
    const auto known = resources_.find(key);
    if (known != resources_.end()) now = known->second.back();
    if (const auto found = here.find(key); found != here.end()) now = found->second;
    const bool lives = now.version != 0 && !now.deleted, deletes = change.kind == store::Change::Kind::kDelete;
    if (change.if_version && (*change.if_version == 0 ? lives : !lives || *change.if_version != now.version)) {
      judged.error = MakeError(ErrorCategory::kConflict, *change.if_version == 0 ? "already-exists" : "version-conflict", "");
      return judged;
    }
    if (deletes && !lives) {
      judged.receipts.push_back({store::Outcome::kAlreadyDeleted, now.version});
      continue;
    }
    const std::string owner = deletes || (now.version != 0 && change.keep_owner) ? now.owner : change.owner;
    if (!deletes && change.skip_if_equal && lives && owner == now.owner && SameBody(change.body, now.body)) {
      judged.receipts.push_back({store::Outcome::kUnchanged, now.version});
      continue;
    }
    judged.receipts.push_back({deletes ? store::Outcome::kDeleted : lives ? store::Outcome::kUpdated : store::Outcome::kCreated, now.version + 1});
    now = {now.version + 1, 0, {}, deletes, owner, deletes ? std::string() : change.body};
    here[key] = now;
    judged.versions.emplace_back(key, now);
  }
  return judged;
}

void Model::Keep(Judged judged, uint64_t t, Instant at) {
  std::vector<store::FeedEntry> entries;
  for (auto& [key, version] : judged.versions) {
    entries.push_back({t, key.first, key.second, version.version, version.deleted});
    version.t = t, version.at = at;
    resources_[key].push_back(std::move(version));
  }
  commits_.push_back(std::move(entries));
  newest_ = at;
}

Problem Model::Judge(const store::CommitRequest& request, const Result<store::CommitReceipt>& answer) {
  if (!answer.ok() && IsOfTheMachine(answer.error())) {
    ++machine_failures_;
    doubts_.push_back(request);
    return {};
  }
  Judged judged = JudgeOne(request);
  if (!answer.ok()) {
    if (judged.error.code == answer.error().code) return {};
    return "a commit (" + request.reason + ") was refused with " + Describe(answer.error()) + " instead of '" + judged.error.code + "'";
  }
  const std::string name = "the commit t " + std::to_string(answer->t) + " (" + request.reason + ")";
  if (!judged.error.code.empty()) return name + " was taken instead of refused with " + judged.error.code;
  const bool writes = !judged.versions.empty();
  const Instant now{clock_.Now().microseconds / 1000 * 1000};
  if (answer->t != t() + (writes ? 1 : 0)) return name + " should be t " + std::to_string(t() + (writes ? 1 : 0));
  if (writes && answer->at != std::max(now, newest_)) return name + " has another time than it should";
  if (answer->at < newest_) return name + " went back in time";
  if (answer->changes.size() != judged.receipts.size()) return name + " has another number of answers";
  for (size_t i = 0; i < judged.receipts.size(); ++i) {
    const bool same = answer->changes[i].outcome == judged.receipts[i].outcome && answer->changes[i].version == judged.receipts[i].version;
    if (!same) return name + ": change " + std::to_string(i) + " was answered with version " + std::to_string(answer->changes[i].version) + " instead of " + std::to_string(judged.receipts[i].version);
  }
  if (writes) Keep(std::move(judged), answer->t, answer->at);
  doubts_.clear();
  return {};
}

Problem Model::Adopt(store::Store& store) {
  const uint64_t last = store.LastT();
  std::vector<store::CommitRequest> doubts;
  doubts.swap(doubts_);
  if (last < t()) return "acknowledged commits are gone: t " + std::to_string(last) + " of " + std::to_string(t());
  if (last == t()) return {};
  if (last > t() + 1) return "there are commits that nobody asked for: t " + std::to_string(last) + " after " + std::to_string(t());
  const auto entries = store.ReadFeed(System(), t(), 1'000'000);
  const auto snapshot = store.OpenSnapshot(System());
  if (!entries.ok() || !snapshot.ok()) return "the commit in doubt cannot be read: " + Describe(entries.ok() ? snapshot.error() : entries.error());
  for (const store::CommitRequest& doubt : doubts) {
    Judged judged = JudgeOne(doubt);
    if (!judged.error.code.empty() || judged.versions.size() != entries->size()) continue;
    bool same = true;
    Instant at;
    for (size_t i = 0; i < entries->size() && same; ++i) {
      const auto& [key, version] = judged.versions[i];
      const store::FeedEntry& entry = (*entries)[i];
      same = Key{entry.type, entry.id} == key && entry.version == version.version && entry.deleted == version.deleted;
      if (!same) break;
      const auto read = (*snapshot)->ReadVersion(key.first, key.second, entry.version);
      if (read.ok()) at = read->last_updated;
      same = version.deleted || (read.ok() && SameBody(version.body, read->body));
    }
    if (!same) continue;
    if (at < newest_ && at != Instant{}) return "the commit in doubt went back in time";
    ++adopted_;
    Keep(std::move(judged), last, std::max(at, newest_));
    return {};
  }
  return "the commit t " + std::to_string(last) + " was not acknowledged and is none of those in doubt, or half of one";
}

Problem Model::CheckFeed(store::Store& store, uint64_t after, size_t at_once) const {
  uint64_t done = after;
  while (done < t()) {
    const auto read = store.ReadFeed(System(), done, at_once);
    if (!read.ok()) return "the feed cannot be read: " + Describe(read.error());
    if (read->empty()) return "the feed ends at t " + std::to_string(done) + " of " + std::to_string(t());
    for (size_t at = 0; at < read->size();) {
      if (done >= t()) return "the feed knows of commits that were not acknowledged";
      const std::vector<store::FeedEntry>& commit = commits_[done++];
      for (const store::FeedEntry& wanted : commit) {
        if (at == read->size()) return "the feed gave half of commit t " + std::to_string(done);
        const store::FeedEntry& is = (*read)[at++];
        const bool same = is.t == wanted.t && is.type == wanted.type && is.id == wanted.id && is.version == wanted.version && is.deleted == wanted.deleted;
        if (!same) return "the feed has " + NameOf({is.type, is.id}) + " of t " + std::to_string(is.t) + " where " + NameOf({wanted.type, wanted.id}) + " of t " + std::to_string(wanted.t) + " belongs";
      }
    }
  }
  const auto beyond = store.ReadFeed(System(), t(), at_once);
  if (beyond.ok() && !beyond->empty()) return "the feed goes on after the last acknowledged commit";
  return {};
}

Problem Model::CheckResource(store::Snapshot& snapshot, const Key& key) const {
  const std::vector<Version>& versions = resources_.at(key);
  const Version* newest = nullptr;
  for (const Version& version : versions) {
    if (version.t > snapshot.t()) break;
    newest = &version;
    const auto read = snapshot.ReadVersion(key.first, key.second, version.version);
    if (!read.ok()) {
      if (version.deleted && read.error().code == "deleted") continue;
      return NameOf(key) + " version " + std::to_string(version.version) + " cannot be read: " + Describe(read.error());
    }
    if (Problem problem = CheckVersion(key, version, *read); !problem.empty()) return problem;
  }
  const auto read = snapshot.Read(key.first, key.second);
  if (newest == nullptr || newest->deleted) {
    const std::string code = newest == nullptr ? "no-such-resource" : "deleted";
    if (!read.ok() && read.error().code == code) return {};
    return NameOf(key) + " at t " + std::to_string(snapshot.t()) + " should be '" + code + "'" + (read.ok() ? "" : ": " + Describe(read.error()));
  }
  if (!read.ok()) return NameOf(key) + " cannot be read: " + Describe(read.error());
  return CheckVersion(key, *newest, *read);
}

Problem Model::CheckAll(store::Store& store) const {
  if (store.LastT() != t()) return "the record is at t " + std::to_string(store.LastT()) + " instead of " + std::to_string(t());
  if (Problem problem = CheckFeed(store, 0, 50); !problem.empty()) return problem;
  const auto snapshot = store.OpenSnapshot(System());
  if (!snapshot.ok()) return "no snapshot: " + Describe(snapshot.error());
  std::map<std::string, uint64_t> living;
  for (const auto& [key, versions] : resources_) {
    if (Problem problem = CheckResource(**snapshot, key); !problem.empty()) return problem;
    living[key.first] += versions.back().deleted ? 0 : 1;
  }
  for (const auto& [type, count] : living) {
    const auto counted = (*snapshot)->Count(type);
    if (!counted.ok() || *counted != count) return "there are " + std::to_string(counted.value_or(0)) + " " + type + " instead of " + std::to_string(count);
  }
  const auto report = store.Check(System());
  if (!report.ok()) return "the check cannot be made: " + Describe(report.error());
  for (const auto& line : report->lines)
    if (line.bad != 0) return "check: " + line.what + ": " + std::to_string(line.bad) + " bad, " + line.first_bad;
  return {};
}

Problem Model::CheckSome(store::Store& store, Random& random) const {
  if (store.LastT() != t()) return "the record is at t " + std::to_string(store.LastT()) + " instead of " + std::to_string(t());
  if (t() == 0) return {};
  const uint64_t after = random.NextBelow(3) == 0 ? random.NextBelow(t()) : t() - std::min<uint64_t>(t(), 5);
  if (Problem problem = CheckFeed(store, after, 1 + random.NextBelow(100)); !problem.empty()) return problem;
  const uint64_t state = random.NextBelow(2) == 0 ? t() : 1 + random.NextBelow(t());
  const auto snapshot = store.OpenSnapshot(System(), state);
  if (!snapshot.ok()) return "no snapshot of t " + std::to_string(state) + ": " + Describe(snapshot.error());
  for (int i = 0; i < 5; ++i) {
    auto chosen = resources_.begin();
    std::advance(chosen, static_cast<long>(random.NextBelow(resources_.size())));
    if (Problem problem = CheckResource(**snapshot, chosen->first); !problem.empty()) return problem;
  }
  return {};
}

}  // namespace qianxian::simulation
