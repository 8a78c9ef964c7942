#include <algorithm>
#include <list>

#include "base/limits.h"
#include "base/text.h"
#include "search/parameters.h"
#include "store/body.h"
#include "store/errors.h"
#include "store/memory/memory_data.h"

namespace qianxian::store {
namespace memory {
namespace {

Error NotYourWork() {
  return MakeError(ErrorCategory::kForbidden, "not-your-work", "Your role does not do this.", "您的角色没有这项权限。");
}

// Does the role read this type at all? (An owner that nobody is tells role and scope apart.)
Status RoleReads(const access::Caller& caller, std::string_view type, access::Verb verb = access::Verb::kSearch) {
  if (access::IsInternalType(type)) return Ok();   // others find nothing
  const Status decided = access::Decide(caller, verb, type, "\x01");
  if (!decided.ok() && decided.error().code != "not-yours") return decided;
  return Ok();
}

class MemorySnapshot final : public Snapshot {
 public:
  MemorySnapshot(std::shared_ptr<Data> data, access::Caller caller, uint64_t t)
      : data_(std::move(data)), caller_(std::move(caller)), t_(t) {}

  uint64_t t() const override { return t_; }

  Result<Resource> Read(std::string_view type, std::string_view id) override {
    const std::lock_guard lock(data_->mutex);
    QX_DO(RoleReads(caller_, type, access::Verb::kRead));
    const View view(*data_, caller_, t_);
    return Give(view, view.Newest(type, id), type, id);
  }

  Result<Resource> OpenPatient(std::string_view id) override {
    QX_TRY(Resource patient, Read("Patient", id));
    const std::lock_guard lock(data_->mutex);
    if (caller_.role != access::Role::kSystem) data_->openings.push_back({std::string(id), {caller_.user, data_->clock->Now()}});
    return patient;
  }

  Result<std::vector<PatientOpening>> OpeningsOfPatient(std::string_view id, size_t count) override {
    QX_DO(Read("Patient", id));
    const std::lock_guard lock(data_->mutex);
    std::vector<PatientOpening> out;
    for (size_t i = data_->openings.size(); i-- > 0;) {
      const auto& [patient, opening] = data_->openings[i];
      if (patient != id) continue;
      const bool told = std::any_of(out.begin(), out.end(), [&](const PatientOpening& o) { return o.user == opening.user && LocalDay(o.at) == LocalDay(opening.at); });
      if (!told) out.push_back(opening);
    }
    if (out.size() > count) out.resize(count);
    return out;
  }

  Result<Resource> ReadVersion(std::string_view type, std::string_view id, uint64_t version) override {
    const std::lock_guard lock(data_->mutex);
    QX_DO(RoleReads(caller_, type, access::Verb::kRead));
    const View view(*data_, caller_, t_);
    const auto found = data_->resources.find({std::string(type), std::string(id)});
    if (found == data_->resources.end()) return NoSuchResource(type, id);
    for (size_t place : found->second) {
      const auto& candidate = data_->versions[place];
      if (candidate->resource.version == version && candidate->resource.t <= t_) return Give(view, candidate, type, id);
    }
    return NoSuchResource(type, id);
  }

  Result<HistoryPage> History(std::string_view type, std::string_view id, std::optional<Instant> since, size_t count,
                              std::string_view place) override {
    const std::lock_guard lock(data_->mutex);
    const access::Verb verb = id.empty() ? access::Verb::kSearch : access::Verb::kRead;
    if (!type.empty()) QX_DO(RoleReads(caller_, type, verb));
    uint64_t t = t_;
    size_t offset = 0;
    if (!place.empty()) {
      const std::vector<std::string_view> parts = Split(place, '.');
      int64_t place_t = 0;
      int64_t position = 0;
      if (parts.size() != 2 || !ParseInteger(parts[0], place_t) || !ParseInteger(parts[1], position)) {
        return Invalid("bad-place", "This is not a place of a history.", "分页位置无效。");
      }
      t = static_cast<uint64_t>(place_t);
      offset = static_cast<size_t>(position);
    }
    const View view(*data_, caller_, t);
    std::vector<Resource> all;
    for (size_t i = data_->versions.size(); i-- > 0;) {
      const Resource& resource = data_->versions[i]->resource;
      if (resource.t > t || (!type.empty() && resource.type != type) || (!id.empty() && resource.id != id)) continue;
      if (view.MaySee(*data_->versions[i], verb) && (!since || resource.last_updated >= *since)) all.push_back(resource);
    }
    if (!id.empty() && all.empty() && !since) return NoSuchResource(type, id);
    HistoryPage page;
    page.total = all.size();
    count = std::min(count, limits::kSearchPageMaximum);
    for (size_t i = offset; i < all.size() && page.versions.size() < count; ++i) page.versions.push_back(all[i]);
    if (offset + page.versions.size() < all.size() && !page.versions.empty()) {
      page.next = std::to_string(t) + "." + std::to_string(offset + page.versions.size());
    }
    return page;
  }

