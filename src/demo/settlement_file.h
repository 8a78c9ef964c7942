// The insurance bureau's export of a year (docs/formats/sheets.md, settlements), row by row. One thread.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "demo/people.h"
#include "demo/places.h"
#include "demo/sheet_file.h"
#include "demo/stays.h"
#include "demo/visits.h"

namespace qianxian::demo {

struct Settlement {
  uint32_t person = 0;
  uint16_t place = 0;
  const char* med_type = "";
  int32_t begin_day = 0, end_day = 0;
  const Diagnosis* diagnosis = nullptr;
  int64_t cost_cents = 0, fund_cents = 0;
};

class SettlementFile {
 public:
  static Result<std::unique_ptr<SettlementFile>> Create(const std::string& path, int year, int32_t first_day, bool dirty,
                                                        const CountyFacts& county, const Calendar& calendar,
                                                        const People& people, const Places& places);
  Status Write(const Settlement& settlement);
  Result<GeneratedFile> Close() { return sheet_->Close(); }
  uint64_t rows() const { return sheet_->rows(); }

 private:
  static constexpr size_t kColumns = 18;
  using Fields = std::array<std::string_view, kColumns>;

  SettlementFile(const CountyFacts& county, const Calendar& calendar, const People& people, const Places& places)
      : county_(county), calendar_(calendar), people_(people), places_(places) {}
  void Fill(const Settlement& settlement, Fields& fields);
  Status WriteOdd(int kind, Fields& fields, const Settlement& settlement);
  std::string NewId();
  Fields Arrange(const Fields& fields) const;    // the columns of this year's export, in its order
  Status Refuse(Fields fields, size_t column, std::string_view value, const char* code);

  const CountyFacts& county_;
  const Calendar& calendar_;
  const People& people_;
  const Places& places_;
  std::unique_ptr<SheetFile> sheet_;
  std::array<size_t, kColumns> order_{};
  OddRows odd_;
  int year_ = 0;
  uint64_t last_id_ = 0;
  std::string id_, person_, cost_, fund_, own_;
};

}  // namespace qianxian::demo
