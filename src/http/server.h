// HTTP/1.1 without routes, plain or over TLS (Boost and OpenSSL only inside this folder). IO threads parse and write; handlers run on a
// pool of workers, so a slow handler never holds a connection of another. Limits and time-outs: base/limits.h. Over the
// queue's bound, in number or in time (base/limits_overload.h), the answer is 503 with Retry-After. gzip both ways: a packed request body is unpacked before the handler
// (an upload to a file is left as it was sent), an answer is packed when the client takes it and it is text. HEAD is the
// handler's GET without the body. A handler that throws is a 500. Slow readers and writers are closed.
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
#include "base/limits.h"
#include "base/result.h"

namespace qianxian::http {

class Pipe;                                // http/pipe.h

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
  bool secure = false;                     // it came over TLS, to us or to a proxy that we were told of
  std::string_view Header(std::string_view lower_case_name) const;   // "" if none
  std::string_view QueryValue(std::string_view name) const;          // first, "" if none
  std::string Cookie(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string file_path;                   // if set, the file is streamed as the body
  std::shared_ptr<Pipe> pipe;              // if set, the body goes on (http/pipe.h); with status 101 it is a WebSocket
  Response& Set(std::string_view name, std::string_view value);      // replaces one of that name
  std::string_view Header(std::string_view lower_case_name) const;   // "" if none
};

using Handler = std::function<Response(Request&)>;

struct TlsOptions {
  std::string certificate_file;            // PEM: the server's own certificate, then those up to its authority
  std::string key_file;                    // PEM without a password; refused ("key-readable") if others may read it
  bool tls_1_2 = false;                    // TLS 1.2 too, not only 1.3
};
struct Certificate {
  std::string name;                        // its common name, "" if it has none
  Instant valid_from, valid_until;
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  uint16_t port = 8080;                    // 0: any free one
  std::optional<TlsOptions> tls;           // none: plain HTTP
  // A proxy stands before this server, and nobody else reaches it: X-Forwarded-Proto and X-Forwarded-For are believed.
  bool behind_proxy = false;
  int io_threads = 2;
  int workers = 0;                         // 0 = limits::kHttpWorkers
  // Says for a request's method and path (before its body) whether the body goes to a file in this folder; "" = memory.
  std::function<std::string(std::string_view method, std::string_view path)> upload;
  // Looks at an upload's header, on a worker, before its body is taken: an answer refuses it (401, 403) and ends the
  // connection; none lets it in. Without this anybody could fill the disk.
  std::function<std::optional<Response>(const Request&)> admit_upload;
  // Says which requests are answered right on the io thread: only for what never waits and takes microseconds (a read by
  // id). A request with a body never is. None: all go to the workers.
  std::function<bool(std::string_view method, std::string_view path)> inline_handler;
  // Words the answers that the server gives by itself: 400, 413, 415, 431, 500, 501, 503, 507. None: plain text.
  std::function<Response(int status, std::string_view path)> refuse;
  size_t body_bytes = limits::kHttpBodyBytes;
  uint64_t bodies_bytes = limits::kHttpBodiesBytes;
  uint64_t upload_bytes = limits::kHttpUploadBytes;
  size_t connections = limits::kHttpConnections;
  size_t queued_requests = limits::kHttpQueuedRequests;
  Clock* clock = nullptr;                  // for Date, time-outs and Stop; none: the machine's. Outlives the server.
};

struct ServerFigures {
  size_t connections = 0;                  // open now
  size_t queued = 0;                       // requests that wait for a worker
  uint64_t turned_away = 0;                // connections that were one too many
};

class Server {
 public:
  virtual ~Server() = default;
  // Listens at once; unavailable ("port-taken", "address") if it cannot; invalid ("certificate-file", "key-file") and
  // forbidden ("key-readable") if its certificate cannot be used.
  static Result<std::unique_ptr<Server>> Start(const ServerOptions& options, Handler handler);
  virtual uint16_t port() const = 0;
  virtual ServerFigures figures() = 0;                               // any thread
  // Of a server with TLS: reads its files again, for connections from now on; what it cannot use changes nothing. Any thread.
  virtual Result<Certificate> ReloadCertificate() = 0;
  virtual std::optional<Certificate> certificate() = 0;              // none: plain
  // Takes no more, finishes what is under way (connections up to 5 s, then they are cut; a handler that runs is waited
  // for), then closes. Not from a handler. The destructor does it too.
  virtual void Stop() = 0;
};

// A small client: one request, whole answer, bounded time. A redirect is an answer like any other: it is not followed.
struct ClientRequest {
  std::string host = "127.0.0.1";
  uint16_t port = 0;
  std::string method = "GET";
  std::string target = "/";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  int timeout_seconds = 60;
  bool tls = false;                        // https: the certificate must be good for `host`
  std::string ca_file;                     // PEM: who may vouch for it; "" = whom this system trusts
  std::string own_file;                    // PEM: it must be this very certificate, whatever name and date it bears
};
// The body comes unpacked only as far as chunks go; header names in lower case. Errors: unavailable ("connect",
// "timeout", "closed"; over TLS "certificate-host", "certificate-expired", "certificate-unknown", "certificate", "tls"),
// invalid ("bad-answer", "ca-file").
Result<Response> Send(const ClientRequest& request);

// Router: method and pattern to handler. Patterns: "/api/gaps/{id}", "/fhir/{rest...}". A literal part wins over {id}, {id}
// over {rest...}, whatever the order of Add; {id} is one part and not empty; {rest...} may be empty. HEAD goes to GET.
// Parts are split as they were sent and decoded afterwards, so that an id may hold %2F.
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
