// The second step of a sign-in, the second factor, the own sessions, and which roles must have a factor: each property through the API.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "api/settings.h"
#include "api/testing/world.h"
#include "base/limits.h"
#include "base/limits_sign_in.h"
#include "crypto/one_time_code.h"
#include "json/writer.h"

namespace qianxian::api {
namespace {

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

Answer SignIn(World& world, const std::string& user, const std::string& password = kGood) {
  return world.Send("POST", "/api/session", Body({{"user", user}, {"password", password}}));
}

Headers Cookie(const Answer& signed_in) {
  const std::string cookie = signed_in.Header("set-cookie");
  return {{"Cookie", cookie.substr(0, cookie.find(';'))}, {"X-Qianxian", "1"}};
}

std::string CodeAt(World& world, const std::string& secret, int64_t steps_away = 0) {
  const int64_t step = world.clock.Now().microseconds / (limits::kCodeStepSeconds * kSecond) + steps_away;
  return crypto::OneTimeCode(crypto::FromBase32(secret), static_cast<uint64_t>(step), limits::kCodeDigits);
}

// A code that none of the steps around now has.
std::string WrongCode(World& world, const std::string& secret) {
  for (int i = 0;; ++i) {
    const std::string code = std::to_string(100000 + i);
    bool right = false;
    for (int64_t away = -2; away <= 2; ++away) right = right || CodeAt(world, secret, away) == code;
    if (!right) return code;
  }
}

Answer Present(World& world, const Answer& half, const std::string& code) {
  return world.Send("POST", "/api/session/code", Body({{"code", code}}), Cookie(half));
}

struct Enrolled {
  std::string secret;
  std::vector<std::string> recovery;
  Headers cookie;                          // of the session that it was set up in
};

Enrolled Enrol(World& world, const std::string& user) {
  const Answer signed_in = SignIn(world, user);
  Enrolled made;
  made.cookie = Cookie(signed_in);
  const Answer offer = world.Send("POST", "/api/session/second-factor", Body({{"current", kGood}}), made.cookie);
  EXPECT_EQ(offer.status, 201) << offer.body;
  made.secret = offer.At("secret");
  EXPECT_NE(offer.At("uri").find("otpauth://totp/Qianxian:" + user + "?secret=" + made.secret), std::string::npos) << offer.body;
  const Answer confirmed = world.Send("POST", "/api/session/second-factor/confirm", Body({{"code", CodeAt(world, made.secret)}}), made.cookie);
  EXPECT_EQ(confirmed.status, 200) << confirmed.body;
  for (size_t i = 0; i < confirmed.Count("recoveryCodes"); ++i) made.recovery.push_back(confirmed.At("recoveryCodes." + std::to_string(i)));
  world.clock.Advance(2 * limits::kCodeStepSeconds * kSecond);   // past the step that was used
  return made;
}

// What a whole session of an administrator or a director could do, of every kind of call that there is.
const std::pair<const char*, const char*> kCalls[] = {
    {"GET", "/api/county"},          {"GET", "/api/measures"},         {"GET", "/api/overview"},       {"GET", "/api/gaps"},
    {"POST", "/api/gaps/g1/actions"}, {"PATCH", "/api/actions/a1"},     {"GET", "/api/imports"},        {"POST", "/api/imports?kind=settlements"},
    {"GET", "/api/cases/Encounter/1"}, {"GET", "/api/accounts"},        {"POST", "/api/accounts"},      {"PATCH", "/api/accounts/admin"},
    {"GET", "/api/events"},          {"GET", "/api/today"},            {"GET", "/api/patients"},       {"POST", "/api/patients"},
    {"POST", "/api/visits"},         {"POST", "/api/patients/1/documents"}, {"GET", "/api/referrals"}, {"POST", "/api/referrals"},
    {"GET", "/api/inbox"},           {"GET", "/api/consultations"},    {"GET", "/api/work"},           {"GET", "/api/sessions"},
    {"DELETE", "/api/sessions"},     {"DELETE", "/api/sessions/x"},    {"GET", "/api/sign-in-rules"},  {"PATCH", "/api/sign-in-rules"},
    {"DELETE", "/api/session/second-factor"}, {"POST", "/api/session/recovery-codes"}, {"GET", "/api/nothing"},
    {"GET", "/fhir/Patient"},        {"GET", "/fhir/Patient/1"},       {"POST", "/fhir/Patient"},      {"PUT", "/fhir/Patient/1"},
    {"DELETE", "/fhir/Patient/1"},   {"POST", "/fhir"},                {"GET", "/fhir/$export"},       {"GET", "/fhir/Patient/1/_history"},
    {"GET", "/fhir/Patient/1/$everything"}, {"POST", "/fhir/Patient/_search"}, {"POST", "/fhir/Subscription/1/$get-ws-binding-token"},
};
// Those that set a factor up, and the password: not for half a session either.
const std::pair<const char*, const char*> kEnrolCalls[] = {
    {"GET", "/api/session/second-factor"}, {"POST", "/api/session/second-factor"}, {"POST", "/api/session/second-factor/confirm"},
};

void ExpectNothingWorks(World& world, const Headers& cookie, const std::string& code, std::initializer_list<std::pair<const char*, const char*>> more = {}) {
  auto refused = [&](const char* method, const char* target) {
    const std::string body = std::string(method) == "GET" ? "" : R"({"current":")" + kGood + R"(","new":"Other-9-good","code":"1"})";
    const Answer answer = world.Send(method, target, body, cookie);
    EXPECT_EQ(answer.status, 403) << method << " " << target << " " << answer.body;
    const std::string said = std::string(target).starts_with("/fhir") ? answer.At("issue.0.details.coding.0.code") : answer.At("error.code");
    EXPECT_EQ(said, code) << method << " " << target;
  };
  for (const auto& [method, target] : kCalls) refused(method, target);
  for (const auto& [method, target] : more) refused(method, target);
}

TEST(SecondFactor, HalfASessionCanDoNothingButPresentACode) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  const Enrolled factor = Enrol(world, "director");
  const Answer half = SignIn(world, "director");
  ASSERT_EQ(half.status, 200) << half.body;
  EXPECT_EQ(half.At("needsCode"), "true");
  EXPECT_EQ(half.At("role"), "") << "who only knows the password learns nothing else";
  ExpectNothingWorks(world, Cookie(half), "code-required", {{"POST", "/api/password"}});
  for (const auto& [method, target] : kEnrolCalls) {
    EXPECT_EQ(world.Send(method, target, Body({{"current", kGood}}), Cookie(half)).At("error.code"), "code-required") << target;
  }
  // The same secret as a bearer token is no more.
  const std::string secret = Cookie(half)[0].second.substr(std::string("qianxian_session=").size());
  EXPECT_EQ(world.Send("GET", "/fhir/Patient", "", {{"Authorization", "Bearer " + secret}}).status, 403);
  EXPECT_EQ(world.Send("GET", "/api/session", "", Cookie(half)).At("needsCode"), "true");

