#include "intake/first_page.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/text.h"
#include "intake/ids.h"

namespace qianxian::intake {
namespace {

// Text for a FHIR string: control characters, which JSON could carry but FHIR forbids, become spaces.
std::string Clean(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t' && c != '\r') c = ' ';
  return out;
}

// Text for a FHIR code: no white space at the ends (the reader saw to that) and single spaces inside.
std::string CleanCode(std::string_view text) {
  std::string out;
  for (char c : text) {
    const bool space = static_cast<unsigned char>(c) <= ' ';
    if (!space) out += c;
    else if (!out.empty() && out.back() != ' ') out += ' ';
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace

int ParseOperationLevel(std::string_view text) {
  constexpr std::array<std::string_view, 4> kForms[] = {{"1", "2", "3", "4"},   {"Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"},
                                                        {"I", "II", "III", "IV"}, {"一", "二", "三", "四"},
                                                        {"ⅰ", "ⅱ", "ⅲ", "ⅳ"}, {"01", "02", "03", "04"}};
  const std::string upper = ToUpperAscii(TrimUnicode(text));
  std::string_view rest = upper;
  if (EndsWith(rest, "级")) rest.remove_suffix(std::string_view("级").size());
  rest = TrimUnicode(rest);
  for (const auto& form : kForms)
    for (size_t i = 0; i < form.size(); ++i)
      if (rest == form[i]) return static_cast<int>(i) + 1;
  return 0;
}

std::string ParseHour(std::string_view text) {
  int hour = 0, minute = 0;
  std::string digits;
  bool colon = false;
  std::string after;
  for (char c : text) {
    if (c >= '0' && c <= '9') (colon ? after : digits) += c;
    else if (c == ':' && !digits.empty()) { if (colon) break; colon = true; }
    else break;
  }
  const std::string_view rest = text.substr(std::min(text.size(), digits.size()));
  if (digits.empty() || digits.size() > 4 || digits.size() == 3) return "";
  if (!colon && !rest.empty() && rest != "时" && rest != "点") return "";
  hour = std::stoi(digits.substr(0, 2));
  if (digits.size() == 4) minute = std::stoi(digits.substr(2));
  if (colon && !after.empty()) minute = std::stoi(after.substr(0, 2));
  if (hour > 23 || minute > 59) return "";
  char out[32];
  std::snprintf(out, sizeof out, "%02d:%02d", hour, minute);
  return out;
}

int32_t FirstPageParser::ParseDay(const sheet::Row& row, int place, Faults& faults) {
  const std::string_view field = Header::Field(row, place);
  if (field.empty()) return FirstPage::kNoDate;
  const Result<int32_t> days = dates_.Days(field);
  if (days.ok()) return *days;
  faults.BadDate(Column(place), field, days.error());
  return FirstPage::kNoDate;
}

void FirstPageParser::ParseStay(const sheet::Row& row, FirstPage& page, Faults& faults) {
  const std::pair<int, const char*> required[] = {{layout_.stay_number, "ZYCS"}, {layout_.record_number, "BAH"},
                                                  {layout_.admitted, "RYSJ"},    {layout_.discharged, "CYSJ"},
                                                  {layout_.diagnoses[0].code, "JBDM"}, {layout_.total_cost, "ZFY"}};
  for (const auto& [place, name] : required)
    if (Header::Field(row, place).empty()) faults.Required(name);
  page.record_number = CleanCode(Header::Field(row, layout_.record_number));
  page.stay_number = CleanCode(Header::Field(row, layout_.stay_number));
  page.admitted = ParseDay(row, layout_.admitted, faults);
  page.discharged = ParseDay(row, layout_.discharged, faults);
  if (page.admitted != FirstPage::kNoDate && page.discharged != FirstPage::kNoDate && page.discharged < page.admitted)
    faults.OutBeforeIn(Column(layout_.discharged), Header::Field(row, layout_.discharged), Column(layout_.admitted),
                       Header::Field(row, layout_.admitted));
  ParseTimes(row, page);
  page.admit_source = CleanCode(Header::Field(row, layout_.admit_source));
  page.disposition = CleanCode(Header::Field(row, layout_.disposition));
  for (const auto& [place, out] : {std::pair(layout_.total_cost, &page.total_cost_fen),
                                   std::pair(layout_.self_paid, &page.self_paid_fen)}) {
    const std::string_view field = Header::Field(row, place);
    if (field.empty()) continue;
    const Result<int64_t> fen = ParseMoney(field);
    if (!fen.ok()) faults.BadNumber(Column(place), field, fen.error());
    else if (*fen < 0) faults.Negative(Column(place), field);
    else *out = *fen;
  }
}

// The hour columns, else a time in the date itself. What cannot be read, or would end a stay before it began, is kept as
// it stands and the stay has dates only.
void FirstPageParser::ParseTimes(const sheet::Row& row, FirstPage& page) {
  const auto time = [&](int hour_place, int date_place) {
    const std::string hour = ParseHour(Header::Field(row, hour_place));
    const std::string_view date = Header::Field(row, date_place);
    if (!hour.empty() || date.size() <= 10) return hour;
    const Result<DateField> field = ParseDateField(date);
    return field.ok() ? field->hour_minute : std::string();
  };
  page.admitted_time = time(layout_.admitted_hour, layout_.admitted);
  page.discharged_time = time(layout_.discharged_hour, layout_.discharged);
  const bool backwards = page.admitted == page.discharged && !page.admitted_time.empty() &&
                         !page.discharged_time.empty() && page.discharged_time < page.admitted_time;
  for (const auto& [place, column, kept] : {std::tuple(layout_.admitted_hour, "RYSJS", &page.admitted_time),
                                            std::tuple(layout_.discharged_hour, "CYSJS", &page.discharged_time)}) {
    if (backwards) kept->clear();
    const std::string_view field = Header::Field(row, place);
    if (kept->empty() && !field.empty()) page.further.push_back({column, Clean(field)});
  }
}

void FirstPageParser::ParsePatient(const sheet::Row& row, FirstPage& page, Faults& faults) {
  page.name = Clean(Header::Field(row, layout_.name));
  page.sex = Header::Field(row, layout_.sex);
  if (!page.sex.empty() && page.sex != "1" && page.sex != "2") page.further.push_back({"XB", Clean(page.sex)});
  page.born = ParseDay(row, layout_.born, faults);
  page.phone = Clean(Header::Field(row, layout_.phone));
  page.address = Clean(Header::Field(row, layout_.address));
  const std::string identity = ToUpperAscii(Header::Field(row, layout_.identity));
  if (IsIdCard(identity)) page.identity = identity;
  else if (!identity.empty()) page.further.push_back({"SFZH", Clean(identity)});
}

void FirstPageParser::ParseDiagnoses(const sheet::Row& row, FirstPage& page) {
  for (const FirstPageLayout::Diagnosis& at : layout_.diagnoses) {
    FirstPage::Diagnosis diagnosis{CleanCode(Header::Field(row, at.code)), Clean(Header::Field(row, at.name)),
                                   CleanCode(Header::Field(row, at.present))};
    // The principal one keeps its place even where its code is missing (the row is refused then).
    if (page.diagnoses.empty() || !diagnosis.code.empty() || !diagnosis.name.empty())
      page.diagnoses.push_back(std::move(diagnosis));
  }
}

void FirstPageParser::ParseOperations(const sheet::Row& row, FirstPage& page, Faults& faults) {
  for (const FirstPageLayout::Operation& at : layout_.operations) {
    FirstPage::Operation operation;
    operation.code = CleanCode(Header::Field(row, at.code));
    operation.name = Clean(Header::Field(row, at.name));
    if (operation.code.empty() && operation.name.empty()) continue;
    operation.day = ParseDay(row, at.day, faults);
    const std::string_view level = Header::Field(row, at.level);
    operation.level = ParseOperationLevel(level);
    if (operation.level == 0) operation.level_text = Clean(level);
    page.operations.push_back(std::move(operation));
  }
}

void FirstPageParser::ParseFurther(const sheet::Row& row, FirstPage& page, Faults& faults) {
  for (const FirstPageLayout::Further& at : layout_.further) {
    const std::string_view field = Header::Field(row, at.place);
    if (field.empty()) continue;
    if (at.is_money) {
      const Result<Decimal> amount = Decimal::Parse(field, true);
      if (!amount.ok()) faults.BadNumber(Column(at.place), field, amount.error());
      else if (amount->IsNegative()) faults.Negative(Column(at.place), field);
    }
    page.further.push_back({at.column, Clean(field)});
  }
}

bool FirstPageParser::Parse(const sheet::Row& row, FirstPage& page, Faults& faults) {
  page = FirstPage{};
  page.line = row.line;
  if (row.damaged) faults.BadEncoding("", "");
  if (row.fields.size() > header_.size() && !header_.Extra(row).empty())
    faults.FieldCount(row.fields.size(), header_.size(), header_.Extra(row));
  ParseStay(row, page, faults);
  ParsePatient(row, page, faults);
  ParseDiagnoses(row, page);
  ParseOperations(row, page, faults);
  ParseFurther(row, page, faults);
  return !faults.any();
}

}  // namespace qianxian::intake
