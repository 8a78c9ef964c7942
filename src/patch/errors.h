// The errors of a patch, each led by which operation it is about. Of patch's own .cc files only. Pure.
#pragma once

#include <string>

#include "base/result.h"

namespace qianxian::patch {

inline Error BadPatch(const std::string& en, const std::string& zh) { return Invalid("bad-patch", en, zh); }
inline Error Failed(const std::string& en, const std::string& zh) { return Invalid("patch-failed", en, zh); }

inline Error TooLarge() { return Invalid("too-large", "the resource grows too large", "资源过大"); }

// The operation's number stands before both texts.
inline Error AtOperation(size_t index, Error error) {
  std::string number = std::to_string(index);
  error.en = "operation " + number + ": " + error.en;
  if (!error.zh.empty()) error.zh = "第 " + std::to_string(index + 1) + " 个操作：" + error.zh;
  return error;
}

}  // namespace qianxian::patch
