// Who signed an opinion or the conclusion of a consultation: a Provenance each, `CONSULTATION-signature-1` … in the opinions' order and
// `CONSULTATION-signature-conclusion`, in the commit of the step. It binds account, time and text by the text's hash; it is no
// certificate's signature, which has its place in the same `signature` as one entry more. Whether one fits is found out whenever it is
// read, so that a text that was altered since is not signed any more.
// Threads: any; no state. Failures of ReadSignatures: the store's; a signature that is missing, deleted or does not fit is none.
// Source: docs/formats/referral.md; FHIR R4 Provenance, Signature (type: http://hl7.org/fhir/ValueSet/signature-type, ASTM E1762-95);
// RFC 8785 (the text of an opinion).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "referral/consultation.h"

namespace qianxian::referral {

// Exactly what is hashed. An opinion: {"advice":"…","diagnosis":"…","transfer":false} as of RFC 8785; the conclusion: its text.
std::string SignedText(const Opinion& opinion);
std::string SignedText(const Conclusion& conclusion);

// Of the step that `c` has just taken: "opine" signs its newest opinion, "conclude" its conclusion, nothing else signs. What was signed
// says so in `c`. The change is one of the step's commit, guarded by its Task.
std::optional<store::Change> Sign(const access::Caller& caller, Consultation& c, std::string_view verb);

// Says in `c` which of its texts are signed, reading by id. `program`: a snapshot of the program's, of the state that `c` was read from;
// who may see `c` has been decided.
Status ReadSignatures(store::Snapshot& program, Consultation& c);

}  // namespace qianxian::referral
