#include "terminology/source.h"

#include "base/text.h"
#include "json/value.h"

namespace qianxian::terminology {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The run of digits or of other characters at the front; moves past it.
std::string_view NextRun(std::string_view& text) {
  size_t end = 1;
  while (end < text.size() && IsDigit(text[end]) == IsDigit(text[0])) ++end;
  std::string_view run = text.substr(0, end);
  text.remove_prefix(end);
  while (IsDigit(run[0]) && run.size() > 1 && run[0] == '0') run.remove_prefix(1);
  return run;
}

}  // namespace

bool IsOlderVersion(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const std::string_view one = NextRun(a), other = NextRun(b);
    if (one == other) continue;
    if (IsDigit(one[0]) && IsDigit(other[0]) && one.size() != other.size()) return one.size() < other.size();
    return one < other;
  }
  return a.empty() && !b.empty();
}

bool VersionFits(std::string_view there, std::string_view asked) {
  if (asked.empty() || there == asked) return true;
  return there.starts_with(asked) && there[asked.size()] == '.';
}

Result<std::optional<std::string>> R4Source::Find(std::string_view type, std::string_view url, std::string_view version) {
  const fhir::Artifact* found = fhir::Artifacts::R4().Find(type, url);
  if (found == nullptr || !VersionFits(found->version, version)) return std::optional<std::string>();
  return std::optional<std::string>(found->json);
}

Result<std::vector<std::string>> R4Source::MapsFrom(std::string_view system) {
  std::vector<std::string> maps;
  for (const fhir::Artifact& artifact : fhir::Artifacts::R4().all()) {
    if (artifact.type != "ConceptMap" || artifact.json.find(system) == std::string_view::npos) continue;
    maps.emplace_back(artifact.json);
  }
  return maps;
}

}  // namespace qianxian::terminology
