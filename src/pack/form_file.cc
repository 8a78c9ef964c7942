// forms/ID.yaml: one form a file.
#include <functional>
#include <set>

#include "base/text.h"
#include "pack/form.h"
#include "pack/reader.h"

namespace qianxian::pack {
namespace internal {
namespace {

constexpr int kYears = 365 * 20;

// What is known of a form while it is read: its items, to check what dangers and such speak of.
struct Names {
  std::set<std::string> all;
  std::vector<std::pair<std::string, int>> used;           // id and line
};

Reader Inner(Reader& reader, const YamlNode& node) { return Reader(reader.path(), node, reader.faults()); }

bool IsTrue(Reader& reader, std::string_view key) { return reader.Has(key) && reader.OneOf(key, {"true", "false"}) == "true"; }

std::optional<Decimal> OptionalDecimal(Reader& reader, std::string_view key) {
  const std::string text = reader.OptionalText(key);
  if (text.empty()) return std::nullopt;
  const Result<Decimal> number = Decimal::Parse(text);
  if (number.ok()) return *number;
  reader.Fault(reader.line(key), "“" + std::string(key) + "”不是数：" + text, "'" + std::string(key) + "' is no number: " + text);
  return std::nullopt;
}

Comparison ReadComparison(Reader& reader, const YamlNode& node, Names& names) {
  static constexpr std::pair<std::string_view, Comparison::How> kWords[] = {{"at_least", Comparison::How::kAtLeast},
                                                                            {"at_most", Comparison::How::kAtMost},
                                                                            {"above", Comparison::How::kAbove},
                                                                            {"below", Comparison::How::kBelow},
                                                                            {"equals", Comparison::How::kEquals}};
  Comparison out;
  Reader inner = Inner(reader, node);
  if (!inner.IsMap()) return out;
  inner.AllowOnly({"item", "at_least", "at_most", "above", "below", "equals"});
  out.item = inner.RequiredText("item");
  names.used.emplace_back(out.item, node.line);
  int words = 0;
  for (const auto& [word, how] : kWords) {
    if (!inner.Has(word)) continue;
    ++words;
    out.how = how;
    out.value = inner.OptionalText(word);
    if (how != Comparison::How::kEquals) OptionalDecimal(inner, word);
  }
  if (words != 1)
    inner.Fault(node.line, "at_least、at_most、above、below、equals 写且只写一个", "One of at_least, at_most, above, below, equals is needed, not more");
  return out;
}

// any: […] or all: […]; `needed` says a fault when neither is there.
Condition ReadCondition(Reader& reader, int line, bool needed, Names& names) {
  Condition out;
  if (reader.Has("any") && reader.Has("all")) reader.Fault(line, "“any”与“all”只写一个", "One of 'any' and 'all', not both");
  if (needed && !reader.Has("any") && !reader.Has("all")) reader.Fault(line, "缺少“any”或“all”", "'any' or 'all' is missing");
  out.any = !reader.Has("all");
  const std::string_view key = out.any ? "any" : "all";
  for (const YamlNode& node : reader.Items(key, needed && reader.Has(key))) out.comparisons.push_back(ReadComparison(reader, node, names));
  return out;
}

std::optional<ObservationCode> ReadObservation(Reader& reader) {
  if (!reader.Has("observation")) return std::nullopt;
  Reader inner = Inner(reader, *reader.Find("observation"));
  if (!inner.IsMap()) return std::nullopt;
  inner.AllowOnly({"system", "code", "name", "panel"});
  return ObservationCode{inner.RequiredText("system"), inner.RequiredText("code"), inner.BothLanguages("name", false), inner.OptionalText("panel")};
}

std::vector<Option> ReadOptions(Reader& reader) {
  std::vector<Option> out;
  std::set<std::string> codes;
  for (const YamlNode& node : reader.Items("options", true)) {
    Reader inner = Inner(reader, node);
    if (!inner.IsMap()) continue;
    inner.AllowOnly({"code", "text", "exclusive"});
    out.push_back({inner.RequiredText("code"), inner.BothLanguages("text", true), IsTrue(inner, "exclusive")});
    if (!codes.insert(out.back().code).second) inner.Fault(node.line, "选项重复：" + out.back().code, "The option stands twice: " + out.back().code);
  }
  return out;
}

std::vector<Item> ReadItems(Reader& reader, Names& names);

Item ReadItem(Reader& reader, Names& names) {
  reader.AllowOnly({"id", "type", "text", "unit", "required", "keep", "initial", "minimum", "maximum", "observation", "history", "options", "show_when", "items"});
  Item item;
  item.id = reader.Kebab("id");
  if (!names.all.insert(item.id).second) reader.Fault(reader.line("id"), "条目重复：" + item.id, "The item stands twice: " + item.id);
  item.type = reader.OneOf("type", {"quantity", "decimal", "integer", "choice", "choices", "text", "date", "boolean", "group", "display"});
  item.text = reader.BothLanguages("text", true);
  item.unit = reader.OptionalText("unit");
  if (item.type == "quantity" && item.unit.empty()) reader.Fault(reader.line("unit"), "quantity 要有“unit”（UCUM）", "A quantity needs a 'unit' (UCUM)");
  item.required = IsTrue(reader, "required");
  item.keep = IsTrue(reader, "keep");
  item.initial = reader.OptionalText("initial");
  item.minimum = OptionalDecimal(reader, "minimum");
  item.maximum = OptionalDecimal(reader, "maximum");
  if (item.minimum && item.maximum && item.maximum->ToDouble() < item.minimum->ToDouble())
    reader.Fault(reader.line("maximum"), "“maximum”小于“minimum”", "'maximum' is less than 'minimum'");
  item.observation = ReadObservation(reader);
  item.history = static_cast<int>(reader.Number("history", 0, 0, 20));
  if (item.type == "choice" || item.type == "choices") item.options = ReadOptions(reader);
  else if (reader.Has("options")) reader.Fault(reader.line("options"), "只有 choice 与 choices 有选项", "Only choice and choices have options");
  if (reader.Has("show_when")) {
    const YamlNode& node = *reader.Find("show_when");
    if (node.Find("any") || node.Find("all")) {
      Reader inner = Inner(reader, node);
      inner.AllowOnly({"any", "all"});
      item.show_when = ReadCondition(inner, node.line, true, names);
    } else {
      item.show_when = Condition{{ReadComparison(reader, node, names)}, true};
    }
  }
  if (item.type == "group") item.items = ReadItems(reader, names);
  else if (reader.Has("items")) reader.Fault(reader.line("items"), "只有 group 有“items”", "Only a group has 'items'");
  return item;
}

std::vector<Item> ReadItems(Reader& reader, Names& names) {
  std::vector<Item> out;
  for (const YamlNode& node : reader.Items("items", true)) {
    Reader inner = Inner(reader, node);
    if (inner.IsMap()) out.push_back(ReadItem(inner, names));
  }
  return out;
}

void ReadScores(Reader& reader, Form& form, Names& names) {
  for (const YamlNode& node : reader.Items("scores", false)) {
    Reader inner = Inner(reader, node);
    if (!inner.IsMap()) continue;
    inner.AllowOnly({"id", "text", "expression", "unit", "observation"});
    Score score{inner.Kebab("id"), inner.BothLanguages("text", true), inner.RequiredText("expression"), inner.OptionalText("unit"), ReadObservation(inner)};
    if (!names.all.insert(score.id).second) inner.Fault(node.line, "条目重复：" + score.id, "The id stands twice: " + score.id);
    form.scores.push_back(std::move(score));
  }
}

void ReadDangers(Reader& reader, Form& form, Names& names) {
  std::set<std::string> ids;
  for (const YamlNode& node : reader.Items("dangers", false)) {
    Reader inner = Inner(reader, node);
    if (!inner.IsMap()) continue;
    inner.AllowOnly({"id", "any", "all", "text", "refer"});
    Danger danger;
    danger.id = inner.Kebab("id");
    if (!ids.insert(danger.id).second) inner.Fault(node.line, "危险值重复：" + danger.id, "The danger stands twice: " + danger.id);
    danger.condition = ReadCondition(inner, node.line, true, names);
    danger.text = inner.BothLanguages("text", true);
    if (inner.Has("refer")) {
      Reader refer = Inner(inner, *inner.Find("refer"));
      if (refer.IsMap()) {
        refer.AllowOnly({"urgency", "criterion"});
        danger.urgency = refer.OneOf("urgency", {"emergency", "urgent", "routine"});
        danger.criterion = refer.RequiredText("criterion");
      }
    }
    form.dangers.push_back(std::move(danger));
  }
}

void ReadNext(Reader& reader, Form& form, Names& names) {
  for (const YamlNode& node : reader.Items("next", false)) {
    Reader inner = Inner(reader, node);
    if (!inner.IsMap()) continue;
    inner.AllowOnly({"any", "all", "days"});
    inner.RequiredText("days");
    Condition condition = ReadCondition(inner, node.line, false, names);
    form.next.push_back({std::move(condition), static_cast<int>(inner.Number("days", 1, 1, kYears))});
  }
}

Form ReadForm(Reader& reader, const std::string& path) {
  reader.AllowOnly({"id", "title", "edition", "sources", "let", "items", "scores", "dangers", "next"});
  Form form;
  Names names;
  form.file = path;
  form.id = reader.Kebab("id");
  if (!form.id.empty() && path != "forms/" + form.id + ".yaml")
    reader.Fault(reader.line("id"), "文件名应为 " + form.id + ".yaml", "The file must be named " + form.id + ".yaml");
  form.title = reader.BothLanguages("title", true);
  form.edition = reader.RequiredText("edition");
  form.sources = reader.Sources("sources", true);
  form.let = reader.NamedExpressions("let");
  form.items = ReadItems(reader, names);
  ReadScores(reader, form, names);
  ReadDangers(reader, form, names);
  ReadNext(reader, form, names);
  for (const auto& [id, line] : names.used)
    if (!id.empty() && !names.all.count(id)) reader.Fault(line, "没有条目 " + id, "There is no item " + id);
  return form;
}

}  // namespace

void ParseFormFile(const std::string& path, const std::string& content, Pack& pack, Faults& faults) {
  YamlNode root;
  if (!ReadYaml(path, content, root, faults)) return;
  Reader reader(path, root, faults);
  if (reader.IsMap()) pack.forms.push_back(ReadForm(reader, path));
}

}  // namespace internal

Result<Form> ParseForm(const std::string& path, const std::string& text) {
  internal::Faults faults;
  Pack pack;
  internal::ParseFormFile(path, text, pack, faults);
  if (!faults.empty()) return faults.AsError();
  return std::move(pack.forms[0]);
}

std::vector<std::pair<std::string, std::string>> ExpressionsOf(const Form& form) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [name, text] : form.let) out.emplace_back("let/" + name, text);
  const std::function<void(const std::vector<Item>&)> add = [&](const std::vector<Item>& items) {
    for (const Item& item : items) {
      if (!item.initial.empty()) out.emplace_back("items/" + item.id + "/initial", item.initial);
      add(item.items);
    }
  };
  add(form.items);
  return out;
}

const Item* FindItem(const std::vector<Item>& items, std::string_view id) {
  for (const Item& item : items) {
    if (item.id == id) return &item;
    if (const Item* inner = FindItem(item.items, id)) return inner;
  }
  return nullptr;
}

}  // namespace qianxian::pack
