#include "app/packs.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/files.h"
#include "base/text.h"

namespace qianxian::app {
namespace {

namespace fs = std::filesystem;

std::string BesideProgram(const std::string& in_checkout, const std::string& installed, const std::string& sign) {
  std::error_code error;
  fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) return {};
  // build/qianxian, build/src/app/…_test: the checkout is some folders up.
  fs::path folder = program.parent_path();
  for (int up = 0; up < 5 && !folder.empty(); ++up, folder = folder.parent_path()) {
    for (const std::string& place : {in_checkout, installed}) {
      fs::path candidate = folder / place;
      if (fs::exists(candidate / sign, error)) return candidate.string();
    }
    if (folder == folder.root_path()) break;
  }
  // A build folder outside the checkout that it was made from.
  fs::path candidate = fs::path(QIANXIAN_SOURCE_DIR) / in_checkout;
  return fs::exists(candidate / sign, error) ? candidate.string() : std::string();
}

Error AtPack(const std::string& directory, Error error) {
  std::string prefix = fs::path(directory).filename().string() + "/";
  error.en = prefix + ReplaceAll(error.en, "\n", "\n" + prefix);
  if (!error.zh.empty()) error.zh = prefix + ReplaceAll(error.zh, "\n", "\n" + prefix);
  return error;
}

}  // namespace

namespace {
Result<std::map<std::string, std::string>> FilesOf(const std::string& directory) {
  QX_TRY(std::vector<std::string> paths, ListFiles(directory));
  std::map<std::string, std::string> files;
  for (const std::string& path : paths) {
    std::string inside = fs::path(path).lexically_relative(directory).generic_string();
    QX_TRY(files[inside], ReadFile(path));
  }
  return files;
}
}  // namespace

Result<pack::Pack> LoadPack(const std::string& directory) {
  QX_TRY(const auto files, FilesOf(directory));
  Result<pack::Pack> pack = pack::ParsePack(files);
  if (!pack.ok()) return AtPack(directory, std::move(pack).error());
  return pack;
}

Result<Packs> LoadPacks(const std::string& directory) {
  std::error_code error;
  std::vector<std::string> folders;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    if (fs::exists(it->path() / "pack.yaml", error)) folders.push_back(it->path().string());
  }
  if (error || folders.empty()) {
    return NotFound("no-packs", "there are no packs in \"" + directory + "\": say where with --packs DIR",
                    "目录“" + directory + "”中没有知识包，请用 --packs DIR 指定");
  }
  std::sort(folders.begin(), folders.end());
  Packs packs;
  std::vector<pack::ReferralRules> rules;
  for (const std::string& folder : folders) {
    QX_TRY(pack::Pack pack, LoadPack(folder));
    packs.all.push_back(std::move(pack));
    QX_TRY(const auto files, FilesOf(folder));
    Result<pack::ReferralRules> own = pack::ParseReferralFiles(files);
    if (!own.ok()) return AtPack(folder, std::move(own).error());
    rules.push_back(std::move(*own));
  }
  QX_TRY(packs.referral, pack::MergeReferralRules(rules));
  QX_TRY(packs.merged, pack::MergePacks(packs.all));
  return packs;
}

std::string DefaultPacksDirectory() {
  std::string found = BesideProgram("packs", "share/qianxian/packs", "county-core/pack.yaml");
  return found.empty() ? "packs" : found;
}

std::string DefaultWebDirectory() { return BesideProgram("web/dist", "share/qianxian/web", "index.html"); }

}  // namespace qianxian::app
