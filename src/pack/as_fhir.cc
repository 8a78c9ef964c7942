#include "pack/as_fhir.h"

#include "base/text.h"

namespace qianxian::pack::internal {
namespace {
constexpr char kTranslation[] = "http://hl7.org/fhir/StructureDefinition/translation";
}  // namespace

std::string ComputerName(std::string_view id) {
  std::string out;
  bool upper = true;
  for (char c : id) {
    if (c == '-') { upper = true; continue; }
    out += upper ? ToUpperAscii(std::string_view(&c, 1))[0] : c;
    upper = false;
  }
  return out;
}

// `name` in Chinese, with the English text as the standard's own translation extension.
void TwoLanguages(json::Writer& w, const std::string& name, const Text& text) {
  if (text.zh.empty()) return;
  w.Member(name, text.zh);
  w.Name("_" + name).BeginObject().Name("extension").BeginArray().BeginObject().Member("url", kTranslation);
  w.Name("extension").BeginArray();
  w.BeginObject().Member("url", "lang").Member("valueCode", "en").EndObject();
  w.BeginObject().Member("url", "content").Member("valueString", text.en).EndObject();
  w.EndArray().EndObject().EndArray().EndObject();
}

void Concept(json::Writer& w, std::string_view name, std::string_view system, std::string_view code) {
  w.Name(name).BeginObject().Name("coding").BeginArray().BeginObject();
  w.Member("system", system).Member("code", code).EndObject().EndArray().EndObject();
}

void RelatedArtifacts(json::Writer& w, const std::vector<Source>& sources) {
  if (sources.empty()) return;
  w.Name("relatedArtifact").BeginArray();
  for (const Source& source : sources) {
    w.BeginObject().Name("extension").BeginArray().BeginObject();
    w.Member("url", std::string(kBase) + "StructureDefinition/confidence").Member("valueCode", source.mark).EndObject().EndArray();
    w.Member("type", "citation");
    TwoLanguages(w, "display", source.title);
    w.MemberIfAny("citation", source.reference).EndObject();
  }
  w.EndArray();
}

void TextAsJson(json::Writer& w, const Text& text) {
  w.BeginObject().Member("zh", text.zh).Member("en", text.en).EndObject();
}

}  // namespace qianxian::pack::internal
