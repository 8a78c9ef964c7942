// Is this change one that a subscription asked for? Pure; any thread. A FHIRPath criterion that fails on a resource does not
// hold for it. Source: https://hl7.org/fhir/R5/subscriptiontopic.html (resourceTrigger)
#pragma once

#include "base/clock.h"
#include "fhir/definitions.h"
#include "json/value.h"
#include "store/store.h"
#include "subscribe/subscription.h"

namespace qianxian::subscribe {

// One version of a resource and the one before it; null where there is none.
struct Occurrence {
  Interaction interaction = Interaction::kCreate;
  const store::Resource* current = nullptr;
  const store::Resource* previous = nullptr;
  json::Value current_body, previous_body;
};

struct JudgeTools {
  const fhir::Definitions& definitions;
  const search::Parameters& parameters;
  Instant now;
};

bool Meets(const JudgeTools& tools, const search::Query& query, const store::Resource& resource, json::Value body);
bool Triggers(const JudgeTools& tools, const Trigger& trigger, const Occurrence& occurrence);
// The topic's triggers, then the subscription's filters on what is there now (of a delete: what was there).
bool Concerns(const JudgeTools& tools, const Topic& topic, const Subscription& subscription, const Occurrence& occurrence);

}  // namespace qianxian::subscribe
