// Sheets and cases as CSV, JSON and a terminal's table.
#include "base/text.h"
#include "json/writer.h"
#include "measure/evaluate.h"

namespace qianxian::measure {
namespace {

constexpr char kMark[] = "\xEF\xBB\xBF";

std::string TextOf(const std::optional<Decimal>& number) { return number ? number->ToString() : std::string(); }

void Line(std::string& out, const std::vector<std::string>& fields) {
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i) out += ',';
    out += CsvField(fields[i], true);
  }
  out += "\r\n";
}

void TextMember(json::Writer& w, std::string_view name, const pack::Text& text) {
  w.Name(name).BeginObject().Member("zh", text.zh).Member("en", text.en).EndObject();
}

void NumberMember(json::Writer& w, std::string_view name, const std::string& text) {
  w.Name(name);
  if (text.empty()) w.Null();
  else w.String(text);
}

// Columns that a terminal gives to a text: a CJK character takes two.
size_t Width(std::string_view text) {
  size_t width = 0;
  for (size_t at = 0; at < text.size();) {
    const uint32_t c = NextCodePoint(text, at);
    const bool wide = (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
                      (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
                      (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x20000 && c <= 0x3FFFD);
    width += wide ? 2 : 1;
  }
  return width;
}

// "0.812345" → "81.23 %"; amounts and counts as they are.
std::string Shown(const pack::Measure* measure, const std::string& value) {
  if (!measure || measure->unit != "1" || value.empty()) return value;
  const Result<Decimal> number = Decimal::Parse(value);
  if (!number.ok()) return value;
  return DivideToText(Decimal::FromUnits(number->units(), number->scale()), Decimal::FromUnits(1, 2), 2) + " %";
}

}  // namespace

std::string SheetAsCsv(const Sheet& sheet, bool byte_order_mark) {
  std::string out = byte_order_mark ? kMark : "";
  Line(out, {"measure", "subject", "period", "stratum", "numerator", "denominator", "value", "met", "not_met", "missing",
             "conflicting", "edition", "as_of"});
  for (const SheetRow& row : sheet.rows)
    Line(out, {row.measure, row.subject, row.period, row.stratum, TextOf(row.numerator), TextOf(row.denominator), row.value,
               std::to_string(row.met), std::to_string(row.not_met), std::to_string(row.missing), std::to_string(row.conflicting),
               row.edition, std::to_string(row.as_of)});
  return out;
}

std::string SheetAsTable(const Sheet& sheet, const pack::Pack& pack, bool chinese) {
  std::vector<std::vector<std::string>> lines;
  lines.push_back(chinese ? std::vector<std::string>{"指标", "对象", "期间", "分组", "分子", "分母", "值", "符合", "不符合", "缺失", "矛盾"}
                          : std::vector<std::string>{"measure", "subject", "period", "stratum", "numerator", "denominator", "value",
                                                     "met", "not met", "missing", "conflicting"});
  for (const SheetRow& row : sheet.rows) {
    const pack::Measure* measure = internal::FindMeasure(pack, row.measure);
    const std::string name = !measure ? row.measure : chinese ? measure->name.zh : measure->name.en;
    lines.push_back({name, row.subject_name, row.period, chinese ? row.stratum_name.zh : row.stratum_name.en, TextOf(row.numerator),
                     TextOf(row.denominator), Shown(measure, row.value), std::to_string(row.met), std::to_string(row.not_met),
                     std::to_string(row.missing), std::to_string(row.conflicting)});
  }
  std::vector<size_t> widths(lines[0].size());
  for (const auto& line : lines)
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], Width(line[i]));
  std::string out;
  for (const auto& line : lines) {
    std::string text;
    for (size_t i = 0; i < line.size(); ++i) {
      const std::string space(widths[i] - Width(line[i]), ' ');
      text += (i ? "  " : "") + (i < 4 ? line[i] + space : space + line[i]);
    }
    while (!text.empty() && text.back() == ' ') text.pop_back();
    out += text + "\n";
  }
  for (const pack::Text& note : sheet.notes) out += (chinese ? "注：" + note.zh : "Note: " + note.en) + "\n";
  out += (chinese ? "数据截至第 " : "As of t = ") + std::to_string(sheet.as_of) + (chinese ? " 次提交\n" : "\n");
  return out;
}

std::string SheetAsJson(const Sheet& sheet) {
  json::Writer w;
  w.BeginObject().Member("asOf", sheet.as_of).Name("notes").BeginArray();
  for (const pack::Text& note : sheet.notes) w.BeginObject().Member("zh", note.zh).Member("en", note.en).EndObject();
  w.EndArray().Name("rows").BeginArray();
  for (const SheetRow& row : sheet.rows) {
    w.BeginObject().Member("measure", row.measure).Member("subject", row.subject).Member("subjectName", row.subject_name);
    w.Member("period", row.period).Member("stratum", row.stratum);
    TextMember(w, "stratumName", row.stratum_name);
    NumberMember(w, "numerator", TextOf(row.numerator));
    NumberMember(w, "denominator", TextOf(row.denominator));
    NumberMember(w, "value", row.value);
    w.Member("met", row.met).Member("notMet", row.not_met).Member("missing", row.missing).Member("conflicting", row.conflicting);
    w.Member("edition", row.edition).Member("asOf", row.as_of).EndObject();
  }
  w.EndArray().EndObject();
  return w.Take();
}

std::string CasesAsCsv(const Cases& cases, bool byte_order_mark) {
  std::string out = byte_order_mark ? kMark : "";
  Line(out, {"key", "type", "subject", "institution", "institution_name", "on_date", "disease_code", "disease_name", "disease_group",
             "destination", "numerator", "denominator", "judgement"});
  for (const Case& c : cases.cases)
    Line(out, {c.key, c.type, c.subject, c.institution, c.institution_name, c.on_date, c.disease_code, c.disease_name, c.disease_group,
               c.destination, c.numerator, c.denominator, c.judgement});
  return out;
}

}  // namespace qianxian::measure
