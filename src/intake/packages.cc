#include "intake/packages.h"

#include <algorithm>
#include <cstdio>
#include <set>
#include <tuple>

#include "base/limits_exchange.h"
#include "base/text.h"
#include "intake/package_file.h"
#include "intake/work.h"
#include "json/value.h"
#include "json/writer.h"

namespace qianxian::intake {
namespace {

constexpr std::string_view kRecordType = "QianxianPackage";
constexpr std::string_view kTagSystem = "https://fhir.qianxian.cn/CodeSystem/package";
// Their content is in the program.
constexpr std::string_view kBuiltIn[] = {"hl7.fhir.r4.core", "hl7.fhir.r4.expansions"};

access::Caller Self() { return access::SystemCaller("packages"); }

// 128 bits of a stable hash.
std::string IdOf(const std::string& key) {
  char text[40];
  std::snprintf(text, sizeof text, "pkg-%016llx%016llx", static_cast<unsigned long long>(HashFnv1a64(key)),
                static_cast<unsigned long long>(HashFnv1a64(key, 0x9e3779b97f4a7c15ULL)));
  return text;
}

void WriteMeta(json::Writer& writer, std::optional<json::Value> meta, const std::string& key) {
  writer.Name("meta").BeginObject();
  std::optional<json::Value> tags;
  if (meta) {
    for (json::Member member : meta->Members()) {
      if (member.name == "tag") tags = member.value;
      else if (member.name != "versionId" && member.name != "lastUpdated") writer.Name(member.name).Copy(member.value);
    }
  }
  writer.Name("tag").BeginArray();
  if (tags) {
    for (json::Value tag : tags->Elements()) writer.Copy(tag);
  }
  writer.BeginObject().Member("system", kTagSystem).Member("code", key).EndObject().EndArray().EndObject();
}

// As it was, with the id in the record, a tag that names the package and, where it says none, the package's version.
Result<std::string> Labelled(const PackageResource& resource, const std::string& id, const PackageFile& package) {
  QX_TRY(json::Document document, json::Document::Parse(resource.body));
  json::Writer writer;
  writer.BeginObject().Member("resourceType", resource.type).Member("id", id);
  WriteMeta(writer, document.root().Find("meta"), PackageKey(package.name, package.version));
  for (json::Member member : document.root().Members()) {
    if (member.name == "resourceType" || member.name == "id" || member.name == "meta") continue;
    writer.Name(member.name).Copy(member.value);
  }
  if (!resource.url.empty() && document.root().FindString("version").empty()) writer.Member("version", package.version);
  return writer.EndObject().Take();
}

std::string RecordJson(const PackageFile& package, const std::vector<std::pair<std::string, std::string>>& resources, Instant now) {
  json::Writer writer;
  writer.BeginObject().Member("resourceType", kRecordType).Member("name", package.name).Member("version", package.version);
  writer.MemberIfAny("title", package.title).Member("importedAt", FormatInstant(now)).Name("resources").BeginArray();
  for (const auto& [type, id] : resources) writer.String(type + "/" + id);
  writer.EndArray().EndObject();
  return writer.Take();
}

Result<InstalledPackage> FromJson(const std::string& body) {
  QX_TRY(json::Document document, json::Document::Parse(body));
  json::Value root = document.root();
  InstalledPackage package;
  package.name = root.FindString("name");
  package.version = root.FindString("version");
  package.title = root.FindString("title");
  package.imported_at = root.FindString("importedAt");
  if (std::optional<json::Value> list = root.Find("resources")) {
    for (json::Value one : list->Elements()) {
      std::string_view text = one.AsString();
      size_t slash = text.find('/');
      package.resources.emplace_back(text.substr(0, slash), text.substr(slash + 1));
    }
  }
  return package;
}

Result<std::optional<InstalledPackage>> ReadInstalled(store::Store& store, const std::string& key) {
  QX_TRY(auto snapshot, store.OpenSnapshot(Self()));
  Result<store::Resource> found = snapshot->Read(kRecordType, IdOf(key));
  if (!found.ok() && found.error().category == ErrorCategory::kNotFound) return std::optional<InstalledPackage>();
  if (!found.ok()) return std::move(found).error();
  QX_TRY(InstalledPackage package, FromJson(found->body));
  return std::optional<InstalledPackage>(std::move(package));
}

// Deletes of those that are still there.
Status AddDeletes(store::Store& store, const std::vector<std::pair<std::string, std::string>>& resources,
                  const std::set<std::pair<std::string, std::string>>& but, std::vector<store::Change>& out) {
  QX_TRY(auto snapshot, store.OpenSnapshot(Self()));
  for (const auto& one : resources) {
    if (but.count(one) || !snapshot->Read(one.first, one.second).ok()) continue;
    store::Change change;
    change.kind = store::Change::Kind::kDelete;
    change.type = one.first;
    change.id = one.second;
    out.push_back(std::move(change));
  }
  return Ok();
}

void NoteWhatIsMissing(Work& work, const PackageFile& package, const std::vector<InstalledPackage>& installed) {
  if (!package.left_out.empty()) {
    std::string list;
    for (const auto& [type, count] : package.left_out) list += (list.empty() ? "" : ", ") + type + " " + std::to_string(count);
    work.AddNote("未导入示例等其他资源：" + list, "examples and other resources were left out: " + list);
  }
  for (const std::string& dependency : package.dependencies) {
    std::string name = dependency.substr(0, dependency.find('#'));
    bool here = std::find(std::begin(kBuiltIn), std::end(kBuiltIn), name) != std::end(kBuiltIn) ||
                std::any_of(installed.begin(), installed.end(), [&](const InstalledPackage& one) { return one.name == name; });
    if (!here) work.AddNote("该包依赖 " + dependency + "，尚未导入", "the package needs " + dependency + ", which is not here");
  }
  bool parameters = std::any_of(package.resources.begin(), package.resources.end(), [](const PackageResource& one) { return one.type == "SearchParameter"; });
  if (parameters) {
    work.AddNote("其中状态为 active 且可用的检索参数，在后台建立索引后即可用于检索",
                 "its SearchParameters that are active and can be used are indexed in the background, and searched with afterwards");
  }
}

Status ImportOne(Work& work, const InputFile& file) {
  QX_TRY(PackageFile package, ReadPackage(file.path));
  std::string key = PackageKey(package.name, package.version);
  store::Store& store = *work.tools.store;
  QX_TRY(std::vector<InstalledPackage> installed, ListPackages(store));
  QX_TRY(std::optional<InstalledPackage> before, ReadInstalled(store, key));
  if (!before && installed.size() >= limits::kPackages) {
    return Invalid("too-many-packages", "there are too many packages: remove some", "包过多，请先移除一些");
  }
  store::CommitRequest request{.reason = "import:package"};
  std::vector<std::pair<std::string, std::string>> resources;
  std::set<std::pair<std::string, std::string>> seen;
  for (const PackageResource& resource : package.resources) {
    QX_DO(work.CheckCancel());
    work.CountRows(1);
    std::string id = IdOf(key + "#" + resource.type + "/" + resource.id);
    std::pair<std::string, std::string> place(resource.type, id);
    if (!seen.insert(place).second) {
      package.faults.push_back({resource.file, "duplicate", "包中有同类型同 id 的资源", "the package has another resource of this type and id"});
      continue;
    }
    QX_TRY(std::string body, Labelled(resource, id, package));
    request.changes.push_back({.type = resource.type, .id = id, .body = std::move(body), .skip_if_equal = true});
    resources.push_back(std::move(place));
  }
  for (const PackageFault& fault : package.faults) {
    Faults faults;
    faults.Add("", fault.file, fault.code, fault.zh, fault.en);
    QX_DO(work.report().Refuse(0, fault.file, faults.list()));
  }
  const size_t puts = request.changes.size();
  if (before) QX_DO(AddDeletes(store, before->resources, seen, request.changes));
  if (!before || before->resources != resources) {
    request.changes.push_back({.type = std::string(kRecordType), .id = IdOf(key), .body = RecordJson(package, resources, work.tools.clock->Now())});
  }
  request.changes.push_back(work.TaskChange("in-progress"));
  work.Tell("committing", work.FractionOf(file.index, 1, 2));
  QX_TRY(store::CommitReceipt receipt, store.Commit(Self(), std::move(request)));
  Counts counts;
  for (size_t i = 0; i < puts; ++i) {
    switch (receipt.changes[i].outcome) {
      case store::Outcome::kUnchanged: ++counts.unchanged; break;
      case store::Outcome::kUpdated: ++counts.replaced; break;
      default: ++counts.accepted; break;
    }
  }
  work.Count(counts);
  NoteWhatIsMissing(work, package, installed);
  work.AddNote("包 " + key, "package " + key);
  work.Tell("committing", work.FractionOf(file.index, 1, 1));
  return Ok();
}

}  // namespace

Status ImportPackages(Work& work) {
  for (const InputFile& file : InputFiles(work)) QX_DO(ImportOne(work, file));
  return Ok();
}

Result<std::vector<InstalledPackage>> ListPackages(store::Store& store) {
  QX_TRY(auto snapshot, store.OpenSnapshot(Self()));
  std::vector<InstalledPackage> packages;
  for (std::string after;;) {
    QX_TRY(std::vector<store::Resource> page, snapshot->Scan(kRecordType, after, 100));
    if (page.empty()) break;
    for (const store::Resource& resource : page) {
      after = resource.id;
      QX_TRY(InstalledPackage package, FromJson(resource.body));
      packages.push_back(std::move(package));
    }
  }
  std::sort(packages.begin(), packages.end(), [](const auto& a, const auto& b) { return std::tie(a.name, a.version) < std::tie(b.name, b.version); });
  return packages;
}

Result<uint64_t> RemovePackage(const access::Caller& caller, store::Store& store, const std::string& name, const std::string& version) {
  QX_DO(access::Decide(caller, access::Verb::kImport, "StructureDefinition", ""));
  std::string key = PackageKey(name, version);
  QX_TRY(std::optional<InstalledPackage> package, ReadInstalled(store, key));
  if (!package) return NotFound("no-such-package", "there is no package " + key, "没有这个包：" + key);
  store::CommitRequest request{.reason = "package:remove"};
  QX_DO(AddDeletes(store, package->resources, {}, request.changes));
  uint64_t removed = request.changes.size();
  request.changes.push_back({.kind = store::Change::Kind::kDelete, .type = std::string(kRecordType), .id = IdOf(key)});
  QX_DO(store.Commit(Self(), std::move(request)));
  return removed;
}

}  // namespace qianxian::intake
