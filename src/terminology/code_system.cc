#include "terminology/code_system.h"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

#include "base/limits.h"
#include "base/text.h"

namespace qianxian::terminology {
namespace {

constexpr std::array<std::string_view, 7> kValueTypes = {"code", "string", "integer", "boolean", "dateTime", "decimal", "Coding"};
constexpr std::array<std::string_view, 7> kValueNames = {"valueCode",    "valueString",  "valueInteger", "valueBoolean",
                                                         "valueDateTime", "valueDecimal", "valueCoding"};
constexpr std::array<std::string_view, 5> kContents = {"not-present", "example", "fragment", "complete", "supplement"};
constexpr std::string_view kEveryProperty[] = {"code", "concept", "display", "definition", "parent", "child", "inactive", "notSelectable"};

bool IsBoolean(json::Value value, bool wanted) { return value.IsBoolean() && value.AsBoolean() == wanted; }

bool IsRetired(std::string_view status) {
  const std::string lower = ToLowerAscii(status);
  return lower == "retired" || lower == "inactive" || lower == "withdrawn";
}

}  // namespace

std::string_view Name(CodeSystem::Content content) { return kContents[static_cast<size_t>(content)]; }

bool LanguageFits(std::string_view language, std::string_view wanted) {
  if (language.size() < wanted.size() || wanted.empty()) return false;
  if (ToLowerAscii(language.substr(0, wanted.size())) != ToLowerAscii(wanted)) return false;
  return language.size() == wanted.size() || language[wanted.size()] == '-';
}

class CodeSystemReader {
 public:
  explicit CodeSystemReader(json::Value resource) : resource_(resource), system_(std::make_shared<CodeSystem>()) {}

  Result<std::shared_ptr<const CodeSystem>> Read() {
    CodeSystem& system = *system_;
    if (resource_.FindString("resourceType") != "CodeSystem") {
      return Invalid("not-a-code-system", "this is no CodeSystem", "这不是 CodeSystem 资源");
    }
    system.url_ = resource_.FindString("url");
    system.version_ = resource_.FindString("version");
    system.name_ = resource_.FindString("name");
    system.title_ = resource_.FindString("title");
    system.value_set_ = resource_.FindString("valueSet");
    const std::string_view content = resource_.FindString("content");
    for (size_t i = 0; i < kContents.size(); ++i) {
      if (kContents[i] == content) system.content_ = static_cast<CodeSystem::Content>(i);
    }
    const auto sensitive = resource_.Find("caseSensitive");
    system.case_sensitive_ = !sensitive || !IsBoolean(*sensitive, false);
    ReadDeclarations();
    if (const auto concepts = resource_.Find("concept")) QX_DO(ReadConcepts(*concepts, CodeSystem::kNone));
    system.concepts_.shrink_to_fit();
    system.text_.shrink_to_fit();
    MakeTable();
    MakeLinks();
    return std::shared_ptr<const CodeSystem>(std::move(system_));
  }

 private:
  void ReadDeclarations() {
    const auto list = resource_.Find("property");
    if (!list) return;
    for (json::Value property : list->Elements()) {
      const std::string code(property.FindString("code"));
      const std::string_view uri = property.FindString("uri");
      const std::string_view known = "http://hl7.org/fhir/concept-properties#";
      if (uri == "http://hl7.org/fhir/concept-properties#parent") parent_codes_.push_back(code);
      if (uri == "http://hl7.org/fhir/concept-properties#child") child_codes_.push_back(code);
      if (uri.starts_with(known) && uri.substr(known.size()) == "notSelectable") abstract_codes_.push_back(code);
      system_->declared_.push_back(code);
    }
  }

  Status ReadConcepts(json::Value list, uint32_t parent) {
    for (json::Value item : list.Elements()) {
      if (system_->concepts_.size() >= limits::kCodeSystemConcepts || system_->text_.size() > UINT32_MAX / 2) {
        return Invalid("too-many-concepts", "a code system has at most " + std::to_string(limits::kCodeSystemConcepts) + " concepts",
                       "代码系统最多 " + std::to_string(limits::kCodeSystemConcepts) + " 个概念");
      }
      const auto at = static_cast<uint32_t>(system_->concepts_.size());
      CodeSystem::Concept& made = system_->concepts_.emplace_back();
      made.code = Keep(item.FindString("code"));
      made.display = Keep(item.FindString("display"));
      made.definition = Keep(item.FindString("definition"));
      made.first_designation = static_cast<uint32_t>(system_->designations_.size());
      made.first_property = static_cast<uint32_t>(system_->properties_.size());
      if (parent != CodeSystem::kNone) links_.emplace_back(parent, at);
      if (const auto designations = item.Find("designation")) ReadDesignations(*designations);
      if (const auto properties = item.Find("property")) ReadProperties(*properties, at);
      if (const auto inner = item.Find("concept")) QX_DO(ReadConcepts(*inner, at));
    }
    return Ok();
  }

