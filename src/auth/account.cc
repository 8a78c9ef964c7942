#include "auth/account.h"

#include "base/text.h"
#include "crypto/crypto.h"
#include "crypto/jose.h"
#include "crypto/one_time_code.h"
#include "json/value.h"
#include "json/writer.h"

namespace qianxian::auth {
namespace {

int64_t NumberOf(json::Value object, std::string_view name) {
  auto value = object.Find(name);
  return value && value->IsNumber() ? value->AsInteger().value_or(0) : 0;
}

void WriteTexts(json::Writer& writer, std::string_view name, const std::vector<std::string>& texts) {
  writer.Name(name).BeginArray();
  for (const std::string& text : texts) writer.String(text);
  writer.EndArray();
}

void WritePasskey(json::Writer& writer, const Passkey& passkey) {
  writer.BeginObject().Member("id", crypto::Base64Url(passkey.id)).Member("publicKey", crypto::Base64Url(passkey.public_key));
  writer.Member("counter", passkey.counter).Member("site", passkey.site).Member("name", passkey.name);
  WriteTexts(writer, "transports", passkey.transports);
  writer.Member("created", passkey.created.microseconds).Member("lastUsed", passkey.last_used.microseconds).EndObject();
}

Passkey PasskeyOf(json::Value value) {
  Passkey passkey;
  passkey.id = crypto::DecodeBase64Url(value.FindString("id")).value_or("");
  passkey.public_key = crypto::DecodeBase64Url(value.FindString("publicKey")).value_or("");
  passkey.counter = static_cast<uint32_t>(NumberOf(value, "counter"));
  passkey.site = value.FindString("site");
  passkey.name = value.FindString("name");
  passkey.transports = value.FindStrings("transports");
  passkey.created = {NumberOf(value, "created")};
  passkey.last_used = {NumberOf(value, "lastUsed")};
  return passkey;
}

void WriteFactor(json::Writer& writer, const SecondFactor& factor) {
  if (!factor.enrolled() && factor.offered.empty() && factor.handle.empty()) return;
  writer.Name("secondFactor").BeginObject().MemberIfAny("secret", crypto::Base32(factor.secret));
  writer.Member("since", factor.since.microseconds).Member("lastStep", factor.last_step);
  WriteTexts(writer, "recovery", factor.recovery);
  writer.MemberIfAny("offered", crypto::Base32(factor.offered)).Member("offeredUntil", factor.offered_until.microseconds);
  writer.Member("offeredFailures", factor.offered_failures).MemberIfAny("handle", crypto::Base64Url(factor.handle));
  if (!factor.passkeys.empty()) {
    writer.Name("passkeys").BeginArray();
    for (const Passkey& passkey : factor.passkeys) WritePasskey(writer, passkey);
    writer.EndArray();
  }
  writer.EndObject();
}

SecondFactor FactorOf(json::Value root) {
  SecondFactor factor;
  auto found = root.Find("secondFactor");
  if (!found || !found->IsObject()) return factor;
  factor.secret = crypto::FromBase32(found->FindString("secret"));
  factor.since = {NumberOf(*found, "since")};
  factor.last_step = NumberOf(*found, "lastStep");
  factor.recovery = found->FindStrings("recovery");
  factor.offered = crypto::FromBase32(found->FindString("offered"));
  factor.offered_until = {NumberOf(*found, "offeredUntil")};
  factor.offered_failures = static_cast<int>(NumberOf(*found, "offeredFailures"));
  factor.handle = crypto::DecodeBase64Url(found->FindString("handle")).value_or("");
  if (auto passkeys = found->Find("passkeys")) {
    for (json::Value passkey : passkeys->Elements()) factor.passkeys.push_back(PasskeyOf(passkey));
  }
  return factor;
}

}  // namespace

Status CheckUserName(std::string_view user) {
  Error bad = Invalid("bad-user-name", "a user name has 2 to 64 characters, without blanks and control characters",
                      "用户名应为 2 至 64 个字符，不含空格和控制字符");
  if (!IsValidUtf8(user) || TrimUnicode(user) != user) return bad;
  size_t characters = 0;
  for (size_t position = 0; position < user.size(); ++characters) {
    uint32_t code_point = NextCodePoint(user, position);
    if (code_point <= 0x20 || code_point == 0x7f || code_point == 0x3000) return bad;
  }
  if (characters < 2 || characters > 64) return bad;
  return Ok();
}

std::string AccountId(std::string_view user) {
  return "account-" + crypto::Sha256Hex(ToLowerAscii(ToHalfWidth(user))).substr(0, 40);
}

std::string ToJson(const Account& account) {
  json::Writer writer;
  writer.BeginObject().Member("resourceType", kAccountType).Member("user", account.user).Member("name", account.name);
  writer.Member("role", access::Name(account.role));
  WriteTexts(writer, "organizations", account.organizations);
  writer.MemberIfAny("practitioner", account.practitioner).Member("passwordHash", account.password_hash);
  writer.Member("mustChange", account.must_change).Member("disabled", account.disabled);
  writer.Member("failures", account.failures).Member("locks", account.locks).Member("lockedUntil", account.locked_until.microseconds);
  WriteTexts(writer, "formerHashes", account.former_hashes);
  WriteFactor(writer, account.factor);
  writer.EndObject();
  return writer.Take();
}

Result<Account> AccountFromJson(std::string_view body, uint64_t version) {
  QX_TRY(json::Document document, json::Document::Parse(std::string(body)));
  json::Value root = document.root();
  Account account;
  account.user = root.FindString("user");
  account.name = root.FindString("name");
  QX_TRY(account.role, access::ParseRole(root.FindString("role")));
  account.organizations = root.FindStrings("organizations");
  account.practitioner = root.FindString("practitioner");
  account.password_hash = root.FindString("passwordHash");
  auto flag = [&](std::string_view name) {
    auto value = root.Find(name);
    return value && value->IsBoolean() && value->AsBoolean();
  };
  account.must_change = flag("mustChange");
  account.disabled = flag("disabled");
  account.former_hashes = root.FindStrings("formerHashes");
  account.factor = FactorOf(root);
  account.failures = static_cast<int>(NumberOf(root, "failures"));
  account.locks = static_cast<int>(NumberOf(root, "locks"));
  account.locked_until = {NumberOf(root, "lockedUntil")};
  account.version = version;
  return account;
}

Account WithoutSecrets(Account account) {
  account.password_hash.clear();
  account.former_hashes.clear();
  account.factor.secret.clear();
  account.factor.offered.clear();
  for (std::string& hash : account.factor.recovery) hash.clear();   // how many there are may be known
  return account;
}

bool SeesWholeCounty(access::Role role) {
  switch (role) {
    case access::Role::kSystem:
    case access::Role::kAdministrator:
    case access::Role::kDirector:
    case access::Role::kInsurance:
    case access::Role::kViewer:
    case access::Role::kSecurity:
    case access::Role::kAuditor:
      return true;
    case access::Role::kHospitalManager:
    case access::Role::kHospitalIt:
    case access::Role::kClinician:
      return false;
  }
  return false;
}

}  // namespace qianxian::auth
