// Passkeys through the API: made, used at sign-in and to prove who asks, named, removed; and each wrong thing refused, with an
// authenticator of the test's own.
#include <gtest/gtest.h>

#include "api/testing/world.h"
#include "base/limits.h"
#include "base/limits_sign_in.h"
#include "crypto/crypto.h"
#include "crypto/jose.h"
#include "crypto/one_time_code.h"
#include "crypto/testing/authenticator.h"
#include "json/writer.h"

namespace qianxian::api {
namespace {

using crypto::Base64Url;
using crypto::testing::Authenticator;
using testing::Answer;
using testing::Headers;
using testing::World;

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kMinute = 60 * kSecond;
const std::string kGood = "Meadow-12";

std::string Body(std::initializer_list<std::pair<const char*, std::string>> members) {
  json::Writer writer;
  writer.BeginObject();
  for (const auto& [name, value] : members) writer.Member(name, value);
  writer.EndObject();
  return writer.Take();
}

// A browser at http://localhost:PORT; the server is asked by that name.
struct Browser {
  World& world;
  Headers cookie;
  std::string host = "localhost:8080";

  Answer Send(const std::string& method, const std::string& target, const std::string& body = {}) {
    Headers headers = cookie;
    headers.emplace_back("Host", host);
    Answer answer = world.Send(method, target, body, std::move(headers));
    const std::string set = answer.Header("set-cookie");
    if (!set.empty()) cookie = {{"Cookie", set.substr(0, set.find(';'))}, {"X-Qianxian", "1"}};
    return answer;
  }
  Answer SignIn(const std::string& user, const std::string& password = kGood) {
    cookie.clear();
    return Send("POST", "/api/session", Body({{"user", user}, {"password", password}}));
  }
};

std::string Bytes(const Answer& answer, const std::string& path) { return crypto::DecodeBase64Url(answer.At(path)).value_or(""); }
std::string ChallengeOf(const Answer& answer) { return Bytes(answer, "publicKey.challenge"); }

std::string MadeBody(const Authenticator& one, const std::string& challenge, const std::string& name = "我的手机") {
  json::Writer writer;
  writer.BeginObject().Member("name", name).Member("id", Base64Url(one.id)).Member("clientDataJSON", Base64Url(one.Created(challenge)));
  writer.Member("attestationObject", Base64Url(one.Attestation())).Name("transports").BeginArray().String("internal").String("odd").EndArray().EndObject();
  return writer.Take();
}

std::string ShownBody(const Authenticator& one, const std::string& challenge, const std::string& handle = {}) {
  const std::string client_data = one.Got(challenge), data = one.Data(false);
  return Body({{"id", Base64Url(one.id)}, {"clientDataJSON", Base64Url(client_data)}, {"authenticatorData", Base64Url(data)},
               {"signature", Base64Url(one.Sign(data, client_data))}, {"userHandle", Base64Url(handle)}});
}

std::string Ask(Browser& browser) { return ChallengeOf(browser.Send("POST", "/api/session/passkey-challenge")); }
Answer Show(Browser& browser, const Authenticator& one) { return browser.Send("POST", "/api/session/passkey", ShownBody(one, Ask(browser))); }

// {current, passkey}: what proves who asks, with a new challenge.
std::string Proof(Browser& browser, Authenticator& one, const std::string& password = kGood) {
  ++one.counter;
  return R"({"current":)" + json::Quote(password) + R"(,"passkey":)" + ShownBody(one, Ask(browser)) + "}";
}

// The first passkey of an account without a factor: what it was answered.
Answer Enrol(Browser& browser, const std::string& user, const Authenticator& one) {
  EXPECT_EQ(browser.SignIn(user).status, 200);
  const Answer offer = browser.Send("POST", "/api/session/passkeys/offer", Body({{"current", kGood}}));
  EXPECT_EQ(offer.status, 201) << offer.body;
  const Answer made = browser.Send("POST", "/api/session/passkeys", MadeBody(one, ChallengeOf(offer)));
  EXPECT_EQ(made.status, 201) << made.body;
  return made;
}

std::string CodeAt(World& world, const std::string& secret) {
  const int64_t step = world.clock.Now().microseconds / (limits::kCodeStepSeconds * kSecond);
  return crypto::OneTimeCode(crypto::FromBase32(secret), static_cast<uint64_t>(step), limits::kCodeDigits);
}

TEST(Passkeys, OneIsMadeAndSignsIn) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  Authenticator one;
  Browser browser{world, {}}, other{world, {}};
  ASSERT_EQ(other.SignIn("director").status, 200);
  browser.SignIn("director");
  EXPECT_EQ(browser.Send("GET", "/api/session/passkeys").At("address"), "http://localhost:8080");
  const Answer offer = browser.Send("POST", "/api/session/passkeys/offer", Body({{"current", kGood}}));
  ASSERT_EQ(offer.status, 201) << offer.body;
  EXPECT_EQ(offer.At("publicKey.rp.id"), "localhost");
  EXPECT_EQ(offer.At("publicKey.attestation"), "none");
  EXPECT_EQ(offer.At("publicKey.user.name"), "director");
  EXPECT_EQ(offer.At("publicKey.pubKeyCredParams.0.alg"), "-7");
  EXPECT_EQ(Bytes(offer, "publicKey.user.id").size(), limits::kPasskeyHandleBytes);
  EXPECT_EQ(ChallengeOf(offer).size(), limits::kPasskeyChallengeBytes);
  EXPECT_EQ(browser.Send("GET", "/api/session/second-factor").At("enrolled"), "false") << "not before it is made";
  const Answer made = browser.Send("POST", "/api/session/passkeys", MadeBody(one, ChallengeOf(offer)));
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.Count("recoveryCodes"), size_t{limits::kRecoveryCodes}) << "the first factor brings codes for paper";
  EXPECT_EQ(other.Send("GET", "/api/session").status, 401) << "what was signed in without it is over";

