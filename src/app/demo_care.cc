#include "app/demo_care.h"

#include <algorithm>
#include <map>

#include "app/terminal.h"
#include "auth/organizations.h"
#include "base/date.h"
#include "base/text.h"
#include "fhir/definitions.h"
#include "flow/flow.h"
#include "json/value.h"
#include "json/writer.h"
#include "search/query.h"
#include "sheet/csv.h"

namespace qianxian::app {
namespace {

constexpr int kDays = 182, kTownships = 2, kRoundDays = 7;
constexpr int64_t kDayMicroseconds = int64_t{24} * 3600 * 1'000'000;

struct Township {
  std::string code;
  std::vector<std::string> villages;
};

// ---- the tables

using Line = std::map<std::string, std::string>;
Result<std::vector<Line>> ReadTable(const std::string& path) {
  QX_TRY(const std::unique_ptr<sheet::CsvReader> reader, sheet::CsvReader::Open(path));
  std::vector<Line> lines;
  sheet::Row row;
  while (true) {
    QX_TRY(const bool more, reader->Next(row));
    if (!more) return lines;
    Line line;
    for (size_t i = 0; i < reader->header().size() && i < row.fields.size(); ++i)
      line[ToLowerAscii(reader->header()[i])] = std::string(row.fields[i]);
    lines.push_back(std::move(line));
  }
}

double Share(const std::string& text) {
  const Result<Decimal> number = Decimal::Parse(text);
  return number.ok() ? number->ToDouble() : 0;
}
int Whole(const std::string& text, int otherwise) {
  int64_t number = 0;
  return ParseInteger(text, number) ? static_cast<int>(number) : otherwise;
}

// ---- the records of a resident

struct Resident {
  std::string id, village, pathway;
  bool good = true;                        // how his answers mostly are
  double done_share = 1;                   // of his visits
};

class Maker {
 public:
  Maker(Folder& folder, SeededRandom& random, std::vector<std::string> surnames, std::vector<std::string> men, std::vector<std::string> women)
      : folder_(folder), random_(random), surnames_(std::move(surnames)), men_(std::move(men)), women_(std::move(women)) {}

  Resident Make(const Line& line, const Township& township, int number, Date today) {
    Resident resident;
    resident.village = township.villages.empty() ? township.code : township.villages[random_.NextBelow(std::min<size_t>(township.villages.size(), 3))];
    resident.id = "resident-" + ToLowerAscii(township.code) + "-" + std::to_string(number);
    resident.pathway = line.at("pathway");
    resident.good = random_.NextUnit() < Share(line.at("good_share"));
    resident.done_share = Share(line.at("done_share"));
    const bool woman = line.at("sex") == "female" || (line.at("sex").empty() && random_.NextBelow(2) == 1);
    const int from = Whole(line.at("age_from"), 50), to = Whole(line.at("age_to"), 75);
    const int age = from + static_cast<int>(random_.NextBelow(static_cast<uint64_t>(to - from + 1)));
    const Date birth{static_cast<int16_t>(today.year - age), static_cast<int8_t>(1 + random_.NextBelow(12)), static_cast<int8_t>(1 + random_.NextBelow(28))};
    Add("Patient", resident.id, PatientJson(resident, township, woman, birth, number), resident.village);
    if (!line.at("condition").empty()) Add("Condition", resident.id + "-c", ConditionJson(resident, line, today), resident.village);
    return resident;
  }

  Status Commit() {
    store::CommitRequest request;
    request.changes = std::move(changes_);
    request.reason = "demo";
    changes_.clear();
    QX_DO(folder_.store().Commit(access::SystemCaller("demo"), std::move(request)));
    return Ok();
  }

 private:
  void Add(const char* type, const std::string& id, std::string body, const std::string& owner) {
    store::Change change;
    change.type = type;
    change.id = id;
    change.body = std::move(body);
    change.owner = owner;
    changes_.push_back(std::move(change));
  }
  const std::string& Pick(const std::vector<std::string>& texts) { return texts[random_.NextBelow(texts.size())]; }

  std::string PatientJson(const Resident& resident, const Township& township, bool woman, Date birth, int number) {
    const std::string family = Pick(surnames_), given = Pick(woman ? women_ : men_);
    json::Writer w;
    w.BeginObject().Member("resourceType", "Patient").Member("id", resident.id).Name("identifier").BeginArray();
    w.BeginObject().Member("system", "https://fhir.qianxian.cn/demo-resident").Member("value", township.code + "-" + std::to_string(number)).EndObject();
    w.EndArray().Member("active", true).Name("name").BeginArray().BeginObject().Member("text", family + given).Member("family", family);
    w.Name("given").BeginArray().String(given).EndArray().EndObject().EndArray();
    w.Name("telecom").BeginArray().BeginObject().Member("system", "phone").Member("value", "1390000" + std::to_string(1000 + number)).EndObject().EndArray();
    w.Member("gender", woman ? "female" : "male").Member("birthDate", birth.ToString());
    w.Name("managingOrganization").BeginObject().Member("reference", "Organization/" + resident.village).EndObject().EndObject();
    return w.Take();
  }

