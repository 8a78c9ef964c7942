#include "app/demo_files.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "base/files.h"
#include "json/value.h"

namespace qianxian::app {
namespace {

uint64_t Number(json::Value object, std::string_view name) {
  const auto value = object.Find(name);
  return value ? static_cast<uint64_t>(value->AsInteger().value_or(0)) : 0;
}

demo::GeneratedFile ReadEntry(json::Value entry, const std::string& directory) {
  demo::GeneratedFile file;
  file.kind = entry.FindString("kind");
  file.path = directory + "/" + std::string(entry.FindString("file"));
  file.organization = entry.FindString("organization");
  file.region = entry.FindString("region");
  file.bytes = Number(entry, "bytes");
  file.rows = Number(entry, "rows");
  file.accepted = Number(entry, "accepted");
  file.unchanged = Number(entry, "unchanged");
  file.replaced = Number(entry, "replaced");
  if (auto rejected = entry.Find("rejected")) {
    for (const json::Member& member : rejected->Members())
      file.rejected[std::string(member.name)] = static_cast<uint64_t>(member.value.AsInteger().value_or(0));
  }
  return file;
}

std::string NameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string Gigabytes(uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f GB", static_cast<double>(bytes) / 1e9);
  return text;
}

}  // namespace

Result<std::optional<demo::GeneratedCounty>> FindGenerated(const demo::Options& options, const std::vector<std::string>& done) {
  const std::string path = options.directory + "/truth.json";
  Result<std::string> text = ReadFile(path);
  if (!text.ok() && text.error().category == ErrorCategory::kNotFound) return std::optional<demo::GeneratedCounty>();
  if (!text.ok()) return std::move(text).error();
  QX_TRY(json::Document document, json::Document::Parse(std::move(*text)));
  const json::Value root = document.root();
  if (root.FindString("size") != options.size || Number(root, "seed") != options.seed ||
      root.FindString("last_month") != options.last_month)
    return std::optional<demo::GeneratedCounty>();
  demo::GeneratedCounty county;
  county.truth_path = path;
  if (auto files = root.Find("files")) {
    for (json::Value entry : files->Elements()) {
      demo::GeneratedFile file = ReadEntry(entry, options.directory);
      if (!Contains(done, NameOf(file.path))) {
        const Result<uint64_t> bytes = FileSize(file.path);
        if (!bytes.ok() || *bytes != file.bytes) return std::optional<demo::GeneratedCounty>();
      }
      county.rows += file.rows;
      county.files.push_back(std::move(file));
    }
  }
  if (auto counties = root.Find("counties")) {
    for (json::Value entry : counties->Elements())
      county.counties.push_back({std::string(entry.FindString("code")), std::string(entry.FindString("name"))});
  }
  return std::optional<demo::GeneratedCounty>(std::move(county));
}

Result<Room> FindRoom(const demo::Options& options, const std::string& folder, bool drop) {
  QX_TRY(const demo::Expected expected, demo::Expect(options));
  std::error_code error;
  const uint64_t there = std::filesystem::space(folder, error).available;
  if (error) return Unavailable("io", "cannot look at " + folder + ": " + error.message(), "无法查看目录 " + folder);
  // Files that go one by one make room for what they become; a twentieth is for what lies there only while it is worked on.
  const uint64_t all = expected.file_bytes + (drop ? 0 : expected.data_bytes) + (expected.file_bytes + expected.data_bytes) / 20;
  QX_TRY(const std::vector<std::string> files, ListFiles(folder));
  uint64_t used = 0;
  for (const std::string& file : files) used += FileSize(file).value_or(0);
  return Room{all > used ? all - used : 0, there};
}

Error NoRoom(const Room& room, const std::string& directory) {
  const std::string needed = Gigabytes(room.needed), there = Gigabytes(room.there);
  return Unavailable("disk-full",
                     "the demonstration needs about " + needed + " more in " + directory + ", and " + there +
                         " are free: make room, use another folder, or a smaller --size (--drop-files needs less)",
                     "演示数据还需约 " + needed + "，" + directory + " 只剩 " + there + "：请清理磁盘、换目录或用更小的 --size（--drop-files 需要的少一些）");
}

}  // namespace qianxian::app
