#include "pack/referral_rules.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "base/text.h"
#include "pack/reader.h"

namespace qianxian::pack {
namespace {

using internal::Faults;
using internal::Reader;
using internal::YamlNode;

constexpr std::string_view kLevels[] = {"village", "township", "county", "city", "province"};
constexpr std::string_view kFolder = "referral/", kSettings = "referral-settings.yaml";
constexpr int64_t kMinutesMaximum = 60 * 24 * 365, kHoursMaximum = 24 * 365;

std::string Level(Reader& reader, std::string_view key) {
  if (!reader.Has(key)) return {};
  return reader.OneOf(key, {"village", "township", "county", "city", "province"});
}

bool Flag(Reader& reader, std::string_view key) {
  return reader.Has(key) && reader.OneOf(key, {"true", "false"}) == "true";
}

Criterion ReadCriterion(Reader& reader, bool up) {
  Criterion one;
  one.up = up;
  if (!reader.IsMap()) return one;
  if (up) reader.AllowOnly({"id", "from", "to", "urgency", "skip_levels", "services", "text", "mark"});
  else reader.AllowOnly({"id", "from", "to", "plan", "services", "text", "mark"});
  one.id = reader.Kebab("id");
  one.from = Level(reader, "from");
  one.to = Level(reader, "to");
  if (up) one.urgency = reader.Kebab("urgency");
  if (up) one.skip_levels = Flag(reader, "skip_levels");
  one.services = reader.Texts("services");
  if (!up && reader.Has("plan")) one.plan = reader.Kebab("plan");
  one.text = reader.BothLanguages("text", true);
  one.mark = reader.OneOf("mark", {"official", "read", "K", "K-low"});
  if (!one.from.empty() && !one.to.empty() && (LevelRank(one.from) < LevelRank(one.to)) != up)
    reader.Fault(reader.line("to"), up ? "上转应由低一级到高一级" : "下转应由高一级到低一级",
                 up ? "Up goes from a lower level to a higher one" : "Down goes from a higher level to a lower one");
  return one;
}

void ReadCatalogue(const std::string& path, const std::string& content, ReferralRules& rules, Faults& faults) {
  YamlNode root;
  if (!internal::ReadYaml(path, content, root, faults)) return;
  Reader reader(path, root, faults);
  if (!reader.IsMap()) return;
  reader.AllowOnly({"id", "name", "conditions", "sources", "up", "down"});
  ReferralCatalogue catalogue;
  catalogue.id = reader.Kebab("id");
  if (path != std::string(kFolder) + catalogue.id + ".yaml")
    reader.Fault(reader.line("id"), "id 应与文件名相同", "The id must be the file's name");
  catalogue.name = reader.BothLanguages("name", true);
  catalogue.conditions = reader.Texts("conditions");
  catalogue.sources = reader.Sources("sources", true);
  if (!reader.Has("up") && !reader.Has("down")) reader.Fault(root.line, "至少要有一条 up 或 down", "There is neither up nor down");
  std::set<std::string> seen;
  for (const bool up : {true, false}) {
    for (const YamlNode& node : reader.Items(up ? "up" : "down", false)) {
      Reader item(path, node, faults);
      Criterion one = ReadCriterion(item, up);
      if (!one.id.empty() && !seen.insert(one.id).second)
        item.Fault(item.line("id"), "重复的标识 " + one.id, "The id " + one.id + " stands twice");
      catalogue.criteria.push_back(std::move(one));
    }
  }
  rules.catalogues.push_back(std::move(catalogue));
}

std::vector<Word> ReadWords(Reader& reader, std::string_view key, const std::string& path, Faults& faults) {
  std::vector<Word> words;
  std::set<std::string> seen;
  for (const YamlNode& node : reader.Items(key, true)) {
    Reader item(path, node, faults);
    if (!item.IsMap()) continue;
    item.AllowOnly({"id", "text"});
    Word word{item.Kebab("id"), item.BothLanguages("text", true)};
    if (!seen.insert(word.id).second)
      item.Fault(item.line("id"), "重复的标识 " + word.id, "The id " + word.id + " stands twice");
    words.push_back(std::move(word));
  }
  return words;
}

void ReadUrgencies(Reader& reader, const std::string& path, ReferralSettings& settings, Faults& faults) {
  std::set<std::string> seen;
  for (const YamlNode& node : reader.Items("urgencies", true)) {
    Reader item(path, node, faults);
    if (!item.IsMap()) continue;
    item.AllowOnly({"id", "name", "answer_minutes", "escalate_minutes", "expire_minutes", "skip_levels", "mark"});
    Urgency one;
    one.id = item.Kebab("id");
    if (!seen.insert(one.id).second) item.Fault(item.line("id"), "重复的标识 " + one.id, "The id " + one.id + " stands twice");
    one.name = item.BothLanguages("name", true);
    one.order = static_cast<int>(settings.urgencies.size());
    one.answer_minutes = item.Number("answer_minutes", 0, 1, kMinutesMaximum);
    one.expire_minutes = item.Number("expire_minutes", 0, 1, kMinutesMaximum);
    for (const std::string_view key : {"answer_minutes", "expire_minutes"})
      if (!item.Has(key)) item.Fault(node.line, "缺少“" + std::string(key) + "”", "'" + std::string(key) + "' is missing");
    for (const std::string& text : item.Texts("escalate_minutes")) {
      int64_t minutes = 0;
      if (!ParseInteger(text, minutes) || minutes < 1 || minutes > kMinutesMaximum ||
          (!one.escalate_minutes.empty() && minutes <= one.escalate_minutes.back()))
        item.Fault(item.line("escalate_minutes"), "应是递增的分钟数：" + text, "Must be minutes, ascending: " + text);
      else
        one.escalate_minutes.push_back(minutes);
    }
    if (one.expire_minutes < one.answer_minutes)
      item.Fault(item.line("expire_minutes"), "失效不能早于答复时限", "It cannot expire before it must be answered");
    one.skip_levels = Flag(item, "skip_levels");
    one.mark = item.OneOf("mark", {"official", "read", "K", "K-low"});
    settings.urgencies.push_back(std::move(one));
  }
}

// What a file does not say. Usual agreements, no rule's text.
std::vector<Timer> DefaultTimers() {
  return {{"draft", 24, "K"},           {"accepted", 24, "K"},       {"no-show", 48, "K"},         {"arrived", 72, "K"},       {"result-returned", 72, "K"},
          {"sent-down", 72, "K"},       {"not-taken-over", 24, "K"}, {"taken-over", 24 * 90, "K"}, {"consultation", 72, "K"}};
}

void ReadTimers(Reader& reader, const std::string& path, ReferralSettings& settings, Faults& faults) {
  settings.timers = DefaultTimers();
  std::set<std::string> seen;
  const auto set = [&](Reader& where, int line, const std::string& state, int64_t hours, const std::string& mark) {
    const auto known = std::find_if(settings.timers.begin(), settings.timers.end(), [&](const Timer& one) { return one.state == state; });
    if (known == settings.timers.end()) return where.Fault(line, "没有需要计时的状态 " + state, "There is no state with a timer: " + state);
    if (!seen.insert(state).second) return where.Fault(line, "时限写了两次：" + state, "Its time stands twice: " + state);
    known->hours = hours, known->mark = mark;
  };
  for (const auto& [key, state] : {std::pair{"result_hours", "arrived"}, {"take_over_hours", "sent-down"}, {"no_show_hours", "accepted"}})
    if (reader.Has(key)) set(reader, reader.line(key), state, reader.Number(key, 1, 1, kHoursMaximum), "K");
  for (const YamlNode& node : reader.Items("timers", false)) {
    Reader item(path, node, faults);
    if (!item.IsMap()) continue;
    item.AllowOnly({"state", "hours", "mark"});
    item.RequiredText("hours");
    set(item, node.line, item.Kebab("state"), item.Number("hours", 1, 1, kHoursMaximum), item.OneOf("mark", {"official", "read", "K", "K-low"}));
  }
  settings.remind_hours = reader.Number("remind_hours", 24, 1, kHoursMaximum);
}

void ReadSettings(const std::string& path, const std::string& content, ReferralRules& rules, Faults& faults) {
  YamlNode root;
  if (!internal::ReadYaml(path, content, root, faults)) return;
  Reader reader(path, root, faults);
  if (!reader.IsMap()) return;
  reader.AllowOnly({"urgencies", "result_hours", "take_over_hours", "no_show_hours", "timers", "remind_hours", "load_kilometres", "relation_days_open", "relation_days_after", "proposal_days",
                    "review_levels", "decline", "withdraw", "not_taken_over", "states", "patient_states", "consultation", "sources"});
  ReferralSettings settings;
  ReadUrgencies(reader, path, settings, faults);
  ReadTimers(reader, path, settings, faults);
  settings.load_kilometres = reader.Number("load_kilometres", 2, 0, 1000);
  settings.relation_days_open = reader.Number("relation_days_open", 180, 1, 3650);
  settings.relation_days_after = reader.Number("relation_days_after", 30, 0, 3650);
  settings.proposal_days = reader.Number("proposal_days", 90, 1, 3650);
  settings.review_levels = reader.Texts("review_levels");
  for (const std::string& level : settings.review_levels)
    if (LevelRank(level) < 0) reader.Fault(reader.line("review_levels"), "没有这一级：" + level, "There is no such level: " + level);
  settings.decline = ReadWords(reader, "decline", path, faults);
  settings.withdraw = ReadWords(reader, "withdraw", path, faults);
  settings.not_taken_over = ReadWords(reader, "not_taken_over", path, faults);
  settings.states = ReadWords(reader, "states", path, faults);
  settings.patient_states = ReadWords(reader, "patient_states", path, faults);
  if (reader.Has("consultation")) settings.consultation = ReadWords(reader, "consultation", path, faults);
  settings.sources = reader.Sources("sources", true);
  rules.settings = std::move(settings);
}

}  // namespace

int LevelRank(std::string_view level) {
  const auto found = std::find(std::begin(kLevels), std::end(kLevels), level);
  return found == std::end(kLevels) ? -1 : static_cast<int>(found - std::begin(kLevels));
}

int64_t ReferralSettings::HoursOf(std::string_view state) const {
  for (const Timer& one : timers)
    if (one.state == state) return one.hours;
  return 0;
}

const Word* FindWord(const std::vector<Word>& words, std::string_view id) {
  for (const Word& word : words)
    if (word.id == id) return &word;
  return nullptr;
}

const Criterion* ReferralRules::Find(std::string_view name) const {
  const size_t slash = name.find('/');
  if (slash == std::string_view::npos) return nullptr;
  for (const ReferralCatalogue& catalogue : catalogues) {
    if (catalogue.id != name.substr(0, slash)) continue;
    for (const Criterion& one : catalogue.criteria)
      if (one.id == name.substr(slash + 1)) return &one;
  }
  return nullptr;
}

const Urgency* ReferralRules::FindUrgency(std::string_view id) const {
  if (!settings) return nullptr;
  for (const Urgency& one : settings->urgencies)
    if (one.id == id) return &one;
  return nullptr;
}

Result<ReferralRules> ParseReferralFiles(const std::map<std::string, std::string>& files) {
  ReferralRules rules;
  Faults faults;
  for (const auto& [path, content] : files) {
    if (path == kSettings) ReadSettings(path, content, rules, faults);
    else if (StartsWith(path, kFolder) && EndsWith(path, ".yaml")) ReadCatalogue(path, content, rules, faults);
  }
  if (!faults.empty()) return faults.AsError();
  return rules;
}

Result<ReferralRules> MergeReferralRules(const std::vector<ReferralRules>& all) {
  ReferralRules merged;
  std::vector<std::string> clashes;
  std::set<std::string> seen;
  for (const ReferralRules& rules : all) {
    for (const ReferralCatalogue& catalogue : rules.catalogues) {
      if (!seen.insert(catalogue.id).second) clashes.push_back("referral " + catalogue.id);
      merged.catalogues.push_back(catalogue);
    }
    if (rules.settings && merged.settings) clashes.push_back("referral-settings");
    if (rules.settings) merged.settings = rules.settings;
  }
  if (!clashes.empty())
    return Invalid("duplicate-id", "More than one pack has: " + Join(clashes, ", "), "多个规则包都有：" + Join(clashes, "、"));
  Faults faults;
  for (const ReferralCatalogue& catalogue : merged.catalogues)
    for (const Criterion& one : catalogue.criteria)
      if (one.up && !merged.FindUrgency(one.urgency))
        faults.Add(std::string(kFolder) + catalogue.id + ".yaml", 1, one.id + "：没有紧急程度 " + one.urgency,
                   one.id + ": there is no urgency " + one.urgency);
  if (!faults.empty()) return faults.AsError();
  return merged;
}

}  // namespace qianxian::pack
