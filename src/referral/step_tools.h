// What the steps of a referral and of a consultation have in common: who acts, what is wrong, times. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "access/caller.h"
#include "base/result.h"

namespace qianxian::referral {

Error WrongState(std::string_view verb, std::string_view state);         // conflict "wrong-state"
Error NotYourStep();                                                     // forbidden "not-your-step"
Error Missing(std::string code, std::string en, std::string zh);         // invalid
// A FHIR instant as the records keep it (UTC, to the second); invalid "bad-time".
Result<std::string> Moment(std::string_view text);
// A step of time's that reminds whoever has to act, and changes nothing.
bool IsReminder(std::string_view verb);
std::string PatientName(std::string_view body);
std::string WhoOf(const access::Caller& caller);
// The program, in the name of who acts: it may write what belongs to several institutions, and the audit names the person.
access::Caller OnBehalf(const access::Caller& caller);

}  // namespace qianxian::referral
