// A code system ready for questions: code → concept in one hash step, parents, children, properties, designations.
// Made from a CodeSystem resource; keeps its own compact copy (about 150 bytes a concept), not the JSON.
// Concepts are numbered in the order of the resource, a nested one after its parent. The hierarchy is nesting plus the
// properties parent, child and subsumedBy; a concept may have several parents.
// Threads: immutable after Read; any number. Errors (Read): invalid "not-a-code-system", "too-many-concepts".
// Source: https://hl7.org/fhir/R4/codesystem.html
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/value.h"

namespace qianxian::terminology {

struct Designation {
  std::string_view language;
  std::string_view use_system, use_code, use_display;
  std::string_view value;
};

struct Property {
  std::string_view code;
  std::string_view type;           // "code", "string", "integer", "boolean", "dateTime", "decimal", "Coding"
  std::string_view value;          // as text; of a Coding its code
  std::string_view system;         // Coding
  std::string_view display;        // Coding
};

class CodeSystem {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;
  enum class Content : uint8_t { kNotPresent, kExample, kFragment, kComplete, kSupplement };

  static Result<std::shared_ptr<const CodeSystem>> Read(json::Value resource);

  const std::string& url() const { return url_; }
  const std::string& version() const { return version_; }
  const std::string& name() const { return name_; }
  const std::string& title() const { return title_; }
  const std::string& value_set() const { return value_set_; }     // of all its codes; "" if it names none
  Content content() const { return content_; }
  bool case_sensitive() const { return case_sensitive_; }
  bool HasProperty(std::string_view code) const;                   // declared, or one that every system has

  size_t size() const { return concepts_.size(); }
  uint32_t Find(std::string_view code) const;                      // kNone: there is none
  std::string_view Code(uint32_t at) const { return View(concepts_[at].code); }
  std::string_view Display(uint32_t at) const { return View(concepts_[at].display); }
  std::string_view Definition(uint32_t at) const { return View(concepts_[at].definition); }
  bool IsInactive(uint32_t at) const { return concepts_[at].inactive; }
  bool IsAbstract(uint32_t at) const { return concepts_[at].abstract; }
  std::span<const uint32_t> Parents(uint32_t at) const { return parents_.Of(at); }
  std::span<const uint32_t> Children(uint32_t at) const { return children_.Of(at); }
  std::vector<Designation> Designations(uint32_t at) const;
  std::vector<Property> Properties(uint32_t at) const;
  // The display in `language` ("zh" takes "zh-CN"): a designation, else the concept's own display.
  std::string_view DisplayIn(uint32_t at, std::string_view language) const;

  bool Subsumes(uint32_t above, uint32_t below) const;             // also itself
  std::vector<uint32_t> Descendants(uint32_t at, bool with_itself) const;   // in order, each once
  std::vector<uint32_t> Ancestors(uint32_t at, bool with_itself) const;
  size_t bytes() const;                                            // about how much memory it holds

 private:
  friend class CodeSystemReader;
  struct Text { uint32_t at = 0, size = 0; };
  struct Concept {
    Text code, display, definition;
    uint32_t first_designation = 0, first_property = 0;            // up to the next concept's
    bool inactive = false, abstract = false;
  };
  struct StoredDesignation { Text language, use_system, use_code, use_display, value; };
  struct StoredProperty { Text code, value, system, display; uint8_t type = 0; };
  struct Links {                                                   // lists of numbers, one behind the other
    std::vector<uint32_t> first, list;
    std::span<const uint32_t> Of(uint32_t at) const {
      if (first.empty()) return {};
      return {list.data() + first[at], list.data() + first[at + 1]};
    }
  };
  std::string_view View(Text text) const { return std::string_view(text_).substr(text.at, text.size); }
  std::string Key(std::string_view code) const;

  std::string url_, version_, name_, title_, value_set_;
  Content content_ = Content::kComplete;
  bool case_sensitive_ = true;
  std::vector<std::string> declared_;
  std::string text_;
  std::vector<Concept> concepts_;
  std::vector<StoredDesignation> designations_;
  std::vector<StoredProperty> properties_;
  Links parents_, children_;
  std::vector<uint32_t> table_;                                    // hash of code → concept; a power of two long
};

std::string_view Name(CodeSystem::Content content);
// Does `language` satisfy `wanted`? "zh-CN" satisfies "zh" and "zh-CN"; case does not count.
bool LanguageFits(std::string_view language, std::string_view wanted);

}  // namespace qianxian::terminology
