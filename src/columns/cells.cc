// Results, chunk by chunk and vector by vector, as cells.
#include <cstring>

#include "columns/internal.h"

namespace qianxian::columns::internal {
namespace {

template <typename T>
T At(duckdb_vector vector, idx_t row) {
  return static_cast<const T*>(duckdb_vector_get_data(vector))[row];
}

// The number as 64 bits, or false where it does not fit.
bool Fits(duckdb_hugeint wide, int64_t& out) {
  out = static_cast<int64_t>(wide.lower);
  return wide.upper == (out < 0 ? -1 : 0);
}

Error TooLarge() {
  return Invalid("number-too-large", "A number of the result does not fit 64 bits", "结果中的数值超出 64 位整数范围");
}

Result<int64_t> Integer(duckdb_vector vector, duckdb_type id, idx_t row) {
  switch (id) {
    case DUCKDB_TYPE_TINYINT: return int64_t{At<int8_t>(vector, row)};
    case DUCKDB_TYPE_SMALLINT: return int64_t{At<int16_t>(vector, row)};
    case DUCKDB_TYPE_INTEGER: return int64_t{At<int32_t>(vector, row)};
    case DUCKDB_TYPE_BIGINT: return At<int64_t>(vector, row);
    case DUCKDB_TYPE_UTINYINT: return int64_t{At<uint8_t>(vector, row)};
    case DUCKDB_TYPE_USMALLINT: return int64_t{At<uint16_t>(vector, row)};
    case DUCKDB_TYPE_UINTEGER: return int64_t{At<uint32_t>(vector, row)};
    case DUCKDB_TYPE_UBIGINT: {
      const uint64_t wide = At<uint64_t>(vector, row);
      if (wide > INT64_MAX) return TooLarge();
      return static_cast<int64_t>(wide);
    }
    case DUCKDB_TYPE_UHUGEINT: {
      const auto wide = At<duckdb_uhugeint>(vector, row);
      if (wide.upper != 0 || wide.lower > INT64_MAX) return TooLarge();
      return static_cast<int64_t>(wide.lower);
    }
    default: {
      int64_t out = 0;
      if (!Fits(At<duckdb_hugeint>(vector, row), out)) return TooLarge();
      return out;
    }
  }
}

int64_t TimestampMicroseconds(duckdb_vector vector, duckdb_type id, idx_t row) {
  const int64_t value = At<int64_t>(vector, row);
  switch (id) {
    case DUCKDB_TYPE_TIMESTAMP_S: return value * 1'000'000;
    case DUCKDB_TYPE_TIMESTAMP_MS: return value * 1'000;
    case DUCKDB_TYPE_TIMESTAMP_NS: return value / 1'000;
    default: return value;
  }
}

std::string_view Text(duckdb_vector vector, idx_t row) {
  auto* text = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector)) + row;
  return {duckdb_string_t_data(text), duckdb_string_t_length(*text)};
}

std::string EnumText(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  idx_t at = 0;
  switch (duckdb_enum_internal_type(type)) {
    case DUCKDB_TYPE_UTINYINT: at = At<uint8_t>(vector, row); break;
    case DUCKDB_TYPE_USMALLINT: at = At<uint16_t>(vector, row); break;
    default: at = At<uint32_t>(vector, row); break;
  }
  char* text = duckdb_enum_dictionary_value(type, at);
  std::string out = text ? text : "";
  duckdb_free(text);
  return out;
}

Status ReadText(duckdb_vector vector, duckdb_logical_type type, duckdb_type id, idx_t row, std::string& out) {
  if (id == DUCKDB_TYPE_VARCHAR) {
    out = Text(vector, row);
  } else if (id == DUCKDB_TYPE_ENUM) {
    out = EnumText(vector, type, row);
  } else {
    QX_TRY(out, ValueText(vector, type, row));
  }
  return Ok();
}

