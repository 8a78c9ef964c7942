// The reader: decoder → buffer → records → cleaned fields. Fields are views into the buffer and are cleaned where they lie.
#include <algorithm>
#include <array>
#include <cstring>
#include <deque>

#include "base/limits.h"
#include "base/text.h"
#include "sheet/clean.h"
#include "sheet/csv.h"
#include "sheet/decoder.h"
#include "sheet/encoding.h"
#include "sheet/record.h"

namespace qianxian::sheet {
namespace {

constexpr size_t kBufferBytes = 512 << 10;
constexpr size_t kRecordBytes = size_t{64} << 20;
constexpr std::string_view kReplacement = "\xef\xbf\xbd";

// Comma, unless the first line that is not blank has more of another separator outside quotes.
char SniffSeparator(std::string_view text) {
  constexpr std::array<char, 3> kSeparators{',', '\t', ';'};
  std::array<size_t, 3> count{};
  bool quoted = false, any = false;
  for (char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n' || c == '\r') {
      if (any) break;
      continue;
    }
    any = true;
    for (size_t k = 0; k < kSeparators.size(); ++k) count[k] += c == kSeparators[k];
  }
  size_t best = 0;
  for (size_t k = 1; k < kSeparators.size(); ++k)
    if (count[k] > count[best]) best = k;
  return kSeparators[best];
}

class CsvReaderImpl final : public CsvReader {
 public:
  explicit CsvReaderImpl(Decoder decoder) : decoder_(std::move(decoder)), scanner_(',') { buffer_.resize(kBufferBytes); }

  Status Start() {
    QX_DO(Refill());
    PassOverSeparatorLine();
    uint64_t line = 0;
    while (true) {
      QX_TRY(const bool found, NextRecord(line));
      if (!found) return Invalid("empty-file", "The file is empty: it has no header line.", "文件是空的，没有表头。");
      header_.clear();
      bool any = false;
      for (const FieldSpan& span : spans_) {
        char* text = Unescape(span);
        std::string name = ToUpperAscii(CleanName(text, size_));
        any |= !name.empty();
        header_.push_back(std::move(name));
      }
      if (any) return Ok();
    }
  }

  const std::vector<std::string>& header() const override { return header_; }

  Result<bool> Next(Row& row) override {
    while (true) {
      QX_TRY(const bool found, NextRecord(row.line));
      if (!found) return false;
      row.fields.clear();
      row.damaged = false;
      repaired_.clear();
      bool any = false;
      for (const FieldSpan& span : spans_) {
        char* text = Unescape(span);
        size_t size = size_;
        if (decoder_.may_be_broken()) text = Repair(text, size, row.damaged);
        row.fields.push_back(CleanField(text, size));
        any |= !row.fields.back().empty();
      }
      if (any) return true;
    }
  }

  uint64_t file_position() const override { return decoder_.reader().file_position(); }
  uint64_t file_size() const override { return decoder_.reader().file_size(); }
  std::string_view encoding() const override { return Name(decoder_.encoding()); }

 private:
  // Where the field is, "" made one quote in place; its length is size_ afterwards.
  char* Unescape(const FieldSpan& span) {
    char* text = buffer_.data() + record_ + span.begin;
    size_ = span.end - span.begin;
    if (!span.escaped) return text;
    size_t out = 0;
    for (size_t i = 0; i < size_; ++i) {
      text[out++] = text[i];
      if (text[i] == '"' && i + 1 < size_ && text[i + 1] == '"') ++i;
    }
    size_ = out;
    return text;
  }

  // The field with U+FFFD for every byte that is no text; sets `damaged` where there is one.
  char* Repair(char* text, size_t& size, bool& damaged) {
    const std::string_view view(text, size);
    if (decoder_.encoding() != Encoding::kUtf8) {
      damaged |= view.find(kReplacement) != std::string_view::npos;
      return text;
    }
    if (IsValidUtf8(view)) return text;
    damaged = true;
    std::string& fixed = repaired_.emplace_back();
    for (size_t position = 0; position < view.size();) AppendUtf8(fixed, NextCodePoint(view, position));
    size = fixed.size();
    return fixed.data();
  }

