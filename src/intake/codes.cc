// A sheet of codes becomes one CodeSystem: code, display, and where there are such columns parent, definition and anything
// else, which becomes a property of that name. The sheet is read whole, because a parent may stand after its children.
// The CodeSystem's id comes from system and version, so that the same version again replaces itself and another version
// stands beside it. docs/formats/sheets.md says what each column is.
#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/limits.h"
#include "base/text.h"
#include "intake/header.h"
#include "intake/work.h"
#include "json/writer.h"
#include "sheet/csv.h"

namespace qianxian::intake {
namespace {

constexpr int kNone = -1;
// Nested concepts need three levels of JSON each; deeper hierarchies than this are refused, row by row.
constexpr int kDeepest = 20;
constexpr std::string_view kNamespace = "http://hl7.org/fhir/concept-properties#";

// What the columns may be called.
const std::pair<std::string_view, std::vector<std::string>> kColumns[] = {
    {"code", {"CODE", "代码", "编码", "疾病编码", "诊断代码", "诊断编码", "手术编码", "手术代码", "主要编码"}},
    {"display", {"DISPLAY", "NAME", "名称", "疾病名称", "诊断名称", "手术名称", "中文名称"}},
    {"parent", {"PARENT", "上级", "上级代码", "上级编码", "父级代码", "父级编码"}},
    {"definition", {"DEFINITION", "定义", "说明"}}};

struct Line {
  uint64_t line = 0;
  std::string code, display, parent, definition;
  std::vector<std::string> properties;       // as many as there are other columns
  int parent_at = kNone;
  std::vector<int> children;
};

class CodeSheet {
 public:
  CodeSheet(Work& work, const InputFile& file) : work_(work), file_(file) {}

  Status Read() {
    QX_TRY(const std::unique_ptr<sheet::CsvReader> reader, sheet::CsvReader::Open(file_.path));
    const Header header(reader->header());
    QX_DO(FindColumns(header));
    sheet::Row row;
    while (true) {
      QX_TRY(const bool found, reader->Next(row));
      if (!found) break;
      QX_DO(work_.CheckCancel());
      work_.CountRows(1);
      if (lines_.size() >= limits::kCodeRows) {
        return Invalid("too-many-rows", "A sheet of codes has more than " + std::to_string(limits::kCodeRows) + " rows.", "代码表的行数过多。");
      }
      QX_DO(ReadRow(header, row));
    }
    return LinkParents();
  }

  Status Commit() {
    store::CommitRequest request{.reason = "import:codes"};
    const Request& asked = work_.request;
    request.changes.push_back({.type = "CodeSystem", .id = "cs-" + HexEncodeId(asked.system + "|" + asked.version), .body = Body(),
                               .skip_if_equal = true});
    request.changes.push_back(work_.TaskChange("in-progress"));
    QX_TRY(const store::CommitReceipt receipt, work_.tools.store->Commit(work_.writer, std::move(request)));
    Counts counts;
    switch (receipt.changes[0].outcome) {
      case store::Outcome::kUnchanged: counts.unchanged = lines_.size(); break;
      case store::Outcome::kUpdated: counts.replaced = lines_.size(); break;
      default: counts.accepted = lines_.size(); break;
    }
    work_.Count(counts);
    work_.Tell("committing", work_.FractionOf(file_.index, 1, 1));
    return Ok();
  }

 private:
  static std::string HexEncodeId(const std::string& key) {
    std::string bytes;
    for (uint64_t part : {HashFnv1a64(key), HashFnv1a64(key, 0x9e3779b97f4a7c15ULL)}) {
      for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>((part >> shift) & 0xff);
    }
    return HexEncode(bytes);
  }

