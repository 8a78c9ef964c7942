// The page's calls as tables of {method, pattern, run}: which route a request is for, and what stands in its path and query.
// Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/text.h"
#include "http/server.h"

namespace qianxian::api {

// Does a path, split as it was sent, fit a pattern ("/api/patients/{}/visits")? What stands for {} goes to `arguments`, decoded
// afterwards: a key may hold %2F. An empty part fits nothing.
bool FitsPattern(std::string_view pattern, const std::vector<std::string_view>& path, std::vector<std::string>& arguments);

template <typename Route>
struct FoundRoute {
  const Route* route = nullptr;            // null: none of these
  std::vector<std::string> arguments;
  std::string allowed;                     // with no route: the methods that this path has, "" = no such path here
};

// HEAD is answered as GET.
template <typename Route>
FoundRoute<Route> FindRoute(const std::vector<Route>& routes, const http::Request& request) {
  const std::string_view method = request.method == "HEAD" ? std::string_view("GET") : std::string_view(request.method);
  const std::string_view target = request.target;
  const std::vector<std::string_view> path = Split(target.substr(0, target.find('?')), '/');
  FoundRoute<Route> found;
  for (const Route& route : routes) {
    if (!FitsPattern(route.pattern, path, found.arguments)) continue;
    if (route.method == method) {
      found.route = &route;
      return found;
    }
    found.allowed += (found.allowed.empty() ? "" : ", ") + std::string(route.method);
  }
  return found;
}

http::Response MethodNotAllowed(const http::Request& request, const std::string& allowed);
http::Response AnswerOf(Result<http::Response> answer);           // an error as the page reads it

// A table of a class whose methods answer a Call.
template <typename Api, typename Call>
struct ApiRoute {
  std::string_view method, pattern;
  Result<http::Response> (Api::*run)(const Call& call);
};

// `call_of` makes the Call of the arguments. None: no call of this table.
template <typename Api, typename Call>
std::optional<http::Response> AnswerRoute(Api& api, const std::vector<ApiRoute<Api, Call>>& routes, const http::Request& request, const auto& call_of) {
  FoundRoute<ApiRoute<Api, Call>> found = FindRoute(routes, request);
  if (found.route) return AnswerOf((api.*found.route->run)(call_of(std::move(found.arguments))));
  if (found.allowed.empty()) return std::nullopt;
  return MethodNotAllowed(request, found.allowed);
}

// A whole number of the query, cut at `most`; `otherwise` when it is not given; invalid "bad-number".
Result<size_t> QueryNumber(const http::Request& request, std::string_view name, size_t otherwise, size_t most);

Error SignInFirst();

}  // namespace qianxian::api
