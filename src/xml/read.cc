// XML to JSON: libxml2 goes through the text once and calls back; a stack of open elements makes the JSON.
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

#include "base/limits.h"
#include "base/text.h"
#include "json/writer.h"
#include "xml/fhir_xml.h"
#include "xml/names.h"

namespace qianxian::xml {
namespace {

// NOENT: &amp; in an attribute comes as what it means. Other entities there are none, since no document type is taken.
constexpr int kOptions = XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_HUGE;

// All that one element gave: the JSON of its value and, of a primitive, of its id and extensions.
struct Made {
  std::string value, shadow;
};

// The values of one JSON member, as they come.
struct MemberMade {
  std::string name;
  bool repeats = false;
  std::vector<Made> made;
};

struct Frame {
  enum class Kind { kObject, kPrimitive, kHolder } kind = Kind::kObject;   // kHolder: contained, Bundle.entry.resource
  const fhir::Type* type = nullptr;        // of its children: Element for a primitive
  const fhir::Type* primitive = nullptr;
  std::string name;                        // in the JSON of the frame below
  std::string xml_name;
  bool repeats = false;
  std::string value;                       // of a primitive, the JSON of a holder's resource
  std::vector<MemberMade> members;
  size_t next_element = 0;                 // children before it may come no more
};

struct Attribute {
  std::string_view name, space, value;
};

bool IsNumberText(std::string_view text) {
  size_t at = StartsWith(text, "-") ? 1 : 0;
  auto digits = [&] {
    size_t begin = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at - begin;
  };
  bool zero = at < text.size() && text[at] == '0';
  size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (digits() == 0) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (digits() == 0) return false;
  }
  return at == text.size();
}

void WriteMembers(json::Writer& writer, const std::vector<MemberMade>& members) {
  for (const MemberMade& member : members) {
    auto write = [&](const std::string& name, std::string Made::*text) {
      bool any = false;
      for (const Made& made : member.made) any = any || !(made.*text).empty();
      if (!any) return;
      writer.Name(name);
      if (member.repeats) writer.BeginArray();
      for (const Made& made : member.made) writer.Raw((made.*text).empty() ? "null" : made.*text);
      if (member.repeats) writer.EndArray();
    };
    write(member.name, &Made::value);
    write("_" + member.name, &Made::shadow);
  }
}

class Reader {
 public:
  Reader(const fhir::Definitions& definitions, std::string_view text) : definitions_(definitions), text_(text) {}

  Result<std::string> Read() {
    xmlSAXHandler handler;
    std::memset(&handler, 0, sizeof handler);
    handler.initialized = XML_SAX2_MAGIC;
    handler.internalSubset = [](void* self, const xmlChar*, const xmlChar*, const xmlChar*) { Self(self).FailWith("a document type is not taken", "不接受文档类型声明（DOCTYPE）"); };
    handler.startElementNs = &OnStart;
    handler.endElementNs = [](void* self, const xmlChar*, const xmlChar*, const xmlChar*) { Self(self).End(); };
    handler.characters = &OnText;
    handler.cdataBlock = &OnText;
    handler.ignorableWhitespace = &OnText;
    handler.serror = &OnError;
    context_ = xmlCreateMemoryParserCtxt(text_.data(), static_cast<int>(text_.size()));
    if (!context_) return Invalid("bad-xml", "this is no XML", "不是 XML");
    xmlSAXHandler* own = context_->sax;
    context_->sax = &handler;
    context_->userData = this;
    xmlCtxtUseOptions(context_, kOptions);
    xmlParseDocument(context_);
    if (!error_ && !context_->wellFormed) FailWith("it is not well-formed", "不是良构的 XML");
    context_->sax = own;
    if (context_->myDoc) xmlFreeDoc(context_->myDoc);
    context_->myDoc = nullptr;
    xmlFreeParserCtxt(context_);
    context_ = nullptr;
    if (error_) return *error_;
    if (result_.empty()) return Invalid("bad-xml", "this is no resource", "不是资源");
    return std::move(result_);
  }

 private:
  static Reader& Self(void* self) { return *static_cast<Reader*>(self); }

