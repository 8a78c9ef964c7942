// fhirpath_bench [RESOURCES]: evaluations a second, on one thread, of paths on resources that are parsed already. The result of
// each evaluation is checked. Seconds are of this thread's processor, so that a busy machine counts less.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "fhir/definitions.h"
#include "fhirpath/engine.h"
#include "json/value.h"

namespace qianxian {
namespace {

constexpr int kRounds = 5;

double ProcessorSeconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

std::string PatientJson(int number) {
  std::string text = std::to_string(number);
  return R"({"resourceType":"Patient","id":"p)" + text + R"(","identifier":[{"system":"urn:x","value":")" + text +
         R"("}],"name":[{"use":"official","family":"王","given":["G)" + text + R"(","小明"]},{"use":"nickname","given":["明明"]}],)" +
         R"("gender":"male","birthDate":"1980-05-01","address":[{"city":"清源","text":"清源县城东镇"}]})";
}

struct Path {
  const char* text;
  size_t results;
};
constexpr Path kPaths[] = {
    {"name.given.first()", 1},
    {"name.where(use = 'official').given", 2},
    {"identifier.where(system = 'urn:x').value", 1},
    {"birthDate > @1970-01-01", 1},
};

int Run(int resources) {
  std::vector<json::Document> documents;
  for (int i = 0; i < resources; ++i) {
    Result<json::Document> document = json::Document::Parse(PatientJson(i));
    if (!document.ok()) return 2;
    documents.push_back(std::move(*document));
  }
  const fhir::Definitions& definitions = fhir::Definitions::R4();
  std::vector<fhirpath::Item> items;
  for (const json::Document& document : documents) items.push_back(fhirpath::ResourceItem(definitions, document.root()));
  std::printf("%-48s %16s %10s\n", "path", "evaluations/s", "ns each");
  for (const Path& path : kPaths) {
    auto expression = fhirpath::Expression::Parse(path.text);
    if (!expression.ok()) return 2;
    fhirpath::Environment environment;
    environment.definitions = &definitions;
    fhirpath::Evaluator evaluator(std::move(environment));
    double best = 1e9;
    for (int round = 0; round < kRounds; ++round) {
      double begin = ProcessorSeconds();
      for (int i = 0; i < resources; ++i) {
        Result<fhirpath::Collection> result = evaluator.Evaluate(*expression, items[static_cast<size_t>(i)]);
        if (!result.ok() || result->size() != path.results) {
          std::fprintf(stderr, "fhirpath_bench: a wrong answer to %s\n", path.text);
          return 1;
        }
        evaluator.Clear();
      }
      best = std::min(best, ProcessorSeconds() - begin);
    }
    std::printf("%-48s %16.0f %10.0f\n", path.text, resources / best, best * 1e9 / resources);
  }
  return 0;
}

}  // namespace
}  // namespace qianxian

int main(int argc, char** argv) { return qianxian::Run(argc > 1 ? std::max(1, std::atoi(argv[1])) : 100'000); }
