// A resource's JSON as it is kept: the text as sent, less its id and meta.versionId/lastUpdated, with the two places
// where these are put back. What comes back is what was sent, byte for byte, but for id and meta. Pure; any thread.
// Failures: invalid ("not-a-resource", "wrong-type", "wrong-id").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "json/value.h"

namespace qianxian::store {

struct Splice {
  uint32_t id_at = 0;         // places in the kept text
  uint32_t meta_at = 0;
  bool has_id = false;        // the name "id" stands in the text; only its value is put in
  bool has_meta = false;      // "meta": and the rest of its members stand in the text
  uint64_t Pack() const;
  static Splice Unpack(uint64_t packed);
  bool operator==(const Splice&) const = default;
};

struct KeptBody {
  std::string text;
  Splice splice;
  std::string hash;           // 16 bytes over all that was sent but id, meta.versionId and meta.lastUpdated
};

Result<KeptBody> KeepBody(const json::Document& document, std::string_view type, std::string_view id);
// The same hash for the text that AssembleBody gives back.
std::string HashBody(json::Value resource);
std::string AssembleBody(std::string_view kept, Splice splice, std::string_view id, uint64_t version,
                         Instant last_updated);

bool IsTypeName(std::string_view type);      // [A-Z][A-Za-z0-9]{0,63}
bool IsResourceId(std::string_view id);      // [A-Za-z0-9.-]{1,64}

}  // namespace qianxian::store
