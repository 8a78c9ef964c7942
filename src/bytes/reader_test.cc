#include "bytes/reader.h"

#include <bzlib.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <functional>

#include "base/ids.h"
#include "base/temporary_folder.h"
#include "bytes/compress.h"

namespace qianxian::bytes {
namespace {

std::string Bzip2(std::string_view plain) {
  std::string out(plain.size() + plain.size() / 50 + 700, '\0');
  unsigned size = static_cast<unsigned>(out.size());
  EXPECT_EQ(BZ2_bzBuffToBuffCompress(out.data(), &size, const_cast<char*>(plain.data()), static_cast<unsigned>(plain.size()), 9, 0, 0), BZ_OK);
  out.resize(size);
  return out;
}

std::string Zstd(std::string_view plain) { return Codec::Make("")->Compress(plain); }

class ReaderTest : public testing::Test {
 protected:
  std::string Put(std::string_view content) {
    std::string path = folder_ + "/file";
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
    return path;
  }
  // Everything in the file, read in pieces of a size; or the code of the error.
  std::string ReadAll(std::string_view content, size_t piece = 65536) {
    auto reader = Reader::Open(Put(content));
    if (!reader.ok()) return reader.error().code;
    std::string out, buffer(piece, '\0');
    uint64_t last = 0;
    while (true) {
      auto got = (*reader)->Read(buffer.data(), buffer.size());
      if (!got.ok()) return got.error().code;
      if (*got == 0) break;
      out.append(buffer, 0, *got);
      EXPECT_LE(last, (*reader)->file_position());
      last = (*reader)->file_position();
    }
    EXPECT_EQ((*reader)->file_position(), content.size());
    EXPECT_EQ((*reader)->file_size(), content.size());
    EXPECT_EQ((*reader)->Read(buffer.data(), buffer.size()).value(), 0U) << "the end stays the end";
    return out;
  }
  TemporaryFolder place_;
  const std::string& folder_ = place_.path();
};

// Some noise, some repetition: packs to more than one buffer of the reader.
std::string Sample() {
  std::string out(1'500'000, '\0');
  SeededRandom(1).Fill(out.data(), 700'000);
  for (size_t i = 700'000; i < out.size(); ++i) out[i] = static_cast<char>('a' + i % 7);
  return out;
}

TEST_F(ReaderTest, KnowsThePackingByItsFirstBytes) {
  std::string sample = Sample();
  for (const auto& pack : std::vector<std::function<std::string(std::string_view)>>{
           [](std::string_view plain) { return std::string(plain); }, [](std::string_view plain) { return Gzip(plain); }, Bzip2, Zstd}) {
    EXPECT_EQ(ReadAll(pack("")), "");
    EXPECT_EQ(ReadAll(pack("a")), "a");
    EXPECT_TRUE(ReadAll(pack(sample)) == sample);
    EXPECT_TRUE(ReadAll(pack(sample).substr(0), 1000) == sample);
    EXPECT_EQ(ReadAll(pack("one by one"), 1), "one by one");
  }
}

TEST_F(ReaderTest, ReadsPartsThatFollowEachOther) {
  std::string sample = Sample();
  EXPECT_TRUE(ReadAll(Gzip("one") + Gzip("") + Gzip(sample) + Gzip("two")) == "one" + sample + "two");
  EXPECT_TRUE(ReadAll(Bzip2("one") + Bzip2("") + Bzip2(sample) + Bzip2("two")) == "one" + sample + "two");
  EXPECT_TRUE(ReadAll(Zstd("one") + Zstd("") + Zstd(sample) + Zstd("two")) == "one" + sample + "two");
  EXPECT_EQ(ReadAll(Gzip("one") + std::string(1024, '\0')), "one") << "a tape's padding";
  std::string skippable("\x50\x2a\x4d\x18\x03\x00\x00\x00xyz", 11);
  EXPECT_EQ(ReadAll(skippable + Zstd("one") + skippable), "one");
}

TEST_F(ReaderTest, TextThatLooksLikeAnArchiveIsText) {
  for (const char* text : {"BZh", "BZh9 is how it begins", "\x1f\x8b", "P*M", "BZHdone,1\n"}) EXPECT_EQ(ReadAll(text), text);
}

TEST_F(ReaderTest, SaysWhenAnArchiveIsDamaged) {
  std::string sample = Sample();
  for (const auto& pack : std::vector<std::function<std::string(std::string_view)>>{[](std::string_view plain) { return Gzip(plain); }, Bzip2, Zstd}) {
    std::string packed = pack(sample);
    EXPECT_EQ(ReadAll(packed.substr(0, packed.size() - 1)), "bad-archive");
    EXPECT_EQ(ReadAll(packed.substr(0, packed.size() / 2)), "bad-archive");
    EXPECT_EQ(ReadAll(packed + "something else"), "bad-archive");
    EXPECT_EQ(ReadAll(packed + packed.substr(0, 20)), "bad-archive");
  }
  std::string damaged = Gzip(sample);
  damaged[damaged.size() - 5] ^= 1;  // of the checksum
  EXPECT_EQ(ReadAll(damaged), "bad-archive");
  damaged = Bzip2(sample);
  damaged[damaged.size() / 2] ^= 1;
  EXPECT_EQ(ReadAll(damaged), "bad-archive");
}

TEST_F(ReaderTest, SaysWhatCannotBeOpened) {
  EXPECT_EQ(Reader::Open(folder_ + "/none").error().category, ErrorCategory::kNotFound);
  EXPECT_EQ(Reader::Open(folder_).error().category, ErrorCategory::kUnavailable);
}

}  // namespace
}  // namespace qianxian::bytes
