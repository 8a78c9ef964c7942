#include "operate/configuration.h"

// The library's errors are values here; it throws nothing. Its checks of itself would end the program on some texts ("[[["),
// where the code behind them gives an error: they are off, also as promises to the compiler (which they are with NDEBUG).
#undef NDEBUG
#define TOML_ASSERT(expression) static_cast<void>(0)
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include <algorithm>

#include "base/text.h"

namespace qianxian::operate {
namespace {

constexpr size_t kMostBytes = 1 << 20;     // of a file
constexpr size_t kMostMistakes = 20;       // said at once
constexpr size_t kFarthest = 3;            // a name with more other letters is no misspelling

const Key* FindKey(std::string_view name) {
  const auto found = std::ranges::find(Keys(), name, &Key::name);
  return found == Keys().end() ? nullptr : &*found;
}

bool IsTable(std::string_view name) {
  return std::ranges::any_of(Keys(), [&](const Key& key) { return StartsWith(key.name, std::string(name) + "."); });
}

// How many letters must be put in, taken out or changed (Levenshtein).
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t before = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t other = before + (a[i - 1] == b[j - 1] ? 0 : 1);
      before = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, other});
    }
  }
  return row.back();
}

// The key that was perhaps meant: nearly the same name, or the same last part elsewhere. "" = none.
std::string_view Nearest(std::string_view name) {
  std::string_view nearest;
  size_t distance = std::min(kFarthest, std::max<size_t>(1, name.size() / 2)) + 1;
  for (const Key& key : Keys()) {
    if (const size_t its = Distance(name, key.name); its < distance) {
      distance = its;
      nearest = key.name;
    }
  }
  if (!nearest.empty()) return nearest;
  const std::string_view last = name.substr(name.rfind('.') + 1);
  for (const Key& key : Keys()) {
    if (EndsWith(key.name, "." + std::string(last)) || key.name == last) return key.name;
  }
  return {};
}

struct Words {
  const char *en, *zh;
};
Words WordsOf(ValueType type) {
  switch (type) {
    case ValueType::kText: return {"a text in quotes", "加引号的文字"};
    case ValueType::kWhole: return {"a whole number", "整数"};
    case ValueType::kFlag: return {"true or false", "true 或 false"};
    case ValueType::kTexts: return {"a list of texts: [\"a\", \"b\"]", "文字列表：[\"a\", \"b\"]"};
  }
  return {"", ""};
}

}  // namespace

class FileReader {
 public:
  explicit FileReader(const std::string& name) : name_(name) {}

  Result<Configuration> Read(std::string_view text) {
    if (text.size() > kMostBytes) Add(1, "a configuration is not larger than 1 MiB", "配置文件不应超过 1 MiB");
    else ReadText(text);
    if (mistakes_.empty()) return std::move(configuration_);
    std::ranges::stable_sort(mistakes_, {}, &Mistake::line);
    if (mistakes_.size() > kMostMistakes) mistakes_.resize(kMostMistakes);
    std::string en, zh;
    for (const Mistake& one : mistakes_) {
      const std::string place = (en.empty() ? "" : "\n") + name_ + ":" + std::to_string(one.line);
      en += place + ": " + one.en;
      zh += place + "：" + one.zh;
    }
    return Invalid("bad-configuration", std::move(en), std::move(zh));
  }

 private:
  struct Mistake {
    uint32_t line = 0;
    std::string en, zh;
  };
  void Add(uint32_t line, std::string en, std::string zh) { mistakes_.push_back({line, std::move(en), std::move(zh)}); }

  void ReadText(std::string_view text) {
    const toml::parse_result parsed = toml::parse(text);
    if (parsed) return ReadTable("", parsed.table());
    const std::string why(parsed.error().description());
    Add(parsed.error().source().begin.line, "this is no TOML: " + why, "不符合 TOML 格式：" + why);
  }

  void ReadTable(const std::string& prefix, const toml::table& table) {
    for (const auto& [key, node] : table) {
      const std::string name = prefix + std::string(key.str());
      if (const Key* known = FindKey(name)) ReadValue(*known, node);
      else if (node.is_table() && IsTable(name)) ReadTable(name + ".", *node.as_table());
      else Unknown(name, key.source().begin.line);
    }
  }

  void Unknown(const std::string& name, uint32_t line) {
    const std::string nearest(Nearest(name));
    Add(line, "there is no key " + name + (nearest.empty() ? "" : "; is it " + nearest + " that is meant?"),
            "没有配置项 " + name + (nearest.empty() ? "" : "，是否应为 " + nearest + "？"));
  }

