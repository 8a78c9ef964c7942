// The answers of a form: checked against it, its scores computed, its dangers found; as QuestionnaireResponse and the
// Observations that are taken out of it. Pure; one thread. Failures: invalid ("unknown-item", "missing-answer",
// "bad-answer"), each with the item's name.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "flow/flow.h"
#include "pack/form.h"

namespace qianxian::flow {

struct FormPlace {                         // where an answered form belongs
  std::string id;                          // of the QuestionnaireResponse; its Observations are ID-1, ID-2, …
  std::string patient, encounter, author;  // author: reference or ""
  Instant at;
};

struct FilledForm {
  std::string response;                    // JSON
  std::vector<std::pair<std::string, std::string>> observations;     // id and JSON
  std::vector<FoundDanger> dangers;
  std::string next_date;                   // the item next-date, "" = not answered
  std::optional<int> next_days;            // by the form's own `next`, where the line that holds asks for an answer
};

// Could the item take these answers?
Status CheckAnswer(const pack::Item& item, const std::vector<std::string>& values);
Result<FilledForm> FillForm(const pack::Form& form, const FormAnswers& answers, const FormPlace& place,
                            const fhir::Definitions& definitions);

}  // namespace qianxian::flow
