// `like: OTHER`: a pathway or form that is another one of the same folder with its own keys laid over it, so that what seven
// tumours share is written once. Maps are merged key by key, lists whose entries have an `id` entry by entry (new ones come
// last), anything else is replaced; `id`, `order`, `title`, `description`, `edition`, `effective`, `sources` are the file's own or, where it
// has none, the other's. A file with `abstract: true` is only there to be built on and is no pathway or form itself.
// Works on texts: what comes out is an ordinary file, complete by itself, and that is what an enrolment freezes.
// Pure; any thread. Failures: none; faults (unknown or circular `like`) are added with file and line.
#pragma once

#include <map>
#include <string>

#include "pack/reader.h"

namespace qianxian::pack::internal {

// The pack's files with every `like` laid out and the abstract ones gone.
std::map<std::string, std::string> ExpandLikes(const std::map<std::string, std::string>& files, Faults& faults);

}  // namespace qianxian::pack::internal
