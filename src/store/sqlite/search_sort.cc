// Sorting a set that is too big to open every body of it: an index that is in the right order is read until the page is
// full.
#include <algorithm>

#include "search/parameters.h"
#include "store/sort_order.h"
#include "store/sqlite/search.h"

namespace qianxian::store::sqlite {
namespace {

using Role = search::Parameter::Role;

// Takes slots as an index gives them: the first time a slot comes is its place.
class Collector {
 public:
  Collector(Evaluator& evaluator, const TypeMatches& matches, size_t enough)
      : evaluator_(evaluator), matches_(matches), enough_(enough), wanted_(matches.set), seen_(matches.set.empty() ? 0 : matches.set.Last() / 64 + 1) {}

  // False: enough.
  template <typename Key>
  Result<bool> Add(Slot slot, const Key& key, Key& last_key) {
    if (!wanted_.Has(slot) || Seen(slot)) return true;
    seen_[slot / 64] |= uint64_t{1} << (slot % 64);
    if (!slots_.empty() && !(key == last_key)) {
      QX_DO(EndTies());
      if (slots_.size() >= enough_) return false;
    }
    last_key = key;
    slots_.push_back(slot);
    // Without further keys the order of slots within a tie does not matter, so a tie need not be read to its end.
    return !(matches_.query.sort.size() == 1 && slots_.size() >= enough_);
  }

  // Resources without a value come last.
  Status AddMissing() {
    QX_DO(EndTies());
    if (slots_.size() >= enough_) return Ok();
    matches_.set.ForEach([&](Slot slot) {
      if (!Seen(slot)) slots_.push_back(slot);
    });
    return EndTies();
  }
  std::vector<Slot> Take(size_t offset, size_t count) const {
    std::vector<Slot> out;
    for (size_t i = offset; i < slots_.size() && out.size() < count; ++i) out.push_back(slots_[i]);
    return out;
  }

 private:
  bool Seen(Slot slot) const { return (seen_[slot / 64] >> (slot % 64) & 1) != 0; }

  // Slots since tie_begin_ have the same first key: the other keys decide.
  Status EndTies() {
    const bool tied = slots_.size() - tie_begin_ > 1;
    if (matches_.query.sort.size() > 1 && tied) {
      QX_TRY(const bool by_index, slots_.size() - tie_begin_ > kSortByBodies ? SortTieByIndex() : false);
      if (!by_index) QX_DO(SortTieByBodies());
    }
    tie_begin_ = slots_.size();
    return Ok();
  }

  // As much of a long tie as is wanted.
  Result<bool> SortTieByIndex() {
    const auto begin = slots_.begin() + static_cast<std::ptrdiff_t>(tie_begin_);
    TypeMatches tie{matches_.query, SlotSet::FromList({begin, slots_.end()}), {}};
    tie.query.sort.erase(tie.query.sort.begin());
    std::vector<Slot> sorted;
    QX_TRY(const bool done, SortByIndex(evaluator_, tie, 0, enough_ - tie_begin_, sorted));
    if (!done) return false;
    slots_.erase(begin, slots_.end());
    slots_.insert(slots_.end(), sorted.begin(), sorted.end());
    return true;
  }

  Status SortTieByBodies() {
    const auto& keys = matches_.query.sort;
    struct Item {
      Slot slot;
      std::vector<SortValue> values;
    };
    std::vector<Item> items;
    for (size_t i = tie_begin_; i < slots_.size(); ++i) {
      QX_TRY(const Opened* opened, evaluator_.OpenSlot(slots_[i]));
      Item item{slots_[i], {}};
      for (size_t k = 1; k < keys.size(); ++k) item.values.push_back(SortValueOf(keys[k], opened->entries));
      items.push_back(std::move(item));
    }
    std::sort(items.begin(), items.end(), [&](const Item& a, const Item& b) {
      for (size_t k = 1; k < keys.size(); ++k) {
        const int order = CompareSortValues(a.values[k - 1], b.values[k - 1], keys[k].descending);
        if (order != 0) return order < 0;
      }
      return a.slot < b.slot;
    });
    for (size_t i = 0; i < items.size(); ++i) slots_[tie_begin_ + i] = items[i].slot;
    return Ok();
  }

  Evaluator& evaluator_;
  const TypeMatches& matches_;
  size_t enough_;
  SlotBits wanted_;
  size_t tie_begin_ = 0;
  std::vector<Slot> slots_;
  std::vector<uint64_t> seen_;
};

// `each` reads an index and gives what it finds to the collector until that has enough.
template <typename Key>
class Feeding {
 public:
  explicit Feeding(Collector& collector) : collector_(collector) {}
  bool Give(Slot slot, const Key& key) {
    Result<bool> more = collector_.Add(slot, key, last_);
    if (!more.ok()) status_ = std::move(more).error();
    enough_ = more.ok() && !*more;
    return more.ok() && *more;
  }
  Status Finish() {
    QX_DO(std::move(status_));
    return enough_ ? Ok() : collector_.AddMissing();
  }

