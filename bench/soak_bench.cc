// One running program under mixed work for as long as is asked: reads, searches, creations and updates at a steady rate, an import of
// settlements and every measure now and then, two subscriptions whose hook is this process. Every minute it prints what the program
// holds (memory, file handles, threads, disk) and how long answers took; at the end whether memory, handles and threads are flat or
// grow, by a line through what was seen after the first quarter, and what `qianxian check` says of the record.
//   soak_bench [MINUTES] [--rate N]         default: 2 minutes, 200 requests a second
// Good: every answer right, what was accepted is there, every event heard, all flat, the record whole. Loopback only.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "base/clock.h"
#include "base/text.h"
#include "edge/program.h"
#include "load.h"

namespace qianxian::bench {
namespace {

constexpr int kSliceSeconds = 5;           // a run of the load, then a look at the program
constexpr uint64_t kKept = 20'000;         // resources that are read again
constexpr int kImportRows = 1'000;
// Flat: less than so much more in an hour, or less than the line's own uncertainty.
constexpr double kMegabytesAnHour = 60, kHandlesAnHour = 60, kThreadsAnHour = 30;

uint64_t Mixed(uint64_t x) {               // splitmix64: the same picks in every run
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

struct Look {                              // at the program
  double minutes = 0, megabytes = 0, handles = 0, threads = 0, disk_megabytes = 0;
};

double OfStatus(pid_t pid, const std::string& name) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);)
    if (StartsWith(line, name)) return std::strtod(line.c_str() + name.size() + 1, nullptr);
  return 0;
}

Look LookAt(pid_t pid, const std::string& data, double minutes) {
  Look look{minutes, OfStatus(pid, "VmRSS") / 1024, 0, OfStatus(pid, "Threads"), 0};
  std::error_code ignored;
  for (auto at = std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd", ignored); at != std::filesystem::directory_iterator(); at.increment(ignored)) ++look.handles;
  for (auto at = std::filesystem::recursive_directory_iterator(data, ignored); at != std::filesystem::recursive_directory_iterator(); at.increment(ignored)) {
    std::error_code gone;                  // files come and go meanwhile
    if (at->is_regular_file(gone)) look.disk_megabytes += static_cast<double>(at->file_size(gone)) / (1 << 20);
  }
  return look;
}

struct Slope {
  double an_hour = 0, uncertain = 0;       // two standard errors
};

// A straight line through what was seen after the first quarter.
Slope SlopeOf(const std::vector<Look>& looks, double Look::* what) {
  const std::vector<Look> seen(looks.begin() + static_cast<long>(looks.size() / 4), looks.end());
  const auto n = static_cast<double>(seen.size());
  if (n < 3) return {};
  double x = 0, y = 0, xx = 0, xy = 0, rest = 0;
  for (const Look& look : seen) x += look.minutes / 60 / n, y += look.*what / n;
  for (const Look& look : seen) xx += std::pow(look.minutes / 60 - x, 2), xy += (look.minutes / 60 - x) * (look.*what - y);
  const double slope = xx > 0 ? xy / xx : 0;
  for (const Look& look : seen) rest += std::pow(look.*what - y - slope * (look.minutes / 60 - x), 2);
  return {slope, xx > 0 ? 2 * std::sqrt(rest / (n - 2) / xx) : 0};
}

// The end of the subscriptions, each at a path of its own: which numbers of events were heard there.
class Hook {
 public:
  Hook() {
    http::ServerOptions options;
    options.port = 0;
    server_ = http::Server::Start(options, [this](http::Request& request) {
      constexpr std::string_view kMark = "\"event-number\",\"valueString\":\"";
      const std::lock_guard lock(mutex_);
      std::set<uint64_t>& heard = heard_[request.path];
      for (size_t at = request.body.find(kMark); at != std::string::npos; at = request.body.find(kMark, at + 1)) heard.insert(std::strtoull(request.body.c_str() + at + kMark.size(), nullptr, 10));
      return http::Response();
    }).value();
  }
  uint16_t port() const { return server_->port(); }
  uint64_t heard(const std::string& path) {
    const std::lock_guard lock(mutex_);
    return heard_[path].size();
  }
  uint64_t newest(const std::string& path) {
    const std::lock_guard lock(mutex_);
    return heard_[path].empty() ? 0 : *heard_[path].rbegin();
  }
  uint64_t all() { return heard("/Patient") + heard("/Observation"); }

 private:
  std::mutex mutex_;
  std::map<std::string, std::set<uint64_t>> heard_;
  std::unique_ptr<http::Server> server_;
};

std::string Observation(const std::string& patient, uint64_t chance) {
  return R"({"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"subject":{"reference":")" + patient +
         R"("},"effectiveDateTime":"2026-0)" + std::to_string(1 + chance % 9) + R"(-11T08:30:00+08:00","valueQuantity":{"value":)" + std::to_string(90 + chance / 9 % 90) + "}}";
}

