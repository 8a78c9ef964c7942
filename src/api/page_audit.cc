// Who did or saw what (store/audit.h), for the auditor.
#include <map>

#include "api/page_api.h"
#include "api/page_json.h"
#include "base/limits_audit.h"
#include "base/text.h"
#include "store/audit.h"

namespace qianxian::api {
namespace {

// A day of China Standard Time; its beginning, or that of the next.
Result<std::optional<Instant>> DayOf(const PageCall& call, std::string_view name, int more) {
  const std::string text = call.Query(name);
  if (text.empty()) return std::optional<Instant>();
  QX_TRY(const Date day, ParseDate(text));
  return std::optional<Instant>(Instant{(day.ToDays() + more) * kDayMicroseconds - kChinaOffsetMicroseconds});
}

Result<uint64_t> NumberOf(const PageCall& call, std::string_view name, uint64_t otherwise) {
  const std::string text = call.Query(name);
  int64_t number = 0;
  if (text.empty()) return otherwise;
  if (ParseInteger(text, number) && number > 0) return static_cast<uint64_t>(number);
  return Invalid("bad-number", std::string(name) + " is a number above 0", std::string(name) + " 应为正整数");
}

void WriteNote(json::Writer& writer, const store::AuditNote& note, const std::string& name) {
  writer.BeginObject().Member("number", note.number).Member("at", RfcTime(note.at)).Member("t", note.t).Member("user", note.user);
  writer.Member("name", name).Member("role", note.role).Member("purpose", note.purpose).Member("origin", note.origin);
  writer.Member("verb", note.verb).Member("type", note.type).Member("what", note.what).Member("rows", note.rows).EndObject();
}

}  // namespace

Result<http::Response> PageApi::ListAudit(PageCall& call) {
  store::AuditQuestion question;
  question.user = call.Query("user");
  question.verb = call.Query("verb");
  question.type = call.Query("type");
  question.text = call.Query("text");
  QX_TRY(question.from, DayOf(call, "from", 0));
  QX_TRY(question.to, DayOf(call, "to", 1));
  QX_TRY(question.before, NumberOf(call, "before", 0));
  QX_TRY(question.count, NumberOf(call, "count", 100));
  QX_TRY(const store::AuditPage page, store::ReadAudit(call.caller(), services_.directory, question, *services_.clock));
  std::map<std::string, std::string> names;
  json::Writer writer;
  writer.BeginObject().Name("notes").BeginArray();
  for (const store::AuditNote& note : page.notes) {
    auto [name, is_new] = names.try_emplace(note.user);
    if (is_new) {
      // A name that no account has, or no longer has, is shown as it was noted.
      const Result<auth::Person> person = services_.auth->PersonOf(note.user);
      if (person.ok()) name->second = person->name;
    }
    WriteNote(writer, note, name->second);
  }
  writer.EndArray().Member("before", page.before).Member("looked", page.looked).EndObject();
  return JsonResponse(writer.Take());
}

Result<http::Response> PageApi::ListAuditSeals(PageCall& call) {
  QX_TRY(const std::vector<store::AuditSeal> seals, store::ReadAuditSeals(call.caller(), services_.directory, *services_.clock));
  json::Writer writer;
  writer.BeginObject().Name("seals").BeginArray();
  for (const store::AuditSeal& seal : seals) {
    writer.BeginObject().Member("day", seal.day).Member("number", seal.number).Member("at", RfcTime(seal.at)).Member("link", seal.link);
    writer.Member("publicKey", seal.public_key).Member("signature", seal.signature).EndObject();
  }
  writer.EndArray().EndObject();
  return JsonResponse(writer.Take());
}

}  // namespace qianxian::api
