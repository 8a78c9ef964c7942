#include "intake/package_file.h"

#include <algorithm>
#include <array>

#include "base/limits_exchange.h"
#include "base/text.h"
#include "bytes/tar.h"
#include "json/value.h"

namespace qianxian::intake {
namespace {

constexpr std::string_view kFolder = "package/";
constexpr std::string_view kManifest = "package/package.json";
constexpr size_t kNameBytes = 200;

constexpr std::array kTaken = {
    std::string_view("StructureDefinition"), std::string_view("ValueSet"),            std::string_view("CodeSystem"),
    std::string_view("ConceptMap"),          std::string_view("SearchParameter"),     std::string_view("NamingSystem"),
    std::string_view("OperationDefinition"), std::string_view("CapabilityStatement"), std::string_view("StructureMap"),
    std::string_view("Questionnaire"),
};

bool IsTaken(std::string_view type) { return std::find(kTaken.begin(), kTaken.end(), type) != kTaken.end(); }

// Topics for subscriptions, which R4 has no type for.
bool IsTopic(json::Value resource) {
  std::optional<json::Value> code = resource.Find("code");
  std::optional<json::Value> codings = code ? code->Find("coding") : std::nullopt;
  if (resource.FindString("resourceType") != "Basic" || !codings) return false;
  for (json::Value coding : codings->Elements()) {
    if (coding.FindString("code") == "SubscriptionTopic" && coding.FindString("system") == "http://hl7.org/fhir/fhir-types") return true;
  }
  return false;
}

// Directly in the folder package/, and none of the lists that tools keep there.
bool IsResourceFile(std::string_view name) {
  if (!StartsWith(name, kFolder) || !EndsWith(name, ".json") || name == kManifest) return false;
  std::string_view rest = name.substr(kFolder.size());
  return rest.find('/') == std::string_view::npos && rest[0] != '.';
}

Error BadPackage(const std::string& en, const std::string& zh) {
  return Invalid("bad-package", "this is no FHIR package: " + en, "不是有效的 FHIR 包：" + zh);
}

Status ReadManifest(const std::string& text, PackageFile& out) {
  Result<json::Document> document = json::Document::Parse(text);
  if (!document.ok() || !document->root().IsObject()) return BadPackage("package.json is no JSON object", "package.json 不是 JSON 对象");
  json::Value root = document->root();
  out.name = root.FindString("name");
  out.version = root.FindString("version");
  out.title = root.FindString("title");
  bool fine = !out.name.empty() && !out.version.empty() && out.name.size() <= kNameBytes && out.version.size() <= kNameBytes;
  if (!fine) return BadPackage("package.json has no name and version", "package.json 缺少 name 和 version");
  for (std::string_view member : {"fhirVersions", "fhir-version-list"}) {
    std::optional<json::Value> versions = root.Find(member);
    if (!versions || !out.fhir_versions.empty()) continue;
    for (json::Value version : versions->Elements()) {
      if (version.IsString()) out.fhir_versions.emplace_back(version.AsString());
    }
  }
  if (std::optional<json::Value> dependencies = root.Find("dependencies")) {
    for (json::Member one : dependencies->Members()) {
      if (one.value.IsString()) out.dependencies.push_back(PackageKey(std::string(one.name), std::string(one.value.AsString())));
    }
  }
  bool r4 = out.fhir_versions.empty() || std::any_of(out.fhir_versions.begin(), out.fhir_versions.end(), [](const std::string& v) { return StartsWith(v, "4.0"); });
  if (r4) return Ok();
  std::string versions = Join(out.fhir_versions, ", ");
  return Invalid("wrong-fhir-version", "the package is for FHIR " + versions + ", not for R4 (4.0)", "该包适用于 FHIR " + versions + "，而非 R4（4.0）");
}

void ReadResource(const std::string& file, std::string text, PackageFile& out) {
  Result<json::Document> document = json::Document::Parse(std::move(text));
  if (!document.ok()) {
    out.faults.push_back({file, document.error().code, document.error().zh, document.error().en});
    return;
  }
  json::Value root = document->root();
  std::string type(root.FindString("resourceType"));
  if (type.empty()) {
    out.faults.push_back({file, "no-resource", "文件中没有资源", "there is no resource in the file"});
  } else if (!IsTaken(type) && !IsTopic(root)) {
    ++out.left_out[type];
  } else if (root.FindString("url").empty() && type != "NamingSystem" && type != "Basic") {
    out.faults.push_back({file, "no-url", "资源没有 url", "the resource has no url"});
  } else {
    std::string id(root.FindString("id"));
    out.resources.push_back({file, type, id.empty() ? file : id, std::string(root.FindString("url")), std::string(document->text())});
  }
}

}  // namespace

std::string PackageKey(const std::string& name, const std::string& version) { return name + "#" + version; }

Result<PackageFile> ReadPackage(const std::string& path) {
  QX_TRY(std::unique_ptr<bytes::Reader> reader, bytes::Reader::Open(path));
  bytes::TarReader tar(*reader, limits::kPackageBytes);
  PackageFile out;
  bool described = false;
  size_t kept = 0;
  while (true) {
    QX_TRY(std::optional<bytes::TarReader::Member> member, tar.Next());
    if (!member) break;
    if (!member->is_file || (member->name != kManifest && !IsResourceFile(member->name))) continue;
    QX_TRY(std::string text, tar.ReadContent(limits::kPackageFileBytes));
    if (member->name == kManifest) {
      QX_DO(ReadManifest(text, out));
      described = true;
      continue;
    }
    size_t before = out.resources.size();
    ReadResource(member->name, std::move(text), out);
    if (out.resources.size() > before) kept += out.resources.back().body.size();
    if (out.resources.size() > limits::kPackageResources || kept > limits::kPackageKeptBytes) {
      return Invalid("too-large", "the package has more than " + std::to_string(limits::kPackageResources) + " resources, or they are too large",
                     "包中的资源超过 " + std::to_string(limits::kPackageResources) + " 个或总量过大");
    }
  }
  if (!described) return BadPackage("package/package.json is missing", "缺少 package/package.json");
  return out;
}

}  // namespace qianxian::intake
