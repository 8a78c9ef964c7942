#include "gap/service.h"

#include <algorithm>

#include "base/text.h"
#include "gap/definition.h"

namespace qianxian::gap {

namespace {
constexpr size_t kScan = 500;

bool Ended(const Action& action) { return action.status == "completed" || action.status == "cancelled"; }

const pack::DiseaseGroup* FindGroup(const pack::Pack& pack, std::string_view id) {
  for (const pack::DiseaseGroup& group : pack.disease_groups)
    if (group.id == id) return &group;
  return nullptr;
}
}  // namespace

std::string Service::Now() const { return FormatLocalTime(clock_.Now()); }
std::string Service::Today() const { return Now().substr(0, 10); }

Service::Frozen Service::Freeze(const GapRecord& gap) {
  Frozen frozen;
  frozen.measures = &measures_;
  if (CountsTheSame(gap, measures_.pack())) return frozen;
  frozen.pack = std::make_unique<pack::Pack>(FrozenPack(gap, measures_.pack()));
  frozen.own = measure::MakeMeasures(warehouse_, *frozen.pack);
  frozen.measures = frozen.own.get();
  return frozen;
}

pack::Text SummaryOf(const GapRecord& gap) {
  const pack::Measure& m = gap.definition;
  const Result<Decimal> value = Decimal::Parse(gap.latest.value);
  const std::string now = value.ok() ? ValueForPeople(*value, m) : std::string("—"), target = ValueForPeople(m.target->value, m);
  const bool down = m.direction == pack::Direction::kDown;
  return {gap.subject_name + " " + m.name.zh + " " + now + "，" + (down ? "高于" : "低于") + "目标 " + target + "（" +
              gap.latest.period + "，" + gap.latest.numerator + "/" + gap.latest.denominator + "）",
          gap.subject_name + ": " + m.name.en + " " + now + (down ? ", above" : ", below") + " the target " + target + " (" +
              gap.latest.period + ", " + gap.latest.numerator + "/" + gap.latest.denominator + ")"};
}

void Service::NameAction(Action& action) const {
  for (const pack::ActionType& type : measures_.pack().actions)
    if (type.id == action.type) action.type_name = type.name;
  if (action.type_name.en.empty()) action.type_name.en = action.type;
  if (const pack::DiseaseGroup* group = FindGroup(measures_.pack(), action.disease_group)) action.disease_group_name = group->name;
  action.overdue = !Ended(action) && action.due_on < Today();
}

Result<GapRecords> Service::ReadGaps(const access::Caller& caller) {
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(caller));
  GapRecords gaps;
  std::string after = "gap-";
  while (true) {
    QX_TRY(const std::vector<store::Resource> page, snapshot->Scan("DetectedIssue", after, kScan));
    for (const store::Resource& resource : page) {
      if (!StartsWith(resource.id, "gap-")) return gaps;
      if (resource.deleted) continue;
      QX_TRY(GapRecord gap, GapFromFhir(resource));
      gaps.emplace(gap.id, std::move(gap));
    }
    if (page.size() < kScan) return gaps;
    after = page.back().id;
  }
}

Result<std::vector<Action>> Service::ReadActions(const access::Caller& caller, std::string_view prefix) {
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(caller));
  std::vector<Action> actions;
  std::string after(prefix);
  while (true) {
    QX_TRY(const std::vector<store::Resource> page, snapshot->Scan("Task", after, kScan));
    for (const store::Resource& resource : page) {
      if (!StartsWith(resource.id, prefix)) return actions;
      if (resource.deleted) continue;
      QX_TRY(Action action, ActionFromFhir(resource));
      NameAction(action);
      actions.push_back(std::move(action));
    }
    if (page.size() < kScan) return actions;
    after = page.back().id;
  }
}

Gap Service::Summarise(const GapRecord& record, std::vector<Action> actions, Tables& tables) {
  Gap gap;
  gap.id = record.id;
  gap.version = record.version;
  const bool acting = std::ranges::any_of(actions, [](const Action& a) { return !Ended(a); });
  gap.state = record.closed ? GapState::kClosed : acting ? GapState::kActing : GapState::kOpen;
  gap.measure = record.definition.id;
  gap.measure_name = record.definition.name;
  gap.subject = record.subject;
  gap.subject_name = record.subject_name;
  gap.summary = SummaryOf(record);
  gap.owner = record.owner;
  gap.opened_on = record.opened_on;
  gap.closed_on = record.closed_on;
  gap.target = record.definition.target->value.ToString();
  gap.edition = record.definition.edition;
  gap.definition_hash = record.definition_hash;
  gap.notes = NotesOf(record, measures_.pack(), tables);
  gap.baseline = record.baseline;
  gap.latest = record.latest;
  gap.severity = record.severity;
  gap.actions = std::move(actions);
  return gap;
}

Result<std::vector<Gap>> Service::List(const access::Caller& caller, bool closed_too) {
  QX_TRY(const GapRecords records, ReadGaps(caller));
  QX_TRY(std::vector<Action> actions, ReadActions(caller, "action-"));
  Tables tables(measures_.pack());
  std::vector<Gap> gaps;
  for (const auto& [id, record] : records) {
    if (record.closed && !closed_too) continue;
    std::vector<Action> own;
    std::ranges::copy_if(actions, std::back_inserter(own), [&](const Action& a) { return a.gap_id == record.id; });
    gaps.push_back(Summarise(record, std::move(own), tables));
  }
  std::ranges::stable_sort(gaps, [](const Gap& a, const Gap& b) {
    const bool a_closed = a.state == GapState::kClosed, b_closed = b.state == GapState::kClosed;
    return a_closed != b_closed ? b_closed : a.severity > b.severity;
  });
  return gaps;
}

Result<Gap> Service::Get(const access::Caller& caller, std::string_view id) {
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(caller));
  QX_TRY(const store::Resource resource, snapshot->Read("DetectedIssue", id));
  if (!StartsWith(resource.id, "gap-")) return NotFound("no-such-gap", "no such gap", "没有这个差距");
  QX_TRY(const GapRecord record, GapFromFhir(resource));
  QX_TRY(std::vector<Action> actions, ReadActions(caller, ActionPrefix(record.id)));
  Tables tables(measures_.pack());
  Gap gap = Summarise(record, std::move(actions), tables);
  QX_TRY(Complete complete, CompleteMonths(tables));
  QX_TRY(const std::optional<Span> span, complete.Of(record.definition, record.subject));
  if (!span) return gap;
  const Frozen frozen = Freeze(record);
  const Status filled = Fill({caller, record, *frozen.measures, complete, *span}, gap);
  // A definition that can be measured no more still has its page, with what is known of it.
  if (!filled.ok() && !IsUnmeasurable(filled.error())) return filled.error();
  return gap;
}

Result<std::vector<Action>> Service::ListActions(const access::Caller& caller, bool ended_too) {
  QX_TRY(std::vector<Action> actions, ReadActions(caller, "action-"));
  if (!ended_too) std::erase_if(actions, Ended);
  std::ranges::stable_sort(actions, {}, &Action::due_on);
  return actions;
}

std::unique_ptr<Gaps> MakeGaps(store::Store& store, measure::Measures& measures, warehouse::Warehouse& warehouse, Clock& clock,
                               Random&) {
  return std::make_unique<Service>(store, measures, warehouse, clock);
}

}  // namespace qianxian::gap