Status ReadChunk(duckdb_data_chunk chunk, const std::vector<duckdb_logical_type>& types, Rows& rows) {
  const idx_t count = duckdb_data_chunk_get_size(chunk);
  const size_t first = rows.rows.size();
  rows.rows.resize(first + count);
  for (idx_t row = 0; row < count; ++row) rows.rows[first + row].resize(types.size());
  for (size_t column = 0; column < types.size(); ++column) {
    duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, column);
    for (idx_t row = 0; row < count; ++row)
      QX_DO(ReadCell(vector, types[column], row, rows.rows[first + row][column]));
  }
  return Ok();
}

}  // namespace

bool IsNull(duckdb_vector vector, idx_t row) {
  uint64_t* validity = duckdb_vector_get_validity(vector);
  return validity && !duckdb_validity_row_is_valid(validity, row);
}

Type TypeOf(duckdb_type id) {
  switch (id) {
    case DUCKDB_TYPE_SQLNULL: return Type::kNull;
    case DUCKDB_TYPE_BOOLEAN: return Type::kBoolean;
    case DUCKDB_TYPE_TINYINT: case DUCKDB_TYPE_SMALLINT: case DUCKDB_TYPE_INTEGER: case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UTINYINT: case DUCKDB_TYPE_USMALLINT: case DUCKDB_TYPE_UINTEGER: case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_HUGEINT: case DUCKDB_TYPE_UHUGEINT: return Type::kInteger;
    case DUCKDB_TYPE_FLOAT: case DUCKDB_TYPE_DOUBLE: return Type::kDouble;
    case DUCKDB_TYPE_DECIMAL: return Type::kDecimal;
    case DUCKDB_TYPE_VARCHAR: case DUCKDB_TYPE_ENUM: return Type::kText;
    case DUCKDB_TYPE_DATE: return Type::kDate;
    case DUCKDB_TYPE_TIMESTAMP: case DUCKDB_TYPE_TIMESTAMP_S: case DUCKDB_TYPE_TIMESTAMP_MS:
    case DUCKDB_TYPE_TIMESTAMP_NS: case DUCKDB_TYPE_TIMESTAMP_TZ: return Type::kTimestamp;
    default: return Type::kOther;
  }
}

Status ReadCell(duckdb_vector vector, duckdb_logical_type type, idx_t row, Cell& cell) {
  const duckdb_type id = duckdb_get_type_id(type);
  const Type kind = TypeOf(id);
  cell.is_null = kind == Type::kNull || IsNull(vector, row);
  if (cell.is_null) return Ok();
  switch (kind) {
    case Type::kNull: break;
    case Type::kBoolean: cell.boolean = At<bool>(vector, row); break;
    case Type::kInteger: { QX_TRY(cell.integer, Integer(vector, id, row)); break; }
    case Type::kDouble: cell.real = id == DUCKDB_TYPE_FLOAT ? At<float>(vector, row) : At<double>(vector, row); break;
    case Type::kDecimal: { QX_TRY(cell.integer, Integer(vector, duckdb_decimal_internal_type(type), row)); break; }
    case Type::kDate: cell.integer = At<int32_t>(vector, row); break;
    case Type::kTimestamp: cell.integer = TimestampMicroseconds(vector, id, row); break;
    case Type::kText: case Type::kOther: QX_DO(ReadText(vector, type, id, row, cell.text)); break;
  }
  return Ok();
}

Result<Rows> ReadRows(duckdb_result* result) {
  Rows rows;
  const idx_t columns = duckdb_column_count(result);
  std::vector<LogicalType> owned(columns);
  std::vector<duckdb_logical_type> types;
  for (idx_t i = 0; i < columns; ++i) {
    *owned[i].out() = duckdb_column_logical_type(result, i);
    types.push_back(owned[i].get());
    Column column;
    column.name = duckdb_column_name(result, i);
    column.type = TypeOf(duckdb_get_type_id(types.back()));
    if (column.type == Type::kDecimal) column.scale = duckdb_decimal_scale(types.back());
    rows.columns.push_back(std::move(column));
  }
  if (duckdb_result_return_type(*result) != DUCKDB_RESULT_TYPE_QUERY_RESULT) return rows;
  while (true) {
    DataChunk chunk(duckdb_fetch_chunk(*result));
    if (!chunk.get()) return rows;
    QX_DO(ReadChunk(chunk.get(), types, rows));
  }
}

}  // namespace qianxian::columns::internal
