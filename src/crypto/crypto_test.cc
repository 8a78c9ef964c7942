#include "crypto/crypto.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <set>

#include "base/files.h"
#include "base/text.h"

namespace qianxian::crypto {
namespace {

// FIPS 180-4 examples.
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* kMillionAs = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST(Sha256, GivesThePublishedHashes) {
  EXPECT_EQ(Sha256Hex("abc"), kAbc);
  EXPECT_EQ(Sha256Hex(""), kNothing);
  EXPECT_EQ(Sha256("abc").size(), 32U);
  EXPECT_EQ(HexEncode(Sha256("abc")), kAbc);
}

TEST(Sha256, StreamsLikeTheWhole) {
  Sha256Stream stream;
  std::string piece(999, 'a');
  for (int i = 0; i < 1001; ++i) stream.Update(piece);
  stream.Update("a");
  EXPECT_EQ(stream.FinishHex(), kMillionAs);
  EXPECT_EQ(Sha256Stream().FinishHex(), kNothing);
}

TEST(Sha256, HashesFiles) {
  std::string path = testing::TempDir() + "qianxian-crypto-" + std::to_string(getpid());
  ASSERT_TRUE(WriteFileDurably(path, std::string(1'000'000, 'a')).ok());
  EXPECT_EQ(Sha256HexOfFile(path).value(), kMillionAs);
  ASSERT_TRUE(WriteFileDurably(path, "").ok());
  EXPECT_EQ(Sha256HexOfFile(path).value(), kNothing);
  ASSERT_TRUE(RemoveFile(path).ok());
  EXPECT_EQ(Sha256HexOfFile(path).error().category, ErrorCategory::kNotFound);
  EXPECT_EQ(Sha256HexOfFile(testing::TempDir()).error().category, ErrorCategory::kUnavailable);
}

TEST(Sha256DeathTest, UseAfterTheEndIsABug) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Sha256Stream stream;
  stream.FinishHex();
  EXPECT_DEATH(stream.Update("a"), "after FinishHex");
  EXPECT_DEATH(stream.FinishHex(), "twice");
}

TEST(Base64Url, GivesTheVectorsOfRfc4648WithoutPadding) {
  EXPECT_EQ(Base64Url(""), "");
  EXPECT_EQ(Base64Url("f"), "Zg");
  EXPECT_EQ(Base64Url("fo"), "Zm8");
  EXPECT_EQ(Base64Url("foo"), "Zm9v");
  EXPECT_EQ(Base64Url("foobar"), "Zm9vYmFy");
  EXPECT_EQ(Base64Url("\xfb\xff\xfe"), "-__-");
}

TEST(EqualInConstantTime, IsEquality) {
  EXPECT_TRUE(EqualInConstantTime("", ""));
  EXPECT_TRUE(EqualInConstantTime("secret", "secret"));
  EXPECT_FALSE(EqualInConstantTime("secret", "secreT"));
  EXPECT_FALSE(EqualInConstantTime("secret", "secre"));
}

TEST(Secrets, AreLongAndNeverTheSame) {
  SystemRandom random;
  std::set<std::string> secrets, passwords;
  for (int i = 0; i < 200; ++i) {
    secrets.insert(NewSecret(random));
    passwords.insert(NewOneTimePassword(random));
  }
  EXPECT_EQ(secrets.size(), 200U);
  EXPECT_EQ(passwords.size(), 200U);
  EXPECT_EQ(secrets.begin()->size(), 43U);
  EXPECT_EQ(NewSecret(random, 16).size(), 22U);
  for (const std::string& password : passwords) {
    ASSERT_EQ(password.size(), 19U);
    EXPECT_EQ(password.find_first_of("0O1lIo"), std::string::npos) << password;
    for (size_t i = 0; i < password.size(); ++i) EXPECT_EQ(password[i] == '-', i % 5 == 4) << password;
  }
}

TEST(Password, VerifiesOnlyItself) {
  SystemRandom random;
  std::string phc = HashPassword("大病不出县 2025", random);
  EXPECT_TRUE(StartsWith(phc, "$argon2id$v=19$m=19456,t=2,p=1$")) << phc;
  EXPECT_TRUE(VerifyPassword(phc, "大病不出县 2025"));
  EXPECT_FALSE(VerifyPassword(phc, "大病不出县 2024"));
  EXPECT_FALSE(VerifyPassword(phc, ""));
  EXPECT_NE(HashPassword("大病不出县 2025", random), phc) << "salted";
}

TEST(Password, VerifiesAHashMadeElsewhere) {
  // `echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1`, from the tests of the reference implementation.
  const char* phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  EXPECT_TRUE(VerifyPassword(phc, "password"));
  EXPECT_FALSE(VerifyPassword(phc, "differentpassword"));
}

TEST(Password, RefusesWhatIsNoHash) {
  for (const char* phc : {"", "password", "$argon2id$", "$argon2id$v=19$m=8", "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA"}) {
    EXPECT_FALSE(VerifyPassword(phc, "password")) << phc;
  }
}

}  // namespace
}  // namespace qianxian::crypto