  static std::string ConditionJson(const Resident& resident, const Line& line, Date today) {
    json::Writer w;
    w.BeginObject().Member("resourceType", "Condition").Member("id", resident.id + "-c").Name("clinicalStatus").BeginObject().Name("coding").BeginArray();
    w.BeginObject().Member("system", "http://terminology.hl7.org/CodeSystem/condition-clinical").Member("code", "active").EndObject();
    w.EndArray().EndObject().Name("code").BeginObject().Name("coding").BeginArray().BeginObject();
    w.Member("system", "https://fhir.qianxian.cn/CodeSystem/icd-10-clinical").Member("code", line.at("condition")).Member("display", line.at("condition_name"));
    w.EndObject().EndArray().Member("text", line.at("condition_name")).EndObject();
    w.Name("subject").BeginObject().Member("reference", "Patient/" + resident.id).EndObject();
    w.Member("recordedDate", Date::FromDays(today.ToDays() - kDays).ToString()).EndObject();
    return w.Take();
  }

  Folder& folder_;
  SeededRandom& random_;
  const std::vector<std::string> surnames_, men_, women_;
  std::vector<store::Change> changes_;
};

// ---- the visits

class HalfYear {
 public:
  HalfYear(Folder& folder, FakeClock& clock, SeededRandom& random, std::vector<Line> answers)
      : folder_(folder), clock_(clock), random_(random), answers_(std::move(answers)) {
    flow::Tools tools;
    tools.store = &folder.store();
    tools.parameters = &folder.parameters();
    tools.definitions = &fhir::Definitions::R4();
    tools.pack = &folder.packs().merged;
    tools.clock = &clock_;
    flow_ = flow::MakeFlow(tools);
  }

  Status Enrol(const Resident& resident) {
    QX_DO(flow_->Enrol(caller_, {resident.id, resident.pathway, resident.village}));
    return Ok();
  }

  // Whatever is due by today and whose turn it is; some are missed, and stay so.
  Status Round(const std::vector<Resident>& residents, Date today) {
    QX_DO(flow_->Tick());
    for (const Resident& resident : residents) {
      QX_TRY(const std::vector<flow::OpenStep> steps, OpenSteps(resident.id));
      for (const flow::OpenStep& step : steps) {
        // What the table has no answers for is left to the county's doctors.
        if (step.form.empty() || !Knows(step.form) || step.due > today.ToString() || random_.NextUnit() >= resident.done_share) continue;
        QX_DO(Visit(resident, step, today));
      }
    }
    return Ok();
  }

 private:
  Result<std::vector<flow::OpenStep>> OpenSteps(const std::string& patient) {
    QX_TRY(const auto snapshot, folder_.store().OpenSnapshot(caller_));
    QX_TRY(const search::Query query, search::Query::ParseText(folder_.parameters(), "Task", "patient=Patient/" + patient + "&status=ready"));
    QX_TRY(const store::SearchPage page, snapshot->Search(query));
    std::vector<flow::OpenStep> steps;
    for (const store::Resource& task : page.matches) {
      if (!StartsWith(task.id, "step-")) continue;
      QX_TRY(flow::OpenStep step, flow::StepFromFhir(task, folder_.packs().merged));
      steps.push_back(std::move(step));
    }
    return steps;
  }

  Status Visit(const Resident& resident, const flow::OpenStep& step, Date today) {
    flow::VisitRequest request;
    request.key = "demo-" + step.task;
    request.patient = resident.id;
    request.method = "clinic";
    request.at = clock_.Now();
    request.tasks = {{step.task, step.version}};
    request.forms = {{step.form, AnswersOf(step.form, random_.NextUnit() < (resident.good ? 0.9 : 0.25), today)}};
    QX_DO(flow_->Visit(caller_, request));
    return Ok();
  }

  bool Knows(const std::string& form) const {
    return std::ranges::any_of(answers_, [&](const Line& line) { return line.at("form") == form; });
  }

  std::vector<std::pair<std::string, std::vector<std::string>>> AnswersOf(const std::string& form, bool good, Date today) {
    std::vector<std::pair<std::string, std::vector<std::string>>> answers;
    for (const Line& line : answers_)
      if (line.at("form") == form) answers.push_back({line.at("item"), {Answer(line.at(good ? "good" : "bad"), today)}});
    return answers;
  }

