#include "gap/definition.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "gap/amounts.h"
#include "gap/record_parts.h"

namespace qianxian::gap {

namespace {
bool IsWordByte(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string Hash(std::string_view text) {
  char hex[17];
  snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(HashFnv1a64(text)));
  return hex;
}

// The tables that the program fills from the pack stand here under one name for each fact.
std::string NameOfFact(const std::string& word) {
  if (word == "disease_category") return "disease_group";
  return word == "capability_item" || word == "capability_code" ? "capability_list" : word;
}

std::set<std::string> WordsOf(std::string_view sql) {
  std::set<std::string> words;
  const std::string plain = PlainSql(sql);
  bool quoted = false;
  for (size_t at = 0; at < plain.size();) {
    size_t end = at;
    while (end < plain.size() && IsWordByte(plain[end])) ++end;
    if (end > at && !quoted) words.insert(NameOfFact(plain.substr(at, end - at)));
    if (end < plain.size() && plain[end] == '\'') quoted = !quoted;
    at = end + 1;
  }
  return words;
}

// The word behind CREATE … VIEW.
std::string ViewName(std::string_view plain) {
  const size_t view = plain.find("view ");
  if (view == std::string_view::npos) return {};
  size_t end = view + 5;
  while (end < plain.size() && IsWordByte(plain[end])) ++end;
  return std::string(plain.substr(view + 5, end - view - 5));
}

std::string Stem(std::string_view path) {
  const size_t slash = path.rfind('/');
  const std::string_view file = slash == std::string_view::npos ? path : path.substr(slash + 1);
  return std::string(file.substr(0, file.find('.')));
}

// A list as what counts by it: items, codes, minima.
std::string CountingText(const pack::CapabilityList& list) {
  std::string text = list.id;
  for (const pack::CapabilityItem& item : list.items)
    text += "\n" + item.id + "|" + Join(item.codes, ";") + "|" + std::to_string(item.cases_minimum);
  return text;
}

std::string SettlementText(const pack::SettlementRules& rules) {
  std::string text = Join(rules.pharmacy_code_prefixes, ";") + "\n" + Join(rules.county_kinds, ";");
  for (const auto* lists : {&rules.care, &rules.levels})
    for (const auto& [name, codes] : *lists) text += "\n" + name + "=" + Join(codes, ";");
  return text;
}

std::string GroupText(const std::vector<pack::DiseaseGroup>& groups) {
  std::string text;
  for (const pack::DiseaseGroup& group : groups) {
    text += group.id + "=";
    for (const auto& [first, last] : group.categories) text += first + "-" + last + ";";
    text += "\n";
  }
  return text;
}

pack::Text NameOfTable(const std::string& table) {
  if (table == "settlement") return {"结算归类规则", "the rules for settlements"};
  if (table == "disease_group") return {"病种分组", "the disease groups"};
  if (table == "capability_list") return {"能力清单", "the capability lists"};
  return {"数据表 " + table, "the table " + table};
}

void Append(pack::Text& all, const pack::Text& one) {
  all.zh += (all.zh.empty() ? "" : "、") + one.zh;
  all.en += (all.en.empty() ? "" : ", ") + one.en;
}

// What the pack's definition says otherwise than the gap's own.
pack::Text DifferencesFrom(const GapRecord& gap, const pack::Measure& now, const pack::CapabilityList* list) {
  const pack::Measure& then = gap.definition;
  pack::Text found;
  const std::string target = then.target->value.ToString(), new_target = now.target ? now.target->value.ToString() : "";
  const Result<Decimal> rise = now.target ? SubtractExactly(now.target->value, then.target->value) : Result<Decimal>(Decimal::FromUnits(1, 0));
  if (!rise.ok() || rise->units() != 0)
    Append(found, new_target.empty() ? pack::Text{"目标（已取消）", "the target (taken away)"}
                                     : pack::Text{"目标（" + target + " → " + new_target + "）", "the target (" + target + " → " + new_target + ")"});
  if (then.direction != now.direction) Append(found, {"方向", "the direction"});
  if (then.guard.denominator_minimum != now.guard.denominator_minimum || then.guard.window_months != now.guard.window_months ||
      then.guard.months_below_minimum != now.guard.months_below_minimum)
    Append(found, {"开立条件", "the guard"});
  if ((then.cases_sql != now.cases_sql && PlainSql(then.cases_sql) != PlainSql(now.cases_sql)) || then.kind != now.kind || then.subject != now.subject || then.of != now.of)
    Append(found, {"计算口径", "how it is counted"});
  if (!then.exclusions.zh.empty() && (then.exclusions.zh != now.exclusions.zh || then.exclusions.en != now.exclusions.en)) Append(found, {"排除说明", "the exclusions"});
  if (gap.list && (!list || CountingText(*gap.list) != CountingText(*list))) Append(found, {"清单", "the list"});
  return found;
}
}  // namespace

std::string PlainSql(std::string_view sql) {
  std::string plain;
  bool quoted = false, space = false;
  for (size_t i = 0; i < sql.size(); ++i) {
    const char c = sql[i];
    if (!quoted && c == '-' && i + 1 < sql.size() && sql[i + 1] == '-') {
      while (i < sql.size() && sql[i] != '\n') ++i;
      space = true;
      continue;
    }
    if (!quoted && std::isspace(static_cast<unsigned char>(c)) != 0) {
      space = true;
      continue;
    }
    if (space && !plain.empty()) plain += ' ';
    space = false;
    if (c == '\'') quoted = !quoted;
    plain += quoted ? c : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return plain;
}

Tables::Tables(const pack::Pack& pack) {
  Add("settlement", SettlementText(pack.settlement), {"disease_group"});
  Add("disease_group", GroupText(pack.disease_groups), {});
  std::string lists;
  for (const pack::CapabilityList& list : pack.capability_lists) lists += CountingText(list) + "\n";
  Add("capability_list", lists, {});
  for (const pack::NamedFile& view : pack.views) Add(Stem(view.path), view.content, {});
  for (const pack::NamedFile& table : pack.tables) {
    const std::string plain = PlainSql(table.content);
    Add(ViewName(plain), plain, WordsOf(table.content));
  }
  for (const pack::KeptTable& table : pack.kept_tables)
    Add(table.name, table.key + "\n" + table.anew_when + "\n" + PlainSql(table.select), WordsOf(table.select));
}

void Tables::Add(const std::string& name, std::string_view text, std::set<std::string> reads) {
  tables_[ToLowerAscii(name)] = {Hash(text), std::move(reads)};
}

const std::map<std::string, std::string>& Tables::ReadBy(std::string_view sql) {
  const auto [place, is_new] = known_.try_emplace(std::string(sql));
  std::map<std::string, std::string>& found = place->second;
  if (!is_new) return found;
  std::vector<std::string> waiting;
  const auto look_at = [&](const std::set<std::string>& words) { waiting.insert(waiting.end(), words.begin(), words.end()); };
  look_at(WordsOf(sql));
  while (!waiting.empty()) {
    const std::string word = std::move(waiting.back());
    waiting.pop_back();
    const auto table = tables_.find(word);
    if (table != tables_.end() && found.emplace(word, table->second.hash).second) look_at(table->second.reads);
  }
  return found;
}

const pack::Measure* FindMeasure(const pack::Pack& pack, std::string_view id) {
  const auto found = std::ranges::find(pack.measures, id, &pack::Measure::id);
  return found == pack.measures.end() ? nullptr : &*found;
}

const pack::CapabilityList* FindList(const pack::Pack& pack, std::string_view id) {
  const auto found = std::ranges::find(pack.capability_lists, id, &pack::CapabilityList::id);
  return found == pack.capability_lists.end() ? nullptr : &*found;
}

std::string HashOfDefinition(const pack::Measure& m, const pack::CapabilityList* list) {
  std::vector<std::string> all = {m.id, std::string(KindName(m.kind)), m.subject, m.unit, m.edition, m.of, m.cases_sql};
  all.push_back(m.target ? m.target->value.ToString() : "");
  all.push_back(std::string(DirectionName(m.direction)));
  for (const int64_t number : {m.guard.denominator_minimum, int64_t{m.guard.window_months}, int64_t{m.guard.months_below_minimum}})
    all.push_back(std::to_string(number));
  all.insert(all.end(), {m.exclusions.zh, m.exclusions.en, list ? CountingText(*list) : ""});
  return Hash(Join(all, "\n"));
}

void KeepDefinition(const pack::Measure& measure, const pack::Pack& pack, Tables& tables, const std::string& today, GapRecord& gap) {
  gap.definition = measure;
  gap.list.reset();
  gap.tables.clear();
  gap.kept_on.clear();
  gap.tables_changed_on.clear();
  gap.unmeasured_on.clear();
  KeepWhatIsMissing(pack, tables, today, gap);
}

bool KeepWhatIsMissing(const pack::Pack& pack, Tables& tables, const std::string& today, GapRecord& gap) {
  if (!gap.kept_on.empty()) return false;
  const bool coverage = gap.definition.kind == pack::MeasureKind::kCoverage;
  if (const pack::CapabilityList* list = coverage ? FindList(pack, gap.definition.of) : nullptr) gap.list = *list;
  gap.tables = tables.ReadBy(gap.definition.cases_sql);
  if (coverage) gap.tables.erase("capability_list");   // the gap has its own
  pack::Measure& then = gap.definition;
  const pack::Measure* now = FindMeasure(pack, then.id);
  if (then.exclusions.zh.empty() && now && PlainSql(now->cases_sql) == PlainSql(then.cases_sql)) {
    then.definition = now->definition;
    then.numerator = now->numerator;
    then.denominator = now->denominator;
    then.exclusions = now->exclusions;
  }
  gap.kept_on = today;
  gap.definition_hash = HashOfDefinition(gap.definition, gap.list ? &*gap.list : nullptr);
  return true;
}

const pack::CapabilityList* ListOf(const GapRecord& gap, const pack::Pack& pack) {
  if (gap.definition.kind != pack::MeasureKind::kCoverage) return nullptr;
  return gap.list ? &*gap.list : FindList(pack, gap.definition.of);
}

bool CountsTheSame(const GapRecord& gap, const pack::Pack& pack) {
  const pack::Measure& then = gap.definition;
  const pack::Measure* now = FindMeasure(pack, then.id);
  if (!now || now->kind != then.kind || now->subject != then.subject || now->unit != then.unit || now->of != then.of ||
      now->cases_sql != then.cases_sql)
    return false;
  if (!gap.list) return true;
  const pack::CapabilityList* list = FindList(pack, then.of);
  return list && CountingText(*list) == CountingText(*gap.list);
}

pack::Pack FrozenPack(const GapRecord& gap, const pack::Pack& pack) {
  pack::Pack frozen;
  frozen.id = pack.id;
  frozen.edition = pack.edition;
  frozen.measures = {gap.definition};
  frozen.disease_groups = pack.disease_groups;
  frozen.settlement = pack.settlement;
  frozen.capability_lists = pack.capability_lists;
  if (gap.list) {
    std::erase_if(frozen.capability_lists, [&](const pack::CapabilityList& list) { return list.id == gap.list->id; });
    frozen.capability_lists.push_back(*gap.list);
  }
  // Answers are kept by it: those of the pack and those of this definition must not be taken for each other.
  frozen.hash = pack.hash + "+" + HashOfDefinition(gap.definition, gap.list ? &*gap.list : nullptr);
  return frozen;
}

std::vector<std::string> ChangedTables(const GapRecord& gap, Tables& tables) {
  std::vector<std::string> changed;
  const std::map<std::string, std::string>& now = tables.ReadBy(gap.definition.cases_sql);
  for (const auto& [table, hash] : gap.tables) {
    const auto found = now.find(table);
    if (found == now.end() || found->second != hash) changed.push_back(table);
  }
  return changed;
}

std::vector<pack::Text> NotesOf(const GapRecord& gap, const pack::Pack& pack, Tables& tables) {
  std::vector<pack::Text> notes;
  if (!gap.unmeasured_on.empty())
    notes.push_back({"自 " + gap.unmeasured_on + " 起，按发现时的定义已无法计算（所依据的数据表或清单已不存在）；数值停留在最后一次，差距不会自行关闭。",
                     "Since " + gap.unmeasured_on + " it cannot be measured by the definition it was opened with (a table or list is gone); the "
                     "numbers stay as they were last, and the gap does not close by itself."});
  if (gap.closed) return notes;
  const pack::Measure* now = FindMeasure(pack, gap.definition.id);
  if (!now) {
    notes.push_back({"规则包中已没有这个指标；本差距仍按发现时的定义判断。", "The packs have this measure no more; the gap is still judged by the definition it was opened with."});
  } else if (const pack::Text found = DifferencesFrom(gap, *now, FindList(pack, gap.definition.of)); !found.zh.empty()) {
    notes.push_back({"规则包的现行定义（版本 " + now->edition + "）已有变化：" + found.zh + "；本差距仍按发现时的定义判断，新的差距按现行定义。",
                     "The packs' present definition (edition " + now->edition + ") differs in " + found.en +
                         "; this gap is still judged by the definition it was opened with, a new one by the present."});
  }
  pack::Text changed;
  for (const std::string& table : ChangedTables(gap, tables)) Append(changed, NameOfTable(table));
  if (!changed.zh.empty()) {
    const std::string on = gap.tables_changed_on;
    notes.push_back({"定义所依据的内容（" + changed.zh + "）" + (on.empty() ? "" : "于 " + on + " ") + "已修改，只能按修改后的计算：前后的数值可能因此不同。",
                     "What the definition reads was changed" + (on.empty() ? "" : " on " + on) + " (" + changed.en +
                         "): it is judged by the present state, so numbers may differ because of that."});
  }
  if (gap.kept_on.empty() || gap.kept_on > gap.opened_on)
    notes.push_back({"发现时没有保存清单和数据表的状态，按" + (gap.kept_on.empty() ? "现行的" : " " + gap.kept_on + " 的") + "计算。",
                     "What its list and tables were like when it was opened was not kept: it is judged by those of " +
                         (gap.kept_on.empty() ? std::string("now") : gap.kept_on) + "."});
  return notes;
}

}  // namespace qianxian::gap
