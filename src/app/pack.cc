#include "pack/pack.h"

#include <cstdio>

#include "app/commands.h"
#include "app/packs.h"
#include "app/terminal.h"
#include "flow/flow.h"

namespace qianxian::app {
namespace {

std::string DirectoryOf(const PackOptions& options) {
  return options.packs_directory.empty() ? DefaultPacksDirectory() : options.packs_directory;
}

void Print(const std::string& text) { std::printf("%s\n", text.c_str()); }

void PrintText(const char* label, const pack::Text& text) {
  if (text.zh.empty() && text.en.empty()) return;
  Print(std::string(label) + text.zh);
  if (text.en != text.zh) Print(std::string("    ") + text.en);
}

void PrintSources(const std::vector<pack::Source>& sources) {
  for (const pack::Source& source : sources) {
    Print("  来源 source [" + source.mark + "] " + source.title.zh + " · " + source.title.en +
          (source.reference.empty() ? "" : " (" + source.reference + ")"));
  }
}

void PrintMeasure(const pack::Measure& measure) {
  Print(measure.id + "  (" + measure.edition + ", " + measure.subject + ", " + measure.file + ")");
  PrintText("  名称 name: ", measure.name);
  PrintText("  定义 definition: ", measure.definition);
  PrintText("  分子 numerator: ", measure.numerator);
  PrintText("  分母 denominator: ", measure.denominator);
  PrintText("  排除 exclusions: ", measure.exclusions);
  if (measure.target) Print("  目标 target: " + measure.target->value.ToString() + " [" + measure.target->source.mark + "]");
  PrintSources(measure.sources);
  if (!measure.cases_sql.empty()) Print("  SQL:\n" + measure.cases_sql);
}

void PrintAction(const pack::ActionType& action) {
  Print(action.id);
  PrintText("  名称 name: ", action.name);
  PrintText("  说明 description: ", action.description);
  PrintText("  预期 expected: ", action.expected);
  Print("  " + std::to_string(action.usual_days) + " 天 days");
  PrintSources(action.sources);
}

void PrintPack(const pack::Pack& pack) {
  Print(pack.id + "  " + pack.title.zh + " · " + pack.title.en + "  " + pack.edition);
  for (const pack::Measure& measure : pack.measures) Print("  measure  " + measure.id + "  " + measure.name.zh + " · " + measure.name.en);
  for (const pack::ActionType& action : pack.actions) Print("  action   " + action.id + "  " + action.name.zh + " · " + action.name.en);
  for (const pack::CapabilityList& list : pack.capability_lists) {
    Print("  list     " + list.id + "  " + list.name.zh + " · " + list.name.en + "  " + std::to_string(list.items.size()));
  }
  for (const pack::DiseaseGroup& group : pack.disease_groups) Print("  group    " + group.id + "  " + group.name.zh + " · " + group.name.en);
  for (const pack::Pathway& pathway : pack.pathways) Print("  pathway  " + pathway.id + "  " + pathway.title.zh + " · " + pathway.title.en + "  " + pathway.edition);
  for (const pack::Form& form : pack.forms) Print("  form     " + form.id + "  " + form.title.zh + " · " + form.title.en + "  " + form.edition);
  for (const pack::NamedFile& view : pack.views) Print("  view     " + view.path);
  for (const pack::NamedFile& table : pack.tables) Print("  table    " + table.path);
  PrintSources(pack.sources);
}

}  // namespace

int RunPackList(const PackOptions& options) {
  Result<Packs> packs = LoadPacks(DirectoryOf(options));
  if (!packs.ok()) return Fail(packs.error());
  for (const pack::Pack& pack : packs->all) {
    Print(pack.id + "\t" + pack.edition + "\t" + pack.title.zh + " · " + pack.title.en + "\t" + std::to_string(pack.measures.size()) +
          " measures");
  }
  return kDone;
}

int RunPackShow(const PackOptions& options) {
  Result<Packs> packs = LoadPacks(DirectoryOf(options));
  if (!packs.ok()) return Fail(packs.error());
  for (const pack::Pack& pack : packs->all) {
    if (pack.id == options.id) return PrintPack(pack), kDone;
  }
  for (const pack::Measure& measure : packs->merged.measures) {
    if (measure.id == options.id) return PrintMeasure(measure), kDone;
  }
  for (const pack::ActionType& action : packs->merged.actions) {
    if (action.id == options.id) return PrintAction(action), kDone;
  }
  return Fail(NotFound("no-such-thing", "no pack, measure or action is called " + options.id, "没有名为 " + options.id + " 的知识包、指标或行动"));
}

int RunPackCheck(const PackOptions& options) {
  Result<Packs> packs = LoadPacks(DirectoryOf(options));
  if (!packs.ok()) {
    Fail(packs.error());
    return packs.error().category == ErrorCategory::kInvalid ? kDamaged : kCouldNot;
  }
  if (const Status expressions = flow::CheckExpressions(packs->merged); !expressions.ok()) {
    Fail(expressions.error());
    return kDamaged;
  }
  for (const pack::Pack& pack : packs->all) {
    Print(pack.id + " " + pack.edition + ": " + std::to_string(pack.measures.size()) + " measures, " +
          std::to_string(pack.actions.size()) + " actions, " + std::to_string(pack.disease_groups.size()) + " disease groups, " +
          std::to_string(pack.views.size()) + " views, " + std::to_string(pack.pathways.size()) + " pathways, " +
          std::to_string(pack.forms.size()) + " forms: good · 无误");
  }
  return kDone;
}

}  // namespace qianxian::app
