#include "api/fhir_filter.h"

#include <algorithm>

#include "base/text.h"
#include "json/writer.h"

namespace qianxian::api {
namespace {

using search::Summary;

class Cutter {
 public:
  Cutter(const Filter& filter, const fhir::Type& type) : filter_(filter), resource_type_(type) {}

  std::string Cut(json::Value resource) {
    writer_.BeginObject();
    bool meta_written = false;
    for (json::Member member : resource.Members()) {
      if (member.name == "meta") {
        WriteMeta(member.value);
        meta_written = true;
      } else if (Keep(resource_type_, member.name)) {
        WriteMember(resource_type_, member);
      }
      if (member.name == "id" && !resource.Find("meta")) {
        WriteMeta(std::nullopt);
        meta_written = true;
      }
    }
    if (!meta_written) WriteMeta(std::nullopt);
    writer_.EndObject();
    return writer_.Take();
  }

 private:
  bool Keep(const fhir::Type& type, std::string_view name) const {
    if (!name.empty() && name[0] == '_') name.remove_prefix(1);
    bool top = &type == &resource_type_;
    if (top && (name == "resourceType" || name == "id")) return true;
    const fhir::Member* member = type.FindMember(name);
    if (!member) return false;
    const fhir::Element& element = *member->element;
    if (element.minimum > 0 || (top && element.modifier)) return true;
    if (!filter_.elements.empty()) return Asked(element.name);
    switch (filter_.summary) {
      case Summary::kText:
        return top && element.name == "text";
      case Summary::kData:
        return !(top && element.name == "text");
      default:
        return element.summary;
    }
  }

  bool Asked(std::string_view name) const {
    return std::any_of(filter_.elements.begin(), filter_.elements.end(), [&](const std::string& asked) {
      return asked == name || asked == std::string(resource_type_.name) + "." + std::string(name);
    });
  }

  // Inside a backbone element the flags of its own elements decide; data types are whole or not there.
  void WriteMember(const fhir::Type& type, const json::Member& member) {
    const fhir::Member* definition = type.FindMember(member.name);
    const fhir::Type* inner = definition && definition->type ? definition->type->type : nullptr;
    bool cut_inner = inner && inner->kind == fhir::TypeKind::kBackbone && filter_.elements.empty() &&
                     filter_.summary == Summary::kTrue;
    writer_.Name(member.name);
    if (!cut_inner) {
      writer_.Copy(member.value);
    } else if (member.value.IsArray()) {
      writer_.BeginArray();
      for (json::Value item : member.value.Elements()) WriteBackbone(*inner, item);
      writer_.EndArray();
    } else {
      WriteBackbone(*inner, member.value);
    }
  }

  void WriteBackbone(const fhir::Type& type, json::Value value) {
    writer_.BeginObject();
    for (json::Member member : value.Members()) {
      if (Keep(type, member.name)) WriteMember(type, member);
    }
    writer_.EndObject();
  }

  void WriteMeta(std::optional<json::Value> meta) {
    writer_.Name("meta").BeginObject();
    std::optional<json::Value> tags;
    if (meta) {
      for (json::Member member : meta->Members()) {
        if (member.name == "tag") tags = member.value;
        else writer_.Name(member.name).Copy(member.value);
      }
    }
    writer_.Name("tag").BeginArray();
    if (tags) {
      for (json::Value tag : tags->Elements()) writer_.Copy(tag);
    }
    writer_.BeginObject().Member("system", "http://terminology.hl7.org/CodeSystem/v3-ObservationValue");
    writer_.Member("code", "SUBSETTED").EndObject().EndArray().EndObject();
  }

  const Filter& filter_;
  const fhir::Type& resource_type_;
  json::Writer writer_;
};

void IndentInto(std::string& out, json::Value value, size_t depth) {
  auto line = [&](size_t level) { out += '\n' + std::string(level * 2, ' '); };
  if (value.size() == 0) {
    out += value.IsArray() ? "[]" : value.IsObject() ? "{}" : std::string(value.Raw());
    return;
  }
  bool first = true;
  if (value.IsArray()) {
    out += '[';
    for (json::Value item : value.Elements()) {
      if (!first) out += ',';
      first = false;
      line(depth + 1);
      IndentInto(out, item, depth + 1);
    }
    line(depth);
    out += ']';
    return;
  }
  out += '{';
  for (json::Member member : value.Members()) {
    if (!first) out += ',';
    first = false;
    line(depth + 1);
    out += json::Quote(member.name) + ": ";
    IndentInto(out, member.value, depth + 1);
  }
  line(depth);
  out += '}';
}

}  // namespace

Result<Filter> ParseFilter(const std::vector<std::pair<std::string, std::string>>& query) {
  Filter filter;
  for (const auto& [name, value] : query) {
    if (name == "_elements") {
      for (std::string_view part : Split(value, ',')) {
        if (!TrimAscii(part).empty()) filter.elements.emplace_back(TrimAscii(part));
      }
    }
    if (name != "_summary") continue;
    if (value == "true") filter.summary = Summary::kTrue;
    else if (value == "text") filter.summary = Summary::kText;
    else if (value == "data") filter.summary = Summary::kData;
    else if (value == "count") filter.summary = Summary::kCount;
    else if (value != "false")
      return Invalid("bad-value", "_summary is true, text, data, count or false", "_summary 只能是 true、text、data、count 或 false");
  }
  return filter;
}

Result<std::string> ApplyFilter(const fhir::Definitions& definitions, const Filter& filter, std::string body) {
  if (!filter.active()) return body;
  QX_TRY(json::Document document, json::Document::Parse(std::move(body)));
  const fhir::Type* type = definitions.FindResource(document.root().FindString("resourceType"));
  if (!type) return std::string(document.text());
  Filter used = filter;
  if (used.summary == Summary::kCount) used.summary = Summary::kTrue;
  return Cutter(used, *type).Cut(document.root());
}

std::string Indent(json::Value value) {
  std::string out;
  IndentInto(out, value, 0);
  out += '\n';
  return out;
}

}  // namespace qianxian::api
