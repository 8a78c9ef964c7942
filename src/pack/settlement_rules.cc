// settlement-rules.yaml: how the codes of the insurance bureau's export are read.
#include <set>

#include "base/text.h"
#include "pack/reader.h"

namespace qianxian::pack::internal {
namespace {

// A map of known words to lists of codes; a code stands in one list only.
void ReadCodes(Reader& reader, std::string_view key, std::initializer_list<std::string_view> words,
               std::map<std::string, std::vector<std::string>>& out) {
  const YamlNode* node = reader.Find(key);
  if (!node) return reader.Fault(reader.line(key), "缺少“" + std::string(key) + "”", "'" + std::string(key) + "' is missing");
  Reader inner(reader.path(), *node, reader.faults());
  if (!inner.IsMap()) return;
  inner.AllowOnly(words);
  std::set<std::string> seen;
  for (std::string_view word : words) {
    inner.Items(word, true);
    std::vector<std::string>& codes = out[std::string(word)];
    codes = inner.Texts(word);
    for (const std::string& code : codes)
      if (!seen.insert(code).second)
        inner.Fault(inner.line(word), "“" + code + "”出现在两处", "'" + code + "' stands in two lists");
  }
}

const std::initializer_list<std::string_view> kDestinations = {
    "in-county-primary", "in-county-hospital", "in-county-other", "city", "province", "other-province", "unknown"};

}  // namespace

void ParseSettlementRulesFile(const std::string& path, const std::string& content, Pack& pack, Faults& faults) {
  YamlNode root;
  if (!ReadYaml(path, content, root, faults)) return;
  Reader reader(path, root, faults);
  if (!reader.IsMap()) return;
  reader.AllowOnly({"care", "pharmacy_code_prefixes", "levels", "county_kinds", "destinations", "sources"});
  SettlementRules& rules = pack.settlement;
  ReadCodes(reader, "care", {"inpatient", "outpatient", "pharmacy"}, rules.care);
  rules.pharmacy_code_prefixes = reader.Texts("pharmacy_code_prefixes");
  ReadCodes(reader, "levels", {"primary", "pharmacy"}, rules.levels);
  rules.county_kinds = reader.Texts("county_kinds");
  rules.sources = reader.Sources("sources", true);
  const YamlNode* names = reader.Find("destinations");
  if (!names) return reader.Fault(reader.line("destinations"), "缺少“destinations”", "'destinations' is missing");
  Reader inner(path, *names, faults);
  if (!inner.IsMap()) return;
  inner.AllowOnly(kDestinations);
  for (std::string_view id : kDestinations) rules.destinations.emplace_back(id, inner.BothLanguages(id, true));
}

}  // namespace qianxian::pack::internal
