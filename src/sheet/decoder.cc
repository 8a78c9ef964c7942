#include "sheet/decoder.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "sheet/gb18030.h"

namespace qianxian::sheet {
namespace {

constexpr size_t kRawBytes = 256 << 10;

// Drops NULs and DOS's end mark; nearly always there are none.
size_t DropControls(char* text, size_t size) {
  if (!std::memchr(text, 0, size) && !std::memchr(text, 0x1a, size)) return size;
  return static_cast<size_t>(std::remove_if(text, text + size, [](char c) { return c == 0 || c == 0x1a; }) - text);
}

}  // namespace

Decoder::Decoder(std::unique_ptr<bytes::Reader> reader, Detected detected)
    : reader_(std::move(reader)), detected_(detected), mark_left_(detected.mark_bytes) {
  if (detected_.encoding != Encoding::kUtf8) raw_.resize(kRawBytes);
  may_be_broken_ = detected_.encoding == Encoding::kUtf8 && !detected_.clean;
}

Status Decoder::Refill() {
  std::memmove(raw_.data(), raw_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  while (!at_end_ && end_ < raw_.size()) {
    QX_TRY(const size_t got, reader_->Read(raw_.data() + end_, raw_.size() - end_));
    if (got == 0) at_end_ = true;
    end_ += got;
    const size_t skip = std::min(mark_left_, end_);
    if (skip) {
      std::memmove(raw_.data(), raw_.data() + skip, end_ - skip);
      end_ -= skip;
      mark_left_ -= skip;
    }
  }
  return Ok();
}

size_t Decoder::FromGb18030(char* out, size_t size) {
  const std::string_view in(raw_.data() + begin_, std::min(end_ - begin_, size / 3));
  const DecodeResult r = DecodeGb18030(in, at_end_ && begin_ + in.size() == end_, out);
  begin_ += r.taken;
  if (r.broken) may_be_broken_ = true;
  return r.written;
}

size_t Decoder::FromUtf16(char* out, size_t size) {
  const bool little = detected_.encoding == Encoding::kUtf16Little;
  const auto unit = [&](size_t at) {
    const auto a = static_cast<unsigned char>(raw_[at]), b = static_cast<unsigned char>(raw_[at + 1]);
    return static_cast<uint32_t>(little ? a | b << 8 : a << 8 | b);
  };
  std::string text;
  text.reserve(size);
  while (text.size() + 4 <= size && begin_ < end_) {
    if (end_ - begin_ < 2) {                    // half a unit: only at the very end
      if (!at_end_) break;
      begin_ = end_;
      AppendUtf8(text, 0xfffd);
      may_be_broken_ = true;
      break;
    }
    uint32_t code = unit(begin_);
    size_t length = 2;
    if (code >= 0xd800 && code <= 0xdfff) {
      if (code <= 0xdbff && end_ - begin_ < 4 && !at_end_) break;
      const uint32_t low = code <= 0xdbff && end_ - begin_ >= 4 ? unit(begin_ + 2) : 0;
      if (low >= 0xdc00 && low <= 0xdfff) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        length = 4;
      } else {
        code = 0xfffd;
        may_be_broken_ = true;
      }
    }
    AppendUtf8(text, code);
    begin_ += length;
  }
  std::memcpy(out, text.data(), text.size());
  return text.size();
}

Result<size_t> Decoder::Fill(char* out, size_t size) {
  if (detected_.encoding == Encoding::kUtf8) {
    while (!at_end_) {
      QX_TRY(size_t got, reader_->Read(out, size));
      if (got == 0) at_end_ = true;
      const size_t skip = std::min(mark_left_, got);
      if (skip) std::memmove(out, out + skip, got - skip);
      mark_left_ -= skip;
      got = DropControls(out, got - skip);
      if (got) return got;
    }
    return size_t{0};
  }
  while (true) {
    if (end_ - begin_ < 8 && !at_end_) QX_DO(Refill());
    if (begin_ == end_) return size_t{0};
    size_t got = detected_.encoding == Encoding::kGb18030 ? FromGb18030(out, size) : FromUtf16(out, size);
    got = DropControls(out, got);
    if (got) return got;
  }
}

}  // namespace qianxian::sheet