  Result<SearchPage> Search(const search::Query& query) override {
    const std::lock_guard lock(data_->mutex);
    if (!query.type.empty()) QX_DO(RoleReads(caller_, query.type));
    return View(*data_, caller_, t_).Search(query);
  }

  Result<std::vector<Tally>> CountBy(const search::Query& query) override {
    const std::lock_guard lock(data_->mutex);
    if (!query.type.empty()) QX_DO(RoleReads(caller_, query.type));
    return View(*data_, caller_, t_).CountBy(query);
  }

  Result<std::vector<Resource>> Scan(std::string_view type, std::string_view after, size_t count) override {
    const std::lock_guard lock(data_->mutex);
    QX_DO(RoleReads(caller_, type));
    std::vector<Resource> all;
    for (const auto& version : View(*data_, caller_, t_).Living(type)) {
      if (version->resource.type == type && version->resource.id > after) all.push_back(version->resource);
    }
    std::sort(all.begin(), all.end(), [](const Resource& a, const Resource& b) { return a.id < b.id; });
    if (all.size() > count) all.resize(count);
    return all;
  }

  Result<uint64_t> Count(std::string_view type) override {
    const std::lock_guard lock(data_->mutex);
    QX_DO(RoleReads(caller_, type));
    return static_cast<uint64_t>(View(*data_, caller_, t_).Living(type).size());
  }

 private:
  Result<Resource> Give(const View& view, const std::shared_ptr<const Version>& version, std::string_view type, std::string_view id) {
    if (!version || !view.MaySee(*version, access::Verb::kRead)) return NoSuchResource(type, id);
    if (version->resource.deleted) return DeletedResource(type, id);
    return version->resource;
  }

  std::shared_ptr<Data> data_;
  access::Caller caller_;
  uint64_t t_;
};

}  // namespace

Status ReconcileCustom(Data& data) {
  std::map<size_t, std::shared_ptr<const search::CustomDefinition>> in_order;   // by the first version
  for (const auto& [key, places] : data.resources) {
    const Version& newest = *data.versions[places.back()];
    if (key.first != "SearchParameter" || newest.resource.deleted) continue;
    QX_TRY(const json::Document document, json::Document::Parse(newest.resource.body));
    auto read = search::ReadCustomDefinition(*data.parameters, document.root());
    if (read.ok() && *read) in_order[places.front()] = std::make_shared<const search::CustomDefinition>(std::move(**read));
  }
  search::CustomDefinitions candidates;
  for (const auto& [place, definition] : in_order) candidates.push_back(definition);
  std::vector<search::CustomEntry> entries;
  for (const auto& definition : search::InUse(candidates)) {
    for (const std::string& type : definition->bases) {
      const search::Parameter* known = data.custom == nullptr ? nullptr : data.custom->Find(type, definition->code);
      const bool same = known != nullptr && known->kind == definition->kind && known->expression == definition->expression;
      const uint64_t serial = same ? known->serial : ++data.custom_serial;
      const auto number = static_cast<uint16_t>(search::kFirstCustomNumber + serial % (UINT16_MAX - search::kFirstCustomNumber));
      entries.push_back({definition, type, same ? known->number : number, serial, std::make_shared<const search::IndexProgress>()});
    }
  }
  data.custom = nullptr;
  if (!entries.empty()) {
    QX_TRY(data.custom, search::CustomParameters::Create(*data.parameters, std::move(entries)));
  }
  data.parameters->SetCustom(data.custom);
  return Ok();
}

namespace {

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(const OpenOptions& options) : data_(std::make_shared<Data>()) {
    data_->parameters = options.parameters;
    data_->parameters->SetCustom(nullptr);
    data_->clock = options.clock;
  }

