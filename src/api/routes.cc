#include "api/routes.h"

#include <algorithm>

#include "api/outcome.h"

namespace qianxian::api {

bool FitsPattern(std::string_view pattern, const std::vector<std::string_view>& path, std::vector<std::string>& arguments) {
  const std::vector<std::string_view> wanted = Split(pattern, '/');
  if (wanted.size() != path.size()) return false;
  arguments.clear();
  for (size_t i = 0; i < path.size(); ++i) {
    if (wanted[i] == "{}" && !path[i].empty()) arguments.push_back(http::PercentDecode(path[i], false));
    else if (wanted[i] != path[i]) return false;
  }
  return true;
}

http::Response MethodNotAllowed(const http::Request& request, const std::string& allowed) {
  http::Response response = ApiError(MakeError(ErrorCategory::kUnsupported, "method-not-allowed", request.method + " is not done here; possible: " + allowed,
                                               "此处不支持 " + request.method + "，可用：" + allowed));
  response.Set("Allow", allowed);
  return response;
}

Result<size_t> QueryNumber(const http::Request& request, std::string_view name, size_t otherwise, size_t most) {
  const std::string text(request.QueryValue(name));
  if (text.empty()) return otherwise;
  int64_t number = 0;
  if (!ParseInteger(text, number) || number < 0) {
    return Invalid("bad-number", std::string(name) + " must be a whole number, 0 or more: " + text, std::string(name) + " 应为不小于 0 的整数：" + text);
  }
  return std::min(static_cast<size_t>(number), most);
}

http::Response AnswerOf(Result<http::Response> answer) { return answer.ok() ? std::move(*answer) : ApiError(answer.error()); }

Error SignInFirst() { return MakeError(ErrorCategory::kUnauthenticated, "no-session", "please sign in", "请先登录"); }

}  // namespace qianxian::api
