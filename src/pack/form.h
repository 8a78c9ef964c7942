// A form: its items, what is computed of the answers, which answers are dangerous, and when the next visit is. One file
// packs/ID/forms/FORM.yaml; every key: docs/formats/pathway.md. Dangers, `next` and `show_when` are simple comparisons, so
// that a phone without a network comes to the same answer as the server (module flow). Plain values; any thread.
// Failures: invalid "bad-pack", every fault with file and line.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "pack/text.h"

namespace qianxian::pack {

struct Pack;

struct Comparison {
  std::string item;                        // of the same form, or a score
  enum class How { kAtLeast, kAtMost, kAbove, kBelow, kEquals } how = How::kEquals;
  std::string value;                       // a number unless kEquals; "true"/"false" for a boolean
};

struct Condition {                         // no comparisons: always true
  std::vector<Comparison> comparisons;
  bool any = true;                         // else all
};

struct ObservationCode {
  std::string system, code;
  Text name;
  std::string panel;                       // code of the Observation that it is a component of; same system
};

struct Option {
  std::string code;
  Text text;
  bool exclusive = false;                  // choices: alone only
};

struct Item {
  std::string id;
  std::string type;                        // quantity decimal integer choice choices text date boolean group display
  Text text;
  std::string unit;
  bool required = false;
  bool keep = false;                       // preset from the last answer
  std::string initial;                     // FHIRPath: preset from the record; "" = not
  std::optional<Decimal> minimum, maximum;
  std::optional<ObservationCode> observation;
  int history = 0;                         // so many last readings are shown
  std::vector<Option> options;
  std::optional<Condition> show_when;
  std::vector<Item> items;                 // group
};

struct Score {
  std::string id;
  Text text;
  std::string expression;                  // FHIRPath over the QuestionnaireResponse; a form's answers also as %ITEM
  std::string unit;
  std::optional<ObservationCode> observation;
};

struct Danger {
  std::string id;
  Condition condition;
  Text text;
  std::string urgency, criterion;          // of the referral it proposes; "" = none
};

struct NextVisit {
  Condition condition;
  int days = 0;
};

struct Form {
  std::string id;
  Text title;
  std::string edition;
  std::vector<Source> sources;
  std::vector<std::pair<std::string, std::string>> let;    // named expressions for `initial`: a later one may use an earlier one
  std::vector<Item> items;
  std::vector<Score> scores;
  std::vector<Danger> dangers;
  std::vector<NextVisit> next;
  std::string file;
};

const Item* FindItem(const std::vector<Item>& items, std::string_view id);    // inside groups too
// Every FHIRPath text over the record (`let`, `initial`), with the words to say where it stands.
std::vector<std::pair<std::string, std::string>> ExpressionsOf(const Form& form);

Result<Form> ParseForm(const std::string& path, const std::string& text);

// As FHIR R4 Questionnaire JSON, for /fhir/Questionnaire/<id>.
std::string FormAsFhir(const Pack& pack, const Form& form);
// As the page wants it: the file's keys, every text as {zh, en}.
std::string FormAsJson(const Form& form);

}  // namespace qianxian::pack
