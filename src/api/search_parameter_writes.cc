#include "api/search_parameter_writes.h"

#include <algorithm>
#include <set>

#include "search/custom_parameters.h"

namespace qianxian::api {
namespace {

constexpr std::string_view kType = "SearchParameter";

}  // namespace

Status CheckSearchParameters(const Services& services, const std::vector<store::Change>& changes) {
  std::set<std::string> written;
  for (const store::Change& change : changes) {
    if (change.type == kType) written.insert(change.id);
  }
  if (written.empty()) return Ok();
  search::CustomDefinitions used;
  if (const auto custom = services.parameters->custom()) used = custom->definitions();
  std::erase_if(used, [&](const auto& definition) { return written.count(definition->id) != 0; });
  for (const store::Change& change : changes) {
    if (change.type != kType || change.kind != store::Change::Kind::kPut) continue;
    QX_TRY(const json::Document document, json::Document::Parse(change.body));
    QX_TRY(std::optional<search::CustomDefinition> definition, search::ReadCustomDefinition(*services.parameters, document.root()));
    if (!definition) continue;
    definition->id = change.id;
    QX_DO(search::Fits(used, *definition));
    used.push_back(std::make_shared<const search::CustomDefinition>(std::move(*definition)));
  }
  return Ok();
}

}  // namespace qianxian::api
