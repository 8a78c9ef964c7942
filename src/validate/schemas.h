// The schemas by URL, each compiled once: R4's own for good, those of the source (the store's profiles) until its stamp
// changes. At most limits::kSchemasKept of the source's are kept.
// Threads: any number. Errors: those of Schema::Read and of the source; invalid "profile-cycle".
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/locked.h"
#include "terminology/source.h"
#include "validate/schema.h"

namespace qianxian::validate {

class Schemas {
 public:
  explicit Schemas(terminology::Source& source) : source_(source) {}   // must outlive this
  // nullptr: there is none. `canonical` may end in |version.
  Result<std::shared_ptr<const Schema>> Find(std::string_view canonical);
  // Of a type of R4: "Patient", "HumanName".
  Result<std::shared_ptr<const Schema>> OfType(std::string_view type);

  size_t kept() { return shelf_.Lock()->own.size(); }              // of the source's

 private:
  using Path = std::vector<std::string>;
  Result<std::shared_ptr<const Schema>> Find(std::string_view canonical, Path& path);
  Result<std::shared_ptr<const Schema>> Make(std::string text, std::string_view url, Path& path);

  struct Shelf {
    uint64_t stamp = 0;
    std::unordered_map<std::string, std::shared_ptr<const Schema>> core, own;
  };
  terminology::Source& source_;
  Locked<Shelf> shelf_;
};

}  // namespace qianxian::validate