  const Answer whole = Present(world, half, CodeAt(world, factor.secret));
  ASSERT_EQ(whole.status, 200) << whole.body;
  EXPECT_EQ(whole.At("needsCode"), "false");
  EXPECT_EQ(whole.At("role"), "county-director");
  EXPECT_NE(Cookie(whole)[0].second, Cookie(half)[0].second) << "another secret";
  EXPECT_EQ(world.Send("GET", "/fhir/Patient", "", Cookie(whole)).status, 200);
  EXPECT_EQ(world.Send("GET", "/api/session", "", Cookie(half)).status, 401) << "the half is over";
  EXPECT_EQ(Present(world, whole, CodeAt(world, factor.secret, 1)).At("error.code"), "whole-already");
}

TEST(SecondFactor, HalfASessionSignsOut) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  Enrol(world, "director");
  const Answer half = SignIn(world, "director");
  EXPECT_EQ(world.Send("DELETE", "/api/session", "", Cookie(half)).status, 204);
  EXPECT_EQ(world.Send("GET", "/api/session", "", Cookie(half)).status, 401);
}

TEST(SecondFactor, CodesOfTheNeighbouringStepsComeInAndNoneTwice) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  const Enrolled factor = Enrol(world, "director");
  for (int64_t away : {-1, 0, 1}) {
    const std::string code = CodeAt(world, factor.secret, away);
    EXPECT_EQ(Present(world, SignIn(world, "director"), code).status, 200) << away;
    const Answer again = Present(world, SignIn(world, "director"), code);
    EXPECT_EQ(again.status, 401) << away;
    EXPECT_EQ(again.At("error.code"), "code-used") << away;
  }
  world.clock.Advance(10 * kMinute);
  for (int64_t away : {-2, 2}) EXPECT_EQ(Present(world, SignIn(world, "director"), CodeAt(world, factor.secret, away)).At("error.code"), "wrong-code") << away;
}

