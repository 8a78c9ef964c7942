// Reads a tar archive (POSIX ustar, pax and GNU long names) member by member, from first to last; writes nothing to the disk.
// Refuses what an honest archive does not have: names that are absolute or climb ("../x"), wrong check sums, a member or a
// whole that is larger than allowed. Links and devices are members that are no files.
// One thread. Errors: invalid ("bad-archive", "unsafe-path", "too-large"); those of the Reader.
// Source: POSIX.1-2017, pax, "ustar Interchange Format"
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "bytes/reader.h"

namespace qianxian::bytes {

class TarReader {
 public:
  struct Member {
    std::string name;
    uint64_t size = 0;
    bool is_file = false;
  };
  // `in` must outlive it. most_bytes: of all members together, read or not.
  TarReader(Reader& in, uint64_t most_bytes) : in_(in), left_(most_bytes) {}

  Result<std::optional<Member>> Next();              // none: the end
  Result<std::string> ReadContent(size_t most_bytes);   // of the member that Next gave; once

 private:
  Result<bool> ReadBlock(char* block);               // false: the end of the file
  Status Skip(uint64_t size);
  Status Charge(uint64_t size);
  Result<std::string> Take(uint64_t size);           // and the padding behind it
  Status ReadPax(const std::string& records, std::string& path) const;

  Reader& in_;
  uint64_t left_;
  uint64_t unread_ = 0;                              // of the member at hand
};

}  // namespace qianxian::bytes
