// A batch in the record: a DocumentReference that names its files, their hashes and its place, and a Provenance that says
// who brought it, when and from which file. Source: https://hl7.org/fhir/R4/documentreference.html, provenance.html
#include <cstdio>

#include "json/value.h"
#include "json/writer.h"
#include "base/text.h"
#include "store/ledger_internal.h"

namespace qianxian::store::ledger {
namespace {

constexpr std::string_view kExtension = "https://fhir.qianxian.cn/StructureDefinition/";
constexpr std::string_view kKindSystem = "https://fhir.qianxian.cn/CodeSystem/ledger-kind";
constexpr std::string_view kBatchSystem = "https://fhir.qianxian.cn/ledger-batch";

void Extension(json::Writer& w, std::string_view name, std::string_view value_name, std::string_view text) {
  w.BeginObject().Member("url", std::string(kExtension) + std::string(name)).Member(value_name, text).EndObject();
}

void Attachment(json::Writer& w, const BatchRecord::File& file, std::string_view title) {
  w.BeginObject().Name("attachment").BeginObject();
  // Attachment.hash would be SHA-1; sizes beyond 31 bits do not fit Attachment.size. Both are said here instead.
  w.Name("extension").BeginArray();
  Extension(w, "sha-256", "valueString", file.sha256);
  Extension(w, "bytes", "valueString", std::to_string(file.bytes));
  w.EndArray();
  w.Member("contentType", "application/vnd.apache.parquet").Member("url", file.url);
  if (file.bytes <= INT32_MAX) w.Member("size", file.bytes);
  w.Member("title", title).EndObject().EndObject();
}

std::string_view ExtensionText(json::Value element, std::string_view name, std::string_view value_name) {
  const auto extensions = element.Find("extension");
  if (!extensions) return "";
  for (json::Value extension : extensions->Elements()) {
    const std::string_view url = extension.FindString("url");
    if (StartsWith(url, kExtension) && url.substr(kExtension.size()) == name) return extension.FindString(value_name);
  }
  return "";
}

bool ParseCount(std::string_view text, uint64_t& out) {
  int64_t number = 0;
  if (!ParseInteger(text, number) || number < 0) return false;
  out = static_cast<uint64_t>(number);
  return true;
}

}  // namespace

std::string BatchId(std::string_view kind, uint64_t sequence) {
  char number[32];
  std::snprintf(number, sizeof number, "%06llu", static_cast<unsigned long long>(sequence));
  return "ledger-" + std::string(kind) + "-" + number;
}

std::string DocumentJson(const BatchRecord& batch, Instant at) {
  const std::string id = BatchId(batch.kind, batch.sequence);
  json::Writer w;
  w.BeginObject().Member("resourceType", "DocumentReference").Member("id", id);
  w.Name("extension").BeginArray();
  Extension(w, "ledger-kind", "valueString", batch.kind);
  Extension(w, "ledger-sequence", "valueString", std::to_string(batch.sequence));
  Extension(w, "ledger-rows", "valueString", std::to_string(batch.rows));
  w.EndArray();
  w.Name("identifier").BeginArray().BeginObject().Member("system", kBatchSystem).Member("value", id).EndObject().EndArray();
  w.Member("status", "current").Member("docStatus", "final");
  w.Name("type").BeginObject().Name("coding").BeginArray().BeginObject();
  w.Member("system", kKindSystem).Member("code", batch.kind).EndObject().EndArray().EndObject();
  w.Member("date", FormatInstant(at));
  w.Name("content").BeginArray();
  Attachment(w, batch.data, "rows");
  if (batch.superseded.any()) Attachment(w, batch.superseded, "superseded");
  w.EndArray().EndObject();
  return w.Take();
}

std::string ProvenanceJson(const BatchRecord& batch, const BatchOrigin& origin, Instant at) {
  const std::string id = BatchId(batch.kind, batch.sequence);
  json::Writer w;
  w.BeginObject().Member("resourceType", "Provenance").Member("id", id + "-provenance");
  w.Name("target").BeginArray().BeginObject().Member("reference", "DocumentReference/" + id).EndObject().EndArray();
  w.Member("recorded", FormatInstant(at));
  w.Name("activity").BeginObject().Member("text", "import").EndObject();
  w.Name("agent").BeginArray().BeginObject().Name("who").BeginObject();
  w.Member("display", origin.who.empty() ? "?" : origin.who).EndObject().EndObject().EndArray();
  w.Name("entity").BeginArray().BeginObject().Member("role", "source").Name("what").BeginObject();
  if (!origin.file_hash.empty())
    w.Name("identifier").BeginObject().Member("system", "urn:sha-256").Member("value", origin.file_hash).EndObject();
  w.Member("display", origin.file_name.empty() ? "?" : origin.file_name).EndObject().EndObject().EndArray();
  w.EndObject();
  return w.Take();
}

Result<BatchRecord> ParseDocument(std::string_view text) {
  QX_TRY(const json::Document document, json::Document::Parse(std::string(text)));
  const json::Value root = document.root();
  BatchRecord batch;
  batch.kind = ExtensionText(root, "ledger-kind", "valueString");
  const auto content = root.Find("content");
  bool good = !batch.kind.empty() && content && content->size() > 0 &&
              ParseCount(ExtensionText(root, "ledger-sequence", "valueString"), batch.sequence) &&
              ParseCount(ExtensionText(root, "ledger-rows", "valueString"), batch.rows);
  if (good) {
    for (json::Value part : content->Elements()) {
      const json::Value attachment = part.Find("attachment").value_or(json::Value());
      BatchRecord::File& file = attachment.FindString("title") == "superseded" ? batch.superseded : batch.data;
      file.url = attachment.FindString("url");
      file.sha256 = ExtensionText(attachment, "sha-256", "valueString");
      good = good && ParseCount(ExtensionText(attachment, "bytes", "valueString"), file.bytes) &&
             StartsWith(file.url, "ledger/") && file.url.find("..") == std::string::npos && file.sha256.size() == 64;
    }
  }
  if (!good || !batch.data.any())
    return Unavailable("bad-ledger-document", "A DocumentReference of the ledger was changed and names no batch any more",
                       "台账批次的登记内容已被改动，无法识别");
  return batch;
}

Result<std::vector<BatchRecord>> ReadBatches(Store& store, std::string_view kind) {
  QX_TRY(const std::unique_ptr<Snapshot> snapshot, store.OpenSnapshot(access::SystemCaller("ledger")));
  std::vector<BatchRecord> batches;
  // Sequences have no holes: a batch gets the next one in the commit that records it.
  for (uint64_t sequence = 1;; ++sequence) {
    const std::string id = BatchId(kind, sequence);
    auto document = snapshot->Read("DocumentReference", id);
    const bool withdrawn = !document.ok() && document.error().code == "deleted";
    if (withdrawn) document = snapshot->ReadVersion("DocumentReference", id, 1);
    if (!document.ok()) {
      if (document.error().category == ErrorCategory::kNotFound) return batches;
      return std::move(document).error();
    }
    QX_TRY(BatchRecord batch, ParseDocument(document->body));
    batch.withdrawn = withdrawn;
    batch.t = document->t;
    batches.push_back(std::move(batch));
  }
}

}  // namespace qianxian::store::ledger
