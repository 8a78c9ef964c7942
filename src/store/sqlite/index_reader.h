// Reads the index tables: sets of slots up to a state's last one. Belongs to one search on one connection, inside one
// read transaction.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite/database.h"
#include "store/sqlite/index_rows.h"
#include "store/sqlite/slot_set.h"
#include "words/text.h"

namespace qianxian::store::sqlite {

class IndexReader {
 public:
  static Result<IndexReader> Open(Database& database, Slot last);
  Slot last() const { return last_; }
  // From now on only slots up to this one are given.
  void set_last(Slot last) { last_ = last; }
  int64_t generation() const { return generation_; }

  Status Posting(int32_t parameter, int64_t value, SlotSetBuilder& out);
  Result<SlotSet> Posting(int32_t parameter, int64_t value);
  // Only what comes after a slot, without reading the list from its beginning.
  Status PostingAfter(int32_t parameter, int64_t value, Slot after, SlotSetBuilder& out);
  // Where the list's chunk number `chunks` after a slot begins; nothing: it has fewer.
  Result<std::optional<Slot>> ChunkAfter(int32_t parameter, int64_t value, Slot after, size_t chunks);
  Status PostingRange(int32_t parameter, int64_t from, int64_t to, SlotSetBuilder& out);     // both included
  // Calls for each chunk; stops when `function` says false.
  Status ForEachChunk(int32_t parameter, int64_t from, int64_t to,
                      const std::function<bool(int64_t value, Slot first, std::string_view data)>& function);

  struct Span {
    int64_t low;
    int64_t high;
    int64_t unit;
    Slot slot;
  };
  // Spans of one width with low in [from, to], in no order; stops when `function` says false.
  Status ForEachSpan(int32_t parameter, int64_t coding, int32_t width, int64_t from, int64_t to,
                     const std::function<bool(const Span&)>& function);
  // Words from `from` (included) to `to` (excluded), in no order.
  Status ForEachWord(int32_t parameter, const std::string& from, const std::string& to,
                     const std::function<bool(std::string_view text, Slot slot)>& function);
  // All words of a parameter in order; all spans of some, without coding, in order of their low ends.
  Status ForEachWordInOrder(int32_t parameter, bool descending,
                            const std::function<bool(std::string_view text, Slot slot)>& function);
  Status ForEachSpanInOrder(const std::vector<uint16_t>& parameters, bool descending,
                            const std::function<bool(int64_t low, Slot slot)>& function);
  // The same for one number or quantity, leaving out buckets of which no point is in `wanted`.
  Status ForEachNumberInOrder(int32_t parameter, bool descending, const SlotSet& wanted,
                              const std::function<bool(int64_t low, Slot slot)>& function);
  // The same for one date parameter, leaving out months of which no short span is in `wanted`.
  Status ForEachDateInOrder(int32_t parameter, bool descending, const SlotSet& wanted,
                            const std::function<bool(int64_t low, Slot slot)>& function);
  // Units under which a parameter has buckets.
  Result<std::vector<int64_t>> BucketUnits(int32_t parameter);
  // Values of the labels that begin so.
  Result<std::vector<int64_t>> Labels(int32_t parameter, const std::string& prefix,
                                      const std::function<bool(std::string_view text)>& wanted = nullptr);
  // Resources whose text holds the term; not `everywhere`: in the narrative.
  Status Text(bool everywhere, const words::TextTerm& term, SlotSetBuilder& out);
  // Codes of a system that are units or lead composites, each with its numbers.
  Result<std::map<std::string, std::vector<int64_t>>> UnitsOf(const std::string& system);
  struct Coding {
    bool has_system = false;
    bool has_code = false;
    std::string system;
    std::string code;
    bool or_text = false;            // the text may be `code` instead
  };
  Result<std::vector<int64_t>> Codings(const Coding& coding);

 private:
  // Spans with low in [from, to] in order; `widths_from` 1 leaves out the short ones. False: `function` said so.
  Result<bool> SpansInOrder(int32_t parameter, int widths_from, int64_t from, int64_t to, bool descending,
                            const std::function<bool(int64_t low, Slot slot)>& function);
  IndexReader(Database& database, Slot last, int64_t generation);
  Database* database_;
  Slot last_;
  int64_t generation_;
  std::string posting_, postings_, spans_[2], words_[2], labels_, codings_;   // [0] the table, [1] the small one in front of it
};

// A text that is greater than every text which begins with `prefix`, and than no other.
std::string AfterPrefix(std::string_view prefix);

}  // namespace qianxian::store::sqlite
