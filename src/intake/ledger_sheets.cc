// Settlements and population: sheets whose rows go into a ledger. Each file is one session: it stands or falls as a whole.
#include <algorithm>
#include <fstream>
#include <thread>

#include "crypto/crypto.h"
#include "intake/fields.h"
#include "intake/header.h"
#include "intake/work.h"
#include "sheet/csv.h"

namespace qianxian::intake {
namespace {

// How the bar is shared out among reading, comparing and committing.
constexpr double kReadingShare = 0.6;

std::vector<std::string> RequiredColumns(const store::LedgerSchema& schema) {
  if (schema.kind == "settlement")
    return {"setl_id",         "psn_no",   "insu_admdvs", "fixmedins_code",
            "fix_blng_admdvs", "med_type", "enddate",     "fund_pay_sumamt"};
  std::vector<std::string> all;
  for (const store::LedgerColumn& column : schema.columns) all.push_back(column.name);
  return all;
}

// The SHA-256 of the file as it lies there, taken beside the reading of its rows.
class FileHash {
 public:
  FileHash(const std::string& path, const Cancel& cancel) {
    thread_ = std::thread([this, path, &cancel] {
      std::ifstream file(path, std::ios::binary);
      crypto::Sha256Stream hash;
      std::string piece(1 << 20, '\0');
      while (file && !cancel.requested() && !stop_.requested()) {
        file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        hash.Update(std::string_view(piece).substr(0, static_cast<size_t>(file.gcount())));
      }
      if (file.eof()) hex_ = hash.FinishHex();
    });
  }
  ~FileHash() {
    stop_.Request();
    if (thread_.joinable()) thread_.join();
  }
  // "" if the file could not be read to its end.
  std::string Wait() {
    thread_.join();
    return hex_;
  }

 private:
  Cancel stop_;
  std::string hex_;
  std::thread thread_;
};

// Rows of a sheet as values of a schema.
class LedgerRows {
 public:
  LedgerRows(const store::LedgerSchema& schema, const Header& header) : schema_(schema), header_(header) {
    const std::vector<std::string> required = RequiredColumns(schema);
    for (const store::LedgerColumn& column : schema.columns) {
      place_.push_back(header.Find(column.name));
      required_.push_back(std::find(required.begin(), required.end(), column.name) != required.end());
      if (column.name == "begndate") begin_ = place_.size() - 1;
      if (column.name == "enddate") end_ = place_.size() - 1;
    }
  }

  static Status CheckHeader(const store::LedgerSchema& schema, const Header& header) {
    std::vector<std::string> all;
    for (const store::LedgerColumn& column : schema.columns) all.push_back(column.name);
    return header.Check(RequiredColumns(schema), all);
  }

  // False if the row has faults.
  bool Convert(const sheet::Row& row, std::vector<store::LedgerValue>& values, Faults& faults) {
    faults.Clear();
    values.assign(schema_.columns.size(), {});
    if (row.damaged) faults.BadEncoding("", "");
    if (row.fields.size() > header_.size() && !header_.Extra(row).empty())
      faults.FieldCount(row.fields.size(), header_.size(), header_.Extra(row));
    for (size_t i = 0; i < values.size(); ++i) {
      const std::string_view field = Header::Field(row, place_[i]);
      if (!field.empty()) ConvertField(i, field, values[i], faults);
      else if (required_[i]) faults.Required(schema_.columns[i].name);
    }
    if (begin_ != kNone && !values[begin_].is_null && !values[end_].is_null && values[end_].number < values[begin_].number)
      faults.OutBeforeIn(schema_.columns[end_].name, Header::Field(row, place_[end_]), schema_.columns[begin_].name,
                         Header::Field(row, place_[begin_]));
    return !faults.any();
  }

 private:
  void ConvertField(size_t i, std::string_view field, store::LedgerValue& value, Faults& faults) {
    const std::string& name = schema_.columns[i].name;
    switch (schema_.columns[i].type) {
      case store::ColumnType::kText:
        value = {false, field, 0};
        if (name == "region" && !IsRegion(field)) faults.BadCode(name, field, "6 到 12 位数字", "6 to 12 digits");
        return;
      case store::ColumnType::kDate: {
        const Result<int32_t> days = dates_.Days(field);
        if (!days.ok()) return faults.BadDate(name, field, days.error());
        value = {false, {}, *days};
        return;
      }
      case store::ColumnType::kMoney: {
        const Result<int64_t> fen = ParseMoney(field);
        if (!fen.ok()) return faults.BadNumber(name, field, fen.error());
        if (*fen < 0) return faults.Negative(name, field);
        value = {false, {}, *fen};
        return;
      }
      case store::ColumnType::kInteger: ConvertInteger(name, field, value, faults); return;
    }
  }

