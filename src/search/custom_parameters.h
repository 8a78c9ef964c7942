// Search parameters that the record itself defines: its SearchParameter resources with status active. Beside those of R4
// (parameters.h), which stay as they are: a custom one has a number from kFirstCustomNumber on, given out by the store that
// indexes it, and a serial that is never given out again, so that a query which was read before a change is told from one after it.
// What an expression may not ask: id, meta.versionId and meta.lastUpdated, which a body has only once it is stored, and what
// changes without the body (now(), resolved references but their type): every index of one record is the same.
// A set is a value: whoever changes it makes another one and gives it to Parameters::SetCustom. Threads: immutable but for the
// progress, which is atomic. Failures: invalid, unsupported (ReadCustomDefinition, Fits), busy (kNotIndexedYet), in zh and en.
// Source: https://hl7.org/fhir/R4/searchparameter.html
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/value.h"
#include "search/parameters.h"

namespace qianxian::search {

struct TypeParameters;                      // inner: parameters_state.h

struct CustomDefinition {
  std::string id;                           // of the SearchParameter
  std::string url;
  std::string code;
  std::string expression;
  std::string description;
  ParameterKind kind = ParameterKind::kToken;
  std::vector<std::string> bases;           // resource types, sorted
  std::vector<std::string> targets;         // reference: sorted
  uint64_t fingerprint = 0;                 // changes when what is extracted does
};

// How far what was stored before is indexed, in versions.
struct IndexProgress {
  std::atomic<uint64_t> done{0};
  std::atomic<uint64_t> all{0};
  bool ready() const { return done.load() >= all.load(); }
  int percent() const;                      // 100 only when it is ready
};

// A definition for one of its types.
struct CustomEntry {
  std::shared_ptr<const CustomDefinition> definition;
  std::string type;
  uint16_t number = 0;
  uint64_t serial = 0;
  std::shared_ptr<const IndexProgress> progress;
};

// Nothing: it is not for use (draft, retired, unknown), or R4's own, which is in use already.
Result<std::optional<CustomDefinition>> ReadCustomDefinition(const Parameters& parameters, json::Value resource);

using CustomDefinitions = std::vector<std::shared_ptr<const CustomDefinition>>;
// May this one be used beside those? invalid ("parameter-exists", "too-many-parameters").
Status Fits(const CustomDefinitions& used, const CustomDefinition& definition);
// Of candidates in the order in which they came into the record, those that are used: each that fits those before it.
CustomDefinitions InUse(const CustomDefinitions& candidates);

class CustomParameters {
 public:
  static Result<std::shared_ptr<const CustomParameters>> Create(const Parameters& parameters, std::vector<CustomEntry> entries);
  ~CustomParameters();
  CustomParameters(const CustomParameters&) = delete;
  CustomParameters& operator=(const CustomParameters&) = delete;

  const Parameter* Find(std::string_view type, std::string_view code) const;   // nullptr: there is none
  const Parameter* At(uint16_t number) const;                                  // nullptr: there is none
  const std::vector<const Parameter*>& OfType(std::string_view type) const;    // sorted by code
  const IndexProgress& ProgressOf(const Parameter& parameter) const;           // CHECK: of this set
  const CustomDefinitions& definitions() const { return definitions_; }
  const std::vector<CustomEntry>& entries() const { return entries_; }
  bool HasReferences() const;

  // As Parameters::Extract, for these parameters. Slowly: by the general engine alone, for the judge.
  void Extract(json::Value resource, std::vector<IndexEntry>& out) const;
  void ExtractSlowly(json::Value resource, std::vector<IndexEntry>& out) const;

 private:
  CustomParameters();
  Status Add(const Parameters& parameters, const CustomEntry& entry);

  std::vector<CustomEntry> entries_;
  CustomDefinitions definitions_;           // each once
  std::deque<Parameter> parameters_;        // as entries_
  std::map<uint16_t, size_t> places_;       // of a number
  std::map<std::string, std::unique_ptr<TypeParameters>, std::less<>> by_type_;
};

// That a parameter is there but cannot be searched with yet.
inline constexpr std::string_view kNotIndexedYet = "parameter-not-ready";
Error NotIndexedYet(const Parameter& parameter, const IndexProgress& progress);

}  // namespace qianxian::search
