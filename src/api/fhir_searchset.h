// The searchset Bundle of a page of a search: entries, notes, links to this page and the next. One thread.
// Failures: those of cutting resources down (_summary, _elements). Source: https://hl7.org/fhir/R4/bundle.html#searchset
#pragma once

#include <string>

#include "api/fhir_exchange.h"
#include "http/server.h"
#include "search/query.h"
#include "store/store.h"

namespace qianxian::api {

// `address`: where the search was asked, for the links.
Result<http::Response> SearchsetAnswer(const Services& services, const Exchange& exchange, const std::string& address,
                                       const search::Query& query, store::SearchPage page);

}  // namespace qianxian::api
