// Running a view: a select gives, for each of its foci, the cross product of its columns' one row, of each nested select's
// rows and of the union's rows. Rows are built from left to right; a level that gives no row ends the focus.
#include "base/limits.h"
#include "json/writer.h"
#include "view/select.h"

namespace qianxian::view {

namespace {
constexpr int kRepeatDepth = 100;

Cell TextCell(std::string_view text) {
  Cell cell;
  cell.kind = Cell::Kind::kText;
  cell.text = std::string(text);
  return cell;
}

Cell NumberCell(json::Value number) {
  Cell cell;
  if (const auto integer = number.AsInteger()) {
    cell.kind = Cell::Kind::kInteger;
    cell.integer = *integer;
  } else {
    cell.kind = Cell::Kind::kDecimal;
  }
  cell.text = std::string(number.NumberText());
  return cell;
}

Cell CellOf(const fhirpath::Item& item, fhirpath::Arena& arena) {
  Cell cell;
  if (item.IsNode()) {
    const json::Value json = item.json;
    if (json.IsString()) return TextCell(json.AsString());
    if (json.IsNumber()) return NumberCell(json);
    if (json.IsBoolean()) {
      cell.kind = Cell::Kind::kBoolean;
      cell.boolean = json.AsBoolean();
    } else if (!json.IsNull()) {
      cell.kind = Cell::Kind::kJson;
      cell.text = std::string(json.Raw());
    }
    return cell;
  }
  if (item.kind == fhirpath::ItemKind::kBoolean) {
    cell.kind = Cell::Kind::kBoolean;
    cell.boolean = item.boolean;
    return cell;
  }
  const std::optional<std::string> text = fhirpath::ToText(item, arena);
  if (!text) return cell;
  cell.text = *text;
  cell.kind = item.kind == fhirpath::ItemKind::kInteger   ? Cell::Kind::kInteger
              : item.kind == fhirpath::ItemKind::kDecimal ? Cell::Kind::kDecimal
                                                          : Cell::Kind::kText;
  if (cell.kind == Cell::Kind::kInteger) cell.integer = std::strtoll(cell.text.c_str(), nullptr, 10);
  return cell;
}

void WriteJson(json::Writer& writer, const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::kNull: writer.Null(); break;
    case Cell::Kind::kBoolean: writer.Boolean(cell.boolean); break;
    case Cell::Kind::kInteger:
    case Cell::Kind::kDecimal: writer.Number(cell.text); break;
    case Cell::Kind::kText: writer.String(cell.text); break;
    case Cell::Kind::kJson: writer.Raw(cell.text); break;
  }
}
}  // namespace

struct Runner::State {
  const ViewDefinition::Checked& view;
  fhirpath::Evaluator evaluator;
  fhirpath::Item resource;
  int64_t row_index = 0;

  State(const ViewDefinition::Checked& checked, Instant now)
      : view(checked), evaluator([&] {
          fhirpath::Environment environment;
          environment.definitions = checked.definitions;
          environment.now = now;
          environment.join_of_nothing_is_text = true;
          environment.variables = checked.constants;
          environment.variables["rowIndex"] = {fhirpath::Item::Integer(0)};
          return environment;
        }()) {}

  // focus == nullptr: nothing (forEachOrNull of nothing); paths give nothing then, literals themselves.
  Result<fhirpath::Collection> Evaluate(const fhirpath::Expression& path, const fhirpath::Item* focus) {
    return focus ? evaluator.Evaluate(path, *focus, resource) : evaluator.EvaluateOnNothing(path, resource);
  }

  void SetRowIndex(int64_t index) {
    row_index = index;
    evaluator.SetVariable("rowIndex", {fhirpath::Item::Integer(index)});
  }

  Result<Cell> CellOfColumn(const ColumnPath& column, const fhirpath::Item* focus) {
    QX_TRY(const fhirpath::Collection items, Evaluate(column.path, focus));
    if (!column.collection) {
      if (items.size() > 1)
        return Invalid("many-values", "a column without collection got several values: " + column.path.text(),
                       "非集合列取得多个值：" + column.path.text());
      return items.empty() ? Cell{} : CellOf(items[0], evaluator.arena());
    }
    json::Writer writer;
    writer.BeginArray();
    for (const fhirpath::Item& item : items) WriteJson(writer, CellOf(item, evaluator.arena()));
    writer.EndArray();
    Cell cell;
    cell.kind = Cell::Kind::kJson;
    cell.text = writer.Take();
    return cell;
  }

  static Error TooManyRows() {
    return Invalid("too-many-rows", "one resource gives too many rows", "单个资源产生的行数过多");
  }

