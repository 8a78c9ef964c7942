#include "auth/password_rules.h"

#include <string>
#include <vector>

#include "auth/common_password.h"
#include "base/limits.h"
#include "base/limits_sign_in.h"
#include "base/text.h"
#include "crypto/crypto.h"

namespace qianxian::auth {
namespace {

struct Classes {
  bool lower = false, upper = false, digit = false, other = false;
  int count() const { return lower + upper + digit + other; }
};

Classes ClassesOf(std::string_view password, size_t& characters) {
  Classes classes;
  for (size_t position = 0; position < password.size(); ++characters) {
    uint32_t c = NextCodePoint(password, position);
    if (c >= 'a' && c <= 'z') classes.lower = true;
    else if (c >= 'A' && c <= 'Z') classes.upper = true;
    else if (c >= '0' && c <= '9') classes.digit = true;
    else classes.other = true;
  }
  return classes;
}

}  // namespace

Status CheckPassword(std::string_view password, std::string_view user) {
  std::vector<std::string> zh, en;
  size_t characters = 0;
  Classes classes = ClassesOf(password, characters);
  if (characters < limits::kPasswordCharacters) {
    std::string minimum = std::to_string(limits::kPasswordCharacters);
    zh.push_back("至少 " + minimum + " 个字符（现在 " + std::to_string(characters) + " 个）");
    en.push_back("at least " + minimum + " characters (it has " + std::to_string(characters) + ")");
  }
  if (password.size() > limits::kPasswordBytes) {
    zh.push_back("不超过 " + std::to_string(limits::kPasswordBytes) + " 字节");
    en.push_back("at most " + std::to_string(limits::kPasswordBytes) + " bytes");
  }
  if (classes.count() < limits::kPasswordClasses) {
    std::vector<std::string> zh_missing, en_missing;
    auto missing = [&](bool there, const char* zh_name, const char* en_name) {
      if (there) return;
      zh_missing.push_back(zh_name);
      en_missing.push_back(en_name);
    };
    missing(classes.lower, "小写字母", "lower-case letters");
    missing(classes.upper, "大写字母", "upper-case letters");
    missing(classes.digit, "数字", "digits");
    missing(classes.other, "其他符号", "other signs");
    std::string classes_minimum = std::to_string(limits::kPasswordClasses);
    zh.push_back("四类字符中至少 " + classes_minimum + " 类（还缺：" + Join(zh_missing, "、") + "）");
    en.push_back("at least " + classes_minimum + " of the four kinds of characters (missing: " + Join(en_missing, ", ") + ")");
  }
  if (!user.empty() && ToLowerAscii(password).find(ToLowerAscii(user)) != std::string::npos) {
    zh.push_back("不能包含用户名");
    en.push_back("the user name is not part of it");
  }
  if (zh.empty() && IsCommonPassword(password)) {
    return Invalid("weak-password", "this password is one of the first to be guessed (a common word, a run of keys): choose another one",
                   "这个密码太常见，容易被猜到（常用词、键盘上相邻的键），请换一个");
  }
  if (zh.empty()) return Ok();
  return Invalid("weak-password", "the password must have: " + Join(en, "; "), "密码要求：" + Join(zh, "；"));
}

Status CheckNotUsedBefore(const Account& account, std::string_view password) {
  if (PasswordFits(account.password_hash, password)) {
    return Invalid("weak-password", "the new password must differ from the current one", "新密码不能与当前密码相同");
  }
  for (const std::string& hash : account.former_hashes) {
    if (!PasswordFits(hash, password)) continue;
    const std::string count = std::to_string(limits::kPasswordsRemembered);
    return Invalid("password-reused", "this was one of the last " + count + " passwords: choose another one", "不能使用最近 " + count + " 次用过的密码，请换一个");
  }
  return Ok();
}

bool PasswordFits(const std::string& hash, std::string_view password) {
  return password.size() <= limits::kPasswordBytes && crypto::VerifyPassword(hash, password);
}

void SetPassword(Account& account, std::string_view password, Random& random) {
  if (!account.password_hash.empty()) account.former_hashes.insert(account.former_hashes.begin(), account.password_hash);
  if (account.former_hashes.size() >= limits::kPasswordsRemembered) account.former_hashes.resize(limits::kPasswordsRemembered - 1);
  account.password_hash = crypto::HashPassword(password, random);
}

}  // namespace qianxian::auth
