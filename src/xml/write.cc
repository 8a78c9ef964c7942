// JSON to XML: by hand, because it is only escaping and order.
#include <algorithm>
#include <optional>

#include "base/text.h"
#include "xml/fhir_xml.h"
#include "xml/names.h"

namespace qianxian::xml {
namespace {

Error NoXml(const std::string& en, const std::string& zh) {
  return MakeError(ErrorCategory::kUnsupported, "no-xml", "this cannot be written as XML: " + en, "无法写成 XML：" + zh);
}

class Writer {
 public:
  Writer(const fhir::Definitions& definitions, bool pretty) : definitions_(definitions), pretty_(pretty) {}

  Status Resource(json::Value resource, bool root) {
    std::string name(resource.FindString("resourceType"));
    const fhir::Type* type = definitions_.FindResource(name);
    if (!type) return NoXml("there is no type " + name, "没有类型 " + name);
    Line();
    out_ += "<" + name + (root ? " xmlns=\"" + std::string(kFhirNamespace) + "\">" : ">");
    ++depth_;
    QX_DO(Members(*type, resource));
    --depth_;
    Line();
    out_ += "</" + name + ">";
    return Ok();
  }

  std::string Take() { return std::move(out_); }

 private:
  void Line() {
    if (pretty_ && !out_.empty()) out_ += "\n" + std::string(depth_ * 2, ' ');
  }

  Status Attribute(std::string_view name, std::string_view value) {
    out_ += ' ';
    out_ += name;
    out_ += "=\"";
    for (size_t at = 0; at < value.size();) {
      size_t begin = at;
      uint32_t code = NextCodePoint(value, at);
      switch (code) {
        case '&': out_ += "&amp;"; continue;
        case '<': out_ += "&lt;"; continue;
        case '>': out_ += "&gt;"; continue;
        case '"': out_ += "&quot;"; continue;
        case '\t': out_ += "&#9;"; continue;       // else a reader makes them blanks
        case '\n': out_ += "&#10;"; continue;
        case '\r': out_ += "&#13;"; continue;
        default: break;
      }
      if (code < 0x20 || code == 0xFFFE || code == 0xFFFF) return NoXml("it has a control character", "含有控制字符");
      out_ += value.substr(begin, at - begin);
    }
    out_ += '"';
    return Ok();
  }

  // Every member of `object`, in the order of the definition; those that are attributes are written already.
  Status Members(const fhir::Type& type, json::Value object) {
    size_t written = 0;
    for (const fhir::Element& element : type.elements) {
      if (IsAttribute(type, element.name)) {
        if (object.Find(element.name)) ++written;
        continue;
      }
      for (json::Member member : object.Members()) {
        std::string_view name = member.name;
        bool shadow = StartsWith(name, "_");
        if (shadow) name.remove_prefix(1);
        if (!StartsWith(name, element.name)) continue;
        const fhir::Member* known = type.FindMember(name);
        if (!known || known->element != &element) continue;
        ++written;
        if (shadow && object.Find(name)) continue;           // goes with its value
        std::optional<json::Value> beside = shadow ? member.value : object.Find("_" + std::string(name));
        QX_DO(Element(name, *known->type->type, shadow ? json::Value() : member.value, beside.value_or(json::Value())));
      }
    }
    size_t there = object.size() - (type.kind == fhir::TypeKind::kResource && object.Find("resourceType") ? 1 : 0);
    if (written == there) return Ok();
    return NoXml(std::string(type.name) + " has a member that is not known", std::string(type.name) + " 中有未知的成员");
  }

  Status Element(std::string_view name, const fhir::Type& type, json::Value value, json::Value shadow) {
    if (!value.IsArray() && !shadow.IsArray()) return One(name, type, value, shadow);
    size_t count = std::max(value.IsArray() ? value.size() : 0, shadow.IsArray() ? shadow.size() : 0);
    auto at = [](json::Value list, size_t i) { return list.IsArray() && i < list.size() ? list.At(i) : json::Value(); };
    for (size_t i = 0; i < count; ++i) {
      if (at(value, i).IsNull() && at(shadow, i).IsNull()) return NoXml("a list has a null", "列表中有 null");
      QX_DO(One(name, type, at(value, i), at(shadow, i)));
    }
    return Ok();
  }

  Status One(std::string_view name, const fhir::Type& type, json::Value value, json::Value shadow) {
    if (type.name == "xhtml") return Narrative(value);
    Line();
    out_ += '<';
    out_ += name;
    if (type.kind == fhir::TypeKind::kResource) {
      out_ += '>';
      ++depth_;
      QX_DO(Resource(value, false));
      --depth_;
      return End(name);
    }
    bool primitive = type.kind == fhir::TypeKind::kPrimitive;
    json::Value object = primitive ? shadow : value;
    if (std::string_view id = object.FindString("id"); !id.empty()) QX_DO(Attribute("id", id));
    if (std::string_view url = object.FindString("url"); type.name == "Extension" && !url.empty()) QX_DO(Attribute("url", url));
    if (primitive && !value.IsNull()) QX_DO(Attribute("value", value.IsString() ? value.AsString() : value.Raw()));
    const fhir::Type* inner = primitive ? definitions_.Find("Element") : &type;
    bool empty = true;
    for (json::Member member : object.Members()) empty = empty && IsAttribute(*inner, member.name);
    if (empty) {
      out_ += "/>";
      return Ok();
    }
    out_ += '>';
    ++depth_;
    QX_DO(Members(*inner, object));
    --depth_;
    return End(name);
  }

  Status End(std::string_view name) {
    Line();
    out_ += "</" + std::string(name) + ">";
    return Ok();
  }

  // As it is, if it is XML; else it would break what stands around it.
  Status Narrative(json::Value value) {
    if (!value.IsString()) return NoXml("a narrative is no text", "叙述部分不是文本");
    std::string_view div = value.AsString();
    if (!IsWellFormed(div)) return NoXml("its narrative is not well-formed", "叙述部分不是良构的 XHTML");
    Line();
    out_ += TrimAscii(div);
    return Ok();
  }

  const fhir::Definitions& definitions_;
  bool pretty_;
  std::string out_;
  size_t depth_ = 0;
};

}  // namespace

Result<std::string> FromJson(const fhir::Definitions& definitions, json::Value resource, bool pretty) {
  Writer writer(definitions, pretty);
  QX_DO(writer.Resource(resource, true));
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + std::string(pretty ? "\n" : "") + writer.Take();
}

}  // namespace qianxian::xml
