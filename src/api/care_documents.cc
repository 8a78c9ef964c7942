// Photos and files of a patient: the bytes as a Binary, what they are as a DocumentReference. Who may read the DocumentReference
// (the owner's people, and who treats the patient meanwhile) may see the bytes.
#include <array>

#include "api/care_api.h"
#include "api/page_api.h"
#include "api/page_json.h"
#include "base/limits_care.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "fhir/base64.h"
#include "store/masked.h"

namespace qianxian::api {
namespace {

const std::string kPrefix = "document-";

// By the first bytes; what the sender says of them counts for nothing. "": none of those that are taken.
std::string_view ContentTypeOf(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (bytes.starts_with("\xFF\xD8\xFF"sv)) return "image/jpeg";
  if (bytes.starts_with("\x89PNG\r\n\x1A\n"sv)) return "image/png";
  if (bytes.starts_with("RIFF"sv) && bytes.size() > 12 && bytes.substr(8, 4) == "WEBP"sv) return "image/webp";
  if (bytes.starts_with("%PDF-"sv)) return "application/pdf";
  return {};
}

Result<std::string> TitleOf(std::string_view asked, std::string_view content_type) {
  const std::string title(TrimUnicode(asked));
  if (title.size() > limits::kDocumentTitleBytes)
    return Invalid("too-long", "the title is too long: make it shorter (at most 200 bytes)", "名称过长，请缩短（最多 200 字节，约 66 个汉字）");
  if (HasControlCharacters(title)) return Invalid("bad-title", "the title is one line of text, without line breaks: type it again", "名称应为一行文字，不能含换行，请重新填写");
  if (!title.empty()) return title;
  return std::string(content_type == "application/pdf" ? "文件" : "照片");
}

struct Document {
  std::string id, patient, title, content_type, author;
  size_t size = 0;
};

std::string AsFhir(const Document& d, Instant now) {
  json::Writer w;
  w.BeginObject().Member("resourceType", "DocumentReference").Member("id", d.id).Member("status", "current");
  w.Name("type").BeginObject().Member("text", d.title).EndObject();
  w.Name("subject").BeginObject().Member("reference", "Patient/" + d.patient).EndObject().Member("date", FormatInstant(now));
  if (!d.author.empty()) w.Name("author").BeginArray().BeginObject().Member("reference", "Practitioner/" + d.author).EndObject().EndArray();
  w.Name("content").BeginArray().BeginObject().Name("attachment").BeginObject().Member("contentType", d.content_type);
  w.Member("url", "Binary/" + d.id).Member("size", static_cast<uint64_t>(d.size)).Member("title", d.title).Member("creation", FormatInstant(now));
  w.EndObject().EndObject().EndArray().EndObject();
  return w.Take();
}

std::string BytesAsFhir(const Document& d, std::string_view bytes) {
  json::Writer w;
  w.BeginObject().Member("resourceType", "Binary").Member("id", d.id).Member("contentType", d.content_type);
  w.Name("securityContext").BeginObject().Member("reference", "DocumentReference/" + d.id).EndObject();
  w.Member("data", fhir::EncodeBase64(bytes)).EndObject();
  return w.Take();
}

// What a DocumentReference of ours says of its bytes; an empty id: it is none of ours.
Document FromFhir(const store::Resource& resource, json::Value root) {
  Document d;
  const auto content = root.Find("content");
  const auto attachment = content && content->size() > 0 ? content->At(0).Find("attachment") : std::nullopt;
  if (!resource.id.starts_with(kPrefix) || !attachment || attachment->FindString("url") != "Binary/" + resource.id) return d;
  d.id = resource.id, d.title = attachment->FindString("title"), d.content_type = attachment->FindString("contentType");
  int64_t size = 0;
  if (const auto number = attachment->Find("size"); number && ParseInteger(number->NumberText(), size)) d.size = static_cast<size_t>(size);
  return d;
}

std::string Told(const Document& d) {
  json::Writer w;
  w.BeginObject().Member("reference", "DocumentReference/" + d.id).Member("title", d.title).Member("contentType", d.content_type);
  w.Member("size", static_cast<uint64_t>(d.size)).EndObject();
  return w.Take();
}

store::Change NewRecord(const char* type, const std::string& id, const std::string& owner, std::string body) {
  store::Change change;
  change.type = type, change.id = id, change.owner = owner, change.body = std::move(body), change.if_version = 0;
  return change;
}

}  // namespace

Result<http::Response> CareApi::AddDocument(const CareCall& call) {
  const std::string& bytes = call.request.body;
  if (bytes.empty()) return Invalid("empty-document", "the file is empty: choose it again", "文件是空的，请重新选择");
  if (bytes.size() > limits::kDocumentBytes)
    return Invalid("too-large", "the file is larger than 10 MB: make the photo smaller, or send the pages one by one", "文件超过 10 MB，请缩小照片或分页上传");
  Document d;
  d.content_type = ContentTypeOf(bytes);
  if (d.content_type.empty())
    return Invalid("bad-document-type", "only JPEG, PNG and WebP pictures and PDF files are taken: save it as one of these", "只接受 JPEG、PNG、WebP 图片和 PDF 文件，请另存为其中一种");
  if (call.Query("key").empty()) return Invalid("no-key", "key is missing: one of your own for each file, the same when it is sent again", "缺少 key：每个文件自定一个，重发时不变");
  QX_TRY(d.title, TitleOf(call.Query("title"), d.content_type));
  d.patient = call.arguments[0], d.author = call.caller.practitioner, d.size = bytes.size();
  // The client's key makes the id: sent twice is one file.
  d.id = kPrefix + crypto::Sha256Hex(call.caller.user + "|document|" + d.patient + "|" + call.Query("key")).substr(0, 32);
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store::OpenView(*services_.store, call.caller));
  QX_TRY(const store::Resource patient, snapshot->Read("Patient", d.patient));
  if (const auto there = snapshot->Read("DocumentReference", d.id); there.ok()) {
    QX_TRY(const json::Document document, json::Document::Parse(there->body));
    return JsonResponse(Told(FromFhir(*there, document.root())));
  }
  const std::string owner = call.caller.organizations.empty() ? patient.owner : call.caller.organizations.front();
  const Instant now = services_.clock->Now();
  store::CommitRequest commit;
  commit.reason = "api:document";
  commit.changes.push_back(NewRecord("DocumentReference", d.id, owner, AsFhir(d, now)));
  commit.changes.push_back(NewRecord("Binary", d.id, owner, BytesAsFhir(d, bytes)));
  QX_DO(services_.store->Commit(call.caller, std::move(commit)));
  return JsonResponse(Told(d), 201);
}

