#include "http/answer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <iterator>
#include <optional>
#include <utility>

#include "base/date.h"
#include "base/limits.h"
#include "base/limits_tls.h"
#include "base/log.h"
#include "base/text.h"
#include "bytes/compress.h"

namespace qianxian::http {
namespace {

constexpr int kGzipLevel = 4;                   // dynamic answers: three quarters of level 6's saving at twice the speed
constexpr size_t kOneWriteBytes = 16 << 10;     // a body up to this is copied behind its header and goes out in one piece

struct Reason {
  int status;
  std::string_view text;
  std::string_view zh;
};

constexpr Reason kReasons[] = {
    {200, "OK", ""},
    {201, "Created", ""},
    {202, "Accepted", ""},
    {204, "No Content", ""},
    {206, "Partial Content", ""},
    {301, "Moved Permanently", ""},
    {302, "Found", ""},
    {303, "See Other", ""},
    {304, "Not Modified", ""},
    {307, "Temporary Redirect", ""},
    {308, "Permanent Redirect", ""},
    {400, "Bad Request", "请求格式不正确"},
    {401, "Unauthorized", "请先登录"},
    {403, "Forbidden", "没有权限"},
    {404, "Not Found", "没有这个页面或资源"},
    {405, "Method Not Allowed", "不支持这种操作"},
    {406, "Not Acceptable", "没有客户端可接受的格式"},
    {408, "Request Timeout", "请求超时"},
    {409, "Conflict", "与现有数据冲突"},
    {410, "Gone", "已删除"},
    {411, "Length Required", "缺少内容长度"},
    {412, "Precondition Failed", "数据已被他人修改"},
    {413, "Content Too Large", "内容过大"},
    {415, "Unsupported Media Type", "不支持的内容类型"},
    {422, "Unprocessable Content", "内容不符合要求"},
    {428, "Precondition Required", "缺少前提条件"},
    {429, "Too Many Requests", "请求过于频繁"},
    {431, "Request Header Fields Too Large", "请求头过大"},
    {500, "Internal Server Error", "服务器内部错误"},
    {501, "Not Implemented", "不支持的请求"},
    {503, "Service Unavailable", "服务器繁忙，请稍后再试"},
    {507, "Insufficient Storage", "服务器存储空间不足"},
};

bool HasBody(int status) { return status >= 200 && status != 204 && status != 304; }

// No control characters: a line break in a value would begin a header of the sender's own.
bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

void AppendField(std::string& out, std::string_view name, std::string_view value) {
  for (char c : name) {
    if (c > ' ' && c != ':' && c != 0x7f) out += c;
  }
  out += ": ";
  size_t begin = out.size();
  out += value;
  std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), IsControl, ' ');
  out += "\r\n";
}

// What the server says itself.
bool IsOurs(std::string_view name) {
  constexpr std::string_view kOurs[] = {"content-length", "connection", "date", "transfer-encoding"};
  return std::any_of(std::begin(kOurs), std::end(kOurs), [&](std::string_view ours) { return ours.size() == name.size() && ToLowerAscii(name) == ours; });
}

bool IsText(std::string_view content_type) {
  std::string type = ToLowerAscii(TrimAscii(content_type.substr(0, content_type.find(';'))));
  return StartsWith(type, "text/") || EndsWith(type, "+json") || EndsWith(type, "+xml") || type == "application/json" ||
         type == "application/xml" || type == "application/javascript" || type == "application/x-ndjson" ||
         type == "application/manifest+json";
}

void PackBody(Response& response) {
  if (response.body.size() <= limits::kHttpGzipBytes || !response.Header("content-encoding").empty() ||
      !IsText(response.Header("content-type"))) {
    return;
  }
  response.headers.emplace_back("Vary", "Accept-Encoding");
  response.body = bytes::Gzip(response.body, kGzipLevel);
  response.headers.emplace_back("Content-Encoding", "gzip");
}

// Opens the file of the answer, or replaces the answer by one that says why not.
void OpenFile(Response& response, Answer& answer) {
  int fd = open(response.file_path.c_str(), O_RDONLY | O_CLOEXEC);
  int reason = errno;
  struct stat info{};
  bool good = fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
  answer.file = FileToSend(fd);
  if (good) {
    answer.file_left = static_cast<uint64_t>(info.st_size);
    return;
  }
  answer.file = FileToSend();
  bool missing = fd >= 0 || reason == ENOENT || reason == ENOTDIR;
  if (!missing) LogError("http: a file to send cannot be opened");
  response = PlainRefusal(missing ? 404 : 500);
}

