// The codes of a second factor: made, shown to a telephone, checked (RFC 6238 §4 and §5.2: SHA-1, 30 s, six digits, a step before and
// after; a step that was used, or an older one, is refused). Pure but for the chance handed in; any thread; nothing fails.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/account.h"
#include "base/ids.h"

namespace qianxian::auth {

enum class CodeCheck { kRight, kUsed, kWrong };

std::string NewCodeSecret(Random& random);
// What the QR code says: otpauth://totp/… (the Key URI format that all of these programs read).
std::string CodeUri(std::string_view user, std::string_view secret);
// Which half minute it is.
int64_t CodeStep(Instant now);
// A code of the time against any secret; the step that it is of goes to `step`.
CodeCheck CheckTimeCode(std::string_view secret, int64_t last_step, std::string_view code, Instant now, int64_t& step);
// A code of the time, or one from paper; blanks and hyphens do not count. What was right is used up in `factor`.
CodeCheck UseCode(SecondFactor& factor, std::string_view code, Instant now);
// New codes for paper, in place of all before; the factor keeps the hashes.
std::vector<std::string> NewRecoveryCodes(SecondFactor& factor, Random& random);

}  // namespace qianxian::auth
