#include "flow/cases.h"

#include <algorithm>

#include "base/ids.h"
#include "base/text.h"
#include "fhir/definitions.h"
#include "flow/flow.h"
#include "flow/programme.h"
#include "flow/records.h"
#include "json/writer.h"
#include "pack/pathway_cases.h"
#include "search/query.h"

namespace qianxian::flow {
namespace {

constexpr char kPatient[] = "p1";
constexpr char kFirstDay[] = "2026-03-02";
constexpr int64_t kDay = 86'400'000'000;

class Player {
 public:
  Player(const pack::Pack& pack, const search::Parameters& parameters, const pack::PathwayCase& one)
      : pack_(pack), parameters_(parameters), case_(one), start_{(ParseDate(kFirstDay)->ToDays() * 24 + 1) * 3'600'000'000}, clock_(start_) {}

  Status Play(PathwayCaseResult& result) {
    store::OpenOptions open;
    open.parameters = &parameters_, open.clock = &clock_, open.random = &random_;
    QX_TRY(store_, store::OpenMemoryStore(open));
    flow_ = MakeFlow({store_.get(), &parameters_, &fhir::Definitions::R4(), &pack_, &clock_});
    QX_DO(Put("Patient", kPatient, Patient("")));
    QX_DO(flow_->Tick());
    for (const pack::CaseEvent& event : case_.events) {
      clock_.Set({start_.microseconds + event.day * kDay + ++minutes_ * 60'000'000});
      const Status done = Do(event);
      if (!done.ok()) {
        result.faults.push_back("line " + std::to_string(event.line) + ": " + qianxian::Describe(done.error()));
        return Ok();
      }
      QX_DO(flow_->Tick());
    }
    return Compare(result);
  }

 private:
  static access::Caller Caller() { return access::SystemCaller("cases"); }

  std::string Patient(const std::string& more) const {
    return R"({"resourceType":"Patient","id":"p1",)" + case_.patient + (case_.patient.empty() || more.empty() ? "" : ",") + more +
           R"(,"managingOrganization":{"reference":"Organization/)" + organization_ + "\"}}";
  }

  Status Put(const std::string& type, const std::string& id, std::string body) {
    store::CommitRequest request;
    request.reason = "cases";
    store::Change change;
    change.type = type, change.id = id, change.owner = organization_;
    change.body = ReplaceAll(body, ",,", ",");
    if (StartsWith(change.body, "{,")) change.body.erase(1, 1);
    request.changes.push_back(std::move(change));
    QX_DO(store_->Commit(Caller(), std::move(request)));
    return Ok();
  }

  std::string NewId() { return "r" + std::to_string(++ids_); }
  std::string Now() { return FormatInstant(clock_.Now()); }

  Status Do(const pack::CaseEvent& event) {
    using Kind = pack::CaseEvent::Kind;
    const std::string subject = R"("subject":{"reference":"Patient/p1"})";
    const std::string id = NewId();
    switch (event.kind) {
      case Kind::kCondition:
        return Put("Condition", id, R"({"resourceType":"Condition",)" + subject + R"(,"code":{"coding":[{"code":)" + json::Quote(event.text) +
                                        R"(}]},"recordedDate":")" + Now() + "\"}");
      case Kind::kObservation:
        return Put("Observation", id, R"({"resourceType":"Observation","status":"final",)" + subject + R"(,"code":{"coding":[{"system":"http://loinc.org","code":)" +
                                          json::Quote(event.code) + R"(}]},"effectiveDateTime":")" + Now() + "\"," + Value(event) + "}");
      case Kind::kResource: return PutResource(event.resource, id);
      case Kind::kEnrol: {
        QX_DO(flow_->Enrol(Caller(), {kPatient, case_.pathway, event.text}));
        return Ok();
      }
      case Kind::kForm: return Answer(event);
      case Kind::kDeath: return Put("Patient", kPatient, Patient(R"("deceasedBoolean":true)"));
      case Kind::kDecline: return WithEnrolment([&](const std::string& enrolment) { return flow_->Exit(Caller(), {enrolment, "declined", "", ""}); });
      case Kind::kExit: return WithEnrolment([&](const std::string& enrolment) { return flow_->Exit(Caller(), {enrolment, event.text, "", ""}); });
      case Kind::kMove:
        return WithEnrolment([&](const std::string& enrolment) { return flow_->Move(Caller(), {enrolment, event.text, "moved", false}); });
      case Kind::kEdition: return NewEdition(event.text);
      case Kind::kClock: return Ok();
    }
    return Ok();
  }

