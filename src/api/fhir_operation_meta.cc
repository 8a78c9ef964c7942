// $meta, $meta-add, $meta-delete: the labels of a resource (profile, security, tag), or those in use on a type or everywhere.
// Adding and taking away makes a new version; versions that are past stay as they were.
// Source: https://hl7.org/fhir/R4/resource-operation-meta.html
#include <set>

#include "api/fhir_operations.h"
#include "api/outcome.h"
#include "api/subscription_writes.h"
#include "base/limits.h"
#include "json/writer.h"
#include "search/query.h"
#include "store/masked.h"

namespace qianxian::api {
namespace {

constexpr int kAttempts = 10;              // against others who change the same resource meanwhile

struct Labels {
  std::vector<std::string> profiles;
  std::vector<std::pair<std::string, std::string>> security, tags;   // "system|code", the Coding's JSON
};

std::string CodingKey(json::Value coding) {
  return std::string(coding.FindString("system")) + "|" + std::string(coding.FindString("code"));
}

void ReadCodings(json::Value meta, std::string_view name, std::vector<std::pair<std::string, std::string>>& out) {
  std::optional<json::Value> list = meta.Find(name);
  if (!list) return;
  for (json::Value coding : list->Elements()) out.emplace_back(CodingKey(coding), std::string(coding.Raw()));
}

Labels LabelsOf(json::Value meta) {
  Labels labels;
  if (std::optional<json::Value> profiles = meta.Find("profile")) {
    for (json::Value profile : profiles->Elements()) {
      if (profile.IsString()) labels.profiles.emplace_back(profile.AsString());
    }
  }
  ReadCodings(meta, "security", labels.security);
  ReadCodings(meta, "tag", labels.tags);
  return labels;
}

// Adds those of `more` that are not there yet; says whether there were any.
template <typename T, typename Key>
bool AddNew(std::vector<T>& list, const std::vector<T>& more, Key key) {
  size_t before = list.size();
  for (const T& one : more) {
    bool there = false;
    for (const T& have : list) there = there || key(have) == key(one);
    if (!there) list.push_back(one);
  }
  return list.size() != before;
}

template <typename T, typename Key>
bool TakeAway(std::vector<T>& list, const std::vector<T>& less, Key key) {
  return std::erase_if(list, [&](const T& have) {
           for (const T& one : less) {
             if (key(have) == key(one)) return true;
           }
           return false;
         }) > 0;
}

bool Change(Labels& labels, const Labels& given, bool add) {
  auto text = [](const std::string& profile) { return profile; };
  auto first = [](const std::pair<std::string, std::string>& coding) { return coding.first; };
  bool profiles = add ? AddNew(labels.profiles, given.profiles, text) : TakeAway(labels.profiles, given.profiles, text);
  bool security = add ? AddNew(labels.security, given.security, first) : TakeAway(labels.security, given.security, first);
  bool tags = add ? AddNew(labels.tags, given.tags, first) : TakeAway(labels.tags, given.tags, first);
  return profiles || security || tags;
}

void WriteLabels(json::Writer& writer, const Labels& labels) {
  if (!labels.profiles.empty()) {
    writer.Name("profile").BeginArray();
    for (const std::string& profile : labels.profiles) writer.String(profile);
    writer.EndArray();
  }
  auto codings = [&](std::string_view name, const std::vector<std::pair<std::string, std::string>>& list) {
    if (list.empty()) return;
    writer.Name(name).BeginArray();
    for (const auto& coding : list) writer.Raw(coding.second);
    writer.EndArray();
  };
  codings("security", labels.security);
  codings("tag", labels.tags);
}

// The meta with other labels; its other members (source, extensions) stay. `_profile` goes with the profiles it is about.
std::string MetaWith(json::Value meta, const Labels& labels) {
  json::Writer writer;
  writer.BeginObject();
  for (json::Member member : meta.Members()) {
    bool label = member.name == "profile" || member.name == "_profile" || member.name == "security" || member.name == "tag";
    if (!label) writer.Name(member.name).Copy(member.value);
  }
  WriteLabels(writer, labels);
  writer.EndObject();
  return writer.Take();
}

http::Response MetaAnswer(std::string_view meta) {
  json::Writer writer;
  writer.BeginObject().Member("resourceType", "Parameters").Name("parameter").BeginArray().BeginObject();
  writer.Member("name", "return").Name("valueMeta").Raw(meta).EndObject().EndArray().EndObject();
  return FhirAnswer(writer.Take());
}

Result<store::Resource> ReadOne(OperationCall& call, store::Snapshot& snapshot) {
  if (call.version.empty()) return snapshot.Read(call.type, call.id);
  Result<uint64_t> version = ParseEntityTag(call.version);
  if (!version.ok()) return NotFound("no-such-version", "there is no version " + call.version, "没有这个版本：" + call.version);
  QX_TRY(store::Resource resource, snapshot.ReadVersion(call.type, call.id, *version));
  if (resource.deleted) return NotFound("deleted", "this version is the deletion", "该版本为删除记录");
  return resource;
}

// Labels of all that have any, of one type.
Status Collect(OperationCall& call, store::Snapshot& snapshot, const std::string& type, uint64_t& looked, Labels& all,
               std::set<std::string>& seen) {
  for (const char* parameter : {"_profile", "_security", "_tag"}) {
    search::QueryOptions options;
    options.now = call.services.clock->Now();
    QX_TRY(search::Query query, search::Query::Parse(*call.services.parameters, type, {{std::string(parameter) + ":missing", "false"}}, options));
    query.count = limits::kSearchPageMaximum;
    while (true) {
      QX_TRY(store::SearchPage page, snapshot.Search(query));
      for (const store::Resource& resource : page.matches) {
        if (++looked > limits::kMetaResources) {
          return MakeError(ErrorCategory::kUnsupported, "too-costly", "too many resources have labels to list them all: search by _tag, _profile, _security",
                           "带标签的资源过多，请改用 _tag、_profile、_security 检索");
        }
        QX_TRY(json::Document document, json::Document::Parse(resource.body));
        std::optional<json::Value> meta = document.root().Find("meta");
        if (!meta) continue;
        Labels labels = LabelsOf(*meta);
        for (std::string& profile : labels.profiles) {
          if (seen.insert("profile " + profile).second) all.profiles.push_back(std::move(profile));
        }
        for (auto& coding : labels.security) {
          if (seen.insert("security " + coding.first).second) all.security.push_back(std::move(coding));
        }
        for (auto& coding : labels.tags) {
          if (seen.insert("tag " + coding.first).second) all.tags.push_back(std::move(coding));
        }
      }
      if (page.next.empty()) break;
      query.place = page.next;
    }
  }
  return Ok();
}

Result<http::Response> ChangeLabels(OperationCall& call, bool add) {
  QX_DO(call.arguments.Allow({"meta"}));
  const Argument* meta = call.arguments.Find("meta");
  if (!meta || meta->value_name != "valueMeta" || !meta->value->IsObject()) {
    return Invalid("bad-parameters", "send the labels as parameter meta with a valueMeta", "请以参数 meta（valueMeta）提交标签");
  }
  const Labels given = LabelsOf(*meta->value);
  for (int attempt = 0;; ++attempt) {
    QX_TRY(auto snapshot, store::OpenView(*call.services.store, call.exchange.caller()));
    QX_TRY(store::Resource resource, snapshot->Read(call.type, call.id));
    QX_TRY(json::Document document, json::Document::Parse(std::move(resource.body)));
    std::optional<json::Value> there = document.root().Find("meta");
    QX_CHECK(there && there->IsObject(), "the store sets meta");
    Labels labels = LabelsOf(*there);
    if (!Change(labels, given, add)) return MetaAnswer(there->Raw());
    std::string changed = MetaWith(*there, labels);
    std::string body(document.text());
    body.replace(static_cast<size_t>(there->Raw().data() - document.text().data()), there->Raw().size(), changed);
    store::CommitRequest request;
    request.reason = add ? "api:$meta-add" : "api:$meta-delete";
    request.changes.push_back({store::Change::Kind::kPut, call.type, call.id, std::move(body), "", true, resource.version, false});
    Result<store::CommitReceipt> done = call.services.store->Commit(call.exchange.caller(), std::move(request));
    if (!done.ok() && done.error().category == ErrorCategory::kConflict && attempt < kAttempts) continue;
    if (!done.ok()) return std::move(done).error();
    ClaimAfterCommit(call.services, call.exchange, call.type, call.id, done->changes.front().version);
    QX_TRY(auto after, store::OpenView(*call.services.store, call.exchange.caller()));
    QX_TRY(store::Resource written, after->ReadVersion(call.type, call.id, done->changes.front().version));
    QX_TRY(json::Document answer, json::Document::Parse(std::move(written.body)));
    return MetaAnswer(answer.root().Find("meta")->Raw());
  }
}

}  // namespace

Result<http::Response> RunMeta(OperationCall& call) {
  QX_DO(call.arguments.Allow({}));
  QX_TRY(auto snapshot, store::OpenView(*call.services.store, call.exchange.caller()));
  if (!call.id.empty()) {
    QX_TRY(store::Resource resource, ReadOne(call, *snapshot));
    QX_TRY(json::Document document, json::Document::Parse(std::move(resource.body)));
    std::optional<json::Value> meta = document.root().Find("meta");
    return MetaAnswer(meta ? meta->Raw() : "{}");
  }
  Labels all;
  std::set<std::string> seen;
  uint64_t looked = 0;
  if (!call.type.empty()) {
    QX_DO(Collect(call, *snapshot, call.type, looked, all, seen));
  } else {
    for (const std::string& type : call.services.parameters->types()) {
      if (access::DecideScope(call.exchange.caller(), access::Verb::kSearch, type).ok()) QX_DO(Collect(call, *snapshot, type, looked, all, seen));
    }
  }
  json::Writer writer;
  writer.BeginObject();
  WriteLabels(writer, all);
  writer.EndObject();
  return MetaAnswer(writer.Take());
}

Result<http::Response> RunMetaAdd(OperationCall& call) { return ChangeLabels(call, true); }
Result<http::Response> RunMetaDelete(OperationCall& call) { return ChangeLabels(call, false); }

}  // namespace qianxian::api
