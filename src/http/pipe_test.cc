// Answers that go on: the queue by itself, a stream of text and a WebSocket over a real connection.
#include "http/pipe.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "base/text.h"
#include "http/server.h"
#include "http/test_client.h"

namespace qianxian::http {
namespace {

TEST(Pipe, KeepsTheOrderAndItsBound) {
  Pipe::Options options;
  options.bound_bytes = 10;
  Pipe pipe(options);
  EXPECT_TRUE(pipe.Send("12345"));
  EXPECT_TRUE(pipe.Send("67890"));
  EXPECT_EQ(pipe.Take(1).pieces, std::deque<std::string>{"12345"});
  EXPECT_TRUE(pipe.Send("abcde")) << "what was taken waits no more";
  EXPECT_EQ(pipe.Take(100).pieces, (std::deque<std::string>{"67890", "abcde"}));
  EXPECT_TRUE(pipe.open());
  EXPECT_FALSE(pipe.Send("more than ten bytes"));
  EXPECT_TRUE(pipe.cut());
  EXPECT_FALSE(pipe.open());
  EXPECT_FALSE(pipe.Send("1"));
}

TEST(Pipe, WakesOnceUntilSomethingIsTaken) {
  Pipe pipe;
  int woken = 0;
  pipe.Send("before");
  pipe.Attach([&] { ++woken; });
  EXPECT_EQ(woken, 1);
  pipe.Send("a");
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(pipe.Take(100).pieces.size(), 2u);
  pipe.Send("b");
  pipe.End();
  EXPECT_EQ(woken, 2);
  Pipe::Taken last = pipe.Take(100);
  EXPECT_EQ(last.pieces.size(), 1u);
  EXPECT_TRUE(last.over);
  EXPECT_FALSE(pipe.Send("after the end"));
}

// Gives each connection a pipe of its own, which the test gets.
class PipeServer {
 public:
  PipeServer(bool tls, int status, Pipe::Options options = {}) {
    ServerOptions server;
    server.port = 0;
    if (tls) server.tls = TestServerTls();
    server.clock = &clock;
    auto started = Server::Start(server, [this, status, options](Request& request) {
      Response response;
      if (request.path == "/plain") return response;
      response.status = status;
      response.Set("Content-Type", "text/event-stream");
      response.pipe = std::make_shared<Pipe>(options);
      made_.set_value(response.pipe);
      return response;
    });
    EXPECT_TRUE(started.ok());
    server_ = std::move(started).value();
  }
  uint16_t port() const { return server_->port(); }
  Server& server() { return *server_; }
  std::shared_ptr<Pipe> NextPipe() {
    auto pipe = made_.get_future().get();
    made_ = {};
    return pipe;
  }
  static bool Gone(Pipe& pipe) {
    for (int i = 0; i < 5000 && pipe.open(); ++i) poll(nullptr, 0, 1);
    return !pipe.open();
  }
  FakeClock clock;

 private:
  std::promise<std::shared_ptr<Pipe>> made_;
  std::unique_ptr<Server> server_;
};

class StreamTest : public LineTest {};
class WebSocketTest : public LineTest {};
INSTANTIATE_TEST_SUITE_P(Lines, StreamTest, testing::Bool(), LineName);
INSTANTIATE_TEST_SUITE_P(Lines, WebSocketTest, testing::Bool(), LineName);

TEST_P(StreamTest, SendsChunksAsTheyComeAndEnds) {
  PipeServer server(tls(), 200);
  TestClient client(server.port(), tls());
  ASSERT_TRUE(client.Send(Get("/stream")));
  auto pipe = server.NextPipe();
  std::string head = client.ReadUntil("\r\n\r\n");
  EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), std::string::npos) << head;
  EXPECT_EQ(head.find("Content-Length"), std::string::npos);
  pipe->Send("data: 1\n\n");
  EXPECT_EQ(client.ReadUntil("data: 1\n\n\r\n"), "9\r\ndata: 1\n\n\r\n");
  pipe->Send("data: 2\n\n");
  EXPECT_EQ(client.ReadUntil("data: 2\n\n\r\n"), "9\r\ndata: 2\n\n\r\n");
  pipe->End();
  EXPECT_EQ(client.ReadUntil("0\r\n\r\n"), "0\r\n\r\n");
  EXPECT_TRUE(client.Ended());
}

