// Changes a resource by a patch: JSON Patch (RFC 6902) or FHIRPath Patch (a Parameters resource). All of it or nothing; what
// is not named stays as it was sent, to the byte. The result is JSON, not yet checked as a resource.
// Pure; any thread. Errors, all invalid: "bad-patch" (the patch itself is wrong), "patch-failed" (it does not go with this
// resource: no such place, a test that does not hold), "too-large" (limits::kPatchOperations, kPatchBytes).
// Source: https://www.rfc-editor.org/rfc/rfc6902, https://hl7.org/fhir/R4/fhirpatch.html
#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "fhir/definitions.h"
#include "json/value.h"

namespace qianxian::patch {

// The RFC to the letter; with `prune`, arrays and objects that the patch left empty go away (FHIR's JSON has none).
Result<std::string> ApplyJsonPatch(json::Value target, json::Value patch, bool prune = true);

// `now` is what now() and today() mean in the paths.
Result<std::string> ApplyFhirPathPatch(const fhir::Definitions& definitions, json::Value resource, json::Value parameters, Instant now);

}  // namespace qianxian::patch
