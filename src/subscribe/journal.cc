#include "subscribe/journal.h"

#include <algorithm>
#include <cstdio>

#include "base/limits_exchange.h"
#include "base/text.h"
#include "json/value.h"
#include "json/writer.h"

namespace qianxian::subscribe {
namespace {

constexpr std::string_view kCursorId = "subscriptions";

// Ids have 64 characters at most, a subscription's own too: two hashes stand for it.
std::string KeyOf(std::string_view subscription) {
  char text[40];
  std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(HashFnv1a64(subscription)),
                static_cast<unsigned long long>(HashFnv1a64(subscription, 0x9ae16a3b2f90404fULL)));
  return text;
}

std::string BlockId(std::string_view subscription, uint64_t first) {
  char number[24];
  std::snprintf(number, sizeof number, ".%016llu", static_cast<unsigned long long>(first));
  return KeyOf(subscription) + number;
}

store::Change Put(std::string_view type, std::string id, std::string body) {
  store::Change change;
  change.type = type;
  change.id = std::move(id);
  change.body = std::move(body);
  return change;
}

store::Change Delete(std::string_view type, std::string id) {
  store::Change change;
  change.kind = store::Change::Kind::kDelete;
  change.type = type;
  change.id = std::move(id);
  return change;
}

uint64_t Number(json::Value object, std::string_view name) {
  std::optional<json::Value> value = object.Find(name);
  return value && value->IsNumber() ? static_cast<uint64_t>(value->AsInteger().value_or(0)) : 0;
}

Result<std::optional<json::Document>> ReadRecord(store::Snapshot& snapshot, std::string_view type, std::string_view id) {
  Result<store::Resource> found = snapshot.Read(type, id);
  if (!found.ok() && found.error().category == ErrorCategory::kNotFound) return std::optional<json::Document>();
  if (!found.ok()) return std::move(found).error();
  QX_TRY(json::Document document, json::Document::Parse(std::move(found->body)));
  return std::optional<json::Document>(std::move(document));
}

Interaction InteractionOf(std::string_view name) {
  return name == "delete" ? Interaction::kDelete : name == "update" ? Interaction::kUpdate : Interaction::kCreate;
}

Event ReadEvent(json::Value json) {
  Event event;
  event.number = Number(json, "number");
  event.at = Instant{static_cast<int64_t>(Number(json, "at"))};
  event.t = Number(json, "t");
  event.type = json.FindString("type");
  event.id = json.FindString("id");
  event.version = Number(json, "version");
  event.interaction = InteractionOf(json.FindString("interaction"));
  return event;
}

void WriteEvent(json::Writer& writer, const Event& event) {
  writer.BeginObject().Member("number", event.number).Member("at", event.at.microseconds).Member("t", event.t);
  writer.Member("type", event.type).Member("id", event.id).Member("version", event.version);
  writer.Member("interaction", Name(event.interaction)).EndObject();
}

}  // namespace

store::Change PutClaim(const std::string& subscription, const Claim& claim) {
  json::Writer writer;
  writer.BeginObject().Member("resourceType", kClaimType).Member("user", claim.user).Member("base", claim.base);
  writer.Member("version", claim.version).Member("fromT", claim.from_t).Member("last", claim.last).EndObject();
  return Put(kClaimType, subscription, writer.Take());
}

Result<std::optional<Claim>> ReadClaim(store::Snapshot& snapshot, std::string_view subscription) {
  QX_TRY(std::optional<json::Document> record, ReadRecord(snapshot, kClaimType, subscription));
  if (!record) return std::optional<Claim>();
  json::Value root = record->root();
  Claim claim;
  claim.user = root.FindString("user");
  claim.base = root.FindString("base");
  claim.version = Number(root, "version");
  claim.from_t = Number(root, "fromT");
  claim.last = Number(root, "last");
  return std::optional<Claim>(std::move(claim));
}

store::Change PutDelivered(const std::string& subscription, const Delivered& delivered) {
  json::Writer writer;
  writer.BeginObject().Member("resourceType", kDeliveryType).Member("through", delivered.through).EndObject();
  return Put(kDeliveryType, subscription, writer.Take());
}

