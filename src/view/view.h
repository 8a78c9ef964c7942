// SQL on FHIR: a ViewDefinition turns each resource into rows of a flat table. Read and checked once, then run over any
// number of resources.
//
//   auto view = view::ViewDefinition::Parse(fhir::Definitions::R4(), document.root());
//   view::Runner runner(*view, clock.Now());
//   auto rows = runner.Rows(resource.root());
//
// Supported: column (with collection), nested select, forEach, forEachOrNull, repeat, unionAll, where, constant,
// getResourceKey, getReferenceKey, %rowIndex. Pure.
// Threads: a ViewDefinition is immutable, any number; a Runner belongs to one thread.
// Errors: Parse: invalid "bad-view" (says where), or the expression's error. Rows: invalid "many-values" (a column without
// collection got several), "bad-where", "too-many-rows" (limits::kViewRowsOfResource), or the evaluation's error.
// Source: https://build.fhir.org/ig/FHIR/sql-on-fhir-v2/StructureDefinition-ViewDefinition.html
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "fhir/definitions.h"
#include "json/value.h"

namespace qianxian::view {

struct Column {
  std::string name;
  std::string type;                        // FHIR type as declared ("date", "decimal"), or ""
  std::string description;
  bool collection = false;
};

struct Cell {
  enum class Kind : uint8_t { kNull, kBoolean, kInteger, kDecimal, kText, kJson } kind = Kind::kNull;
  bool boolean = false;
  int64_t integer = 0;
  std::string text;                        // kDecimal: its digits; kText; kJson: a complex value or a collection's array
};
using Row = std::vector<Cell>;

struct Select;                             // checked tree; view/select.h

class ViewDefinition {
 public:
  static Result<ViewDefinition> Parse(const fhir::Definitions& definitions, json::Value definition);
  ViewDefinition(ViewDefinition&&) noexcept;
  ViewDefinition& operator=(ViewDefinition&&) noexcept;
  ~ViewDefinition();

  const std::string& name() const;
  const std::string& resource() const;     // the type that it looks at
  const std::vector<Column>& columns() const;

  struct Checked;                          // inside of view/ only

 private:
  friend class Runner;
  explicit ViewDefinition(std::unique_ptr<Checked> checked);
  std::unique_ptr<Checked> checked_;
};

class Runner {
 public:
  // The view must outlive the runner.
  Runner(const ViewDefinition& view, Instant now);
  Runner(Runner&&) noexcept;
  ~Runner();
  // None for a resource of another type, or one that `where` leaves out.
  Result<std::vector<Row>> Rows(json::Value resource);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace qianxian::view
