#include "demo/demo.h"

#include <algorithm>
#include <cstdio>
#include <map>

#include "api/settings.h"
#include "app/commands.h"
#include "app/demo_actions.h"
#include "app/demo_care.h"
#include "app/demo_files.h"
#include "app/terminal.h"
#include "auth/organizations.h"
#include "auth/secret_file.h"
#include "base/files.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "json/value.h"
#include "json/writer.h"

namespace qianxian::app {
namespace {

enum class Where { kCounty, kCityHospital, kHospital, kTownship, kVillage };
struct DemoAccount {
  const char *user, *name, *role;
  Where where;
};
constexpr DemoAccount kAccounts[] = {
    {"director", "示例院长 Demo director", "county-director", Where::kCounty},
    {"insurance", "示例医保办 Demo insurance officer", "insurance-officer", Where::kCounty},
    {"manager", "示例县医院管理者 Demo hospital manager", "hospital-manager", Where::kHospital},
    {"it", "示例信息科 Demo hospital IT", "hospital-it", Where::kHospital},
    {"expert", "示例市医院专家 Demo city expert", "clinician", Where::kCityHospital},
    {"specialist", "示例县医院医师 Demo specialist", "clinician", Where::kHospital},
    {"township", "示例卫生院医师 Demo township doctor", "clinician", Where::kTownship},
    {"village", "示例村医 Demo village doctor", "clinician", Where::kVillage},
    {"viewer", "示例访客 Demo viewer", "viewer", Where::kCounty},
};

// What has been done, so that a demonstration that was stopped goes on where it was.
struct State {
  std::string size;
  int64_t seed = 0;
  std::vector<std::string> imported;       // file names
  bool finished = false;
  bool resumed = false;                    // an earlier run wrote it
};

std::string StatePath(const Folder& folder) { return folder.directory() + "/demo-files/state.json"; }

Result<std::optional<State>> ReadState(const Folder& folder) {
  Result<std::string> text = ReadFile(StatePath(folder));
  if (!text.ok() && text.error().category == ErrorCategory::kNotFound) return std::optional<State>();
  if (!text.ok()) return std::move(text).error();
  QX_TRY(json::Document document, json::Document::Parse(std::move(*text)));
  json::Value root = document.root();
  State state;
  state.resumed = true;
  state.size = root.FindString("size");
  if (auto seed = root.Find("seed")) state.seed = seed->AsInteger().value_or(0);
  if (auto finished = root.Find("finished")) state.finished = finished->IsBoolean() && finished->AsBoolean();
  if (auto imported = root.Find("imported")) {
    for (json::Value name : imported->Elements()) state.imported.emplace_back(name.AsString());
  }
  return std::optional<State>(std::move(state));
}

Status WriteState(const Folder& folder, const State& state) {
  json::Writer writer;
  writer.BeginObject().Member("size", state.size).Member("seed", state.seed).Member("finished", state.finished);
  writer.Name("imported").BeginArray();
  for (const std::string& name : state.imported) writer.String(name);
  writer.EndArray().EndObject();
  return WriteFileDurably(StatePath(folder), writer.Take() + "\n");
}

// Invented people must never be mixed with real ones.
Status CheckFolderIsOurs(Folder& folder, const std::optional<State>& state, const DemoOptions& options) {
  QX_TRY(api::Settings settings, api::ReadSettings(folder.store()));
  QX_TRY(auto snapshot, folder.store().OpenSnapshot(access::SystemCaller("demo")));
  QX_TRY(uint64_t organizations, snapshot->Count("Organization"));
  QX_TRY(uint64_t patients, snapshot->Count("Patient"));
  if (!settings.demonstration && organizations + patients > 0) {
    return MakeError(ErrorCategory::kConflict, "real-data", "the data folder " + folder.directory() +
                     " holds records already: a demonstration needs an empty one", "数据目录 " + folder.directory() + " 已有数据，演示需要空目录");
  }
  if (state && (state->size != options.size || state->seed != static_cast<int64_t>(options.seed))) {
    return MakeError(ErrorCategory::kConflict, "other-demo", "the data folder holds the demonstration of size " + state->size + ", seed " +
                     std::to_string(state->seed) + ": use another folder", "该目录已有规模 " + state->size + "、种子 " +
                     std::to_string(state->seed) + " 的演示数据，请换一个目录");
  }
  return Ok();
}

// Used again where an earlier run left them whole, else generated.
Result<demo::GeneratedCounty> GenerateFiles(Folder& folder, const DemoOptions& options, const State& state, const Cancel& cancel) {
  demo::Options wanted;
  wanted.size = options.size;
  wanted.seed = options.seed;
  wanted.directory = folder.directory() + "/demo-files";
  wanted.packs_directory = options.folder.packs_directory.empty() ? DefaultPacksDirectory() : options.folder.packs_directory;
  QX_TRY(std::optional<demo::GeneratedCounty> found, FindGenerated(wanted, state.imported));
  QX_TRY(const Room room, FindRoom(wanted, folder.directory(), options.drop_files));
  if (room.needed > room.there) return NoRoom(room, folder.directory());
  if (found) return std::move(*found);
  ProgressLine line(folder.clock(), "生成演示数据 generating");
  return demo::Generate(wanted, [&](double fraction, uint64_t rows) { line.Show(fraction, std::to_string(rows) + " 行 rows"); }, &cancel);
}

// What the generator knows of its file must come back; of a file that a stopped run had begun, some rows are met again.
Status CheckCounts(const demo::GeneratedFile& file, const std::string& name, bool begun, const intake::Counts& counts) {
  uint64_t rejected = 0;
  for (const auto& [code, rows] : file.rejected) rejected += rows;
  const bool whole = counts.accepted + counts.unchanged + counts.replaced + counts.rejected == file.rows && counts.rejected == rejected;
  const bool same = counts.accepted == file.accepted && counts.unchanged == file.unchanged && counts.replaced == file.replaced;
  if (whole && (same || (begun && counts.accepted <= file.accepted))) return Ok();
  return Fault("demo-counts", "the import of " + name + " does not give what the generator wrote: " + std::to_string(file.accepted) +
               " accepted, " + std::to_string(file.unchanged) + " unchanged, " + std::to_string(file.replaced) + " replaced, " +
               std::to_string(rejected) + " rejected");
}

Result<intake::Counts> ImportOne(Folder& folder, const demo::GeneratedFile& file, const std::string& what, const Cancel& cancel) {
  intake::Request request;
  QX_TRY(request.kind, intake::ParseKind(file.kind));
  request.paths = {file.path};
  request.organization = file.organization;
  ProgressLine line(folder.clock(), what);
  QX_TRY(const intake::Summary summary,
         intake::Run(CommandLineCaller(), folder.intake_tools(), request, cancel, [&](const intake::Progress& progress) {
           line.Show(progress.fraction, std::to_string(progress.rows_read) + " 行 rows");
         }));
  return summary.counts;
}

Status ImportFiles(Folder& folder, const demo::GeneratedCounty& county, bool drop, State& state, const Cancel& cancel) {
  size_t number = 0;
  bool begun = state.resumed;
  for (const demo::GeneratedFile& file : county.files) {
    ++number;
    const std::string name = file.path.substr(file.path.rfind('/') + 1);
    if (std::find(state.imported.begin(), state.imported.end(), name) == state.imported.end()) {
      const std::string place = std::to_string(number) + "/" + std::to_string(county.files.size());
      QX_TRY(const intake::Counts counts, ImportOne(folder, file, "导入 import " + place + " " + name, cancel));
      std::printf("%-9s %-40s accepted %llu, unchanged %llu, replaced %llu, rejected %llu\n", place.c_str(), name.c_str(),
                  static_cast<unsigned long long>(counts.accepted), static_cast<unsigned long long>(counts.unchanged),
                  static_cast<unsigned long long>(counts.replaced), static_cast<unsigned long long>(counts.rejected));
      std::fflush(stdout);
      QX_DO(CheckCounts(file, name, begun, counts));
      begun = false;
      state.imported.push_back(name);
      QX_DO(WriteState(folder, state));
    }
    if (drop) QX_DO(RemoveFile(file.path));
  }
  return Ok();
}

Status MarkFolder(Folder& folder, const std::string& county_name) {
  QX_TRY(api::Settings settings, api::ReadSettings(folder.store()));
  settings.county_name = county_name;
  settings.demonstration = true;
  store::CommitRequest request;
  request.changes.push_back(api::SettingsChange(settings));
  request.reason = "demo";
  QX_DO(folder.store().Commit(access::SystemCaller("demo"), std::move(request)));
  return Ok();
}

// The first hospital of that kind in the region ("" = anywhere); "" when there is none.
Result<std::string> FirstHospital(Folder& folder, const std::string& kind, const std::string& region) {
  QX_TRY(auto snapshot, folder.store().OpenSnapshot(access::SystemCaller("demo")));
  std::string after;
  while (true) {
    QX_TRY(std::vector<store::Resource> page, snapshot->Scan("Organization", after, 1000));
    for (const store::Resource& resource : page) {
      after = resource.id;
      const bool fits = resource.body.find("\"" + kind + "\"") != std::string::npos;
      if (fits && resource.body.find("\"" + region) != std::string::npos) return auth::OrganizationCode(resource.body);
    }
    if (page.size() < 1000) break;
  }
  return std::string();
}

Status MakeAccounts(Folder& folder, const std::map<Where, std::string>& places) {
  std::string path = folder.directory() + "/" + std::string(auth::kDemonstrationFile);
  std::string lines;
  if (FileExists(path)) {
    QX_TRY(lines, ReadFile(path));
  }
  for (const DemoAccount& account : kAccounts) {
    auth::NewAccount wanted;
    wanted.user = account.user;
    wanted.name = account.name;
    wanted.role = account.role;
    const std::string& place = places.at(account.where);
    if (account.where != Where::kCounty && place.empty()) continue;
    if (account.where != Where::kCounty) wanted.organizations = {place};
    Result<auth::AccountReceipt> made = folder.auth().AddAccount(CommandLineCaller(), wanted);
    if (!made.ok() && made.error().code == "user-exists") continue;
    if (!made.ok()) return std::move(made).error();
    lines += std::string(account.user) + " " + made->one_time_password + "  " + account.name + "\n";
    QX_DO(auth::WriteSecretFile(path, lines));
  }
  return Ok();
}

void PrintLogins(const Folder& folder) {
  std::printf("一次性登录（登录后须修改密码；保存在 %s）\none-time logins, to be changed at sign-in:\n",
              (folder.directory() + "/" + std::string(auth::kDemonstrationFile)).c_str());
  bool any = false;
  for (std::string_view name : {auth::kAdministratorFile, auth::kDemonstrationFile}) {
    Result<std::string> lines = ReadFile(folder.directory() + "/" + std::string(name));
    if (!lines.ok()) continue;
    any = true;
    for (std::string_view line : Split(*lines, '\n')) {
      if (!line.empty()) std::printf("  %.*s\n", static_cast<int>(line.size()), line.data());
    }
  }
  if (!any) std::printf("  （均已修改 · all changed by their users）\n");
}

Status MakeDemonstration(Folder& folder, const DemoOptions& options, const Cancel& cancel) {
  QX_TRY(std::optional<State> found, ReadState(folder));
  QX_DO(CheckFolderIsOurs(folder, found, options));
  State state = found.value_or(State{options.size, static_cast<int64_t>(options.seed), {}});
  if (state.finished) return Ok();
  QX_DO(MarkFolder(folder, ""));           // before the first invented person comes in
  QX_DO(MakeDirectories(folder.directory() + "/demo-files"));
  QX_DO(WriteState(folder, state));
  QX_TRY(demo::GeneratedCounty county, GenerateFiles(folder, options, state, cancel));
  QX_DO(ImportFiles(folder, county, options.drop_files, state, cancel));
  const demo::GeneratedRegion first = county.counties.empty() ? demo::GeneratedRegion{} : county.counties.front();
  QX_DO(MarkFolder(folder, first.name));
  QX_TRY(const std::string hospital, FirstHospital(folder, "county-general", first.code));
  if (hospital.empty()) return NotFound("no-hospital", "the demonstration has no county hospital", "演示数据中没有县医院");
  QX_TRY(const std::string city_hospital, FirstHospital(folder, "city", ""));
  QX_TRY(const DemoPlaces places, FindDemoPlaces(folder, first.code));
  QX_DO(MakeAccounts(folder, {{Where::kCounty, ""}, {Where::kCityHospital, city_hospital}, {Where::kHospital, hospital},
                              {Where::kTownship, places.township}, {Where::kVillage, places.village}}));
  // A server that is at work on the folder does this by itself.
  Status numbers = folder.OpenNumbers();
  if (!numbers.ok() && numbers.error().category != ErrorCategory::kBusy) return numbers;
  if (numbers.ok()) {
    const std::string packs = options.folder.packs_directory.empty() ? DefaultPacksDirectory() : options.folder.packs_directory;
    QX_DO(MakeDemoCare(folder, packs, first.code, cancel));
    QX_DO(folder.CatchUp(cancel));
    QX_DO(folder.gaps().Sweep());
    QX_DO(ApproveDemoActions(folder.gaps(), packs, first.code, hospital));
  }
  state.finished = true;
  return WriteState(folder, state);
}

}  // namespace

int RunDemo(const DemoOptions& options) {
  Cancel& cancel = StopOnSignals();
  Result<std::unique_ptr<Folder>> opened = Folder::Open(options.folder);
  if (!opened.ok()) return Fail(opened.error());
  Status made = MakeDemonstration(**opened, options, cancel);
  if (!made.ok()) return Fail(made.error());
  std::printf("演示县已就绪：其中的人都是虚构的 · the demonstration county is ready; its people are invented\n");
  PrintLogins(**opened);
  return kDone;
}

}  // namespace qianxian::app