  void ReadDesignations(json::Value list) {
    for (json::Value item : list.Elements()) {
      const json::Value use = item.Find("use").value_or(json::Value());
      system_->designations_.push_back({Keep(item.FindString("language")), Keep(use.FindString("system")), Keep(use.FindString("code")),
                                        Keep(use.FindString("display")), Keep(item.FindString("value"))});
    }
  }

  void ReadProperties(json::Value list, uint32_t at) {
    for (json::Value item : list.Elements()) {
      const std::string_view code = item.FindString("code");
      for (size_t type = 0; type < kValueTypes.size(); ++type) {
        const auto value = item.Find(kValueNames[type]);
        if (!value) continue;
        CodeSystem::StoredProperty stored;
        stored.type = static_cast<uint8_t>(type);
        stored.code = Keep(code);
        if (value->IsObject()) {
          stored.value = Keep(value->FindString("code"));
          stored.system = Keep(value->FindString("system"));
          stored.display = Keep(value->FindString("display"));
        } else {
          stored.value = Keep(value->IsString() ? value->AsString() : value->Raw());
        }
        system_->properties_.push_back(stored);
        Understand(code, *value, at);
      }
    }
  }

  // What some properties mean for every system.
  void Understand(std::string_view code, json::Value value, uint32_t at) {
    CodeSystem::Concept& concept_ = system_->concepts_[at];
    const auto is = [&](std::string_view usual, const std::vector<std::string>& declared) {
      return code == usual || std::find(declared.begin(), declared.end(), code) != declared.end();
    };
    if (code == "inactive" && IsBoolean(value, true)) concept_.inactive = true;
    if (code == "status" && value.IsString() && IsRetired(value.AsString())) concept_.inactive = true;
    if ((is("notSelectable", abstract_codes_) || code == "abstract") && IsBoolean(value, true)) concept_.abstract = true;
    if (!value.IsString()) return;
    if (is("parent", parent_codes_) || code == "subsumedBy") named_parents_.emplace_back(at, value.AsString());
    if (is("child", child_codes_)) named_children_.emplace_back(at, value.AsString());
  }

  CodeSystem::Text Keep(std::string_view text) {
    if (text.empty()) return {};
    const CodeSystem::Text kept{static_cast<uint32_t>(system_->text_.size()), static_cast<uint32_t>(text.size())};
    system_->text_ += text;
    return kept;
  }

  void MakeTable() {
    size_t size = 8;
    while (size < system_->concepts_.size() * 2) size *= 2;
    std::vector<uint32_t>& table = system_->table_;
    table.assign(size, CodeSystem::kNone);
    for (uint32_t i = 0; i < system_->concepts_.size(); ++i) {
      const std::string key = system_->Key(system_->Code(i));
      size_t slot = HashFnv1a64(key) & (size - 1);
      bool there = false;   // the first one of a code counts
      while (table[slot] != CodeSystem::kNone && !there) {
        there = system_->Key(system_->Code(table[slot])) == key;
        if (!there) slot = (slot + 1) & (size - 1);
      }
      if (!there) table[slot] = i;
    }
  }

  void MakeLinks() {
    for (const auto& [at, code] : named_parents_) {
      const uint32_t parent = system_->Find(code);
      if (parent != CodeSystem::kNone && parent != at) links_.emplace_back(parent, at);
    }
    for (const auto& [at, code] : named_children_) {
      const uint32_t child = system_->Find(code);
      if (child != CodeSystem::kNone && child != at) links_.emplace_back(at, child);
    }
    if (links_.empty()) return;
    std::sort(links_.begin(), links_.end());
    links_.erase(std::unique(links_.begin(), links_.end()), links_.end());
    Fill(system_->children_);
    for (auto& [parent, child] : links_) std::swap(parent, child);
    std::sort(links_.begin(), links_.end());
    Fill(system_->parents_);
  }

  void Fill(CodeSystem::Links& out) {
    out.first.assign(system_->concepts_.size() + 1, 0);
    out.list.reserve(links_.size());
    for (const auto& [from, to] : links_) {
      ++out.first[from + 1];
      out.list.push_back(to);
    }
    for (size_t i = 1; i < out.first.size(); ++i) out.first[i] += out.first[i - 1];
  }

