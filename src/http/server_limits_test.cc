#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <deque>
#include <fstream>
#include <latch>
#include <semaphore>
#include <thread>

#include "base/files.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/limits_overload.h"
#include "base/temporary_folder.h"
#include "base/text.h"
#include "http/server.h"
#include "bytes/compress.h"
#include "http/test_client.h"

namespace qianxian::http {
namespace {

constexpr int64_t kSecond = 1'000'000;  // of FakeClock

Response Text(std::string body) {
  Response response;
  response.body = std::move(body);
  return response;
}

class ServerLimits : public LineTest {};
INSTANTIATE_TEST_SUITE_P(Lines, ServerLimits, testing::Bool(), LineName);

Response Short(Request& request) { return Text(request.path); }

TEST_P(ServerLimits, HeadersAndBodies) {
  ServerOptions options;
  options.body_bytes = 1000;
  auto server = Start(options, Short);
  TestClient wide(server->port(), tls());
  EXPECT_EQ(wide.Ask(Get("/", "X: " + std::string(limits::kHttpHeaderBytes, 'x') + "\r\n")).status, 431);
  EXPECT_TRUE(wide.Ended());
  TestClient claims(server->port(), tls());
  EXPECT_EQ(claims.Ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n").status, 413);
  EXPECT_TRUE(claims.Ended());
  TestClient sends(server->port(), tls());
  // The refusal arrives although much more is on its way than anybody reads.
  std::thread sender([&] { sends.Send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n200000\r\n" + std::string(0x200000, 'x')); });
  EXPECT_EQ(sends.Read().status, 413);
  sender.join();
}

TEST_P(ServerLimits, BodiesOfAllConnectionsTogether) {
  ServerOptions options;
  options.bodies_bytes = 3'000'000;
  options.body_bytes = 2'000'000;
  options.io_threads = 1;
  auto server = Start(options, Short);
  std::string part(1'500'000, 'x');
  std::string unfinished = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n\r\n" + part;
  TestClient first(server->port(), tls()), second(server->port(), tls()), other(server->port(), tls()), third(server->port(), tls());
  ASSERT_TRUE(first.Send(unfinished));
  ASSERT_TRUE(second.Send(unfinished));
  // Each answer to `other` is a round of the one io thread, in which it reads a quarter of a MiB of either, as far as it has come.
  int status = 200;
  for (int round = 0; round < 10'000 && status == 200; ++round) status = other.Ask(Post("/", "one byte more")).status;
  EXPECT_EQ(status, 503);
  std::thread sender([&] { third.Send(unfinished); });
  EXPECT_EQ(third.Read().status, 503);
  sender.join();
  first.Disconnect();
  second.Disconnect();
  TestAnswer later;
  for (int tries = 0; tries < 10'000 && later.status != 200; ++tries) later = TestClient(server->port(), tls()).Ask(Post("/", std::string(2'000'000, 'x')));
  EXPECT_EQ(later.status, 200) << "what went away is not counted";
}

TEST_P(ServerLimits, ConnectionsOverTheBoundAreTurnedAway) {
  ServerOptions options;
  options.connections = 2;
  auto server = Start(options, Short);
  TestClient first(server->port(), tls()), second(server->port(), tls());
  EXPECT_EQ(first.Ask(Get("/")).status, 200);
  EXPECT_EQ(second.Ask(Get("/")).status, 200);
  TestClient third(server->port(), tls());
  if (tls()) {
    EXPECT_FALSE(third.connected()) << "turned away before any handshake";
  } else {
    TestAnswer answer = third.Read();
    EXPECT_EQ(answer.status, 503);
    EXPECT_NE(answer.head.find("Retry-After: "), std::string::npos);
  }
  first.Disconnect();
  TestAnswer fourth;
  for (int tries = 0; tries < 10'000 && fourth.status != 200; ++tries) {
    TestClient client(server->port(), tls());
    if (client.connected()) fourth = client.Ask(Get("/"));
  }
  EXPECT_EQ(fourth.status, 200) << "a place became free";
}

TEST_P(ServerLimits, AFullQueueIsBusyAndInlineStillAnswers) {
  ServerOptions options;
  options.workers = 1;
  options.queued_requests = 1;
  options.inline_handler = [](std::string_view method, std::string_view path) { return method == "GET" && path == "/inline"; };
  std::latch handling(1), go_on(1);
  auto server = Start(options, [&](Request& request) {
    if (request.path == "/wait") {
      handling.count_down();
      go_on.wait();
    }
    return Text(request.path);
  });
  TestClient running(server->port(), tls()), a(server->port(), tls()), b(server->port(), tls()), reader(server->port(), tls());
  ASSERT_TRUE(running.Send(Get("/wait")));
  handling.wait();
  // One of these two waits in the queue; the other is told to come again, and keeps its connection.
  ASSERT_TRUE(a.Send(Get("/queued")));
  ASSERT_TRUE(b.Send(Get("/queued")));
  bool a_first = false, any = false;
  for (int tries = 0; tries < 1000 && !any; ++tries) {
    a_first = a.HasBytes(10);
    any = a_first || b.HasBytes(10);
  }
  ASSERT_TRUE(any);
  TestClient& refused = a_first ? a : b;
  TestClient& queued = a_first ? b : a;
  TestAnswer busy = refused.Read();
  EXPECT_EQ(busy.status, 503);
  EXPECT_NE(busy.head.find("Retry-After: 1\r\n"), std::string::npos);
  EXPECT_EQ(reader.Ask(Get("/inline")).body, "/inline") << "does not need a worker";
  go_on.count_down();
  EXPECT_EQ(running.Read().body, "/wait");
  EXPECT_EQ(queued.Read().body, "/queued");
  EXPECT_EQ(refused.Ask(Get("/again")).body, "/again");
}

// Requests by rounds, in each of which one is answered: where one comes a round, and where five come. The worker has begun what it can,
// and the queue is as it must be, before the next one comes: what is taken depends on nothing else.
class Rounds {
 public:
  struct Seen {
    std::vector<int> waited;               // rounds, of each that was accepted, in order
    int refused = 0;
  };
  Rounds(Server& server, bool tls, size_t bound, std::counting_semaphore<>& started, std::counting_semaphore<>& finish)
      : server_(server), tls_(tls), bound_(bound), started_(started), finish_(finish) {}

  Seen Run(int rounds, int each) {
    Seen seen;
    for (int round = 0; round < rounds && !testing::Test::HasFailure(); ++round) {
      for (int i = 0; i < each; ++i) Send(round, seen);
      AnswerOne(round, seen);
    }
    while (!waiting_.empty()) AnswerOne(rounds, seen);
    return seen;
  }

 private:
  struct Waiting {
    std::unique_ptr<TestClient> client;
    std::string path;
    int round = 0;
  };
  void Send(int round, Seen& seen) {
    Waiting one{std::make_unique<TestClient>(server_.port(), tls_), "/step/" + std::to_string(++number_), round};
    ASSERT_TRUE(one.client->Send(Get(one.path)));
    if (waiting_.size() == bound_ + 1) {
      const TestAnswer answer = one.client->Read();
      EXPECT_EQ(answer.status, 503);
      EXPECT_NE(answer.head.find("Retry-After: 1\r\n"), std::string::npos);
      ++seen.refused;
      return;
    }
    waiting_.push_back(std::move(one));
    if (waiting_.size() == 1) return started_.acquire();
    for (int looks = 0; looks < 1'000'000 && server_.figures().queued != waiting_.size() - 1; ++looks) std::this_thread::yield();
    EXPECT_EQ(server_.figures().queued, waiting_.size() - 1);
  }
  void AnswerOne(int round, Seen& seen) {
    finish_.release();
    const Waiting one = std::move(waiting_.front());
    waiting_.pop_front();
    const TestAnswer answer = one.client->Read();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, one.path);
    seen.waited.push_back(round - one.round + 1);
    if (!waiting_.empty()) started_.acquire();
  }

  Server& server_;
  const bool tls_;
  const size_t bound_;
  std::counting_semaphore<>& started_;
  std::counting_semaphore<>& finish_;
  std::deque<Waiting> waiting_;
  int number_ = 0;
};

TEST_P(ServerLimits, AtFiveTimesWhatItCanDoItAnswersAsQuicklyWhatItTakes) {
  constexpr int kRounds = 40;
  constexpr size_t kQueued = 2;
  std::counting_semaphore<> started(0), finish(0);
  ServerOptions options;
  options.workers = 1;
  options.queued_requests = kQueued;
  auto server = Start(options, [&](Request& request) {
    started.release();
    finish.acquire();
    return Text(request.path);
  });
  Rounds rounds(*server, tls(), kQueued, started, finish);
  const auto at = [](std::vector<int> waited, double share) {
    std::sort(waited.begin(), waited.end());
    return waited.at(static_cast<size_t>(share * static_cast<double>(waited.size() - 1)));
  };
  const Rounds::Seen once = rounds.Run(kRounds, 1);
  EXPECT_EQ(once.refused, 0);
  ASSERT_EQ(once.waited.size(), static_cast<size_t>(kRounds));
  EXPECT_EQ(at(once.waited, 0.99), 1);
  const Rounds::Seen five = rounds.Run(kRounds, 5);
  ASSERT_EQ(five.waited.size(), kRounds + kQueued) << "as many as it can, and those that waited at the end";
  EXPECT_EQ(five.refused, 5 * kRounds - static_cast<int>(kRounds + kQueued)) << "all others heard so at once";
  EXPECT_LE(at(five.waited, 0.99), static_cast<int>(1 + kQueued) * at(once.waited, 0.99)) << "no longer than the queue is";
  EXPECT_EQ(rounds.Run(kRounds, 1).refused, 0) << "and afterwards it is as before";
}

TEST_P(ServerLimits, WhereTheOldestHasWaitedTooLongNoneIsTaken) {
  FakeClock clock;
  ServerOptions options;
  options.clock = &clock;
  options.workers = 1;
  std::latch handling(1), go_on(1);
  auto server = Start(options, [&](Request& request) {
    if (request.path == "/wait") {
      handling.count_down();
      go_on.wait();
    }
    return Text(request.path);
  });
  TestClient running(server->port(), tls()), first(server->port(), tls()), second(server->port(), tls()), third(server->port(), tls());
  ASSERT_TRUE(running.Send(Get("/wait")));
  handling.wait();
  const auto queued = [&](size_t count) {
    for (int looks = 0; looks < 1'000'000 && server->figures().queued != count; ++looks) std::this_thread::yield();
    return server->figures().queued == count;
  };
  ASSERT_TRUE(first.Send(Get("/first")));
  ASSERT_TRUE(queued(1));
  clock.Advance(limits::kHttpQueueMilliseconds * 1000);
  ASSERT_TRUE(second.Send(Get("/second")));
  ASSERT_TRUE(queued(2)) << "not longer than it may";
  clock.Advance(1);
  const TestAnswer busy = third.Ask(Get("/third"));
  EXPECT_EQ(busy.status, 503);
  EXPECT_NE(busy.head.find("Retry-After: 1\r\n"), std::string::npos);
  go_on.count_down();
  EXPECT_EQ(running.Read().body, "/wait");
  EXPECT_EQ(first.Read().body, "/first") << "what was taken is answered";
  EXPECT_EQ(second.Read().body, "/second");
  EXPECT_EQ(third.Ask(Get("/again")).body, "/again");
}

// A look-up is answered on the io thread; what takes long about a large answer is not done there.
TEST_P(ServerLimits, PackingALargeAnswerHoldsNobody) {
  ServerOptions options;
  options.workers = 1;
  options.io_threads = 1;
  options.inline_handler = [](std::string_view, std::string_view path) { return StartsWith(path, "/inline"); };
  std::latch handling(1), go_on(1);
  auto server = Start(options, [&](Request& request) {
    if (request.path == "/wait") {
      handling.count_down();
      go_on.wait();
    }
    Response response = Text(request.path == "/inline-large" ? std::string(1'000'000, 'x') : request.path);
    response.Set("Content-Type", "text/plain");
    return response;
  });
  TestClient running(server->port(), tls()), large(server->port(), tls()), reader(server->port(), tls());
  ASSERT_TRUE(running.Send(Get("/wait")));
  handling.wait();
  ASSERT_TRUE(large.Send(Get("/inline-large", "Accept-Encoding: gzip\r\n")));
  EXPECT_EQ(reader.Ask(Get("/inline", "Accept-Encoding: gzip\r\n")).body, "/inline");
  EXPECT_FALSE(large.HasBytes(0)) << "the worker that would pack it is busy";
  go_on.count_down();
  EXPECT_EQ(running.Read().body, "/wait");
  TestAnswer answer = large.Read();
  EXPECT_NE(answer.head.find("Content-Encoding: gzip\r\n"), std::string::npos);
  EXPECT_EQ(bytes::Gunzip(answer.body, 10'000'000).value(), std::string(1'000'000, 'x'));
}

// In the tests below one io thread serves all: an answer to `other` shows that what was sent before has been taken in.
TEST_P(ServerLimits, ASlowHeaderIsDropped) {
  FakeClock clock;
  ServerOptions options;
  options.clock = &clock;
  options.io_threads = 1;
  auto server = Start(options, Short);
  TestClient patient(server->port(), tls()), slow(server->port(), tls()), other(server->port(), tls());
  EXPECT_EQ(patient.Ask(Get("/")).status, 200);
  EXPECT_EQ(slow.Ask(Get("/")).status, 200);
  ASSERT_TRUE(slow.Send("GET / HTTP/1.1\r\nHost:"));
  EXPECT_EQ(other.Ask(Get("/")).status, 200);
  clock.Advance((limits::kHttpHeaderSeconds + 1) * kSecond);
  EXPECT_TRUE(slow.Ended());
  EXPECT_EQ(patient.Ask(Get("/")).status, 200) << "one that only waits may wait longer";
  EXPECT_EQ(other.Ask(Get("/")).status, 200);
  clock.Advance((limits::kHttpIdleSeconds + 1) * kSecond);
  EXPECT_TRUE(patient.Ended());
}

TEST_P(ServerLimits, ABodyThatDripsIsDropped) {
  FakeClock clock;
  ServerOptions options;
  options.clock = &clock;
  options.io_threads = 1;
  auto server = Start(options, Short);
  TestClient slow(server->port(), tls()), other(server->port(), tls());
  EXPECT_EQ(slow.Ask(Get("/")).status, 200);
  ASSERT_TRUE(slow.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n"));
  EXPECT_EQ(other.Ask(Get("/")).status, 200);
  clock.Advance(40 * kSecond);
  ASSERT_TRUE(slow.Send("x"));
  EXPECT_EQ(other.Ask(Get("/")).status, 200);
  clock.Advance(40 * kSecond);  // never idle for a minute, and yet one byte in 80 seconds
  EXPECT_TRUE(slow.Ended());
}

TEST_P(ServerLimits, ABodyThatKeepsUpIsNot) {
  FakeClock clock;
  ServerOptions options;
  options.clock = &clock;
  options.io_threads = 1;
  auto server = Start(options, [](Request& request) { return Text(std::to_string(request.body.size())); });
  TestClient steady(server->port(), tls()), other(server->port(), tls());
  std::string piece(100'000, 'x');
  ASSERT_TRUE(steady.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n"));
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(steady.Send(piece));
    EXPECT_EQ(other.Ask(Get("/")).status, 200);
    clock.Advance(30 * kSecond);
  }
  EXPECT_EQ(steady.Read().body, "1000000");
}

TEST_P(ServerLimits, AClientThatDoesNotReadIsDropped) {
  FakeClock clock;
  ServerOptions options;
  options.clock = &clock;
  auto server = Start(options, [](Request&) { return Text(std::string(50'000'000, 'x')); });
  TestClient deaf(server->port(), tls(), 4096);
  ASSERT_TRUE(deaf.Send(Get("/")));
  ASSERT_TRUE(deaf.Receive());  // it began
  clock.Advance((limits::kHttpIdleSeconds + 1) * kSecond);
  // The deadline may have been renewed between the first bytes and the step of the clock: stepping on drops it surely.
  pollfd gone{deaf.fd(), 0, 0};
  for (int tries = 0; tries < 1000 && (gone.revents & (POLLHUP | POLLERR)) == 0; ++tries) {
    clock.Advance((limits::kHttpIdleSeconds + 1) * kSecond);
    poll(&gone, 1, 10);
    if ((gone.revents & (POLLHUP | POLLERR)) == 0 && send(deaf.fd(), "x", 1, MSG_NOSIGNAL) < 0) break;
  }
  EXPECT_EQ(deaf.Read().status, 0) << "not all of it came";
  EXPECT_LT(deaf.waiting(), 50'000'000U);
}

class UploadTest : public LineTest {
 protected:
  void SetUp() override {
    options_.upload = [this](std::string_view method, std::string_view path) { return method == "POST" && path == "/upload" ? folder_ : std::string(); };
    options_.upload_bytes = 20'000'000;
    options_.body_bytes = 1000;
  }

  // Reads the upload, removes it, says its size and hash.
  static Response Take(Request& request) {
    if (request.upload_path.empty()) return Text("no upload");
    auto content = ReadFile(request.upload_path);
    EXPECT_TRUE(RemoveFile(request.upload_path).ok());
    EXPECT_EQ(request.body, "");
    return Text(std::to_string(content->size()) + " " + std::to_string(HashFnv1a64(*content)));
  }
  static std::string Summary(const std::string& content) {
    return std::to_string(content.size()) + " " + std::to_string(HashFnv1a64(content));
  }
  static std::string Content(size_t size) {
    std::string out(size, '\0');
    SeededRandom(size).Fill(out.data(), size);
    return out;
  }
  // Until the folder has so many files, asking the server something in between.
  bool BecomesFiles(Server& server, size_t count) {
    for (int tries = 0; tries < 20'000; ++tries) {
      if (ListFiles(folder_)->size() == count) return true;
      TestClient(server.port(), tls()).Ask(Get("/"));
    }
    return false;
  }

  TemporaryFolder place_;
  const std::string& folder_ = place_.path();
  ServerOptions options_;
};

INSTANTIATE_TEST_SUITE_P(Lines, UploadTest, testing::Bool(), LineName);

TEST_P(UploadTest, GoesToAFile) {
  auto server = Start(options_, Take);
  TestClient client(server->port(), tls());
  for (size_t size : {0U, 1U, 1000U, 1U << 20, 10'000'000U}) {
    std::string content = Content(size);
    EXPECT_EQ(client.Ask(Post("/upload", content)).body, Summary(content));
  }
  EXPECT_EQ(client.Ask(Post("/other", "x")).body, "no upload");
  EXPECT_TRUE(ListFiles(folder_)->empty());
}

TEST_P(UploadTest, ChunkedAndAfterContinue) {
  auto server = Start(options_, Take);
  TestClient client(server->port(), tls());
  std::string content = Content(3'000'000);
  ASSERT_TRUE(client.Send("POST /upload HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"));
  TestAnswer go = client.Read();
  EXPECT_EQ(go.status, 100);
  for (size_t at = 0; at < content.size(); at += 100'000) {
    std::string piece = content.substr(at, 100'000);
    ASSERT_TRUE(client.Send("186a0\r\n" + piece + "\r\n"));
  }
  ASSERT_TRUE(client.Send("0\r\n\r\n"));
  EXPECT_EQ(client.Read().body, Summary(content));
}

TEST_P(UploadTest, IsRemovedWhenTheClientGoesAway) {
  auto server = Start(options_, Take);
  TestClient client(server->port(), tls());
  ASSERT_TRUE(client.Send("POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 5000000\r\n\r\n" + Content(2'000'000)));
  EXPECT_TRUE(BecomesFiles(*server, 1));
  client.Disconnect();
  EXPECT_TRUE(BecomesFiles(*server, 0));
}

TEST_P(UploadTest, IsRemovedWhenTheServerStops) {
  FakeClock clock;
  options_.clock = &clock;
  auto server = Start(options_, Take);
  TestClient client(server->port(), tls()), idle(server->port(), tls());
  EXPECT_EQ(idle.Ask(Get("/")).status, 200);
  ASSERT_TRUE(client.Send("POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 5000000\r\n\r\n" + Content(2'000'000)));
  EXPECT_TRUE(BecomesFiles(*server, 1));
  std::thread stopper([&] { server->Stop(); });
  EXPECT_TRUE(idle.Ended()) << "Stop has begun, and waits for the upload";
  clock.Advance((limits::kHttpStopSeconds + 1) * kSecond);
  stopper.join();
  EXPECT_TRUE(ListFiles(folder_)->empty());
}

TEST_P(UploadTest, IsBounded) {
  auto server = Start(options_, Take);
  TestClient claims(server->port(), tls());
  EXPECT_EQ(claims.Ask("POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 20000001\r\n\r\n").status, 413);
  TestClient sends(server->port(), tls());
  std::thread sender([&] {
    sends.Send("POST /upload HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    std::string piece = "100000\r\n" + Content(0x100000) + "\r\n";
    for (int i = 0; i < 24 && sends.Send(piece); ++i) {
    }
  });
  EXPECT_EQ(sends.Read().status, 413);
  sender.join();
  EXPECT_TRUE(BecomesFiles(*server, 0));
}

TEST_P(UploadTest, IsAskedForAdmissionFirst) {
  options_.admit_upload = [](const Request& request) -> std::optional<Response> {
    if (request.Header("authorization") == "throw") throw std::runtime_error("on purpose");
    if (request.Header("authorization") == "yes") return std::nullopt;
    Response response = Text("who are you?");
    response.status = 401;
    return response;
  };
  auto server = Start(options_, Take);
  std::string content = Content(2'000'000);
  TestClient known(server->port(), tls());
  for (int i = 0; i < 2; ++i) EXPECT_EQ(known.Ask(Post("/upload", content, "Authorization: yes\r\n")).body, Summary(content));
  EXPECT_EQ(known.Ask(Post("/upload", "", "Authorization: yes\r\n")).body, Summary("")) << "an empty file is a file";
  TestClient unknown(server->port(), tls());
  TestAnswer answer = unknown.Ask("POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 5000000\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.body, "who are you?");
  EXPECT_TRUE(unknown.Ended());
  EXPECT_EQ(TestClient(server->port(), tls()).Ask(Post("/upload", "x", "Authorization: throw\r\n")).status, 500);
  EXPECT_EQ(TestClient(server->port(), tls()).Ask(Post("/other", "x")).body, "no upload") << "only uploads are asked";
  EXPECT_TRUE(ListFiles(folder_)->empty());
}

TEST_P(UploadTest, SaysWhenThereIsNoRoom) {
  options_.upload = [](std::string_view, std::string_view path) { return path == "/upload" ? "/proc/nowhere" : ""; };
  auto server = Start(options_, Take);
  EXPECT_EQ(TestClient(server->port(), tls()).Ask(Post("/upload", "x")).status, 507);
}

TEST_P(UploadTest, AnswersFromFiles) {
  std::string content = Content(9'000'000);
  std::ofstream(folder_ + "/big", std::ios::binary) << content;
  std::ofstream(folder_ + "/empty", std::ios::binary);
  auto server = Start(options_, [this](Request& request) {
    Response response;
    response.Set("Content-Type", "application/octet-stream");
    response.file_path = folder_ + request.path;
    return response;
  });
  TestClient client(server->port(), tls());
  EXPECT_TRUE(client.Ask(Get("/big")).body == content);
  EXPECT_EQ(client.Ask(Get("/empty")).body, "");
  EXPECT_EQ(client.Ask(Get("/none")).status, 404);
  EXPECT_NE(client.Ask("HEAD /big HTTP/1.1\r\nHost: h\r\n\r\n", true).head.find("Content-Length: 9000000\r\n"), std::string::npos);
  EXPECT_TRUE(client.Ask(Get("/big", "Accept-Encoding: gzip\r\n")).body == content) << "files go out as they are";
  TestClient leaves(server->port(), tls());
  ASSERT_TRUE(leaves.Send(Get("/big")));
  ASSERT_TRUE(leaves.Receive());
  leaves.Disconnect();
  EXPECT_TRUE(client.Ask(Get("/big")).body == content) << "the server outlives a client that leaves";
}

}  // namespace
}  // namespace qianxian::http
