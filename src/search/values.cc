#include "search/values.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "base/text.h"
#include "fhir/date.h"
#include "fhir/reference.h"
#include "search/parameters.h"
#include "words/pinyin.h"

namespace qianxian::search {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

IndexEntry& Add(const ValueTarget& target, std::vector<IndexEntry>& out) {
  IndexEntry& entry = out.emplace_back();
  entry.parameter = target.parameter;
  entry.kind = target.kind;
  return entry;
}

// Tokens -------------------------------------------------------------------------------------------------------------

void AppendToken(const ValueTarget& target, std::string_view system, std::string_view code, std::string_view text,
                 std::vector<IndexEntry>& out) {
  if (system.empty() && code.empty() && text.empty()) return;
  IndexEntry& entry = Add(target, out);
  entry.kind = ParameterKind::kToken;   // also for the identifier of a reference
  entry.system = system;
  entry.code = code;
  entry.text = text;
}

void AppendCoding(const ValueTarget& target, json::Value coding, std::vector<IndexEntry>& out) {
  std::string_view system;
  std::string_view code;
  std::string_view display;
  for (json::Member member : coding.Members()) {
    if (!member.value.IsString()) continue;
    if (member.name == "system") system = member.value.AsString();
    else if (member.name == "code") code = member.value.AsString();
    else if (member.name == "display") display = member.value.AsString();
  }
  AppendToken(target, system, code, display, out);
}

void AppendConcept(const ValueTarget& target, json::Value value, std::vector<IndexEntry>& out) {
  for (json::Member member : value.Members()) {
    if (member.name == "coding") {
      for (json::Value coding : member.value.Elements()) AppendCoding(target, coding, out);
    } else if (member.name == "text" && member.value.IsString()) {
      AppendToken(target, {}, {}, member.value.AsString(), out);
    }
  }
}

void AppendIdentifier(const ValueTarget& target, json::Value value, std::vector<IndexEntry>& out) {
  auto type = value.Find("type");
  std::string_view text = type ? type->FindString("text") : std::string_view();
  std::string_view system = value.FindString("system");
  std::string_view code = value.FindString("value");
  if (system.empty() && code.empty()) return;
  AppendToken(target, system, code, text, out);
  const auto codings = type ? type->Find("coding") : std::nullopt;
  if (!codings) return;
  for (json::Value coding : codings->Elements()) {
    IndexEntry& one = out.back().components.emplace_back();
    one.kind = ParameterKind::kToken;
    one.system = coding.FindString("system");
    one.code = coding.FindString("code");
  }
}

std::string_view PrimitiveText(json::Value value) {
  switch (value.kind()) {
    case json::Kind::kString:
      return value.AsString();
    case json::Kind::kBoolean:
      return value.AsBoolean() ? "true" : "false";
    case json::Kind::kNumber:
      return value.NumberText();
    default:
      return {};
  }
}

// Strings ------------------------------------------------------------------------------------------------------------

void AppendString(const ValueTarget& target, json::Value value, std::vector<IndexEntry>& out) {
  if (!value.IsString()) return;
  std::string folded = Fold(value.AsString());
  if (folded.empty()) return;
  IndexEntry& entry = Add(target, out);
  entry.text = value.AsString();
  entry.code = std::move(folded);
}

// The texts of some members, single or repeated.
template <size_t N>
void AppendParts(const ValueTarget& target, json::Value value, const std::string_view (&names)[N],
                 std::vector<IndexEntry>& out) {
  for (json::Member member : value.Members()) {
    if (std::find(std::begin(names), std::end(names), member.name) == std::end(names)) continue;
    if (member.value.IsArray()) {
      for (json::Value part : member.value.Elements()) AppendString(target, part, out);
    } else {
      AppendString(target, member.value, out);
    }
  }
}
constexpr std::string_view kNameParts[] = {"text", "family", "given", "prefix", "suffix"};
constexpr std::string_view kAddressParts[] = {"text", "line", "city", "district", "state", "postalCode", "country"};

// The whole name, as it is written or put together: 张 + 伟, but Anna + Smith.
void AppendSounds(const ValueTarget& target, json::Value value, std::vector<IndexEntry>& out) {
  const std::string_view family = value.FindString("family");
  std::string given;
  if (const auto parts = value.Find("given"); parts && parts->IsArray()) {
    for (json::Value part : parts->Elements()) {
      if (part.IsString()) given += (given.empty() ? "" : " ") + std::string(part.AsString());
    }
  }
  size_t position = 0;
  const bool in_han = !family.empty() && words::IsHan(NextCodePoint(family, position));
  std::string whole = in_han ? std::string(family) + given : given + (given.empty() || family.empty() ? "" : " ") + std::string(family);
  std::string_view written = value.FindString("text");
  if (Fold(written) == Fold(whole)) written = {};
  for (const std::string_view name : {std::string_view(whole), written}) {
    for (std::string& sound : words::NameSounds(name, family)) {
      IndexEntry& entry = Add(target, out);
      entry.text = name;
      entry.code = std::move(sound);
    }
  }
}

// Dates --------------------------------------------------------------------------------------------------------------

std::optional<fhir::DateRange> DateOf(const ValueTarget& target, json::Value value) {
  fhir::DateTime date;
  if (!value.IsString() || !fhir::TryParseDateTime(value.AsString(), fhir::DateSyntax::kSearch, date)) return std::nullopt;
  return fhir::RangeOf(date, target.offset_minutes);
}

void AppendDate(const ValueTarget& target, const fhir::DateRange& range, std::vector<IndexEntry>& out) {
  IndexEntry& entry = Add(target, out);
  entry.date_low = range.low;
  entry.date_high = range.high;
}

std::optional<fhir::DateRange> PeriodOf(const ValueTarget& target, json::Value value) {
  auto start = value.Find("start") ? DateOf(target, *value.Find("start")) : std::nullopt;
  auto end = value.Find("end") ? DateOf(target, *value.Find("end")) : std::nullopt;
  if (!start && !end) return std::nullopt;
  fhir::DateRange range{kDateMinimum, kDateMaximum};
  if (start) range.low = start->low;
  if (end) range.high = end->high;
  return range;
}

// From the first to the last event or bound.
void AppendTiming(const ValueTarget& target, json::Value value, std::vector<IndexEntry>& out) {
  std::optional<fhir::DateRange> whole;
  auto widen = [&](const std::optional<fhir::DateRange>& range) {
    if (!range) return;
    if (!whole) whole = range;
    whole->low = std::min(whole->low, range->low);
    whole->high = std::max(whole->high, range->high);
  };
  if (auto events = value.Find("event")) {
    for (json::Value event : events->Elements()) widen(DateOf(target, event));
  }
  if (auto repeat = value.Find("repeat")) {
    if (auto bounds = repeat->Find("boundsPeriod")) widen(PeriodOf(target, *bounds));
  }
  if (whole) AppendDate(target, *whole, out);
}

// References ---------------------------------------------------------------------------------------------------------

void AppendReferenceText(const ValueTarget& target, std::string_view text, std::vector<IndexEntry>& out) {
  fhir::Reference reference = fhir::ParseReference(text);
  using Kind = fhir::Reference::Kind;
  if (reference.kind == Kind::kEmpty || reference.kind == Kind::kContained) return;
  if (!target.reference_type.empty() && reference.type != target.reference_type) return;
  IndexEntry& entry = Add(target, out);
  entry.text = reference.whole;
  if (reference.kind == Kind::kLocal) {
    entry.system = reference.type;
    entry.code = reference.id;
  }
}

void AppendReference(const ValueTarget& target, json::Value value, std::vector<IndexEntry>& out) {
  std::string_view text = value.FindString("reference");
  if (!text.empty()) AppendReferenceText(target, text, out);
  auto identifier = value.Find("identifier");
  if (!identifier) return;
  std::string_view type = value.FindString("type");
  if (type.empty()) type = fhir::ParseReference(text).type;
  if (!target.reference_type.empty() && type != target.reference_type) return;
  AppendIdentifier(target, *identifier, out);
}

void AppendCanonical(const ValueTarget& target, json::Value value, std::vector<IndexEntry>& out) {
  if (!value.IsString() || !target.reference_type.empty()) return;
  fhir::Canonical canonical = fhir::ParseCanonical(value.AsString());
  if (canonical.url.empty()) return;
  Add(target, out).text = canonical.url;
  if (!canonical.version.empty()) Add(target, out).text = std::string(canonical.url) + "|" + std::string(canonical.version);
}

void AppendResourceReference(const ValueTarget& target, json::Value value, std::vector<IndexEntry>& out) {
  std::string_view type = value.FindString("resourceType");
  std::string_view id = value.FindString("id");
  if (!type.empty() && !id.empty()) AppendReferenceText(target, std::string(type) + "/" + std::string(id), out);
}

// Numbers and quantities ---------------------------------------------------------------------------------------------

void AppendNumber(const ValueTarget& target, json::Value value, std::vector<IndexEntry>& out) {
  if (!value.IsNumber()) return;
  IndexEntry& entry = Add(target, out);
  entry.number = entry.number_low = entry.number_high = value.AsDouble();
}

void AppendQuantity(const ValueTarget& target, json::Value value, std::vector<IndexEntry>& out) {
  auto number = value.Find("value");
  if (!number || !number->IsNumber()) return;
  IndexEntry& entry = Add(target, out);
  entry.system = value.FindString("system");
  entry.code = value.FindString("code");
  entry.text = value.FindString("unit");
  entry.number = entry.number_low = entry.number_high = number->AsDouble();
  std::string_view comparator = value.FindString("comparator");
  if (comparator.starts_with("<")) entry.number_low = -kInfinity;
  if (comparator.starts_with(">")) entry.number_high = kInfinity;
}

void AppendMoney(const ValueTarget& target, json::Value value, std::vector<IndexEntry>& out) {
  auto number = value.Find("value");
  if (!number || !number->IsNumber()) return;
  IndexEntry& entry = Add(target, out);
  entry.code = entry.text = value.FindString("currency");
  if (!entry.code.empty()) entry.system = "urn:iso:std:iso:4217";
  entry.number = entry.number_low = entry.number_high = number->AsDouble();
}

std::optional<double> NumberIn(std::optional<json::Value> holder, std::string_view name) {
  auto number = holder ? holder->Find(name) : std::nullopt;
  return number && number->IsNumber() ? std::optional<double>(number->AsDouble()) : std::nullopt;
}

void AppendBounds(const ValueTarget& target, std::optional<double> low, std::optional<double> high, json::Value unit,
                  std::vector<IndexEntry>& out) {
  if (!low && !high) return;
  IndexEntry& entry = Add(target, out);
  if (target.kind == ParameterKind::kQuantity) {
    entry.system = unit.FindString("system");
    entry.code = unit.FindString("code");
    entry.text = unit.FindString("unit");
  }
  entry.number_low = low.value_or(-kInfinity);
  entry.number_high = high.value_or(kInfinity);
  entry.number = low ? *low : *high;
}

void AppendRange(const ValueTarget& target, json::Value value, std::vector<IndexEntry>& out) {
  auto low = value.Find("low");
  auto high = value.Find("high");
  AppendBounds(target, NumberIn(low, "value"), NumberIn(high, "value"), low ? *low : high.value_or(json::Value()), out);
}

// All that the samples may be: from the lower to the upper limit, in the unit of the origin.
void AppendSampledData(const ValueTarget& target, json::Value value, std::vector<IndexEntry>& out) {
  AppendBounds(target, NumberIn(value, "lowerLimit"), NumberIn(value, "upperLimit"),
               value.Find("origin").value_or(json::Value()), out);
}

void AppendPosition(const ValueTarget& target, json::Value value, std::vector<IndexEntry>& out) {
  const auto latitude = NumberIn(value, "latitude");
  const auto longitude = NumberIn(value, "longitude");
  if (!latitude || !longitude) return;
  IndexEntry& entry = Add(target, out);
  entry.number_low = *latitude;
  entry.number_high = *longitude;
}

Reading TokenReading(const fhir::Type& type) {
  if (type.name == "Coding") return Reading::kTokenCoding;
  if (type.name == "CodeableConcept") return Reading::kTokenConcept;
  if (type.name == "Identifier") return Reading::kTokenIdentifier;
  if (type.name == "ContactPoint") return Reading::kTokenContact;
  return type.kind == fhir::TypeKind::kPrimitive ? Reading::kTokenPrimitive : Reading::kNone;
}

}  // namespace