  const Answer half = browser.SignIn("director");
  EXPECT_EQ(half.At("needsCode"), "true");
  EXPECT_EQ(half.At("factors.0"), "passkey") << half.body;
  EXPECT_EQ(half.Count("factors"), 1u);
  EXPECT_EQ(half.At("role"), "");
  for (const auto& [method, target] : {std::pair("GET", "/api/session/passkeys"), std::pair("POST", "/api/session/passkeys/offer"), std::pair("POST", "/api/session/passkeys"),
                                       std::pair("PATCH", "/api/session/passkeys/x"), std::pair("DELETE", "/api/session/passkeys/x"), std::pair("GET", "/fhir/Patient")}) {
    EXPECT_EQ(browser.Send(method, target, "{}").status, 403) << target;
  }
  const Answer ask = browser.Send("POST", "/api/session/passkey-challenge");
  EXPECT_EQ(ask.At("publicKey.rpId"), "localhost");
  EXPECT_EQ(Bytes(ask, "publicKey.allowCredentials.0.id"), one.id);
  EXPECT_EQ(ask.At("publicKey.allowCredentials.0.transports.0"), "internal");
  EXPECT_EQ(ask.Count("publicKey.allowCredentials.0.transports"), 1u);
  one.counter = 2;
  const Headers before = browser.cookie;
  const Answer whole = browser.Send("POST", "/api/session/passkey", ShownBody(one, ChallengeOf(ask), Bytes(offer, "publicKey.user.id")));
  ASSERT_EQ(whole.status, 200) << whole.body;
  EXPECT_EQ(whole.At("needsCode"), "false");
  EXPECT_EQ(whole.At("role"), "county-director");
  EXPECT_NE(browser.cookie[0].second, before[0].second) << "another secret";
  EXPECT_EQ(world.Send("GET", "/api/session", "", before).status, 401) << "the half is over";
  EXPECT_EQ(browser.Send("GET", "/fhir/Patient").status, 200);
  EXPECT_EQ(Show(browser, one).At("error.code"), "whole-already");
  const Answer list = browser.Send("GET", "/api/session/passkeys");
  ASSERT_EQ(list.Count("passkeys"), 1u) << list.body;
  EXPECT_EQ(list.At("passkeys.0.name"), "我的手机");
  EXPECT_EQ(list.At("passkeys.0.here"), "true");
  EXPECT_NE(list.At("passkeys.0.lastUsed"), "null");
  const Answer state = browser.Send("GET", "/api/session/second-factor");
  EXPECT_EQ(state.At("enrolled"), "true");
  EXPECT_EQ(state.At("codes"), "false");
  EXPECT_EQ(state.At("passkeys"), "1");
  EXPECT_EQ(world.As("admin", "GET", "/api/accounts").At("accounts.1.secondFactor"), "true");
}

