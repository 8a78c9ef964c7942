#include "flow/programme.h"

#include <algorithm>

#include "base/date.h"
#include "base/log.h"
#include "fhir/date.h"

namespace qianxian::flow {
namespace {

// The names after '%' in an expression, outside of quotes.
std::vector<std::string> VariablesIn(const std::string& text) {
  std::vector<std::string> out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\'') {
      for (++i; i < text.size() && text[i] != '\''; ++i) i += text[i] == '\\';
    } else if (text[i] == '%') {
      size_t end = i + 1;
      while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) || text[end] == '_')) ++end;
      out.push_back(text.substr(i + 1, end - i - 1));
      i = end - 1;
    }
  }
  return out;
}

void AddLets(const pack::Pathway& pathway, const std::string& text, size_t before, std::vector<std::string>& out) {
  for (const std::string& name : VariablesIn(text))
    for (size_t i = 0; i < before; ++i) {
      if (pathway.let[i].first != name) continue;
      AddLets(pathway, pathway.let[i].second, i, out);
      if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
    }
}

void Compile(const std::vector<std::pair<std::string, std::string>>& texts, Programme& programme) {
  const pack::Pathway& pathway = programme.pathway;
  for (const auto& [where, text] : texts) {
    Result<fhirpath::Expression> parsed = fhirpath::Expression::Parse(text);
    if (!parsed.ok()) {
      LogError(pathway.file + " " + where + ": " + Describe(parsed.error()));
      continue;
    }
    Programme::Compiled compiled{std::move(*parsed), {}};
    AddLets(pathway, text, pathway.let.size(), compiled.lets);
    programme.compiled.emplace(text, std::move(compiled));
  }
}

}  // namespace

std::shared_ptr<const Programme> CompileProgramme(const pack::Pathway& pathway) {
  auto programme = std::make_shared<Programme>();
  programme->pathway = pathway;
  programme->hash = DefinitionHash(pathway);
  Compile(pack::ExpressionsOf(pathway), *programme);
  return programme;
}

std::shared_ptr<const Programme> CompileForm(const pack::Form& form) {
  auto programme = std::make_shared<Programme>();
  programme->pathway.id = form.id, programme->pathway.file = form.file, programme->pathway.let = form.let;
  Compile(pack::ExpressionsOf(form), *programme);
  return programme;
}

void AddTypes(const std::string& text, std::set<std::string>& types) {
  for (size_t at = text.find("%record"); at != std::string::npos; at = text.find("%record", at + 7)) {
    constexpr std::string_view kOf = ".ofType(";
    if (text.compare(at + 7, kOf.size(), kOf) != 0) {
      types.insert("*");
      continue;
    }
    const size_t begin = at + 7 + kOf.size(), end = text.find(')', begin);
    std::string type = text.substr(begin, end == std::string::npos ? end : end - begin);
    if (const size_t dot = type.rfind('.'); dot != std::string::npos) type = type.substr(dot + 1);
    types.insert(std::move(type));
  }
}

std::string LocalDate(Instant now) { return Date::FromDays(static_cast<int32_t>(LocalDay(now))).ToString(); }

std::string StartOfDay(const std::string& date) {
  const Result<Date> day = ParseDate(date);
  if (!day.ok()) return {};
  return FormatInstant({day->ToDays() * kDayMicroseconds - kChinaOffsetMicroseconds});
}

std::string PlusDays(const std::string& date, int64_t days) {
  const Result<Date> day = ParseDate(date.substr(0, 10));
  if (!day.ok()) return {};
  return Date::FromDays(static_cast<int32_t>(day->ToDays() + days)).ToString();
}

Evaluation::Evaluation(const fhir::Definitions& definitions, Instant now)
    : definitions_(definitions), evaluator_({.definitions = &definitions, .now = now, .offset_minutes = 480}) {}

void Evaluation::Set(const std::string& name, fhirpath::Collection value) {
  evaluator_.SetVariable(name, std::move(value));
  known_lets_.clear();
}

