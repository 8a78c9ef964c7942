#include "referral/organizations.h"

#include <algorithm>

#include "json/value.h"

namespace qianxian::referral {
namespace {

constexpr std::string_view kCodeSystem = "https://fhir.qianxian.cn/organization-code";
constexpr size_t kScan = 1000;

std::string LevelOf(std::string_view kind) {
  if (kind.starts_with("county")) return "county";
  if (kind == "community" || kind == "township") return "township";
  if (kind == "village" || kind == "city" || kind == "province") return std::string(kind);
  return {};
}

}  // namespace

Result<Institutions> Institutions::Read(store::Snapshot& snapshot) {
  Institutions found;
  std::map<std::string, std::string> code_of_id, parent_id;
  std::string after;
  while (true) {
    QX_TRY(const std::vector<store::Resource> page, snapshot.Scan("Organization", after, kScan));
    for (const store::Resource& resource : page) {
      after = resource.id;
      const Result<json::Document> document = json::Document::Parse(resource.body);
      if (!document.ok()) continue;
      const json::Value root = document->root();
      Institution one{resource.id, resource.id, std::string(root.FindString("name")), "", ""};
      for (json::Value identifier : root.Find("identifier").value_or(json::Value()).Elements())
        if (identifier.FindString("system") == kCodeSystem) one.code = identifier.FindString("value");
      for (json::Value type : root.Find("type").value_or(json::Value()).Elements())
        for (json::Value coding : type.Find("coding").value_or(json::Value()).Elements())
          if (one.level.empty()) one.level = LevelOf(coding.FindString("code"));
      std::string_view up = root.Find("partOf").value_or(json::Value()).FindString("reference");
      if (up.starts_with("Organization/")) parent_id[one.code] = up.substr(13);
      code_of_id[one.id] = one.code;
      found.all_.emplace(one.code, std::move(one));
    }
    if (page.size() < kScan) break;
  }
  for (auto& [code, one] : found.all_) {
    const auto id = parent_id.find(code);
    const auto parent = id == parent_id.end() ? code_of_id.end() : code_of_id.find(id->second);
    if (parent != code_of_id.end()) one.parent = parent->second;
  }
  return found;
}

const Institution* Institutions::Find(std::string_view code) const {
  const auto found = all_.find(code);
  return found == all_.end() ? nullptr : &found->second;
}

std::vector<const Institution*> Institutions::Above(std::string_view code) const {
  std::vector<const Institution*> chain;
  const Institution* at = Find(code);
  while (at && !at->parent.empty()) {
    at = Find(at->parent);
    if (!at || at->code == code || std::find(chain.begin(), chain.end(), at) != chain.end()) break;   // a circle leads nowhere
    chain.push_back(at);
  }
  return chain;
}

}  // namespace qianxian::referral
