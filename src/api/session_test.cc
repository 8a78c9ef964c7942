// Sign-in as a browser and a program see it, and what the accounts behind it keep.
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <thread>

#include "api/testing/world.h"
#include "auth/first_use.h"
#include "auth/organizations.h"
#include "auth/secret_file.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"
#include "json/writer.h"

namespace qianxian::api {
namespace {

using testing::Answer;
using testing::Headers;
using testing::World;

constexpr int64_t kMinute = 60'000'000;
const std::string kGood = "Meadow-12";

Answer SignIn(World& world, const std::string& user, const std::string& password) {
  return world.Send("POST", "/api/session", "{\"user\":" + json::Quote(user) + ",\"password\":" + json::Quote(password) + "}");
}

Headers Cookie(const Answer& signed_in, bool with_header = true) {
  std::string cookie = signed_in.Header("set-cookie");
  Headers headers = {{"Cookie", cookie.substr(0, cookie.find(';'))}};
  if (with_header) headers.emplace_back("X-Qianxian", "1");
  return headers;
}

TEST(Session, FirstSignInForcesANewPassword) {
  World world;
  ASSERT_FALSE(world.admin_password.empty());
  std::string file = world.directory() + "/admin-password.txt";
  EXPECT_EQ(*ReadFile(file), "admin " + world.admin_password + "\n");
  struct stat info {};
  ASSERT_EQ(stat(file.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);

  Answer signed_in = SignIn(world, "admin", world.admin_password);
  ASSERT_EQ(signed_in.status, 200) << signed_in.body;
  EXPECT_EQ(signed_in.At("user"), "admin");
  EXPECT_EQ(signed_in.At("role"), "administrator");
  EXPECT_EQ(signed_in.At("mustChangePassword"), "true");
  EXPECT_TRUE(EndsWith(signed_in.At("expires"), "+08:00"));
  std::string cookie = signed_in.Header("set-cookie");
  for (const char* part : {"HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"}) EXPECT_NE(cookie.find(part), std::string::npos) << cookie;

  Headers headers = Cookie(signed_in);
  for (const char* target : {"/api/measures", "/api/today", "/api/referrals", "/api/nothing"}) {
    EXPECT_EQ(world.Send("GET", target, "", headers).At("error.code"), "password-change-required") << target;
  }
  EXPECT_EQ(world.Send("GET", "/fhir/Patient", "", headers).status, 403);
  EXPECT_EQ(world.Send("GET", "/fhir/Patient/1", "", headers).status, 403) << "also on the fast path";
  EXPECT_EQ(world.Send("GET", "/api/session", "", headers).status, 200);

  auto change = [&](const std::string& current, const std::string& wanted) {
    return world.Send("POST", "/api/password", "{\"current\":" + json::Quote(current) + ",\"new\":" + json::Quote(wanted) + "}", headers);
  };
  Answer weak = change(world.admin_password, "short");
  EXPECT_EQ(weak.status, 400);
  EXPECT_EQ(weak.At("error.code"), "weak-password");
  EXPECT_NE(weak.At("error.en").find("at least 8"), std::string::npos);
  EXPECT_EQ(change("wrong", kGood).At("error.code"), "wrong-password");
  EXPECT_EQ(change(world.admin_password, world.admin_password).At("error.code"), "weak-password");
  EXPECT_TRUE(FileExists(file));
  Answer changed = change(world.admin_password, kGood);
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(changed.At("mustChangePassword"), "false");
  EXPECT_FALSE(FileExists(file)) << "the one-time password is of no use any more";
  EXPECT_EQ(world.Send("GET", "/api/measures", "", headers).status, 200);
  EXPECT_EQ(SignIn(world, "admin", world.admin_password).status, 401);
  EXPECT_EQ(SignIn(world, "ADMIN", kGood).status, 200) << "names are compared without case";
}

TEST(Session, CookieNeedsTheHeaderToChangeAnything) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  Answer signed_in = SignIn(world, "director", kGood);
  Headers without = Cookie(signed_in, false);
  std::string place = R"({"resourceType":"Organization"})";
  EXPECT_EQ(world.Send("GET", "/api/session", "", without).status, 200);
  Answer refused = world.Send("POST", "/fhir/Organization", place, without);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.At("issue.0.details.coding.0.code"), "missing-header");
  EXPECT_EQ(world.Send("DELETE", "/api/session", "", without).At("error.code"), "missing-header");
  EXPECT_EQ(world.Send("POST", "/fhir/Organization", place, Cookie(signed_in)).status, 201);
  EXPECT_EQ(world.As("director", "POST", "/fhir/Organization", place).status, 201) << "a bearer token cannot be sent by another site";
  EXPECT_EQ(world.Send("POST", "/api/session", "{\"user\":\"director\",\"password\":\"" + kGood + "\"}", {{"Content-Type", "text/plain"}}).status, 415);
}

TEST(Session, SignOutEndsIt) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  Answer signed_in = SignIn(world, "director", kGood);
  Answer out = world.Send("DELETE", "/api/session", "", Cookie(signed_in));
  EXPECT_EQ(out.status, 204);
  EXPECT_NE(out.Header("set-cookie").find("Max-Age=0"), std::string::npos);
  EXPECT_EQ(world.Send("GET", "/api/session", "", Cookie(signed_in)).status, 401);
}

