#include "api/subscription_writes.h"

#include "base/log.h"
#include "subscribe/service.h"

namespace qianxian::api {
namespace {

// R4's own kind: its criteria is a search, not a topic. It is kept as it was sent; nobody serves it, so it goes to error.
bool AsksBySearch(json::Value resource) {
  const std::string_view criteria = resource.FindString("criteria");
  const size_t question = criteria.find('?');
  return question != std::string_view::npos && criteria.substr(0, question).find("://") == std::string_view::npos;
}

}  // namespace

Status CheckBeforeCommit(const Services& services, const std::vector<store::Change>& changes) {
  if (!services.subscriptions) return Ok();
  for (const store::Change& change : changes) {
    if (change.kind != store::Change::Kind::kPut || (change.type != "Subscription" && change.type != "Basic")) continue;
    QX_TRY(json::Document document, json::Document::Parse(change.body));
    if (change.type == "Subscription" && AsksBySearch(document.root())) continue;
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
