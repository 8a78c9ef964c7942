// What counting a request costs: an answer's headers made with and without RequestWatch around them, in one thread and in two.
// Prints nanoseconds of processor a request, and checks that every request was counted.
//   watch_bench [REQUESTS]
#include <ctime>

#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "api/request_watch.h"
#include "metrics/strict_parser_for_tests.h"

namespace qianxian::api {
namespace {

double ProcessorNanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// What an answer of a read by id has at least.
size_t Answer(RequestWatch* watch, const http::Request& request) {
  RequestNote note = watch ? watch->Begin() : RequestNote();
  http::Response response;
  for (const auto& [name, value] : {std::pair{"Content-Type", "application/fhir+json; charset=utf-8"}, {"ETag", "W/\"1\""}, {"Last-Modified", "Mon, 01 Jan 2025 00:00:00 GMT"},
                                    {"X-Content-Type-Options", "nosniff"}, {"Cache-Control", "no-store"}}) {
    response.headers.emplace_back(name, value);
  }
  if (watch) {
    note.user = "admin";
    watch->End(note, request, response);
  }
  return response.headers.size();
}

bool Measure(size_t requests, int threads) {
  SystemClock clock;
  SystemRandom random;
  Operations operations;
  operations.logged = LoggedRequests::kFailed;
  RequestWatch watch(clock, random, operations, RouteNames({}, fhir::Definitions::R4()));
  http::Request request;
  request.method = "GET";
  request.path = request.target = "/fhir/Patient/0192f0c1-1111-7000-8000-000000000000";
  request.headers = {{"host", "localhost"}, {"user-agent", "bench"}, {"accept", "application/fhir+json"}, {"authorization", "Bearer of forty-three letters, as a secret has them"}};
  double took[2] = {0, 0};
  constexpr int kTurns = 3;
  for (int turn = 0; turn < 2 * kTurns; ++turn) {
    const double begin = ProcessorNanoseconds();
    std::vector<std::thread> all;
    for (int i = 0; i < threads; ++i) {
      all.emplace_back([&] {
        size_t headers = 0;
        for (size_t j = 0; j < requests; ++j) headers += Answer(turn % 2 == 0 ? nullptr : &watch, request);
        if (headers == 0) std::abort();
      });
    }
    for (std::thread& one : all) one.join();
    took[turn % 2] += (ProcessorNanoseconds() - begin) / (static_cast<double>(requests) * threads * kTurns);
  }
  std::printf("%d threads: %.0f ns without, %.0f ns with: %.0f ns\n", threads, took[0], took[1], took[1] - took[0]);
  metrics::TextWriter writer;
  watch.Write(writer);
  const metrics::ParsedMetrics parsed = metrics::StrictParser::Parse(writer.Take());
  return parsed.Value("qianxian_http_requests_total", {{"route", "fhir-read"}, {"status", "2xx"}}) == static_cast<double>(requests) * threads * kTurns;
}

}  // namespace
}  // namespace qianxian::api

int main(int argc, char** argv) {
  const size_t requests = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  for (int threads : {1, 2}) {
    if (!qianxian::api::Measure(requests, threads)) {
      std::fprintf(stderr, "not every request was counted\n");
      return 1;
    }
  }
  return 0;
}
