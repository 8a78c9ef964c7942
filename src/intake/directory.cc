#include "intake/directory.h"

#include <algorithm>

#include "base/text.h"
#include "json/value.h"
#include "json/writer.h"

namespace qianxian::intake {
namespace {

constexpr std::string_view kCodeSystem = "https://fhir.qianxian.cn/organization-code";
constexpr std::string_view kKindSystem = "https://fhir.qianxian.cn/CodeSystem/organization-kind";
constexpr std::string_view kExtension = "https://fhir.qianxian.cn/StructureDefinition/";

std::string FoldName(std::string_view text) {
  std::string folded = ToLowerAscii(ToHalfWidth(text));
  folded.erase(std::remove_if(folded.begin(), folded.end(), [](unsigned char c) { return c <= ' '; }), folded.end());
  return folded;
}

std::string CodeOf(json::Value organization) {
  if (const auto identifiers = organization.Find("identifier"))
    for (json::Value identifier : identifiers->Elements())
      if (identifier.FindString("system") == kCodeSystem) return std::string(identifier.FindString("value"));
  return std::string(organization.FindString("id"));
}

}  // namespace

Result<Directory> Directory::Read(store::Store& store, const access::Caller& caller) {
  constexpr size_t kPage = 1000;
  Directory directory;
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store.OpenSnapshot(caller));
  std::string after;
  while (true) {
    QX_TRY(const std::vector<store::Resource> page, snapshot->Scan("Organization", after, kPage));
    for (const store::Resource& resource : page) {
      after = resource.id;
      const Result<json::Document> document = json::Document::Parse(resource.body);
      if (!document.ok()) continue;        // the store's check tells of it; nobody can be found by it
      const json::Value root = document->root();
      std::vector<std::string> names{std::string(root.FindString("name"))};
      if (const auto aliases = root.Find("alias"))
        for (json::Value alias : aliases->Elements())
          if (alias.IsString()) names.emplace_back(alias.AsString());
      directory.Add({CodeOf(root), resource.id}, names);
    }
    if (page.size() < kPage) return directory;
  }
}

const KnownOrganization* Directory::FindCode(std::string_view code) const {
  const auto found = by_code_.find(std::string(code));
  return found == by_code_.end() ? nullptr : &found->second;
}

std::vector<const KnownOrganization*> Directory::Find(std::string_view text) const {
  if (const KnownOrganization* known = FindCode(text)) return {known};
  std::vector<const KnownOrganization*> found;
  const auto codes = codes_by_name_.find(FoldName(text));
  if (codes == codes_by_name_.end()) return found;
  for (const std::string& code : codes->second) found.push_back(FindCode(code));
  return found;
}

void Directory::Add(KnownOrganization organization, const std::vector<std::string>& names) {
  const std::string code = organization.code;
  for (const std::string& name : names) {
    const std::string folded = FoldName(name);
    if (folded.empty()) continue;
    std::vector<std::string>& codes = codes_by_name_[folded];
    if (std::find(codes.begin(), codes.end(), code) == codes.end()) codes.push_back(code);
  }
  by_code_[code] = std::move(organization);
}

std::string OrganizationJson(const OrganizationRow& row) {
  json::Writer w;
  w.BeginObject().Member("resourceType", "Organization").Member("id", row.id);
  if (!row.level.empty() || !row.region.empty() || !row.lead_id.empty()) {
    w.Name("extension").BeginArray();
    const auto text = [&](std::string_view name, const std::string& value) {
      if (value.empty()) return;
      w.BeginObject().Member("url", std::string(kExtension) + std::string(name)).Member("valueString", value).EndObject();
    };
    text("hospital-level", row.level);
    text("region", row.region);
    if (!row.lead_id.empty()) {
      w.BeginObject().Member("url", std::string(kExtension) + "lead").Name("valueReference").BeginObject();
      w.Member("reference", "Organization/" + row.lead_id).EndObject().EndObject();
    }
    w.EndArray();
  }
  w.Name("identifier").BeginArray().BeginObject().Member("system", kCodeSystem).Member("value", row.code);
  w.EndObject().EndArray().Member("active", true);
  if (!row.kind.empty()) {
    w.Name("type").BeginArray().BeginObject().Name("coding").BeginArray().BeginObject();
    w.Member("system", kKindSystem).Member("code", row.kind).EndObject().EndArray().EndObject().EndArray();
  }
  w.Member("name", row.name);
  if (!row.lead_id.empty() && row.lead != row.code)
    w.Name("partOf").BeginObject().Member("reference", "Organization/" + row.lead_id).EndObject();
  w.EndObject();
  return w.Take();
}

}  // namespace qianxian::intake
