#include "api/vocabulary.h"

#include <algorithm>

#include "base/text.h"
#include "fhir/primitive.h"
#include "json/value.h"
#include "search/query.h"

namespace qianxian::api {
namespace {

constexpr std::string_view kTypes[] = {"CodeSystem", "ValueSet", "ConceptMap", "StructureDefinition"};
constexpr size_t kVersionsLooked = 200;         // of one canonical URL
constexpr size_t kFeedPiece = 10'000;
constexpr uint64_t kFeedFar = 100'000;          // commits; behind more than these, all is taken for changed

bool IsOurs(std::string_view type) { return std::find(std::begin(kTypes), std::end(kTypes), type) != std::end(kTypes); }

}  // namespace

StoreSource::StoreSource(store::Store& store, const search::Parameters& parameters) : store_(store), parameters_(parameters) {}

Result<uint64_t> StoreSource::Stamp() {
  const uint64_t last = store_.LastT();
  if (last == seen_t_.load(std::memory_order_acquire)) return stamp_.load(std::memory_order_acquire);
  auto seen = seen_.Lock();
  if (seen->t >= last && seen_t_.load() != UINT64_MAX) return seen->stamp;
  if (seen_t_.load() == UINT64_MAX || last - seen->t > kFeedFar) {
    seen->t = last;
    ++seen->stamp;
  }
  const access::Caller caller = access::SystemCaller("terminology");
  while (seen->t < last) {
    QX_TRY(const std::vector<store::FeedEntry> entries, store_.ReadFeed(caller, seen->t, kFeedPiece));
    if (entries.empty()) seen->t = last;
    bool ours = false;
    for (const store::FeedEntry& entry : entries) {
      ours = ours || IsOurs(entry.type);
      seen->t = std::max(seen->t, entry.t);
    }
    if (ours) ++seen->stamp;
  }
  stamp_.store(seen->stamp, std::memory_order_release);
  seen_t_.store(last, std::memory_order_release);
  return seen->stamp;
}

Result<std::optional<std::string>> StoreSource::Find(std::string_view type, std::string_view url, std::string_view version) {
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(access::SystemCaller("terminology")));
  const std::string own = std::string(type) + "/";
  if (url.starts_with(own) && fhir::IsStorableId(url.substr(own.size()))) {
    Result<store::Resource> read = snapshot->Read(type, url.substr(own.size()));
    if (read.ok()) return std::optional(std::move(read->body));
    if (read.error().category != ErrorCategory::kNotFound) return read.error();
    return std::optional<std::string>();
  }
  search::NamedValues asked = {{"url", search::EscapedValue(url)},
                               {"_count", std::to_string(kVersionsLooked)}};
  QX_TRY(const search::Query query, search::Query::Parse(parameters_, type, asked, {}));
  QX_TRY(store::SearchPage page, snapshot->Search(query));
  std::optional<std::string> best;
  std::string best_version;
  bool best_active = false;
  uint64_t best_t = 0;
  for (store::Resource& resource : page.matches) {
    QX_TRY(const json::Document document, json::Document::Parse(resource.body));
    const std::string there(document.root().FindString("version"));
    const bool active = document.root().FindString("status") == "active";
    if (!terminology::VersionFits(there, version)) continue;
    const bool later = there == best_version ? resource.t > best_t : terminology::IsOlderVersion(best_version, there);
    const bool better = !best || (active != best_active ? active : later);
    if (!better) continue;
    best = std::move(resource.body);
    best_version = there;
    best_active = active;
    best_t = resource.t;
  }
  if (best) return best;
  return R4Source::Find(type, url, version);
}

Result<std::vector<std::string>> StoreSource::MapsFrom(std::string_view system) {
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(access::SystemCaller("terminology")));
  std::vector<std::string> maps;
  for (std::string after;;) {
    QX_TRY(std::vector<store::Resource> piece, snapshot->Scan("ConceptMap", after, 100));
    if (piece.empty()) break;
    after = piece.back().id;
    for (store::Resource& resource : piece) maps.push_back(std::move(resource.body));
  }
  QX_TRY(std::vector<std::string> built_in, R4Source::MapsFrom(system));
  for (std::string& map : built_in) maps.push_back(std::move(map));
  return maps;
}

}  // namespace qianxian::api
