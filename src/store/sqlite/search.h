// One search from query to page: clauses to a set, the set in order, the page's bodies, what it includes. The place of a
// next page is "t.kind.position": the search goes on in the state that the first page saw.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "search/clauses.h"
#include "store/sqlite/evaluator.h"

namespace qianxian::store::sqlite {

struct TypeMatches {
  search::Query query;                            // narrowed to one type
  SlotSet set;                                    // living, visible
  std::vector<const search::Clause*> verify;      // clauses of `query` that the set may not meet
};

class Searcher {
 public:
  Searcher(Evaluator& evaluator, const search::Query& query) : evaluator_(evaluator), query_(query), explains_(search::Explains(query)) {}
  Result<SearchPage> Run();
  Result<std::vector<Tally>> CountBy();

 private:
  Status CheckCustom(const search::Query& query);
  Status Prepare();
  Status Match();
  Status MatchType(TypeMatches& matches);
  void Plan(std::string_view line) { plan_.push_back(std::string(search::kPlanMark) + std::string(line)); }
  void Explain(const TypeMatches& matches, const std::string& clauses, size_t rows, bool exact);
  Result<bool> Holds(const TypeMatches& matches, Slot slot);
  Result<const TypeMatches*> MatchesOf(Slot slot);
  bool Sorts() const;
  Status VerifyEverything();
  Result<std::vector<Tally>> CountDays(const TypeMatches& matches);
  Result<std::vector<Tally>> CountByBodies(const TypeMatches& matches);
  Result<uint64_t> Total();

  Result<std::vector<Slot>> Page(SearchPage& page);
  Result<std::vector<Slot>> PageInWindows(SearchPage& page);
  Result<std::vector<Slot>> PageInOrder(SearchPage& page);
  Result<std::vector<Slot>> PageSorted(SearchPage& page);
  Result<std::vector<Slot>> SortByBodies(size_t offset, size_t count);

  Evaluator& evaluator_;
  const search::Query& query_;
  std::vector<std::unique_ptr<TypeMatches>> types_;
  bool matched_ = false;                          // wholly; else a page is looked for window by window
  uint64_t position_ = 0;                         // of the place given
  bool explains_ = false;
  std::vector<std::string> plan_;                 // _explain
};

// A page in the store's own order needs no match beyond it: it is looked for where so many chunks of the type's list are,
// some thousand resources, then among kWindowGrowth times as many, then everywhere: what is rarer has a short list of its own,
// and to find the end of a longer window costs a step for each of its chunks.
inline constexpr size_t kWindowChunks = 4;
inline constexpr size_t kWindowGrowth = 16;
inline constexpr size_t kWindowMost = kWindowChunks * kWindowGrowth;

// So many matches are sorted by their bodies; more by an index, if there is one.
inline constexpr size_t kSortByBodies = 400;

// Sorts by reading an ordered index instead of bodies, for sets too big for that. False: this key has no such index.
Result<bool> SortByIndex(Evaluator& evaluator, const TypeMatches& matches, size_t offset, size_t count,
                         std::vector<Slot>& out);
// Matches that `key` says the same of, in the order it asks for: for tokens, references and URIs, whose lists are in no
// order, so that each list's text is learnt from one body. Nothing: the bodies of all matches would be quicker.
struct SortGroup {
  std::string text;
  SlotSet slots;
};
Result<std::optional<std::vector<SortGroup>>> ReadSortGroups(Evaluator& evaluator, const search::SortKey& key,
                                                             const SlotSet& wanted);
// Fills page.included; notes when it is cut short.
Status AddIncludes(Evaluator& evaluator, const search::Query& query, const std::vector<Slot>& matches,
                   SearchPage& page);

struct Place {
  uint64_t t = 0;
  char kind = 0;                                  // 's': after a slot; 'o': from an offset
  uint64_t position = 0;
};
std::string WritePlace(const Place& place);
Result<Place> ReadPlace(std::string_view text);   // invalid ("bad-place")

}  // namespace qianxian::store::sqlite
