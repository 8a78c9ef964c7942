// CheckStore: reads everything back and says what it looked at.
#include <algorithm>

#include "base/text.h"
#include "search/parameters.h"
#include "store/body.h"
#include "store/sqlite/audit_seal.h"
#include "store/sqlite/check.h"
#include "store/sqlite/index_reader.h"
#include "store/sqlite/posting.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/schema.h"

namespace qianxian::store::sqlite {
namespace {

constexpr uint64_t kIndexChecks = 20'000;    // versions whose index rows are looked up; of more, every n-th

class Checker {
 public:
  Checker(Engine& engine, Database& database, int64_t generation)
      : engine_(engine), database_(database), generation_(generation) {}

  Result<CheckReport> Run() {
    QX_DO(Custom());
    QX_DO(Structure());
    QX_DO(Moments());
    QX_DO(Versions());
    QX_DO(Resources());
    QX_DO(Bodies());
    QX_DO(Audit());
    return std::move(report_);
  }

 private:
  using Line = CheckReport::Line;

  static void Bad(Line& line, std::string what) {
    if (line.bad++ == 0) line.first_bad = std::move(what);
  }

  // What the record defines, as this view of it says.
  Status Custom() {
    QX_TRY(custom_rows_, ReadCustomRows(database_));
    QX_TRY(dead_numbers_, ReadDeadNumbers(database_));
    QX_TRY(custom_, engine_.custom.SetOf(engine_, database_, custom_rows_));
    if (custom_rows_.empty()) return Ok();
    Line line{"search parameters of the record", custom_rows_.size(), 0, ""};
    for (const CustomRow& row : custom_rows_) {
      const search::Parameter* known = custom_ == nullptr ? nullptr : custom_->At(row.number);
      if (known == nullptr || row.done > row.upto) Bad(line, row.type + " " + row.code);
    }
    report_.lines.push_back(std::move(line));
    return Ok();
  }

  // The rows that a version should have of them: as far as they are indexed.
  void AddCustom(const json::Document& document, Slot slot, IndexRows& rows) {
    if (custom_ == nullptr) return;
    std::vector<search::IndexEntry> entries;
    custom_->Extract(document.root(), entries);
    std::erase_if(entries, [&](const search::IndexEntry& entry) {
      return std::none_of(custom_rows_.begin(), custom_rows_.end(), [&](const CustomRow& row) { return row.number == entry.parameter && row.Covers(slot); });
    });
    AppendIndexRows(entries, engine_.aliases, rows);
  }

  Status Structure() {
    Line line{"structure of record.db", 1, 0, ""};
    QX_TRY(Statement statement, database_.Prepare("PRAGMA quick_check(1)"));
    QX_TRY(const bool row, statement.Step());
    if (!row || statement.Text(0) != "ok") Bad(line, row ? std::string(statement.Text(0)) : "no answer");
    report_.lines.push_back(std::move(line));
    return Ok();
  }

  Status Audit() {
    const auto told = [](Line& line) { return [&line](std::string what) { Bad(line, std::move(what)); }; };
    Line notes{"audit: every note where and as it was written", 0, 0, ""};
    QX_TRY(const ChainHead start, ReadChainStart(database_));
    QX_TRY(const ChainWalk walk, WalkChain(database_, start, told(notes)));
    notes.checked = walk.notes;
    report_.lines.push_back(std::move(notes));
    Line commits{"audit: a note of every commit", 0, 0, ""};
    QX_TRY(Statement missing, database_.Prepare("SELECT t FROM moment WHERE t NOT IN (SELECT t FROM audit WHERE verb = 'commit') ORDER BY t"));
    for (;;) {
      QX_TRY(const bool row, missing.Step());
      if (!row) break;
      Bad(commits, "t " + std::to_string(missing.Integer(0)));
    }
    QX_TRY(const int64_t moments, database_.QueryInteger("SELECT count(*) FROM moment"));
    commits.checked = static_cast<uint64_t>(moments);
    report_.lines.push_back(std::move(commits));
    Line seals{"audit: the seal of every day", 0, 0, ""};
    QX_TRY(seals.checked, CheckSeals(database_, told(seals)));
    report_.lines.push_back(std::move(seals));
    return Ok();
  }