TEST_P(StreamTest, IsPlainForOldClientsAndBodilessForHead) {
  PipeServer server(tls(), 200);
  TestClient old(server.port(), tls());
  old.Send("GET /s HTTP/1.0\r\n\r\n");
  auto pipe = server.NextPipe();
  EXPECT_EQ(old.ReadUntil("\r\n\r\n").find("chunked"), std::string::npos);
  pipe->Send("as it is");
  pipe->End();
  EXPECT_EQ(old.ReadUntil("as it is"), "as it is");
  EXPECT_TRUE(old.Ended());
  TestClient head(server.port(), tls());
  head.Send("HEAD /s HTTP/1.1\r\nHost: h\r\n\r\n");
  auto unused = server.NextPipe();
  EXPECT_FALSE(head.ReadUntil("\r\n\r\n").empty());
  EXPECT_TRUE(head.Ended());
}

TEST_P(StreamTest, HoldsNoWorkerAndOthersAreAnswered) {
  PipeServer server(tls(), 200);
  std::vector<std::unique_ptr<TestClient>> clients;
  std::vector<std::shared_ptr<Pipe>> pipes;
  for (int i = 0; i < 3 * limits::kHttpWorkers; ++i) {
    clients.push_back(std::make_unique<TestClient>(server.port(), tls()));
    clients.back()->Send(Get("/stream"));
    pipes.push_back(server.NextPipe());
  }
  TestClient other(server.port(), tls());
  EXPECT_EQ(other.Ask(Get("/plain")).status, 200);
  for (auto& pipe : pipes) pipe->Send("hello");
  for (auto& client : clients) EXPECT_FALSE(client->ReadUntil("hello").empty());
  server.server().Stop();
  for (auto& pipe : pipes) EXPECT_FALSE(pipe->open()) << "the server has stopped";
}