Result<http::Response> CareApi::ShowDocument(const CareCall& call) {
  const auto missing = [] { return NotFound("no-document", "there is no such file, or you may not see it", "没有这个文件，或您无权查看"); };
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store::OpenView(*services_.store, call.caller));
  QX_TRY(const store::Resource reference, snapshot->Read("DocumentReference", call.arguments[0]));
  QX_TRY(const json::Document document, json::Document::Parse(reference.body));
  if (FromFhir(reference, document.root()).id.empty()) return missing();
  QX_TRY(const std::unique_ptr<store::Snapshot> whole, services_.store->OpenSnapshot(access::SystemCaller("document"), snapshot->t()));
  QX_TRY(const store::Resource binary, whole->Read("Binary", reference.id));
  QX_TRY(const json::Document body, json::Document::Parse(binary.body));
  const auto context = body.root().Find("securityContext");
  if (!context || context->FindString("reference") != "DocumentReference/" + reference.id) return missing();
  http::Response response;
  QX_TRY(response.body, fhir::DecodeBase64(body.root().FindString("data")));
  const std::string_view type = ContentTypeOf(response.body);          // and not what a record says of them
  if (type.empty()) return missing();
  response.Set("Content-Type", type);
  response.Set("Content-Disposition", "inline");
  return response;
}

}  // namespace qianxian::api
