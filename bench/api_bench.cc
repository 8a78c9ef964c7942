// A FHIR server under load: durable transactions of Patient + Observation, then reads by id of what they made, picked at
// random, the same with If-None-Match, and a mix of searches over it. Prints a table: requests/s, latency, processor.
// Every answer is checked: its status, and that what was asked for stands in it.
//   api_bench [--base URL] [--token TOKEN] [--pid PID] [--seconds N] [--connections N]
// Without --base it starts this build's own server on a fresh folder. With it, any FHIR R4 base: http://127.0.0.1:8080/fhir.
// --pid: the other server's process, whose processor time is then shown too.
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>

#include "base/text.h"
#include "edge/program.h"
#include "load.h"

namespace qianxian::bench {
namespace {

constexpr uint64_t kPeople = 40'000;       // at most so many are kept to be read
constexpr int kTransactionClients = 64;

struct Options {
  Base base;
  bool own = true;
  int seconds = 5, connections = 32;
  pid_t pid = 0;
};

struct Made {                              // by a transaction
  std::string patient, observation;        // "Patient/ID"
};

uint64_t Mix(uint64_t x) {                 // splitmix64: the same picks in every run
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

// Seconds of processor that a process has used.
double ProcessorSeconds(pid_t pid) {
  if (pid == 0) return 0;
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  std::istringstream rest(text.substr(std::min(text.size(), text.rfind(')') + 1)));
  std::string skipped;
  for (int i = 0; i < 11; ++i) rest >> skipped;
  double user = 0, system = 0;
  rest >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

bool Measure(const Options& options, const Load& load) {
  double before = ProcessorSeconds(options.pid);
  Measured measured = Run(options.base, load);
  double used = ProcessorSeconds(options.pid) - before;
  if (measured.requests == 0 || measured.wrong != 0) {
    std::printf("%s: %llu of %llu answers were wrong\n%s\n", load.name.c_str(), static_cast<unsigned long long>(measured.wrong),
                static_cast<unsigned long long>(measured.requests), measured.first_wrong.c_str());
    return false;
  }
  double count = static_cast<double>(measured.requests);
  std::printf("%-44s %8d %10.0f %9.2f %9.2f %11.1f %11.1f\n", load.name.c_str(), load.connections, measured.rate(), measured.At(0.5),
              measured.At(0.99), used * 1e6 / count, static_cast<double>(measured.own_nanoseconds) / 1e3 / count);
  std::fflush(stdout);
  return true;
}

std::string Bundle(uint64_t number) {
  static constexpr std::array<const char*, 8> kFamilies = {"王", "李", "张", "刘", "Smith", "Jones", "Brown", "Miller"};
  uint64_t chance = Mix(number);
  std::string text = std::to_string(number), year = std::to_string(1930 + chance % 80), value = std::to_string(90 + chance / 7 % 90);
  std::string day = std::to_string(2015 + chance / 11 % 10) + "-0" + std::to_string(1 + chance / 13 % 9) + "-1" + std::to_string(chance / 17 % 10);
  const char* gender = chance / 19 % 2 == 0 ? "female" : "male";
  std::string full = "urn:uuid:0c9a1fd4-8b52-4f5e-9f0c-" + std::string(12 - std::min<size_t>(12, text.size()), '0') + text;
  std::string bundle = R"({"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":")" + full + R"(","resource":{)";
  bundle += R"("resourceType":"Patient","identifier":[{"system":"urn:qianxian:bench","value":")" + text + R"("}],"name":[{"family":")";
  bundle += std::string(kFamilies[chance / 23 % kFamilies.size()]) + R"(","given":["Bench","N)" + text + R"("]}],"gender":")" + gender;
  bundle += R"(","birthDate":")" + year + R"(-05-01","address":[{"city":"Springfield","text":"12 Main Street, Springfield"}]},)";
  bundle += R"("request":{"method":"POST","url":"Patient"}},{"resource":{"resourceType":"Observation","status":"final",)";
  bundle += R"("category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],)";
  bundle += R"("code":{"coding":[{"system":"http://loinc.org","code":"8480-6","display":"Systolic blood pressure"}]},"subject":{"reference":")";
  bundle += full + R"("},"effectiveDateTime":")" + day + R"(T08:30:00+08:00","valueQuantity":{"value":)" + value;
  bundle += R"(,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}},"request":{"method":"POST","url":"Observation"}}]})";
  return bundle;
}

// "Patient/ID" after its mark in an answer.
std::string LocationOf(std::string_view body, const std::string& type) {
  size_t at = body.find(type + "/");
  if (at == std::string_view::npos) return {};
  size_t end = at + type.size() + 1;
  while (end < body.size() && body[end] != '/' && body[end] != '"') ++end;
  return std::string(body.substr(at, end - at));
}

