// Months as whole numbers (year × 12 + month − 1), for windows before and after. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/date.h"

namespace qianxian::gap {

inline int MonthOf(const Date& date) { return date.year * 12 + date.month - 1; }
std::string MonthText(int month);                       // "2025-07"
int ParseMonth(std::string_view text);                  // of "2025-07…"; −1 if it is none
std::string SpanText(int first, int last);              // "2025-07" or "2025-05..2025-07"
Period SpanPeriod(int first, int last);

}  // namespace qianxian::gap
