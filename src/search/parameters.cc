#include "search/parameters.h"

#include <algorithm>
#include <deque>
#include <tuple>
#include <unordered_map>

#include "base/text.h"
#include "fhir/definitions.h"
#include "fhirpath/expression.h"
#include "search/extract.h"
#include "search/parameters_state.h"

namespace qianxian::search {
namespace {

// Raised by hand when what is extracted changes, so that stores make their indexes again.
constexpr uint64_t kExtractionVersion = 3;

constexpr std::string_view kPhonetic = "http://hl7.org/fhir/SearchParameter/individual-phonetic";

// Order by parameter, then by value: equal entries come together.
bool Before(const IndexEntry& a, const IndexEntry& b) {
  auto key = [](const IndexEntry& e) {
    return std::tie(e.parameter, e.kind, e.system, e.code, e.text, e.date_low, e.date_high, e.number_low, e.number_high,
                    e.number);
  };
  if (key(a) != key(b)) return key(a) < key(b);
  return std::lexicographical_compare(a.components.begin(), a.components.end(), b.components.begin(), b.components.end(),
                                      Before);
}

class Builder {
 public:
  Builder(const fhir::Definitions& definitions, Parameters::State& state) : definitions_(definitions), state_(state) {}

  Status Build() {
    for (std::string_view type : definitions_.resource_types()) state_.types.emplace_back(type);
    for (const fhir::SearchParameterDefinition& definition : definitions_.search_parameters()) {
      for (std::string_view base : definition.bases) by_base_[base].push_back(&definition);
      by_last_part_.emplace(definition.url.substr(definition.url.rfind('/') + 1), &definition);
    }
    for (const fhir::SearchParameterDefinition& definition : OwnParameters())
      for (std::string_view base : definition.bases) by_base_[base].push_back(&definition);
    state_.fingerprint = HashFnv1a64(std::to_string(kExtractionVersion) + "|" + std::to_string(state_.offset_minutes));
    for (const std::string& type : state_.types) QX_DO(BuildType(type));
    return Ok();
  }

 private:
  Status BuildType(const std::string& name) {
    const fhir::Type& type = *definitions_.Find(name);
    auto& own = state_.by_type[name];
    own.extraction = std::make_unique<Extraction>(definitions_, type, state_.offset_minutes);
    std::vector<const fhir::SearchParameterDefinition*> found;
    for (const fhir::Type* base = &type; base != nullptr; base = base->base) {
      auto it = by_base_.find(base->name);
      if (it != by_base_.end()) found.insert(found.end(), it->second.begin(), it->second.end());
    }
    std::sort(found.begin(), found.end(), [](const auto* a, const auto* b) { return a->code < b->code; });
    for (const auto* definition : found) QX_DO(BuildParameter(type, *definition, own));
    return Ok();
  }

  Status BuildParameter(const fhir::Type& type, const fhir::SearchParameterDefinition& definition, TypeParameters& own) {
    auto kind = ParameterKindOf(definition.type);
    if (!kind) return Fault("bad-definitions", "search parameter of unknown type: " + std::string(definition.url));
    auto& expression = expressions_[&definition];   // parsed once for all its bases
    if (expression == nullptr) {
      QX_TRY(fhirpath::Expression parsed, fhirpath::Expression::Parse(definition.expression));
      expression = std::make_shared<const fhirpath::Expression>(std::move(parsed));
    }
    const std::vector<const fhirpath::Node*> mine = AlternativesFor(definitions_, expression->root(), type);
    if (state_.parameters.size() + 1 >= kFirstCustomNumber) return Fault("bad-definitions", "too many search parameters");
    Parameter& parameter = state_.parameters.emplace_back();
    parameter.number = static_cast<uint16_t>(state_.parameters.size());
    parameter.kind = *kind;
    parameter.type = type.name;
    parameter.code = definition.code;
    parameter.url = definition.url;
    parameter.expression = definition.expression;
    parameter.description = definition.description;
    parameter.targets.assign(definition.targets.begin(), definition.targets.end());
    if (parameter.targets == std::vector<std::string>{"Resource"}) parameter.targets = state_.types;
    std::sort(parameter.targets.begin(), parameter.targets.end());
    for (const auto& component : definition.components) QX_DO(AddComponent(component, parameter));
    parameter.by_sound = definition.url == kPhonetic;
    parameter.by_day = *kind == ParameterKind::kDate && StartsWith(definition.url, "https://fhir.qianxian.cn/");   // due lists, timers
    Mix(parameter);
    if (parameter.code == "_id") parameter.role = Parameter::Role::kId;
    if (parameter.code == "_lastUpdated") parameter.role = Parameter::Role::kLastUpdated;
    own.list.push_back(&parameter);
    own.by_code.emplace(parameter.code, &parameter);
    if (parameter.role != Parameter::Role::kOrdinary || (parameter.kind == ParameterKind::kSpecial && parameter.code != "near")) return Ok();
    if (parameter.kind == ParameterKind::kToken) parameter.implied_codes = ImpliedCodesOf(definitions_, mine, type);
    return own.extraction->AddParameter(parameter, mine, expression);
  }

