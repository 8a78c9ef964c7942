#include "intake/bundle.h"

#include <algorithm>

#include "access/caller.h"
#include "base/text.h"
#include "fhir/definitions.h"
#include "fhir/primitive.h"
#include "fhir/shape.h"
#include "intake/ids.h"
#include "json/writer.h"

namespace qianxian::intake {
namespace {

constexpr size_t kProblemsOfAResource = 5;

std::vector<Rejection> Problem(std::string_view column, std::string_view value, std::string_view code, std::string zh,
                               std::string en) {
  Faults faults;
  faults.Add(column, value, code, std::move(zh), std::move(en));
  return std::move(faults.list());
}

std::vector<Rejection> KeptRecord(std::string_view place) {
  return Problem("id", place, "kept-by-program", "此记录由系统维护，不能导入或删除。",
                 "The program keeps this record itself; it cannot be imported or deleted.");
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : std::string_view("0123456789abcdef").find(text[i]) == std::string_view::npos) return false;
  }
  return true;
}

std::string IdFromUrl(std::string_view full_url) {
  constexpr std::string_view kUuid = "urn:uuid:";
  if (StartsWith(full_url, kUuid)) {
    const std::string uuid = ToLowerAscii(full_url.substr(kUuid.size()));
    if (IsUuid(uuid)) return uuid;
  }
  return "u-" + ShortHash(full_url);
}

// "Patient/1" of a request's url; id empty where there is none.
std::pair<std::string_view, std::string_view> SplitUrl(std::string_view url) {
  url = url.substr(0, url.find('?'));
  const size_t slash = url.find('/');
  if (slash == std::string_view::npos) return {url, {}};
  return {url.substr(0, slash), url.substr(slash + 1)};
}

std::string_view QueryOf(std::string_view url) {
  const size_t mark = url.find('?');
  return mark == std::string_view::npos ? std::string_view() : url.substr(mark + 1);
}

}  // namespace

std::vector<Rejection> CheckResource(json::Value resource) {
  const std::string type(resource.FindString("resourceType"));
  const fhir::Definitions& definitions = fhir::Definitions::R4();
  if (!resource.IsObject() || access::IsInternalType(type) || !definitions.FindResource(type))
    return Problem("resourceType", type, "not-a-resource", "这不是 FHIR R4 的资源：“" + type + "”。",
                   "This is no resource of FHIR R4: \"" + type + "\".");
  const std::vector<fhir::Issue> issues = fhir::CheckShape(definitions, resource, {}, 50);
  if (!fhir::HasErrors(issues)) return {};
  Faults faults;
  for (const fhir::Issue& issue : issues) {
    if (issue.severity != fhir::Severity::kError && issue.severity != fhir::Severity::kFatal) continue;
    faults.Add(issue.expression, resource.FindString("id"), issue.detail_code.empty() ? issue.code : issue.detail_code,
               issue.zh.empty() ? issue.en : issue.zh, issue.en);
    if (faults.list().size() == kProblemsOfAResource) break;
  }
  return std::move(faults.list());
}

// The entry's type, id and what is to be done; its place for references of others.
Status BundleReader::Identify(json::Value entry, BundleEntry& out) {
  const std::optional<json::Value> resource = entry.Find("resource");
  const json::Value request = entry.Find("request").value_or(json::Value());
  const std::string method = ToUpperAscii(request.FindString("method"));
  const std::string_view url = request.FindString("url"), full_url = entry.FindString("fullUrl");
  const auto [url_type, url_id] = SplitUrl(url);
  if (method == "GET" || method == "HEAD") {
    out.kind = BundleEntry::Kind::kSkip;
    return Ok();
  }
  if (method == "DELETE") {
    out.kind = BundleEntry::Kind::kDelete;
    out.type = url_type;
    out.id = url_id;
    if (access::IsKeptRecord(out.type, out.id)) out.problems = KeptRecord(url);
    else if (!fhir::Definitions::R4().FindResource(out.type) || access::IsInternalType(out.type) || !fhir::IsStorableId(out.id))
      out.problems = Problem("request.url", url, "bad-bundle-entry", "只能删除写明类型和编号的资源。",
                             "Only a resource named by type and id can be deleted.");
    return Ok();
  }
  if (!resource || (!method.empty() && method != "PUT" && method != "POST")) {
    out.problems = Problem("request.method", method, "bad-bundle-entry", "这一条没有资源，或请求方法不能导入。",
                           "This entry has no resource, or a method that cannot be imported.");
    return Ok();
  }
  out.problems = CheckResource(*resource);
  if (!out.problems.empty()) return Ok();
  out.type = resource->FindString("resourceType");
  const std::string_view own = resource->FindString("id");
  if (method == "PUT" && !url_id.empty()) out.id = url_id;
  else if (fhir::IsStorableId(own)) out.id = own;
  else out.id = full_url.empty() ? "b-" + ShortHash(resource->Raw()) : IdFromUrl(full_url);
  std::string_view condition = method == "PUT" ? QueryOf(url) : request.FindString("ifNoneExist");
  if (StartsWith(condition, "?")) condition.remove_prefix(1);
  if (!condition.empty()) {
    QX_TRY(const Identifiers::Answer found, Find(out.type, condition));
    if (found.kind == Identifiers::Answer::Kind::kOne && found.id != out.id) {
      out.id = found.id;
      if (method != "PUT") out.kind = BundleEntry::Kind::kKnown;
    }
  }
  if (!fhir::IsStorableId(out.id))
    out.problems = Problem("id", out.id, "bad-bundle-entry", "编号不合 FHIR 的格式。", "The id is not of FHIR's form.");
  if (access::IsKeptRecord(out.type, out.id)) out.problems = KeptRecord(out.type + "/" + out.id);
  if (!full_url.empty()) places_[std::string(full_url)] = out.type + "/" + out.id;
  identifiers_.Add(out.type, out.id, *resource);
  present_.emplace_back(out.id, *resource);
  return Ok();
}

