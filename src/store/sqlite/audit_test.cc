// Notes of reads that wait to be written: in order, bounded, and no read without its note.
#include "store/sqlite/audit.h"

#include <gtest/gtest.h>

#include <future>

#include "base/limits.h"

namespace qianxian::store::sqlite {
namespace {

AuditRecord Note(size_t number) {
  AuditRecord record;
  record.rows = number;
  return record;
}

void Fill(AuditQueue& queue) {
  for (size_t i = 0; i < limits::kAuditWaiting; ++i) ASSERT_TRUE(queue.Add(Note(i)).ok()) << i;
}

TEST(AuditQueue, RefusesWhenItIsFullAndNobodyTakesThemAway) {
  AuditQueue queue(std::chrono::milliseconds(0));
  EXPECT_TRUE(queue.empty());
  Fill(queue);
  const Status full = queue.Add(Note(7));
  ASSERT_FALSE(full.ok());
  EXPECT_EQ(full.error().code, "audit-full");
  EXPECT_EQ(full.error().category, ErrorCategory::kUnavailable);
  EXPECT_FALSE(full.error().zh.empty());
  EXPECT_EQ(queue.Take().size(), limits::kAuditWaiting);
  EXPECT_TRUE(queue.Add(Note(8)).ok());
  EXPECT_EQ(queue.Take().at(0).rows, 8u);
}

TEST(AuditQueue, WaitsForRoom) {
  AuditQueue queue(std::chrono::hours(1));
  Fill(queue);
  auto added = std::async(std::launch::async, [&] { return queue.Add(Note(1)).ok(); });
  size_t taken = queue.Take().size();
  EXPECT_TRUE(added.get());
  taken += queue.Take().size();
  EXPECT_EQ(taken, limits::kAuditWaiting + 1);
}

TEST(AuditQueue, WhatCouldNotBeWrittenComesFirstAgain) {
  AuditQueue queue;
  ASSERT_TRUE(queue.Add(Note(1)).ok());
  auto records = queue.Take();
  ASSERT_TRUE(queue.Add(Note(2)).ok());
  queue.PutBack(std::move(records));
  records = queue.Take();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].rows, 1u);
  EXPECT_EQ(records[1].rows, 2u);
}

}  // namespace
}  // namespace qianxian::store::sqlite
