#include "pack/reader.h"

#include <algorithm>
#include <set>

#include "base/text.h"

namespace qianxian::pack::internal {

void Faults::Add(std::string_view path, int line, std::string_view zh, std::string_view en) {
  const std::string where = std::string(path) + ":" + std::to_string(line < 1 ? 1 : line) + ": ";
  zh_.push_back(where + std::string(zh));
  en_.push_back(where + std::string(en));
}

Error Faults::AsError() const { return Invalid("bad-pack", Join(en_, "\n"), Join(zh_, "\n")); }

bool IsKebab(std::string_view text) {
  if (text.empty() || text.front() < 'a' || text.front() > 'z' || text.back() == '-') return false;
  char last = 0;
  for (char c : text) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '-' && last != '-');
    if (!good) return false;
    last = c;
  }
  return true;
}

bool ReadYaml(const std::string& path, const std::string& content, YamlNode& out, Faults& faults) {
  YamlFault fault;
  if (ParseYaml(content, out, fault)) return true;
  faults.Add(path, fault.line, fault.zh, fault.en);
  return false;
}

bool Reader::IsMap() {
  if (node_.kind == YamlNode::Kind::kMap) return true;
  Fault(node_.line, "这里应是“键: 值”", "Keys with values are expected here");
  return false;
}

void Reader::AllowOnly(std::initializer_list<std::string_view> keys) {
  for (const auto& [name, value] : node_.members) {
    if (std::find(keys.begin(), keys.end(), name) != keys.end()) continue;
    std::string known;
    for (std::string_view key : keys) known += (known.empty() ? "" : ", ") + std::string(key);
    Fault(value.line, "不认识的键“" + name + "”；可用的有：" + known, "Unknown key '" + name + "'; there are: " + known);
  }
}

std::string Reader::OptionalText(std::string_view key) {
  const YamlNode* node = node_.Find(key);
  if (!node || node->kind == YamlNode::Kind::kNull) return {};
  if (node->kind != YamlNode::Kind::kScalar) {
    Fault(node->line, "“" + std::string(key) + "”应是一段文字", "'" + std::string(key) + "' must be a text");
    return {};
  }
  if (!IsValidUtf8(node->text)) {
    Fault(node->line, "“" + std::string(key) + "”不是 UTF-8", "'" + std::string(key) + "' is not UTF-8");
    return {};
  }
  return std::string(TrimUnicode(node->text));
}

std::string Reader::RequiredText(std::string_view key) {
  const YamlNode* node = node_.Find(key);
  std::string text = OptionalText(key);
  const bool wrong_shape = node && node->kind != YamlNode::Kind::kScalar && node->kind != YamlNode::Kind::kNull;
  if (text.empty() && !wrong_shape)
    Fault(line(key), "缺少“" + std::string(key) + "”", "'" + std::string(key) + "' is missing");
  return text;
}

Text Reader::BothLanguages(std::string_view key, bool required) {
  const YamlNode* node = node_.Find(key);
  const std::string name(key);
  if (!node || node->kind == YamlNode::Kind::kNull) {
    if (required) Fault(line(key), "缺少“" + name + "”（zh 与 en）", "'" + name + "' is missing (zh and en)");
    return {};
  }
  if (node->kind != YamlNode::Kind::kMap) {
    Fault(node->line, "“" + name + "”应写成 {zh: …, en: …}", "'" + name + "' must be {zh: …, en: …}");
    return {};
  }
  Reader inner(path_, *node, faults_);
  inner.AllowOnly({"zh", "en"});
  Text text{inner.OptionalText("zh"), inner.OptionalText("en")};
  if (text.zh.empty()) Fault(node->line, "“" + name + "”缺少中文（zh）", "'" + name + "' has no Chinese text (zh)");
  if (text.en.empty()) Fault(node->line, "“" + name + "”缺少英文（en）", "'" + name + "' has no English text (en)");
  return text;
}