  json::Value resource_;
  std::shared_ptr<CodeSystem> system_;
  std::vector<std::string> parent_codes_, child_codes_, abstract_codes_;
  std::vector<std::pair<uint32_t, uint32_t>> links_;                  // parent, child
  std::vector<std::pair<uint32_t, std::string>> named_parents_, named_children_;
};

Result<std::shared_ptr<const CodeSystem>> CodeSystem::Read(json::Value resource) { return CodeSystemReader(resource).Read(); }

std::string CodeSystem::Key(std::string_view code) const { return case_sensitive_ ? std::string(code) : ToLowerAscii(code); }

bool CodeSystem::HasProperty(std::string_view code) const {
  return std::find(std::begin(kEveryProperty), std::end(kEveryProperty), code) != std::end(kEveryProperty) ||
         std::find(declared_.begin(), declared_.end(), code) != declared_.end();
}

uint32_t CodeSystem::Find(std::string_view code) const {
  if (table_.empty() || code.empty()) return kNone;
  std::string lower;
  if (!case_sensitive_) {
    lower = ToLowerAscii(code);
    code = lower;
  }
  size_t slot = HashFnv1a64(code) & (table_.size() - 1);
  while (table_[slot] != kNone) {
    if (case_sensitive_ ? Code(table_[slot]) == code : ToLowerAscii(Code(table_[slot])) == code) return table_[slot];
    slot = (slot + 1) & (table_.size() - 1);
  }
  return kNone;
}

std::vector<Designation> CodeSystem::Designations(uint32_t at) const {
  const size_t end = at + 1 < concepts_.size() ? concepts_[at + 1].first_designation : designations_.size();
  std::vector<Designation> list;
  for (size_t i = concepts_[at].first_designation; i < end; ++i) {
    const StoredDesignation& one = designations_[i];
    list.push_back({View(one.language), View(one.use_system), View(one.use_code), View(one.use_display), View(one.value)});
  }
  return list;
}

std::vector<Property> CodeSystem::Properties(uint32_t at) const {
  const size_t end = at + 1 < concepts_.size() ? concepts_[at + 1].first_property : properties_.size();
  std::vector<Property> list;
  for (size_t i = concepts_[at].first_property; i < end; ++i) {
    const StoredProperty& one = properties_[i];
    list.push_back({View(one.code), kValueTypes[one.type], View(one.value), View(one.system), View(one.display)});
  }
  return list;
}

std::string_view CodeSystem::DisplayIn(uint32_t at, std::string_view language) const {
  if (!language.empty()) {
    const size_t end = at + 1 < concepts_.size() ? concepts_[at + 1].first_designation : designations_.size();
    for (size_t i = concepts_[at].first_designation; i < end; ++i) {
      if (LanguageFits(View(designations_[i].language), language)) return View(designations_[i].value);
    }
  }
  return Display(at);
}

std::vector<uint32_t> CodeSystem::Ancestors(uint32_t at, bool with_itself) const {
  std::vector<uint32_t> found{at};
  std::unordered_set<uint32_t> seen{at};
  for (size_t i = 0; i < found.size(); ++i) {
    for (uint32_t parent : Parents(found[i])) {
      if (seen.insert(parent).second) found.push_back(parent);
    }
  }
  if (!with_itself) found.erase(found.begin());
  return found;
}

bool CodeSystem::Subsumes(uint32_t above, uint32_t below) const {
  if (above == below) return true;
  const std::vector<uint32_t> ancestors = Ancestors(below, false);
  return std::find(ancestors.begin(), ancestors.end(), above) != ancestors.end();
}

std::vector<uint32_t> CodeSystem::Descendants(uint32_t at, bool with_itself) const {
  std::vector<bool> seen(concepts_.size());
  std::vector<uint32_t> found{at};
  seen[at] = true;
  for (size_t i = 0; i < found.size(); ++i) {
    for (uint32_t child : Children(found[i])) {
      if (!seen[child]) found.push_back(child);
      seen[child] = true;
    }
  }
  if (!with_itself) found.erase(found.begin());
  std::sort(found.begin(), found.end());
  return found;
}

size_t CodeSystem::bytes() const {
  return sizeof *this + text_.capacity() + concepts_.capacity() * sizeof(Concept) + designations_.capacity() * sizeof(StoredDesignation) +
         properties_.capacity() * sizeof(StoredProperty) + 4 * (table_.capacity() + parents_.first.capacity() +
         parents_.list.capacity() + children_.first.capacity() + children_.list.capacity());
}

}  // namespace qianxian::terminology
