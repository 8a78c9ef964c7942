#include "auth/account.h"

#include "base/text.h"
#include "crypto/crypto.h"
#include "json/value.h"
#include "json/writer.h"

namespace qianxian::auth {

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
  writer.Name("organizations").BeginArray();
  for (const std::string& code : account.organizations) writer.String(code);
  writer.EndArray();
  writer.MemberIfAny("practitioner", account.practitioner).Member("passwordHash", account.password_hash);
  writer.Member("mustChange", account.must_change).Member("disabled", account.disabled);
  writer.Member("failures", account.failures).Member("lockedUntil", account.locked_until.microseconds);
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
  if (auto organizations = root.Find("organizations")) {
    for (json::Value code : organizations->Elements()) {
      if (code.IsString()) account.organizations.emplace_back(code.AsString());
    }
  }
  account.practitioner = root.FindString("practitioner");
  account.password_hash = root.FindString("passwordHash");
  auto flag = [&](std::string_view name) {
    auto value = root.Find(name);
    return value && value->IsBoolean() && value->AsBoolean();
  };
  auto number = [&](std::string_view name) -> int64_t {
    auto value = root.Find(name);
    return value && value->IsNumber() ? value->AsInteger().value_or(0) : 0;
  };
  account.must_change = flag("mustChange");
  account.disabled = flag("disabled");
  account.failures = static_cast<int>(number("failures"));
  account.locked_until = {number("lockedUntil")};
  account.version = version;
  return account;
}

bool SeesWholeCounty(access::Role role) {
  switch (role) {
    case access::Role::kSystem:
    case access::Role::kAdministrator:
    case access::Role::kDirector:
    case access::Role::kInsurance:
    case access::Role::kViewer:
      return true;
    case access::Role::kHospitalManager:
    case access::Role::kHospitalIt:
    case access::Role::kClinician:
      return false;
  }
  return false;
}

}  // namespace qianxian::auth
