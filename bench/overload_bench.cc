// What a server does with more than it can: how much it answers is found first (as many clients as it has workers, each asking again
// when it was answered), then requests come at half of that, at all of it, at twice and at five times, whatever becomes of them. Prints,
// for each, what was accepted and what was answered 503, and how long either took. Every accepted answer is checked; what was written
// and accepted is read again at the end. Good: nothing wrong, nothing accepted is lost, and the 99th percentile of what is accepted at
// five times is not far from that at once.
//   overload_bench [--seconds N] [--queued N] [--workers N] [--connections N]
// Loopback only: it starts this build's own server on a fresh folder.
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>

#include "base/text.h"
#include "edge/program.h"
#include "load.h"

namespace qianxian::bench {
namespace {

constexpr uint64_t kPeople = 4'000;
// A refusal is a line of the log, and nobody reads it while the load runs: a full pipe would stop the server.
const std::string kQuiet = "[log]\nlevel = \"error\"\nrequests = \"none\"\n";

struct Options {
  int seconds = 8, queued = 64, workers = 16, connections = 1500;
};

std::string Number(uint64_t number) { return "n" + std::to_string(number); }

std::string Patient(uint64_t number) {
  static constexpr const char* kFamilies[] = {"王", "李", "张", "刘", "陈"};
  return R"({"resourceType":"Patient","identifier":[{"system":"urn:overload","value":")" + Number(number) + R"("}],"name":[{"family":")" + kFamilies[number % 5] +
         R"(","given":["N"]}],"gender":"female","birthDate":"19)" + std::to_string(10 + number * 7 % 90) + R"(-05-01"})";
}

// Three questions and one write in turn, none of them answered without a worker.
class Mix {
 public:
  explicit Mix(const Base& base) : base_(base) {}

  Load LoadOf(const std::string& name) {
    Load load;
    load.name = name;
    load.request = [this](uint64_t number) {
      switch (number % 4) {
        case 0: return Request(base_, "POST", "/Patient", Patient(++written_));
        case 1: return Request(base_, "GET", "/Patient?name=" + std::string("%E7%8E%8B") + "&birthdate=ge1950&_sort=birthdate&_count=20");
        case 2: return Request(base_, "GET", "/Patient?gender=female&_summary=count");
        default: return Request(base_, "GET", "/Patient?identifier=urn:overload%7C" + Number(number % kPeople));
      }
    };
    load.right = [this](uint64_t number, const Answer& answer) {
      if (number % 4 != 0) return answer.status == 200 && answer.body.find("\"searchset\"") != std::string_view::npos;
      accepted_ += answer.status == 201 ? 1 : 0;
      return answer.status == 201;
    };
    return load;
  }
  uint64_t accepted() const { return accepted_; }

 private:
  const Base& base_;
  uint64_t written_ = 1'000'000, accepted_ = 0;
};

void Print(const std::string& what, double offered, const Measured& measured) {
  const auto refused_at = [&](double share) {
    const auto& all = measured.refused_nanoseconds;
    return all.empty() ? 0.0 : static_cast<double>(all[static_cast<size_t>(share * static_cast<double>(all.size() - 1))]) / 1e6;
  };
  std::printf("%-24s %9.0f %9.0f %9.2f %9.2f %9.0f %9.2f %9.2f %7llu %6llu\n", what.c_str(), offered, measured.rate(), measured.At(0.5), measured.At(0.99),
              static_cast<double>(measured.refused) / measured.seconds, refused_at(0.5), refused_at(0.99), static_cast<unsigned long long>(measured.late),
              static_cast<unsigned long long>(measured.wrong));
  std::fflush(stdout);
}

bool Fill(const Base& base) {
  Load load;
  load.name = "people";
  load.connections = 64, load.seconds = 600, load.most = kPeople;
  load.request = [&](uint64_t number) { return Request(base, "POST", "/Patient", Patient(number)); };
  load.right = [](uint64_t, const Answer& answer) { return answer.status == 201; };
  return Run(base, load).wrong == 0;
}

// The number of patients that the server has, or 0.
uint64_t Patients(const tests::Server& server) {
  const http::Response answer = server.Send("GET", "/fhir/Patient?_summary=count");
  const size_t at = answer.body.find("\"total\":");
  return at == std::string::npos ? 0 : std::strtoull(answer.body.c_str() + at + 8, nullptr, 10);
}

int Main(const Options& options) {
  const tests::Folder folder;
  const std::string data = folder.path("data");
  const std::string configuration = folder.Write("small.toml", kQuiet + "[limits]\nqueued_requests = " + std::to_string(options.queued) + "\nworkers = " + std::to_string(options.workers) + "\n");
  tests::Server server(data, {"--config", configuration});
  if (!server.ready()) return 2;
  Base base;
  base.port = server.port(), base.path = "/fhir", base.token = tests::TokenOf(data);
  server.UseToken(base.token);
  if (!Fill(base)) return std::fprintf(stderr, "the people could not be written\n"), 1;

  std::printf("%d workers, %d may wait, %d connections\n", options.workers, options.queued, options.connections);
  std::printf("%-24s %9s %9s %9s %9s %9s %9s %9s %7s %6s\n", "load", "offered/s", "taken/s", "p50 ms", "p99 ms", "503/s", "p50 ms", "p99 ms", "late", "wrong");
  Mix mix(base);
  Load closed = mix.LoadOf("as many as workers");
  closed.connections = options.workers, closed.seconds = options.seconds;
  const Measured able = Run(base, closed);
  Print(closed.name, able.rate(), able);
  bool good = able.wrong == 0;
  std::map<double, double> p99;
  for (const double times : {0.5, 1.0, 2.0, 5.0}) {
    Load load = mix.LoadOf(std::to_string(times).substr(0, 3) + " times");
    load.connections = options.connections, load.seconds = options.seconds, load.rate = able.rate() * times, load.may_be_refused = true;
    const Measured measured = Run(base, load);
    Print(load.name, load.rate, measured);
    p99[times] = measured.At(0.99);
    good = good && measured.wrong == 0;
    if (measured.wrong != 0) std::printf("%s\n", measured.first_wrong.c_str());
  }
  const uint64_t patients = Patients(server), should = kPeople + mix.accepted();
  std::printf("p99 of what is accepted at five times: %.2f of that at once\n", p99[5.0] / p99[1.0]);
  std::printf("accepted writes: %llu, found: %llu\n", static_cast<unsigned long long>(should), static_cast<unsigned long long>(patients));
  good = good && patients == should;
  server.child().Signal(SIGTERM);
  good = server.child().End().code == 0 && good;
  return good ? 0 : 1;
}

int Parse(int argc, char** argv) {
  Options options;
  const std::map<std::string, int*> known = {{"--seconds", &options.seconds}, {"--queued", &options.queued}, {"--workers", &options.workers}, {"--connections", &options.connections}};
  for (int i = 1; i < argc; i += 2) {
    const auto found = known.find(argv[i]);
    if (found == known.end() || i + 1 >= argc) return std::fprintf(stderr, "overload_bench [--seconds N] [--queued N] [--workers N] [--connections N]\n"), 2;
    *found->second = std::max(1, std::atoi(argv[i + 1]));
  }
  return Main(options);
}

}  // namespace
}  // namespace qianxian::bench

int main(int argc, char** argv) { return qianxian::bench::Parse(argc, argv); }
