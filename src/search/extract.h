// The extraction of one resource type: all plain paths of all its parameters as one tree, walked once over the JSON.
// What is not plain goes through the general FHIRPath engine. Inner part of search.
// Threads: immutable once built; any number.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fhirpath/engine.h"
#include "search/compile.h"
#include "search/parameters.h"
#include "search/values.h"

namespace qianxian::search {

class Extraction {
 public:
  Extraction(const fhir::Definitions& definitions, const fhir::Type& type, int offset_minutes);

  // `alternatives`: the parts of the parameter's expression that are for this type.
  Status AddParameter(const Parameter& parameter, const std::vector<const fhirpath::Node*>& alternatives,
                      std::shared_ptr<const fhirpath::Expression> expression);
  void Extract(json::Value resource, std::vector<IndexEntry>& out) const;
  // The same through the general engine only; for tests.
  void ExtractSlowly(json::Value resource, std::vector<IndexEntry>& out) const;
  // Codes of the parameters that are not plain.
  std::vector<std::string> general_parameters() const;

 private:
  // A part of a composite, as paths from the tuple's place or from the resource.
  struct Component {
    ParameterKind kind = ParameterKind::kToken;
    std::vector<std::pair<PlainPath, Reading>> paths;
    std::shared_ptr<const fhirpath::Expression> expression;
  };
  struct Composite {
    uint16_t parameter = 0;
    std::vector<Component> components;
  };
  struct Leaf {
    uint16_t parameter = 0;
    ParameterKind kind = ParameterKind::kToken;
    Reading reading = Reading::kNone;
    std::string reference_type;
    int composite = -1;                 // place in composites_
  };
  struct Branch;
  struct Edge {
    std::string member;
    std::unique_ptr<Branch> branch;
  };
  struct Guard {
    std::string member;
    std::string value;
    std::unique_ptr<Branch> branch;
  };
  struct Branch {
    std::vector<Edge> edges;            // sorted by member
    std::vector<Guard> guards;
    std::vector<Leaf> leaves;
  };
  struct General {
    const Parameter* parameter = nullptr;
    std::shared_ptr<const fhirpath::Expression> expression;   // the whole of it, with the parts for other types
  };

  Branch& BranchFor(const PlainPath& path);
  Result<Composite> CompileComposite(const Parameter& parameter, const fhir::Type& place);
  void Visit(const Branch& branch, json::Value value, json::Value resource, std::vector<IndexEntry>& out) const;
  void VisitObject(const Branch& branch, json::Value value, json::Value resource, std::vector<IndexEntry>& out) const;
  void AppendComposite(const Composite& composite, json::Value place, json::Value resource,
                       std::vector<IndexEntry>& out) const;
  void AppendComponent(const Composite& composite, const Component& component, json::Value place, json::Value resource,
                       std::vector<IndexEntry>& out) const;
  void AppendGeneral(const Parameter& parameter, const fhirpath::Expression& expression, fhirpath::Evaluator& evaluator,
                     const fhirpath::Item& resource, std::vector<IndexEntry>& out) const;
  void AppendItem(const ValueTarget& target, const fhirpath::Item& item, std::vector<IndexEntry>& out) const;
  fhirpath::Evaluator MakeEvaluator() const;

  const fhir::Definitions& definitions_;
  const fhir::Type& type_;
  int offset_minutes_;
  Branch root_;
  std::vector<Composite> composites_;
  std::vector<General> general_;
  std::vector<General> all_;            // every parameter, for ExtractSlowly
};

}  // namespace qianxian::search
