// Translation of codes by a ConceptMap, forwards and backwards. Pure; reads the resource as it is.
// No failures: what has no translation has an empty list; a map that sends unmapped codes to another map names it.
// Source: https://hl7.org/fhir/R4/conceptmap.html, conceptmap-operation-translate.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/value.h"

namespace qianxian::terminology {

struct TranslationAsked {
  std::string system, version, code;
  std::string target_system;             // "" = any
  std::string target_value_set;          // the map's own target, "" = any
  bool reverse = false;
};

struct Translation {
  std::string equivalence;               // of http://hl7.org/fhir/concept-map-equivalence
  std::string system, version, code, display;
  std::string comment;
  std::string map;                       // URL of the ConceptMap
  struct Product { std::string element, system, code, display; };
  std::vector<Product> products;
  bool matches() const { return !code.empty() && equivalence != "unmatched" && equivalence != "disjoint"; }
};

// Appends; `other_maps` gets the maps to which unmapped codes are sent.
void Translate(json::Value concept_map, const TranslationAsked& asked, std::vector<Translation>& out,
               std::vector<std::string>& other_maps);

}  // namespace qianxian::terminology
