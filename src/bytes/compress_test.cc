#include "bytes/compress.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/ids.h"

namespace qianxian::bytes {
namespace {

std::string Noise(uint64_t seed, size_t size) {
  std::string out(size, '\0');
  SeededRandom(seed).Fill(out.data(), size);
  return out;
}

std::string Record(uint64_t i) {
  SeededRandom random(i);
  return R"({"resourceType":"Observation","id":")" + std::to_string(random.Next()) +
         R"(","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8480-6","display":"收缩压"}]},"subject":{"reference":"Patient/)" +
         std::to_string(random.NextBelow(1000)) + R"("},"valueQuantity":{"value":)" + std::to_string(100 + random.NextBelow(80)) +
         R"(,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}})";
}

std::vector<std::string> Records(size_t count) {
  std::vector<std::string> out;
  for (size_t i = 0; i < count; ++i) out.push_back(Record(i));
  return out;
}

TEST(Codec, RoundTripsWithAndWithoutDictionary) {
  std::string dictionary = TrainDictionary(Records(500), 8192);
  ASSERT_FALSE(dictionary.empty());
  auto plain = Codec::Make(""), with = Codec::Make(dictionary);
  for (const std::string& text : {std::string(), std::string("a"), Record(9999), Noise(1, 100'000), std::string(1'000'000, 'x')}) {
    EXPECT_EQ(plain->Decompress(plain->Compress(text), text.size()).value(), text);
    EXPECT_EQ(with->Decompress(with->Compress(text), text.size()).value(), text);
  }
  size_t without_size = 0, with_size = 0;
  for (uint64_t i = 1000; i < 1100; ++i) {
    without_size += plain->Compress(Record(i)).size();
    with_size += with->Compress(Record(i)).size();
  }
  EXPECT_LT(with_size * 3, without_size) << "what a dictionary is for";
}

TEST(Codec, NeedsItsOwnDictionary) {
  std::string dictionary = TrainDictionary(Records(500), 8192);
  std::string packed = Codec::Make(dictionary)->Compress(Record(1));
  EXPECT_EQ(Codec::Make("")->Decompress(packed, 10'000).error().code, "bad-archive");
}

TEST(Codec, KeepsToTheMaximum) {
  auto codec = Codec::Make("");
  std::string packed = codec->Compress(std::string(10'000'000, '\0'));
  ASSERT_LT(packed.size(), 10'000U) << "a bomb";
  auto unpacked = codec->Decompress(packed, 9'999'999);
  ASSERT_FALSE(unpacked.ok());
  EXPECT_EQ(unpacked.error().code, "too-large");
}

TEST(Codec, RefusesDamage) {
  auto codec = Codec::Make("");
  std::string packed = codec->Compress(Record(1));
  EXPECT_EQ(codec->Decompress("", 100).error().code, "bad-archive");
  EXPECT_EQ(codec->Decompress("no zstd at all", 100).error().code, "bad-archive");
  EXPECT_EQ(codec->Decompress(packed + "x", 10'000).error().code, "bad-archive");
  for (size_t size = 0; size < packed.size(); ++size) {
    EXPECT_FALSE(codec->Decompress(std::string_view(packed).substr(0, size), 10'000).ok()) << size;
  }
}

TEST(Codec, ServesManyThreads) {
  auto codec = Codec::Make(TrainDictionary(Records(500), 8192));
  auto other = Codec::Make("", 1);
  std::vector<std::thread> threads;
  std::vector<int> wrong(4);
  for (int& mine : wrong) {
    threads.emplace_back([&] {
      for (uint64_t i = 0; i < 500; ++i) {
        std::string record = Record(i);
        if (codec->Decompress(codec->Compress(record), 10'000).value() != record) ++mine;
        if (other->Decompress(other->Compress(record), 10'000).value() != record) ++mine;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST(TrainDictionary, IsEmptyWhenThereIsTooLittle) {
  EXPECT_EQ(TrainDictionary({}, 4096), "");
  EXPECT_EQ(TrainDictionary({"a", ""}, 4096), "");
}

TEST(Gzip, RoundTrips) {
  for (const std::string& text : {std::string(), std::string("a"), Record(1), Noise(2, 300'000), std::string(3'000'000, 'x')}) {
    for (int level : {1, 6, 9, 6}) EXPECT_EQ(Gunzip(Gzip(text, level), text.size()).value(), text);
  }
  EXPECT_EQ(Gunzip(Gzip("one") + Gzip("") + Gzip("two"), 6).value(), "onetwo") << "members follow each other";
}

TEST(Gzip, BoundsABomb) {
  std::string packed = Gzip(std::string(50'000'000, '\0'), 9);
  ASSERT_LT(packed.size(), 100'000U);
  EXPECT_EQ(Gunzip(packed, 1'000'000).error().code, "too-large");
  EXPECT_EQ(Gunzip(Gzip("abcd"), 3).error().code, "too-large");
  EXPECT_EQ(Gunzip(Gzip("abcd"), 4).value(), "abcd");
  EXPECT_EQ(Gunzip(Gzip(""), 0).value(), "");
}

TEST(Gzip, RefusesDamage) {
  std::string packed = Gzip(Record(1));
  EXPECT_EQ(Gunzip("", 100).error().code, "bad-archive");
  EXPECT_EQ(Gunzip("no gzip", 100).error().code, "bad-archive");
  EXPECT_EQ(Gunzip(packed + "rest", 10'000).error().code, "bad-archive");
  for (size_t size = 0; size < packed.size(); ++size) {
    EXPECT_FALSE(Gunzip(std::string_view(packed).substr(0, size), 10'000).ok()) << size;
  }
  packed[packed.size() / 2] ^= 1;
  EXPECT_FALSE(Gunzip(packed, 10'000).ok()) << "its checksum";
}

}  // namespace
}  // namespace qianxian::bytes
