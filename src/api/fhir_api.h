// The FHIR R4 API under /fhir (docs/formats/fhir.md): read, version read, history, create, update, patch, delete, their
// conditional forms, search, batch and transaction, metadata; operations are in fhir_operations.h. Every error is an OperationOutcome.
// Threads: any. Failures: none leaves this class but as a response.
// Source: https://hl7.org/fhir/R4/http.html
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/fhir_exchange.h"
#include "api/fhir_filter.h"
#include "fhir/outcome.h"
#include "http/server.h"

namespace qianxian::api {

class BulkJobs;                            // bulk_jobs.h

class FhirApi {
 public:
  explicit FhirApi(const Services& services);
  ~FhirApi();
  http::Response Handle(http::Request& request, const auth::Session& session);
  http::Response Metadata(const http::Request& request);       // needs no session
  // A plain read without anything special, for the fast path; none if it must go the long way.
  std::optional<http::Response> ReadQuickly(const http::Request& request, const auth::Session& session);

 private:
  // A write that was decided on: what to commit (if anything) and how to answer afterwards.
  struct Write {
    std::string type, id;
    std::optional<store::Change> change;   // none: nothing is to be written
    std::vector<store::Change> more;       // deletes by a condition that several met
    uint64_t existing_version = 0;         // the resource that a conditional create found
    bool is_delete = false;
  };
  struct Written {
    int status = 200;
    std::string type, id;
    uint64_t version = 0;                  // 0: nothing there (a delete)
    Instant at;
  };

  struct HistoryQuestion;

  http::Response Route(const Exchange& exchange, const Call& call);
  Result<http::Response> RouteChecked(const Exchange& exchange, const Call& call);
  Result<http::Response> RouteType(const Exchange& exchange, const Call& call);
  Result<http::Response> RouteInstance(const Exchange& exchange, const Call& call);
  Result<Exchange> MakeExchange(const http::Request& request, const auth::Session& session, const NamedValues& query) const;

  // fhir_read.cc
  Result<http::Response> Read(const Exchange& exchange, const Call& call);
  Result<http::Response> ReadVersion(const Exchange& exchange, const Call& call);
  Result<http::Response> History(const Exchange& exchange, const Call& call, const std::string& type, const std::string& id);
  Result<HistoryQuestion> ReadHistoryQuestion(const Exchange& exchange, const NamedValues& query) const;
  // The versions that were current at some time of question.at.
  Result<store::HistoryPage> HistoryAt(const Exchange& exchange, const std::string& type, const std::string& id,
                                       const HistoryQuestion& question);
  Result<http::Response> Show(const Call& call, store::Resource resource) const;
  std::optional<Result<http::Response>> ReadVirtual(const Exchange& exchange, const Call& call);
  std::optional<Result<http::Response>> SearchVirtual(const Exchange& exchange, const Call& call, const std::string& type);

  // fhir_search.cc
  Result<http::Response> Search(const Exchange& exchange, const Call& call, const std::string& type, const NamedValues& asked);
  Result<http::Response> SearchCompartment(const Exchange& exchange, const Call& call, const NamedValues& asked);
  Result<search::Query> ParseQuery(const Exchange& exchange, const std::string& type, const NamedValues& asked,
                                   bool for_condition) const;
  // The one resource that the condition finds: none, one; conflict ("multiple-matches") if more.
  Result<std::optional<store::Resource>> FindOne(const Exchange& exchange, const std::string& type, const NamedValues& condition);

  // fhir_write.cc
  Result<http::Response> RunWrite(const Exchange& exchange, const Call& call);
  Result<Write> Plan(const Exchange& exchange, const Call& call);
  Result<Write> PlanCreate(const Exchange& exchange, const Call& call);
  Result<Write> PlanUpdate(const Exchange& exchange, const Call& call);
  Result<Write> PlanDelete(const Exchange& exchange, const Call& call);
  // By a condition, up to `most` of what meets it.
  Result<Write> PlanDeletes(const Exchange& exchange, const Call& call, uint64_t most);
  // The id that the resource itself says ("" if none), once its shape is found to be right.
  Result<std::string> CheckResource(const Call& call) const;
  store::Change MakePut(const Exchange& exchange, const std::string& type, const std::string& id, std::string body) const;
  Result<std::vector<Written>> CommitAll(const Exchange& exchange, std::vector<Write> writes);
  Result<http::Response> AnswerWrite(const Exchange& exchange, const Written& written);
  static bool IsConditional(const Call& call);

  static bool MayTryAgain(const Call& call, const Error& error);

  // fhir_patch.cc
  Result<Write> PlanPatch(const Exchange& exchange, const Call& call);
  Result<std::string> ApplyPatch(const Call& call, const std::string& body) const;

  // fhir_bundle.cc
  struct Entry;
  Result<http::Response> RunBundle(const Exchange& exchange, const std::string& body);
  Result<std::vector<Entry>> ReadEntries(const Exchange& exchange, json::Value bundle) const;
  Status RunTransaction(const Exchange& exchange, std::vector<Entry>& entries);
  Status LinkReferences(const Exchange& exchange, std::vector<Entry>& entries);
  void RunBatch(const Exchange& exchange, std::vector<Entry>& entries);
  void FlushBatch(const Exchange& exchange, std::vector<Entry*>& waiting);
  http::Response AnswerBundle(const std::vector<Entry>& entries, bool transaction) const;

  http::Response Finish(const Exchange& exchange, http::Response response) const;

  const Services services_;
  std::unique_ptr<BulkJobs> jobs_;
  std::mutex conditions_;                  // between looking whether something is there and writing it
  std::array<std::mutex, 64> patches_;     // the same for patches, by the hash of "Type/id"
};

// fhir_capability.cc
std::string MakeCapabilityStatement(const Services& services, std::string_view base, std::string_view issuer);

// helpers of several files
Error ShapeError(const std::vector<fhir::Issue>& issues);        // several faults as one Error
std::string WithoutId(json::Value resource);                  // its JSON without the member id
Result<std::string> WithoutId(const std::string& body);

}  // namespace qianxian::api
