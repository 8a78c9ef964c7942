// A pack from its files, and several packs as one.
#include "pack/pack.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "base/text.h"
#include "pack/like.h"
#include "pack/reader.h"
#include "pack/referral_rules.h"

namespace qianxian::pack {
namespace {

using internal::Faults;

// Two 64-bit FNV-1a sums with different seeds over every path and content with their lengths: stable for ever, and
// enough to tell editions apart (not a signature: nobody attacks his own definitions here).
std::string HashOf(const std::vector<std::pair<std::string_view, std::string_view>>& parts) {
  uint64_t a = 0xcbf29ce484222325ULL, b = 0x9ae16a3b2f90404fULL;
  for (const auto& [name, content] : parts) {
    const std::string head = std::to_string(name.size()) + ":" + std::string(name) + std::to_string(content.size()) + ":";
    a = HashFnv1a64(content, HashFnv1a64(head, a));
    b = HashFnv1a64(content, HashFnv1a64(head, b));
  }
  std::string bytes;
  for (uint64_t sum : {a, b})
    for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(sum >> shift & 0xff);
  return HexEncode(bytes);
}

void ParseHead(const std::map<std::string, std::string>& files, Pack& pack, Faults& faults) {
  const auto found = files.find("pack.yaml");
  if (found == files.end()) return faults.Add("pack.yaml", 1, "缺少 pack.yaml", "pack.yaml is missing");
  internal::YamlNode root;
  if (!internal::ReadYaml("pack.yaml", found->second, root, faults)) return;
  internal::Reader reader("pack.yaml", root, faults);
  if (!reader.IsMap()) return;
  reader.AllowOnly({"id", "title", "edition", "sources"});
  pack.id = reader.Kebab("id");
  pack.title = reader.BothLanguages("title", true);
  pack.edition = reader.RequiredText("edition");
  pack.sources = reader.Sources("sources", true);
}

bool IsIn(std::string_view path, std::string_view folder, std::string_view ending) {
  return StartsWith(path, folder) && EndsWith(path, ending) && path.size() > folder.size() + ending.size() &&
         path.find('/', folder.size()) == std::string_view::npos;
}

void ParseOneFile(const std::string& path, const std::string& content, const std::map<std::string, std::string>& files,
                  Pack& pack, Faults& faults) {
  if (path == "pack.yaml" || path == "README.md" || path == "README.zh.md") return;
  if (path == "actions.yaml") return internal::ParseActionsFile(path, content, pack, faults);
  if (path == "disease-groups.yaml") return internal::ParseDiseaseGroupsFile(path, content, pack, faults);
  if (path == "settlement-rules.yaml") return internal::ParseSettlementRulesFile(path, content, pack, faults);
  if (IsIn(path, "measures/", ".yaml")) return internal::ParseMeasureFile(path, content, pack, faults);
  if (IsIn(path, "pathways/", ".yaml")) return internal::ParsePathwayFile(path, content, pack, faults);
  if (IsIn(path, "forms/", ".yaml")) return internal::ParseFormFile(path, content, pack, faults);
  if (IsIn(path, "views/", ".json")) return internal::ParseViewFile(path, content, pack, faults);
  if (IsIn(path, "tables/", ".sql")) return internal::ParseTableFile(path, content, pack, faults);
  if (path == "referral-settings.yaml" || IsIn(path, "referral/", ".yaml")) return;     // referral_rules.cc: below, all at once
  if (StartsWith(path, "cases/")) return pack.cases.push_back({path, content});
  const bool yaml = IsIn(path, "capability/", ".yaml");
  if (yaml || IsIn(path, "capability/", ".csv")) {
    const std::string name = path.substr(11, path.size() - 11 - (yaml ? 5 : 4));
    const auto other = files.find("capability/" + name + (yaml ? ".csv" : ".yaml"));
    const std::string* beside = other == files.end() ? nullptr : &other->second;
    if (yaml) return internal::ParseCapability(name, &content, beside, pack, faults);
    if (!beside) internal::ParseCapability(name, nullptr, &content, pack, faults);
    return;                                // a CSV with its YAML is read with it
  }
  faults.Add(path, 1, "规则包里不应有这个文件", "A pack has no such file");
}

// What one part says of another: only known when all packs are together.
void CheckReferences(const Pack& pack, Faults& faults) {
  std::map<std::string, const Measure*> measures;
  for (const Measure& measure : pack.measures) measures[measure.id] = &measure;
  std::set<std::string> lists;
  for (const CapabilityList& list : pack.capability_lists) lists.insert(list.id);
  for (const Measure& measure : pack.measures) {
    if (measure.kind == MeasureKind::kCoverage && !lists.count(measure.of))
      faults.Add(measure.file, 1, "没有能力清单 " + measure.of, "There is no capability list " + measure.of);
    if (measure.kind != MeasureKind::kGrowth) continue;
    const auto other = measures.find(measure.of);
    if (other == measures.end()) {
      faults.Add(measure.file, 1, "没有指标 " + measure.of, "There is no measure " + measure.of);
    } else if (other->second->kind == MeasureKind::kGrowth) {
      faults.Add(measure.file, 1, "growth 不能再基于 growth", "A growth cannot be of another growth");
    } else if (other->second->subject != measure.subject) {
      faults.Add(measure.file, 1, "subject 应与 " + measure.of + " 相同", "The subject must be that of " + measure.of);
    }
  }
  std::set<std::string> views;
  for (const NamedFile& view : pack.views) views.insert(view.path.substr(6, view.path.size() - 11));   // views/NAME.json
  for (const KeptTable& table : pack.kept_tables)
    for (const auto& [view, column] : table.follows)
      if (!views.count(view)) faults.Add(table.path, 1, "没有视图 " + view, "There is no view " + view);
  std::set<std::string> forms;
  for (const Form& form : pack.forms) forms.insert(form.id);
  for (const Pathway& pathway : pack.pathways)
    for (const Stage& stage : pathway.stages)
      for (const Step& step : stage.steps)
        if (!step.form.empty() && !forms.count(step.form))
          faults.Add(pathway.file, 1, step.id + "：没有表单 " + step.form, step.id + ": there is no form " + step.form);
  for (const ActionType& action : pack.actions)
    for (const std::string& id : action.measures)
      if (!measures.count(id))
        faults.Add("actions.yaml", 1, action.id + "：没有指标 " + id, action.id + ": there is no measure " + id);
}

void Sort(Pack& pack) {
  std::stable_sort(pack.pathways.begin(), pack.pathways.end(),
                   [](const Pathway& a, const Pathway& b) { return std::tie(a.order, a.id) < std::tie(b.order, b.id); });
  std::stable_sort(pack.measures.begin(), pack.measures.end(),
                   [](const Measure& a, const Measure& b) { return std::tie(a.order, a.id) < std::tie(b.order, b.id); });
}

template <typename T, typename Key>
void Add(const std::vector<T>& from, std::vector<T>& to, std::string_view what, Key key, std::set<std::string>& seen,
         std::vector<std::string>& clashes) {
  for (const T& item : from) {
    if (!seen.insert(std::string(what) + " " + key(item)).second) clashes.push_back(std::string(what) + " " + key(item));
    to.push_back(item);
  }
}

template <typename T>
std::string IdOf(const T& item) { return item.id; }
std::string PathOf(const NamedFile& file) { return file.path; }

}  // namespace

Result<Pack> ParsePack(const std::map<std::string, std::string>& files) {
  Pack pack;
  Faults faults;
  ParseHead(files, pack, faults);
  std::vector<std::pair<std::string_view, std::string_view>> parts;
  std::map<std::string, std::string> texts;
  for (const auto& [path, content] : files) {
    parts.emplace_back(path, content);
    if (IsValidUtf8(content)) texts.emplace(path, content);
    else faults.Add(path, 1, "不是 UTF-8", "Not UTF-8");
  }
  for (const auto& [path, content] : internal::ExpandLikes(texts, faults)) ParseOneFile(path, content, files, pack, faults);
  if (!faults.empty()) return faults.AsError();
  QX_DO(ParseReferralFiles(files));
  Sort(pack);
  pack.hash = HashOf(parts);
  return pack;
}

Result<Pack> MergePacks(const std::vector<Pack>& packs) {
  if (packs.empty()) return Invalid("no-pack", "There is no pack", "没有规则包");
  Pack all;
  std::set<std::string> seen;
  std::vector<std::string> clashes;
  std::vector<std::pair<std::string_view, std::string_view>> parts;
  for (const Pack& pack : packs) {
    if (!seen.insert("pack " + pack.id).second) clashes.push_back("pack " + pack.id);
    parts.emplace_back(pack.id, pack.hash);
    all.id += (all.id.empty() ? "" : "+") + pack.id;
    all.edition += (all.edition.empty() ? "" : "+") + pack.edition;
    all.title.zh += (all.title.zh.empty() ? "" : "；") + pack.title.zh;
    all.title.en += (all.title.en.empty() ? "" : "; ") + pack.title.en;
    all.sources.insert(all.sources.end(), pack.sources.begin(), pack.sources.end());
    Add(pack.measures, all.measures, "measure", IdOf<Measure>, seen, clashes);
    Add(pack.actions, all.actions, "action", IdOf<ActionType>, seen, clashes);
    Add(pack.disease_groups, all.disease_groups, "disease group", IdOf<DiseaseGroup>, seen, clashes);
    Add(pack.capability_lists, all.capability_lists, "capability list", IdOf<CapabilityList>, seen, clashes);
    if (!pack.settlement.care.empty()) {
      if (!all.settlement.care.empty()) clashes.push_back("settlement-rules");
      all.settlement = pack.settlement;
    }
    Add(pack.pathways, all.pathways, "pathway", IdOf<Pathway>, seen, clashes);
    Add(pack.forms, all.forms, "form", IdOf<Form>, seen, clashes);
    Add(pack.views, all.views, "view", PathOf, seen, clashes);
    Add(pack.tables, all.tables, "table", PathOf, seen, clashes);
    Add(pack.kept_tables, all.kept_tables, "table", [](const KeptTable& table) { return table.name; }, seen, clashes);
    for (const NamedFile& file : pack.cases)
      all.cases.push_back({packs.size() == 1 ? file.path : pack.id + "/" + file.path, file.content});
  }
  if (!clashes.empty())
    return Invalid("duplicate-id", "More than one pack has: " + Join(clashes, ", "), "多个规则包都有：" + Join(clashes, "、"));
  Faults faults;
  CheckReferences(all, faults);
  if (!faults.empty()) return faults.AsError();
  Sort(all);
  all.hash = packs.size() == 1 ? packs[0].hash : HashOf(parts);
  return all;
}

}  // namespace qianxian::pack
