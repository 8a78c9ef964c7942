#include "search/custom_parameters.h"

#include <algorithm>
#include <set>

#include "base/limits_search_parameters.h"
#include "base/text.h"
#include "fhir/definitions.h"
#include "search/custom_expression.h"
#include "search/parameters_state.h"

namespace qianxian::search {
namespace {

Error Refused(const CustomDefinition& definition, std::string code, const std::string& en, const std::string& zh,
              ErrorCategory category = ErrorCategory::kInvalid) {
  return MakeError(category, std::move(code), "SearchParameter \"" + definition.code + "\": " + en, "检索参数“" + definition.code + "”：" + zh);
}

Status ReadCode(CustomDefinition& definition) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  const std::string& code = definition.code;
  if (!code.empty() && code.size() <= 64 && code[0] != '_' && code[0] != '-' && std::all_of(code.begin(), code.end(), fits)) return Ok();
  return Refused(definition, "bad-code", "its code is 1 to 64 letters, digits, - and _, and does not begin with _ or -",
                 "code 须为 1 至 64 个字母、数字、- 或 _，且不以 _ 或 - 开头");
}

Status ReadKind(json::Value resource, CustomDefinition& definition) {
  const std::string_view name = resource.FindString("type");
  const std::optional<ParameterKind> kind = ParameterKindOf(name);
  if (kind && *kind != ParameterKind::kComposite && *kind != ParameterKind::kSpecial) {
    definition.kind = *kind;
    return Ok();
  }
  return Refused(definition, "unsupported-type", "type \"" + std::string(name) + "\" is not supported here (token, string, date, reference, number, quantity, uri)",
                 "不支持类型“" + std::string(name) + "”（可用 token、string、date、reference、number、quantity、uri）");
}

void SortOnce(std::vector<std::string>& texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

// Types, with Resource and DomainResource opened.
Status OpenTypes(const Parameters& parameters, const CustomDefinition& definition, const std::vector<std::string>& named, std::string code,
                 std::vector<std::string>& out) {
  for (const std::string& name : named) {
    const bool abstract = name == "Resource" || name == "DomainResource";
    if (!abstract && !parameters.IsResourceType(name)) {
      return Refused(definition, std::move(code), "\"" + name + "\" is not a resource type of R4", "“" + name + "”不是 R4 的资源类型");
    }
    if (!abstract) out.push_back(name);
    for (const std::string& type : parameters.types()) {
      if (abstract && parameters.state().definitions->Find(type)->Is(name)) out.push_back(type);
    }
  }
  SortOnce(out);
  return Ok();
}

Status ReadBases(const Parameters& parameters, json::Value resource, CustomDefinition& definition) {
  QX_DO(OpenTypes(parameters, definition, resource.FindStrings("base"), "unknown-base", definition.bases));
  return definition.bases.empty() ? Status(Refused(definition, "unknown-base", "it has no base", "没有 base")) : Ok();
}

Status ReadTargets(const Parameters& parameters, json::Value resource, CustomDefinition& definition) {
  if (definition.kind != ParameterKind::kReference) return Ok();
  QX_DO(OpenTypes(parameters, definition, resource.FindStrings("target"), "unknown-target", definition.targets));
  if (definition.targets.empty()) definition.targets = parameters.types();
  return Ok();
}

// R4's own, sent back to us.
bool IsBuiltIn(const Parameters& parameters, const CustomDefinition& definition) {
  return !definition.url.empty() && std::all_of(definition.bases.begin(), definition.bases.end(), [&](const std::string& type) {
    const Parameter* own = parameters.Find(type, definition.code);
    return own != nullptr && own->url == definition.url;
  });
}

Status MeetsBuiltIn(const Parameters& parameters, const CustomDefinition& definition) {
  for (const std::string& type : definition.bases) {
    if (parameters.Find(type, definition.code) == nullptr) continue;
    return Refused(definition, "parameter-exists", type + " has a parameter with this code already: choose another code",
                   type + " 已有同名的检索参数，请换一个 code");
  }
  return Ok();
}

}  // namespace

int IndexProgress::percent() const {
  const uint64_t whole = all.load(), part = done.load();
  return part >= whole ? 100 : static_cast<int>(part * 100 / whole);
}

Error NotIndexedYet(const Parameter& parameter, const IndexProgress& progress) {
  const std::string percent = std::to_string(progress.percent());
  return MakeError(ErrorCategory::kBusy, std::string(kNotIndexedYet),
                   "search parameter \"" + parameter.code + "\" of " + parameter.type + " is being indexed: " + percent + " % done, try again later",
                   parameter.type + " 的检索参数“" + parameter.code + "”正在建立索引：已完成 " + percent + "%，请稍后再试");
}

Result<std::optional<CustomDefinition>> ReadCustomDefinition(const Parameters& parameters, json::Value resource) {
  if (resource.FindString("status") != "active") return std::optional<CustomDefinition>();
  CustomDefinition definition;
  definition.id = resource.FindString("id");
  definition.url = resource.FindString("url");
  definition.code = resource.FindString("code");
  definition.expression = resource.FindString("expression");
  definition.description = resource.FindString("description");
  QX_DO(ReadBases(parameters, resource, definition));
  if (IsBuiltIn(parameters, definition)) return std::optional<CustomDefinition>();
  QX_DO(ReadCode(definition));
  QX_DO(ReadKind(resource, definition));
  QX_DO(ReadTargets(parameters, resource, definition));
  QX_DO(MeetsBuiltIn(parameters, definition));
  if (definition.expression.empty()) return Refused(definition, "no-expression", "it has no expression", "没有 expression");
  if (definition.expression.size() > limits::kCustomExpressionBytes) {
    const std::string most = std::to_string(limits::kCustomExpressionBytes);
    return Refused(definition, "bad-expression", "its expression is longer than " + most + " bytes", "expression 超过 " + most + " 字节");
  }
  for (const std::string& type : definition.bases) {
    const Result<CustomExpression> compiled =
        CompileCustom(*parameters.state().definitions, *parameters.state().definitions->Find(type), definition.kind, definition.expression);
    if (!compiled.ok()) {
      const Error& error = compiled.error();
      return Refused(definition, error.code, error.en, error.zh.empty() ? error.en : error.zh, error.category);
    }
  }
  definition.fingerprint = HashFnv1a64(std::to_string(static_cast<int>(definition.kind)) + "|" + definition.expression);
  return std::optional<CustomDefinition>(std::move(definition));
}

Status Fits(const CustomDefinitions& used, const CustomDefinition& definition) {
  size_t types = definition.bases.size();
  for (const auto& other : used) {
    types += other->bases.size();
    if (other->code != definition.code) continue;
    for (const std::string& type : definition.bases) {
      if (!std::binary_search(other->bases.begin(), other->bases.end(), type)) continue;
      return Refused(definition, "parameter-exists", type + " has a parameter with this code already, of SearchParameter/" + other->id,
                     type + " 已有同名的检索参数，见 SearchParameter/" + other->id);
    }
  }
  if (used.size() < limits::kCustomParameters && types <= limits::kCustomParameterTypes) return Ok();
  const std::string most = std::to_string(limits::kCustomParameters), most_types = std::to_string(limits::kCustomParameterTypes);
  return Refused(definition, "too-many-parameters", "there are too many search parameters (at most " + most + ", for " + most_types + " types together): retire some",
                 "检索参数过多（最多 " + most + " 个，各类型合计 " + most_types + " 个），请先停用一些");
}

CustomDefinitions InUse(const CustomDefinitions& candidates) {
  CustomDefinitions used;
  for (const auto& candidate : candidates) {
    if (Fits(used, *candidate).ok()) used.push_back(candidate);
  }
  return used;
}

CustomParameters::CustomParameters() = default;
CustomParameters::~CustomParameters() = default;

Result<std::shared_ptr<const CustomParameters>> CustomParameters::Create(const Parameters& parameters, std::vector<CustomEntry> entries) {
  std::shared_ptr<CustomParameters> made(new CustomParameters());
  made->entries_ = std::move(entries);
  for (const CustomEntry& entry : made->entries_) QX_DO(made->Add(parameters, entry));
  for (auto& [type, own] : made->by_type_) {
    std::sort(own->list.begin(), own->list.end(), [](const Parameter* a, const Parameter* b) { return a->code < b->code; });
  }
  return std::shared_ptr<const CustomParameters>(std::move(made));
}

Status CustomParameters::Add(const Parameters& parameters, const CustomEntry& entry) {
  const fhir::Definitions& definitions = *parameters.state().definitions;
  const CustomDefinition& definition = *entry.definition;
  const fhir::Type& type = *definitions.Find(entry.type);
  QX_TRY(CustomExpression compiled, CompileCustom(definitions, type, definition.kind, definition.expression));
  Parameter& parameter = parameters_.emplace_back();
  parameter.number = entry.number;
  parameter.serial = entry.serial;
  parameter.kind = definition.kind;
  parameter.type = entry.type;
  parameter.code = definition.code;
  parameter.url = definition.url;
  parameter.expression = definition.expression;
  parameter.description = definition.description;
  parameter.targets = definition.targets;
  parameter.implied_codes = compiled.implied_codes;
  places_[entry.number] = parameters_.size() - 1;
  if (std::find(definitions_.begin(), definitions_.end(), entry.definition) == definitions_.end()) definitions_.push_back(entry.definition);
  auto& place = by_type_[entry.type];
  if (place == nullptr) place = std::make_unique<TypeParameters>();
  TypeParameters& own = *place;
  if (own.extraction == nullptr) own.extraction = std::make_unique<Extraction>(definitions, type, parameters.offset_minutes());
  own.list.push_back(&parameter);
  own.by_code.emplace(parameter.code, &parameter);
  return own.extraction->AddParameter(parameter, compiled.alternatives, compiled.expression);
}

const Parameter* CustomParameters::Find(std::string_view type, std::string_view code) const {
  const auto own = by_type_.find(type);
  if (own == by_type_.end()) return nullptr;
  const auto found = own->second->by_code.find(code);
  return found == own->second->by_code.end() ? nullptr : found->second;
}

const Parameter* CustomParameters::At(uint16_t number) const {
  const auto found = places_.find(number);
  return found == places_.end() ? nullptr : &parameters_[found->second];
}

const std::vector<const Parameter*>& CustomParameters::OfType(std::string_view type) const {
  static const std::vector<const Parameter*> none;
  const auto own = by_type_.find(type);
  return own == by_type_.end() ? none : own->second->list;
}

const IndexProgress& CustomParameters::ProgressOf(const Parameter& parameter) const {
  const auto found = places_.find(parameter.number);
  QX_CHECK(found != places_.end(), "a parameter of another set");
  return *entries_[found->second].progress;
}

bool CustomParameters::HasReferences() const {
  return std::any_of(parameters_.begin(), parameters_.end(), [](const Parameter& one) { return one.kind == ParameterKind::kReference; });
}

void CustomParameters::Extract(json::Value resource, std::vector<IndexEntry>& out) const {
  const auto own = by_type_.find(resource.FindString("resourceType"));
  if (own == by_type_.end()) return;
  const size_t from = out.size();
  own->second->extraction->Extract(resource, out);
  RemoveDoubles(out, from);
}

void CustomParameters::ExtractSlowly(json::Value resource, std::vector<IndexEntry>& out) const {
  const auto own = by_type_.find(resource.FindString("resourceType"));
  if (own == by_type_.end()) return;
  const size_t from = out.size();
  own->second->extraction->ExtractSlowly(resource, out);
  RemoveDoubles(out, from);
}

}  // namespace qianxian::search
