// For tests only: a generated county in a folder of its own, and readers that share no code with the generator or with
// the importer, so that both can be checked against them.
#pragma once

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "base/temporary_folder.h"
#include "bytes/reader.h"
#include "demo/demo.h"
#include "gtest/gtest.h"

namespace qianxian::demo {

inline std::string PacksDirectory() { return QIANXIAN_SOURCE_DIR "/packs"; }

inline Options TinyOptions(const std::string& directory) {
  Options options;
  options.size = "tiny";
  options.seed = 7;
  options.directory = directory;
  options.packs_directory = PacksDirectory();
  return options;
}

inline std::string ReadAll(const std::string& path) {
  auto reader = bytes::Reader::Open(path);
  EXPECT_TRUE(reader.ok()) << path;
  std::string out;
  if (!reader.ok()) return out;
  std::vector<char> block(1 << 16);
  for (;;) {
    auto size = (*reader)->Read(block.data(), block.size());
    EXPECT_TRUE(size.ok()) << path;
    if (!size.ok() || *size == 0) return out;
    out.append(block.data(), *size);
  }
}

// Commas, quotes and line breaks are no second bytes of GB18030, so a byte-wise reader does for both encodings.
struct SlowRow {
  uint64_t line = 0;
  std::vector<std::string> fields;
};
inline std::vector<SlowRow> SlowRead(const std::string& path) {
  std::string text = ReadAll(path);
  if (text.compare(0, 3, "\xef\xbb\xbf") == 0) text.erase(0, 3);
  std::vector<SlowRow> rows(1);
  rows.back().line = 1;
  rows.back().fields.emplace_back();
  uint64_t line = 1;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '\n') ++line;
    if (quoted) {
      if (c == '"' && i + 1 < text.size() && text[i + 1] == '"') rows.back().fields.back() += text[++i];
      else if (c == '"') quoted = false;
      else rows.back().fields.back() += c;
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      rows.back().fields.emplace_back();
    } else if (c == '\n') {
      rows.emplace_back();
      rows.back().line = line;
      rows.back().fields.emplace_back();
    } else if (c != '\r') {
      rows.back().fields.back() += c;
    }
  }
  if (rows.back().fields.size() == 1 && rows.back().fields[0].empty()) rows.pop_back();
  return rows;
}

// The value after "name": in one line of truth.json; quotes are taken off.
inline std::string JsonField(const std::string& line, const std::string& name) {
  size_t at = line.find("\"" + name + "\":");
  if (at == std::string::npos) return "";
  at += name.size() + 3;
  if (line[at] == '"') return line.substr(at + 1, line.find('"', at + 1) - at - 1);
  return line.substr(at, line.find_first_of(",}]", at) - at);
}

struct TruthRow {
  std::string numerator, denominator;   // "null" where there is none
  bool operator==(const TruthRow&) const = default;
};
inline void PrintTo(const TruthRow& row, std::ostream* out) { *out << row.numerator << " / " << row.denominator; }
using TruthTable = std::map<std::string, TruthRow>;   // "measure subject period"

inline TruthTable ReadTruth(const std::string& path) {
  TruthTable out;
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    if (line.compare(0, 12, "{\"measure\":\"") != 0) continue;
    std::string key = JsonField(line, "measure") + " " + JsonField(line, "subject") + " " + JsonField(line, "period");
    out[key] = {JsonField(line, "numerator"), JsonField(line, "denominator")};
  }
  return out;
}

}  // namespace qianxian::demo
