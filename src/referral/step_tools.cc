#include "referral/step_tools.h"

#include "base/clock.h"
#include "fhir/date.h"
#include "json/value.h"

namespace qianxian::referral {

Error WrongState(std::string_view verb, std::string_view state) {
  return MakeError(ErrorCategory::kConflict, "wrong-state", "'" + std::string(verb) + "' cannot be done while it is '" + std::string(state) + "'.",
                   "当前状态“" + std::string(state) + "”不能做“" + std::string(verb) + "”。");
}
Error NotYourStep() {
  return MakeError(ErrorCategory::kForbidden, "not-your-step", "Another institution has to do this.", "这一步应由其他机构来做。");
}
Error Missing(std::string code, std::string en, std::string zh) { return Invalid(std::move(code), std::move(en), std::move(zh)); }

Result<std::string> Moment(std::string_view text) {
  fhir::DateTime time;
  if (!fhir::TryParseDateTime(text, fhir::DateSyntax::kInstant, time))
    return Invalid("bad-time", "Give a full time with its zone: 2026-03-01T09:00:00+08:00.", "时间须完整并带时区，如 2026-03-01T09:00:00+08:00。");
  return FormatInstant(Instant{fhir::RangeOf(time).low}, 0);
}

bool IsReminder(std::string_view verb) { return verb.starts_with("remind") || verb == "escalate"; }

std::string PatientName(std::string_view body) {
  const Result<json::Document> document = json::Document::Parse(std::string(body));
  if (!document.ok()) return {};
  for (json::Value name : document->root().Find("name").value_or(json::Value()).Elements()) {
    if (const std::string_view text = name.FindString("text"); !text.empty()) return std::string(text);
    std::string whole(name.FindString("family"));
    for (json::Value given : name.Find("given").value_or(json::Value()).Elements())
      if (given.IsString()) whole += given.AsString();
    if (!whole.empty()) return whole;
  }
  return {};
}

std::string WhoOf(const access::Caller& caller) { return caller.practitioner.empty() ? caller.user : "Practitioner/" + caller.practitioner; }

access::Caller OnBehalf(const access::Caller& caller) {
  access::Caller program = access::SystemCaller("referral");
  program.user = caller.user;
  program.practitioner = caller.practitioner;
  program.origin = caller.origin;
  return program;
}

}  // namespace qianxian::referral