TEST(Passkeys, MakingOneAsksForThePassword) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  Authenticator one;
  Browser browser{world, {}};
  browser.SignIn("director");
  EXPECT_EQ(browser.Send("POST", "/api/session/passkeys/offer", Body({{"current", "wrong"}})).At("error.code"), "wrong-password");
  EXPECT_EQ(browser.Send("POST", "/api/session/passkeys", MadeBody(one, "x")).At("error.code"), "no-challenge");
  const auto offer = [&] { return ChallengeOf(browser.Send("POST", "/api/session/passkeys/offer", Body({{"current", kGood}}))); };
  const auto add = [&](const std::string& body) { return browser.Send("POST", "/api/session/passkeys", body).At("error.code"); };
  std::string challenge = offer();
  EXPECT_EQ(add(MadeBody(one, challenge, " ")), "bad-passkey-name");
  world.clock.Advance(limits::kPasskeyChallengeSeconds * kSecond);
  EXPECT_EQ(add(MadeBody(one, challenge)), "no-challenge") << "too old";
  offer();
  EXPECT_EQ(add(MadeBody(one, std::string(32, 'x'))), "passkey-challenge");
  challenge = offer();
  world.Restart();
  EXPECT_EQ(add(MadeBody(one, challenge)), "no-challenge") << "after a restart one tries again";
  Authenticator wrong = Authenticator("localhost", "https://county.cn");
  EXPECT_EQ(add(MadeBody(wrong, offer())), "passkey-origin");
  EXPECT_EQ(add(MadeBody(Authenticator("county.cn"), offer())), "passkey-site");
  wrong.origin = "http://localhost:8080";
  wrong.flags = 0;
  EXPECT_EQ(add(MadeBody(wrong, offer())), "passkey-presence");
  EXPECT_EQ(add(R"({"name":"x","clientDataJSON":"!","attestationObject":""})"), "bad-body");
  challenge = offer();
  EXPECT_EQ(browser.Send("POST", "/api/session/passkeys", MadeBody(one, challenge)).status, 201);
  EXPECT_EQ(add(MadeBody(one, challenge)), "no-challenge") << "answered once";
  for (const auto& [method, target] : {std::pair("GET", "/api/session/passkeys"), std::pair("POST", "/api/session/passkeys/offer"), std::pair("POST", "/api/session/passkeys"),
                                       std::pair("POST", "/api/session/passkey-challenge")}) {
    EXPECT_EQ(world.As("director", method, target, "{}").At("error.code"), "not-with-a-token") << target;
  }
}

TEST(Passkeys, AnAddressWithoutANameOrHttpsHasNone) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  Browser browser{world, {}};
  browser.SignIn("director");
  const auto offer = [&](const std::string& host) {
    browser.host = host;
    return browser.Send("POST", "/api/session/passkeys/offer", Body({{"current", kGood}})).At("error.code");
  };
  EXPECT_EQ(offer("127.0.0.1:8080"), "passkey-address");
  EXPECT_EQ(offer("county.cn"), "passkey-https");
  EXPECT_EQ(browser.Send("GET", "/api/session/passkeys").At("address"), "null");
}

TEST(Passkeys, TheConfiguredAddressDecides) {
  World world;
  world.public_address = "https://county.cn";
  world.Restart();
  world.AddUser("director", "county-director", {}, kGood);
  Browser browser{world, {}};
  Authenticator one("county.cn", "https://county.cn");
  Enrol(browser, "director", one);
  browser.SignIn("director");
  ++one.counter;
  EXPECT_EQ(Show(browser, one).status, 200);
  // The address changes: the passkey is of the old one.
  world.public_address = "https://other.cn";
  world.Restart();
  const Answer list = browser.Send("GET", "/api/session/passkeys");
  EXPECT_EQ(list.At("passkeys.0.here"), "false") << list.body;
  EXPECT_EQ(list.At("address"), "https://other.cn");
  browser.SignIn("director");
  EXPECT_EQ(browser.Send("POST", "/api/session/passkey-challenge").At("error.code"), "no-passkey");
}

