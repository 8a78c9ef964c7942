#include "app/pack_cases.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>

#include "app/commands.h"
#include "app/folder.h"
#include "app/terminal.h"
#include "base/files.h"
#include "base/text.h"
#include "fhir/definitions.h"
#include "flow/cases.h"
#include "sheet/csv.h"

namespace qianxian::app {

namespace {
// A data folder that is gone when we are done.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(Clock& clock, Random& random)
      : path_(std::filesystem::temp_directory_path().string() + "/qianxian-cases-" + NewUuid(clock, random)) {}
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct Expected {
  uint64_t line = 0;
  std::map<std::string, std::string> fields;
  std::string Get(const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second;
  }
};

// expected.csv is read by hand, not by sheet: "-" and comments mean something here.
Result<std::vector<Expected>> ReadExpected(const std::string& path) {
  QX_TRY(const std::string text, ReadFile(path));
  std::vector<Expected> rows;
  std::vector<std::string> header;
  uint64_t number = 0;
  for (std::string_view line : Split(text, '\n')) {
    ++number;
    line = TrimAscii(line);
    if (line.empty() || line[0] == '#') continue;
    const std::vector<std::string_view> parts = Split(line, ',');
    if (header.empty()) {
      for (const std::string_view part : parts) header.emplace_back(TrimAscii(part));
      continue;
    }
    if (parts.size() != header.size())
      return Invalid("bad-expected", path + ":" + std::to_string(number) + ": " + std::to_string(parts.size()) + " fields, not " +
                     std::to_string(header.size()));
    Expected row;
    row.line = number;
    for (size_t i = 0; i < parts.size(); ++i) row.fields[header[i]] = std::string(TrimAscii(parts[i]));
    rows.push_back(std::move(row));
  }
  if (rows.empty()) return Invalid("bad-expected", path + ": holds no expectation");
  return rows;
}

std::string TextOf(const std::optional<Decimal>& decimal) { return decimal ? decimal->ToString() : std::string("-"); }

// The same number, however its zeros are written; "" matches everything.
bool Agrees(const std::string& expected, const std::string& got) {
  if (expected.empty() || expected == got) return true;
  const Result<Decimal> a = Decimal::Parse(expected), b = Decimal::Parse(got);
  if (!a.ok() || !b.ok()) return false;
  const int scale = std::max(a->scale(), b->scale());
  const Result<int64_t> x = a->UnitsAt(scale), y = b->UnitsAt(scale);
  return x.ok() && y.ok() && *x == *y;
}

Status ImportSheets(Folder& folder, const std::string& directory) {
  QX_TRY(const std::vector<std::string> files, ListFiles(directory));
  struct Sheet { const char *prefix, *ending; intake::Kind kind; };
  const Sheet sheets[] = {{"organizations", ".csv", intake::Kind::kOrganizations},
                          {"population", ".csv", intake::Kind::kPopulation},
                          {"settlements", ".csv", intake::Kind::kSettlements},
                          {"first-pages-", ".csv", intake::Kind::kFirstPages},
                          {"records", ".ndjson", intake::Kind::kFhir}};
  const Cancel cancel;
  for (const auto& [prefix, ending, kind] : sheets) {
    for (const std::string& path : files) {
      const std::string name = path.substr(path.rfind('/') + 1);
      if (!StartsWith(name, prefix) || !EndsWith(name, ending)) continue;
      intake::Request request;
      request.kind = kind;
      request.paths = {path};
      if (kind == intake::Kind::kFirstPages) {
        const std::string rest = name.substr(12, name.size() - 16);
        request.organization = rest.substr(0, rest.find('-'));
      }
      QX_TRY(const intake::Summary summary, intake::Run(CommandLineCaller(), folder.intake_tools(), request, cancel, {}));
      if (summary.counts.rejected > 0)
        return Invalid("bad-case", path + ": " + std::to_string(summary.counts.rejected) + " rows were refused, see " + summary.report_path);
    }
  }
  return Ok();
}

Status Compare(Folder& folder, const Expected& expected, CaseResult& result) {
  measure::SheetRequest request;
  request.measures = {expected.Get("measure")};
  QX_TRY(request.period, Period::Parse(expected.Get("period")));
  QX_TRY(const measure::By by, measure::ParseBy(expected.Get("by")));
  if (by != measure::By::kNothing) request.by = {by};
  QX_TRY(const measure::Sheet sheet, folder.measures().Evaluate(CommandLineCaller(), request));
  ++result.compared;
  const std::string place = "line " + std::to_string(expected.line) + ": " + expected.Get("measure") + " " + expected.Get("subject") + " " +
                            expected.Get("period") + " " + expected.Get("stratum");
  for (const measure::SheetRow& row : sheet.rows) {
    if (row.subject != expected.Get("subject") || row.stratum != expected.Get("stratum")) continue;
    const std::pair<const char*, std::string> got[] = {
        {"numerator", TextOf(row.numerator)},          {"denominator", TextOf(row.denominator)},
        {"value", row.value.empty() ? "-" : row.value}, {"met", std::to_string(row.met)},
        {"not_met", std::to_string(row.not_met)},       {"missing", std::to_string(row.missing)},
        {"conflicting", std::to_string(row.conflicting)}};
    for (const auto& [name, value] : got)
      if (!Agrees(expected.Get(name), value))
        result.faults.push_back(place + ": " + name + " " + value + ", expected " + expected.Get(name));
    return Ok();
  }
  if (expected.Get("numerator") != "-") result.faults.push_back(place + ": there is no such row");
  return Ok();
}

// cases/pathways/*.yaml, played by the engine with the forms and pathways of all packs.
Status RunCasesOfPathways(const std::string& packs_directory, const std::string& pack_directory, std::vector<CaseResult>& results) {
  std::error_code error;
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(pack_directory + "/cases/pathways", error)) paths.push_back(entry.path().string());
  if (paths.empty()) return Ok();
  std::sort(paths.begin(), paths.end());
  QX_TRY(const Packs packs, LoadPacks(packs_directory));
  QX_TRY(const std::unique_ptr<const search::Parameters> parameters, search::Parameters::Create(fhir::Definitions::R4()));
  for (const std::string& path : paths) {
    const std::string name = path.substr(path.rfind('/') + 1);
    QX_TRY(const std::string text, ReadFile(path));
    QX_TRY(const std::vector<flow::PathwayCaseResult> played, flow::RunPathwayCases(packs.merged, *parameters, "cases/pathways/" + name, text));
    for (const flow::PathwayCaseResult& one : played) results.push_back({"pathways/" + name + " " + one.name, one.compared, one.faults});
  }
  return Ok();
}
}  // namespace

