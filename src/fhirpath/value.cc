#include "fhirpath/value.h"

#include <algorithm>
#include <cstdio>

namespace qianxian::fhirpath {

Item Item::Boolean(bool value) {
  Item item;
  item.kind = ItemKind::kBoolean;
  item.boolean = value;
  return item;
}

Item Item::Integer(int64_t value) {
  Item item;
  item.kind = ItemKind::kInteger;
  item.number = Number::Of(value);
  return item;
}

Item Item::Decimal(Number value) {
  Item item;
  item.kind = ItemKind::kDecimal;
  item.number = value;
  return item;
}

Item Item::String(std::string_view text) {
  Item item;
  item.kind = ItemKind::kString;
  item.text = text;
  return item;
}

Item Item::Quantity(Number value, std::string_view unit, bool calendar) {
  Item item;
  item.kind = ItemKind::kQuantity;
  item.number = value;
  item.text = unit;
  item.calendar = calendar;
  return item;
}

Item Arena::Temporal(ItemKind kind, const fhir::DateTime& date) {
  Item item;
  item.kind = kind;
  item.date = Keep(date);
  return item;
}

Item NodeItem(json::Value json, const fhir::Type* type) {
  Item item;
  item.json = json;
  item.type = type;
  return item;
}

Item ResourceItem(const fhir::Definitions& definitions, json::Value resource) {
  return NodeItem(resource, definitions.FindResource(resource.FindString("resourceType")));
}

namespace {

std::optional<Item> SystemOfText(const Item& item, std::string_view text, Arena& arena) {
  fhir::DateTime date;
  if (item.type != nullptr) {
    std::string_view name = item.type->name;
    if (name == "date" && fhir::TryParseDateTime(text, fhir::DateSyntax::kDate, date)) {
      return arena.Temporal(ItemKind::kDate, date);
    }
    if ((name == "dateTime" || name == "instant") && fhir::TryParseDateTime(text, fhir::DateSyntax::kSearch, date)) {
      return arena.Temporal(ItemKind::kDateTime, date);
    }
    if (name == "time" && fhir::TryParseDateTime(text, fhir::DateSyntax::kLenientTime, date)) {
      return arena.Temporal(ItemKind::kTime, date);
    }
  }
  return Item::String(text);
}

std::optional<Item> SystemOfNumber(const Item& item) {
  auto number = Number::Parse(item.json.NumberText(), true);
  if (!number) return std::nullopt;
  bool decimal = item.type != nullptr ? item.type->name == "decimal" : number->scale() > 0;
  if (decimal) return Item::Decimal(*number);
  Item out = Item::Decimal(*number);
  out.kind = ItemKind::kInteger;
  return out;
}

std::optional<Item> SystemOfQuantity(const Item& item) {
  auto value = item.json.Find("value");
  if (!value || !value->IsNumber() || item.json.Find("comparator")) return std::nullopt;   // "< 5" is no quantity
  auto number = Number::Parse(value->NumberText(), true);
  if (!number) return std::nullopt;
  std::string_view code = item.json.FindString("code");
  bool ucum = item.json.FindString("system") == "http://unitsofmeasure.org";
  std::string_view unit = ucum && !code.empty() ? code : item.json.FindString("unit");
  if (unit.empty()) unit = code.empty() ? std::string_view("1") : code;
  return Item::Quantity(*number, unit, false);
}

}  // namespace

std::optional<Item> ToSystem(const Item& item, Arena& arena) {
  if (!item.IsNode()) return item;
  switch (item.json.kind()) {
    case json::Kind::kBoolean:
      return Item::Boolean(item.json.AsBoolean());
    case json::Kind::kNumber:
      return SystemOfNumber(item);
    case json::Kind::kString:
      return SystemOfText(item, item.json.AsString(), arena);
    case json::Kind::kObject:
      if (item.type != nullptr && item.type->Is("Quantity")) return SystemOfQuantity(item);
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

std::string TypeName(const Item& item) {
  switch (item.kind) {
    case ItemKind::kNode:
      return item.type != nullptr ? "FHIR." + std::string(item.type->name) : "FHIR.Element";
    case ItemKind::kBoolean:
      return "System.Boolean";
    case ItemKind::kInteger:
      return "System.Integer";
    case ItemKind::kDecimal:
      return "System.Decimal";
    case ItemKind::kString:
      return "System.String";
    case ItemKind::kDate:
      return "System.Date";
    case ItemKind::kDateTime:
      return "System.DateTime";
    case ItemKind::kTime:
      return "System.Time";
    case ItemKind::kQuantity:
      return "System.Quantity";
    case ItemKind::kType:
      return "System.TypeInfo";
  }
  return {};
}

std::string DateText(const fhir::DateTime& d, ItemKind kind) {
  using P = fhir::DatePrecision;
  char buffer[64];
  std::string text;
  auto append = [&](const char* format, auto... values) {
    std::snprintf(buffer, sizeof buffer, format, values...);
    text += buffer;
  };
  if (kind != ItemKind::kTime) {
    append("%04d", d.year);
    if (d.precision >= P::kMonth) append("-%02d", d.month);
    if (d.precision >= P::kDay) append("-%02d", d.day);
    if (kind == ItemKind::kDate || d.precision <= P::kDay) return text;
    text += 'T';
  }
  append("%02d", d.hour);
  if (d.precision >= P::kMinute) append(":%02d", d.minute);
  if (d.precision >= P::kSecond) append(":%02d", d.second);
  if (d.precision >= P::kFraction) {
    std::snprintf(buffer, sizeof buffer, "%06d", d.microsecond);
    text += '.' + std::string(buffer).substr(0, static_cast<size_t>(std::clamp(d.fraction_digits, 1, 6)));
  }
  if (d.has_offset && kind == ItemKind::kDateTime) {
    int size = std::abs(d.offset_minutes);
    if (size == 0) text += 'Z';
    else append("%c%02d:%02d", d.offset_minutes < 0 ? '-' : '+', size / 60, size % 60);
  }
  return text;
}

std::optional<std::string> ToText(const Item& item, Arena& arena) {
  auto system = ToSystem(item, arena);
  if (!system) return std::nullopt;
  switch (system->kind) {
    case ItemKind::kBoolean:
      return system->boolean ? "true" : "false";
    case ItemKind::kInteger:
    case ItemKind::kDecimal:
      return system->number.ToString();
    case ItemKind::kString:
    case ItemKind::kType:
      return std::string(system->text);
    case ItemKind::kDate:
    case ItemKind::kDateTime:
    case ItemKind::kTime:
      return DateText(*system->date, system->kind);
    case ItemKind::kQuantity: {
      std::string unit(system->text);
      return system->number.ToString() + (system->calendar ? " " + unit : " '" + unit + "'");
    }
    case ItemKind::kNode:
      break;
  }
  return std::nullopt;
}

}  // namespace qianxian::fhirpath
