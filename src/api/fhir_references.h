// References between the entries of a transaction: what an entry is called in the Bundle (urn:uuid:…, an address) becomes
// the id that the server gave it; conditional references ("Patient?identifier=…") become what they find. One thread.
// Failures: those of `find`. Source: https://hl7.org/fhir/R4/http.html#trules
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "json/value.h"

namespace qianxian::api {

class ReferenceLinker {
 public:
  // Says what "Patient?identifier=…" leads to: "Patient/1".
  using Find = std::function<Result<std::string>(std::string_view conditional_reference)>;
  explicit ReferenceLinker(Find find) : find_(std::move(find)) {}

  // An entry's fullUrl and its place on this server ("Patient/1").
  void Add(std::string_view full_url, const std::string& place);
  // The resource with every reference put right; its own text where nothing had to change.
  Result<std::string> Link(json::Value resource);

 private:
  // What the string `text` of the member `name` becomes; none = it stays.
  Result<std::string> Translate(std::string_view name, std::string_view text, bool& changed);
  std::string TranslateNarrative(std::string_view div, bool& changed) const;
  Result<std::string> Copy(std::string_view name, json::Value value, bool& changed);

  Find find_;
  std::unordered_map<std::string, std::string> places_;
  std::unordered_map<std::string, std::string> found_;      // conditional references, each asked for once
};

}  // namespace qianxian::api
