// Dates, periods, decimals, encodings: a value that parses prints to what parses to the same.
#include "base/check.h"
#include "base/date.h"
#include "base/decimal.h"
#include "base/text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace qianxian;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const Result<Date> date = ParseDate(text); date.ok())
    QX_CHECK(ParseDate(date->ToString()).value() == *date, "a date changes");
  if (const Result<Period> period = Period::Parse(text); period.ok()) {
    QX_CHECK(Period::Parse(period->text).value() == *period, "a period changes");
    QX_CHECK(period->Previous().last < period->first, "the period before is not before");
  }
  if (const Result<Decimal> decimal = Decimal::Parse(text, true); decimal.ok())
    QX_CHECK(Decimal::Parse(decimal->ToString()).value().units() == decimal->units(), "a decimal changes");
  QX_CHECK(IsValidUtf8(ToHalfWidth(text)) || !IsValidUtf8(text), "half-width makes bad text of good");
  size_t position = 0;
  while (position < text.size()) NextCodePoint(text, position);
  return 0;
}
