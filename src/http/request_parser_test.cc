#include "http/request_parser.h"

#include <gtest/gtest.h>

#include "base/ids.h"
#include "base/limits.h"

namespace qianxian::http {
namespace {

const ServerOptions kDefaults;

// Gives the text in pieces of a size, as a connection does: the untaken rest first. Returns what was not taken.
std::string FeedIn(RequestParser& parser, const std::string& text, size_t piece) {
  std::string waiting;
  for (size_t at = 0; at < text.size(); at += piece) {
    waiting += text.substr(at, piece);
    waiting.erase(0, parser.Feed(waiting));
    if (parser.refusal() != 0) break;
  }
  return waiting;
}

int StatusFor(const std::string& text, const ServerOptions& options = kDefaults) {
  std::vector<int> seen;
  for (size_t piece : {text.size(), size_t{1}}) {
    auto parser = RequestParser::Make(options);
    FeedIn(*parser, text, piece);
    seen.push_back(parser->refusal() != 0 ? parser->refusal() : parser->done() ? 200 : 0);
  }
  EXPECT_EQ(seen[0], seen[1]) << text;
  return seen[0];
}

TEST(RequestParser, ReadsARequestHoweverItIsCut) {
  const std::string text =
      "POST /fhir/Patient/%E7%8E%8B?name=a+b&x=%26 HTTP/1.1\r\nHost: h\r\nX-Long: " + std::string(200, 'v') +
      "\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nT: trailer\r\n\r\n";
  const std::string next = "GET / HTTP/1.1\r\n";
  for (size_t piece = 1; piece < text.size() + next.size(); ++piece) {
    auto parser = RequestParser::Make(kDefaults);
    EXPECT_EQ(FeedIn(*parser, text + next, piece), next) << piece;
    ASSERT_TRUE(parser->done()) << piece;
    const Request& request = parser->request();
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.path, "/fhir/Patient/王");
    EXPECT_EQ(request.target, "/fhir/Patient/%E7%8E%8B?name=a+b&x=%26");
    EXPECT_EQ(request.QueryValue("name"), "a b");
    EXPECT_EQ(request.QueryValue("x"), "&");
    EXPECT_EQ(request.Header("x-long"), std::string(200, 'v'));
    EXPECT_EQ(request.Header("t"), "") << "trailers are dropped";
    EXPECT_EQ(request.body, "hello world");
    EXPECT_EQ(parser->body_bytes(), 11U);
    EXPECT_TRUE(parser->keep_alive());
  }
}

// Found by the damaged requests below: Beast asserted on the bytes between the last chunk's line and its end.
TEST(RequestParser, ReadsAnEmptyChunkedBodyByteByByte) {
  EXPECT_EQ(StatusFor("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 200);
  EXPECT_EQ(StatusFor("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nT: u\r\n\r\n"), 200);
  EXPECT_EQ(StatusFor("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"), 200);
}

TEST(RequestParser, IsFreshAfterReset) {
  auto parser = RequestParser::Make(kDefaults);
  FeedIn(*parser, "PUT /a?b HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\nx", 1000);
  ASSERT_TRUE(parser->done());
  EXPECT_TRUE(parser->http_1_0());
  EXPECT_FALSE(parser->keep_alive());
  EXPECT_FALSE(parser->expects_continue()) << "1.0 does not know it";
  parser->Reset();
  EXPECT_FALSE(parser->done());
  EXPECT_FALSE(parser->header_done());
  FeedIn(*parser, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", 1000);
  ASSERT_TRUE(parser->done());
  EXPECT_EQ(parser->request().body, "");
  EXPECT_EQ(parser->request().query.size(), 0U);
  EXPECT_FALSE(parser->http_1_0());
  EXPECT_TRUE(parser->keep_alive());
}

TEST(RequestParser, RefusesWhatIsWrongOrTwoFaced) {
  const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n";
  EXPECT_EQ(StatusFor(get + "\r\n"), 200);
  EXPECT_EQ(StatusFor("GET / HTTP/1.1\r\n\r\n"), 400) << "no host";
  EXPECT_EQ(StatusFor("GET / HTTP/1.0\r\n\r\n"), 200);
  EXPECT_EQ(StatusFor(get + "Host: other\r\n\r\n"), 400);
  EXPECT_EQ(StatusFor("GET / HTTP/2.0\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(StatusFor("GET nowhere HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(StatusFor("GET /%00 HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(StatusFor("hello\r\n\r\n"), 400);
  EXPECT_EQ(StatusFor(get + "Bad Name: x\r\n\r\n"), 400);
  EXPECT_EQ(StatusFor(get + "Content-Length: x\r\n\r\n"), 400);
  EXPECT_EQ(StatusFor(get + "Content-Length: -1\r\n\r\n"), 400);
  EXPECT_EQ(StatusFor(get + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n"), 400);
  EXPECT_EQ(StatusFor(get + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(StatusFor(get + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), 501);
  EXPECT_EQ(StatusFor(get + "Transfer-Encoding: chunked, gzip\r\n\r\n"), 501);
  EXPECT_EQ(StatusFor(get + "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n"), 400);
  EXPECT_EQ(StatusFor(get + "Expect: a-miracle\r\n\r\n"), 400);
}

TEST(RequestParser, KeepsToTheLimits) {
  ServerOptions options;
  options.body_bytes = 10;
  const std::string post = "POST / HTTP/1.1\r\nHost: h\r\n";
  EXPECT_EQ(StatusFor(post + "Content-Length: 10\r\n\r\n0123456789", options), 200);
  EXPECT_EQ(StatusFor(post + "Content-Length: 11\r\n\r\n", options), 413);
  EXPECT_EQ(StatusFor(post + "Content-Length: 18446744073709551615\r\n\r\n", options), 413);
  EXPECT_EQ(StatusFor(post + "Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n", options), 200);
  EXPECT_EQ(StatusFor(post + "Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n6\r\n567890\r\n0\r\n\r\n", options), 413);
  std::string long_value(limits::kHttpHeaderBytes, 'x');
  EXPECT_EQ(StatusFor(post + "X: " + long_value + "\r\n\r\n"), 431);
  EXPECT_EQ(StatusFor("GET /" + long_value + " HTTP/1.1\r\n\r\n"), 431);
}

TEST(RequestParser, CountsHeaderLinesThatComeOneByOne) {
  auto parser = RequestParser::Make(kDefaults);
  std::string waiting = "GET / HTTP/1.1\r\nHost: h\r\n";
  size_t sent = 0;
  while (parser->refusal() == 0 && sent < 10 * limits::kHttpHeaderBytes) {
    waiting.erase(0, parser->Feed(waiting));
    waiting += "X: 0123456789\r\n";
    sent += 15;
  }
  EXPECT_EQ(parser->refusal(), 431);
  EXPECT_LT(sent, 2 * limits::kHttpHeaderBytes);
}

// Whatever the bytes: an end, a refusal or a wait, the same however they are cut, and never a crash.
TEST(RequestParser, DamagedRequestsAreJudgedTheSameHoweverTheyAreCut) {
  static constexpr char kBytes[] = "\r\n:; 0123456789abcdefGHT/1.,\t\x80-";
  const std::string seeds[] = {
      "POST /a?b=c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\na;x=y\r\n0123456789\r\n0\r\nT: u\r\n\r\n",
      "PUT /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\nConnection: close, x\r\nExpect: 100-continue\r\n\r\nhello, world",
      "GET http://h/%41 HTTP/1.0\r\nConnection: keep-alive\r\nX: a\r\n b\r\n\r\n",
  };
  SeededRandom random(9);
  int done = 0, refused = 0;
  for (int i = 0; i < 30'000; ++i) {
    std::string text = seeds[random.NextBelow(3)];
    for (uint64_t change = 1 + random.NextBelow(3); change > 0; --change) {
      size_t at = random.NextBelow(text.size());
      char byte = kBytes[random.NextBelow(sizeof kBytes - 1)];
      switch (random.NextBelow(4)) {
        case 0: text[at] = byte; break;
        case 1: text.erase(at, 1 + random.NextBelow(3)); break;
        case 2: text.insert(at, 1, byte); break;
        default: text.insert(at, text.substr(random.NextBelow(text.size()), random.NextBelow(10)));
      }
      if (text.empty()) text = "G";
    }
    auto whole = RequestParser::Make(kDefaults), cut = RequestParser::Make(kDefaults);
    FeedIn(*whole, text, text.size());
    FeedIn(*cut, text, 1 + random.NextBelow(5));
    ASSERT_EQ(whole->done() && whole->refusal() == 0, cut->done() && cut->refusal() == 0) << text;
    // The one who sees it piece by piece may still wait for more where the other has seen that it is wrong; no more.
    if (cut->refusal() != 0) {
      ASSERT_NE(whole->refusal(), 0) << text;
    }
    refused += cut->refusal() != 0 ? 1 : 0;
    if (!cut->done() || cut->refusal() != 0) continue;
    EXPECT_EQ(whole->request().body, cut->request().body) << text;
    EXPECT_EQ(whole->request().headers, cut->request().headers) << text;
    ++done;
  }
  EXPECT_GT(done, 2000);
  EXPECT_GT(refused, 2000);
}

TEST(RequestParser, AsksWhereABodyGoes) {
  ServerOptions options;
  options.body_bytes = 2;
  options.upload_bytes = 5;
  options.upload = [](std::string_view method, std::string_view path) { return method == "PUT" && path == "/上传" ? "folder" : ""; };
  const std::string put = "PUT /%E4%B8%8A%E4%BC%A0 HTTP/1.1\r\nHost: h\r\n";
  auto parser = RequestParser::Make(options);
  FeedIn(*parser, put + "Content-Length: 5\r\n\r\n01234", 7);
  EXPECT_TRUE(parser->done());
  EXPECT_EQ(parser->upload_folder(), "folder");
  EXPECT_EQ(parser->upload_waiting(), "01234");
  EXPECT_EQ(parser->request().body, "");
  EXPECT_EQ(StatusFor(put + "Content-Length: 6\r\n\r\n", options), 413);
  EXPECT_EQ(StatusFor("POST" + put.substr(3) + "Content-Length: 3\r\n\r\n", options), 413);
}

}  // namespace
}  // namespace qianxian::http
