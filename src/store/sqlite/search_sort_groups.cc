// Sorting by tokens, references and URIs: their posting lists say which slots have the same value, one body of each list
// says which.
#include <algorithm>
#include <map>
#include <unordered_map>

#include "search/parameters.h"
#include "store/sort_order.h"
#include "store/sqlite/posting.h"
#include "store/sqlite/search.h"

namespace qianxian::store::sqlite {
namespace {

using search::IndexEntry;
using search::ParameterKind;

constexpr size_t kBodiesAtLeast = 200;      // so many bodies are opened in any case; beyond, a share of the matches
constexpr size_t kChunksAtLeast = 20'000;
constexpr size_t kChunksForEach = 8;        // opening a body costs about as much as reading so many chunks of lists
constexpr size_t kTextBytesOfSort = 200;    // as in sort_order.h
constexpr int64_t kFirstHash = int64_t{1} << 62;

class GroupReader {
 public:
  GroupReader(Evaluator& evaluator, const search::SortKey& key, const SlotSet& wanted)
      : evaluator_(evaluator), key_(key), wanted_(wanted), kind_(key.parameter->kind) {}

  Result<std::optional<std::vector<SortGroup>>> Run() {
    std::optional<std::vector<SortGroup>> nothing;
    for (const uint16_t base : evaluator_.engine().aliases.Bases(key_.parameter->number)) {
      explained_.clear();
      QX_TRY(SlotSet present, evaluator_.index().Posting(base, kPresent));
      present.IntersectWith(wanted_);
      present_.UnionWith(present);
      if (kind_ == ParameterKind::kReference) {
        QX_TRY(const bool quick, Lists(base, 1, UINT32_MAX));
        if (!quick) return nothing;
        QX_TRY(SlotSet odd, HashLists(base));
        odd_.UnionWith(odd);
      } else {
        QX_TRY(const bool quick, Lists(base, kFirstHash, INT64_MAX));
        if (!quick) return nothing;
      }
    }
    QX_TRY(const bool quick, Rest());
    if (!quick) return nothing;
    std::vector<SortGroup> out;
    for (auto& [text, slots] : groups_) out.push_back({text, std::move(slots)});
    if (key_.descending) std::reverse(out.begin(), out.end());
    return std::optional(std::move(out));
  }

 private:
  bool Spend(size_t& spent, size_t at_least, size_t for_each) const {
    return ++spent <= std::max(at_least, wanted_.size() * for_each);
  }
  bool MayOpen() { return ++bodies_ <= std::max(kBodiesAtLeast, wanted_.size() / 2); }

  void AddToGroup(std::string text, const SlotSet& slots) {
    if (text.size() > kTextBytesOfSort) text.resize(kTextBytesOfSort);
    groups_[std::move(text)].UnionWith(slots);
  }

  // Lists of one base parameter with values in [from, to]. False: too many.
  Result<bool> Lists(uint16_t base, int64_t from, int64_t to) {
    for (;;) {
      // The first list from here on that one of the wanted is in.
      bool good = true, affordable = true;
      std::optional<int64_t> value;
      Slot one = 0;
      QX_DO(evaluator_.index().ForEachChunk(base, from, to, [&](int64_t at, Slot first, std::string_view data) {
        affordable = Spend(chunks_, kChunksAtLeast, kChunksForEach);
        good = ForEachInChunk(first, data, [&](Slot slot) {
          if (one == 0 && slot <= evaluator_.moment().last && wanted_.Contains(slot)) one = slot;
        });
        if (one != 0) value = at;
        return good && affordable && one == 0;
      }));
      if (!good) return Unavailable("damaged", "The search index is damaged; it can be rebuilt.", "搜索索引已损坏，可以重建。");
      if (!affordable) return false;
      if (!value) return true;
      QX_TRY(const bool quick, List(base, *value, one));
      if (!quick) return false;
      if (*value == to) return true;
      from = *value + 1;
    }
  }

