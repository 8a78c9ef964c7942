#include "warehouse/resources.h"

#include <algorithm>
#include <thread>
#include <unordered_map>

#include "warehouse/kept_tables.h"

namespace qianxian::warehouse::internal {
namespace {

constexpr size_t kPage = 4096;                // resources evaluated at once
constexpr size_t kFeedPage = 20'000;          // changes taken from the feed at once

Error Cancelled() { return Invalid("cancelled", "Cancelled.", "已取消。"); }

// The rows of a part of a page for one view, and the resources that the view could not read.
struct MadeRows {
  std::vector<std::pair<size_t, Row>> rows;    // index of the resource in the page
  std::vector<std::pair<size_t, std::string>> faults;
};

// Evaluates `makers` (all of one resource type) over the bodies of a page, split among threads.
class PageEvaluator {
 public:
  PageEvaluator(std::vector<const RowMaker*> makers, unsigned threads) : makers_(std::move(makers)), runners_(threads) {
    for (auto& part : runners_)
      for (const RowMaker* maker : makers_) part.push_back(maker->NewRunner());
  }

  // One MadeRows for each thread's part and maker: [part * makers + maker].
  std::vector<MadeRows> Evaluate(const std::vector<store::Resource>& page) {
    const size_t parts = std::clamp<size_t>(page.size() / 256, 1, runners_.size());
    std::vector<MadeRows> made(parts * makers_.size());
    std::vector<std::thread> helpers;
    for (size_t part = 1; part < parts; ++part)
      helpers.emplace_back([this, &page, &made, part, parts] { EvaluatePart(page, part, parts, made); });
    EvaluatePart(page, 0, parts, made);
    for (std::thread& helper : helpers) helper.join();
    return made;
  }

  const std::vector<const RowMaker*>& makers() const { return makers_; }

 private:
  void EvaluatePart(const std::vector<store::Resource>& page, size_t part, size_t parts, std::vector<MadeRows>& made) {
    const size_t begin = page.size() * part / parts, end = page.size() * (part + 1) / parts;
    for (size_t i = begin; i < end; ++i) {
      if (page[i].deleted || page[i].body.empty()) continue;
      const Result<json::Document> document = json::Document::Parse(page[i].body);
      for (size_t m = 0; m < makers_.size(); ++m) {
        MadeRows& out = made[part * makers_.size() + m];
        Result<std::vector<Row>> rows = document.ok() ? runners_[part][m]->Make(document->root()) : document.error();
        if (!rows.ok()) {
          out.faults.emplace_back(i, rows.error().code + ": " + rows.error().en);
          continue;
        }
        for (Row& row : *rows) out.rows.emplace_back(i, std::move(row));
      }
    }
  }

  const std::vector<const RowMaker*> makers_;
  std::vector<std::vector<std::unique_ptr<RowRunner>>> runners_;      // [part][maker]
};

class Eater {
 public:
  Eater(const Eating& eating, uint64_t t, State& state) : e_(eating), t_(t), state_(state) {
    const unsigned machine = std::max(1u, std::thread::hardware_concurrency());
    threads_ = e_.threads == 0 ? machine : e_.threads;
  }

  Result<ResourceChanges> Run() {
    QX_DO(ReadWholeTypes());
    QX_DO(ReadFeed());
    for (const auto& maker : *e_.makers) state_.view_t[maker->name()] = t_;
    return std::move(changes_);
  }

 private:
  const access::Caller caller_ = access::SystemCaller("feed:warehouse");

  // A resource that a view cannot read has no row there; it stands in view_fault, and who asks for numbers is told.
  Status AppendFaults(const PageEvaluator& evaluator, const std::vector<store::Resource>& page, const std::vector<MadeRows>& made) {
    std::unique_ptr<columns::Appender> out;
    for (size_t i = 0; i < made.size(); ++i)
      for (const auto& [index, reason] : made[i].faults) {
        if (!out) {
          QX_TRY(out, e_.connection->Append("view_fault"));
        }
        out->Text(evaluator.makers()[i % evaluator.makers().size()]->name());
        out->Text(page[index].id);
        out->Text(reason);
        QX_DO(out->EndRow());
      }
    return out ? out->Close() : Ok();
  }

