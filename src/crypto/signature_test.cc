// Ed25519: the tests of RFC 8032, and that nothing else than what was signed is believed.
#include "crypto/signature.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace qianxian::crypto {
namespace {

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return bytes;
}

// RFC 8032, 7.1, tests 2 and 3.
TEST(Signature, VerifiesTheExamplesOfTheStandard) {
  EXPECT_TRUE(VerifySignature(FromHex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"), FromHex("72"),
                              FromHex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")));
  EXPECT_TRUE(VerifySignature(FromHex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"), FromHex("af82"),
                              FromHex("6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")));
}

TEST(Signature, BelievesNothingElse) {
  const SigningKey key = SigningKey::Make();
  const std::string signature = key.Sign("the day");
  EXPECT_TRUE(VerifySignature(key.public_key(), "the day", signature));
  EXPECT_FALSE(VerifySignature(key.public_key(), "the night", signature));
  EXPECT_FALSE(VerifySignature(SigningKey::Make().public_key(), "the day", signature));
  std::string other = signature;
  other[10] = static_cast<char>(other[10] ^ 1);
  EXPECT_FALSE(VerifySignature(key.public_key(), "the day", other));
  EXPECT_FALSE(VerifySignature(key.public_key(), "the day", ""));
  EXPECT_FALSE(VerifySignature("", "the day", signature));
}

TEST(Signature, AKeyComesBackFromItsText) {
  const SigningKey key = SigningKey::Make();
  const Result<SigningKey> again = SigningKey::FromPem(key.ToPem());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->public_key(), key.public_key());
  EXPECT_TRUE(VerifySignature(key.public_key(), "x", again->Sign("x")));
  EXPECT_EQ(SigningKey::FromPem("not a key").error().code, "bad-key");
  EXPECT_EQ(SigningKey::FromPem("").error().code, "bad-key");
}

}  // namespace
}  // namespace qianxian::crypto