Result<std::vector<CaseResult>> RunPackCases(const std::string& packs_directory, const std::string& pack_directory) {
  std::vector<CaseResult> results;
  std::error_code error;
  std::vector<std::string> folders;
  for (const auto& entry : std::filesystem::directory_iterator(pack_directory + "/cases", error))
    if (entry.is_directory() && entry.path().filename() != "pathways") folders.push_back(entry.path().string());
  std::sort(folders.begin(), folders.end());
  SystemClock clock;
  SystemRandom random;
  for (const std::string& directory : folders) {
    CaseResult result;
    result.name = directory.substr(directory.rfind('/') + 1);
    QX_TRY(const std::vector<Expected> expected, ReadExpected(directory + "/expected.csv"));
    const TemporaryFolder temporary(clock, random);
    FolderOptions options;
    options.directory = temporary.path();
    options.packs_directory = packs_directory;
    options.quiet = true;
    QX_TRY(const std::unique_ptr<Folder> folder, Folder::Open(options));
    QX_DO(ImportSheets(*folder, directory));
    QX_DO(folder->OpenNumbers());
    QX_DO(folder->warehouse().CatchUp(Cancel(), {}));
    for (const Expected& row : expected) QX_DO(Compare(*folder, row, result));
    results.push_back(std::move(result));
  }
  QX_DO(RunCasesOfPathways(packs_directory, pack_directory, results));
  return results;
}

int RunPackTest(const PackOptions& options) {
  const std::string directory = options.packs_directory.empty() ? DefaultPacksDirectory() : options.packs_directory;
  const Result<Packs> packs = LoadPacks(directory);
  if (!packs.ok()) return Fail(packs.error());
  const auto is_asked = [&](const pack::Pack& pack) { return options.id.empty() || pack.id == options.id; };
  if (std::none_of(packs->all.begin(), packs->all.end(), is_asked))
    return Fail(NotFound("no-such-pack", "there is no pack " + options.id + " in " + directory + ": qianxian pack list names those there are",
                         directory + " 中没有知识包 " + options.id + "；有哪些请用 qianxian pack list 查看"));
  size_t passed = 0, failed = 0;
  for (const pack::Pack& pack : packs->all) {
    if (!is_asked(pack)) continue;
    const Result<std::vector<CaseResult>> results = RunPackCases(directory, directory + "/" + pack.id);
    if (!results.ok()) return Fail(results.error());
    for (const CaseResult& result : *results) {
      std::printf("%s/%s: %zu 项 values, %zu 项不符 wrong\n", pack.id.c_str(), result.name.c_str(), result.compared, result.faults.size());
      for (const std::string& fault : result.faults) std::printf("  %s\n", fault.c_str());
      passed += result.compared - std::min(result.compared, result.faults.size());
      failed += result.faults.size();
    }
  }
  std::printf("%zu passed, %zu failed\n", passed, failed);
  return failed == 0 ? kDone : kDamaged;
}

}  // namespace qianxian::app