std::string Patient(uint64_t number) {
  return R"({"resourceType":"Patient","identifier":[{"system":"urn:soak","value":"n)" + std::to_string(number) + R"("}],"name":[{"family":"王","given":["N)" + std::to_string(number % 997) +
         R"("]}],"gender":"female","birthDate":"19)" + std::to_string(10 + number % 90) + R"(-05-01"})";
}

std::string Settlements(uint64_t batch) {
  std::string text =
      "setl_id,psn_no,gend,brdy,insutype,insu_admdvs,fixmedins_code,fixmedins_name,hosp_lv,fix_blng_admdvs,med_type,begndate,enddate,"
      "dise_code,dise_name,medfee_sumamt,fund_pay_sumamt,psn_pay\n";
  for (int i = 0; i < kImportRows; ++i)
    text += "K" + std::to_string(batch * kImportRows + static_cast<uint64_t>(i)) + ",P" + std::to_string(i % 300) + ",1,1960-01-01,390,990221,H99022100002,医院,2,990221,21,2025-01-01,2025-0" +
            std::to_string(1 + i % 9) + "-09,I25,冠心病,80,50,30\n";
  return text;
}

// The mix, and what it was promised.
class Work {
 public:
  explicit Work(const Base& base) : base_(base) {}

  Load LoadOf(double rate) {
    Load load;
    load.name = "mix";
    load.connections = 24, load.seconds = kSliceSeconds, load.rate = rate;
    load.request = [this](uint64_t) {
      const uint64_t chance = Mixed(++number_);
      Asked asked = patients_.empty() ? Asked::kCreate : chance % 20 < 3 ? Asked::kCreate : chance % 20 < 6 ? Asked::kObserve : chance % 20 < 8 ? Asked::kUpdate : chance % 20 < 14 ? Asked::kRead : Asked::kSearch;
      asked_.push_back(asked);
      const std::string one = patients_.empty() ? "" : patients_[chance / 32 % patients_.size()];
      switch (asked) {
        case Asked::kCreate: return Request(base_, "POST", "/Patient", Patient(number_));
        case Asked::kObserve: return Request(base_, "POST", "/Observation", Observation(one, chance));
        case Asked::kUpdate: {
          std::string body = Patient(number_);
          return Request(base_, "PUT", "/" + one, body.insert(1, "\"id\":\"" + one.substr(8) + "\","));
        }
        case Asked::kRead: return Request(base_, "GET", "/" + one);
        default: return Request(base_, "GET", chance % 3 == 0 ? "/Observation?patient=" + one + "&_sort=-date" : chance % 3 == 1 ? "/Patient?birthdate=ge1980&_count=20" : "/Observation?code=8480-6&date=ge2026-05&_count=20");
      }
    };
    load.right = [this](uint64_t number, const Answer& answer) {
      const Asked asked = asked_[number];
      if (asked == Asked::kCreate) return Created(answer);
      if (asked == Asked::kObserve) observations_ += answer.status == 201 ? 1 : 0;
      if (asked == Asked::kUpdate) updates_ += answer.status == 200 ? 1 : 0;
      return answer.status == (asked == Asked::kObserve ? 201 : 200);
    };
    asked_.clear();
    return load;
  }
  uint64_t patients() const { return made_; }
  uint64_t observations() const { return observations_; }
  uint64_t updates() const { return updates_; }

 private:
  enum class Asked { kCreate, kObserve, kUpdate, kRead, kSearch };
  bool Created(const Answer& answer) {
    const size_t at = answer.head.find("Patient/");
    if (answer.status != 201 || at == std::string_view::npos) return false;
    ++made_;
    const std::string_view rest = answer.head.substr(at);
    if (patients_.size() < kKept) patients_.emplace_back(rest.substr(0, rest.find_first_of("/\r", 8)));
    return true;
  }
  const Base& base_;
  uint64_t number_ = 0, made_ = 0, observations_ = 0, updates_ = 0;
  std::vector<Asked> asked_;
  std::vector<std::string> patients_;
};

