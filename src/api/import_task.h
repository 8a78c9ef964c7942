// Reads an import's Task (docs/formats/sheets.md, "The job") into a line of the list. Pure; any thread.
#pragma once

#include <string>

#include "api/import_jobs.h"
#include "base/result.h"
#include "store/store.h"

namespace qianxian::api {

inline constexpr std::string_view kCommandLine = "command-line";   // who imports without the page

// `directory`: the data folder. Errors: invalid, where the Task is none of an import.
Result<ImportView> ViewOfTask(const store::Resource& task, const std::string& directory);
Error DiedError();                         // of an import whose process is no more

}  // namespace qianxian::api
