#include "fhir/artifacts.h"

#include <algorithm>
#include <tuple>

#include "base/check.h"
#include "base/text.h"

extern "C" const char qianxian_r4_artifacts_begin[];
extern "C" const char qianxian_r4_artifacts_end[];

namespace qianxian::fhir {
namespace {

bool Before(const Artifact& a, const Artifact& b) { return std::tie(a.type, a.url) < std::tie(b.type, b.url); }

}  // namespace

Artifacts::Artifacts(std::string_view packed) {
  const size_t gap = packed.find("\n\n");
  QX_CHECK(gap != std::string_view::npos, "packed R4 resources without an index");
  size_t at = gap + 2;
  for (std::string_view line : Split(packed.substr(0, gap), '\n')) {
    const std::vector<std::string_view> fields = Split(line, '\t');
    int64_t bytes = 0;
    QX_CHECK(fields.size() == 4 && ParseInteger(fields[3], bytes) && at + static_cast<size_t>(bytes) < packed.size(),
             "the index of the packed R4 resources");
    all_.push_back({fields[0], fields[1], fields[2], packed.substr(at, static_cast<size_t>(bytes))});
    at += static_cast<size_t>(bytes) + 1;
  }
  std::sort(all_.begin(), all_.end(), Before);
}

const Artifacts& Artifacts::R4() {
  static const Artifacts r4(std::string_view(
      qianxian_r4_artifacts_begin, static_cast<size_t>(qianxian_r4_artifacts_end - qianxian_r4_artifacts_begin)));
  return r4;
}

const Artifact* Artifacts::Find(std::string_view type, std::string_view url) const {
  const Artifact wanted{type, url, {}, {}};
  const auto found = std::lower_bound(all_.begin(), all_.end(), wanted, Before);
  return found != all_.end() && found->type == type && found->url == url ? &*found : nullptr;
}

}  // namespace qianxian::fhir
