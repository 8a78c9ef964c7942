// Approving and changing actions. A gap has no door to close it by hand: only the sweep does that.
#include <algorithm>

#include "base/text.h"
#include "gap/service.h"

namespace qianxian::gap {

namespace {
Result<std::string> CheckedDate(const std::string& text, const char* what_zh, const char* what_en) {
  const Result<Date> date = ParseDate(text);
  if (!date.ok())
    return Invalid("bad-date", std::string(what_en) + " is no date (2026-03-31)", std::string(what_zh) + "不是日期（如 2026-03-31）");
  return date->ToString();
}

// What the measure should come to by the due date: nobody can say later whether an action did what nobody expected of it.
Result<std::string> CheckedValue(const std::string& text) {
  const std::string value(TrimUnicode(text));
  if (value.empty())
    return Invalid("no-expected-change", "an action needs an expected change: the value that the measure should reach by the due date",
                   "请填写预期变化：到期时该指标应达到的数值");
  if (!Decimal::Parse(value).ok())
    return Invalid("bad-number", "the expected value is no number (a share as 0.85)", "预期值不是数字（比例写成 0.85）");
  return value;
}

std::string OwnerOf(const GapRecord& gap) { return gap.definition.subject != "county" ? gap.subject : std::string(); }

store::Change PutTask(const Action& action, const std::string& owner, uint64_t if_version) {
  store::Change change;
  change.type = "Task";
  change.id = action.id;
  change.body = ActionAsFhir(action);
  change.owner = owner;
  change.if_version = if_version;
  return change;
}

Status FitsMenu(const pack::Pack& pack, const GapRecord& gap, const ActionRequest& request) {
  for (const pack::ActionType& type : pack.actions) {
    if (type.id != request.type) continue;
    const auto allows = [](const std::vector<std::string>& list, const std::string& wanted) {
      return list.empty() || std::ranges::find(list, wanted) != list.end();
    };
    if (!allows(type.measures, gap.definition.id) || !allows(type.subjects, gap.definition.subject == "county" ? "county" : "hospital"))
      return Invalid("action-does-not-fit", "this kind of action does not answer this measure", "这类行动不适用于该指标");
    return Ok();
  }
  return Invalid("no-such-action", "no such action in the pack's menu: " + request.type, "行动菜单中没有：" + request.type);
}
}  // namespace

bool MayBecome(std::string_view from, std::string_view to) {
  static constexpr std::pair<std::string_view, std::string_view> kSteps[] = {
      {"requested", "accepted"},    {"requested", "cancelled"},   {"accepted", "in-progress"}, {"accepted", "completed"},
      {"accepted", "cancelled"},    {"in-progress", "completed"}, {"in-progress", "cancelled"},
      {"accepted", "requested"},    {"in-progress", "accepted"},  {"completed", "in-progress"}, {"cancelled", "accepted"}};
  return std::ranges::find(kSteps, std::pair{from, to}) != std::end(kSteps);
}

Result<Gap> Service::AddAction(const access::Caller& caller, std::string_view gap_id, const ActionRequest& request) {
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(caller));
  QX_TRY(const store::Resource resource, snapshot->Read("DetectedIssue", gap_id));
  QX_TRY(const GapRecord gap, GapFromFhir(resource));
  QX_DO(access::Decide(caller, access::Verb::kDecide, "Task", OwnerOf(gap)));
  if (gap.closed)
    return MakeError(ErrorCategory::kConflict, "gap-closed", "the record has closed this gap", "该差距已由数据证实关闭");
  QX_DO(FitsMenu(measures_.pack(), gap, request));
  Action action;
  QX_TRY(action.due_on, CheckedDate(request.due_on, "到期日", "the due date"));
  if (!request.started_on.empty()) {
    QX_TRY(action.started_on, CheckedDate(request.started_on, "开始日", "the start"));
  }
  if (action.started_on > Today())
    return Invalid("starts-later", "an action that has begun cannot begin later than today", "已开始的行动，开始日不能晚于今天");
  if (!action.started_on.empty() && action.due_on < action.started_on)
    return Invalid("due-before-start", "it is due before it starts", "到期日早于开始日");
  if (action.started_on.empty() && action.due_on < Today())
    return Invalid("due-in-the-past", "the due date lies in the past", "到期日已过");
  if (TrimUnicode(request.owner).empty()) return Invalid("no-owner", "an action needs an owner", "请填写负责人");
  if (!request.disease_group.empty() &&
      std::ranges::none_of(measures_.pack().disease_groups, [&](const auto& g) { return g.id == request.disease_group; }))
    return Invalid("no-such-disease-group", "no such disease group: " + request.disease_group, "没有这个病种：" + request.disease_group);
  QX_TRY(action.expected_value, CheckedValue(request.expected_value));
  action.gap_id = gap.id;
  action.type = request.type;
  action.disease_group = request.disease_group;
  action.owner = std::string(TrimUnicode(request.owner));
  action.note = request.note;
  action.approved_by = caller.user;
  action.status = action.started_on.empty() ? "accepted" : "in-progress";
  action.history = {{Now(), action.status, caller.user, request.note}};
  NameAction(action);
  QX_TRY(const std::vector<Action> known, ReadActions(access::SystemCaller("gap:number"), ActionPrefix(gap.id)));
  char number[16];
  snprintf(number, sizeof number, "%04zu", known.size() + 1);
  action.id = ActionPrefix(gap.id) + number;
  // Must not exist: two directors at once do not overwrite each other, one of them gets a conflict.
  QX_TRY(const store::CommitReceipt receipt, store_.Commit(caller, {{PutTask(action, OwnerOf(gap), 0)}, "gap:action"}));
  (void)receipt;
  return Get(caller, gap.id);
}

Result<Gap> Service::ChangeAction(const access::Caller& caller, std::string_view action_id, const ActionChange& change) {
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(caller));
  QX_TRY(const store::Resource resource, snapshot->Read("Task", action_id));
  if (!StartsWith(resource.id, "action-")) return NotFound("no-such-action", "no such action", "没有这个行动");
  QX_TRY(Action action, ActionFromFhir(resource));
  QX_DO(access::Decide(caller, access::Verb::kDecide, "Task", resource.owner));
  if (change.status && *change.status != action.status) {
    if (!MayBecome(action.status, *change.status))
      return Invalid("no-such-step", "an action that is " + action.status + " cannot become " + *change.status,
                     "行动状态不能从 " + action.status + " 变为 " + *change.status);
    action.status = *change.status;
    if (action.status == "in-progress" && action.started_on.empty()) action.started_on = Today();
    action.finished_on = action.status == "completed" ? Today() : std::string();
    if (action.status == "completed" && action.started_on.empty()) action.started_on = Today();
  }
  if (change.owner) {
    if (TrimUnicode(*change.owner).empty()) return Invalid("no-owner", "an action needs an owner", "请填写负责人");
    action.owner = std::string(TrimUnicode(*change.owner));
  }
  if (change.due_on) {
    QX_TRY(action.due_on, CheckedDate(*change.due_on, "到期日", "the due date"));
  }
  if (change.expected_value) {
    QX_TRY(action.expected_value, CheckedValue(*change.expected_value));
  }
  NameAction(action);
  action.history.push_back({Now(), action.status, caller.user, change.note.value_or("")});
  QX_TRY(const store::CommitReceipt receipt,
         store_.Commit(caller, {{PutTask(action, resource.owner, change.if_version)}, "gap:action"}));
  (void)receipt;
  return Get(caller, action.gap_id);
}

}  // namespace qianxian::gap