TEST(Passkeys, EachWrongAnswerIsRefusedAndCounted) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  world.AddUser("other", "viewer", {}, kGood);
  Authenticator one, of_other;
  Browser browser{world, {}}, stranger{world, {}};
  Enrol(browser, "director", one);
  Enrol(stranger, "other", of_other);
  const auto refused = [&](const Authenticator& shown, const std::string& code) {
    const Answer half = browser.SignIn("director");
    ASSERT_EQ(half.status, 200) << half.body;
    const Answer answer = Show(browser, shown);
    EXPECT_EQ(answer.status, 401) << answer.body;
    EXPECT_EQ(answer.At("error.code"), code);
    // A right sign-in between the wrong ones: the lock has a test of its own.
    browser.SignIn("director");
    ++one.counter;
    ASSERT_EQ(Show(browser, one).status, 200) << code;
  };
  refused(of_other, "unknown-passkey");
  Authenticator forged;
  forged.id = one.id;
  forged.counter = 100;
  refused(forged, "passkey-signature");
  ++one.counter;
  const std::pair<const char*, void (*)(Authenticator&)> wrongs[] = {
      {"passkey-origin", [](Authenticator& each) { each.origin = "http://localhost:8081"; }},
      {"passkey-site", [](Authenticator& each) { each.site = "county.cn"; }},
      {"passkey-presence", [](Authenticator& each) { each.flags = 0x04; }},
      {"passkey-counter", [](Authenticator& each) { each.counter = 1; }},
  };
  for (const auto& [code, change] : wrongs) {
    const uint32_t counter = one.counter;
    const std::string site = one.site, origin = one.origin;
    const unsigned flags = one.flags;
    browser.SignIn("director");
    change(one);
    const Answer answer = Show(browser, one);
    EXPECT_EQ(answer.status, 401) << code;
    EXPECT_EQ(answer.At("error.code"), code) << answer.body;
    one.counter = counter + 1;
    one.site = site;
    one.origin = origin;
    one.flags = flags;
    browser.SignIn("director");
    EXPECT_EQ(Show(browser, one).status, 200) << "after " << code;
  }
  // Another handle than the account's.
  browser.SignIn("director");
  ++one.counter;
  EXPECT_EQ(browser.Send("POST", "/api/session/passkey", ShownBody(one, Ask(browser), "somebody")).At("error.code"), "unknown-passkey");
  EXPECT_EQ(browser.Send("POST", "/api/session/passkey", R"({"id":"=="})").At("error.code"), "bad-body");
}

TEST(Passkeys, AChallengeIsAnsweredOnceInTimeAndByItsSession) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  Authenticator one;
  Browser browser{world, {}}, other{world, {}};
  Enrol(browser, "director", one);
  one.counter = 10;
  browser.SignIn("director");
  other.SignIn("director");
  const std::string challenge = Ask(browser);
  EXPECT_EQ(other.Send("POST", "/api/session/passkey", ShownBody(one, challenge)).At("error.code"), "no-challenge") << "another session's";
  Ask(other);
  EXPECT_EQ(other.Send("POST", "/api/session/passkey", ShownBody(one, challenge)).At("error.code"), "passkey-challenge") << "also where that has one of its own";
  const std::string answer = ShownBody(one, challenge);
  EXPECT_EQ(browser.Send("POST", "/api/session/passkey", answer).status, 200);
  browser.SignIn("director");
  EXPECT_EQ(browser.Send("POST", "/api/session/passkey", answer).At("error.code"), "no-challenge") << "replayed";
  Ask(browser);
  EXPECT_EQ(browser.Send("POST", "/api/session/passkey", answer).At("error.code"), "passkey-challenge") << "replayed to a new one";

  browser.SignIn("director");
  ++one.counter;
  const std::string late = Ask(browser);
  world.clock.Advance(limits::kPasskeyChallengeSeconds * kSecond - kSecond);   // the half session ends at the same time
  EXPECT_EQ(browser.Send("POST", "/api/session/passkey", ShownBody(one, late)).status, 200) << "just in time";
  browser.SignIn("director");
  ++one.counter;
  const std::string kept = Ask(browser);
  world.Restart();
  EXPECT_EQ(browser.Send("POST", "/api/session/passkey", ShownBody(one, kept)).At("error.code"), "no-challenge") << "a restart only means to try again";
  EXPECT_EQ(Show(browser, one).status, 200);
}

