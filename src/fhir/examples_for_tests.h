// Only for tests: the official R4 examples and the Synthea bundles beside the checkout, unpacked by the zstd and bzip2
// programs. Where they are missing the lists are empty, and the test skips.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace qianxian::fhir::tests {

inline std::string SharedFolder() { return std::string(QIANXIAN_SOURCE_DIR) + "/../shared"; }

inline std::string OutputOf(const std::string& command) {
  std::string out;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return out;
  char buffer[1 << 16];
  while (size_t read = fread(buffer, 1, sizeof buffer, pipe)) out.append(buffer, read);
  return pclose(pipe) == 0 ? out : std::string();
}

using NamedTexts = std::vector<std::pair<std::string, std::string>>;

// The files of a .tar.zst whose name ends in `ending`.
inline NamedTexts ReadTarZst(const std::string& path, const std::string& ending, size_t most = SIZE_MAX) {
  NamedTexts files;
  if (!std::filesystem::exists(path)) return files;
  std::string tar = OutputOf("zstd -dc --long=27 '" + path + "' 2>/dev/null");
  constexpr size_t kBlock = 512;
  for (size_t at = 0; at + kBlock <= tar.size() && tar[at] != '\0' && files.size() < most;) {
    std::string name(tar.c_str() + at, strnlen(tar.c_str() + at, 100));
    size_t size = strtoull(std::string(tar, at + 124, 12).c_str(), nullptr, 8);
    if (name.size() >= ending.size() && name.ends_with(ending)) files.emplace_back(name, tar.substr(at + kBlock, size));
    at += kBlock + (size + kBlock - 1) / kBlock * kBlock;
  }
  return files;
}

inline const NamedTexts& OfficialExamples() {
  static const NamedTexts files = ReadTarZst(SharedFolder() + "/conformance/fhir-r4-examples-json.tar.zst", ".json");
  return files;
}

// The texts of the first `most` bundles of the 120 Synthea patients.
inline std::vector<std::string> SyntheaBundles(size_t most) {
  std::vector<std::string> paths;
  std::string folder = SharedFolder() + "/data/synthea/blaze-test-data";
  if (!std::filesystem::exists(folder)) return {};
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".bz2") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> texts;
  for (const std::string& path : paths) {
    if (texts.size() >= most) break;
    std::string text = OutputOf("bzip2 -dc '" + path + "' 2>/dev/null");
    if (!text.empty()) texts.push_back(std::move(text));
  }
  return texts;
}

}  // namespace qianxian::fhir::tests
