// The expansion of a value set: walks what the includes name, drops what the excludes hold, each code once.
#include <unordered_set>

#include "base/limits.h"
#include "base/text.h"
#include "search/parameters.h"
#include "terminology/terminology.h"

namespace qianxian::terminology {
namespace {

Error TooCostly(size_t most) {
  return MakeError(ErrorCategory::kInvalid, "too-costly",
                   "the expansion has more than " + std::to_string(most) + " codes: ask for a page (count, offset) or give a filter",
                   "值集展开超过 " + std::to_string(most) + " 个代码，请用 count、offset 分页或用 filter 筛选");
}

Error UnknownSystem(const std::string& system) {
  return NotFound("unknown-code-system", "the codes of " + system + " are not here, so its value sets cannot be expanded",
                  "本机没有代码系统 " + system + " 的内容，无法展开");
}

class Walker {
 public:
  explicit Walker(const ExpandOptions& options) : options_(options) {
    for (std::string_view word : Split(options.filter, ' ')) {
      std::string folded = search::Fold(word);
      if (!folded.empty()) words_.push_back(std::move(folded));
    }
  }

  Result<Expansion> Run(const ValueSet& set) {
    once_ = set.includes.size() != 1 || set.includes[0].system.empty() || set.includes[0].listed;
    QX_DO(WalkSet(set, [&](const ExpandedCode& found) { return Add(found); }));
    return std::move(expansion_);
  }

 private:
  using Visit = std::function<Status(const ExpandedCode&)>;

  Status WalkSet(const ValueSet& set, const Visit& visit) {
    const auto kept = [&](const ExpandedCode& found) -> Status {
      for (const Component& exclude : set.excludes) {
        const Membership excluded = exclude.Contains(found.component->system, found.code());
        if (excluded == Membership::kYes) return Ok();
        if (excluded == Membership::kUnknown) return UnknownSystem(exclude.system);
      }
      return visit(found);
    };
    for (const Component& component : set.includes) QX_DO(WalkComponent(component, kept));
    return Ok();
  }

  Status WalkComponent(const Component& component, const Visit& visit) {
    const size_t checked_from = component.system.empty() ? 1 : 0;
    const auto held = [&](const ExpandedCode& found) -> Status {
      if (++candidates_ > limits::kExpansionCandidates) return TooCostly(limits::kExpansionCodes);
      for (size_t i = checked_from; i < component.value_sets.size(); ++i) {
        if (component.value_sets[i]->Contains(found.component->system, found.code()) != Membership::kYes) return Ok();
      }
      return visit(found);
    };
    if (component.system.empty()) return WalkSet(*component.value_sets[0], held);
    const CodeSystem* system = component.code_system.get();
    if (component.listed) {
      for (const ListedConcept& one : component.concepts) {
        QX_DO(held({&component, &one, system ? system->Find(one.code) : CodeSystem::kNone}));
      }
      return Ok();
    }
    if (system == nullptr || system->content() == CodeSystem::Content::kNotPresent) {
      return UnknownSystem(component.system);
    }
    return WalkSystem(component, *system, held);
  }

  Status WalkSystem(const Component& component, const CodeSystem& system, const Visit& visit) {
    const auto check = [&](uint32_t at, size_t from_filter) -> Status {
      if (++candidates_ > limits::kExpansionCandidates) return TooCostly(limits::kExpansionCodes);
      for (size_t i = from_filter; i < component.filters.size(); ++i) {
        if (!component.filters[i].Holds(system, at)) return Ok();
      }
      return visit({&component, nullptr, at});
    };
    const bool below = !component.filters.empty() && (component.filters[0].operation == FilterOperation::kIsA ||
                                                      component.filters[0].operation == FilterOperation::kDescendentOf);
    if (below) {
      const Filter& first = component.filters[0];
      if (first.root == CodeSystem::kNone) return Ok();
      for (uint32_t at : system.Descendants(first.root, first.operation == FilterOperation::kIsA)) QX_DO(check(at, 1));
      return Ok();
    }
    for (uint32_t at = 0; at < system.size(); ++at) QX_DO(check(at, 0));
    return Ok();
  }

  bool FitsWords(const ExpandedCode& found) const {
    if (words_.empty()) return true;
    const std::string code = search::Fold(found.code());
    const std::string display = search::Fold(found.Display(options_.display_language));
    for (const std::string& word : words_) {
      if (!code.starts_with(word) && display.find(word) == std::string::npos) return false;
    }
    return true;
  }

  Status Add(const ExpandedCode& found) {
    if (options_.active_only && found.IsInactive()) return Ok();
    if (options_.selectable_only && found.IsAbstract()) return Ok();
    if (!FitsWords(found)) return Ok();
    if (once_ && !seen_.insert(found.component->system + "|" + std::string(found.code())).second) return Ok();
    ++expansion_.total;
    if (expansion_.total <= options_.offset) return Ok();
    if (options_.count && expansion_.codes.size() >= *options_.count) return Ok();
    if (expansion_.codes.size() >= limits::kExpansionCodes) return TooCostly(limits::kExpansionCodes);
    expansion_.codes.push_back(found);
    return Ok();
  }

  const ExpandOptions& options_;
  std::vector<std::string> words_;
  bool once_ = false;                                // the same code may come twice
  std::unordered_set<std::string> seen_;
  size_t candidates_ = 0;
  Expansion expansion_;
};

}  // namespace

std::string_view ExpandedCode::code() const { return listed ? std::string_view(listed->code) : component->code_system->Code(at); }

std::string_view ExpandedCode::Display(std::string_view language) const {
  if (listed && !language.empty()) {
    for (const auto& designation : listed->designations) {
      if (LanguageFits(designation[0], language)) return designation[4];
    }
  }
  if (at != CodeSystem::kNone && !language.empty()) {
    const std::string_view there = component->code_system->DisplayIn(at, language);
    if (there != component->code_system->Display(at)) return there;
  }
  if (listed && !listed->display.empty()) return listed->display;
  return at == CodeSystem::kNone ? std::string_view() : component->code_system->Display(at);
}

bool ExpandedCode::IsInactive() const {
  return (listed && listed->inactive) || (at != CodeSystem::kNone && component->code_system->IsInactive(at));
}

bool ExpandedCode::IsAbstract() const {
  return (listed && listed->abstract) || (at != CodeSystem::kNone && component->code_system->IsAbstract(at));
}

Result<Expansion> Expand(const ValueSet& set, const ExpandOptions& options) { return Walker(options).Run(set); }

}  // namespace qianxian::terminology
