#include "http/request_parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <limits>
#include <optional>

#include "base/limits.h"
#include "base/text.h"
#include "http/target.h"

namespace qianxian::http {
namespace {

namespace beast = boost::beast;
using beast::error_code;

constexpr size_t kTrustedLength = 1 << 20;  // more than this is not set aside on the word of a header

// "0\r\n\r\n". What is left of a chunked body is never shorter, and Beast 1.74 asserts, with an abort of the program, when
// it is shown less than that of a last chunk whose first line it has seen.
constexpr size_t kLastChunkBytes = 5;

class State final : public beast::http::basic_parser<true> {
 public:
  explicit State(const ServerOptions& options) : options_(options) {
    eager(true);
    header_limit(limits::kHttpHeaderBytes);
    body_limit(std::numeric_limits<uint64_t>::max());  // ours depends on the header; none at all would be none allowed
  }

  Request request;
  std::string upload_folder;
  std::string upload_waiting;
  int refusal = 0;
  bool http_1_0 = false;
  bool expects_continue = false;
  uint64_t body_bytes = 0;

  void Refuse(int status, error_code& error) {
    refusal = status;
    error = beast::http::error::bad_value;
  }

 protected:
  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target, int version,
                       error_code& error) override {
    request.method.assign(method.data(), method.size());
    request.target.assign(target.data(), target.size());
    http_1_0 = version < 11;
    std::string_view path = PathOfTarget(request.target);
    if (path.empty()) return Refuse(400, error);
    request.path = PercentDecode(path, false);
    if (request.path.find('\0') != std::string::npos) return Refuse(400, error);
    request.query = ParseQuery(QueryOfTarget(request.target));
  }

  void on_response_impl(int, beast::string_view, int, error_code&) override {}

  void on_field_impl(beast::http::field field, beast::string_view name, beast::string_view value, error_code& error) override {
    if (is_header_done()) return;  // a trailer
    std::string lower = ToLowerAscii({name.data(), name.size()});
    if (field == beast::http::field::transfer_encoding && !beast::iequals(value, "chunked")) return Refuse(501, error);
    if (field == beast::http::field::expect) {
      if (!beast::iequals(value, "100-continue")) return Refuse(400, error);
      expects_continue = !http_1_0;
    }
    if (field == beast::http::field::host) {
      if (has_host_) return Refuse(400, error);
      has_host_ = true;
    }
    request.headers.emplace_back(std::move(lower), std::string(value.data(), value.size()));
  }

  void on_header_impl(error_code& error) override {
    if (!has_host_ && !http_1_0) return Refuse(400, error);  // RFC 9112 §3.2
    if (options_.upload) upload_folder = options_.upload(request.method, request.path);
    auto length = content_length();
    limit_ = upload_folder.empty() ? options_.body_bytes : options_.upload_bytes;
    if (length && *length > limit_) return Refuse(413, error);
    if (length && upload_folder.empty()) request.body.reserve(std::min<uint64_t>(*length, kTrustedLength));
  }

  void on_body_init_impl(boost::optional<uint64_t> const&, error_code&) override {}
  void on_chunk_header_impl(uint64_t, beast::string_view, error_code&) override {}
  void on_finish_impl(error_code&) override {}

  size_t on_body_impl(beast::string_view body, error_code& error) override {
    body_bytes += body.size();
    if (body_bytes > limit_) {
      Refuse(413, error);
      return 0;
    }
    (upload_folder.empty() ? request.body : upload_waiting).append(body.data(), body.size());
    return body.size();
  }

  size_t on_chunk_body_impl(uint64_t, beast::string_view body, error_code& error) override { return on_body_impl(body, error); }

 private:
  const ServerOptions& options_;
  uint64_t limit_ = 0;
  bool has_host_ = false;
};

class BeastRequestParser final : public RequestParser {
 public:
  explicit BeastRequestParser(const ServerOptions& options) : options_(options), state_(std::in_place, options) {}

  size_t Feed(std::string_view bytes) override {
    if (bytes.empty() || done() || refusal() != 0) return 0;
    if (state_->is_header_done() && state_->chunked() && bytes.size() < kLastChunkBytes) return 0;
    bool in_header = !state_->is_header_done();
    error_code error;
    size_t taken = state_->put({bytes.data(), bytes.size()}, error);
    // Beast measures what waits in the buffer; lines that came one by one are counted here.
    if (in_header) header_bytes_ += taken;
    if (in_header && !state_->is_header_done() && header_bytes_ > limits::kHttpHeaderBytes) state_->refusal = 431;
    if (error && error != beast::http::error::need_more && state_->refusal == 0) {
      state_->refusal = error == beast::http::error::header_limit ? 431 : 400;
    }
    return taken;
  }

  void Reset() override {
    state_.emplace(options_);
    header_bytes_ = 0;
  }

  int refusal() const override { return state_->refusal; }
  bool header_done() const override { return state_->is_header_done(); }
  bool done() const override { return state_->is_done(); }
  bool keep_alive() const override { return state_->is_header_done() && state_->keep_alive(); }
  bool http_1_0() const override { return state_->http_1_0; }
  bool expects_continue() const override { return state_->expects_continue; }
  uint64_t body_bytes() const override { return state_->body_bytes; }
  const std::string& upload_folder() const override { return state_->upload_folder; }
  std::string& upload_waiting() override { return state_->upload_waiting; }
  Request& request() override { return state_->request; }

 private:
  const ServerOptions& options_;
  std::optional<State> state_;
  size_t header_bytes_ = 0;
};

}  // namespace

std::unique_ptr<RequestParser> RequestParser::Make(const ServerOptions& options) {
  return std::make_unique<BeastRequestParser>(options);
}

}  // namespace qianxian::http