TEST(Passkeys, WrongAnswersEndTheHalfAndLockLikeWrongCodes) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  Authenticator one, stranger;
  Browser browser{world, {}};
  Enrol(browser, "director", one);
  browser.SignIn("director");
  for (int i = 0; i < limits::kHalfSessionTries - 1; ++i) EXPECT_EQ(Show(browser, stranger).At("error.code"), "unknown-passkey");
  EXPECT_EQ(Show(browser, stranger).At("error.code"), "too-many-codes");
  EXPECT_EQ(browser.Send("POST", "/api/session/passkey-challenge").At("error.code"), "no-session");
  for (int i = limits::kHalfSessionTries; i < limits::kSignInFailures; ++i) {
    browser.SignIn("director");
    Show(browser, stranger);
  }
  EXPECT_EQ(browser.SignIn("director").At("error.code"), "locked");
  world.clock.Advance(limits::kSignInLockMinutes * kMinute);
  browser.SignIn("director");
  ++one.counter;
  EXPECT_EQ(Show(browser, one).status, 200);
}

TEST(Passkeys, SeveralHaveNamesAndTheSecondAsksForTheFirst) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  Authenticator one, two;
  Browser browser{world, {}};
  const Answer made = Enrol(browser, "director", one);
  EXPECT_EQ(browser.Send("POST", "/api/session/passkeys/offer", Body({{"current", kGood}})).At("error.code"), "wrong-code") << "a stolen session and the password add none";
  const Answer offer = browser.Send("POST", "/api/session/passkeys/offer", Proof(browser, one));
  ASSERT_EQ(offer.status, 201) << offer.body;
  EXPECT_EQ(Bytes(offer, "publicKey.excludeCredentials.0.id"), one.id);
  Authenticator copy;
  copy.id = one.id;
  EXPECT_EQ(browser.Send("POST", "/api/session/passkeys", MadeBody(copy, ChallengeOf(offer))).At("error.code"), "passkey-exists");
  const Answer again = browser.Send("POST", "/api/session/passkeys/offer", Body({{"current", kGood}, {"code", made.At("recoveryCodes.0")}}));
  ASSERT_EQ(again.status, 201) << again.body;
  const Answer second = browser.Send("POST", "/api/session/passkeys", MadeBody(two, ChallengeOf(again), "U 盘钥匙"));
  ASSERT_EQ(second.status, 201) << second.body;
  EXPECT_EQ(second.Count("recoveryCodes"), 0u) << "those on paper stay";
  const std::string id = second.At("passkey.id");
  EXPECT_EQ(browser.Send("PATCH", "/api/session/passkeys/" + id, Body({{"name", "抽屉里的"}})).At("name"), "抽屉里的");
  EXPECT_EQ(browser.Send("PATCH", "/api/session/passkeys/" + id, Body({{"name", ""}})).At("error.code"), "bad-passkey-name");
  EXPECT_EQ(browser.Send("PATCH", "/api/session/passkeys/bm9uZQ", Body({{"name", "x"}})).At("error.code"), "no-such-passkey");
  const Answer list = browser.Send("GET", "/api/session/passkeys");
  EXPECT_EQ(list.Count("passkeys"), 2u);
  EXPECT_EQ(list.At("passkeys.1.name"), "抽屉里的");
  EXPECT_EQ(list.At("passkeys.1.lastUsed"), "null");
  for (Authenticator* each : {&one, &two}) {
    browser.SignIn("director");
    ++each->counter;
    EXPECT_EQ(Show(browser, *each).status, 200);
  }
  // Anybody else's id is refused for everybody.
  world.AddUser("other", "viewer", {}, kGood);
  Browser stranger{world, {}};
  stranger.SignIn("other");
  const Answer theirs = stranger.Send("POST", "/api/session/passkeys/offer", Body({{"current", kGood}}));
  EXPECT_EQ(stranger.Send("POST", "/api/session/passkeys", MadeBody(copy, ChallengeOf(theirs))).At("error.code"), "passkey-exists");
  EXPECT_EQ(stranger.Send("DELETE", "/api/session/passkeys/" + id, Body({{"current", kGood}})).At("error.code"), "no-such-passkey");
}