TEST(Session, IdleAndAbsoluteTimeOuts) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  Answer idle = SignIn(world, "director", kGood);
  world.clock.Advance((limits::kSessionIdleMinutes - 1) * kMinute);
  EXPECT_EQ(world.Send("GET", "/api/session", "", Cookie(idle)).status, 200);
  world.clock.Advance((limits::kSessionIdleMinutes - 1) * kMinute);
  EXPECT_EQ(world.Send("GET", "/api/session", "", Cookie(idle)).status, 200) << "use begins the idle time again";
  world.clock.Advance(limits::kSessionIdleMinutes * kMinute);
  EXPECT_EQ(world.Send("GET", "/api/session", "", Cookie(idle)).status, 401);

  Answer busy = SignIn(world, "director", kGood);
  int minutes = 0;
  for (; minutes < limits::kSessionHours * 60 - 20; minutes += 20) {
    world.clock.Advance(20 * kMinute);
    ASSERT_EQ(world.Send("GET", "/api/session", "", Cookie(busy)).status, 200) << minutes;
  }
  world.clock.Advance(20 * kMinute);
  EXPECT_EQ(world.Send("GET", "/api/session", "", Cookie(busy)).status, 401) << "however busy";

  Result<auth::SignedIn> token = world.auth().MintToken("director", 48, "test");
  ASSERT_TRUE(token.ok());
  world.clock.Advance(47 * 60 * kMinute);
  EXPECT_EQ(world.Send("GET", "/api/session", "", {{"Authorization", "bearer " + token->secret}}).status, 200) << "a token is never idle";
  world.clock.Advance(60 * kMinute);
  EXPECT_EQ(world.Send("GET", "/api/session", "", {{"Authorization", "Bearer " + token->secret}}).status, 401);
  EXPECT_EQ(world.auth().MintToken("director", 0, "").error().code, "bad-hours");
  EXPECT_EQ(world.auth().MintToken("director", limits::kTokenHoursMaximum + 1, "").error().code, "bad-hours");
  EXPECT_EQ(world.auth().MintToken("nobody", 1, "").error().code, "no-such-user");
}

TEST(Session, SurvivesARestartAndWritesLittle) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  Answer signed_in = SignIn(world, "director", kGood);
  uint64_t t = world.store().LastT();
  for (int i = 0; i < 50; ++i) ASSERT_EQ(world.Send("GET", "/api/session", "", Cookie(signed_in)).status, 200);
  EXPECT_EQ(world.store().LastT(), t) << "requests do not write";
  world.clock.Advance((limits::kSessionIdleMinutes - 5) * kMinute);
  world.Send("GET", "/api/session", "", Cookie(signed_in));
  EXPECT_EQ(world.store().LastT(), t + 1) << "the time of use is saved now and then";
  world.clock.Advance(20 * kMinute);
  world.Restart();
  EXPECT_EQ(world.Send("GET", "/api/session", "", Cookie(signed_in)).status, 200);
  world.clock.Advance(limits::kSessionIdleMinutes * kMinute);
  world.Restart();
  EXPECT_EQ(world.Send("GET", "/api/session", "", Cookie(signed_in)).status, 401);
}

TEST(Session, OnlyHashesAreKept) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  Answer signed_in = SignIn(world, "director", kGood);
  std::string cookie = Cookie(signed_in)[0].second;
  std::string secret = cookie.substr(cookie.find('=') + 1);
  Result<std::unique_ptr<store::Snapshot>> snapshot = world.store().OpenSnapshot(access::SystemCaller("test"));
  size_t found = 0;
  for (const char* type : {"QianxianAccount", "QianxianSession"}) {
    Result<std::vector<store::Resource>> all = (*snapshot)->Scan(type, "", 100);
    ASSERT_TRUE(all.ok());
    for (const store::Resource& one : *all) {
      ++found;
      EXPECT_EQ(one.body.find(secret), std::string::npos);
      EXPECT_EQ(one.id.find(secret), std::string::npos);
      EXPECT_EQ(one.body.find(kGood), std::string::npos);
      EXPECT_EQ(one.body.find(world.admin_password), std::string::npos);
    }
  }
  EXPECT_GE(found, 3u);
}

