// Writes rows into the index tables of one generation, sorted, in the transaction of whoever calls it. Keeps the ends
// of busy posting lists, so that small commits grow a row instead of adding one. One thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/sqlite/database.h"
#include "store/sqlite/index_rows.h"

namespace qianxian::store::sqlite {

class IndexWriter {
 public:
  explicit IndexWriter(int64_t generation);
  int64_t generation() const { return generation_; }

  void AddPosting(int32_t parameter, int64_t value, Slot slot) { postings_.push_back({parameter, slot, value}); }
  // Everything of a resource but its references, which need roots: the caller adds them as postings.
  Status Add(Database& database, const IndexRows& rows, Slot slot);
  Status Flush(Database& database);
  void Forget();                                  // after a rollback, or another process's commit

 private:
  struct Posting {
    int32_t parameter;
    Slot slot;
    int64_t value;
  };
  struct Span {
    int32_t parameter;
    int32_t width;
    int64_t coding;
    int64_t low;
    Slot slot;
    int64_t high;
    int64_t unit;
  };
  struct Word {
    int32_t parameter;
    Slot slot;
    std::string text;
  };
  struct Key {
    int32_t parameter;
    int64_t value;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    size_t operator()(const Key& key) const {
      return (static_cast<uint64_t>(key.value) ^ (static_cast<uint64_t>(key.parameter) << 40)) * 0x9e3779b97f4a7c15ULL;
    }
  };
  struct Tail {
    Slot first = 0;
    Slot last = 0;
    std::string data;
  };

  Result<int64_t> CodingNumber(Database& database, const IndexRows::Coding& coding);
  Status FlushPostings(Database& database);
  Status WritePosting(Statement& insert, Statement& update, const Posting* begin, const Posting* end);
  // Where these rows go: straight to their table, or, when they are few, to the small one in front of it.
  struct Front {
    const char* table;
    std::string insert;
    std::string insert_recent;
    std::string move;
    std::string count;
    std::string empty;
    int64_t recent = -1;                          // rows in front; -1: not counted yet
  };
  static Front MakeFront(const char* table, int64_t generation, const char* values);
  Result<Statement*> Target(Database& database, Front& front, size_t rows, bool& in_front);
  Status MoveOn(Database& database, Front& front, size_t rows, bool in_front);
  Status FlushSpans(Database& database);
  Status FlushWords(Database& database);
  Status AddText(Database& database, const IndexRows::Text& text, Slot slot);
  Status AddLabel(Database& database, const IndexRows::Label& label);

  int64_t generation_;
  std::string insert_text_, insert_posting_, update_posting_, insert_label_, insert_coding_,
      select_coding_;
  Front span_front_, word_front_;
  std::vector<Posting> postings_;
  std::vector<Span> spans_;
  std::vector<Word> words_;
  std::unordered_map<Key, Tail, KeyHash> tails_;
  size_t tail_bytes_ = 0;
  std::unordered_map<uint64_t, int64_t> codings_;         // by hash
  std::unordered_map<Key, bool, KeyHash> labels_;         // written already
};

}  // namespace qianxian::store::sqlite
