// A server that is killed with SIGKILL while clients write: what was acknowledged is there afterwards, and the store is whole.
#include <gtest/gtest.h>

#include <signal.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "edge/program.h"

namespace qianxian::tests {
namespace {

constexpr int kRounds = 8;
constexpr int kClients = 4;

struct Acknowledged {
  std::mutex mutex;
  std::vector<std::string> places;         // "/fhir/Patient/…"
};

std::string PlaceOf(const http::Response& response) {
  std::string location(response.Header("location"));
  size_t from = location.find("/fhir/"), to = location.find("/_history/");
  return from == std::string::npos || to == std::string::npos ? "" : location.substr(from, to - from);
}

// Writes until the server is gone; the last writer of round's quota kills it in the middle of the others' work.
void WriteUntilGone(Server& server, std::atomic<int>& left, Acknowledged& done) {
  while (true) {
    http::Response made = server.Send("POST", "/fhir/Patient", R"({"resourceType":"Patient","active":true})", {{"Prefer", "return=minimal"}});
    if (made.status != 201) return;
    {
      std::lock_guard lock(done.mutex);
      done.places.push_back(PlaceOf(made));
    }
    if (--left == 0) server.child().Signal(SIGKILL);
  }
}

TEST(KilledServer, LosesNothingThatItAcknowledged) {
  Folder folder;
  std::string data = folder.path("data");
  std::string token = TokenOf(data);
  Acknowledged done;
  for (int round = 0; round < kRounds; ++round) {
    Server server(data);
    ASSERT_TRUE(server.ready()) << "round " << round;
    server.UseToken(token);
    std::atomic<int> left = 20 + 37 * round;
    std::vector<std::thread> clients;
    for (int i = 0; i < kClients; ++i) clients.emplace_back([&] { WriteUntilGone(server, left, done); });
    for (std::thread& client : clients) client.join();
    EXPECT_EQ(server.child().End().code, 128 + SIGKILL);
  }
  Server server(data);
  ASSERT_TRUE(server.ready());
  server.UseToken(token);
  EXPECT_GT(done.places.size(), 1000u);
  for (const std::string& place : done.places) {
    http::Response found = server.Send("GET", place);
    ASSERT_EQ(found.status, 200) << place;
  }
  Ended check = RunProgram({"check", "--data", data});
  EXPECT_EQ(check.code, 0) << check.out << check.err;
}

}  // namespace
}  // namespace qianxian::tests
