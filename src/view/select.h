// The checked tree of a ViewDefinition; inside of view/ only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fhirpath/engine.h"
#include "view/view.h"

namespace qianxian::view {

struct ColumnPath {
  fhirpath::Expression path;
  bool collection = false;
};

struct Select {
  enum class Each : uint8_t { kSame, kForEach, kForEachOrNull, kRepeat } each = Each::kSame;
  std::vector<fhirpath::Expression> foci;  // one; kRepeat: some
  std::vector<ColumnPath> columns;
  std::vector<Select> selects;             // nested: crossed with the columns
  std::vector<Select> union_all;           // one after the other: crossed too
  size_t width = 0;                        // columns of a row: its own, the nested ones', the union's
};

struct ViewDefinition::Checked {
  const fhir::Definitions* definitions = nullptr;
  std::string name, resource;
  std::vector<Column> columns;
  std::vector<fhirpath::Expression> where;
  Select root;                             // its `selects` are the definition's
  std::vector<std::unique_ptr<json::Document>> constant_documents;
  std::map<std::string, fhirpath::Collection> constants;
};

}  // namespace qianxian::view
