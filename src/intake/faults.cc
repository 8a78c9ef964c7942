#include "intake/faults.h"

#include "intake/column_names.h"

namespace qianxian::intake {
namespace {

constexpr size_t kShownBytes = 200;

// A value as the report shows it: not longer than a line of a screen, and never cut inside a character.
std::string Shown(std::string_view value) {
  if (value.size() <= kShownBytes) return std::string(value);
  size_t end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xc0) == 0x80) --end;
  return std::string(value.substr(0, end)) + "…";
}

std::string Text(std::string_view text) { return std::string(text); }

}  // namespace

std::string ColumnTitle(std::string_view column) {
  const std::string chinese = ChineseName(column);
  return chinese.empty() ? std::string(column) : chinese + " " + std::string(column);
}

void Faults::Add(std::string_view column, std::string_view value, std::string_view code, std::string zh, std::string en) {
  Rejection rejection;
  rejection.column = column;
  rejection.value = Shown(value);
  rejection.code = code;
  rejection.reason_zh = std::move(zh);
  rejection.reason_en = std::move(en);
  list_.push_back(std::move(rejection));
}

void Faults::Required(std::string_view column) {
  Add(column, "", "required", ColumnTitle(column) + " 必须填写，这一行是空的。",
      ColumnTitle(column) + " must be filled in; it is empty in this row.");
}

void Faults::BadDate(std::string_view column, std::string_view value, const Error& error) {
  const std::string title = ColumnTitle(column), shown = Shown(value);
  if (error.code == "impossible-date")
    return Add(column, value, "impossible-date", title + " 的“" + shown + "”在日历上不存在。",
               title + ": there is no such date as \"" + shown + "\".");
  Add(column, value, "bad-date", title + " 的“" + shown + "”不是日期；请写成 20250701 或 2025-07-01。",
      title + ": \"" + shown + "\" is not a date; write it like 20250701 or 2025-07-01.");
}

void Faults::BadNumber(std::string_view column, std::string_view value, const Error& error) {
  const std::string title = ColumnTitle(column), shown = Shown(value);
  if (error.code == "too-precise")
    return Add(column, value, "too-precise", title + " 的“" + shown + "”小数超过两位；金额最多到分。",
               title + ": \"" + shown + "\" has more than two decimals; money goes to the fen.");
  if (error.code == "too-large")
    return Add(column, value, "too-large", title + " 的“" + shown + "”数值过大。",
               title + ": \"" + shown + "\" is too large a number.");
  Add(column, value, "bad-number", title + " 的“" + shown + "”不是数字；请不要写千位逗号、单位或文字。",
      title + ": \"" + shown + "\" is not a number; write no thousands separators, units or words.");
}

void Faults::Negative(std::string_view column, std::string_view value) {
  const std::string title = ColumnTitle(column), shown = Shown(value);
  Add(column, value, "negative", title + " 的“" + shown + "”是负数；不能小于 0。",
      title + ": \"" + shown + "\" is negative; it must not be less than 0.");
}

void Faults::OutBeforeIn(std::string_view out_column, std::string_view out, std::string_view in_column,
                         std::string_view in) {
  const std::string o = ColumnTitle(out_column), i = ColumnTitle(in_column);
  Add(out_column, out, "out-before-in", o + "（" + Shown(out) + "）早于 " + i + "（" + Shown(in) + "）。",
      o + " (" + Shown(out) + ") is before " + i + " (" + Shown(in) + ").");
}

void Faults::FieldCount(size_t fields, size_t columns, std::string_view first_extra) {
  Add("", first_extra, "field-count",
      "这一行有 " + std::to_string(fields) + " 个字段，多于表头的 " + std::to_string(columns) +
          " 列；可能某个字段里有没加引号的逗号。",
      "This row has " + std::to_string(fields) + " fields, more than the header's " + std::to_string(columns) +
          "; perhaps a field holds a comma without quotes.");
}

void Faults::BadEncoding(std::string_view column, std::string_view value) {
  const std::string title = column.empty() ? "" : ColumnTitle(column) + " ";
  Add(column, value, "bad-encoding", title + "含有无法识别的字节（乱码），请检查原文件的编码。",
      title + "holds bytes that are no text; check the encoding of the file.");
}

void Faults::UnknownOrganization(std::string_view column, std::string_view value, size_t matches) {
  const std::string shown = Shown(value);
  if (value.empty())
    return Add(column, value, "unknown-organization", "没有机构名称，也没有用 --org 指定医院，无法知道这一行属于哪家机构。",
               "The row names no organisation and no --org was given, so it belongs to nobody.");
  if (matches > 1)
    return Add(column, value, "unknown-organization", "有 " + std::to_string(matches) + " 家机构都叫“" + shown +
                   "”；请用机构代码（--org）指定。",
               std::to_string(matches) + " organisations are called \"" + shown +
                   "\"; name the hospital by its code (--org).");
  Add(column, value, "unknown-organization", "机构“" + shown + "”还没有登记；请先导入机构表，或用 --org 指定医院代码。",
      "The organisation \"" + shown + "\" is not known; import the organisations first, or name the hospital with --org.");
}

void Faults::NotYours(std::string_view column, std::string_view value) {
  Add(column, value, "not-yours", "“" + Shown(value) + "”属于其他机构，您无权导入。",
      "\"" + Shown(value) + "\" belongs to another organisation; you may not import it.");
}

void Faults::UnknownCode(std::string_view column, std::string_view value, std::string_view allowed) {
  const std::string title = ColumnTitle(column), shown = Shown(value);
  Add(column, value, "unknown-code", title + " 的“" + shown + "”不在允许的取值中：" + Text(allowed) + "。",
      title + ": \"" + shown + "\" is none of: " + Text(allowed) + ".");
}

void Faults::BadCode(std::string_view column, std::string_view value, std::string_view want_zh, std::string_view want_en) {
  const std::string title = ColumnTitle(column), shown = Shown(value);
  Add(column, value, "bad-code", title + " 的“" + shown + "”不合格式：应为" + Text(want_zh) + "。",
      title + ": \"" + shown + "\" should be " + Text(want_en) + ".");
}

void Faults::DuplicateCode(std::string_view column, std::string_view value, uint64_t first_line) {
  const std::string line = std::to_string(first_line);
  Add(column, value, "duplicate-code", ColumnTitle(column) + " “" + Shown(value) + "”在第 " + line + " 行已经出现过。",
      ColumnTitle(column) + " \"" + Shown(value) + "\" stands on line " + line + " already.");
}

void Faults::UnknownLead(std::string_view column, std::string_view value) {
  Add(column, value, "unknown-lead", ColumnTitle(column) + " “" + Shown(value) + "”不是已登记的机构，也不在本表中。",
      ColumnTitle(column) + " \"" + Shown(value) + "\" is no known organisation and is not in this sheet.");
}

}  // namespace qianxian::intake