  Result<CommitReceipt> Commit(const access::Caller& caller, CommitRequest request) override {
    if (request.changes.size() > limits::kCommitChanges) {
      return Invalid("too-many-changes", "A commit has too many changes.", "一次提交的变更过多。");
    }
    const std::lock_guard commit_lock(commit_mutex_);
    uint64_t t = 0;
    CommitReceipt receipt;
    {
      const std::lock_guard lock(data_->mutex);
      QX_TRY(receipt, CommitLocked(caller, request));
      t = data_->t;
    }
    for (const auto& listener : Listeners()) {
      const std::lock_guard lock(listener->mutex);
      if (listener->call) listener->call(t);
    }
    return receipt;
  }

  Result<std::unique_ptr<Snapshot>> OpenSnapshot(const access::Caller& caller, std::optional<uint64_t> t) override {
    const std::lock_guard lock(data_->mutex);
    if (t && *t > data_->t) {
      return NotFound("no-such-t", "There is no such state of the record yet.", "记录还没有这个时点的状态。");
    }
    return std::unique_ptr<Snapshot>(std::make_unique<MemorySnapshot>(data_, caller, t.value_or(data_->t)));
  }

  Result<std::vector<FeedEntry>> ReadFeed(const access::Caller& caller, uint64_t after_t, size_t maximum) override {
    if (caller.role != access::Role::kSystem) return NotYourWork();
    const std::lock_guard lock(data_->mutex);
    std::vector<FeedEntry> out;
    if (maximum == 0) return out;
    for (const auto& version : data_->versions) {
      const Resource& resource = version->resource;
      if (resource.t <= after_t) continue;
      if (out.size() >= maximum && resource.t != out.back().t) break;
      out.push_back({resource.t, resource.type, resource.id, resource.version, resource.deleted});
    }
    return out;
  }

  uint64_t LastT() override {
    const std::lock_guard lock(data_->mutex);
    return data_->t;
  }

  std::shared_ptr<void> Subscribe(std::function<void(uint64_t)> listener) override {
    const auto entry = std::make_shared<Listener>();
    entry->call = std::move(listener);
    const std::lock_guard lock(listeners_mutex_);
    listeners_.push_back(entry);
    return std::shared_ptr<void>(entry.get(), [entry](void*) {
      const std::lock_guard entry_lock(entry->mutex);
      entry->call = nullptr;
    });
  }

  Result<CheckReport> Check(const access::Caller& caller) override {
    QX_DO(access::Decide(caller, access::Verb::kManage, "*", ""));
    const std::lock_guard lock(data_->mutex);
    CheckReport report;
    CheckReport::Line line{"bodies: hash of every version", 0, 0, ""};
    for (const auto& version : data_->versions) {
      ++line.checked;
      if (version->resource.deleted) continue;
      const Result<json::Document> document = json::Document::Parse(version->resource.body);
      if (!document.ok() || HashBody(document->root()) != version->hash) {
        if (line.bad++ == 0) line.first_bad = version->resource.type + "/" + version->resource.id;
      }
    }
    report.lines.push_back(std::move(line));
    return report;
  }

  Status RebuildIndex(const access::Caller& caller, std::function<void(uint64_t, uint64_t)> progress) override {
    QX_DO(access::Decide(caller, access::Verb::kManage, "*", ""));
    const std::lock_guard lock(data_->mutex);
    if (progress) progress(data_->versions.size(), data_->versions.size());   // there is no index: every search is a scan
    return Ok();
  }

 private:
  struct Listener {
    std::mutex mutex;
    std::function<void(uint64_t)> call;
  };
  std::vector<std::shared_ptr<Listener>> Listeners() {
    const std::lock_guard lock(listeners_mutex_);
    return listeners_;
  }

  Result<CommitReceipt> CommitLocked(const access::Caller& caller, CommitRequest& request) {
    const size_t before = data_->versions.size();
    const Instant at = std::max(Instant{data_->clock->Now().microseconds / 1000 * 1000}, data_->at);
    CommitReceipt receipt;
    for (Change& change : request.changes) {
      Result<ChangeReceipt> made = Make(caller, request.reason, change, data_->t + 1, at);
      if (!made.ok()) {
        Undo(before);
        return std::move(made).error();
      }
      receipt.changes.push_back(*made);
    }
    if (data_->versions.size() > before) {
      ++data_->t;
      data_->at = at;
      const bool defines = std::any_of(data_->versions.begin() + static_cast<std::ptrdiff_t>(before), data_->versions.end(),
                                       [](const auto& version) { return version->resource.type == "SearchParameter"; });
      if (defines) QX_DO(ReconcileCustom(*data_));
    }
    receipt.t = data_->t;
    receipt.at = data_->t == 0 ? at : data_->at;
    return receipt;
  }

