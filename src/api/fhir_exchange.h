// What one request to /fhir is made of, for every file that answers it: the exchange (who asks, where, how the answer is
// wished for) and the call (one interaction: the request itself, or an entry of its Bundle). Plain values; one thread.
// Failures: ParseEntityTag only, invalid ("bad-entity-tag"). Source: https://hl7.org/fhir/R4/http.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/services.h"
#include "json/value.h"

namespace qianxian::api {

using NamedValues = std::vector<std::pair<std::string, std::string>>;

// What stays the same during one request, also for every entry of its Bundle.
struct Exchange {
  const auth::Session* session = nullptr;
  std::string base;                        // "http://127.0.0.1:8080/fhir"
  std::string owner;                       // of new resources: header X-Qianxian-Owner, else the caller's own organisation
  bool owner_given = false;
  bool lenient = false;                    // Prefer: handling=lenient
  bool pretty = false;
  bool xml = false;                        // the answer is wished for in XML
  bool prefer_given = false;
  bool respond_async = false;              // Prefer: respond-async
  enum class Return { kRepresentation, kMinimal, kOutcome } prefer = Return::kRepresentation;
  const access::Caller& caller() const { return session->caller; }
};

// One interaction: a request of its own, or an entry of a Bundle.
struct Call {
  std::string method;
  std::vector<std::string> path;           // below /fhir: {"Patient", "1"}
  NamedValues query;
  std::string body;                        // of POST and PUT: the text,
  std::optional<json::Value> resource;     // or, inside a Bundle, the part of it
  std::string content_type, accept;        // "" inside a Bundle
  std::string if_match, if_none_match, if_none_exist, if_modified_since;
};

std::string EntityTag(uint64_t version);                         // W/"3"
Result<uint64_t> ParseEntityTag(std::string_view tag);
// Some of this type may come from the packs or the ledger, without being stored: never read the short way.
inline bool MayBeVirtual(std::string_view type) {
  return type == "Measure" || type == "PlanDefinition" || type == "Questionnaire" || type == "ExplanationOfBenefit";
}
std::vector<std::string> SplitPath(std::string_view path);       // "/Patient/1" → {"Patient", "1"}

}  // namespace qianxian::api
