#include "terminology/terminology.h"

#include <algorithm>
#include <map>

#include "base/limits.h"
#include "base/text.h"
#include "fhir/reference.h"

namespace qianxian::terminology {
namespace {

constexpr std::string_view kImplicit = "?fhir_vs";

Error UnknownValueSet(std::string_view canonical) {
  return NotFound("unknown-value-set", "the value set " + std::string(canonical) + " is not known",
                  "没有值集 " + std::string(canonical));
}

std::shared_ptr<const search::CodeSet> MakeCodeSet(std::map<std::string, std::vector<std::string>> systems) {
  auto set = std::make_shared<search::CodeSet>();
  for (auto& [system, codes] : systems) {
    std::sort(codes.begin(), codes.end());
    codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
    set->parts.push_back({system, std::move(codes)});
  }
  return set;
}

size_t BytesOf(const search::CodeSet& set) {
  size_t bytes = sizeof set;
  for (const auto& part : set.parts) {
    for (const std::string& code : part.codes) bytes += sizeof code + (code.size() > 15 ? code.size() : 0);
  }
  return bytes;
}

}  // namespace

Terminology::Terminology(Source& source) : source_(source) {}
Terminology::~Terminology() = default;

size_t Terminology::bytes() { return shelf_.Lock()->bytes; }

Result<std::optional<std::shared_ptr<const void>>> Terminology::Take(const std::string& key, uint64_t& stamp) {
  QX_TRY(stamp, source_.Stamp());
  auto shelf = shelf_.Lock();
  if (shelf->stamp != stamp) {
    shelf->things.clear();
    shelf->bytes = 0;
    shelf->stamp = stamp;
  }
  const auto found = shelf->things.find(key);
  if (found == shelf->things.end()) return std::optional<std::shared_ptr<const void>>();
  found->second.used = ++shelf->clock;
  return std::optional(found->second.thing);
}

void Terminology::Keep(const std::string& key, std::shared_ptr<const void> thing, size_t bytes, uint64_t stamp) {
  bytes += key.size() + 200;
  auto shelf = shelf_.Lock();
  if (shelf->stamp != stamp || bytes > limits::kTerminologyBytes) return;
  const auto [place, is_new] = shelf->things.try_emplace(key, Kept{std::move(thing), bytes, ++shelf->clock});
  if (!is_new) return;
  shelf->bytes += bytes;
  while (shelf->bytes > limits::kTerminologyBytes) {
    const auto oldest = std::min_element(shelf->things.begin(), shelf->things.end(),
                                         [](const auto& a, const auto& b) { return a.second.used < b.second.used; });
    shelf->bytes -= oldest->second.bytes;
    shelf->things.erase(oldest);
  }
}

Result<std::shared_ptr<const CodeSystem>> Terminology::FindCodeSystem(std::string_view url, std::string_view version) {
  const std::string key = "s " + std::string(url) + "|" + std::string(version);
  uint64_t stamp = 0;
  QX_TRY(auto kept, Take(key, stamp));
  if (kept) return std::static_pointer_cast<const CodeSystem>(*kept);
  QX_TRY(std::optional<std::string> text, source_.Find("CodeSystem", url, version));
  std::shared_ptr<const CodeSystem> system;
  if (text) {
    QX_TRY(const json::Document document, json::Document::Parse(std::move(*text)));
    QX_TRY(system, CodeSystem::Read(document.root()));
    if (system->content() == CodeSystem::Content::kSupplement) system = nullptr;
  }
  Keep(key, system, system ? system->bytes() : 0, stamp);
  return system;
}

Result<std::shared_ptr<const CodeSystem>> Terminology::NeedCodeSystem(std::string_view url, std::string_view version) {
  QX_TRY(std::shared_ptr<const CodeSystem> system, FindCodeSystem(url, version));
  if (system) return system;
  const std::string shown = std::string(url) + (version.empty() ? "" : "|" + std::string(version));
  return NotFound("unknown-code-system", "the code system " + shown + " is not known", "没有代码系统 " + shown);
}

Result<std::shared_ptr<const ValueSet>> Terminology::FindValueSet(std::string_view canonical) {
  Path path;
  return FindValueSet(canonical, path);
}

Result<std::shared_ptr<const ValueSet>> Terminology::FindValueSet(std::string_view canonical, Path& path) {
  if (std::find(path.begin(), path.end(), canonical) != path.end()) {
    return Invalid("value-set-cycle", "the value set " + std::string(canonical) + " imports itself: " + Join(path, " → "),
                   "值集 " + std::string(canonical) + " 循环引用自身：" + Join(path, " → "));
  }
  if (path.size() >= static_cast<size_t>(limits::kValueSetDepth)) {
    return Invalid("too-deep", "value sets import value sets more than " + std::to_string(limits::kValueSetDepth) + " deep",
                   "值集嵌套引用超过 " + std::to_string(limits::kValueSetDepth) + " 层");
  }
  const std::string key = "v " + std::string(canonical);
  uint64_t stamp = 0;
  QX_TRY(auto kept, Take(key, stamp));
  if (kept && *kept) return std::static_pointer_cast<const ValueSet>(*kept);
  if (kept) return UnknownValueSet(canonical);
  path.emplace_back(canonical);
  Result<std::shared_ptr<const ValueSet>> made = MakeValueSet(canonical, path);
  path.pop_back();
  if (!made.ok()) return made;
  Keep(key, *made, *made ? (*made)->bytes : 0, stamp);
  return *made ? made : UnknownValueSet(canonical);
}

Result<std::shared_ptr<const ValueSet>> Terminology::MakeValueSet(std::string_view canonical, Path& path) {
  const fhir::Canonical parts = fhir::ParseCanonical(canonical);
  QX_TRY(std::optional<std::string> text, source_.Find("ValueSet", parts.url, parts.version));
  if (text) {
    QX_TRY(const json::Document document, json::Document::Parse(std::move(*text)));
    return Compile(document.root(), path);
  }
  const size_t implicit = parts.url.find(kImplicit);
  if (implicit != std::string_view::npos) {
    const std::string_view rest = parts.url.substr(implicit + kImplicit.size());
    QX_TRY(const auto system, FindCodeSystem(parts.url.substr(0, implicit), parts.version));
    if (system && rest.empty()) return ValueSet::OfSystem(system, parts.url, CodeSystem::kNone);
    if (system && rest.starts_with("=isa/")) {
      const uint32_t root = system->Find(rest.substr(5));
      if (root != CodeSystem::kNone) return ValueSet::OfSystem(system, parts.url, root);
    }
  }
  return std::shared_ptr<const ValueSet>();
}

Result<std::shared_ptr<const ValueSet>> Terminology::Compile(json::Value value_set) {
  Path path;
  if (const std::string_view url = value_set.FindString("url"); !url.empty()) path.emplace_back(url);
  return Compile(value_set, path);
}

Result<std::shared_ptr<const ValueSet>> Terminology::Compile(json::Value value_set, Path& path) {
  Resolver resolver;
  resolver.code_system = [&](std::string_view url, std::string_view version) -> Result<std::shared_ptr<const CodeSystem>> {
    return FindCodeSystem(url, version);
  };
  resolver.value_set = [&](std::string_view canonical) -> Result<std::shared_ptr<const ValueSet>> {
    if (canonical.starts_with("#")) {   // a contained one
      if (const auto list = value_set.Find("contained")) {
        for (json::Value one : list->Elements()) {
          if (one.FindString("id") != canonical.substr(1)) continue;
          if (path.size() >= static_cast<size_t>(limits::kValueSetDepth)) break;
          path.emplace_back(canonical);
          auto made = Compile(one, path);
          path.pop_back();
          return made;
        }
      }
      return UnknownValueSet(canonical);
    }
    return FindValueSet(canonical, path);
  };
  return ValueSet::Compile(value_set, resolver);
}

Result<std::shared_ptr<const search::CodeSet>> Terminology::CodesOf(std::string_view value_set) {
  const std::string key = "c " + std::string(value_set);
  uint64_t stamp = 0;
  QX_TRY(auto kept, Take(key, stamp));
  if (kept) return std::static_pointer_cast<const search::CodeSet>(*kept);
  QX_TRY(const std::shared_ptr<const ValueSet> set, FindValueSet(value_set));
  QX_TRY(const Expansion expansion, Expand(*set, {}));
  std::map<std::string, std::vector<std::string>> systems;
  for (const ExpandedCode& one : expansion.codes) systems[one.component->system].emplace_back(one.code());
  std::shared_ptr<const search::CodeSet> made = MakeCodeSet(std::move(systems));
  Keep(key, made, BytesOf(*made), stamp);
  return made;
}

Result<std::shared_ptr<const search::CodeSet>> Terminology::CodesBelow(std::string_view system, std::string_view code) {
  QX_TRY(const auto known, NeedCodeSystem(system));
  std::map<std::string, std::vector<std::string>> systems;
  std::vector<std::string>& codes = systems[std::string(system)];
  codes.emplace_back(code);
  if (const uint32_t at = known->Find(code); at != CodeSystem::kNone) {
    for (uint32_t below : known->Descendants(at, true)) codes.emplace_back(known->Code(below));
  }
  return MakeCodeSet(std::move(systems));
}

Result<std::shared_ptr<const search::CodeSet>> Terminology::CodesAbove(std::string_view system, std::string_view code) {
  QX_TRY(const auto known, NeedCodeSystem(system));
  std::map<std::string, std::vector<std::string>> systems;
  std::vector<std::string>& codes = systems[std::string(system)];
  codes.emplace_back(code);
  if (const uint32_t at = known->Find(code); at != CodeSystem::kNone) {
    for (uint32_t above : known->Ancestors(at, true)) codes.emplace_back(known->Code(above));
  }
  return MakeCodeSet(std::move(systems));
}

}  // namespace qianxian::terminology
