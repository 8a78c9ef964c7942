// Requests as strangers send them, in pieces of any size, several on one connection: read, refused or waited for.
#include "base/check.h"
#include "http/request_parser.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace qianxian;
  static const http::ServerOptions options;
  if (size == 0) return 0;
  const size_t piece = 1 + data[0] % 16;
  const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
  std::string waiting;
  auto parser = http::RequestParser::Make(options);
  for (size_t at = 0; at < text.size() && parser->refusal() == 0; at += piece) {
    waiting += text.substr(at, piece);
    const size_t taken = parser->Feed(waiting);
    QX_CHECK(taken <= waiting.size(), "more was taken than given");
    waiting.erase(0, taken);
    if (parser->done() && parser->refusal() == 0) parser->Reset();
  }
  return 0;
}
