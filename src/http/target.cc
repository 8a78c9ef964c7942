#include "http/target.h"

#include <algorithm>

#include "base/text.h"

namespace qianxian::http {
namespace {

// Absolute form, which clients send to proxies and servers must take, without its scheme and host.
std::string_view WithoutOrigin(std::string_view target) {
  for (std::string_view scheme : {"http://", "https://"}) {
    if (!StartsWith(ToLowerAscii(target.substr(0, scheme.size())), scheme)) continue;
    std::string_view rest = target.substr(scheme.size());
    size_t end = rest.find_first_of("/?");
    if (end == std::string_view::npos) return "/";
    return rest[end] == '/' ? rest.substr(end) : std::string_view();
  }
  return target;
}

}  // namespace

std::string_view PathOfTarget(std::string_view target) {
  if (target == "*") return target;
  if (!StartsWith(target, "/")) target = WithoutOrigin(target);
  if (!StartsWith(target, "/")) return {};
  return target.substr(0, target.find_first_of("?#"));
}

std::string_view QueryOfTarget(std::string_view target) {
  target = target.substr(0, target.find('#'));
  size_t mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

}  // namespace qianxian::http
