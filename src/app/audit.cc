#include "store/audit.h"

#include <cstdio>

#include "app/commands.h"
#include "app/terminal.h"
#include "base/date.h"
#include "base/limits_audit.h"
#include "base/text.h"

namespace qianxian::app {
namespace {

Result<std::optional<Instant>> DayOf(const std::string& text, int more) {
  if (text.empty()) return std::optional<Instant>();
  QX_TRY(const Date day, ParseDate(text));
  return std::optional<Instant>(Instant{(day.ToDays() + more) * kDayMicroseconds - kChinaOffsetMicroseconds});
}

Result<store::AuditQuestion> QuestionOf(const AuditOptions& options) {
  store::AuditQuestion question;
  question.user = options.user;
  question.verb = options.verb;
  question.type = options.type;
  question.text = options.text;
  question.count = limits::kAuditPage;
  QX_TRY(question.from, DayOf(options.from, 0));
  QX_TRY(question.to, DayOf(options.to, 1));
  return question;
}

std::string LineOf(const store::AuditNote& note) {
  std::string line = std::to_string(note.number) + "," + FormatLocalTime(note.at);
  for (const std::string* field : {&note.user, &note.role, &note.origin, &note.purpose, &note.verb, &note.type, &note.what})
    line += "," + CsvField(*field, true);
  return line + "," + std::to_string(note.rows) + "," + std::to_string(note.t) + "\n";
}

}  // namespace

int RunAuditList(const AuditOptions& options) {
  const Cancel& cancel = StopOnSignals();
  SystemClock clock;
  Result<store::AuditQuestion> question = QuestionOf(options);
  if (!question.ok()) return Fail(question.error());
  bool first = true;
  do {
    const Result<store::AuditPage> page = store::ReadAudit(CommandLineCaller(), options.folder.directory, *question, clock);
    if (!page.ok()) return Fail(page.error());
    if (first) std::printf("number,at,user,role,origin,purpose,verb,type,what,rows,t\n");
    first = false;
    for (const store::AuditNote& note : page->notes) std::fputs(LineOf(note).c_str(), stdout);
    question->before = page->before;
  } while (question->before != 0 && !cancel.requested());
  return kDone;
}

int RunAuditSeals(const AuditOptions& options) {
  SystemClock clock;
  const Result<std::vector<store::AuditSeal>> seals = store::ReadAuditSeals(CommandLineCaller(), options.folder.directory, clock);
  if (!seals.ok()) return Fail(seals.error());
  std::fputs(store::FormatAuditSeals(*seals).c_str(), stdout);
  return kDone;
}

}  // namespace qianxian::app
