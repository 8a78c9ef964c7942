// The one configuration file (TOML 1.0) and the one table of what may stand in it: name, type, default and what it is for,
// in both languages. `qianxian config` and docs/howto/configuration.md are made of this table. What is not in the table, is
// of another type or out of its bounds is refused with file and line, all mistakes at once.
// Threads: a Configuration is not changed after Parse; any. Failures: invalid ("bad-configuration").
// Source: https://toml.io/en/v1.0.0
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace qianxian::operate {

enum class ValueType : uint8_t { kText, kWhole, kFlag, kTexts };

struct Key {
  std::string_view name;                   // "log.format": key format of table [log]; a unit stands last
  ValueType type = ValueType::kText;
  std::string_view standard;               // the default, as TOML has it: "\"text\"", "8080", "false", "[]"
  std::string_view zh, en;
  int64_t least = 0, most = 0;             // of a whole number
  std::string_view choices;                // of a text: "text|json"; "" = any
  Status (*check)(std::string_view text) = nullptr;   // of a text, and of each of texts
};

std::span<const Key> Keys();               // in the order of the documentation

class Configuration {
 public:
  Configuration();                         // all defaults
  // `name`: of the file, for messages.
  static Result<Configuration> Parse(std::string_view text, const std::string& name);

  bool Given(std::string_view key) const;  // does it stand in the file?
  const std::string& Text(std::string_view key) const;
  int64_t Whole(std::string_view key) const;
  bool Flag(std::string_view key) const;
  const std::vector<std::string>& Texts(std::string_view key) const;

 private:
  friend class FileReader;
  using Value = std::variant<std::string, int64_t, bool, std::vector<std::string>>;
  const Value& At(std::string_view key) const;
  std::map<std::string, Value, std::less<>> values_;
  std::map<std::string, bool, std::less<>> given_;
};

// A file that says what would be so without it, each key with its documentation.
std::string ConfigurationAsToml();
// The table of docs/howto/configuration.md.
std::string ConfigurationAsMarkdown();

// "02:30" → minutes after midnight; invalid ("bad-time").
Result<int> ParseTimeOfDay(std::string_view text);

}  // namespace qianxian::operate