// Imports and measures, one after the other, beside the mix.
class Beside {
 public:
  explicit Beside(const tests::Server& server) : server_(server), thread_([this] { Run(); }) {}
  ~Beside() { Stop(); }
  void Stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  uint64_t imports() const { return imports_; }
  uint64_t measures() const { return measures_; }
  uint64_t wrong() const { return wrong_; }
  const std::string& first_wrong() const { return first_wrong_; }

 private:
  void Run() {
    while (!stop_) {
      if (!Import()) ++wrong_;
      for (const char* target : {"/api/measures/all?period=2025", "/api/measures/fund-in-county-share?period=2025&by=month", "/api/overview?period=2025"}) {
        const http::Response answer = server_.Send("GET", target);
        ++measures_;
        if (answer.status != 200) Wrong(answer);
      }
    }
  }
  void Wrong(const http::Response& answer) {
    if (wrong_++ == 0) first_wrong_ = std::to_string(answer.status) + " " + answer.body.substr(0, 300);
  }
  // Asks after it until it has ended: each question waits for its answer.
  bool Import() {
    const http::Response started = server_.Send("POST", "/api/imports?kind=settlements&name=soak.csv", Settlements(imports_), {{"X-Qianxian", "1"}});
    const size_t at = started.body.find("\"id\":\"");
    if (started.status != 202 || at == std::string::npos) return first_wrong_ = started.body.substr(0, 300), false;
    const std::string id = started.body.substr(at + 6, started.body.find('"', at + 6) - at - 6);
    while (!stop_) {
      const http::Response answer = server_.Send("GET", "/api/imports/" + id);
      if (answer.body.find("\"status\":\"completed\"") != std::string::npos) return ++imports_, true;
      if (answer.body.find("\"status\":\"failed\"") != std::string::npos) return first_wrong_ = answer.body.substr(0, 300), false;
    }
    return true;
  }
  const tests::Server& server_;
  std::atomic<bool> stop_{false};
  std::atomic<uint64_t> imports_{0}, measures_{0}, wrong_{0};
  std::string first_wrong_;
  std::thread thread_;
};

bool Subscribe(const tests::Server& server, const Hook& hook, const std::string& type) {
  const std::string body = R"({"resourceType":"Subscription","status":"requested","reason":"soak","criteria":"https://fhir.qianxian.cn/SubscriptionTopic/)" + type +
                           R"(","channel":{"type":"rest-hook","endpoint":"http://127.0.0.1:)" + std::to_string(hook.port()) + "/" + type + R"(","payload":"application/fhir+json"}})";
  return server.Send("POST", "/fhir/Subscription", body, {{"X-Qianxian", "1"}}).status == 201;
}

uint64_t Count(const tests::Server& server, const std::string& question) {
  const http::Response answer = server.Send("GET", "/fhir/" + question + "_summary=count");
  const size_t at = answer.body.find("\"total\":");
  return at == std::string::npos ? 0 : std::strtoull(answer.body.c_str() + at + 8, nullptr, 10);
}

// Waits, each question to the program one wait, until the last has come: every number from 1 on, and no other.
bool Heard(const tests::Server& server, Hook& hook, const std::string& path, uint64_t events) {
  SystemClock clock;
  const int64_t until = clock.MonotonicNanoseconds() + int64_t{60} * 1'000'000'000;
  while (hook.heard(path) < events && clock.MonotonicNanoseconds() < until) (void)server.Send("GET", "/health");
  std::printf("events heard of %s: %llu of %llu, the newest is number %llu\n", path.c_str() + 1, static_cast<unsigned long long>(hook.heard(path)), static_cast<unsigned long long>(events),
              static_cast<unsigned long long>(hook.newest(path)));
  return hook.heard(path) == events && hook.newest(path) == events;
}

bool Judge(const char* what, const std::vector<Look>& looks, double Look::* member, double bound) {
  const Slope slope = SlopeOf(looks, member);
  const bool flat = slope.an_hour < bound || slope.an_hour < slope.uncertain;
  std::printf("%-12s %+8.1f an hour, give or take %.1f: %s\n", what, slope.an_hour, slope.uncertain, flat ? "flat" : "grows");
  return flat;
}

