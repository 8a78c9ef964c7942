// pathways/ID.yaml: one pathway a file.
#include "pack/pathway.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "pack/reader.h"

namespace qianxian::pack {
namespace internal {
namespace {

constexpr int kYears = 365 * 20;           // no interval of care is longer

Reader Inner(Reader& reader, const YamlNode& node) { return Reader(reader.path(), node, reader.faults()); }

Date ReadDate(Reader& reader, std::string_view key) {
  const std::string text = reader.RequiredText(key);
  if (text.empty()) return {};
  const Result<Date> date = ParseDate(text);
  if (date.ok()) return *date;
  reader.Fault(reader.line(key), "“" + std::string(key) + "”不是日期：" + text, "'" + std::string(key) + "' is no date: " + text);
  return {};
}

void ReadEffective(Reader& reader, Pathway& pathway) {
  if (!reader.Has("effective"))
    return reader.Fault(reader.line("effective"), "缺少“effective”（from，可选 to）", "'effective' is missing (from, and to if any)");
  Reader inner = Inner(reader, *reader.Find("effective"));
  if (!inner.IsMap()) return;
  inner.AllowOnly({"from", "to"});
  pathway.effective_from = ReadDate(inner, "from");
  if (!inner.Has("to")) return;
  pathway.effective_to = ReadDate(inner, "to");
  if (*pathway.effective_to < pathway.effective_from) inner.Fault(inner.line("to"), "“to”早于“from”", "'to' is before 'from'");
}

void ReadEntry(Reader& reader, Pathway& pathway) {
  if (!reader.Has("entry")) return reader.Fault(reader.line("entry"), "缺少“entry”", "'entry' is missing");
  Reader inner = Inner(reader, *reader.Find("entry"));
  if (!inner.IsMap()) return;
  inner.AllowOnly({"conditions", "types", "ages", "sex", "screened", "target", "exclude", "enrol"});
  Entry& entry = pathway.entry;
  for (std::string& code : inner.Texts("conditions")) {
    code = ToUpperAscii(code);
    if (code[0] < 'A' || code[0] > 'Z')
      inner.Fault(inner.line("conditions"), "不是 ICD-10 前缀：" + code, "No ICD-10 prefix: " + code);
    entry.conditions.push_back(std::move(code));
  }
  entry.types = inner.Texts("types");
  if (inner.Has("ages")) {
    Reader ages = Inner(inner, *inner.Find("ages"));
    if (ages.IsMap()) {
      ages.AllowOnly({"from", "to"});
      entry.age_from = static_cast<int>(ages.Number("from", 0, 0, 150));
      entry.age_to = static_cast<int>(ages.Number("to", 150, entry.age_from, 150));
    }
  }
  if (inner.Has("sex")) entry.sex = inner.OneOf("sex", {"female", "male"});
  entry.screened = inner.OptionalText("screened");
  entry.target = inner.OptionalText("target");
  entry.exclude = inner.OptionalText("exclude");
  const std::string enrol = inner.OneOf("enrol", {"by-hand", "automatic", "by-referral"});
  // After-care is what follows a sending down: by itself means each time.
  entry.by_referral = enrol == "by-referral" || (enrol == "automatic" && pathway.kind == "after-care");
  entry.automatic = enrol == "automatic" && !entry.by_referral;
  if (entry.conditions.empty() && entry.target.empty() && !entry.by_referral)
    inner.Fault(inner.line("target"), "需要“conditions”或“target”", "'conditions' or 'target' is needed");
}

const std::vector<Exit>& DefaultExits() {
  static const std::vector<Exit> exits = {{"moved-away", {"迁出", "Moved away"}, ""},
                                          {"declined", {"本人或家属拒绝", "Declined"}, ""},
                                          {"excluded", {"不符合或已排除", "Excluded"}, ""},
                                          {std::string(kDeath), {"死亡", "Died"}, ""}};
  return exits;
}

bool IsDefaultExit(const std::string& id) {
  return std::any_of(DefaultExits().begin(), DefaultExits().end(), [&](const Exit& one) { return one.id == id; });
}

void ReadExits(Reader& reader, Pathway& pathway) {
  std::set<std::string> ids;
  for (const YamlNode& node : reader.Items("exits", false)) {
    Reader inner = Inner(reader, node);
    if (!inner.IsMap()) continue;
    inner.AllowOnly({"id", "name", "when"});
    Exit exit{inner.Kebab("id"), inner.BothLanguages("name", true), inner.OptionalText("when")};
    exit.by_hand = exit.when.empty() || IsDefaultExit(exit.id);
    if (!ids.insert(exit.id).second) inner.Fault(node.line, "exit 重复：" + exit.id, "The exit stands twice: " + exit.id);
    pathway.exits.push_back(std::move(exit));
  }
}

std::string ReadCourse(Reader& reader) { return reader.OneOf("course", {"prevent", "screen", "diagnose", "treat", "rehabilitate"}); }

void ReadAnchor(Reader& reader, Step& step) {
  const std::string anchor = reader.Has("anchor") ? reader.OptionalText("anchor") : "stage";
  step.date = reader.OptionalText("date");
  if (anchor == "enrolment") step.anchor = Step::Anchor::kEnrolment;
  else if (anchor == "stage") step.anchor = Step::Anchor::kStage;
  else if (anchor == "date") step.anchor = Step::Anchor::kDate;
  else if (StartsWith(anchor, "step:")) step.anchor = Step::Anchor::kStep, step.anchor_step = anchor.substr(5);
  else
    reader.Fault(reader.line("anchor"), "“anchor”应是 enrolment、stage、step:ID 或 date", "'anchor' must be enrolment, stage, step:ID or date");
  if ((step.anchor == Step::Anchor::kDate) != !step.date.empty())
    reader.Fault(reader.line("date"), "“date”与“anchor: date”要一起写", "'date' and 'anchor: date' go together");
  step.offset_days = static_cast<int>(reader.Number("offset_days", 0, -kYears, kYears));
  const auto& window = reader.Items("window_days", false);
  int64_t before = 0, after = 0;
  if (window.empty()) return;
  if (window.size() != 2 || !ParseInteger(window[0].text, before) || !ParseInteger(window[1].text, after) || before < 0 || after < 0 ||
      before > kYears || after > kYears)
    return reader.Fault(reader.line("window_days"), "“window_days”应是 [前几天, 后几天]", "'window_days' must be [days before, days after]");
  step.days_before = static_cast<int>(before);
  step.days_after = static_cast<int>(after);
}

void ReadRepeat(Reader& reader, Step& step) {
  if (!reader.Has("repeat")) return;
  Reader inner = Inner(reader, *reader.Find("repeat"));
  if (!inner.IsMap()) return;
  inner.AllowOnly({"days", "next", "times"});
  Repeat repeat;
  inner.RequiredText("days");
  repeat.days = static_cast<int>(inner.Number("days", 1, 1, kYears));
  repeat.times = static_cast<int>(inner.Number("times", 0, 1, 10'000));
  for (const YamlNode& node : inner.Items("next", false)) {
    Reader branch = Inner(inner, node);
    if (!branch.IsMap()) continue;
    branch.AllowOnly({"when", "days"});
    branch.RequiredText("days");
    repeat.next.push_back({branch.RequiredText("when"), static_cast<int>(branch.Number("days", 1, 1, kYears))});
  }
  step.repeat = std::move(repeat);
}

void ReadAgain(Reader& reader, Step& step) {
  if (!reader.Has("again")) return;
  Reader inner = Inner(reader, *reader.Find("again"));
  if (!inner.IsMap()) return;
  inner.AllowOnly({"when", "on", "days", "most", "then"});
  Again again;
  again.when = inner.RequiredText("when");
  again.on = inner.OptionalText("on");
  again.days = static_cast<int>(inner.Number("days", 1, 1, kYears));
  again.most = static_cast<int>(inner.Number("most", 0, 1, 10'000));
  again.escalate = !inner.Has("then") || inner.OneOf("then", {"escalate", "stop"}) == "escalate";
  if (inner.Has("then") && again.most == 0)
    inner.Fault(inner.line("then"), "写了“then”就要写“most”", "'then' needs 'most'");
  if (again.most > 0 && again.escalate && step.escalate.empty())
    inner.Fault(inner.line("most"), "超过“most”要上报：请写“escalate”，或写“then: stop”", "After 'most' it is escalated: say to whom in 'escalate', or write 'then: stop'");
  step.again = std::move(again);
}

void ReadWhenLate(Reader& reader, Step& step) {
  int last = -1;
  for (const YamlNode& node : reader.Items("escalate", false)) {
    Reader inner = Inner(reader, node);
    if (!inner.IsMap()) continue;
    inner.AllowOnly({"after_days", "to"});
    inner.RequiredText("after_days");
    Escalation one{static_cast<int>(inner.Number("after_days", 0, 0, kYears)), inner.OneOf("to", {"village", "township", "county", "city"})};
    if (one.after_days <= last) inner.Fault(node.line, "“after_days”应递增", "'after_days' must rise");
    last = one.after_days;
    step.escalate.push_back(std::move(one));
  }
  for (const YamlNode& node : reader.Items("refer", false)) {
    Reader inner = Inner(reader, node);
    if (!inner.IsMap()) continue;
    inner.AllowOnly({"when", "urgency", "criterion"});
    step.refer.push_back({inner.OptionalText("when"), inner.OneOf("urgency", {"emergency", "urgent", "routine"}), inner.RequiredText("criterion")});
  }
}

Step ReadStep(Reader& reader) {
  reader.AllowOnly({"id", "name", "form", "activity", "course", "who", "anchor", "date", "offset_days", "window_days", "when", "done", "repeat",
                    "again", "escalate", "refer"});
  Step step;
  step.id = reader.Kebab("id");
  step.name = reader.BothLanguages("name", true);
  if (reader.Has("form")) step.form = reader.Kebab("form");
  if (reader.Has("activity")) step.activity = reader.OneOf("activity", {"referral", "consultation", "test", "treatment", "message"});
  if (reader.Has("form") == reader.Has("activity"))
    reader.Fault(reader.line("form"), "“form”与“activity”写且只写一个", "One of 'form' and 'activity' is needed, not both");
  if (reader.Has("course")) step.course = ReadCourse(reader);
  step.who = reader.Texts("who");
  if (step.who.empty()) reader.Fault(reader.line("who"), "缺少“who”", "'who' is missing");
  for (const std::string& level : step.who)
    if (level != "village" && level != "township" && level != "county" && level != "city")
      reader.Fault(reader.line("who"), "不认识的层级 " + level, "Unknown level " + level + "; there are: village, township, county, city");
  ReadAnchor(reader, step);
  step.when = reader.OptionalText("when");
  step.done = reader.OptionalText("done");
  ReadRepeat(reader, step);
  ReadWhenLate(reader, step);
  ReadAgain(reader, step);
  return step;
}

void ReadStages(Reader& reader, Pathway& pathway) {
  std::set<std::string> stages, steps;
  for (const YamlNode& node : reader.Items("stages", true)) {
    Reader inner = Inner(reader, node);
    if (!inner.IsMap()) continue;
    inner.AllowOnly({"id", "name", "course", "enter", "from", "alert_days", "steps"});
    Stage stage;
    stage.id = inner.Kebab("id");
    stage.name = inner.BothLanguages("name", true);
    stage.course = ReadCourse(inner);
    stage.enter = inner.OptionalText("enter");
    if (stage.enter.empty() && !pathway.stages.empty())
      inner.Fault(inner.line("enter"), "第一阶段以外都要“enter”", "Every stage but the first needs 'enter'");
    stage.from = inner.Texts("from");
    stage.alert_days = static_cast<int>(inner.Number("alert_days", 0, 1, kYears));
    if (!stages.insert(stage.id).second) inner.Fault(node.line, "阶段重复：" + stage.id, "The stage stands twice: " + stage.id);
    for (const YamlNode& step_node : inner.Items("steps", false)) {
      Reader step_reader = Inner(inner, step_node);
      if (!step_reader.IsMap()) continue;
      stage.steps.push_back(ReadStep(step_reader));
      if (!steps.insert(stage.steps.back().id).second)
        inner.Fault(step_node.line, "步骤重复：" + stage.steps.back().id, "The step stands twice: " + stage.steps.back().id);
    }
    pathway.stages.push_back(std::move(stage));
  }
  for (const Stage& stage : pathway.stages)
    for (const Step& step : stage.steps)
      if (step.anchor == Step::Anchor::kStep && (!steps.count(step.anchor_step) || step.anchor_step == step.id))
        reader.Fault(reader.line("stages"), step.id + "：没有步骤 " + step.anchor_step, step.id + ": there is no other step " + step.anchor_step);
}

// What is asked for again must not be done by the record of the time before.
void CheckAgain(Reader& reader, const Pathway& pathway) {
  for (const Stage& stage : pathway.stages)
    for (const Step& step : stage.steps)
      if (step.again && !step.done.empty() && WithLets(pathway.let, step.done).find("%since") == std::string::npos)
        reader.Fault(reader.line("stages"), step.id + "：写了“again”，“done”就要用 %since，否则上一次的记录又使它完成",
                     step.id + ": with 'again', 'done' must ask for %since, or what did it before does it again");
}

// Who comes back to a stage has met its condition before: it must ask for what happened since.
void CheckReturns(Reader& reader, const Pathway& pathway) {
  for (size_t i = 0; i < pathway.stages.size(); ++i) {
    const Stage& stage = pathway.stages[i];
    for (const std::string& from : stage.from) {
      const auto found = std::find_if(pathway.stages.begin(), pathway.stages.end(), [&](const Stage& one) { return one.id == from; });
      if (found == pathway.stages.end() || from == stage.id)
        reader.Fault(reader.line("stages"), stage.id + "：没有阶段 " + from, stage.id + ": there is no other stage " + from);
      else if (WithLets(pathway.let, stage.enter).find("%stage_since") == std::string::npos)
        reader.Fault(reader.line("stages"), stage.id + "：写了“from”，“enter”就要用 %stage_since，否则会来回跳",
                     stage.id + ": with 'from', 'enter' must ask for %stage_since, or it would go round in a circle");
    }
  }
}

Pathway ReadPathway(Reader& reader, const std::string& path) {
  reader.AllowOnly({"id", "order", "kind", "title", "description", "edition", "effective", "sources", "entry", "let", "exits", "stages", "measures"});
  Pathway pathway;
  pathway.file = path;
  pathway.id = reader.Kebab("id");
  if (!pathway.id.empty() && path != "pathways/" + pathway.id + ".yaml")
    reader.Fault(reader.line("id"), "文件名应为 " + pathway.id + ".yaml", "The file must be named " + pathway.id + ".yaml");
  pathway.order = static_cast<int>(reader.Number("order", pathway.order, 0, 1'000'000));
  pathway.kind = reader.OneOf("kind", {"tumour", "chronic", "contract", "after-care"});
  pathway.title = reader.BothLanguages("title", true);
  pathway.description = reader.BothLanguages("description", false);
  pathway.edition = reader.RequiredText("edition");
  ReadEffective(reader, pathway);
  pathway.sources = reader.Sources("sources", true);
  ReadEntry(reader, pathway);
  pathway.let = reader.NamedExpressions("let");
  ReadExits(reader, pathway);
  ReadStages(reader, pathway);
  CheckReturns(reader, pathway);
  CheckAgain(reader, pathway);
  pathway.measures = reader.Texts("measures");
  return pathway;
}

}  // namespace

void ParsePathwayFile(const std::string& path, const std::string& content, Pack& pack, Faults& faults) {
  YamlNode root;
  if (!ReadYaml(path, content, root, faults)) return;
  Reader reader(path, root, faults);
  if (!reader.IsMap()) return;
  pack.pathways.push_back(ReadPathway(reader, path));
  pack.pathways.back().text = content;
}

}  // namespace internal

Result<Pathway> ParsePathway(const std::string& path, const std::string& text) {
  internal::Faults faults;
  Pack pack;
  internal::ParsePathwayFile(path, text, pack, faults);
  if (!faults.empty()) return faults.AsError();
  return std::move(pack.pathways[0]);
}

std::string WithLets(const std::vector<std::pair<std::string, std::string>>& let, const std::string& text) {
  std::string whole = text;
  for (size_t i = let.size(); i-- > 0;)                      // an earlier one may be used by a later one
    if (whole.find("%" + let[i].first) != std::string::npos) whole += " " + let[i].second;
  return whole;
}

std::vector<Exit> ExitsOf(const Pathway& pathway) {
  std::vector<Exit> exits = pathway.exits;
  for (const Exit& one : internal::DefaultExits())
    if (std::none_of(exits.begin(), exits.end(), [&](const Exit& own) { return own.id == one.id; })) exits.push_back(one);
  if (pathway.entry.by_referral) {         // what the program itself ends
    exits.push_back({"not-taken-over", {"接收方未接管", "Not taken over"}, "", false});
    exits.push_back({"replaced", {"由新的下转接续", "Replaced by a later referral down"}, "", false});
    exits.push_back({"withdrawn", {"下转已撤回", "The referral was withdrawn"}, "", false});
  }
  return exits;
}

const Step* FindStep(const Pathway& pathway, std::string_view id) {
  for (const Stage& stage : pathway.stages)
    for (const Step& step : stage.steps)
      if (step.id == id) return &step;
  return nullptr;
}

const Stage* StageOfStep(const Pathway& pathway, std::string_view id) {
  for (const Stage& stage : pathway.stages)
    for (const Step& step : stage.steps)
      if (step.id == id) return &stage;
  return nullptr;
}

std::string_view CourseOfStep(const Pathway& pathway, std::string_view id) {
  const Step* step = FindStep(pathway, id);
  return !step ? std::string_view() : step->course.empty() ? std::string_view(StageOfStep(pathway, id)->course) : std::string_view(step->course);
}

std::vector<std::pair<std::string, std::string>> ExpressionsOf(const Pathway& pathway) {
  std::vector<std::pair<std::string, std::string>> out;
  const auto add = [&](const std::string& where, const std::string& text) {
    if (!text.empty()) out.emplace_back(where, text);
  };
  add("entry/screened", pathway.entry.screened);
  add("entry/target", pathway.entry.target);
  add("entry/exclude", pathway.entry.exclude);
  for (const auto& [name, text] : pathway.let) add("let/" + name, text);
  for (const Exit& exit : pathway.exits) add("exits/" + exit.id, exit.when);
  for (const Stage& stage : pathway.stages) {
    add("stages/" + stage.id + "/enter", stage.enter);
    for (const Step& step : stage.steps) {
      const std::string at = "stages/" + stage.id + "/" + step.id + "/";
      add(at + "date", step.date);
      add(at + "when", step.when);
      add(at + "done", step.done);
      if (step.repeat)
        for (const RepeatBranch& branch : step.repeat->next) add(at + "repeat", branch.when);
      if (step.again) add(at + "again/when", step.again->when), add(at + "again/on", step.again->on);
      for (const ProposedReferral& refer : step.refer) add(at + "refer", refer.when);
    }
  }
  return out;
}

}  // namespace qianxian::pack
