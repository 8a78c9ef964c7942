#include "store/sqlite/index_rows.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/date.h"
#include "base/text.h"
#include "search/parameters.h"
#include "store/body.h"
#include "store/sqlite/aliases.h"

namespace qianxian::store::sqlite {
namespace {

using search::IndexEntry;
using search::ParameterKind;

// Values made of hashes lie above all roots and months.
int64_t HashValue(char form, std::string_view a, std::string_view b = {}) {
  uint64_t hash = HashFnv1a64({&form, 1});
  hash = HashFnv1a64(a, hash);
  hash = HashFnv1a64(std::string_view("\0", 1), hash);
  hash = HashFnv1a64(b, hash);
  hash ^= hash >> 32;
  hash *= 0x9e3779b97f4a7c15ULL;
  hash ^= hash >> 29;
  return static_cast<int64_t>((hash >> 2) | (uint64_t{1} << 62));
}

int32_t FloorDays(int64_t microseconds) {
  int64_t days = microseconds / kDay;
  if (microseconds % kDay < 0) --days;
  return static_cast<int32_t>(days);
}

class Maker {
 public:
  Maker(const Aliases& aliases, IndexRows& out) : aliases_(aliases), out_(out) {}

  void Entry(const IndexEntry& entry) {
    Post(entry.parameter, kPresent);
    switch (entry.kind) {
      case ParameterKind::kToken: Token(entry); break;
      case ParameterKind::kString: out_.words.push_back({entry.parameter, CutText(entry.code)}); break;
      case ParameterKind::kDate: Date(entry); break;
      case ParameterKind::kReference: Reference(entry); break;
      case ParameterKind::kQuantity:
      case ParameterKind::kNumber: Number(entry.parameter, -1, entry); break;
      case ParameterKind::kUri: Label(entry.parameter, entry.text, entry.text); break;
      case ParameterKind::kComposite: Composite(entry); break;
      case ParameterKind::kSpecial: break;
    }
  }

 private:
  void Post(int32_t parameter, int64_t value) { out_.postings.push_back({parameter, value}); }

  int32_t Coding(std::string_view system, std::string_view code, std::string_view text) {
    for (size_t i = 0; i < out_.codings.size(); ++i) {
      const IndexRows::Coding& known = out_.codings[i];
      if (known.system == system && known.code == code && known.text == text) return static_cast<int32_t>(i);
    }
    out_.codings.push_back({std::string(system), std::string(code), std::string(text)});
    return static_cast<int32_t>(out_.codings.size()) - 1;
  }

  void Label(int32_t parameter, std::string_view text, std::string_view whole) {
    const int64_t value = TextValue(whole);
    Post(parameter, value);
    out_.labels.push_back({parameter, CutText(text), value});
  }

  void Token(const IndexEntry& entry) {
    if (!entry.code.empty()) {
      Post(entry.parameter, TokenCodeValue(entry.code));
      Post(entry.parameter, TokenValue(entry.system, entry.code));
    }
    if (!entry.system.empty()) Post(entry.parameter, TokenSystemValue(entry.system));
    if (!entry.text.empty()) {
      const std::string folded = search::Fold(entry.text);
      Label(entry.parameter, folded, folded);
    }
  }

  void Date(const IndexEntry& entry) {
    const int32_t width = DateWidth(entry.date_low, entry.date_high);
    const auto another = [&](const IndexRows::Span& span) { return span.parameter == entry.parameter; };
    if (std::any_of(out_.spans.begin(), out_.spans.end(), another)) Post(entry.parameter, kSeveral);
    out_.spans.push_back({entry.parameter, -1, -1, width, entry.date_low, entry.date_high, false});
    if (width == 0) Post(entry.parameter, MonthValue(entry.date_low));
    if (width == 0 && aliases_.ByDay(entry.parameter)) Post(entry.parameter, DayValue(entry.date_low));
  }

  void Reference(const IndexEntry& entry) {
    if (entry.code.empty()) {
      Post(entry.parameter, TextValue(entry.text));
    } else if (entry.system.empty()) {
      Post(entry.parameter, UntypedReferenceValue(entry.code));
    } else if (!IsLocalReference(entry.system, entry.code)) {
      Post(entry.parameter, OddReferenceValue(entry.system, entry.code));
      Post(entry.parameter, UntypedReferenceValue(entry.code));
    } else {
      out_.references.push_back({entry.parameter, entry.system, entry.code});
    }
  }

  void Number(int32_t parameter, int32_t coding, const IndexEntry& entry) {
    int32_t unit = -1;
    if (entry.kind == ParameterKind::kQuantity) unit = Coding(entry.system, entry.code, entry.text);
    const int32_t width = NumberWidth(entry.number_low, entry.number_high);
    out_.spans.push_back({parameter, coding, unit, width, OrderedNumber(entry.number_low),
                          OrderedNumber(entry.number_high), coding < 0 && width == 0});
  }

