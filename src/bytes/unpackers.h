// One Reader for each packing. Of bytes' own .cc files only. One thread at a time.
#pragma once

#include <memory>

#include "bytes/reader.h"
#include "bytes/source.h"

namespace qianxian::bytes {
Result<std::unique_ptr<Reader>> MakeGzipReader(std::unique_ptr<Source> source);
Result<std::unique_ptr<Reader>> MakeBzip2Reader(std::unique_ptr<Source> source);
Result<std::unique_ptr<Reader>> MakeZstdReader(std::unique_ptr<Source> source);
}  // namespace qianxian::bytes