Reading ReadingFor(ParameterKind kind, const fhir::Type& type, bool by_sound) {
  bool text = type.form == fhir::JsonForm::kString;
  switch (kind) {
    case ParameterKind::kToken:
      return TokenReading(type);
    case ParameterKind::kString:
      if (type.name == "HumanName") return by_sound ? Reading::kStringSound : Reading::kStringName;
      if (type.name == "Address") return Reading::kStringAddress;
      return text ? Reading::kStringPrimitive : Reading::kNone;
    case ParameterKind::kDate:
      if (type.name == "date" || type.name == "dateTime" || type.name == "instant") return Reading::kDatePrimitive;
      if (type.name == "Period") return Reading::kDatePeriod;
      return type.name == "Timing" ? Reading::kDateTiming : Reading::kNone;
    case ParameterKind::kReference:
      if (type.name == "Reference") return Reading::kReferenceObject;
      if (type.name == "canonical") return Reading::kReferenceCanonical;
      if (type.Is("uri")) return Reading::kReferenceUri;
      return type.kind == fhir::TypeKind::kResource ? Reading::kReferenceResource : Reading::kNone;
    case ParameterKind::kQuantity:
      if (type.Is("Quantity")) return Reading::kQuantity;
      if (type.name == "Money") return Reading::kMoney;
      if (type.name == "Range") return Reading::kRange;
      return type.name == "SampledData" ? Reading::kSampledData : Reading::kNone;
    case ParameterKind::kNumber:
      if (type.name == "Range") return Reading::kRange;
      return type.form == fhir::JsonForm::kNumber ? Reading::kNumber : Reading::kNone;
    case ParameterKind::kUri:
      return text ? Reading::kUri : Reading::kNone;
    case ParameterKind::kSpecial:
      return type.name == "Location.position" ? Reading::kPosition : Reading::kNone;
    case ParameterKind::kComposite:
      return Reading::kNone;
  }
  return Reading::kNone;
}

