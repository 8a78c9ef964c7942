// Turns a handler's Response into the bytes that go out. Of http's own .cc files only. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "http/server.h"

namespace qianxian::http {

// An open file, closed when it is let go.
class FileToSend {
 public:
  FileToSend() = default;
  explicit FileToSend(int fd) : fd_(fd) {}
  ~FileToSend();
  FileToSend(FileToSend&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  FileToSend& operator=(FileToSend&& other) noexcept;
  int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

struct Answer {
  std::string head;     // status line and header; a small body too
  std::string body;
  FileToSend file;      // after the body
  uint64_t file_left = 0;
  bool close = false;   // the connection ends with it
  std::shared_ptr<Pipe> pipe;   // after the head
  bool web_socket = false;      // `pipe` is one, and makes its own head
  bool chunked = false;         // `pipe` goes out in chunks
};

struct AnswerContext {
  bool head_request = false;
  bool http_1_0 = false;
  bool keep_alive = true;
  bool gzip = false;      // the client takes it
  bool tls = false;       // then browsers are told to come by https only
  Instant now;
};

Answer MakeAnswer(Response response, const AnswerContext& context);
bool AcceptsGzip(std::string_view accept_encoding);
// The answer that the server gives by itself, in both languages.
Response PlainRefusal(int status);
std::string_view ReasonOf(int status);
std::string FormatHttpDate(Instant instant);  // RFC 9110 §5.6.7: "Tue, 01 Jul 2025 08:30:00 GMT"

}  // namespace qianxian::http
