// SlotSet: a set of slots (dense numbers of stored versions), as a sorted list while it is thin and as a bitmap when it
// is thick, so that a clause that two million observations meet costs some milliseconds and no clause costs a seek per
// hit. Values; one thread writes, any number read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace qianxian::store::sqlite {

using Slot = uint32_t;

class SlotSet {
 public:
  SlotSet() = default;
  // In any order, doubles allowed.
  static SlotSet FromList(std::vector<Slot> slots);
  static SlotSet FromBits(std::vector<uint64_t> bits);
  static SlotSet Range(Slot first, Slot last);    // both included; empty if last < first

  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }
  bool Contains(Slot slot) const;
  Slot Last() const;                              // CHECK: not empty

  void UnionWith(const SlotSet& other);
  void IntersectWith(const SlotSet& other);
  void Subtract(const SlotSet& other);
  void Insert(Slot slot);
  void DropAbove(Slot last);                      // all greater than last

  // The first `maximum` slots after `after`, ascending; `from_end`: the last ones before it, descending.
  std::vector<Slot> Take(Slot after, size_t maximum) const;
  std::vector<Slot> TakeDescending(Slot before, size_t maximum) const;

  template <typename Function>
  void ForEach(Function function) const {
    if (!dense_) {
      for (Slot slot : list_) function(slot);
      return;
    }
    for (size_t word = 0; word < bits_.size(); ++word) {
      for (uint64_t rest = bits_[word]; rest != 0; rest &= rest - 1) {
        function(static_cast<Slot>(word * 64 + static_cast<size_t>(__builtin_ctzll(rest))));
      }
    }
  }
  std::vector<Slot> ToList() const;

 private:
  void MakeDense();
  void Shrink();                                  // counts, and becomes a list again when thin
  bool dense_ = false;
  size_t size_ = 0;
  std::vector<Slot> list_;                        // !dense_: sorted, without doubles
  std::vector<uint64_t> bits_;                    // dense_
};

// A set to look many slots up in: a bitmap, also of a thin set.
class SlotBits {
 public:
  explicit SlotBits(const SlotSet& set) : bits_(set.empty() ? 0 : set.Last() / 64 + 1, 0) {
    set.ForEach([&](Slot slot) { bits_[slot / 64] |= uint64_t{1} << (slot % 64); });
  }
  bool Has(Slot slot) const { return slot / 64 < bits_.size() && (bits_[slot / 64] >> (slot % 64) & 1) != 0; }

 private:
  std::vector<uint64_t> bits_;
};

// Gathers slots from postings; then one set.
class SlotSetBuilder {
 public:
  explicit SlotSetBuilder(Slot last) : last_(last) {}
  void Add(Slot slot) {
    if (slot > last_ || slot == 0) return;
    if (!bits_.empty()) {
      bits_[slot / 64] |= uint64_t{1} << (slot % 64);
      return;
    }
    slots_.push_back(slot);
    if (slots_.size() >= kMany) Spread();
  }
  SlotSet Finish();

 private:
  static constexpr size_t kMany = 4'096;
  void Spread();                                  // from now on a bitmap: no sorting of long lists
  Slot last_;
  std::vector<Slot> slots_;
  std::vector<uint64_t> bits_;
};

}  // namespace qianxian::store::sqlite
