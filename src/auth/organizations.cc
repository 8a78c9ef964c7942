#include "auth/organizations.h"

#include <map>
#include <set>

#include "base/text.h"
#include "json/value.h"

namespace qianxian::auth {
namespace {

constexpr std::string_view kCodeSystem = "https://fhir.qianxian.cn/organization-code";
constexpr std::string_view kLeadExtension = "https://fhir.qianxian.cn/StructureDefinition/lead";

std::string CodeOf(json::Value organization) {
  if (auto identifiers = organization.Find("identifier")) {
    for (json::Value identifier : identifiers->Elements()) {
      if (identifier.FindString("system") == kCodeSystem) return std::string(identifier.FindString("value"));
    }
  }
  return std::string(organization.FindString("id"));
}

std::string LocalId(std::string_view reference) {
  constexpr std::string_view kPrefix = "Organization/";
  size_t at = reference.rfind(kPrefix);
  if (at == std::string_view::npos) return {};
  std::string_view id = reference.substr(at + kPrefix.size());
  return std::string(id.substr(0, id.find('/')));
}

std::vector<std::string> ParentIds(json::Value organization) {
  std::vector<std::string> ids;
  if (auto part_of = organization.Find("partOf")) ids.push_back(LocalId(part_of->FindString("reference")));
  if (auto extensions = organization.Find("extension")) {
    for (json::Value extension : extensions->Elements()) {
      if (extension.FindString("url") != kLeadExtension) continue;
      if (auto lead = extension.Find("valueReference")) ids.push_back(LocalId(lead->FindString("reference")));
    }
  }
  return ids;
}

struct Tree {
  std::map<std::string, std::string> code_of_id;
  std::map<std::string, std::vector<std::string>> parents_of_code;   // ids of parents
};

Result<Tree> ReadTree(store::Snapshot& snapshot) {
  constexpr size_t kPage = 1000;
  Tree tree;
  std::string after;
  while (true) {
    QX_TRY(std::vector<store::Resource> page, snapshot.Scan("Organization", after, kPage));
    for (const store::Resource& resource : page) {
      after = resource.id;
      Result<json::Document> document = json::Document::Parse(resource.body);
      if (!document.ok()) continue;   // the store's check tells of a broken body; it can lead nobody
      std::string code = CodeOf(document->root());
      tree.code_of_id[resource.id] = code;
      tree.parents_of_code[code] = ParentIds(document->root());
    }
    if (page.size() < kPage) return tree;
  }
}

}  // namespace

Result<std::vector<std::string>> ExpandOrganizations(store::Snapshot& snapshot, const std::vector<std::string>& codes) {
  std::set<std::string> found(codes.begin(), codes.end());
  if (found.empty()) return std::vector<std::string>{};
  QX_TRY(Tree tree, ReadTree(snapshot));
  std::map<std::string, std::vector<std::string>> children;
  for (const auto& [code, parents] : tree.parents_of_code) {
    for (const std::string& id : parents) {
      auto parent = tree.code_of_id.find(id);
      if (parent != tree.code_of_id.end()) children[parent->second].push_back(code);
    }
  }
  std::vector<std::string> waiting(found.begin(), found.end());
  while (!waiting.empty()) {
    std::string code = std::move(waiting.back());
    waiting.pop_back();
    for (const std::string& child : children[code]) {
      if (found.insert(child).second) waiting.push_back(child);
    }
  }
  return std::vector<std::string>(found.begin(), found.end());
}

std::string OrganizationCode(std::string_view body) {
  Result<json::Document> document = json::Document::Parse(std::string(body));
  return document.ok() ? CodeOf(document->root()) : std::string();
}

}  // namespace qianxian::auth
