// Reads the first rows of an import's row report (docs/formats/sheets.md: CSV as this program wrote it, UTF-8 with BOM).
// Any thread; memory by the rows asked for. Failures: not_found ("no-report"), unavailable ("io").
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "intake/import.h"

namespace qianxian::api {

Result<std::vector<intake::Rejection>> ReadReport(const std::string& path, size_t count);

// RFC 4180, piece by piece.
class CsvSplitter {
 public:
  // Takes the next piece of text; whole records come out in rows.
  void Feed(std::string_view text, std::vector<std::vector<std::string>>& rows);
  void Finish(std::vector<std::vector<std::string>>& rows);

 private:
  void EndField();
  void EndRow(std::vector<std::vector<std::string>>& rows);
  std::vector<std::string> row_;
  std::string field_;
  bool quoted_ = false;
  bool quote_seen_ = false;                // inside quotes: a quote that is the end, or the first of two
  bool row_begun_ = false;
};

}  // namespace qianxian::api
