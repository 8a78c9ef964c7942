// The parameters of an OAuth request, of an address or of a form: each at most once (RFC 6749 §3.1, §3.2), none of them longer than
// limits::kOAuthFormBytes all together. A value; one thread. Failure: invalid_request.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace qianxian::oauth {

class Form {
 public:
  static Result<Form> Of(std::vector<std::pair<std::string, std::string>> values);
  // "" if it is not there; an empty one is as good as none (RFC 6749 §3.1).
  const std::string& Text(std::string_view name) const;
  bool Has(std::string_view name) const { return !Text(name).empty(); }
  const std::vector<std::pair<std::string, std::string>>& values() const { return values_; }

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

}  // namespace qianxian::oauth