TEST(SecondFactor, OneCodeLetsOneIn) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  const Enrolled factor = Enrol(world, "director");
  std::vector<Answer> halves;
  for (int i = 0; i < 4; ++i) halves.push_back(SignIn(world, "director"));
  const std::string code = CodeAt(world, factor.secret);
  std::atomic<int> in{0};
  std::vector<std::thread> threads;
  for (const Answer& half : halves) {
    threads.emplace_back([&world, &in, &half, code] { in += Present(world, half, code).status == 200 ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(in, 1);
}

TEST(SecondFactor, ARecoveryCodeComesInOnce) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  const Enrolled factor = Enrol(world, "director");
  ASSERT_EQ(factor.recovery.size(), size_t{limits::kRecoveryCodes});
  const Answer whole = Present(world, SignIn(world, "director"), factor.recovery[0]);
  ASSERT_EQ(whole.status, 200) << whole.body;
  const Answer state = world.Send("GET", "/api/session/second-factor", "", Cookie(whole));
  EXPECT_EQ(state.At("recoveryCodes"), std::to_string(limits::kRecoveryCodes - 1));
  EXPECT_EQ(state.At("enrolled"), "true");
  EXPECT_EQ(Present(world, SignIn(world, "director"), factor.recovery[0]).At("error.code"), "wrong-code");

  const Answer renewed = world.Send("POST", "/api/session/recovery-codes", Body({{"current", kGood}, {"code", CodeAt(world, factor.secret)}}), Cookie(whole));
  ASSERT_EQ(renewed.Count("recoveryCodes"), size_t{limits::kRecoveryCodes}) << renewed.body;
  EXPECT_EQ(Present(world, SignIn(world, "director"), factor.recovery[1]).At("error.code"), "wrong-code") << "the old ones are over";
  EXPECT_EQ(Present(world, SignIn(world, "director"), renewed.At("recoveryCodes.1")).status, 200);
}

TEST(SecondFactor, HalfASessionEndsByTimeAndByWrongCodes) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  const Enrolled factor = Enrol(world, "director");
  const Answer late = SignIn(world, "director");
  world.clock.Advance(limits::kHalfSessionMinutes * kMinute);
  EXPECT_EQ(Present(world, late, CodeAt(world, factor.secret)).At("error.code"), "no-session");

  const Answer half = SignIn(world, "director");
  for (int i = 0; i < limits::kHalfSessionTries - 1; ++i) EXPECT_EQ(Present(world, half, WrongCode(world, factor.secret)).At("error.code"), "wrong-code");
  EXPECT_EQ(Present(world, half, WrongCode(world, factor.secret)).At("error.code"), "too-many-codes");
  EXPECT_EQ(Present(world, half, CodeAt(world, factor.secret)).At("error.code"), "no-session") << "a right one is too late";
}

TEST(SecondFactor, WrongCodesLockAlthoughThePasswordIsRightInBetween) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  const Enrolled factor = Enrol(world, "director");
  for (int i = 0; i < limits::kSignInFailures; ++i) {
    const Answer half = SignIn(world, "director");
    ASSERT_EQ(half.status, 200) << i << half.body;
    EXPECT_EQ(Present(world, half, WrongCode(world, factor.secret)).status, 401);
  }
  EXPECT_EQ(SignIn(world, "director").At("error.code"), "locked");
  world.clock.Advance(limits::kSignInLockMinutes * kMinute);
  const Answer half = SignIn(world, "director");
  EXPECT_EQ(Present(world, half, CodeAt(world, factor.secret)).status, 200);
}

TEST(SecondFactor, ALockHoldsForAHalfThatWasThereBefore) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  const Enrolled factor = Enrol(world, "director");
  const Answer half = SignIn(world, "director");
  for (int i = 0; i < limits::kSignInFailures; ++i) SignIn(world, "director", "wrong");
  EXPECT_EQ(Present(world, half, CodeAt(world, factor.secret)).At("error.code"), "locked");
}

