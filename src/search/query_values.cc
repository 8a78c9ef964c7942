#include "search/query_values.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/text.h"
#include "fhir/date.h"
#include "fhir/definitions.h"
#include "fhir/reference.h"
#include "search/units.h"
#include "words/pinyin.h"

namespace qianxian::search {
namespace {

constexpr std::pair<std::string_view, Prefix> kPrefixes[] = {
    {"eq", Prefix::kEq}, {"ne", Prefix::kNe}, {"gt", Prefix::kGt}, {"lt", Prefix::kLt}, {"ge", Prefix::kGe},
    {"le", Prefix::kLe}, {"sa", Prefix::kSa}, {"eb", Prefix::kEb}, {"ap", Prefix::kAp}};

Prefix TakePrefix(std::string_view& text) {
  for (const auto& [name, prefix] : kPrefixes) {
    if (!text.starts_with(name)) continue;
    text.remove_prefix(name.size());
    return prefix;
  }
  return Prefix::kEq;
}

// "s|c", "|c", "s|", "c".
void ReadToken(std::string_view text, QueryValue& value) {
  auto parts = SplitEscaped(text, '|');
  if (parts.size() == 1) {
    value.has_code = true;
    value.code = Unescape(parts[0]);
    return;
  }
  value.has_system = true;
  value.system = Unescape(parts[0]);
  std::string_view rest = text.substr(parts[0].size() + 1);   // a code may hold more bars
  value.has_code = !rest.empty();
  value.code = Unescape(rest);
}

// The codes of a code element's own list stand in the index without a system.
std::shared_ptr<const CodeSet> WithImplied(const Parameter& parameter, std::shared_ptr<const CodeSet> codes) {
  if (parameter.implied_codes == nullptr) return codes;
  CodeSet::Part bare;
  for (const CodeSet::Part& part : codes->parts) {
    for (const std::string& code : part.codes) {
      const std::string_view* implied = parameter.implied_codes->FindSystem(code);
      if (implied != nullptr && *implied == part.system) bare.codes.push_back(code);
    }
  }
  if (bare.codes.empty()) return codes;
  std::sort(bare.codes.begin(), bare.codes.end());
  auto both = std::make_shared<CodeSet>(*codes);
  both->parts.push_back(std::move(bare));
  return both;
}

// system|code|value; all three are needed.
Result<QueryValue> ParseOfType(const Parameter& parameter, std::string_view text) {
  const auto parts = SplitEscaped(text, '|');
  if (parts.size() != 3 || parts[0].empty() || parts[1].empty() || parts[2].empty()) {
    return BadValue(parameter.code, text, "written system|code|value", "应写作 系统|类型代码|值");
  }
  QueryValue value;
  value.text = Unescape(text);
  value.type_system = Unescape(parts[0]);
  value.type_code = Unescape(parts[1]);
  value.code = Unescape(parts[2]);
  value.has_code = true;
  return value;
}

Result<QueryValue> ParseToken(const ValueContext& context, const Parameter& parameter, Modifier modifier, std::string_view text) {
  QueryValue value;
  value.text = Unescape(text);
  if (modifier == Modifier::kText) {
    value.folded = Fold(value.text);
    if (value.folded.empty()) return BadValue(parameter.code, text, "nothing to look for", "没有可查找的内容");
    return value;
  }
  if (modifier == Modifier::kOfType) return ParseOfType(parameter, text);
  if (modifier == Modifier::kIn || modifier == Modifier::kNotIn) {
    QX_TRY(value.codes, context.options.vocabulary->CodesOf(value.text));
    value.codes = WithImplied(parameter, std::move(value.codes));
    return value;
  }
  ReadToken(text, value);
  if (value.system.empty() && value.code.empty()) return BadValue(parameter.code, text, "neither system nor code", "没有编码");
  if (modifier == Modifier::kAbove || modifier == Modifier::kBelow) {
    if (value.system.empty() && parameter.implied_codes != nullptr) {
      if (const std::string_view* implied = parameter.implied_codes->FindSystem(value.code)) value.system = *implied;
    }
    if (value.system.empty() || value.code.empty()) return BadValue(parameter.code, text, "needs system|code", "应写作 系统|代码");
    Vocabulary& vocabulary = *context.options.vocabulary;
    QX_TRY(value.codes, modifier == Modifier::kAbove ? vocabulary.CodesAbove(value.system, value.code)
                                                     : vocabulary.CodesBelow(value.system, value.code));
    value.codes = WithImplied(parameter, std::move(value.codes));
    return value;
  }
  // The system of a code element is implied by its list.
  if (value.has_system && value.has_code && parameter.implied_codes != nullptr) {
    const std::string_view* implied = parameter.implied_codes->FindSystem(value.code);
    if (implied != nullptr && *implied == value.system) {
      value.has_system = false;
      value.system.clear();
    }
  }
  return value;
}

Result<QueryValue> ParseDate(const ValueContext& context, const Parameter& parameter, std::string_view text) {
  QueryValue value;
  value.text = Unescape(text);
  std::string_view rest = value.text;
  value.prefix = TakePrefix(rest);
  std::string fixed(rest);
  // A plus that was decoded as a blank: "…T10:00:00 08:00".
  if (size_t blank = fixed.find(' '); blank != std::string::npos && fixed.find('T') < blank) fixed[blank] = '+';
  fhir::DateTime date;
  if (!fhir::TryParseDateTime(fixed, fhir::DateSyntax::kSearch, date)) {
    return BadValue(parameter.code, text, "not a date (2025, 2025-07, 2025-07-01, 2025-07-01T08:30:00+08:00)",
                    "不是日期（如 2025、2025-07、2025-07-01、2025-07-01T08:30:00+08:00）");
  }
  fhir::DateRange range = fhir::RangeOf(date, context.parameters.offset_minutes());
  value.date_low = range.low;
  value.date_high = range.high;
  if (value.prefix == Prefix::kAp) {   // a tenth of the time between then and now, either way
    int64_t now = context.options.now.microseconds;
    int64_t gap = now > range.high ? now - range.high : range.low > now ? range.low - now : 0;
    value.date_low -= gap / 10;
    value.date_high += gap / 10;
  }
  return value;
}

// The digits given imply a range: 100 is [99.5, 100.5), 100.00 is [99.995, 100.005), 1e2 is [95, 105).
bool ReadNumber(std::string_view text, QueryValue& value) {
  std::string copy(text);
  if (copy.empty() || copy.size() > 60 || copy.find_first_not_of("0123456789+-.eE") != std::string::npos) return false;
  char* end = nullptr;
  value.number = std::strtod(copy.c_str(), &end);
  if (*end != '\0' || !std::isfinite(value.number)) return false;
  size_t e = copy.find_first_of("eE");
  size_t point = copy.find('.');
  int decimals = 0;
  if (point != std::string::npos) decimals = static_cast<int>(std::min(e, copy.size()) - point - 1);
  int exponent = e == std::string::npos ? 0 : std::atoi(copy.c_str() + e + 1) - 1;
  double half = 0.5 * std::pow(10.0, exponent - decimals);
  if (value.prefix == Prefix::kAp) half = std::max(half, std::fabs(value.number) / 10);
  value.number_low = value.number - half;
  value.number_high = value.number + half;
  return true;
}

Result<QueryValue> ParseNumber(const Parameter& parameter, std::string_view text) {
  QueryValue value;
  value.text = Unescape(text);
  std::string_view rest = value.text;
  value.prefix = TakePrefix(rest);
  if (!ReadNumber(rest, value)) return BadValue(parameter.code, text, "not a number", "不是数字");
  return value;
}

// number, number|system|code, number||code
Result<QueryValue> ParseQuantity(const Parameter& parameter, std::string_view text) {
  QueryValue value;
  value.text = Unescape(text);
  auto parts = SplitEscaped(text, '|');
  std::string number = Unescape(parts[0]);
  std::string_view rest = number;
  value.prefix = TakePrefix(rest);
  if (!ReadNumber(rest, value)) return BadValue(parameter.code, text, "not a number", "不是数字");
  if (parts.size() > 3 || parts.size() == 2) {
    return BadValue(parameter.code, text, "a unit is written number|system|code or number||code",
                    "单位应写作 数值|系统|代码 或 数值||代码");
  }
  if (parts.size() == 3) {
    value.system = Unescape(parts[1]);
    value.has_system = !value.system.empty();
    value.code = Unescape(parts[2]);
    value.has_code = !value.code.empty();
  }
  return value;
}

Result<QueryValue> ParseReferenceValue(const ValueContext& context, const Parameter& parameter, Modifier modifier,
                                       std::string_view type_modifier, std::string_view text) {
  QueryValue value;
  if (modifier == Modifier::kIdentifier) {
    ReadToken(text, value);
    if (value.system.empty() && value.code.empty()) return BadValue(parameter.code, text, "no identifier", "没有标识");
    return value;
  }
  value.text = Unescape(text);
  const std::string& base = context.options.base_url;
  if (!base.empty() && value.text.starts_with(base) && value.text.size() > base.size() && value.text[base.size()] == '/') {
    value.text = value.text.substr(base.size() + 1);
  }
  fhir::Reference reference = fhir::ParseReference(value.text);
  using Kind = fhir::Reference::Kind;
  if (reference.kind == Kind::kLocal) {
    if (!context.parameters.IsResourceType(reference.type)) {
      return BadValue(parameter.code, text, "unknown resource type", "未知资源类型");
    }
    if (!type_modifier.empty() && type_modifier != reference.type) {
      return BadValue(parameter.code, text, "not of the type that the modifier names", "与修饰符的类型不符");
    }
    value.system = reference.type;
    value.code = reference.id;
    value.text = std::string(reference.whole);
    return value;
  }
  if (reference.kind == Kind::kAbsolute || reference.kind == Kind::kUrn) {
    value.text = std::string(reference.whole);
    return value;
  }
  if (value.text.empty() || value.text.find('/') != std::string::npos || value.text.find('|') != std::string::npos) {
    return BadValue(parameter.code, text, "not a reference (Type/id, id, URL)", "不是引用（类型/编号、编号或网址）");
  }
  value.code = value.text;
  value.system = type_modifier;
  if (value.system.empty() && parameter.targets.size() == 1) value.system = parameter.targets[0];
  return value;
}

// latitude|longitude|distance|unit; without a unit kilometres, without a distance 50 of them.
Result<QueryValue> ParseNear(const Parameter& parameter, std::string_view text) {
  const auto bad = [&] {
    return BadValue(parameter.code, text, "written latitude|longitude|distance|unit (30.6|119.7|20|km)", "应写作 纬度|经度|距离|单位（如 30.6|119.7|20|km）");
  };
  const auto parts = SplitEscaped(text, '|');
  if (parts.size() < 2 || parts.size() > 4) return bad();
  QueryValue latitude, longitude, distance;
  if (!ReadNumber(Unescape(parts[0]), latitude) || !ReadNumber(Unescape(parts[1]), longitude)) return bad();
  if (std::fabs(latitude.number) > 90 || std::fabs(longitude.number) > 180) return bad();
  distance.number = 50;
  if (parts.size() > 2 && !parts[2].empty() && (!ReadNumber(Unescape(parts[2]), distance) || distance.number < 0)) return bad();
  distance.code = parts.size() == 4 && !parts[3].empty() ? Unescape(parts[3]) : "km";
  if (distance.code == "mi") distance.code = "[mi_i]";
  const std::optional<QueryValue> kilometres = InUnit(distance, "km");
  if (!kilometres) return bad();
  QueryValue value;
  value.text = Unescape(text);
  value.number = kilometres->number;
  value.number_low = latitude.number;
  value.number_high = longitude.number;
  return value;
}

Result<QueryValue> ParseComposite(const ValueContext& context, const Parameter& parameter, std::string_view text) {
  auto parts = SplitEscaped(text, '$');
  if (parts.size() != parameter.components.size()) {
    return BadValue(parameter.code, text, "needs " + std::to_string(parameter.components.size()) + " parts between $",
                    "需要 " + std::to_string(parameter.components.size()) + " 个以 $ 分隔的部分");
  }
  QueryValue value;
  value.text = Unescape(text);
  for (size_t i = 0; i < parts.size(); ++i) {
    Parameter part;   // as if it were a parameter of its own
    part.kind = parameter.components[i].kind;
    part.code = parameter.code;
    part.type = parameter.type;
    QX_TRY(QueryValue one, ParseValue(context, part, Modifier::kNone, {}, parts[i]));
    value.components.push_back(std::move(one));
  }
  return value;
}

}  // namespace

Error BadValue(std::string_view code, std::string_view value, std::string_view why_en, std::string_view why_zh) {
  std::string shown(value.substr(0, 100));
  return Invalid("bad-value", std::string(code) + "=" + shown + ": " + std::string(why_en),
                 std::string(code) + "=" + shown + "：" + std::string(why_zh));
}

std::vector<std::string_view> SplitEscaped(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') ++i;
    else if (text[i] == separator) {
      parts.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  parts.push_back(text.substr(begin));
  return parts;
}

std::string EscapedValue(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == ',' || c == '|' || c == '$') out += '\\';
    out += c;
  }
  return out;
}