TEST(Passkeys, ThereAreNoMoreThanTheBound) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  Authenticator one;
  Browser browser{world, {}};
  Enrol(browser, "director", one);
  for (size_t i = 1; i < limits::kPasskeys; ++i) {
    const Answer offer = browser.Send("POST", "/api/session/passkeys/offer", Proof(browser, one));
    ASSERT_EQ(browser.Send("POST", "/api/session/passkeys", MadeBody(Authenticator(), ChallengeOf(offer))).status, 201) << i;
  }
  EXPECT_EQ(browser.Send("POST", "/api/session/passkeys/offer", Proof(browser, one)).At("error.code"), "too-many-passkeys");
}

TEST(Passkeys, RemovingAsksForBothAndTheLastTakesThePaperAlong) {
  World world(true);
  world.AddUser("director", "county-director", {}, kGood);
  Authenticator one;
  Browser browser{world, {}};
  EXPECT_EQ(browser.SignIn("director").At("mustEnrol"), "true");
  const Answer made = Enrol(browser, "director", one);
  EXPECT_EQ(browser.Send("GET", "/api/session").At("mustEnrol"), "false") << "a passkey is a second factor";
  EXPECT_EQ(browser.Send("GET", "/api/measures").status, 200);
  const std::string target = "/api/session/passkeys/" + made.At("passkey.id");
  EXPECT_EQ(browser.Send("DELETE", target, Body({{"current", kGood}})).At("error.code"), "wrong-code");
  EXPECT_EQ(browser.Send("DELETE", target, Proof(browser, one, "wrong")).At("error.code"), "wrong-password");
  Authenticator stranger;
  EXPECT_EQ(browser.Send("DELETE", target, Proof(browser, stranger)).At("error.code"), "unknown-passkey");
  EXPECT_EQ(browser.Send("DELETE", target, R"({"current":"Meadow-12","passkey":)" + ShownBody(one, "x") + "}").At("error.code"), "no-challenge");
  EXPECT_EQ(browser.Send("DELETE", target, Proof(browser, one)).status, 204);
  EXPECT_EQ(browser.Send("GET", "/api/measures").At("error.code"), "second-factor-required") << "at once";
  const Answer state = browser.Send("GET", "/api/session/second-factor");
  EXPECT_EQ(state.At("enrolled"), "false");
  EXPECT_EQ(state.At("recoveryCodes"), "0");
  EXPECT_EQ(browser.SignIn("director").At("needsCode"), "false");
}

