// What the parts of the SQLite store share. Made by OpenSqliteStore; lives as long as the store and its snapshots.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "store/sqlite/aliases.h"
#include "store/sqlite/audit.h"
#include "store/sqlite/catalog.h"
#include "store/sqlite/crew.h"
#include "store/sqlite/custom_index.h"
#include "store/sqlite/prepare.h"
#include "store/sqlite/reader_pool.h"
#include "store/sqlite/relations.h"
#include "store/sqlite/state.h"
#include "store/store.h"

namespace qianxian::store::sqlite {

struct Engine {
  Engine(std::string file, const search::Parameters& all_parameters, Clock& the_clock, unsigned helpers)
      : path(std::move(file)),
        parameters(all_parameters),
        clock(the_clock),
        aliases(all_parameters),
        custom(all_parameters),
        preparer(all_parameters, aliases, catalog, samples),
        crew(helpers),
        readers(path) {}

  std::string path;
  const search::Parameters& parameters;
  Clock& clock;
  Aliases aliases;
  CustomIndex custom;
  State state;
  Relations relations;
  Catalog catalog;
  AuditQueue audit;
  DictionarySamples samples;
  Preparer preparer;
  Crew crew;
  ReaderPool readers;
};

}  // namespace qianxian::store::sqlite
