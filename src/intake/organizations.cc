// The sheet of organisations: small, so it is read whole; a lead hospital may stand after those that it leads.
#include <algorithm>
#include <map>
#include <optional>

#include "base/limits.h"
#include "base/text.h"
#include "intake/directory.h"
#include "intake/header.h"
#include "intake/ids.h"
#include "intake/organization_services.h"
#include "intake/work.h"
#include "sheet/csv.h"

namespace qianxian::intake {
namespace {

constexpr const char* kKinds[] = {"county-general", "county-tcm", "county-mch", "community", "township",
                                  "village",        "city",       "province",   "pharmacy",  "other"};
constexpr size_t kPieceRows = 1000;

struct Line {
  uint64_t line = 0;
  OrganizationRow row;
  std::vector<std::string> services;
};

// What became of a row: a new organisation is new, else a change of it or of its services is one.
store::Outcome OutcomeOf(store::Outcome organization, store::Outcome services) {
  if (organization != store::Outcome::kUnchanged || services == store::Outcome::kUnchanged) return organization;
  return store::Outcome::kUpdated;
}

bool IsKind(std::string_view kind) { return std::find(std::begin(kKinds), std::end(kKinds), kind) != std::end(kKinds); }

bool IsRegion(std::string_view text) {
  return text.size() >= 6 && text.size() <= 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

class OrganizationSheet {
 public:
  OrganizationSheet(Work& work, const InputFile& file, Directory& directory)
      : work_(work), file_(file), directory_(directory) {}

  Status Read() {
    QX_TRY(const std::unique_ptr<sheet::CsvReader> reader, sheet::CsvReader::Open(file_.path));
    const Header header(reader->header());
    QX_DO(header.Check({"code", "name", "kind"}, {"code", "name", "kind", "level", "region", "lead", "services"}));
    has_services_ = header.Find("services") >= 0;
    sheet::Row row;
    while (true) {
      QX_TRY(const bool found, reader->Next(row));
      if (!found) break;
      QX_DO(work_.CheckCancel());
      work_.CountRows(1);
      if (lines_.size() >= limits::kOrganizationRows)
        return Invalid("too-many-rows", "A sheet of organisations has more than " +
                       std::to_string(limits::kOrganizationRows) + " rows.", "机构表的行数过多。");
      QX_DO(ReadRow(header, row));
    }
    return ResolveLeads();
  }

  Status Commit() {
    QX_TRY(const std::unique_ptr<store::Snapshot> before, work_.tools.store->OpenSnapshot(work_.writer));
    for (size_t first = 0; first < lines_.size(); first += kPieceRows) {
      QX_DO(work_.CheckCancel());
      const size_t last = std::min(lines_.size(), first + kPieceRows);
      store::CommitRequest request{.reason = "import:organizations"};
      std::vector<bool> with_services;
      for (size_t i = first; i < last; ++i) {
        request.changes.push_back({.type = "Organization", .id = lines_[i].row.id,
                                   .body = OrganizationJson(lines_[i].row), .skip_if_equal = true});
        QX_TRY(std::optional<store::Change> services, ServicesChange(*before, lines_[i]));
        with_services.push_back(services.has_value());
        if (services) request.changes.push_back(std::move(*services));
      }
      request.changes.push_back(work_.TaskChange("in-progress"));
      QX_TRY(const store::CommitReceipt receipt, work_.tools.store->Commit(work_.writer, std::move(request)));
      Counts counts;
      size_t at = 0;
      for (const bool with : with_services) {
        const store::Outcome organization = receipt.changes[at++].outcome;
        switch (OutcomeOf(organization, with ? receipt.changes[at++].outcome : store::Outcome::kUnchanged)) {
          case store::Outcome::kUnchanged: ++counts.unchanged; break;
          case store::Outcome::kUpdated: ++counts.replaced; break;
          default: ++counts.accepted; break;
        }
      }
      work_.Count(counts);
      work_.Tell("committing", work_.FractionOf(file_.index, last, lines_.size()));
    }
    return Ok();
  }

 private:
  Status ReadRow(const Header& header, const sheet::Row& row) {
    Line line{row.line, {}, {}};
    const auto field = [&](std::string_view name) { return std::string(Header::Field(row, header.Find(name))); };
    line.row = {.code = field("code"), .name = field("name"), .kind = ToLowerAscii(field("kind")),
                .level = field("level"), .region = field("region"), .lead = field("lead")};
    Faults faults;
    if (row.damaged) faults.BadEncoding("", "");
    if (!header.Extra(row).empty()) faults.FieldCount(row.fields.size(), header.size(), header.Extra(row));
    for (const auto& [name, value] : {std::pair("code", &line.row.code), std::pair("name", &line.row.name),
                                      std::pair("kind", &line.row.kind)})
      if (value->empty()) faults.Required(name);
    if (!line.row.kind.empty() && !IsKind(line.row.kind))
      faults.UnknownCode("kind", line.row.kind, Join({std::begin(kKinds), std::end(kKinds)}, ", "));
    if (!line.row.region.empty() && !IsRegion(line.row.region))
      faults.BadCode("region", line.row.region, "6 到 12 位数字", "6 to 12 digits");
    if (line.row.code.size() > 64) faults.BadCode("code", line.row.code, "不超过 64 个字符", "at most 64 characters");
    line.services = ParseServices(field("services"), faults);
    const auto [seen, is_new] = first_line_.emplace(line.row.code, row.line);
    if (!is_new && !line.row.code.empty()) faults.DuplicateCode("code", line.row.code, seen->second);
    if (faults.any()) return work_.report().Refuse(row.line, file_.name, faults.list());
    lines_.push_back(std::move(line));
    return Ok();
  }

  // A row whose lead is refused is refused too, and so on, until all leads are known.
  Status ResolveLeads() {
    bool again = true;
    while (again) {
      again = false;
      std::map<std::string, bool> here;
      for (const Line& line : lines_) here[line.row.code] = true;
      std::vector<Line> kept;
      for (Line& line : lines_) {
        const std::string& lead = line.row.lead;
        if (lead.empty() || here.contains(lead) || directory_.FindCode(lead)) {
          line.row.id = IdOf(line.row.code);
          if (!lead.empty()) line.row.lead_id = IdOf(lead);
          kept.push_back(std::move(line));
          continue;
        }
        Faults faults;
        faults.UnknownLead("lead", lead);
        QX_DO(work_.report().Refuse(line.line, file_.name, faults.list()));
        again = true;
      }
      lines_ = std::move(kept);
    }
    for (const Line& line : lines_) directory_.Add({line.row.code, line.row.id}, {line.row.name});
    return Ok();
  }

  // Nothing where the sheet does not speak of services, or where there are none and never were.
  Result<std::optional<store::Change>> ServicesChange(store::Snapshot& before, const Line& line) const {
    if (!has_services_) return std::optional<store::Change>();
    const std::string id = ServicesId(line.row.code);
    if (line.services.empty()) {
      const Result<store::Resource> known = before.Read("HealthcareService", id);
      if (!known.ok() && known.error().category != ErrorCategory::kNotFound) return known.error();
      if (!known.ok()) return std::optional<store::Change>();
    }
    return std::optional(store::Change{.type = "HealthcareService", .id = id, .body = ServicesJson(line.row, line.services),
                                       .owner = line.row.code, .skip_if_equal = true});
  }

  std::string IdOf(const std::string& code) const {
    const KnownOrganization* known = directory_.FindCode(code);
    return known ? known->id : OrganizationId(code);
  }

  Work& work_;
  const InputFile& file_;
  Directory& directory_;
  std::map<std::string, uint64_t> first_line_;
  std::vector<Line> lines_;
  bool has_services_ = false;
};

}  // namespace

Status ImportOrganizations(Work& work) {
  QX_TRY(Directory directory, Directory::Read(*work.tools.store, work.writer));
  for (const InputFile& file : InputFiles(work)) {
    OrganizationSheet sheet(work, file, directory);
    QX_DO(sheet.Read());
    QX_DO(sheet.Commit());
  }
  return Ok();
}

}  // namespace qianxian::intake
