#include "auth/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "base/files.h"
#include "base/text.h"

namespace qianxian::auth {
namespace {

Error CannotWrite(const std::string& path) {
  return Unavailable(errno == ENOSPC ? "disk-full" : "io", "cannot write " + path + ": " + std::strerror(errno),
                     "无法写入文件：" + path);
}

}  // namespace

Status WriteSecretFile(const std::string& path, std::string_view content) {
  std::string beside = path + ".new-" + std::to_string(getpid());
  unlink(beside.c_str());
  int file = open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return CannotWrite(beside);
  size_t done = 0;
  bool good = true;
  while (good && done < content.size()) {
    ssize_t written = write(file, content.data() + done, content.size() - done);
    if (written < 0 && errno != EINTR) good = false;
    if (written > 0) done += static_cast<size_t>(written);
  }
  good = good && fsync(file) == 0;
  if (close(file) != 0 || !good || rename(beside.c_str(), path.c_str()) != 0) {
    Error error = CannotWrite(path);
    unlink(beside.c_str());
    return error;
  }
  size_t slash = path.rfind('/');
  return SyncDirectory(slash == std::string::npos ? "." : path.substr(0, slash));
}

Status ForgetOneTimePassword(const std::string& directory, std::string_view user) {
  for (std::string_view name : {kAdministratorFile, kDemonstrationFile}) {
    std::string path = directory + "/" + std::string(name);
    if (!FileExists(path)) continue;
    QX_TRY(std::string content, ReadFile(path));
    std::string kept;
    bool found = false, any_password = false;
    for (std::string_view line : Split(content, '\n')) {
      if (StartsWith(line, std::string(user) + " ")) {
        found = true;
        continue;
      }
      if (line.empty()) continue;
      any_password = any_password || line[0] != '#';
      kept += std::string(line) + "\n";
    }
    if (!found) continue;
    if (any_password) {
      QX_DO(WriteSecretFile(path, kept));
    } else {
      QX_DO(RemoveFile(path));
    }
  }
  return Ok();
}

}  // namespace qianxian::auth
