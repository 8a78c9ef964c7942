#include <set>

#include "base/text.h"
#include "view/select.h"

namespace qianxian::view {

namespace {
Error Bad(std::string_view where, std::string_view what) {
  return Invalid("bad-view", std::string(where) + ": " + std::string(what), "视图定义 " + std::string(where) + " 有误：" + std::string(what));
}

bool IsColumnName(std::string_view name) {
  if (name.empty() || !((name[0] >= 'a' && name[0] <= 'z') || (name[0] >= 'A' && name[0] <= 'Z'))) return false;
  for (const char c : name)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')) return false;
  return true;
}

class Parser {
 public:
  explicit Parser(ViewDefinition::Checked& view) : view_(view) {}

  Status Constants(json::Value definition) {
    const auto constants = definition.Find("constant");
    if (!constants) return Ok();
    if (!constants->IsArray()) return Bad("constant", "must be an array");
    for (json::Value constant : constants->Elements()) {
      const std::string name(constant.FindString("name"));
      if (!IsColumnName(name)) return Bad("constant", "needs a name");
      std::optional<fhirpath::Item> item;
      for (const auto& [member, value] : constant.Members()) {
        if (!StartsWith(member, "value")) continue;
        std::string type_name(member.substr(5));
        if (!type_name.empty()) type_name[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(type_name[0])));
        if (type_name == "integer64") type_name = "integer";   // a type of R5, a number like any other here
        const fhir::Type* type = view_.definitions->Find(type_name);
        if (!type || type->kind != fhir::TypeKind::kPrimitive || item) return Bad("constant " + name, "needs one primitive value[x]");
        // The constant outlives the definition's text: it gets a document of its own.
        QX_TRY(json::Document copy, json::Document::Parse(std::string(value.Raw())));
        view_.constant_documents.push_back(std::make_unique<json::Document>(std::move(copy)));
        item = fhirpath::NodeItem(view_.constant_documents.back()->root(), type);
      }
      if (!item) return Bad("constant " + name, "needs a value[x]");
      if (!view_.constants.emplace(name, fhirpath::Collection{*item}).second) return Bad("constant " + name, "stands twice");
    }
    return Ok();
  }

  Result<fhirpath::Expression> Path(json::Value value, const std::string& where) {
    if (!value.IsString() || value.AsString().empty()) return Bad(where, "must be a FHIRPath text");
    QX_TRY(fhirpath::Expression expression, fhirpath::Expression::Parse(value.AsString()));
    QX_DO(CheckVariables(expression.root(), where));
    return expression;
  }

  Status Fill(json::Value json, const std::string& where, Select& select, std::vector<Column>& columns) {
    if (!json.IsObject()) return Bad(where, "must be an object");
    QX_DO(Each(json, where, select));
    QX_DO(Columns(json, where, select, columns));
    QX_DO(Nested(json, where, select, columns));
    QX_DO(Union(json, where, select, columns));
    select.width = columns.size();
    if (select.width == 0) return Bad(where, "has no column");
    return Ok();
  }

  Status Nested(json::Value json, const std::string& where, Select& select, std::vector<Column>& columns) {
    const auto selects = json.Find("select");
    if (!selects) return Ok();
    if (!selects->IsArray()) return Bad(where + ".select", "must be an array");
    size_t number = 0;
    for (json::Value each : selects->Elements()) {
      std::vector<Column> inner;
      QX_DO(Fill(each, where + ".select[" + std::to_string(number++) + "]", select.selects.emplace_back(), inner));
      columns.insert(columns.end(), inner.begin(), inner.end());
    }
    return Ok();
  }

 private:
  Status Each(json::Value json, const std::string& where, Select& select) {
    int kinds = 0;
    for (const auto& [member, each] : {std::pair{"forEach", Select::Each::kForEach}, {"forEachOrNull", Select::Each::kForEachOrNull}}) {
      const auto path = json.Find(member);
      if (!path) continue;
      ++kinds;
      select.each = each;
      QX_TRY(fhirpath::Expression expression, Path(*path, where + "." + member));
      select.foci.push_back(std::move(expression));
    }
    if (const auto repeat = json.Find("repeat")) {
      ++kinds;
      if (!repeat->IsArray() || repeat->size() == 0) return Bad(where + ".repeat", "must be an array of paths");
      select.each = Select::Each::kRepeat;
      for (json::Value path : repeat->Elements()) {
        QX_TRY(fhirpath::Expression expression, Path(path, where + ".repeat"));
        select.foci.push_back(std::move(expression));
      }
    }
    return kinds > 1 ? Status(Bad(where, "has more than one of forEach, forEachOrNull and repeat")) : Ok();
  }

