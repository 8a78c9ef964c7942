#include "validate/schemas.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"
#include "fhir/artifacts.h"
#include "fhir/reference.h"

namespace qianxian::validate {

Result<std::shared_ptr<const Schema>> Schemas::Make(std::string text, std::string_view url, Path& path) {
  if (std::find(path.begin(), path.end(), url) != path.end() || path.size() >= static_cast<size_t>(limits::kProfileDepth)) {
    return Invalid("profile-cycle", "profiles build on each other in a circle, or more than " + std::to_string(limits::kProfileDepth) + " deep: " + Join(path, " → "),
                   "结构定义循环引用，或层级超过 " + std::to_string(limits::kProfileDepth) + " 层：" + Join(path, " → "));
  }
  path.emplace_back(url);
  auto made = Schema::Read(std::move(text), [&](std::string_view base) { return Find(base, path); });
  path.pop_back();
  return made;
}

Result<std::shared_ptr<const Schema>> Schemas::OfType(std::string_view type) { return Find(std::string(kCore) + std::string(type)); }

Result<std::shared_ptr<const Schema>> Schemas::Find(std::string_view canonical) {
  Path path;
  return Find(canonical, path);
}

Result<std::shared_ptr<const Schema>> Schemas::Find(std::string_view canonical, Path& path) {
  const std::string key(canonical);
  const fhir::Canonical parts = fhir::ParseCanonical(canonical);
  const fhir::Artifact* core = fhir::Artifacts::R4().Find("StructureDefinition", parts.url);
  if (core != nullptr && parts.url.starts_with(kCore)) {
    {
      auto shelf = shelf_.Lock();
      if (const auto found = shelf->core.find(std::string(parts.url)); found != shelf->core.end()) return found->second;
    }
    QX_TRY(std::shared_ptr<const Schema> made, Make(std::string(core->json), parts.url, path));
    auto shelf = shelf_.Lock();
    return shelf->core.try_emplace(std::string(parts.url), std::move(made)).first->second;
  }
  QX_TRY(const uint64_t stamp, source_.Stamp());
  {
    auto shelf = shelf_.Lock();
    if (shelf->stamp != stamp) shelf->own.clear();
    shelf->stamp = stamp;
    if (const auto found = shelf->own.find(key); found != shelf->own.end()) return found->second;
  }
  QX_TRY(std::optional<std::string> text, source_.Find("StructureDefinition", parts.url, parts.version));
  std::shared_ptr<const Schema> made;
  if (text) {
    QX_TRY(made, Make(std::move(*text), parts.url, path));
  }
  auto shelf = shelf_.Lock();
  if (shelf->own.size() >= limits::kSchemasKept) shelf->own.clear();
  if (shelf->stamp == stamp) shelf->own[key] = made;
  return made;
}

}  // namespace qianxian::validate
