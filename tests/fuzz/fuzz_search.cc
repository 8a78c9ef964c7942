// Any text as a search, strict and lenient: refused with a reason, or what was understood is understood alike again, and
// each clause can be asked of a resource. The first byte chooses the type.
#include "base/check.h"
#include "fhir/definitions.h"
#include "json/value.h"
#include "search/clauses.h"
#include "search/query.h"

using namespace qianxian;

namespace {

const search::Parameters& R4Parameters() {
  static const std::unique_ptr<const search::Parameters> parameters = search::Parameters::Create(fhir::Definitions::R4()).value();
  return *parameters;
}

void Ask(const search::Query& query, const std::vector<search::IndexEntry>& entries) {
  for (const search::Clause& clause : query.clauses) {
    if (clause.kind == search::Clause::Kind::kValues && clause.parameter) (void)search::Matches(clause, entries);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static constexpr const char* kTypes[] = {"Patient", "Observation", "Encounter", ""};
  static const std::vector<search::IndexEntry> entries = [] {
    std::vector<search::IndexEntry> all;
    const json::Document patient =
        json::Document::Parse(R"({"resourceType":"Patient","id":"p","active":true,"birthDate":"1960-02","identifier":[{"system":"urn:s","value":"1"}],)"
                              R"("name":[{"family":"王","given":["一","二"]}],"managingOrganization":{"reference":"Organization/o"}})")
            .value();
    R4Parameters().Extract(patient.root(), all);
    return all;
  }();
  if (size == 0) return 0;
  const std::string type = kTypes[data[0] % 4];
  const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
  search::QueryOptions options;
  options.base_url = "http://127.0.0.1/fhir";
  for (bool lenient : {false, true}) {
    options.lenient = lenient;
    const Result<search::Query> query = search::Query::ParseText(R4Parameters(), type, text, options);
    if (!query.ok()) continue;
    Ask(*query, entries);
    const Result<search::Query> again = search::Query::ParseText(R4Parameters(), type, query->canonical, options);
    QX_CHECK(again.ok(), "what was understood is refused");
    QX_CHECK(again->canonical == query->canonical, "what was understood is understood otherwise");
    if (type.empty()) Ask(query->Narrow(R4Parameters(), "Patient"), entries);
  }
  for (const char* name : {"_filter", "_text", "_list", "name"}) {   // without having to be written as a form
    const Result<search::Query> query = search::Query::Parse(R4Parameters(), type, {{name, text}}, options);
    if (!query.ok()) continue;   // else what a type does not have may be passed over
    for (const search::Clause& clause : query->clauses) QX_CHECK(!search::DescribeClause(clause).empty(), "a clause that says nothing");
  }
  (void)search::Query::Parse(R4Parameters(), "Location", {{"near", text}}, options);
  return 0;
}
