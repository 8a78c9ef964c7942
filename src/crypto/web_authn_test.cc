// A passkey that is right goes through; each thing that can be wrong is refused by itself.
#include "crypto/web_authn.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/limits_sign_in.h"
#include "crypto/cose.h"
#include "crypto/testing/authenticator.h"

namespace qianxian::crypto {
namespace {

using testing::Authenticator;
using testing::CborBytes;
using testing::CborHead;
using testing::CborInteger;
using testing::CborText;

const std::string kChallenge = "a challenge of thirty-two bytes.";

PasskeyRules Rules() { return {kChallenge, "http://localhost:8080", "localhost", false}; }

std::string CodeOf(const Result<NewPasskey>& made) { return made.ok() ? "ok" : made.error().code; }
std::string CodeOf(const Result<uint32_t>& counter) { return counter.ok() ? "ok" : counter.error().code; }

Result<NewPasskey> Register(const Authenticator& of, const PasskeyRules& rules = Rules()) { return CheckRegistration(of.Created(kChallenge), of.Attestation(), rules); }

Assertion Show(const Authenticator& of) {
  Assertion shown;
  shown.client_data = of.Got(kChallenge);
  shown.authenticator_data = of.Data(false);
  shown.signature = of.Sign(shown.authenticator_data, shown.client_data);
  return shown;
}

Result<uint32_t> Use(const Authenticator& of, uint32_t counter = 0, const PasskeyRules& rules = Rules()) { return CheckAssertion(Show(of), of.CoseKey(), counter, rules); }

TEST(WebAuthn, EachKindOfKeyIsMadeAndUsed) {
  const std::pair<Authenticator::Kind, int64_t> kinds[] = {{Authenticator::Kind::kP256, kCoseEs256}, {Authenticator::Kind::kEd25519, kCoseEdDsa}, {Authenticator::Kind::kRsa, kCoseRs256}};
  for (const auto& [kind, algorithm] : kinds) {
    Authenticator one("localhost", "http://localhost:8080", kind);
    const Result<NewPasskey> made = Register(one);
    ASSERT_TRUE(made.ok()) << Describe(made.error());
    EXPECT_EQ(made->id, one.id);
    EXPECT_EQ(made->public_key, one.CoseKey());
    EXPECT_EQ(made->algorithm, algorithm);
    EXPECT_EQ(made->counter, 1u);
    EXPECT_TRUE(made->verified);
    EXPECT_EQ(made->format, "none");
    one.counter = 2;
    const Result<uint32_t> used = CheckAssertion(Show(one), made->public_key, made->counter, Rules());
    ASSERT_TRUE(used.ok()) << Describe(used.error());
    EXPECT_EQ(*used, 2u);
    Authenticator other("localhost", "http://localhost:8080", kind);
    EXPECT_EQ(CodeOf(CheckAssertion(Show(other), made->public_key, 0, Rules())), "passkey-signature") << "another key";
  }
}

TEST(WebAuthn, TheClientDataMustAnswerWhatWasAsked) {
  struct Wrong {
    const char* code;
    std::function<void(Authenticator&)> change;
  };
  const Wrong wrongs[] = {{"passkey-origin", [](Authenticator& one) { one.origin = "https://localhost:8080"; }},
                          {"passkey-origin", [](Authenticator& one) { one.origin = "http://localhost:8081"; }},
                          {"passkey-origin", [](Authenticator& one) { one.origin = "http://localhost:8080.evil.cn"; }},
                          {"passkey-origin", [](Authenticator& one) { one.more = R"(,"crossOrigin":true)"; }},
                          {"passkey-origin", [](Authenticator& one) { one.more = R"(,"crossOrigin":"no")"; }},
                          {"bad-passkey", [](Authenticator& one) { one.more = R"(,"tokenBinding":{"status":"present","id":"x"})"; }},
                          {"bad-passkey", [](Authenticator& one) { one.more = R"(,"tokenBinding":1)"; }},
                          {"bad-passkey", [](Authenticator& one) { one.more = ",\"x\":\"" + std::string(limits::kClientDataBytes, 'x') + "\""; }},
                          {"bad-passkey", [](Authenticator& one) { one.more = "}"; }},
                          {"ok", [](Authenticator& one) { one.more = R"(,"crossOrigin":false,"tokenBinding":{"status":"supported"},"other_keys_can_be_added_here":"x")"; }}};
  for (const Wrong& wrong : wrongs) {
    Authenticator one;
    wrong.change(one);
    EXPECT_EQ(CodeOf(Register(one)), wrong.code) << one.Created(kChallenge);
    EXPECT_EQ(CodeOf(Use(one)), wrong.code) << one.Got(kChallenge);
  }
  const Authenticator one;
  PasskeyRules other = Rules();
  other.challenge = "another challenge of 32 bytes ..";
  EXPECT_EQ(CodeOf(Register(one, other)), "passkey-challenge");
  EXPECT_EQ(CodeOf(Use(one, 0, other)), "passkey-challenge");
  other.challenge.clear();
  EXPECT_EQ(CodeOf(Use(one, 0, other)), "passkey-challenge") << "no challenge fits none";
  EXPECT_EQ(CodeOf(CheckRegistration(one.Got(kChallenge), one.Attestation(), Rules())), "passkey-type");
  Assertion shown = Show(one);
  shown.client_data = one.Created(kChallenge);
  shown.signature = one.Sign(shown.authenticator_data, shown.client_data);
  EXPECT_EQ(CodeOf(CheckAssertion(shown, one.CoseKey(), 0, Rules())), "passkey-type");
  EXPECT_EQ(CodeOf(CheckRegistration("[]", one.Attestation(), Rules())), "bad-passkey");
  EXPECT_EQ(CodeOf(CheckRegistration("", one.Attestation(), Rules())), "bad-passkey");
}

TEST(WebAuthn, TheAuthenticatorDataMustBeOfThisSiteAndOfSomebodyThere) {
  Authenticator one("evil.cn");
  EXPECT_EQ(CodeOf(Register(one)), "passkey-site");
  EXPECT_EQ(CodeOf(Use(one)), "passkey-site");
  Authenticator absent;
  absent.flags = 0x04;
  EXPECT_EQ(CodeOf(Register(absent)), "passkey-presence");
  EXPECT_EQ(CodeOf(Use(absent)), "passkey-presence");
  Authenticator unverified;
  unverified.flags = 0x01;
  EXPECT_FALSE(Register(unverified)->verified);
  EXPECT_EQ(CodeOf(Use(unverified)), "ok");
  PasskeyRules strict = Rules();
  strict.needs_verification = true;
  EXPECT_EQ(CodeOf(Register(unverified, strict)), "passkey-verification");
  EXPECT_EQ(CodeOf(Use(unverified, 0, strict)), "passkey-verification");
  EXPECT_EQ(CodeOf(Use(Authenticator(), 0, strict)), "ok");
}

TEST(WebAuthn, TheSignatureIsOverBothParts) {
  const Authenticator one;
  Assertion shown = Show(one);
  shown.authenticator_data[36] ^= 1;       // the counter
  EXPECT_EQ(CodeOf(CheckAssertion(shown, one.CoseKey(), 0, Rules())), "passkey-signature");
  shown = Show(one);
  shown.client_data += " ";
  EXPECT_EQ(CodeOf(CheckAssertion(shown, one.CoseKey(), 0, Rules())), "passkey-signature");
  for (const std::string& signature : {std::string(), std::string("x"), std::string(64, '\0'), std::string(limits::kPasskeySignatureBytes + 1, '0'), Show(one).signature + "x"}) {
    shown = Show(one);
    shown.signature = signature;
    EXPECT_EQ(CodeOf(CheckAssertion(shown, one.CoseKey(), 0, Rules())), "passkey-signature") << signature.size();
  }
}

TEST(WebAuthn, TheCounterNeverGoesBack) {
  Authenticator one;
  one.counter = 7;
  EXPECT_EQ(CodeOf(Use(one, 6)), "ok");
  EXPECT_EQ(CodeOf(Use(one, 7)), "passkey-counter");
  EXPECT_EQ(CodeOf(Use(one, 8)), "passkey-counter");
  one.counter = 0;
  EXPECT_EQ(CodeOf(Use(one, 0)), "ok") << "one that does not count";
  EXPECT_EQ(CodeOf(Use(one, 1)), "passkey-counter") << "one that counted before";
  one.counter = 0xffffffff;
  EXPECT_EQ(*Use(one, 0xfffffffe), 0xffffffffu);
}

TEST(WebAuthn, AttestationsOfOtherFormatsAreReadAndNotBelieved) {
  Authenticator one;
  one.format = "packed";
  one.statement = CborHead(5, 3) + CborText("alg") + CborInteger(-7) + CborText("sig") + CborBytes("no signature at all") + CborText("x5c") + CborHead(4, 1) + CborBytes("no certificate");
  EXPECT_EQ(Register(one)->format, "packed");
  one.format = "none";
  EXPECT_EQ(CodeOf(Register(one)), "bad-passkey") << "none says nothing";
  one.format = "unheard-of";
  one.statement = CborHead(5, 0);
  EXPECT_EQ(CodeOf(Register(one)), "ok");
  one.statement = std::string("\xff");
  EXPECT_EQ(CodeOf(Register(one)), "bad-cbor");
}

TEST(WebAuthn, WhatIsCutOffOrTooMuchIsRefused) {
  const Authenticator one;
  const std::string attestation = one.Attestation(), data = one.Data(false);
  for (size_t size = 0; size < attestation.size(); ++size) {
    EXPECT_FALSE(CheckRegistration(one.Created(kChallenge), std::string_view(attestation).substr(0, size), Rules()).ok()) << size;
  }
  EXPECT_FALSE(CheckRegistration(one.Created(kChallenge), attestation + "x", Rules()).ok());
  for (size_t size = 0; size <= data.size() + 1; ++size) {
    Assertion shown = Show(one);
    shown.authenticator_data = size <= data.size() ? data.substr(0, size) : data + "x";
    shown.signature = one.Sign(shown.authenticator_data, shown.client_data);
    EXPECT_EQ(CheckAssertion(shown, one.CoseKey(), 0, Rules()).ok(), size == data.size()) << size;
  }
  Authenticator claims;
  claims.flags = 0x45;                     // a key that is not there
  EXPECT_EQ(CodeOf(Use(claims)), "bad-passkey");
  Assertion with_key = Show(one);
  with_key.authenticator_data = one.Data(true);
  with_key.signature = one.Sign(with_key.authenticator_data, with_key.client_data);
  EXPECT_EQ(CodeOf(CheckAssertion(with_key, one.CoseKey(), 0, Rules())), "bad-passkey");
  const std::string without = CborHead(5, 3) + CborText("fmt") + CborText("none") + CborText("attStmt") + CborHead(5, 0) + CborText("authData") + CborBytes(one.Data(false));
  EXPECT_EQ(CodeOf(CheckRegistration(one.Created(kChallenge), without, Rules())), "bad-passkey");
}

TEST(WebAuthn, ExtensionsAreReadAndPassedOver) {
  Authenticator one;
  one.extensions = CborHead(5, 1) + CborText("credProtect") + CborInteger(2);
  EXPECT_EQ(CodeOf(Register(one)), "ok");
  EXPECT_EQ(CodeOf(Use(one)), "ok");
  one.extensions = CborInteger(2);
  EXPECT_EQ(CodeOf(Register(one)), "bad-passkey");
  one.extensions = CborHead(5, 1);
  EXPECT_EQ(CodeOf(Use(one)), "bad-cbor");
}

TEST(WebAuthn, IdsHaveALength) {
  for (const auto& [size, good] : {std::pair<size_t, bool>{0, false}, {limits::kCredentialIdBytesLeast - 1, false}, {limits::kCredentialIdBytesLeast, true},
                                   {limits::kCredentialIdBytes, true}, {limits::kCredentialIdBytes + 1, false}}) {
    Authenticator one;
    one.id.assign(size, 'i');
    EXPECT_EQ(Register(one).ok(), good) << size;
  }
}

TEST(Cose, TakesSoundKeysOfThreeAlgorithmsOnly) {
  Authenticator one;
  one.algorithm = -35;                     // ES384
  EXPECT_EQ(CodeOf(Register(one)), "passkey-algorithm");
  one.algorithm = -257;
  EXPECT_EQ(CodeOf(Register(one)), "bad-cose-key") << "the members of another kind";
  const auto map = [](std::initializer_list<std::string> items) {
    std::string out = CborHead(5, items.size() / 2);
    for (const std::string& item : items) out += item;
    return out;
  };
  const auto number = [](int64_t of) { return CborInteger(of); };
  const std::string x(32, '\x01'), short_x(31, '\x01');
  const auto code = [](const std::string& bytes) {
    const Result<CoseKey> key = CoseKey::Read(bytes);
    return key.ok() ? std::string("ok") : key.error().code;
  };
  EXPECT_EQ(code(map({number(1), number(2), number(3), number(-7), number(-1), number(1), number(-2), CborBytes(x), number(-3), CborBytes(x)})), "bad-jwk") << "not on the curve";
  EXPECT_EQ(code(map({number(1), number(2), number(3), number(-7), number(-1), number(1), number(-2), CborBytes(short_x), number(-3), CborBytes(x)})), "bad-cose-key");
  EXPECT_EQ(code(map({number(1), number(2), number(3), number(-7), number(-1), number(1), number(-2), CborBytes(x), number(-3), "\xf5"})), "bad-cose-key") << "compressed";
  EXPECT_EQ(code(map({number(1), number(2), number(3), number(-7), number(-1), number(2), number(-2), CborBytes(x), number(-3), CborBytes(x)})), "bad-cose-key") << "P-384";
  EXPECT_EQ(code(map({number(1), number(1), number(3), number(-8), number(-1), number(6), number(-2), CborBytes(x)})), "ok");
  EXPECT_EQ(code(map({number(1), number(1), number(3), number(-8), number(-1), number(6), number(-2), CborBytes(x), number(4), number(1)})), "bad-cose-key") << "something beside it";
  EXPECT_EQ(code(map({number(1), number(3), number(3), number(-257), number(-1), CborBytes(std::string(128, '\xff')), number(-2), CborBytes(std::string("\x01\x00\x01", 3))})), "bad-jwk") << "RSA of 1024 bits";
  EXPECT_EQ(code(map({number(1), number(2)})), "bad-cose-key");
  EXPECT_EQ(code(number(1)), "bad-cose-key");
  EXPECT_EQ(code(""), "bad-cbor");
}

}  // namespace
}  // namespace qianxian::crypto
