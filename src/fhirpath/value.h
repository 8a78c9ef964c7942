// What FHIRPath expressions are about: items (a place in a resource, or a System value) and ordered collections of them.
// Items are small and copied freely; texts and dates that were made on the way live in an Arena. Pure; an Arena belongs
// to one thread. Source: https://hl7.org/fhirpath/N1/#types-and-reflection
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/date.h"
#include "fhir/definitions.h"
#include "fhirpath/number.h"
#include "json/value.h"

namespace qianxian::fhirpath {

enum class ItemKind : uint8_t {
  kNode,      // of a resource: json, shadow and (if known) type
  kBoolean,
  kInteger,
  kDecimal,
  kString,
  kDate,
  kDateTime,
  kTime,
  kQuantity,  // number and text (unit)
  kType,      // what type() gives; text = "System.Integer"
};

struct Item {
  ItemKind kind = ItemKind::kNode;
  bool boolean = false;
  bool calendar = false;                 // kQuantity: the unit is a word of the calendar ("month"), not UCUM's "mo"
  const fhir::Type* type = nullptr;      // kNode: FHIR type; nullptr = not known
  json::Value json;                      // kNode: the value; null for a primitive that has only extensions, and for what
                                         // resolve() knows only the type of
  json::Value shadow;                    // kNode: the "_name" object beside a primitive; null = none
  std::string_view text;                 // kString, unit of kQuantity, kType
  Number number;                         // kInteger, kDecimal, kQuantity
  const fhir::DateTime* date = nullptr;  // kDate, kDateTime, kTime

  bool IsNode() const { return kind == ItemKind::kNode; }
  bool IsNumber() const { return kind == ItemKind::kInteger || kind == ItemKind::kDecimal; }
  bool IsTemporal() const { return kind == ItemKind::kDate || kind == ItemKind::kDateTime || kind == ItemKind::kTime; }

  static Item Boolean(bool value);
  static Item Integer(int64_t value);
  static Item Decimal(Number value);
  static Item String(std::string_view text);             // the text must live elsewhere: Arena, Document, Expression
  static Item Quantity(Number value, std::string_view unit, bool calendar);
};

using Collection = std::vector<Item>;

class Arena {
 public:
  std::string_view Keep(std::string text) { return texts_.emplace_back(std::move(text)); }
  const fhir::DateTime* Keep(const fhir::DateTime& date) { return &dates_.emplace_back(date); }
  Item String(std::string text) { return Item::String(Keep(std::move(text))); }
  Item Temporal(ItemKind kind, const fhir::DateTime& date);
  void Clear() { texts_.clear(), dates_.clear(); }

 private:
  std::deque<std::string> texts_;
  std::deque<fhir::DateTime> dates_;
};

// The item of a whole resource; its type is that of its resourceType.
Item ResourceItem(const fhir::Definitions& definitions, json::Value resource);
// A place of a known type (nullptr: unknown).
Item NodeItem(json::Value json, const fhir::Type* type);

// The System value of a primitive (or FHIR Quantity) node; a System value stays itself; other nodes, and primitives
// without value, give none.
std::optional<Item> ToSystem(const Item& item, Arena& arena);

// "System.Integer", "FHIR.Patient".
std::string TypeName(const Item& item);
// As toString() gives it: 1.50, 2014-12-14, 1 'mg'. None for what has no such text (complex nodes).
std::optional<std::string> ToText(const Item& item, Arena& arena);
std::string DateText(const fhir::DateTime& date, ItemKind kind);

}  // namespace qianxian::fhirpath
