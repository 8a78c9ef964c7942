#include "bytes/unpackers.h"

#include <bzlib.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>

namespace qianxian::bytes {
namespace {

Error NoMemory() { return Unavailable("memory", "no memory to unpack", "内存不足，无法解压"); }

// zlib and bzip2 count in 32 bits.
unsigned Clamp(size_t size) { return static_cast<unsigned>(std::min<size_t>(size, 1U << 30)); }

class PackedReader : public Reader {
 public:
  explicit PackedReader(std::unique_ptr<Source> source) : source_(std::move(source)) {}
  uint64_t file_position() const override { return source_->position(); }
  uint64_t file_size() const override { return source_->size(); }

 protected:
  std::unique_ptr<Source> source_;
  bool inside_ = false;  // a member, stream or frame has begun and not ended
};

class GzipReader final : public PackedReader {
 public:
  explicit GzipReader(std::unique_ptr<Source> source) : PackedReader(std::move(source)) {}
  ~GzipReader() override { inflateEnd(&stream_); }
  bool Init() { return inflateInit2(&stream_, 15 + 16) == Z_OK; }

  Result<size_t> Read(char* out, size_t size) override {
    if (size == 0) return size_t{0};
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = Clamp(size);
    const unsigned wanted = stream_.avail_out;
    while (stream_.avail_out == wanted) {
      QX_TRY(std::string_view waiting, source_->Peek());
      if (waiting.empty()) {
        if (inside_) return source_->BadArchive("gzip ends early");
        return size_t{0};
      }
      if (!inside_) {
        // After a member: another one, or zeros that fill a tape's block.
        if (members_ > 0 && waiting[0] == '\0') {
          source_->Take(1);
          continue;
        }
        inflateReset(&stream_);
        inside_ = true;
        ++members_;
      }
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(waiting.data()));
      stream_.avail_in = Clamp(waiting.size());
      const unsigned offered = stream_.avail_in;
      int result = inflate(&stream_, Z_NO_FLUSH);
      source_->Take(offered - stream_.avail_in);
      if (result == Z_STREAM_END) {
        inside_ = false;
      } else if (result != Z_OK && result != Z_BUF_ERROR) {
        return source_->BadArchive(stream_.msg != nullptr ? stream_.msg : "gzip");
      }
    }
    return static_cast<size_t>(wanted - stream_.avail_out);
  }

 private:
  z_stream stream_{};
  uint64_t members_ = 0;
};

class Bzip2Reader final : public PackedReader {
 public:
  explicit Bzip2Reader(std::unique_ptr<Source> source) : PackedReader(std::move(source)) {}
  ~Bzip2Reader() override {
    if (inside_) BZ2_bzDecompressEnd(&stream_);
  }

  Result<size_t> Read(char* out, size_t size) override {
    if (size == 0) return size_t{0};
    const unsigned wanted = Clamp(size);
    unsigned left = wanted;
    while (left == wanted) {
      QX_TRY(std::string_view waiting, source_->Peek());
      if (waiting.empty()) {
        if (inside_) return source_->BadArchive("bzip2 ends early");
        return size_t{0};
      }
      if (!inside_) {
        stream_ = {};
        if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) return NoMemory();
        inside_ = true;
      }
      stream_.next_in = const_cast<char*>(waiting.data());
      stream_.avail_in = Clamp(waiting.size());
      stream_.next_out = out;
      stream_.avail_out = left;
      const unsigned offered = stream_.avail_in;
      int result = BZ2_bzDecompress(&stream_);
      source_->Take(offered - stream_.avail_in);
      left = stream_.avail_out;
      if (result == BZ_STREAM_END) {
        BZ2_bzDecompressEnd(&stream_);
        inside_ = false;
      } else if (result != BZ_OK) {
        return source_->BadArchive("bzip2");
      }
    }
    return static_cast<size_t>(wanted - left);
  }

 private:
  bz_stream stream_{};
};

class ZstdReader final : public PackedReader {
 public:
  explicit ZstdReader(std::unique_ptr<Source> source) : PackedReader(std::move(source)), stream_(ZSTD_createDStream()) {}
  ~ZstdReader() override { ZSTD_freeDStream(stream_); }
  bool Init() const { return stream_ != nullptr; }

  Result<size_t> Read(char* out, size_t size) override {
    if (size == 0) return size_t{0};
    ZSTD_outBuffer output{out, size, 0};
    while (output.pos == 0) {
      QX_TRY(std::string_view waiting, source_->Peek());
      if (waiting.empty() && !inside_) return size_t{0};
      ZSTD_inBuffer input{waiting.data(), waiting.size(), 0};
      size_t result = ZSTD_decompressStream(stream_, &output, &input);
      source_->Take(input.pos);
      if (ZSTD_isError(result)) return source_->BadArchive(ZSTD_getErrorName(result));
      inside_ = result != 0;
      if (waiting.empty() && inside_ && output.pos == 0) return source_->BadArchive("zstd ends early");
    }
    return output.pos;
  }

 private:
  ZSTD_DStream* stream_;
};

}  // namespace

Result<std::unique_ptr<Reader>> MakeGzipReader(std::unique_ptr<Source> source) {
  auto reader = std::make_unique<GzipReader>(std::move(source));
  if (!reader->Init()) return NoMemory();
  return std::unique_ptr<Reader>(std::move(reader));
}

Result<std::unique_ptr<Reader>> MakeBzip2Reader(std::unique_ptr<Source> source) {
  return std::unique_ptr<Reader>(new Bzip2Reader(std::move(source)));
}

Result<std::unique_ptr<Reader>> MakeZstdReader(std::unique_ptr<Source> source) {
  auto reader = std::make_unique<ZstdReader>(std::move(source));
  if (!reader->Init()) return NoMemory();
  return std::unique_ptr<Reader>(std::move(reader));
}

}  // namespace qianxian::bytes
