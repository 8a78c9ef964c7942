// A form as FHIR R4 Questionnaire, and as the JSON that the page reads.
// Source: https://hl7.org/fhir/R4/questionnaire.html
#include "base/text.h"
#include "pack/as_fhir.h"
#include "pack/pack.h"

namespace qianxian::pack {
namespace {

using internal::kBase;
using internal::TextAsJson;

std::string_view HowWord(Comparison::How how) {
  switch (how) {
    case Comparison::How::kAtLeast: return "at_least";
    case Comparison::How::kAtMost: return "at_most";
    case Comparison::How::kAbove: return "above";
    case Comparison::How::kBelow: return "below";
    case Comparison::How::kEquals: return "equals";
  }
  return {};
}

std::string_view HowOperator(Comparison::How how) {
  switch (how) {
    case Comparison::How::kAtLeast: return ">=";
    case Comparison::How::kAtMost: return "<=";
    case Comparison::How::kAbove: return ">";
    case Comparison::How::kBelow: return "<";
    case Comparison::How::kEquals: return "=";
  }
  return {};
}

std::string_view TypeWord(const Item& item) {
  if (item.type == "choices") return "choice";
  return item.type;
}

void Codes(json::Writer& w, const ObservationCode& code) {
  w.BeginArray().BeginObject().Member("system", code.system).Member("code", code.code).MemberIfAny("display", code.name.zh).EndObject().EndArray();
}

// The answer that a comparison is with, in the type of the item.
void EnableAnswer(json::Writer& w, const Form& form, const Comparison& c) {
  const Item* item = FindItem(form.items, c.item);
  const std::string type = item ? item->type : "decimal";
  if (type == "choice" || type == "choices") {
    w.Name("answerCoding").BeginObject().Member("system", std::string(kBase) + "form/" + form.id + "/" + c.item).Member("code", c.value).EndObject();
  } else if (type == "boolean") {
    w.Member("answerBoolean", c.value == "true");
  } else if (type == "integer") {
    w.Name("answerInteger").Number(c.value);
  } else if (type == "quantity") {
    w.Name("answerQuantity").BeginObject().Name("value").Number(c.value);
    w.Member("system", "http://unitsofmeasure.org").Member("code", item->unit).EndObject();
  } else if (type == "date") {
    w.Member("answerDate", c.value);
  } else if (type == "decimal") {
    w.Name("answerDecimal").Number(c.value);
  } else {
    w.Member("answerString", c.value);
  }
}

void EnableWhen(json::Writer& w, const Form& form, const Item& item) {
  if (!item.show_when) return;
  w.Name("enableWhen").BeginArray();
  for (const Comparison& c : item.show_when->comparisons) {
    w.BeginObject().Member("question", c.item).Member("operator", HowOperator(c.how));
    EnableAnswer(w, form, c);
    w.EndObject();
  }
  w.EndArray();
  if (item.show_when->comparisons.size() > 1) w.Member("enableBehavior", item.show_when->any ? "any" : "all");
}

void ItemExtensions(json::Writer& w, const Item& item) {
  if (!item.minimum && !item.maximum && item.unit.empty() && item.initial.empty()) return;
  const bool whole = item.type == "integer";
  w.Name("extension").BeginArray();
  const auto bound = [&](std::string_view name, const std::optional<Decimal>& value) {
    if (!value) return;
    w.BeginObject().Member("url", "http://hl7.org/fhir/StructureDefinition/" + std::string(name));
    w.Name(whole && value->scale() == 0 ? "valueInteger" : "valueDecimal").Number(value->ToString()).EndObject();
  };
  bound("minValue", item.minimum);
  bound("maxValue", item.maximum);
  if (!item.unit.empty()) {
    w.BeginObject().Member("url", "http://hl7.org/fhir/StructureDefinition/questionnaire-unit").Name("valueCoding").BeginObject();
    w.Member("system", "http://unitsofmeasure.org").Member("code", item.unit).EndObject().EndObject();
  }
  if (!item.initial.empty()) {
    w.BeginObject().Member("url", "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-initialExpression");
    w.Name("valueExpression").BeginObject().Member("language", "text/fhirpath").Member("expression", item.initial).EndObject().EndObject();
  }
  w.EndArray();
}

void ItemsAsFhir(json::Writer& w, const Form& form, const std::vector<Item>& items) {
  w.Name("item").BeginArray();
  for (const Item& item : items) {
    w.BeginObject();
    ItemExtensions(w, item);
    w.Member("linkId", item.id);
    if (item.observation) w.Name("code"), Codes(w, *item.observation);
    internal::TwoLanguages(w, "text", item.text);
    w.Member("type", TypeWord(item));
    EnableWhen(w, form, item);
    if (item.required) w.Member("required", true);
    if (item.type == "choices") w.Member("repeats", true);
    if (!item.options.empty()) {
      w.Name("answerOption").BeginArray();
      for (const Option& option : item.options) {
        w.BeginObject().Name("valueCoding").BeginObject().Member("system", std::string(kBase) + "form/" + form.id + "/" + item.id);
        w.Member("code", option.code);
        internal::TwoLanguages(w, "display", option.text);
        w.EndObject().EndObject();
      }
      w.EndArray();
    }
    if (!item.items.empty()) ItemsAsFhir(w, form, item.items);
    w.EndObject();
  }
  w.EndArray();
}

// --- for the page -------------------------------------------------------------------------------------------------

void ConditionAsJson(json::Writer& w, const Condition& condition) {
  if (condition.comparisons.empty()) return;
  w.Name(condition.any ? "any" : "all").BeginArray();
  for (const Comparison& c : condition.comparisons) {
    w.BeginObject().Member("item", c.item).Name(HowWord(c.how));
    if (c.how == Comparison::How::kEquals) w.String(c.value);
    else w.Number(c.value);
    w.EndObject();
  }
  w.EndArray();
}

void ItemsAsJson(json::Writer& w, const std::vector<Item>& items) {
  w.BeginArray();
  for (const Item& item : items) {
    w.BeginObject().Member("id", item.id).Member("type", item.type).Name("text");
    TextAsJson(w, item.text);
    w.MemberIfAny("unit", item.unit);
    if (item.required) w.Member("required", true);
    if (item.keep) w.Member("keep", true);
    if (item.minimum) w.Name("minimum").Number(item.minimum->ToString());
    if (item.maximum) w.Name("maximum").Number(item.maximum->ToString());
    if (item.history > 0) w.Member("history", item.history);
    if (!item.options.empty()) {
      w.Name("options").BeginArray();
      for (const Option& option : item.options) {
        w.BeginObject().Member("code", option.code).Name("text");
        TextAsJson(w, option.text);
        if (option.exclusive) w.Member("exclusive", true);
        w.EndObject();
      }
      w.EndArray();
    }
    if (item.show_when) {
      w.Name("show_when").BeginObject();
      ConditionAsJson(w, *item.show_when);
      w.EndObject();
    }
    if (!item.items.empty()) w.Name("items"), ItemsAsJson(w, item.items);
    w.EndObject();
  }
  w.EndArray();
}

void DangersAsJson(json::Writer& w, const Form& form) {
  w.Name("dangers").BeginArray();
  for (const Danger& danger : form.dangers) {
    w.BeginObject().Member("id", danger.id);
    ConditionAsJson(w, danger.condition);
    w.Name("text");
    TextAsJson(w, danger.text);
    if (!danger.urgency.empty())
      w.Name("refer").BeginObject().Member("urgency", danger.urgency).Member("criterion", danger.criterion).EndObject();
    w.EndObject();
  }
  w.EndArray();
}

}  // namespace

std::string FormAsFhir(const Pack& pack, const Form& form) {
  json::Writer w;
  w.BeginObject().Member("resourceType", "Questionnaire").Member("id", form.id).Member("language", "zh-CN");
  if (!form.let.empty()) {
    w.Name("extension").BeginArray();
    for (const auto& [name, expression] : form.let) {
      w.BeginObject().Member("url", "http://hl7.org/fhir/StructureDefinition/variable").Name("valueExpression").BeginObject();
      w.Member("name", name).Member("language", "text/fhirpath").Member("expression", expression).EndObject().EndObject();
    }
    w.EndArray();
  }
  w.Member("url", std::string(kBase) + "Questionnaire/" + form.id).Member("version", form.edition);
  w.Member("name", internal::ComputerName(form.id));
  internal::TwoLanguages(w, "title", form.title);
  w.Member("status", "active").Member("experimental", false).Name("subjectType").BeginArray().String("Patient").EndArray();
  w.Member("publisher", pack.id + " " + pack.edition);
  ItemsAsFhir(w, form, form.items);
  w.EndObject();
  return w.Take();
}

std::string FormAsJson(const Form& form) {
  json::Writer w;
  w.BeginObject().Member("id", form.id).Name("title");
  TextAsJson(w, form.title);
  w.Member("edition", form.edition).Name("sources").BeginArray();
  for (const Source& source : form.sources) {
    w.BeginObject().Name("title");
    TextAsJson(w, source.title);
    w.Member("reference", source.reference).Member("mark", source.mark).EndObject();
  }
  w.EndArray().Name("items");
  ItemsAsJson(w, form.items);
  w.Name("scores").BeginArray();
  for (const Score& score : form.scores) {
    w.BeginObject().Member("id", score.id).Name("text");
    TextAsJson(w, score.text);
    w.Member("expression", score.expression).MemberIfAny("unit", score.unit).EndObject();
  }
  w.EndArray();
  DangersAsJson(w, form);
  w.Name("next").BeginArray();
  for (const NextVisit& next : form.next) {
    w.BeginObject();
    ConditionAsJson(w, next.condition);
    w.Member("days", next.days).EndObject();
  }
  w.EndArray().EndObject();
  return w.Take();
}

}  // namespace qianxian::pack
