// Reads one request after the other out of the bytes of a connection, piece by piece, and decides by the header where the
// body goes. Of http's own .cc files only (Boost.Beast's parser is behind it). One thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "http/server.h"

namespace qianxian::http {

class RequestParser {
 public:
  virtual ~RequestParser() = default;
  // Takes what it can from the front of `bytes` and says how much. To be called with the untaken rest and more behind it.
  virtual size_t Feed(std::string_view bytes) = 0;
  virtual void Reset() = 0;                           // for the next request
  virtual int refusal() const = 0;                    // the status to refuse with; 0 while all is well
  virtual bool header_done() const = 0;
  virtual bool done() const = 0;
  virtual bool keep_alive() const = 0;
  virtual bool http_1_0() const = 0;
  virtual bool expects_continue() const = 0;
  virtual uint64_t body_bytes() const = 0;            // of the body, so far
  virtual const std::string& upload_folder() const = 0;   // "": the body is in request().body
  virtual std::string& upload_waiting() = 0;          // bytes for the file; the caller takes them out
  virtual Request& request() = 0;
  static std::unique_ptr<RequestParser> Make(const ServerOptions& options);   // which outlive it
  static std::unique_ptr<RequestParser> Make(ServerOptions&&) = delete;
};

}  // namespace qianxian::http
