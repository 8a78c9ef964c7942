#include "http/server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <latch>
#include <thread>

#include "base/ids.h"
#include "base/text.h"
#include "bytes/compress.h"
#include "http/test_client.h"

namespace qianxian::http {
namespace {

Response Text(std::string body) {
  Response response;
  response.Set("Content-Type", "text/plain; charset=utf-8");
  response.body = std::move(body);
  return response;
}

// Says back what it was sent.
Response Echo(Request& request) {
  if (request.path == "/throw") throw std::runtime_error("on purpose");
  if (request.path == "/large") return Text(std::string(3'000'000, 'x'));
  return Text(request.method + " " + request.path + " " + request.body);
}

class ServerTest : public LineTest {
 protected:
  std::unique_ptr<Server> Start(ServerOptions options, Handler handler = Echo) { return LineTest::Start(std::move(options), std::move(handler)); }
};
INSTANTIATE_TEST_SUITE_P(Lines, ServerTest, testing::Bool(), LineName);

class SendTest : public ServerTest {
 protected:
  ClientRequest RequestTo(const Server& server) {
    ClientRequest request;
    request.port = server.port();
    request.tls = tls();
    if (tls()) request.ca_file = TestServerTls().certificate_file;
    return request;
  }
};
INSTANTIATE_TEST_SUITE_P(Lines, SendTest, testing::Bool(), LineName);

TEST_P(ServerTest, KeepsAConnectionForManyRequests) {
  auto server = Start({});
  TestClient client(server->port(), tls());
  for (int i = 0; i < 100; ++i) {
    TestAnswer answer = client.Ask(i % 2 == 0 ? Get("/a" + std::to_string(i)) : Post("/b", "body" + std::to_string(i)));
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, i % 2 == 0 ? "GET /a" + std::to_string(i) + " " : "POST /b body" + std::to_string(i));
    EXPECT_NE(answer.head.find("\r\nDate: "), std::string::npos);
  }
}

TEST_P(ServerTest, AnswersPipelinedRequestsInOrder) {
  ServerOptions options;
  options.inline_handler = [](std::string_view, std::string_view path) { return StartsWith(path, "/inline"); };
  auto server = Start(options);
  TestClient client(server->port(), tls());
  std::string all;
  for (int i = 0; i < 200; ++i) all += Get((i % 3 == 0 ? "/inline" : "/worker") + std::to_string(i)) + Post("/p", std::to_string(i));
  std::thread sender([&] { client.Send(all); });
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(client.Read().body, std::string("GET ") + (i % 3 == 0 ? "/inline" : "/worker") + std::to_string(i) + " ");
    EXPECT_EQ(client.Read().body, "POST /p " + std::to_string(i));
  }
  sender.join();
}

TEST_P(ServerTest, ClosesWhenAsked) {
  auto server = Start({});
  for (const std::string& request : {Get("/", "Connection: close\r\n"), std::string("GET / HTTP/1.0\r\n\r\n")}) {
    TestClient client(server->port(), tls());
    TestAnswer answer = client.Ask(request);
    EXPECT_EQ(answer.status, 200);
    EXPECT_NE(answer.head.find("Connection: close\r\n"), std::string::npos);
    EXPECT_TRUE(client.Ended());
  }
  TestClient old(server->port(), tls());
  for (int i = 0; i < 2; ++i) EXPECT_EQ(old.Ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").status, 200);
}

TEST_P(ServerTest, AnswersHeadWithoutBody) {
  auto server = Start({});
  TestClient client(server->port(), tls());
  TestAnswer head = client.Ask("HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n", true);
  EXPECT_EQ(head.status, 200);
  EXPECT_NE(head.head.find("Content-Length: 8\r\n"), std::string::npos) << head.head;
  EXPECT_EQ(client.Ask(Get("/y")).body, "GET /y ") << "nothing was left in between";
}

TEST_P(ServerTest, ReadsChunkedBodies) {
  auto server = Start({});
  TestClient client(server->port(), tls());
  std::string head = "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (char c : head + "3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n") ASSERT_TRUE(client.Send({&c, 1}));
  EXPECT_EQ(client.Read().body, "POST /c abc0123456789abcdef");
}

TEST_P(ServerTest, SendsLargeBodies) {
  auto server = Start({});
  TestClient client(server->port(), tls());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.Ask(Get("/large")).body, std::string(3'000'000, 'x'));
}

