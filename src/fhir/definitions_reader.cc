#include "fhir/definitions_reader.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace qianxian::fhir {
namespace {

Error Bad(std::string_view what, std::string_view text) {
  return Invalid("bad-definitions", std::string(what) + ": " + std::string(text));
}

// Parts between blanks; "" gives none.
std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::string_view word : Split(text, ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

JsonForm FormOf(const Type& type) {
  if (type.kind != TypeKind::kPrimitive) return JsonForm::kObject;
  if (type.name == "boolean") return JsonForm::kBoolean;
  if (type.name == "decimal" || type.Is("integer")) return JsonForm::kNumber;
  return JsonForm::kString;
}

}  // namespace

DefinitionsReader::DefinitionsReader(std::string text) : definitions_(new Definitions()) {
  definitions_->text_ = std::move(text);
}

Result<std::unique_ptr<const Definitions>> DefinitionsReader::Read() {
  std::string_view rest = definitions_->text_;
  Fields fields;
  while (!rest.empty()) {
    size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    fields.clear();
    for (size_t begin = 0;;) {
      size_t tab = line.find('\t', begin);
      fields.push_back(line.substr(begin, tab == std::string_view::npos ? tab : tab - begin));
      if (tab == std::string_view::npos) break;
      begin = tab + 1;
    }
    QX_DO(ReadLine(fields));
  }
  QX_DO(Link());
  return std::unique_ptr<const Definitions>(std::move(definitions_));
}

Status DefinitionsReader::ReadLine(const Fields& fields) {
  std::string_view kind = fields[0];
  if (kind == "Q" && fields.size() == 2) {
    definitions_->release_ = fields[1];
    return Ok();
  }
  if (kind == "V" && fields.size() == 4) {
    auto [it, added] = definitions_->code_lists_by_url_.try_emplace(fields[1], nullptr);
    if (added) {
      it->second = &definitions_->code_lists_.emplace_back();
      definitions_->code_lists_.back().url = fields[1];
    }
    // Lines of one value set follow each other, so the list is the newest one.
    CodeList& list = definitions_->code_lists_.back();
    if (list.url != fields[1]) return Bad("value set in two places", fields[1]);
    list.parts.push_back({fields[2], Words(fields[3])});
    std::sort(list.parts.back().codes.begin(), list.parts.back().codes.end());
    return Ok();
  }
  if (kind == "T" && fields.size() == 5) {
    Type& type = definitions_->types_.emplace_back();
    type.name = fields[1];
    type.abstract = fields[4] == "1";
    if (fields[2] == "primitive") type.kind = TypeKind::kPrimitive;
    else if (fields[2] == "complex") type.kind = TypeKind::kComplex;
    else if (fields[2] == "backbone") type.kind = TypeKind::kBackbone;
    else if (fields[2] == "resource") type.kind = TypeKind::kResource;
    else return Bad("type of unknown kind", fields[1]);
    if (!definitions_->by_name_.emplace(type.name, &type).second) return Bad("type in two places", type.name);
    pending_.push_back({&type, fields[3], {}, {}});
    return Ok();
  }
  if (kind == "E" && fields.size() == 7) return ReadElement(fields);
  if (kind == "P" && fields.size() == 9) return ReadSearchParameter(fields);
  return Bad("line", kind);
}

Status DefinitionsReader::ReadElement(const Fields& fields) {
  if (pending_.empty()) return Bad("element without type", fields[1]);
  PendingType& owner = pending_.back();
  Element& element = owner.type->elements.emplace_back();
  element.name = fields[1];
  int64_t number = 0;
  if (!ParseInteger(fields[2], number) || number < 0 || number > 100) return Bad("minimum", fields[2]);
  element.minimum = static_cast<uint16_t>(number);
  if (fields[3] == "*") {
    element.maximum = Element::kMany;
  } else {
    if (!ParseInteger(fields[3], number) || number < 0 || number > 100) return Bad("maximum", fields[3]);
    element.maximum = static_cast<uint16_t>(number);
  }
  element.choice = fields[4].find('c') != std::string_view::npos;
  element.summary = fields[4].find('s') != std::string_view::npos;
  element.modifier = fields[4].find('m') != std::string_view::npos;
  owner.element_types.push_back(fields[5]);
  owner.code_lists.push_back(fields[6]);
  return Ok();
}

Status DefinitionsReader::ReadSearchParameter(const Fields& fields) {
  SearchParameterDefinition& parameter = definitions_->search_parameters_.emplace_back();
  parameter.code = fields[1];
  parameter.type = fields[2];
  parameter.bases = Words(fields[3]);
  parameter.targets = Words(fields[4]);
  parameter.url = fields[5];
  parameter.expression = fields[6];
  parameter.description = fields[8];
  std::string_view rest = fields[7];
  while (!rest.empty()) {
    size_t end = rest.find(" ;; ");
    std::string_view part = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 4);
    size_t equals = part.find('=');
    if (equals == std::string_view::npos) return Bad("component", part);
    parameter.components.push_back({part.substr(0, equals), part.substr(equals + 1)});
  }
  return Ok();
}

Status DefinitionsReader::Link() {
  for (PendingType& pending : pending_) {
    if (pending.base.empty() || pending.base == "Base") continue;
    pending.type->base = definitions_->Find(pending.base);
    if (pending.type->base == nullptr) return Bad("base type", pending.base);
  }
  for (PendingType& pending : pending_) {
    pending.type->form = FormOf(*pending.type);
    QX_DO(LinkElementTypes(pending));
    MakeMembers(*pending.type);
    if (pending.type->kind == TypeKind::kResource && !pending.type->abstract) {
      definitions_->resource_types_.push_back(pending.type->name);
    }
  }
  std::sort(definitions_->resource_types_.begin(), definitions_->resource_types_.end());
  return Ok();
}

Status DefinitionsReader::LinkElementTypes(PendingType& pending) {
  for (size_t i = 0; i < pending.type->elements.size(); ++i) {
    Element& element = pending.type->elements[i];
    if (!pending.code_lists[i].empty()) {
      element.codes = definitions_->FindCodeList(pending.code_lists[i]);
      if (element.codes == nullptr) return Bad("value set", pending.code_lists[i]);
    }
    for (std::string_view text : Words(pending.element_types[i])) {
      ElementType& type = element.types.emplace_back();
      size_t open = text.find('(');
      if (open != std::string_view::npos) {
        type.targets = Split(text.substr(open + 1, text.size() - open - 2), ',');
        text = text.substr(0, open);
      }
      if (StartsWith(text, "@")) text.remove_prefix(1);
      type.type = definitions_->Find(text);
      if (type.type == nullptr) return Bad("element type", text);
    }
    if (element.types.empty()) return Bad("element without type", element.name);
  }
  return Ok();
}

void DefinitionsReader::MakeMembers(Type& type) {
  for (const Element& element : type.elements) {
    for (const ElementType& element_type : element.types) {
      std::string_view name = element.name;
      if (element.choice) {
        std::string& made = definitions_->names_.emplace_back(element.name);
        made += element_type.type->name;
        char& initial = made[element.name.size()];
        if (initial >= 'a' && initial <= 'z') initial = static_cast<char>(initial - 'a' + 'A');
        name = made;
      }
      type.members.push_back({name, &element, &element_type});
    }
  }
  std::sort(type.members.begin(), type.members.end(), [](const Member& a, const Member& b) { return a.name < b.name; });
}

Result<std::unique_ptr<const Definitions>> Definitions::Read(std::string text) {
  return DefinitionsReader(std::move(text)).Read();
}

}  // namespace qianxian::fhir
