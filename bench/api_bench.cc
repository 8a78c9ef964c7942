// The real server under load on this machine: reads by id over 32 kept-alive connections, and durable two-resource
// transactions of 64 clients. Prints requests/s and the latency at 50 and 99 %. Every answer's status is checked.
//   ninja api_bench && ./bench/api_bench [seconds]
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/text.h"
#include "edge/program.h"

namespace qianxian::tests {
namespace {

class Connection {                         // HTTP/1.1, kept alive, one request at a time
 public:
  explicit Connection(uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    good_ = connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~Connection() { close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The status; 0 where the connection broke.
  int Ask(const std::string& request) {
    if (!good_ || write(socket_, request.data(), request.size()) != static_cast<ssize_t>(request.size())) return 0;
    std::string answer;
    size_t whole = 0;
    char piece[65536];
    while (whole == 0 || answer.size() < whole) {
      ssize_t got = read(socket_, piece, sizeof piece);
      if (got <= 0) return 0;
      answer.append(piece, static_cast<size_t>(got));
      size_t end = answer.find("\r\n\r\n");
      if (whole == 0 && end != std::string::npos) {
        std::string head = ToLowerAscii(std::string_view(answer).substr(0, end));
        size_t at = head.find("content-length: ");
        whole = end + 4 + (at == std::string::npos ? 0 : std::strtoull(head.c_str() + at + 16, nullptr, 10));
      }
    }
    return std::atoi(answer.c_str() + 9);
  }

 private:
  int socket_;
  bool good_ = false;
};

struct Outcome {
  uint64_t requests = 0, wrong = 0;
  double seconds = 0;
  std::vector<int64_t> nanoseconds;
};

Outcome Load(uint16_t port, int connections, int seconds, int expected, const std::string& request) {
  SystemClock clock;
  std::vector<std::vector<int64_t>> times(static_cast<size_t>(connections));
  std::atomic<uint64_t> wrong{0};
  std::vector<std::thread> threads;
  int64_t begin = clock.MonotonicNanoseconds(), until = begin + int64_t{seconds} * 1'000'000'000;
  for (int i = 0; i < connections; ++i) {
    threads.emplace_back([&, i] {
      Connection connection(port);
      for (int64_t now = clock.MonotonicNanoseconds(); now < until;) {
        int status = connection.Ask(request);
        int64_t after = clock.MonotonicNanoseconds();
        times[static_cast<size_t>(i)].push_back(after - now);
        now = after;
        if (status != expected) ++wrong;
        if (status == 0) return;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  Outcome outcome;
  outcome.seconds = static_cast<double>(clock.MonotonicNanoseconds() - begin) / 1e9;
  for (const auto& some : times) outcome.nanoseconds.insert(outcome.nanoseconds.end(), some.begin(), some.end());
  std::sort(outcome.nanoseconds.begin(), outcome.nanoseconds.end());
  outcome.requests = outcome.nanoseconds.size();
  outcome.wrong = wrong;
  return outcome;
}

int Show(const char* what, const Outcome& outcome) {
  if (outcome.requests == 0 || outcome.wrong != 0) {
    std::printf("%s: %llu of %llu answers were wrong\n", what, static_cast<unsigned long long>(outcome.wrong),
                static_cast<unsigned long long>(outcome.requests));
    return 1;
  }
  auto at = [&](double share) {
    return static_cast<double>(outcome.nanoseconds[static_cast<size_t>(share * static_cast<double>(outcome.requests - 1))]) / 1e6;
  };
  std::printf("%-48s %9.0f/s  p50 %6.2f ms  p99 %6.2f ms\n", what, static_cast<double>(outcome.requests) / outcome.seconds, at(0.5), at(0.99));
  return 0;
}

std::string Request(const std::string& method, const std::string& target, const std::string& token, const std::string& body) {
  std::string text = method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + token + "\r\n";
  if (!body.empty()) {
    text += "Content-Type: application/fhir+json\r\nPrefer: return=minimal\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return text + "\r\n" + body;
}

int Main(int seconds) {
  Folder folder;
  std::string data = folder.path("data");
  Server server(data);
  std::string token = TokenOf(data);
  server.UseToken(token);
  std::string patient = R"({"resourceType":"Patient","id":"p1","name":[{"family":"王","given":["小明"]}],"gender":"male",)"
                        R"("birthDate":"1980-05-01","identifier":[{"system":"urn:x","value":"12345"}],"address":[{"text":"清源县城东镇"}]})";
  if (server.Send("PUT", "/fhir/Patient/p1", patient).status != 201) return 1;
  std::string bundle =
      R"({"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:0c9a1fd4-8b52-4f5e-9f0c-6a3a1f0a0001","resource":)"
      R"({"resourceType":"Encounter","status":"finished","class":{"code":"IMP"},"subject":{"reference":"Patient/p1"}},"request":{"method":"POST","url":"Encounter"}},)"
      R"({"resource":{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"subject":{"reference":"Patient/p1"},)"
      R"("encounter":{"reference":"urn:uuid:0c9a1fd4-8b52-4f5e-9f0c-6a3a1f0a0001"},"valueQuantity":{"value":128,"unit":"mmHg"}},"request":{"method":"POST","url":"Observation"}}]})";
  int bad = Show("read by id, 32 connections", Load(server.port(), 32, seconds, 200, Request("GET", "/fhir/Patient/p1", token, "")));
  bad += Show("search by identifier, 32 connections",
              Load(server.port(), 32, seconds, 200, Request("GET", "/fhir/Patient?identifier=urn:x%7C12345", token, "")));
  bad += Show("two-resource transaction, durable, 64 clients", Load(server.port(), 64, seconds, 200, Request("POST", "/fhir", token, bundle)));
  server.child().Signal(SIGTERM);
  return bad + server.child().End().code;
}

}  // namespace
}  // namespace qianxian::tests

int main(int argc, char** argv) { return qianxian::tests::Main(argc > 1 ? std::atoi(argv[1]) : 5); }
