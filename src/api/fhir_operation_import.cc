// $import, asked: a Parameters resource, or the JSON form of the proposal; the request becomes a job (fhir_import.h).
// Source: https://github.com/smart-on-fhir/bulk-import/blob/master/import.md#bulk-data-import-kick-off-request
#include "api/fhir_import.h"
#include "api/fhir_operations.h"
#include "base/limits.h"
#include "store/masked.h"

namespace qianxian::api {
namespace {

struct Asked {
  std::string format;
  std::vector<ImportInput> inputs;
};

Error BadParameters() {
  return Invalid("bad-parameters", "send Parameters or JSON with inputFormat and input (type, url)", "请提交含 inputFormat 与 input（type、url）的 Parameters 或 JSON");
}

// inputSource and storageDetail are the asker's own notes: where a file may come from is decided here, by its address.
Result<Asked> ReadPlain(json::Value body) {
  Asked asked;
  for (json::Member member : body.Members()) {
    if (member.name == "inputFormat" && member.value.IsString()) asked.format = member.value.AsString();
    else if (member.name == "input" && member.value.IsArray()) {
      for (json::Value input : member.value.Elements()) asked.inputs.push_back({std::string(input.FindString("type")), std::string(input.FindString("url"))});
    } else if (member.name != "inputSource" && member.name != "storageDetail") {
      return BadParameters();
    }
  }
  return asked;
}

Result<Asked> ReadParameters(const NamedValues& query, json::Value body) {
  Asked asked;
  QX_TRY(Arguments arguments, Arguments::Read(query, body));
  QX_DO(arguments.Allow({"inputFormat", "inputSource", "storageDetail", "input"}));
  asked.format = arguments.Text("inputFormat");
  for (const Argument* argument : arguments.FindAll("input")) {
    ImportInput input;
    for (json::Value part : argument->parts.value_or(json::Value()).Elements()) {
      std::string_view name = part.FindString("name");
      std::string text;
      for (json::Member member : part.Members()) {
        if (member.name.substr(0, 5) == "value" && member.value.IsString()) text = member.value.AsString();
      }
      if (name == "type") input.type = text;
      else if (name == "url") input.url = text;
      else return BadParameters();
    }
    asked.inputs.push_back(std::move(input));
  }
  return asked;
}

Status CheckFormat(const std::string& format) {
  for (std::string_view known : {"", "application/fhir+ndjson", "application/ndjson", "ndjson"}) {
    if (format == known) return Ok();
  }
  return Invalid("bad-value", "inputFormat is application/fhir+ndjson", "inputFormat 只能是 application/fhir+ndjson");
}

}  // namespace

Result<http::Response> RunImport(OperationCall& call) {
  QX_DO(access::Decide(call.exchange.caller(), access::Verb::kImport, "*",
                       call.exchange.caller().whole_county || call.exchange.caller().organizations.empty() ? "" : call.exchange.caller().organizations.front()));
  QX_TRY(json::Document body, json::Document::Parse(call.call.body));
  if (!body.root().IsObject()) return BadParameters();
  QX_TRY(Asked asked, body.root().FindString("resourceType").empty() ? ReadPlain(body.root()) : ReadParameters(call.call.query, body.root()));
  QX_DO(CheckFormat(asked.format));
  if (asked.inputs.empty()) return BadParameters();
  if (asked.inputs.size() > kBulkImportInputs) return Invalid("too-many-values", "too many inputs for one import", "一次导入的文件过多");
  for (const ImportInput& input : asked.inputs) {
    if (!input.type.empty() && !call.services.definitions->FindResource(input.type)) {
      return Invalid("bad-value", "R4 has no resource type " + input.type, "R4 没有这种资源类型：" + input.type);
    }
    QX_DO(CheckImportUrl(call.services, input.url));
  }
  QX_TRY(auto snapshot, store::OpenView(*call.services.store, call.exchange.caller()));
  return StartJob(call, "import", ImportRequestJson(asked.inputs), snapshot->t());
}

}  // namespace qianxian::api