// length: none for an answer that goes on.
void AppendHead(std::string& out, const Response& response, const AnswerContext& context, bool close, std::optional<uint64_t> length) {
  out.reserve(256 + response.headers.size() * 48 + (response.body.size() <= kOneWriteBytes ? response.body.size() : 0));
  out += "HTTP/1.1 ";
  out += std::to_string(response.status);
  out += ' ';
  out += ReasonOf(response.status);
  out += "\r\nDate: ";
  // The same text for a whole second.
  thread_local int64_t cached_second = INT64_MIN;
  thread_local std::string cached_date;
  int64_t second = context.now.microseconds / 1'000'000;
  if (second != cached_second) {
    cached_date = FormatHttpDate(context.now);
    cached_second = second;
  }
  out += cached_date;
  out += "\r\n";
  if (context.tls) {  // RFC 6797
    out += "Strict-Transport-Security: max-age=";
    out += std::to_string(limits::kTlsStrictTransportSeconds);
    out += "\r\n";
  }
  for (const auto& [name, value] : response.headers) {
    if (!IsOurs(name)) AppendField(out, name, value);
  }
  if (HasBody(response.status) && length) {
    out += "Content-Length: ";
    out += std::to_string(*length);
    out += "\r\n";
  } else if (HasBody(response.status) && !context.http_1_0) {
    out += "Transfer-Encoding: chunked\r\n";
  }
  if (close) {
    out += "Connection: close\r\n";
  } else if (context.http_1_0) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

// The connection is the stream's from then on.
Answer MakePipeAnswer(Response response, const AnswerContext& context) {
  Answer answer;
  answer.close = true;
  answer.chunked = !context.http_1_0;
  AppendHead(answer.head, response, context, true, std::nullopt);
  if (!context.head_request) answer.pipe = std::move(response.pipe);
  return answer;
}

}  // namespace

FileToSend::~FileToSend() {
  if (fd_ >= 0) close(fd_);
}

FileToSend& FileToSend::operator=(FileToSend&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Answer MakeAnswer(Response response, const AnswerContext& context) {
  Answer answer;
  if (response.pipe && response.status == 101) {
    answer.web_socket = true;
    answer.pipe = std::move(response.pipe);
    return answer;
  }
  if (response.pipe) return MakePipeAnswer(std::move(response), context);
  if (!response.file_path.empty()) OpenFile(response, answer);
  if (answer.file.fd() < 0 && context.gzip && HasBody(response.status)) PackBody(response);
  answer.close = !context.keep_alive || ToLowerAscii(response.Header("connection")) == "close";
  uint64_t length = answer.file.fd() >= 0 ? answer.file_left : response.body.size();
  AppendHead(answer.head, response, context, answer.close, length);
  if (context.head_request || !HasBody(response.status)) {
    answer.file = FileToSend();
    answer.file_left = 0;
  } else if (answer.file.fd() >= 0) {
    // The body goes out from the file.
  } else if (response.body.size() <= kOneWriteBytes) {
    answer.head += response.body;
  } else {
    answer.body = std::move(response.body);
  }
  return answer;
}

bool AcceptsGzip(std::string_view accept_encoding) {
  bool any = false;
  for (std::string_view part : Split(accept_encoding, ',')) {
    std::string_view name = TrimAscii(part.substr(0, part.find(';')));
    bool gzip = ToLowerAscii(name) == "gzip";
    if (!gzip && name != "*") continue;
    size_t quality = part.find("q=");
    bool wanted = quality == std::string_view::npos || part.find_first_of("123456789", quality) != std::string_view::npos;
    if (gzip) return wanted;
    any = wanted;
  }
  return any;
}

Response PlainRefusal(int status) {
  Response response;
  response.status = status;
  response.Set("Content-Type", "text/plain; charset=utf-8");
  for (const Reason& reason : kReasons) {
    if (reason.status == status) response.body = std::string(reason.zh) + "\n" + std::string(reason.text) + "\n";
  }
  return response;
}

std::string_view ReasonOf(int status) {
  for (const Reason& reason : kReasons) {
    if (reason.status == status) return reason.text;
  }
  return "Other";
}

std::string FormatHttpDate(Instant instant) {
  static constexpr const char* kDays[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};  // 1970-01-01 was a Thursday
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  int64_t seconds = instant.microseconds / 1'000'000;
  int32_t days = static_cast<int32_t>(seconds / 86'400);
  int in_day = static_cast<int>(seconds % 86'400);
  if (seconds < 0) return "Thu, 01 Jan 1970 00:00:00 GMT";
  Date date = Date::FromDays(days);
  char text[40];
  std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[days % 7], date.day, kMonths[date.month - 1],
                date.year, in_day / 3600, in_day / 60 % 60, in_day % 60);
  return text;
}

}  // namespace qianxian::http
