// QueryParser: _filter and _list, as the clauses that ordinary parameters give.
#include <algorithm>

#include "base/text.h"
#include "search/clauses.h"
#include "search/custom_parameters.h"
#include "search/query_parser.h"

namespace qianxian::search {
namespace {

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool IsOrdered(ParameterKind kind) {
  return kind == ParameterKind::kDate || kind == ParameterKind::kNumber || kind == ParameterKind::kQuantity;
}

// What stands between quotation marks is one value.
std::string Escaped(const Parameter& parameter, std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == ',' || (c == '$' && parameter.kind != ParameterKind::kComposite)) out += '\\';
    out += c;
  }
  return out;
}

Error NotOf(const Parameter& parameter, const FilterNode& node) {
  return Invalid("bad-filter", "_filter: \"" + node.operation + "\" does not go with " + parameter.code,
                 "_filter：检索参数 " + parameter.code + " 不能用“" + node.operation + "”");
}

// What the operation is of a value, if it is one for this kind and has no name in a search: see clauses.h.
struct Comparing {
  Modifier modifier = Modifier::kNone;
  Prefix prefix = Prefix::kEq;
};
std::optional<Comparing> ComparingOf(ParameterKind kind, std::string_view operation) {
  const bool texts = kind == ParameterKind::kString || kind == ParameterKind::kUri;
  if (operation == "eq") return Comparing{Modifier::kNone, kind == ParameterKind::kString ? Prefix::kAp : Prefix::kEq};
  if (operation == "ne" && kind != ParameterKind::kSpecial && kind != ParameterKind::kComposite) return Comparing{Modifier::kNone, Prefix::kNe};
  if (operation == "co" && texts) return Comparing{Modifier::kContains};
  if (operation == "ew" && texts) return Comparing{Modifier::kNone, Prefix::kEb};
  if (operation == "sw" && kind == ParameterKind::kUri) return Comparing{Modifier::kBelow};
  if (operation == "re" && kind == ParameterKind::kReference) return Comparing{};
  return std::nullopt;
}

// The modifier in a parameter's name that the operation is.
std::string_view SuffixOf(ParameterKind kind, std::string_view operation) {
  if (operation == "sw" && kind == ParameterKind::kString) return "";
  if (operation == "in" && kind == ParameterKind::kToken) return ":in";
  if (operation == "ni" && kind == ParameterKind::kToken) return ":not-in";
  const bool has_levels = kind == ParameterKind::kToken || kind == ParameterKind::kReference;
  if (operation == "ss" && has_levels) return ":below";   // the value subsumes what is there
  if (operation == "sb" && has_levels) return ":above";
  return "-";
}

}  // namespace

Result<Clause> QueryParser::ReadFilter(const std::string& value) {
  QX_TRY(const FilterNode node, ParseFilter(value));
  return FromFilter(query_.type, node, 0);
}

Result<Clause> QueryParser::FromFilter(std::string_view type, const FilterNode& node, int depth) {
  if (node.kind == FilterNode::Kind::kComparison) return FromPath(type, node, 0, depth);
  std::vector<Clause> parts;
  for (const FilterNode& part : node.parts) {
    QX_TRY(Clause one, FromFilter(type, part, depth));
    parts.push_back(std::move(one));
  }
  if (node.kind == FilterNode::Kind::kAnd) return AllOf(type, "_filter", std::move(parts));
  if (node.kind == FilterNode::Kind::kOr) return AnyOf(type, "_filter", std::move(parts));
  return NoneOf(type, "_filter", std::move(parts));
}

Result<Clause> QueryParser::FromPath(std::string_view type, const FilterNode& node, size_t step, int depth) {
  const std::string& name = node.path[step].name;
  if (depth > kDeepestChain) return BadValue("_filter", name, "the chain is too long", "链过长");
  if (name.starts_with("_has:")) return FromHas(type, node, step, depth);
  if (step + 1 == node.path.size()) return FromComparison(type, node, depth);
  const size_t colon = name.find(':');
  const std::string target_type = colon == std::string::npos ? std::string() : name.substr(colon + 1);
  QX_TRY(const Parameter* parameter, FindParameter(type, std::string_view(name).substr(0, colon)));
  if (parameter->kind != ParameterKind::kReference || type.empty()) {
    return BadValue("_filter", name, "only a reference of one type can be chained", "只有单一类型的引用可以链式检索");
  }
  Clause clause;
  clause.kind = Clause::Kind::kChain;
  clause.type = type;
  clause.code = parameter->code;
  clause.parameter = parameter;
  Error problem = UnknownParameter(type, name);
  for (const std::string& target : parameter->targets) {
    if (!target_type.empty() && target != target_type) continue;
    Result<Clause> inner = FromPath(target, node, step + 1, depth + 1);
    if (inner.ok() && !node.path[step].filter.empty()) {
      Result<Clause> filter = FromFilter(target, node.path[step].filter[0], depth + 1);
      if (filter.ok()) inner = AllOf(target, "_filter", {std::move(filter).value(), std::move(inner).value()});
      else inner = filter.error();
    }
    if (!inner.ok() && inner.error().code == kNotIndexedYet) return inner.error();
    if (inner.ok()) clause.chained.push_back(std::move(inner).value());
    else if (problem.code == "unknown-parameter") problem = inner.error();
  }
  if (clause.chained.empty()) return problem;
  return clause;
}

