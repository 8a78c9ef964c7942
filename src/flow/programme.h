// A pathway with its FHIRPath texts compiled, and the evaluation of them on one patient's record.
// Threads: a Programme is immutable; an Evaluation belongs to one thread. Failures: an expression that cannot be evaluated
// is false (or nothing) and logged once; the others go on.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "fhirpath/engine.h"
#include "flow/records.h"
#include "json/value.h"
#include "pack/form.h"

namespace qianxian::flow {

struct Programme {
  pack::Pathway pathway;
  std::string hash;
  struct Compiled {
    fhirpath::Expression expression;
    std::vector<std::string> lets;         // that it needs, each after those that it needs itself
  };
  std::map<std::string, Compiled, std::less<>> compiled;   // by text; those that cannot be read are missing
};
std::shared_ptr<const Programme> CompileProgramme(const pack::Pathway& pathway);
// The expressions of a form over the record, as those of a pathway without stages.
std::shared_ptr<const Programme> CompileForm(const pack::Form& form);

// The types after ofType( in an expression; "*" where %record is used in another way.
void AddTypes(const std::string& text, std::set<std::string>& types);

struct Piece {                             // one resource of a patient's record
  std::string type, id;
  uint64_t version = 0;
  std::string owner;
  std::shared_ptr<const json::Document> document;
};

struct PatientRecord {
  std::string patient;
  std::vector<Piece> pieces;               // the Patient first, if there is one
};

std::string LocalDate(Instant now);        // in China Standard Time
// The instant at which a day begins there.
std::string StartOfDay(const std::string& date);
std::string PlusDays(const std::string& date, int64_t days);

class Evaluation {
 public:
  Evaluation(const fhir::Definitions& definitions, Instant now);
  void SetRecord(const PatientRecord& record);
  void SetDocument(const std::string& name, std::string json);               // %enrolment, %plan, %task
  void SetResource(const std::string& name, json::Value resource);           // lives elsewhere
  void SetDay(const std::string& name, const std::string& date);             // "" = nothing
  void SetText(const std::string& name, const std::string& text);
  void SetNothing(const std::string& name);
  bool IsTrue(const Programme& programme, const std::string& text);
  std::string DateOf(const Programme& programme, const std::string& text);   // "" = none
  std::vector<std::string> TextsOf(const Programme& programme, const std::string& text);     // what is no simple value is left out
  fhirpath::Evaluator& evaluator() { return evaluator_; }

 private:
  fhirpath::Collection Evaluate(const Programme& programme, const std::string& text);
  void Set(const std::string& name, fhirpath::Collection value);

  const fhir::Definitions& definitions_;
  fhirpath::Evaluator evaluator_;
  fhirpath::Item patient_;
  std::set<std::string> known_lets_;       // computed for the variables as they stand now …
  const Programme* lets_of_ = nullptr;     // … of this pathway
  std::deque<json::Document> documents_;
  std::map<std::string, fhirpath::Expression> days_;
  std::set<std::string> told_;
};

}  // namespace qianxian::flow
