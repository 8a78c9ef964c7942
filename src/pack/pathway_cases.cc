#include "pack/pathway_cases.h"

#include "base/text.h"
#include "json/writer.h"
#include "pack/reader.h"

namespace qianxian::pack {
namespace {

using internal::Reader;
using internal::YamlNode;

bool IsNumber(const std::string& text) { return !text.empty() && Decimal::Parse(text).ok() && text.back() != '.' && text[0] != '+'; }

// YAML has no kinds of scalars here: FHIR's names say what is a number or a boolean.
void AsJson(json::Writer& w, const std::string& name, const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull: w.Null(); return;
    case YamlNode::Kind::kSequence:
      w.BeginArray();
      for (const YamlNode& item : node.items) AsJson(w, name, item);
      w.EndArray();
      return;
    case YamlNode::Kind::kMap:
      w.BeginObject();
      for (const auto& [key, value] : node.members) AsJson(w.Name(key), key, value);
      w.EndObject();
      return;
    case YamlNode::Kind::kScalar: break;
  }
  const bool number = name == "value" || EndsWith(name, "Integer") || EndsWith(name, "Decimal") || name == "sequence" || name == "rank";
  if ((node.text == "true" || node.text == "false") && (EndsWith(name, "Boolean") || name == "active")) w.Boolean(node.text == "true");
  else if (number && IsNumber(node.text)) w.Number(node.text);
  else w.String(node.text);
}

std::string Members(const YamlNode& map) {
  json::Writer w;
  AsJson(w, "", map);
  const std::string text = w.Take();
  return text.size() < 2 ? std::string() : text.substr(1, text.size() - 2);
}

void ReadAnswers(Reader& reader, CaseEvent& event) {
  if (!reader.Has("answers")) return;
  const YamlNode& node = *reader.Find("answers");
  if (node.kind != YamlNode::Kind::kMap) return reader.Fault(node.line, "“answers”应是“条目: 答案”", "'answers' must be items with answers");
  for (const auto& [item, value] : node.members) {
    std::vector<std::string> texts;
    if (value.kind == YamlNode::Kind::kSequence)
      for (const YamlNode& one : value.items) texts.push_back(one.text);
    else
      texts.push_back(value.text);
    event.answers.emplace_back(item, std::move(texts));
  }
}

CaseEvent ReadEvent(Reader& reader, int line) {
  using Kind = CaseEvent::Kind;
  static constexpr std::pair<std::string_view, Kind> kWords[] = {
      {"condition", Kind::kCondition}, {"observation", Kind::kObservation}, {"resource", Kind::kResource}, {"enrol", Kind::kEnrol},
      {"form", Kind::kForm},           {"death", Kind::kDeath},             {"decline", Kind::kDecline},   {"move", Kind::kMove},
      {"edition", Kind::kEdition},     {"clock", Kind::kClock},             {"exit", Kind::kExit}};
  reader.AllowOnly({"day", "condition", "observation", "resource", "enrol", "form", "answers", "death", "decline", "move", "edition", "clock", "exit"});
  CaseEvent event;
  event.line = line;
  event.day = static_cast<int>(reader.Number("day", 0, 0, 20'000));
  int words = 0;
  for (const auto& [word, kind] : kWords) {
    if (!reader.Has(word)) continue;
    ++words;
    event.kind = kind;
    const YamlNode& node = *reader.Find(word);
    if (kind == Kind::kObservation) {
      Reader inner(reader.path(), node, reader.faults());
      if (!inner.IsMap()) continue;
      inner.AllowOnly({"code", "value", "unit"});
      event.code = inner.RequiredText("code"), event.value = inner.RequiredText("value"), event.unit = inner.OptionalText("unit");
    } else if (kind == Kind::kResource) {
      json::Writer w;
      AsJson(w, "", node);
      event.resource = w.Take();
    } else {
      event.text = reader.OptionalText(word);
    }
  }
  if (words != 1) reader.Fault(line, "一个事件写且只写一件事", "An event is one thing");
  ReadAnswers(reader, event);
  return event;
}

CaseExpectation ReadExpectation(Reader& reader, int line) {
  reader.AllowOnly({"step", "due_day", "status", "escalated_to", "stage", "pool", "proposal", "no_proposal", "exit", "open"});
  CaseExpectation out;
  out.line = line;
  out.step = reader.OptionalText("step"), out.status = reader.OptionalText("status"), out.escalated_to = reader.OptionalText("escalated_to");
  out.stage = reader.OptionalText("stage"), out.proposal = reader.OptionalText("proposal"), out.exit = reader.OptionalText("exit");
  if (reader.Has("pool")) out.pool = reader.OneOf("pool", {"target", "none", "enrolled"});
  if (reader.Has("due_day")) out.due_day = static_cast<int>(reader.Number("due_day", 0, -20'000, 20'000));
  if (reader.Has("open")) out.open = static_cast<int>(reader.Number("open", 0, 0, 1000));
  out.no_proposal = reader.Has("no_proposal");
  return out;
}

}  // namespace

Result<std::vector<PathwayCase>> ParsePathwayCases(const std::string& path, const std::string& text) {
  internal::Faults faults;
  YamlNode root;
  std::vector<PathwayCase> out;
  if (!internal::ReadYaml(path, text, root, faults)) return faults.AsError();
  if (root.kind != YamlNode::Kind::kSequence) faults.Add(path, root.line, "应是案例列表", "A list of cases is expected");
  for (const YamlNode& node : root.items) {
    Reader reader(path, node, faults);
    if (!reader.IsMap()) continue;
    reader.AllowOnly({"name", "pathway", "patient", "events", "expect"});
    PathwayCase one;
    one.line = node.line;
    one.name = reader.BothLanguages("name", true);
    one.pathway = reader.Kebab("pathway");
    if (reader.Has("patient")) one.patient = Members(*reader.Find("patient"));
    for (const YamlNode& event : reader.Items("events", true)) {
      Reader inner(path, event, faults);
      if (inner.IsMap()) one.events.push_back(ReadEvent(inner, event.line));
    }
    for (const YamlNode& expectation : reader.Items("expect", true)) {
      Reader inner(path, expectation, faults);
      if (inner.IsMap()) one.expect.push_back(ReadExpectation(inner, expectation.line));
    }
    out.push_back(std::move(one));
  }
  if (!faults.empty()) return faults.AsError();
  return out;
}

}  // namespace qianxian::pack
