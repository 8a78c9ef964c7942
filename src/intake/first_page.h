// One row of a discharge front page, read and checked (docs/formats/first-page.md). Columns are found by name, in any
// order. Pure; a Layout is immutable, a parser belongs to one thread.
// Source: the N041 layout (卫统4-1表), public copies of its column list.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "intake/faults.h"
#include "intake/fields.h"
#include "intake/header.h"
#include "sheet/csv.h"

namespace qianxian::intake {

struct FirstPage {
  uint64_t line = 0;
  std::string organization, organization_id;     // code, id of the Organization
  std::string record_number, stay_number;        // BAH, ZYCS
  std::string name, sex, identity, phone, address;
  int32_t born = kNoDate;
  int32_t admitted = 0, discharged = 0;          // days since 1970
  std::string admitted_time, discharged_time;    // "hh:mm" or ""
  std::string admit_source, disposition;         // RYTJ, LYFS
  int64_t total_cost_fen = 0;
  int64_t self_paid_fen = kNoMoney;
  struct Diagnosis {
    std::string code, name, present_on_admission;
  };
  std::vector<Diagnosis> diagnoses;              // the principal one first
  struct Operation {
    std::string code, name, level_text;
    int32_t day = kNoDate;
    int level = 0;                               // 1–4; 0: none, or not readable
  };
  std::vector<Operation> operations;
  struct Further {
    std::string column, value;
  };
  std::vector<Further> further;                  // columns that have no place of their own

  static constexpr int32_t kNoDate = INT32_MIN;
  static constexpr int64_t kNoMoney = INT64_MIN;
};

// Where the columns are.
struct FirstPageLayout {
  static Result<FirstPageLayout> Make(const Header& header, bool needs_user_name);

  int user_name, stay_number, record_number, name, sex, born, identity, phone, address, admitted, admitted_hour, discharged,
      discharged_hour, admit_source, disposition, total_cost, self_paid;
  struct Diagnosis {
    int code = -1, name = -1, present = -1;
  };
  std::vector<Diagnosis> diagnoses;              // the principal one first, then in numeric order
  struct Operation {
    int code = -1, day = -1, level = -1, name = -1;
  };
  std::vector<Operation> operations;
  struct Further {
    int place = -1;
    std::string column;
    bool is_money = false;                       // an item of the bill: checked, kept as text
  };
  std::vector<Further> further;
};

class FirstPageParser {
 public:
  FirstPageParser(const Header& header, const FirstPageLayout& layout) : header_(header), layout_(layout) {}
  // All but the organisation; false if the row has faults (they are added).
  bool Parse(const sheet::Row& row, FirstPage& page, Faults& faults);

 private:
  void ParseStay(const sheet::Row& row, FirstPage& page, Faults& faults);
  void ParseTimes(const sheet::Row& row, FirstPage& page);
  void ParsePatient(const sheet::Row& row, FirstPage& page, Faults& faults);
  void ParseDiagnoses(const sheet::Row& row, FirstPage& page);
  void ParseOperations(const sheet::Row& row, FirstPage& page, Faults& faults);
  void ParseFurther(const sheet::Row& row, FirstPage& page, Faults& faults);
  int32_t ParseDay(const sheet::Row& row, int place, Faults& faults);
  std::string_view Column(int place) const {
    return place < 0 ? std::string_view() : header_.name(static_cast<size_t>(place));
  }

  const Header& header_;
  const FirstPageLayout& layout_;
  DateCache dates_;
};

// 1–4 from "3", "Ⅲ", "III", "三", each with or without 级; 0 where it is none of these.
int ParseOperationLevel(std::string_view text);
// "hh:00" from an hour column ("9", "09", "9时", "0930", "09:30"); "" where it is no time of a day.
std::string ParseHour(std::string_view text);

}  // namespace qianxian::intake
