// Values of types that Cell has no place for, as text.
#include <cmath>
#include <cstdio>

#include "base/clock.h"
#include "base/date.h"
#include "base/decimal.h"
#include "base/text.h"
#include "columns/internal.h"

namespace qianxian::columns::internal {
namespace {

template <typename T>
T At(duckdb_vector vector, idx_t row) {
  return static_cast<const T*>(duckdb_vector_get_data(vector))[row];
}

std::string TimeText(int64_t microseconds) {
  const bool negative = microseconds < 0;
  const uint64_t value = negative ? 0 - static_cast<uint64_t>(microseconds) : static_cast<uint64_t>(microseconds);
  const uint64_t seconds = value / 1'000'000, fraction = value % 1'000'000;
  char text[48];
  std::snprintf(text, sizeof text, "%s%02llu:%02llu:%02llu", negative ? "-" : "",
                static_cast<unsigned long long>(seconds / 3600), static_cast<unsigned long long>(seconds / 60 % 60),
                static_cast<unsigned long long>(seconds % 60));
  std::string out = text;
  if (fraction) {
    std::snprintf(text, sizeof text, ".%06llu", static_cast<unsigned long long>(fraction));
    out += text;
  }
  return out;
}

std::string IntervalText(duckdb_interval interval) {
  std::vector<std::string> parts;
  if (interval.months) parts.push_back(std::to_string(interval.months) + " months");
  if (interval.days) parts.push_back(std::to_string(interval.days) + " days");
  if (interval.micros || parts.empty()) parts.push_back(TimeText(interval.micros));
  return Join(parts, " ");
}

// DuckDB keeps UUIDs with the top bit turned, so that they sort as signed numbers.
std::string UuidText(duckdb_hugeint value) {
  const uint64_t upper = static_cast<uint64_t>(value.upper) ^ (uint64_t{1} << 63);
  char text[40];
  std::snprintf(text, sizeof text, "%08llx-%04llx-%04llx-%04llx-%012llx", static_cast<unsigned long long>(upper >> 32),
                static_cast<unsigned long long>(upper >> 16 & 0xffff), static_cast<unsigned long long>(upper & 0xffff),
                static_cast<unsigned long long>(value.lower >> 48),
                static_cast<unsigned long long>(value.lower & 0xffffffffffffULL));
  return text;
}

std::string CellText(const Cell& cell, Type type, int scale) {
  if (cell.is_null) return "NULL";
  switch (type) {
    case Type::kBoolean: return cell.boolean ? "true" : "false";
    case Type::kInteger: return std::to_string(cell.integer);
    case Type::kDecimal: return Decimal::FromUnits(cell.integer, scale).ToString();
    case Type::kDate: return Date::FromDays(static_cast<int32_t>(cell.integer)).ToString();
    case Type::kTimestamp: return FormatInstant({cell.integer}, 6);
    case Type::kDouble: {
      char text[40];
      std::snprintf(text, sizeof text, "%.17g", cell.real);
      return text;
    }
    default: return cell.text;
  }
}

Result<std::string> AnyText(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  Cell cell;
  QX_DO(ReadCell(vector, type, row, cell));
  const Type kind = TypeOf(duckdb_get_type_id(type));
  return CellText(cell, kind, kind == Type::kDecimal ? duckdb_decimal_scale(type) : 0);
}

Result<std::string> ElementsText(duckdb_vector child, duckdb_logical_type type, idx_t first, idx_t count) {
  std::vector<std::string> parts;
  for (idx_t i = 0; i < count; ++i) {
    QX_TRY(std::string part, AnyText(child, type, first + i));
    parts.push_back(std::move(part));
  }
  return "[" + Join(parts, ", ") + "]";
}

Result<std::string> StructText(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  std::vector<std::string> parts;
  const idx_t count = duckdb_struct_type_child_count(type);
  for (idx_t i = 0; i < count; ++i) {
    LogicalType child(duckdb_struct_type_child_type(type, i));
    char* name = duckdb_struct_type_child_name(type, i);
    std::string part = QuoteText(name ? name : "");
    duckdb_free(name);
    QX_TRY(std::string text, AnyText(duckdb_struct_vector_get_child(vector, i), child.get(), row));
    parts.push_back(part + ": " + text);
  }
  return "{" + Join(parts, ", ") + "}";
}

// A map is a list of structs {key, value}.
Result<std::string> MapText(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  LogicalType key(duckdb_map_type_key_type(type)), value(duckdb_map_type_value_type(type));
  const auto entry = At<duckdb_list_entry>(vector, row);
  duckdb_vector pairs = duckdb_list_vector_get_child(vector);
  std::vector<std::string> parts;
  for (idx_t i = entry.offset; i < entry.offset + entry.length; ++i) {
    QX_TRY(std::string left, AnyText(duckdb_struct_vector_get_child(pairs, 0), key.get(), i));
    QX_TRY(std::string right, AnyText(duckdb_struct_vector_get_child(pairs, 1), value.get(), i));
    parts.push_back(left + "=" + right);
  }
  return "{" + Join(parts, ", ") + "}";
}

}  // namespace

Result<std::string> ValueText(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_TIME: return TimeText(At<int64_t>(vector, row));
    case DUCKDB_TYPE_INTERVAL: return IntervalText(At<duckdb_interval>(vector, row));
    case DUCKDB_TYPE_UUID: return UuidText(At<duckdb_hugeint>(vector, row));
    case DUCKDB_TYPE_BLOB: {
      auto* blob = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector)) + row;
      return HexEncode({duckdb_string_t_data(blob), duckdb_string_t_length(*blob)});
    }
    case DUCKDB_TYPE_LIST: {
      LogicalType child(duckdb_list_type_child_type(type));
      const auto entry = At<duckdb_list_entry>(vector, row);
      return ElementsText(duckdb_list_vector_get_child(vector), child.get(), entry.offset, entry.length);
    }
    case DUCKDB_TYPE_ARRAY: {
      LogicalType child(duckdb_array_type_child_type(type));
      const idx_t size = duckdb_array_type_array_size(type);
      return ElementsText(duckdb_array_vector_get_child(vector), child.get(), row * size, size);
    }
    case DUCKDB_TYPE_STRUCT: return StructText(vector, type, row);
    case DUCKDB_TYPE_MAP: return MapText(vector, type, row);
    default:
      return Invalid("sql", "A column of the result has a type that cannot be shown; cast it to VARCHAR",
                     "结果列的类型无法显示，请在语句中 CAST 为 VARCHAR");
  }
}

}  // namespace qianxian::columns::internal
