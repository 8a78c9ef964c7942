// The bytes of a sheet as UTF-8, piece by piece, without NULs and the end mark of DOS (0x1A). For sheet's own files.
// One thread. Failures: those of bytes::Reader. Broken bytes become U+FFFD, except in UTF-8, which is passed on as it is
// (looking twice would cost more than the rest of the reader): may_be_broken() says so.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "bytes/reader.h"
#include "sheet/encoding.h"

namespace qianxian::sheet {

class Decoder {
 public:
  Decoder(std::unique_ptr<bytes::Reader> reader, Detected detected);
  // At most `size` bytes of UTF-8 (size ≥ 16); 0 at the end. Not always cut between characters.
  Result<size_t> Fill(char* out, size_t size);
  Encoding encoding() const { return detected_.encoding; }
  // True once a U+FFFD may stand for broken bytes, or (UTF-8) bytes may be broken.
  bool may_be_broken() const { return may_be_broken_; }
  const bytes::Reader& reader() const { return *reader_; }

 private:
  Status Refill();
  size_t FromGb18030(char* out, size_t size);
  size_t FromUtf16(char* out, size_t size);

  std::unique_ptr<bytes::Reader> reader_;
  Detected detected_;
  std::string raw_;            // bytes read but not decoded: raw_[begin_, end_)
  size_t begin_ = 0, end_ = 0;
  size_t mark_left_ = 0;       // bytes of the byte order mark still to be passed over
  bool at_end_ = false;
  bool may_be_broken_ = false;
};

}  // namespace qianxian::sheet
