// ValueSet/$expand and $validate-code, ConceptMap/$translate.
// Source: https://hl7.org/fhir/R4/valueset-operations.html, conceptmap-operation-translate.html
#include <algorithm>

#include "api/fhir_operations.h"
#include "api/outcome.h"
#include "api/terminology_answers.h"
#include "base/clock.h"
#include "json/writer.h"
#include "terminology/concept_map.h"

namespace qianxian::api {
namespace {

using terminology::CodeSystem;
using terminology::Membership;
using terminology::ValueSet;

// The value set that is asked about, and its JSON where it is at hand.
struct AskedSet {
  std::shared_ptr<const ValueSet> set;
  std::string canonical;
};

Result<AskedSet> AskedValueSet(OperationCall& call) {
  terminology::Terminology& terminology = *call.services.terminology;
  AskedSet asked;
  if (!call.id.empty()) {
    QX_TRY(const std::string body, ReadInstance(call));
    QX_TRY(const json::Document document, json::Document::Parse(body));
    QX_TRY(asked.set, terminology.Compile(document.root()));
    return asked;
  }
  if (const Argument* given = call.arguments.Find("valueSet"); given && given->resource) {
    QX_TRY(asked.set, terminology.Compile(*given->resource));
    return asked;
  }
  asked.canonical = call.arguments.Text("url");
  if (asked.canonical.empty()) return Invalid("missing-parameter", "say which value set (url or valueSet)", "请指明值集（url 或 valueSet）");
  const std::string version = call.arguments.Text("valueSetVersion");
  if (!version.empty() && asked.canonical.find('|') == std::string::npos) asked.canonical += "|" + version;
  QX_TRY(asked.set, terminology.FindValueSet(asked.canonical));
  return asked;
}

struct ExpandAsked {
  terminology::ExpandOptions options;
  bool designations = false;
};

Result<ExpandAsked> ReadExpand(const Arguments& arguments) {
  QX_DO(arguments.Allow({"url", "valueSet", "valueSetVersion", "filter", "offset", "count", "includeDesignations", "includeDefinition",
                         "activeOnly", "excludeNested", "excludeNotForUI", "excludePostCoordinated", "displayLanguage"}));
  ExpandAsked asked;
  asked.options.filter = arguments.Text("filter");
  asked.options.display_language = arguments.Text("displayLanguage");
  QX_TRY(const auto offset, arguments.Number("offset"));
  QX_TRY(const auto count, arguments.Number("count"));
  asked.options.offset = static_cast<size_t>(offset.value_or(0));
  if (count) asked.options.count = static_cast<size_t>(*count);
  QX_TRY(asked.options.active_only, arguments.Boolean("activeOnly", false));
  QX_TRY(asked.options.selectable_only, arguments.Boolean("excludeNotForUI", false));
  QX_TRY(asked.designations, arguments.Boolean("includeDesignations", false));
  QX_TRY(const bool definition, arguments.Boolean("includeDefinition", false));
  if (definition) {
    return MakeError(ErrorCategory::kUnsupported, "unsupported-parameter", "includeDefinition is not supported: read the value set itself",
                     "不支持 includeDefinition，请直接读取值集");
  }
  return asked;
}

void WriteDesignations(json::Writer& writer, const terminology::ExpandedCode& one) {
  std::vector<terminology::Designation> list;
  if (one.at != CodeSystem::kNone) list = one.component->code_system->Designations(one.at);
  if (one.listed) {
    for (const auto& [language, system, code, display, value] : one.listed->designations) {
      list.push_back({language, system, code, display, value});
    }
  }
  if (list.empty()) return;
  writer.Name("designation").BeginArray();
  for (const terminology::Designation& designation : list) {
    writer.BeginObject().MemberIfAny("language", designation.language);
    if (!designation.use_code.empty()) {
      writer.Name("use").BeginObject().MemberIfAny("system", designation.use_system).Member("code", designation.use_code);
      writer.MemberIfAny("display", designation.use_display).EndObject();
    }
    writer.Member("value", designation.value).EndObject();
  }
  writer.EndArray();
}

void WriteContains(json::Writer& writer, const terminology::Expansion& expansion, const ExpandAsked& asked) {
  if (expansion.codes.empty()) return;
  writer.Name("contains").BeginArray();
  for (const terminology::ExpandedCode& one : expansion.codes) {
    const CodeSystem* system = one.component->code_system.get();
    writer.BeginObject().Member("system", one.component->system);
    if (one.IsAbstract()) writer.Member("abstract", true);
    if (one.IsInactive()) writer.Member("inactive", true);
    writer.MemberIfAny("version", system ? system->version() : one.component->version).Member("code", one.code());
    writer.MemberIfAny("display", one.Display(asked.options.display_language));
    if (asked.designations) WriteDesignations(writer, one);
    writer.EndObject();
  }
  writer.EndArray();
}

void WriteExpansionParameters(json::Writer& writer, const ValueSet& set, const ExpandAsked& asked) {
  writer.Name("parameter").BeginArray();
  const auto number = [&](std::string_view name, size_t value) {
    writer.BeginObject().Member("name", name).Member("valueInteger", value).EndObject();
  };
  number("offset", asked.options.offset);
  if (asked.options.count) number("count", *asked.options.count);
  if (!asked.options.filter.empty()) WriteParameter(writer, "filter", "valueString", asked.options.filter);
  if (asked.options.active_only) writer.BeginObject().Member("name", "activeOnly").Member("valueBoolean", true).EndObject();
  if (!asked.options.display_language.empty()) WriteParameter(writer, "displayLanguage", "valueCode", asked.options.display_language);
  std::vector<const terminology::Component*> systems;
  set.Systems(systems);
  for (const terminology::Component* one : systems) {
    const std::string version = one->code_system ? one->code_system->version() : one->version;
    if (!version.empty()) WriteParameter(writer, "version", "valueUri", one->system + "|" + version);
    if (one->code_system && one->code_system->content() != CodeSystem::Content::kComplete) {
      WriteParameter(writer, Name(one->code_system->content()), "valueUri", one->system);
    }
  }
  writer.EndArray();
}

// What one code is to the value set.
void Judge(const ValueSet& set, const AskedCode& one, bool abstract_allowed, std::string_view language, CodeVerdict& verdict) {
  const std::string shown = (one.system.empty() ? "" : one.system + "|") + one.code;
  const std::string name = set.url.empty() ? "the value set" : set.url, name_zh = set.url.empty() ? "该值集" : set.url;
  const Membership membership = set.Contains(one.system, one.code);
  if (membership == Membership::kNo) return verdict.Refuse(shown + " is not in " + name, shown + " 不在 " + name_zh + " 中");
  if (membership == Membership::kUnknown) {
    return verdict.Refuse("whether " + shown + " is in " + name + " cannot be said: its code system is not here",
                          "本机没有相应代码系统，无法判断 " + shown + " 是否在 " + name_zh + " 中");
  }
  std::vector<const terminology::Component*> systems;
  set.Systems(systems);
  for (const terminology::Component* component : systems) {
    if (!component->code_system || (!one.system.empty() && component->system != one.system)) continue;
    const uint32_t at = component->code_system->Find(one.code);
    if (at == CodeSystem::kNone) continue;
    if (!one.version.empty() && !terminology::VersionFits(component->code_system->version(), one.version)) {
      return verdict.Refuse("the value set uses version " + component->code_system->version() + " of " + component->system + ", not " + one.version,
                            "值集使用 " + component->system + " 的 " + component->code_system->version() + " 版，而非 " + one.version);
    }
    if (!abstract_allowed && component->code_system->IsAbstract(at)) {
      return verdict.Refuse("the code " + one.code + " is abstract", "代码 " + one.code + " 是抽象的，不可直接使用");
    }
    verdict.Accept(*component->code_system, at, one, language);
    const terminology::ListedConcept* listed = set.FindListed(one.system, one.code);
    if (!verdict.result && listed && !listed->display.empty()) {   // the value set may call it otherwise
      verdict.result = true;
      verdict.message.clear();
      verdict.CheckDisplay(one, {listed->display});
    }
    return;
  }
  verdict.result = true;
  verdict.message.clear();
  verdict.code = one.code;
  verdict.system = one.system;
  if (const terminology::ListedConcept* listed = set.FindListed(one.system, one.code)) {
    verdict.display = listed->display;
    if (!listed->display.empty()) verdict.CheckDisplay(one, {listed->display});
  }
}

}  // namespace

Result<http::Response> RunExpand(OperationCall& call) {
  QX_TRY(const ExpandAsked asked, ReadExpand(call.arguments));
  QX_TRY(const AskedSet found, AskedValueSet(call));
  const ValueSet& set = *found.set;
  QX_TRY(const terminology::Expansion expansion, Expand(set, asked.options));
  json::Writer writer;
  writer.BeginObject().Member("resourceType", "ValueSet").MemberIfAny("url", set.url).MemberIfAny("version", set.version);
  writer.MemberIfAny("name", set.name).MemberIfAny("title", set.title).Member("status", set.status.empty() ? "unknown" : set.status);
  writer.Name("expansion").BeginObject();
  writer.Member("identifier", "urn:uuid:" + NewUuid(*call.services.clock, *call.services.random)).Member("timestamp", FormatInstant(call.services.clock->Now()));
  writer.Member("total", expansion.total).Member("offset", asked.options.offset);
  WriteExpansionParameters(writer, set, asked);
  WriteContains(writer, expansion, asked);
  writer.EndObject().EndObject();
  return FhirAnswer(writer.Take());
}

Result<http::Response> RunValidateCode(OperationCall& call) {
  if (call.type == "CodeSystem") return ValidateCodeOfSystem(call);
  const Arguments& arguments = call.arguments;
  QX_DO(arguments.Allow({"url", "valueSet", "valueSetVersion", "code", "system", "systemVersion", "display", "coding", "codeableConcept",
                         "abstract", "displayLanguage", "inferSystem"}));
  QX_TRY(const std::vector<AskedCode> asked, AskedCodes(arguments, "system", "systemVersion"));
  QX_TRY(const AskedSet found, AskedValueSet(call));
  QX_TRY(const bool abstract_allowed, arguments.Boolean("abstract", true));
  QX_TRY(const bool infer, arguments.Boolean("inferSystem", false));
  CodeVerdict verdict;
  for (const AskedCode& one : asked) {
    if (one.system.empty() && !infer) {
      verdict.Refuse("the code " + one.code + " has no system", "代码 " + one.code + " 没有 system");
      continue;
    }
    Judge(*found.set, one, abstract_allowed, arguments.Text("displayLanguage"), verdict);
    if (verdict.result) break;
  }
  return FhirAnswer(verdict.Parameters());
}

namespace {

Result<std::vector<std::string>> AskedMaps(OperationCall& call, const std::string& system) {
  if (!call.id.empty()) {
    QX_TRY(std::string body, ReadInstance(call));
    return std::vector<std::string>{std::move(body)};
  }
  if (const Argument* given = call.arguments.Find("conceptMap"); given && given->resource) {
    return std::vector<std::string>{std::string(given->resource->Raw())};
  }
  terminology::Source& source = call.services.terminology->source();
  const std::string url = call.arguments.Text("url");
  if (url.empty()) return source.MapsFrom(system);
  QX_TRY(std::optional<std::string> map, source.Find("ConceptMap", url, call.arguments.Text("conceptMapVersion")));
  if (!map) return NotFound("unknown-concept-map", "the concept map " + url + " is not known", "没有概念映射 " + url);
  return std::vector<std::string>{std::move(*map)};
}

void WriteMatch(json::Writer& writer, const terminology::Translation& one) {
  writer.BeginObject().Member("name", "match").Name("part").BeginArray();
  WriteParameter(writer, "equivalence", "valueCode", one.equivalence);
  if (!one.code.empty()) {
    writer.BeginObject().Member("name", "concept").Name("valueCoding").BeginObject().MemberIfAny("system", one.system);
    writer.MemberIfAny("version", one.version).Member("code", one.code).MemberIfAny("display", one.display).EndObject().EndObject();
  }
  for (const auto& product : one.products) {
    writer.BeginObject().Member("name", "product").Name("part").BeginArray();
    WriteParameter(writer, "element", "valueUri", product.element);
    writer.BeginObject().Member("name", "concept").Name("valueCoding").BeginObject().MemberIfAny("system", product.system);
    writer.Member("code", product.code).MemberIfAny("display", product.display).EndObject().EndObject();
    writer.EndArray().EndObject();
  }
  if (!one.comment.empty()) WriteParameter(writer, "comment", "valueString", one.comment);
  if (!one.map.empty()) WriteParameter(writer, "source", "valueUri", one.map);
  writer.EndArray().EndObject();
}

std::string TranslationParameters(const std::vector<terminology::Translation>& found) {
  const bool result = std::any_of(found.begin(), found.end(), [](const auto& one) { return one.matches(); });
  json::Writer writer;
  BeginParameters(writer);
  writer.BeginObject().Member("name", "result").Member("valueBoolean", result).EndObject();
  if (!result) WriteParameter(writer, "message", "valueString", "没有找到对应的代码 · no translation was found");
  for (const terminology::Translation& one : found) WriteMatch(writer, one);
  return EndParameters(writer);
}

}  // namespace

Result<http::Response> RunTranslate(OperationCall& call) {
  const Arguments& arguments = call.arguments;
  QX_DO(arguments.Allow({"url", "conceptMap", "conceptMapVersion", "code", "system", "version", "source", "coding", "codeableConcept",
                         "target", "targetsystem", "reverse"}));
  QX_TRY(const std::vector<AskedCode> codes, AskedCodes(arguments, "system", "version"));
  QX_TRY(const bool reverse, arguments.Boolean("reverse", false));
  std::vector<terminology::Translation> found;
  for (const AskedCode& one : codes) {
    terminology::TranslationAsked asked{one.system, one.version, one.code, arguments.Text("targetsystem"), arguments.Text("target"), reverse};
    QX_TRY(std::vector<std::string> maps, AskedMaps(call, one.system));
    std::vector<std::string> done;
    constexpr size_t kMapsMost = 200;      // also those that others send us to
    for (size_t i = 0; i < maps.size() && i < kMapsMost; ++i) {
      QX_TRY(const json::Document document, json::Document::Parse(maps[i]));
      std::vector<std::string> others;
      terminology::Translate(document.root(), asked, found, others);
      for (const std::string& other : others) {
        if (std::find(done.begin(), done.end(), other) != done.end()) continue;
        done.push_back(other);
        QX_TRY(std::optional<std::string> next, call.services.terminology->source().Find("ConceptMap", other, {}));
        if (next) maps.push_back(std::move(*next));
      }
    }
  }
  return FhirAnswer(TranslationParameters(found));
}

}  // namespace qianxian::api
