// Any bytes as a county's sheet: rows or an error, never a crash, never a loop.
#include <cstdio>
#include <unistd.h>

#include "base/check.h"
#include "sheet/csv.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace qianxian;
  static const std::string path = "/tmp/qianxian-fuzz-csv-" + std::to_string(getpid());
  FILE* file = std::fopen(path.c_str(), "wb");
  QX_CHECK(file != nullptr, "no temporary file");
  std::fwrite(data, 1, size, file);
  std::fclose(file);
  Result<std::unique_ptr<sheet::CsvReader>> reader = sheet::CsvReader::Open(path);
  if (!reader.ok()) return 0;
  sheet::Row row;
  for (size_t rows = 0;; ++rows) {
    QX_CHECK(rows <= 3 * size + 16, "more rows than bytes");
    const Result<bool> more = (*reader)->Next(row);
    if (!more.ok() || !*more) return 0;
    QX_CHECK(row.line >= 2, "a row before the header");
  }
}
