#include "api/subscription_writes.h"

#include "base/log.h"
#include "subscribe/service.h"

namespace qianxian::api {

Status CheckBeforeCommit(const Services& services, const std::vector<store::Change>& changes) {
  if (!services.subscriptions) return Ok();
  for (const store::Change& change : changes) {
    if (change.kind != store::Change::Kind::kPut || (change.type != "Subscription" && change.type != "Basic")) continue;
    QX_TRY(json::Document document, json::Document::Parse(change.body));
    QX_DO(services.subscriptions->Check(document.root()));
  }
  return Ok();
}

void ClaimAfterCommit(const Services& services, const Exchange& exchange, std::string_view type, const std::string& id, uint64_t version) {
  if (!services.subscriptions || type != "Subscription" || version == 0) return;
  Status claimed = services.subscriptions->Claim(exchange.caller(), exchange.base, id, version);
  // The write stands. Without a subscriber the subscription goes to error by itself, and says why.
  if (!claimed.ok()) LogWarning("a subscription was not claimed: " + Describe(claimed.error()));
}

}  // namespace qianxian::api
