// The built page: files of one folder, nothing outside it. Names under /assets/ carry a hash and may be kept for a year;
// FILE.gz stands beside FILE for whoever accepts gzip; any other path that is no file is a place inside the page and
// answers index.html. Threads: any. Failures: 404 where there is no page.
#pragma once

#include <string>
#include <string_view>

#include "http/server.h"

namespace qianxian::api {

http::Response ServeFile(const std::string& web_directory, const http::Request& request);
// "/a/../../etc/passwd", "//x", a NUL, a backslash, a hidden file: not a path that is served.
bool IsSafePath(std::string_view path);

}  // namespace qianxian::api