TEST_P(ServerTest, PacksAndUnpacks) {
  auto server = Start({});
  TestClient client(server->port(), tls());
  TestAnswer answer = client.Ask(Get("/large", "Accept-Encoding: br, gzip\r\n"));
  EXPECT_NE(answer.head.find("Content-Encoding: gzip\r\n"), std::string::npos);
  EXPECT_LT(answer.body.size(), 100'000U);
  EXPECT_EQ(bytes::Gunzip(answer.body, 10'000'000).value(), std::string(3'000'000, 'x'));
  EXPECT_EQ(client.Ask(Post("/p", bytes::Gzip("packed"), "Content-Encoding: gzip\r\n")).body, "POST /p packed");
  EXPECT_EQ(client.Ask(Post("/p", "plain", "Content-Encoding: identity\r\n")).body, "POST /p plain");
  EXPECT_EQ(client.Ask(Post("/p", "no gzip", "Content-Encoding: gzip\r\n")).status, 400);
  EXPECT_EQ(client.Ask(Post("/p", "br", "Content-Encoding: br\r\n")).status, 415);
}

TEST_P(ServerTest, BoundsAPackedBomb) {
  ServerOptions options;
  options.body_bytes = 10'000;
  auto server = Start(options);
  TestClient client(server->port(), tls());
  EXPECT_EQ(client.Ask(Post("/p", bytes::Gzip(std::string(1'000'000, '\0')), "Content-Encoding: gzip\r\n")).status, 413);
  EXPECT_EQ(client.Ask(Get("/")).status, 200) << "its body was read, so the connection lives";
}

TEST_P(ServerTest, SurvivesAHandlerThatThrows) {
  auto server = Start({});
  TestClient client(server->port(), tls());
  EXPECT_EQ(client.Ask(Get("/throw")).status, 500);
  EXPECT_EQ(client.Ask(Get("/")).status, 200);
}

TEST_P(ServerTest, LetsTheOwnerWordItsRefusals) {
  ServerOptions options;
  options.refuse = [](int status, std::string_view path) {
    Response response = Text("own words " + std::string(path));
    response.status = status;
    return response;
  };
  auto server = Start(options);
  TestClient client(server->port(), tls());
  TestAnswer answer = client.Ask("GET /a HTTP/1.1\r\n\r\n");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body, "own words /a");
  EXPECT_TRUE(client.Ended());
}

TEST_P(ServerTest, ServesHundredsOfConnectionsAtOnce) {
  auto server = Start({});
  std::vector<TestClient> clients;
  for (int i = 0; i < 500; ++i) clients.emplace_back(server->port(), tls());
  for (int round = 0; round < 3; ++round) {
    for (size_t i = 0; i < clients.size(); ++i) ASSERT_TRUE(clients[i].Send(Get("/" + std::to_string(i))));
    for (size_t i = 0; i < clients.size(); ++i) ASSERT_EQ(clients[i].Read().body, "GET /" + std::to_string(i) + " ");
  }
}

