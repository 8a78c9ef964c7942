// The fast way in: cells are written straight into DuckDB's vectors, a chunk at a time.
#include <cstring>
#include <limits>

#include "base/text.h"
#include "columns/internal.h"

namespace qianxian::columns::internal {
namespace {

bool IsPlainAscii(std::string_view text) {
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    if (word & 0x8080808080808080ULL) return false;
  }
  for (; i < text.size(); ++i)
    if (static_cast<unsigned char>(text[i]) & 0x80) return false;
  return true;
}

struct Target {
  duckdb_type id = DUCKDB_TYPE_INVALID;      // of a decimal: that of its units
  bool is_decimal = false;
  int scale = 0;
  duckdb_vector vector = nullptr;
  void* data = nullptr;
  uint64_t* validity = nullptr;              // only once a null has come
};

class AppenderImpl final : public Appender {
 public:
  explicit AppenderImpl(duckdb_appender appender) : appender_(appender), capacity_(duckdb_vector_size()) {
    const idx_t count = duckdb_appender_column_count(appender_);
    std::vector<LogicalType> owned(count);
    std::vector<duckdb_logical_type> types;
    targets_.resize(count);
    for (idx_t i = 0; i < count; ++i) {
      *owned[i].out() = duckdb_appender_column_type(appender_, i);
      types.push_back(owned[i].get());
      Target& target = targets_[i];
      target.id = duckdb_get_type_id(types[i]);
      target.is_decimal = target.id == DUCKDB_TYPE_DECIMAL;
      if (target.is_decimal) {
        target.scale = duckdb_decimal_scale(types[i]);
        target.id = duckdb_decimal_internal_type(types[i]);
      }
    }
    *chunk_.out() = duckdb_create_data_chunk(types.data(), count);
    Rewind();
  }
  ~AppenderImpl() override { duckdb_appender_destroy(&appender_); }

  void Null() override {
    Target* target = Take();
    if (!target) return;
    if (!target->validity) {
      duckdb_vector_ensure_validity_writable(target->vector);
      target->validity = duckdb_vector_get_validity(target->vector);
    }
    duckdb_validity_set_row_invalid(target->validity, row_);
  }

  void Text(std::string_view v) override {
    Target* target = Take();
    if (!target) return;
    if (target->id != DUCKDB_TYPE_VARCHAR) return Fail("text into a column of another type");
    if (!IsPlainAscii(v) && !IsValidUtf8(v)) return Fail("text that is not UTF-8");
    duckdb_vector_assign_string_element_len(target->vector, row_, v.data(), v.size());
  }

  void Integer(int64_t v) override {
    Target* target = Take();
    if (!target) return;
    if (target->is_decimal) return Fail("an integer into a decimal column");
    PutInteger(*target, v);
  }

  void Double(double v) override {
    Target* target = Take();
    if (!target) return;
    if (target->id == DUCKDB_TYPE_DOUBLE) static_cast<double*>(target->data)[row_] = v;
    else if (target->id == DUCKDB_TYPE_FLOAT) static_cast<float*>(target->data)[row_] = static_cast<float>(v);
    else Fail("a double into a column of another type");
  }

  void Boolean(bool v) override {
    Target* target = Take();
    if (!target) return;
    if (target->id != DUCKDB_TYPE_BOOLEAN) return Fail("a boolean into a column of another type");
    static_cast<bool*>(target->data)[row_] = v;
  }

  void Date(int32_t days) override {
    Target* target = Take();
    if (!target) return;
    if (target->id != DUCKDB_TYPE_DATE) return Fail("a date into a column of another type");
    static_cast<int32_t*>(target->data)[row_] = days;
  }

  void Decimal(int64_t units, int scale) override {
    Target* target = Take();
    if (!target) return;
    if (!target->is_decimal || target->scale != scale) return Fail("a decimal into a column of another type or scale");
    PutInteger(*target, units);
  }

  Status EndRow() override {
    if (column_ != targets_.size() && problem_.empty()) Fail("a row with too few columns");
    if (!problem_.empty()) return Problem();
    column_ = 0;
    return ++row_ == capacity_ ? Flush() : Ok();
  }

