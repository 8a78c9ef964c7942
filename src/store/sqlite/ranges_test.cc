// Every range is compared with asking every value.
#include "store/sqlite/ranges.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/ids.h"
#include "search/parameters.h"
#include "store/contract/contract.h"
#include "store/sqlite/aliases.h"
#include "store/sqlite/index_rows.h"

namespace qianxian::store::sqlite {
namespace {

using search::Prefix;
constexpr Prefix kPrefixes[] = {Prefix::kEq, Prefix::kNe, Prefix::kGt, Prefix::kLt, Prefix::kGe,
                                Prefix::kLe, Prefix::kSa, Prefix::kEb, Prefix::kAp};

TEST(DateRanges, HoldEveryValueThatMeetsAndOnlyCertainOnesAreCertain) {
  for (Prefix prefix : kPrefixes) {
    for (int64_t widest : {int64_t{1}, int64_t{3}, int64_t{7}, INT64_MAX}) {
      for (const auto& [query_low, query_high] : {std::pair<int64_t, int64_t>{10, 11}, {10, 15}, {0, 30}}) {
        const auto ranges = DateRanges(prefix, query_low, query_high, widest);
        for (int64_t low = -5; low <= 40; ++low) {
          for (int64_t width = 1; width <= std::min<int64_t>(widest, 12); ++width) {
            const bool meets = MeetsDate(prefix, query_low, query_high, low, low + width);
            bool in = false;
            bool certain = false;
            for (const Range& range : ranges) {
              in = in || (low >= range.from && low <= range.to);
              certain = certain || (low >= range.certain_from && low <= range.certain_to);
            }
            if (meets) {
              EXPECT_TRUE(in) << static_cast<int>(prefix) << " " << low << "+" << width;
            }
            if (certain && widest != INT64_MAX) {
              EXPECT_TRUE(meets) << static_cast<int>(prefix) << " " << low << "+" << width << " widest " << widest;
            }
          }
        }
      }
    }
  }
}

TEST(DateTest, SeveralComparisonsAreWalkedAtOnce) {
  const auto value_of = [](Prefix prefix, int64_t low, int64_t high) {
    search::QueryValue value;
    value.prefix = prefix, value.date_low = low, value.date_high = high;
    return value;
  };
  for (Prefix first : kPrefixes) {
    for (Prefix second : kPrefixes) {
      const search::QueryValue a = value_of(first, 10, 15), b = value_of(second, 12, 25);
      const DateTest test({&a, &b});
      for (int64_t low = -5; low <= 40; ++low) {
        for (int64_t width = 1; width <= 7; ++width) {
          const bool meets = MeetsDate(first, 10, 15, low, low + width) && MeetsDate(second, 12, 25, low, low + width);
          ASSERT_EQ(test.Meets(low, low + width), meets);
          int in = 0, certain = 0;
          for (const Range& range : test.Ranges(7)) {
            in += low >= range.from && low <= range.to;
            certain += low >= range.certain_from && low <= range.certain_to;
          }
          EXPECT_LE(in, 1) << "twice";
          if (meets) EXPECT_EQ(in, 1) << static_cast<int>(first) << " " << static_cast<int>(second) << " " << low << "+" << width;
          if (certain) EXPECT_TRUE(meets) << static_cast<int>(first) << " " << static_cast<int>(second) << " " << low << "+" << width;
        }
      }
    }
  }
}

TEST(FixedWidthStretches, AreExact) {
  for (Prefix prefix : kPrefixes) {
    for (int64_t width : {1, 4}) {
      for (const auto& [query_low, query_high] : {std::pair<int64_t, int64_t>{10, 11}, {10, 20}}) {
        for (int64_t low = -5; low <= 40; ++low) {
          bool in = false;
          for (const Stretch& stretch : FixedWidthStretches(prefix, query_low, query_high, width)) {
            in = in || (low >= stretch.from && low <= stretch.to);
          }
          EXPECT_EQ(in, MeetsDate(prefix, query_low, query_high, low, low + width)) << static_cast<int>(prefix) << " " << low;
        }
      }
    }
  }
}

TEST(NumberRanges, AreExactForPoints) {
  for (Prefix prefix : kPrefixes) {
    const NumberQuery query{9, 12, 10};
    for (int64_t value = 0; value < 20; ++value) {
      bool in = false;
      for (const Range& range : NumberRanges(prefix, query)) in = in || (value >= range.from && value <= range.to);
      EXPECT_EQ(in, MeetsNumber(prefix, query, value, value)) << static_cast<int>(prefix) << " " << value;
    }
  }
}

TEST(OrderedNumber, SortsAsNumbersDo) {
  const double infinity = std::numeric_limits<double>::infinity();
  const double numbers[] = {-infinity, -1e300, -2.5, -1, -1e-300, 0, 1e-300, 0.1, 1, 1.5, 1e300, infinity};
  for (size_t i = 1; i < std::size(numbers); ++i) {
    EXPECT_LT(OrderedNumber(numbers[i - 1]), OrderedNumber(numbers[i])) << numbers[i];
  }
  EXPECT_EQ(OrderedNumber(-0.0), OrderedNumber(0.0));
  SeededRandom random(3);
  for (int i = 0; i < 10'000; ++i) {
    const double a = (random.NextUnit() - 0.5) * std::pow(10, static_cast<double>(random.NextBelow(40)) - 20);
    const double b = (random.NextUnit() - 0.5) * std::pow(10, static_cast<double>(random.NextBelow(40)) - 20);
    EXPECT_EQ(a < b, OrderedNumber(a) < OrderedNumber(b));
  }
}

TEST(Months, BeginWhereTheyBegin) {
  for (int64_t day = -720'000; day < 2'932'896; day += 13) {
    const int64_t value = MonthValue(day * kDay + 5);
    if (value < kFirstMonth || value > kLastMonth) continue;
    EXPECT_LE(MonthBegin(value), day * kDay);
    EXPECT_GT(MonthBegin(value + 1), day * kDay);
    EXPECT_EQ(MonthValue(MonthBegin(value)), value);
    EXPECT_EQ(MonthValue(MonthBegin(value) - 1), value - 1);
  }
  EXPECT_LE(MonthValue(INT64_MIN), kFirstMonth);
  EXPECT_GE(MonthValue(INT64_MAX), kLastMonth);
}

TEST(CutText, CutsBetweenCharacters) {
  EXPECT_EQ(CutText("abc"), "abc");
  std::string text(kTextBytes - 1, 'a');
  text += "中文";
  EXPECT_EQ(CutText(text), std::string(kTextBytes - 1, 'a'));
}

TEST(IndexRows, FormsOfATokenAndNothingTwice) {
  search::IndexEntry entry;
  entry.parameter = 7;
  entry.kind = search::ParameterKind::kToken;
  entry.system = "s";
  entry.code = "c";
  IndexRows rows;
  const Aliases aliases(R4Parameters());
  AppendIndexRows({entry, entry}, aliases, rows);
  ASSERT_EQ(rows.postings.size(), 4u);
  const auto has = [&](int64_t value) {
    return std::any_of(rows.postings.begin(), rows.postings.end(),
                       [&](const IndexRows::Posting& posting) { return posting.parameter == 7 && posting.value == value; });
  };
  EXPECT_TRUE(has(kPresent));
  EXPECT_TRUE(has(TokenValue("s", "c")));
  EXPECT_TRUE(has(TokenCodeValue("c")));
  EXPECT_TRUE(has(TokenSystemValue("s")));
  EXPECT_NE(TokenValue("ab", "c"), TokenValue("a", "bc"));
  EXPECT_NE(TokenCodeValue("x"), TokenSystemValue("x"));
}

TEST(Aliases, UnionsAreKeptUnderTheirParts) {
  const search::Parameters& parameters = R4Parameters();
  const Aliases aliases(parameters);
  const auto bases = [&](const char* type, const char* code) {
    std::vector<std::string> codes;
    for (const uint16_t base : aliases.Bases(parameters.Find(type, code)->number)) codes.push_back(parameters.At(base).code);
    std::sort(codes.begin(), codes.end());
    return codes;
  };
  using Codes = std::vector<std::string>;
  EXPECT_EQ(bases("Observation", "combo-code"), (Codes{"code", "component-code"}));
  EXPECT_EQ(bases("Observation", "combo-code-value-quantity"), (Codes{"code-value-quantity", "component-code-value-quantity"}));
  EXPECT_EQ(bases("Observation", "combo-value-quantity"), (Codes{"component-value-quantity", "value-quantity"}));
  EXPECT_EQ(bases("Observation", "code"), Codes{"code"});
  EXPECT_EQ(bases("Observation", "subject"), Codes{"subject"});
  EXPECT_EQ(bases("Patient", "gender"), Codes{"gender"});
  EXPECT_EQ(bases("Patient", "phonetic").size(), 1u);
  EXPECT_NE(bases("Patient", "phonetic"), bases("Patient", "name")) << "it keeps how the name sounds";
  for (uint16_t number = 1; number <= parameters.size(); ++number) {
    ASSERT_FALSE(aliases.Bases(number).empty());
    for (const uint16_t base : aliases.Bases(number)) EXPECT_TRUE(aliases.IsKept(base)) << parameters.At(number).code;
  }
}

TEST(Buckets, AreStretchesOfNumbersInOrder) {
  SeededRandom random(12);
  std::vector<double> numbers = {0, 1, -1, 5, 5.4, 120, 1e-300, -1e-300, 1e300, -1e300, std::numeric_limits<double>::infinity(),
                                 -std::numeric_limits<double>::infinity()};
  for (int i = 0; i < 2'000; ++i) {
    numbers.push_back((random.NextBelow(2) ? 1 : -1) * std::ldexp(1 + static_cast<double>(random.NextBelow(1'000)) / 1'000,
                                                                   static_cast<int>(random.NextBelow(200)) - 100));
  }
  std::sort(numbers.begin(), numbers.end());
  int64_t last = 0;
  for (const double number : numbers) {
    const int64_t ordered = OrderedNumber(number);
    const int64_t bucket = BucketOf(ordered);
    ASSERT_GE(bucket, last) << number;
    ASSERT_LT(bucket, kBuckets);
    EXPECT_LE(BucketBegin(bucket), ordered) << number;
    if (bucket + 1 < kBuckets) EXPECT_GT(BucketBegin(bucket + 1), ordered) << number;
    last = bucket;
  }
  EXPECT_EQ(BucketOf(INT64_MIN), 0);
  EXPECT_EQ(BucketOf(INT64_MAX), kBuckets - 1);
  EXPECT_EQ(BucketBegin(0), INT64_MIN);
  EXPECT_NE(BucketOf(OrderedNumber(100)), BucketOf(OrderedNumber(107))) << "fine enough to leave out most of what does not meet";
  // Lists of different units, and of "has it at all", are different lists; hashes lie above.
  EXPECT_GT(BucketValue(0, 0), kPresent);
  EXPECT_GT(BucketValue(1, 0), BucketValue(0, kBuckets - 1));
  EXPECT_LT(BucketValue(INT32_MAX, kBuckets - 1), TokenCodeValue("x"));
}

}  // namespace
}  // namespace qianxian::store::sqlite
