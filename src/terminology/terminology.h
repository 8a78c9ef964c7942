// Terminology: code systems and value sets by their canonical URL, versions kept apart, kept ready in bounded memory
// (limits::kTerminologyBytes, the least used leaves first) until the source's stamp changes.
//
//   R4Source r4;  Terminology terminology(r4);
//   auto genders = terminology.FindValueSet("http://hl7.org/fhir/ValueSet/administrative-gender");
//   (*genders)->Contains("http://hl7.org/fhir/administrative-gender", "female");   // kYes
//   auto page = Expand(**genders, {.count = 10});
//
// Threads: any number. Errors: not_found "unknown-value-set", "unknown-code-system"; invalid "value-set-cycle",
// "too-deep", "too-costly" and those of CodeSystem::Read and ValueSet::Compile; the source's own.
// Source: https://hl7.org/fhir/R4/terminology-service.html
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/locked.h"
#include "search/vocabulary.h"
#include "terminology/source.h"
#include "terminology/value_set.h"

namespace qianxian::terminology {

class Terminology : public search::Vocabulary {
 public:
  explicit Terminology(Source& source);              // must outlive this
  ~Terminology() override;

  // nullptr: there is none.
  Result<std::shared_ptr<const CodeSystem>> FindCodeSystem(std::string_view url, std::string_view version = {});
  // The same; none is an error.
  Result<std::shared_ptr<const CodeSystem>> NeedCodeSystem(std::string_view url, std::string_view version = {});
  // "url" or "url|version"; also the implicit ones "SYSTEM?fhir_vs" and "SYSTEM?fhir_vs=isa/CODE".
  Result<std::shared_ptr<const ValueSet>> FindValueSet(std::string_view canonical);
  // Of a resource that is at hand (a parameter, an instance of the store).
  Result<std::shared_ptr<const ValueSet>> Compile(json::Value value_set);
  Source& source() { return source_; }
  size_t bytes();                                    // kept now

  // search::Vocabulary: for :in, :not-in, :above, :below.
  Result<std::shared_ptr<const search::CodeSet>> CodesOf(std::string_view value_set) override;
  Result<std::shared_ptr<const search::CodeSet>> CodesBelow(std::string_view system, std::string_view code) override;
  Result<std::shared_ptr<const search::CodeSet>> CodesAbove(std::string_view system, std::string_view code) override;

 private:
  struct Kept {
    std::shared_ptr<const void> thing;               // nullptr: there is none
    size_t bytes = 0;
    uint64_t used = 0;
  };
  struct Shelf {
    uint64_t stamp = 0, clock = 0;
    size_t bytes = 0;
    std::unordered_map<std::string, Kept> things;
  };
  using Path = std::vector<std::string>;             // value sets that are being compiled, outermost first
  Result<std::shared_ptr<const ValueSet>> FindValueSet(std::string_view canonical, Path& path);
  Result<std::shared_ptr<const ValueSet>> MakeValueSet(std::string_view canonical, Path& path);
  Result<std::shared_ptr<const ValueSet>> Compile(json::Value value_set, Path& path);
  // The kept thing of that key; none: not kept. Throws all away first if the source has changed.
  Result<std::optional<std::shared_ptr<const void>>> Take(const std::string& key, uint64_t& stamp);
  void Keep(const std::string& key, std::shared_ptr<const void> thing, size_t bytes, uint64_t stamp);

  Source& source_;
  Locked<Shelf> shelf_;
};

struct ExpandOptions {
  std::string filter;                                // words; each must be in the display or begin the code
  size_t offset = 0;
  std::optional<size_t> count;
  bool active_only = false;
  bool selectable_only = false;                      // no abstract codes
  std::string display_language;
};

struct ExpandedCode {
  const Component* component = nullptr;              // where it comes from; lives as long as the value set
  const ListedConcept* listed = nullptr;             // nullptr: not listed by name
  uint32_t at = CodeSystem::kNone;                   // in component->code_system
  std::string_view code() const;
  std::string_view Display(std::string_view language) const;
  bool IsInactive() const;
  bool IsAbstract() const;
};

struct Expansion {
  size_t total = 0;                                  // without offset and count
  std::vector<ExpandedCode> codes;
};
// The value set must outlive it. Errors: "too-costly" (more than limits::kExpansionCodes in one answer, or
// limits::kExpansionCandidates looked at), not_found "unknown-code-system".
Result<Expansion> Expand(const ValueSet& set, const ExpandOptions& options);

}  // namespace qianxian::terminology
