// Topics: what may be subscribed to, as the Subscriptions R5 Backport has them in R4: a canonical URL that stands for a
// SubscriptionTopic. Two sorts:
//   built in   https://fhir.qianxian.cn/SubscriptionTopic/TYPE: every create, update and delete of that type, to be narrowed
//              by any of its search parameters.
//   stored     a Basic with code http://hl7.org/fhir/fhir-types|SubscriptionTopic and the cross-version extensions
//              http://hl7.org/fhir/5.0/StructureDefinition/extension-SubscriptionTopic.…; also of a FHIR package.
// Values; any thread. Failures: invalid "bad-topic" with the place; those of search::Query and FHIRPath for its criteria.
// Source: https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/, https://hl7.org/fhir/R5/subscriptiontopic.html
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fhirpath/expression.h"
#include "json/value.h"
#include "search/query.h"

namespace qianxian::subscribe {

enum class Interaction : uint8_t { kCreate, kUpdate, kDelete };
std::string_view Name(Interaction interaction);

struct Trigger {
  std::string type;                        // of the resources it is about
  bool on_create = false, on_update = false, on_delete = false;
  // A test of what was before and of what is now; none: not tested. Of a create there is nothing before, of a delete nothing
  // now: what the test gives then.
  std::optional<search::Query> previous, current;
  bool passes_for_create = false, passes_for_delete = false;
  bool require_both = false;
  std::shared_ptr<const fhirpath::Expression> criteria;    // with %previous and %current
  bool On(Interaction interaction) const;
};

struct TopicFilter {
  std::string type;                        // "" = every type of the topic
  std::string parameter;
};

struct Topic {
  std::string url, version, title;
  bool active = true;
  std::vector<Trigger> triggers;           // any of them
  bool any_filter = false;
  std::vector<TopicFilter> filters;        // what a subscription may narrow it by
  bool MayFilter(std::string_view type, std::string_view parameter) const;
  bool IsAbout(std::string_view type) const;
};

// none: not one of ours.
std::optional<Topic> BuiltInTopic(const search::Parameters& parameters, std::string_view url);
bool IsTopicResource(json::Value basic);
Result<Topic> ReadTopic(const search::Parameters& parameters, json::Value basic);

// A search that one resource can be asked by itself: "Encounter?status=finished" or "status=finished". Failures also
// unsupported "unsupported-filter": a chain, _has, a modifier that needs a terminology, a parameter of the result.
Result<search::Query> ReadCriteria(const search::Parameters& parameters, std::string_view type, std::string_view text);

}  // namespace qianxian::subscribe
