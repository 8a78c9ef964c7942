#include "api/fhir_format.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "api/fhir_filter.h"
#include "api/outcome.h"
#include "base/text.h"
#include "xml/fhir_xml.h"

namespace qianxian::api {
namespace {

constexpr std::string_view kFhirXml = "application/fhir+xml; charset=utf-8";

// "application/fhir+xml", "text/xml", "xml" (and "application/fhir xml": a '+' that was not percent-encoded).
bool SaysXml(std::string_view type) { return type.find("xml") != std::string_view::npos; }
bool SaysJson(std::string_view type) { return type.find("json") != std::string_view::npos; }

double QualityOf(std::string_view range) {
  size_t at = range.find(";q=");
  return at == std::string_view::npos ? 1.0 : std::strtod(std::string(range.substr(at + 3)).c_str(), nullptr);
}

Error NotAcceptable() {
  return Invalid("not-acceptable", "answers come as application/fhir+json or application/fhir+xml", "本服务仅以 application/fhir+json 或 application/fhir+xml 应答");
}

}  // namespace

Result<Format> FormatAskedFor(const http::Request& request) {
  std::optional<Format> named;
  for (const auto& [name, value] : request.query) {
    if (name != "_format") continue;
    std::string format = ToLowerAscii(value);
    if (SaysJson(format)) named = Format::kJson;
    else if (SaysXml(format)) named = Format::kXml;
    else return NotAcceptable();
  }
  if (named) return *named;
  std::string accept = ReplaceAll(ToLowerAscii(request.Header("accept")), " ", "");
  if (accept.empty()) return Format::kJson;
  double json = 0, xml = 0;
  for (std::string_view range : Split(accept, ',')) {
    double quality = QualityOf(range);
    bool any = StartsWith(range, "*/*") || StartsWith(range, "application/*");
    // A browser's "text/html, application/xml;q=0.9, */*;q=0.8" asks for no FHIR at all.
    bool xml_of_fhir = SaysXml(range) && range.find("xhtml") == std::string_view::npos;
    if (SaysJson(range) || any) json = std::max(json, quality);
    if (xml_of_fhir || any) xml = std::max(xml, xml_of_fhir ? quality : quality * 0.5);
  }
  if (accept.find("text/html") != std::string::npos && accept.find("fhir") == std::string::npos) return Format::kJson;
  if (json == 0 && xml == 0) return NotAcceptable();
  return xml > json ? Format::kXml : Format::kJson;
}

Status CheckContentType(const http::Request& request) {
  std::string type = ToLowerAscii(request.Header("content-type"));
  bool has_body = request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (!has_body || type.empty() || SaysJson(type)) return Ok();
  if (SaysXml(type) && type.find("xml-patch") == std::string::npos) return Ok();
  if (type.find("application/x-www-form-urlencoded") != std::string::npos) return Ok();
  return Invalid("unsupported-media-type", "send application/fhir+json or application/fhir+xml", "请以 application/fhir+json 或 application/fhir+xml 发送");
}

Result<std::string> BodyAsJson(const fhir::Definitions& definitions, std::string_view content_type, std::string body) {
  if (!SaysXml(ToLowerAscii(content_type)) || TrimAscii(body).empty()) return body;
  return xml::ToJson(definitions, body);
}

http::Response InFormat(const fhir::Definitions& definitions, Format format, bool pretty, http::Response response) {
  if (response.body.empty() || response.Header("content-type") != kFhirJson) return response;
  if (format == Format::kJson && !pretty) return response;
  Result<json::Document> document = json::Document::Parse(std::move(response.body));
  if (!document.ok()) return FhirError(document.error());
  if (format == Format::kJson) {
    response.body = Indent(document->root());
    return response;
  }
  Result<std::string> written = xml::FromJson(definitions, document->root(), pretty);
  if (!written.ok()) return FhirError(written.error());
  response.body = std::move(*written);
  response.Set("Content-Type", kFhirXml);
  return response;
}

}  // namespace qianxian::api