  Status FindColumns(const Header& header) {
    std::vector<bool> taken(header.size());
    for (const auto& [meaning, names] : kColumns) {
      int& place = places_[meaning];
      place = kNone;
      for (const std::string& name : names) {
        if (const int found = header.Find(name); place == kNone && found >= 0) place = found;
      }
      if (place != kNone) taken[static_cast<size_t>(place)] = true;
    }
    std::vector<std::string> missing;
    if (places_["code"] == kNone) missing.push_back("code（代码）");
    if (places_["display"] == kNone) missing.push_back("display（名称）");
    if (!missing.empty()) {
      return Invalid("missing-columns", "The sheet of codes lacks the columns " + Join(missing, ", ") + ".", "代码表缺少列：" + Join(missing, "、") + "。");
    }
    for (size_t i = 0; i < header.size(); ++i) {
      if (taken[i] || header.name(i).empty()) continue;
      QX_DO(header.Check({}, {header.name(i)}));
      others_.push_back(static_cast<int>(i));
      other_names_.push_back(header.name(i));
    }
    return Ok();
  }

  Status ReadRow(const Header& header, const sheet::Row& row) {
    const auto field = [&](const char* meaning) { return std::string(TrimUnicode(Header::Field(row, places_[meaning]))); };
    Line line{row.line, field("code"), field("display"), field("parent"), field("definition"), {}, kNone, {}};
    for (int place : others_) line.properties.emplace_back(TrimUnicode(Header::Field(row, place)));
    Faults faults;
    if (row.damaged) faults.BadEncoding("", "");
    if (!header.Extra(row).empty()) faults.FieldCount(row.fields.size(), header.size(), header.Extra(row));
    if (line.code.empty()) faults.Required("code");
    if (line.display.empty()) faults.Required("display");
    if (line.code.size() > 200) faults.BadCode("code", line.code, "不超过 200 个字节", "at most 200 bytes");
    if (line.parent == line.code && !line.code.empty()) faults.BadCode("parent", line.parent, "不能是自身", "not the code itself");
    if (!faults.any()) {
      const auto [seen, is_new] = place_of_.emplace(line.code, static_cast<int>(lines_.size()));
      if (!is_new) faults.DuplicateCode("code", line.code, lines_[static_cast<size_t>(seen->second)].line);
    }
    if (faults.any()) return work_.report().Refuse(row.line, file_.name, faults.list());
    lines_.push_back(std::move(line));
    return Ok();
  }

  // A row whose parent is not there, or that stands in a circle or too deep, is refused, and its children with it.
  Status LinkParents() {
    for (Line& line : lines_) {
      if (line.parent.empty()) continue;
      const auto found = place_of_.find(line.parent);
      line.parent_at = found == place_of_.end() ? kNone : found->second;
    }
    std::vector<bool> refused(lines_.size());
    for (size_t i = 0; i < lines_.size(); ++i) {
      int at = static_cast<int>(i);
      int depth = 0;
      while (depth <= kDeepest && lines_[static_cast<size_t>(at)].parent_at != kNone) {
        at = lines_[static_cast<size_t>(at)].parent_at;
        ++depth;
      }
      const bool orphan = !lines_[static_cast<size_t>(at)].parent.empty() && lines_[static_cast<size_t>(at)].parent_at == kNone;
      if (depth <= kDeepest && !orphan) continue;
      refused[i] = true;
      Faults faults;
      faults.Add("parent", lines_[i].parent, "unknown-parent",
                 depth > kDeepest ? "上级代码成环或层级超过 " + std::to_string(kDeepest) + " 层。" : "上级代码“" + lines_[static_cast<size_t>(at)].parent + "”不在表中。",
                 depth > kDeepest ? "the parents form a circle, or are more than " + std::to_string(kDeepest) + " deep."
                                  : "the parent \"" + lines_[static_cast<size_t>(at)].parent + "\" is not in the sheet.");
      QX_DO(work_.report().Refuse(lines_[i].line, file_.name, faults.list()));
    }
    std::vector<Line> kept;
    std::vector<int> moved(lines_.size(), kNone);
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (refused[i]) continue;
      moved[i] = static_cast<int>(kept.size());
      kept.push_back(std::move(lines_[i]));
    }
    lines_ = std::move(kept);
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (lines_[i].parent_at == kNone) continue;
      lines_[i].parent_at = moved[static_cast<size_t>(lines_[i].parent_at)];
      lines_[static_cast<size_t>(lines_[i].parent_at)].children.push_back(static_cast<int>(i));
    }
    return Ok();
  }

