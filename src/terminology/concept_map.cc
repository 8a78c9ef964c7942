#include "terminology/concept_map.h"

#include "terminology/source.h"

namespace qianxian::terminology {
namespace {

json::Value Part(json::Value object, std::string_view name) { return object.Find(name).value_or(json::Value()); }

std::string Text(json::Value object, std::string_view name) { return std::string(object.FindString(name)); }

// Backwards, "wider" becomes "narrower" and so on.
std::string Turned(const std::string& equivalence) {
  if (equivalence == "wider") return "narrower";
  if (equivalence == "narrower") return "wider";
  if (equivalence == "subsumes") return "specializes";
  if (equivalence == "specializes") return "subsumes";
  return equivalence;
}

class Translator {
 public:
  Translator(json::Value map, const TranslationAsked& asked, std::vector<Translation>& out, std::vector<std::string>& other_maps)
      : url_(map.FindString("url")), asked_(asked), out_(out), other_maps_(other_maps) {}

  void ReadGroup(json::Value group) {
    const std::string from = asked_.reverse ? "target" : "source", to = asked_.reverse ? "source" : "target";
    if (!asked_.system.empty() && group.FindString(from) != asked_.system) return;
    if (!asked_.target_system.empty() && group.FindString(to) != asked_.target_system) return;
    const std::string_view version = group.FindString(from + "Version");
    if (!asked_.version.empty() && !version.empty() && !VersionFits(version, asked_.version)) return;
    to_system_ = group.FindString(to);
    to_version_ = group.FindString(to + "Version");
    bool mapped = false;
    for (json::Value element : Part(group, "element").Elements()) {
      if (asked_.reverse) ReadBackwards(element);
      else if (element.FindString("code") == asked_.code) mapped = ReadForwards(element) || mapped;
    }
    if (!mapped && !asked_.reverse) ReadUnmapped(Part(group, "unmapped"));
  }

 private:
  Translation Begin(json::Value target) const {
    Translation made;
    made.equivalence = Text(target, "equivalence");
    made.system = to_system_;
    made.version = to_version_;
    made.comment = Text(target, "comment");
    made.map = url_;
    for (json::Value product : Part(target, "product").Elements()) {
      made.products.push_back({Text(product, "property"), Text(product, "system"), Text(product, "value"), Text(product, "display")});
    }
    return made;
  }

  bool ReadForwards(json::Value element) {
    bool any = false;
    for (json::Value target : Part(element, "target").Elements()) {
      Translation made = Begin(target);
      made.code = Text(target, "code");
      made.display = Text(target, "display");
      out_.push_back(std::move(made));
      any = true;
    }
    return any;
  }

  void ReadBackwards(json::Value element) {
    for (json::Value target : Part(element, "target").Elements()) {
      if (target.FindString("code") != asked_.code) continue;
      Translation made = Begin(target);
      made.equivalence = Turned(made.equivalence);
      made.code = Text(element, "code");
      made.display = Text(element, "display");
      out_.push_back(std::move(made));
    }
  }

  void ReadUnmapped(json::Value unmapped) {
    const std::string_view mode = unmapped.FindString("mode");
    Translation made;
    made.system = to_system_;
    made.version = to_version_;
    made.map = url_;
    if (mode == "provided") {
      made.equivalence = "equal";
      made.code = asked_.code;
      out_.push_back(std::move(made));
    } else if (mode == "fixed") {
      made.equivalence = "inexact";
      made.code = Text(unmapped, "code");
      made.display = Text(unmapped, "display");
      out_.push_back(std::move(made));
    } else if (mode == "other-map") {
      other_maps_.push_back(Text(unmapped, "url"));
    }
  }

  const std::string url_;
  const TranslationAsked& asked_;
  std::vector<Translation>& out_;
  std::vector<std::string>& other_maps_;
  std::string to_system_, to_version_;
};

}  // namespace

void Translate(json::Value concept_map, const TranslationAsked& asked, std::vector<Translation>& out,
               std::vector<std::string>& other_maps) {
  if (!asked.target_value_set.empty()) {
    const std::string own = Text(concept_map, "targetUri") + Text(concept_map, "targetCanonical");
    if (!own.empty() && own != asked.target_value_set) return;
  }
  Translator translator(concept_map, asked, out, other_maps);
  for (json::Value group : Part(concept_map, "group").Elements()) translator.ReadGroup(group);
}

}  // namespace qianxian::terminology
