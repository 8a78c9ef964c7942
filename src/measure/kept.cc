// A measure's groups as text: one line a group, fields between unit separators (no code or id holds a control character).
#include <charconv>

#include "base/text.h"
#include "measure/service.h"

namespace qianxian::measure::internal {
namespace {

constexpr char kField = '\x1f', kLine = '\x1e';

void PutSum(std::string& out, const Sum& sum) {
  const std::optional<Decimal> value = sum.value();
  if (value) out += value->ToString();
  out += kField;
}

bool TakeSum(std::string_view text, Sum& sum) {
  if (text.empty()) return true;
  const Result<Decimal> value = Decimal::Parse(text);
  if (value.ok()) sum = Sum::OfDecimal(*value);
  return value.ok();
}

bool TakeCount(std::string_view text, uint64_t& count) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string GroupsAsText(const Groups& groups) {
  std::string out = "groups";
  out += kLine;
  for (const auto& [key, group] : groups) {
    out += key.subject;
    out += kField;
    out += key.of_county ? '1' : '0';
    out += kField;
    PutSum(out, group.numerator);
    PutSum(out, group.denominator);
    out += group.value;
    out += kField;
    for (const uint64_t count : group.judgements) {
      out += std::to_string(count);
      out += kField;
    }
    for (const std::string& stratum : key.strata) {
      out += stratum;
      out += kField;
    }
    out += kLine;
  }
  return out;
}

bool ParseGroups(const std::string& text, Groups& out) {
  const std::vector<std::string_view> lines = Split(text, kLine);
  if (lines.size() < 2 || lines[0] != "groups") return false;
  for (size_t i = 1; i + 1 < lines.size(); ++i) {
    const std::vector<std::string_view> fields = Split(lines[i], kField);
    if (fields.size() < 10) return false;
    GroupKey key{std::string(fields[0]), fields[1] == "1", {}};
    for (size_t f = 9; f + 1 < fields.size(); ++f) key.strata.emplace_back(fields[f]);
    Group& group = out[key];
    if (!TakeSum(fields[2], group.numerator) || !TakeSum(fields[3], group.denominator)) return false;
    group.value = fields[4];
    for (size_t j = 0; j < 4; ++j)
      if (!TakeCount(fields[5 + j], group.judgements[j])) return false;
  }
  return true;
}

}  // namespace qianxian::measure::internal
