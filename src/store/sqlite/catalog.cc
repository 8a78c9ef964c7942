#include "store/sqlite/catalog.h"

#include <mutex>

namespace qianxian::store::sqlite {

Catalog::Catalog() { codecs_[0] = bytes::Codec::Make({}); }

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

Status Catalog::Refresh(Database& database) {
  Names types;
  Names owners;
  QX_DO(ReadNames(database, "SELECT number, name FROM type", types));
  QX_DO(ReadNames(database, "SELECT number, code FROM owner", owners));
  QX_TRY(Statement* statement, database.Cached("SELECT number, type, data FROM dictionary ORDER BY number"));
  const Resetter resetter(*statement);
  std::unordered_map<int64_t, std::shared_ptr<const bytes::Codec>> codecs;
  std::unordered_map<std::string, int64_t> dictionary_of_type;
  {
    const std::shared_lock lock(mutex_);
    codecs = codecs_;
  }
  for (;;) {
    QX_TRY(const bool row, statement->Step());
    if (!row) break;
    const int64_t number = statement->Integer(0);
    if (codecs.count(number) == 0) codecs[number] = bytes::Codec::Make(statement->Bytes(2));
    const auto type = types.names.find(statement->Integer(1));
    if (type != types.names.end()) dictionary_of_type[type->second] = number;
  }
  const std::unique_lock lock(mutex_);
  types_ = std::move(types);
  owners_ = std::move(owners);
  codecs_ = std::move(codecs);
  dictionary_of_type_ = std::move(dictionary_of_type);
  return Ok();
}

std::optional<int64_t> Catalog::TypeNumber(std::string_view name) const {
  const std::shared_lock lock(mutex_);
  const auto found = types_.numbers.find(std::string(name));
  return found == types_.numbers.end() ? std::nullopt : std::optional(found->second);
}

std::optional<int64_t> Catalog::OwnerNumber(std::string_view code) const {
  const std::shared_lock lock(mutex_);
  const auto found = owners_.numbers.find(std::string(code));
  return found == owners_.numbers.end() ? std::nullopt : std::optional(found->second);
}

Result<std::string> Catalog::TypeName(int64_t number, Database& database) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    {
      const std::shared_lock lock(mutex_);
      const auto found = types_.names.find(number);
      if (found != types_.names.end()) return found->second;
    }
    QX_DO(Refresh(database));
  }
  return Unavailable("damaged", "A record has a type that is not in the table of types.", "数据文件中有未登记的资源类型。");
}

Result<std::string> Catalog::OwnerCode(int64_t number, Database& database) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    {
      const std::shared_lock lock(mutex_);
      const auto found = owners_.names.find(number);
      if (found != owners_.names.end()) return found->second;
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
      const auto found = codecs_.find(dictionary);
      if (found != codecs_.end()) return found->second;
    }
    QX_DO(Refresh(database));
  }
  return Unavailable("damaged", "A record needs a dictionary that is not there.", "数据文件缺少解压字典。");
}

BodyCodec Catalog::CodecForType(std::string_view type) const {
  const std::shared_lock lock(mutex_);
  const auto found = dictionary_of_type_.find(std::string(type));
  const int64_t number = found == dictionary_of_type_.end() ? 0 : found->second;
  return {number, codecs_.at(number)};
}

std::vector<std::pair<int64_t, std::string>> Catalog::Types() const {
  const std::shared_lock lock(mutex_);
  return {types_.names.begin(), types_.names.end()};
}

std::vector<std::pair<int64_t, std::string>> Catalog::Owners() const {
  const std::shared_lock lock(mutex_);
  return {owners_.names.begin(), owners_.names.end()};
}

}  // namespace qianxian::store::sqlite
