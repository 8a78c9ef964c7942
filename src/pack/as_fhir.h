// What the writers of a pack's parts as FHIR share. Pure; one thread; nothing fails.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/writer.h"
#include "pack/text.h"

namespace qianxian::pack::internal {

inline constexpr char kBase[] = "https://fhir.qianxian.cn/";

// "inpatient-mortality" → "InpatientMortality": a definition's name is for machines and starts with an upper-case letter.
std::string ComputerName(std::string_view id);
// `name` in Chinese, with the English text as the standard's own translation extension. Nothing if there is no text.
void TwoLanguages(json::Writer& w, const std::string& name, const Text& text);
void Concept(json::Writer& w, std::string_view name, std::string_view system, std::string_view code);
void RelatedArtifacts(json::Writer& w, const std::vector<Source>& sources);
// {"zh": …, "en": …}
void TextAsJson(json::Writer& w, const Text& text);

}  // namespace qianxian::pack::internal