  // `parts` one after the other, each row of one with each row of the next.
  static Result<std::vector<Row>> Cross(std::vector<Row> left, const std::vector<Row>& right) {
    if (left.size() * right.size() > limits::kViewRowsOfResource) return TooManyRows();
    if (left.size() == 1 && right.size() == 1) {
      left[0].insert(left[0].end(), right[0].begin(), right[0].end());
      return left;
    }
    std::vector<Row> result;
    result.reserve(left.size() * right.size());
    for (const Row& a : left) {
      for (const Row& b : right) {
        Row row = a;
        row.insert(row.end(), b.begin(), b.end());
        result.push_back(std::move(row));
      }
    }
    return result;
  }

  Result<std::vector<Row>> OfFocus(const Select& select, const fhirpath::Item* focus) {
    std::vector<Row> rows(1);
    rows[0].reserve(select.width);
    for (const ColumnPath& column : select.columns) {
      QX_TRY(Cell cell, CellOfColumn(column, focus));
      rows[0].push_back(std::move(cell));
    }
    for (const Select& nested : select.selects) {
      QX_TRY(const std::vector<Row> inner, Of(nested, focus));
      if (inner.empty()) return std::vector<Row>();
      QX_TRY(rows, Cross(std::move(rows), inner));
    }
    if (!select.union_all.empty()) {
      std::vector<Row> all;
      for (const Select& branch : select.union_all) {
        QX_TRY(std::vector<Row> inner, Of(branch, focus));
        if (all.size() + inner.size() > limits::kViewRowsOfResource) return TooManyRows();
        all.insert(all.end(), std::make_move_iterator(inner.begin()), std::make_move_iterator(inner.end()));
      }
      if (all.empty()) return std::vector<Row>();
      QX_TRY(rows, Cross(std::move(rows), all));
    }
    return rows;
  }

  Status Descend(const Select& select, const fhirpath::Item& focus, int depth, fhirpath::Collection& found) {
    if (depth > kRepeatDepth) return Invalid("too-deep", "repeat goes too deep", "repeat 层次过深");
    for (const fhirpath::Expression& path : select.foci) {
      QX_TRY(const fhirpath::Collection items, Evaluate(path, &focus));
      for (const fhirpath::Item& item : items) {
        found.push_back(item);
        QX_DO(Descend(select, item, depth + 1, found));
      }
    }
    return Ok();
  }

  Result<std::vector<Row>> Of(const Select& select, const fhirpath::Item* focus) {
    if (select.each == Select::Each::kSame) return OfFocus(select, focus);
    fhirpath::Collection foci;
    if (select.each == Select::Each::kRepeat) {
      if (focus) QX_DO(Descend(select, *focus, 0, foci));
    } else {
      QX_TRY(foci, Evaluate(select.foci[0], focus));
    }
    std::vector<Row> rows;
    const int64_t outer_index = row_index;
    if (foci.empty() && select.each == Select::Each::kForEachOrNull) {
      SetRowIndex(0);
      QX_TRY(rows, OfFocus(select, nullptr));
    }
    int64_t index = 0;
    for (const fhirpath::Item& item : foci) {
      SetRowIndex(index++);
      QX_TRY(std::vector<Row> inner, OfFocus(select, &item));
      if (rows.size() + inner.size() > limits::kViewRowsOfResource) return TooManyRows();
      rows.insert(rows.end(), std::make_move_iterator(inner.begin()), std::make_move_iterator(inner.end()));
    }
    if (row_index != outer_index) SetRowIndex(outer_index);
    return rows;
  }

  Result<bool> Kept() {
    for (const fhirpath::Expression& path : view.where) {
      QX_TRY(const fhirpath::Collection items, Evaluate(path, &resource));
      if (items.empty()) return false;
      const std::optional<fhirpath::Item> value = items.size() == 1 ? fhirpath::ToSystem(items[0], evaluator.arena()) : std::nullopt;
      if (!value || value->kind != fhirpath::ItemKind::kBoolean)
        return Invalid("bad-where", "where must give one boolean: " + path.text(), "where 必须给出一个布尔值：" + path.text());
      if (!value->boolean) return false;
    }
    return true;
  }
};

Runner::Runner(const ViewDefinition& view, Instant now) : state_(std::make_unique<State>(*view.checked_, now)) {}
Runner::Runner(Runner&&) noexcept = default;
Runner::~Runner() = default;

Result<std::vector<Row>> Runner::Rows(json::Value resource) {
  if (resource.FindString("resourceType") != state_->view.resource) return std::vector<Row>();
  state_->evaluator.Clear();
  state_->resource = fhirpath::ResourceItem(*state_->view.definitions, resource);
  QX_TRY(const bool kept, state_->Kept());
  if (!kept) return std::vector<Row>();
  return state_->OfFocus(state_->view.root, &state_->resource);
}

}  // namespace qianxian::view