void Evaluation::SetRecord(const PatientRecord& record) {
  evaluator_.Clear();
  documents_.clear();
  fhirpath::Collection all, patient;
  for (const Piece& piece : record.pieces) {
    all.push_back(fhirpath::ResourceItem(definitions_, piece.document->root()));
    if (piece.type == "Patient") patient.push_back(all.back());
  }
  patient_ = patient.empty() ? fhirpath::Item() : patient[0];
  Set("record", std::move(all));
  Set("patient", std::move(patient));
  for (const char* name : {"enrolment", "plan", "task", "response", "since", "left", "stage_since", "pathway", "referral"}) SetNothing(name);
  const auto today = fhirpath::Expression::Parse("today()");
  if (today.ok())
    if (auto value = evaluator_.EvaluateOnNothing(*today, patient_); value.ok()) Set("today", std::move(*value));
}

void Evaluation::SetText(const std::string& name, const std::string& text) { Set(name, {evaluator_.arena().String(text)}); }
void Evaluation::SetNothing(const std::string& name) { Set(name, {}); }
void Evaluation::SetResource(const std::string& name, json::Value resource) { Set(name, {fhirpath::ResourceItem(definitions_, resource)}); }

void Evaluation::SetDocument(const std::string& name, std::string json) {
  Result<json::Document> document = json::Document::Parse(std::move(json));
  if (!document.ok()) return SetNothing(name);
  documents_.push_back(std::move(*document));
  SetResource(name, documents_.back().root());
}

void Evaluation::SetDay(const std::string& name, const std::string& date) {
  if (date.empty()) return SetNothing(name);
  auto found = days_.find(date);
  if (found == days_.end()) {
    Result<fhirpath::Expression> literal = fhirpath::Expression::Parse("@" + date + "T00:00:00+08:00");
    if (!literal.ok()) return SetNothing(name);
    found = days_.emplace(date, std::move(*literal)).first;
  }
  auto value = evaluator_.EvaluateOnNothing(found->second, patient_);
  Set(name, value.ok() ? std::move(*value) : fhirpath::Collection());
}

fhirpath::Collection Evaluation::Evaluate(const Programme& programme, const std::string& text) {
  const auto found = programme.compiled.find(text);
  if (found == programme.compiled.end()) return {};
  if (lets_of_ != &programme) known_lets_.clear();       // another pathway means another thing by the same name
  lets_of_ = &programme;
  for (const std::string& name : found->second.lets) {
    if (known_lets_.count(name)) continue;
    for (const auto& [let, let_text] : programme.pathway.let)
      if (let == name) {
        const auto inner = programme.compiled.find(let_text);
        fhirpath::Collection value;
        if (inner != programme.compiled.end())
          if (auto result = evaluator_.Evaluate(inner->second.expression, patient_); result.ok()) value = std::move(*result);
        evaluator_.SetVariable(name, std::move(value));
      }
    known_lets_.insert(name);
  }
  auto result = evaluator_.Evaluate(found->second.expression, patient_);
  if (result.ok()) return std::move(*result);
  if (told_.insert(text).second) LogError(programme.pathway.file + ": " + text + ": " + Describe(result.error()));
  return {};
}

bool Evaluation::IsTrue(const Programme& programme, const std::string& text) {
  const fhirpath::Collection items = Evaluate(programme, text);
  if (items.size() != 1) return false;
  const auto value = fhirpath::ToSystem(items[0], evaluator_.arena());
  return value && value->kind == fhirpath::ItemKind::kBoolean && value->boolean;
}

std::vector<std::string> Evaluation::TextsOf(const Programme& programme, const std::string& text) {
  std::vector<std::string> out;
  for (const fhirpath::Item& item : Evaluate(programme, text))
    if (const auto value = fhirpath::ToText(item, evaluator_.arena())) out.emplace_back(*value);
  return out;
}

std::string Evaluation::DateOf(const Programme& programme, const std::string& text) {
  const fhirpath::Collection items = Evaluate(programme, text);
  if (items.empty()) return {};
  const auto day = fhirpath::ToText(items[0], evaluator_.arena());
  return day ? fhir::LocalDayText(*day) : std::string();
}

}  // namespace qianxian::flow
