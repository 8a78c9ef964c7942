// The operations of /fhir ($name) as a table: one line each in fhir_operations.cc, the work in a file of its own
// (fhir_operation_NAME.cc). The router, the CapabilityStatement and Bundles read the table, so that a new operation is one
// line and one function. Threads: the table is immutable; a handler is called from many at once. Failures: values.
// Source: https://hl7.org/fhir/R4/operations.html
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/fhir_exchange.h"
#include "http/server.h"

namespace qianxian::api {

// One input parameter, from the address or from a Parameters resource.
struct Argument {
  std::string name;
  std::string text;                        // of the address; of value[x] if that is a primitive
  std::string_view value_name;             // "valueCoding"; "" if none
  std::optional<json::Value> value;        // of value[x]
  std::optional<json::Value> resource;
  std::optional<json::Value> parts;        // the array `part`
  json::Value whole;                       // the parameter itself; null if it came from the address
};

class Arguments {
 public:
  // The address's parameters (without _format and _pretty), then those of the body: a Parameters resource, or any other
  // resource, which is then the argument "resource". Error: invalid ("bad-parameters").
  static Result<Arguments> Read(const NamedValues& query, std::optional<json::Value> body);

  const std::vector<Argument>& all() const { return all_; }
  const Argument* Find(std::string_view name) const;               // the first; nullptr if there is none
  std::vector<const Argument*> FindAll(std::string_view name) const;
  std::string Text(std::string_view name) const;                   // "" if it is not there or has no text
  // Errors: invalid ("bad-value") if it is there and no boolean, no number from 0 on.
  Result<bool> Boolean(std::string_view name, bool otherwise) const;
  Result<std::optional<uint64_t>> Number(std::string_view name) const;
  // Error: invalid ("unknown-parameter") for the first that is none of these.
  Status Allow(std::initializer_list<std::string_view> names) const;

 private:
  std::vector<Argument> all_;
};

class BulkJobs;                            // bulk_jobs.h

struct OperationCall {
  const Services& services;
  BulkJobs& jobs;
  const Exchange& exchange;
  const Call& call;
  std::string type, id, version;           // where it was asked; "" = at the level above
  Arguments arguments;
};

struct Operation {
  enum Level : unsigned { kSystem = 1, kType = 2, kInstance = 4, kVersion = 8 };
  std::string_view name;                   // without $
  unsigned levels = 0;
  std::vector<std::string_view> types;     // that it is there for (kType and below); empty: all
  std::string_view definition;             // canonical address of its OperationDefinition; {type} stands for the type
  Result<http::Response> (*run)(OperationCall& call) = nullptr;
  bool affects_state = false;              // POST only, and not in a transaction
  bool own_formats = false;                // reads _format and Accept itself; not in Bundles
  bool own_body = false;                   // reads call.body itself: it may be no resource
  bool deletes = false;                    // DELETE is a way to call it too
  bool Serves(Level level, std::string_view type) const;
};

const std::vector<Operation>& Operations();
const Operation* FindOperation(std::string_view name);             // nullptr: there is none
// The operation that a path names by its last part ("$meta"), or nullptr.
const Operation* OperationOfPath(const std::vector<std::string>& path);
// Runs what `path` names; not_found, unsupported ("unsupported-operation", "method-not-allowed"), or the operation's own.
Result<http::Response> RunOperation(const Services& services, BulkJobs& jobs, const Exchange& exchange, const Call& call);

// Starts a job of bulk_jobs.h; 202 with Content-Location. Error: invalid ("bad-parameters") without Prefer: respond-async.
Result<http::Response> StartJob(const OperationCall& call, std::string_view kind, std::string request, uint64_t t);

// The operations, each in its own file.
Result<http::Response> RunConvert(OperationCall& call);
Result<http::Response> RunEverything(OperationCall& call);
Result<http::Response> RunExpand(OperationCall& call);
Result<http::Response> RunExport(OperationCall& call);
Result<http::Response> RunFhirPath(OperationCall& call);
Result<http::Response> RunImport(OperationCall& call);
Result<http::Response> RunJobFile(OperationCall& call);
Result<http::Response> RunJobStatus(OperationCall& call);
Result<http::Response> RunLookup(OperationCall& call);
Result<http::Response> RunView(OperationCall& call);
Result<http::Response> RunViewExport(OperationCall& call);
Result<http::Response> RunMeta(OperationCall& call);
Result<http::Response> RunMetaAdd(OperationCall& call);
Result<http::Response> RunMetaDelete(OperationCall& call);
Result<http::Response> RunSubscriptionEvents(OperationCall& call);
Result<http::Response> RunSubscriptionStatus(OperationCall& call);
Result<http::Response> RunSubscriptionToken(OperationCall& call);
Result<http::Response> RunSubsumes(OperationCall& call);
Result<http::Response> RunTranslate(OperationCall& call);
Result<http::Response> RunValidate(OperationCall& call);
Result<http::Response> RunValidateCode(OperationCall& call);              // of CodeSystem and of ValueSet

}  // namespace qianxian::api