TEST_P(ServerTest, ServesManyThreadsOfClients) {
  auto server = Start({});
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      TestClient client(server->port(), tls());
      for (int i = 0; i < 200; ++i) {
        std::string body = std::to_string(t * 1000 + i);
        if (client.Ask(Post("/x", body)).body != "POST /x " + body) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST_P(ServerTest, SaysWhyItCannotListen) {
  auto first = Start({});
  ServerOptions options;
  options.port = first->port();
  auto second = Server::Start(options, Echo);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().category, ErrorCategory::kUnavailable);
  EXPECT_EQ(second.error().code, "port-taken");
  options.address = "not an address";
  EXPECT_EQ(Server::Start(options, Echo).error().code, "address");
  options.address = "192.0.2.1";  // RFC 5737: nobody's
  EXPECT_EQ(Server::Start(options, Echo).error().code, "address");
}

TEST_P(ServerTest, StopFinishesWhatIsUnderWay) {
  std::latch handling(1), go_on(1);
  auto server = Start({}, [&](Request&) {
    handling.count_down();
    go_on.wait();
    return Text("finished");
  });
  uint16_t port = server->port();
  TestClient busy(port, tls()), idle(port, tls());
  ASSERT_TRUE(busy.Send(Get("/")));
  handling.wait();
  std::thread stopper([&] { server->Stop(); });
  EXPECT_TRUE(idle.Ended()) << "Stop has begun";
  go_on.count_down();
  TestAnswer answer = busy.Read();
  EXPECT_EQ(answer.body, "finished");
  EXPECT_NE(answer.head.find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(busy.Ended());
  stopper.join();
  EXPECT_FALSE(TestClient(port, tls()).connected());
  server->Stop();
}

TEST_P(ServerTest, CanBeStartedAgainOnItsPort) {
  ServerOptions options;
  if (tls()) options.tls = TestServerTls();
  auto first = Start(options);
  uint16_t port = first->port();
  TestClient client(port, tls());
  EXPECT_EQ(client.Ask(Get("/")).status, 200);
  first.reset();
  options.port = port;
  auto second = Server::Start(options, Echo);
  ASSERT_TRUE(second.ok()) << Describe(second.error());
  EXPECT_EQ(TestClient(port, tls()).Ask(Get("/")).status, 200);
}

TEST_P(SendTest, TalksToTheServer) {
  auto server = Start({});
  ClientRequest request = RequestTo(*server);
  request.method = "POST";
  request.target = "/x";
  request.body = std::string(500'000, 'b');
  auto response = Send(request);
  ASSERT_TRUE(response.ok()) << Describe(response.error());
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "POST /x " + request.body);
  EXPECT_EQ(response->Header("content-type"), "text/plain; charset=utf-8");
  request.method = "HEAD";
  request.body.clear();
  EXPECT_EQ(Send(request)->body, "");
  request.host = "localhost";
  request.method = "GET";
  request.headers = {{"Accept-Encoding", "gzip"}};
  request.target = "/large";
  EXPECT_EQ(Send(request)->Header("content-encoding"), "gzip");
}

TEST_P(SendTest, TakesNoAnswerWithoutEnd) {
  auto server = Start({}, [](Request&) { return Text(std::string(limits::kHttpBodyBytes + 1, 'x')); });
  ClientRequest request = RequestTo(*server);
  EXPECT_EQ(Send(request).error().code, "bad-answer");
}

TEST(Send, SaysWhyThereIsNoAnswer) {
  ServerOptions options;
  options.port = 0;
  auto server = Server::Start(options, [](Request&) { return Text(""); }).value();
  ClientRequest request;
  request.port = server->port();
  server->Stop();
  EXPECT_EQ(Send(request).error().code, "connect");
  // A listener that never accepts: connected by the system, never answered.
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(fd, 1), 0);
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  request.port = ntohs(address.sin_port);
  request.timeout_seconds = 0;
  EXPECT_EQ(Send(request).error().code, "timeout");
  request.timeout_seconds = 10;
  std::thread other([&] {
    char piece[1024];
    int accepted = accept(fd, nullptr, nullptr);  // the one that timed out
    close(accepted);
    // Each request is read before it is answered: closing with unread bytes resets the connection.
    accepted = accept(fd, nullptr, nullptr);
    EXPECT_GT(recv(accepted, piece, sizeof piece, 0), 0);
    send(accepted, "nonsense\r\n\r\n", 12, MSG_NOSIGNAL);
    close(accepted);
    accepted = accept(fd, nullptr, nullptr);
    EXPECT_GT(recv(accepted, piece, sizeof piece, 0), 0);
    for (char c : std::string_view("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n")) {
      send(accepted, &c, 1, MSG_NOSIGNAL);
    }
    close(accepted);
    accepted = accept(fd, nullptr, nullptr);
    EXPECT_GT(recv(accepted, piece, sizeof piece, 0), 0);
    close(accepted);
  });
  EXPECT_EQ(Send(request).error().code, "bad-answer");
  EXPECT_EQ(Send(request)->body, "ab");
  EXPECT_EQ(Send(request).error().code, "closed");
  other.join();
  close(fd);
}

}  // namespace
}  // namespace qianxian::http