TEST(Passkeys, BesideTheTelephoneEachStaysWithoutTheOther) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  Authenticator one;
  Browser browser{world, {}};
  const Answer made = Enrol(browser, "director", one);
  // The telephone's codes beside it: proved by the passkey.
  EXPECT_EQ(browser.Send("POST", "/api/session/second-factor", Body({{"current", kGood}})).At("error.code"), "wrong-code");
  const std::string secret = browser.Send("POST", "/api/session/second-factor", Proof(browser, one)).At("secret");
  const Answer confirmed = browser.Send("POST", "/api/session/second-factor/confirm", Body({{"code", CodeAt(world, secret)}}));
  ASSERT_EQ(confirmed.status, 200) << confirmed.body;
  EXPECT_EQ(confirmed.Count("recoveryCodes"), 0u) << "those on paper stay";
  const auto later = [&] { world.clock.Advance(2 * limits::kCodeStepSeconds * kSecond); };
  later();
  EXPECT_EQ(browser.SignIn("director").Count("factors"), 2u);
  EXPECT_EQ(browser.Send("POST", "/api/session/code", Body({{"code", CodeAt(world, secret)}})).status, 200);
  browser.SignIn("director");
  EXPECT_EQ(browser.Send("POST", "/api/session/code", Body({{"code", made.At("recoveryCodes.1")}})).status, 200);
  EXPECT_EQ(browser.Send("POST", "/api/session/recovery-codes", Proof(browser, one)).Count("recoveryCodes"), size_t{limits::kRecoveryCodes});
  // The telephone goes, the passkey and the paper stay.
  EXPECT_EQ(browser.Send("DELETE", "/api/session/second-factor", Proof(browser, one)).status, 204);
  Answer state = browser.Send("GET", "/api/session/second-factor");
  EXPECT_EQ(state.At("enrolled"), "true");
  EXPECT_EQ(state.At("codes"), "false");
  EXPECT_EQ(state.At("since"), "null");
  EXPECT_EQ(state.At("recoveryCodes"), std::to_string(limits::kRecoveryCodes));
  // And the other way round.
  const std::string again = browser.Send("POST", "/api/session/second-factor", Proof(browser, one)).At("secret");
  ASSERT_EQ(browser.Send("POST", "/api/session/second-factor/confirm", Body({{"code", CodeAt(world, again)}})).status, 200);
  later();
  EXPECT_EQ(browser.Send("DELETE", "/api/session/passkeys/" + made.At("passkey.id"), Body({{"current", kGood}, {"code", CodeAt(world, again)}})).status, 204);
  state = browser.Send("GET", "/api/session/second-factor");
  EXPECT_EQ(state.At("codes"), "true");
  EXPECT_EQ(state.At("passkeys"), "0");
  EXPECT_EQ(state.At("recoveryCodes"), std::to_string(limits::kRecoveryCodes));
  EXPECT_EQ(browser.SignIn("director").At("factors.0"), "code");
}

TEST(Passkeys, AWrongTelephoneCodeAtSetUpTakesNoPasskey) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  Authenticator one;
  Browser browser{world, {}};
  Enrol(browser, "director", one);
  ASSERT_EQ(browser.Send("POST", "/api/session/second-factor", Proof(browser, one)).status, 201);
  for (int i = 0; i <= limits::kEnrolTries; ++i) browser.Send("POST", "/api/session/second-factor/confirm", Body({{"code", "no"}}));
  EXPECT_EQ(browser.Send("GET", "/api/session/second-factor").At("passkeys"), "1");
}

TEST(Passkeys, AnAdministratorTakesThemAway) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  Authenticator one;
  Browser browser{world, {}};
  Enrol(browser, "director", one);
  EXPECT_EQ(world.As("admin", "PATCH", "/api/accounts/director", R"({"resetSecondFactor":true})").At("account.secondFactor"), "false");
  EXPECT_EQ(browser.Send("GET", "/api/session").status, 401);
  EXPECT_EQ(browser.SignIn("director").At("needsCode"), "false");
  EXPECT_EQ(browser.Send("GET", "/api/session/passkeys").Count("passkeys"), 0u);
}

TEST(Passkeys, TheAuditSaysWhatWasDone) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  Authenticator one, stranger;
  Browser browser{world, {}};
  const Answer made = Enrol(browser, "director", one);
  browser.Send("PATCH", "/api/session/passkeys/" + made.At("passkey.id"), Body({{"name", "neu"}}));
  browser.SignIn("director");
  Show(browser, stranger);
  ++one.counter;
  Show(browser, one);
  browser.Send("DELETE", "/api/session/passkeys/" + made.At("passkey.id"), Proof(browser, one));
  const std::string notes = world.As("admin", "GET", "/api/audit?user=director&count=100").body;
  for (const char* deed : {"passkey-offer director", "passkey-add director", "passkey-rename director", "wrong-passkey director", "sign-in director", "passkey-remove director"}) {
    EXPECT_NE(notes.find(deed), std::string::npos) << deed;
  }
}

}  // namespace
}  // namespace qianxian::api