std::string Reader::Kebab(std::string_view key) {
  std::string text = RequiredText(key);
  if (!text.empty() && !IsKebab(text))
    Fault(line(key), "“" + text + "”不是合格的标识（小写字母、数字、连字符）",
          "'" + text + "' is no id (lower-case letters, digits, hyphens)");
  return text;
}

std::string Reader::OneOf(std::string_view key, std::initializer_list<std::string_view> words) {
  std::string text = RequiredText(key);
  if (text.empty() || std::find(words.begin(), words.end(), text) != words.end()) return text;
  std::string known;
  for (std::string_view word : words) known += (known.empty() ? "" : ", ") + std::string(word);
  Fault(line(key), "“" + std::string(key) + ": " + text + "”应是：" + known,
        "'" + std::string(key) + ": " + text + "' must be one of: " + known);
  return {};
}

int64_t Reader::Number(std::string_view key, int64_t otherwise, int64_t minimum, int64_t maximum) {
  if (!Has(key)) return otherwise;
  int64_t number = 0;
  if (ParseInteger(OptionalText(key), number) && number >= minimum && number <= maximum) return number;
  const std::string range = std::to_string(minimum) + "–" + std::to_string(maximum);
  Fault(line(key), "“" + std::string(key) + "”应是 " + range + " 的整数",
        "'" + std::string(key) + "' must be a whole number in " + range);
  return otherwise;
}

std::vector<std::string> Reader::Texts(std::string_view key) {
  std::vector<std::string> out;
  for (const YamlNode& item : Items(key, false)) {
    const std::string_view text = TrimUnicode(item.text);
    if (item.kind != YamlNode::Kind::kScalar || text.empty())
      Fault(item.line, "“" + std::string(key) + "”的每一项应是文字", "Every item of '" + std::string(key) + "' must be a text");
    else
      out.emplace_back(text);
  }
  return out;
}

const std::vector<YamlNode>& Reader::Items(std::string_view key, bool required) {
  static const std::vector<YamlNode> none;
  const YamlNode* node = node_.Find(key);
  const std::string name(key);
  if (!node || node->kind == YamlNode::Kind::kNull) {
    if (required) Fault(line(key), "缺少“" + name + "”", "'" + name + "' is missing");
    return none;
  }
  if (node->kind != YamlNode::Kind::kSequence) {
    Fault(node->line, "“" + name + "”应是列表", "'" + name + "' must be a list");
    return none;
  }
  if (required && node->items.empty()) Fault(node->line, "“" + name + "”是空的", "'" + name + "' is empty");
  return node->items;
}

Source Reader::OneSource(const YamlNode& node) {
  Reader reader(path_, node, faults_);
  Source source;
  if (!reader.IsMap()) return source;
  reader.AllowOnly({"title", "reference", "mark"});
  source.title = reader.BothLanguages("title", true);
  source.reference = reader.OptionalText("reference");
  source.mark = reader.OneOf("mark", {"official", "read", "K", "K-low"});
  return source;
}

std::vector<std::pair<std::string, std::string>> Reader::NamedExpressions(std::string_view key) {
  static const std::set<std::string, std::less<>> taken = {"patient", "record",   "enrolment",    "plan", "task",  "response", "today", "since",
                                                           "left",    "context",  "resource",     "rootResource", "sct", "loinc", "ucum", "stage_since", "pathway", "referral"};
  std::vector<std::pair<std::string, std::string>> out;
  const YamlNode* node = Find(key);
  if (!node || node->kind == YamlNode::Kind::kNull) return out;
  Reader inner(path_, *node, faults_);
  if (!inner.IsMap()) return out;
  for (const auto& [name, value] : node->members) {
    if (taken.count(name) || !std::all_of(name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }))
      inner.Fault(value.line, "“" + name + "”不能作名称", "'" + name + "' cannot be a name here");
    out.emplace_back(name, inner.RequiredText(name));
  }
  return out;
}

std::vector<Source> Reader::Sources(std::string_view key, bool required) {
  std::vector<Source> out;
  for (const YamlNode& item : Items(key, required)) out.push_back(OneSource(item));
  return out;
}

}  // namespace qianxian::pack::internal
