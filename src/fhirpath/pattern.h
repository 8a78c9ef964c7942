// A regular expression that strangers may write (filters of value sets): RE2's, so that time is linear to the text and
// memory bounded. Threads: immutable; any number. Errors: invalid "bad-regex".
// Source: https://github.com/google/re2/wiki/Syntax
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace re2 {
class RE2;
}

namespace qianxian::fhirpath {

class Pattern {
 public:
  static Result<Pattern> Compile(std::string_view text);   // at most limits::kPatternBytes
  bool MatchesWhole(std::string_view text) const;

 private:
  explicit Pattern(std::shared_ptr<const re2::RE2> regex) : regex_(std::move(regex)) {}
  std::shared_ptr<const re2::RE2> regex_;
};

}  // namespace qianxian::fhirpath
