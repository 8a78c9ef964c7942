#include "auth/common_password.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"

namespace qianxian::auth {
namespace {

constexpr size_t kAround = 8;              // digits and signs around a word that do not make it hard to guess
constexpr size_t kRun = 4;                 // neighbours from which a run is one

// Words that people take, English and in pinyin, and those of this program and its users.
constexpr auto kWords = std::to_array<std::string_view>({
    "abc", "admin", "administrator", "baby", "buzhidao", "changeme", "china", "company", "computer", "default", "doctor", "dragon", "football",
    "guest", "hello", "hospital", "huanying", "huawei", "hushi", "iloveyou", "internet", "jiankang", "lenovo", "letmein", "linux", "login",
    "master", "michael", "mima", "monkey", "mysql", "nihao", "oracle", "pass", "passwd", "password", "princess", "qianxian", "qq", "qwer", "root",
    "secret", "server", "shadow", "sunshine", "superman", "system", "taobao", "test", "user", "weishengyuan", "weishengju", "weixin", "welcome",
    "windows", "woaini", "wodemima", "xitong", "yigongti", "yisheng", "yiyuan", "renminyiyuan", "zhongguo", "zhongyiyuan"});

// Keys as they lie beside and below each other, and the alphabet.
constexpr auto kRows = std::to_array<std::string_view>({"abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "01234567890", "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
                                                   "1q2w3e4r5t6y7u8i9o0p"});

bool IsLetter(char c) { return c >= 'a' && c <= 'z'; }

char WithoutDisguise(char c) {
  switch (c) {
    case '@': case '4': return 'a';
    case '0': return 'o';
    case '1': case '!': return 'i';
    case '3': return 'e';
    case '$': case '5': return 's';
    case '7': return 't';
    default: return c;
  }
}

// Nothing but pieces of one row, each of some length: abcd, qwerty, 4321, 1qaz2wsx, qazwsx, abcd1234.
bool IsOfRuns(std::string_view text) {
  const auto piece = [](std::string_view rest) {
    size_t longest = 0;
    for (std::string_view row : kRows) {
      const std::string back(row.rbegin(), row.rend());
      for (size_t length = std::min(rest.size(), row.size()); length > longest; --length) {
        const std::string_view head = rest.substr(0, length);
        if (row.find(head) != std::string_view::npos || back.find(head) != std::string::npos) longest = length;
      }
    }
    return longest;
  };
  while (!text.empty()) {
    const size_t length = piece(text);
    if (length < std::min(kRun - 1, text.size()) || length < 2) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool IsOneSignAgain(std::string_view text) { return std::all_of(text.begin(), text.end(), [&](char c) { return c == text[0]; }); }

bool IsCommonWord(std::string_view word) {
  if (word.empty()) return true;
  if (std::find(kWords.begin(), kWords.end(), word) != kWords.end()) return true;
  if (word.size() % 2 == 0 && word.substr(0, word.size() / 2) == word.substr(word.size() / 2) && IsCommonWord(word.substr(word.size() / 2))) return true;
  return word.size() >= kRun && IsOfRuns(word);
}

// The word inside, if little stands around it.
bool HidesOne(std::string_view text) {
  size_t from = 0, to = text.size();
  while (from < to && !IsLetter(text[from])) ++from;
  while (to > from && !IsLetter(text[to - 1])) --to;
  const std::string_view word = text.substr(from, to - from);
  if (text.size() - word.size() > kAround && !IsOfRuns(text.substr(to))) return false;
  return IsCommonWord(word) || IsOneSignAgain(word);
}

}  // namespace

bool IsCommonPassword(std::string_view password) {
  const std::string lower = ToLowerAscii(password);
  std::string letters, plain = lower;
  for (char c : lower)
    if (IsLetter(c) || (c >= '0' && c <= '9')) letters += c;
  std::transform(plain.begin(), plain.end(), plain.begin(), WithoutDisguise);
  const size_t signs = lower.size() - letters.size();
  if (signs <= kAround && letters.size() >= kRun && IsOfRuns(letters)) return true;
  // Look-alikes at the ends may be what was put around the word: P@ssw0rd1 and Admin@123 are both tried.
  for (size_t cut = 0; cut <= std::min(kAround, plain.size()); ++cut) {
    const std::string tail = plain.substr(0, plain.size() - cut) + lower.substr(lower.size() - cut);
    if (HidesOne(tail)) return true;
  }
  return HidesOne(lower);
}

}  // namespace qianxian::auth
