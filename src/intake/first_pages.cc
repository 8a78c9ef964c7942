// The import of discharge front pages. The file is read twice: first for the keys, so that a stay that stands in it more
// than once is known before its first row is written; then row by row into pieces that a crew commits while the next
// are being read.
#include <algorithm>
#include <memory>
#include <unordered_map>

#include "base/text.h"
#include "intake/crew.h"
#include "intake/directory.h"
#include "intake/first_page.h"
#include "intake/first_page_commit.h"
#include "intake/header.h"
#include "intake/ids.h"
#include "intake/work.h"
#include "sheet/csv.h"

namespace qianxian::intake {
namespace {

constexpr size_t kPieceRows = 1000;
constexpr size_t kCommitters = 2;
constexpr size_t kPiecesWaiting = 3;
constexpr uint64_t kRowsBetweenLooks = 500;
constexpr double kKeysShare = 0.05;              // of the bar, for the first reading

class FirstPageFile {
 public:
  FirstPageFile(Work& work, const InputFile& file, Directory& directory)
      : work_(work), file_(file), directory_(directory), commit_(work, file.name), crew_(kCommitters, kPiecesWaiting) {}

  Status Import() {
    QX_TRY(const std::unique_ptr<sheet::CsvReader> keys, sheet::CsvReader::Open(file_.path));
    work_.AddNote("文件“" + file_.name + "”按 " + std::string(keys->encoding()) + " 编码读取。",
                  "\"" + file_.name + "\" was read as " + std::string(keys->encoding()) + ".");
    const Header header(keys->header());
    QX_TRY(const FirstPageLayout layout, FirstPageLayout::Make(header, work_.request.organization.empty()));
    QX_DO(ReadKeys(*keys, layout));
    QX_DO(KnowNamedOrganization());
    QX_TRY(const std::unique_ptr<sheet::CsvReader> rows, sheet::CsvReader::Open(file_.path));
    QX_DO(ReadRows(*rows, header, layout));
    QX_DO(crew_.Drain());
    NoteElsewhere();
    return work_.CheckCancel();
  }

 private:
  uint64_t KeyOf(const sheet::Row& row, const FirstPageLayout& layout) const {
    std::string_view organization = work_.request.organization;
    if (organization.empty()) {
      organization = Header::Field(row, layout.user_name);
      const auto found = directory_.Find(organization);
      if (found.size() == 1) organization = found[0]->code;
    }
    uint64_t hash = HashFnv1a64(organization);
    for (const int place : {layout.record_number, layout.stay_number})
      hash = HashFnv1a64(Header::Field(row, place), HashFnv1a64("|", hash));
    return hash;
  }

