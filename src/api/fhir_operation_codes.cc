// CodeSystem/$lookup, $validate-code, $subsumes: questions about one code system.
// Source: https://hl7.org/fhir/R4/codesystem-operations.html
#include "api/fhir_operations.h"
#include "api/outcome.h"
#include "api/terminology_answers.h"
#include "base/text.h"
#include "json/writer.h"

namespace qianxian::api {
namespace {

using terminology::CodeSystem;

// The code system that is asked about: the instance, the parameter `codeSystem`, or by URL.
Result<std::shared_ptr<const CodeSystem>> AskedSystem(OperationCall& call, std::string url, std::string version) {
  if (!call.id.empty()) {
    QX_TRY(const std::string body, ReadInstance(call));
    QX_TRY(const json::Document document, json::Document::Parse(body));
    return CodeSystem::Read(document.root());
  }
  if (const Argument* given = call.arguments.Find("codeSystem"); given && given->resource) return CodeSystem::Read(*given->resource);
  if (url.empty()) return Invalid("missing-parameter", "say which code system (system or url)", "请指明代码系统（system 或 url）");
  return call.services.terminology->NeedCodeSystem(url, version);
}

void WriteProperty(json::Writer& writer, const terminology::Property& property) {
  writer.BeginObject().Member("name", "property").Name("part").BeginArray();
  WriteParameter(writer, "code", "valueCode", property.code);
  if (property.type == "Coding") {
    writer.BeginObject().Member("name", "value").Name("valueCoding").BeginObject().MemberIfAny("system", property.system);
    writer.MemberIfAny("code", property.value).MemberIfAny("display", property.display).EndObject().EndObject();
  } else {
    const std::string name = "value" + std::string(1, static_cast<char>(property.type[0] - 'a' + 'A')) + std::string(property.type.substr(1));
    const bool bare = property.type == "integer" || property.type == "boolean" || property.type == "decimal";
    writer.BeginObject().Member("name", "value").Name(name);
    bare ? writer.Raw(property.value) : writer.String(property.value);
    writer.EndObject();
  }
  writer.EndArray().EndObject();
}

void WriteDesignation(json::Writer& writer, const terminology::Designation& one) {
  writer.BeginObject().Member("name", "designation").Name("part").BeginArray();
  if (!one.language.empty()) WriteParameter(writer, "language", "valueCode", one.language);
  if (!one.use_code.empty()) {
    writer.BeginObject().Member("name", "use").Name("valueCoding").BeginObject().MemberIfAny("system", one.use_system);
    writer.Member("code", one.use_code).MemberIfAny("display", one.use_display).EndObject().EndObject();
  }
  WriteParameter(writer, "value", "valueString", one.value);
  writer.EndArray().EndObject();
}

void WriteProperties(json::Writer& writer, const CodeSystem& system, uint32_t at, const std::vector<std::string>& wanted) {
  const auto asked = [&](std::string_view name) {
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end();
  };
  for (const terminology::Property& property : system.Properties(at)) {
    const bool below = property.code == "parent" || property.code == "child";
    if (asked(property.code) && !below) WriteProperty(writer, property);
  }
  if (asked("parent")) {
    for (uint32_t other : system.Parents(at)) WriteProperty(writer, {"parent", "code", system.Code(other), {}, {}});
  }
  if (asked("child")) {
    for (uint32_t other : system.Children(at)) WriteProperty(writer, {"child", "code", system.Code(other), {}, {}});
  }
}

}  // namespace

Result<http::Response> RunLookup(OperationCall& call) {
  const Arguments& arguments = call.arguments;
  QX_DO(arguments.Allow({"code", "system", "version", "coding", "displayLanguage", "property"}));
  QX_TRY(const AskedCode asked, OneCode(arguments, "system", "version"));
  QX_TRY(const auto system, AskedSystem(call, asked.system, asked.version));
  const uint32_t at = system->Find(asked.code);
  if (at == CodeSystem::kNone) {
    const std::string shown = system->url() + (system->version().empty() ? "" : "|" + system->version());
    return NotFound("unknown-code", "the code " + asked.code + " is not in " + shown, shown + " 中没有代码 " + asked.code);
  }
  std::vector<std::string> wanted;
  for (const Argument* one : arguments.FindAll("property")) wanted.push_back(one->text);
  const auto has = [&](std::string_view name) { return wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end(); };
  json::Writer writer;
  BeginParameters(writer);
  WriteParameter(writer, "name", "valueString", system->title().empty() ? system->name() : system->title());
  if (!system->version().empty()) WriteParameter(writer, "version", "valueString", system->version());
  WriteParameter(writer, "display", "valueString", system->DisplayIn(at, arguments.Text("displayLanguage")));
  if (has("definition") && !system->Definition(at).empty()) {
    WriteProperty(writer, {"definition", "string", system->Definition(at), {}, {}});
  }
  if (has("inactive") && system->IsInactive(at)) WriteProperty(writer, {"inactive", "boolean", "true", {}, {}});
  if (has("designation")) {
    for (const terminology::Designation& one : system->Designations(at)) WriteDesignation(writer, one);
  }
  WriteProperties(writer, *system, at, wanted);
  return FhirAnswer(EndParameters(writer));
}

Result<http::Response> ValidateCodeOfSystem(OperationCall& call) {
  const Arguments& arguments = call.arguments;
  QX_DO(arguments.Allow({"url", "codeSystem", "code", "version", "display", "coding", "codeableConcept", "abstract", "displayLanguage"}));
  QX_TRY(const std::vector<AskedCode> asked, AskedCodes(arguments, "url", "version"));
  const std::string url = arguments.Text("url").empty() ? asked[0].system : arguments.Text("url");
  QX_TRY(const auto system, AskedSystem(call, url, asked[0].version));
  QX_TRY(const bool abstract_allowed, arguments.Boolean("abstract", true));
  CodeVerdict verdict;
  for (const AskedCode& one : asked) {
    if (!one.system.empty() && one.system != system->url()) {
      verdict.Refuse("the code is of " + one.system + ", not of " + system->url(), "该代码属于 " + one.system + "，不属于 " + system->url());
      continue;
    }
    const uint32_t at = system->Find(one.code);
    if (at == CodeSystem::kNone) {
      verdict.Refuse("the code " + one.code + " is not in " + system->url(), system->url() + " 中没有代码 " + one.code);
      continue;
    }
    if (!abstract_allowed && system->IsAbstract(at)) {
      verdict.Refuse("the code " + one.code + " is abstract", "代码 " + one.code + " 是抽象的，不可直接使用");
      continue;
    }
    verdict.Accept(*system, at, one, arguments.Text("displayLanguage"));
    break;
  }
  return FhirAnswer(verdict.Parameters());
}

Result<http::Response> RunSubsumes(OperationCall& call) {
  const Arguments& arguments = call.arguments;
  QX_DO(arguments.Allow({"codeA", "codeB", "system", "version", "codingA", "codingB"}));
  std::string codes[2], systems[2];
  for (int i = 0; i < 2; ++i) {
    const std::string letter(1, static_cast<char>('A' + i));
    codes[i] = arguments.Text("code" + letter);
    systems[i] = arguments.Text("system");
    if (const Argument* coding = arguments.Find("coding" + letter); coding && coding->value) {
      codes[i] = coding->value->FindString("code");
      systems[i] = coding->value->FindString("system");
    }
    if (codes[i].empty()) return Invalid("missing-parameter", "give codeA and codeB, or codingA and codingB", "请给出 codeA 和 codeB，或 codingA 和 codingB");
  }
  QX_TRY(const auto system, AskedSystem(call, systems[0], arguments.Text("version")));
  uint32_t at[2];
  for (int i = 0; i < 2; ++i) {
    if (!systems[i].empty() && systems[i] != system->url()) {
      return Invalid("two-systems", "both codes must be of " + system->url(), "两个代码应同属 " + system->url());
    }
    at[i] = system->Find(codes[i]);
    if (at[i] == CodeSystem::kNone) return NotFound("unknown-code", "the code " + codes[i] + " is not in " + system->url(), system->url() + " 中没有代码 " + codes[i]);
  }
  const char* outcome = at[0] == at[1]                      ? "equivalent"
                        : system->Subsumes(at[0], at[1]) ? "subsumes"
                        : system->Subsumes(at[1], at[0]) ? "subsumed-by"
                                                         : "not-subsumed";
  json::Writer writer;
  BeginParameters(writer);
  WriteParameter(writer, "outcome", "valueCode", outcome);
  return FhirAnswer(EndParameters(writer));
}

}  // namespace qianxian::api