TEST(Session, WrongPasswordsLockKnownAndUnknownNamesAlike) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  for (const std::string user : {"director", "nobody"}) {
    for (int i = 0; i < limits::kSignInFailures; ++i) {
      Answer wrong = SignIn(world, user, "wrong");
      ASSERT_EQ(wrong.status, 401) << user << wrong.body;
      ASSERT_EQ(wrong.At("error.code"), "wrong-password");
    }
    Answer locked = SignIn(world, user, kGood);
    EXPECT_EQ(locked.status, 503) << user;
    EXPECT_EQ(locked.At("error.code"), "locked");
    EXPECT_NE(locked.At("error.en").find(std::to_string(limits::kSignInLockMinutes)), std::string::npos) << locked.body;
    EXPECT_FALSE(locked.Header("retry-after").empty());
  }
  world.clock.Advance(limits::kSignInLockMinutes * kMinute);
  EXPECT_EQ(SignIn(world, "director", kGood).status, 200);
  for (int i = 0; i < limits::kSignInFailures - 1; ++i) SignIn(world, "director", "wrong");
  EXPECT_EQ(SignIn(world, "director", kGood).status, 200) << "a good sign-in begins the count again";
  EXPECT_EQ(SignIn(world, "director", "wrong").status, 401);
}

TEST(Session, ANewPasswordEndsTheOtherSessionsButNoTokens) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  Answer one = SignIn(world, "director", kGood), other = SignIn(world, "director", kGood);
  EXPECT_EQ(world.As("director", "GET", "/api/session").status, 200);
  std::string body = "{\"current\":\"" + kGood + "\",\"new\":\"Another-99\"}";
  ASSERT_EQ(world.Send("POST", "/api/password", body, Cookie(one)).status, 200);
  EXPECT_EQ(world.Send("GET", "/api/session", "", Cookie(one)).status, 200);
  EXPECT_EQ(world.Send("GET", "/api/session", "", Cookie(other)).status, 401);
  EXPECT_EQ(world.As("director", "GET", "/api/session").status, 200);
}

TEST(Accounts, OnlyAdministratorsManageThem) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  EXPECT_EQ(world.As("director", "GET", "/api/accounts").status, 403);
  Answer made = world.As("admin", "POST", "/api/accounts", R"({"user":"li","name":"李","role":"hospital-manager","organizations":["H001"]})");
  ASSERT_EQ(made.status, 201) << made.body;
  std::string password = made.At("oneTimePassword");
  EXPECT_FALSE(password.empty());
  EXPECT_EQ(made.body.find("argon2"), std::string::npos);
  EXPECT_EQ(world.As("admin", "POST", "/api/accounts", R"({"user":"LI","role":"viewer"})").At("error.code"), "user-exists");
  EXPECT_EQ(world.As("admin", "POST", "/api/accounts", R"({"user":"x y","role":"viewer"})").At("error.code"), "bad-user-name");
  EXPECT_EQ(world.As("admin", "POST", "/api/accounts", R"({"user":"xy","role":"system"})").status, 400);
  EXPECT_EQ(world.As("admin", "POST", "/api/accounts", R"({"user":"xy","role":"king"})").status, 400);
  EXPECT_EQ(world.As("admin", "POST", "/api/accounts", R"({"user":"xy","role":"clinician"})").At("error.code"), "no-organization");
  Answer li = SignIn(world, "li", password);
  EXPECT_EQ(li.At("mustChangePassword"), "true");

  Answer list = world.As("admin", "GET", "/api/accounts");
  EXPECT_EQ(list.Count("accounts"), 3u);
  EXPECT_EQ(list.At("accounts.2.user"), "li");
  EXPECT_EQ(list.At("accounts.2.locked"), "false");
  EXPECT_EQ(list.body.find("argon2"), std::string::npos);

  ASSERT_EQ(world.As("admin", "PATCH", "/api/accounts/li", R"({"disabled":true})").status, 200);
  EXPECT_EQ(world.Send("GET", "/api/session", "", Cookie(li)).status, 401) << "at once";
  EXPECT_EQ(SignIn(world, "li", password).status, 401);
  Answer reset = world.As("admin", "PATCH", "/api/accounts/li", R"({"disabled":false,"newPassword":true})");
  EXPECT_EQ(SignIn(world, "li", password).status, 401);
  EXPECT_EQ(SignIn(world, "li", reset.At("oneTimePassword")).status, 200);
  EXPECT_EQ(world.As("admin", "PATCH", "/api/accounts/admin", R"({"disabled":true})").At("error.code"), "own-account");
}

