// What is shown of people to whoever works with records and need not know whose they are (access::Caller::masked): names, telephones,
// numbers of identity and addresses behind stars, texts written for people's eyes left out. What is masked says so (meta.security
// MASKED), so that nobody takes it for the record. The floors below (referral, flow, imports) read the record as it is: a view is
// opened where something is shown, sent or exported, by OpenView, and nowhere else (tools/tidy.mjs).
// Free text (a reason, a question, an opinion) and files are not masked: they are read by whoever may read the record.
// Threads: as the snapshot. Failures: those of the snapshot; unavailable ("damaged") for a body that is no JSON.
// Source: GB/T 35273-2020 §7.2 (display of personal information), GB/T 39725-2020 §8; FHIR R4 security-labels (MASKED)
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "store/store.h"

namespace qianxian::store {

// A snapshot for showing: masked if the caller sees masked.
Result<std::unique_ptr<Snapshot>> OpenView(Store& store, const access::Caller& caller, std::optional<uint64_t> t = std::nullopt);

std::string MaskedName(std::string_view name);          // 王建国 → 王**; Anna Berg → A*** B***
std::string MaskedPhone(std::string_view number);       // 13800001101 → 138****1101
std::string MaskedIdNumber(std::string_view number);    // 110101199003072316 → **************2316
std::string MaskedAddress(std::string_view address);    // 青石镇上河村12号 → 青石镇**
// A resource's JSON, masked. `type`: what it is.
Result<std::string> MaskedBody(std::string_view type, const std::string& body);

}  // namespace qianxian::store
