// Only for tests: a terminology source that holds what it is given, before HL7's own.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "json/value.h"
#include "terminology/source.h"

namespace qianxian::terminology::testing {

class TestSource : public R4Source {
 public:
  void Add(std::string text) {
    auto document = json::Document::Parse(text);
    QX_CHECK(document.ok(), "a test's JSON: " + text);
    const json::Value root = document->root();
    resources_.push_back({std::string(root.FindString("resourceType")) + " " + std::string(root.FindString("url")),
                          std::string(root.FindString("version")), std::move(text)});
    ++stamp_;
  }
  Result<std::optional<std::string>> Find(std::string_view type, std::string_view url, std::string_view version) override {
    ++asked;
    const Kept* best = nullptr;
    for (const Kept& kept : resources_) {
      if (kept.key != std::string(type) + " " + std::string(url) || !VersionFits(kept.version, version)) continue;
      if (best == nullptr || !IsOlderVersion(kept.version, best->version)) best = &kept;
    }
    if (best) return std::optional(best->text);
    return R4Source::Find(type, url, version);
  }
  Result<std::vector<std::string>> MapsFrom(std::string_view) override {
    std::vector<std::string> maps;
    for (const Kept& kept : resources_) if (kept.key.starts_with("ConceptMap ")) maps.push_back(kept.text);
    return maps;
  }
  Result<uint64_t> Stamp() override { return stamp_; }
  int asked = 0;

 private:
  struct Kept { std::string key, version, text; };
  std::vector<Kept> resources_;
  uint64_t stamp_ = 0;
};

// A CodeSystem of letters and numbers below them: A, A0 … A9, A00 … A99 and so on, `depth` levels under each of "A".."Z".
inline std::string TreeCodeSystem(const std::string& url, const std::string& version, int depth, char last = 'Z') {
  std::string text = R"({"resourceType":"CodeSystem","url":")" + url + R"(","version":")" + version +
                     R"(","status":"active","content":"complete","hierarchyMeaning":"is-a","concept":[)";
  const auto add = [&](auto&& self, const std::string& code, int left) -> void {
    text += R"({"code":")" + code + R"(","display":"term )" + code + "\"";
    if (left > 0) {
      text += ",\"concept\":[";
      for (int i = 0; i < 10; ++i) {
        if (i) text += ',';
        self(self, code + static_cast<char>('0' + i), left - 1);
      }
      text += ']';
    }
    text += '}';
  };
  for (char c = 'A'; c <= last; ++c) {
    if (c != 'A') text += ',';
    add(add, std::string(1, c), depth);
  }
  return text + "]}";
}

}  // namespace qianxian::terminology::testing
