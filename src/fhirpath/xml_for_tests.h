// Only for tests: reads small XML files, and turns FHIR resources in XML into JSON by the definitions.
#pragma once

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "fhir/definitions.h"
#include "json/writer.h"

namespace qianxian::fhirpath::tests {

struct XmlElement {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;
  std::vector<std::unique_ptr<XmlElement>> children;
  std::string text;          // of this element alone, joined
  std::string inner;         // everything within, as written

  std::string Attribute(std::string_view wanted) const {
    for (const auto& [key, value] : attributes) {
      if (key == wanted) return value;
    }
    return {};
  }
  const XmlElement* Child(std::string_view wanted) const {
    for (const auto& child : children) {
      if (child->name == wanted) return child.get();
    }
    return nullptr;
  }
};

class XmlReader {
 public:
  explicit XmlReader(std::string_view text) : text_(text) {}

  std::unique_ptr<XmlElement> Read() {
    SkipMisc();
    return at_ < text_.size() ? ReadElement() : nullptr;
  }

 private:
  void SkipMisc() {
    while (at_ < text_.size()) {
      if (text_.substr(at_, 4) == "<!--") at_ = text_.find("-->", at_) + 3;
      else if (text_.substr(at_, 2) == "<?") at_ = text_.find("?>", at_) + 2;
      else if (text_[at_] != '<') ++at_;
      else return;
    }
  }

  std::string ReadName() {
    size_t begin = at_;
    while (at_ < text_.size() && !strchr(" \t\r\n/>=", text_[at_])) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }
  void SkipSpace() {
    while (at_ < text_.size() && strchr(" \t\r\n", text_[at_])) ++at_;
  }

  static std::string Decode(std::string_view raw) {
    std::string out;
    for (size_t i = 0; i < raw.size(); ++i) {
      size_t end = raw[i] == '&' ? raw.find(';', i) : std::string_view::npos;
      if (end == std::string_view::npos) {
        out += raw[i];
        continue;
      }
      std::string name(raw.substr(i + 1, end - i - 1));
      if (name == "lt") out += '<';
      else if (name == "gt") out += '>';
      else if (name == "amp") out += '&';
      else if (name == "quot") out += '"';
      else if (name == "apos") out += '\'';
      else if (name.starts_with("#x")) AppendUtf8(out, static_cast<uint32_t>(std::stoul(name.substr(2), nullptr, 16)));
      else if (name.starts_with("#")) AppendUtf8(out, static_cast<uint32_t>(std::stoul(name.substr(1))));
      else out += "&" + name + ";";
      i = end;
    }
    return out;
  }

  std::unique_ptr<XmlElement> ReadElement() {
    auto element = std::make_unique<XmlElement>();
    ++at_;   // <
    element->name = ReadName();
    while (true) {
      SkipSpace();
      if (text_.substr(at_, 2) == "/>") return at_ += 2, std::move(element);
      if (text_[at_] == '>') break;
      std::string name = ReadName();
      SkipSpace();
      ++at_;   // =
      SkipSpace();
      char quote = text_[at_++];
      size_t end = text_.find(quote, at_);
      element->attributes.emplace_back(name, Decode(text_.substr(at_, end - at_)));
      at_ = end + 1;
    }
    size_t begin = ++at_;
    while (text_.substr(at_, 2) != "</") {
      if (text_.substr(at_, 4) == "<!--") {
        at_ = text_.find("-->", at_) + 3;
      } else if (text_[at_] == '<') {
        element->children.push_back(ReadElement());
      } else {
        size_t end = text_.find('<', at_);
        element->text += Decode(text_.substr(at_, end - at_));
        at_ = end;
      }
    }
    element->inner = text_.substr(begin, at_ - begin);
    at_ = text_.find('>', at_) + 1;
    return element;
  }

  std::string_view text_;
  size_t at_ = 0;
};

// FHIR XML -> JSON.
class ResourceConverter {
 public:
  explicit ResourceConverter(const fhir::Definitions& definitions) : definitions_(definitions) {}

  std::string Convert(const XmlElement& element) {
    json::Writer writer;
    WriteResource(element, writer);
    return writer.Take();
  }

 private:
  void WriteResource(const XmlElement& element, json::Writer& writer) {
    const fhir::Type* type = definitions_.FindResource(element.name);
    writer.BeginObject().Member("resourceType", element.name);
    if (type != nullptr) WriteMembers(element, *type, writer);
    writer.EndObject();
  }

  static bool HasShadow(const XmlElement& element) {
    return !element.Attribute("id").empty() || !element.children.empty();
  }

  void WriteShadow(const XmlElement& element, json::Writer& writer) {
    if (!HasShadow(element)) {
      writer.Null();
      return;
    }
    writer.BeginObject();
    WriteMembers(element, *definitions_.Find("Element"), writer);
    writer.EndObject();
  }

  void WritePrimitive(const XmlElement& element, const fhir::Type& type, json::Writer& writer) {
    std::string value = element.Attribute("value");
    if (type.name == "xhtml") writer.String("<div xmlns=\"http://www.w3.org/1999/xhtml\">" + element.inner + "</div>");
    else if (value.empty()) writer.Null();
    else if (type.form == fhir::JsonForm::kString) writer.String(value);
    else writer.Raw(value);
  }

  void WriteValue(const XmlElement& element, const fhir::Type& type, json::Writer& writer) {
    if (type.kind == fhir::TypeKind::kResource) {
      if (!element.children.empty()) WriteResource(*element.children[0], writer);
      else writer.BeginObject().EndObject();
      return;
    }
    writer.BeginObject();
    WriteMembers(element, type, writer);
    writer.EndObject();
  }

  void WriteMembers(const XmlElement& element, const fhir::Type& type, json::Writer& writer) {
    writer.MemberIfAny("id", element.Attribute("id"));
    if (type.name == "Extension") writer.Member("url", element.Attribute("url"));
    for (const fhir::Member& member : type.members) {
      std::vector<const XmlElement*> found;
      for (const auto& child : element.children) {
        if (child->name == member.name) found.push_back(child.get());
      }
      if (!found.empty()) WriteMember(found, member, writer);
    }
  }

  void WriteMember(const std::vector<const XmlElement*>& found, const fhir::Member& member, json::Writer& writer) {
    const fhir::Type& type = *member.type->type;
    bool repeats = member.element->repeats();
    bool primitive = type.kind == fhir::TypeKind::kPrimitive;
    bool shadow = false;
    bool value = !primitive || type.name == "xhtml";
    for (const XmlElement* one : found) {
      shadow = shadow || (primitive && type.name != "xhtml" && HasShadow(*one));
      value = value || !one->Attribute("value").empty();
    }
    if (value) {
      writer.Name(member.name);
      if (repeats) writer.BeginArray();
      for (const XmlElement* one : found) primitive ? WritePrimitive(*one, type, writer) : WriteValue(*one, type, writer);
      if (repeats) writer.EndArray();
    }
    if (shadow) {
      writer.Name("_" + std::string(member.name));
      if (repeats) writer.BeginArray();
      for (const XmlElement* one : found) WriteShadow(*one, writer);
      if (repeats) writer.EndArray();
    }
  }

  const fhir::Definitions& definitions_;
};

}  // namespace qianxian::fhirpath::tests
