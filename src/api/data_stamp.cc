#include "api/data_stamp.h"

#include <algorithm>

#include "base/text.h"

namespace qianxian::api {
namespace {

constexpr std::string_view kKey = "data-stamp 1 ";
constexpr size_t kFeedPage = 10'000;
// Types that no number is made of. A view over one of them would have to go from this list.
constexpr std::string_view kNoData[] = {"Task", "DetectedIssue", "MeasureReport", "AuditEvent", "Basic", "Provenance"};

bool IsData(std::string_view type) {
  return !access::IsInternalType(type) && std::find(std::begin(kNoData), std::end(kNoData), type) == std::end(kNoData);
}

bool ViewsRead(const pack::Pack& pack, std::string_view type) {
  std::string sign = "\"" + std::string(type) + "\"";
  return std::any_of(pack.views.begin(), pack.views.end(),
                     [&](const pack::NamedFile& view) { return view.content.find(sign) != std::string::npos; });
}

}  // namespace

uint64_t DataStamp::Current() {
  uint64_t as_of = services_.warehouse->as_of();
  std::lock_guard lock(mutex_);
  std::string key = std::string(kKey) + services_.pack->hash;
  if (!loaded_) {
    loaded_ = true;
    std::string kept = services_.warehouse->CachedAnswer(key, 0);   // "stamp until"
    std::vector<std::string_view> parts = Split(kept, ' ');
    int64_t stamp = 0, until = 0;
    stamp_ = looked_until_ = as_of;        // nothing kept yet: as if the newest commit had been data
    if (parts.size() == 2 && ParseInteger(parts[0], stamp) && ParseInteger(parts[1], until)) {
      stamp_ = static_cast<uint64_t>(stamp);
      looked_until_ = static_cast<uint64_t>(until);
    }
  }
  if (as_of < looked_until_) return as_of;   // the warehouse was made again and has not come so far yet
  if (as_of == looked_until_) return stamp_;
  while (looked_until_ < as_of) {
    Result<std::vector<store::FeedEntry>> page =
        services_.store->ReadFeed(access::SystemCaller("data-stamp"), looked_until_, kFeedPage);
    if (!page.ok() || page->empty()) break;
    for (const store::FeedEntry& entry : *page) {
      if (entry.t > as_of) break;
      if (IsData(entry.type) || ViewsRead(*services_.pack, entry.type)) stamp_ = entry.t;
      looked_until_ = entry.t;
    }
    if (page->back().t > as_of) break;
  }
  if (looked_until_ < as_of) {               // what could not be read may have been data
    stamp_ = looked_until_ = as_of;
  }
  services_.warehouse->KeepAnswer(key, 0, std::to_string(stamp_) + " " + std::to_string(looked_until_));
  return stamp_;
}

}  // namespace qianxian::api
