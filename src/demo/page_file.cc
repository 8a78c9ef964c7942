#include "demo/page_file.h"

#include <algorithm>

namespace qianxian::demo {
namespace {

enum Odd : int { kMissingCode, kFullWidth, kImpossibleDate, kRepeated, kNegative, kCorrected, kOutBeforeIn, kSpaces, kBadNumber,
                 kLineBreak, kOddKinds };
constexpr int32_t kDaysBetween = 30;

std::vector<std::string_view> Views(const std::vector<std::string>& fields) { return {fields.begin(), fields.end()}; }

std::string Padded(uint64_t number, size_t width) {
  std::string digits = std::to_string(number);
  return std::string(digits.size() < width ? width - digits.size() : 0, '0') + digits;
}

}  // namespace

PageFile::PageFile(uint16_t place, const World& world)
    : world_(world), place_(place), style_(StyleOf(world.places[place].page_style)), layout_(style_) {
  fields_.resize(layout_.header().size());
  for (const FeeItem& item : world.tables.fees) fee_columns_.push_back(layout_.At(item.name));
}

Result<std::unique_ptr<PageFile>> PageFile::Create(const std::string& path, uint16_t place, int32_t first_day, bool dirty,
                                                   const World& world) {
  std::unique_ptr<PageFile> out(new PageFile(place, world));
  if (dirty) out->odd_ = OddRows(first_day, kOddKinds, 1, kDaysBetween);
  GeneratedFile file;
  file.kind = "first-pages";
  file.path = path + (out->style_.packed ? ".csv.gz" : ".csv");
  file.organization = world.places[place].code;
  file.region = world.county.code;
  QX_TRY(out->sheet_, SheetFile::Create(std::move(file), out->style_.encoding, out->layout_.header()));
  return out;
}

std::string PageFile::Day(int32_t day) const {
  return std::string(style_.dashed_dates ? world_.calendar.Dashed(day) : world_.calendar.Compact(day));
}

void PageFile::SetMoney(std::string_view column, int64_t cents) {
  std::string& field = fields_[layout_.At(column)];
  field.clear();
  AppendMoney(cents, field);
}

void PageFile::Fill(const Stay& stay) {
  for (std::string& field : fields_) field.clear();
  FillPerson(stay);
  FillContact(stay);
  FillAdmission(stay);
  FillDiagnoses(stay);
  FillStaff(stay);
  FillOperations(stay);
  FillEnding(stay);
  FillFees(stay);
}

void PageFile::FillPerson(const Stay& stay) {
  const Person& person = world_.people[stay.person];
  int age = AgeOn(person.birth, stay.in_day);
  int32_t days = stay.in_day - person.birth;
  uint64_t fixed = Mix(stay.person, 77);   // what stays with the person
  Set("USERNAME", world_.places[place_].name);
  Set("YLFKFS", stay.self_paying ? "07" : person.insurance == 0 ? "01" : "02");
  Set("JKKH", "-");
  Set("ZYCS", std::to_string(stay.visit_number));
  Set("BAH", Padded(stay.record_number, 8));
  Set("XM", world_.people.Name(stay.person));
  Set("XB", person.sex == 1 ? "1" : "2");
  Set("CSRQ", Day(person.birth));
  Set("NL", std::to_string(age));
  Set("GJ", "CHN");
  if (age == 0) Set("BZYZSNL", std::to_string(days / 30));
  if (days <= 28) {
    uint64_t weight = 240 + fixed % 180;
    Set("XSECSTZ", std::to_string(weight * 10));
    Set("XSERYTZ", std::to_string(weight * 10 - 20 + 10 * static_cast<uint64_t>(days)));
  }
  const CountyFacts& county = world_.county;
  Set("CSD", county.province_name + county.city_name + (world_.people.IsResident(stay.person) ? county.name : ""));
  Set("GG", county.province_name + county.city_name);
  Set("MZ", "01");
  Set("SFZH", world_.people.IdNumber(stay.person));
  Set("ZY", age < 18 ? "31" : age >= 60 && person.insurance == 0 ? "80" : person.insurance == 0 ? "17" : "27");
  Set("HY", age < 22 ? "1" : age > 74 && fixed % 3 == 0 ? "3" : "2");
  Set("XX", std::to_string(1 + fixed / 7 % 4));
  Set("RH", "2");
  bool allergic = fixed / 31 % 100 < 6;
  Set("YWGM", allergic ? "2" : "1");
  if (allergic) Set("GMYW", fixed % 2 == 0 ? "青霉素" : "头孢类");
}

std::string PageFile::Phone(uint64_t hash) const {
  return "120" + Padded(hash % 100'000'000, 8);   // no number of China's networks begins so
}

void PageFile::FillContact(const Stay& stay) {
  const Person& person = world_.people[stay.person];
  const CountyFacts& county = world_.county;
  uint64_t fixed = Mix(stay.person, 78);
  std::string home = county.province_name + county.city_name;
  if (!world_.people.IsResident(stay.person)) {
    home += "邻县";
  } else if (world_.places.IsTownship(person.area)) {
    home += county.name + world_.places.AreaName(person.area) + world_.places.VillageName(person.village) + "村" +
            std::to_string(1 + fixed % 9) + "组";
  } else {
    home += county.name + world_.places.AreaName(person.area) + "人民路" + std::to_string(1 + fixed % 280) + "号";
  }
  std::string post = "99" + county.code.substr(2);
  Set("XZZ", home);
  Set("HKDZ", home);
  Set("YB1", post);
  Set("YB2", post);
  Set("DH", Phone(fixed));
  Set("GZDWJDZ", person.insurance == 0 ? county.name + "某单位" : std::string("-"));
  Set("DWDH", "-");
  Set("YB3", "-");
  Set("LXRXM", world_.people.NameFrom(Mix(fixed, 1), static_cast<int>(fixed % 2) + 1));
  Set("GX", AgeOn(person.birth, stay.in_day) < 18 ? "5" : fixed % 3 == 0 ? "1" : "2");
  Set("DZ", home);
  Set("DH2", Phone(Mix(fixed, 2)));
}

void PageFile::FillAdmission(const Stay& stay) {
  const DiseaseGroup& group = world_.tables.groups[stay.group];
  const Department& department = world_.tables.departments[group.department];
  Set("RYTJ", std::to_string(stay.source));
  Set("RYSJ", Day(stay.in_day));
  Set("RYSJS", Padded(stay.in_hour, 2));
  Set("CYSJ", Day(stay.out_day));
  Set("CYSJS", Padded(stay.out_hour, 2));
  Set("RYKB", department.code);
  Set("CYKB", department.code);
  std::string ward = department.name_zh + (stay.detail % 2 == 0 ? "一病区" : "二病区");
  Set("RYBF", ward);
  Set("CYBF", ward);
  Set("ZKKB", "-");
  Set("SJZYTS", std::to_string(stay.Days()));
}

const Diagnosis& PageFile::OtherOf(uint16_t index) const {
  size_t registers = world_.tables.registers.size();
  if (index < registers) return world_.tables.registers[index].diagnosis;
  return world_.tables.comorbidities[index - registers].diagnosis;
}

void PageFile::FillDiagnoses(const Stay& stay) {
  const Diagnosis& principal = world_.tables.groups[stay.group].diagnoses[stay.diagnosis];
  Set("MZZD", principal.name);
  Set("JBBM", principal.code);
  Set("ZYZD", principal.name);
  Set("JBDM", principal.code);
  Set("RYBQ", "1");
  int n = 0;
  auto add = [&](std::string_view code, std::string_view name, const char* present) {
    if (n == kOtherDiagnoses) return;
    const auto& columns = layout_.OtherDiagnosis(++n);
    fields_[columns[0]].assign(name);
    fields_[columns[1]].assign(code);
    fields_[columns[2]].assign(present);
  };
  if (!principal.second_code.empty()) add(principal.second_code, principal.second_name, "1");
  for (int i = 0; i < stay.other_count; ++i) {
    const Diagnosis& other = OtherOf(stay.others[i]);
    add(other.code, other.name, (stay.detail >> i) % 40 == 0 ? "4" : "1");
  }
  if (!principal.external_code.empty()) {
    Set("WBYY", principal.external_name);
    fields_[layout_.At("WBYY") + 1] = principal.external_code;   // the code's column follows the name's
  }
  if (!principal.pathology_code.empty()) {
    Set("BLZD", principal.pathology_name);
    Set("JBMM", principal.pathology_code);
    Set("BLH", "B" + Padded(stay.detail % 1'000'000, 6));
  }
}

std::string PageFile::Doctor(const Stay& stay, int role) const {
  // A few people a department and role, the same ones all years.
  uint64_t department = world_.tables.groups[stay.group].department;
  uint64_t one_of = role == 0 ? 0 : stay.detail / 5 % (role < 3 ? 3 : 6);
  uint64_t hash = Mix(Mix(place_, department), static_cast<uint64_t>(role) * 16 + one_of);
  return world_.people.NameFrom(Mix(hash, static_cast<uint64_t>(world_.county.ordinal)), hash % 3 == 0 || role == 4 ? 2 : 1);
}

void PageFile::FillStaff(const Stay& stay) {
  Set("KZR", Doctor(stay, 0));
  Set("ZRYS", Doctor(stay, 1));
  Set("ZZYS", Doctor(stay, 2));
  Set("ZYYS", Doctor(stay, 3));
  Set("ZRHS", Doctor(stay, 4));
  Set("JXYS", "-");
  Set("SXYS", "-");
  Set("BMY", Doctor(stay, 5));
  Set("BAZL", stay.detail % 12 == 0 ? "2" : "1");
  Set("ZKYS", Doctor(stay, 6));
  Set("ZKHS", Doctor(stay, 4));
  Set("ZKRQ", Day(stay.out_day));
}

void PageFile::FillOperations(const Stay& stay) {
  const DiseaseGroup& group = world_.tables.groups[stay.group];
  for (int i = 0; i < stay.operation_count; ++i) {
    const Operation& operation = group.operations[stay.operations[i].index];
    const auto& columns = layout_.Operation(i + 1);
    fields_[columns[0]] = operation.code;
    fields_[columns[1]] = Day(stay.operations[i].day);
    fields_[columns[3]] = operation.name;
    fields_[columns[4]] = Doctor(stay, 1);
    if (operation.level == 0) continue;   // a procedure: no level, no incision
    fields_[columns[2]] = style_.levels[operation.level - 1];
    fields_[columns[5]] = Doctor(stay, 2);
    fields_[columns[6]] = Doctor(stay, 3);
    fields_[columns[7]] = operation.level == 1 ? "0" : stay.detail % 3 == 0 ? "2" : "1";
    fields_[columns[8]] = "1";
    fields_[columns[9]] = operation.level >= 3 ? "全身麻醉" : operation.level == 2 ? "椎管内麻醉" : "局部麻醉";
    fields_[columns[10]] = Doctor(stay, 7);
  }
}

void PageFile::FillEnding(const Stay& stay) {
  Set("LYFS", std::to_string(stay.ending));
  if (stay.ending == 2) Set("YZZY_YLJG", world_.places[world_.places.city_hospital()].name);
  if (stay.ending == 3) Set("WSY_YLJG", world_.places[world_.places.centre(world_.people[stay.person].area)].name);
  if (stay.ending == 5) Set("SWHZSJ", "2");
  bool again = stay.ending == 1 && world_.tables.groups[stay.group].readmission > 30;
  Set("SFZZYJH", again ? "2" : "1");
  Set("MD", again ? "按疗程继续治疗" : "-");
  for (const char* column : {"RYQ_T", "RYQ_XS", "RYQ_F", "RYH_T", "RYH_XS", "RYH_F"}) Set(column, "0");
}

// The items sum to ZFY to the cent; the last cents fall on the largest item.
void PageFile::FillFees(const Stay& stay) {
  const auto& items = world_.tables.fees;
  const DiseaseGroup& group = world_.tables.groups[stay.group];
  bool operated = false;
  for (int i = 0; i < stay.operation_count; ++i) operated |= group.operations[stay.operations[i].index].level > 0;
  size_t kind = operated ? (group.delivery ? 2 : 1) : world_.places[place_].kind == Kind::kCountyTcm ? 3 : 0;
  std::vector<uint64_t> weights(items.size());
  uint64_t sum = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    uint64_t varied = 70 + Mix(stay.detail, i) % 61;
    weights[i] = static_cast<uint64_t>(items[i].shares[kind] * 1000) * varied;
    sum += weights[i];
  }
  int64_t left = stay.cost_cents;
  size_t largest = 0;
  std::vector<int64_t> cents(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    cents[i] = static_cast<int64_t>(static_cast<unsigned __int128>(stay.cost_cents) * weights[i] / sum);
    left -= cents[i];
    if (cents[i] > cents[largest]) largest = i;
  }
  cents[largest] += left;
  for (size_t i = 0; i < items.size(); ++i) {
    std::string& field = fields_[fee_columns_[i]];
    field.clear();
    AppendMoney(cents[i], field);
    if (items[i].name == "FSSZLXMF") SetMoney("WLZLF", cents[i] * 3 / 10);
    if (items[i].name == "XYF") SetMoney("KJYWF", cents[i] * 22 / 100);
    if (items[i].name != "SSZLF") continue;
    SetMoney("MAF", cents[i] / 4);
    SetMoney("SSF", cents[i] * 3 / 5);
  }
  SetMoney("ZFY", stay.cost_cents);
  SetMoney("ZFJE", stay.cost_cents - stay.fund_cents);
}

