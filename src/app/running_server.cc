#include "app/running_server.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/files.h"
#include "json/value.h"
#include "json/writer.h"

namespace qianxian::app {
namespace {

std::string LockPath(const std::string& directory) { return directory + "/serve.lock"; }
std::string NotePath(const std::string& directory) { return directory + "/serve.json"; }

// The open lock file, or -1 with errno EWOULDBLOCK where a server holds it.
Result<int> TryLock(const std::string& directory) {
  int file = open(LockPath(directory).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) {
    return Unavailable("io", "cannot open " + LockPath(directory) + ": " + std::strerror(errno), "无法打开 " + LockPath(directory));
  }
  if (flock(file, LOCK_EX | LOCK_NB) == 0) return file;
  close(file);
  return -1;
}

}  // namespace

std::string UrlOf(const RunningServer& server) {
  const bool bare_ipv6 = server.address.find(':') != std::string::npos;
  return (server.certificate_file.empty() ? "http://" : "https://") + (bare_ipv6 ? "[" + server.address + "]" : server.address) + ":" +
         std::to_string(server.port) + "/";
}

Result<std::optional<RunningServer>> FindRunningServer(const std::string& directory) {
  if (!FileExists(LockPath(directory))) return std::optional<RunningServer>();
  QX_TRY(int file, TryLock(directory));
  if (file >= 0) {
    close(file);
    return std::optional<RunningServer>();
  }
  RunningServer server;
  Result<std::string> note = ReadFile(NotePath(directory));
  if (!note.ok()) return std::optional<RunningServer>(server);   // it is starting
  Result<json::Document> document = json::Document::Parse(std::move(*note));
  if (!document.ok()) return std::optional<RunningServer>(server);
  json::Value root = document->root();
  auto number = [&](std::string_view name) {
    std::optional<json::Value> value = root.Find(name);
    return value && value->IsNumber() ? value->AsInteger().value_or(0) : 0;
  };
  server.address = root.FindString("address");
  server.port = static_cast<uint16_t>(number("port"));
  server.pid = number("pid");
  server.certificate_file = root.FindString("certificate");
  return std::optional<RunningServer>(server);
}

Result<std::unique_ptr<ServerLock>> ServerLock::Take(const std::string& directory) {
  QX_TRY(int file, TryLock(directory));
  if (file >= 0) return std::unique_ptr<ServerLock>(new ServerLock(directory, file));
  QX_TRY(std::optional<RunningServer> server, FindRunningServer(directory));
  std::string where = server && server->port != 0 ? " (" + UrlOf(*server) + ", pid " + std::to_string(server->pid) + ")" : "";
  return MakeError(ErrorCategory::kBusy, "server-running", "a server is at work on " + directory + " already" + where + ": stop it first, or use another folder (--data)",
                   "已有服务在使用数据目录 " + directory + where + "：请先停止它，或用 --data 换一个目录");
}

ServerLock::~ServerLock() {
  (void)RemoveFile(NotePath(directory_)).ok();
  close(file_);
}

Status ServerLock::Announce(const RunningServer& server) {
  json::Writer writer;
  writer.BeginObject().Member("address", server.address).Member("port", server.port).Member("pid", server.pid);
  writer.MemberIfAny("certificate", server.certificate_file).EndObject();
  return WriteFileDurably(NotePath(directory_), writer.Take() + "\n");
}

}  // namespace qianxian::app
