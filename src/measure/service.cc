#include "measure/service.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "base/limits.h"
#include "base/text.h"

namespace qianxian::measure {

Result<By> ParseBy(std::string_view name) {
  if (name.empty()) return By::kNothing;
  if (name == "org") return By::kOrganization;
  if (name == "month") return By::kMonth;
  if (name == "disease-group") return By::kDiseaseGroup;
  if (name == "destination") return By::kDestination;
  return Invalid("bad-by", "'" + std::string(name) + "' is no way to break down: org, month, disease-group, destination",
                 "没有这种分组“" + std::string(name) + "”：可用 org、month、disease-group、destination");
}

std::unique_ptr<Measures> MakeMeasures(warehouse::Warehouse& warehouse, const pack::Pack& pack) {
  return std::make_unique<internal::Service>(warehouse, pack);
}

namespace internal {
namespace {

using access::Verb;

Error NoSuchMeasure(const std::string& id) {
  return NotFound("no-such-measure", "There is no measure " + id, "没有指标 " + id);
}

Error CountyOnly(const pack::Measure& measure) {
  return MakeError(ErrorCategory::kForbidden, "not-yours", "The measure " + measure.id + " is about the whole county.",
                   "指标“" + measure.name.zh + "”涉及全县，您无权查看。");
}

bool IsDigits(std::string_view text) { return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }); }

// Whoever does not see the whole county asks for its own organisations.
Status MayMeasure(const access::Caller& caller, const pack::Measure& measure) {
  if (caller.whole_county || caller.role == access::Role::kSystem) return access::Decide(caller, Verb::kMeasure, "*", "");
  if (measure.subject == "county") return CountyOnly(measure);
  if (caller.organizations.empty()) return access::Decide(caller, Verb::kMeasure, "*", "");
  return access::Decide(caller, Verb::kMeasure, "*", caller.organizations[0]);
}

bool SeesAll(const access::Caller& caller) { return caller.whole_county || caller.role == access::Role::kSystem; }

std::string ScopeText(const Scope& scope) {
  std::string text = Join(scope.counties, ",") + "/" + scope.region + "/" + (scope.county_rows ? "1" : "0") + (scope.outside ? "o" : "") + scope.only_unit.value_or("");
  return scope.organizations ? text + "/" + Join(*scope.organizations, ",") : text;
}

// What the answer hangs on besides the data: the definition itself, not only its name (a gap freezes old ones).
std::string KeyOf(const Question& q) {
  std::string key = "sheet2|" + q.measure->id + "|" + q.period.text + "|" + ScopeText(q.scope) + "|";
  for (const By by : q.by) key += std::to_string(static_cast<int>(by));
  uint64_t hash = HashFnv1a64(q.measure->cases_sql + "|" + std::to_string(static_cast<int>(q.measure->kind)) + "|" + q.measure->subject);
  if (const pack::Measure* of = q.measure->of.empty() ? nullptr : FindMeasure(*q.pack, q.measure->of))
    hash = HashFnv1a64(of->cases_sql + of->id, hash);
  return key + "|" + std::to_string(hash) + "|" + q.pack->hash;
}

}  // namespace

Result<Scope> Service::ScopeOf(const access::Caller& caller, const pack::Measure& measure, const std::string& organization,
                               const std::string& region, const Directory& directory) const {
  Scope scope;
  if (!region.empty() && !IsDigits(region))
    return Invalid("bad-region", "A region is 2 to 12 digits: " + region, "区划应为 2 至 12 位数字：" + region);
  if (region.empty()) {
    scope.counties = directory.counties;
  } else if (region.size() < 6) {
    for (const std::string& county : directory.counties)
      if (StartsWith(county, region)) scope.counties.push_back(county);
  } else {
    scope.counties = {region.substr(0, 6)};
    if (region.size() > 6) scope.region = region;
  }
  if (!organization.empty()) {
    scope.organizations = {organization};
    scope.county_rows = false;
    if (!SeesAll(caller)) QX_DO(access::Decide(caller, Verb::kMeasure, "*", organization));
  } else if (!SeesAll(caller) && measure.subject != "county") {
    scope.organizations = caller.organizations;
    scope.county_rows = false;
  }
  if (measure.subject == "unit") LookAtUnits(organization, directory, scope);
  scope.outside = measure.subject == "unit" && region.empty() && !scope.organizations;
  return scope;
}

// A unit is asked for with all that is below it; who sees some organisations only sees their cases only.
void Service::LookAtUnits(const std::string& organization, const Directory& directory, Scope& scope) {
  scope.units_of = directory.units_of;
  if (!organization.empty()) {
    scope.only_unit = organization;
    const auto below = directory.below.find(organization);
    if (below != directory.below.end()) scope.organizations = below->second;
  }
  if (scope.organizations) std::ranges::sort(*scope.organizations);
}

