// Which slice an element is of: by the values, existence, type or profile at the discriminators' paths.
// Source: https://hl7.org/fhir/R4/profiling.html#slicing
#include <algorithm>

#include "base/text.h"
#include "validate/walker.h"

namespace qianxian::validate {
namespace {

std::string_view WithoutX(std::string_view name) { return name.ends_with("[x]") ? name.substr(0, name.size() - 3) : name; }

// Steps of a discriminator's path: names, and functions with what is between their brackets.
struct Step {
  std::string_view name, argument;
};

std::vector<Step> Steps(std::string_view path) {
  std::vector<Step> steps;
  while (!path.empty()) {
    size_t end = 0;
    int open = 0;
    while (end < path.size() && (path[end] != '.' || open > 0)) {
      open += path[end] == '(' ? 1 : path[end] == ')' ? -1 : 0;
      ++end;
    }
    std::string_view one = path.substr(0, end);
    path = end == path.size() ? std::string_view() : path.substr(end + 1);
    const size_t bracket = one.find('(');
    if (bracket == std::string_view::npos) {
      if (one != "$this") steps.push_back({WithoutX(one), {}});
      continue;
    }
    std::string_view argument = one.substr(bracket + 1, one.size() - bracket - 2);
    if (argument.size() >= 2 && (argument[0] == '\'' || argument[0] == '"')) argument = argument.substr(1, argument.size() - 2);
    steps.push_back({one.substr(0, bracket), argument});
  }
  return steps;
}

}  // namespace

std::vector<fhirpath::Item> Walker::Navigate(const Item& item, std::string_view path) {
  std::vector<Item> now{item};
  for (const Step& step : Steps(path)) {
    std::vector<Item> next;
    for (const Item& one : now) {
      if (step.name == "resolve") {
        if (auto found = Referenced(one.json.IsObject() ? one.json.FindString("reference") : one.json.IsString() ? one.json.AsString() : std::string_view())) {
          next.push_back(*found);
        } else if (const std::string_view type = ReferencedType(one); !type.empty()) {
          next.push_back(fhirpath::NodeItem(json::Value(), tools_.definitions.FindResource(type)));
        }
        continue;
      }
      if (step.name == "ofType") {
        if (one.type != nullptr && one.type->Is(step.argument)) next.push_back(one);
        continue;
      }
      for (const Group& group : Groups(one)) {
        const bool extension = step.name == "extension" && !step.argument.empty();
        if (group.element->name != step.name && group.name != step.name) continue;
        for (const Item& found : group.items) {
          if (!extension || found.json.FindString("url") == step.argument) next.push_back(found);
        }
      }
    }
    now = std::move(next);
  }
  return now;
}

// The rules at the end of the path below `rule`, through slices and through the profiles of types.
std::vector<const Rule*> Walker::Targets(const Rule& rule, std::string_view path) {
  std::vector<const Rule*> now{&rule};
  for (const Step& step : Steps(path)) {
    std::vector<const Rule*> next;
    for (const Rule* one : now) {
      if (step.name == "resolve" || step.name == "ofType") {
        next.push_back(one);
        continue;
      }
      const Rule* holder = one;
      if (holder->Child(step.name) == nullptr) {
        for (const TypeRule& type : one->types) {
          if (type.profiles.size() != 1) continue;
          if (const Schema* schema = Find(type.profiles[0])) holder = &schema->root();
        }
      }
      const Rule* child = holder->Child(step.name);
      if (child == nullptr) continue;
      const bool extension = step.name == "extension" && !step.argument.empty();
      if (!extension) next.push_back(child);
      for (const auto& slice : child->slices) {
        const bool by_url = std::any_of(slice->types.begin(), slice->types.end(), [&](const TypeRule& type) {
          return std::find(type.profiles.begin(), type.profiles.end(), step.argument) != type.profiles.end();
        });
        if (!extension || by_url) next.push_back(slice.get());
      }
    }
    now = std::move(next);
  }
  return now;
}

bool Walker::HasValue(const Rule& target) const {
  if (target.fixed || target.pattern || (target.binding && target.binding->strength == Binding::Strength::kRequired)) return true;
  const auto below = [&](const std::unique_ptr<Rule>& child) {
    return HasValue(*child) || std::any_of(child->slices.begin(), child->slices.end(), [&](const auto& slice) { return HasValue(*slice); });
  };
  return std::any_of(target.children.begin(), target.children.end(), below);
}

// Has the item the values that the rule fixes, here or further down?
bool Walker::FitsValue(const Rule& target, const Item& item) {
  if (target.fixed) return json::Equal(item.json, *target.fixed);
  if (target.pattern) return HasPattern(item.json, *target.pattern);
  bool any = false;
  for (const auto& child : target.children) {
    std::vector<const Rule*> rules{child.get()};
    for (const auto& slice : child->slices) rules.push_back(slice.get());
    for (const Rule* rule : rules) {
      if (!HasValue(*rule)) continue;
      if (rule->minimum == 0 && rule->slice_name.empty() && Navigate(item, rule->name).empty()) continue;
      any = true;
      const std::vector<Item> there = Navigate(item, rule->name);
      if (std::none_of(there.begin(), there.end(), [&](const Item& one) { return FitsValue(*rule, one); })) return false;
    }
  }
  if (any) return true;
  if (!target.binding || target.binding->strength != Binding::Strength::kRequired) return false;
  bool code = false;
  return IsMember(target.binding->value_set, item, code) == terminology::Membership::kYes;
}

bool Walker::Discriminates(const Scope& scope, const Discriminator& discriminator, const Rule& slice, const Item& item, const Place& place) {
  const std::vector<const Rule*> targets = Targets(slice, discriminator.path);
  const std::vector<Item> there = Navigate(item, discriminator.path);
  switch (discriminator.kind) {
    case Discriminator::Kind::kExists:
      for (const Rule* target : targets) {
        if (target->maximum == 0) return there.empty();
        if (target->minimum > 0) return !there.empty();
      }
      return true;
    case Discriminator::Kind::kType:
      for (const Item& one : there) {
        for (const Rule* target : targets) {
          for (const TypeRule& type : target->types) {
            const bool reference = type.code == "Reference" && discriminator.path.find("resolve()") != std::string::npos;
            if (one.type != nullptr && (one.type->Is(type.code) || (reference && IsTarget(type, one.type->name)))) return true;
          }
        }
      }
      return false;
    case Discriminator::Kind::kValue: {
      // The url of an extension is fixed in the profile of its type.
      if (discriminator.path == "url" && !slice.types.empty() && slice.types[0].profiles.size() == 1) {
        return item.json.FindString("url") == slice.types[0].profiles[0].substr(0, slice.types[0].profiles[0].find('|'));
      }
      bool any = false;
      for (const Rule* target : targets) {
        if (!HasValue(*target)) continue;
        any = true;
        for (const Item& one : there) if (FitsValue(*target, one)) return true;
        if (target->minimum == 0 && there.empty() && target->maximum == 0) return true;
      }
      if (!any) {
        Say(place, Severity::kInformation, "informational", "slice-not-judged", "the slice " + slice.slice_name + " fixes nothing at " + discriminator.path,
            "切片 " + slice.slice_name + " 在 " + discriminator.path + " 处没有固定值，无法区分");
      }
      return false;
    }
    case Discriminator::Kind::kProfile:
      for (const Rule* target : targets) {
        for (const TypeRule& type : target->types) {
          std::vector<std::string> urls = discriminator.path.find("resolve()") != std::string::npos ? type.target_profiles : type.profiles;
          for (const std::string& url : urls) {
            const Schema* schema = Find(url);
            if (schema == nullptr) continue;
            for (const Item& one : there) {
              if (one.type == nullptr || !one.type->Is(schema->type())) continue;
              if (one.json.IsNull()) return !schema->is_profile();   // only its type is known
              if (Holds([&] { Profile(*schema, one, place, *scope.resource); })) return true;
            }
          }
        }
      }
      return false;
  }
  return false;
}

bool Walker::Fits(const Scope& scope, const Rule& rule, const Rule& slice, const Item& item, const Place& place) {
  for (const Discriminator& discriminator : rule.slicing->discriminators) {
    if (!Discriminates(scope, discriminator, slice, item, place)) return false;
  }
  return true;
}

void Walker::Slices(const Scope& scope, const Rule& rule, const Group& group, const Place& place) {
  // A choice element that is said in slices without a word about how is sliced by type.
  Rule by_type;
  const Rule* sliced = &rule;
  if (!rule.slicing || rule.slicing->discriminators.empty()) {
    if (group.element == nullptr || !group.element->choice) return;   // nothing tells which slice it is
    by_type.slicing = Slicing{{{Discriminator::Kind::kType, "$this"}}, rule.slicing ? rule.slicing->rules : Slicing::Rules::kOpen, false};
    sliced = &by_type;
  }
  std::vector<size_t> counts(rule.slices.size());
  size_t last = 0;
  bool outside = false;
  int index = group.repeats ? 0 : -1;
  for (const Item& item : group.items) {
    const Place at{&place, group.name, index};
    if (index >= 0) ++index;
    size_t found = 0;
    while (found < rule.slices.size() && !Fits(scope, *sliced, *rule.slices[found], item, at)) ++found;
    if (found == rule.slices.size()) {
      outside = true;
      if (sliced->slicing->rules == Slicing::Rules::kClosed) {
        Say(at, Severity::kError, "structure", "no-slice", "fits none of the slices, and no others are allowed", "不属于任何切片，且不允许其他内容");
      }
      continue;
    }
    if (outside && sliced->slicing->rules == Slicing::Rules::kOpenAtEnd) {
      Say(at, Severity::kError, "structure", "slice-order", "what is in no slice must come at the end", "不属于切片的内容必须放在最后");
    }
    if (sliced->slicing->ordered && found < last) {
      Say(at, Severity::kError, "structure", "slice-order", "the slices are not in their order", "切片的顺序不对");
    }
    last = std::max(last, found);
    ++counts[found];
    Element(scope, *rule.slices[found], item, at, group.element);
    if (!rule.slices[found]->slices.empty()) {
      Slices(scope, *rule.slices[found], Group{group.element, group.name, {item}, group.repeats}, place);
    }
  }
  for (size_t i = 0; i < rule.slices.size(); ++i) Count(*rule.slices[i], counts[i], Place{&place, group.name, -1}, rule.slices[i]->slice_name);
}

}  // namespace qianxian::validate