Status PageFile::RefuseWith(const char* column, std::string value, const char* code) {
  std::vector<std::string> wrong = fields_;
  // A page of its own: what is refused is no version of a page that counts.
  wrong[layout_.At("BAH")] = "9" + Padded(++refused_, 7);
  wrong[layout_.At(column)] = std::move(value);
  return sheet_->Refuse(Views(wrong), column, code);
}

// The page at hand is written once, whole and right, whatever stands before or after it.
Status PageFile::WriteOdd(int kind, const Stay& stay) {
  std::string& total = fields_[layout_.At("ZFY")];
  switch (kind) {
    case kMissingCode: QX_DO(RefuseWith("JBDM", "-", "required")); break;
    case kImpossibleDate: QX_DO(RefuseWith("CYSJ", std::string(world_.calendar.Compact(stay.out_day)).substr(0, 4) + "0231", "impossible-date")); break;
    case kOutBeforeIn: {
      std::string before = Day(stay.in_day - 2);
      QX_DO(RefuseWith("CYSJ", before, "out-before-in"));
      break;
    }
    case kNegative: QX_DO(RefuseWith("ZFY", "-" + total, "negative")); break;
    case kBadNumber: QX_DO(RefuseWith("ZFY", "见明细", "bad-number")); break;
    case kRepeated:
      QX_DO(sheet_->Accept(Views(fields_)));
      return sheet_->Repeat(Views(fields_));
    case kCorrected: {
      std::vector<std::string> wrong = fields_;
      std::string& cost = wrong[layout_.At("ZFY")];
      cost.clear();
      AppendMoney(stay.cost_cents + 8000, cost);
      wrong[layout_.At("ZYZD")] += "？";
      QX_DO(sheet_->Accept(Views(wrong)));
      return sheet_->Replace(Views(fields_));
    }
    case kFullWidth:
      total = ToFullWidth(total);
      fields_[layout_.At("BAH")] = ToFullWidth(fields_[layout_.At("BAH")]);
      break;
    case kSpaces:
      fields_[layout_.At("JBDM")] += "  ";
      fields_[layout_.At("LYFS")] += " ";
      break;
    case kLineBreak: fields_[layout_.At("XZZ")] += ",\r\n\"老街\""; break;
    default: break;
  }
  return sheet_->Accept(Views(fields_));
}

Status PageFile::Write(const Stay& stay) {
  Fill(stay);
  int odd = odd_.Next(stay.out_day);
  if (odd >= 0) return WriteOdd(odd, stay);
  return sheet_->Accept(Views(fields_));
}

}  // namespace qianxian::demo
