// GB18030 to UTF-8 and back, by tables that are made once from ICU's converter. For sheet's own files.
// Threads: the tables are immutable once made; any thread. Failures: bytes that are no character become U+FFFD, one by one
// (so that a comma or a line end after a broken byte is still one); characters that GB18030 lacks do not exist.
// Source: GB 18030-2022 as ICU's converter "gb18030" has it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace qianxian::sheet {

struct DecodeResult {
  size_t taken = 0;        // bytes of `in` used; the rest is the beginning of a character, for the next call
  size_t written = 0;      // bytes of `out`
  size_t broken = 0;       // characters that were none
  size_t characters = 0;   // other than ASCII, good ones
};

// `out` must have room for 3 × in.size() bytes. `last`: nothing follows, so a begun character is broken.
DecodeResult DecodeGb18030(std::string_view in, bool last, char* out);

// `text` must be UTF-8.
void AppendGb18030(std::string_view text, std::string& out);

}  // namespace qianxian::sheet