Result<Service::Wanted> Service::Choose(const access::Caller& caller, const SheetRequest& request) const {
  Wanted wanted;
  const bool all = request.measures.empty();
  std::vector<std::string> ids = request.measures;
  if (all)
    for (const pack::Measure& measure : pack_.measures) ids.push_back(measure.id);
  Status first_refusal = Ok();
  for (const std::string& id : ids) {
    const pack::Measure* measure = FindMeasure(pack_, id);
    if (!measure) return NoSuchMeasure(id);
    const Status may = MayMeasure(caller, *measure);
    if (!may.ok()) {
      if (!all) return may.error();
      if (first_refusal.ok()) first_refusal = may;
      continue;
    }
    if (!request.organization.empty() && measure->subject == "county") {
      wanted.notes.push_back({"“" + measure->name.zh + "”是全县指标，不按单个机构计算",
                              measure->name.en + " is a measure of the county and is not computed for one organisation"});
      continue;
    }
    wanted.measures.push_back(measure);
  }
  if (wanted.measures.empty() && wanted.notes.empty() && !first_refusal.ok()) return first_refusal.error();
  return wanted;
}

Result<Groups> Service::EvaluateCached(const Question& question, uint64_t as_of, const Cancel* cancel) {
  const std::string key = KeyOf(question);
  Groups groups;
  if (ParseGroups(warehouse_.CachedAnswer(key, as_of), groups)) return groups;
  QX_TRY(groups, EvaluateMeasure(warehouse_, question, cancel));
  // Only if nothing came between: the answer must be of the state that it is kept for.
  if (warehouse_.as_of() == as_of) warehouse_.KeepAnswer(key, as_of, GroupsAsText(groups));
  return groups;
}

// Many of the statements are small, so two at a time fill the machine better than one.
Result<std::vector<Groups>> Service::EvaluateAll(const std::vector<Question>& questions, uint64_t as_of, const Cancel* cancel) {
  std::vector<Result<Groups>> answers(questions.size(), Result<Groups>(Groups{}));
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next++; i < questions.size(); i = next++) answers[i] = EvaluateCached(questions[i], as_of, cancel);
  };
  const size_t helpers = std::min<size_t>(questions.size(), std::max(1u, std::thread::hardware_concurrency())) - (questions.empty() ? 0 : 1);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < helpers; ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  std::vector<Groups> out;
  for (Result<Groups>& answer : answers) {
    if (!answer.ok()) return std::move(answer).error();
    out.push_back(std::move(*answer));
  }
  return out;
}

Result<Sheet> Service::Evaluate(const access::Caller& caller, const SheetRequest& request, const Cancel* cancel) {
  QX_TRY(const Wanted wanted, Choose(caller, request));
  // A sheet is of one state: when the warehouse moves on meanwhile, it is made again.
  Result<Sheet> sheet = EvaluateOnce(caller, request, wanted, cancel);
  for (int again = 0; again < 2 && sheet.ok() && sheet->as_of != warehouse_.as_of(); ++again)
    sheet = EvaluateOnce(caller, request, wanted, cancel);
  return sheet;
}

Result<Sheet> Service::EvaluateOnce(const access::Caller& caller, const SheetRequest& request, const Wanted& wanted,
                                    const Cancel* cancel) {
  Sheet sheet;
  sheet.as_of = warehouse_.as_of();
  sheet.notes = wanted.notes;
  QX_TRY(const auto directory, ReadDirectory());
  std::vector<Question> questions;
  for (const pack::Measure* measure : wanted.measures) {
    Question question{&pack_, measure, request.period, {}, {}};
    for (const By by : request.by)
      if (by != By::kNothing) question.by.push_back(by);
    QX_TRY(question.scope, ScopeOf(caller, *measure, request.organization, request.region, *directory));
    questions.push_back(std::move(question));
  }
  QX_TRY(const std::vector<Groups> answers, EvaluateAll(questions, sheet.as_of, cancel));
  for (size_t i = 0; i < questions.size(); ++i) AddRows(questions[i], answers[i], *directory, sheet.as_of, sheet);
  if (sheet.rows.size() > limits::kMeasureStrata) {
    const std::string all = std::to_string(sheet.rows.size()), kept = std::to_string(limits::kMeasureStrata);
    sheet.notes.push_back({"共 " + all + " 行，只列出前 " + kept + " 行；请缩小范围", all + " rows; only the first " + kept + " are here, ask for less"});
    sheet.rows.resize(limits::kMeasureStrata);
  }
  if (directory->unreadable > 0) {
    const std::string count = std::to_string(directory->unreadable);
    sheet.notes.push_back({"有 " + count + " 条记录无法按规则包的视图读取，未计入（见 view_fault）",
                           count + " records could not be read by the pack's views and are not counted (view_fault)"});
  }
  return sheet;
}

}  // namespace internal
}  // namespace qianxian::measure