// _has:Observation:patient:code, and perhaps a path after it.
Result<Clause> QueryParser::FromHas(std::string_view type, const FilterNode& node, size_t step, int depth) {
  const std::string& name = node.path[step].name;
  const auto parts = Split(name, ':');
  if (parts.size() < 4 || !parameters_.IsResourceType(parts[1]) || type.empty() || !node.path[step].filter.empty()) {
    return BadValue("_filter", name, "written _has:Type:reference:parameter", "应写作 _has:类型:引用参数:参数");
  }
  QX_TRY(const Parameter* parameter, FindParameter(parts[1], parts[2]));
  const bool points_here = std::find(parameter->targets.begin(), parameter->targets.end(), type) != parameter->targets.end();
  if (parameter->kind != ParameterKind::kReference || !points_here) {
    return BadValue("_filter", name, "the parameter does not lead here", "该参数不指向此类型");
  }
  FilterNode rest = node;
  rest.path.erase(rest.path.begin(), rest.path.begin() + static_cast<std::ptrdiff_t>(step));
  rest.path[0].name = name.substr(static_cast<size_t>(parts[3].data() - name.data()));
  QX_TRY(Clause inner, FromPath(parts[1], rest, 0, depth + 1));
  Clause clause;
  clause.kind = Clause::Kind::kHas;
  clause.type = type;
  clause.code = parameter->code;
  clause.parameter = parameter;
  clause.chained.push_back(std::move(inner));
  return clause;
}

Result<Clause> QueryParser::FromComparison(std::string_view type, const FilterNode& node, int depth) {
  std::string name = node.path.back().name;
  const std::string& first_type = type.empty() ? query_.types.front() : std::string(type);
  if (name == "id" && parameters_.Find(first_type, "id") == nullptr) name = "_id";
  QX_TRY(const Parameter* parameter, FindParameter(type, name));
  const std::string value = Escaped(*parameter, node.value);
  if (node.operation == "pr") return ReadClause(type, name + ":missing", node.value == "true" ? "false" : node.value == "false" ? "true" : value, depth);
  const bool compares = IsOneOf(node.operation, {"eq", "ne", "gt", "lt", "ge", "le", "ap", "sa", "eb"});
  if (IsOrdered(parameter->kind) && compares) return ReadClause(type, name, node.operation + value, depth);
  if (IsOrdered(parameter->kind) && node.operation == "po") {
    QX_TRY(Clause clause, ReadClause(type, name, "eq" + value, depth));
    for (QueryValue& one : clause.values) one.prefix = Prefix::kAp;   // over the value itself, nothing added
    return clause;
  }
  if (const std::optional<Comparing> comparing = ComparingOf(parameter->kind, node.operation)) {
    Clause clause;
    clause.type = type;
    clause.code = parameter->code;
    clause.parameter = type.empty() ? nullptr : parameter;
    clause.modifier = comparing->modifier;
    QX_DO(ReadValues(*parameter, {}, value, clause));
    const bool ordered = IsOrdered(parameter->kind) || parameter->kind == ParameterKind::kComposite;
    for (QueryValue& one : clause.values) one.prefix = ordered ? one.prefix : comparing->prefix;
    return clause;
  }
  const std::string_view suffix = SuffixOf(parameter->kind, node.operation);
  if (suffix == "-") return NotOf(*parameter, node);
  return ReadClause(type, name + std::string(suffix), value, depth);
}

Result<Clause> QueryParser::ReadList(const std::string& value) {
  std::string ids;
  for (std::string_view part : Split(value, ',')) {
    if (part.starts_with("List/")) part.remove_prefix(5);
    if (part.empty() || part[0] == '$' || part.find('/') != std::string_view::npos) {
      return BadValue("_list", value, "written id or List/id", "应写作 编号 或 List/编号");
    }
    ids += (ids.empty() ? "" : ",") + std::string(part);
  }
  QX_TRY(Clause inner, ReadClause("List", "_id", ids, 1));
  Clause clause;
  clause.kind = Clause::Kind::kHas;
  clause.type = query_.type;
  clause.code = "item";
  clause.parameter = parameters_.Find("List", "item");
  clause.chained.push_back(std::move(inner));
  return clause;
}

}  // namespace qianxian::search
