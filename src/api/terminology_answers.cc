#include "api/terminology_answers.h"

#include <algorithm>

#include "search/parameters.h"
#include "store/masked.h"

namespace qianxian::api {
namespace {

AskedCode ReadCoding(json::Value coding) {
  return {std::string(coding.FindString("system")), std::string(coding.FindString("version")), std::string(coding.FindString("code")),
          std::string(coding.FindString("display"))};
}

}  // namespace

Result<std::vector<AskedCode>> AskedCodes(const Arguments& arguments, std::string_view system_name, std::string_view version_name) {
  std::vector<AskedCode> asked;
  if (const Argument* coding = arguments.Find("coding"); coding && coding->value) asked.push_back(ReadCoding(*coding->value));
  if (const Argument* given = arguments.Find("codeableConcept"); given && given->value) {
    if (const auto codings = given->value->Find("coding")) {
      for (json::Value coding : codings->Elements()) asked.push_back(ReadCoding(coding));
    }
  }
  if (!arguments.Text("code").empty()) {
    asked.push_back({arguments.Text(system_name), arguments.Text(version_name), arguments.Text("code"), arguments.Text("display")});
  }
  std::erase_if(asked, [](const AskedCode& one) { return one.code.empty(); });
  if (asked.empty()) {
    return Invalid("missing-parameter", "say which code (code and system, or coding, or codeableConcept)",
                   "请给出代码（code 与 system，或 coding，或 codeableConcept）");
  }
  for (AskedCode& one : asked) {
    if (one.version.empty()) one.version = arguments.Text(version_name);
  }
  return asked;
}

Result<AskedCode> OneCode(const Arguments& arguments, std::string_view system_name, std::string_view version_name) {
  QX_TRY(std::vector<AskedCode> asked, AskedCodes(arguments, system_name, version_name));
  return asked[0];
}

Result<std::string> ReadInstance(OperationCall& call) {
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store::OpenView(*call.services.store, call.exchange.caller()));
  QX_TRY(store::Resource resource, snapshot->Read(call.type, call.id));
  return std::move(resource.body);
}

void BeginParameters(json::Writer& writer) {
  writer.BeginObject().Member("resourceType", "Parameters").Name("parameter").BeginArray();
}

void WriteParameter(json::Writer& writer, std::string_view name, std::string_view value_name, std::string_view text) {
  writer.BeginObject().Member("name", name).Member(value_name, text).EndObject();
}

std::string EndParameters(json::Writer& writer) {
  writer.EndArray().EndObject();
  return writer.Take();
}

void CodeVerdict::Refuse(std::string en, std::string zh) {
  if (message.empty()) message = zh + " · " + en;
}

void CodeVerdict::CheckDisplay(const AskedCode& asked, const std::vector<std::string>& right) {
  if (asked.display.empty() || right.empty()) return;
  const std::string given = search::Fold(asked.display);
  if (std::any_of(right.begin(), right.end(), [&](const std::string& one) { return search::Fold(one) == given; })) return;
  result = false;
  message = "名称“" + asked.display + "”与代码 " + asked.code + " 不符，应为“" + right[0] + "” · the display \"" + asked.display +
            "\" is not that of " + asked.code + ": \"" + right[0] + "\"";
}

void CodeVerdict::Accept(const terminology::CodeSystem& code_system, uint32_t at, const AskedCode& asked, std::string_view language) {
  result = true;
  message.clear();
  code = code_system.Code(at);
  system = code_system.url();
  version = code_system.version();
  display = code_system.DisplayIn(at, language);
  inactive = code_system.IsInactive(at);
  std::vector<std::string> right;
  if (!code_system.Display(at).empty()) right.emplace_back(code_system.Display(at));
  for (const terminology::Designation& one : code_system.Designations(at)) right.emplace_back(one.value);
  CheckDisplay(asked, right);
}

std::string CodeVerdict::Parameters() const {
  json::Writer writer;
  BeginParameters(writer);
  writer.BeginObject().Member("name", "result").Member("valueBoolean", result).EndObject();
  if (!message.empty()) WriteParameter(writer, "message", "valueString", message);
  if (!display.empty()) WriteParameter(writer, "display", "valueString", display);
  if (!code.empty()) WriteParameter(writer, "code", "valueCode", code);
  if (!system.empty()) WriteParameter(writer, "system", "valueUri", system);
  if (!version.empty()) WriteParameter(writer, "version", "valueString", version);
  if (inactive) writer.BeginObject().Member("name", "inactive").Member("valueBoolean", true).EndObject();
  return EndParameters(writer);
}

}  // namespace qianxian::api