TEST(SecondFactor, SettingUpAsksForThePasswordAndACode) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  const Answer signed_in = SignIn(world, "director");
  const Headers cookie = Cookie(signed_in);
  const Answer other = SignIn(world, "director");
  auto send = [&](const char* target, const std::string& body) { return world.Send("POST", target, body, cookie); };
  EXPECT_EQ(send("/api/session/second-factor/confirm", Body({{"code", "123456"}})).At("error.code"), "no-offer");
  EXPECT_EQ(send("/api/session/second-factor", Body({{"current", "wrong"}})).At("error.code"), "wrong-password");
  const std::string secret = send("/api/session/second-factor", Body({{"current", kGood}})).At("secret");
  EXPECT_EQ(crypto::FromBase32(secret).size(), limits::kCodeSecretBytes);
  EXPECT_EQ(SignIn(world, "director").At("needsCode"), "false") << "not before a code has confirmed it";
  EXPECT_EQ(send("/api/session/second-factor/confirm", Body({{"code", WrongCode(world, secret)}})).At("error.code"), "wrong-code");
  world.clock.Advance(limits::kEnrolMinutes * kMinute);
  EXPECT_EQ(send("/api/session/second-factor/confirm", Body({{"code", CodeAt(world, secret)}})).At("error.code"), "no-offer") << "too old";

  const std::string guessed = send("/api/session/second-factor", Body({{"current", kGood}})).At("secret");
  for (int i = 0; i < limits::kEnrolTries; ++i) EXPECT_EQ(send("/api/session/second-factor/confirm", Body({{"code", WrongCode(world, guessed)}})).At("error.code"), "wrong-code");
  EXPECT_EQ(send("/api/session/second-factor/confirm", Body({{"code", CodeAt(world, guessed)}})).At("error.code"), "no-offer") << "nobody finds it by trying";

  const std::string taken = send("/api/session/second-factor", Body({{"current", kGood}})).At("secret");
  const Answer confirmed = send("/api/session/second-factor/confirm", Body({{"code", CodeAt(world, taken)}}));
  ASSERT_EQ(confirmed.status, 200) << confirmed.body;
  EXPECT_EQ(world.Send("GET", "/api/session", "", cookie).status, 200);
  EXPECT_EQ(world.Send("GET", "/api/session", "", Cookie(other)).status, 401) << "what was signed in without it is over";
  EXPECT_EQ(send("/api/session/second-factor", Body({{"current", kGood}})).At("error.code"), "factor-exists");
  const Answer replayed = Present(world, SignIn(world, "director"), CodeAt(world, taken));
  EXPECT_EQ(replayed.At("error.code"), "code-used") << "the code that set it up is used";
}

TEST(SecondFactor, TakingItAwayAsksForThePasswordAndACode) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  const Enrolled factor = Enrol(world, "director");
  auto remove = [&](const std::string& password, const std::string& code) {
    return world.Send("DELETE", "/api/session/second-factor", Body({{"current", password}, {"code", code}}), factor.cookie);
  };
  EXPECT_EQ(remove("wrong", CodeAt(world, factor.secret)).At("error.code"), "wrong-password");
  EXPECT_EQ(remove(kGood, WrongCode(world, factor.secret)).At("error.code"), "wrong-code");
  EXPECT_EQ(remove(kGood, "").At("error.code"), "wrong-code");
  EXPECT_EQ(SignIn(world, "director").At("needsCode"), "true");
  EXPECT_EQ(remove(kGood, CodeAt(world, factor.secret)).status, 204);
  EXPECT_EQ(SignIn(world, "director").At("needsCode"), "false");
  EXPECT_EQ(remove(kGood, factor.recovery[0]).At("error.code"), "no-factor");
}

TEST(SecondFactor, WrongPasswordsAndCodesOfASessionLockToo) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  const Enrolled factor = Enrol(world, "director");
  for (int i = 0; i < limits::kSignInFailures; ++i) {
    world.Send("DELETE", "/api/session/second-factor", Body({{"current", i % 2 == 0 ? "wrong" : kGood}, {"code", WrongCode(world, factor.secret)}}), factor.cookie);
  }
  EXPECT_EQ(world.Send("DELETE", "/api/session/second-factor", Body({{"current", kGood}, {"code", CodeAt(world, factor.secret)}}), factor.cookie).At("error.code"), "locked");
  EXPECT_EQ(SignIn(world, "director").At("error.code"), "locked");
}

TEST(SecondFactor, TokensNeedNoneAndManageNone) {
  World world(true);
  world.AddUser("director", "county-director", {}, kGood);
  EXPECT_EQ(world.As("director", "GET", "/api/measures").status, 200);
  EXPECT_EQ(world.As("director", "GET", "/fhir/Patient").status, 200);
  for (const auto& [method, target] : kEnrolCalls) {
    EXPECT_EQ(world.As("director", method, target, Body({{"current", kGood}})).At("error.code"), "not-with-a-token") << target;
  }
  EXPECT_EQ(world.As("director", "GET", "/api/sessions").At("error.code"), "not-with-a-token");
  EXPECT_EQ(world.As("director", "DELETE", "/api/sessions").At("error.code"), "not-with-a-token");
}