  static void OnStart(void* self, const xmlChar* name, const xmlChar* prefix, const xmlChar* space, int, const xmlChar**, int count, int, const xmlChar** attributes) {
    auto view = [](const xmlChar* text) { return text ? std::string_view(reinterpret_cast<const char*>(text)) : std::string_view(); };
    std::vector<Attribute> list;
    for (int i = 0; i < count; ++i) {
      const xmlChar** one = attributes + 5 * i;   // name, prefix, namespace, value, end of the value
      list.push_back({view(one[0]), view(one[2]), {reinterpret_cast<const char*>(one[3]), static_cast<size_t>(one[4] - one[3])}});
    }
    Self(self).Start(view(name), view(prefix), view(space), list);
  }

  static void OnText(void* self, const xmlChar* text, int length) { Self(self).Text({reinterpret_cast<const char*>(text), static_cast<size_t>(length)}); }

  static void OnError(void* self, xmlErrorPtr error) {
    if (error->level < XML_ERR_ERROR) return;
    std::string message(TrimAscii(error->message ? error->message : "it is not well-formed"));
    Self(self).FailWith(message, "不是良构的 XML（" + message + "）");
  }

  void FailWith(const std::string& en, const std::string& zh) {
    if (error_) return;
    std::string line = std::to_string(context_ && context_->input ? context_->input->line : 0);
    error_ = Invalid("bad-xml", "XML, line " + line + ": " + en, "XML 第 " + line + " 行：" + zh);
    if (context_) xmlStopParser(context_);
  }

  size_t Offset() const {
    const xmlParserInput& input = *context_->input;
    return std::min<size_t>(static_cast<size_t>(input.consumed) + static_cast<size_t>(input.cur - input.base), text_.size());
  }

  void Start(std::string_view name, std::string_view prefix, std::string_view space, const std::vector<Attribute>& attributes) {
    if (error_) return;
    if (div_depth_ > 0) {
      ++div_depth_;
      if (!prefix.empty()) FailWith("a narrative has no prefixes", "叙述部分不能使用名称空间前缀");
      return;
    }
    if (space == kXhtmlNamespace) return StartDiv(name, prefix);
    if (space != kFhirNamespace) return FailWith("the element " + std::string(name) + " is not of the namespace http://hl7.org/fhir", "元素 " + std::string(name) + " 不属于名称空间 http://hl7.org/fhir");
    if (frames_.size() >= limits::kJsonDepth) {
      if (!error_) error_ = Invalid("too-deep", "the XML is too deep", "XML 嵌套过深");
      xmlStopParser(context_);
      return;
    }
    if (frames_.empty() || frames_.back().kind == Frame::Kind::kHolder) return StartResource(name, attributes);
    StartChild(name, attributes);
  }

  void StartResource(std::string_view name, const std::vector<Attribute>& attributes) {
    const fhir::Type* type = definitions_.FindResource(name);
    if (!type) return FailWith("there is no resource type " + std::string(name), "没有资源类型 " + std::string(name));
    if (!frames_.empty() && !frames_.back().value.empty()) return FailWith("only one resource can be here", "此处只能有一个资源");
    for (const Attribute& attribute : attributes) {
      if (attribute.space.empty()) return FailWith("a resource has no attribute " + std::string(attribute.name), "资源没有属性 " + std::string(attribute.name));
    }
    Frame frame;
    frame.type = type;
    frame.xml_name = name;
    frames_.push_back(std::move(frame));
  }

  // The element's definition; checks that it may come now.
  const fhir::Member* Expect(std::string_view name) {
    Frame& parent = frames_.back();
    const fhir::Member* member = parent.type->FindMember(name);
    std::string shown(name);
    if (!member || IsAttribute(*parent.type, name)) {
      FailWith(std::string(parent.type->name) + " has no element " + shown, std::string(parent.type->name) + " 没有元素 " + shown);
      return nullptr;
    }
    size_t index = static_cast<size_t>(member->element - parent.type->elements.data());
    bool again = !parent.members.empty() && parent.members.back().name == name && member->element->repeats();
    if (index < parent.next_element && !again) {
      FailWith("the element " + shown + " comes too late or too often", "元素 " + shown + " 的顺序或次数不对");
      return nullptr;
    }
    parent.next_element = index + 1;
    return member;
  }

