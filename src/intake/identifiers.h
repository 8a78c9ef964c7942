// Resources by business identifier, for references like "Practitioner?identifier=system|value" and ifNoneExist. A type is
// read from the record when it is first asked for, and kept up by what the import itself adds. One thread.
// Failures: the store's; invalid "too-many-identifiers".
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "json/value.h"
#include "store/store.h"

namespace qianxian::intake {

class Identifiers {
 public:
  // `settle` is called before the record is read: it waits until all that was given to it is there.
  Identifiers(store::Store& store, access::Caller caller, std::function<Status()> settle)
      : store_(store), caller_(std::move(caller)), settle_(std::move(settle)) {}

  struct Answer {
    enum class Kind { kOne, kNone, kSeveral, kNotUnderstood } kind = Kind::kNone;
    std::string id;
  };
  // `query`: "identifier=system|value" (percent-encoded or not); any other query is not understood here.
  bool Knows(std::string_view type) const { return types_.contains(std::string(type)); }   // has read it
  Result<Answer> Find(std::string_view type, std::string_view query);
  void Add(std::string_view type, const std::string& id, json::Value resource);

 private:
  using OfType = std::unordered_map<std::string, std::string>;   // "system|value" → id; "" where several have it
  Status Read(const std::string& type);
  static void AddTo(OfType& map, const std::string& id, json::Value resource);

  store::Store& store_;
  const access::Caller caller_;
  const std::function<Status()> settle_;
  std::unordered_map<std::string, OfType> types_;
};

}  // namespace qianxian::intake
