// What authenticators write is read; broken, open, deep, long and doubled things are not.
#include "crypto/cbor.h"

#include <gtest/gtest.h>

#include "base/limits_sign_in.h"
#include "crypto/testing/authenticator.h"

namespace qianxian::crypto {
namespace {

using testing::CborBytes;
using testing::CborHead;
using testing::CborInteger;
using testing::CborText;

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return bytes;
}

Result<Cbor> Read(std::string_view hex) { return ReadWholeCbor(FromHex(hex)); }

TEST(Cbor, ReadsTheExamplesOfRfc8949) {   // appendix A
  const std::pair<const char*, int64_t> numbers[] = {{"00", 0}, {"17", 23}, {"1818", 24}, {"1903e8", 1000}, {"1a000f4240", 1000000}, {"1b000000e8d4a51000", 1000000000000},
                                                     {"20", -1}, {"3863", -100}, {"3903e7", -1000}};
  for (const auto& [hex, number] : numbers) {
    const Result<Cbor> value = Read(hex);
    ASSERT_TRUE(value.ok()) << hex;
    EXPECT_EQ(value->kind, Cbor::Kind::kInteger);
    EXPECT_EQ(value->integer, number) << hex;
  }
  EXPECT_EQ(Read("4401020304")->bytes, FromHex("01020304"));
  EXPECT_EQ(Read("64f0908591")->kind, Cbor::Kind::kText);
  EXPECT_EQ(Read("62c3bc")->bytes, "ü");
  EXPECT_EQ(Read("83010203")->items.size(), 3u);
  EXPECT_EQ(Read("f4")->integer, 0);
  EXPECT_EQ(Read("f5")->integer, 1);
  EXPECT_EQ(Read("f6")->kind, Cbor::Kind::kNull);
  const Result<Cbor> map = Read("a26161016162820203");
  ASSERT_TRUE(map.ok());
  EXPECT_EQ(map->Find("a")->integer, 1);
  EXPECT_EQ(map->Find("b")->items[1].integer, 3);
  EXPECT_EQ(map->Find("c"), nullptr);
  EXPECT_EQ(map->Find(1), nullptr);
  EXPECT_EQ(map->FindBytes("a"), nullptr);
}

TEST(Cbor, RefusesWhatAuthenticatorsDoNotWrite) {
  const std::pair<const char*, const char*> bad[] = {
      {"", "nothing"},           {"18", "a head cut short"},     {"1a0000", "a number cut short"},   {"4403", "bytes cut short"},   {"6161ff", "something after it"},
      {"8201", "a list cut short"}, {"a101", "a map cut short"}, {"5f42010243030405ff", "an open length"}, {"9fff", "an open list"}, {"bfff", "an open map"},
      {"c074323031332d30332d32315432303a30343a30305a", "a tag"}, {"f90000", "a half"},               {"fb3ff199999999999a", "a fraction"}, {"f7", "undefined"},
      {"f0", "an unknown value"}, {"f818", "an unknown value"},  {"1c", "a reserved length"},       {"62ff61", "no UTF-8"},        {"a201020103", "a key twice"},
      {"a2616101616102", "a key twice"}, {"a1410102", "bytes as a key"}, {"a1800102", "a list as a key"}, {"a1f500", "true as a key"},
      {"1bffffffffffffffff", "a number too big"}, {"3bffffffffffffffff", "a number too small"}, {"ff", "an end of nothing"}};
  for (const auto& [hex, why] : bad) {
    const Result<Cbor> value = Read(hex);
    ASSERT_FALSE(value.ok()) << why;
    EXPECT_EQ(value.error().code, "bad-cbor") << why;
  }
}

TEST(Cbor, TakesOneThingAndLeavesTheRest) {
  const std::string two = CborInteger(5) + CborText("x");
  const Result<CborItem> first = ReadCbor(two);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->size, 1u);
  EXPECT_EQ(ReadCbor(std::string_view(two).substr(first->size))->value.bytes, "x");
}

TEST(Cbor, IsBounded) {
  std::string deep;
  for (int i = 1; i < limits::kCborDepth; ++i) deep += CborHead(4, 1);
  EXPECT_TRUE(ReadWholeCbor(deep + CborInteger(1)).ok());
  EXPECT_FALSE(ReadWholeCbor(CborHead(4, 1) + deep + CborInteger(1)).ok());
  EXPECT_FALSE(ReadWholeCbor(std::string(60'000, '\x81')).ok()) << "no recursion that a stranger decides";

  std::string many = CborHead(4, limits::kCborItems - 1) + std::string(limits::kCborItems - 1, '\0');
  EXPECT_TRUE(ReadWholeCbor(many).ok());
  many = CborHead(4, limits::kCborItems) + std::string(limits::kCborItems, '\0');
  EXPECT_FALSE(ReadWholeCbor(many).ok());
  EXPECT_FALSE(ReadWholeCbor(CborHead(4, 0xffffffff)).ok()) << "nothing is set aside for it";
  EXPECT_FALSE(ReadWholeCbor(CborHead(5, 0xffffffffffffffff)).ok());
  EXPECT_FALSE(ReadWholeCbor(CborHead(2, 0xffffffffffffffff)).ok());

  EXPECT_TRUE(ReadWholeCbor(CborBytes(std::string(limits::kCborBytes - 3, 'x'))).ok());
  EXPECT_FALSE(ReadWholeCbor(CborBytes(std::string(limits::kCborBytes - 2, 'x'))).ok());
}

}  // namespace
}  // namespace qianxian::crypto
