// HL7's own R4 resources as JSON, found by their canonical URL: StructureDefinitions (with snapshot), ValueSets,
// CodeSystems, ConceptMaps. Narrative and words only for people are left out. They lie in the program's read-only data,
// so that what nobody asks for costs no memory; the index is read at the first call (about 1 ms).
// Threads: immutable; any number. No failures: what is not there is empty.
// Source: https://hl7.org/fhir/R4/downloads.html, packed by tools/definitions/artifacts.mjs.
#pragma once

#include <string_view>
#include <vector>

namespace qianxian::fhir {

struct Artifact {
  std::string_view type;      // "ValueSet"
  std::string_view url;       // without version
  std::string_view version;   // "4.0.1"
  std::string_view json;
};

class Artifacts {
 public:
  static const Artifacts& R4();
  explicit Artifacts(std::string_view packed);    // the text must outlive it; CHECK: as the packer writes it

  const Artifact* Find(std::string_view type, std::string_view url) const;   // nullptr: there is none
  const std::vector<Artifact>& all() const { return all_; }                  // sorted by type and URL

 private:
  std::vector<Artifact> all_;
};

}  // namespace qianxian::fhir
