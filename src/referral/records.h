// A referral as FHIR, and back. The Task holds all of it; ServiceRequest, Appointment and CarePlan say parts of it in FHIR's own
// words for whoever reads FHIR. Pure; any thread. Failures: kFault ("bad-referral-record").
#pragma once

#include <string>
#include <vector>

#include "referral/referral.h"

namespace qianxian::referral {

std::string TaskAsFhir(const Referral& referral);
std::string RequestAsFhir(const Referral& referral);
std::string AppointmentAsFhir(const Referral& referral);      // of its slot
std::string PlanAsFhir(const Referral& referral);             // CarePlan of what is to be done below
Result<Referral> ReferralFrom(const store::Resource& task);

}  // namespace qianxian::referral
