#include "api/static_files.h"

#include <sys/stat.h>

#include <filesystem>

#include "api/outcome.h"
#include "base/files.h"
#include "base/text.h"
#include "crypto/crypto.h"

namespace qianxian::api {
namespace {

struct ContentType {
  std::string_view ending, type;
};
constexpr ContentType kTypes[] = {
    {".html", "text/html; charset=utf-8"},  {".js", "text/javascript; charset=utf-8"}, {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},    {".json", "application/json"},             {".svg", "image/svg+xml"},
    {".png", "image/png"},                  {".ico", "image/x-icon"},                  {".woff2", "font/woff2"},
    {".woff", "font/woff"},                 {".txt", "text/plain; charset=utf-8"},     {".webmanifest", "application/manifest+json"},
    {".map", "application/json"},           {".jpg", "image/jpeg"},                    {".webp", "image/webp"},
};

std::string_view TypeOf(std::string_view path) {
  for (const ContentType& type : kTypes) {
    if (EndsWith(path, type.ending)) return type.type;
  }
  return "application/octet-stream";
}

// A plain file inside the folder; a link that leads out of it is none.
bool IsServed(const std::string& root, const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return false;
  std::error_code error;
  std::string whole_root = std::filesystem::canonical(root, error).string();
  if (error) return false;
  std::string whole_path = std::filesystem::canonical(path, error).string();
  return !error && StartsWith(whole_path, whole_root + "/");
}

bool AcceptsGzip(const http::Request& request) {
  return request.Header("accept-encoding").find("gzip") != std::string_view::npos;
}

std::string TagOf(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return {};
  return "\"" + std::to_string(info.st_size) + "-" + std::to_string(info.st_mtim.tv_sec) + "-" +
         std::to_string(info.st_mtim.tv_nsec) + "\"";
}

}  // namespace

bool IsSafePath(std::string_view path) {
  if (path.empty() || path[0] != '/') return false;
  if (path.find('\0') != std::string_view::npos || path.find('\\') != std::string_view::npos) return false;
  if (path == "/") return true;
  for (std::string_view part : Split(path.substr(1), '/')) {
    if (part.empty() || part[0] == '.') return false;
  }
  return true;
}

http::Response ServeFile(const std::string& web_directory, const http::Request& request) {
  Error missing = NotFound("no-such-page", "there is nothing here", "没有这个页面");
  if (web_directory.empty() || !IsSafePath(request.path)) return ApiError(missing);
  std::string path = web_directory + request.path;
  bool asset = StartsWith(request.path, "/assets/");
  if (request.path == "/" || !IsServed(web_directory, path)) {
    // A missing asset must not become a page: the browser would run it as a script.
    if (asset) return ApiError(missing);
    path = web_directory + "/index.html";
    if (!IsServed(web_directory, path)) {
      return ApiError(NotFound("no-page", "the page is not built: see the README", "网页尚未构建，请参阅 README"));
    }
  }
  http::Response response;
  response.Set("Content-Type", TypeOf(path));
  response.Set("Cache-Control", asset ? "public, max-age=31536000, immutable" : "no-cache");
  bool packed = AcceptsGzip(request) && IsServed(web_directory, path + ".gz");
  if (IsServed(web_directory, path + ".gz")) response.Set("Vary", "Accept-Encoding");
  std::string tag = TagOf(packed ? path + ".gz" : path);
  if (!tag.empty()) response.Set("ETag", tag);
  if (!tag.empty() && request.Header("if-none-match") == tag) {
    response.status = 304;
    return response;
  }
  if (packed) response.Set("Content-Encoding", "gzip");
  response.file_path = packed ? path + ".gz" : path;
  return response;
}

}  // namespace qianxian::api