TEST(SecondFactor, AnAdministratorTakesItAwayAndThatEndsTheSessions) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  const Enrolled factor = Enrol(world, "director");
  EXPECT_EQ(world.As("admin", "GET", "/api/accounts").At("accounts.1.secondFactor"), "true");
  EXPECT_EQ(world.As("admin", "GET", "/api/accounts").body.find(factor.secret), std::string::npos);
  const Answer half = SignIn(world, "director");
  EXPECT_EQ(world.As("director", "PATCH", "/api/accounts/director", R"({"resetSecondFactor":true})").status, 403);
  const Answer reset = world.As("admin", "PATCH", "/api/accounts/director", R"({"resetSecondFactor":true})");
  ASSERT_EQ(reset.status, 200) << reset.body;
  EXPECT_EQ(reset.At("account.secondFactor"), "false");
  EXPECT_EQ(reset.At("oneTimePassword"), "null");
  EXPECT_EQ(world.Send("GET", "/api/session", "", factor.cookie).status, 401);
  EXPECT_EQ(world.Send("GET", "/api/session", "", Cookie(half)).status, 401);
  EXPECT_EQ(world.As("director", "GET", "/api/session").status, 200) << "tokens stay";
  EXPECT_EQ(SignIn(world, "director").At("needsCode"), "false");
  EXPECT_EQ(world.As("admin", "PATCH", "/api/accounts/admin", R"({"resetSecondFactor":true})").At("error.code"), "own-account");
}

TEST(SecondFactor, AnotherPasswordLeavesItAndEndsHalves) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  const Enrolled factor = Enrol(world, "director");
  const Answer half = SignIn(world, "director");
  const std::string password = world.As("admin", "PATCH", "/api/accounts/director", R"({"newPassword":true})").At("oneTimePassword");
  EXPECT_EQ(world.Send("GET", "/api/session", "", Cookie(half)).status, 401);
  const Answer again = SignIn(world, "director", password);
  EXPECT_EQ(again.At("needsCode"), "true");
  EXPECT_EQ(world.Send("POST", "/api/password", Body({{"current", password}, {"new", kGood + "x"}}), Cookie(again)).At("error.code"), "code-required");
  const Answer whole = Present(world, again, CodeAt(world, factor.secret));
  EXPECT_EQ(whole.At("mustChangePassword"), "true") << "one after the other";
}

TEST(SecondFactor, NoSecretIsShownAndRecoveryCodesAreHashes) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  const Enrolled factor = Enrol(world, "director");
  auto snapshot = world.store().OpenSnapshot(access::SystemCaller("test"));
  const auto accounts = (*snapshot)->Scan("QianxianAccount", "", 100);
  ASSERT_TRUE(accounts.ok());
  for (const store::Resource& account : *accounts) {
    for (const std::string& code : factor.recovery) EXPECT_EQ(account.body.find(code), std::string::npos);
  }
  EXPECT_EQ(world.As("admin", "GET", "/fhir/QianxianAccount").status, 404);
  EXPECT_EQ(world.Send("GET", "/api/session/second-factor", "", factor.cookie).body.find(factor.secret), std::string::npos);
}

// ---- who must have one ----

TEST(SecondFactorRules, ARealFolderAsksSomeRolesWhoCanOnlyEnrol) {
  World world(true);
  world.AddUser("director", "county-director", {}, kGood);
  for (const auto& [user, role] : {std::pair("manager", "hospital-manager"), std::pair("doctor", "clinician"), std::pair("it", "hospital-it")}) {
    world.AddUser(user, role, {"H1"}, kGood);
  }
  world.AddUser("money", "insurance-officer", {}, kGood);
  world.AddUser("viewer", "viewer", {}, kGood);
  for (const char* user : {"director", "manager", "money"}) EXPECT_EQ(SignIn(world, user).At("mustEnrol"), "true") << user;
  for (const char* user : {"doctor", "it", "viewer"}) EXPECT_EQ(SignIn(world, user).At("mustEnrol"), "false") << user;

  const Answer first = SignIn(world, "admin", world.admin_password);
  EXPECT_EQ(first.At("mustEnrol"), "true");
  EXPECT_EQ(first.At("mustChangePassword"), "true");
  for (const auto& [method, target] : kEnrolCalls) {
    EXPECT_EQ(world.Send(method, target, Body({{"current", world.admin_password}}), Cookie(first)).At("error.code"), "password-change-required") << "the password first";
  }
  ASSERT_EQ(world.Send("POST", "/api/password", Body({{"current", world.admin_password}, {"new", kGood}}), Cookie(first)).status, 200);
  ExpectNothingWorks(world, Cookie(first), "second-factor-required");

  const Enrolled factor = Enrol(world, "director");
  EXPECT_EQ(world.Send("GET", "/api/session", "", factor.cookie).At("mustEnrol"), "false");
  EXPECT_EQ(world.Send("GET", "/api/measures", "", factor.cookie).status, 200);
  EXPECT_EQ(world.Send("GET", "/api/session/second-factor", "", factor.cookie).At("required"), "true");
  ASSERT_EQ(world.Send("DELETE", "/api/session/second-factor", Body({{"current", kGood}, {"code", CodeAt(world, factor.secret)}}), factor.cookie).status, 204);
  EXPECT_EQ(world.Send("GET", "/api/measures", "", factor.cookie).At("error.code"), "second-factor-required") << "at once";
}

