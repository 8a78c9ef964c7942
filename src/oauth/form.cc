#include "oauth/form.h"

#include <set>

#include "base/limits_oauth.h"
#include "oauth/errors.h"

namespace qianxian::oauth {

Result<Form> Form::Of(std::vector<std::pair<std::string, std::string>> values) {
  std::set<std::string_view> names;
  size_t bytes = 0;
  for (const auto& [name, value] : values) {
    bytes += name.size() + value.size();
    if (!names.insert(name).second) return InvalidRequest("a parameter stands there twice: " + name, "参数重复：" + name);
  }
  if (bytes > limits::kOAuthFormBytes) return InvalidRequest("the request is too long", "请求过长");
  Form form;
  form.values_ = std::move(values);
  return form;
}

const std::string& Form::Text(std::string_view name) const {
  static const std::string kNone;
  for (const auto& [known, value] : values_) {
    if (known == name) return value;
  }
  return kNone;
}

}  // namespace qianxian::oauth
