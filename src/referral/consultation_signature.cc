#include "referral/consultation_signature.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/crypto.h"
#include "fhir/base64.h"
#include "referral/extension.h"
#include "referral/step_tools.h"

namespace qianxian::referral {
namespace {

constexpr std::string_view kSignatureTypes = "urn:iso-astm:E1762-95:2013";
// Author's Signature, of the sole author of a text. (…1.14, Source Signature, is that of a device.)
constexpr std::string_view kAuthor = "1.2.840.10065.1.12.1.1";
constexpr std::string_view kTerminology = "http://terminology.hl7.org/CodeSystem/";

// One text with all that its signature says of it, as the consultation has it.
struct Statement {
  std::string id, verb, at, who, name, organization, text;
  std::vector<std::string> targets;
  const std::string& shown() const { return name.empty() ? who : name; }
  bool by_practitioner() const { return who.starts_with("Practitioner/"); }
  std::string hash() const { return crypto::Sha256(text); }
  Signed AsSigned() const { return {at, shown(), HexEncode(hash())}; }
};

Statement OfOpinion(const Consultation& c, size_t index) {
  const Opinion& one = c.opinions[index];
  return {c.id + "-signature-" + std::to_string(index + 1), "opine", one.at, one.who, one.name, one.organization, SignedText(one), {"Task/" + c.id}};
}
Statement OfConclusion(const Consultation& c) {
  const Conclusion& one = *c.conclusion;
  return {c.id + "-signature-conclusion", "conclude", one.at, one.who, one.name, c.from.organization, SignedText(one), {"Task/" + c.id, "ClinicalImpression/" + c.id}};
}

void WriteCoding(Writer& w, std::string_view name, std::string_view system, std::string_view code) {
  w.Name(name).BeginArray().BeginObject().Member("system", system).Member("code", code).EndObject().EndArray();
}
void WriteWho(Writer& w, const Statement& one, const std::string& account) {
  w.Name("who").BeginObject();
  if (one.by_practitioner()) w.Member("reference", one.who);
  w.Name("identifier").BeginObject().Member("system", std::string(kBase) + "account").Member("value", account).EndObject();
  w.Member("display", one.shown()).EndObject();
}

std::string AsFhir(const Statement& one, const std::string& account) {
  Writer w;
  w.BeginObject().Member("resourceType", "Provenance").Member("id", one.id);
  w.Name("target").BeginArray();
  for (const std::string& target : one.targets) w.BeginObject().Member("reference", target).EndObject();
  w.EndArray().Member("recorded", one.at);
  w.Name("reason").BeginArray().BeginObject();
  WriteCoding(w, "coding", std::string(kTerminology) + "v3-ActReason", "TREAT");
  w.EndObject().EndArray();
  // R4's word, and ours.
  w.Name("activity").BeginObject().Name("coding").BeginArray();
  w.BeginObject().Member("system", std::string(kTerminology) + "v3-DataOperation").Member("code", "CREATE").EndObject();
  w.BeginObject().Member("system", std::string(kBase) + "consultation-verb").Member("code", one.verb).EndObject();
  w.EndArray().EndObject();
  w.Name("agent").BeginArray().BeginObject().Name("type").BeginObject();
  WriteCoding(w, "coding", std::string(kTerminology) + "provenance-participant-type", "author");
  w.EndObject();
  WriteWho(w, one, account);
  Reference(w, "onBehalfOf", "Organization/" + one.organization);
  w.EndObject().EndArray();
  w.Name("signature").BeginArray().BeginObject();
  WriteCoding(w, "type", kSignatureTypes, kAuthor);
  w.Member("when", one.at);
  WriteWho(w, one, account);
  w.Member("targetFormat", "text/plain").Member("sigFormat", "application/octet-stream").Member("data", fhir::EncodeBase64(one.hash()));
  w.EndObject().EndArray().EndObject();
  return w.Take();
}

template <typename Fits>
bool Any(Value of, std::string_view name, Fits fits) {
  for (Value one : of.Find(name).value_or(Value()).Elements())
    if (fits(one)) return true;
  return false;
}
Value Inside(Value of, std::string_view name) { return of.Find(name).value_or(Value()); }

bool WhoFits(const Statement& one, Value of) {
  const Value who = Inside(of, "who");
  const std::string_view by = one.by_practitioner() ? who.FindString("reference") : Inside(who, "identifier").FindString("value");
  return by == one.who && who.FindString("display") == one.shown();
}

bool Fits(const Statement& one, Value provenance) {
  const std::string data = fhir::EncodeBase64(one.hash());
  const bool about = std::all_of(one.targets.begin(), one.targets.end(), [&](const std::string& target) {
    return Any(provenance, "target", [&](Value there) { return there.FindString("reference") == target; });
  });
  return about &&
         Any(provenance, "agent", [&](Value agent) {
           return WhoFits(one, agent) && Inside(agent, "onBehalfOf").FindString("reference") == "Organization/" + one.organization;
         }) &&
         Any(provenance, "signature", [&](Value signature) {
           return signature.FindString("data") == data && signature.FindString("when") == one.at && WhoFits(one, signature) &&
                  Any(signature, "type", [](Value type) { return type.FindString("system") == kSignatureTypes && type.FindString("code") == kAuthor; });
         });
}

// None: there is no such record, or it was deleted, or it is no JSON.
Result<std::optional<json::Document>> ReadIfThere(store::Snapshot& program, std::string_view type, const std::string& id) {
  const Result<store::Resource> record = program.Read(type, id);
  if (!record.ok() && record.error().category != ErrorCategory::kNotFound) return record.error();
  if (!record.ok()) return std::optional<json::Document>();
  Result<json::Document> document = json::Document::Parse(record->body);
  return document.ok() ? std::optional<json::Document>(std::move(*document)) : std::optional<json::Document>();
}

Result<std::optional<Signed>> Read(store::Snapshot& program, const Statement& one) {
  QX_TRY(const std::optional<json::Document> document, ReadIfThere(program, "Provenance", one.id));
  return document && Fits(one, document->root()) ? std::optional(one.AsSigned()) : std::optional<Signed>();
}

}  // namespace

std::string SignedText(const Opinion& opinion) {
  Writer w;
  w.BeginObject().Member("advice", opinion.advice).Member("diagnosis", opinion.diagnosis).Member("transfer", opinion.transfer).EndObject();
  return w.Take();
}
std::string SignedText(const Conclusion& conclusion) { return conclusion.text; }

std::optional<store::Change> Sign(const access::Caller& caller, Consultation& c, std::string_view verb) {
  if (verb != "opine" && verb != "conclude") return std::nullopt;
  const Statement one = verb == "opine" ? OfOpinion(c, c.opinions.size() - 1) : OfConclusion(c);
  (verb == "opine" ? c.opinions.back().signature : c.conclusion->signature) = one.AsSigned();
  store::Change change;
  change.type = "Provenance";
  change.id = one.id;
  change.body = AsFhir(one, caller.user);
  change.owner = c.from.organization;
  return change;
}

Status ReadSignatures(store::Snapshot& program, Consultation& c) {
  for (size_t i = 0; i < c.opinions.size(); ++i) {
    QX_TRY(c.opinions[i].signature, Read(program, OfOpinion(c, i)));
  }
  if (!c.conclusion) return Ok();
  QX_TRY(c.conclusion->signature, Read(program, OfConclusion(c)));
  // The text stands twice, and both are what was signed.
  QX_TRY(const std::optional<json::Document> impression, ReadIfThere(program, "ClinicalImpression", c.id));
  if (!impression || impression->root().FindString("summary") != c.conclusion->text) c.conclusion->signature.reset();
  return Ok();
}

}  // namespace qianxian::referral
