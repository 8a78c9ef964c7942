#include "warehouse/row_maker.h"

#include "base/decimal.h"
#include "fhir/date.h"
#include "fhir/definitions.h"
#include "view/view.h"

namespace qianxian::warehouse::internal {
namespace {

CellType TypeOf(const view::Column& column) {
  if (column.collection) return CellType::kText;
  const std::string& type = column.type;
  if (type == "integer" || type == "positiveInt" || type == "unsignedInt" || type == "integer64") return CellType::kInteger;
  if (type == "decimal") return CellType::kDecimal;
  if (type == "boolean") return CellType::kBoolean;
  if (type == "date") return CellType::kDate;
  return CellType::kText;
}

// `text` in units of 10^-kDecimalScale, rounded half away from zero. False: it does not fit.
bool DecimalUnits(const std::string& text, int64_t& units) {
  const Result<Decimal> number = Decimal::Parse(text, true);
  if (!number.ok()) return false;
  int64_t value = number->units();
  for (int scale = number->scale(); scale > kDecimalScale; --scale) {
    const bool last = scale == kDecimalScale + 1;
    value = last ? (value + (value < 0 ? -5 : 5)) / 10 : value / 10;
  }
  const Result<int64_t> exact = Decimal::FromUnits(value, std::min(number->scale(), kDecimalScale)).UnitsAt(kDecimalScale);
  if (!exact.ok() || *exact > 999'999'999'999'999'999 || *exact < -999'999'999'999'999'999) return false;
  units = *exact;
  return true;
}

Status Fill(const view::Cell& in, const RowColumn& column, RowCell& out) {
  using Kind = view::Cell::Kind;
  if (in.kind == Kind::kNull) return Ok();
  out.is_null = false;
  switch (column.type) {
    case CellType::kText:
      out.text = in.kind == Kind::kBoolean ? (in.boolean ? "true" : "false")
                 : in.kind == Kind::kInteger ? std::to_string(in.integer) : column.is_moment ? fhir::LocalTimeText(in.text) : in.text;
      return Ok();
    case CellType::kInteger:
      if (in.kind != Kind::kInteger) return Invalid("bad-value", column.name + " is no integer");
      out.number = in.integer;
      return Ok();
    case CellType::kBoolean:
      if (in.kind != Kind::kBoolean) return Invalid("bad-value", column.name + " is no boolean");
      out.number = in.boolean ? 1 : 0;
      return Ok();
    case CellType::kDecimal:
      if (!DecimalUnits(in.kind == Kind::kInteger ? std::to_string(in.integer) : in.text, out.number))
        return Invalid("bad-value", column.name + " is a number out of range");
      return Ok();
    case CellType::kDate:
      if (const std::optional<int64_t> day = fhir::LocalDay(in.text)) out.number = *day;
      else out.is_null = true;
      return Ok();
  }
  return Ok();
}

class RunnerImpl final : public RowRunner {
 public:
  // What a view says may not hang on the hour at which it was asked: now() is always the same.
  RunnerImpl(const view::ViewDefinition& view, const std::vector<RowColumn>& columns) : runner_(view, Instant{}), columns_(columns) {}

  Result<std::vector<Row>> Make(json::Value resource) override {
    QX_TRY(const std::vector<view::Row> rows, runner_.Rows(resource));
    std::vector<Row> out(rows.size(), Row(columns_.size()));
    for (size_t r = 0; r < rows.size(); ++r)
      for (size_t c = 0; c < columns_.size(); ++c) QX_DO(Fill(rows[r][c], columns_[c], out[r][c]));
    return out;
  }

 private:
  view::Runner runner_;
  const std::vector<RowColumn>& columns_;
};

class MakerImpl final : public RowMaker {
 public:
  explicit MakerImpl(view::ViewDefinition view) : view_(std::move(view)) {
    for (const view::Column& column : view_.columns()) {
      const bool is_moment = !column.collection && (column.type == "dateTime" || column.type == "instant");
      columns_.push_back({column.name, TypeOf(column), is_moment});
    }
  }
  const std::string& name() const override { return view_.name(); }
  const std::string& resource_type() const override { return view_.resource(); }
  const std::vector<RowColumn>& columns() const override { return columns_; }
  std::unique_ptr<RowRunner> NewRunner() const override { return std::make_unique<RunnerImpl>(view_, columns_); }

 private:
  view::ViewDefinition view_;
  std::vector<RowColumn> columns_;
};

}  // namespace

Result<std::unique_ptr<RowMaker>> MakeRowMaker(const fhir::Definitions* definitions, const std::string& path,
                                               const std::string& view_json) {
  const auto at = [&path](const Error& e) { return Error{e.category, e.code, path + "：" + (e.zh.empty() ? e.en : e.zh), path + ": " + e.en}; };
  const Result<json::Document> document = json::Document::Parse(view_json);
  if (!document.ok()) return at(document.error());
  Result<view::ViewDefinition> view = view::ViewDefinition::Parse(*definitions, document->root());
  if (!view.ok()) return at(view.error());
  return std::unique_ptr<RowMaker>(std::make_unique<MakerImpl>(std::move(*view)));
}

}  // namespace qianxian::warehouse::internal
