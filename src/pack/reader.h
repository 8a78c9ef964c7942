// What the parsers of a pack's files share: the list of faults (each with file and line) and typed access to a YAML map
// that says what is missing, empty, or not known. Pure; one thread.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/date.h"
#include "base/decimal.h"
#include "pack/pack.h"
#include "pack/yaml.h"

namespace qianxian::pack::internal {

class Faults {
 public:
  void Add(std::string_view path, int line, std::string_view zh, std::string_view en);
  bool empty() const { return zh_.empty(); }
  Error AsError() const;                   // invalid "bad-pack", all faults, one a line

 private:
  std::vector<std::string> zh_, en_;
};

bool IsKebab(std::string_view text);       // a-z0-9 and single hyphens between, a letter first

// One YAML map of one file. Reading functions say the fault and return an empty value.
class Reader {
 public:
  Reader(std::string_view path, const YamlNode& node, Faults& faults) : path_(path), node_(node), faults_(faults) {}

  // Says a fault for every member that is not named here.
  void AllowOnly(std::initializer_list<std::string_view> keys);
  bool IsMap();                            // else says so
  const YamlNode* Find(std::string_view key) const { return node_.Find(key); }
  bool Has(std::string_view key) const { const YamlNode* n = node_.Find(key); return n && n->kind != YamlNode::Kind::kNull; }
  int line(std::string_view key) const { const YamlNode* n = node_.Find(key); return n ? n->line : node_.line; }

  std::string RequiredText(std::string_view key);
  std::string OptionalText(std::string_view key);
  Text BothLanguages(std::string_view key, bool required);
  std::string Kebab(std::string_view key);
  std::string OneOf(std::string_view key, std::initializer_list<std::string_view> words);
  int64_t Number(std::string_view key, int64_t otherwise, int64_t minimum, int64_t maximum);
  std::vector<std::string> Texts(std::string_view key);                  // [] if it is not there
  const std::vector<YamlNode>& Items(std::string_view key, bool required);
  // Names and FHIRPath texts, in order; not the names that the program itself gives to expressions.
  std::vector<std::pair<std::string, std::string>> NamedExpressions(std::string_view key);
  std::vector<Source> Sources(std::string_view key, bool required);
  Source OneSource(const YamlNode& node);
  void Fault(int line, std::string_view zh, std::string_view en) { faults_.Add(path_, line, zh, en); }
  Faults& faults() { return faults_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  const YamlNode& node_;
  Faults& faults_;
};

// Parsers of single files; each adds to the pack what is good and to the faults what is not.
void ParseMeasureFile(const std::string& path, const std::string& content, Pack& pack, Faults& faults);
void ParseActionsFile(const std::string& path, const std::string& content, Pack& pack, Faults& faults);
void ParseDiseaseGroupsFile(const std::string& path, const std::string& content, Pack& pack, Faults& faults);
void ParseSettlementRulesFile(const std::string& path, const std::string& content, Pack& pack, Faults& faults);
void ParseCapability(const std::string& name, const std::string* yaml, const std::string* csv, Pack& pack, Faults& faults);
void ParsePathwayFile(const std::string& path, const std::string& content, Pack& pack, Faults& faults);
void ParseFormFile(const std::string& path, const std::string& content, Pack& pack, Faults& faults);
void ParseViewFile(const std::string& path, const std::string& content, Pack& pack, Faults& faults);
void ParseTableFile(const std::string& path, const std::string& content, Pack& pack, Faults& faults);
bool ReadYaml(const std::string& path, const std::string& content, YamlNode& out, Faults& faults);

}  // namespace qianxian::pack::internal
