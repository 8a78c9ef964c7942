#include "intake/fields.h"

#include <algorithm>

namespace qianxian::intake {
namespace {

bool AllDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Result<DateField> ParseDateField(std::string_view text) {
  DateField field;
  std::string split;
  if ((text.size() == 12 || text.size() == 14) && AllDigits(text)) {
    split = std::string(text.substr(0, 8)) + " " + std::string(text.substr(8, 2)) + ":" + std::string(text.substr(10, 2));
    if (text.size() == 14) split += ":" + std::string(text.substr(12));
    text = split;
  }
  QX_TRY(const Date date, ParseDate(text, &field.hour_minute));
  field.days = date.ToDays();
  return field;
}

Result<int32_t> DateCache::Days(std::string_view text) {
  if (text.empty() || text.size() > sizeof Slot::text) {
    QX_TRY(const DateField field, ParseDateField(text));
    return field.days;
  }
  uint64_t low = 0, high = 0;
  std::memcpy(&low, text.data(), std::min<size_t>(8, text.size()));
  if (text.size() > 8) std::memcpy(&high, text.data() + 8, text.size() - 8);
  Slot& slot = slots_[((low ^ (high * 0x9e3779b97f4a7c15ULL)) * 0xff51afd7ed558ccdULL) >> 52];
  if (slot.size == text.size() && std::memcmp(slot.text, text.data(), text.size()) == 0) return slot.days;
  QX_TRY(const DateField field, ParseDateField(text));
  std::memcpy(slot.text, text.data(), text.size());
  slot.size = static_cast<uint8_t>(text.size());
  slot.days = field.days;
  return slot.days;
}

Result<int64_t> ParseMoney(std::string_view text) {
  // 12, 12.5, 12.50: at most 15 digits, which cannot overflow.
  int64_t units = 0;
  int decimals = -1;
  bool plain = !text.empty() && text.size() <= 15 && text[0] != '.';
  for (char c : text) {
    if (c == '.' && decimals < 0) decimals = 0;
    else if (c >= '0' && c <= '9') {
      units = units * 10 + (c - '0');
      if (decimals >= 0) ++decimals;
    } else plain = false;
    if (!plain || decimals > 2) { plain = false; break; }
  }
  if (plain && decimals != 0) {
    for (int i = std::max(decimals, 0); i < 2; ++i) units *= 10;
    return units;
  }
  QX_TRY(const Decimal decimal, Decimal::Parse(text, true));
  return decimal.UnitsAt(2);
}

}  // namespace qianxian::intake
