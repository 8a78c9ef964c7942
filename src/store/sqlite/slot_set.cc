#include "store/sqlite/slot_set.h"

#include <algorithm>

#include "base/check.h"

namespace qianxian::store::sqlite {
namespace {

// A bitmap of n words costs as much as a list of 2n slots.
bool IsThick(size_t count, Slot last) { return count > 1024 && count > (last / 64 + 1) * 2; }

}  // namespace

SlotSet SlotSet::FromList(std::vector<Slot> slots) {
  SlotSet set;
  if (!std::is_sorted(slots.begin(), slots.end())) std::sort(slots.begin(), slots.end());
  slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
  set.size_ = slots.size();
  set.list_ = std::move(slots);
  if (!set.list_.empty() && IsThick(set.size_, set.list_.back())) set.MakeDense();
  return set;
}

SlotSet SlotSet::FromBits(std::vector<uint64_t> bits) {
  SlotSet set;
  set.dense_ = true;
  set.bits_ = std::move(bits);
  set.Shrink();
  return set;
}

SlotSet SlotSet::Range(Slot first, Slot last) {
  SlotSet set;
  if (last < first) return set;
  set.dense_ = true;
  set.size_ = size_t{last} - first + 1;
  set.bits_.assign(last / 64 + 1, ~uint64_t{0});
  for (size_t word = 0; word < first / 64; ++word) set.bits_[word] = 0;
  set.bits_[first / 64] &= ~uint64_t{0} << (first % 64);
  if (last % 64 != 63) set.bits_[last / 64] &= (uint64_t{1} << (last % 64 + 1)) - 1;
  set.Shrink();
  return set;
}

bool SlotSet::Contains(Slot slot) const {
  if (!dense_) return std::binary_search(list_.begin(), list_.end(), slot);
  return slot / 64 < bits_.size() && (bits_[slot / 64] >> (slot % 64) & 1) != 0;
}

Slot SlotSet::Last() const {
  QX_CHECK(size_ > 0, "last of an empty set");
  if (!dense_) return list_.back();
  for (size_t word = bits_.size(); word-- > 0;) {
    if (bits_[word] != 0) return static_cast<Slot>(word * 64 + 63 - static_cast<size_t>(__builtin_clzll(bits_[word])));
  }
  QX_CHECK(false, "a set that counts wrongly");
}

void SlotSet::MakeDense() {
  if (dense_) return;
  bits_.assign(list_.empty() ? 0 : list_.back() / 64 + 1, 0);
  for (Slot slot : list_) bits_[slot / 64] |= uint64_t{1} << (slot % 64);
  list_ = {};
  dense_ = true;
}

void SlotSet::Shrink() {
  if (!dense_) {
    size_ = list_.size();
    return;
  }
  size_ = 0;
  for (uint64_t word : bits_) size_ += static_cast<size_t>(__builtin_popcountll(word));
  while (!bits_.empty() && bits_.back() == 0) bits_.pop_back();
  if (!bits_.empty() && IsThick(size_, static_cast<Slot>(bits_.size() * 64 - 1))) return;
  std::vector<Slot> list;
  list.reserve(size_);
  ForEach([&](Slot slot) { list.push_back(slot); });
  list_ = std::move(list);
  bits_ = {};
  dense_ = false;
}

void SlotSet::UnionWith(const SlotSet& other) {
  if (other.empty()) return;
  if (empty()) {
    *this = other;
    return;
  }
  if (!dense_ && !other.dense_) {
    std::vector<Slot> merged;
    merged.reserve(list_.size() + other.list_.size());
    std::set_union(list_.begin(), list_.end(), other.list_.begin(), other.list_.end(), std::back_inserter(merged));
    *this = FromList(std::move(merged));
    return;
  }
  MakeDense();
  const size_t words = other.dense_ ? other.bits_.size() : other.list_.back() / 64 + 1;
  if (bits_.size() < words) bits_.resize(words, 0);
  if (other.dense_) {
    for (size_t word = 0; word < words; ++word) bits_[word] |= other.bits_[word];
  } else {
    for (Slot slot : other.list_) bits_[slot / 64] |= uint64_t{1} << (slot % 64);
  }
  Shrink();
}

void SlotSet::IntersectWith(const SlotSet& other) {
  if (empty()) return;
  if (other.empty()) {
    *this = SlotSet();
    return;
  }
  if (dense_ && other.dense_) {
    bits_.resize(std::min(bits_.size(), other.bits_.size()));
    for (size_t word = 0; word < bits_.size(); ++word) bits_[word] &= other.bits_[word];
    Shrink();
    return;
  }
  std::vector<Slot> both;
  if (!dense_ && !other.dense_) {
    std::set_intersection(list_.begin(), list_.end(), other.list_.begin(), other.list_.end(),
                          std::back_inserter(both));
  } else {
    const SlotSet& thin = dense_ ? other : *this;
    const SlotSet& thick = dense_ ? *this : other;
    for (Slot slot : thin.list_) {
      if (thick.Contains(slot)) both.push_back(slot);
    }
  }
  *this = FromList(std::move(both));
}

void SlotSet::Subtract(const SlotSet& other) {
  if (empty() || other.empty()) return;
  if (!dense_) {
    list_.erase(std::remove_if(list_.begin(), list_.end(), [&](Slot slot) { return other.Contains(slot); }),
                list_.end());
    Shrink();
    return;
  }
  if (other.dense_) {
    const size_t words = std::min(bits_.size(), other.bits_.size());
    for (size_t word = 0; word < words; ++word) bits_[word] &= ~other.bits_[word];
  } else {
    for (Slot slot : other.list_) {
      if (slot / 64 < bits_.size()) bits_[slot / 64] &= ~(uint64_t{1} << (slot % 64));
    }
  }
  Shrink();
}

void SlotSet::Insert(Slot slot) {
  if (!dense_) {
    const auto place = std::lower_bound(list_.begin(), list_.end(), slot);
    if (place != list_.end() && *place == slot) return;
    list_.insert(place, slot);
    ++size_;
    if (size_ > 4096 && IsThick(size_, list_.back())) MakeDense();
    return;
  }
  if (slot / 64 >= bits_.size()) bits_.resize(slot / 64 + 1, 0);
  uint64_t& word = bits_[slot / 64];
  const uint64_t bit = uint64_t{1} << (slot % 64);
  if ((word & bit) == 0) {
    word |= bit;
    ++size_;
  }
}

void SlotSet::DropAbove(Slot last) {
  if (!dense_) {
    list_.erase(std::upper_bound(list_.begin(), list_.end(), last), list_.end());
    size_ = list_.size();
    return;
  }
  if (last / 64 + 1 < bits_.size()) bits_.resize(last / 64 + 1);
  if (last / 64 < bits_.size() && last % 64 != 63) bits_[last / 64] &= (uint64_t{1} << (last % 64 + 1)) - 1;
  Shrink();
}

std::vector<Slot> SlotSet::Take(Slot after, size_t maximum) const {
  std::vector<Slot> out;
  if (!dense_) {
    for (auto it = std::upper_bound(list_.begin(), list_.end(), after); it != list_.end() && out.size() < maximum; ++it) {
      out.push_back(*it);
    }
    return out;
  }
  size_t word = (size_t{after} + 1) / 64;
  uint64_t mask = ~uint64_t{0} << ((size_t{after} + 1) % 64);
  for (; word < bits_.size() && out.size() < maximum; ++word, mask = ~uint64_t{0}) {
    for (uint64_t rest = bits_[word] & mask; rest != 0 && out.size() < maximum; rest &= rest - 1) {
      out.push_back(static_cast<Slot>(word * 64 + static_cast<size_t>(__builtin_ctzll(rest))));
    }
  }
  return out;
}

std::vector<Slot> SlotSet::TakeDescending(Slot before, size_t maximum) const {
  std::vector<Slot> out;
  if (!dense_) {
    for (auto it = std::lower_bound(list_.begin(), list_.end(), before); it != list_.begin() && out.size() < maximum;) {
      out.push_back(*--it);
    }
    return out;
  }
  if (bits_.empty() || before == 0) return out;
  size_t word = (before - 1) / 64;
  uint64_t mask = (before % 64) == 0 ? ~uint64_t{0} : (uint64_t{1} << (before % 64)) - 1;
  if (word >= bits_.size()) {
    word = bits_.size() - 1;
    mask = ~uint64_t{0};
  }
  for (;; --word, mask = ~uint64_t{0}) {
    for (uint64_t rest = bits_[word] & mask; rest != 0 && out.size() < maximum;) {
      const int top = 63 - __builtin_clzll(rest);
      out.push_back(static_cast<Slot>(word * 64 + static_cast<size_t>(top)));
      rest &= ~(uint64_t{1} << top);
    }
    if (word == 0 || out.size() >= maximum) return out;
  }
}

std::vector<Slot> SlotSet::ToList() const {
  if (!dense_) return list_;
  std::vector<Slot> out;
  out.reserve(size_);
  ForEach([&](Slot slot) { out.push_back(slot); });
  return out;
}

void SlotSetBuilder::Spread() {
  bits_.assign(last_ / 64 + 1, 0);
  for (Slot slot : slots_) bits_[slot / 64] |= uint64_t{1} << (slot % 64);
  slots_ = {};
}

SlotSet SlotSetBuilder::Finish() {
  return bits_.empty() ? SlotSet::FromList(std::move(slots_)) : SlotSet::FromBits(std::move(bits_));
}

}  // namespace qianxian::store::sqlite
