// Sheets as counties have them: CSV text in whatever encoding, read as text. BOM (UTF-8, UTF-16), then strict UTF-8, then
// GB18030; the choice is made before the first row is given, over the whole file where its beginning leaves it open.
// Separator comma, or tab or semicolon if the header line says so (or Excel's "sep=;"); quotes and line breaks inside
// quotes (RFC 4180); ="0123" and '0123 of Excel are unwrapped; NULs are dropped. Memory is flat.
// One thread at a time. Errors: not_found, invalid ("empty-file", "not-text" (xls, zip …), "too-wide", "field-too-long",
// "unclosed-quote").
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace qianxian::sheet {

struct Row {
  uint64_t line = 0;                       // the physical line that it starts on; the header is line 1
  std::vector<std::string_view> fields;    // cleaned UTF-8: trimmed, half-width, null words as ""; live until the next Next
  bool damaged = false;                    // bytes that are no text in the file's encoding; U+FFFD stands for them
};

class CsvReader {
 public:
  virtual ~CsvReader() = default;
  // Upper-case, trimmed header names as they stand, e.g. "BAH", "SETL_ID".
  virtual const std::vector<std::string>& header() const = 0;
  // False at the end. Blank lines, and rows of separators only, are passed over. A row with more or fewer fields than the
  // header is given as it is.
  virtual Result<bool> Next(Row& row) = 0;
  virtual uint64_t file_position() const = 0;
  virtual uint64_t file_size() const = 0;
  virtual std::string_view encoding() const = 0;     // "UTF-8", "GB18030", "UTF-16LE", …
  static Result<std::unique_ptr<CsvReader>> Open(const std::string& path);   // also .gz .bz2 .zst
};

// "-", "--", "/", "无", "—", "null", "\\N" and nothing are null.
bool IsNullWord(std::string_view text);

// Writes UTF-8 or GB18030 CSV, with BOM if asked, lines ended by CRLF; a path that ends in .gz is packed. One thread.
// Errors: unavailable ("io", "disk-full"), told by EndRow or Close.
class CsvWriter {
 public:
  virtual ~CsvWriter() = default;
  virtual void Field(std::string_view text) = 0;
  virtual Status EndRow() = 0;
  virtual Status Close() = 0;
  enum class Encoding { kUtf8, kUtf8Bom, kGb18030 };
  static Result<std::unique_ptr<CsvWriter>> Create(const std::string& path, Encoding encoding);
};

}  // namespace qianxian::sheet