  void WriteConcept(json::Writer& writer, size_t at) const {
    const Line& line = lines_[at];
    writer.BeginObject().Member("code", line.code).Member("display", line.display).MemberIfAny("definition", line.definition);
    const bool any = std::any_of(line.properties.begin(), line.properties.end(), [](const std::string& one) { return !one.empty(); });
    if (any) {
      writer.Name("property").BeginArray();
      for (size_t i = 0; i < line.properties.size(); ++i) {
        if (line.properties[i].empty()) continue;
        writer.BeginObject().Member("code", PropertyCode(i));
        const std::string lower = ToLowerAscii(line.properties[i]);
        if (IsFlag(i)) writer.Member("valueBoolean", lower == "true" || lower == "1" || lower == "是");
        else writer.Member("valueString", line.properties[i]);
        writer.EndObject();
      }
      writer.EndArray();
    }
    if (!line.children.empty()) {
      writer.Name("concept").BeginArray();
      for (int child : line.children) WriteConcept(writer, static_cast<size_t>(child));
      writer.EndArray();
    }
    writer.EndObject();
  }

  // Properties that FHIR knows keep its spelling; every other column keeps its own name, in small letters without blanks.
  std::string PropertyCode(size_t i) const {
    const std::string lower = ToLowerAscii(other_names_[i]);
    if (lower == "inactive" || lower == "停用") return "inactive";
    if (lower == "notselectable" || lower == "不可选") return "notSelectable";
    return ReplaceAll(lower, " ", "-");
  }
  bool IsFlag(size_t i) const {
    const std::string code = PropertyCode(i);
    return code == "inactive" || code == "notSelectable";
  }

  std::string Body() const {
    const Request& asked = work_.request;
    const bool nested = std::any_of(lines_.begin(), lines_.end(), [](const Line& line) { return line.parent_at != kNone; });
    json::Writer writer;
    writer.BeginObject().Member("resourceType", "CodeSystem").Member("url", asked.system).MemberIfAny("version", asked.version);
    writer.MemberIfAny("name", asked.title).MemberIfAny("title", asked.title).Member("status", "active");
    writer.Member("caseSensitive", true).Member("valueSet", asked.system + "?fhir_vs");
    if (nested) writer.Member("hierarchyMeaning", "is-a");
    writer.Member("content", "complete").Member("count", lines_.size());
    if (!others_.empty()) {
      writer.Name("property").BeginArray();
      for (size_t i = 0; i < others_.size(); ++i) {
        writer.BeginObject().Member("code", PropertyCode(i));
        if (IsFlag(i)) writer.Member("uri", std::string(kNamespace) + PropertyCode(i));
        writer.Member("type", IsFlag(i) ? "boolean" : "string").EndObject();
      }
      writer.EndArray();
    }
    if (!lines_.empty()) {
      writer.Name("concept").BeginArray();
      for (size_t i = 0; i < lines_.size(); ++i) {
        if (lines_[i].parent_at == kNone) WriteConcept(writer, i);
      }
      writer.EndArray();
    }
    writer.EndObject();
    return writer.Take();
  }

  Work& work_;
  const InputFile& file_;
  std::map<std::string_view, int> places_;
  std::vector<int> others_;                    // columns that become properties
  std::vector<std::string> other_names_;
  std::unordered_map<std::string, int> place_of_;
  std::vector<Line> lines_;
};

}  // namespace

Status ImportCodes(Work& work) {
  const Request& asked = work.request;
  if (asked.system.empty() || asked.version.empty()) {
    return Invalid("missing-system", "Say which code system and which version this is (--system URL --version V): versions are kept apart.",
                   "请指明代码系统和版本（--system 网址 --version 版本）：不同版本分开保存。");
  }
  const std::vector<InputFile> files = InputFiles(work);
  if (files.size() != 1) return Invalid("one-file", "A version of a code system is imported from one file.", "一个版本的代码系统须由一个文件导入。");
  CodeSheet sheet(work, files[0]);
  QX_DO(sheet.Read());
  return sheet.Commit();
}

}  // namespace qianxian::intake