  // The first part leads; what a query asks beyond that is judged by the body.
  void Composite(const IndexEntry& entry) {
    if (entry.components.empty() || entry.components[0].kind != ParameterKind::kToken) return;
    const IndexEntry& lead = entry.components[0];
    if (lead.code.empty()) return;
    Post(entry.parameter, TokenCodeValue(lead.code));
    Post(entry.parameter, TokenValue(lead.system, lead.code));
    if (entry.components.size() != 2) return;
    const IndexEntry& other = entry.components[1];
    switch (other.kind) {
      case ParameterKind::kToken:
        if (other.code.empty()) return;
        Post(entry.parameter, PairValue(TokenCodeValue(lead.code), TokenCodeValue(other.code)));
        return;
      case ParameterKind::kQuantity:
      case ParameterKind::kNumber:
        Number(entry.parameter, Coding(lead.system, lead.code, ""), other);
        return;
      case ParameterKind::kDate:
        out_.spans.push_back({entry.parameter, Coding(lead.system, lead.code, ""), -1,
                              DateWidth(other.date_low, other.date_high), other.date_low, other.date_high, false});
        return;
      default:
        return;
    }
  }

  const Aliases& aliases_;
  IndexRows& out_;
};

}  // namespace

int64_t TokenCodeValue(std::string_view code) { return HashValue('c', code); }
int64_t TokenSystemValue(std::string_view system) { return HashValue('s', system); }
int64_t TokenValue(std::string_view system, std::string_view code) { return HashValue('b', system, code); }
int64_t TextValue(std::string_view text) { return HashValue('t', text); }
int64_t UntypedReferenceValue(std::string_view id) { return HashValue('r', id); }
bool IsLocalReference(std::string_view type, std::string_view id) { return IsTypeName(type) && IsResourceId(id); }
int64_t OddReferenceValue(std::string_view type, std::string_view id) { return HashValue('o', type, id); }
int64_t PairValue(int64_t first, int64_t second) {
  return HashValue('p', std::string_view(reinterpret_cast<const char*>(&first), sizeof first),
                   std::string_view(reinterpret_cast<const char*>(&second), sizeof second));
}

int64_t MonthValue(int64_t microseconds) {
  // Beyond these no civil date is written; the ends keep their own months.
  constexpr int64_t kEarliest = -int64_t{719'528} * kDay;   // 0000-01-01
  constexpr int64_t kLatest = int64_t{2'932'896} * kDay;    // 9999-12-31
  const class Date date = Date::FromDays(FloorDays(std::clamp(microseconds, kEarliest, kLatest)));
  return int64_t{date.year} * 12 + date.month;
}

int64_t DayValue(int64_t microseconds) { return std::clamp(kFirstDay + 719'528 + FloorDays(microseconds), kFirstDay, kLastDay); }
int64_t DayBegin(int64_t value) { return (value - kFirstDay - 719'528) * kDay; }

int64_t MonthBegin(int64_t value) {
  class Date date;
  date.year = static_cast<int16_t>((value - 1) / 12);
  date.month = static_cast<int8_t>((value - 1) % 12 + 1);
  date.day = 1;
  return int64_t{date.ToDays()} * kDay;
}

int32_t DateWidth(int64_t low, int64_t high) {
  if (low == search::kDateMinimum || high == search::kDateMaximum) return kWidths - 1;
  for (int32_t width = 0; width < kWidths - 1; ++width) {
    if (high - low <= kWidestOf[width]) return width;
  }
  return kWidths - 1;
}

int32_t NumberWidth(double low, double high) { return low == high ? 0 : kWidths - 1; }

int64_t OrderedNumber(double number) {
  if (std::isnan(number)) return INT64_MIN;
  if (number == 0) number = 0;   // -0 is 0
  const int64_t bits = std::bit_cast<int64_t>(number);
  return bits < 0 ? static_cast<int64_t>(~static_cast<uint64_t>(bits) ^ (uint64_t{1} << 63)) : bits;
}

int64_t BucketOf(int64_t ordered_number) { return (ordered_number >> 48) + kBuckets / 2; }
int64_t BucketBegin(int64_t bucket) { return (bucket - kBuckets / 2) * (int64_t{1} << 48); }
int64_t BucketValue(int64_t unit, int64_t bucket) { return unit * kBuckets + bucket + 1; }

std::string CutText(std::string_view text) {
  if (text.size() <= kTextBytes) return std::string(text);
  size_t end = kTextBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end));
}

void SetText(search::ResourceText text, IndexRows& out) {
  out.text = {std::move(text.narrative.words), std::move(text.other.words), std::move(text.narrative.initials), std::move(text.other.initials)};
}

void AppendIndexRows(const std::vector<search::IndexEntry>& entries, const Aliases& aliases, IndexRows& out) {
  Maker maker(aliases, out);
  for (const search::IndexEntry& entry : entries) {
    if (aliases.IsKept(entry.parameter)) maker.Entry(entry);
  }
  const auto order = [](const IndexRows::Posting& a, const IndexRows::Posting& b) {
    return a.parameter != b.parameter ? a.parameter < b.parameter : a.value < b.value;
  };
  const auto same = [](const IndexRows::Posting& a, const IndexRows::Posting& b) {
    return a.parameter == b.parameter && a.value == b.value;
  };
  std::sort(out.postings.begin(), out.postings.end(), order);
  out.postings.erase(std::unique(out.postings.begin(), out.postings.end(), same), out.postings.end());
}

}  // namespace qianxian::store::sqlite