  Status AppendPage(PageEvaluator& evaluator, const std::vector<store::Resource>& page,
                    std::vector<std::unique_ptr<columns::Appender>>& appenders) {
    const std::vector<MadeRows> made = evaluator.Evaluate(page);
    const size_t count = evaluator.makers().size();
    for (size_t i = 0; i < made.size(); ++i)
      for (const auto& [index, row] : made[i].rows)
        QX_DO(AppendRow(*appenders[i % count], page[index].id, *evaluator.makers()[i % count], row));
    return AppendFaults(evaluator, page, made);
  }

  Result<std::vector<std::unique_ptr<columns::Appender>>> OpenAppenders(const std::vector<const RowMaker*>& makers) {
    std::vector<std::unique_ptr<columns::Appender>> appenders;
    for (const RowMaker* maker : makers) {
      QX_TRY(std::unique_ptr<columns::Appender> appender, e_.connection->Append(maker->name()));
      appenders.push_back(std::move(appender));
    }
    return appenders;
  }

  Status CloseAppenders(std::vector<std::unique_ptr<columns::Appender>>& appenders) {
    for (auto& appender : appenders) QX_DO(appender->Close());
    return Ok();
  }

  // Views that have eaten nothing yet: every resource of their type, at one state of the record.
  Status ReadWholeTypes() {
    std::map<std::string, std::vector<const RowMaker*>> types;
    for (const auto& maker : *e_.makers)
      if (state_.view_t[maker->name()] == 0) types[maker->resource_type()].push_back(maker.get());
    if (types.empty()) return Ok();
    QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, e_.store->OpenSnapshot(caller_, t_));
    uint64_t total = 0;
    for (const auto& [type, makers] : types) {
      QX_TRY(const uint64_t count, snapshot->Count(type));
      total += count;
    }
    uint64_t done = 0;
    for (const auto& [type, makers] : types) QX_DO(ReadWholeType(*snapshot, type, makers, done, total));
    for (const auto& [type, makers] : types)
      for (const RowMaker* maker : makers) {
        state_.view_t[maker->name()] = t_;
        changes_.views.insert(maker->name());
        if (e_.kept) e_.kept->NoteAll(maker->name());
      }
    changes_.from_nothing = true;
    return Ok();
  }

  Status ReadWholeType(store::Snapshot& snapshot, const std::string& type, const std::vector<const RowMaker*>& makers,
                       uint64_t& done, uint64_t total) {
    for (const RowMaker* maker : makers)
      QX_DO(e_.connection->Run("DELETE FROM " + columns::QuoteName(maker->name()) + "; DELETE FROM view_fault WHERE view = " +
                               columns::QuoteText(maker->name())));
    PageEvaluator evaluator(makers, threads_);
    QX_TRY(std::vector<std::unique_ptr<columns::Appender>> appenders, OpenAppenders(makers));
    std::string after;
    while (true) {
      if (e_.cancel && e_.cancel->requested()) return Cancelled();
      QX_TRY(const std::vector<store::Resource> page, snapshot.Scan(type, after, kPage));
      if (page.empty()) break;
      after = page.back().id;
      QX_DO(AppendPage(evaluator, page, appenders));
      done += page.size();
      if (e_.progress) e_.progress(done, std::max(done, total));
    }
    return CloseAppenders(appenders);
  }

  // The others: what changed since.
  Status ReadFeed() {
    uint64_t from = t_;
    for (const auto& maker : *e_.makers) from = std::min(from, state_.view_t[maker->name()]);
    const uint64_t start = from;
    while (from < t_) {
      if (e_.cancel && e_.cancel->requested()) return Cancelled();
      QX_TRY(std::vector<store::FeedEntry> entries, e_.store->ReadFeed(caller_, from, kFeedPage));
      if (entries.empty()) break;
      from = entries.back().t;
      std::erase_if(entries, [this](const store::FeedEntry& entry) { return entry.t > t_; });
      QX_DO(TakeEntries(entries));
      if (e_.progress) e_.progress(std::min(from, t_) - start, t_ - start);
    }
    return Ok();
  }

