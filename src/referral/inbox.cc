#include "referral/inbox.h"

#include "base/text.h"
#include "json/value.h"
#include "search/query.h"

namespace qianxian::referral {
namespace {

constexpr std::string_view kPrefix = "notice-";

Error NoSuchNotice() { return NotFound("no-such-notice", "There is no such notice.", "没有这条通知。"); }

Result<InboxEntry> EntryOf(const store::Resource& resource) {
  QX_TRY(const json::Document document, json::Document::Parse(resource.body));
  const json::Value root = document.root();
  InboxEntry one;
  one.id = resource.id;
  one.at = root.FindString("sent");
  one.read = root.FindString("status") == "completed";
  for (json::Value category : root.Find("category").value_or(json::Value()).Elements())
    for (json::Value coding : category.Find("coding").value_or(json::Value()).Elements()) one.kind = coding.FindString("code");
  for (json::Value about : root.Find("about").value_or(json::Value()).Elements()) one.about = about.FindString("reference");
  const std::string_view patient = root.Find("subject").value_or(json::Value()).FindString("reference");
  if (patient.starts_with("Patient/")) one.patient = patient.substr(8);
  const json::Value payload = root.Find("payload").value_or(json::Value());
  if (payload.size() > 0) one.zh = payload.At(0).FindString("contentString");
  if (payload.size() > 1) one.en = payload.At(1).FindString("contentString");
  return one;
}

}  // namespace

Result<InboxPage> Inbox::List(const access::Caller& caller, bool read_too, size_t count) {
  InboxPage page;
  std::string recipients;
  for (const std::string& one : caller.organizations) recipients += (recipients.empty() ? "" : ",") + ("Organization/" + one);
  if (recipients.empty()) return page;
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(caller));
  search::NamedValues asked = {{"recipient", recipients}, {"category", std::string(kBase) + "notice|"}, {"_sort", "-sent"}, {"_count", std::to_string(count)}};
  QX_TRY(const search::Query unread, search::Query::Parse(parameters_, "Communication", {{"recipient", recipients}, {"category", std::string(kBase) + "notice|"},
                                                           {"status", "in-progress"}, {"_summary", "count"}}, {}));
  QX_TRY(const store::SearchPage counted, snapshot->Search(unread));
  page.unread = counted.total.value_or(0);
  if (!read_too) asked.emplace_back("status", "in-progress");
  QX_TRY(const search::Query query, search::Query::Parse(parameters_, "Communication", asked, {}));
  QX_TRY(const store::SearchPage found, snapshot->Search(query));
  for (const store::Resource& resource : found.matches) {
    QX_TRY(InboxEntry one, EntryOf(resource));
    page.notices.push_back(std::move(one));
  }
  return page;
}

std::optional<store::Change> AsRead(const store::Resource& notice) {
  const std::string unread = "\"status\":\"in-progress\"";
  const size_t at = notice.body.find(unread);
  if (at == std::string::npos) return std::nullopt;
  store::Change change;
  change.type = "Communication";
  change.id = notice.id;
  change.body = notice.body;
  change.body.replace(at, unread.size(), "\"status\":\"completed\"");
  change.keep_owner = true;
  change.if_version = notice.version;
  return change;
}

Status Inbox::MarkRead(const access::Caller& caller, std::string_view id) {
  if (!id.starts_with(kPrefix)) return NoSuchNotice();
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(caller));
  Result<store::Resource> notice = snapshot->Read("Communication", id);
  if (!notice.ok()) return notice.error().category == ErrorCategory::kNotFound ? NoSuchNotice() : std::move(notice).error();
  // Who may look at it because he treats the patient is not whom it was sent to.
  if (!access::Decide(caller, access::Verb::kRead, "Communication", notice->owner).ok()) return NoSuchNotice();
  std::optional<store::Change> change = AsRead(*notice);
  if (!change) return Ok();
  store::CommitRequest request;
  request.reason = "referral:read";
  request.changes.push_back(std::move(*change));
  access::Caller program = access::SystemCaller("referral");
  program.user = caller.user;
  const Result<store::CommitReceipt> done = store_.Commit(program, std::move(request));
  // Another tab read it first.
  if (!done.ok() && done.error().code != "version-conflict") return done.error();
  return Ok();
}

}  // namespace qianxian::referral
