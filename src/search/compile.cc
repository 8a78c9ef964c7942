#include "search/compile.h"

#include "base/text.h"

namespace qianxian::search {
namespace {

using fhirpath::Node;
using fhirpath::NodeKind;
using fhirpath::Operator;
using Paths = std::vector<PlainPath>;

class Compiler {
 public:
  Compiler(const fhir::Definitions& definitions, const fhir::Type& focus, const fhir::Type& resource)
      : definitions_(definitions), focus_(focus), resource_(resource) {}

  std::optional<Paths> Compile(const Node& node) {
    switch (node.kind) {
      case NodeKind::kMember:
        return CompileMember(node);
      case NodeKind::kAs:
        return CompileType(node, *node.parts[0]);
      case NodeKind::kFunction:
        return CompileFunction(node);
      case NodeKind::kVariable:
        if (node.text == "resource") return Paths{Start(resource_, true)};
        return std::nullopt;
      case NodeKind::kBinary: {
        if (node.op != Operator::kUnion) return std::nullopt;
        auto left = Compile(*node.parts[0]);
        auto right = Compile(*node.parts[1]);
        if (!left || !right) return std::nullopt;
        left->insert(left->end(), right->begin(), right->end());
        return left;
      }
      default:
        return std::nullopt;
    }
  }

 private:
  static PlainPath Start(const fhir::Type& type, bool from_resource) {
    PlainPath path;
    path.type = &type;
    path.from_resource = from_resource;
    return path;
  }

  std::optional<Paths> CompileMember(const Node& node) {
    if (node.input == nullptr) {
      if (focus_.Is(node.text)) return Paths{Start(focus_, false)};
      if (definitions_.FindResource(node.text) != nullptr) return Paths{};   // of another type
      return Extend({Start(focus_, false)}, node.text);
    }
    auto input = Compile(*node.input);
    if (!input) return std::nullopt;
    return Extend(*input, node.text);
  }

  static std::optional<Paths> Extend(const Paths& input, std::string_view name) {
    Paths out;
    for (const PlainPath& path : input) {
      if (path.type->kind == fhir::TypeKind::kResource && !path.steps.empty()) return std::nullopt;   // into a resource
      if (path.type->kind == fhir::TypeKind::kPrimitive) return std::nullopt;   // its extensions stand beside it
      const fhir::Element* element = path.type->FindElement(name);
      if (element == nullptr) continue;
      for (const fhir::Member& member : path.type->members) {
        if (member.element != element) continue;
        PlainPath longer = path;
        longer.steps.push_back({std::string(member.name), {}, {}});
        longer.type = member.type->type;
        longer.codes = element->codes;
        out.push_back(std::move(longer));
      }
    }
    return out;
  }

  std::optional<Paths> CompileType(const Node& node, const Node& operand) {
    auto input = Compile(operand);
    if (!input) return std::nullopt;
    // R4's composites write as(DateTime) where they mean dateTime.
    const fhir::Type* type = definitions_.Find(node.type.name == "DateTime" ? "dateTime" : node.type.name);
    if (type == nullptr) return std::nullopt;
    Paths out;
    for (PlainPath& path : *input) {
      if (path.type->Is(type)) out.push_back(std::move(path));
    }
    return out;
  }

  std::optional<Paths> CompileFunction(const Node& node) {
    if (node.input == nullptr) return std::nullopt;
    if (node.text == "as" || node.text == "ofType") return CompileType(node, *node.input);
    if (node.text == "extension") return CompileExtension(node);
    if (node.text != "where") return std::nullopt;
    auto input = Compile(*node.input);
    if (!input) return std::nullopt;
    const Node& condition = *node.parts[0];
    if (condition.kind == NodeKind::kIs && condition.parts[0]->kind == NodeKind::kFunction &&
        condition.parts[0]->text == "resolve" && condition.parts[0]->input == nullptr) {
      for (PlainPath& path : *input) path.reference_type = condition.type.name;
      return input;
    }
    if (condition.kind == NodeKind::kBinary && condition.op == Operator::kEqual &&
        condition.parts[0]->kind == NodeKind::kMember && condition.parts[0]->input == nullptr &&
        condition.parts[1]->kind == NodeKind::kLiteral &&
        condition.parts[1]->literal.kind == fhirpath::ItemKind::kString) {
      for (PlainPath& path : *input) {
        if (path.steps.empty() || !path.steps.back().guard_member.empty()) return std::nullopt;
        path.steps.back().guard_member = condition.parts[0]->text;
        path.steps.back().guard_value = condition.parts[1]->text;
      }
      return input;
    }
    return std::nullopt;
  }

  // extension('url') is extension.where(url = 'url').
  std::optional<Paths> CompileExtension(const Node& node) {
    const Node& url = *node.parts[0];
    if (url.kind != NodeKind::kLiteral || url.literal.kind != fhirpath::ItemKind::kString) return std::nullopt;
    auto input = Compile(*node.input);
    if (input) input = Extend(*input, "extension");
    if (!input) return std::nullopt;
    for (PlainPath& path : *input) {
      path.steps.back().guard_member = "url";
      path.steps.back().guard_value = url.text;
    }
    return input;
  }

  const fhir::Definitions& definitions_;
  const fhir::Type& focus_;
  const fhir::Type& resource_;
};

}  // namespace

void SplitUnion(const Node& node, std::vector<const Node*>& out) {
  if (node.kind == NodeKind::kBinary && node.op == Operator::kUnion) {
    SplitUnion(*node.parts[0], out);
    SplitUnion(*node.parts[1], out);
  } else {
    out.push_back(&node);
  }
}

std::string_view RootName(const Node& node) {
  if (node.input != nullptr) return RootName(*node.input);
  if (node.kind == NodeKind::kMember) return node.text;
  return node.parts.empty() || node.kind == NodeKind::kFunction ? std::string_view() : RootName(*node.parts[0]);
}

std::vector<const Node*> AlternativesFor(const fhir::Definitions& definitions, const Node& node, const fhir::Type& type) {
  std::vector<const Node*> all;
  SplitUnion(node, all);
  std::erase_if(all, [&](const Node* one) {
    const std::string_view root = RootName(*one);
    return definitions.FindResource(root) != nullptr && !type.Is(root);
  });
  return all;
}

const fhir::CodeList* ImpliedCodesOf(const fhir::Definitions& definitions, const std::vector<const Node*>& alternatives, const fhir::Type& type) {
  const fhir::CodeList* codes = nullptr;
  for (const Node* node : alternatives) {
    for (const PlainPath& path : CompilePaths(definitions, *node, type, type).value_or(std::vector<PlainPath>()))
      if (path.type->name == "code" && path.codes != nullptr) codes = path.codes;
  }
  return codes;
}

std::optional<std::vector<PlainPath>> CompilePaths(const fhir::Definitions& definitions, const Node& node,
                                                   const fhir::Type& focus, const fhir::Type& resource) {
  return Compiler(definitions, focus, resource).Compile(node);
}

}  // namespace qianxian::search
