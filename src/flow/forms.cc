#include "flow/forms.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/date.h"
#include "base/text.h"
#include "fhirpath/engine.h"
#include "flow/programme.h"
#include "json/writer.h"

namespace qianxian::flow {
namespace {

using Answers = std::map<std::string, std::vector<std::string>>;

Error Bad(const char* code, const pack::Item& item, const std::string& en, const std::string& zh) {
  return Invalid(code, item.id + " (" + item.text.en + "): " + en, item.text.zh + "（" + item.id + "）：" + zh);
}

bool IsNumeric(const pack::Item& item) { return item.type == "quantity" || item.type == "decimal" || item.type == "integer"; }

bool Holds(const pack::Comparison& c, const Answers& answers) {
  const auto found = answers.find(c.item);
  if (found == answers.end() || found->second.empty()) return false;
  if (c.how == pack::Comparison::How::kEquals)
    return std::any_of(found->second.begin(), found->second.end(), [&](const std::string& value) {
      const Result<Decimal> a = Decimal::Parse(value), b = Decimal::Parse(c.value);
      return value == c.value || (a.ok() && b.ok() && a->ToDouble() == b->ToDouble());
    });
  const Result<Decimal> answer = Decimal::Parse(found->second[0]), bound = Decimal::Parse(c.value);
  if (!answer.ok() || !bound.ok()) return false;
  const double a = answer->ToDouble(), b = bound->ToDouble();
  switch (c.how) {
    case pack::Comparison::How::kAtLeast: return a >= b;
    case pack::Comparison::How::kAtMost: return a <= b;
    case pack::Comparison::How::kAbove: return a > b;
    case pack::Comparison::How::kBelow: return a < b;
    default: return false;
  }
}

bool Holds(const pack::Condition& condition, const Answers& answers) {
  if (condition.comparisons.empty()) return true;
  const auto holds = [&](const pack::Comparison& c) { return Holds(c, answers); };
  return condition.any ? std::any_of(condition.comparisons.begin(), condition.comparisons.end(), holds)
                       : std::all_of(condition.comparisons.begin(), condition.comparisons.end(), holds);
}

Status CheckNumber(const pack::Item& item, const std::string& text) {
  const Result<Decimal> number = Decimal::Parse(text);
  if (!number.ok() || (item.type == "integer" && number->scale() > 0)) return Bad("bad-answer", item, "not a number: " + text, "不是数：" + text);
  if (item.minimum && number->ToDouble() < item.minimum->ToDouble())
    return Bad("bad-answer", item, text + " is less than " + item.minimum->ToString(), text + " 小于 " + item.minimum->ToString());
  if (item.maximum && number->ToDouble() > item.maximum->ToDouble())
    return Bad("bad-answer", item, text + " is more than " + item.maximum->ToString(), text + " 大于 " + item.maximum->ToString());
  return Ok();
}

Status CheckChoice(const pack::Item& item, const std::vector<std::string>& codes) {
  if (item.type == "choice" && codes.size() > 1) return Bad("bad-answer", item, "one answer only", "只能选一项");
  for (const std::string& code : codes) {
    const auto option = std::find_if(item.options.begin(), item.options.end(), [&](const pack::Option& o) { return o.code == code; });
    if (option == item.options.end()) return Bad("bad-answer", item, "no such option: " + code, "没有这个选项：" + code);
    if (option->exclusive && codes.size() > 1) return Bad("bad-answer", item, code + " stands alone", "“" + option->text.zh + "”不能与其他选项同选");
  }
  return Ok();
}

Status CheckItems(const std::vector<pack::Item>& items, const Answers& answers) {
  for (const pack::Item& item : items) {
    const bool shown = !item.show_when || Holds(*item.show_when, answers);
    if (!item.items.empty() && shown) QX_DO(CheckItems(item.items, answers));
    const auto found = answers.find(item.id);
    if (found == answers.end() || found->second.empty()) {
      if (item.required && shown) return Bad("missing-answer", item, "an answer is needed", "必须填写");
      continue;
    }
    QX_DO(CheckAnswer(item, found->second));
  }
  return Ok();
}

void WriteValue(json::Writer& w, const pack::Form& form, const pack::Item& item, const std::string& value) {
  if (item.type == "quantity") {
    w.Name("valueQuantity").BeginObject().Name("value").Number(value);
    w.Member("unit", item.unit).Member("system", "http://unitsofmeasure.org").Member("code", item.unit).EndObject();
  } else if (item.type == "decimal") {
    w.Name("valueDecimal").Number(value);
  } else if (item.type == "integer") {
    w.Name("valueInteger").Number(value);
  } else if (item.type == "boolean") {
    w.Member("valueBoolean", value == "true");
  } else if (item.type == "date") {
    w.Member("valueDate", value);
  } else if (item.type == "choice" || item.type == "choices") {
    w.Name("valueCoding").BeginObject().Member("system", std::string(kBase) + "form/" + form.id + "/" + item.id).Member("code", value);
    for (const pack::Option& option : item.options)
      if (option.code == value) w.Member("display", option.text.zh);
    w.EndObject();
  } else {
    w.Member("valueString", value);
  }
}

bool AnyAnswered(const pack::Item& item, const Answers& answers) {
  const auto found = answers.find(item.id);
  if (found != answers.end() && !found->second.empty()) return true;
  return std::any_of(item.items.begin(), item.items.end(), [&](const pack::Item& inner) { return AnyAnswered(inner, answers); });
}

void WriteItems(json::Writer& w, const pack::Form& form, const std::vector<pack::Item>& items, const Answers& answers) {
  for (const pack::Item& item : items) {
    if (!AnyAnswered(item, answers)) continue;
    w.BeginObject().Member("linkId", item.id).Member("text", item.text.zh);
    const auto found = answers.find(item.id);
    if (found != answers.end() && !found->second.empty()) {
      w.Name("answer").BeginArray();
      for (const std::string& value : found->second) {
        w.BeginObject();
        WriteValue(w, form, item, value);
        w.EndObject();
      }
      w.EndArray();
    }
    if (!item.items.empty()) {
      w.Name("item").BeginArray();
      WriteItems(w, form, item.items, answers);
      w.EndArray();
    }
    w.EndObject();
  }
}

std::string Response(const pack::Form& form, const FormPlace& place, const Answers& answers) {
  json::Writer w;
  w.BeginObject().Member("resourceType", "QuestionnaireResponse").Member("id", place.id);
  w.Member("questionnaire", std::string(kBase) + "Questionnaire/" + form.id + "|" + form.edition).Member("status", "completed");
  w.Name("subject").BeginObject().Member("reference", "Patient/" + place.patient).EndObject();
  if (!place.encounter.empty()) w.Name("encounter").BeginObject().Member("reference", "Encounter/" + place.encounter).EndObject();
  w.Member("authored", FormatInstant(place.at));
  if (!place.author.empty()) w.Name("author").BeginObject().Member("reference", place.author).EndObject();
  w.Name("item").BeginArray();
  WriteItems(w, form, form.items, answers);
  for (const pack::Score& score : form.scores) {
    const auto found = answers.find(score.id);
    if (found == answers.end()) continue;
    w.BeginObject().Member("linkId", score.id).Member("text", score.text.zh).Name("answer").BeginArray().BeginObject();
    if (Decimal::Parse(found->second[0]).ok()) w.Name("valueDecimal").Number(found->second[0]);
    else w.Member("valueString", found->second[0]);
    w.EndObject().EndArray().EndObject();
  }
  w.EndArray().EndObject();
  return w.Take();
}

// --- scores -------------------------------------------------------------------------------------------------------

fhirpath::Collection Literal(fhirpath::Evaluator& evaluator, const pack::Item* item, const std::vector<std::string>& values,
                             std::vector<fhirpath::Expression>& kept, const fhirpath::Item& focus) {
  fhirpath::Collection out;
  for (const std::string& value : values) {
    if (item && !IsNumeric(*item)) {
      out.push_back(item->type == "boolean" ? fhirpath::Item::Boolean(value == "true") : evaluator.arena().String(value));
      continue;
    }
    auto parsed = fhirpath::Expression::Parse(value.find('.') == std::string::npos ? value + ".0" : value);
    if (!parsed.ok()) continue;
    kept.push_back(std::move(*parsed));
    if (auto number = evaluator.EvaluateOnNothing(kept.back(), focus); number.ok()) out.insert(out.end(), number->begin(), number->end());
  }
  return out;
}

std::string VariableName(const std::string& id) { return ReplaceAll(id, "-", "_"); }

void SetAll(fhirpath::Evaluator& evaluator, const std::vector<pack::Item>& items, const Answers& answers,
            std::vector<fhirpath::Expression>& kept, const fhirpath::Item& focus) {
  for (const pack::Item& item : items) {
    const auto found = answers.find(item.id);
    evaluator.SetVariable(VariableName(item.id), found == answers.end() ? fhirpath::Collection()
                                                                       : Literal(evaluator, &item, found->second, kept, focus));
    SetAll(evaluator, item.items, answers, kept, focus);
  }
}

void ComputeScores(const pack::Form& form, const std::string& response, const FormPlace& place, const fhir::Definitions& definitions,
                   Answers& answers) {
  if (form.scores.empty()) return;
  const Result<json::Document> document = json::Document::Parse(response);
  if (!document.ok()) return;
  std::vector<fhirpath::Expression> kept;
  fhirpath::Evaluator evaluator({.definitions = &definitions, .now = place.at, .offset_minutes = 480});
  const fhirpath::Item focus = fhirpath::ResourceItem(definitions, document->root());
  SetAll(evaluator, form.items, answers, kept, focus);
  for (const pack::Score& score : form.scores) {
    evaluator.SetVariable(VariableName(score.id), {});
    auto parsed = fhirpath::Expression::Parse(score.expression);
    if (!parsed.ok()) continue;
    kept.push_back(std::move(*parsed));
    auto value = evaluator.Evaluate(kept.back(), focus);
    if (!value.ok() || value->size() != 1) continue;
    const auto simple = fhirpath::ToSystem((*value)[0], evaluator.arena());
    if (!simple) continue;
    const auto text = fhirpath::ToText(*simple, evaluator.arena());
    if (!text || text->empty()) continue;
    answers[score.id] = {*text};
    evaluator.SetVariable(VariableName(score.id), {*simple});
  }
}

// --- observations -------------------------------------------------------------------------------------------------

struct Measured {
  const pack::ObservationCode* code = nullptr;
  const pack::Item* item = nullptr;        // nullptr: a score
  const pack::Score* score = nullptr;
  std::vector<std::string> values;
};

void Collect(const std::vector<pack::Item>& items, const Answers& answers, std::vector<Measured>& out) {
  for (const pack::Item& item : items) {
    const auto found = answers.find(item.id);
    if (item.observation && found != answers.end() && !found->second.empty()) out.push_back({&*item.observation, &item, nullptr, found->second});
    Collect(item.items, answers, out);
  }
}

void WriteCode(json::Writer& w, const std::string& system, const std::string& code, const std::string& display) {
  w.Name("code").BeginObject().Name("coding").BeginArray().BeginObject();
  w.Member("system", system).Member("code", code).MemberIfAny("display", display).EndObject().EndArray().EndObject();
}

void WriteMeasured(json::Writer& w, const pack::Form& form, const Measured& m) {
  const std::string display = !m.code->name.zh.empty() ? m.code->name.zh : m.item ? m.item->text.zh : m.score->text.zh;
  WriteCode(w, m.code->system, m.code->code, display);
  const std::string unit = m.item ? m.item->unit : m.score->unit;
  const bool number = Decimal::Parse(m.values[0]).ok() && (!m.item || IsNumeric(*m.item));
  if (number) {
    w.Name("valueQuantity").BeginObject().Name("value").Number(m.values[0]);
    w.Member("unit", unit.empty() ? "1" : unit).Member("system", "http://unitsofmeasure.org").Member("code", unit.empty() ? "1" : unit).EndObject();
  } else if (m.item && m.item->type == "boolean") {
    w.Member("valueBoolean", m.values[0] == "true");
  } else if (m.item && m.item->type == "date") {
    w.Member("valueDateTime", m.values[0]);
  } else if (m.item && !m.item->options.empty()) {
    w.Name("valueCodeableConcept").BeginObject().Name("coding").BeginArray();
    for (const std::string& value : m.values) {
      w.BeginObject().Member("system", std::string(kBase) + "form/" + form.id + "/" + m.item->id).Member("code", value);
      for (const pack::Option& option : m.item->options)
        if (option.code == value) w.Member("display", option.text.zh);
      w.EndObject();
    }
    w.EndArray().EndObject();
  } else {
    w.Member("valueString", m.values[0]);
  }
}

void BeginObservation(json::Writer& w, const std::string& id) {
  w.BeginObject().Member("resourceType", "Observation").Member("id", id).Member("status", "final");
}

void EndObservation(json::Writer& w, const FormPlace& place) {
  w.Name("subject").BeginObject().Member("reference", "Patient/" + place.patient).EndObject();
  if (!place.encounter.empty()) w.Name("encounter").BeginObject().Member("reference", "Encounter/" + place.encounter).EndObject();
  w.Member("effectiveDateTime", FormatInstant(place.at)).Name("derivedFrom").BeginArray().BeginObject();
  w.Member("reference", "QuestionnaireResponse/" + place.id).EndObject().EndArray().EndObject();
}

void WriteObservations(const pack::Form& form, const FormPlace& place, const Answers& answers, FilledForm& out) {
  std::vector<Measured> all;
  Collect(form.items, answers, all);
  for (const pack::Score& score : form.scores) {
    const auto found = answers.find(score.id);
    if (score.observation && found != answers.end()) all.push_back({&*score.observation, nullptr, &score, found->second});
  }
  std::set<std::string> panels;
  const auto next_id = [&] { return place.id + "-" + std::to_string(out.observations.size() + 1); };
  for (const Measured& m : all) {
    json::Writer w;
    const std::string id = next_id();
    BeginObservation(w, id);
    if (m.code->panel.empty()) {
      WriteMeasured(w, form, m);
    } else {
      if (!panels.insert(m.code->panel).second) continue;
      WriteCode(w, m.code->system, m.code->panel, "");
      w.Name("component").BeginArray();
      for (const Measured& other : all) {
        if (other.code->panel != m.code->panel) continue;
        w.BeginObject();
        WriteMeasured(w, form, other);
        w.EndObject();
      }
      w.EndArray();
    }
    EndObservation(w, place);
    out.observations.emplace_back(id, w.Take());
  }
}

}  // namespace

Status CheckAnswer(const pack::Item& item, const std::vector<std::string>& values) {
  if (item.type == "choice" || item.type == "choices") return CheckChoice(item, values);
  if (values.size() > 1 || item.type == "group" || item.type == "display") return Bad("bad-answer", item, "one answer only", "只能有一个答案");
  if (IsNumeric(item)) QX_DO(CheckNumber(item, values[0]));
  if (item.type == "date" && (values[0].size() != 10 || !ParseDate(values[0]).ok()))
    return Bad("bad-answer", item, "not a date: " + values[0], "不是日期：" + values[0]);
  if (item.type == "boolean" && values[0] != "true" && values[0] != "false")
    return Bad("bad-answer", item, "true or false", "应为 true 或 false");
  return Ok();
}

Result<FilledForm> FillForm(const pack::Form& form, const FormAnswers& given, const FormPlace& place, const fhir::Definitions& definitions) {
  Answers answers;
  for (const auto& [item, values] : given.answers) {
    if (!pack::FindItem(form.items, item)) {
      const bool score = std::any_of(form.scores.begin(), form.scores.end(), [&](const pack::Score& s) { return s.id == item; });
      if (score) continue;                 // computed here, whatever the page says
      return Invalid("unknown-item", "the form has no item " + item, "表单没有条目 " + item);
    }
    if (!values.empty()) answers[item] = values;
  }
  QX_DO(CheckItems(form.items, answers));
  FilledForm out;
  ComputeScores(form, Response(form, place, answers), place, definitions, answers);
  out.response = Response(form, place, answers);
  WriteObservations(form, place, answers, out);
  for (const pack::Danger& danger : form.dangers)
    if (Holds(danger.condition, answers)) out.dangers.push_back({form.id, danger.id, danger.urgency, danger.criterion, danger.text});
  const auto next = answers.find("next-date");
  if (next != answers.end()) out.next_date = next->second[0];
  for (const pack::NextVisit& one : form.next) {
    if (!Holds(one.condition, answers)) continue;
    if (!one.condition.comparisons.empty()) out.next_days = one.days;
    break;
  }
  return out;
}

}  // namespace qianxian::flow