  static void ConvertInteger(const std::string& name, std::string_view field, store::LedgerValue& value, Faults& faults) {
    const Result<Decimal> decimal = Decimal::Parse(field, true);
    if (!decimal.ok()) return faults.BadNumber(name, field, decimal.error());
    const Result<int64_t> whole = decimal->UnitsAt(0);
    if (!whole.ok()) return faults.BadNumber(name, field, Invalid("bad-number", ""));
    if (*whole < 0) return faults.Negative(name, field);
    if (name == "year" && (*whole < 1850 || *whole > 2150))
      return faults.BadDate(name, field, Invalid("impossible-date", ""));
    value = {false, {}, *whole};
  }

  static bool IsRegion(std::string_view text) {
    return text.size() >= 6 && text.size() <= 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
  }

  static constexpr size_t kNone = SIZE_MAX;
  const store::LedgerSchema& schema_;
  const Header& header_;
  std::vector<int> place_;
  std::vector<bool> required_;
  size_t begin_ = kNone, end_ = kNone;
  DateCache dates_;
};

Status StageRows(Work& work, const InputFile& file, const store::LedgerSchema& schema, sheet::CsvReader& reader,
                 store::LedgerSession& session) {
  constexpr uint64_t kRowsBetweenLooks = 4096;
  const Header header(reader.header());
  QX_DO(LedgerRows::CheckHeader(schema, header));
  LedgerRows rows(schema, header);
  sheet::Row row;
  Faults faults;
  std::vector<store::LedgerValue> values;
  for (uint64_t read = 0;; ++read) {
    if (read % kRowsBetweenLooks == 0) {
      QX_DO(work.CheckCancel());
      if (read) work.CountRows(kRowsBetweenLooks);
      const double share = work.FractionOf(0, reader.file_position(), reader.file_size()) * kReadingShare;
      work.Tell("reading", work.FractionOf(file.index, 0, 1) + share);
    }
    QX_TRY(const bool found, reader.Next(row));
    if (!found) {
      work.CountRows(read % kRowsBetweenLooks);
      return Ok();
    }
    if (rows.Convert(row, values, faults)) QX_DO(session.Append(row.line, values));
    else QX_DO(work.report().Refuse(row.line, file.name, faults.list()));
  }
}

Status ImportFile(Work& work, const InputFile& file, const store::LedgerSchema& schema, bool last) {
  QX_TRY(const std::unique_ptr<sheet::CsvReader> reader, sheet::CsvReader::Open(file.path));
  work.AddNote("文件“" + file.name + "”按 " + std::string(reader->encoding()) + " 编码读取。",
               "\"" + file.name + "\" was read as " + std::string(reader->encoding()) + ".");
  FileHash hash(file.path, work.cancel);
  QX_TRY(const std::unique_ptr<store::LedgerSession> session, work.tools.ledger->Begin(work.caller, schema));
  QX_DO(StageRows(work, file, schema, *reader, *session));
  store::BatchOrigin origin{file.name, hash.Wait(), work.caller.user};
  QX_DO(work.CheckCancel());
  work.NoteReportLength();
  const double begun = work.FractionOf(file.index, 0, 1), whole = work.FractionOf(0, 1, 1);
  work.Tell("comparing", begun + whole * kReadingShare);
  const auto task = [&](const store::LedgerCounts& counts) {
    Counts all = work.counts();
    all.accepted += counts.accepted;
    all.unchanged += counts.unchanged;
    all.replaced += counts.replaced;
    return std::vector<store::Change>{work.TaskChange(last ? "completed" : "in-progress", nullptr, &all)};
  };
  const auto progress = [&](double fraction) {
    work.Tell(fraction < 0.9 ? "comparing" : "committing", begun + whole * (kReadingShare + (1 - kReadingShare) * fraction));
  };
  QX_TRY(const store::LedgerReceipt receipt, session->Finish(work.caller, origin, task, work.cancel, progress));
  work.Count({receipt.counts.accepted, receipt.counts.unchanged, receipt.counts.replaced, 0});
  work.task_is_final = last;
  return Ok();
}

}  // namespace

Status ImportLedgerSheets(Work& work, const store::LedgerSchema& schema) {
  const std::vector<InputFile> files = InputFiles(work);
  for (const InputFile& file : files) QX_DO(ImportFile(work, file, schema, file.index + 1 == files.size()));
  return Ok();
}

}  // namespace qianxian::intake
