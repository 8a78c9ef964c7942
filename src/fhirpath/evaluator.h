// The evaluator's inner part: frames, scopes, the table of functions. See evaluator.cc for how it works.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "fhirpath/engine.h"

namespace re2 {
class RE2;
}

namespace qianxian::fhirpath {

// Variables that defineVariable() made, seen from where they were made on.
struct Scope {
  const Scope* outer = nullptr;
  std::vector<std::pair<std::string, Collection>> variables;
};

// What $this, $index, $total and the variables are just now.
struct Frame {
  const Item* self = nullptr;            // nullptr: there is none (an empty focus), or `many`
  int64_t index = -1;
  const Collection* total = nullptr;
  Scope* scope = nullptr;
  const Collection* many = nullptr;      // a focus of several items: defineVariable()'s expression has one
};

class EvaluatorState;
struct Call {
  const Node& node;
  const Collection& input;
  const Frame& frame;
};
using Handler = Status (EvaluatorState::*)(const Call& call, Collection& out);

struct Function {
  std::string_view name;
  int least = 0;                         // arguments
  int most = 0;
  Handler handler = nullptr;
  bool takes_type = false;
  bool ordered = false;                  // depends on the order of its input
};
int FindFunction(std::string_view name);   // -1: there is none
const Function& FunctionAt(int index);

class EvaluatorState {
 public:
  // A collection for the time of a call. Most live for one step of a path; taking their memory from the heap each time would
  // cost more than the step.
  class Scratch {
   public:
    explicit Scratch(EvaluatorState& state) : state_(state) {
      if (state.spare_.empty()) return;
      items = std::move(state.spare_.back());
      state.spare_.pop_back();
    }
    ~Scratch() {
      if (state_.spare_.size() >= 64 || items.capacity() > 256) return;
      items.clear();
      state_.spare_.push_back(std::move(items));
    }
    Scratch(const Scratch&) = delete;
    Collection items;

   private:
    EvaluatorState& state_;
  };

  explicit EvaluatorState(Environment environment);
  ~EvaluatorState();

  // `focus` nullptr: none.
  Result<Collection> Run(const Expression& expression, const Item* focus, const Item& resource);
  Status Eval(const Node& node, const Frame& frame, Collection& out);
  Arena& arena() { return arena_; }
  Environment& environment() { return environment_; }

 private:
  friend struct FunctionTable;

  // evaluator.cc
  Status EvalMember(const Node& node, const Frame& frame, Collection& out);
  Status EvalVariable(const Node& node, const Frame& frame, Collection& out);
  Status EvalFunction(const Node& node, const Frame& frame, Collection& out);
  Status EvalIndexer(const Node& node, const Frame& frame, Collection& out);
  Status EvalType(const Node& node, const Frame& frame, Collection& out);
  Status EvalInput(const Node& node, const Frame& frame, Collection& out);
  Status Navigate(const Item& item, const Node& node, Collection& out);
  Status NavigateNode(const Item& item, const Node& node, Collection& out);
  void NavigatePrimitive(const Item& item, std::string_view name, Collection& out);
  void PushChildren(json::Value value, json::Value shadow, const fhir::Type* type, Collection& out);
  void PushAllChildren(const Item& item, Collection& out);
  Status Step(const Node& node);
  Error Bad(const Node& node, const std::string& en, const std::string& zh) const;

  // operators.cc
  Status EvalUnary(const Node& node, const Frame& frame, Collection& out);
  Status EvalBinary(const Node& node, const Frame& frame, Collection& out);
  Status EvalLogic(const Node& node, const Frame& frame, Collection& out);
  Status EvalMembership(const Node& node, const Collection& left, const Collection& right, Collection& out);
  Status EvalComparison(const Node& node, const Collection& left, const Collection& right, Collection& out);
  Status EvalArithmetic(const Node& node, const Collection& left, const Collection& right, Collection& out);
  Status Calculate(const Node& node, const Item& left, const Item& right, Collection& out);
  Status CalculateQuantity(const Node& node, const Item& left, const Item& right, Collection& out);

  // What arguments are asked for.
  Status Argument(const Call& call, size_t index, Collection& out);
  Status ArgumentFor(const Call& call, size_t index, const Item& self, int64_t position, Collection& out);
  Result<std::optional<Item>> Single(const Node& node, const Collection& items);             // as System value
  Result<std::optional<std::string_view>> SingleString(const Node& node, const Collection& items);
  Result<std::optional<int64_t>> SingleInteger(const Node& node, const Collection& items);
  Result<std::optional<bool>> SingleBoolean(const Node& node, const Collection& items);
  Result<std::optional<std::string_view>> StringArgument(const Call& call, size_t index);
  Result<std::optional<int64_t>> IntegerArgument(const Call& call, size_t index);
  Result<bool> IsOfType(const Node& node, const Item& item, const TypeSpecifier& type);
  Result<const re2::RE2*> Regex(const Node& node, std::string_view pattern, bool whole);