  static std::string Value(const pack::CaseEvent& event) {
    if (!Decimal::Parse(event.value).ok()) return "\"valueString\":" + json::Quote(event.value);
    return R"("valueQuantity":{"value":)" + event.value + (event.unit.empty() ? "" : R"(,"unit":)" + json::Quote(event.unit)) + "}";
  }

  // `resource` without subject and id gets them; "%enrolment" in it is the id of the last one.
  Status PutResource(const std::string& given, const std::string& id) {
    QX_TRY(const std::optional<Enrolment> enrolment, Latest());
    const std::string text = enrolment ? ReplaceAll(given, "%enrolment", enrolment->id) : given;
    QX_TRY(const json::Document document, json::Document::Parse(text));
    const json::Value root = document.root();
    const std::string type(root.FindString("resourceType")), own(root.FindString("id"));
    std::string body = text;
    const char* subject = type == "Task" ? "for" : parameters_.Find(type, "subject") ? "subject" : "patient";
    if (!root.Find(subject) && type != "Patient") body = text.substr(0, text.size() - 1) + ",\"" + subject + R"(":{"reference":"Patient/p1"}})";
    return Put(type, own.empty() ? id : own, std::move(body));
  }

  Status WithEnrolment(const std::function<Status(const std::string&)>& act) {
    QX_TRY(const std::optional<Enrolment> enrolment, Latest());
    if (!enrolment) return NotFound("no-enrolment", "not enrolled", "未入组");
    return act(enrolment->id);
  }

  // The pack as it would be with the next edition: the same pathway under another edition.
  Status NewEdition(const std::string& edition) {
    for (pack::Pathway& pathway : pack_.pathways)
      if (pathway.id == case_.pathway) pathway.text = ReplaceAll(pathway.text, pathway.edition, edition), pathway.edition = edition;
    flow_ = MakeFlow({store_.get(), &parameters_, &fhir::Definitions::R4(), &pack_, &clock_});
    return Ok();
  }

  Status Answer(const pack::CaseEvent& event) {
    VisitRequest visit;
    visit.key = "case-" + std::to_string(++ids_), visit.patient = kPatient;
    FormAnswers form{event.text, event.answers};
    const std::string today = LocalDate(clock_.Now());
    for (auto& [item, values] : form.answers)
      for (std::string& value : values) {
        int64_t days = 0;
        if (StartsWith(value, "+") && ParseInteger(value.substr(1), days)) value = PlusDays(today, days);
      }
    QX_TRY(const auto steps, Steps());
    const Step* best = nullptr;
    for (const auto& [step, version] : steps) {
      if (step.form != event.text || step.status != "ready") continue;
      if (best && best->due <= step.due) continue;
      best = &step;
      visit.tasks = {{step.id, version}};
    }
    visit.forms.push_back(std::move(form));
    QX_TRY(const VisitResult result, flow_->Visit(Caller(), visit));
    proposals_.clear();
    for (const Proposal& proposal : result.proposals) proposals_.push_back(proposal.criterion);
    for (const FoundDanger& danger : result.dangers)
      if (!danger.criterion.empty()) proposals_.push_back(danger.criterion);
    return Ok();
  }

  Result<std::vector<store::Resource>> All(const std::string& type, const std::string& parameter) {
    QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_->OpenSnapshot(Caller()));
    QX_TRY(search::Query query, search::Query::Parse(parameters_, type, {{parameter, "Patient/p1"}}, {}));
    query.count = 1000;
    QX_TRY(store::SearchPage page, snapshot->Search(query));
    return std::move(page.matches);
  }

  Result<std::vector<std::pair<Step, uint64_t>>> Steps() {
    std::vector<std::pair<Step, uint64_t>> out;
    QX_TRY(const std::vector<store::Resource> tasks, All("Task", "patient"));
    for (const store::Resource& task : tasks) {
      QX_TRY(const json::Document document, json::Document::Parse(task.body));
      Step step = StepOfFhir(document.root());
      if (step.pathway == case_.pathway) out.emplace_back(std::move(step), task.version);
    }
    return out;
  }

  Result<std::optional<Enrolment>> Latest() {
    std::optional<Enrolment> latest;
    QX_TRY(const std::vector<store::Resource> all, All("EpisodeOfCare", "patient"));
    for (const store::Resource& one : all) {
      QX_TRY(const json::Document document, json::Document::Parse(one.body));
      Enrolment enrolment = EnrolmentFromFhir(document.root());
      if (enrolment.pathway == case_.pathway && (!latest || enrolment.number > latest->number)) latest = std::move(enrolment);
    }
    return latest;
  }

  std::string DayOf(const std::string& date) const {
    const Result<Date> day = ParseDate(date);
    return day.ok() ? std::to_string(day->ToDays() - ParseDate(kFirstDay)->ToDays()) : "?";
  }

  void CompareStep(const pack::CaseExpectation& e, const std::vector<std::pair<Step, uint64_t>>& steps, std::vector<std::string>& faults) {
    const std::string wanted_status = e.status.empty() ? "ready" : e.status;
    std::vector<std::string> found;
    for (const auto& [step, version] : steps) {
      if (step.step != e.step || step.status != wanted_status) continue;
      if ((!e.due_day || DayOf(step.due) == std::to_string(*e.due_day)) && (e.escalated_to.empty() || step.escalated_to == e.escalated_to)) return;
      found.push_back("day " + DayOf(step.due) + (step.escalated_to.empty() ? "" : " escalated to " + step.escalated_to));
    }
    std::string all;
    for (const auto& [step, version] : steps) all += " " + step.step + "=" + step.status;
    faults.push_back("line " + std::to_string(e.line) + ": no step " + e.step + " (" + wanted_status + ") as expected; there is: " +
                     (found.empty() ? "none;" + all : Join(found, ", ")));
  }

  Status Compare(PathwayCaseResult& result) {
    QX_TRY(const auto steps, Steps());
    QX_TRY(const std::optional<Enrolment> enrolment, Latest());
    for (const pack::CaseExpectation& e : case_.expect) {
      ++result.compared;
      const auto differ = [&](const std::string& what, const std::string& is, const std::string& wanted) {
        if (is != wanted) result.faults.push_back("line " + std::to_string(e.line) + ": " + what + " is '" + is + "', expected '" + wanted + "'");
      };
      const bool pooled = enrolment && enrolment->status == "planned", enrolled = enrolment && enrolment->status == "active";
      if (!e.step.empty()) CompareStep(e, steps, result.faults);
      if (!e.stage.empty()) differ("the stage", enrolment ? enrolment->stage : "", e.stage);
      if (!e.pool.empty()) differ("the pool", pooled ? "target" : enrolled ? "enrolled" : "none", e.pool);
      if (!e.exit.empty()) differ("the exit", enrolment ? enrolment->exit_reason : "", e.exit);
      if (e.open) {
        const auto open = std::count_if(steps.begin(), steps.end(), [](const auto& s) { return s.first.status == "ready"; });
        differ("the number of open steps", std::to_string(open), std::to_string(*e.open));
      }
      if (e.no_proposal) differ("the proposals", Join(proposals_, ", "), "");
      if (!e.proposal.empty() && std::find(proposals_.begin(), proposals_.end(), e.proposal) == proposals_.end())
        differ("the proposals", Join(proposals_, ", "), e.proposal);
    }
    return Ok();
  }

  pack::Pack pack_;
  const search::Parameters& parameters_;
  const pack::PathwayCase& case_;
  const Instant start_;
  FakeClock clock_;
  SeededRandom random_{1};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Flow> flow_;
  std::string organization_ = "T001";
  std::vector<std::string> proposals_;     // of the last visit
  int ids_ = 0;
  int64_t minutes_ = 0;
};

}  // namespace

Result<std::vector<PathwayCaseResult>> RunPathwayCases(const pack::Pack& pack, const search::Parameters& parameters,
                                                       const std::string& path, const std::string& text) {
  QX_TRY(const std::vector<pack::PathwayCase> cases, pack::ParsePathwayCases(path, text));
  std::vector<PathwayCaseResult> out;
  for (const pack::PathwayCase& one : cases) {
    PathwayCaseResult result;
    result.name = one.pathway + ": " + one.name.zh;
    const bool known = std::any_of(pack.pathways.begin(), pack.pathways.end(), [&](const pack::Pathway& p) { return p.id == one.pathway; });
    if (!known) result.faults.push_back("line " + std::to_string(one.line) + ": there is no pathway " + one.pathway);
    else QX_DO(Player(pack, parameters, one).Play(result));
    out.push_back(std::move(result));
  }
  return out;
}

}  // namespace qianxian::flow
