// Reading: a patient's record, frozen editions, the tree of organisations, and whom a change is about.
#include <algorithm>

#include "base/limits.h"
#include "base/text.h"
#include "flow/service.h"
#include "fhir/definitions.h"
#include "search/parameters.h"
#include "search/query.h"

namespace qianxian::flow {
namespace {

// What always belongs to a record that is looked at: the engine's own.
constexpr std::string_view kOwnTypes[] = {"EpisodeOfCare", "CarePlan", "Task"};

std::string SubjectOf(json::Value root) {
  for (const char* name : {"subject", "patient", "for", "beneficiary", "individual"}) {
    const auto member = root.Find(name);
    if (!member) continue;
    const std::string_view reference = member->FindString("reference");
    if (StartsWith(reference, "Patient/")) return std::string(reference.substr(8, reference.find('/', 8) - 8));
  }
  return {};
}

bool IsOwn(std::string_view type, std::string_view id) {
  return (type == "EpisodeOfCare" && StartsWith(id, "care-")) || (type == "CarePlan" && StartsWith(id, "plan-")) ||
         (type == "Task" && StartsWith(id, "step-")) || (type == "Basic" && StartsWith(id, "flow-"));
}

}  // namespace

Service::Service(const Tools& tools) : tools_(tools) {
  for (const std::string_view type : kOwnTypes) types_.emplace(type);
  for (const pack::Pathway& pathway : tools.pack->pathways) {
    current_.push_back(CompileProgramme(pathway));
    for (const auto& [where, text] : pack::ExpressionsOf(pathway)) AddTypes(text, types_);
    const pack::Entry& entry = pathway.entry;
    AddTypes(pack::WithLets(pathway.let, entry.screened), entry_types_);   // who was screened is counted, whatever came out
    if (!entry.conditions.empty()) types_.insert("Condition");
    // Who is sent down is found by the referral's Task.
    everybody_ = everybody_ || (entry.conditions.empty() && entry.types.empty() && !entry.by_referral);
    condition_prefixes_.insert(condition_prefixes_.end(), entry.conditions.begin(), entry.conditions.end());
    entry_types_.insert(entry.types.begin(), entry.types.end());
    types_.insert(entry.types.begin(), entry.types.end());
  }
  everybody_ = everybody_ || entry_types_.count("*");
  AddAllTypes(types_);
  types_.erase("Patient");
}

void Service::AddAllTypes(std::set<std::string>& types) const {
  if (types.erase("*") == 0) return;
  for (const std::string& type : tools_.parameters->types())
    if (tools_.parameters->Find(type, "patient")) types.insert(type);
}

Status Service::AddByPatient(store::Snapshot& snapshot, const std::string& type, const std::string& patient, PatientRecord& record) {
  const char* code = tools_.parameters->Find(type, "patient") ? "patient" : "subject";
  if (!tools_.parameters->Find(type, code)) return Ok();
  QX_TRY(search::Query query, search::Query::Parse(*tools_.parameters, type, {{code, "Patient/" + patient}}, {}));
  query.count = limits::kSearchPageMaximum;
  do {
    QX_TRY(store::SearchPage page, snapshot.Search(query));
    for (store::Resource& one : page.matches) {
      QX_TRY(json::Document document, json::Document::Parse(std::move(one.body)));
      record.pieces.push_back({one.type, one.id, one.version, one.owner, std::make_shared<const json::Document>(std::move(document))});
    }
    query.place = page.next;
  } while (!query.place.empty());
  return Ok();
}

Result<PatientRecord> Service::Load(store::Snapshot& snapshot, const std::string& patient, const std::set<std::string>& types) {
  PatientRecord record;
  record.patient = patient;
  Result<store::Resource> person = snapshot.Read("Patient", patient);
  if (!person.ok() && person.error().category != ErrorCategory::kNotFound) return std::move(person).error();
  if (person.ok()) {
    QX_TRY(json::Document document, json::Document::Parse(std::move(person->body)));
    record.pieces.push_back({"Patient", patient, person->version, person->owner, std::make_shared<const json::Document>(std::move(document))});
  }
  Result<store::Resource> screened = snapshot.Read("Basic", ScreenedId(patient));
  if (!screened.ok() && screened.error().category != ErrorCategory::kNotFound) return std::move(screened).error();
  if (screened.ok()) {
    QX_TRY(json::Document document, json::Document::Parse(std::move(screened->body)));
    record.pieces.push_back({"Basic", screened->id, screened->version, screened->owner, std::make_shared<const json::Document>(std::move(document))});
  }
  for (const std::string& type : types) QX_DO(AddByPatient(snapshot, type, patient, record));
  return record;
}

std::shared_ptr<const Programme> Service::Frozen(store::Snapshot& snapshot, const std::string& hash) {
  for (const auto& one : current_)
    if (one->hash == hash) return one;
  {
    std::lock_guard lock(mutex_);
    const auto found = frozen_.find(hash);
    if (found != frozen_.end()) return found->second;
  }
  std::shared_ptr<const Programme> programme;
  if (Result<store::Resource> kept = snapshot.Read("Basic", DefinitionId(hash)); kept.ok()) {
    if (const auto document = json::Document::Parse(kept->body); document.ok()) {
      const std::string id = ExtensionText(document->root(), "pathway");
      if (const auto pathway = pack::ParsePathway("pathways/" + id + ".yaml", ExtensionText(document->root(), "definition")); pathway.ok())
        programme = CompileProgramme(*pathway);
    }
  }
  if (!programme) return nullptr;
  std::lock_guard lock(mutex_);
  return frozen_.emplace(hash, programme).first->second;
}

Result<std::shared_ptr<const Places>> Service::CurrentPlaces(store::Snapshot& snapshot) {
  {
    std::lock_guard lock(mutex_);
    if (places_) return places_;
  }
  auto places = std::make_shared<Places>();
  std::string after;
  while (true) {
    QX_TRY(std::vector<store::Resource> page, snapshot.Scan("Organization", after, 1000));
    if (page.empty()) break;
    for (const store::Resource& one : page) {
      after = one.id;
      if (one.deleted) continue;
      QX_TRY(const json::Document document, json::Document::Parse(one.body));
      std::string kind;
      if (const auto type = document.root().Find("type"); type && type->size() > 0)
        if (const auto codings = type->At(0).Find("coding"); codings && codings->size() > 0) kind = codings->At(0).FindString("code");
      Places::Place place;
      place.level = kind == "village" ? "village" : kind == "township" || kind == "community" ? "township" : StartsWith(kind, "county") ? "county" : "city";
      if (const auto above = document.root().Find("partOf")) {
        const std::string_view reference = above->FindString("reference");
        if (StartsWith(reference, "Organization/")) place.above = reference.substr(13);
      }
      places->Add(one.id, std::move(place));
    }
  }
  std::lock_guard lock(mutex_);
  places_ = places;
  return places_;
}

Result<bool> Service::MayConcern(store::Snapshot& snapshot, const store::Resource& resource, const std::string& patient) {
  if (everybody_ || entry_types_.count(resource.type)) return true;
  if (resource.type == "Task" && StartsWith(resource.id, kReferralPrefix)) return true;      // a plan may name any pathway
  if (resource.type == "Condition" && !resource.body.empty()) {
    const auto document = json::Document::Parse(resource.body);
    const auto code = document.ok() ? document->root().Find("code") : std::nullopt;
    const auto codings = code ? code->Find("coding") : std::nullopt;
    if (codings)
      for (json::Value coding : codings->Elements())
        for (const std::string& prefix : condition_prefixes_)
          if (StartsWith(coding.FindString("code"), prefix)) return true;
  }
  QX_TRY(search::Query query, search::Query::Parse(*tools_.parameters, "EpisodeOfCare", {{"patient", "Patient/" + patient}}, {}));
  query.count = 10;
  QX_TRY(const store::SearchPage page, snapshot.Search(query));
  return std::any_of(page.matches.begin(), page.matches.end(), [](const store::Resource& one) { return StartsWith(one.id, "care-"); });
}

Result<std::string> Service::PatientOf(store::Snapshot& snapshot, const store::FeedEntry& entry) {
  if (entry.type == "Organization") {
    std::lock_guard lock(mutex_);
    places_ = nullptr;
    return std::string();
  }
  if (IsOwn(entry.type, entry.id) || (entry.type != "Patient" && !types_.count(entry.type))) return std::string();
  const uint64_t version = entry.deleted && entry.version > 1 ? entry.version - 1 : entry.version;
  Result<store::Resource> resource = snapshot.ReadVersion(entry.type, entry.id, version);
  if (!resource.ok()) {
    if (resource.error().category == ErrorCategory::kNotFound) return std::string();
    return std::move(resource).error();
  }
  std::string patient = entry.id;
  if (entry.type != "Patient") {
    const auto document = json::Document::Parse(resource->body);
    patient = document.ok() ? SubjectOf(document->root()) : std::string();
  }
  if (patient.empty()) return patient;
  QX_TRY(const bool may, MayConcern(snapshot, *resource, patient));
  return may ? patient : std::string();
}

}  // namespace qianxian::flow
