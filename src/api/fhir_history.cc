// History of a resource, a type or everything: newest first, in pages; since a time, or what was current at a time.
// Source: https://hl7.org/fhir/R4/http.html#history
#include <algorithm>
#include <unordered_map>
#include <utility>

#include "api/fhir_api.h"
#include "api/outcome.h"
#include "base/limits.h"
#include "base/text.h"
#include "fhir/date.h"
#include "json/writer.h"
#include "store/masked.h"

namespace qianxian::api {

struct FhirApi::HistoryQuestion {
  std::optional<Instant> since;
  std::optional<fhir::DateRange> at;
  size_t count = limits::kSearchPageDefault;
  std::string place;
  std::string canonical;                   // for links, without the place
};

namespace {

constexpr std::string_view kAtPlace = "at-";                 // "at-T-SKIP": the state that is paged through, entries passed

void WriteHistoryEntry(json::Writer& writer, const Exchange& exchange, const store::Resource& version) {
  std::string place = version.type + "/" + version.id;
  writer.BeginObject().Member("fullUrl", exchange.base + "/" + place);
  if (!version.deleted) writer.Name("resource").Raw(version.body);
  writer.Name("request").BeginObject();
  writer.Member("method", version.deleted ? "DELETE" : "PUT").Member("url", place).EndObject();
  const char* status = version.deleted ? "204" : version.version == 1 ? "201" : "200";
  writer.Name("response").BeginObject().Member("status", status).Member("etag", EntityTag(version.version));
  writer.Member("lastModified", FormatInstant(version.last_updated)).EndObject().EndObject();
}

void AddCanonical(std::string& canonical, std::string_view name, std::string_view value) {
  if (!canonical.empty()) canonical += '&';
  canonical += std::string(name) + "=" + http::PercentEncode(value);
}

Error BadPlace() { return Invalid("bad-place", "this is not a place of a history", "分页位置无效"); }

}  // namespace

Result<FhirApi::HistoryQuestion> FhirApi::ReadHistoryQuestion(const Exchange& exchange, const NamedValues& query) const {
  HistoryQuestion question;
  for (const auto& [name, value] : query) {
    if (name == "_format" || name == "_pretty") continue;
    if (name == "_place") {
      question.place = value;
    } else if (name == "_count") {
      int64_t count = 0;
      if (!ParseInteger(value, count) || count < 0) return Invalid("bad-value", "_count is a number", "_count 应为数字");
      question.count = std::min<size_t>(static_cast<size_t>(count), limits::kSearchPageMaximum);
      AddCanonical(question.canonical, name, std::to_string(question.count));
    } else if (name == "_since" || name == "_at") {
      QX_TRY(fhir::DateTime time, fhir::ParseDateTime(value, fhir::DateSyntax::kSearch));
      if (name == "_since") question.since = Instant{fhir::RangeOf(time).low};
      else question.at = fhir::RangeOf(time);
      AddCanonical(question.canonical, name, value);
    } else if (!exchange.lenient) {
      return Invalid("unknown-parameter", "history has no parameter " + name, "历史查询不支持参数 " + name);
    }
  }
  return question;
}

Result<store::HistoryPage> FhirApi::HistoryAt(const Exchange& exchange, const std::string& type, const std::string& id,
                                              const HistoryQuestion& question) {
  std::optional<uint64_t> t;
  int64_t skip = 0, number = 0;
  if (!question.place.empty()) {
    std::vector<std::string_view> parts = Split(question.place, '-');
    bool good = parts.size() == 3 && StartsWith(question.place, kAtPlace) && ParseInteger(parts[1], number) && number >= 0 &&
                ParseInteger(parts[2], skip) && skip >= 0;
    if (!good) return BadPlace();
    t = static_cast<uint64_t>(number);
  }
  QX_TRY(auto snapshot, store::OpenView(*services_.store, exchange.caller(), t));
  store::HistoryPage found;
  std::unordered_map<std::string, int64_t> superseded;       // when the version that came next was made
  std::string place;
  size_t looked = 0;
  do {
    QX_TRY(store::HistoryPage page, snapshot->History(type, id, std::nullopt, limits::kSearchPageMaximum, place));
    for (store::Resource& version : page.versions) {
      if (++looked > limits::kHistoryLooked) {
        return MakeError(ErrorCategory::kUnsupported, "too-costly", "the history is too long for _at: ask for one type or one resource",
                         "历史过长，_at 请限定到某个类型或某个资源");
      }
      int64_t made = version.last_updated.microseconds;
      auto [next, first] = superseded.try_emplace(version.type + "/" + version.id, INT64_MAX);
      int64_t until = std::exchange(next->second, made);
      // A deletion is an event of its time, not a state that lasts.
      bool current = made < question.at->high && (version.deleted ? made >= question.at->low : until > question.at->low);
      if (!current || (question.since && made < question.since->microseconds)) continue;
      size_t index = found.total++;
      size_t begin = static_cast<size_t>(skip);
      if (index >= begin && index < begin + question.count) found.versions.push_back(std::move(version));
    }
    place = page.next;
  } while (!place.empty());
  size_t end = static_cast<size_t>(skip) + question.count;
  if (question.count > 0 && found.total > end) found.next = std::string(kAtPlace) + std::to_string(snapshot->t()) + "-" + std::to_string(end);
  return found;
}

Result<http::Response> FhirApi::History(const Exchange& exchange, const Call& call, const std::string& type,
                                        const std::string& id) {
  QX_TRY(const HistoryQuestion question, ReadHistoryQuestion(exchange, call.query));
  store::HistoryPage page;
  if (question.at) {
    QX_TRY(page, HistoryAt(exchange, type, id, question));
  } else {
    QX_TRY(auto snapshot, store::OpenView(*services_.store, exchange.caller()));
    QX_TRY(page, snapshot->History(type, id, question.since, question.count, question.place));
  }
  if (!id.empty() && page.total == 0 && !question.since && !question.at) {
    return NotFound("no-such-resource", "there is no " + type + "/" + id, "没有这个资源：" + type + "/" + id);
  }
  std::string address = exchange.base + (type.empty() ? "" : "/" + type) + (id.empty() ? "" : "/" + id) + "/_history";
  json::Writer writer;
  writer.BeginObject().Member("resourceType", "Bundle").Member("id", NewUuid(*services_.clock, *services_.random));
  writer.Member("type", "history").Member("total", page.total);
  writer.Name("link").BeginArray().BeginObject().Member("relation", "self");
  writer.Member("url", address + (question.canonical.empty() ? "" : "?" + question.canonical)).EndObject();
  if (!page.next.empty()) {
    writer.BeginObject().Member("relation", "next");
    writer.Member("url", address + "?" + (question.canonical.empty() ? "" : question.canonical + "&") + "_place=" +
                             http::PercentEncode(page.next));
    writer.EndObject();
  }
  writer.EndArray();
  if (!page.versions.empty()) {
    writer.Name("entry").BeginArray();
    for (const store::Resource& version : page.versions) WriteHistoryEntry(writer, exchange, version);
    writer.EndArray();
  }
  writer.EndObject();
  return FhirAnswer(writer.Take());
}

}  // namespace qianxian::api
