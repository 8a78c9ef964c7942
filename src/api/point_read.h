// The reads that are one look-up: GET or HEAD of /fhir/TYPE/ID and of /fhir/TYPE/ID/_history/VERSION, where the record itself
// keeps them (rows of the ledger and measures of packs are queries). They are answered on the io thread. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace qianxian::api {

struct PointRead {
  std::string_view type, id;               // of the path
  uint64_t version = 0;                    // 0: the newest
};

// None: something else, or an id or a version that cannot be one.
std::optional<PointRead> ParsePointRead(std::string_view method, std::string_view path);

}  // namespace qianxian::api
