// A folder of files that lives as long as a test. For the tests of sheet.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "base/temporary_folder.h"
#include "sheet/csv.h"

namespace qianxian::sheet {

class TestFiles {
 public:
  std::string Path(const std::string& name) const { return folder_ / name; }
  std::string Write(const std::string& bytes, const std::string& name = "x.csv") const {
    std::ofstream(Path(name), std::ios::binary) << bytes;
    return Path(name);
  }

 private:
  TemporaryFolder folder_;
};

struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::vector<uint64_t> lines;
  std::vector<bool> damaged;
  std::string encoding;
  std::string error;           // code, if it ended with one
};

inline Table ReadTable(const std::string& path) {
  Table table;
  auto reader = CsvReader::Open(path);
  if (!reader.ok()) {
    table.error = reader.error().code;
    return table;
  }
  table.header = (*reader)->header();
  table.encoding = (*reader)->encoding();
  Row row;
  while (true) {
    auto next = (*reader)->Next(row);
    if (!next.ok()) {
      table.error = next.error().code;
      return table;
    }
    if (!*next) return table;
    table.rows.emplace_back(row.fields.begin(), row.fields.end());
    table.lines.push_back(row.line);
    table.damaged.push_back(row.damaged);
  }
}

}  // namespace qianxian::sheet
