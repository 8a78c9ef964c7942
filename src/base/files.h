// Whole files and durable replacement. Any thread. Errors: not_found, unavailable ("disk-full", "io").
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace qianxian {
Result<std::string> ReadFile(const std::string& path);
// Writes beside, fsyncs, renames over, fsyncs the folder: afterwards the old or the new file is there, whole.
Status WriteFileDurably(const std::string& path, std::string_view content);
Status MakeDirectories(const std::string& path);
Status SyncFile(const std::string& path);        // fsync of an existing file
Status SyncDirectory(const std::string& path);
bool FileExists(const std::string& path);
Result<uint64_t> FileSize(const std::string& path);
Status RemoveFile(const std::string& path);      // a missing file is no error
// All files below a folder, sorted by path.
Result<std::vector<std::string>> ListFiles(const std::string& directory);
}  // namespace qianxian