  // Excel's "sep=;" line before the header; else the header line itself says which separator it is.
  void PassOverSeparatorLine() {
    const std::string_view text(buffer_.data(), end_);
    scanner_ = RecordScanner(SniffSeparator(text));
    if (text.size() < 6 || ToLowerAscii(text.substr(0, 4)) != "sep=") return;
    const size_t line_end = text.find_first_of("\r\n", 5);
    if (line_end != 5) return;
    scanner_ = RecordScanner(text[4]);
    begin_ = line_end + (text.substr(line_end, 2) == "\r\n" ? 2 : 1);
    line_ = 2;
  }

  Result<bool> NextRecord(uint64_t& line) {
    while (true) {
      record_ = begin_;
      const std::string_view text(buffer_.data() + begin_, end_ - begin_);
      const ScanResult scan = scanner_.Scan(text, at_end_, spans_);
      switch (scan.state) {
        case ScanState::kRecord:
          line = line_;
          line_ += scan.line_breaks;
          begin_ += scan.taken;
          return true;
        case ScanState::kEnd: return false;
        case ScanState::kNeedMore: QX_DO(Refill()); continue;
        default: return Explain(scan);
      }
    }
  }

  Error Explain(const ScanResult& scan) const {
    const std::string line = std::to_string(line_ + scan.problem_line);
    switch (scan.state) {
      case ScanState::kUnclosedQuote:
        return Invalid("unclosed-quote", "A quotation mark that begins a field on line " + line + " is never closed.",
                       "第 " + line + " 行有一个字段以双引号开头，但没有配对的结束引号。");
      case ScanState::kTooWide:
        return Invalid("too-wide",
                       "Line " + line + " has more than " + std::to_string(limits::kCsvColumns) + " columns.",
                       "第 " + line + " 行的列数超过 " + std::to_string(limits::kCsvColumns) + "。");
      default:
        return Invalid("field-too-long", "A field on line " + line + " is longer than 1 MiB.",
                       "第 " + line + " 行有一个字段超过 1 MiB。");
    }
  }

  // Moves what is left to the front and reads on; the buffer grows only for a record that does not fit.
  Status Refill() {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    if (end_ + (buffer_.size() >> 2) > buffer_.size()) {
      if (buffer_.size() >= kRecordBytes)
        return Invalid("too-wide", "The row on line " + std::to_string(line_) + " is longer than 64 MiB.",
                       "第 " + std::to_string(line_) + " 行的内容超过 64 MiB。");
      buffer_.resize(buffer_.size() * 2);
    }
    QX_TRY(const size_t got, decoder_.Fill(buffer_.data() + end_, buffer_.size() - end_));
    end_ += got;
    at_end_ = got == 0;
    return Ok();
  }

  Decoder decoder_;
  RecordScanner scanner_;
  std::vector<std::string> header_;
  std::vector<char> buffer_;
  size_t begin_ = 0, end_ = 0;             // what is not yet read, in buffer_
  size_t record_ = 0;                      // where the current record begins
  size_t size_ = 0;                        // of the field that was unescaped last
  std::vector<FieldSpan> spans_;
  std::deque<std::string> repaired_;       // fields of the current row that had broken bytes
  uint64_t line_ = 1;
  bool at_end_ = false;
};

}  // namespace

Result<std::unique_ptr<CsvReader>> CsvReader::Open(const std::string& path) {
  QX_TRY(const Detected detected, DetectEncoding(path));
  QX_TRY(std::unique_ptr<bytes::Reader> reader, bytes::Reader::Open(path));
  auto csv = std::make_unique<CsvReaderImpl>(Decoder(std::move(reader), detected));
  QX_DO(csv->Start());
  return std::unique_ptr<CsvReader>(std::move(csv));
}

}  // namespace qianxian::sheet