  // functions_collection.cc
  Status Empty(const Call&, Collection&);
  Status Exists(const Call&, Collection&);
  Status All(const Call&, Collection&);
  Status AllTrue(const Call&, Collection&);
  Status AnyTrue(const Call&, Collection&);
  Status AllFalse(const Call&, Collection&);
  Status AnyFalse(const Call&, Collection&);
  Status SubsetOf(const Call&, Collection&);
  Status SupersetOf(const Call&, Collection&);
  Status Count(const Call&, Collection&);
  Status Distinct(const Call&, Collection&);
  Status IsDistinct(const Call&, Collection&);
  Status Where(const Call&, Collection&);
  Status Select(const Call&, Collection&);
  Status Repeat(const Call&, Collection&);
  Status RepeatAll(const Call&, Collection&);
  Status OfType(const Call&, Collection&);
  Status SingleItem(const Call&, Collection&);
  Status First(const Call&, Collection&);
  Status Last(const Call&, Collection&);
  Status Tail(const Call&, Collection&);
  Status Skip(const Call&, Collection&);
  Status Take(const Call&, Collection&);
  Status Intersect(const Call&, Collection&);
  Status Exclude(const Call&, Collection&);
  Status Union(const Call&, Collection&);
  Status Combine(const Call&, Collection&);
  Status Coalesce(const Call&, Collection&);
  Status Aggregate(const Call&, Collection&);
  Status Sort(const Call&, Collection&);
  Status Iif(const Call&, Collection&);
  Status Trace(const Call&, Collection&);
  Status DefineVariable(const Call&, Collection&);
  Status AddDistinct(const Collection& items, Collection& out, size_t from);
  Result<std::optional<bool>> Criterion(const Call& call, const Item& item, int64_t position);

  // functions_string.cc
  Status IndexOf(const Call&, Collection&);
  Status LastIndexOf(const Call&, Collection&);
  Status Substring(const Call&, Collection&);
  Status StartsWith(const Call&, Collection&);
  Status EndsWith(const Call&, Collection&);
  Status Contains(const Call&, Collection&);
  Status Upper(const Call&, Collection&);
  Status Lower(const Call&, Collection&);
  Status Replace(const Call&, Collection&);
  Status Matches(const Call&, Collection&);
  Status MatchesFull(const Call&, Collection&);
  Status ReplaceMatches(const Call&, Collection&);
  Status Length(const Call&, Collection&);
  Status ToChars(const Call&, Collection&);
  Status Trim(const Call&, Collection&);
  Status Split(const Call&, Collection&);
  Status Join(const Call&, Collection&);
  Status Encode(const Call&, Collection&);
  Status Decode(const Call&, Collection&);
  Status Escape(const Call&, Collection&);
  Status Unescape(const Call&, Collection&);

  // functions_math.cc
  Status Abs(const Call&, Collection&);
  Status Ceiling(const Call&, Collection&);
  Status Floor(const Call&, Collection&);
  Status Truncate(const Call&, Collection&);
  Status Round(const Call&, Collection&);
  Status Exp(const Call&, Collection&);
  Status Ln(const Call&, Collection&);
  Status Log(const Call&, Collection&);
  Status Power(const Call&, Collection&);
  Status Sqrt(const Call&, Collection&);
  Status Precision(const Call&, Collection&);
  Status LowBoundary(const Call&, Collection&);
  Status HighBoundary(const Call&, Collection&);
  Status Boundary(const Call&, bool high, Collection&);
  Status WholeNumber(const Call&, Number::Rounding rounding, Collection&);
  Status RealFunction(const Call&, double (*function)(double), Collection&);

  // functions_type.cc
  Status Not(const Call&, Collection&);
  Status Is(const Call&, Collection&);
  Status As(const Call&, Collection&);
  Status TypeOf(const Call&, Collection&);
  Status ToBoolean(const Call&, Collection&);
  Status ToInteger(const Call&, Collection&);
  Status ToDecimal(const Call&, Collection&);
  Status ToStringValue(const Call&, Collection&);
  Status ToDate(const Call&, Collection&);
  Status ToDateTime(const Call&, Collection&);
  Status ToTime(const Call&, Collection&);
  Status ToQuantity(const Call&, Collection&);
  Status ConvertsTo(const Call&, Collection&);
  Result<std::optional<Item>> Convert(const Call& call, std::string_view target);

  // functions_fhir.cc
  Status Children(const Call&, Collection&);
  Status Descendants(const Call&, Collection&);
  Status Extension(const Call&, Collection&);
  Status HasValue(const Call&, Collection&);
  Status GetValue(const Call&, Collection&);
  Status Resolve(const Call&, Collection&);
  Status ConformsTo(const Call&, Collection&);
  Status HtmlChecks(const Call&, Collection&);
  Status Comparable(const Call&, Collection&);
  Status GetResourceKey(const Call&, Collection&);
  Status GetReferenceKey(const Call&, Collection&);
  Status Now(const Call&, Collection&);
  Status Today(const Call&, Collection&);
  Status TimeOfDay(const Call&, Collection&);
  Status Unsupported(const Call&, Collection&);
  std::optional<Item> FindReferenced(std::string_view reference);

  Environment environment_;
  Arena arena_;
  Item resource_;
  Item context_;
  uint64_t steps_ = 0;
  size_t depth_ = 0;
  std::vector<Collection> spare_;        // emptied collections that keep their memory: see Scratch
  std::unordered_map<std::string, std::unique_ptr<re2::RE2>> regexes_;
};

}  // namespace qianxian::fhirpath
