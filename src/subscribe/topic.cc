#include "subscribe/topic.h"

#include <algorithm>

#include "base/text.h"

namespace qianxian::subscribe {
namespace {

constexpr std::string_view kBuiltIn = "https://fhir.qianxian.cn/SubscriptionTopic/";
constexpr std::string_view kExtension = "http://hl7.org/fhir/5.0/StructureDefinition/extension-SubscriptionTopic.";
constexpr std::string_view kTypes = "http://hl7.org/fhir/fhir-types";

Error BadTopic(const std::string& en, const std::string& zh) {
  return Invalid("bad-topic", "this SubscriptionTopic cannot be used: " + en, "该订阅主题无法使用：" + zh);
}

// The value[x] of an extension as text; "" if there is none.
std::string ValueText(json::Value extension) {
  for (json::Member member : extension.Members()) {
    if (!StartsWith(member.name, "value")) continue;
    if (member.value.IsString()) return std::string(member.value.AsString());
    if (member.value.IsBoolean() || member.value.IsNumber()) return std::string(member.value.Raw());
  }
  return {};
}

std::vector<json::Value> Extensions(json::Value element, std::string_view url) {
  std::vector<json::Value> found;
  for (std::string_view list : {"extension", "modifierExtension"}) {
    std::optional<json::Value> all = element.Find(list);
    if (!all) continue;
    for (json::Value one : all->Elements()) {
      if (one.FindString("url") == url) found.push_back(one);
    }
  }
  return found;
}

std::string TextOf(json::Value element, std::string_view url) {
  std::vector<json::Value> found = Extensions(element, url);
  return found.empty() ? std::string() : ValueText(found.front());
}

// "Encounter" or "http://hl7.org/fhir/StructureDefinition/Encounter".
std::string TypeOf(const std::string& uri) { return uri.substr(uri.rfind('/') + 1); }

Result<bool> Passes(const std::string& text) {
  if (text == "test-passes") return true;
  if (text.empty() || text == "test-fails") return false;
  return BadTopic("resultForCreate and resultForDelete are test-passes or test-fails", "resultForCreate、resultForDelete 应为 test-passes 或 test-fails");
}

Status ReadQueryCriteria(const search::Parameters& parameters, json::Value criteria, Trigger& trigger) {
  std::string previous = TextOf(criteria, "previous"), current = TextOf(criteria, "current");
  if (!previous.empty()) {
    QX_TRY(trigger.previous, ReadCriteria(parameters, trigger.type, previous));
  }
  if (!current.empty()) {
    QX_TRY(trigger.current, ReadCriteria(parameters, trigger.type, current));
  }
  QX_TRY(trigger.passes_for_create, Passes(TextOf(criteria, "resultForCreate")));
  QX_TRY(trigger.passes_for_delete, Passes(TextOf(criteria, "resultForDelete")));
  trigger.require_both = TextOf(criteria, "requireBoth") == "true";
  return Ok();
}

Result<Trigger> ReadTrigger(const search::Parameters& parameters, json::Value extension) {
  Trigger trigger;
  trigger.type = TypeOf(TextOf(extension, "resource"));
  if (!parameters.IsResourceType(trigger.type)) {
    return BadTopic("a resourceTrigger names no resource type of R4: " + trigger.type, "resourceTrigger 没有指明 R4 资源类型：" + trigger.type);
  }
  std::vector<json::Value> interactions = Extensions(extension, "supportedInteraction");
  bool all = interactions.empty();
  for (json::Value one : interactions) {
    std::string code = ValueText(one);
    if (code != "create" && code != "update" && code != "delete") {
      return BadTopic("supportedInteraction is create, update or delete", "supportedInteraction 应为 create、update 或 delete");
    }
    trigger.on_create |= code == "create";
    trigger.on_update |= code == "update";
    trigger.on_delete |= code == "delete";
  }
  if (all) trigger.on_create = trigger.on_update = trigger.on_delete = true;
  for (json::Value criteria : Extensions(extension, "queryCriteria")) QX_DO(ReadQueryCriteria(parameters, criteria, trigger));
  std::string expression = TextOf(extension, "fhirPathCriteria");
  if (!expression.empty()) {
    QX_TRY(fhirpath::Expression parsed, fhirpath::Expression::Parse(expression));
    trigger.criteria = std::make_shared<const fhirpath::Expression>(std::move(parsed));
  }
  return trigger;
}

bool StandsAlone(const search::Clause& clause) {
  bool plain = clause.modifier != search::Modifier::kIn && clause.modifier != search::Modifier::kNotIn;
  return clause.kind == search::Clause::Kind::kValues && clause.parameter != nullptr && plain;
}

}  // namespace

std::string_view Name(Interaction interaction) {
  return interaction == Interaction::kCreate ? "create" : interaction == Interaction::kUpdate ? "update" : "delete";
}

bool Trigger::On(Interaction interaction) const {
  return interaction == Interaction::kCreate ? on_create : interaction == Interaction::kUpdate ? on_update : on_delete;
}

bool Topic::MayFilter(std::string_view type, std::string_view parameter) const {
  if (any_filter) return true;
  return std::any_of(filters.begin(), filters.end(), [&](const TopicFilter& filter) {
    return filter.parameter == parameter && (filter.type.empty() || filter.type == type);
  });
}

bool Topic::IsAbout(std::string_view type) const {
  return std::any_of(triggers.begin(), triggers.end(), [&](const Trigger& trigger) { return trigger.type == type; });
}

std::optional<Topic> BuiltInTopic(const search::Parameters& parameters, std::string_view url) {
  if (!StartsWith(url, kBuiltIn)) return std::nullopt;
  std::string type(url.substr(kBuiltIn.size()));
  if (!parameters.IsResourceType(type)) return std::nullopt;
  Topic topic;
  topic.url = url;
  topic.title = type;
  topic.any_filter = true;
  Trigger& trigger = topic.triggers.emplace_back();
  trigger.type = type;
  trigger.on_create = trigger.on_update = trigger.on_delete = true;
  return topic;
}

bool IsTopicResource(json::Value basic) {
  if (basic.FindString("resourceType") != "Basic") return false;
  std::optional<json::Value> code = basic.Find("code");
  std::optional<json::Value> codings = code ? code->Find("coding") : std::nullopt;
  if (!codings) return false;
  for (json::Value coding : codings->Elements()) {
    if (coding.FindString("system") == kTypes && coding.FindString("code") == "SubscriptionTopic") return true;
  }
  return false;
}

Result<Topic> ReadTopic(const search::Parameters& parameters, json::Value basic) {
  std::string prefix(kExtension);
  Topic topic;
  topic.url = TextOf(basic, prefix + "url");
  topic.version = TextOf(basic, prefix + "version");
  topic.title = TextOf(basic, prefix + "title");
  std::string status = TextOf(basic, prefix + "status");
  topic.active = status.empty() || status == "active";
  if (topic.url.empty()) return BadTopic("it has no url", "缺少 url");
  if (StartsWith(topic.url, kBuiltIn)) return BadTopic("its url is one of the built-in ones", "其 url 与内置主题相同");
  for (json::Value trigger : Extensions(basic, prefix + "resourceTrigger")) {
    QX_TRY(Trigger read, ReadTrigger(parameters, trigger));
    topic.triggers.push_back(std::move(read));
  }
  if (topic.triggers.empty()) return BadTopic("it has no resourceTrigger (eventTrigger is not done here)", "没有 resourceTrigger（不支持 eventTrigger）");
  for (json::Value filter : Extensions(basic, prefix + "canFilterBy")) {
    topic.filters.push_back({TypeOf(TextOf(filter, "resource")), TextOf(filter, "filterParameter")});
  }
  return topic;
}

Result<search::Query> ReadCriteria(const search::Parameters& parameters, std::string_view type, std::string_view text) {
  size_t question = text.find('?');
  if (question != std::string_view::npos) {
    if (text.substr(0, question) != type) {
      return Invalid("bad-criteria", "the criteria are about another type than " + std::string(type) + ": " + std::string(text),
                     "条件的资源类型与 " + std::string(type) + " 不符：" + std::string(text));
    }
    text.remove_prefix(question + 1);
  }
  QX_TRY(search::Query query, search::Query::ParseText(parameters, type, text, {.unindexed = true}));   // asked of bodies
  bool alone = std::all_of(query.clauses.begin(), query.clauses.end(), StandsAlone);
  if (!alone || query.clauses.empty() || !query.includes.empty() || !query.sort.empty()) {
    return MakeError(ErrorCategory::kUnsupported, "unsupported-filter",
                     "a subscription's criteria are asked of one resource by itself: no chain, _has, :in, _include, _sort: " + std::string(text),
                     "订阅条件只能针对单个资源判断，不支持链式、_has、:in、_include、_sort：" + std::string(text));
  }
  return query;
}

}  // namespace qianxian::subscribe
