#include "gap/months.h"

#include "base/check.h"
#include "base/text.h"

namespace qianxian::gap {

std::string MonthText(int month) {
  const int number = month % 12 + 1;
  return std::to_string(month / 12) + (number < 10 ? "-0" : "-") + std::to_string(number);
}

int ParseMonth(std::string_view text) {
  int64_t year = 0, month = 0;
  if (text.size() < 7 || text[4] != '-' || !ParseInteger(text.substr(0, 4), year) || !ParseInteger(text.substr(5, 2), month))
    return -1;
  return month < 1 || month > 12 ? -1 : static_cast<int>(year * 12 + month - 1);
}

std::string SpanText(int first, int last) {
  return first == last ? MonthText(first) : MonthText(first) + ".." + MonthText(last);
}

Period SpanPeriod(int first, int last) {
  Result<Period> period = Period::Parse(SpanText(first, last));
  QX_CHECK(period.ok() && first <= last, "a span of months is a period");
  return std::move(period).value();
}

}  // namespace qianxian::gap
