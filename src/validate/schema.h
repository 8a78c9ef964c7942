// A StructureDefinition ready for checking: a tree of rules, one for each element (and each slice of it), its FHIRPath
// constraints parsed. Read from the snapshot; from the differential laid over the base's tree where there is no snapshot
// (that is the generation of snapshots: children of data types and slices are copied in where the differential enters them).
// Threads: immutable after Read; any number. Errors (Read): invalid "bad-profile", "bad-expression", "too-many-elements".
// Source: https://hl7.org/fhir/R4/profiling.html, https://hl7.org/fhir/R4/elementdefinition.html
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fhirpath/expression.h"
#include "json/value.h"

namespace qianxian::validate {

struct Constraint {
  std::string key;
  bool is_error = true;
  std::string human;
  std::shared_ptr<const fhirpath::Expression> expression;
};

struct TypeRule {
  std::string code;                        // "Quantity"; "" for what only FHIRPath has (System.String)
  std::vector<std::string> profiles, target_profiles;
};

struct Discriminator {
  enum class Kind : uint8_t { kValue, kExists, kType, kProfile } kind = Kind::kValue;
  std::string path;
};

struct Slicing {
  std::vector<Discriminator> discriminators;
  enum class Rules : uint8_t { kOpen, kClosed, kOpenAtEnd } rules = Rules::kOpen;
  bool ordered = false;
};

struct Binding {
  enum class Strength : uint8_t { kExample, kPreferred, kExtensible, kRequired } strength = Strength::kExample;
  std::string value_set;
};

struct Rule {
  std::string name;                        // "value" for value[x]; of the root its type
  std::string slice_name;
  uint32_t minimum = 0;
  uint32_t maximum = UINT32_MAX;
  std::vector<TypeRule> types;
  std::optional<json::Value> fixed, pattern, least, most;      // of documents that the schema keeps
  std::optional<Binding> binding;
  uint32_t longest = UINT32_MAX;           // characters
  std::vector<std::shared_ptr<const Constraint>> constraints;
  std::optional<Slicing> slicing;
  std::string content_reference;           // "Questionnaire.item"
  std::vector<std::unique_ptr<Rule>> children, slices;
  bool entered = false;                    // while reading: the children of its data type have been looked for

  Rule* Child(std::string_view child_name) const;
  std::unique_ptr<Rule> Clone(bool with_slices) const;
};

class Schema {
 public:
  // `base`: the schema of a URL, for a differential and for data types that it enters; nullptr if it is not known.
  using Lookup = std::function<Result<std::shared_ptr<const Schema>>(std::string_view url)>;
  static Result<std::shared_ptr<const Schema>> Read(std::string text, const Lookup& base);

  const std::string& url() const { return url_; }
  const std::string& title() const { return title_; }
  const std::string& type() const { return type_; }              // "Patient", "Extension"
  bool is_profile() const { return is_profile_; }                // a constraint on a type, not the type itself
  bool is_abstract() const { return is_abstract_; }
  const Rule& root() const { return *root_; }
  const Rule* Find(std::string_view path) const;                 // "Questionnaire.item"; nullptr: none
  size_t size() const { return size_; }

 private:
  friend class SchemaReader;
  std::string url_, title_, type_;
  bool is_profile_ = false, is_abstract_ = false;
  std::unique_ptr<Rule> root_;
  size_t size_ = 0;
  std::vector<std::shared_ptr<const json::Document>> documents_; // what fixed, pattern, … point into
};

std::string_view LastSegment(std::string_view url);
inline constexpr std::string_view kCore = "http://hl7.org/fhir/StructureDefinition/";

}  // namespace qianxian::validate
