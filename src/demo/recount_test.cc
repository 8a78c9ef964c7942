// Counts every measure again from the written files, slowly and without any code of the generator, and expects truth.json.
#include <algorithm>
#include <cmath>
#include <set>

#include "demo/demo.h"
#include "demo/test_county.h"

namespace qianxian::demo {
namespace {

using Record = std::map<std::string, std::string>;   // column -> what an importer understands

// Full-width characters of UTF-8 (EF BC 81 …) or GB18030 (A3 A1 …), where the field holds nothing else.
std::string HalfWidth(const std::string& text) {
  std::string out;
  for (size_t i = 0; i + 2 < text.size() && text[i] == '\xef' && text[i + 1] == '\xbc'; i += 3) {
    out += static_cast<char>(static_cast<unsigned char>(text[i + 2]) - 0x60);
  }
  if (!out.empty() && out.size() * 3 == text.size()) return out;
  out.clear();
  for (size_t i = 0; i + 1 < text.size() && text[i] == '\xa3'; i += 2) {
    out += static_cast<char>(static_cast<unsigned char>(text[i + 1]) - 0x80);
  }
  return !out.empty() && out.size() * 2 == text.size() ? out : text;
}

std::string Clean(std::string text) {
  const char* blank = " \t\r\n";
  size_t from = text.find_first_not_of(blank);
  if (from == std::string::npos) return "";
  text = HalfWidth(text.substr(from, text.find_last_not_of(blank) - from + 1));
  return text == "-" ? "" : text;
}

// 2025-07-01 or 20250701 as a day number; -1 if there is no such day.
int64_t DayNumber(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), '-'), text.end());
  if (text.size() != 8) return -1;
  int year = std::stoi(text.substr(0, 4)), month = std::stoi(text.substr(4, 2)), day = std::stoi(text.substr(6));
  static const int kLengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  auto leap = [](int y) { return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0); };
  if (month < 1 || month > 12 || day < 1 || day > kLengths[month - 1] + (month == 2 && leap(year))) return -1;
  int64_t days = day;
  for (int y = 1900; y < year; ++y) days += leap(y) ? 366 : 365;
  for (int m = 1; m < month; ++m) days += kLengths[m - 1] + (m == 2 && leap(year));
  return days;
}

// In cents; -1 below 0, -2 if it is no number.
int64_t Cents(const std::string& text) {
  if (text.empty()) return -2;
  size_t point = text.find('.');
  std::string digits = text.substr(0, point) + (point == std::string::npos ? "00" : text.substr(point + 1));
  bool negative = digits[0] == '-';
  if (negative) digits.erase(0, 1);
  if (point != std::string::npos && text.size() - point != 3) return -2;
  if (digits.find_first_not_of("0123456789") != std::string::npos) return -2;
  return negative ? -1 : std::stoll(digits);
}

std::string Money(int64_t cents) {
  std::string text = std::to_string(cents < 0 ? -cents : cents);
  if (text.size() < 3) text.insert(0, 3 - text.size(), '0');
  text.insert(text.size() - 2, ".");
  return cents < 0 ? "-" + text : text;
}

std::string ReasonToRefuse(const Record& row, const std::vector<std::string>& required, const std::string& in,
                           const std::string& out, const std::vector<std::string>& money) {
  for (const std::string& column : required) {
    if (row.at(column).empty()) return "required";
  }
  for (const std::string& column : {in, out}) {
    if (DayNumber(row.at(column)) < 0) return "impossible-date";
  }
  if (DayNumber(row.at(out)) < DayNumber(row.at(in))) return "out-before-in";
  for (const std::string& column : money) {
    if (Cents(row.at(column)) == -2) return "bad-number";
    if (Cents(row.at(column)) == -1) return "negative";
  }
  return "";
}

struct Counted {
  std::map<std::string, Record> rows;   // by key: what stands in the end
  uint64_t accepted = 0, unchanged = 0, replaced = 0;
  std::map<std::string, uint64_t> rejected;
  std::vector<uint64_t> refused_lines;
};

