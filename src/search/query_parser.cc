#include "search/query_parser.h"

#include <algorithm>

#include "base/text.h"
#include "search/clauses.h"
#include "search/custom_parameters.h"
#include "search/text_query.h"
#include "words/pinyin.h"

namespace qianxian::search {
namespace {

Error UnsupportedParameter(std::string_view code) {
  return MakeError(ErrorCategory::kUnsupported, "unsupported-parameter",
                   "search parameter \"" + std::string(code) + "\" is not supported", "不支持检索参数“" + std::string(code) + "”");
}

struct NamedModifier {
  std::string_view name;
  Modifier modifier;
  std::initializer_list<ParameterKind> kinds;
};
const NamedModifier kModifiers[] = {
    {"exact", Modifier::kExact, {ParameterKind::kString}},
    {"contains", Modifier::kContains, {ParameterKind::kString}},
    {"not", Modifier::kNot, {ParameterKind::kToken}},
    {"text", Modifier::kText, {ParameterKind::kToken}},
    {"identifier", Modifier::kIdentifier, {ParameterKind::kReference}},
    {"above", Modifier::kAbove, {ParameterKind::kUri, ParameterKind::kToken, ParameterKind::kReference}},
    {"below", Modifier::kBelow, {ParameterKind::kUri, ParameterKind::kToken, ParameterKind::kReference}},
    {"in", Modifier::kIn, {ParameterKind::kToken}},
    {"not-in", Modifier::kNotIn, {ParameterKind::kToken}},
    {"of-type", Modifier::kOfType, {ParameterKind::kToken}},
};
bool NeedsVocabulary(const Parameter& parameter, Modifier modifier) {
  if (parameter.kind != ParameterKind::kToken) return false;
  return modifier == Modifier::kIn || modifier == Modifier::kNotIn || modifier == Modifier::kAbove || modifier == Modifier::kBelow;
}
constexpr std::string_view kUnsupportedParameters[] = {"_query", "_containedType"};

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

Error UnknownParameter(std::string_view type, std::string_view code) {
  std::string of_en = type.empty() ? "searches over all types" : std::string(type);
  std::string of_zh = type.empty() ? "跨类型检索" : std::string(type);
  return Invalid("unknown-parameter", "unknown search parameter \"" + std::string(code) + "\" of " + of_en + " (/fhir/metadata lists them)",
                 of_zh + " 没有检索参数“" + std::string(code) + "”（可用的见 /fhir/metadata）");
}

QueryParser::QueryParser(const Parameters& parameters, std::string_view type, const QueryOptions& options)
    : parameters_(parameters), custom_(parameters.custom()), options_(options) {
  query_.type = type;
  query_.count = options.default_count;
}

Result<Query> QueryParser::Parse(const NamedValues& named_values) {
  QX_DO(ReadTypes(named_values));
  for (const auto& [name, value] : named_values) {
    Status read = ReadAgain(named_values, name, value);
    if (read.ok()) read = ReadOne(name, value);
    if (read.ok()) {
      if (IsOneOf(name, {"_place", "_format", "_pretty"})) continue;
      if (!query_.canonical.empty()) query_.canonical += '&';
      query_.canonical += EncodeComponent(name) + "=" + EncodeComponent(value);
      continue;
    }
    if (!options_.lenient) return read.error();
    query_.notes.push_back(read.error().en);
  }
  if (query_.summary == Summary::kText && !query_.includes.empty()) {
    Error mixed = BadValue("_summary", "text", "goes without _include and _revinclude", "不能与 _include、_revinclude 同用");
    if (!options_.lenient) return mixed;
    query_.notes.push_back(mixed.en);
    query_.includes.clear();
  }
  for (const auto& [code, descending] : query_.sort_codes) {
    if (query_.type.empty()) break;
    query_.sort.push_back({FindOne(query_.type, code), descending});
  }
  return std::move(query_);
}

// Of these the last would win in silence.
Status QueryParser::ReadAgain(const NamedValues& named_values, const std::string& name, const std::string& value) const {
  if (!IsOneOf(name, {"_count", "_total", "_summary", "_place", "_explain", "_contained"})) return Ok();
  for (const auto& [other_name, other_value] : named_values) {
    if (&other_value == &value) return Ok();
    if (other_name == name && other_value != value) return BadValue(name, value, "it is given twice, differently", "重复给出且取值不同");
  }
  return Ok();
}

Status QueryParser::ReadTypes(const NamedValues& named_values) {
  if (!query_.type.empty()) {
    if (!parameters_.IsResourceType(query_.type)) {
      return Invalid("unknown-type", "unknown resource type \"" + query_.type + "\"", "未知资源类型“" + query_.type + "”");
    }
    query_.types = {query_.type};
    return Ok();
  }
  for (const auto& [name, value] : named_values) {
    if (name != "_type") continue;
    for (std::string_view type : Split(value, ',')) {
      if (!parameters_.IsResourceType(type)) return BadValue(name, value, "unknown resource type", "未知资源类型");
      if (std::find(query_.types.begin(), query_.types.end(), type) == query_.types.end()) query_.types.emplace_back(type);
    }
  }
  if (query_.types.empty()) query_.types = parameters_.types();
  return Ok();
}

Status QueryParser::ReadOne(const std::string& name, const std::string& value) {
  QX_TRY(bool control, ReadControl(name, value));
  if (control) return Ok();
  Result<Clause> read = name == "_filter" ? ReadFilter(value)
                        : name == "_list" ? ReadList(value)
                        : name == "_text" || name == "_content" ? ReadTextQuery(query_.type, name, value)
                                                                : ReadClause(query_.type, name, value, 0);
  QX_TRY(Clause clause, std::move(read));
  query_.clauses.push_back(std::move(clause));
  return Ok();
}

Result<bool> QueryParser::ReadControl(const std::string& name, const std::string& value) {
  size_t colon = name.find(':');
  std::string_view base = std::string_view(name).substr(0, colon);
  std::string_view modifier = colon == std::string::npos ? std::string_view() : std::string_view(name).substr(colon + 1);
  if (base == "_include" || base == "_revinclude") {
    QX_DO(ReadInclude(base == "_revinclude", modifier, value));
    return true;
  }
  if (std::find(std::begin(kUnsupportedParameters), std::end(kUnsupportedParameters), base) != std::end(kUnsupportedParameters)) {
    return UnsupportedParameter(base);
  }
  if (IsOneOf(name, {"_format", "_pretty"})) return true;
  if (name == "_explain") {
    if (value != "true" && value != "false") return BadValue(name, value, "true or false", "只能是 true 或 false");
    if (value == "true") query_.notes.push_back(std::string(kPlanMark) + "查询计划 / the plan of this search");
    return true;
  }
  if (name == "_type") return query_.type.empty() ? Result<bool>(true) : UnknownParameter(query_.type, name);
  if (name == "_place") {
    query_.place = value;
  } else if (name == "_count") {
    QX_DO(ReadCount(value));
  } else if (name == "_sort") {
    QX_DO(ReadSort(value));
  } else if (name == "_total") {
    if (value == "none") query_.total = Total::kNone;
    else if (value == "estimate") query_.total = Total::kEstimate;
    else if (value == "accurate") query_.total = Total::kAccurate;
    else return BadValue(name, value, "none, estimate or accurate", "只能是 none、estimate 或 accurate");
  } else if (name == "_summary") {
    static constexpr std::pair<std::string_view, Summary> kSummaries[] = {
        {"false", Summary::kFalse}, {"true", Summary::kTrue}, {"text", Summary::kText},
        {"data", Summary::kData},   {"count", Summary::kCount}};
    auto found = std::find_if(std::begin(kSummaries), std::end(kSummaries), [&](const auto& s) { return s.first == value; });
    if (found == std::end(kSummaries)) return BadValue(name, value, "true, false, text, data or count", "只能是 true、false、text、data 或 count");
    query_.summary = found->second;
  } else if (name == "_elements") {
    for (std::string_view element : Split(value, ',')) {
      std::string_view trimmed = TrimAscii(element);
      if (trimmed.empty()) return BadValue(name, value, "an element's name is empty", "元素名称为空");
      query_.elements.emplace_back(trimmed);
    }
  } else if (name == "_contained") {
    if (value != "false") return UnsupportedParameter("_contained=" + value);
  } else {
    return false;
  }
  return true;
}

Status QueryParser::ReadCount(const std::string& value) {
  int64_t count = 0;
  if (!ParseInteger(value, count) || count < 0) return BadValue("_count", value, "not a number of 0 or more", "不是非负整数");
  query_.count = static_cast<size_t>(count);
  if (query_.count > options_.maximum_count) {
    query_.count = options_.maximum_count;
    query_.notes.push_back("_count=" + value + " is more than the largest page of " + std::to_string(options_.maximum_count));
  }
  return Ok();
}

Status QueryParser::ReadSort(const std::string& value) {
  for (std::string_view part : Split(value, ',')) {
    bool descending = part.starts_with("-");
    if (descending) part.remove_prefix(1);
    QX_TRY(const Parameter* parameter, FindParameter(query_.type, part));
    if (parameter->kind == ParameterKind::kComposite || parameter->kind == ParameterKind::kSpecial) {
      return BadValue("_sort", value, "cannot be sorted by", "不能按此参数排序");
    }
    query_.sort_codes.emplace_back(part, descending);
  }
  return Ok();
}

Status QueryParser::ReadInclude(bool reverse, std::string_view modifier, const std::string& value) {
  std::string name = reverse ? "_revinclude" : "_include";
  Include include;
  include.reverse = reverse;
  if (modifier == "iterate" || modifier == "recurse") include.iterate = true;
  else if (!modifier.empty()) {
    return Invalid("unknown-modifier", "unknown modifier :" + std::string(modifier) + " of " + name,
                   name + " 没有修饰符 :" + std::string(modifier));
  }
  const bool custom_references = custom_ != nullptr && custom_->HasReferences();
  if (value == "*") {
    include.everything = true;
    if (custom_references) query_.custom = custom_;
    query_.includes.push_back(include);
    return Ok();
  }
  auto parts = Split(value, ':');
  if (parts.size() < 2 || parts.size() > 3) {
    return BadValue(name, value, "written Type:parameter or Type:parameter:Target", "应写作 类型:参数 或 类型:参数:目标类型");
  }
  if (!parameters_.IsResourceType(parts[0])) return BadValue(name, value, "unknown resource type", "未知资源类型");
  include.source_type = parts[0];
  if (parts.size() == 3) {
    if (!parameters_.IsResourceType(parts[2])) return BadValue(name, value, "unknown target type", "未知目标类型");
    include.target_type = parts[2];
  }
  if (parts[1] == "*") {
    include.everything = true;
    if (custom_references) query_.custom = custom_;
  } else {
    QX_TRY(include.parameter, FindParameter(parts[0], parts[1]));
    if (include.parameter->kind != ParameterKind::kReference) {
      return BadValue(name, value, "the parameter is no reference", "该参数不是引用");
    }
  }
  query_.includes.push_back(std::move(include));
  return Ok();
}

const Parameter* QueryParser::FindOne(std::string_view type, std::string_view code) const {
  const Parameter* found = parameters_.Find(type, code);
  return found == nullptr && custom_ != nullptr ? custom_->Find(type, code) : found;
}

Result<const Parameter*> QueryParser::FindParameter(std::string_view type, std::string_view code) {
  // Over all types: only what each of them has, alike.
  const Parameter* first = nullptr;
  for (const std::string& one : type.empty() ? query_.types : std::vector<std::string>{std::string(type)}) {
    const Parameter* found = FindOne(one, code);
    if (found == nullptr || (first != nullptr && found->kind != first->kind)) return UnknownParameter(type, code);
    if (first == nullptr) first = found;
    if (found->serial == 0) continue;
    const IndexProgress& progress = custom_->ProgressOf(*found);
    if (!options_.unindexed && !progress.ready()) return NotIndexedYet(*found, progress);
    query_.custom = custom_;
  }
  return first;
}

Result<Clause> QueryParser::ReadClause(std::string_view type, std::string_view rest, const std::string& value, int depth) {
  if (depth > kDeepestChain) return BadValue(rest, value, "the chain is too long", "链过长");
  if (rest.starts_with("_has:")) return ReadHas(type, rest.substr(5), value, depth);
  size_t dot = rest.find('.');
  std::string_view head = rest.substr(0, dot);
  size_t colon = head.find(':');
  std::string_view code = head.substr(0, colon);
  std::string_view modifier = colon == std::string_view::npos ? std::string_view() : head.substr(colon + 1);
  QX_TRY(const Parameter* parameter, FindParameter(type, code));
  if (dot != std::string_view::npos) return ReadChain(type, *parameter, modifier, rest.substr(dot + 1), value, depth);
  Clause clause;
  clause.type = type;
  clause.code = code;
  clause.parameter = type.empty() ? nullptr : parameter;
  std::string type_modifier;
  if (colon != std::string_view::npos) QX_DO(ReadModifier(*parameter, modifier, clause, type_modifier));
  QX_DO(ReadValues(*parameter, type_modifier, value, clause));
  const bool within = clause.modifier == Modifier::kAbove || clause.modifier == Modifier::kBelow;
  if (within && parameter->kind == ParameterKind::kReference) QX_DO(SetWithin(clause, value));
  return WithSound(std::move(clause));
}

Clause QueryParser::WithSound(Clause clause) const {
  if (clause.code != "name" || clause.modifier != Modifier::kNone) return clause;
  const bool in_letters = std::all_of(clause.values.begin(), clause.values.end(), [](const QueryValue& value) {
    return value.folded.find_first_not_of("abcdefghijklmnopqrstuvwxyz' -") == std::string::npos;
  });
  if (!in_letters) return clause;
  Clause any = clause;
  any.kind = Clause::Kind::kAny;
  any.values.clear();
  bool sounds = false;
  for (const std::string& type : clause.type.empty() ? query_.types : std::vector<std::string>{clause.type}) {
    Clause one = clause;
    one.type = type;
    one.parameter = parameters_.Find(type, "name");
    const Parameter* phonetic = parameters_.Find(type, "phonetic");
    if (one.parameter == nullptr || one.parameter->kind != ParameterKind::kString) continue;
    any.chained.push_back(one);
    if (phonetic == nullptr || !phonetic->by_sound) continue;
    one.code = "phonetic";
    one.parameter = phonetic;
    std::erase_if(one.values, [](QueryValue& value) { return (value.folded = words::SoundOf(value.text)).empty(); });
    if (one.values.empty()) continue;
    any.chained.push_back(std::move(one));
    sounds = true;
  }
  return sounds ? any : clause;
}

Status QueryParser::SetWithin(Clause& clause, const std::string& value) const {
  const auto canonical = [](const QueryValue& one) { return one.code.empty() && one.text.find('|') != std::string::npos; };
  if (std::all_of(clause.values.begin(), clause.values.end(), canonical)) return Ok();
  if (std::any_of(clause.values.begin(), clause.values.end(), [](const QueryValue& one) { return one.code.empty(); })) {
    return BadValue(clause.code, value, "needs Type/id or id; or url|version of a canonical", "应写作 类型/编号、编号，或规范地址的 网址|版本");
  }
  return Ok();   // a place in a hierarchy (clauses.h)
}

Status QueryParser::ReadModifier(const Parameter& parameter, std::string_view text, Clause& clause,
                                 std::string& type_modifier) const {
  if (text == "missing") {
    clause.modifier = Modifier::kMissing;
    return Ok();
  }
  for (const NamedModifier& known : kModifiers) {
    if (known.name != text) continue;
    if (std::find(known.kinds.begin(), known.kinds.end(), parameter.kind) == known.kinds.end()) continue;
    if (NeedsVocabulary(parameter, known.modifier) && options_.vocabulary == nullptr) {
      const std::string shown = parameter.code + ":" + std::string(text);
      return MakeError(ErrorCategory::kUnsupported, "unsupported-modifier", "modifier " + shown + " needs a terminology, and there is none here",
                       "修饰符 " + shown + " 需要术语服务，此处没有");
    }
    clause.modifier = known.modifier;
    return Ok();
  }
  if (parameter.kind == ParameterKind::kReference && parameters_.IsResourceType(text)) {
    type_modifier = text;
    return Ok();
  }
  std::string shown = parameter.code + ":" + std::string(text);
  return Invalid("unknown-modifier", "unknown modifier " + shown, "未知的修饰符 " + shown);
}

Status QueryParser::ReadValues(const Parameter& parameter, std::string_view type_modifier, const std::string& value,
                               Clause& clause) {
  if (clause.modifier == Modifier::kMissing) {
    if (value != "true" && value != "false") return BadValue(parameter.code + ":missing", value, "true or false", "只能是 true 或 false");
    clause.missing = value == "true";
    return Ok();
  }
  if (parameter.kind == ParameterKind::kSpecial && parameter.code != "near") return UnsupportedParameter(parameter.code);
  auto parts = SplitEscaped(value, ',');
  if (parts.size() > limits::kSearchValuesMaximum) {
    return Invalid("too-many-values", parameter.code + ": more than " + std::to_string(limits::kSearchValuesMaximum) + " values",
                   parameter.code + "：值超过 " + std::to_string(limits::kSearchValuesMaximum) + " 个");
  }
  for (std::string_view part : parts) {
    QX_TRY(QueryValue one, ParseValue({parameters_, options_}, parameter, clause.modifier, type_modifier, part));
    clause.values.push_back(std::move(one));
  }
  return Ok();
}

Result<Clause> QueryParser::ReadChain(std::string_view type, const Parameter& parameter, std::string_view type_modifier,
                                      std::string_view rest, const std::string& value, int depth) {
  std::string name = parameter.code + "." + std::string(rest);
  if (parameter.kind != ParameterKind::kReference) return BadValue(name, value, "only a reference can be chained", "只有引用可以链式检索");
  if (type.empty()) return UnsupportedParameter(name);
  if (!type_modifier.empty() && !parameters_.IsResourceType(type_modifier)) {
    return Invalid("unknown-modifier", "unknown modifier " + parameter.code + ":" + std::string(type_modifier),
                   "未知的修饰符 " + parameter.code + ":" + std::string(type_modifier));
  }
  Clause clause;
  clause.kind = Clause::Kind::kChain;
  clause.type = type;
  clause.code = parameter.code;
  clause.parameter = &parameter;
  Error problem = UnknownParameter(type, name);
  for (const std::string& target : parameter.targets) {
    if (!type_modifier.empty() && target != type_modifier) continue;
    auto inner = ReadClause(target, rest, value, depth + 1);
    if (!inner.ok() && inner.error().code == kNotIndexedYet) return inner.error();   // a part of the answer would be missing
    if (inner.ok()) clause.chained.push_back(std::move(inner).value());
    else if (problem.code == "unknown-parameter") problem = inner.error();
  }
  if (clause.chained.empty()) return problem;
  return clause;
}

// _has:Observation:patient:code=…
Result<Clause> QueryParser::ReadHas(std::string_view type, std::string_view rest, const std::string& value, int depth) {
  std::string name = "_has:" + std::string(rest);
  if (type.empty()) return UnsupportedParameter(name);
  size_t first = rest.find(':');
  size_t second = first == std::string_view::npos ? first : rest.find(':', first + 1);
  if (second == std::string_view::npos) return BadValue(name, value, "written _has:Type:reference:parameter", "应写作 _has:类型:引用参数:参数");
  std::string_view source = rest.substr(0, first);
  if (!parameters_.IsResourceType(source)) return BadValue(name, value, "unknown resource type", "未知资源类型");
  QX_TRY(const Parameter* parameter, FindParameter(source, rest.substr(first + 1, second - first - 1)));
  bool points_here = std::find(parameter->targets.begin(), parameter->targets.end(), type) != parameter->targets.end();
  if (parameter->kind != ParameterKind::kReference || !points_here) {
    return BadValue(name, value, "the parameter does not lead here", "该参数不指向此类型");
  }
  Clause clause;
  clause.kind = Clause::Kind::kHas;
  clause.type = type;
  clause.code = parameter->code;
  clause.parameter = parameter;
  QX_TRY(Clause inner, ReadClause(source, rest.substr(second + 1), value, depth + 1));
  clause.chained.push_back(std::move(inner));
  return clause;
}

}  // namespace qianxian::search