 private:
  Collector& collector_;
  Key last_{};
  Status status_ = Ok();
  bool enough_ = false;
};

Status CollectSpans(Evaluator& evaluator, const search::SortKey& key, const SlotSet& wanted, Collector& collector) {
  Feeding<int64_t> feeding(collector);
  const std::span<const uint16_t> bases = evaluator.engine().aliases.Bases(key.parameter->number);
  const auto give = [&](int64_t low, Slot slot) { return feeding.Give(slot, low); };
  if (key.parameter->kind == search::ParameterKind::kDate && bases.size() == 1) {
    QX_DO(evaluator.index().ForEachDateInOrder(bases[0], key.descending, wanted, give));
  } else if (bases.size() == 1) {
    QX_DO(evaluator.index().ForEachNumberInOrder(bases[0], key.descending, wanted, give));
  } else {
    QX_DO(evaluator.index().ForEachSpanInOrder({bases.begin(), bases.end()}, key.descending, give));
  }
  return feeding.Finish();
}

Status CollectWords(Evaluator& evaluator, uint16_t parameter, bool descending, Collector& collector) {
  Feeding<std::string> feeding(collector);
  QX_DO(evaluator.index().ForEachWordInOrder(
      parameter, descending, [&](std::string_view text, Slot slot) { return feeding.Give(slot, std::string(text)); }));
  return feeding.Finish();
}

Status CollectIds(Evaluator& evaluator, const TypeMatches& matches, bool descending, Collector& collector) {
  const std::optional<int64_t> type = evaluator.engine().catalog.TypeNumber(matches.query.type);
  if (!type) return Ok();
  QX_TRY(Statement* statement,
         evaluator.database().Cached(std::string("SELECT root, id FROM resource WHERE type = ?1 ORDER BY id") +
                                     (descending ? " DESC" : "")));
  const Resetter resetter(*statement);
  statement->Integer(1, *type);
  std::string last;
  for (;;) {
    QX_TRY(const bool row, statement->Step());
    if (!row) return collector.AddMissing();
    const SlotSet at = evaluator.engine().state.SlotsOf({static_cast<Slot>(statement->Integer(0))},
                                                        evaluator.moment().last);
    if (at.empty()) continue;
    QX_TRY(const bool more, collector.Add(at.Last(), std::string(statement->Text(1)), last));
    if (!more) return Ok();
  }
}

// False: this parameter has no lists that would be quicker than the bodies.
Result<bool> CollectLists(Evaluator& evaluator, const TypeMatches& matches, Collector& collector) {
  QX_TRY(const auto groups, ReadSortGroups(evaluator, matches.query.sort[0], matches.set));
  if (!groups) return false;
  Feeding<std::string> feeding(collector);
  for (const SortGroup& group : *groups) {
    bool more = true;
    for (Slot slot : group.slots.ToList()) {
      more = feeding.Give(slot, group.text);
      if (!more) break;
    }
    if (!more) break;
  }
  QX_DO(feeding.Finish());
  return true;
}

}  // namespace

Result<bool> SortByIndex(Evaluator& evaluator, const TypeMatches& matches, size_t offset, size_t count,
                         std::vector<Slot>& out) {
  const search::SortKey& key = matches.query.sort[0];
  if (!key.parameter) return false;
  const bool only_key = matches.query.sort.size() == 1;
  if (key.parameter->role == Role::kLastUpdated) {
    if (!only_key) return false;
    // Slots are in order of time.
    out = key.descending ? matches.set.TakeDescending(UINT32_MAX, offset + count) : matches.set.Take(0, offset + count);
    out.erase(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(std::min(offset, out.size())));
    return true;
  }
  Collector collector(evaluator, matches, offset + count);
  using search::ParameterKind;
  if (key.parameter->role == Role::kId) {
    QX_DO(CollectIds(evaluator, matches, key.descending, collector));
  } else if (key.parameter->kind == ParameterKind::kDate || key.parameter->kind == ParameterKind::kNumber ||
             key.parameter->kind == ParameterKind::kQuantity) {
    QX_DO(CollectSpans(evaluator, key, matches.set, collector));
  } else if (key.parameter->kind == ParameterKind::kString &&
             evaluator.engine().aliases.Bases(key.parameter->number).size() == 1) {
    QX_DO(CollectWords(evaluator, evaluator.engine().aliases.Bases(key.parameter->number)[0], key.descending, collector));
  } else {
    QX_TRY(const bool done, CollectLists(evaluator, matches, collector));
    if (!done) return false;
  }
  out = collector.Take(offset, count);
  return true;
}

}  // namespace qianxian::store::sqlite