// `key` columns joined; other arguments as above. Operation levels are gathered under "levels".
Counted Count(const std::string& path, const std::vector<std::string>& key, const std::vector<std::string>& required,
              const std::string& in, const std::string& out, const std::vector<std::string>& money) {
  Counted counted;
  std::vector<SlowRow> rows = SlowRead(path);
  const std::vector<std::string> header = rows.front().fields;
  for (size_t i = 1; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].fields.size(), header.size()) << path << ":" << rows[i].line;
    Record record;
    for (size_t column = 0; column < header.size(); ++column) {
      std::string value = Clean(rows[i].fields[column]);
      if (header[column].substr(0, 4) == "SSJB" && !value.empty()) record["levels"] += value + ";";
      record[header[column]] = value;
    }
    std::string reason = ReasonToRefuse(record, required, in, out, money);
    if (!reason.empty()) {
      ++counted.rejected[reason];
      counted.refused_lines.push_back(rows[i].line);
      continue;
    }
    std::string name;
    for (const std::string& column : key) name += record[column] + "|";
    auto [place, fresh] = counted.rows.try_emplace(name, record);
    if (fresh) ++counted.accepted;
    else if (place->second == record) ++counted.unchanged;
    else ++counted.replaced;
    place->second = record;
  }
  return counted;
}

struct Parts {
  int64_t numerator = 0, denominator = 0;
};

class Recount : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    auto county = Generate(TinyOptions(folder_->path()));
    ASSERT_TRUE(county.ok()) << Describe(county.error());
    county_ = new GeneratedCounty(std::move(*county));
    for (const SlowRow& row : SlowRead(folder_->path() + "/organizations.csv")) kinds_[row.fields[0]] = row.fields[2];
    for (const GeneratedFile& file : county_->files) {
      if (file.kind == "settlements") {
        Check(file, Count(file.path, {"setl_id"},
                          {"setl_id", "psn_no", "insu_admdvs", "fixmedins_code", "fix_blng_admdvs", "med_type", "enddate", "fund_pay_sumamt"},
                          "begndate", "enddate", {"fund_pay_sumamt", "medfee_sumamt", "psn_pay"}), settlements_);
      }
      if (file.kind == "first-pages") {
        Check(file, Count(file.path, {"USERNAME", "BAH", "ZYCS"}, {"ZYCS", "BAH", "RYSJ", "CYSJ", "JBDM", "ZFY"}, "RYSJ", "CYSJ",
                          {"ZFY", "ZFJE"}), pages_[file.organization]);
      }
    }
  }
  static void TearDownTestSuite() {
    settlements_.clear();
    pages_.clear();
    delete county_;
    delete folder_;
  }
  static void Check(const GeneratedFile& file, Counted counted, std::vector<Record>& into) {
    EXPECT_EQ(counted.accepted, file.accepted) << file.path;
    EXPECT_EQ(counted.unchanged, file.unchanged) << file.path;
    EXPECT_EQ(counted.replaced, file.replaced) << file.path;
    EXPECT_EQ(counted.rejected, file.rejected) << file.path;
    std::vector<uint64_t> lines;
    for (const Refusal& refusal : file.refusals) lines.push_back(refusal.line);
    EXPECT_EQ(counted.refused_lines, lines) << file.path;
    for (auto& [key, row] : counted.rows) into.push_back(std::move(row));
  }
  static std::vector<std::string> PeriodsOf(std::string date) {
    date.erase(std::remove(date.begin(), date.end(), '-'), date.end());
    std::string year = date.substr(0, 4), month = date.substr(4, 2);
    return {year, year + "Q" + std::to_string((std::stoi(month) - 1) / 3 + 1), year + "-" + month};
  }
  static bool IsInpatient(const Record& row) {
    static const std::set<std::string> kTypes = {"21", "22", "23", "24", "52"};
    return kTypes.contains(row.at("med_type")) && row.at("fixmedins_code")[0] != 'P';
  }

  static TemporaryFolder* folder_;
  static GeneratedCounty* county_;
  static std::map<std::string, std::string> kinds_;
  static std::vector<Record> settlements_;
  static std::map<std::string, std::vector<Record>> pages_;   // by hospital
};
TemporaryFolder* Recount::folder_ = nullptr;
GeneratedCounty* Recount::county_ = nullptr;
std::map<std::string, std::string> Recount::kinds_;
std::vector<Record> Recount::settlements_;
std::map<std::string, std::vector<Record>> Recount::pages_;

