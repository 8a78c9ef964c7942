// The columns of the discharge front page in the N041 layout (docs/formats/first-page.md), in its irregular print order,
// and the ways in which hospitals' programs print them. Pure; any thread.
// Source: 卫统4-1表 N041, public copies of its column list.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sheet/csv.h"

namespace qianxian::demo {

inline constexpr int kOtherDiagnoses = 15;
inline constexpr int kOperationGroups = 7;

// How one hospital's program writes.
struct PageStyle {
  sheet::CsvWriter::Encoding encoding;
  bool packed;                                  // .csv.gz
  enum { kNumbered, kFirstBare, kAllBare } operations;   // SSJCZBM1…7; SSJCZBM, SSJCZBM2…7; SSJCZBM seven times
  std::array<const char*, 4> levels;            // how levels 1 to 4 are written
  bool dashed_dates;
};
const PageStyle& StyleOf(int style);
inline constexpr int kPageStyles = 5;

class PageLayout {
 public:
  explicit PageLayout(const PageStyle& style);
  const std::vector<std::string>& header() const { return header_; }
  size_t At(std::string_view column) const;     // CHECK: there is such a column
  // QTZDn, JBDMn, RYBQn; n from 1.
  const std::array<size_t, 3>& OtherDiagnosis(int n) const { return others_[n - 1]; }
  // SSJCZBM, SSJCZRQ, SSJB, SSJCZMC, SZ, YZ, EZ, QKDJ, QKYHLB, MZFS, MZYS of group n; n from 1.
  const std::array<size_t, 11>& Operation(int n) const { return operations_[n - 1]; }

 private:
  std::vector<std::string> header_;
  std::unordered_map<std::string, size_t> columns_;
  std::array<std::array<size_t, 3>, kOtherDiagnoses> others_{};
  std::array<std::array<size_t, 11>, kOperationGroups> operations_{};
};

}  // namespace qianxian::demo