  // "118..138" is a number between; "4.6..6.2" one with a digit after the point.
  std::string Answer(const std::string& text, Date today) {
    if (text == "today") return today.ToString();
    const size_t dots = text.find("..");
    if (dots == std::string::npos) return text;
    const bool tenths = text.find('.') != dots;
    const double low = Share(text.substr(0, dots)), high = Share(text.substr(dots + 2));
    const int64_t units = static_cast<int64_t>((low + (high - low) * random_.NextUnit()) * (tenths ? 10 : 1));
    return Decimal::FromUnits(units, tenths ? 1 : 0).ToString();
  }

  const access::Caller caller_ = access::SystemCaller("demo");
  Folder& folder_;
  FakeClock& clock_;
  SeededRandom& random_;
  const std::vector<Line> answers_;
  std::unique_ptr<flow::Flow> flow_;
};

// The first townships of the county, each with the villages that it leads.
Result<std::vector<Township>> ReadTownships(Folder& folder, const std::string& region) {
  QX_TRY(const auto snapshot, folder.store().OpenSnapshot(access::SystemCaller("demo")));
  std::vector<Township> townships;
  std::map<std::string, std::vector<std::string>> villages;     // by the organisation that leads them
  std::string after;
  while (true) {
    QX_TRY(const std::vector<store::Resource> page, snapshot->Scan("Organization", after, 1000));
    for (const store::Resource& one : page) {
      after = one.id;
      if (one.body.find("\"" + region) == std::string::npos) continue;
      QX_TRY(const json::Document document, json::Document::Parse(one.body));
      if (one.body.find("\"township\"") != std::string::npos) townships.push_back({auth::OrganizationCode(one.body), {}});
      const auto above = document.root().Find("partOf");
      if (above && one.body.find("\"village\"") != std::string::npos)
        villages[std::string(above->FindString("reference"))].push_back(auth::OrganizationCode(one.body));
    }
    if (page.size() < 1000) break;
  }
  if (townships.size() > kTownships) townships.resize(kTownships);
  for (Township& township : townships) township.villages = villages["Organization/" + township.code];
  return townships;
}

std::vector<std::string> NamesOf(const std::vector<Line>& names, std::string_view part) {
  std::vector<std::string> texts;
  for (const Line& line : names)
    if (line.at("part") == part)
      for (const std::string_view text : Split(line.at("texts"), ' '))
        if (!text.empty()) texts.emplace_back(text);
  if (texts.empty()) texts.emplace_back("甲");
  return texts;
}

}  // namespace

Result<DemoPlaces> FindDemoPlaces(Folder& folder, const std::string& region) {
  QX_TRY(const std::vector<Township> townships, ReadTownships(folder, region));
  if (townships.empty()) return DemoPlaces{};
  return DemoPlaces{townships[0].code, townships[0].villages.empty() ? townships[0].code : townships[0].villages[0]};
}

Result<size_t> MakeDemoCare(Folder& folder, const std::string& packs_directory, const std::string& region, const Cancel& cancel) {
  const std::string directory = packs_directory + "/demo-county/";
  QX_TRY(const std::vector<Line> care, ReadTable(directory + "care.csv"));
  QX_TRY(const std::vector<Line> names, ReadTable(directory + "names.csv"));
  QX_TRY(const std::vector<Township> townships, ReadTownships(folder, region));
  QX_TRY(const Date today, ParseDate(FormatLocalTime(folder.clock().Now()).substr(0, 10)));
  SeededRandom random(17);
  Maker maker(folder, random, NamesOf(names, "surname"), NamesOf(names, "male"), NamesOf(names, "female"));
  std::vector<Resident> residents;
  for (const Township& township : townships) {
    int number = 0;
    for (const Line& line : care)
      for (int i = 0; i < Whole(line.at("people"), 0); ++i) residents.push_back(maker.Make(line, township, ++number, today));
  }
  if (residents.empty()) return size_t{0};
  QX_TRY(const auto snapshot, folder.store().OpenSnapshot(access::SystemCaller("demo")));
  if (snapshot->Read("Patient", residents[0].id).ok()) return size_t{0};
  QX_DO(maker.Commit());
  FakeClock clock({folder.clock().Now().microseconds - kDays * kDayMicroseconds});
  QX_TRY(std::vector<Line> answers, ReadTable(directory + "care-answers.csv"));
  HalfYear half_year(folder, clock, random, std::move(answers));
  for (const Resident& resident : residents) QX_DO(half_year.Enrol(resident));
  ProgressLine progress(folder.clock(), "随访半年 half a year of visits");
  for (int day = 0; day < kDays; day += kRoundDays) {
    if (cancel.requested()) return Invalid("cancelled", "Cancelled.", "已取消。");
    QX_DO(half_year.Round(residents, Date::FromDays(today.ToDays() - kDays + day)));
    clock.Advance(kRoundDays * kDayMicroseconds);
    progress.Show(static_cast<double>(day) / kDays, std::to_string(residents.size()) + " 人 people");
  }
  return residents.size();
}

}  // namespace qianxian::app
