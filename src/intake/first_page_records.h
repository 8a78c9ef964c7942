// A discharge front page as FHIR records (docs/formats/first-page.md): ids and bodies. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "intake/first_page.h"
#include "store/store.h"

namespace qianxian::intake {

std::string EncounterId(const FirstPage& page);
std::string PatientId(const FirstPage& page);

struct FirstPageRecords {
  std::string encounter_id, patient_id;
  store::Change patient;
  std::vector<store::Change> stay;       // Encounter first, then its Conditions and Procedures
  size_t conditions = 0, procedures = 0;
};
FirstPageRecords MakeRecords(const FirstPage& page, bool stay_days_inclusive);

// Which stay a Patient's data are from: the latest discharge wins, whatever order the files come in.
struct PatientSource {
  std::string as_of;                     // "2025-07-01"
  std::string encounter_id;
};
PatientSource SourceOf(const FirstPage& page);
PatientSource SourceOf(std::string_view patient_body);
// May data from `candidate` replace data from `current`?
bool Supersedes(const PatientSource& candidate, const PatientSource& current);

}  // namespace qianxian::intake
