#include <algorithm>
#include <set>

#include "access/relation.h"
#include "base/limits.h"
#include "base/text.h"
#include "search/clauses.h"
#include "search/compartments.h"
#include "store/errors.h"
#include "store/memory/memory_data.h"
#include "store/relation.h"
#include "store/sort_order.h"

namespace qianxian::store::memory {

using search::Clause;
using search::IndexEntry;
using search::ParameterKind;
using VersionPointer = std::shared_ptr<const Version>;

std::set<std::string> View::Related() const {
  std::set<std::string> patients;
  const std::vector<std::string> actors = RelationActors(caller_);
  if (actors.empty()) return patients;
  const Instant now = data_.clock->Now();
  for (const auto& [key, places] : data_.resources) {
    if (key.first != kRelationType || !key.second.starts_with(kRelationPrefix)) continue;
    const Resource& newest = data_.versions[places.back()]->resource;
    if (newest.deleted) continue;
    const Result<json::Document> document = json::Document::Parse(newest.body);
    if (!document.ok()) continue;
    const auto relation = RelationFrom(document->root());
    if (!relation || !relation->Holds(now)) continue;
    for (const std::string& actor : relation->actors) {
      if (std::find(actors.begin(), actors.end(), actor) != actors.end()) patients.insert(relation->patient);
    }
  }
  return patients;
}

bool View::MaySee(const Version& version, access::Verb verb) const {
  const Resource& resource = version.resource;
  if (!access::DecideScope(caller_, verb, resource.type).ok()) return false;
  if (access::Decide(caller_, verb, resource.type, resource.owner).ok()) return true;
  if (related_.empty() || !access::RelationOpens(caller_, resource.type)) return false;
  if (resource.type == "Patient") return related_.count(resource.id) != 0;
  const std::vector<const search::Parameter*> about = search::RecordParameters(*data_.parameters, resource.type);
  return std::any_of(version.entries.begin(), version.entries.end(), [&](const IndexEntry& entry) {
    return entry.kind == ParameterKind::kReference && entry.system == "Patient" && related_.count(entry.code) != 0 &&
           std::any_of(about.begin(), about.end(), [&](const auto* parameter) { return parameter->number == entry.parameter; });
  });
}

VersionPointer View::Newest(std::string_view type, std::string_view id) const {
  const auto found = data_.resources.find({std::string(type), std::string(id)});
  if (found == data_.resources.end()) return nullptr;
  VersionPointer newest;
  for (size_t place : found->second) {
    if (data_.versions[place]->resource.t <= t_) newest = data_.versions[place];
  }
  return newest;
}

std::vector<VersionPointer> View::Living(std::string_view type) const {
  std::vector<VersionPointer> living;
  for (const VersionPointer& version : data_.versions) {
    const Resource& resource = version->resource;
    if (resource.t > t_ || resource.deleted || (!type.empty() && resource.type != type)) continue;
    if (Newest(resource.type, resource.id) == version && MaySee(*version)) living.push_back(version);
  }
  return living;
}

bool View::ChainHolds(const Clause& clause, const Version& version) const {
  for (const IndexEntry& entry : EntriesOf(version)) {
    if (entry.parameter != clause.parameter->number || entry.kind != ParameterKind::kReference) continue;
    for (const Clause& inner : clause.chained) {
      if (entry.system != inner.type) continue;
      const VersionPointer target = Newest(entry.system, entry.code);
      if (target && !target->resource.deleted && MaySee(*target) && Holds(inner, *target)) return true;
    }
  }
  return false;
}

bool View::HasHolds(const Clause& clause, const Version& version) const {
  const Clause& inner = clause.chained[0];
  for (const VersionPointer& source : Living(inner.type)) {
    for (const IndexEntry& entry : EntriesOf(*source)) {
      if (entry.parameter == clause.parameter->number && entry.kind == ParameterKind::kReference &&
          entry.system == version.resource.type && entry.code == version.resource.id && Holds(inner, *source)) {
        return true;
      }
    }
  }
  return false;
}

bool View::IsWithin(const std::string& type, const std::string& id, const std::string& wanted) const {
  const search::Parameter* hierarchy = search::HierarchyOf(*data_.parameters, type);
  std::set<std::string> seen;
  std::vector<std::string> upwards = {id};
  while (!upwards.empty()) {
    const std::string one = upwards.back();
    upwards.pop_back();
    if (one == wanted) return true;
    const VersionPointer version = Newest(type, one);
    if (!seen.insert(one).second || hierarchy == nullptr || !version || version->resource.deleted || !MaySee(*version)) continue;
    for (const IndexEntry& entry : EntriesOf(*version)) {
      if (entry.parameter == hierarchy->number && entry.kind == ParameterKind::kReference && entry.system == type) upwards.push_back(entry.code);
    }
  }
  return false;
}

bool View::WithinHolds(const Clause& clause, const Version& version) const {
  for (const IndexEntry& entry : EntriesOf(version)) {
    if (entry.parameter != clause.parameter->number || entry.kind != ParameterKind::kReference || entry.code.empty()) continue;
    for (const search::QueryValue& value : clause.values) {
      if (!value.system.empty() && value.system != entry.system) continue;
      if (value.code == entry.code) return true;
      // Above: what is referred to must be here, like all on the way to it.
      const VersionPointer target = Newest(entry.system, entry.code);
      if (clause.modifier == search::Modifier::kAbove && (!target || target->resource.deleted || !MaySee(*target))) continue;
      if (clause.modifier == search::Modifier::kBelow ? IsWithin(entry.system, entry.code, value.code) : IsWithin(entry.system, value.code, entry.code)) return true;
    }
  }
  return false;
}

bool View::Holds(const Clause& clause, const Version& version) const {
  if (clause.kind == Clause::Kind::kAny) {
    const bool any = std::any_of(clause.chained.begin(), clause.chained.end(), [&](const Clause& inner) {
      return inner.type == version.resource.type && Holds(inner, version);
    });
    return any != (clause.modifier == search::Modifier::kNot);
  }
  if (search::IsText(clause)) {
    const words::TextTerm term = words::ReadTextTerm(clause.values[0].text);
    return words::Holds(term, version.text.narrative) || (clause.code == "_content" && words::Holds(term, version.text.other));
  }
  if (search::IsWithin(clause)) return WithinHolds(clause, version);
  if (!clause.parameter) return false;
  switch (clause.kind) {
    case Clause::Kind::kValues: return search::Matches(clause, EntriesOf(version));
    case Clause::Kind::kChain: return ChainHolds(clause, version);
    case Clause::Kind::kHas: return HasHolds(clause, version);
    case Clause::Kind::kAny: break;
  }
  return false;
}

void View::Include(const search::Query& query, const std::vector<VersionPointer>& matches, SearchPage& page) const {
  std::set<const Version*> seen;
  for (const VersionPointer& match : matches) seen.insert(match.get());
  bool cut = false;
  const auto take = [&](const VersionPointer& version, std::vector<VersionPointer>& fresh) {
    if (!version || version->resource.deleted || !MaySee(*version) || seen.count(version.get()) != 0) return;
    if (page.included.size() >= limits::kSearchIncludesMaximum) {
      cut = true;
      return;
    }
    seen.insert(version.get());
    page.included.push_back(version->resource);
    fresh.push_back(version);
  };
  const auto type_of = [&](uint16_t number) -> const std::string& {
    const search::Parameter* custom = custom_ == nullptr ? nullptr : custom_->At(number);
    return custom != nullptr ? custom->type : data_.parameters->At(number).type;
  };
  const auto leads = [&](const search::Include& include, const IndexEntry& entry) {
    if (entry.kind != ParameterKind::kReference || entry.system.empty() || entry.code.empty()) return false;
    if (!include.everything) return include.parameter && entry.parameter == include.parameter->number;
    return include.source_type.empty() || type_of(entry.parameter) == include.source_type;
  };
  const auto apply = [&](const search::Include& include, const std::vector<VersionPointer>& from,
                         std::vector<VersionPointer>& fresh) {
    for (const VersionPointer& version : from) {
      if (!include.reverse) {
        for (const IndexEntry& entry : EntriesOf(*version)) {
          if (leads(include, entry) && (include.target_type.empty() || entry.system == include.target_type)) {
            take(Newest(entry.system, entry.code), fresh);
          }
        }
        continue;
      }
      if (!include.target_type.empty() && version->resource.type != include.target_type) continue;
      for (const VersionPointer& source : Living("")) {
        for (const IndexEntry& entry : EntriesOf(*source)) {
          if (leads(include, entry) && entry.system == version->resource.type &&
              entry.code == version->resource.id) {
            take(source, fresh);
          }
        }
      }
    }
  };
  std::vector<VersionPointer> frontier;
  for (const search::Include& include : query.includes) apply(include, matches, frontier);
  while (!frontier.empty()) {
    std::vector<VersionPointer> fresh;
    for (const search::Include& include : query.includes) {
      if (include.iterate) apply(include, frontier, fresh);
    }
    frontier = std::move(fresh);
  }
  if (cut) page.notes.push_back("包含的资源过多，其余未列出。 / Too many included resources; the rest is not listed.");
}

const std::vector<IndexEntry>& View::EntriesOf(const Version& version) const {
  if (custom_ == nullptr || version.resource.deleted) return version.entries;
  const auto [found, is_new] = entries_.try_emplace(&version, version.entries);
  if (!is_new) return found->second;
  const Result<json::Document> document = json::Document::Parse(version.resource.body);
  if (document.ok()) custom_->ExtractSlowly(document->root(), found->second);
  return found->second;
}

Status View::UseCustom(const search::Query& query) const {
  for (const search::Parameter* parameter : search::CustomOnesOf(query)) {
    const search::Parameter* now = data_.custom == nullptr ? nullptr : data_.custom->At(parameter->number);
    if (now == nullptr || now->serial != parameter->serial) return ParameterChanged(parameter->type, parameter->code);
  }
  custom_ = query.custom;
  return Ok();
}

Result<SearchPage> View::Search(const search::Query& query) const {
  QX_DO(UseCustom(query));
  uint64_t offset = 0;
  if (!query.place.empty()) {
    const std::vector<std::string_view> parts = Split(query.place, '.');
    int64_t t = 0;
    int64_t position = 0;
    if (parts.size() != 2 || !ParseInteger(parts[0], t) || !ParseInteger(parts[1], position) || t < 0 || position < 0) {
      return Invalid("bad-place", "This is not the place of a next page.", "分页位置无效。");
    }
    if (static_cast<uint64_t>(t) > data_.t) {
      return NotFound("no-such-t", "There is no such state of the record yet.", "记录还没有这个时点的状态。");
    }
    if (static_cast<uint64_t>(t) != t_) {
      search::Query rest = query;
      rest.place = std::to_string(t) + "." + std::to_string(position);
      return View(data_, caller_, static_cast<uint64_t>(t)).Search(rest);
    }
    offset = static_cast<uint64_t>(position);
  }
  struct Item {
    VersionPointer version;
    std::vector<SortValue> values;
  };
  std::vector<Item> items;
  std::vector<bool> descending;
  for (const std::string& type : query.type.empty() ? query.types : std::vector<std::string>{query.type}) {
    const search::Query one = query.type.empty() ? query.Narrow(*data_.parameters, type) : query;
    for (const VersionPointer& version : Living(type)) {
      const bool holds = std::all_of(one.clauses.begin(), one.clauses.end(),
                                     [&](const Clause& clause) { return Holds(clause, *version); });
      if (!holds) continue;
      Item item{version, {}};
      descending.clear();
      for (const search::SortKey& key : one.sort) {
        item.values.push_back(SortValueOf(key, EntriesOf(*version)));
        descending.push_back(key.descending);
      }
      items.push_back(std::move(item));
    }
  }
  std::stable_sort(items.begin(), items.end(), [&](const Item& a, const Item& b) {
    for (size_t i = 0; i < std::min(a.values.size(), b.values.size()); ++i) {
      const int order = CompareSortValues(a.values[i], b.values[i], descending[i]);
      if (order != 0) return order < 0;
    }
    return false;
  });

  SearchPage page;
  page.notes = query.notes;
  if (search::Explains(query)) page.notes.push_back(std::string(search::kPlanMark) + "逐条检查 / every resource was looked at; " + std::to_string(items.size()) + " matches");
  const bool only_count = query.count == 0 || query.summary == search::Summary::kCount;
  if (only_count || query.total != search::Total::kNone) page.total = items.size();
  if (only_count) return page;
  std::vector<VersionPointer> matches;
  for (size_t i = offset; i < items.size() && matches.size() < query.count; ++i) {
    matches.push_back(items[i].version);
    page.matches.push_back(items[i].version->resource);
  }
  if (offset + matches.size() < items.size()) {
    page.next = std::to_string(t_) + "." + std::to_string(offset + matches.size());
  }
  Include(query, matches, page);
  return page;
}

Result<std::vector<Tally>> View::CountBy(const search::Query& query) const {
  if (query.type.empty() || query.sort.empty() || !CanCountBy(query.sort[0])) return CannotCountBy();
  QX_DO(UseCustom(query));
  std::map<std::string, uint64_t> counts;
  for (const VersionPointer& version : Living(query.type)) {
    const bool holds = std::all_of(query.clauses.begin(), query.clauses.end(), [&](const Clause& clause) { return Holds(clause, *version); });
    if (!holds) continue;
    for (const std::string& value : CountValuesOf(query.sort[0], EntriesOf(*version))) ++counts[value];
  }
  std::vector<Tally> out;
  for (const auto& [value, resources] : counts) out.push_back({value, resources});
  return out;
}

}  // namespace qianxian::store::memory
