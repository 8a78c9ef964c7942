// JSON or XML: what a request asks for, what it was sent as, and the change from one to the other at the edge; inside, all is
// JSON. Pure; any thread. Errors: invalid ("not-acceptable", "unsupported-media-type"), and those of xml/.
// Source: https://hl7.org/fhir/R4/http.html#mime-type
#pragma once

#include "api/fhir_exchange.h"
#include "http/server.h"

namespace qianxian::api {

enum class Format { kJson, kXml };

// By _format, else by Accept; JSON where both would do.
Result<Format> FormatAskedFor(const http::Request& request);
// The media type that the request's body is sent as is one that is taken.
Status CheckContentType(const http::Request& request);
// A body that was sent as XML, as JSON; any other as it is.
Result<std::string> BodyAsJson(const fhir::Definitions& definitions, std::string_view content_type, std::string body);
// A FHIR answer in the format, indented if `pretty`.
http::Response InFormat(const fhir::Definitions& definitions, Format format, bool pretty, http::Response response);

}  // namespace qianxian::api
