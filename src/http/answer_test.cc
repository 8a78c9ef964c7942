#include "http/answer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/files.h"
#include "base/text.h"
#include "bytes/compress.h"

namespace qianxian::http {
namespace {

AnswerContext Context() {
  AnswerContext context;
  context.now = {1'751'358'600'000'000};
  return context;
}

Response WithBody(std::string type, std::string body) {
  Response response;
  response.Set("Content-Type", type);
  response.body = std::move(body);
  return response;
}

TEST(Answer, IsStatusLineHeaderAndBody) {
  Answer answer = MakeAnswer(WithBody("text/plain", "hello"), Context());
  EXPECT_EQ(answer.head,
            "HTTP/1.1 200 OK\r\nDate: Tue, 01 Jul 2025 08:30:00 GMT\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_FALSE(answer.close);
}

TEST(Answer, LargeBodiesAreNotCopied) {
  Answer answer = MakeAnswer(WithBody("text/plain", std::string(1'000'000, 'x')), Context());
  EXPECT_EQ(answer.body.size(), 1'000'000U);
  EXPECT_TRUE(EndsWith(answer.head, "Content-Length: 1000000\r\n\r\n"));
}

TEST(Answer, HeadHasTheLengthButNotTheBody) {
  AnswerContext context = Context();
  context.head_request = true;
  EXPECT_TRUE(EndsWith(MakeAnswer(WithBody("text/plain", "hello"), context).head, "Content-Length: 5\r\n\r\n"));
}

TEST(Answer, SomeStatusesHaveNoBody) {
  for (int status : {204, 304}) {
    Response response = WithBody("text/plain", "hello");
    response.status = status;
    Answer answer = MakeAnswer(response, Context());
    EXPECT_TRUE(EndsWith(answer.head, "\r\n\r\n")) << answer.head;
    EXPECT_EQ(answer.head.find("Content-Length"), std::string::npos);
  }
}

TEST(Answer, SaysWhetherTheConnectionStays) {
  AnswerContext context = Context();
  context.http_1_0 = true;
  EXPECT_NE(MakeAnswer({}, context).head.find("Connection: keep-alive\r\n"), std::string::npos);
  context.keep_alive = false;
  Answer closing = MakeAnswer({}, context);
  EXPECT_TRUE(closing.close);
  EXPECT_NE(closing.head.find("Connection: close\r\n"), std::string::npos);
  Answer asked = MakeAnswer(Response().Set("Connection", "close"), Context());
  EXPECT_TRUE(asked.close);
}

TEST(Answer, AHandlerCannotBreakTheHeader) {
  Response response;
  response.headers = {{"Location", "/a\r\nSet-Cookie: stolen=1"}, {"X\r\n-Y: z", "1"}, {"Content-Length", "99"}, {"Transfer-Encoding", "chunked"}, {"Date", "x"}};
  std::string head = MakeAnswer(response, Context()).head;
  EXPECT_NE(head.find("Location: /a  Set-Cookie: stolen=1\r\n"), std::string::npos) << head;
  EXPECT_NE(head.find("X-Yz: 1\r\n"), std::string::npos) << head;
  EXPECT_NE(head.find("Content-Length: 0\r\n"), std::string::npos) << head;
  EXPECT_EQ(head.find("99"), std::string::npos);
  EXPECT_EQ(head.find("chunked"), std::string::npos);
}

TEST(Answer, PacksTextForThoseWhoTakeIt) {
  std::string body(5000, 'x');
  AnswerContext context = Context();
  context.gzip = true;
  for (const char* type : {"application/fhir+json; charset=utf-8", "application/json", "text/csv", "image/svg+xml", "TEXT/HTML"}) {
    Answer answer = MakeAnswer(WithBody(type, body), context);
    size_t split = answer.head.find("\r\n\r\n") + 4;
    EXPECT_NE(answer.head.find("Content-Encoding: gzip\r\n"), std::string::npos) << type;
    EXPECT_NE(answer.head.find("Vary: Accept-Encoding\r\n"), std::string::npos);
    EXPECT_EQ(bytes::Gunzip(answer.head.substr(split), 10'000).value(), body);
    EXPECT_NE(answer.head.find("Content-Length: " + std::to_string(answer.head.size() - split) + "\r\n"), std::string::npos);
  }
  auto packed = [&](const Response& response) { return MakeAnswer(response, context).head.find("Vary") != std::string::npos; };
  EXPECT_FALSE(packed(WithBody("image/png", body)));
  EXPECT_FALSE(packed(WithBody("text/plain", std::string(1024, 'x')))) << "too small";
  EXPECT_FALSE(packed(WithBody("text/plain", body).Set("content-encoding", "br"))) << "packed already";
  context.gzip = false;
  EXPECT_FALSE(packed(WithBody("text/plain", body)));
}

TEST(Answer, OpensItsFileOrSaysThatItIsMissing) {
  std::string path = testing::TempDir() + "qianxian-answer-" + std::to_string(getpid());
  ASSERT_TRUE(WriteFileDurably(path, "from a file").ok());
  Response response;
  response.file_path = path;
  Answer answer = MakeAnswer(response, Context());
  EXPECT_GE(answer.file.fd(), 0);
  EXPECT_EQ(answer.file_left, 11U);
  EXPECT_NE(answer.head.find("Content-Length: 11\r\n"), std::string::npos);
  ASSERT_TRUE(RemoveFile(path).ok());
  EXPECT_TRUE(StartsWith(MakeAnswer(response, Context()).head, "HTTP/1.1 404 "));
  response.file_path = testing::TempDir();
  EXPECT_TRUE(StartsWith(MakeAnswer(response, Context()).head, "HTTP/1.1 404 ")) << "a folder is no file";
}

TEST(Answer, ReadsAcceptEncoding) {
  for (const char* yes : {"gzip", "GZIP", "deflate, gzip;q=1.0, *;q=0.5", "br, gzip", "*", "gzip;q=0.001", "identity, *;q=0.1"}) {
    EXPECT_TRUE(AcceptsGzip(yes)) << yes;
  }
  for (const char* no : {"", "identity", "gzip;q=0", "br, gzip; q=0.000, *", "*;q=0", "notgzip"}) EXPECT_FALSE(AcceptsGzip(no)) << no;
}

TEST(Answer, WordsItsRefusalsInBothLanguages) {
  for (int status : {400, 413, 415, 431, 500, 501, 503, 507}) {
    Response refusal = PlainRefusal(status);
    EXPECT_EQ(refusal.status, status);
    EXPECT_NE(ReasonOf(status), "Other");
    EXPECT_NE(refusal.body.find(ReasonOf(status)), std::string::npos);
    EXPECT_GE(static_cast<unsigned char>(refusal.body[0]), 0x80) << "Chinese first: " << refusal.body;
  }
}

TEST(Answer, FormatsHttpDates) {
  EXPECT_EQ(FormatHttpDate({784'111'777'000'000}), "Sun, 06 Nov 1994 08:49:37 GMT");  // the example of RFC 9110
  EXPECT_EQ(FormatHttpDate({0}), "Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace
}  // namespace qianxian::http
