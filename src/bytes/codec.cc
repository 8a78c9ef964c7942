#include <zdict.h>
#include <zstd.h>

#include "bytes/compress.h"

namespace qianxian::bytes {
namespace {

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  void operator()(ZSTD_CDict* dictionary) const { ZSTD_freeCDict(dictionary); }
  void operator()(ZSTD_DDict* dictionary) const { ZSTD_freeDDict(dictionary); }
};

// A context is some hundred kilobytes of tables: one a thread, kept for its life, and none in the immutable Codec.
ZSTD_CCtx* CompressionContext() {
  thread_local std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  QX_CHECK(context != nullptr, "no memory for zstd");
  return context.get();
}

ZSTD_DCtx* DecompressionContext() {
  thread_local std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  QX_CHECK(context != nullptr, "no memory for zstd");
  return context.get();
}

Error Damaged(const char* reason) {
  return Invalid("bad-archive", std::string("damaged zstd data: ") + reason, std::string("压缩数据已损坏：") + reason);
}

Error TooLarge(size_t maximum) {
  return Invalid("too-large", "unpacked it is larger than " + std::to_string(maximum) + " bytes",
                 "解压后超过 " + std::to_string(maximum) + " 字节");
}

class ZstdCodec final : public Codec {
 public:
  ZstdCodec(std::string_view dictionary, int level) : level_(level) {
    if (dictionary.empty()) return;
    compressing_.reset(ZSTD_createCDict(dictionary.data(), dictionary.size(), level));
    decompressing_.reset(ZSTD_createDDict(dictionary.data(), dictionary.size()));
    QX_CHECK(compressing_ != nullptr && decompressing_ != nullptr, "no memory for a dictionary");
  }

  std::string Compress(std::string_view plain) const override {
    std::string out(ZSTD_compressBound(plain.size()), '\0');
    ZSTD_CCtx* context = CompressionContext();
    size_t size = compressing_ == nullptr
                      ? ZSTD_compressCCtx(context, out.data(), out.size(), plain.data(), plain.size(), level_)
                      : ZSTD_compress_usingCDict(context, out.data(), out.size(), plain.data(), plain.size(),
                                                 compressing_.get());
    QX_CHECK(!ZSTD_isError(size), ZSTD_getErrorName(size));
    out.resize(size);
    return out;
  }

  Result<std::string> Decompress(std::string_view packed, size_t maximum) const override {
    // Compress always writes the size, so data without one are not ours.
    unsigned long long size = ZSTD_getFrameContentSize(packed.data(), packed.size());
    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN) return Damaged("no frame");
    if (size > maximum) return TooLarge(maximum);
    std::string out(size, '\0');
    ZSTD_DCtx* context = DecompressionContext();
    size_t got = decompressing_ == nullptr
                     ? ZSTD_decompressDCtx(context, out.data(), out.size(), packed.data(), packed.size())
                     : ZSTD_decompress_usingDDict(context, out.data(), out.size(), packed.data(), packed.size(),
                                                  decompressing_.get());
    if (ZSTD_isError(got)) return Damaged(ZSTD_getErrorName(got));
    if (got != size) return Damaged("another size than it says");
    return out;
  }

 private:
  int level_;
  std::unique_ptr<ZSTD_CDict, FreeContext> compressing_;
  std::unique_ptr<ZSTD_DDict, FreeContext> decompressing_;
};

}  // namespace

std::unique_ptr<Codec> Codec::Make(std::string_view dictionary, int level) {
  return std::make_unique<ZstdCodec>(dictionary, level);
}

std::string TrainDictionary(const std::vector<std::string>& samples, size_t bytes) {
  std::string all;
  std::vector<size_t> sizes;
  sizes.reserve(samples.size());
  for (const std::string& sample : samples) {
    if (sample.empty()) continue;
    all += sample;
    sizes.push_back(sample.size());
  }
  std::string dictionary(bytes, '\0');
  size_t size = ZDICT_trainFromBuffer(dictionary.data(), dictionary.size(), all.data(), sizes.data(),
                                      static_cast<unsigned>(sizes.size()));
  if (ZDICT_isError(size)) return {};  // too few or too alike; a Codec without a dictionary does
  dictionary.resize(size);
  return dictionary;
}

}  // namespace qianxian::bytes