TEST(SecondFactorRules, ADemonstrationOffersItOnly) {
  World world(true);
  world.AddUser("director", "county-director", {}, kGood);
  Settings settings;
  settings.demonstration = true;
  store::CommitRequest request;
  request.changes.push_back(SettingsChange(settings));
  ASSERT_TRUE(world.store().Commit(access::SystemCaller("test"), std::move(request)).ok());
  const Answer signed_in = SignIn(world, "director");
  EXPECT_EQ(signed_in.At("mustEnrol"), "false");
  EXPECT_EQ(world.Send("GET", "/api/session/second-factor", "", Cookie(signed_in)).At("required"), "false");
  Enrol(world, "director");
  EXPECT_EQ(SignIn(world, "director").At("needsCode"), "true") << "who has one is asked for it";
}

TEST(SecondFactorRules, AdministratorsChangeThem) {
  World world(true);
  world.AddUser("director", "county-director", {}, kGood);
  world.AddUser("viewer", "viewer", {}, kGood);
  const Answer rules = world.As("admin", "GET", "/api/sign-in-rules");
  EXPECT_EQ(rules.Count("secondFactorRoles"), 6u) << rules.body;
  EXPECT_EQ(rules.At("isDefault"), "true");
  EXPECT_EQ(world.As("director", "GET", "/api/sign-in-rules").status, 403);
  EXPECT_EQ(world.As("director", "PATCH", "/api/sign-in-rules", R"({"secondFactorRoles":[]})").status, 403);
  for (const char* bad : {R"({})", R"({"secondFactorRoles":"viewer"})", R"({"secondFactorRoles":["king"]})", R"({"secondFactorRoles":[1]})", R"({"secondFactorRoles":["system"]})"}) {
    EXPECT_EQ(world.As("admin", "PATCH", "/api/sign-in-rules", bad).status, 400) << bad;
  }
  const Answer open = SignIn(world, "viewer");
  EXPECT_EQ(world.Send("GET", "/api/measures", "", Cookie(open)).status, 200);
  const Answer changed = world.As("admin", "PATCH", "/api/sign-in-rules", R"({"secondFactorRoles":["viewer"]})");
  EXPECT_EQ(changed.At("secondFactorRoles.0"), "viewer") << changed.body;
  EXPECT_EQ(changed.At("isDefault"), "false");
  EXPECT_EQ(SignIn(world, "director").At("mustEnrol"), "false");
  world.clock.Advance(limits::kSessionCheckSeconds * kSecond);
  EXPECT_EQ(world.Send("GET", "/api/measures", "", Cookie(open)).At("error.code"), "second-factor-required") << "also for who is signed in";
  EXPECT_EQ(world.As("admin", "PATCH", "/api/sign-in-rules", R"({"secondFactorRoles":[]})").Count("secondFactorRoles"), 0u);
  EXPECT_EQ(SignIn(world, "viewer").At("mustEnrol"), "false");
  EXPECT_EQ(world.As("admin", "PATCH", "/api/sign-in-rules", R"({"secondFactorRoles":null})").At("isDefault"), "true");
  EXPECT_EQ(SignIn(world, "director").At("mustEnrol"), "true");
}

