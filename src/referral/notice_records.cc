#include "referral/notice_records.h"

#include <algorithm>

#include "base/text.h"
#include "json/value.h"
#include "json/writer.h"
#include "store/relation.h"

namespace qianxian::referral {
namespace {

using json::Value;
using json::Writer;

constexpr std::string_view kPractitioner = "Practitioner/", kOrganization = "Organization/", kPatient = "Patient/";

bool Has(const std::vector<std::string>& all, std::string_view one) { return std::find(all.begin(), all.end(), one) != all.end(); }

void WriteReference(Writer& w, std::string_view to) { w.BeginObject().Member("reference", to).EndObject(); }
void WriteCoding(Writer& w, std::string_view system, std::string_view code) { w.BeginObject().Member("system", system).Member("code", code).EndObject(); }

void WriteTags(Writer& w, const NoticeRecord& record) {
  const bool his_alone = !record.notice.person.empty() && !record.settled;
  if (record.read_by.empty() && !his_alone) return;
  w.Name("meta").BeginObject().Name("tag").BeginArray();
  const size_t bar = kForPerson.find('|');
  if (his_alone) WriteCoding(w, kForPerson.substr(0, bar), kForPerson.substr(bar + 1));
  for (const std::string& account : record.read_by) WriteCoding(w, kReadBySystem, account);
  w.EndArray().EndObject();
}

std::string BodyOf(const NoticeRecord& record) {
  const Notice& notice = record.notice;
  Writer w;
  w.BeginObject().Member("resourceType", "Communication").Member("id", record.id);
  WriteTags(w, record);
  if (!notice.event.empty()) w.Name("identifier").BeginArray().BeginObject().Member("system", kEventSystem).Member("value", notice.event).EndObject().EndArray();
  w.Member("status", record.settled ? "completed" : "in-progress");
  w.Name("category").BeginArray().BeginObject().Name("coding").BeginArray();
  WriteCoding(w, kNoticeSystem, notice.kind);
  w.EndArray().EndObject().EndArray();
  if (!notice.patient.empty()) w.Name("subject").BeginObject().Member("reference", std::string(kPatient) + notice.patient).EndObject();
  w.Name("about").BeginArray();
  WriteReference(w, notice.about);
  w.EndArray().Member("sent", record.at).Name("recipient").BeginArray();
  WriteReference(w, std::string(kOrganization) + notice.recipient);
  if (!notice.person.empty()) WriteReference(w, notice.person);
  w.EndArray().Name("payload").BeginArray();
  for (const std::string* text : {&notice.zh, &notice.en}) w.BeginObject().Member("contentString", *text).EndObject();
  w.EndArray().EndObject();
  return w.Take();
}

store::Change Put(const NoticeRecord& record) {
  store::Change change;
  change.type = "Communication";
  change.id = record.id;
  change.body = BodyOf(record);
  return change;
}

void ReadTags(Value root, NoticeRecord& record) {
  for (Value tag : root.Find("meta").value_or(Value()).Find("tag").value_or(Value()).Elements())
    if (tag.FindString("system") == kReadBySystem) record.read_by.emplace_back(tag.FindString("code"));
}

}  // namespace

std::string ActorOf(std::string_view who) {
  if (who.starts_with(kPractitioner)) return std::string(who);
  access::Caller named;
  named.user = who;
  return store::PersonActor(named);
}

std::string AccountOf(const access::Caller& caller) {
  const std::string actor = ActorOf(caller.user);
  return actor.empty() ? actor : actor.substr(kPractitioner.size());
}

std::string DoerOf(const access::Caller& caller) {
  return caller.role != access::Role::kSystem && caller.organizations.size() > 1 ? AccountOf(caller) : std::string();
}

std::vector<std::string> ActorsOf(const access::Caller& caller) {
  std::vector<std::string> actors;
  if (!caller.user.empty()) actors.push_back(ActorOf(caller.user));
  if (!caller.practitioner.empty()) actors.push_back(std::string(kPractitioner) + caller.practitioner);
  return actors;
}

std::string NoticeId(std::string_view event, std::string_view recipient) { return std::string(kNoticePrefix) + KeyOf(event, recipient); }

store::Change NoticeChange(const Notice& notice, Instant at) {
  NoticeRecord record;
  record.id = NoticeId(notice.event, notice.recipient);
  record.at = FormatInstant(at);
  record.notice = notice;
  record.notice.person = ActorOf(notice.person);
  if (!notice.doer.empty()) record.read_by.push_back(notice.doer);
  store::Change change = Put(record);
  change.owner = notice.recipient;
  return change;
}

store::Change NoticeChange(const NoticeRecord& record) {
  store::Change change = Put(record);
  change.keep_owner = true;
  change.if_version = record.version;
  return change;
}

Result<NoticeRecord> NoticeFrom(const store::Resource& communication) {
  QX_TRY(const json::Document document, json::Document::Parse(communication.body));
  const Value root = document.root();
  NoticeRecord record;
  record.id = communication.id, record.owner = communication.owner, record.version = communication.version;
  record.at = root.FindString("sent");
  record.settled = root.FindString("status") == "completed";
  Notice& notice = record.notice;
  for (Value identifier : root.Find("identifier").value_or(Value()).Elements())
    if (identifier.FindString("system") == kEventSystem) notice.event = identifier.FindString("value");
  for (Value category : root.Find("category").value_or(Value()).Elements())
    for (Value coding : category.Find("coding").value_or(Value()).Elements()) notice.kind = coding.FindString("code");
  for (Value about : root.Find("about").value_or(Value()).Elements()) notice.about = about.FindString("reference");
  const std::string_view patient = root.Find("subject").value_or(Value()).FindString("reference");
  if (patient.starts_with(kPatient)) notice.patient = patient.substr(kPatient.size());
  for (Value recipient : root.Find("recipient").value_or(Value()).Elements()) {
    const std::string_view to = recipient.FindString("reference");
    if (to.starts_with(kOrganization)) notice.recipient = to.substr(kOrganization.size());
    else if (to.starts_with(kPractitioner)) notice.person = to;
  }
  const Value payload = root.Find("payload").value_or(Value());
  if (payload.size() > 0) notice.zh = payload.At(0).FindString("contentString");
  if (payload.size() > 1) notice.en = payload.At(1).FindString("contentString");
  ReadTags(root, record);
  if (notice.recipient.empty() || notice.kind.empty()) return Fault("bad-notice-record", "the notice " + communication.id + " cannot be read");
  return record;
}

bool IsAt(const NoticeRecord& record, const access::Caller& acting) {
  return Has(acting.organizations, record.notice.recipient) && access::Decide(acting, access::Verb::kWrite, "Task", record.notice.recipient).ok();
}

bool IsNewsFor(const NoticeRecord& record, const access::Caller& acting) {
  const std::string& person = record.notice.person;
  return !record.settled && IsAt(record, acting) && !Has(record.read_by, AccountOf(acting)) && (person.empty() || Has(ActorsOf(acting), person));
}

}  // namespace qianxian::referral
