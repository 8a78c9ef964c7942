#include "search/custom_expression.h"

#include <algorithm>
#include <string>

#include "search/compile.h"
#include "search/values.h"

namespace qianxian::search {
namespace {

using fhirpath::Node;
using fhirpath::NodeKind;

// What depends on more than the body that was sent, or is never answered here.
constexpr std::string_view kRefusedFunctions[] = {"children", "descendants", "now", "today", "timeOfDay", "getResourceKey",
                                                  "memberOf", "subsumes", "subsumedBy", "conformsTo", "trace"};
constexpr std::string_view kStampedMembers[] = {"id", "versionId", "lastUpdated"};   // by the store

template <size_t N>
bool IsOneOf(const std::string_view (&list)[N], std::string_view text) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

// The name of what may not be asked; "" if there is nothing.
std::string FindRefused(const Node& node, const Node* parent) {
  if (node.kind == NodeKind::kMember) {
    if (IsOneOf(kStampedMembers, node.text)) return node.text;
    // A body that is sent without meta has one when it is stored: only what was sent of it may be asked.
    const bool goes_on = parent != nullptr && parent->kind == NodeKind::kMember && parent->input.get() == &node;
    if (node.text == "meta" && !goes_on) return node.text;
  }
  if (node.kind == NodeKind::kFunction) {
    if (IsOneOf(kRefusedFunctions, node.text)) return node.text + "()";
    if (node.text == "resolve" && (parent == nullptr || parent->kind != NodeKind::kIs)) return "resolve()";
  }
  if (node.input != nullptr) {
    if (std::string refused = FindRefused(*node.input, &node); !refused.empty()) return refused;
  }
  for (const auto& part : node.parts) {
    if (std::string refused = FindRefused(*part, &node); !refused.empty()) return refused;
  }
  return {};
}

}  // namespace

Result<CustomExpression> CompileCustom(const fhir::Definitions& definitions, const fhir::Type& type, ParameterKind kind, std::string_view text) {
  QX_TRY(fhirpath::Expression parsed, fhirpath::Expression::Parse(text));
  CustomExpression out;
  out.expression = std::make_shared<const fhirpath::Expression>(std::move(parsed));
  if (const std::string refused = FindRefused(out.expression->root(), nullptr); !refused.empty()) {
    return Invalid("unsupported-expression", "the expression may not ask for " + refused + ": its answer is not in what was sent",
                   "expression 不能使用 " + refused + "：其结果不取决于所发送的内容");
  }
  out.alternatives = AlternativesFor(definitions, out.expression->root(), type);
  const bool gives = std::any_of(out.alternatives.begin(), out.alternatives.end(), [&](const Node* node) {
    const auto paths = CompilePaths(definitions, *node, type, type);
    if (!paths) return true;               // only the general engine knows
    return std::any_of(paths->begin(), paths->end(), [&](const PlainPath& path) { return ReadingFor(kind, *path.type) != Reading::kNone; });
  });
  if (kind == ParameterKind::kToken) out.implied_codes = ImpliedCodesOf(definitions, out.alternatives, type);
  if (gives) return out;
  const std::string name(type.name), wanted(NameOf(kind));
  return Invalid("empty-expression", "the expression leads to no element of " + name + " that can be read as " + wanted,
                 "expression 在 " + name + " 中找不到可作为 " + wanted + " 的元素");
}

}  // namespace qianxian::search
