#include "subscribe/judge.h"

#include <algorithm>

#include "fhirpath/engine.h"
#include "search/custom_parameters.h"

namespace qianxian::subscribe {
namespace {

bool MeetsQueries(const JudgeTools& tools, const Trigger& trigger, const Occurrence& occurrence) {
  if (!trigger.previous && !trigger.current) return true;
  auto test = [&](const std::optional<search::Query>& query, const store::Resource* resource, json::Value body, bool otherwise) {
    return resource ? Meets(tools, *query, *resource, body) : otherwise;
  };
  bool before = trigger.previous && test(trigger.previous, occurrence.previous, occurrence.previous_body, trigger.passes_for_create);
  bool now = trigger.current && test(trigger.current, occurrence.current, occurrence.current_body, trigger.passes_for_delete);
  return trigger.require_both && trigger.previous && trigger.current ? before && now : before || now;
}

bool MeetsExpression(const JudgeTools& tools, const fhirpath::Expression& expression, const Occurrence& occurrence) {
  fhirpath::Environment environment;
  environment.definitions = &tools.definitions;
  environment.now = tools.now;
  environment.type_only_references = true;
  auto item = [&](json::Value body) { return fhirpath::ResourceItem(tools.definitions, body); };
  if (occurrence.current) environment.variables["current"] = {item(occurrence.current_body)};
  else environment.variables["current"] = {};
  if (occurrence.previous) environment.variables["previous"] = {item(occurrence.previous_body)};
  else environment.variables["previous"] = {};
  fhirpath::Evaluator evaluator(std::move(environment));
  Result<std::optional<bool>> holds =
      evaluator.EvaluateBoolean(expression, item(occurrence.current ? occurrence.current_body : occurrence.previous_body));
  return holds.ok() && holds->value_or(false);
}

}  // namespace

bool Meets(const JudgeTools& tools, const search::Query& query, const store::Resource& resource, json::Value body) {
  std::vector<search::IndexEntry> entries;
  tools.parameters.Extract(body, entries);
  if (query.custom) query.custom->Extract(body, entries);
  tools.parameters.AppendIdentity(resource.type, resource.id, resource.last_updated, entries);
  return std::all_of(query.clauses.begin(), query.clauses.end(),
                     [&](const search::Clause& clause) { return search::Matches(clause, entries); });
}

bool Triggers(const JudgeTools& tools, const Trigger& trigger, const Occurrence& occurrence) {
  const store::Resource& any = occurrence.current ? *occurrence.current : *occurrence.previous;
  return any.type == trigger.type && trigger.On(occurrence.interaction) && MeetsQueries(tools, trigger, occurrence) &&
         (!trigger.criteria || MeetsExpression(tools, *trigger.criteria, occurrence));
}

bool Concerns(const JudgeTools& tools, const Topic& topic, const Subscription& subscription, const Occurrence& occurrence) {
  bool triggered = std::any_of(topic.triggers.begin(), topic.triggers.end(),
                               [&](const Trigger& trigger) { return Triggers(tools, trigger, occurrence); });
  if (!triggered) return false;
  const store::Resource& shown = occurrence.current ? *occurrence.current : *occurrence.previous;
  json::Value body = occurrence.current ? occurrence.current_body : occurrence.previous_body;
  return std::all_of(subscription.filters.begin(), subscription.filters.end(), [&](const Subscription::Filter& filter) {
    return filter.type != shown.type || Meets(tools, filter.query, shown, body);
  });
}

}  // namespace qianxian::subscribe
