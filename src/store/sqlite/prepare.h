// Everything about a change that needs neither the writer nor the database: parse, keep, hash, pack, index rows. Runs in
// the committing threads. Threads: any.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "store/body.h"
#include "store/sqlite/aliases.h"
#include "store/sqlite/catalog.h"
#include "store/sqlite/custom_index.h"
#include "store/sqlite/index_rows.h"
#include "store/store.h"

namespace qianxian::store::sqlite {

struct PreparedChange {
  Change change;               // its body is gone once it is packed
  Splice splice;
  std::string hash;
  std::string packed;
  int64_t dictionary = 0;
  IndexRows rows;
  IndexRows custom_rows;       // of the commit's custom set
};

struct PreparedCommit {
  access::Caller caller;
  std::string reason;
  std::vector<PreparedChange> changes;
  CustomSet custom;            // what it was prepared for
};

// Collects bodies of a type until there are enough to make a dictionary of.
class DictionarySamples {
 public:
  struct Ready {
    std::string type;
    std::vector<std::string> bodies;
  };
  void Add(const std::string& type, std::string_view body);
  bool HasReady() const;
  std::optional<Ready> TakeReady();

 private:
  struct Collected {
    std::vector<std::string> bodies;
    size_t bytes = 0;
    bool taken = false;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Collected> types_;
  std::vector<Ready> ready_;
};

class Preparer {
 public:
  Preparer(const search::Parameters& parameters, const Aliases& aliases, Catalog& catalog,
           DictionarySamples& samples)
      : parameters_(parameters), aliases_(aliases), catalog_(catalog), samples_(samples) {}
  // invalid: what json and KeepBody refuse, "bad-type", "bad-id".
  Result<PreparedChange> Prepare(Change change, const CustomSet& custom) const;
  // The index rows of a body that is stored already: R4's parameters and the text; those of a custom set.
  Status MakeRows(const json::Document& document, IndexRows& out) const;
  void MakeCustomRows(const json::Document& document, const search::CustomParameters& custom, IndexRows& out) const;
  // For another set than it was prepared for.
  Status PrepareAgain(PreparedCommit& commit, CustomSet custom, Database& database);

 private:
  const search::Parameters& parameters_;
  const Aliases& aliases_;
  Catalog& catalog_;
  DictionarySamples& samples_;
};

}  // namespace qianxian::store::sqlite
