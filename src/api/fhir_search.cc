#include <algorithm>

#include "api/fhir_api.h"
#include "api/fhir_searchset.h"
#include "search/compartments.h"
#include "store/masked.h"

namespace qianxian::api {

Result<search::Query> FhirApi::ParseQuery(const Exchange& exchange, const std::string& type, const NamedValues& asked,
                                          bool for_condition) const {
  search::QueryOptions options;
  options.now = services_.clock->Now();
  // A condition that is not understood wholly must never decide what is written.
  options.lenient = exchange.lenient && !for_condition;
  options.base_url = exchange.base;
  options.vocabulary = services_.terminology;
  return search::Query::Parse(*services_.parameters, type, asked, options);
}

Result<http::Response> FhirApi::Search(const Exchange& exchange, const Call& call, const std::string& type,
                                       const NamedValues& asked) {
  if (std::optional<Result<http::Response>> other = SearchVirtual(exchange, call, type)) return std::move(*other);
  QX_TRY(search::Query query, ParseQuery(exchange, type, asked, false));
  QX_TRY(auto snapshot, store::OpenView(*services_.store, exchange.caller()));
  QX_TRY(store::SearchPage page, snapshot->Search(query));
  return SearchsetAnswer(services_, exchange, type.empty() ? exchange.base : exchange.base + "/" + type, query, std::move(page));
}

Result<http::Response> FhirApi::SearchCompartment(const Exchange& exchange, const Call& call, const NamedValues& asked) {
  const std::string &compartment = call.path[0], &id = call.path[1], &type = call.path[2];
  std::vector<std::string> types = search::CompartmentTypes(compartment);
  if (types.empty()) {
    return MakeError(ErrorCategory::kUnsupported, "unsupported-interaction", compartment + " has no compartment: search by parameter",
                     compartment + " 没有区间（compartment），请改用检索参数");
  }
  QX_TRY(search::Query query, ParseQuery(exchange, type == "*" ? "" : type, asked, false));
  if (type != "*") {
    if (!std::binary_search(types.begin(), types.end(), type)) {
      return NotFound("not-in-compartment", type + " is never in the compartment of a " + compartment, compartment + " 的区间中没有 " + type);
    }
    types = {type};
  }
  std::erase_if(query.types, [&](const std::string& one) { return !std::binary_search(types.begin(), types.end(), one); });
  QX_TRY(search::Clause clause, search::CompartmentClause(*services_.parameters, compartment, id, types));
  query.clauses.push_back(std::move(clause));
  QX_TRY(auto snapshot, store::OpenView(*services_.store, exchange.caller()));
  QX_TRY(store::SearchPage page, snapshot->Search(query));
  return SearchsetAnswer(services_, exchange, exchange.base + "/" + compartment + "/" + id + "/" + type, query, std::move(page));
}

Result<std::optional<store::Resource>> FhirApi::FindOne(const Exchange& exchange, const std::string& type,
                                                        const NamedValues& condition) {
  QX_TRY(search::Query query, ParseQuery(exchange, type, condition, true));
  if (query.clauses.empty()) {
    return Invalid("no-condition", "a condition needs at least one search parameter", "条件中至少要有一个检索参数");
  }
  query.count = 2;
  QX_TRY(auto snapshot, store::OpenView(*services_.store, exchange.caller()));
  QX_TRY(store::SearchPage page, snapshot->Search(query));
  if (page.matches.size() > 1) {
    return MakeError(ErrorCategory::kConflict, "multiple-matches", "more than one " + type + " meets the condition " + query.canonical,
                     "不止一个 " + type + " 符合条件 " + query.canonical);
  }
  if (page.matches.empty()) return std::optional<store::Resource>();
  return std::optional<store::Resource>(std::move(page.matches.front()));
}

}  // namespace qianxian::api
