#include "store/sqlite/catalog.h"

#include <algorithm>
#include <mutex>

namespace qianxian::store::sqlite {

Catalog::Catalog() { tables_.codecs[0] = bytes::Codec::Make({}); }

Status Catalog::ReadNames(Database& database, const std::string& sql, Names& out) {
  QX_TRY(Statement* statement, database.Cached(sql));
  const Resetter resetter(*statement);
  for (;;) {
    QX_TRY(const bool row, statement->Step());
    if (!row) return Ok();
    std::string name(statement->Text(1));
    out.numbers[name] = statement->Integer(0);
    out.names[statement->Integer(0)] = std::move(name);
  }
}

Status Catalog::Read(Database& database, Tables& out) const {
  QX_DO(ReadNames(database, "SELECT number, name FROM type", out.types));
  QX_DO(ReadNames(database, "SELECT number, code FROM owner", out.owners));
  QX_TRY(Statement* statement, database.Cached("SELECT number, type, data FROM dictionary ORDER BY number"));
  const Resetter resetter(*statement);
  {
    const std::shared_lock lock(mutex_);
    out.codecs = tables_.codecs;
  }
  for (;;) {
    QX_TRY(const bool row, statement->Step());
    if (!row) return Ok();
    const int64_t number = statement->Integer(0);
    if (out.codecs.count(number) == 0) out.codecs[number] = bytes::Codec::Make(statement->Bytes(2));
    const auto type = out.types.names.find(statement->Integer(1));
    if (type != out.types.names.end()) out.dictionary_of_type[type->second] = number;
  }
}

Status Catalog::Refresh(Database& database) {
  Tables read;
  QX_DO(Read(database, read));
  const std::unique_lock lock(mutex_);
  tables_.types.numbers.merge(read.types.numbers);
  tables_.types.names.merge(read.types.names);
  tables_.owners.numbers.merge(read.owners.numbers);
  tables_.owners.names.merge(read.owners.names);
  tables_.codecs.merge(read.codecs);
  for (const auto& [type, number] : read.dictionary_of_type) {
    int64_t& newest = tables_.dictionary_of_type[type];
    newest = std::max(newest, number);
  }
  return Ok();
}

Status Catalog::ReadAgain(Database& database) {
  Tables read;
  QX_DO(Read(database, read));
  const std::unique_lock lock(mutex_);
  tables_ = std::move(read);
  return Ok();
}

std::optional<int64_t> Catalog::TypeNumber(std::string_view name) const {
  const std::shared_lock lock(mutex_);
  const auto found = tables_.types.numbers.find(std::string(name));
  return found == tables_.types.numbers.end() ? std::nullopt : std::optional(found->second);
}

std::optional<int64_t> Catalog::OwnerNumber(std::string_view code) const {
  const std::shared_lock lock(mutex_);
  const auto found = tables_.owners.numbers.find(std::string(code));
  return found == tables_.owners.numbers.end() ? std::nullopt : std::optional(found->second);
}

Result<std::string> Catalog::TypeName(int64_t number, Database& database) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    {
      const std::shared_lock lock(mutex_);
      const auto found = tables_.types.names.find(number);
      if (found != tables_.types.names.end()) return found->second;
    }
    QX_DO(Refresh(database));
  }
  return Unavailable("damaged", "A record has a type that is not in the table of types.", "数据文件中有未登记的资源类型。");
}

Result<std::string> Catalog::OwnerCode(int64_t number, Database& database) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    {
      const std::shared_lock lock(mutex_);
      const auto found = tables_.owners.names.find(number);
      if (found != tables_.owners.names.end()) return found->second;
    }
    QX_DO(Refresh(database));
  }
  return Unavailable("damaged", "A record has an owner that is not in the table of owners.",
                     "数据文件中有未登记的所属机构。");
}

Result<std::shared_ptr<const bytes::Codec>> Catalog::Codec(int64_t dictionary, Database& database) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    {
      const std::shared_lock lock(mutex_);
      const auto found = tables_.codecs.find(dictionary);
      if (found != tables_.codecs.end()) return found->second;
    }
    QX_DO(Refresh(database));
  }
  return Unavailable("damaged", "A record needs a dictionary that is not there.", "数据文件缺少解压字典。");
}

BodyCodec Catalog::CodecForType(std::string_view type) const {
  const std::shared_lock lock(mutex_);
  const auto found = tables_.dictionary_of_type.find(std::string(type));
  const int64_t number = found == tables_.dictionary_of_type.end() ? 0 : found->second;
  return {number, tables_.codecs.at(number)};
}

std::vector<std::pair<int64_t, std::string>> Catalog::Types() const {
  const std::shared_lock lock(mutex_);
  return {tables_.types.names.begin(), tables_.types.names.end()};
}

std::vector<std::pair<int64_t, std::string>> Catalog::Owners() const {
  const std::shared_lock lock(mutex_);
  return {tables_.owners.names.begin(), tables_.owners.names.end()};
}

}  // namespace qianxian::store::sqlite
