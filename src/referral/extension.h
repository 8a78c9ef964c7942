// How the records of this module are written in FHIR: named parts of an extension, references, codes. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "json/value.h"
#include "json/writer.h"
#include "referral/referral.h"

namespace qianxian::referral {

using json::Value;
using json::Writer;

inline constexpr std::string_view kWake = "https://fhir.qianxian.cn/StructureDefinition/wake";
inline constexpr std::string_view kDue = "https://fhir.qianxian.cn/StructureDefinition/due";

inline void Part(Writer& w, std::string_view name, std::string_view text) {
  if (!text.empty()) w.BeginObject().Member("url", name).Member("valueString", text).EndObject();
}
inline void Begin(Writer& w, std::string_view url) { w.BeginObject().Member("url", url).Name("extension").BeginArray(); }
inline void End(Writer& w) { w.EndArray().EndObject(); }

inline void Reference(Writer& w, std::string_view name, const std::string& to) {
  w.Name(name).BeginObject().Member("reference", to).EndObject();
}
inline void Code(Writer& w, std::string_view name, std::string_view system, std::string_view code) {
  w.Name(name).BeginObject().Name("coding").BeginArray().BeginObject().Member("system", std::string(kBase) + std::string(system));
  w.Member("code", code).EndObject().EndArray().EndObject();
}

inline void WritePlace(Writer& w, std::string_view prefix, const Place& place) {
  const std::string p(prefix);
  Part(w, p, place.organization);
  Part(w, p + "-name", place.name);
  Part(w, p + "-department", place.department);
  Part(w, p + "-practitioner", place.practitioner);
}

// The parts of an extension, by name; of those that stand more than once all, in order.
class PartsOf {
 public:
  explicit PartsOf(Value extension) : parts_(extension.Find("extension").value_or(Value())) {}
  std::string Text(std::string_view name) const {
    for (Value part : parts_.Elements())
      if (part.FindString("url") == name) return std::string(part.FindString("valueString"));
    return {};
  }
  std::vector<std::string> All(std::string_view name) const {
    std::vector<std::string> all;
    for (Value part : parts_.Elements())
      if (part.FindString("url") == name) all.emplace_back(part.FindString("valueString"));
    return all;
  }
  int64_t Number(std::string_view name) const {
    int64_t number = 0;
    return ParseInteger(Text(name), number) ? number : 0;
  }
  Place PlaceOf(const std::string& prefix) const {
    return {Text(prefix), Text(prefix + "-name"), Text(prefix + "-department"), Text(prefix + "-practitioner")};
  }

 private:
  Value parts_;
};

inline std::string_view PriorityOf(std::string_view urgency) {
  return urgency == "emergency" ? "stat" : urgency == "urgent" ? "urgent" : "routine";
}

}  // namespace qianxian::referral