// Truth rows of `measures` equal what was counted; what was not counted must be 0 in the truth.
void ExpectTruth(const TruthTable& truth, const std::map<std::string, Parts>& counted, const std::set<std::string>& measures,
                 const std::set<std::string>& in_money, const std::set<std::string>& in_money_both) {
  size_t compared = 0;
  for (const auto& [key, row] : truth) {
    std::string measure = key.substr(0, key.find(' '));
    if (!measures.contains(measure)) continue;
    auto found = counted.find(key);
    Parts parts = found == counted.end() ? Parts{} : found->second;
    bool money = in_money.contains(measure) || in_money_both.contains(measure);
    EXPECT_EQ(row.numerator, money ? Money(parts.numerator) : std::to_string(parts.numerator)) << key;
    if (row.denominator != "null") {
      bool both = in_money_both.contains(measure);
      EXPECT_EQ(row.denominator, both ? Money(parts.denominator) : std::to_string(parts.denominator)) << key;
    }
    ++compared;
  }
  for (const auto& [key, parts] : counted) EXPECT_TRUE(truth.contains(key)) << key;
  EXPECT_GE(compared, 51 * measures.size() / 2);
}

TEST_F(Recount, SettlementMeasures) {
  std::map<std::string, Parts> counted;
  std::map<std::string, std::set<std::string>> persons;
  const std::string county = "990221";
  for (const Record& row : settlements_) {
    if (row.at("insu_admdvs") != county) continue;
    const std::string& type = row.at("med_type");
    if (type == "41" || row.at("fixmedins_code")[0] == 'P') continue;
    bool inside = row.at("fix_blng_admdvs") == county;
    const std::string& kind = kinds_.at(row.at("fixmedins_code"));
    bool primary = inside && (kind == "township" || kind == "village" || kind == "community");
    int64_t fund = Cents(row.at("fund_pay_sumamt"));
    for (const std::string& period : PeriodsOf(row.at("enddate"))) {
      auto add = [&](const char* measure, int64_t numerator, int64_t denominator) {
        Parts& parts = counted[std::string(measure) + " " + county + " " + period];
        parts.numerator += numerator;
        parts.denominator += denominator;
      };
      add("visit-in-county-share", inside, 1);
      add("fund-in-county-share", inside ? fund : 0, fund);
      add("fund-primary-share", primary ? fund : 0, inside ? fund : 0);
      add("primary-visit-share", primary, inside);
      if (!IsInpatient(row)) continue;
      add("inpatient-in-county-share", inside, 1);
      if (!inside) continue;
      add("inpatient-cost-per-person", Cents(row.at("medfee_sumamt")), persons[period].insert(row.at("psn_no")).second);
    }
  }
  for (const auto& [period, people] : persons) {
    std::string before = std::to_string(std::stoi(period.substr(0, 4)) - 1) + period.substr(4);
    if (!persons.contains(before)) continue;
    Parts now = counted["inpatient-cost-per-person " + county + " " + period];
    Parts then = counted["inpatient-cost-per-person " + county + " " + before];
    long double mean_now = static_cast<long double>(now.numerator) / now.denominator;
    long double mean_then = static_cast<long double>(then.numerator) / then.denominator;
    counted["inpatient-cost-per-person-growth " + county + " " + period] = {std::llroundl(mean_now - mean_then), std::llroundl(mean_then)};
  }
  ExpectTruth(ReadTruth(county_->truth_path), counted,
              {"visit-in-county-share", "fund-in-county-share", "fund-primary-share", "primary-visit-share", "inpatient-in-county-share",
               "inpatient-cost-per-person", "inpatient-cost-per-person-growth"},
              {"inpatient-cost-per-person"}, {"fund-in-county-share", "fund-primary-share", "inpatient-cost-per-person-growth"});
}

int HighestLevel(const Record& page) {
  static const std::map<std::string, int> kLevels = {{"1", 1}, {"2", 2}, {"3", 3}, {"4", 4}, {"Ⅰ", 1}, {"Ⅱ", 2}, {"Ⅲ", 3}, {"Ⅳ", 4},
                                                     {"一级", 1}, {"二级", 2}, {"三级", 3}, {"四级", 4}, {"I", 1}, {"II", 2}, {"III", 3}, {"IV", 4}};
  auto levels = page.find("levels");
  if (levels == page.end()) return 0;
  int highest = 0;
  std::stringstream parts(levels->second);
  std::string part;
  while (std::getline(parts, part, ';')) highest = std::max(highest, kLevels.at(part));
  return highest;
}

