#include "store/sort_order.h"

#include <algorithm>

#include "base/clock.h"
#include "base/date.h"

namespace qianxian::store {
namespace {

constexpr size_t kTextBytes = 200;

bool ValueOf(const search::IndexEntry& entry, SortValue& out) {
  using search::ParameterKind;
  switch (entry.kind) {
    case ParameterKind::kDate: out.date = entry.date_low; break;
    case ParameterKind::kNumber:
    case ParameterKind::kQuantity: out.number = entry.number_low; break;
    case ParameterKind::kString: out.text = entry.code; break;
    case ParameterKind::kToken: out.text = entry.code.empty() ? entry.text : entry.code; break;
    case ParameterKind::kReference: out.text = entry.code.empty() ? entry.text : entry.system + "/" + entry.code; break;
    case ParameterKind::kUri: out.text = entry.text; break;
    default: return false;
  }
  if (out.text.size() > kTextBytes) out.text.resize(kTextBytes);
  out.present = true;
  return true;
}

}  // namespace

int CompareSortValues(const SortValue& a, const SortValue& b, bool descending) {
  if (a.present != b.present) return a.present ? -1 : 1;
  if (!a.present) return 0;
  int order = 0;
  if (a.date != b.date) {
    order = a.date < b.date ? -1 : 1;
  } else if (a.number != b.number) {
    order = a.number < b.number ? -1 : 1;
  } else {
    order = a.text.compare(b.text);
  }
  return descending ? -order : order;
}

SortValue SortValueOf(const search::SortKey& key, const std::vector<search::IndexEntry>& entries) {
  SortValue best;
  bool best_is_coded = false;
  for (const search::IndexEntry& entry : entries) {
    SortValue value;
    if (!key.parameter || entry.parameter != key.parameter->number || !ValueOf(entry, value)) continue;
    const bool is_coded = entry.kind == search::ParameterKind::kToken && !entry.code.empty();
    const bool is_better = is_coded != best_is_coded ? is_coded : CompareSortValues(value, best, key.descending) < 0;
    if (!best.present || is_better) {
      best = std::move(value);
      best_is_coded = is_coded;
    }
  }
  return best;
}

bool CanCountBy(const search::SortKey& key) {
  using search::ParameterKind;
  if (!key.parameter || key.parameter->role != search::Parameter::Role::kOrdinary) return false;
  const ParameterKind kind = key.parameter->kind;
  return kind == ParameterKind::kToken || kind == ParameterKind::kReference || kind == ParameterKind::kUri || kind == ParameterKind::kDate;
}

int64_t DayOf(int64_t microseconds) {
  constexpr int64_t kFirst = -719'528, kLast = 2'932'896;
  const int64_t day = microseconds / kDayMicroseconds - (microseconds % kDayMicroseconds < 0);
  return std::clamp(day, kFirst, kLast);
}

std::string DayText(int64_t day) { return Date::FromDays(static_cast<int32_t>(day)).ToString(); }

std::vector<std::string> CountValuesOf(const search::SortKey& key, const std::vector<search::IndexEntry>& entries) {
  std::vector<std::string> out;
  const bool tokens = key.parameter->kind == search::ParameterKind::kToken;
  const bool coded = tokens && std::any_of(entries.begin(), entries.end(), [&](const search::IndexEntry& entry) {
    return entry.parameter == key.parameter->number && entry.kind == search::ParameterKind::kToken && !entry.code.empty();
  });
  for (const search::IndexEntry& entry : entries) {
    SortValue value;
    if (entry.parameter != key.parameter->number || !ValueOf(entry, value)) continue;
    if (coded && entry.code.empty()) continue;     // a text beside codes
    out.push_back(entry.kind == search::ParameterKind::kDate ? DayText(DayOf(value.date)) : value.text);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace qianxian::store
