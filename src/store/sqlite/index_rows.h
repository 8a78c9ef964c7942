// From a resource's search entries to rows of the index tables, as far as that can be said without the database: what
// the committing thread does before the writer takes over. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "search/index_entry.h"
#include "search/resource_text.h"
#include "store/sqlite/slot_set.h"

namespace qianxian::store::sqlite {

inline constexpr size_t kTextBytes = 200;   // of a string, kept in the index; what is cut is judged by the body

struct IndexRows {
  struct Posting { int32_t parameter; int64_t value; };
  struct Reference { int32_t parameter; std::string type; std::string id; };
  struct Coding { std::string system; std::string code; std::string text; };
  struct Span {
    int32_t parameter;
    int32_t coding;       // coding, unit: place in codings; -1: none
    int32_t unit;
    int32_t width;
    int64_t low;
    int64_t high;
    bool in_bucket;       // has a posting at its BucketValue too
  };
  struct Word { int32_t parameter; std::string text; };
  struct Label { int32_t parameter; std::string text; int64_t value; };
  // Words with blanks between them; all empty: no text.
  struct Text {
    std::string narrative, other, narrative_initials, other_initials;
    bool empty() const { return narrative.empty() && other.empty(); }
  };
  std::vector<Posting> postings;
  std::vector<Reference> references;
  std::vector<Coding> codings;
  std::vector<Span> spans;
  std::vector<Word> words;
  std::vector<Label> labels;
  Text text;
};

class Aliases;
void SetText(search::ResourceText text, IndexRows& out);
void AppendIndexRows(const std::vector<search::IndexEntry>& entries, const Aliases& aliases, IndexRows& out);

// Values of posting lists.
inline constexpr int64_t kPresent = 0;                        // has the parameter at all
inline constexpr int64_t kSeveral = -1;                       // has more than one span of it: two comparisons may be met by two of them
int64_t TokenCodeValue(std::string_view code);                // any system
int64_t TokenSystemValue(std::string_view system);            // any code
int64_t TokenValue(std::string_view system, std::string_view code);
int64_t TextValue(std::string_view text);                     // folded text of a token; URI; absolute reference
int64_t UntypedReferenceValue(std::string_view id);
bool IsLocalReference(std::string_view type, std::string_view id);                   // could be a resource of this store
int64_t OddReferenceValue(std::string_view type, std::string_view id);               // has type and id, but could not
int64_t PairValue(int64_t first, int64_t second);             // composite of two tokens
int64_t MonthValue(int64_t microseconds);                     // of a date's low end; dense over time
inline constexpr int64_t kFirstMonth = 12 + 1;                // months between these are whole: 0001-01 …
inline constexpr int64_t kLastMonth = 9998 * 12 + 12;         // … 9998-12
// First microsecond of a month, by its value.
int64_t MonthBegin(int64_t value);
// The same for days, of parameters that are asked by day; no day has a month's value.
int64_t DayValue(int64_t microseconds);
int64_t DayBegin(int64_t value);
inline constexpr int64_t kFirstDay = int64_t{1'000'000};      // 0000-01-01: days are whole between this one …
inline constexpr int64_t kLastDay = kFirstDay + 719'528 + 2'932'896;       // … and 9999-12-31

// Numbers and quantities that are points also stand in coarse lists, so that a comparison that half of them meet reads
// lists and not values: a bucket is a sixteenth of a power of two, for each unit.
int64_t BucketOf(int64_t ordered_number);                     // 0 … 65535
int64_t BucketBegin(int64_t bucket);                          // the least ordered number in it
int64_t BucketValue(int64_t unit, int64_t bucket);            // unit: number of its coding; 0 for plain numbers
inline constexpr int64_t kBuckets = 65'536;

// Widths: a class of spans, so that "ends after x" need look only a little before x.
inline constexpr int kWidths = 4;
inline constexpr int64_t kDay = int64_t{86'400} * 1'000'000;
inline constexpr int64_t kWidestOf[kWidths] = {kDay, 32 * kDay, 367 * kDay, INT64_MAX};
int32_t DateWidth(int64_t low, int64_t high);
int32_t NumberWidth(double low, double high);
// An integer that sorts as the number does.
int64_t OrderedNumber(double number);

std::string CutText(std::string_view text);                   // at most kTextBytes, whole characters

}  // namespace qianxian::store::sqlite
