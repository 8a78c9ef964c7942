// $everything of a Patient or an Encounter: its compartment, and what that refers to, page by page; of all patients, one
// patient after the other.
// Source: https://hl7.org/fhir/R4/patient-operation-everything.html, encounter-operation-everything.html
#include <algorithm>
#include <set>

#include "search/compartments.h"
#include "api/fhir_operations.h"
#include "api/fhir_searchset.h"
#include "base/limits.h"
#include "base/text.h"
#include "store/masked.h"

namespace qianxian::api {
namespace {

Result<search::Clause> One(const search::Parameters& parameters, const std::string& type, const std::string& name, const std::string& value) {
  QX_TRY(search::Query query, search::Query::Parse(parameters, type, {{name, value}}, {}));
  return std::move(query.clauses.front());
}

// Care dates: of types that have a search parameter "date", it must be in the range; where it is missing, and of other
// types, nothing is known that speaks against.
Result<search::Clause> DateClause(const search::Parameters& parameters, const std::vector<std::string>& types, const std::string& value) {
  search::Clause any;
  any.kind = search::Clause::Kind::kAny;
  for (const std::string& type : types) {
    const search::Parameter* date = parameters.Find(type, "date");
    bool dated = date && date->kind == search::ParameterKind::kDate;
    QX_TRY(search::Clause free, One(parameters, type, dated ? "date:missing" : "_id:missing", dated ? "true" : "false"));
    any.chained.push_back(std::move(free));
    if (!dated) continue;
    QX_TRY(search::Clause in, One(parameters, type, "date", value));
    any.chained.push_back(std::move(in));
  }
  return any;
}

Result<std::vector<std::string>> TypesOf(OperationCall& call, bool& chosen) {
  std::vector<std::string> types = search::CompartmentTypes(call.type), wanted;
  for (const Argument* argument : call.arguments.FindAll("_type")) {
    for (std::string_view type : Split(argument->text, ',')) wanted.emplace_back(TrimAscii(type));
  }
  chosen = !wanted.empty();
  for (const std::string& type : wanted) {
    if (call.services.definitions->FindResource(type)) continue;
    return Invalid("bad-value", "_type names no resource type of R4: " + type, "_type 中有 R4 没有的资源类型：" + type);
  }
  if (chosen) std::erase_if(types, [&](const std::string& type) { return std::find(wanted.begin(), wanted.end(), type) == wanted.end(); });
  return types;
}

std::string CanonicalOf(const OperationCall& call) {
  std::string text;
  for (const Argument& argument : call.arguments.all()) {
    if (argument.name == "_place") continue;
    text += (text.empty() ? "" : "&") + argument.name + "=" + http::PercentEncode(argument.text);
  }
  return text;
}

Status AddFilters(OperationCall& call, const std::string& id, const std::vector<std::string>& types, search::Query& query) {
  const search::Parameters& parameters = *call.services.parameters;
  QX_TRY(search::Clause inside, search::CompartmentClause(parameters, call.type, id, types));
  query.clauses.push_back(std::move(inside));
  for (const auto& [name, prefix] : {std::pair{"start", "ge"}, std::pair{"end", "le"}}) {
    std::string date = call.arguments.Text(name);
    if (date.empty()) continue;
    QX_TRY(search::Clause in_range, DateClause(parameters, types, prefix + date));
    query.clauses.push_back(std::move(in_range));
  }
  if (std::string since = call.arguments.Text("_since"); !since.empty()) {
    search::Clause any;
    any.kind = search::Clause::Kind::kAny;
    for (const std::string& type : types) {
      QX_TRY(search::Clause newer, One(parameters, type, "_lastUpdated", "ge" + since));
      any.chained.push_back(std::move(newer));
    }
    query.clauses.push_back(std::move(any));
  }
  return Ok();
}

// One page of one patient's (encounter's) records, at most `count`, from `place` on.
Result<store::SearchPage> PageOf(OperationCall& call, store::Snapshot& snapshot, const std::string& id, search::Query query, bool chosen) {
  QX_DO(AddFilters(call, id, query.types, query));
  // What is referred to and is in no patient's compartment itself: organisations, people who treated, places, medicines.
  search::Include include;
  include.everything = true;
  if (!chosen) query.includes.push_back(include);
  store::SearchPage page;
  if (!query.types.empty()) {
    QX_TRY(page, snapshot.Search(query));
  }
  std::vector<std::string> compartment = search::CompartmentTypes(call.type);
  std::erase_if(page.included, [&](const store::Resource& one) { return std::binary_search(compartment.begin(), compartment.end(), one.type); });
  return page;
}

// Of all that the caller may see, one after the other in the order of their ids. The place of the next page is the id of
// the one that is under way and the place within it: "ID PLACE"; "ID" alone: all of it is told.
Result<store::SearchPage> PageOfAll(OperationCall& call, store::Snapshot& snapshot, search::Query query, bool chosen) {
  const size_t most = query.count;
  const size_t gap = query.place.find(' ');
  std::string after = query.place.substr(0, gap);
  bool within = gap != std::string::npos;
  query.place = within ? query.place.substr(gap + 1) : "";
  store::SearchPage all;
  std::set<std::string> included;
  while (true) {
    std::string id = after;
    if (!within) {
      QX_TRY(std::vector<store::Resource> next, snapshot.Scan(call.type, after, 1));
      if (next.empty()) return all;
      id = next.front().id;
    }
    query.count = most - all.matches.size();
    QX_TRY(store::SearchPage page, PageOf(call, snapshot, id, query, chosen));
    for (store::Resource& one : page.matches) all.matches.push_back(std::move(one));
    for (store::Resource& one : page.included) {
      if (included.insert(one.type + "/" + one.id).second) all.included.push_back(std::move(one));
    }
    for (std::string& note : page.notes) all.notes.push_back(std::move(note));
    all.next = page.next.empty() ? id : id + " " + page.next;
    if (!page.next.empty() || all.matches.size() >= most || all.included.size() >= limits::kSearchIncludesMaximum) return all;
    after = std::move(id);
    within = false;
    query.place.clear();
  }
}

}  // namespace

Result<http::Response> RunEverything(OperationCall& call) {
  QX_DO(call.arguments.Allow({"start", "end", "_since", "_type", "_count", "_place"}));
  const bool one = !call.id.empty();
  if (!one && call.type != "Patient") {
    return MakeError(ErrorCategory::kUnsupported, "unsupported-operation", "ask for one: " + call.type + "/ID/$everything", "请指定其一：" + call.type + "/ID/$everything");
  }
  QX_TRY(auto snapshot, store::OpenView(*call.services.store, call.exchange.caller()));
  if (one) QX_DO(call.type == "Patient" ? snapshot->OpenPatient(call.id) : snapshot->Read(call.type, call.id));
  bool chosen = false;
  QX_TRY(std::vector<std::string> types, TypesOf(call, chosen));
  QX_TRY(std::optional<uint64_t> count, call.arguments.Number("_count"));
  search::QueryOptions options;
  options.now = call.services.clock->Now();
  QX_TRY(search::Query query, search::Query::Parse(*call.services.parameters, "", {}, options));
  query.types = types;
  query.count = std::clamp<size_t>(count.value_or(limits::kSearchPageMaximum), one ? 0 : 1, limits::kSearchPageMaximum);
  if (one) query.total = search::Total::kAccurate;
  query.place = call.arguments.Text("_place");
  query.canonical = CanonicalOf(call);
  QX_TRY(store::SearchPage page, one ? PageOf(call, *snapshot, call.id, query, chosen) : PageOfAll(call, *snapshot, query, chosen));
  std::string address = call.exchange.base + "/" + call.type + (one ? "/" + call.id : "") + "/$everything";
  return SearchsetAnswer(call.services, call.exchange, address, query, std::move(page));
}

}  // namespace qianxian::api