  void Undo(size_t size) {
    while (data_->versions.size() > size) {
      const Resource& resource = data_->versions.back()->resource;
      const auto found = data_->resources.find({resource.type, resource.id});
      found->second.pop_back();
      if (found->second.empty()) data_->resources.erase(found);
      data_->versions.pop_back();
    }
  }

  Result<ChangeReceipt> Make(const access::Caller& caller, const std::string& reason, Change& change, uint64_t t,
                             Instant at) {
    if (access::IsInternalType(change.type) && caller.role != access::Role::kSystem) return NotYourWork();
    QX_DO(access::DecideKept(caller, reason, change.type, change.id));
    if (!IsTypeName(change.type)) return Invalid("bad-type", "This is not a resource type.", "不是资源类型。");
    if (!IsResourceId(change.id)) return Invalid("bad-id", "This is not an id.", "id 无效。");
    const auto found = data_->resources.find({change.type, change.id});
    const bool exists = found != data_->resources.end();
    std::shared_ptr<const Version> current;
    if (exists) current = data_->versions[found->second.back()];
    const bool lives = exists && !current->resource.deleted;
    const access::Verb verb = reason.rfind("import", 0) == 0            ? access::Verb::kImport
                              : change.kind == Change::Kind::kDelete ? access::Verb::kDelete
                              : lives                                   ? access::Verb::kUpdate
                                                                        : access::Verb::kCreate;
    const uint64_t version = exists ? current->resource.version : 0;
    if (exists) QX_DO(access::Decide(caller, verb, change.type, current->resource.owner));
    if (change.if_version) {
      if (*change.if_version == 0 && lives) {
        return MakeError(ErrorCategory::kConflict, "already-exists", "There is a resource with this id already.",
                         "已存在相同 id 的资源。");
      }
      if (*change.if_version != 0 && (!lives || *change.if_version != version)) {
        return MakeError(ErrorCategory::kConflict, "version-conflict", "Somebody changed this meanwhile.",
                         "数据已被他人修改。");
      }
    }
    auto made = std::make_shared<Version>();
    made->resource.type = change.type;
    made->resource.id = change.id;
    made->resource.version = version + 1;
    made->resource.t = t;
    made->resource.last_updated = at;
    made->resource.owner = exists ? current->resource.owner : change.owner;
    if (change.kind == Change::Kind::kDelete) {
      if (!exists) QX_DO(access::Decide(caller, verb, change.type, change.owner));
      if (!lives) return ChangeReceipt{Outcome::kAlreadyDeleted, version};
      made->resource.deleted = true;
      Append(std::move(made));
      return ChangeReceipt{Outcome::kDeleted, version + 1};
    }
    if (!(exists && change.keep_owner)) {
      QX_DO(access::Decide(caller, verb, change.type, change.owner));
      made->resource.owner = change.owner;
    }
    QX_TRY(const json::Document document, json::Document::Parse(std::move(change.body)));
    QX_TRY(KeptBody kept, KeepBody(document, change.type, change.id));
    if (change.skip_if_equal && lives && current->hash == kept.hash &&
        current->resource.owner == made->resource.owner) {
      return ChangeReceipt{Outcome::kUnchanged, version};
    }
    made->hash = kept.hash;
    made->resource.body = AssembleBody(kept.text, kept.splice, change.id, version + 1, at);
    data_->parameters->Extract(document.root(), made->entries);
    search::AppendText(*data_->parameters, document.root(), made->text);
    data_->parameters->AppendIdentity(change.type, change.id, at, made->entries);
    Append(std::move(made));
    return ChangeReceipt{lives ? Outcome::kUpdated : Outcome::kCreated, version + 1};
  }

  void Append(std::shared_ptr<Version> version) {
    data_->resources[{version->resource.type, version->resource.id}].push_back(data_->versions.size());
    data_->versions.push_back(std::move(version));
  }

  std::shared_ptr<Data> data_;
  std::mutex commit_mutex_;              // listeners are called in order of commits
  std::mutex listeners_mutex_;
  std::vector<std::shared_ptr<Listener>> listeners_;
};

}  // namespace
}  // namespace memory

Result<std::unique_ptr<Store>> OpenMemoryStore(const OpenOptions& options) {
  if (!options.parameters || !options.clock) return Fault("open-options", "A store needs parameters and a clock.");
  return std::unique_ptr<Store>(std::make_unique<memory::MemoryStore>(options));
}

}  // namespace qianxian::store