TEST_P(StreamTest, SaysSomethingWhenNothingIsToBeSaid) {
  Pipe::Options options;
  options.heartbeat = ": \n\n";
  PipeServer server(tls(), 200, options);
  TestClient client(server.port(), tls());
  client.Send(Get("/stream"));
  auto pipe = server.NextPipe();
  client.ReadUntil("\r\n\r\n");
  // The head may be noted as written only after it was read here: then the silence begins at the later time.
  for (int times = 0; times < 5 && !client.HasBytes(times == 0 ? 0 : 2'000); ++times) {
    server.clock.Advance(int64_t{limits::kPipeHeartbeatSeconds} * 1'000'000);
  }
  EXPECT_EQ(client.ReadUntil(": \n\n"), "4\r\n: \n\n");
}

TEST_P(StreamTest, NoticesThatTheClientHasGone) {
  PipeServer server(tls(), 200);
  auto client = std::make_unique<TestClient>(server.port(), tls());
  client->Send(Get("/stream"));
  auto pipe = server.NextPipe();
  client->ReadUntil("\r\n\r\n");
  client.reset();
  EXPECT_TRUE(PipeServer::Gone(*pipe));
  EXPECT_FALSE(pipe->Send("to nobody"));
}

TEST_P(StreamTest, CutsWhoDoesNotRead) {
  PipeServer server(tls(), 200);
  TestClient client(server.port(), tls(), 4096);
  client.Send(Get("/stream"));
  auto pipe = server.NextPipe();
  size_t sent = 0;
  while (sent < (size_t{256} << 20) && pipe->Send(std::string(64 << 10, 'x'))) sent += 64 << 10;
  EXPECT_FALSE(pipe->open());
  EXPECT_TRUE(pipe->cut());
  while (client.Receive()) {}
  EXPECT_LT(client.waiting(), sent + (1 << 20)) << "and the connection has ended";
}

constexpr std::string_view kUpgrade =
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

// A client's frame: final, masked with zeros (RFC 6455 §5.2).
std::string Frame(int code, std::string_view text) {
  std::string frame;
  frame += static_cast<char>(0x80 | code);
  if (text.size() < 126) {
    frame += static_cast<char>(0x80 | text.size());
  } else {
    frame += static_cast<char>(0x80 | 127);
    for (int shift = 56; shift >= 0; shift -= 8) frame += static_cast<char>(static_cast<uint64_t>(text.size()) >> shift & 0xff);
  }
  return frame + std::string(4, '\0') + std::string(text);
}

TEST_P(WebSocketTest, TalksBothWays) {
  std::promise<std::string> heard;
  Pipe::Options options;
  options.on_message = [&](std::string message) { heard.set_value(std::move(message)); };
  PipeServer server(tls(), 101, options);
  TestClient client(server.port(), tls());
  client.Send(Get("/socket", kUpgrade));
  auto pipe = server.NextPipe();
  std::string head = client.ReadUntil("\r\n\r\n");
  EXPECT_TRUE(StartsWith(head, "HTTP/1.1 101 ")) << head;
  EXPECT_NE(head.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), std::string::npos) << "RFC 6455 §1.3's example";
  client.Send(Frame(1, "bind-with-token abc"));
  EXPECT_EQ(heard.get_future().get(), "bind-with-token abc");
  pipe->Send("one");
  pipe->Send("two");
  EXPECT_EQ(client.ReadBytes(5), "\x81\x03one");
  EXPECT_EQ(client.ReadBytes(5), "\x81\x03two");
  client.Send(Frame(9, "are you there"));
  EXPECT_EQ(client.ReadBytes(15), "\x8a\x0d" "are you there");
  pipe->End();
  EXPECT_EQ(client.ReadBytes(4), std::string("\x88\x02\x03\xe8", 4)) << "a close that says that all is well";
}

TEST_P(WebSocketTest, RefusesWhatIsNoHandshakeAndWhatIsTooLong) {
  PipeServer server(tls(), 101);
  TestClient plain(server.port(), tls());
  plain.Send(Get("/socket"));
  auto first = server.NextPipe();
  std::string refusal = plain.ReadUntil("\r\n\r\n");
  EXPECT_TRUE(StartsWith(refusal, "HTTP/1.1 400 ")) << refusal;
  EXPECT_TRUE(PipeServer::Gone(*first));
  TestClient loud(server.port(), tls());
  loud.Send(Get("/socket", kUpgrade));
  auto pipe = server.NextPipe();
  loud.ReadUntil("\r\n\r\n");
  loud.Send(Frame(1, std::string(limits::kPipeMessageBytes + 1, 'x')));
  EXPECT_TRUE(PipeServer::Gone(*pipe));
}

TEST_P(WebSocketTest, PingsAndLeavesWhoIsSilent) {
  PipeServer server(tls(), 101);
  TestClient client(server.port(), tls());
  client.Send(Get("/socket", kUpgrade));
  auto pipe = server.NextPipe();
  client.ReadUntil("\r\n\r\n");
  server.clock.Advance(int64_t{limits::kPipeHeartbeatSeconds} * 1'000'000);
  EXPECT_EQ(client.ReadBytes(2), std::string("\x89\x00", 2));
  server.clock.Advance(int64_t{limits::kPipeHeartbeatSeconds} * 3'000'000);
  EXPECT_TRUE(PipeServer::Gone(*pipe));
}

TEST_P(WebSocketTest, CutsWhoDoesNotRead) {
  PipeServer server(tls(), 101);
  TestClient client(server.port(), tls(), 4096);
  client.Send(Get("/socket", kUpgrade));
  auto pipe = server.NextPipe();
  size_t sent = 0;
  while (sent < (size_t{256} << 20) && pipe->Send(std::string(64 << 10, 'x'))) sent += 64 << 10;
  EXPECT_FALSE(pipe->open());
}

}  // namespace
}  // namespace qianxian::http