TEST(Accounts, AnAdministratorUnlocks) {
  World world;
  world.AddUser("director", "county-director", {}, kGood);
  for (int attempt = 0; attempt < limits::kSignInFailures; ++attempt) SignIn(world, "director", "wrong");
  EXPECT_EQ(SignIn(world, "director", kGood).At("error.code"), "locked");
  EXPECT_EQ(world.As("admin", "GET", "/api/accounts").At("accounts.1.locked"), "true");
  Answer admitted = world.As("admin", "PATCH", "/api/accounts/director", R"({"disabled":false})");
  EXPECT_EQ(admitted.At("account.locked"), "false");
  EXPECT_EQ(SignIn(world, "director", kGood).status, 200);
}

TEST(Accounts, ConcurrentFirstUseMakesOneAdministrator) {
  World world;   // its own administrator is there; the race is run in a second folder's worth of threads over one store
  auth::Tools tools{&world.store(), &world.clock, &world.random, world.directory(), {}};
  store::CommitRequest request;
  store::Change gone;
  gone.kind = store::Change::Kind::kDelete;
  gone.type = std::string(auth::kAccountType);
  gone.id = auth::AccountId("admin");
  request.changes = {gone};
  ASSERT_TRUE(world.store().Commit(access::SystemCaller("test"), request).ok());
  std::vector<std::thread> threads;
  std::vector<std::string> passwords(8);
  for (size_t i = 0; i < passwords.size(); ++i) {
    threads.emplace_back([&, i] {
      auto made = auth::EnsureAdministrator(tools);
      if (made.ok() && *made) passwords[i] = **made;
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::string only;
  for (const std::string& password : passwords) {
    if (password.empty()) continue;
    EXPECT_TRUE(only.empty()) << "two administrators";
    only = password;
  }
  ASSERT_FALSE(only.empty());
  EXPECT_EQ(SignIn(world, "admin", only).status, 200);
}

TEST(Accounts, OneTimePasswordsAreForgottenLineByLine) {
  World world;
  std::string file = world.directory() + "/demo-logins.txt";
  ASSERT_TRUE(auth::WriteSecretFile(file, "director A\nviewer B  demo\n").ok());
  ASSERT_TRUE(auth::ForgetOneTimePassword(world.directory(), "direct").ok());
  EXPECT_EQ(*ReadFile(file), "director A\nviewer B  demo\n");
  ASSERT_TRUE(auth::ForgetOneTimePassword(world.directory(), "director").ok());
  EXPECT_EQ(*ReadFile(file), "viewer B  demo\n");
  ASSERT_TRUE(auth::ForgetOneTimePassword(world.directory(), "viewer").ok());
  EXPECT_FALSE(FileExists(file));
}

TEST(Organizations, TheTreeBelowIsFoundAndCirclesEnd) {
  World world;
  world.PutOrganization("H1");
  world.PutOrganization("T1", "H1");
  world.PutOrganization("V1", "T1");
  world.PutOrganization("H2");
  world.PutOrganization("C1", "C2");
  world.PutOrganization("C2", "C1");
  world.Put("Organization", "L1",
            R"({"resourceType":"Organization","id":"L1","extension":[{"url":"https://fhir.qianxian.cn/StructureDefinition/lead","valueReference":{"reference":"Organization/H2"}}]})");
  auto snapshot = world.store().OpenSnapshot(access::SystemCaller("test"));
  using Codes = std::vector<std::string>;
  EXPECT_EQ(*auth::ExpandOrganizations(**snapshot, {"H1"}), (Codes{"H1", "T1", "V1"}));
  EXPECT_EQ(*auth::ExpandOrganizations(**snapshot, {"H2"}), (Codes{"H2", "L1"}));
  EXPECT_EQ(*auth::ExpandOrganizations(**snapshot, {"C1"}), (Codes{"C1", "C2"}));
  EXPECT_EQ(*auth::ExpandOrganizations(**snapshot, {"unknown"}), (Codes{"unknown"}));
  EXPECT_EQ(*auth::ExpandOrganizations(**snapshot, {}), Codes{});
}

}  // namespace
}  // namespace qianxian::api
