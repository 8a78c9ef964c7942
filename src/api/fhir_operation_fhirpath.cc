// $fhirpath: evaluates an expression on a resource that is sent along, and gives each result with its type, in the form
// that public FHIRPath test pages speak. Nothing is read from the record.
// Source: https://github.com/brianpos/fhirpath-lab (server API), https://hl7.org/fhirpath/N1/
#include "api/fhir_operations.h"
#include "api/outcome.h"
#include "base/text.h"
#include "fhirpath/engine.h"
#include "json/writer.h"
#include "xml/fhir_xml.h"

namespace qianxian::api {
namespace {

constexpr std::string_view kJsonValue = "http://fhir.forms-lab.com/StructureDefinition/json-value";
constexpr std::string_view kXmlValue = "http://fhir.forms-lab.com/StructureDefinition/xml-value";

struct Traced {
  std::string name;
  fhirpath::Collection items;
};

// "FHIR.HumanName" → "HumanName", "System.String" → "string", "FHIR.Patient.contact" → "Patient.contact".
std::string TypeOf(const fhirpath::Item& item) {
  std::string name = fhirpath::TypeName(item);
  if (StartsWith(name, "FHIR.")) return name.substr(5);
  if (!StartsWith(name, "System.")) return name;
  name = name.substr(7);
  if (name != "Quantity") name[0] = static_cast<char>(name[0] - 'A' + 'a');
  return name;
}

bool FitsValue(const fhir::Definitions& definitions, const std::string& type) {
  const fhir::Type* parameter = definitions.Find("Parameters.parameter");
  std::string member = "value" + type;
  if (member.size() > 5) member[5] = static_cast<char>(ToUpperAscii(member.substr(5, 1))[0]);
  return parameter && parameter->FindMember(member) != nullptr;
}

std::string ValueName(const std::string& type) { return "value" + ToUpperAscii(type.substr(0, 1)) + type.substr(1); }

void WriteJsonValue(json::Writer& writer, std::string_view json) {
  writer.Name("extension").BeginArray().BeginObject().Member("url", kJsonValue).Member("valueString", json).EndObject().EndArray();
}

// A value that was computed, not a place in the resource.
void WriteSystem(json::Writer& writer, const fhirpath::Item& item, const std::string& type, fhirpath::Arena& arena) {
  std::string text = fhirpath::ToText(item, arena).value_or("");
  switch (item.kind) {
    case fhirpath::ItemKind::kBoolean: writer.Name("valueBoolean").Boolean(item.boolean); break;
    case fhirpath::ItemKind::kInteger: writer.Name("valueInteger").Number(text); break;
    case fhirpath::ItemKind::kDecimal: writer.Name("valueDecimal").Number(text); break;
    case fhirpath::ItemKind::kQuantity: {
      fhirpath::Item number = fhirpath::Item::Decimal(item.number);
      writer.Name("valueQuantity").BeginObject().Name("value").Number(fhirpath::ToText(number, arena).value_or("0"));
      writer.MemberIfAny("unit", item.text);
      if (!item.calendar && !item.text.empty()) writer.Member("system", "http://unitsofmeasure.org").Member("code", item.text);
      writer.EndObject();
      break;
    }
    case fhirpath::ItemKind::kDate:
    case fhirpath::ItemKind::kDateTime:
    case fhirpath::ItemKind::kTime: writer.Member(ValueName(type), text); break;
    default: writer.Member("valueString", text); break;
  }
}

void WriteItem(json::Writer& writer, const fhir::Definitions& definitions, const fhirpath::Item& item, fhirpath::Arena& arena) {
  std::string type = TypeOf(item);
  writer.BeginObject();
  if (!item.IsNode() && item.kind == fhirpath::ItemKind::kString && item.text.empty()) {
    writer.Member("name", "empty-string").EndObject();
    return;
  }
  writer.Member("name", type.empty() ? "unknown" : type);
  if (!item.IsNode()) {
    WriteSystem(writer, item, type, arena);
  } else if (item.type && item.type->kind == fhir::TypeKind::kResource) {
    writer.Name("resource").Copy(item.json);
  } else if (item.type && item.type->kind != fhir::TypeKind::kBackbone && FitsValue(definitions, type)) {
    if (!item.json.IsNull()) writer.Name(ValueName(type)).Copy(item.json);
    if (!item.shadow.IsNull()) writer.Name("_" + ValueName(type)).Copy(item.shadow);
  } else {
    WriteJsonValue(writer, item.json.Raw());
  }
  writer.EndObject();
}

// The resource as it was sent: a resource, or its JSON or XML as the text of an extension.
Result<json::Document> ReadResource(const OperationCall& call) {
  const Argument* argument = call.arguments.Find("resource");
  if (argument && argument->resource) return json::Document::Parse(std::string(argument->resource->Raw()));
  if (argument) {
    for (json::Value extension : argument->whole.Find("extension").value_or(json::Value()).Elements()) {
      std::string_view text = extension.FindString("valueString");
      if (extension.FindString("url") == kJsonValue) return json::Document::Parse(std::string(text));
      if (extension.FindString("url") != kXmlValue) continue;
      QX_TRY(std::string json, xml::ToJson(*call.services.definitions, text));
      return json::Document::Parse(std::move(json));
    }
  }
  return Invalid("bad-parameters", "send the resource to evaluate on, as parameter resource", "请以参数 resource 提交要求值的资源");
}

// Variables of the request: parts with a name, and a value of any type, a resource, or JSON in an extension.
Status SetVariables(const OperationCall& call, fhirpath::Environment& environment) {
  const fhir::Definitions& definitions = *call.services.definitions;
  const fhir::Type* parameter = definitions.Find("Parameters.parameter");
  for (const Argument* variables : call.arguments.FindAll("variables")) {
    for (json::Value part : variables->parts.value_or(json::Value()).Elements()) {
      std::string name(part.FindString("name"));
      fhirpath::Collection value;
      for (json::Member member : part.Members()) {
        if (member.name == "resource") value.push_back(fhirpath::ResourceItem(definitions, member.value));
        const fhir::Member* known = StartsWith(member.name, "value") && parameter ? parameter->FindMember(member.name) : nullptr;
        if (known) value.push_back(fhirpath::NodeItem(member.value, known->type->type));
      }
      if (name.empty()) return Invalid("bad-parameters", "a variable needs a name", "变量缺少名称");
      environment.variables[name] = std::move(value);
    }
  }
  return Ok();
}

class Run {
 public:
  Run(const OperationCall& call, json::Value resource) : call_(call), resource_(resource) {}

