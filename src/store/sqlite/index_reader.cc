#include "store/sqlite/index_reader.h"

#include <algorithm>
#include <map>

#include "store/sqlite/posting.h"
#include "store/sqlite/schema.h"

namespace qianxian::store::sqlite {
namespace {

Error DamagedIndex() {
  return Unavailable("damaged", "The search index is damaged; it can be rebuilt.", "搜索索引已损坏，可以重建。");
}

}  // namespace

std::string AfterPrefix(std::string_view prefix) {
  std::string after(prefix);
  while (!after.empty()) {
    if (static_cast<unsigned char>(after.back()) != 0xff) {
      after.back() = static_cast<char>(static_cast<unsigned char>(after.back()) + 1);
      return after;
    }
    after.pop_back();
  }
  return "\xff";
}

Result<IndexReader> IndexReader::Open(Database& database, Slot last) {
  QX_TRY(const int64_t generation, ReadSetting(database, "index_generation", 1));
  return IndexReader(database, last, generation);
}

IndexReader::IndexReader(Database& database, Slot last, int64_t generation)
    : database_(&database), last_(last), generation_(generation) {
  // One list is read no further than the last slot.
  posting_ = "SELECT value, first, data FROM " + IndexTable("posting", generation) +
             " WHERE parameter = ?1 AND value = ?2 AND first <= ?4";
  postings_ = "SELECT value, first, data FROM " + IndexTable("posting", generation) +
              " WHERE parameter = ?1 AND value BETWEEN ?2 AND ?3 AND first <= ?4";
  for (int front = 0; front < 2; ++front) {
    spans_[front] = "SELECT low, slot, high, unit FROM " + IndexTable(front ? "span_recent" : "span", generation) +
                    " WHERE parameter = ?1 AND coding = ?2 AND width = ?3 AND low BETWEEN ?4 AND ?5";
    words_[front] = "SELECT text, slot FROM " + IndexTable(front ? "word_recent" : "word", generation) +
                    " WHERE parameter = ?1 AND text >= ?2 AND text < ?3";
  }
  labels_ = "SELECT value, text FROM " + IndexTable("label", generation) +
            " WHERE parameter = ?1 AND text >= ?2 AND text < ?3";
  codings_ = "SELECT number, system, code, text FROM " + IndexTable("coding", generation);
}

Status IndexReader::ForEachChunk(int32_t parameter, int64_t from, int64_t to,
                                 const std::function<bool(int64_t, Slot, std::string_view)>& function) {
  QX_TRY(Statement* statement, database_->Cached(from == to ? posting_ : postings_));
  const Resetter resetter(*statement);
  statement->Integer(1, parameter);
  statement->Integer(2, from);
  statement->Integer(3, to);
  statement->Integer(4, last_);
  for (;;) {
    QX_TRY(const bool row, statement->Step());
    if (!row) return Ok();
    const auto first = static_cast<Slot>(statement->Integer(1));
    if (!function(statement->Integer(0), first, statement->Bytes(2))) return Ok();
  }
}

Status IndexReader::PostingRange(int32_t parameter, int64_t from, int64_t to, SlotSetBuilder& out) {
  bool good = true;
  QX_DO(ForEachChunk(parameter, from, to, [&](int64_t, Slot first, std::string_view data) {
    good = good && ForEachInChunk(first, data, [&](Slot slot) { out.Add(slot); });
    return good;
  }));
  if (!good) return DamagedIndex();
  return Ok();
}

Status IndexReader::Posting(int32_t parameter, int64_t value, SlotSetBuilder& out) {
  return PostingRange(parameter, value, value, out);
}

Result<SlotSet> IndexReader::Posting(int32_t parameter, int64_t value) {
  SlotSetBuilder builder(last_);
  QX_DO(Posting(parameter, value, builder));
  return builder.Finish();
}

Status IndexReader::PostingAfter(int32_t parameter, int64_t value, Slot after, SlotSetBuilder& out) {
  const std::string table = IndexTable("posting", generation_);
  // The chunk that begins before it may reach beyond it.
  QX_TRY(Statement* statement,
         database_->Cached("SELECT first, data FROM " + table + " WHERE parameter = ?1 AND value = ?2 AND first <= ?4 AND first >= "
                           "coalesce((SELECT max(first) FROM " + table + " WHERE parameter = ?1 AND value = ?2 AND first <= ?3), 0)"));
  const Resetter resetter(*statement);
  statement->Integer(1, parameter);
  statement->Integer(2, value);
  statement->Integer(3, after);
  statement->Integer(4, last_);
  for (;;) {
    QX_TRY(const bool row, statement->Step());
    if (!row) return Ok();
    const bool good = ForEachInChunk(static_cast<Slot>(statement->Integer(0)), statement->Bytes(1), [&](Slot slot) {
      if (slot > after) out.Add(slot);
    });
    if (!good) return DamagedIndex();
  }
}

Result<std::optional<Slot>> IndexReader::ChunkAfter(int32_t parameter, int64_t value, Slot after, size_t chunks) {
  QX_TRY(Statement* statement,
         database_->Cached("SELECT first FROM " + IndexTable("posting", generation_) +
                           " WHERE parameter = ?1 AND value = ?2 AND first > ?3 ORDER BY first LIMIT 1 OFFSET ?4"));
  const Resetter resetter(*statement);
  statement->Integer(1, parameter);
  statement->Integer(2, value);
  statement->Integer(3, after);
  statement->Integer(4, static_cast<int64_t>(chunks));
  QX_TRY(const bool row, statement->Step());
  return row ? std::optional(static_cast<Slot>(statement->Integer(0))) : std::nullopt;
}

Status IndexReader::ForEachSpan(int32_t parameter, int64_t coding, int32_t width, int64_t from, int64_t to,
                                const std::function<bool(const Span&)>& function) {
  for (const std::string& sql : spans_) {
    QX_TRY(Statement* statement, database_->Cached(sql));
    const Resetter resetter(*statement);
    statement->Integer(1, parameter);
    statement->Integer(2, coding);
    statement->Integer(3, width);
    statement->Integer(4, from);
    statement->Integer(5, to);
    for (;;) {
      QX_TRY(const bool row, statement->Step());
      if (!row) break;
      const auto slot = static_cast<Slot>(statement->Integer(1));
      if (slot > last_) continue;
      if (!function({statement->Integer(0), statement->Integer(2), statement->Integer(3), slot})) return Ok();
    }
  }
  return Ok();
}

Status IndexReader::ForEachWord(int32_t parameter, const std::string& from, const std::string& to,
                                const std::function<bool(std::string_view, Slot)>& function) {
  for (const std::string& sql : words_) {
    QX_TRY(Statement* statement, database_->Cached(sql));
    const Resetter resetter(*statement);
    statement->Integer(1, parameter);
    statement->Text(2, from);
    statement->Text(3, to);
    for (;;) {
      QX_TRY(const bool row, statement->Step());
      if (!row) break;
      const auto slot = static_cast<Slot>(statement->Integer(1));
      if (slot > last_) continue;
      if (!function(statement->Text(0), slot)) return Ok();
    }
  }
  return Ok();
}

Status IndexReader::ForEachWordInOrder(int32_t parameter, bool descending,
                                       const std::function<bool(std::string_view, Slot)>& function) {
  // Each part comes in order from its table; SQLite merges them.
  std::string sql;
  for (const char* name : {"word", "word_recent"}) {
    if (!sql.empty()) sql += " UNION ALL ";
    sql += "SELECT text, slot FROM " + IndexTable(name, generation_) + " WHERE parameter = " + std::to_string(parameter);
  }
  QX_TRY(Statement statement, database_->Prepare(sql + (descending ? " ORDER BY 1 DESC" : " ORDER BY 1")));
  for (;;) {
    QX_TRY(const bool row, statement.Step());
    if (!row) return Ok();
    const auto slot = static_cast<Slot>(statement.Integer(1));
    if (slot <= last_ && !function(statement.Text(0), slot)) return Ok();
  }
}

Status IndexReader::ForEachSpanInOrder(const std::vector<uint16_t>& parameters, bool descending,
                                       const std::function<bool(int64_t, Slot)>& function) {
  std::string sql;
  for (const uint16_t parameter : parameters) {
    for (const char* name : {"span", "span_recent"}) {
      for (int width = 0; width < kWidths; ++width) {
        if (!sql.empty()) sql += " UNION ALL ";
        sql += "SELECT low, slot FROM " + IndexTable(name, generation_) + " WHERE parameter = " +
               std::to_string(parameter) + " AND coding = 0 AND width = " + std::to_string(width);
      }
    }
  }
  QX_TRY(Statement statement, database_->Prepare(sql + (descending ? " ORDER BY 1 DESC" : " ORDER BY 1")));
  for (;;) {
    QX_TRY(const bool row, statement.Step());
    if (!row) return Ok();
    const auto slot = static_cast<Slot>(statement.Integer(1));
    if (slot <= last_ && !function(statement.Integer(0), slot)) return Ok();
  }
}

Result<bool> IndexReader::SpansInOrder(int32_t parameter, int widths_from, int64_t from, int64_t to, bool descending,
                                       const std::function<bool(int64_t, Slot)>& function) {
  if (from > to) return true;
  std::string sql;
  for (const char* name : {"span", "span_recent"}) {
    for (int width = widths_from; width < kWidths; ++width) {
      if (!sql.empty()) sql += " UNION ALL ";
      sql += "SELECT low, slot FROM " + IndexTable(name, generation_) +
             " WHERE parameter = ?1 AND coding = 0 AND low BETWEEN ?2 AND ?3 AND width = " + std::to_string(width);
    }
  }
  QX_TRY(Statement* statement, database_->Cached(sql + (descending ? " ORDER BY 1 DESC" : " ORDER BY 1")));
  const Resetter resetter(*statement);
  statement->Integer(1, parameter);
  statement->Integer(2, from);
  statement->Integer(3, to);
  for (;;) {
    QX_TRY(const bool row, statement->Step());
    if (!row) return true;
    const auto slot = static_cast<Slot>(statement->Integer(1));
    if (slot <= last_ && !function(statement->Integer(0), slot)) return false;
  }
}

Status IndexReader::ForEachDateInOrder(int32_t parameter, bool descending, const SlotSet& wanted,
                                       const std::function<bool(int64_t, Slot)>& function) {
  // Months outside of these are not whole: their spans lie beyond.
  const auto begin = [](int64_t month) { return month <= kFirstMonth ? INT64_MIN : MonthBegin(month); };
  const auto last = [](int64_t month) { return month >= kLastMonth ? INT64_MAX : MonthBegin(month + 1) - 1; };
  QX_TRY(Statement* statement,
         database_->Cached("SELECT value, first, data FROM " + IndexTable("posting", generation_) +
                           " WHERE parameter = ?1 AND value BETWEEN 1 AND ?2 ORDER BY value" +
                           (descending ? " DESC, first DESC" : ", first")));
  const Resetter resetter(*statement);
  statement->Integer(1, parameter);
  statement->Integer(2, MonthValue(INT64_MAX));
  int64_t read = 0;                                          // the month that was read last
  int64_t edge = descending ? INT64_MAX : INT64_MIN;         // all before (after) this is done
  bool all_done = false;
  for (;;) {
    QX_TRY(const bool row, statement->Step());
    if (!row) break;
    const int64_t month = statement->Integer(0);
    if (month == read) continue;
    bool any = false;
    if (!ForEachInChunk(static_cast<Slot>(statement->Integer(1)), statement->Bytes(2),
                        [&](Slot slot) { any = any || wanted.Contains(slot); })) {
      return DamagedIndex();
    }
    if (!any) continue;
    read = month;
    // Longer spans that begin between the last month that was read and this one, then the month itself.
    const int64_t from = begin(month);
    const int64_t to = last(month);
    QX_TRY(bool more, descending ? SpansInOrder(parameter, 1, to == INT64_MAX ? to : to + 1, edge, true, function)
                                 : SpansInOrder(parameter, 1, edge, from == INT64_MIN ? from : from - 1, false, function));
    if (!more) return Ok();
    QX_TRY(more, SpansInOrder(parameter, 0, from, to, descending, function));
    if (!more) return Ok();
    all_done = descending ? from == INT64_MIN : to == INT64_MAX;
    edge = descending ? (all_done ? from : from - 1) : (all_done ? to : to + 1);
  }
  if (all_done) return Ok();
  QX_DO(descending ? SpansInOrder(parameter, 1, INT64_MIN, edge, true, function)
                   : SpansInOrder(parameter, 1, edge, INT64_MAX, false, function));
  return Ok();
}

Status IndexReader::ForEachNumberInOrder(int32_t parameter, bool descending, const SlotSet& wanted,
                                         const std::function<bool(int64_t, Slot)>& function) {
  const SlotBits bits(wanted);
  QX_TRY(const std::vector<int64_t> units, BucketUnits(parameter));
  std::map<int64_t, std::vector<int64_t>> lists;             // of each bucket, one for each unit
  for (const int64_t unit : units) {
    QX_DO(ForEachChunk(parameter, BucketValue(unit, 0), BucketValue(unit, kBuckets - 1), [&](int64_t value, Slot, std::string_view) {
      std::vector<int64_t>& values = lists[value - BucketValue(unit, 0)];
      if (values.empty() || values.back() != value) values.push_back(value);
      return true;
    }));
  }
  std::vector<int64_t> order;
  for (const auto& [bucket, values] : lists) order.push_back(bucket);
  if (descending) std::reverse(order.begin(), order.end());
  int64_t edge = descending ? INT64_MAX : INT64_MIN;         // all before (after) this is done
  for (const int64_t bucket : order) {
    bool any = false;
    bool good = true;
    for (const int64_t value : lists[bucket]) {
      QX_DO(ForEachChunk(parameter, value, value, [&](int64_t, Slot first, std::string_view data) {
        good = ForEachInChunk(first, data, [&](Slot slot) { any = any || bits.Has(slot); });
        return good && !any;
      }));
    }
    if (!good) return DamagedIndex();
    if (!any) continue;
    // Longer spans that begin between the last bucket that was read and this one, then the bucket itself.
    const int64_t from = BucketBegin(bucket);
    const int64_t to = bucket + 1 == kBuckets ? INT64_MAX : BucketBegin(bucket + 1) - 1;
    if (descending ? to < edge : from > edge) {
      QX_TRY(const bool more, descending ? SpansInOrder(parameter, 1, to + 1, edge, true, function)
                                         : SpansInOrder(parameter, 1, edge, from - 1, false, function));
      if (!more) return Ok();
    }
    QX_TRY(const bool more, SpansInOrder(parameter, 0, from, to, descending, function));
    if (!more || (descending ? from == INT64_MIN : to == INT64_MAX)) return Ok();
    edge = descending ? from - 1 : to + 1;
  }
  QX_DO(descending ? SpansInOrder(parameter, 1, INT64_MIN, edge, true, function)
                   : SpansInOrder(parameter, 1, edge, INT64_MAX, false, function));
  return Ok();
}

Result<std::vector<int64_t>> IndexReader::BucketUnits(int32_t parameter) {
  QX_TRY(Statement* statement, database_->Cached("SELECT min(value) FROM " + IndexTable("posting", generation_) +
                                                 " WHERE parameter = ?1 AND value >= ?2"));
  const Resetter resetter(*statement);
  std::vector<int64_t> units;
  for (int64_t unit = 0;;) {
    statement->Reset();
    statement->Integer(1, parameter);
    statement->Integer(2, BucketValue(unit, 0));
    QX_TRY(const bool row, statement->Step());
    if (!row || statement->IsNull(0)) return units;
    unit = (statement->Integer(0) - 1) / kBuckets;
    units.push_back(unit);
    ++unit;
  }
}

Result<std::vector<int64_t>> IndexReader::Labels(int32_t parameter, const std::string& prefix,
                                                 const std::function<bool(std::string_view)>& wanted) {
  QX_TRY(Statement* statement, database_->Cached(labels_));
  const Resetter resetter(*statement);
  const std::string after = AfterPrefix(prefix);
  statement->Integer(1, parameter);
  statement->Text(2, prefix);
  statement->Text(3, after);
  std::vector<int64_t> values;
  for (;;) {
    QX_TRY(const bool row, statement->Step());
    if (!row) return values;
    if (!wanted || wanted(statement->Text(1))) values.push_back(statement->Integer(0));
  }
}

Status IndexReader::Text(bool everywhere, const words::TextTerm& term, SlotSetBuilder& out) {
  // Words are letters and digits alone, so that nothing in them could be read as an operator.
  const auto in_a_row = [](const std::vector<std::string>& words, bool open) {
    std::string text = "\"";
    for (size_t i = 0; i < words.size(); ++i) text += (i == 0 ? "" : " ") + words[i];
    return text + (open ? "\" *" : "\"");
  };
  std::string match = std::string(everywhere ? "{narrative other} : " : "narrative : ") + in_a_row(term.words, term.open);
  if (!term.initials.empty()) {
    match = "(" + match + ") OR (" + (everywhere ? "{narrative_initials other_initials} : " : "narrative_initials : ") +
            in_a_row(term.initials, false) + ")";
  }
  QX_TRY(Statement* statement, database_->Cached("SELECT rowid FROM " + IndexTable("text", generation_) + " WHERE " +
                                                 IndexTable("text", generation_) + " MATCH ?1 AND rowid <= ?2"));
  const Resetter resetter(*statement);
  statement->Text(1, match);
  statement->Integer(2, last_);
  for (;;) {
    QX_TRY(const bool row, statement->Step());
    if (!row) return Ok();
    out.Add(static_cast<Slot>(statement->Integer(0)));
  }
}

Result<std::map<std::string, std::vector<int64_t>>> IndexReader::UnitsOf(const std::string& system) {
  QX_TRY(Statement* statement, database_->Cached(codings_ + " WHERE system = ?1"));
  const Resetter resetter(*statement);
  statement->Text(1, system);
  std::map<std::string, std::vector<int64_t>> units;
  for (;;) {
    QX_TRY(const bool row, statement->Step());
    if (!row) return units;
    units[std::string(statement->Text(2))].push_back(statement->Integer(0));
  }
}

Result<std::vector<int64_t>> IndexReader::Codings(const Coding& coding) {
  // With a system the unique index leads there; without, the table is read: it holds units and codes, not people.
  std::string sql = codings_;
  if (coding.has_system) sql += " WHERE system = ?1";
  QX_TRY(Statement* statement, database_->Cached(sql));
  const Resetter resetter(*statement);
  if (coding.has_system) statement->Text(1, coding.system);
  std::vector<int64_t> numbers;
  for (;;) {
    QX_TRY(const bool row, statement->Step());
    if (!row) return numbers;
    const bool code = !coding.has_code || statement->Text(2) == coding.code ||
                      (coding.or_text && !coding.has_system && statement->Text(3) == coding.code);
    if (code) numbers.push_back(statement->Integer(0));
  }
}

}  // namespace qianxian::store::sqlite
