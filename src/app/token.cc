#include <cstdio>

#include "app/commands.h"
#include "app/terminal.h"
#include "base/limits.h"

namespace qianxian::app {

// The token alone on standard output: TOKEN=$(qianxian token --user NAME).
int RunToken(const TokenOptions& options) {
  Result<std::unique_ptr<Folder>> folder = Folder::Open(options.folder);
  if (!folder.ok()) return Fail(folder.error());
  int hours = options.hours == 0 ? limits::kTokenHours : options.hours;
  Result<auth::SignedIn> token = (*folder)->auth().MintToken(options.user, hours, "command-line");
  if (!token.ok()) return Fail(token.error());
  std::printf("%s\n", token->secret.c_str());
  return kDone;
}

}  // namespace qianxian::app
