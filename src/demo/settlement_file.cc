#include "demo/settlement_file.h"

namespace qianxian::demo {
namespace {

enum Column : size_t {
  kSetlId, kPsnNo, kGend, kBrdy, kInsutype, kInsuAdmdvs, kFixmedinsCode, kFixmedinsName, kHospLv, kFixBlngAdmdvs,
  kMedType, kBegndate, kEnddate, kDiseCode, kDiseName, kMedfeeSumamt, kFundPaySumamt, kPsnPay
};

constexpr const char* kNames[] = {"setl_id", "psn_no", "gend", "brdy", "insutype", "insu_admdvs", "fixmedins_code",
                                  "fixmedins_name", "hosp_lv", "fix_blng_admdvs", "med_type", "begndate", "enddate",
                                  "dise_code", "dise_name", "medfee_sumamt", "fund_pay_sumamt", "psn_pay"};

enum Odd : int {
  kMissingPerson, kFullWidth, kImpossibleDate, kRepeated, kOutBeforeIn, kCorrected, kNegative, kSpaces, kBadNumber,
  kMissingFund, kOddKinds
};
constexpr int kRounds = 2;
constexpr int32_t kDaysBetween = 15;

}  // namespace

Result<std::unique_ptr<SettlementFile>> SettlementFile::Create(const std::string& path, int year, int32_t first_day,
                                                               bool dirty, const CountyFacts& county,
                                                               const Calendar& calendar, const People& people,
                                                               const Places& places) {
  std::unique_ptr<SettlementFile> out(new SettlementFile(county, calendar, people, places));
  out->year_ = year;
  if (dirty) out->odd_ = OddRows(first_day, kOddKinds, kRounds, kDaysBetween);
  // The bureau's program prints its columns in another order every other year: importers go by name.
  size_t shift = year % 2 == 0 ? 5 : 0;
  std::vector<std::string> header;
  for (size_t i = 0; i < kColumns; ++i) {
    out->order_[i] = (i + shift) % kColumns;
    header.push_back(kNames[out->order_[i]]);
  }
  GeneratedFile file;
  file.kind = "settlements";
  file.path = path;
  file.region = county.code;
  QX_TRY(out->sheet_, SheetFile::Create(std::move(file), sheet::CsvWriter::Encoding::kUtf8, std::move(header)));
  return out;
}

std::string SettlementFile::NewId() {
  std::string number = std::to_string(++last_id_);
  return county_.code + std::to_string(year_) + std::string(9 - number.size(), '0') + number;
}

SettlementFile::Fields SettlementFile::Arrange(const Fields& fields) const {
  Fields out;
  for (size_t i = 0; i < kColumns; ++i) out[i] = fields[order_[i]];
  return out;
}

void SettlementFile::Fill(const Settlement& settlement, Fields& fields) {
  const Person& person = people_[settlement.person];
  const Place& place = places_[settlement.place];
  id_ = NewId();
  person_.clear();
  people_.AppendPersonNumber(settlement.person, person_);
  cost_.clear();
  AppendMoney(settlement.cost_cents, cost_);
  fund_.clear();
  AppendMoney(settlement.fund_cents, fund_);
  own_.clear();
  AppendMoney(settlement.cost_cents - settlement.fund_cents, own_);
  fields[kSetlId] = id_;
  fields[kPsnNo] = person_;
  fields[kGend] = person.sex == 1 ? "1" : "2";
  fields[kBrdy] = calendar_.Dashed(person.birth);
  fields[kInsutype] = person.insurance == 0 ? "310" : "390";
  fields[kInsuAdmdvs] = people_.InsuredRegion(settlement.person);
  fields[kFixmedinsCode] = place.code;
  fields[kFixmedinsName] = place.name;
  fields[kHospLv] = place.hosp_lv;
  fields[kFixBlngAdmdvs] = place.region;
  fields[kMedType] = settlement.med_type;
  fields[kBegndate] = calendar_.Dashed(settlement.begin_day);
  fields[kEnddate] = calendar_.Dashed(settlement.end_day);
  fields[kDiseCode] = settlement.diagnosis != nullptr ? std::string_view(settlement.diagnosis->code) : "";
  fields[kDiseName] = settlement.diagnosis != nullptr ? std::string_view(settlement.diagnosis->name) : "";
  fields[kMedfeeSumamt] = cost_;
  fields[kFundPaySumamt] = fund_;
  fields[kPsnPay] = own_;
}

Status SettlementFile::Refuse(Fields fields, size_t column, std::string_view value, const char* code) {
  std::string id = NewId();   // a row of its own: what is refused never counts anywhere
  fields[kSetlId] = id;
  fields[column] = value;
  return sheet_->Refuse(Arrange(fields), kNames[column], code);
}

// The row at hand is written once, whole and right, whatever stands before or after it.
Status SettlementFile::WriteOdd(int kind, Fields& fields, const Settlement& settlement) {
  std::string text, other;
  switch (kind) {
    case kMissingPerson: QX_DO(Refuse(fields, kPsnNo, "", "required")); break;
    case kMissingFund: QX_DO(Refuse(fields, kFundPaySumamt, "-", "required")); break;
    case kImpossibleDate:
      text = std::to_string(year_) + "-02-30";
      QX_DO(Refuse(fields, kEnddate, text, "impossible-date"));
      break;
    case kOutBeforeIn: {
      Fields late = fields;
      late[kBegndate] = calendar_.Dashed(settlement.end_day + 3);
      QX_DO(Refuse(late, kEnddate, late[kEnddate], "out-before-in"));
      break;
    }
    case kNegative:
      text = "-" + cost_;
      QX_DO(Refuse(fields, kFundPaySumamt, text, "negative"));
      break;
    case kBadNumber: QX_DO(Refuse(fields, kFundPaySumamt, "见附单", "bad-number")); break;
    case kRepeated:
      QX_DO(sheet_->Accept(Arrange(fields)));
      return sheet_->Repeat(Arrange(fields));
    case kCorrected: {
      Fields wrong = fields;
      AppendMoney(settlement.cost_cents + 3750, text);
      AppendMoney(settlement.fund_cents + 3750, other);
      wrong[kMedfeeSumamt] = text;
      wrong[kFundPaySumamt] = other;
      QX_DO(sheet_->Accept(Arrange(wrong)));
      return sheet_->Replace(Arrange(fields));
    }
    case kFullWidth:
      text = ToFullWidth(cost_);
      other = ToFullWidth(fund_);
      fields[kMedfeeSumamt] = text;
      fields[kFundPaySumamt] = other;
      return sheet_->Accept(Arrange(fields));
    case kSpaces:
      text = person_ + "  ";
      other = " " + std::string(fields[kFixmedinsCode]) + "\t";
      fields[kPsnNo] = text;
      fields[kFixmedinsCode] = other;
      return sheet_->Accept(Arrange(fields));
    default: break;
  }
  return sheet_->Accept(Arrange(fields));
}

Status SettlementFile::Write(const Settlement& settlement) {
  Fields fields;
  Fill(settlement, fields);
  int odd = odd_.Next(settlement.end_day);
  if (odd >= 0) return WriteOdd(odd, fields, settlement);
  return sheet_->Accept(Arrange(fields));
}

}  // namespace qianxian::demo
