#include "auth/secret_file.h"

#include <string>

#include "base/files.h"
#include "base/private_file.h"
#include "base/text.h"

namespace qianxian::auth {

Status WriteSecretFile(const std::string& path, std::string_view content) { return WritePrivateFile(path, content); }

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
