#include "validate/schema.h"

#include <algorithm>
#include <map>

#include "base/limits.h"
#include "base/text.h"

namespace qianxian::validate {
namespace {

Error BadProfile(std::string_view url, std::string en, std::string zh) {
  return Invalid("bad-profile", "the profile " + std::string(url) + ": " + en, "结构定义 " + std::string(url) + "：" + zh);
}

std::string_view WithoutX(std::string_view name) { return name.ends_with("[x]") ? name.substr(0, name.size() - 3) : name; }

std::optional<json::Value> Prefixed(json::Value element, std::string_view prefix) {
  for (json::Member member : element.Members()) {
    if (member.name.size() > prefix.size() && member.name.starts_with(prefix) && member.name[prefix.size()] >= 'A' &&
        member.name[prefix.size()] <= 'Z') {
      return member.value;
    }
  }
  return std::nullopt;
}

bool IsTrue(json::Value object, std::string_view name) {
  const auto value = object.Find(name);
  return value && value->IsBoolean() && value->AsBoolean();
}

TypeRule ReadType(json::Value type) {
  TypeRule made;
  made.code = type.FindString("code");
  if (made.code.starts_with("http://hl7.org/fhirpath/")) made.code.clear();
  made.profiles = type.FindStrings("profile");
  made.target_profiles = type.FindStrings("targetProfile");
  return made;
}

Slicing ReadSlicing(json::Value value) {
  Slicing made;
  const std::string_view rules = value.FindString("rules");
  if (rules == "closed") made.rules = Slicing::Rules::kClosed;
  if (rules == "openAtEnd") made.rules = Slicing::Rules::kOpenAtEnd;
  made.ordered = IsTrue(value, "ordered");
  if (const auto list = value.Find("discriminator")) {
    for (json::Value one : list->Elements()) {
      Discriminator discriminator;
      const std::string_view kind = one.FindString("type");
      if (kind == "exists") discriminator.kind = Discriminator::Kind::kExists;
      if (kind == "type") discriminator.kind = Discriminator::Kind::kType;
      if (kind == "profile") discriminator.kind = Discriminator::Kind::kProfile;   // value and pattern mean the same
      discriminator.path = one.FindString("path");
      made.discriminators.push_back(std::move(discriminator));
    }
  }
  return made;
}

Binding ReadBinding(json::Value value) {
  Binding made;
  const std::string_view strength = value.FindString("strength");
  if (strength == "required") made.strength = Binding::Strength::kRequired;
  if (strength == "extensible") made.strength = Binding::Strength::kExtensible;
  if (strength == "preferred") made.strength = Binding::Strength::kPreferred;
  made.value_set = value.FindString("valueSet");
  return made;
}

uint32_t ReadMaximum(std::string_view text) {
  int64_t number = 0;
  if (text == "*" || !ParseInteger(text, number) || number < 0 || number > INT32_MAX) return UINT32_MAX;
  return static_cast<uint32_t>(number);
}

}  // namespace

std::string_view LastSegment(std::string_view url) {
  const size_t slash = url.rfind('/');
  return slash == std::string_view::npos ? url : url.substr(slash + 1);
}

Rule* Rule::Child(std::string_view child_name) const {
  for (const auto& child : children) if (child->name == child_name) return child.get();
  return nullptr;
}

std::unique_ptr<Rule> Rule::Clone(bool with_slices) const {
  auto copy = std::make_unique<Rule>();
  copy->name = name;
  copy->slice_name = slice_name;
  copy->minimum = minimum;
  copy->maximum = maximum;
  copy->types = types;
  copy->fixed = fixed;
  copy->pattern = pattern;
  copy->least = least;
  copy->most = most;
  copy->binding = binding;
  copy->longest = longest;
  copy->constraints = constraints;
  copy->content_reference = content_reference;
  for (const auto& child : children) copy->children.push_back(child->Clone(true));
  if (with_slices) {
    copy->slicing = slicing;
    for (const auto& slice : slices) copy->slices.push_back(slice->Clone(true));
  }
  return copy;
}

class SchemaReader {
 public:
  SchemaReader(std::string_view url, const Schema::Lookup& base) : url_(url), base_(base) {}