  // Counts the rows of each key; keeps only those that stand more than once.
  Status ReadKeys(sheet::CsvReader& reader, const FirstPageLayout& layout) {
    std::vector<uint64_t> keys;
    sheet::Row row;
    while (true) {
      QX_TRY(const bool found, reader.Next(row));
      if (!found) break;
      if (user_name_.empty()) user_name_ = Header::Field(row, layout.user_name);
      keys.push_back(KeyOf(row, layout));
      if (keys.size() % 10'000 != 0) continue;
      QX_DO(work_.CheckCancel());
      Tell("reading", kKeysShare * work_.FractionOf(0, reader.file_position(), reader.file_size()));
    }
    std::sort(keys.begin(), keys.end());
    for (size_t i = 1; i < keys.size(); ++i)
      if (keys[i] == keys[i - 1]) ++repeated_.try_emplace(keys[i], Repeated{1, {}}).first->second.left;
    return Ok();
  }

  // --org names a hospital that the record may not know yet: it is added, and said.
  Status KnowNamedOrganization() {
    const std::string& code = work_.request.organization;
    if (code.empty() || directory_.FindCode(code)) return Ok();
    OrganizationRow row{.code = code, .name = user_name_.empty() ? code : user_name_, .id = OrganizationId(code)};
    store::CommitRequest request{.reason = "import:first-pages"};
    request.changes.push_back({.type = "Organization", .id = row.id, .body = OrganizationJson(row), .skip_if_equal = true});
    QX_DO(work_.tools.store->Commit(work_.writer, std::move(request)));
    directory_.Add({code, row.id}, {row.name});
    work_.AddNote("机构 " + code + " 尚未登记，已自动添加为“" + row.name + "”；请导入机构表补全其类别。",
                  "Organisation " + code + " was not known and has been added as \"" + row.name +
                      "\"; import the sheet of organisations to complete it.");
    return Ok();
  }

  // The hospital of a row, or a fault.
  const KnownOrganization* OrganizationOf(const sheet::Row& row, const FirstPageLayout& layout, Faults& faults) {
    const std::string_view user_name = Header::Field(row, layout.user_name);
    const bool named = !work_.request.organization.empty();
    const std::string_view name = named ? std::string_view(work_.request.organization) : user_name;
    if (named && !user_name.empty()) LookAtUserName(user_name);
    const std::vector<const KnownOrganization*> found = name.empty() ? decltype(found){} : directory_.Find(name);
    if (found.size() != 1) {
      faults.UnknownOrganization("USERNAME", name, found.size());
      return nullptr;
    }
    if (access::Decide(work_.caller, access::Verb::kImport, "Encounter", found[0]->code).ok()) return found[0];
    faults.NotYours("USERNAME", name);
    return nullptr;
  }

  // A file that names another hospital than --org does may be the wrong file: it is imported as told, and said.
  void LookAtUserName(std::string_view user_name) {
    const auto known = directory_.Find(user_name);
    if (known.size() != 1 || known[0]->code == work_.request.organization) return;
    if (++elsewhere_ == 1) elsewhere_name_ = user_name;
  }
  void NoteElsewhere() {
    if (elsewhere_ == 0) return;
    const std::string count = std::to_string(elsewhere_), &code = work_.request.organization;
    work_.AddNote("有 " + count + " 行的 USERNAME 是另一家机构（如“" + elsewhere_name_ + "”），已按指定的机构 " + code + " 导入；请确认文件没有选错。",
                  count + " rows have another organisation as USERNAME (such as \"" + elsewhere_name_ +
                      "\"); they were imported for " + code + " as told. Make sure that it is the right file.");
  }

  Status ReadRows(sheet::CsvReader& reader, const Header& header, const FirstPageLayout& layout) {
    FirstPageParser parser(header, layout);
    sheet::Row row;
    Faults faults;
    for (uint64_t read = 0;; ++read) {
      if (read % kRowsBetweenLooks == 0) {
        QX_DO(work_.CheckCancel());
        if (read) work_.CountRows(kRowsBetweenLooks);
        const double share = work_.FractionOf(0, reader.file_position(), reader.file_size());
        Tell("committing", share * (1 - kKeysShare) + kKeysShare * work_.FractionOf(0, 1, 1));
      }
      QX_TRY(const bool found, reader.Next(row));
      if (!found) {
        work_.CountRows(read % kRowsBetweenLooks);
        return Flush();
      }
      faults.Clear();
      FirstPage page;
      const KnownOrganization* organization = OrganizationOf(row, layout, faults);
      const bool good = parser.Parse(row, page, faults) && organization;
      if (good) {
        page.organization = organization->code;
        page.organization_id = organization->id;
      } else {
        QX_DO(work_.report().Refuse(row.line, file_.name, faults.list()));
      }
      QX_DO(Place(KeyOf(row, layout), good ? &page : nullptr));
    }
  }

  // Puts a row into the piece; rows of a repeated stay wait for the last of them.
  Status Place(uint64_t key, FirstPage* page) {
    const auto repeated = repeated_.find(key);
    if (repeated == repeated_.end()) {
      if (page) piece_.push_back({std::move(*page)});
    } else {
      Repeated& stay = repeated->second;
      if (page) stay.rows.push_back(std::move(*page));
      if (--stay.left == 0) {
        if (!stay.rows.empty()) piece_.push_back(std::move(stay.rows));
        repeated_.erase(repeated);
      }
    }
    return piece_.size() >= kPieceRows ? Flush() : Ok();
  }

  Status Flush() {
    if (piece_.empty()) return Ok();
    auto piece = std::make_shared<std::vector<StayRows>>(std::move(piece_));
    piece_.clear();
    return crew_.Submit([this, piece]() -> Status {
      QX_DO(work_.CheckCancel());
      return commit_.Commit(*piece);
    });
  }

  void Tell(std::string_view stage, double within) {
    work_.Tell(stage, work_.FractionOf(file_.index, 0, 1) + within);
  }

  struct Repeated {
    uint64_t left = 0;                           // rows still to come
    StayRows rows;
  };

  Work& work_;
  const InputFile& file_;
  Directory& directory_;
  FirstPageCommit commit_;
  std::string user_name_;                        // the first that the file holds
  uint64_t elsewhere_ = 0;                       // rows whose USERNAME is another hospital than --org
  std::string elsewhere_name_;
  std::unordered_map<uint64_t, Repeated> repeated_;
  std::vector<StayRows> piece_;
  Crew crew_;                                    // last: its jobs use all of the above
};

}  // namespace

Status ImportFirstPages(Work& work) {
  QX_TRY(Directory directory, Directory::Read(*work.tools.store, work.writer));
  for (const InputFile& file : InputFiles(work)) {
    FirstPageFile import(work, file, directory);
    QX_DO(import.Import());
  }
  return Ok();
}

}  // namespace qianxian::intake
