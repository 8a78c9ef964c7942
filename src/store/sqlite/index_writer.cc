#include "store/sqlite/index_writer.h"

#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "store/sqlite/posting.h"
#include "store/sqlite/schema.h"

namespace qianxian::store::sqlite {
namespace {

constexpr size_t kTailBytes = size_t{16} << 20;
constexpr size_t kTailBytesOfOne = 120;            // what an entry costs beside its data
constexpr size_t kKnownLabels = 200'000;
constexpr size_t kKnownCodings = 100'000;
constexpr size_t kDirectly = 3'000;                // so many sorted rows of one commit touch each page of a table once
constexpr int64_t kRecentRows = 16'000;

}  // namespace

IndexWriter::IndexWriter(int64_t generation)
    : generation_(generation),
      insert_text_("INSERT INTO " + IndexTable("text", generation) +
                   "(rowid, narrative, other, narrative_initials, other_initials) VALUES(?1, ?2, ?3, ?4, ?5)"),
      insert_posting_("INSERT INTO " + IndexTable("posting", generation) + " VALUES(?1, ?2, ?3, ?4)"),
      update_posting_("UPDATE " + IndexTable("posting", generation) +
                      " SET data = ?4 WHERE parameter = ?1 AND value = ?2 AND first = ?3"),
      insert_label_("INSERT OR IGNORE INTO " + IndexTable("label", generation) + " VALUES(?1, ?2, ?3)"),
      insert_coding_("INSERT OR IGNORE INTO " + IndexTable("coding", generation) +
                     "(system, code, text) VALUES(?1, ?2, ?3)"),
      select_coding_("SELECT number FROM " + IndexTable("coding", generation) +
                     " WHERE system = ?1 AND code = ?2 AND text = ?3"),
      span_front_(MakeFront("span", generation, "(?1, ?2, ?3, ?4, ?5, ?6, ?7)")),
      word_front_(MakeFront("word", generation, "(?1, ?2, ?3)")) {}

IndexWriter::Front IndexWriter::MakeFront(const char* table, int64_t generation, const char* values) {
  const std::string main = IndexTable(table, generation);
  const std::string recent = IndexTable((std::string(table) + "_recent").c_str(), generation);
  Front front;
  front.table = table;
  front.insert = "INSERT OR IGNORE INTO " + main + " VALUES" + values;
  front.insert_recent = "INSERT OR IGNORE INTO " + recent + " VALUES" + values;
  front.move = "INSERT OR IGNORE INTO " + main + " SELECT * FROM " + recent;   // in order of the key, as the table is
  front.count = "SELECT count(*) FROM " + recent;
  front.empty = "DELETE FROM " + recent;
  return front;
}

Result<Statement*> IndexWriter::Target(Database& database, Front& front, size_t rows, bool& in_front) {
  in_front = rows < kDirectly;
  return database.Cached(in_front ? front.insert_recent : front.insert);
}

Status IndexWriter::MoveOn(Database& database, Front& front, size_t rows, bool in_front) {
  if (!in_front) return Ok();
  if (front.recent < 0) {
    QX_TRY(front.recent, database.QueryInteger(front.count));
  } else {
    front.recent += static_cast<int64_t>(rows);
  }
  if (front.recent < kRecentRows) return Ok();
  for (const std::string* sql : {&front.move, &front.empty}) {
    QX_TRY(Statement* statement, database.Cached(*sql));
    QX_DO(statement->Run());
  }
  front.recent = 0;
  return Ok();
}

void IndexWriter::Forget() {
  postings_.clear();
  spans_.clear();
  words_.clear();
  tails_.clear();
  tail_bytes_ = 0;
  codings_.clear();
  labels_.clear();
  span_front_.recent = -1;
  word_front_.recent = -1;
}

Result<int64_t> IndexWriter::CodingNumber(Database& database, const IndexRows::Coding& coding) {
  uint64_t hash = HashFnv1a64(coding.system);
  hash = HashFnv1a64(std::string_view("\0", 1), hash);
  hash = HashFnv1a64(coding.code, hash);
  hash = HashFnv1a64(std::string_view("\0", 1), hash);
  hash = HashFnv1a64(coding.text, hash);
  const auto found = codings_.find(hash);
  if (found != codings_.end()) return found->second;
  for (const std::string* sql : {&insert_coding_, &select_coding_}) {
    QX_TRY(Statement* statement, database.Cached(*sql));
    const Resetter resetter(*statement);
    statement->Text(1, coding.system);
    statement->Text(2, coding.code);
    statement->Text(3, coding.text);
    QX_TRY(const bool row, statement->Step());
    if (!row) continue;
    if (codings_.size() >= kKnownCodings) codings_.clear();
    return codings_[hash] = statement->Integer(0);
  }
  return Fault("coding", "A coding was not stored.");
}

Status IndexWriter::AddLabel(Database& database, const IndexRows::Label& label) {
  const Key key{label.parameter, label.value};
  if (labels_.count(key) != 0) return Ok();
  QX_TRY(Statement* statement, database.Cached(insert_label_));
  statement->Integer(1, label.parameter);
  statement->Text(2, label.text);
  statement->Integer(3, label.value);
  QX_DO(statement->Run());
  if (labels_.size() >= kKnownLabels) labels_.clear();
  labels_[key] = true;
  return Ok();
}

Status IndexWriter::Add(Database& database, const IndexRows& rows, Slot slot) {
  for (const IndexRows::Posting& posting : rows.postings) AddPosting(posting.parameter, posting.value, slot);
  for (const IndexRows::Span& span : rows.spans) {
    int64_t coding = 0;
    int64_t unit = 0;
    if (span.coding >= 0) {
      QX_TRY(coding, CodingNumber(database, rows.codings[static_cast<size_t>(span.coding)]));
    }
    if (span.unit >= 0) {
      QX_TRY(unit, CodingNumber(database, rows.codings[static_cast<size_t>(span.unit)]));
    }
    if (span.in_bucket) AddPosting(span.parameter, BucketValue(unit, BucketOf(span.low)), slot);
    spans_.push_back({span.parameter, span.width, coding, span.low, slot, span.high, unit});
  }
  for (const IndexRows::Word& word : rows.words) words_.push_back({word.parameter, slot, word.text});
  for (const IndexRows::Label& label : rows.labels) QX_DO(AddLabel(database, label));
  return rows.text.empty() ? Ok() : AddText(database, rows.text, slot);
}

Status IndexWriter::AddText(Database& database, const IndexRows::Text& text, Slot slot) {
  QX_TRY(Statement* insert, database.Cached(insert_text_));
  insert->Integer(1, slot);
  insert->Text(2, text.narrative);
  insert->Text(3, text.other);
  insert->Text(4, text.narrative_initials);
  insert->Text(5, text.other_initials);
  return insert->Run();
}

Status IndexWriter::WritePosting(Statement& insert, Statement& update, const Posting* begin, const Posting* end) {
  const Key key{begin->parameter, begin->value};
  const auto bind = [&](Statement& statement, const Tail& tail) {
    statement.Integer(1, key.parameter);
    statement.Integer(2, key.value);
    statement.Integer(3, tail.first);
    statement.Bytes(4, tail.data);
    return statement.Run();
  };
  auto [found, is_new] = tails_.try_emplace(key);
  Tail& tail = found->second;
  const size_t bytes_before = tail.data.size();
  bool changed = false;
  for (const Posting* posting = begin; posting != end; ++posting) {
    if (tail.first != 0 && posting->slot == tail.last) continue;
    if (tail.first == 0 || posting->slot < tail.last || tail.data.size() + 5 > kChunkBytes) {
      if (changed) QX_DO(bind(is_new ? insert : update, tail));
      tail.first = tail.last = posting->slot;
      tail.data.clear();
      is_new = true;
      changed = true;
      continue;
    }
    AppendGap(tail.data, posting->slot - tail.last);
    tail.last = posting->slot;
    changed = true;
  }
  if (changed) QX_DO(bind(is_new ? insert : update, tail));
  tail_bytes_ += kTailBytesOfOne * (bytes_before == 0 ? 1 : 0) + tail.data.size();
  tail_bytes_ -= std::min(tail_bytes_, bytes_before);
  return Ok();
}

Status IndexWriter::FlushPostings(Database& database) {
  std::sort(postings_.begin(), postings_.end(), [](const Posting& a, const Posting& b) {
    return std::tie(a.parameter, a.value, a.slot) < std::tie(b.parameter, b.value, b.slot);
  });
  QX_TRY(Statement* insert, database.Cached(insert_posting_));
  QX_TRY(Statement* update, database.Cached(update_posting_));
  for (size_t begin = 0; begin < postings_.size();) {
    size_t end = begin + 1;
    while (end < postings_.size() && postings_[end].parameter == postings_[begin].parameter &&
           postings_[end].value == postings_[begin].value) {
      ++end;
    }
    QX_DO(WritePosting(*insert, *update, &postings_[begin], postings_.data() + end));
    begin = end;
  }
  postings_.clear();
  if (tail_bytes_ > kTailBytes) {
    tails_.clear();
    tail_bytes_ = 0;
  }
  return Ok();
}

Status IndexWriter::FlushSpans(Database& database) {
  std::sort(spans_.begin(), spans_.end(), [](const Span& a, const Span& b) {
    return std::tie(a.parameter, a.coding, a.width, a.low, a.slot) <
           std::tie(b.parameter, b.coding, b.width, b.low, b.slot);
  });
  if (spans_.empty()) return Ok();
  bool in_front = false;
  QX_TRY(Statement* insert, Target(database, span_front_, spans_.size(), in_front));
  for (const Span& span : spans_) {
    insert->Integer(1, span.parameter);
    insert->Integer(2, span.coding);
    insert->Integer(3, span.width);
    insert->Integer(4, span.low);
    insert->Integer(5, span.slot);
    insert->Integer(6, span.high);
    insert->Integer(7, span.unit);
    QX_DO(insert->Run());
  }
  const size_t rows = spans_.size();
  spans_.clear();
  return MoveOn(database, span_front_, rows, in_front);
}

Status IndexWriter::FlushWords(Database& database) {
  std::sort(words_.begin(), words_.end(), [](const Word& a, const Word& b) {
    return std::tie(a.parameter, a.text, a.slot) < std::tie(b.parameter, b.text, b.slot);
  });
  if (words_.empty()) return Ok();
  bool in_front = false;
  QX_TRY(Statement* insert, Target(database, word_front_, words_.size(), in_front));
  for (const Word& word : words_) {
    insert->Integer(1, word.parameter);
    insert->Text(2, word.text);
    insert->Integer(3, word.slot);
    QX_DO(insert->Run());
  }
  const size_t rows = words_.size();
  words_.clear();
  return MoveOn(database, word_front_, rows, in_front);
}

Status IndexWriter::Flush(Database& database) {
  QX_DO(FlushPostings(database));
  QX_DO(FlushSpans(database));
  return FlushWords(database);
}

}  // namespace qianxian::store::sqlite