void PrintMinute(const Look& look, const Measured& minute, const Work& work, const Beside& beside, Hook& hook) {
  std::printf("%7.1f %9.0f %8.0f %8.0f %9.0f %9.2f %9.2f %10llu %8llu %9llu %8llu\n", look.minutes, look.megabytes, look.handles, look.threads, look.disk_megabytes, minute.At(0.5), minute.At(0.99),
              static_cast<unsigned long long>(work.patients() + work.observations() + work.updates()), static_cast<unsigned long long>(beside.imports()), static_cast<unsigned long long>(beside.measures()),
              static_cast<unsigned long long>(hook.all()));
  std::fflush(stdout);
}

int Main(double minutes, double rate) {
  const tests::Folder folder;
  const std::string data = folder.path("data");
  if (tests::RunProgram({"demo", "--size", "tiny", "--data", data}).code != 0) return 2;
  Hook hook;
  tests::Server server(data);
  if (!server.ready()) return 2;
  Base base;
  base.port = server.port(), base.path = "/fhir", base.token = tests::TokenOf(data);
  server.UseToken(base.token);
  if (!Subscribe(server, hook, "Patient") || !Subscribe(server, hook, "Observation")) return std::fprintf(stderr, "no subscription\n"), 1;
  const uint64_t observations_before = Count(server, "Observation?");
  SystemClock clock;
  const int64_t begin = clock.MonotonicNanoseconds();
  const auto now = [&] { return static_cast<double>(clock.MonotonicNanoseconds() - begin) / 60e9; };
  Work work(base);
  Beside beside(server);
  std::vector<Look> looks;
  uint64_t wrong = 0;
  Measured minute;
  std::printf("%7s %9s %8s %8s %9s %9s %9s %10s %8s %9s %8s\n", "minute", "RSS MB", "handles", "threads", "disk MB", "p50 ms", "p99 ms", "written", "imports", "measures", "events");
  for (double next = 1; now() < minutes;) {
    const Load load = work.LoadOf(rate);
    Measured slice = Run(base, load);
    if (slice.wrong != 0 && wrong == 0) std::printf("wrong: %s\n", slice.first_wrong.c_str());
    wrong += slice.wrong;
    minute.nanoseconds.insert(minute.nanoseconds.end(), slice.nanoseconds.begin(), slice.nanoseconds.end());
    looks.push_back(LookAt(server.child().pid(), data, now()));
    if (now() < next && now() < minutes) continue;
    std::sort(minute.nanoseconds.begin(), minute.nanoseconds.end());
    PrintMinute(looks.back(), minute, work, beside, hook);
    minute = {};
    next += 1;
  }
  beside.Stop();
  bool good = wrong == 0 && beside.wrong() == 0;
  if (!good) std::printf("wrong answers: %llu of the mix, %llu beside it; %s\n", static_cast<unsigned long long>(wrong), static_cast<unsigned long long>(beside.wrong()), beside.first_wrong().c_str());
  const uint64_t patients = Count(server, "Patient?identifier=urn:soak%7C&"), observations = Count(server, "Observation?") - observations_before;
  std::printf("accepted and there: %llu of %llu patients, %llu of %llu observations\n", static_cast<unsigned long long>(patients), static_cast<unsigned long long>(work.patients()),
              static_cast<unsigned long long>(observations), static_cast<unsigned long long>(work.observations()));
  good = Heard(server, hook, "/Patient", work.patients() + work.updates()) && Heard(server, hook, "/Observation", work.observations()) && good;
  good = patients == work.patients() && observations == work.observations() && good;
  good = Judge("memory MB", looks, &Look::megabytes, kMegabytesAnHour) && good;
  good = Judge("handles", looks, &Look::handles, kHandlesAnHour) && good;
  good = Judge("threads", looks, &Look::threads, kThreadsAnHour) && good;
  server.child().Signal(SIGTERM);
  good = server.child().End().code == 0 && good;
  const tests::Ended check = tests::RunProgram({"check", "--data", data});
  std::printf("check: %s\n%s\n", check.code == 0 ? "whole" : check.out.c_str(), good && check.code == 0 ? "good" : "NOT GOOD");
  return good && check.code == 0 ? 0 : 1;
}

int Parse(int argc, char** argv) {
  double minutes = 2, rate = 200;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--rate" && i + 1 < argc) rate = std::max(1.0, std::atof(argv[++i]));
    else if (const double given = std::atof(argv[i]); given > 0) minutes = given;
    else return std::fprintf(stderr, "soak_bench [MINUTES] [--rate N]\n"), 2;
  }
  return Main(minutes, rate);
}

}  // namespace
}  // namespace qianxian::bench

int main(int argc, char** argv) { return qianxian::bench::Parse(argc, argv); }