  void StartChild(std::string_view name, const std::vector<Attribute>& attributes) {
    const fhir::Member* member = Expect(name);
    if (!member) return;
    const fhir::Type* type = member->type->type;
    if (type->name == "xhtml") return FailWith("a narrative's div is of the namespace http://www.w3.org/1999/xhtml", "叙述部分的 div 应属于名称空间 http://www.w3.org/1999/xhtml");
    Frame frame;
    frame.name = frame.xml_name = name;
    frame.repeats = member->element->repeats();
    if (type->kind == fhir::TypeKind::kResource) {
      frame.kind = Frame::Kind::kHolder;
    } else if (type->kind == fhir::TypeKind::kPrimitive) {
      frame.kind = Frame::Kind::kPrimitive;
      frame.primitive = type;
      frame.type = definitions_.Find("Element");
    } else {
      frame.type = type;
    }
    frames_.push_back(std::move(frame));
    for (const Attribute& attribute : attributes) ReadAttribute(attribute);
  }

  void ReadAttribute(const Attribute& attribute) {
    if (error_ || !attribute.space.empty()) return;          // xsi:schemaLocation and such
    Frame& frame = frames_.back();
    std::string name(attribute.name);
    if (frame.kind == Frame::Kind::kPrimitive && name == "value") {
      if (frame.primitive->form == fhir::JsonForm::kString) frame.value = json::Quote(attribute.value);
      else if (frame.primitive->form == fhir::JsonForm::kNumber && IsNumberText(attribute.value)) frame.value = attribute.value;
      else if (frame.primitive->form == fhir::JsonForm::kBoolean && (attribute.value == "true" || attribute.value == "false")) frame.value = attribute.value;
      else FailWith("the value of " + frame.name + " is no " + std::string(frame.primitive->name), frame.name + " 的值不是 " + std::string(frame.primitive->name));
      return;
    }
    if (frame.kind == Frame::Kind::kHolder || !IsAttribute(*frame.type, name)) {
      return FailWith("the element " + frame.xml_name + " has no attribute " + name, "元素 " + frame.xml_name + " 没有属性 " + name);
    }
    // https://hl7.org/fhir/R4/xml.html: attributes can never be empty. JSON could not say it back either.
    if (attribute.value.empty()) {
      return FailWith("the attribute " + name + " of " + frame.xml_name + " is empty: give it a value or leave it out",
                      "元素 " + frame.xml_name + " 的属性 " + name + " 为空：请填写内容或去掉该属性");
    }
    frame.members.push_back({name, false, {{json::Quote(attribute.value), ""}}});
  }

  void StartDiv(std::string_view name, std::string_view prefix) {
    bool here = !frames_.empty() && frames_.back().kind == Frame::Kind::kObject && frames_.back().type->name == "Narrative" && name == "div";
    if (!here) return FailWith("XHTML is only in a narrative's div", "XHTML 只能出现在叙述部分的 div 中");
    if (!prefix.empty()) return FailWith("write the narrative as <div xmlns=\"http://www.w3.org/1999/xhtml\">", "叙述部分应写作 <div xmlns=\"http://www.w3.org/1999/xhtml\">");
    if (!Expect(name)) return;
    div_depth_ = 1;
    size_t end = Offset();
    div_begin_ = text_.rfind('<', end == 0 ? 0 : end - 1);   // no attribute's value can hold one
    if (div_begin_ == std::string_view::npos) FailWith("it is not well-formed", "不是良构的 XML");
  }

  void EndDiv() {
    if (--div_depth_ > 0) return;
    std::string_view div = text_.substr(div_begin_, Offset() - div_begin_);
    if (!StartsWith(div, "<div") || !EndsWith(div, ">")) return FailWith("a narrative's div cannot be read", "无法读取叙述部分的 div");
    size_t tag_end = div.find('>');
    std::string kept(div);
    if (div.substr(0, tag_end).find("xmlns") == std::string_view::npos) kept.insert(4, " xmlns=\"" + std::string(kXhtmlNamespace) + "\"");
    frames_.back().members.push_back({"div", false, {{json::Quote(kept), ""}}});
  }

  void Text(std::string_view text) {
    if (error_ || div_depth_ > 0 || TrimAscii(text).empty()) return;
    FailWith("text stands between elements", "元素之间不能有文本");
  }