  Status Moments() {
    Line line{"commits: numbers without holes, time and slots never back", 0, 0, ""};
    QX_TRY(Statement statement, database_.Prepare("SELECT t, at, last_slot FROM moment ORDER BY t"));
    int64_t t = 0, at = INT64_MIN, last = 0;
    for (;;) {
      QX_TRY(const bool row, statement.Step());
      if (!row) break;
      ++line.checked;
      if (statement.Integer(0) != t + 1 || statement.Integer(1) < at || statement.Integer(2) < last) {
        Bad(line, "t " + std::to_string(statement.Integer(0)));
      }
      t = statement.Integer(0), at = statement.Integer(1), last = statement.Integer(2);
    }
    report_.lines.push_back(std::move(line));
    return Ok();
  }

  Status Versions() {
    Line line{"versions: numbers without holes, each in its commit", 0, 0, ""};
    QX_TRY(Statement statement,
           database_.Prepare("SELECT s.slot, s.version, s.previous, p.version, p.root = s.root, p.t <= s.t, "
                             "m.last_slot >= s.slot, m.at = s.at FROM stored s LEFT JOIN stored p ON p.slot = "
                             "s.previous LEFT JOIN moment m ON m.t = s.t"));
    for (;;) {
      QX_TRY(const bool row, statement.Step());
      if (!row) break;
      ++line.checked;
      const int64_t version = statement.Integer(1);
      const bool is_first = version == 1 && statement.Integer(2) == 0;
      const bool follows = version > 1 && statement.Integer(3) == version - 1 && statement.Integer(4) == 1 &&
                           statement.Integer(5) == 1;
      const bool in_commit = statement.Integer(6) == 1 && statement.Integer(7) == 1;
      if (!(is_first || follows) || !in_commit) Bad(line, "slot " + std::to_string(statement.Integer(0)));
    }
    report_.lines.push_back(std::move(line));
    return Ok();
  }

  Status Resources() {
    Line line{"resources: the newest version of each", 0, 0, ""};
    QX_TRY(Statement statement,
           database_.Prepare("SELECT r.type, r.id, r.slot, s.id = r.id AND s.type = r.type AND s.root = r.root, (SELECT "
                             "max(slot) FROM supersession x WHERE x.root = r.root AND x.version > 0), r.root FROM "
                             "resource r LEFT JOIN stored s ON s.slot = r.slot"));
    for (;;) {
      QX_TRY(const bool row, statement.Step());
      if (!row) break;
      ++line.checked;
      const int64_t slot = statement.Integer(2);
      if (slot == 0) continue;   // referred to, not here
      const int64_t newest = statement.IsNull(4) ? statement.Integer(5) : statement.Integer(4);
      if (statement.Integer(3) != 1 || slot != newest) {
        Bad(line, "type " + std::to_string(statement.Integer(0)) + " id " + std::string(statement.Text(1)));
      }
    }
    report_.lines.push_back(std::move(line));
    return Ok();
  }

  Status Bodies() {
    QX_TRY(const int64_t versions, database_.QueryInteger("SELECT count(*) FROM stored"));
    const uint64_t stride = std::max<uint64_t>(1, static_cast<uint64_t>(versions) / kIndexChecks);
    Line bodies{"bodies: hash of every version", 0, 0, ""};
    Line index{stride == 1 ? std::string("index: rows of every version, and no others")
                           : "index: rows of every " + std::to_string(stride) + "th version",
               0, 0, ""};
    QX_TRY(Statement statement, database_.Prepare("SELECT slot FROM stored ORDER BY slot"));
    for (uint64_t n = 0;; ++n) {
      QX_TRY(const bool more, statement.Step());
      if (!more) break;
      const auto slot = static_cast<Slot>(statement.Integer(0));
      const bool with_index = n % stride == 0;
      ++bodies.checked;
      Result<std::optional<StoredRow>> row = ReadStored(engine_, database_, slot, true);
      if (!row.ok() || !*row) {
        Bad(bodies, "slot " + std::to_string(slot));
        continue;
      }
      QX_DO(Body(**row, with_index, bodies, index));
    }
    if (stride == 1 && bodies.bad == 0) QX_DO(Totals(index));
    report_.lines.push_back(std::move(bodies));
    report_.lines.push_back(std::move(index));
    return Ok();
  }

