// The page's calls about people under care (docs/formats/api.md): residents, today's list, forms, visits, enrolments,
// pathways, programmes. Threads: any. Failures: none leaves this class but as a response.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/routes.h"
#include "api/services.h"
#include "flow/flow.h"
#include "http/server.h"
#include "json/writer.h"
#include "search/query.h"

namespace qianxian::api {

struct CareCall {
  const http::Request& request;
  const access::Caller& caller;
  std::vector<std::string> arguments;      // what stands for {} in the pattern
  std::string Query(std::string_view name) const { return std::string(request.QueryValue(name)); }
};

class CareApi {
 public:
  CareApi(const Services& services, flow::Flow* flow) : services_(services), flow_(flow) {}
  // None: no call of these.
  std::optional<http::Response> Handle(const http::Request& request, const auth::Session& session);
  // GET or POST /fhir/PlanDefinition/{id}/$apply?subject=Patient/{id}: the CarePlan with its Tasks contained; nothing is written.
  std::optional<http::Response> HandleApply(const http::Request& request, const auth::Session& session);
  // A person as every list of the page shows one: the identity number's last four digits only; `masked` if the snapshot is.
  // `names`: institutions that were read already, for who writes many.
  void WritePerson(json::Writer& writer, store::Snapshot& snapshot, const store::Resource& patient, std::map<std::string, std::string>* names = nullptr);
  // The same of whom the snapshot's caller may see; of anybody else the name that a record says of him.
  void WritePersonOrName(json::Writer& writer, store::Snapshot& snapshot, const std::string& id, const std::string& name);
  std::string OrganizationName(store::Snapshot& snapshot, const std::string& code);
  std::string HideName(const std::string& patient, std::string text);

  using Route = ApiRoute<CareApi, CareCall>;
  static const std::vector<Route>& Routes();

 private:
  // care_people.cc
  Result<http::Response> FindPatients(const CareCall& call);
  Result<http::Response> AddPatient(const CareCall& call);
  Result<http::Response> UnmaskPatient(const CareCall& call);
  Result<http::Response> ShowPatient(const CareCall& call);
  // care_documents.cc
  Result<http::Response> AddDocument(const CareCall& call);
  Result<http::Response> ShowDocument(const CareCall& call);
  // care_today.cc
  Result<http::Response> Today(const CareCall& call);
  // care_programme.cc
  Result<http::Response> Programme(const CareCall& call);
  Result<http::Response> ProgrammePeople(const CareCall& call);
  Result<http::Response> MoveProgramme(const CareCall& call);
  // care_visits.cc
  Result<http::Response> ListPathways(const CareCall& call);
  Result<http::Response> ShowForm(const CareCall& call);
  std::optional<int> UsualDays(store::Snapshot& snapshot, const std::string& task);
  Result<http::Response> AddVisit(const CareCall& call);
  Result<http::Response> Enrol(const CareCall& call);
  Result<http::Response> Exit(const CareCall& call);
  Result<http::Response> Move(const CareCall& call);

  Result<store::SearchPage> Search(store::Snapshot& snapshot, std::string_view type, const search::NamedValues& values, size_t count);
  Result<std::vector<store::Tally>> CountBy(store::Snapshot& snapshot, std::string_view type, search::NamedValues values, const char* by);
  struct ListedPerson {
    std::string patient, stage, since;
  };
  Status WriteListed(json::Writer& writer, store::Snapshot& snapshot, const pack::Pathway& pathway, ListedPerson person);
  Status WriteOverdueBy(json::Writer& writer, store::Snapshot& snapshot, const std::map<std::string, uint64_t>& due,
                        const std::map<std::string, uint64_t>& late);           // steps by owner
  static ListedPerson PersonOfEnrolment(json::Value root);
  Status WriteReadingsOf(json::Writer& writer, store::Snapshot& snapshot, const std::string& patient);   // "lastReadings"
  Status WriteOpenings(json::Writer& writer, store::Snapshot& snapshot, const std::string& patient);   // "access"
  std::string TodayText() const;           // in China Standard Time

  const Services services_;
  flow::Flow* flow_;
};

void WriteStep(json::Writer& writer, const flow::OpenStep& step);

}  // namespace qianxian::api
