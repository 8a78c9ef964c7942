// Values of fields, fast for the forms that nearly every row has and exact for all others. One thread an object.
// Failures: as base/date.h and base/decimal.h say.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/date.h"
#include "base/decimal.h"
#include "base/result.h"
#include "base/text.h"

namespace qianxian::intake {

struct DateField {
  int32_t days = 0;            // since 1970
  std::string hour_minute;     // "hh:mm" where the field has a time
};

// ParseDate, and also YYYYMMDDhhmm[ss] as HIS exports write it.
Result<DateField> ParseDateField(std::string_view text);

// Dates come again and again: remembers those it has read.
class DateCache {
 public:
  // Days since 1970; a time is checked and dropped.
  Result<int32_t> Days(std::string_view text);

 private:
  struct Slot {
    char text[16] = {};
    uint8_t size = 0;
    int32_t days = 0;
  };
  std::array<Slot, 4096> slots_;
};

// Fen (1/100). Errors "bad-number", "too-precise", "too-large".
Result<int64_t> ParseMoney(std::string_view text);

}  // namespace qianxian::intake