TEST_F(Recount, FrontPageMeasures) {
  std::map<std::string, Parts> counted;
  std::map<std::string, std::set<std::string>> categories;
  for (const auto& [hospital, pages] : pages_) {
    for (const Record& page : pages) {
      int level = HighestLevel(page);
      int64_t days = std::max<int64_t>(1, DayNumber(page.at("CYSJ")) - DayNumber(page.at("RYSJ")));
      const std::string& ending = page.at("LYFS");
      for (const std::string& period : PeriodsOf(page.at("CYSJ"))) {
        for (const std::string& subject : {hospital, std::string("990221")}) {
          auto add = [&](const char* measure, int64_t numerator, int64_t denominator) {
            Parts& parts = counted[std::string(measure) + " " + subject + " " + period];
            parts.numerator += numerator;
            parts.denominator += denominator;
          };
          add("surgical-discharge-share", level >= 1, 1);
          add("level-3-4-operation-share", level >= 3, level >= 1);
          add("inpatient-mortality", ending == "5", 1);
          add("surgical-mortality", ending == "5" && level >= 1, level >= 1);
          add("average-length-of-stay", days, 1);
          add("cost-per-discharge", Cents(page.at("ZFY")), 1);
          add("transfer-down-count", ending == "3", 0);
          add("transfer-up-share", ending == "2", 1);
          add("disease-categories-treated", categories[subject + period].insert(page.at("JBDM").substr(0, 3)).second, 0);
        }
      }
    }
  }
  ExpectTruth(ReadTruth(county_->truth_path), counted,
              {"surgical-discharge-share", "level-3-4-operation-share", "inpatient-mortality", "surgical-mortality",
               "average-length-of-stay", "cost-per-discharge", "transfer-down-count", "transfer-up-share", "disease-categories-treated"},
              {"cost-per-discharge"}, {});
}

TEST_F(Recount, DestinationsOfEachDisease) {
  std::map<std::string, int64_t> counted;
  for (const Record& row : settlements_) {
    if (row.at("insu_admdvs") != "990221" || !IsInpatient(row)) continue;
    const std::string& region = row.at("fix_blng_admdvs");
    std::string where = region == "990221" ? "in-county" : region.substr(0, 4) == "9902" ? "city" : region.substr(0, 2) == "99" ? "province" : "other-province";
    ++counted[row.at("enddate").substr(0, 4) + " " + row.at("dise_code").substr(0, 3) + " " + where];
  }
  std::map<std::string, int64_t> truth;
  std::stringstream lines(ReadAll(county_->truth_path));
  std::string line;
  while (std::getline(lines, line)) {
    if (line.find("\"category\":") == std::string::npos || line.find("\"cases\":") == std::string::npos) continue;
    truth[JsonField(line, "period") + " " + JsonField(line, "category") + " " + JsonField(line, "destination")] =
        std::stoll(JsonField(line, "cases"));
  }
  EXPECT_EQ(counted, truth);
}

// The same stay in both: hospital, days, diagnosis and cost; and the same person behind it, always.
TEST_F(Recount, SettlementsAndFrontPagesTellOfTheSameStays) {
  auto digits = [](std::string date) {
    date.erase(std::remove(date.begin(), date.end(), '-'), date.end());
    return date;
  };
  std::multimap<std::string, std::string> stays;   // -> psn_no
  for (const Record& row : settlements_) {
    if (!IsInpatient(row) || !pages_.contains(row.at("fixmedins_code"))) continue;
    stays.emplace(row.at("fixmedins_code") + digits(row.at("begndate")) + digits(row.at("enddate")) + row.at("dise_code") + " " +
                      row.at("medfee_sumamt") + " " + row.at("psn_pay"), row.at("psn_no"));
  }
  std::map<std::string, std::string> person_of, id_of;
  size_t pages = 0, again = 0;
  for (const auto& [hospital, list] : pages_) {
    for (const Record& page : list) {
      if (page.at("YLFKFS") == "07") continue;   // pays himself: no settlement
      ++pages;
      auto found = stays.find(hospital + digits(page.at("RYSJ")) + digits(page.at("CYSJ")) + page.at("JBDM") + " " + page.at("ZFY") +
                              " " + page.at("ZFJE"));
      ASSERT_NE(found, stays.end()) << hospital << " " << page.at("BAH");
      auto [id, fresh] = person_of.try_emplace(page.at("SFZH"), found->second);
      EXPECT_EQ(id->second, found->second);
      auto [number, new_number] = id_of.try_emplace(found->second, page.at("SFZH"));
      EXPECT_EQ(number->second, page.at("SFZH"));
      again += !fresh;
      stays.erase(found);
    }
  }
  EXPECT_TRUE(stays.empty()) << stays.size() << " settlements of the county's hospitals have no front page";
  EXPECT_GT(pages, 700u);
  EXPECT_GT(again, pages / 10);   // people come again
}

