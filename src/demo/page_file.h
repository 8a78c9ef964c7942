// The discharge front pages of one hospital and year. One thread.
#pragma once

#include <memory>
#include <string>

#include "demo/page_layout.h"
#include "demo/people.h"
#include "demo/places.h"
#include "demo/sheet_file.h"
#include "demo/stays.h"

namespace qianxian::demo {

class PageFile {
 public:
  struct World {   // all must outlive the file
    const Tables& tables;
    const CountyFacts& county;
    const Calendar& calendar;
    const People& people;
    const Places& places;
  };
  // `path` without its ending: .csv or .csv.gz is added.
  static Result<std::unique_ptr<PageFile>> Create(const std::string& path, uint16_t place, int32_t first_day, bool dirty,
                                                  const World& world);
  Status Write(const Stay& stay);
  Result<GeneratedFile> Close() { return sheet_->Close(); }
  uint64_t rows() const { return sheet_->rows(); }

 private:
  PageFile(uint16_t place, const World& world);
  void Set(std::string_view column, std::string_view value) { fields_[layout_.At(column)].assign(value); }
  void SetMoney(std::string_view column, int64_t cents);
  void Fill(const Stay& stay);
  void FillPerson(const Stay& stay);
  void FillContact(const Stay& stay);
  void FillAdmission(const Stay& stay);
  void FillDiagnoses(const Stay& stay);
  void FillStaff(const Stay& stay);
  void FillOperations(const Stay& stay);
  void FillEnding(const Stay& stay);
  void FillFees(const Stay& stay);
  std::string Day(int32_t day) const;
  std::string Doctor(const Stay& stay, int role) const;
  std::string Phone(uint64_t hash) const;
  const Diagnosis& OtherOf(uint16_t index) const;
  Status WriteOdd(int kind, const Stay& stay);
  Status RefuseWith(const char* column, std::string value, const char* code);

  World world_;
  uint16_t place_;
  const PageStyle& style_;
  PageLayout layout_;
  std::unique_ptr<SheetFile> sheet_;
  OddRows odd_;
  std::vector<std::string> fields_;
  std::vector<size_t> fee_columns_;
  uint32_t refused_ = 0;
};

}  // namespace qianxian::demo