  Status Close() override {
    if (column_ != 0 && problem_.empty()) Fail("a row that was not ended");
    if (!problem_.empty()) return Problem();
    QX_DO(Flush());
    if (duckdb_appender_close(appender_) != DuckDBSuccess) return FromAppender();
    return Ok();
  }

 private:
  Target* Take() {
    if (column_ < targets_.size()) return &targets_[column_++];
    Fail("a row with too many columns");
    return nullptr;
  }

  void Fail(const char* what) {
    if (problem_.empty()) problem_ = std::string(what) + " (column " + std::to_string(column_) + ")";
  }
  Error Problem() const { return Invalid("append", "Cannot append " + problem_); }

  template <typename T>
  void Put(Target& target, int64_t v) {
    if (v < static_cast<int64_t>(std::numeric_limits<T>::min()) ||
        (sizeof(T) < 8 && v > static_cast<int64_t>(std::numeric_limits<T>::max())))
      return Fail("a number that is too large for its column");
    static_cast<T*>(target.data)[row_] = static_cast<T>(v);
  }

  void PutInteger(Target& target, int64_t v) {
    switch (target.id) {
      case DUCKDB_TYPE_TINYINT: return Put<int8_t>(target, v);
      case DUCKDB_TYPE_SMALLINT: return Put<int16_t>(target, v);
      case DUCKDB_TYPE_INTEGER: return Put<int32_t>(target, v);
      case DUCKDB_TYPE_BIGINT: case DUCKDB_TYPE_TIMESTAMP: case DUCKDB_TYPE_TIMESTAMP_TZ: return Put<int64_t>(target, v);
      case DUCKDB_TYPE_UTINYINT: return Put<uint8_t>(target, v);
      case DUCKDB_TYPE_USMALLINT: return Put<uint16_t>(target, v);
      case DUCKDB_TYPE_UINTEGER: return Put<uint32_t>(target, v);
      // 64 unsigned bits are taken as they are, so that hashes pass through an int64_t.
      case DUCKDB_TYPE_UBIGINT: static_cast<uint64_t*>(target.data)[row_] = static_cast<uint64_t>(v); return;
      case DUCKDB_TYPE_HUGEINT:
        static_cast<duckdb_hugeint*>(target.data)[row_] = {static_cast<uint64_t>(v), v < 0 ? -1 : 0};
        return;
      default: return Fail("an integer into a column of another type");
    }
  }

  void Rewind() {
    row_ = 0;
    for (idx_t i = 0; i < targets_.size(); ++i) {
      targets_[i].vector = duckdb_data_chunk_get_vector(chunk_.get(), i);
      targets_[i].data = duckdb_vector_get_data(targets_[i].vector);
      targets_[i].validity = nullptr;
    }
  }

  Status Flush() {
    if (row_ == 0) return Ok();
    duckdb_data_chunk_set_size(chunk_.get(), row_);
    if (duckdb_append_data_chunk(appender_, chunk_.get()) != DuckDBSuccess) return FromAppender();
    duckdb_data_chunk_reset(chunk_.get());
    Rewind();
    return Ok();
  }

  Error FromAppender() {
    const char* message = duckdb_appender_error(appender_);
    return FromMessage(message ? message : "");
  }

  duckdb_appender appender_;
  const idx_t capacity_;
  DataChunk chunk_;
  std::vector<Target> targets_;
  size_t column_ = 0;
  idx_t row_ = 0;
  std::string problem_;
};

}  // namespace

Result<std::unique_ptr<Appender>> MakeAppender(duckdb_connection connection, const std::string& table) {
  duckdb_appender appender = nullptr;
  if (duckdb_appender_create(connection, nullptr, table.c_str(), &appender) != DuckDBSuccess) {
    const char* message = appender ? duckdb_appender_error(appender) : nullptr;
    Error error = FromMessage(message ? message : "no table " + table);
    if (appender) duckdb_appender_destroy(&appender);
    return error;
  }
  return std::unique_ptr<Appender>(std::make_unique<AppenderImpl>(appender));
}

}  // namespace qianxian::columns::internal