std::string Unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

Result<QueryValue> ParseValue(const ValueContext& context, const Parameter& parameter, Modifier modifier,
                              std::string_view type_modifier, std::string_view text) {
  if (text.empty()) return BadValue(parameter.code, text, "the value is empty", "值为空");
  if (!IsValidUtf8(text)) return BadValue(parameter.code, "", "the value is not UTF-8", "值不是 UTF-8");
  switch (parameter.kind) {
    case ParameterKind::kToken:
      return ParseToken(context, parameter, modifier, text);
    case ParameterKind::kString: {
      QueryValue value;
      value.text = Unescape(text);
      value.folded = parameter.by_sound ? words::SoundOf(value.text) : Fold(value.text);
      if (value.folded.empty()) return BadValue(parameter.code, text, "nothing to look for", "没有可查找的内容");
      return value;
    }
    case ParameterKind::kUri: {
      QueryValue value;
      value.text = Unescape(text);
      return value;
    }
    case ParameterKind::kDate:
      return ParseDate(context, parameter, text);
    case ParameterKind::kNumber:
      return ParseNumber(parameter, text);
    case ParameterKind::kQuantity:
      return ParseQuantity(parameter, text);
    case ParameterKind::kReference:
      return ParseReferenceValue(context, parameter, modifier, type_modifier, text);
    case ParameterKind::kComposite:
      return ParseComposite(context, parameter, text);
    case ParameterKind::kSpecial:
      if (parameter.code == "near") return ParseNear(parameter, text);
      break;
  }
  return MakeError(ErrorCategory::kUnsupported, "unsupported-parameter", parameter.code + " is not supported",
                   "不支持检索参数 " + parameter.code);
}

}  // namespace qianxian::search