TEST_F(Recount, EveryFrontPageIsConsistentInItself) {
  static const char* const kItems[] = {"YLFUF", "ZLCZF", "HLF", "QTFY", "BLZDF", "SYSZDF", "YXXZDF", "LCZDXMF", "FSSZLXMF", "SSZLF", "KFF", "ZYZLF",
                                       "XYF", "ZCYF", "ZCYF1", "XF", "BDBLZPF", "QDBLZPF", "NXYZLZPF", "XBYZLZPF", "HCYYCLF", "YYCLF",
                                       "YCXYYCLF", "QTF"};
  const std::set<std::string> endings = {"1", "2", "3", "4", "5", "9"};
  std::set<std::string> dead;
  for (const auto& [hospital, pages] : pages_) {
    for (const Record& page : pages) {
      SCOPED_TRACE(hospital + " " + page.at("BAH"));
      int64_t sum = 0;
      for (const char* item : kItems) sum += Cents(page.at(item));
      EXPECT_EQ(sum, Cents(page.at("ZFY")));
      EXPECT_LE(Cents(page.at("ZFJE")), Cents(page.at("ZFY")));
      EXPECT_LE(Cents(page.at("SSF")) + Cents(page.at("MAF")), Cents(page.at("SSZLF")));
      EXPECT_TRUE(endings.contains(page.at("LYFS")));
      std::string birth = page.at("CSRQ");
      birth.erase(std::remove(birth.begin(), birth.end(), '-'), birth.end());
      EXPECT_EQ(page.at("SFZH").substr(6, 8), birth);
      EXPECT_LE(DayNumber(birth), DayNumber(page.at("RYSJ")));
      EXPECT_EQ((page.at("SFZH")[16] - '0') % 2 == 1, page.at("XB") == "1");
      EXPECT_EQ(std::stoll(page.at("SJZYTS")), std::max<int64_t>(1, DayNumber(page.at("CYSJ")) - DayNumber(page.at("RYSJ"))));
      char chapter = page.at("JBDM")[0];
      if (chapter == 'O') { EXPECT_EQ(page.at("XB"), "2"); }
      if (chapter == 'P') { EXPECT_EQ(page.at("NL"), "0"); }
      if (chapter == 'P') { EXPECT_FALSE(page.at("XSECSTZ").empty()); }
      if (chapter == 'C') { EXPECT_FALSE(page.at("JBMM").empty()); }
      if (chapter == 'S' || chapter == 'T') { EXPECT_FALSE(page.at("H23").empty()); }
      EXPECT_EQ(page.at("LYFS") == "5", !page.at("SWHZSJ").empty());
      EXPECT_EQ(HighestLevel(page) > 0, Cents(page.at("SSZLF")) > 0);
      if (page.at("LYFS") == "5") { EXPECT_TRUE(dead.insert(page.at("SFZH")).second) << "died twice"; }
    }
  }
  EXPECT_FALSE(dead.empty());
}

// Nobody is met after the death that his front page tells of.
TEST_F(Recount, TheDeadDoNotComeAgain) {
  std::map<std::string, int64_t> death;   // hospital|record number -> day; then by ID number
  for (const auto& [hospital, pages] : pages_) {
    for (const Record& page : pages) {
      if (page.at("LYFS") == "5") death[page.at("SFZH")] = DayNumber(page.at("CYSJ"));
    }
  }
  for (const auto& [hospital, pages] : pages_) {
    for (const Record& page : pages) {
      auto found = death.find(page.at("SFZH"));
      if (found != death.end()) { EXPECT_LE(DayNumber(page.at("CYSJ")), found->second) << page.at("SFZH"); }
    }
  }
}

}  // namespace
}  // namespace qianxian::demo