  Result<std::shared_ptr<const Schema>> Read(std::shared_ptr<const json::Document> document) {
    const json::Value root = document->root();
    schema_ = std::make_shared<Schema>();
    schema_->documents_.push_back(std::move(document));
    schema_->url_ = root.FindString("url");
    schema_->title_ = root.FindString("title").empty() ? root.FindString("name") : root.FindString("title");
    schema_->type_ = root.FindString("type");
    schema_->is_profile_ = root.FindString("derivation") == "constraint";
    schema_->is_abstract_ = IsTrue(root, "abstract");
    const auto snapshot = root.Find("snapshot");
    if (snapshot) {
      schema_->root_ = std::make_unique<Rule>();
      QX_DO(ReadElements(snapshot->Find("element").value_or(json::Value())));
      return std::shared_ptr<const Schema>(std::move(schema_));
    }
    differential_ = true;
    const std::string_view base_url = root.FindString("baseDefinition");
    QX_TRY(const std::shared_ptr<const Schema> base, base_(base_url));
    if (!base) return BadProfile(url_, "its base " + std::string(base_url) + " is not known", "其基础定义 " + std::string(base_url) + " 未知");
    schema_->root_ = base->root_->Clone(true);
    schema_->documents_.insert(schema_->documents_.end(), base->documents_.begin(), base->documents_.end());
    schema_->size_ = base->size_;
    if (schema_->type_.empty()) schema_->type_ = base->type_;
    if (const auto differential = root.Find("differential")) {
      QX_DO(ReadElements(differential->Find("element").value_or(json::Value())));
    }
    return std::shared_ptr<const Schema>(std::move(schema_));
  }

 private:
  Status ReadElements(json::Value list) {
    for (json::Value element : list.Elements()) {
      if (++schema_->size_ > limits::kSchemaElements) {
        return Invalid("too-many-elements", "a profile has more than " + std::to_string(limits::kSchemaElements) + " elements",
                       "结构定义的元素超过 " + std::to_string(limits::kSchemaElements) + " 个");
      }
      QX_TRY(Rule* rule, Place(element));
      if (rule) QX_DO(Overlay(element, *rule));
    }
    return Ok();
  }

  // The id of an element; made from path and sliceName where it has none.
  std::string IdOf(json::Value element) {
    const std::string path(element.FindString("path"));
    std::string id(element.FindString("id"));
    const size_t dot = path.rfind('.');
    if (id.empty()) {
      const auto parent = dot == std::string::npos ? latest_.end() : latest_.find(path.substr(0, dot));
      id = dot == std::string::npos ? path : (parent == latest_.end() ? path.substr(0, dot) : parent->second) + path.substr(dot);
      const std::string_view slice = element.FindString("sliceName");
      if (!slice.empty()) id += ":" + std::string(slice);
    }
    latest_.erase(latest_.lower_bound(path + "."), latest_.lower_bound(path + "/"));
    latest_[path] = id;
    return id;
  }

  // The rule that the element is about, made where it is not there yet.
  Result<Rule*> Place(json::Value element) {
    const std::string id = IdOf(element);
    Rule* rule = schema_->root_.get();
    bool is_first = true;
    size_t depth = 0;
    for (std::string_view segment : Split(id, '.')) {
      if (++depth > 100) return BadProfile(url_, "an element lies too deep: " + id, "元素层级过深：" + id);
      if (is_first) {
        is_first = false;
        if (rule->name.empty()) rule->name = segment;
        continue;
      }
      const size_t colon = segment.find(':');
      QX_TRY(rule, EnsureChild(*rule, WithoutX(segment.substr(0, colon))));
      if (colon != std::string_view::npos) rule = EnsureSlice(*rule, segment.substr(colon + 1));
    }
    return rule;
  }

  Result<Rule*> EnsureChild(Rule& rule, std::string_view name) {
    if (Rule* found = rule.Child(name)) return found;
    if (differential_) {
      QX_DO(EnterType(rule));
      if (Rule* found = rule.Child(name)) return found;
      // "valueQuantity": the slice of value[x] that is a Quantity.
      for (const auto& child : rule.children) {
        for (const TypeRule& type : child->types) {
          std::string choice = child->name + type.code;
          if (!type.code.empty()) choice[child->name.size()] = ToUpperAscii(type.code.substr(0, 1))[0];
          if (choice != name) continue;
          if (!child->slicing) child->slicing = Slicing{{{Discriminator::Kind::kType, "$this"}}, Slicing::Rules::kOpen, false};
          const TypeRule only = type;
          Rule* slice = EnsureSlice(*child, name);
          slice->types = {only};
          return slice;
        }
      }
      return BadProfile(url_, "there is no element " + std::string(name) + " in " + rule.name, rule.name + " 没有元素 " + std::string(name));
    }
    rule.children.push_back(std::make_unique<Rule>());
    rule.children.back()->name = name;
    return rule.children.back().get();
  }

  // Copies the children of the element's data type (or of what it refers to) into the tree.
  Status EnterType(Rule& rule) {
    if (!rule.children.empty() || rule.entered) return Ok();
    rule.entered = true;
    if (!rule.content_reference.empty()) {
      if (const Rule* other = schema_->Find(rule.content_reference)) {
        for (const auto& child : other->children) rule.children.push_back(child->Clone(true));
      }
      return Ok();
    }
    if (rule.types.size() != 1 || rule.types[0].code.empty()) return Ok();
    const std::string url = rule.types[0].profiles.size() == 1 ? rule.types[0].profiles[0] : std::string(kCore) + rule.types[0].code;
    QX_TRY(const std::shared_ptr<const Schema> type, base_(url));
    if (!type) return Ok();
    for (const auto& child : type->root().children) rule.children.push_back(child->Clone(true));
    schema_->size_ += type->size_;
    if (schema_->size_ > limits::kSchemaElements) {
      return Invalid("too-many-elements", "a profile has more than " + std::to_string(limits::kSchemaElements) + " elements",
                     "结构定义的元素超过 " + std::to_string(limits::kSchemaElements) + " 个");
    }
    schema_->documents_.insert(schema_->documents_.end(), type->documents_.begin(), type->documents_.end());
    return Ok();
  }