// A type that is asked for the first time is read from the record, which does not hold this Bundle's entries yet.
Result<Identifiers::Answer> BundleReader::Find(std::string_view type, std::string_view query) {
  const bool known = identifiers_.Knows(type);
  QX_TRY(const Identifiers::Answer answer, identifiers_.Find(type, query));
  if (known || !identifiers_.Knows(type)) return answer;
  for (const auto& [id, resource] : present_)
    if (resource.FindString("resourceType") == type) identifiers_.Add(type, id, resource);
  return identifiers_.Find(type, query);
}

Status BundleReader::Link(json::Value value, std::string_view name, const char* base, std::vector<Splice>& splices) {
  if (value.IsObject()) {
    for (const json::Member& member : value.Members()) QX_DO(Link(member.value, member.name, base, splices));
    return Ok();
  }
  if (value.IsArray()) {
    for (json::Value element : value.Elements()) QX_DO(Link(element, name, base, splices));
    return Ok();
  }
  if (!value.IsString()) return Ok();
  const std::string_view text = value.AsString();
  const bool is_reference = name == "reference";
  if (!is_reference && !StartsWith(text, "urn:")) return Ok();
  std::string place;
  if (const auto found = places_.find(std::string(text)); found != places_.end()) {
    place = found->second;
  } else if (is_reference && text.find('?') != std::string_view::npos && text.find(':') > text.find('?')) {
    const std::string type(SplitUrl(text).first);
    QX_TRY(const Identifiers::Answer answer, Find(type, QueryOf(text)));
    if (answer.kind == Identifiers::Answer::Kind::kOne) place = type + "/" + answer.id;
    else ++unresolved_[type];
  }
  if (place.empty()) return Ok();
  const std::string_view raw = value.Raw();
  splices.push_back({static_cast<size_t>(raw.data() - base), raw.size(), json::Quote(place)});
  return Ok();
}

Result<std::string> BundleReader::LinkedBody(json::Value resource) {
  const std::string_view raw = resource.Raw();
  std::vector<Splice> splices;
  QX_DO(Link(resource, "", raw.data(), splices));
  std::string body;
  body.reserve(raw.size());
  size_t at = 0;
  for (const Splice& splice : splices) {
    body.append(raw.substr(at, splice.begin - at)).append(splice.text);
    at = splice.begin + splice.size;
  }
  return body.append(raw.substr(at));
}

Result<std::vector<BundleEntry>> BundleReader::Read(json::Value bundle) {
  places_.clear();
  present_.clear();
  std::vector<BundleEntry> entries;
  const std::optional<json::Value> list = bundle.Find("entry");
  if (!list || !list->IsArray()) return entries;
  for (json::Value entry : list->Elements()) {
    BundleEntry& out = entries.emplace_back();
    out.ordinal = entries.size();
    QX_DO(Identify(entry, out));
  }
  size_t i = 0;
  for (json::Value entry : list->Elements()) {
    BundleEntry& out = entries[i++];
    if (out.kind != BundleEntry::Kind::kPut || !out.problems.empty()) continue;
    QX_TRY(out.body, LinkedBody(*entry.Find("resource")));
  }
  present_.clear();                          // it points into the caller's document
  return entries;
}

BundleEntry BundleReader::ReadAlone(json::Value resource, uint64_t ordinal) {
  BundleEntry out;
  out.ordinal = ordinal;
  out.problems = CheckResource(resource);
  if (!out.problems.empty()) return out;
  out.type = resource.FindString("resourceType");
  out.id = resource.FindString("id");
  if (!fhir::IsStorableId(out.id)) out.id = "b-" + ShortHash(resource.Raw());
  if (access::IsKeptRecord(out.type, out.id)) out.problems = KeptRecord(out.type + "/" + out.id);
  out.body = resource.Raw();
  identifiers_.Add(out.type, out.id, resource);
  return out;
}

}  // namespace qianxian::intake
