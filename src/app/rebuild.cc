#include <cstdio>

#include "app/commands.h"
#include "app/running_server.h"
#include "app/terminal.h"

namespace qianxian::app {

int RunRebuild(const RebuildOptions& options) {
  Cancel& cancel = StopOnSignals();
  Result<std::unique_ptr<Folder>> opened = Folder::Open(WithData(options.folder));
  if (!opened.ok()) return Fail(opened.error());
  Folder& folder = **opened;
  // Nobody may start a server on indexes that are half made.
  Result<std::unique_ptr<ServerLock>> lock = ServerLock::Take(folder.directory());
  if (!lock.ok()) return Fail(lock.error());
  {
    ProgressLine line(folder.clock(), "重建检索索引 search index");
    Status rebuilt = folder.store().RebuildIndex(access::SystemCaller("rebuild"),
                                                 [&](uint64_t done, uint64_t total) { line.ShowCount(done, total); });
    if (!rebuilt.ok()) return Fail(rebuilt.error());
  }
  std::printf("检索索引已重建 · search index made again\n");
  std::fflush(stdout);
  Status numbers = folder.OpenNumbers();
  if (!numbers.ok()) return Fail(numbers.error());
  {
    ProgressLine line(folder.clock(), "重建数据仓库 warehouse");
    Status rebuilt = folder.warehouse().Rebuild(cancel, [&](uint64_t done, uint64_t total) { line.ShowCount(done, total); });
    if (!rebuilt.ok()) return Fail(rebuilt.error());
  }
  std::printf("数据仓库已重建 · warehouse made again, as of t=%llu\n", static_cast<unsigned long long>(folder.warehouse().as_of()));
  return kDone;
}

}  // namespace qianxian::app
