// The terminology's and validation's resources in the store: CodeSystem, ValueSet, ConceptMap, StructureDefinition, found
// by canonical URL and business version, before HL7's own R4 definitions. They are read for everybody, whoever owns them:
// they are about words, not about people.
// Of several versions the asked one is taken; without a version the newest active one.
// Threads: any number. Errors: the store's.
#pragma once

#include <array>
#include <atomic>
#include <memory>

#include "base/locked.h"
#include "store/store.h"
#include "terminology/terminology.h"
#include "validate/validator.h"

namespace qianxian::api {

class StoreSource : public terminology::R4Source {
 public:
  StoreSource(store::Store& store, const search::Parameters& parameters);

  // Also by the store's own address: "ValueSet/17".
  Result<std::optional<std::string>> Find(std::string_view type, std::string_view url, std::string_view version) override;
  Result<std::vector<std::string>> MapsFrom(std::string_view system) override;
  // Changes with every commit that touches one of these types.
  Result<uint64_t> Stamp() override;

 private:
  struct Seen {
    uint64_t t = 0;                        // the feed has been read so far
    uint64_t stamp = 0;
  };
  store::Store& store_;
  const search::Parameters& parameters_;
  std::atomic<uint64_t> seen_t_{UINT64_MAX};
  std::atomic<uint64_t> stamp_{0};
  Locked<Seen> seen_;
};

// The source and what stands on it, in one.
struct Vocabulary {
  Vocabulary(store::Store& store, const search::Parameters& parameters)
      : source(store, parameters), terminology(source), schemas(source), validator(fhir::Definitions::R4(), schemas, terminology) {}
  StoreSource source;
  terminology::Terminology terminology;
  validate::Schemas schemas;
  validate::Validator validator;
};

}  // namespace qianxian::api