TEST(SecondFactorRules, NobodyWritesThemThroughFhir) {
  World world(true);
  world.AddUser("director", "county-director", {}, kGood);
  world.As("admin", "PATCH", "/api/sign-in-rules", R"({"secondFactorRoles":["administrator"]})");
  const std::string demonstration = R"({"resourceType":"Basic","id":"qianxian-settings","code":{"text":"x"},"extension":[{"url":"https://fhir.qianxian.cn/StructureDefinition/demonstration","valueBoolean":true}]})";
  for (const char* user : {"director", "admin"}) {
    EXPECT_EQ(world.As(user, "PUT", "/fhir/Basic/qianxian-settings", demonstration).status, 403) << user;
    EXPECT_EQ(world.As(user, "DELETE", "/fhir/Basic/qianxian-settings").status, 403) << user;
  }
  EXPECT_EQ(world.As("admin", "GET", "/api/sign-in-rules").Count("secondFactorRoles"), 1u);
}

// ---- locks and passwords ----

TEST(SignInLock, GrowsUntilAWholeSignInOrAnAdministrator) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  auto lock = [&](const std::string& user) {
    for (int i = 0; i < limits::kSignInFailures; ++i) EXPECT_EQ(SignIn(world, user, "wrong").status, 401);
    return SignIn(world, user).At("error.en");
  };
  for (const std::string user : {"director", "nobody"}) {
    for (int64_t minutes : {15, 30, 60, 120}) {
      EXPECT_NE(lock(user).find("in " + std::to_string(minutes) + " minutes"), std::string::npos) << user;
      world.clock.Advance((minutes - 1) * kMinute);
      EXPECT_EQ(SignIn(world, user).At("error.code"), "locked") << user;
      world.clock.Advance(kMinute);
    }
  }
  EXPECT_EQ(SignIn(world, "director").status, 200);
  EXPECT_NE(lock("director").find("in 15 minutes"), std::string::npos) << "begun again by a right sign-in";
  world.clock.Advance(15 * kMinute);
  EXPECT_NE(lock("director").find("in 30 minutes"), std::string::npos);
  ASSERT_EQ(world.As("admin", "PATCH", "/api/accounts/director", R"({"disabled":false})").status, 200);
  EXPECT_NE(lock("director").find("in 15 minutes"), std::string::npos) << "begun again by an administrator";
}

TEST(Passwords, NoneOfTheLastFiveComesBack) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  const Answer signed_in = SignIn(world, "director");
  std::string current = kGood;
  auto change = [&](const std::string& wanted) {
    const Answer answer = world.Send("POST", "/api/password", Body({{"current", current}, {"new", wanted}}), Cookie(signed_in));
    if (answer.status == 200) current = wanted;
    return answer.status == 200 ? std::string() : answer.At("error.code");
  };
  EXPECT_EQ(change(kGood), "weak-password") << "the present one";
  for (int i = 1; i < static_cast<int>(limits::kPasswordsRemembered); ++i) {
    EXPECT_EQ(change("Changed-" + std::to_string(i)), "") << i;
    EXPECT_EQ(change(kGood), "password-reused") << i;
  }
  EXPECT_EQ(change("Changed-2"), "password-reused");
  EXPECT_EQ(change("Changed-9"), "");
  EXPECT_EQ(change(kGood), "") << "five others came after it";
  // A reset by an administrator forgets none of them.
  const std::string once = world.As("admin", "PATCH", "/api/accounts/director", R"({"newPassword":true})").At("oneTimePassword");
  const Answer again = SignIn(world, "director", once);
  EXPECT_EQ(world.Send("POST", "/api/password", Body({{"current", once}, {"new", kGood}}), Cookie(again)).At("error.code"), "password-reused");
}

// ---- where one is signed in ----

TEST(OwnSessions, AreListedAndEndedOneByOne) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  world.AddUser("other", "viewer", {}, kGood);
  world.TokenOf("director");
  const Answer old = SignIn(world, "director");
  world.clock.Advance(5 * kMinute);
  const Answer here = SignIn(world, "director");
  const Answer stranger = SignIn(world, "other");
  const Answer list = world.Send("GET", "/api/sessions", "", Cookie(here));
  ASSERT_EQ(list.Count("sessions"), 3u) << list.body;
  EXPECT_EQ(list.At("sessions.0.current"), "true") << "the last used first";
  EXPECT_EQ(list.At("sessions.0.address"), "127.0.0.1");
  EXPECT_EQ(list.At("sessions.0.kind"), "page");
  EXPECT_LT(list.At("sessions.1.lastUsed"), list.At("sessions.0.lastUsed"));
  std::string of_old, of_token;
  for (const char* i : {"1", "2"}) {
    const std::string at = std::string("sessions.") + i;
    EXPECT_EQ(list.At(at + ".current"), "false");
    (list.At(at + ".kind") == "token" ? of_token : of_old) = list.At(at + ".id");
  }
  ASSERT_FALSE(of_old.empty() || of_token.empty()) << list.body;
  EXPECT_EQ(world.Send("DELETE", "/api/sessions/" + of_old, "", Cookie(stranger)).At("error.code"), "no-such-session") << "somebody else's";
  EXPECT_EQ(world.Send("GET", "/api/session", "", Cookie(old)).status, 200);
  EXPECT_EQ(world.Send("DELETE", "/api/sessions/" + of_old, "", Cookie(here)).status, 204);
  EXPECT_EQ(world.Send("GET", "/api/session", "", Cookie(old)).status, 401) << "at once";
  EXPECT_EQ(world.Send("GET", "/fhir/Patient/1", "", Cookie(old)).status, 401) << "also on the fast path";
  EXPECT_EQ(world.As("director", "GET", "/api/session").status, 200);
  EXPECT_EQ(world.Send("DELETE", "/api/sessions/" + of_token, "", Cookie(here)).status, 204);
  EXPECT_EQ(world.As("director", "GET", "/api/session").status, 401);
  EXPECT_EQ(world.Send("DELETE", "/api/sessions/" + of_token, "", Cookie(here)).status, 404);
}

