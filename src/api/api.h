// The whole HTTP face: who asks (cookie or bearer token), then /fhir, /api, /health, /ready, /metrics or the page's files; security headers
// on every answer. Threads: Handle is called from many at once. Failures: none leaves but as a response.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/services.h"
#include "http/server.h"

namespace qianxian::flow {
class Flow;
}

namespace qianxian::api {

class EventStream;

class Api {
 public:
  virtual ~Api() = default;                // asks imports at work to stop, and waits
  // `flow`: the engine of pathways; without it there are none of its calls.
  static std::unique_ptr<Api> Make(const Services& services, flow::Flow* flow = nullptr);

  virtual http::Response Handle(http::Request& request) = 0;
  // For http::ServerOptions: where uploads go, what may be answered on the io thread, words for the server's own answers.
  virtual std::string UploadDirectory(std::string_view method, std::string_view path) const = 0;
  // Looks at an upload's header before its body is taken: an answer refuses it.
  virtual std::optional<http::Response> AdmitUpload(const http::Request& request) = 0;
  virtual bool IsQuick(std::string_view method, std::string_view path) const = 0;
  virtual http::Response Refuse(int status, std::string_view path) = 0;
  // Makes the answers of the first view, when there are newer data, and tells the open pages.
  virtual void WarmUp() = 0;
  // For notices of other parts of the program (api/event_stream.h).
  virtual EventStream& events() = 0;
};

}  // namespace qianxian::api
