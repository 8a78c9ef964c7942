// The Measures service: access, scope, names, notes. Inner part of measure/.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/locked.h"
#include "measure/evaluate.h"

namespace qianxian::measure::internal {

// Names of organisations and the county's facts, read once for each state of the warehouse.
struct Directory {
  uint64_t as_of = 0;
  std::map<std::string, std::string> names;        // organisation code (also outside of the county) → name
  std::map<std::string, std::string> kinds;        // of the list of organisations only
  std::vector<std::string> counties;               // present: the county itself first
  std::map<std::string, std::string> county_names;
  std::optional<Period> data;                      // first and last month with settlements or discharges
  // organisation → itself and all above it by `lead`; and the other way round
  std::shared_ptr<std::map<std::string, std::vector<std::string>>> units_of;
  std::map<std::string, std::vector<std::string>> below;
  uint64_t unreadable = 0;                         // records that a view could not read
};

class Service final : public Measures {
 public:
  Service(warehouse::Warehouse& warehouse, const pack::Pack& pack) : warehouse_(warehouse), pack_(pack) {}

  const pack::Pack& pack() const override { return pack_; }
  Result<Sheet> Evaluate(const access::Caller& caller, const SheetRequest& request, const Cancel* cancel) override;
  Result<Cases> ListCases(const access::Caller& caller, const CasesRequest& request, const Cancel* cancel) override;
  Result<std::string> ExplanationOfBenefit(const access::Caller& caller, std::string_view setl_id) override;
  Result<std::string> ExplanationsOfPerson(const access::Caller& caller, std::string_view psn_no, size_t count) override;
  Result<std::optional<Period>> DataPeriod() override;

 private:
  struct Wanted {
    std::vector<const pack::Measure*> measures;
    std::vector<pack::Text> notes;
  };
  Result<Wanted> Choose(const access::Caller& caller, const SheetRequest& request) const;
  Result<Sheet> EvaluateOnce(const access::Caller& caller, const SheetRequest& request, const Wanted& wanted, const Cancel* cancel);
  Result<Groups> EvaluateCached(const Question& question, uint64_t as_of, const Cancel* cancel);
  Result<std::vector<Groups>> EvaluateAll(const std::vector<Question>& questions, uint64_t as_of, const Cancel* cancel);
  Result<Scope> ScopeOf(const access::Caller& caller, const pack::Measure& measure, const std::string& organization,
                        const std::string& region, const Directory& directory) const;
  static void LookAtUnits(const std::string& organization, const Directory& directory, Scope& scope);
  Result<std::shared_ptr<const Directory>> ReadDirectory();
  void AddRows(const Question& question, const Groups& groups, const Directory& directory, uint64_t as_of, Sheet& sheet) const;
  pack::Text StratumName(const std::vector<By>& by, const std::vector<std::string>& strata, const Directory& directory) const;

  warehouse::Warehouse& warehouse_;
  const pack::Pack& pack_;
  Locked<std::shared_ptr<const Directory>> directory_;
};

// Groups as a text for the warehouse's kept answers, and back.
std::string GroupsAsText(const Groups& groups);
bool ParseGroups(const std::string& text, Groups& out);

}  // namespace qianxian::measure::internal
