#include <zlib.h>

#include <algorithm>

#include "bytes/compress.h"

namespace qianxian::bytes {
namespace {

constexpr int kWindowBits = 15 + 16;  // the largest window, in a gzip frame
constexpr int kMemoryLevel = 8;       // zlib's own default
constexpr size_t kPiece = 1 << 30;    // zlib counts in 32 bits

// A deflate state is 256 kB: one a thread, kept for the next answer.
struct Deflater {
  z_stream stream{};
  int level = -1;
  ~Deflater() {
    if (level >= 0) deflateEnd(&stream);
  }
};

z_stream& DeflateStream(int level) {
  thread_local Deflater deflater;
  if (deflater.level != level) {
    if (deflater.level >= 0) deflateEnd(&deflater.stream);
    deflater.stream = {};
    int result = deflateInit2(&deflater.stream, level, Z_DEFLATED, kWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY);
    QX_CHECK(result == Z_OK, "no memory for gzip, or no such level");
    deflater.level = level;
  } else {
    deflateReset(&deflater.stream);
  }
  return deflater.stream;
}

struct Inflater {
  z_stream stream{};
  Inflater() { QX_CHECK(inflateInit2(&stream, kWindowBits) == Z_OK, "no memory for gzip"); }
  ~Inflater() { inflateEnd(&stream); }
};

Error Damaged(const char* reason) {
  return Invalid("bad-archive", std::string("damaged gzip data: ") + reason, std::string("gzip 数据已损坏：") + reason);
}

}  // namespace

std::string Gzip(std::string_view plain, int level) {
  z_stream& stream = DeflateStream(level);
  std::string out(deflateBound(&stream, plain.size()), '\0');
  size_t read = 0, written = 0;
  int result = Z_OK;
  while (result != Z_STREAM_END) {
    size_t in = std::min(plain.size() - read, kPiece), room = std::min(out.size() - written, kPiece);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data() + read));
    stream.avail_in = static_cast<uInt>(in);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + written);
    stream.avail_out = static_cast<uInt>(room);
    result = deflate(&stream, read + in == plain.size() ? Z_FINISH : Z_NO_FLUSH);
    read += in - stream.avail_in;
    written += room - stream.avail_out;
    QX_CHECK(result == Z_STREAM_END || written < out.size(), "deflateBound was too small");
  }
  out.resize(written);
  return out;
}

Result<std::string> Gunzip(std::string_view packed, size_t maximum) {
  Inflater inflater;
  z_stream& stream = inflater.stream;
  std::string out;
  size_t read = 0, written = 0;
  bool inside = true;
  while (inside || read < packed.size()) {
    if (!inside) {
      inflateReset(&stream);
      inside = true;
    }
    if (written == out.size()) {
      // One byte over the maximum is enough to know; until then grow with what comes, not with what is claimed.
      out.resize(std::min(maximum + 1, std::max<size_t>(out.size() * 2, std::max<size_t>(packed.size() * 2, 4096))));
    }
    size_t in = std::min(packed.size() - read, kPiece), room = std::min(out.size() - written, kPiece);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data() + read));
    stream.avail_in = static_cast<uInt>(in);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + written);
    stream.avail_out = static_cast<uInt>(room);
    int result = inflate(&stream, Z_NO_FLUSH);
    read += in - stream.avail_in;
    written += room - stream.avail_out;
    if (written > maximum) {
      return Invalid("too-large", "unpacked it is larger than " + std::to_string(maximum) + " bytes",
                     "解压后超过 " + std::to_string(maximum) + " 字节");
    }
    if (result == Z_STREAM_END) {
      inside = false;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      return Damaged(stream.msg != nullptr ? stream.msg : "unknown");
    } else if (read == packed.size() && stream.avail_out > 0) {
      return Damaged("it ends early");
    }
  }
  out.resize(written);
  return out;
}

}  // namespace qianxian::bytes
