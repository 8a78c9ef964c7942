#include "fhirpath/pattern.h"

#include <re2/re2.h>

#include "base/limits.h"

namespace qianxian::fhirpath {

Result<Pattern> Pattern::Compile(std::string_view text) {
  if (text.size() > limits::kPatternBytes) {
    return Invalid("bad-regex", "a regular expression is longer than " + std::to_string(limits::kPatternBytes) + " bytes",
                   "正则表达式过长，最多 " + std::to_string(limits::kPatternBytes) + " 字节");
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_dot_nl(true);
  options.set_max_mem(1 << 20);
  auto regex = std::make_shared<const re2::RE2>(re2::StringPiece(text.data(), text.size()), options);
  if (!regex->ok()) {
    return Invalid("bad-regex", "not a regular expression: " + regex->error(), "正则表达式有误：" + regex->error());
  }
  return Pattern(std::move(regex));
}

bool Pattern::MatchesWhole(std::string_view text) const {
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *regex_);
}

}  // namespace qianxian::fhirpath