  Result<std::string> Answer() {
    std::string text = call_.arguments.Text("expression"), context_text = call_.arguments.Text("context");
    if (text.empty()) return Invalid("bad-parameters", "send the expression, as parameter expression", "请以参数 expression 提交表达式");
    QX_TRY(expression_, fhirpath::Expression::Parse(text));
    fhirpath::Environment environment;
    environment.definitions = call_.services.definitions;
    environment.now = call_.services.clock->Now();
    environment.trace = [this](std::string_view name, const fhirpath::Collection& items) { traced_.push_back({std::string(name), items}); };
    QX_DO(SetVariables(call_, environment));
    fhirpath::Evaluator evaluator(std::move(environment));
    fhirpath::Item root = fhirpath::ResourceItem(*call_.services.definitions, resource_);
    writer_.BeginObject().Member("resourceType", "Parameters").Member("id", "fhirpath").Name("parameter").BeginArray();
    WriteRequest(text, context_text);
    if (context_text.empty()) {
      QX_DO(WriteResult(evaluator, root, root, ""));
    } else {
      QX_TRY(fhirpath::Expression context, fhirpath::Expression::Parse(context_text));
      QX_TRY(fhirpath::Collection places, evaluator.Evaluate(context, root));
      traced_.clear();
      for (size_t i = 0; i < places.size(); ++i) {
        QX_DO(WriteResult(evaluator, places[i], root, context_text + "[" + std::to_string(i) + "]"));
      }
    }
    writer_.EndArray().EndObject();
    return writer_.Take();
  }

 private:
  void WriteRequest(const std::string& text, const std::string& context) {
    writer_.BeginObject().Member("name", "parameters").Name("part").BeginArray();
    auto part = [&](std::string_view name, std::string_view value) {
      if (!value.empty()) writer_.BeginObject().Member("name", name).Member("valueString", value).EndObject();
    };
    part("evaluator", "Qianxian " + call_.services.version + " (R4)");
    part("context", context);
    part("expression", text);
    writer_.BeginObject().Member("name", "resource").Name("resource").Copy(resource_).EndObject();
    for (const Argument* variables : call_.arguments.FindAll("variables")) {
      if (variables->parts) writer_.BeginObject().Member("name", "variables").Name("part").Copy(*variables->parts).EndObject();
    }
    writer_.EndArray().EndObject();
  }

  Status WriteResult(fhirpath::Evaluator& evaluator, const fhirpath::Item& focus, const fhirpath::Item& root, const std::string& place) {
    QX_TRY(fhirpath::Collection items, evaluator.Evaluate(*expression_, focus, root));
    writer_.BeginObject().Member("name", "result").MemberIfAny("valueString", place);
    if (!items.empty() || !traced_.empty()) writer_.Name("part").BeginArray();
    const fhir::Definitions& definitions = *call_.services.definitions;
    for (const fhirpath::Item& item : items) WriteItem(writer_, definitions, item, evaluator.arena());
    for (const Traced& traced : traced_) {
      writer_.BeginObject().Member("name", "trace").Member("valueString", traced.name);
      if (!traced.items.empty()) writer_.Name("part").BeginArray();
      for (const fhirpath::Item& item : traced.items) WriteItem(writer_, definitions, item, evaluator.arena());
      if (!traced.items.empty()) writer_.EndArray();
      writer_.EndObject();
    }
    if (!items.empty() || !traced_.empty()) writer_.EndArray();
    writer_.EndObject();
    traced_.clear();
    return Ok();
  }

  const OperationCall& call_;
  json::Value resource_;
  std::optional<fhirpath::Expression> expression_;
  std::vector<Traced> traced_;
  json::Writer writer_;
};

}  // namespace

Result<http::Response> RunFhirPath(OperationCall& call) {
  QX_TRY(json::Document resource, ReadResource(call));
  if (!resource.root().IsObject()) return Invalid("bad-parameters", "the resource is no JSON object", "资源不是 JSON 对象");
  QX_TRY(std::string answer, Run(call, resource.root()).Answer());
  return FhirAnswer(std::move(answer));
}

Result<http::Response> RunConvert(OperationCall& call) {
  QX_DO(call.arguments.Allow({"input", "resource"}));
  const Argument* input = call.arguments.Find("input");
  if (!input) input = call.arguments.Find("resource");
  if (!input || !input->resource) return Invalid("bad-parameters", "send the resource to convert", "请提交要转换的资源");
  return FhirAnswer(std::string(input->resource->Raw()));
}

}  // namespace qianxian::api