  Status Body(const StoredRow& row, bool with_index, Line& bodies, Line& index) {
    IndexRows rows;
    if (!row.deleted) {
      const Result<json::Document> document =
          json::Document::Parse(AssembleBody(row.kept, row.splice, row.id, row.version, row.at));
      if (!document.ok() || HashBody(document->root()) != row.hash) {
        Bad(bodies, "slot " + std::to_string(row.slot));
        return Ok();
      }
      QX_DO(engine_.preparer.MakeRows(*document, rows));
      AddCustom(*document, row.slot, rows);
    }
    rows.postings.push_back({kByType, row.type});
    rows.postings.push_back({kByOwner, row.owner});
    if (!with_index) return Ok();
    ++index.checked;
    QX_TRY(const bool good, Index(rows, row.slot));
    if (!good) Bad(index, "slot " + std::to_string(row.slot));
    return Ok();
  }

  Result<bool> Index(IndexRows& rows, Slot slot) {
    bool good = true;
    for (const IndexRows::Reference& reference : rows.references) {
      QX_TRY(const std::optional<Slot> root, FindRoot(engine_, database_, reference.type, reference.id));
      if (!root) return false;
      rows.postings.push_back({reference.parameter, *root});
    }
    for (const IndexRows::Span& span : rows.spans) {
      if (!span.in_bucket) continue;
      QX_TRY(const int64_t unit, CodingNumber(rows, span.unit));
      rows.postings.push_back({span.parameter, BucketValue(unit, BucketOf(span.low))});
    }
    const auto key = [](const IndexRows::Posting& posting) { return std::pair(posting.parameter, posting.value); };
    std::sort(rows.postings.begin(), rows.postings.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
    rows.postings.erase(std::unique(rows.postings.begin(), rows.postings.end(),
                                    [&](const auto& a, const auto& b) { return key(a) == key(b); }),
                        rows.postings.end());
    expected_postings_ += rows.postings.size();
    for (const IndexRows::Posting& posting : rows.postings) {
      QX_TRY(const bool has, HasPosting(posting, slot));
      good = good && has;
    }
    for (const IndexRows::Word& word : rows.words) {
      QX_TRY(const bool here, HasWord("word", word, slot));
      QX_TRY(const bool in_front, HasWord("word_recent", word, slot));
      good = good && (here || in_front);
    }
    if (!rows.text.empty()) {
      QX_TRY(const bool has, HasText(rows.text, slot));
      good = good && has;
    }
    for (const IndexRows::Span& span : rows.spans) {
      QX_TRY(const bool here, HasSpan("span", span, rows, slot));
      QX_TRY(const bool in_front, HasSpan("span_recent", span, rows, slot));
      good = good && (here || in_front);
    }
    return good;
  }

  // By the longest of its words: the rarest of them, mostly.
  Result<bool> HasText(const IndexRows::Text& text, Slot slot) {
    std::string_view longest;
    for (const std::string_view words : {std::string_view(text.narrative), std::string_view(text.other)}) {
      for (const std::string_view word : Split(words, ' ')) longest = word.size() > longest.size() ? word : longest;
    }
    QX_TRY(Statement* statement, database_.Cached("SELECT 1 FROM " + IndexTable("text", generation_) + " WHERE " +
                                                  IndexTable("text", generation_) + " MATCH ?1 AND rowid = ?2"));
    const Resetter resetter(*statement);
    const std::string match = "{narrative other} : \"" + std::string(longest) + "\"";
    statement->Text(1, match);
    statement->Integer(2, slot);
    return statement->Step();
  }

  Result<bool> HasWord(const char* table, const IndexRows::Word& word, Slot slot) {
    QX_TRY(Statement* statement, database_.Cached("SELECT 1 FROM " + IndexTable(table, generation_) +
                                                  " WHERE parameter = ?1 AND text = ?2 AND slot = ?3"));
    const Resetter resetter(*statement);
    statement->Integer(1, word.parameter);
    statement->Text(2, word.text);
    statement->Integer(3, slot);
    return statement->Step();
  }

  Result<int64_t> CodingNumber(const IndexRows& rows, int32_t coding) {
    if (coding < 0) return int64_t{0};
    const IndexRows::Coding& wanted = rows.codings[static_cast<size_t>(coding)];
    QX_TRY(Statement* statement, database_.Cached("SELECT number FROM " + IndexTable("coding", generation_) +
                                                  " WHERE system = ?1 AND code = ?2 AND text = ?3"));
    const Resetter resetter(*statement);
    statement->Text(1, wanted.system);
    statement->Text(2, wanted.code);
    statement->Text(3, wanted.text);
    QX_TRY(const bool row, statement->Step());
    return row ? statement->Integer(0) : int64_t{-1};
  }

  Result<bool> HasSpan(const char* table, const IndexRows::Span& span, const IndexRows& rows, Slot slot) {
    QX_TRY(const int64_t coding, CodingNumber(rows, span.coding));
    QX_TRY(const int64_t unit, CodingNumber(rows, span.unit));
    QX_TRY(Statement* statement,
           database_.Cached("SELECT 1 FROM " + IndexTable(table, generation_) +
                            " WHERE parameter = ?1 AND coding = ?2 AND width = ?3 AND low = ?4 AND slot = ?5 AND high = "
                            "?6 AND unit = ?7"));
    const Resetter resetter(*statement);
    statement->Integer(1, span.parameter);
    statement->Integer(2, coding);
    statement->Integer(3, span.width);
    statement->Integer(4, span.low);
    statement->Integer(5, slot);
    statement->Integer(6, span.high);
    statement->Integer(7, unit);
    return statement->Step();
  }

  Result<bool> HasPosting(const IndexRows::Posting& posting, Slot slot) {
    QX_TRY(Statement* statement,
           database_.Cached("SELECT first, data FROM " + IndexTable("posting", generation_) +
                            " WHERE parameter = ?1 AND value = ?2 AND first <= ?3 ORDER BY first DESC LIMIT 1"));
    const Resetter resetter(*statement);
    statement->Integer(1, posting.parameter);
    statement->Integer(2, posting.value);
    statement->Integer(3, slot);
    QX_TRY(const bool row, statement->Step());
    bool has = false;
    return row && ForEachInChunk(static_cast<Slot>(statement->Integer(0)), statement->Bytes(1),
                                 [&](Slot member) { has = has || member == slot; }) && has;
  }

  // Where every version was looked up, as many rows as they have must be all there are.
  Status Totals(Line& line) {
    uint64_t postings = 0;
    QX_TRY(Statement statement, database_.Prepare("SELECT first, data, parameter FROM " + IndexTable("posting", generation_)));
    for (;;) {
      QX_TRY(const bool row, statement.Step());
      if (!row) break;
      if (std::find(dead_numbers_.begin(), dead_numbers_.end(), statement.Integer(2)) != dead_numbers_.end()) continue;   // being cleaned up
      if (!ForEachInChunk(static_cast<Slot>(statement.Integer(0)), statement.Bytes(1), [&](Slot) { ++postings; })) {
        Bad(line, "a broken list");
      }
    }
    if (postings != expected_postings_) {
      Bad(line, "lists hold " + std::to_string(postings) + " entries, the bodies give " +
                    std::to_string(expected_postings_));
    }
    return Ok();
  }

  Engine& engine_;
  Database& database_;
  int64_t generation_;
  CheckReport report_;
  std::vector<CustomRow> custom_rows_;
  std::vector<uint16_t> dead_numbers_;
  CustomSet custom_;
  uint64_t expected_postings_ = 0;
};

}  // namespace

Result<CheckReport> CheckStore(Engine& engine) {
  QX_TRY(ReaderPool::Lease database, engine.readers.Borrow());
  QX_TRY(const auto transaction, ReadTransaction::Begin(*database));
  QX_DO(engine.catalog.Refresh(*database));
  QX_TRY(const int64_t generation, ReadSetting(*database, "index_generation", 1));
  return Checker(engine, *database, generation).Run();
}

}  // namespace qianxian::store::sqlite
