// Functions that know FHIR (and the clock of the evaluation), and the table of all functions.
// Source: https://hl7.org/fhir/R4/fhirpath.html#functions, https://sql-on-fhir.org/ig/latest/StructureDefinition-ViewDefinition.html
#include <unordered_map>

#include "fhir/reference.h"
#include "fhirpath/compare.h"
#include "fhirpath/evaluator.h"

namespace qianxian::fhirpath {

Status EvaluatorState::Children(const Call& call, Collection& out) {
  for (const Item& item : call.input) PushAllChildren(item, out);
  return Ok();
}

Status EvaluatorState::Descendants(const Call& call, Collection& out) {
  size_t from = out.size();
  for (const Item& item : call.input) PushAllChildren(item, out);
  for (size_t i = from; i < out.size(); ++i) {
    Item item = out[i];   // `out` grows
    PushAllChildren(item, out);
    QX_DO(Step(call.node));
  }
  return Ok();
}

Status EvaluatorState::Extension(const Call& call, Collection& out) {
  QX_TRY(auto url, StringArgument(call, 0));
  if (!url) return Ok();
  const fhir::Type* type = environment_.definitions->Find("Extension");
  for (const Item& item : call.input) {
    if (!item.IsNode()) continue;
    json::Value holder = item.type != nullptr && item.type->kind == fhir::TypeKind::kPrimitive ? item.shadow : item.json;
    auto extensions = holder.Find("extension");
    if (!extensions) continue;
    for (json::Value extension : extensions->Elements()) {
      if (extension.FindString("url") == *url) out.push_back(NodeItem(extension, type));
    }
  }
  return Ok();
}

Status EvaluatorState::HasValue(const Call& call, Collection& out) {
  bool has = call.input.size() == 1;
  if (has && call.input[0].IsNode()) {
    json::Kind kind = call.input[0].json.kind();
    has = kind == json::Kind::kString || kind == json::Kind::kNumber || kind == json::Kind::kBoolean;
  }
  out.push_back(Item::Boolean(has));
  return Ok();
}

Status EvaluatorState::GetValue(const Call& call, Collection& out) {
  if (call.input.size() != 1) return Ok();
  auto value = ToSystem(call.input[0], arena_);
  if (value && value->kind != ItemKind::kQuantity) out.push_back(*value);
  return Ok();
}

std::optional<Item> EvaluatorState::FindReferenced(std::string_view reference) {
  const fhir::Definitions& definitions = *environment_.definitions;
  fhir::Reference parsed = fhir::ParseReference(reference);
  if (parsed.kind == fhir::Reference::Kind::kContained) {
    if (parsed.id.empty()) return resource_;
    auto contained = resource_.json.Find("contained");
    if (!contained) return std::nullopt;
    for (json::Value one : contained->Elements()) {
      if (one.FindString("id") == parsed.id) return ResourceItem(definitions, one);
    }
    return std::nullopt;
  }
  if (resource_.type != nullptr && resource_.type->name == "Bundle") {
    auto entries = resource_.json.Find("entry");
    for (json::Value entry : entries.value_or(json::Value()).Elements()) {
      auto resource = entry.Find("resource");
      if (!resource) continue;
      bool local = parsed.kind == fhir::Reference::Kind::kLocal && resource->FindString("resourceType") == parsed.type &&
                   resource->FindString("id") == parsed.id;
      if (local || entry.FindString("fullUrl") == parsed.whole) return ResourceItem(definitions, *resource);
    }
  }
  if (environment_.resolve) {
    if (auto found = environment_.resolve(reference)) return found;
  }
  if (environment_.type_only_references) {
    const fhir::Type* type = definitions.FindResource(parsed.type);
    if (type != nullptr) return NodeItem(json::Value(), type);
  }
  return std::nullopt;
}

Status EvaluatorState::Resolve(const Call& call, Collection& out) {
  for (const Item& item : call.input) {
    std::string_view reference;
    if (item.IsNode() && item.json.IsObject()) {
      reference = item.json.FindString("reference");
      if (reference.empty() && environment_.type_only_references) {   // a logical reference may still name its type
        const fhir::Type* type = environment_.definitions->FindResource(item.json.FindString("type"));
        if (type != nullptr) out.push_back(NodeItem(json::Value(), type));
        continue;
      }
    } else if (auto text = ToSystem(item, arena_); text && text->kind == ItemKind::kString) {
      reference = text->text;
    }
    if (reference.empty()) continue;
    if (auto found = FindReferenced(reference)) out.push_back(*found);
  }
  return Ok();
}

// Only the base definitions can be asked for: everything conforms to its own type and what that derives from.
Status EvaluatorState::ConformsTo(const Call& call, Collection& out) {
  QX_TRY(auto url, StringArgument(call, 0));
  if (!url || call.input.empty()) return Ok();
  constexpr std::string_view kBase = "http://hl7.org/fhir/StructureDefinition/";
  const fhir::Type* type = url->starts_with(kBase) ? environment_.definitions->Find(url->substr(kBase.size())) : nullptr;
  if (type == nullptr) {
    return Bad(call.node, "unknown profile " + std::string(*url), "未知的结构定义 " + std::string(*url));
  }
  bool all = true;
  for (const Item& item : call.input) all = all && item.type != nullptr && item.type->Is(type);
  out.push_back(Item::Boolean(all));
  return Ok();
}

// XHTML of a narrative: begins with a div, and has no script, forms, frames or event handlers.
Status EvaluatorState::HtmlChecks(const Call& call, Collection& out) {
  QX_TRY(auto text, SingleString(call.node, call.input));
  if (!text) return Ok();
  bool good = text->starts_with("<div");
  for (std::string_view bad : {"<script", "<form", "<iframe", "<object", "<embed", "javascript:", " onclick=", " onload="}) {
    good = good && text->find(bad) == std::string_view::npos;
  }
  out.push_back(Item::Boolean(good));
  return Ok();
}

Status EvaluatorState::Comparable(const Call& call, Collection& out) {
  QX_TRY(auto left, Single(call.node, call.input));
  Collection argument;
  QX_DO(Argument(call, 0, argument));
  QX_TRY(auto right, Single(call.node, argument));
  if (!left || !right) return Ok();
  if (left->kind != ItemKind::kQuantity || right->kind != ItemKind::kQuantity) {
    return Bad(call.node, "comparable() needs quantities", "comparable() 需要数量");
  }
  out.push_back(Item::Boolean(AreComparable(*left, *right)));
  return Ok();
}

Status EvaluatorState::GetResourceKey(const Call& call, Collection& out) {
  for (const Item& item : call.input) {
    if (!item.IsNode()) continue;
    std::string_view id = item.json.FindString("id");
    if (id.empty()) continue;
    if (environment_.keep_resource_type) {
      out.push_back(arena_.String(std::string(item.json.FindString("resourceType")) + "/" + std::string(id)));
    } else {
      out.push_back(Item::String(id));
    }
  }
  return Ok();
}

Status EvaluatorState::GetReferenceKey(const Call& call, Collection& out) {
  for (const Item& item : call.input) {
    if (!item.IsNode()) continue;
    fhir::Reference reference = fhir::ParseReference(item.json.FindString("reference"));
    if (reference.id.empty() || reference.kind == fhir::Reference::Kind::kContained) continue;
    if (!call.node.type.name.empty() && call.node.type.name != reference.type) continue;
    if (environment_.keep_resource_type) {
      out.push_back(arena_.String(std::string(reference.type) + "/" + std::string(reference.id)));
    } else {
      out.push_back(Item::String(reference.id));
    }
  }
  return Ok();
}

namespace {

fhir::DateTime DateTimeOf(Instant now, int offset_minutes) {
  constexpr int64_t kDay = 86'400'000'000;
  int64_t local = now.microseconds + int64_t{offset_minutes} * 60'000'000;
  int64_t days = local >= 0 ? local / kDay : -((-local + kDay - 1) / kDay);
  int64_t rest = local - days * kDay;
  fhir::DateTime out;
  fhir::CivilFromDays(days, out.year, out.month, out.day);
  out.microsecond = static_cast<int>(rest % 1'000'000 / 1000 * 1000);
  rest /= 1'000'000;
  out.second = static_cast<int>(rest % 60);
  out.minute = static_cast<int>(rest / 60 % 60);
  out.hour = static_cast<int>(rest / 3600);
  out.precision = fhir::DatePrecision::kFraction;
  out.fraction_digits = 3;
  out.has_offset = true;
  out.offset_minutes = offset_minutes;
  return out;
}

}  // namespace

Status EvaluatorState::Now(const Call&, Collection& out) {
  out.push_back(arena_.Temporal(ItemKind::kDateTime, DateTimeOf(environment_.now, environment_.offset_minutes)));
  return Ok();
}

Status EvaluatorState::Today(const Call&, Collection& out) {
  fhir::DateTime date = DateTimeOf(environment_.now, environment_.offset_minutes);
  date.precision = fhir::DatePrecision::kDay;
  date.has_offset = false;
  out.push_back(arena_.Temporal(ItemKind::kDate, date));
  return Ok();
}

Status EvaluatorState::TimeOfDay(const Call&, Collection& out) {
  fhir::DateTime date = DateTimeOf(environment_.now, environment_.offset_minutes);
  date.has_offset = false;
  out.push_back(arena_.Temporal(ItemKind::kTime, date));
  return Ok();
}

Status EvaluatorState::Unsupported(const Call& call, Collection&) {
  return MakeError(ErrorCategory::kUnsupported, "unsupported-function",
                   "FHIRPath: " + call.node.text + "() is not supported", "FHIRPath：不支持 " + call.node.text + "()");
}

// The table of functions -------------------------------------------------------------------------------------------

struct FunctionTable {
  using S = EvaluatorState;
  static constexpr Function kAll[] = {
      {"empty", 0, 0, &S::Empty}, {"exists", 0, 1, &S::Exists}, {"all", 1, 1, &S::All}, {"allTrue", 0, 0, &S::AllTrue},
      {"anyTrue", 0, 0, &S::AnyTrue}, {"allFalse", 0, 0, &S::AllFalse}, {"anyFalse", 0, 0, &S::AnyFalse},
      {"subsetOf", 1, 1, &S::SubsetOf}, {"supersetOf", 1, 1, &S::SupersetOf}, {"count", 0, 0, &S::Count},
      {"distinct", 0, 0, &S::Distinct}, {"isDistinct", 0, 0, &S::IsDistinct}, {"where", 1, 1, &S::Where},
      {"select", 1, 1, &S::Select}, {"repeat", 1, 1, &S::Repeat}, {"repeatAll", 1, 1, &S::RepeatAll},
      {"ofType", 1, 1, &S::OfType, true}, {"single", 0, 0, &S::SingleItem}, {"first", 0, 0, &S::First, false, true},
      {"last", 0, 0, &S::Last, false, true}, {"tail", 0, 0, &S::Tail, false, true}, {"skip", 1, 1, &S::Skip, false, true},
      {"take", 1, 1, &S::Take, false, true}, {"intersect", 1, 1, &S::Intersect}, {"exclude", 1, 1, &S::Exclude},
      {"union", 1, 1, &S::Union}, {"combine", 1, 1, &S::Combine}, {"coalesce", 1, 100, &S::Coalesce},
      {"aggregate", 1, 2, &S::Aggregate}, {"sort", 0, 10, &S::Sort}, {"iif", 2, 3, &S::Iif}, {"trace", 1, 2, &S::Trace},
      {"defineVariable", 1, 2, &S::DefineVariable},
      {"indexOf", 1, 1, &S::IndexOf}, {"lastIndexOf", 1, 1, &S::LastIndexOf}, {"substring", 1, 2, &S::Substring},
      {"startsWith", 1, 1, &S::StartsWith}, {"endsWith", 1, 1, &S::EndsWith}, {"contains", 1, 1, &S::Contains},
      {"upper", 0, 0, &S::Upper}, {"lower", 0, 0, &S::Lower}, {"replace", 2, 2, &S::Replace},
      {"matches", 1, 1, &S::Matches}, {"matchesFull", 1, 1, &S::MatchesFull},
      {"replaceMatches", 2, 2, &S::ReplaceMatches}, {"length", 0, 0, &S::Length}, {"toChars", 0, 0, &S::ToChars},
      {"trim", 0, 0, &S::Trim}, {"split", 1, 1, &S::Split}, {"join", 0, 1, &S::Join}, {"encode", 1, 1, &S::Encode},
      {"decode", 1, 1, &S::Decode}, {"escape", 1, 1, &S::Escape}, {"unescape", 1, 1, &S::Unescape},
      {"abs", 0, 0, &S::Abs}, {"ceiling", 0, 0, &S::Ceiling}, {"floor", 0, 0, &S::Floor},
      {"truncate", 0, 0, &S::Truncate}, {"round", 0, 1, &S::Round}, {"exp", 0, 0, &S::Exp}, {"ln", 0, 0, &S::Ln},
      {"log", 1, 1, &S::Log}, {"power", 1, 1, &S::Power}, {"sqrt", 0, 0, &S::Sqrt},
      {"precision", 0, 0, &S::Precision}, {"lowBoundary", 0, 1, &S::LowBoundary},
      {"highBoundary", 0, 1, &S::HighBoundary}, {"not", 0, 0, &S::Not}, {"is", 1, 1, &S::Is, true},
      {"as", 1, 1, &S::As, true}, {"type", 0, 0, &S::TypeOf}, {"toBoolean", 0, 0, &S::ToBoolean},
      {"toInteger", 0, 0, &S::ToInteger}, {"toDecimal", 0, 0, &S::ToDecimal}, {"toString", 0, 0, &S::ToStringValue},
      {"toDate", 0, 0, &S::ToDate}, {"toDateTime", 0, 0, &S::ToDateTime}, {"toTime", 0, 0, &S::ToTime},
      {"toQuantity", 0, 1, &S::ToQuantity}, {"convertsToBoolean", 0, 0, &S::ConvertsTo},
      {"convertsToInteger", 0, 0, &S::ConvertsTo}, {"convertsToDecimal", 0, 0, &S::ConvertsTo},
      {"convertsToString", 0, 0, &S::ConvertsTo}, {"convertsToDate", 0, 0, &S::ConvertsTo},
      {"convertsToDateTime", 0, 0, &S::ConvertsTo}, {"convertsToTime", 0, 0, &S::ConvertsTo},
      {"convertsToQuantity", 0, 1, &S::ConvertsTo}, {"children", 0, 0, &S::Children},
      {"descendants", 0, 0, &S::Descendants}, {"extension", 1, 1, &S::Extension}, {"hasValue", 0, 0, &S::HasValue},
      {"getValue", 0, 0, &S::GetValue}, {"resolve", 0, 0, &S::Resolve}, {"conformsTo", 1, 1, &S::ConformsTo},
      {"htmlChecks", 0, 0, &S::HtmlChecks}, {"comparable", 1, 1, &S::Comparable},
      {"getResourceKey", 0, 0, &S::GetResourceKey}, {"getReferenceKey", 0, 1, &S::GetReferenceKey, true},
      {"now", 0, 0, &S::Now}, {"today", 0, 0, &S::Today}, {"timeOfDay", 0, 0, &S::TimeOfDay},
      {"memberOf", 1, 1, &S::Unsupported}, {"subsumes", 1, 1, &S::Unsupported}, {"subsumedBy", 1, 1, &S::Unsupported},
      {"slice", 2, 2, &S::Unsupported}, {"elementDefinition", 0, 0, &S::Unsupported},
      {"checkModifiers", 0, 10, &S::Unsupported},
  };
};

int FindFunction(std::string_view name) {
  static const auto index = [] {
    std::unordered_map<std::string_view, int> made;
    for (size_t i = 0; i < std::size(FunctionTable::kAll); ++i) made.emplace(FunctionTable::kAll[i].name, static_cast<int>(i));
    return made;
  }();
  auto it = index.find(name);
  return it == index.end() ? -1 : it->second;
}

const Function& FunctionAt(int index) { return FunctionTable::kAll[index]; }

}  // namespace qianxian::fhirpath
