// Our engine beside fhirpath.js: the cases of oracle_cases.json (made by tools/fhirpath_oracle), answer by answer. Where the
// two differ and the specification is with us, or leaves it open, oracle_differences.txt says which and why.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "base/files.h"
#include "base/text.h"
#include "fhir/date.h"
#include "fhirpath/engine.h"
#include "fhirpath/pattern.h"

namespace qianxian::fhirpath {
namespace {

std::string Folder() { return std::string(QIANXIAN_SOURCE_DIR) + "/src/fhirpath/"; }

bool SameNumber(const std::string& a, const std::string& b) {
  char *end_a = nullptr, *end_b = nullptr;
  const double x = std::strtod(a.c_str(), &end_a), y = std::strtod(b.c_str(), &end_b);
  return !a.empty() && !b.empty() && !*end_a && !*end_b && std::fabs(x - y) <= 1e-8 * std::max(1.0, std::fabs(y));
}

// The oracle gives every time that it calculated in UTC, "-00:00", also where it has no zone.
bool SameTime(const std::string& ours, std::string theirs) {
  fhir::DateTime a, b;
  if (!fhir::TryParseDateTime(ours, fhir::DateSyntax::kLenient, a) || !EndsWith(theirs, "-00:00")) return false;
  if (!a.has_offset) theirs.resize(theirs.size() - 6);
  if (!fhir::TryParseDateTime(theirs, fhir::DateSyntax::kLenient, b)) return false;
  const bool same_precision = a.precision == b.precision || (a.precision >= fhir::DatePrecision::kSecond && b.precision >= fhir::DatePrecision::kSecond);
  return same_precision && fhir::RangeOf(a).low == fhir::RangeOf(b).low;
}

bool SameQuantity(const std::string& a, const std::string& b) {
  const size_t at_a = a.find(' '), at_b = b.find(' ');
  return at_a != std::string::npos && at_b != std::string::npos && a.substr(at_a) == b.substr(at_b) && SameNumber(a.substr(0, at_a), b.substr(0, at_b));
}

// A result item as text that the two can be compared by.
std::string Shown(const Item& item, Arena& arena) {
  if (item.IsNode() && item.json.IsObject()) return std::string(item.json.Raw());
  return ToText(item, arena).value_or("?");
}

// type() gives an object there.
std::string ShownByOracle(json::Value value) {
  if (value.IsObject() && value.size() == 2 && !value.FindString("namespace").empty()) return std::string(value.FindString("namespace")) + "." + std::string(value.FindString("name"));
  return value.IsString() ? std::string(value.AsString()) : std::string(value.Raw());
}

bool Same(const Item& item, json::Value wanted, Arena& arena) {
  if (item.IsNode() && item.json.IsObject()) return wanted.IsObject() && json::Equal(item.json, wanted);
  const std::string ours = Shown(item, arena), theirs = ShownByOracle(wanted);
  return ours == theirs || (wanted.IsNumber() && SameNumber(ours, theirs)) || SameTime(ours, theirs) || SameQuantity(ours, theirs);
}

struct Difference {
  std::string pattern;
  std::unique_ptr<Pattern> compiled;
  bool seen = false;
};

std::vector<Difference> ReadDifferences() {
  std::vector<Difference> list;
  const std::string text = ReadFile(Folder() + "oracle_differences.txt").value();
  for (std::string_view line : Split(text, '\n')) {
    const size_t tab = line.find('\t');
    if (line.empty() || line[0] == '#' || tab == std::string_view::npos) continue;
    Difference one;
    one.pattern = line.substr(0, tab);
    one.compiled = std::make_unique<Pattern>(Pattern::Compile(one.pattern).value());
    list.push_back(std::move(one));
  }
  return list;
}

class Beside {
 public:
  void Run(json::Value resource, const std::string& expression, json::Value wanted) {
    ++total;
    Environment environment;
    environment.definitions = &fhir::Definitions::R4();
    environment.now = Instant{1'750'000'000'000'000};
    Evaluator evaluator(environment);
    auto parsed = Expression::Parse(expression);
    Result<Collection> result = parsed.ok() ? evaluator.Evaluate(*parsed, ResourceItem(fhir::Definitions::R4(), resource)) : Result<Collection>(parsed.error());
    bool same = result.ok() == wanted.IsArray() && (!result.ok() || result->size() == wanted.size());
    for (size_t i = 0; same && result.ok() && i < result->size(); ++i) same = Same((*result)[i], wanted.At(i), evaluator.arena());
    if (same) return;
    bool known = false;
    for (Difference& difference : differences) {
      if (difference.compiled->MatchesWhole(expression)) known = difference.seen = true;
    }
    argued += known ? 1 : 0;
    if (known) return;
    std::string ours = result.ok() ? "" : "refused: " + result.error().en, theirs = wanted.IsArray() ? "" : "refused";
    if (result.ok()) {
      for (const Item& item : *result) ours += Shown(item, evaluator.arena()) + "; ";
    }
    for (json::Value item : wanted.Elements()) theirs += ShownByOracle(item) + "; ";
    ADD_FAILURE() << expression << "\n  ours:   " << ours << "\n  theirs: " << theirs;
  }

  std::vector<Difference> differences = ReadDifferences();
  size_t total = 0, argued = 0;
};

TEST(FhirPathOracle, GivesTheSameAnswers) {
  auto document = json::Document::Parse(ReadFile(Folder() + "oracle_cases.json").value()).value();
  Beside beside;
  for (const char* on : {"patient", "observation"}) {
    json::Value part = document.root().Find(on).value();
    for (json::Value one : part.Find("cases")->Elements()) beside.Run(*part.Find("resource"), std::string(one.At(0).AsString()), one.At(1));
  }
  for (const Difference& difference : beside.differences) EXPECT_TRUE(difference.seen) << difference.pattern << " matches no difference: take it off oracle_differences.txt";
  EXPECT_GE(beside.total, 7000u);
  EXPECT_LE(beside.argued * 10, beside.total) << "too much is argued away";
  std::cout << beside.total << " cases, " << beside.argued << " argued differences\n";
}

}  // namespace
}  // namespace qianxian::fhirpath
