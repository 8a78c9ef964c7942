// Passwords that are guessed first: a commonplace word, a run of the alphabet or of the keyboard, one sign again and again, with a few digits
// and signs around it, capitals and look-alikes (P@ssw0rd) undone. No list of leaked passwords: a rule is short and needs no upkeep, and most of
// such a list falls under it once four kinds of characters are asked for. Pure; any thread.
// Source: NIST SP 800-63B §5.1.1.2 (commonly used, expected, repetitive or sequential); OWASP ASVS 4.0.3 V2.1.7.
#pragma once

#include <string_view>

namespace qianxian::auth {

bool IsCommonPassword(std::string_view password);

}  // namespace qianxian::auth