bool Transactions(const Options& options, std::vector<Made>& made) {
  uint64_t first = Mix(static_cast<uint64_t>(getpid())) % 1'000'000 * 1'000;   // other people in each run against one server
  Load load;
  load.name = "transaction of Patient + Observation";
  load.connections = kTransactionClients;
  load.seconds = options.seconds;
  load.request = [&](uint64_t number) { return Request(options.base, "POST", "", Bundle(first + number)); };
  load.right = [&](uint64_t, const Answer& answer) {
    Made one{LocationOf(answer.body, "Patient"), LocationOf(answer.body, "Observation")};
    bool right = answer.status == 200 && !one.patient.empty() && !one.observation.empty();
    if (right && made.size() < kPeople) made.push_back(std::move(one));
    return right;
  };
  return Measure(options, load);
}

bool Reads(const Options& options, const std::vector<Made>& made) {
  auto picked = [&](uint64_t number) -> const std::string& {
    uint64_t pick = Mix(number);
    const Made& one = made[pick / 2 % made.size()];
    return pick % 2 == 0 ? one.patient : one.observation;
  };
  Load load;
  load.name = "read by id";
  load.connections = options.connections;
  load.seconds = options.seconds;
  load.request = [&](uint64_t number) { return Request(options.base, "GET", "/" + picked(number)); };
  load.right = [&](uint64_t number, const Answer& answer) {
    std::string_view name = picked(number);
    std::string id = "\"" + std::string(name.substr(name.find('/') + 1)) + "\"";
    return answer.status == 200 && answer.body.find(id) != std::string_view::npos;
  };
  if (!Measure(options, load)) return false;
  load.name = "read by id, If-None-Match";
  load.request = [&](uint64_t number) {
    std::string request = Request(options.base, "GET", "/" + picked(number));
    request.resize(request.size() - 2);
    return request + "If-None-Match: W/\"1\"\r\n\r\n";
  };
  load.right = [](uint64_t, const Answer& answer) { return answer.status == 304; };
  return Measure(options, load);
}

bool Searches(const Options& options, const std::vector<Made>& made) {
  static constexpr std::array<const char*, 16> kShapes = {
      "/Observation?code=http://loinc.org%7C8480-6",
      "/Observation?category=vital-signs&status=final",
      "/Patient?birthdate=ge1960&birthdate=lt1961",
      "/Observation?code=8480-6&date=ge2020",
      "/Observation?code=8480-6&value-quantity=gt170",
      "/Observation?code-value-quantity=http://loinc.org%7C8480-6$gt170",
      "/Patient?name=smi",
      "/Patient?name:contains=mit",
      "/Observation?patient={patient}",
      "/Observation?patient={patient}&_sort=-date",
      "/Observation?patient.gender=male&code=8480-6",
      "/Patient?_has:Observation:patient:code-value-quantity=8480-6$gt178",
      "/Patient?gender=female&_sort=family",
      "/Observation?code=8480-6&_include=Observation:patient",
      "/Observation?date=2020&_total=accurate",
      "/Patient?gender=male&_summary=count",
  };
  Load load;
  load.name = "search, 16 shapes in turn";
  load.connections = options.connections;
  load.seconds = options.seconds;
  load.request = [&](uint64_t number) {
    return Request(options.base, "GET", ReplaceAll(kShapes[number % kShapes.size()], "{patient}", made[Mix(number) % made.size()].patient));
  };
  load.right = [](uint64_t, const Answer& answer) { return answer.status == 200 && answer.body.find("\"searchset\"") != std::string_view::npos; };
  return Measure(options, load);
}

int Main(Options options) {
  std::unique_ptr<tests::Folder> folder;
  std::unique_ptr<tests::Server> server;
  if (options.own) {
    folder = std::make_unique<tests::Folder>();
    std::string data = folder->path("data");
    server = std::make_unique<tests::Server>(data);
    if (!server->ready()) return 2;
    options.base.port = server->port();
    options.base.path = "/fhir";
    options.base.token = tests::TokenOf(data);
    options.pid = server->child().pid();
  }
  std::printf("%-44s %8s %10s %9s %9s %11s %11s\n", "what", "clients", "a second", "p50 ms", "p99 ms", "server µs", "client µs");
  std::vector<Made> made;
  bool good = Transactions(options, made) && Reads(options, made) && Searches(options, made);
  if (server) {
    server->child().Signal(SIGTERM);
    good = server->child().End().code == 0 && good;
  }
  return good ? 0 : 1;
}

int Usage() {
  std::fprintf(stderr, "api_bench [--base http://HOST:PORT/PATH] [--token TOKEN] [--pid PID] [--seconds N] [--connections N]\n");
  return 2;
}

int Parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 >= argc) return Usage();
    std::string name = argv[i], value = argv[i + 1];
    if (name == "--base") {
      if (!ParseBase(value, options.base)) return Usage();
      options.own = false;
    } else if (name == "--token") {
      options.base.token = value;
    } else if (name == "--pid") {
      options.pid = std::atoi(value.c_str());
    } else if (name == "--seconds") {
      options.seconds = std::max(1, std::atoi(value.c_str()));
    } else if (name == "--connections") {
      options.connections = std::max(1, std::atoi(value.c_str()));
    } else {
      return Usage();
    }
  }
  return Main(options);
}

}  // namespace
}  // namespace qianxian::bench

int main(int argc, char** argv) { return qianxian::bench::Parse(argc, argv); }
