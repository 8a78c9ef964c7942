// Reads the compiled definitions (tools/definitions/compile.mjs says what each line is). Inner part of fhir.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions.h"

namespace qianxian::fhir {

class DefinitionsReader {
 public:
  explicit DefinitionsReader(std::string text);
  Result<std::unique_ptr<const Definitions>> Read();

 private:
  using Fields = std::vector<std::string_view>;
  struct PendingType {
    Type* type;
    std::string_view base;
    std::vector<std::string_view> element_types;   // one for each element, as written
    std::vector<std::string_view> code_lists;
  };
  Status ReadLine(const Fields& fields);
  Status ReadElement(const Fields& fields);
  Status ReadSearchParameter(const Fields& fields);
  Status Link();
  Status LinkElementTypes(PendingType& pending);
  void MakeMembers(Type& type);

  std::unique_ptr<Definitions> definitions_;
  std::vector<PendingType> pending_;
};

}  // namespace qianxian::fhir