  Rule* EnsureSlice(Rule& rule, std::string_view name) {
    for (const auto& slice : rule.slices) if (slice->slice_name == name) return slice.get();
    std::unique_ptr<Rule> made = differential_ ? rule.Clone(false) : std::make_unique<Rule>();
    made->name = rule.name;
    made->slice_name = name;
    made->minimum = 0;
    rule.slices.push_back(std::move(made));
    return rule.slices.back().get();
  }

  Status Overlay(json::Value element, Rule& rule) {
    if (const auto minimum = element.Find("min")) rule.minimum = static_cast<uint32_t>(minimum->AsInteger().value_or(0));
    if (const std::string_view maximum = element.FindString("max"); !maximum.empty()) rule.maximum = ReadMaximum(maximum);
    if (const auto types = element.Find("type")) {
      rule.types.clear();
      for (json::Value type : types->Elements()) rule.types.push_back(ReadType(type));
    }
    if (const auto value = Prefixed(element, "fixed")) rule.fixed = value;
    if (const auto value = Prefixed(element, "pattern")) rule.pattern = value;
    if (const auto value = Prefixed(element, "minValue")) rule.least = value;
    if (const auto value = Prefixed(element, "maxValue")) rule.most = value;
    if (const auto value = element.Find("maxLength")) rule.longest = static_cast<uint32_t>(value->AsInteger().value_or(UINT32_MAX));
    if (const auto value = element.Find("binding")) rule.binding = ReadBinding(*value);
    if (const auto value = element.Find("slicing")) rule.slicing = ReadSlicing(*value);
    if (const std::string_view value = element.FindString("contentReference"); !value.empty()) {
      rule.content_reference = value.substr(value.find('#') == std::string_view::npos ? 0 : value.find('#') + 1);
    }
    if (const auto list = element.Find("constraint")) {
      for (json::Value one : list->Elements()) QX_DO(ReadConstraint(one, rule));
    }
    return Ok();
  }

  Status ReadConstraint(json::Value value, Rule& rule) {
    std::string_view text = value.FindString("expression");
    auto made = std::make_shared<Constraint>();
    made->key = value.FindString("key");
    made->human = value.FindString("human");
    made->is_error = value.FindString("severity") != "warning";
    // Every element has ele-1, and Extension ext-1: the shape check says the same quicker.
    // R4 says "answer is Boolean", which no FHIR boolean is; corrected in R4B.
    if (made->key == "que-7") text = "operator = 'exists' implies (answer is boolean)";
    if (text.empty() || made->key == "ele-1" || made->key == "ext-1") return Ok();
    for (const auto& known : rule.constraints) {
      if (known->key == made->key && known->expression->text() == text) return Ok();
    }
    auto& kept = parsed_[std::string(text)];
    if (!kept) {
      QX_TRY(fhirpath::Expression expression, fhirpath::Expression::Parse(text));
      kept = std::make_shared<const fhirpath::Expression>(std::move(expression));
    }
    made->expression = kept;
    std::erase_if(rule.constraints, [&](const auto& known) { return known->key == made->key; });
    rule.constraints.push_back(std::move(made));
    return Ok();
  }

  const std::string_view url_;
  const Schema::Lookup& base_;
  std::shared_ptr<Schema> schema_;
  bool differential_ = false;
  std::map<std::string, std::string> latest_;          // path → id of the last element of that path
  std::map<std::string, std::shared_ptr<const fhirpath::Expression>> parsed_;
};

Result<std::shared_ptr<const Schema>> Schema::Read(std::string text, const Lookup& base) {
  QX_TRY(json::Document parsed, json::Document::Parse(std::move(text)));
  auto document = std::make_shared<const json::Document>(std::move(parsed));
  const json::Value root = document->root();
  const std::string_view url = root.FindString("url");
  if (root.FindString("resourceType") != "StructureDefinition") return BadProfile(url, "this is no StructureDefinition", "这不是 StructureDefinition");
  if (root.FindString("kind") == "logical") return BadProfile(url, "logical models are not for checking resources", "逻辑模型不能用于校验资源");
  return SchemaReader(url, base).Read(std::move(document));
}

const Rule* Schema::Find(std::string_view path) const {
  const Rule* rule = root_.get();
  bool is_first = true;
  for (std::string_view segment : Split(path, '.')) {
    if (!is_first) rule = rule->Child(WithoutX(segment));
    is_first = false;
    if (rule == nullptr) return nullptr;
  }
  return rule;
}

}  // namespace qianxian::validate