  Status Columns(json::Value json, const std::string& where, Select& select, std::vector<Column>& columns) {
    const auto list = json.Find("column");
    if (!list) return Ok();
    if (!list->IsArray()) return Bad(where + ".column", "must be an array");
    for (json::Value each : list->Elements()) {
      Column column;
      column.name = std::string(each.FindString("name"));
      column.type = std::string(each.FindString("type"));
      column.description = std::string(each.FindString("description"));
      const auto collection = each.Find("collection");
      column.collection = collection && collection->IsBoolean() && collection->AsBoolean();
      if (!IsColumnName(column.name)) return Bad(where + ".column", "needs a name of letters, digits and _");
      QX_TRY(fhirpath::Expression path, Path(each.Find("path").value_or(json::Value()), where + "." + column.name + ".path"));
      select.columns.push_back({std::move(path), column.collection});
      columns.push_back(std::move(column));
    }
    return Ok();
  }

  Status Union(json::Value json, const std::string& where, Select& select, std::vector<Column>& columns) {
    const auto list = json.Find("unionAll");
    if (!list) return Ok();
    if (!list->IsArray() || list->size() == 0) return Bad(where + ".unionAll", "must be an array");
    std::vector<Column> first;
    size_t number = 0;
    for (json::Value each : list->Elements()) {
      std::vector<Column> inner;
      const std::string place = where + ".unionAll[" + std::to_string(number) + "]";
      QX_DO(Fill(each, place, select.union_all.emplace_back(), inner));
      if (number++ == 0) {
        first = inner;
        continue;
      }
      if (inner.size() != first.size()) return Bad(place, "has other columns than the first branch");
      for (size_t i = 0; i < inner.size(); ++i)
        if (inner[i].name != first[i].name) return Bad(place, "has other columns, or in another order, than the first branch");
    }
    columns.insert(columns.end(), first.begin(), first.end());
    return Ok();
  }

  // A variable that nobody defines would silently be an error at every resource: it is one here.
  Status CheckVariables(const fhirpath::Node& node, const std::string& where) {
    static const std::set<std::string, std::less<>> known = {"context", "resource", "rootResource", "ucum", "sct", "loinc", "rowIndex"};
    if (node.kind == fhirpath::NodeKind::kVariable && !known.contains(node.text) && !view_.constants.contains(node.text) &&
        !StartsWith(node.text, "vs-") && !StartsWith(node.text, "ext-"))
      return Bad(where, "%" + node.text + " is no constant of this view");
    if (node.input) QX_DO(CheckVariables(*node.input, where));
    for (const auto& part : node.parts)
      if (part) QX_DO(CheckVariables(*part, where));
    return Ok();
  }

  ViewDefinition::Checked& view_;
};
}  // namespace

ViewDefinition::ViewDefinition(std::unique_ptr<Checked> checked) : checked_(std::move(checked)) {}
ViewDefinition::ViewDefinition(ViewDefinition&&) noexcept = default;
ViewDefinition& ViewDefinition::operator=(ViewDefinition&&) noexcept = default;
ViewDefinition::~ViewDefinition() = default;
const std::string& ViewDefinition::name() const { return checked_->name; }
const std::string& ViewDefinition::resource() const { return checked_->resource; }
const std::vector<Column>& ViewDefinition::columns() const { return checked_->columns; }

Result<ViewDefinition> ViewDefinition::Parse(const fhir::Definitions& definitions, json::Value definition) {
  auto checked = std::make_unique<Checked>();
  checked->definitions = &definitions;
  checked->name = std::string(definition.FindString("name"));
  checked->resource = std::string(definition.FindString("resource"));
  if (!definitions.FindResource(checked->resource)) return Bad("resource", "must name a resource type");
  Parser parser(*checked);
  QX_DO(parser.Constants(definition));
  if (const auto where = definition.Find("where")) {
    if (!where->IsArray()) return Bad("where", "must be an array");
    for (json::Value each : where->Elements()) {
      QX_TRY(fhirpath::Expression path, parser.Path(each.Find("path").value_or(json::Value()), "where"));
      checked->where.push_back(std::move(path));
    }
  }
  const auto select = definition.Find("select");
  if (!select || !select->IsArray() || select->size() == 0) return Bad("select", "is missing");
  QX_DO(parser.Nested(definition, "view", checked->root, checked->columns));
  checked->root.width = checked->columns.size();
  std::set<std::string> names;
  for (const Column& column : checked->columns)
    if (!names.insert(column.name).second) return Bad("select", "two columns are called " + column.name);
  return ViewDefinition(std::move(checked));
}

}  // namespace qianxian::view
