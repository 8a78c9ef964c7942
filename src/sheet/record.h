// Where the fields of one record of CSV are, without copying or changing a byte (RFC 4180, with what spreadsheets and
// people do beside it: a quote inside an unquoted field is a quote). For sheet's own files. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace qianxian::sheet {

struct FieldSpan {
  size_t begin = 0;            // in the scanned text; without the outer quotes
  size_t end = 0;
  bool escaped = false;        // holds "" that stand for "
};

enum class ScanState : uint8_t {
  kRecord,                     // a whole record
  kNeedMore,                   // the text ends inside the record, and more text follows
  kEnd,                        // there is nothing left
  kUnclosedQuote,
  kFieldTooLong,
  kTooWide,
};

struct ScanResult {
  ScanState state = ScanState::kEnd;
  size_t taken = 0;            // bytes of the record with its line end
  size_t line_breaks = 0;      // physical line ends in them
  size_t problem_line = 0;     // breaks before the field that is at fault
};

class RecordScanner {
 public:
  explicit RecordScanner(char separator);
  ScanResult Scan(std::string_view text, bool last, std::vector<FieldSpan>& fields) const;

 private:
  size_t FindStop(std::string_view text, size_t from) const;
  char separator_;
  bool stop_[256] = {};        // separator, CR, LF
};

// Physical line ends (LF, CRLF, CR alone) in a text.
size_t CountLineBreaks(std::string_view text);

}  // namespace qianxian::sheet
