#include "store/sqlite/state.h"

#include <algorithm>
#include <mutex>

namespace qianxian::store::sqlite {

Moment State::newest() const {
  const std::shared_lock lock(mutex_);
  return newest_;
}

void State::SetDead(Slot slot) {
  if (slot / 64 >= dead_.size()) dead_.resize(slot / 64 + 1024, 0);
  dead_[slot / 64] |= uint64_t{1} << (slot % 64);
}

void State::Add(const Supersession& supersession) {
  if (supersession.slot <= through_) return;
  through_ = supersession.slot;
  if (supersession.root != supersession.slot) root_[supersession.slot] = supersession.root;
  if (supersession.dead) {
    SetDead(supersession.slot);
    born_dead_[supersession.slot] = true;
  }
  if (supersession.previous != 0) {
    SetDead(supersession.previous);
    next_[supersession.previous] = supersession.slot;
    changes_.emplace_back(supersession.slot, supersession.previous);
  }
}

Status State::CatchUp(Database& database, const Moment& moment) {
  Slot through = 0;
  {
    const std::shared_lock lock(mutex_);
    through = through_;
  }
  // The moment was read first: a commit between the two reads brings supersessions that are newer than the moment, and
  // those do no harm, while a moment without its supersessions would show two versions of one resource.
  QX_TRY(Statement* statement,
         database.Cached("SELECT slot, previous, root, dead FROM supersession WHERE slot > ?1 ORDER BY slot"));
  const Resetter resetter(*statement);
  statement->Integer(1, through);
  std::vector<Supersession> news;
  for (;;) {
    QX_TRY(const bool row, statement->Step());
    if (!row) break;
    news.push_back({static_cast<Slot>(statement->Integer(0)), static_cast<Slot>(statement->Integer(1)),
                    static_cast<Slot>(statement->Integer(2)), statement->Integer(3) != 0});
  }
  const std::unique_lock lock(mutex_);
  for (const Supersession& supersession : news) Add(supersession);
  if (moment.t > newest_.t) newest_ = moment;
  return Ok();
}

void State::Advance(const Moment& moment, Slot through, const std::vector<Supersession>& supersessions) {
  const std::unique_lock lock(mutex_);
  for (const Supersession& supersession : supersessions) Add(supersession);
  through_ = std::max(through_, through);
  if (moment.t > newest_.t) newest_ = moment;
}

bool State::IsDeadLocked(Slot slot, Slot last) const {
  if (!DeadNow(slot)) return false;
  if (born_dead_.count(slot) != 0) return true;
  const auto next = next_.find(slot);
  return next != next_.end() && next->second <= last;
}

bool State::IsDead(Slot slot, Slot last) const {
  const std::shared_lock lock(mutex_);
  return IsDeadLocked(slot, last);
}

void State::RemoveDead(SlotSet& set, Slot last) const {
  const std::shared_lock lock(mutex_);
  if (dead_.empty() || set.empty()) return;
  std::vector<Slot> gone;
  set.ForEach([&](Slot slot) {
    if (DeadNow(slot) && IsDeadLocked(slot, last)) gone.push_back(slot);
  });
  if (!gone.empty()) set.Subtract(SlotSet::FromList(std::move(gone)));
}

Slot State::RootOf(Slot slot) const {
  const std::shared_lock lock(mutex_);
  const auto found = root_.find(slot);
  return found == root_.end() ? slot : found->second;
}

std::vector<Slot> State::RootsOf(const SlotSet& set) const {
  const std::shared_lock lock(mutex_);
  std::vector<Slot> roots;
  roots.reserve(set.size());
  set.ForEach([&](Slot slot) {
    const auto found = root_.find(slot);
    roots.push_back(found == root_.end() ? slot : found->second);
  });
  std::sort(roots.begin(), roots.end());
  return roots;
}

SlotSet State::SlotsOf(const std::vector<Slot>& roots, Slot last) const {
  const std::shared_lock lock(mutex_);
  std::vector<Slot> slots;
  for (Slot slot : roots) {
    if (slot > last) continue;
    while (DeadNow(slot)) {
      const auto next = next_.find(slot);
      if (next == next_.end() || next->second > last) break;
      slot = next->second;
    }
    if (!IsDeadLocked(slot, last)) slots.push_back(slot);
  }
  return SlotSet::FromList(std::move(slots));
}

namespace {
Moment ToMoment(const Statement& row) {
  return {static_cast<uint64_t>(row.Integer(0)), Instant{row.Integer(1)}, static_cast<Slot>(row.Integer(2))};
}
}  // namespace

Result<Moment> ReadNewestMoment(Database& database) {
  QX_TRY(Statement* statement, database.Cached("SELECT t, at, last_slot FROM moment ORDER BY t DESC LIMIT 1"));
  const Resetter resetter(*statement);
  QX_TRY(const bool row, statement->Step());
  return row ? ToMoment(*statement) : Moment{};
}

Result<Moment> ReadMoment(Database& database, uint64_t t) {
  if (t == 0) return Moment{};
  QX_TRY(Statement* statement, database.Cached("SELECT t, at, last_slot FROM moment WHERE t = ?1"));
  const Resetter resetter(*statement);
  statement->Integer(1, static_cast<int64_t>(t));
  QX_TRY(const bool row, statement->Step());
  if (!row) return NotFound("no-such-t", "There is no such state of the record yet.", "记录还没有这个时点的状态。");
  return ToMoment(*statement);
}

}  // namespace qianxian::store::sqlite