  void WrongType(const Key& key, uint32_t line) {
    const Words words = WordsOf(key.type);
    const std::string name(key.name);
    Add(line, name + " must be " + words.en, name + " 应为" + words.zh);
  }

  void ReadValue(const Key& key, const toml::node& node) {
    const uint32_t line = node.source().begin.line;
    Configuration::Value& value = configuration_.values_.find(key.name)->second;
    if (key.type == ValueType::kText && node.is_string()) value = node.as_string()->get();
    else if (key.type == ValueType::kWhole && node.is_integer()) value = node.as_integer()->get();
    else if (key.type == ValueType::kFlag && node.is_boolean()) value = node.as_boolean()->get();
    else if (key.type == ValueType::kTexts && node.is_array()) return ReadTexts(key, *node.as_array());
    else return WrongType(key, line);
    if (key.type == ValueType::kText) CheckText(key, std::get<std::string>(value), line);
    if (key.type == ValueType::kWhole) CheckWhole(key, std::get<int64_t>(value), line);
    configuration_.given_.find(key.name)->second = true;
  }

  void ReadTexts(const Key& key, const toml::array& array) {
    std::vector<std::string> texts;
    for (const toml::node& node : array) {
      const uint32_t line = node.source().begin.line;
      if (!node.is_string()) return WrongType(key, line);
      texts.push_back(node.as_string()->get());
      CheckText(key, texts.back(), line);
    }
    configuration_.values_.find(key.name)->second = std::move(texts);
    configuration_.given_.find(key.name)->second = true;
  }

  void CheckText(const Key& key, std::string_view text, uint32_t line) {
    const std::string name(key.name);
    if (!key.choices.empty()) {
      const std::vector<std::string_view> choices = Split(key.choices, '|');
      if (std::ranges::find(choices, text) == choices.end()) {
        const std::string all = ReplaceAll(key.choices, "|", ", ");
        Add(line, name + " must be one of " + all, name + " 应为其中之一：" + all);
      }
    }
    if (HasControlCharacters(text)) Add(line, name + " holds a control character", name + " 含有控制字符");
    if (key.check == nullptr) return;
    const Status checked = key.check(text);
    if (!checked.ok()) Add(line, name + ": " + checked.error().en, name + "：" + checked.error().zh);
  }

  void CheckWhole(const Key& key, int64_t number, uint32_t line) {
    if (number >= key.least && number <= key.most) return;
    const std::string name(key.name), from = std::to_string(key.least), to = std::to_string(key.most);
    Add(line, name + " must be from " + from + " to " + to, name + " 应在 " + from + " 至 " + to + " 之间");
  }

  const std::string& name_;
  Configuration configuration_;
  std::vector<Mistake> mistakes_;
};

Configuration::Configuration() {
  for (const Key& key : Keys()) {
    const std::string_view text = key.standard;
    Value value;
    int64_t number = 0;
    switch (key.type) {
      case ValueType::kText: value = std::string(text.substr(1, text.size() - 2)); break;
      case ValueType::kWhole: QX_CHECK(ParseInteger(text, number), "a default that is no number"); value = number; break;
      case ValueType::kFlag: value = text == "true"; break;
      case ValueType::kTexts: QX_CHECK(text == "[]", "a default list is empty"); value = std::vector<std::string>(); break;
    }
    values_.emplace(std::string(key.name), std::move(value));
    given_.emplace(std::string(key.name), false);
  }
}

Result<Configuration> Configuration::Parse(std::string_view text, const std::string& name) { return FileReader(name).Read(text); }

const Configuration::Value& Configuration::At(std::string_view key) const {
  const auto found = values_.find(key);
  QX_CHECK(found != values_.end(), "no key of the configuration: " + std::string(key));
  return found->second;
}

bool Configuration::Given(std::string_view key) const {
  const auto found = given_.find(key);
  QX_CHECK(found != given_.end(), "no key of the configuration: " + std::string(key));
  return found->second;
}
const std::string& Configuration::Text(std::string_view key) const { return std::get<std::string>(At(key)); }
int64_t Configuration::Whole(std::string_view key) const { return std::get<int64_t>(At(key)); }
bool Configuration::Flag(std::string_view key) const { return std::get<bool>(At(key)); }
const std::vector<std::string>& Configuration::Texts(std::string_view key) const { return std::get<std::vector<std::string>>(At(key)); }

}  // namespace qianxian::operate