  Status TakeEntries(const std::vector<store::FeedEntry>& entries) {
    std::map<std::string, std::vector<const RowMaker*>> by_type;
    for (const auto& maker : *e_.makers) by_type[maker->resource_type()].push_back(maker.get());
    std::map<std::string, std::vector<const store::FeedEntry*>> changed;
    for (const store::FeedEntry& entry : entries) {
      changes_.documents |= entry.type == "DocumentReference";
      if (by_type.contains(entry.type)) changed[entry.type].push_back(&entry);
    }
    if (changed.empty()) return Ok();
    QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, e_.store->OpenSnapshot(caller_, t_));
    for (const auto& [type, of_type] : changed) QX_DO(TakeType(*snapshot, of_type, by_type[type]));
    return Ok();
  }

  // A view that was read whole at t_ has these changes already.
  Status TakeType(store::Snapshot& snapshot, const std::vector<const store::FeedEntry*>& entries,
                  const std::vector<const RowMaker*>& all) {
    std::vector<const RowMaker*> makers;
    for (const RowMaker* maker : all)
      if (state_.view_t[maker->name()] < t_) makers.push_back(maker);
    if (makers.empty()) return Ok();
    // id → was it there before these changes (then it may have rows)?
    std::unordered_map<std::string, bool> keys;
    for (const store::FeedEntry* entry : entries) keys.try_emplace(entry->id, entry->version != 1);
    QX_DO(NoteKept(keys, makers));
    QX_DO(DeleteRows(keys, makers));
    PageEvaluator evaluator(makers, threads_);
    QX_TRY(std::vector<std::unique_ptr<columns::Appender>> appenders, OpenAppenders(makers));
    std::vector<store::Resource> page;
    for (const auto& [id, existed] : keys) {
      Result<store::Resource> resource = snapshot.Read(entries[0]->type, id);
      if (resource.ok()) page.push_back(std::move(*resource));
      else if (resource.error().category != ErrorCategory::kNotFound) return std::move(resource).error();
      if (page.size() < kPage) continue;
      QX_DO(AppendPage(evaluator, page, appenders));
      page.clear();
    }
    QX_DO(AppendPage(evaluator, page, appenders));
    for (const RowMaker* maker : makers) changes_.views.insert(maker->name());
    QX_DO(CloseAppenders(appenders));
    return NoteKept(keys, makers);
  }

  Status NoteKept(const std::unordered_map<std::string, bool>& keys, const std::vector<const RowMaker*>& makers) {
    if (!e_.kept) return Ok();
    std::vector<std::string> resource_keys;
    for (const RowMaker* maker : makers) {
      if (!e_.kept->Follows(maker->name())) continue;
      if (resource_keys.empty())
        for (const auto& [key, existed] : keys) resource_keys.push_back(key);
      QX_DO(e_.kept->Note(maker->name(), resource_keys));
    }
    return Ok();
  }

  Status DeleteRows(const std::unordered_map<std::string, bool>& keys, const std::vector<const RowMaker*>& makers) {
    if (std::ranges::none_of(keys, [](const auto& key) { return key.second; })) return Ok();
    QX_DO(e_.connection->Run("CREATE OR REPLACE TEMP TABLE changed_key (key VARCHAR)"));
    QX_TRY(const std::unique_ptr<columns::Appender> out, e_.connection->Append("changed_key"));
    for (const auto& [key, existed] : keys) {
      if (!existed) continue;
      out->Text(key);
      QX_DO(out->EndRow());
    }
    QX_DO(out->Close());
    for (const RowMaker* maker : makers) {
      const std::string table = columns::QuoteName(maker->name());
      QX_DO(e_.connection->Run("DELETE FROM " + table + " WHERE resource_key IN (SELECT key FROM changed_key);"
                               "DELETE FROM view_fault WHERE view = " + columns::QuoteText(maker->name()) +
                               " AND resource_key IN (SELECT key FROM changed_key)"));
    }
    return Ok();
  }

  const Eating& e_;
  const uint64_t t_;
  State& state_;
  unsigned threads_ = 1;
  ResourceChanges changes_;
};

}  // namespace

Result<ResourceChanges> FollowResources(const Eating& eating, uint64_t t, State& state) { return Eater(eating, t, state).Run(); }

}  // namespace qianxian::warehouse::internal