TEST(OwnSessions, EndEverywhere) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  world.TokenOf("director");
  const Answer one = SignIn(world, "director"), here = SignIn(world, "director");
  const Answer ended = world.Send("DELETE", "/api/sessions", "", Cookie(here));
  EXPECT_EQ(ended.status, 204);
  EXPECT_NE(ended.Header("set-cookie").find("Max-Age=0"), std::string::npos);
  for (const Answer* each : {&one, &here}) EXPECT_EQ(world.Send("GET", "/api/session", "", Cookie(*each)).status, 401);
  EXPECT_EQ(world.As("director", "GET", "/api/session").status, 200) << "programs go on";
  const Answer again = SignIn(world, "director");
  EXPECT_EQ(world.Send("DELETE", "/api/sessions?tokens=1", "", Cookie(again)).status, 204);
  EXPECT_EQ(world.As("director", "GET", "/api/session").status, 401);
}

TEST(OwnSessions, AnAdministratorEndsAllOfAUser) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  const Answer signed_in = SignIn(world, "director");
  EXPECT_EQ(world.As("director", "GET", "/api/session").status, 200);
  EXPECT_EQ(world.As("admin", "PATCH", "/api/accounts/director", R"({"endSessions":true})").status, 200);
  EXPECT_EQ(world.Send("GET", "/api/session", "", Cookie(signed_in)).status, 401);
  EXPECT_EQ(world.As("director", "GET", "/api/session").status, 401) << "tokens too";
  EXPECT_EQ(SignIn(world, "director").status, 200) << "the account itself stays";
}

TEST(OwnSessions, TheTimeOfUseIsSavedAgainAndAgain) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  const Answer signed_in = SignIn(world, "director");
  for (int i = 0; i < 3; ++i) {
    world.clock.Advance((limits::kSessionSaveMinutes + 1) * kMinute);
    ASSERT_EQ(world.Send("GET", "/api/session", "", Cookie(signed_in)).status, 200);
  }
  world.Restart();
  world.clock.Advance((limits::kSessionIdleMinutes - 1) * kMinute);
  EXPECT_EQ(world.Send("GET", "/api/session", "", Cookie(signed_in)).status, 200) << "the last time was saved";
}

TEST(OwnSessions, WhatWasEndedElsewhereIsNotBroughtBackByItsUse) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  auth::Tools tools{&world.store(), &world.clock, &world.random, world.directory(), {}};
  const std::unique_ptr<auth::Auth> other = auth::Auth::Make(tools);   // another process on the folder
  const Result<auth::SignedIn> signed_in = other->SignIn("director", kGood, "test");
  ASSERT_TRUE(signed_in.ok());
  world.clock.Advance(limits::kSessionSaveMinutes * kMinute - kSecond);
  ASSERT_TRUE(other->Find(signed_in->secret).ok());
  ASSERT_TRUE(world.auth().SignOut(signed_in->secret).ok());
  world.clock.Advance(kSecond);
  (void)other->Find(signed_in->secret).ok();   // still believed, and its time of use is due to be saved
  world.clock.Advance(limits::kSessionCheckSeconds * kSecond);
  EXPECT_EQ(other->Find(signed_in->secret).error().code, "no-session");
  EXPECT_EQ(world.auth().Find(signed_in->secret).error().code, "no-session");
}

}  // namespace
}  // namespace qianxian::api
