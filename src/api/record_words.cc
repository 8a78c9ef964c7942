#include "api/record_words.h"

#include "api/page_json.h"
#include "fhir/date.h"
#include "referral/consultation_records.h"

namespace qianxian::api {
namespace {

// What a record is called in the course of events. The program's own orders and answers are named by their kind.
pack::Text TitleOf(std::string_view kind, std::string_view id, json::Value root, const pack::Pack& pack) {
  if (id.starts_with("referral-") || id.starts_with(referral::kConsultationPrefix)) return {};
  if (kind == "QuestionnaireResponse")
    for (const pack::Form& form : pack.forms)
      if (root.FindString("questionnaire").find("/" + form.id + "|") != std::string_view::npos) return form.title;
  std::string title = FirstText(root, kind == "DocumentReference" ? "type" : "code");
  if (title.empty() && kind == "Encounter") title = FirstText(root, "serviceType");
  return {title, title};
}

std::string KindOf(std::string_view type, std::string_view id) {
  if (type == "ServiceRequest" && id.starts_with("referral-")) return "Referral";
  if (type == "ServiceRequest" && id.starts_with(referral::kConsultationPrefix)) return "Consultation";
  return std::string(type);
}

std::string ContentTypeOf(std::string_view type, std::string_view id, json::Value root) {
  if (type != "DocumentReference" || !id.starts_with("document-")) return {};
  const auto content = root.Find("content");
  const auto attachment = content && content->size() > 0 ? content->At(0).Find("attachment") : std::nullopt;
  return attachment ? std::string(attachment->FindString("contentType")) : std::string();
}

}  // namespace

std::string FirstText(json::Value resource, std::string_view member) {
  const auto concept_ = resource.Find(member);
  if (!concept_) return {};
  if (const std::string_view text = concept_->FindString("text"); !text.empty()) return std::string(text);
  const auto codings = concept_->Find("coding");
  if (!codings || codings->size() == 0) return {};
  const std::string_view display = codings->At(0).FindString("display");
  return std::string(display.empty() ? codings->At(0).FindString("code") : display);
}

std::string CodeIn(json::Value resource, std::string_view member) {
  const auto concept_ = resource.Find(member);
  const auto codings = concept_ ? concept_->Find("coding") : std::nullopt;
  return codings && codings->size() > 0 ? std::string(codings->At(0).FindString("code")) : std::string();
}

std::string DayOf(json::Value root) {
  for (const char* name : {"effectiveDateTime", "performedDateTime", "authored", "authoredOn", "onsetDateTime", "recordedDate", "date", "issued", "created"})
    if (const std::string_view text = root.FindString(name); !text.empty()) return fhir::LocalDayText(text);
  for (const char* name : {"period", "performedPeriod", "effectivePeriod"})
    if (const auto period = root.Find(name))
      if (const std::string_view text = period->FindString("start"); !text.empty()) return fhir::LocalDayText(text);
  return {};
}

RecordWords WordsOf(std::string_view type, std::string_view id, json::Value resource, const pack::Pack& pack) {
  return {DayOf(resource), KindOf(type, id), TitleOf(type, id, resource, pack), ContentTypeOf(type, id, resource)};
}

void WriteWords(json::Writer& writer, const RecordWords& words) {
  WriteOrNull(writer, "on", words.on);
  writer.Member("kind", words.kind);
  WriteText(writer, "title", words.title);
  WriteOrNull(writer, "contentType", words.content_type);
}

}  // namespace qianxian::api
