// What token modifiers ask of a terminology: :in, :not-in, :above, :below. Implemented by terminology/; search itself
// knows only the sets of codes. Threads: any. Errors: whatever the terminology's are (an unknown value set, too many codes).
// Source: https://hl7.org/fhir/R4/search.html#modifiers
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace qianxian::search {

struct CodeSet {
  struct Part {
    std::string system;
    std::vector<std::string> codes;      // sorted, each once
  };
  std::vector<Part> parts;               // each system once

  bool Has(std::string_view system, std::string_view code) const {
    for (const Part& part : parts) {
      if (part.system == system) return std::binary_search(part.codes.begin(), part.codes.end(), code, std::less<>());
    }
    return false;
  }
};

class Vocabulary {
 public:
  virtual ~Vocabulary() = default;
  virtual Result<std::shared_ptr<const CodeSet>> CodesOf(std::string_view value_set) = 0;
  // The code itself and what it subsumes; what subsumes it.
  virtual Result<std::shared_ptr<const CodeSet>> CodesBelow(std::string_view system, std::string_view code) = 0;
  virtual Result<std::shared_ptr<const CodeSet>> CodesAbove(std::string_view system, std::string_view code) = 0;
};

}  // namespace qianxian::search