  Status AddComponent(const fhir::SearchParameterDefinition::Component& component, Parameter& parameter) {
    auto defined = by_last_part_.find(component.definition);
    auto kind = defined == by_last_part_.end() ? std::nullopt : ParameterKindOf(defined->second->type);
    if (!kind) return Fault("bad-definitions", "unknown component " + std::string(component.definition));
    parameter.components.push_back({std::string(defined->second->code), *kind, std::string(component.expression)});
    return Ok();
  }

  void Mix(const Parameter& parameter) {
    state_.fingerprint = HashFnv1a64(parameter.type + "|" + parameter.code + "|" + parameter.expression, state_.fingerprint);
  }

  const fhir::Definitions& definitions_;
  Parameters::State& state_;
  std::unordered_map<std::string_view, std::vector<const fhir::SearchParameterDefinition*>> by_base_;
  std::unordered_map<std::string_view, const fhir::SearchParameterDefinition*> by_last_part_;
  std::unordered_map<const fhir::SearchParameterDefinition*, std::shared_ptr<const fhirpath::Expression>> expressions_;
};

}  // namespace

Parameters::Parameters(std::shared_ptr<const State> state) : state_(std::move(state)) {}
Parameters::~Parameters() = default;

Result<std::unique_ptr<const Parameters>> Parameters::Create(const fhir::Definitions& definitions,
                                                             const ParameterOptions& options) {
  auto state = std::make_shared<State>();
  state->offset_minutes = options.offset_minutes;
  state->definitions = &definitions;
  QX_DO(Builder(definitions, *state).Build());
  return std::unique_ptr<const Parameters>(new Parameters(std::move(state)));
}

std::shared_ptr<const CustomParameters> Parameters::custom() const { return *custom_.Lock(); }
void Parameters::SetCustom(std::shared_ptr<const CustomParameters> custom) const { *custom_.Lock() = std::move(custom); }
std::unique_ptr<const Parameters> Parameters::Share() const { return std::unique_ptr<const Parameters>(new Parameters(state_)); }

const Parameter* Parameters::Find(std::string_view type, std::string_view code) const {
  auto own = state_->by_type.find(type);
  if (own == state_->by_type.end()) return nullptr;
  auto it = own->second.by_code.find(code);
  return it == own->second.by_code.end() ? nullptr : it->second;
}

const Parameter& Parameters::At(uint16_t number) const {
  QX_CHECK(number >= 1 && number <= state_->parameters.size(), "no search parameter has this number");
  return state_->parameters[number - 1u];
}

size_t Parameters::size() const { return state_->parameters.size(); }

const std::vector<const Parameter*>& Parameters::OfType(std::string_view type) const {
  static const std::vector<const Parameter*> kNone;
  auto own = state_->by_type.find(type);
  return own == state_->by_type.end() ? kNone : own->second.list;
}

bool Parameters::IsResourceType(std::string_view type) const { return state_->by_type.find(type) != state_->by_type.end(); }
const std::vector<std::string>& Parameters::types() const { return state_->types; }
uint64_t Parameters::fingerprint() const { return state_->fingerprint; }
int Parameters::offset_minutes() const { return state_->offset_minutes; }

void RemoveDoubles(std::vector<IndexEntry>& entries, size_t from) {
  auto begin = entries.begin() + static_cast<std::ptrdiff_t>(from);
  std::sort(begin, entries.end(), Before);
  entries.erase(std::unique(begin, entries.end()), entries.end());
}

void Parameters::Extract(json::Value resource, std::vector<IndexEntry>& out) const {
  auto own = state_->by_type.find(resource.FindString("resourceType"));
  if (own == state_->by_type.end()) return;
  size_t from = out.size();
  own->second.extraction->Extract(resource, out);
  RemoveDoubles(out, from);
}

void Parameters::AppendIdentity(std::string_view type, std::string_view id, Instant last_updated,
                                std::vector<IndexEntry>& out) const {
  const Parameter* id_parameter = Find(type, "_id");
  const Parameter* updated_parameter = Find(type, "_lastUpdated");
  if (id_parameter == nullptr || updated_parameter == nullptr) return;
  IndexEntry& own_id = out.emplace_back();
  own_id.parameter = id_parameter->number;
  own_id.kind = ParameterKind::kToken;
  own_id.code = id;
  IndexEntry& updated = out.emplace_back();
  updated.parameter = updated_parameter->number;
  updated.kind = ParameterKind::kDate;
  updated.date_low = last_updated.microseconds / 1000 * 1000;   // shown to the millisecond
  updated.date_high = updated.date_low + 1000;
}

}  // namespace qianxian::search
