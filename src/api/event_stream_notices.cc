// The record's notices, told to open pages as they are committed.
#include <map>

#include "api/event_stream.h"
#include "referral/consultation_records.h"
#include "referral/emergency.h"
#include "referral/notice_records.h"

namespace qianxian::api {
namespace {

using referral::NoticeRecord;

constexpr size_t kFeedEntries = 1000;      // read at once

bool IsNews(const NoticeRecord& record, const EventStream::Reader& reader) { return referral::IsNewsFor(record, reader.acting); }

// Just where to look.
std::string DataOf(const NoticeRecord& record) {
  json::Writer w;
  w.BeginObject().Member("id", record.id).Member("kind", record.notice.kind);
  WriteNoticeAbout(w, record.notice.about);
  w.EndObject();
  return w.Take();
}

}  // namespace

void WriteNoticeAbout(json::Writer& w, std::string_view about) {
  const std::string_view id = about.substr(about.rfind('/') + 1);
  const std::string_view type = id.starts_with(referral::kConsultationPrefix) ? "consultation" : id.starts_with(referral::kEmergencyPrefix) ? "emergency" : "referral";
  w.Name("about").BeginObject().Member("type", type).Member("id", id).EndObject();
}

Status EventStream::TellNotices() {
  const access::Caller program = access::SystemCaller("events");
  for (uint64_t last = store_.LastT(); told_t_ < last;) {
    QX_TRY(const std::vector<store::FeedEntry> entries, store_.ReadFeed(program, told_t_, kFeedEntries));
    if (entries.empty()) break;
    std::unique_ptr<store::Snapshot> snapshot;
    std::map<std::string, std::vector<NoticeRecord>> events;
    for (const store::FeedEntry& entry : entries) {
      if (entry.type != "Communication" || entry.version != 1 || entry.deleted || !entry.id.starts_with(referral::kNoticePrefix)) continue;
      if (!snapshot) {
        QX_TRY(snapshot, store_.OpenSnapshot(program));
      }
      const Result<store::Resource> read = snapshot->Read("Communication", entry.id);
      if (!read.ok() && read.error().category != ErrorCategory::kNotFound) return read.error();
      Result<NoticeRecord> record = read.ok() ? referral::NoticeFrom(*read) : Result<NoticeRecord>(read.error());
      if (record.ok()) events[record->notice.event.empty() ? entry.id : record->notice.event].push_back(std::move(*record));
    }
    told_t_ = entries.back().t;
    for (const auto& [event, records] : events) {
      for (size_t i = 0; i < records.size(); ++i) {
        // Of several that are for one person the first.
        const auto audience = [records, i](const Reader& reader) {
          for (size_t k = 0; k < i; ++k)
            if (IsNews(records[k], reader)) return false;
          return IsNews(records[i], reader);
        };
        QX_DO(PublishTo(audience, "notice", DataOf(records[i])));
      }
    }
  }
  return Ok();
}

}  // namespace qianxian::api
