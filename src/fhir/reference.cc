#include "fhir/reference.h"

#include "base/text.h"
#include "fhir/primitive.h"

namespace qianxian::fhir {
namespace {

// Splits "…/Type/id" from the right. False if it does not end so.
bool SplitTypeAndId(std::string_view text, std::string_view& base, std::string_view& type, std::string_view& id) {
  size_t last = text.rfind('/');
  if (last == std::string_view::npos || last == 0) return false;
  std::string_view id_part = text.substr(last + 1);
  std::string_view before = text.substr(0, last);
  size_t previous = before.rfind('/');
  if (previous == 0) return false;
  std::string_view type_part = previous == std::string_view::npos ? before : before.substr(previous + 1);
  if (!LooksLikeTypeName(type_part) || !IsStorableId(id_part)) return false;
  base = previous == std::string_view::npos ? std::string_view() : before.substr(0, previous);
  type = type_part;
  id = id_part;
  return true;
}

}  // namespace

bool LooksLikeTypeName(std::string_view text) {
  if (text.size() < 2 || text.size() > 64 || text[0] < 'A' || text[0] > 'Z') return false;
  for (char c : text) {
    if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))) return false;
  }
  return true;
}

Reference ParseReference(std::string_view text) {
  Reference reference;
  reference.whole = text;
  if (text.empty()) return reference;
  if (text[0] == '#') {
    reference.kind = Reference::Kind::kContained;
    reference.id = text.substr(1);
    return reference;
  }
  if (StartsWith(text, "urn:")) {
    reference.kind = Reference::Kind::kUrn;
    return reference;
  }
  size_t history = text.rfind("/_history/");
  if (history != std::string_view::npos) {
    reference.version = text.substr(history + 10);
    reference.whole = text.substr(0, history);
  }
  bool typed = SplitTypeAndId(reference.whole, reference.base, reference.type, reference.id);
  if (text.find("://") != std::string_view::npos) {
    reference.kind = Reference::Kind::kAbsolute;
  } else if (typed && reference.base.empty()) {
    reference.kind = Reference::Kind::kLocal;
  } else {
    reference.kind = Reference::Kind::kOther;
  }
  return reference;
}

Canonical ParseCanonical(std::string_view text) {
  Canonical canonical;
  size_t hash = text.find('#');
  if (hash != std::string_view::npos) {
    canonical.fragment = text.substr(hash + 1);
    text = text.substr(0, hash);
  }
  size_t bar = text.find('|');
  if (bar != std::string_view::npos) {
    canonical.version = text.substr(bar + 1);
    text = text.substr(0, bar);
  }
  canonical.url = text;
  return canonical;
}

}  // namespace qianxian::fhir
