#include <algorithm>
#include <array>
#include <set>

#include "intake/first_page.h"

namespace qianxian::intake {
namespace {

constexpr int kGroupsMaximum = 40;
constexpr std::array<std::string_view, 11> kOperationFields = {"SSJCZBM", "SSJCZRQ", "SSJB", "SSJCZMC", "SZ", "YZ",
                                                               "EZ", "QKDJ", "QKYHLB", "MZFS", "MZYS"};
// Items of the bill, besides the total and what the patient paid.
constexpr std::array<std::string_view, 28> kFees = {
    "YLFUF", "ZLCZF", "HLF",  "QTFY",    "BLZDF",   "SYSZDF",   "YXXZDF",   "LCZDXMF", "FSSZLXMF", "WLZLF",
    "SSZLF", "MAF",   "SSF",  "KFF",     "ZYZLF",   "XYF",      "KJYWF",    "ZCYF",    "ZCYF1",    "XF",
    "BDBLZPF", "QDBLZPF", "NXYZLZPF", "XBYZLZPF", "HCYYCLF", "YYCLF", "YCXYYCLF", "QTF"};

std::string Numbered(std::string_view name, int n) { return std::string(name) + std::to_string(n); }

int Nth(const std::vector<int>& places, size_t n) { return n < places.size() ? places[n] : -1; }

// Other diagnoses: QTZDn, JBDMn, RYBQn by number; or the same three without numbers again and again, where JBDM and RYBQ
// stand first for the principal one.
std::vector<FirstPageLayout::Diagnosis> Diagnoses(const Header& header) {
  std::vector<FirstPageLayout::Diagnosis> found;
  found.push_back({Nth(header.FindAll("JBDM"), 0), header.Find("ZYZD"), Nth(header.FindAll("RYBQ"), 0)});
  for (size_t k = 0; k < kGroupsMaximum; ++k) {
    const FirstPageLayout::Diagnosis other{Nth(header.FindAll("JBDM"), k + 1), Nth(header.FindAll("QTZD"), k),
                                           Nth(header.FindAll("RYBQ"), k + 1)};
    if (other.code >= 0 || other.name >= 0) found.push_back(other);
  }
  for (int n = 1; n <= kGroupsMaximum; ++n) {
    const FirstPageLayout::Diagnosis other{header.Find(Numbered("JBDM", n)), header.Find(Numbered("QTZD", n)),
                                           header.Find(Numbered("RYBQ", n))};
    if (other.code >= 0 || other.name >= 0) found.push_back(other);
  }
  return found;
}

// Groups without a number, in the order in which they stand, then those with numbers.
std::vector<FirstPageLayout::Operation> Operations(const Header& header) {
  std::vector<FirstPageLayout::Operation> found;
  for (size_t k = 0; k < kGroupsMaximum; ++k) {
    const auto place = [&](std::string_view name) { return Nth(header.FindAll(name), k); };
    const FirstPageLayout::Operation group{place("SSJCZBM"), place("SSJCZRQ"), place("SSJB"), place("SSJCZMC")};
    if (group.code >= 0 || group.name >= 0) found.push_back(group);
  }
  for (int n = 1; n <= kGroupsMaximum; ++n) {
    const auto place = [&](std::string_view name) { return header.Find(Numbered(name, n)); };
    const FirstPageLayout::Operation group{place("SSJCZBM"), place("SSJCZRQ"), place("SSJB"), place("SSJCZMC")};
    if (group.code >= 0 || group.name >= 0) found.push_back(group);
  }
  return found;
}

// The name that a column without a place of its own is kept under: as it stands, the second of the same name with 2 …
std::string FurtherName(const std::string& name, int repeat) {
  std::string out;
  for (char c : name)
    if (static_cast<unsigned char>(c) > ' ') out += c;
  return repeat > 1 ? out + std::to_string(repeat) : out;
}

}  // namespace

Result<FirstPageLayout> FirstPageLayout::Make(const Header& header, bool needs_user_name) {
  std::vector<std::string> required = {"ZYCS", "BAH", "RYSJ", "CYSJ", "JBDM", "ZFY"};
  if (needs_user_name) required.insert(required.begin(), "USERNAME");
  QX_DO(header.Check(required, {"USERNAME", "ZYCS", "BAH", "XM", "XB", "CSRQ", "SFZH", "RYSJ", "CYSJ", "ZYZD", "LYFS",
                                "RYTJ", "ZFY", "ZFJE"}));
  FirstPageLayout layout{};
  const std::pair<int*, const char*> single[] = {
      {&layout.user_name, "USERNAME"}, {&layout.stay_number, "ZYCS"}, {&layout.record_number, "BAH"},
      {&layout.name, "XM"},            {&layout.sex, "XB"},           {&layout.born, "CSRQ"},
      {&layout.identity, "SFZH"},      {&layout.phone, "DH"},         {&layout.address, "XZZ"},
      {&layout.admitted, "RYSJ"},      {&layout.admitted_hour, "RYSJS"}, {&layout.discharged, "CYSJ"},
      {&layout.discharged_hour, "CYSJS"}, {&layout.admit_source, "RYTJ"}, {&layout.disposition, "LYFS"},
      {&layout.total_cost, "ZFY"},     {&layout.self_paid, "ZFJE"}};
  std::set<int> taken;
  for (const auto& [place, name] : single) {
    *place = header.Find(name);
    taken.insert(*place);
  }
  layout.diagnoses = Diagnoses(header);
  layout.operations = Operations(header);
  for (const Diagnosis& d : layout.diagnoses) taken.insert({d.code, d.name, d.present});
  for (const Operation& o : layout.operations) taken.insert({o.code, o.day, o.level, o.name});
  for (size_t i = 0; i < header.size(); ++i) {
    const int place = static_cast<int>(i);
    if (taken.contains(place) || header.name(i).empty()) continue;
    const std::vector<int>& same = header.FindAll(header.name(i));
    const int repeat = static_cast<int>(std::find(same.begin(), same.end(), place) - same.begin()) + 1;
    const bool fee = std::find(kFees.begin(), kFees.end(), header.name(i)) != kFees.end();
    layout.further.push_back({place, FurtherName(header.name(i), repeat), fee});
  }
  return layout;
}

}  // namespace qianxian::intake
