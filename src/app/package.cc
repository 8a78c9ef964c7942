// qianxian package list | remove: what `import package` brought.
#include <cstdio>

#include "app/commands.h"
#include "app/terminal.h"
#include "intake/packages.h"

namespace qianxian::app {

int RunPackageList(const PackageOptions& options) {
  Result<std::unique_ptr<Folder>> opened = Folder::Open(options.folder);
  if (!opened.ok()) return Fail(opened.error());
  Result<std::vector<intake::InstalledPackage>> packages = intake::ListPackages((*opened)->store());
  if (!packages.ok()) return Fail(packages.error());
  for (const intake::InstalledPackage& package : *packages) {
    std::printf("%s#%s\t%zu\t%s\t%s\n", package.name.c_str(), package.version.c_str(), package.resources.size(), package.imported_at.c_str(),
                package.title.c_str());
  }
  if (packages->empty()) Say("尚未导入 FHIR 包 · no packages yet");
  return kDone;
}

int RunPackageRemove(const PackageOptions& options) {
  Result<std::unique_ptr<Folder>> opened = Folder::Open(options.folder);
  if (!opened.ok()) return Fail(opened.error());
  Result<uint64_t> removed = intake::RemovePackage(CommandLineCaller(), (*opened)->store(), options.name, options.version);
  if (!removed.ok()) return Fail(removed.error());
  std::printf("removed %llu\n", static_cast<unsigned long long>(*removed));
  return kDone;
}

}  // namespace qianxian::app
