// A tar archive from a stranger: members are given or refused, within the bound, and no name climbs.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "bytes/tar.h"

namespace {

class Bytes final : public qianxian::bytes::Reader {
 public:
  Bytes(const uint8_t* data, size_t size) : data_(reinterpret_cast<const char*>(data)), size_(size) {}
  qianxian::Result<size_t> Read(char* out, size_t size) override {
    size_t taken = std::min(size, size_ - at_);
    std::char_traits<char>::copy(out, data_ + at_, taken);
    at_ += taken;
    return taken;
  }
  uint64_t file_position() const override { return at_; }
  uint64_t file_size() const override { return size_; }

 private:
  const char* data_;
  size_t size_, at_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr uint64_t kMost = 1 << 20;
  Bytes in(data, size);
  qianxian::bytes::TarReader tar(in, kMost);
  uint64_t total = 0;
  while (true) {
    auto member = tar.Next();
    if (!member.ok() || !*member) return 0;
    total += (*member)->size;
    if (total > kMost || (*member)->name.empty() || (*member)->name[0] == '/' || (*member)->name.find("../") == 0) std::abort();
    if ((*member)->size % 2 == 0) continue;
    auto content = tar.ReadContent(kMost);
    if (!content.ok()) return 0;
    if (content->size() != (*member)->size) std::abort();
  }
}