void AppendValue(const ValueTarget& target, Reading reading, json::Value value, std::vector<IndexEntry>& out) {
  switch (reading) {
    case Reading::kNone:
      return;
    case Reading::kTokenCoding:
      return AppendCoding(target, value, out);
    case Reading::kTokenConcept:
      return AppendConcept(target, value, out);
    case Reading::kTokenIdentifier:
      return AppendIdentifier(target, value, out);
    case Reading::kTokenContact:
      return AppendToken(target, {}, value.FindString("value"), {}, out);
    case Reading::kTokenPrimitive:
      return AppendToken(target, {}, PrimitiveText(value), {}, out);
    case Reading::kStringName:
      return AppendParts(target, value, kNameParts, out);
    case Reading::kStringSound:
      return AppendSounds(target, value, out);
    case Reading::kStringAddress:
      return AppendParts(target, value, kAddressParts, out);
    case Reading::kStringPrimitive:
      return AppendString(target, value, out);
    case Reading::kDatePrimitive:
      if (auto range = DateOf(target, value)) AppendDate(target, *range, out);
      return;
    case Reading::kDatePeriod:
      if (auto range = PeriodOf(target, value)) AppendDate(target, *range, out);
      return;
    case Reading::kDateTiming:
      return AppendTiming(target, value, out);
    case Reading::kReferenceObject:
      return AppendReference(target, value, out);
    case Reading::kReferenceCanonical:
      return AppendCanonical(target, value, out);
    case Reading::kReferenceUri:
      if (value.IsString() && target.reference_type.empty()) Add(target, out).text = value.AsString();
      return;
    case Reading::kReferenceResource:
      return AppendResourceReference(target, value, out);
    case Reading::kQuantity:
      return AppendQuantity(target, value, out);
    case Reading::kMoney:
      return AppendMoney(target, value, out);
    case Reading::kRange:
      return AppendRange(target, value, out);
    case Reading::kSampledData:
      return AppendSampledData(target, value, out);
    case Reading::kNumber:
      return AppendNumber(target, value, out);
    case Reading::kPosition:
      return AppendPosition(target, value, out);
    case Reading::kUri:
      if (value.IsString()) Add(target, out).text = value.AsString();
      return;
  }
}

}  // namespace qianxian::search