  void End() {
    if (error_) return;
    if (div_depth_ > 0) return EndDiv();
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    Made made = Finish(frame);
    if (error_) return;
    if (frames_.empty()) {
      result_ = std::move(made.value);
      return;
    }
    Frame& parent = frames_.back();
    if (parent.kind == Frame::Kind::kHolder) {
      parent.value = std::move(made.value);
      return;
    }
    bool again = frame.repeats && !parent.members.empty() && parent.members.back().name == frame.name;
    if (!again) parent.members.push_back({frame.name, frame.repeats, {}});
    parent.members.back().made.push_back(std::move(made));
  }

  Made Finish(const Frame& frame) {
    if (frame.kind == Frame::Kind::kHolder) {
      if (frame.value.empty()) FailWith("the element " + frame.xml_name + " holds no resource", "元素 " + frame.xml_name + " 中没有资源");
      return {frame.value, ""};
    }
    bool resource = frame.type->kind == fhir::TypeKind::kResource;
    if (frame.members.empty() && frame.value.empty() && !resource) {
      FailWith("the element " + frame.xml_name + " is empty", "元素 " + frame.xml_name + " 为空");
    }
    std::string object;
    if (!frame.members.empty() || resource) {
      json::Writer writer;
      writer.BeginObject();
      if (resource) writer.Member("resourceType", frame.xml_name);
      WriteMembers(writer, frame.members);
      writer.EndObject();
      object = writer.Take();
    }
    if (frame.kind == Frame::Kind::kPrimitive) return {frame.value, std::move(object)};
    return {std::move(object), ""};
  }

  const fhir::Definitions& definitions_;
  std::string_view text_;
  xmlParserCtxtPtr context_ = nullptr;
  std::vector<Frame> frames_;
  size_t div_depth_ = 0;
  size_t div_begin_ = 0;
  std::optional<Error> error_;
  std::string result_;
};

// Does the declaration name an encoding other than UTF-8? Then the bytes would mean something else to libxml2 than to us.
bool NamesOtherEncoding(std::string_view text) {
  if (!StartsWith(text, "<?xml")) return false;
  std::string declaration = ToLowerAscii(text.substr(0, text.find("?>")));
  size_t at = declaration.find("encoding");
  if (at == std::string::npos) return false;
  size_t begin = declaration.find_first_of("\"'", at);
  if (begin == std::string::npos) return true;
  return declaration.compare(begin + 1, 5, "utf-8") != 0;
}

}  // namespace

Result<std::string> ToJson(const fhir::Definitions& definitions, std::string_view text) {
  if (text.size() > limits::kJsonBytes) return Invalid("too-large", "the XML is too large", "XML 过大");
  if (StartsWith(text, "\xEF\xBB\xBF")) text.remove_prefix(3);
  if (!IsValidUtf8(text) || NamesOtherEncoding(text)) return Invalid("bad-xml", "XML: it must be UTF-8", "XML 应为 UTF-8 编码");
  return Reader(definitions, text).Read();
}

bool IsWellFormed(std::string_view text) {
  if (text.size() > limits::kJsonBytes) return false;
  xmlSAXHandler handler;
  std::memset(&handler, 0, sizeof handler);
  handler.initialized = XML_SAX2_MAGIC;
  handler.internalSubset = [](void* context, const xmlChar*, const xmlChar*, const xmlChar*) {
    xmlStopParser(static_cast<xmlParserCtxtPtr>(context));
    static_cast<xmlParserCtxtPtr>(context)->wellFormed = 0;
  };
  handler.serror = [](void*, xmlErrorPtr) {};
  std::string_view trimmed = TrimAscii(text);
  if (!StartsWith(trimmed, "<") || StartsWith(trimmed, "<?") || StartsWith(trimmed, "<!")) return false;   // goes into another document
  xmlParserCtxtPtr context = xmlCreateMemoryParserCtxt(trimmed.data(), static_cast<int>(trimmed.size()));
  if (!context) return false;
  xmlSAXHandler* own = context->sax;
  context->sax = &handler;
  context->userData = context;
  xmlCtxtUseOptions(context, kOptions);
  xmlParseDocument(context);
  bool good = context->wellFormed != 0;
  context->sax = own;
  if (context->myDoc) xmlFreeDoc(context->myDoc);
  context->myDoc = nullptr;
  xmlFreeParserCtxt(context);
  return good;
}

}  // namespace qianxian::xml
