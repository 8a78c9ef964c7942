// The search parameters of every R4 resource type and a few of this program's own, compiled once, and the extraction of a resource's index entries.
//
//   auto parameters = search::Parameters::Create(fhir::Definitions::R4());   // once, about 20 ms
//   std::vector<search::IndexEntry> entries;
//   (*parameters)->Extract(resource, entries);                                // for every version that is stored
//
// Each (type, code) has a number 1..size(), dense and the same for one release of the definitions; fingerprint() changes
// when the numbers or what is extracted change, and whoever keeps entries must then make them again.
// Extract gives no entries for _id and _lastUpdated (a store keeps those in columns of its own; AppendIdentity makes
// them for the slow judge), and one entry for each distinct value of every other parameter:
//   token       one for each Coding, Identifier, code, boolean, ContactPoint; a CodeableConcept's own text gives one more,
//               with text and neither system nor code.
//   reference   local ones have type (system) and id (code); absolute URLs, urn:uuid and canonicals only text. A canonical
//               with a version gives two entries: "url" and "url|version". A Reference.identifier gives one more entry
//               of kind kToken under the same number, for :identifier. Contained ("#x") ones give none.
//   composite   one for each tuple, with its parts in `components`.
//   string      for phonetic one for each sound of a name (words/pinyin.h), each with the name as its text.
//   special     (Location.near) none.
// A code element has no system in its entry; a query that names the system of its list finds it all the same.
// What the record itself defines besides (custom_parameters.h) is another set, which queries find through custom(): Find, OfType,
// At and Extract are of R4's alone, on purpose, so that what this program asks for itself never changes its meaning.
// Threads: immutable after Create but for custom(), which is replaced as a whole; any number. Failures: Create only (kFault:
// definitions that do not compile).
// Source: https://hl7.org/fhir/R4/searchparameter-registry.html
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/locked.h"
#include "base/result.h"
#include "json/value.h"
#include "search/index_entry.h"
#include "words/fold.h"

namespace qianxian::fhir {
class Definitions;
struct CodeList;
}

namespace qianxian::search {

struct Parameter;
class CustomParameters;                     // custom_parameters.h

inline constexpr uint16_t kFirstCustomNumber = 32'768;   // numbers from here on are not R4's

struct ComponentParameter {                 // a part of a composite
  std::string code;                         // of the parameter that it is defined by; "" where that is of no type
  ParameterKind kind = ParameterKind::kToken;
  std::string expression;                   // from the composite's own element
};

struct Parameter {
  uint16_t number = 0;
  ParameterKind kind = ParameterKind::kToken;
  enum class Role : uint8_t { kOrdinary, kId, kLastUpdated } role = Role::kOrdinary;
  bool by_day = false;                      // date: asked of single days of many; an index may keep a list of each
  bool by_sound = false;                    // string: compared as it sounds (phonetic); IndexEntry::code is words::NameSounds
  std::string type;                         // "Patient"
  std::string code;                         // "birthdate"
  std::string url;                          // of the SearchParameter; "" for those that are not in the registry
  std::string expression;                   // FHIRPath, only the parts for this type
  std::vector<std::string> targets;         // reference: resource types that it may point to, sorted
  std::vector<ComponentParameter> components;   // composite
  std::string description;
  const fhir::CodeList* implied_codes = nullptr;   // token of a code element: its closed list, whose system is implied
  uint64_t serial = 0;                      // of a custom one: never given out twice; 0: of R4
};

struct ParameterOptions {
  int offset_minutes = 0;                   // the zone of dates and times that name none, in resources and queries: 0 is UTC
};

class Parameters {
 public:
  static Result<std::unique_ptr<const Parameters>> Create(const fhir::Definitions& definitions,
                                                          const ParameterOptions& options = {});
  ~Parameters();
  Parameters(const Parameters&) = delete;
  Parameters& operator=(const Parameters&) = delete;

  const Parameter* Find(std::string_view type, std::string_view code) const;   // nullptr: there is none
  const Parameter& At(uint16_t number) const;                                  // CHECK: 1..size()
  size_t size() const;
  const std::vector<const Parameter*>& OfType(std::string_view type) const;    // sorted by code; empty: no such type
  bool IsResourceType(std::string_view type) const;
  const std::vector<std::string>& types() const;                               // sorted
  uint64_t fingerprint() const;
  int offset_minutes() const;

  // Appends the entries of `resource` (an object with a known resourceType; of any other: none), without doubles.
  void Extract(json::Value resource, std::vector<IndexEntry>& out) const;
  // The entries of _id and _lastUpdated.
  void AppendIdentity(std::string_view type, std::string_view id, Instant last_updated,
                      std::vector<IndexEntry>& out) const;

  // Those of the record; null: it has none. Its store gives them, so one Parameters belongs to one store.
  std::shared_ptr<const CustomParameters> custom() const;
  void SetCustom(std::shared_ptr<const CustomParameters> custom) const;
  // The same ones for another store.
  std::unique_ptr<const Parameters> Share() const;

  struct State;                           // inner: parameters_state.h
  const State& state() const { return *state_; }

 private:
  explicit Parameters(std::shared_ptr<const State> state);
  std::shared_ptr<const State> state_;
  mutable Locked<std::shared_ptr<const CustomParameters>> custom_;
};

// How strings are compared. IndexEntry::code of a string is this of its text.
using words::Fold;

}  // namespace qianxian::search
