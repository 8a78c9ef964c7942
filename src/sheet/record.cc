#include "sheet/record.h"

#include <cstring>

#include "base/limits.h"

namespace qianxian::sheet {
namespace {

// A quoted field may hold this many line ends before it looks more like a quote that was never closed.
constexpr size_t kLineBreaksInField = 2000;

struct Quoted {
  enum class State { kClosed, kNeedMore, kUnclosed, kTooLong } state = State::kNeedMore;
  size_t close = 0;            // place of the closing quote
  bool escaped = false;
};

// text[open] is the opening quote.
Quoted FindClosingQuote(std::string_view text, size_t open, bool last) {
  Quoted found;
  size_t i = open + 1;
  while (true) {
    const void* hit = i < text.size() ? std::memchr(text.data() + i, '"', text.size() - i) : nullptr;
    const size_t at = hit ? static_cast<size_t>(static_cast<const char*>(hit) - text.data()) : text.size();
    if (at - open > limits::kCsvFieldBytes) {
      const bool runaway = CountLineBreaks(text.substr(open, limits::kCsvFieldBytes)) > kLineBreaksInField;
      found.state = runaway ? Quoted::State::kUnclosed : Quoted::State::kTooLong;
      return found;
    }
    if (!hit || (at + 1 == text.size() && !last)) {
      found.state = last ? Quoted::State::kUnclosed : Quoted::State::kNeedMore;
      return found;
    }
    if (at + 1 < text.size() && text[at + 1] == '"') {
      found.escaped = true;
      i = at + 2;
      continue;
    }
    found.close = at;
    found.state = Quoted::State::kClosed;
    return found;
  }
}

bool IsBlank(std::string_view text) { return text.find_first_not_of(' ') == std::string_view::npos; }

}  // namespace

size_t CountLineBreaks(std::string_view text) {
  size_t count = 0;
  for (size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n') ++count;
    else if (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) ++count;
  return count;
}

RecordScanner::RecordScanner(char separator) : separator_(separator) {
  for (char c : {separator, '\r', '\n'}) stop_[static_cast<unsigned char>(c)] = true;
}

size_t RecordScanner::FindStop(std::string_view text, size_t from) const {
  while (from < text.size() && !stop_[static_cast<unsigned char>(text[from])]) ++from;
  return from;
}

ScanResult RecordScanner::Scan(std::string_view text, bool last, std::vector<FieldSpan>& fields) const {
  fields.clear();
  ScanResult result;
  if (text.empty()) {
    result.state = last ? ScanState::kEnd : ScanState::kNeedMore;
    return result;
  }
  const auto fail = [&](ScanState state) {
    result.state = state;
    result.problem_line = result.line_breaks;
    return result;
  };
  size_t at = 0;
  while (true) {
    FieldSpan field{at, at, false};
    size_t stop = at;
    if (at < text.size() && text[at] == '"') {
      const Quoted quoted = FindClosingQuote(text, at, last);
      switch (quoted.state) {
        case Quoted::State::kNeedMore: return fail(ScanState::kNeedMore);
        case Quoted::State::kUnclosed: return fail(ScanState::kUnclosedQuote);
        case Quoted::State::kTooLong: return fail(ScanState::kFieldTooLong);
        case Quoted::State::kClosed: break;
      }
      stop = FindStop(text, quoted.close + 1);
      result.line_breaks += CountLineBreaks(text.substr(at + 1, quoted.close - at - 1));
      // Text after the closing quote: not a quoted field but one that begins with a quote; it is kept as it stands.
      const bool plain = !IsBlank(text.substr(quoted.close + 1, stop - quoted.close - 1));
      field = plain ? FieldSpan{at, stop, false} : FieldSpan{at + 1, quoted.close, quoted.escaped};
    } else {
      stop = FindStop(text, at);
      field.end = stop;
    }
    if (stop == text.size() && !last) return fail(ScanState::kNeedMore);
    if (stop - at > limits::kCsvFieldBytes + 2) return fail(ScanState::kFieldTooLong);
    fields.push_back(field);
    if (stop < text.size() && text[stop] == separator_) {
      if (fields.size() >= limits::kCsvColumns) return fail(ScanState::kTooWide);
      at = stop + 1;
      continue;
    }
    size_t taken = stop;
    if (taken < text.size()) {
      if (text[taken] == '\r' && taken + 1 == text.size() && !last) return fail(ScanState::kNeedMore);
      taken += text[taken] == '\r' && taken + 1 < text.size() && text[taken + 1] == '\n' ? 2 : 1;
      ++result.line_breaks;
    }
    result.state = ScanState::kRecord;
    result.taken = taken;
    return result;
  }
}

}  // namespace qianxian::sheet
