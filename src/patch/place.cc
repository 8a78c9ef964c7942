#include "patch/place.h"

namespace qianxian::patch {
namespace {

// Searches below `value` for the node `wanted` and leaves the way to it in `steps`. On the way, "_birthDate" keeps its
// underscore (the way leads through a primitive's extensions); at the end, it means the primitive itself.
bool Search(json::Value value, const void* wanted, std::vector<Step>& steps) {
  for (json::Member member : value.Members()) {
    std::string_view plain = member.name.substr(!member.name.empty() && member.name[0] == '_' ? 1 : 0);
    auto look = [&](json::Value one, std::optional<size_t> index) {
      if (one.identity() == wanted) {
        steps.push_back({std::string(plain), index});
        return true;
      }
      if (!one.IsObject()) return false;
      steps.push_back({std::string(member.name), index});
      if (Search(one, wanted, steps)) return true;
      steps.pop_back();
      return false;
    };
    if (!member.value.IsArray()) {
      if (look(member.value, std::nullopt)) return true;
      continue;
    }
    size_t index = 0;
    for (json::Value item : member.value.Elements()) {
      if (look(item, index++)) return true;
    }
  }
  return false;
}

}  // namespace

Place Place::Parent() const {
  Place parent = *this;
  parent.steps.pop_back();
  return parent;
}

std::optional<Place> FindPlace(json::Value resource, const fhirpath::Item& item) {
  if (!item.IsNode()) return std::nullopt;
  const void* wanted = item.json.identity() ? item.json.identity() : item.shadow.identity();
  if (!wanted) return std::nullopt;
  Place place;
  if (wanted == resource.identity()) return place;
  if (!Search(resource, wanted, place.steps)) return std::nullopt;
  return place;
}

Tree* Go(Tree& root, const Place& place) {
  Tree* at = &root;
  for (const Step& step : place.steps) {
    at = at->Find(step.name);
    if (at && step.index) at = at->At(*step.index);
    if (!at) return nullptr;
  }
  return at;
}

}  // namespace qianxian::patch
