// What a write of a Subscription or of a topic (Basic) needs beside the commit: it is checked before, and belongs to whoever
// wrote it afterwards (subscribe/service.h). Without a subscription service: nothing. Any thread.
#pragma once

#include <string>
#include <vector>

#include "api/fhir_exchange.h"

namespace qianxian::api {

// invalid, unsupported, forbidden, busy: as Subscriptions::Check says.
Status CheckBeforeCommit(const Services& services, const std::vector<store::Change>& changes);
void ClaimAfterCommit(const Services& services, const Exchange& exchange, std::string_view type, const std::string& id, uint64_t version);

}  // namespace qianxian::api
