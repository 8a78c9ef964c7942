// zstd in memory, with an optional dictionary (record bodies), and gzip for HTTP. Any thread; a Codec is immutable.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace qianxian::bytes {

class Codec {
 public:
  virtual ~Codec() = default;
  virtual std::string Compress(std::string_view plain) const = 0;
  virtual Result<std::string> Decompress(std::string_view packed, size_t maximum) const = 0;
  // dictionary may be empty.
  static std::unique_ptr<Codec> Make(std::string_view dictionary, int level = 3);
};
// A zstd dictionary from samples; empty if they are too few.
std::string TrainDictionary(const std::vector<std::string>& samples, size_t bytes);

std::string Gzip(std::string_view plain, int level = 6);
Result<std::string> Gunzip(std::string_view packed, size_t maximum);

}  // namespace qianxian::bytes
