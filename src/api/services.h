// What the routes work with, put together by app/. All must outlive the handler. Plain pointers, no ownership.
#pragma once

#include <functional>
#include <string>

#include "api/rate_limit.h"
#include "auth/auth.h"
#include "base/clock.h"
#include "base/ids.h"
#include "fhir/definitions.h"
#include "gap/gap.h"
#include "measure/measure.h"
#include "pack/pack.h"
#include "pack/referral_rules.h"
#include "search/parameters.h"
#include "store/ledger.h"
#include "store/store.h"
#include "terminology/terminology.h"
#include "validate/validator.h"
#include "warehouse/warehouse.h"

namespace qianxian::subscribe {
class Subscriptions;                       // subscribe/service.h
}

namespace qianxian::api {

class EventStream;                         // event_stream.h
struct Operations;                         // operations.h

struct Services {
  store::Store* store = nullptr;
  store::Ledger* ledger = nullptr;
  warehouse::Warehouse* warehouse = nullptr;
  measure::Measures* measures = nullptr;
  gap::Gaps* gaps = nullptr;
  auth::Auth* auth = nullptr;
  const fhir::Definitions* definitions = nullptr;
  const search::Parameters* parameters = nullptr;
  terminology::Terminology* terminology = nullptr;
  const validate::Validator* validator = nullptr;
  const pack::Pack* pack = nullptr;
  const pack::ReferralRules* referral_rules = nullptr;      // without them there are no referrals on the page
  const std::vector<pack::Pack>* packs = nullptr;   // those that `pack` was merged from: their titles and editions
  Clock* clock = nullptr;
  Random* random = nullptr;
  EventStream* events = nullptr;           // made by Api itself
  subscribe::Subscriptions* subscriptions = nullptr;
  const Operations* operations = nullptr;  // none: nothing is logged, bounds as they are by default
  RateLimits rate_limits;                  // how much one account, or one address, may ask
  std::string directory;                   // the data folder
  std::string web_directory;               // the built page; "" = none
  std::string ca_file;                     // who vouches for what is fetched over https; "" = whom this system trusts
  std::string version;                     // of this program
  std::string public_address;              // "https://county.cn", where others reach it; "" = as each request says
};

}  // namespace qianxian::api
