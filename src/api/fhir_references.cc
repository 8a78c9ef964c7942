#include "api/fhir_references.h"

#include "base/text.h"
#include "fhir/reference.h"
#include "json/writer.h"

namespace qianxian::api {
namespace {

bool IsConditional(std::string_view reference) {
  size_t question = reference.find('?');
  return question != std::string_view::npos && fhir::LooksLikeTypeName(reference.substr(0, question));
}

}  // namespace

void ReferenceLinker::Add(std::string_view full_url, const std::string& place) {
  if (full_url.empty()) return;
  places_[std::string(full_url)] = place;
  // "Patient/1" inside an entry means the Patient/1 beside it, on the sender's server.
  fhir::Reference address = fhir::ParseReference(full_url);
  if (address.kind == fhir::Reference::Kind::kAbsolute && !address.type.empty()) {
    places_[std::string(address.type) + "/" + std::string(address.id)] = place;
  }
}

Result<std::string> ReferenceLinker::Link(json::Value resource) {
  bool changed = false;
  QX_TRY(std::string linked, Copy("", resource, changed));
  return changed ? linked : std::string(resource.Raw());
}

Result<std::string> ReferenceLinker::Translate(std::string_view name, std::string_view text, bool& changed) {
  bool is_reference = name == "reference";
  if (is_reference && IsConditional(text)) {
    auto known = found_.find(std::string(text));
    if (known == found_.end()) {
      QX_TRY(std::string place, find_(text));
      known = found_.emplace(std::string(text), std::move(place)).first;
    }
    changed = true;
    return known->second;
  }
  // In elements of type uri, url or canonical only a urn can mean an entry; Identifier.value and ids are left alone.
  bool may_be_urn = StartsWith(text, "urn:uuid:") || StartsWith(text, "urn:oid:");
  if (!is_reference && (!may_be_urn || name == "value" || name == "id" || name == "system")) return std::string(text);
  size_t fragment = text.find('#');
  auto found = places_.find(std::string(text.substr(0, fragment)));
  if (found == places_.end()) return std::string(text);
  changed = true;
  return found->second + (fragment == std::string_view::npos ? "" : std::string(text.substr(fragment)));
}

std::string ReferenceLinker::TranslateNarrative(std::string_view div, bool& changed) const {
  constexpr std::string_view kUrn = "urn:uuid:";
  constexpr size_t kUrnLength = 9 + 36;
  std::string out;
  size_t at = 0;
  while (true) {
    size_t found = div.find(kUrn, at);
    if (found == std::string_view::npos) break;
    out += div.substr(at, found - at);
    auto place = places_.find(std::string(div.substr(found, kUrnLength)));
    if (place == places_.end()) {
      out += kUrn;
      at = found + kUrn.size();
    } else {
      out += place->second;
      at = found + kUrnLength;
      changed = true;
    }
  }
  out += div.substr(at);
  return out;
}

Result<std::string> ReferenceLinker::Copy(std::string_view name, json::Value value, bool& changed) {
  if (value.IsString()) {
    bool changed_here = false;
    std::string text = name == "div" ? TranslateNarrative(value.AsString(), changed_here) : std::string();
    if (name != "div") {
      QX_TRY(text, Translate(name, value.AsString(), changed_here));
    }
    changed = changed || changed_here;
    return changed_here ? json::Quote(text) : std::string(value.Raw());
  }
  if (!value.IsArray() && !value.IsObject()) return std::string(value.Raw());
  bool changed_here = false;
  std::string out(1, value.IsArray() ? '[' : '{');
  if (value.IsArray()) {
    for (json::Value item : value.Elements()) {
      QX_TRY(std::string part, Copy(name, item, changed_here));
      if (out.size() > 1) out += ',';
      out += part;
    }
    out += ']';
  } else {
    for (json::Member member : value.Members()) {
      QX_TRY(std::string part, Copy(member.name, member.value, changed_here));
      if (out.size() > 1) out += ',';
      out += json::Quote(member.name) + ":" + part;
    }
    out += '}';
  }
  changed = changed || changed_here;
  return changed_here ? out : std::string(value.Raw());
}

}  // namespace qianxian::api