  Result<bool> List(uint16_t base, int64_t value, Slot one) {
    std::optional<std::string> text;
    if (kind_ == ParameterKind::kReference) {
      QX_TRY(text, TextOfRoot(static_cast<Slot>(value)));
    }
    if (!text) {
      if (explained_.count(value) == 0) {
        if (!MayOpen()) return false;
        QX_DO(Explain(base, one));
      }
      const auto found = explained_.find(value);
      if (found == explained_.end() || !found->second) return true;   // a list of systems, or of texts beside codes
      text = found->second;
    }
    QX_TRY(SlotSet slots, evaluator_.index().Posting(base, value));
    slots.IntersectWith(wanted_);
    covered_.UnionWith(slots);
    AddToGroup(std::move(*text), slots);
    return true;
  }

  // "Type/id" of a resource that is here; nothing if it was only referred to.
  Result<std::optional<std::string>> TextOfRoot(Slot root) {
    QX_TRY(const std::optional<StoredRow> row, ReadStored(evaluator_.engine(), evaluator_.database(), root, false));
    if (!row) return std::optional<std::string>();
    QX_TRY(const std::string type, evaluator_.engine().catalog.TypeName(row->type, evaluator_.database()));
    return std::optional(type + "/" + row->id);
  }

  // What all lists stand for that this body is in; without a text: they are not sorted by.
  Status Explain(uint16_t base, Slot slot) {
    QX_TRY(const Opened* opened, evaluator_.OpenSlot(slot));
    for (const IndexEntry& entry : opened->entries) {
      if (entry.parameter != base) continue;
      switch (entry.kind) {
        case ParameterKind::kUri: explained_[TextValue(entry.text)] = entry.text; break;
        case ParameterKind::kReference: {
          if (entry.system.empty() || entry.code.empty()) break;
          QX_TRY(const std::optional<Slot> root,
                 FindRoot(evaluator_.engine(), evaluator_.database(), entry.system, entry.code));
          if (root) explained_[*root] = entry.system + "/" + entry.code;
          break;
        }
        case ParameterKind::kToken:
          explained_.try_emplace(TokenSystemValue(entry.system));
          explained_.try_emplace(TokenValue(entry.system, entry.code));
          explained_.try_emplace(TextValue(search::Fold(entry.text)));
          if (!entry.code.empty()) explained_[TokenCodeValue(entry.code)] = entry.code;
          break;
        default: break;
      }
    }
    return Ok();
  }

  // Of references: those that are no resource of this store's. Each is sorted by its own body.
  Result<SlotSet> HashLists(uint16_t base) {
    SlotSetBuilder builder(evaluator_.moment().last);
    QX_DO(evaluator_.index().PostingRange(base, kFirstHash, INT64_MAX, builder));
    SlotSet odd = builder.Finish();
    odd.IntersectWith(wanted_);
    return odd;
  }

  // Those that have the parameter, but in no list that says it all.
  Result<bool> Rest() {
    SlotSet rest = present_;
    rest.Subtract(covered_);
    rest.UnionWith(odd_);
    for (auto& [text, slots] : groups_) {
      if (!odd_.empty()) slots.Subtract(odd_);
    }
    for (Slot slot : rest.ToList()) {
      if (!MayOpen()) return false;
      QX_TRY(const Opened* opened, evaluator_.OpenSlot(slot));
      SortValue value = SortValueOf(key_, opened->entries);
      if (value.present) AddToGroup(std::move(value.text), SlotSet::FromList({slot}));
    }
    return true;
  }

  Evaluator& evaluator_;
  const search::SortKey& key_;
  const SlotSet& wanted_;
  ParameterKind kind_;
  size_t chunks_ = 0;
  size_t bodies_ = 0;
  std::unordered_map<int64_t, std::optional<std::string>> explained_;   // of one base parameter
  std::map<std::string, SlotSet> groups_;
  SlotSet present_, covered_, odd_;
};

}  // namespace

Result<std::optional<std::vector<SortGroup>>> ReadSortGroups(Evaluator& evaluator, const search::SortKey& key,
                                                             const SlotSet& wanted) {
  const ParameterKind kind = key.parameter->kind;
  const bool has_lists = key.parameter->role == search::Parameter::Role::kOrdinary &&
                         (kind == ParameterKind::kToken || kind == ParameterKind::kReference || kind == ParameterKind::kUri);
  if (!has_lists) return std::optional<std::vector<SortGroup>>();
  return GroupReader(evaluator, key, wanted).Run();
}

}  // namespace qianxian::store::sqlite