Result<Delivered> ReadDelivered(store::Snapshot& snapshot, std::string_view subscription) {
  QX_TRY(std::optional<json::Document> record, ReadRecord(snapshot, kDeliveryType, subscription));
  return Delivered{record ? Number(record->root(), "through") : 0};
}

store::Change PutCursor(uint64_t t) {
  json::Writer writer;
  writer.BeginObject().Member("resourceType", kCursorType).Member("t", t).EndObject();
  return Put(kCursorType, std::string(kCursorId), writer.Take());
}

Result<std::optional<uint64_t>> ReadCursor(store::Snapshot& snapshot) {
  QX_TRY(std::optional<json::Document> record, ReadRecord(snapshot, kCursorType, kCursorId));
  return record ? std::optional<uint64_t>(Number(record->root(), "t")) : std::nullopt;
}

void AppendEvents(const std::string& subscription, const std::vector<Event>& events, std::vector<store::Change>& out) {
  for (size_t begin = 0; begin < events.size(); begin += limits::kSubscriptionBlock) {
    json::Writer writer;
    writer.BeginObject().Member("resourceType", kEventsType).Name("events").BeginArray();
    size_t end = std::min(events.size(), begin + limits::kSubscriptionBlock);
    for (size_t i = begin; i < end; ++i) WriteEvent(writer, events[i]);
    writer.EndArray().EndObject();
    out.push_back(Put(kEventsType, BlockId(subscription, events[begin].number), writer.Take()));
  }
}

Result<std::vector<Event>> ReadEvents(store::Snapshot& snapshot, const std::string& subscription, uint64_t first, uint64_t last,
                                      size_t maximum) {
  constexpr size_t kPage = 20;
  std::vector<Event> events;
  std::string key = KeyOf(subscription);
  // Mostly a block begins with `first`; the one that holds it begins less than a block before it.
  bool begins = first > 0 && snapshot.Read(kEventsType, BlockId(subscription, first)).ok();
  uint64_t before = begins ? first - 1 : first > limits::kSubscriptionBlock ? first - limits::kSubscriptionBlock : 0;
  std::string after = BlockId(subscription, before);
  while (events.size() < maximum) {
    QX_TRY(std::vector<store::Resource> page, snapshot.Scan(kEventsType, after, kPage));
    for (const store::Resource& block : page) {
      after = block.id;
      if (!StartsWith(block.id, key)) return events;
      QX_TRY(json::Document document, json::Document::Parse(block.body));
      std::optional<json::Value> list = document.root().Find("events");
      if (!list) continue;
      for (json::Value json : list->Elements()) {
        Event event = ReadEvent(json);
        if (event.number < first) continue;
        if (event.number > last || events.size() >= maximum) return events;
        events.push_back(std::move(event));
      }
    }
    if (page.size() < kPage) break;
  }
  return events;
}

Result<std::vector<store::Change>> ForgetEvents(store::Snapshot& snapshot, const std::string& subscription, uint64_t first, size_t maximum) {
  std::vector<store::Change> changes;
  std::string key = KeyOf(subscription);
  QX_TRY(std::vector<store::Resource> page, snapshot.Scan(kEventsType, key, maximum + 1));
  auto ours = [&](size_t i) { return i < page.size() && StartsWith(page[i].id, key); };
  for (size_t i = 0; ours(i) && changes.size() < maximum; ++i) {
    // A block ends where the next begins; the last one is kept, unless all is forgotten.
    int64_t next = 0;
    bool known = ours(i + 1) && ParseInteger(page[i + 1].id.substr(key.size() + 1), next);
    if (known ? static_cast<uint64_t>(next) > first : first != UINT64_MAX) break;
    changes.push_back(Delete(kEventsType, page[i].id));
  }
  return changes;
}

std::vector<store::Change> ForgetAll(const std::string& subscription) {
  return {Delete(kClaimType, subscription), Delete(kDeliveryType, subscription)};
}

store::CommitRequest Request(std::vector<store::Change> changes, std::string_view what) {
  store::CommitRequest request;
  request.changes = std::move(changes);
  request.reason = "subscription:" + std::string(what);
  return request;
}

}  // namespace qianxian::subscribe
