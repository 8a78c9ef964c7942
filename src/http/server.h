// HTTP/1.1 without routes (Boost.Beast inside server.cc only). IO threads parse and write; handlers run on a pool of
// workers, so a slow handler never holds a connection of another. Limits and time-outs: base/limits.h. Over the queue's
// bound the answer is 503 with Retry-After. gzip both ways. Slow readers and writers are closed.
// Threads: Handler is called from many threads at once.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace qianxian::http {

struct Request {
  std::string method;                      // "GET"
  std::string path;                        // decoded: "/fhir/Patient"
  std::string target;                      // as sent: "/fhir/Patient?name=%E7%8E%8B"
  std::vector<std::pair<std::string, std::string>> query;    // decoded, in order
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  std::string upload_path;                 // a streamed upload (see ServerOptions::upload): the temporary file; the handler
                                           // owns it and must move or remove it
  std::string peer;                        // "127.0.0.1"
  std::string_view Header(std::string_view lower_case_name) const;   // "" if none
  std::string_view QueryValue(std::string_view name) const;          // first, "" if none
  std::string Cookie(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string file_path;                   // if set, the file is streamed as the body
  Response& Set(std::string_view name, std::string_view value);
};

using Handler = std::function<Response(Request&)>;

struct ServerOptions {
  std::string address = "127.0.0.1";
  uint16_t port = 8080;                    // 0: any free one
  int io_threads = 2;
  int workers = 0;                         // 0 = limits::kHttpWorkers
  // Says for a request's method and path (before its body) whether the body goes to a file in this folder; "" = memory.
  std::function<std::string(std::string_view method, std::string_view path)> upload;
};

class Server {
 public:
  virtual ~Server() = default;
  // Listens at once; unavailable ("port-taken", "address") if it cannot.
  static Result<std::unique_ptr<Server>> Start(const ServerOptions& options, Handler handler);
  virtual uint16_t port() const = 0;
  virtual void Stop() = 0;                 // finishes what is under way (up to 5 s), then closes
};

// A small client for the command line and tests: one request, whole answer, bounded time.
struct ClientRequest {
  std::string host = "127.0.0.1";
  uint16_t port = 0;
  std::string method = "GET";
  std::string target = "/";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  int timeout_seconds = 60;
};
Result<Response> Send(const ClientRequest& request);

// Router: method and pattern to handler. Patterns: "/api/gaps/{id}", "/fhir/{rest...}".
using Parameters = std::map<std::string, std::string, std::less<>>;
class Router {
 public:
  using RouteHandler = std::function<Response(Request&, const Parameters&)>;
  void Add(std::string method, std::string pattern, RouteHandler handler);
  // 404 / 405 (with Allow) are the caller's to word: none = no such path; `allowed` gets the methods that would do.
  std::optional<Response> Route(Request& request, std::vector<std::string>* allowed = nullptr) const;

 private:
  struct Entry;
  std::vector<std::shared_ptr<Entry>> entries_;
};

std::string PercentEncode(std::string_view text);
std::string PercentDecode(std::string_view text, bool plus_is_space);
std::vector<std::pair<std::string, std::string>> ParseQuery(std::string_view query);

}  // namespace qianxian::http
