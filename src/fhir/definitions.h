// HL7's R4 definitions as data: the types with their elements, the closed code lists, the search parameters. The whole
// program is driven by these; there are no generated classes.
//
//   const fhir::Type* patient = fhir::Definitions::R4().Find("Patient");
//   const fhir::Member* m = patient->FindMember("deceasedBoolean");   // m->element->name == "deceased"
//
// Every type holds all its elements, the inherited ones too. A backbone element's own type is named by its path
// ("Patient.contact"). Threads: immutable; any number. Failures: none after the build (R4); Read refuses bad text.
// Source: https://hl7.org/fhir/R4/downloads.html, compiled by tools/definitions/compile.mjs.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"

namespace qianxian::fhir {

enum class TypeKind : uint8_t { kPrimitive, kComplex, kBackbone, kResource };

// What JSON has for a primitive type.
enum class JsonForm : uint8_t { kObject, kString, kNumber, kBoolean };

struct CodeList {                               // a value set that is closed: exactly these codes are allowed
  std::string_view url;
  struct Part {
    std::string_view system;
    std::vector<std::string_view> codes;        // sorted
  };
  std::vector<Part> parts;
  // The system of `code`, or nullptr if it is not in the list.
  const std::string_view* FindSystem(std::string_view code) const;
};

class Type;

struct ElementType {
  const Type* type = nullptr;
  std::vector<std::string_view> targets;        // Reference, canonical: type names; "Resource" = any
};

struct Element {
  static constexpr uint16_t kMany = 0xFFFF;
  std::string_view name;                        // "deceased" for deceased[x]
  uint16_t minimum = 0;
  uint16_t maximum = 1;
  bool choice = false;                          // name[x]
  bool summary = false;
  bool modifier = false;
  std::vector<ElementType> types;
  const CodeList* codes = nullptr;              // required binding of a code element
  bool repeats() const { return maximum > 1; }
};

struct Member {                                 // how an element is called in JSON
  std::string_view name;                        // "deceasedBoolean"
  const Element* element = nullptr;
  const ElementType* type = nullptr;
};

class Type {
 public:
  std::string_view name;
  TypeKind kind = TypeKind::kComplex;
  JsonForm form = JsonForm::kObject;
  bool abstract = false;
  const Type* base = nullptr;                   // nullptr: Element and Resource
  std::vector<Element> elements;                // in the order of the definition
  std::vector<Member> members;                  // sorted by name

  const Member* FindMember(std::string_view json_name) const;
  const Element* FindElement(std::string_view element_name) const;   // "deceased", not "deceasedBoolean"
  // This type, or derived from it: Is("Element"), Is("DomainResource").
  bool Is(std::string_view type_name) const;
  bool Is(const Type* other) const;
};

struct SearchParameterDefinition {
  std::string_view code;
  std::string_view type;                        // "token"
  std::vector<std::string_view> bases;
  std::vector<std::string_view> targets;        // "Resource" = any
  std::string_view url;
  std::string_view expression;
  struct Component {
    std::string_view definition;                // last part of the URL: "clinical-code"
    std::string_view expression;
  };
  std::vector<Component> components;
  std::string_view description;
};

class Definitions {
 public:
  // The embedded ones; read at the first call (about 5 ms).
  static const Definitions& R4();
  // From text as the compiler writes it; keeps a copy. Error: invalid "bad-definitions".
  static Result<std::unique_ptr<const Definitions>> Read(std::string text);

  const Type* Find(std::string_view type_name) const;                // nullptr: there is none
  const Type* FindResource(std::string_view type_name) const;        // only resource types that can exist
  const std::vector<std::string_view>& resource_types() const { return resource_types_; }   // sorted, not abstract
  const std::deque<Type>& types() const { return types_; }
  const std::vector<SearchParameterDefinition>& search_parameters() const { return search_parameters_; }
  const CodeList* FindCodeList(std::string_view url) const;
  std::string_view release() const { return release_; }
  std::string_view text() const { return text_; }                    // as compiled

 private:
  friend class DefinitionsReader;
  Definitions() = default;
  std::string text_;                            // what all the views point into
  std::deque<std::string> names_;               // made names: "deceasedBoolean"
  std::deque<Type> types_;
  std::deque<CodeList> code_lists_;
  std::unordered_map<std::string_view, const Type*> by_name_;
  std::unordered_map<std::string_view, const CodeList*> code_lists_by_url_;
  std::vector<std::string_view> resource_types_;
  std::vector<SearchParameterDefinition> search_parameters_;
  std::string_view release_;
};

}  // namespace qianxian::fhir
