// Evaluator: comparisons of dates, by lists of months and days where these say it and span by span at their edges.
#include <algorithm>

#include "search/clauses.h"
#include "search/parameters.h"
#include "store/sqlite/evaluator.h"
#include "store/sqlite/ranges.h"

namespace qianxian::store::sqlite {
namespace {
constexpr size_t kFewSeveral = 200;           // more than so many with several spans: ask the index once for each comparison
}  // namespace

bool MayBeTogether(const search::Clause& clause, const Aliases& aliases) {
  return clause.kind == search::Clause::Kind::kValues && clause.parameter && clause.parameter->kind == search::ParameterKind::kDate &&
         clause.parameter->role == search::Parameter::Role::kOrdinary && clause.modifier == search::Modifier::kNone &&
         clause.values.size() == 1 && !search::IsText(clause) && !search::IsUnequal(clause) && aliases.Bases(clause.parameter->number).size() == 1;
}

Status Evaluator::DateRow(int32_t parameter, int64_t coding, int32_t width, int64_t from, int64_t to,
                          const DateTest& test, SlotSetBuilder& out) {
  if (from > to) return Ok();
  return index_.ForEachSpan(parameter, coding, width, from, to, [&](const IndexReader::Span& span) {
    if (test.Meets(span.low, span.high)) out.Add(span.slot);
    return true;
  });
}

Status Evaluator::Date(int32_t parameter, int64_t coding, const DateTest& test, SlotSetBuilder& out) {
  for (int32_t width = 0; width < kWidths; ++width) {
    for (const Range& range : test.Ranges(kWidestOf[width])) {
      if (width != 0 || coding != 0) {   // months are kept of the short spans of plain dates
        QX_DO(DateRow(parameter, coding, width, range.from, range.to, test, out));
        continue;
      }
      QX_DO(DateLists(parameter, range, test, true, out));
    }
  }
  return Ok();
}

Status Evaluator::DateLists(int32_t parameter, const Range& range, const DateTest& test, bool months, SlotSetBuilder& out) {
  // Whole months (days) come from their lists; only the edges are read value by value, or by day where days have lists.
  const auto number = months ? MonthValue : DayValue;
  const auto begin_of = months ? MonthBegin : DayBegin;
  const int64_t earliest = months ? kFirstMonth : kFirstDay + 1, latest = months ? kLastMonth : kLastDay - 1;
  const auto whole = [&](int64_t from, int64_t to) {   // months [first, second) lie wholly in [from, to]
    int64_t first = std::max(number(from), earliest);
    if (begin_of(first) < from) ++first;
    int64_t end = std::min(number(to), latest);
    if (to < INT64_MAX && begin_of(end + 1) - 1 <= to) ++end;
    return std::pair(first, std::max(first, end));
  };
  const bool finer = months && engine_.aliases.ByDay(static_cast<uint16_t>(parameter));
  const auto edge = [&](int64_t from, int64_t to) -> Status {
    if (!finer || from > to) return DateRow(parameter, 0, 0, from, to, test, out);
    return DateLists(parameter, {from, to, std::max(from, range.certain_from), std::min(to, range.certain_to)}, test, false, out);
  };
  const auto [first, end] = whole(range.from, range.to);
  if (range.certain_from > range.certain_to || first >= end) return edge(range.from, range.to);
  auto [certain_first, certain_end] = whole(range.certain_from, range.certain_to);
  if (certain_first >= certain_end) certain_first = certain_end = std::clamp(certain_first, first, end);
  QX_DO(edge(range.from, begin_of(first) - 1));
  QX_DO(edge(begin_of(end), range.to));
  if (certain_first < certain_end) QX_DO(index_.PostingRange(parameter, certain_first, certain_end - 1, out));
  for (int64_t month = first; month < end; ++month) {
    if (month == certain_first && certain_first < certain_end) month = certain_end;
    if (month >= end) break;
    // Partly certain. If what is not certain of it meets the comparison too, its list will do.
    const int64_t begin = begin_of(month);
    const int64_t last = begin_of(month + 1) - 1;
    if (finer) {
      QX_DO(edge(begin, last));
      continue;
    }
    bool all = true;
    for (const auto& [from, to] : {std::pair(begin, std::min(last, range.certain_from - 1)),
                                   std::pair(std::max(begin, range.certain_to + 1), last)}) {
      if (from > to) continue;
      QX_DO(index_.ForEachSpan(parameter, 0, 0, from, to, [&](const IndexReader::Span& span) {
        all = test.Meets(span.low, span.high);
        return all;
      }));
    }
    if (all) {
      QX_DO(index_.Posting(parameter, month, out));
    } else {
      QX_DO(DateRow(parameter, 0, 0, begin, last, test, out));
    }
  }
  return Ok();
}

// One walk between two dates instead of everything after the one and everything before the other. Whoever has several spans of the
// parameter may meet each comparison with another of them: these few are judged by their bodies.
Result<Hits> Evaluator::Together(const std::string& type, const std::vector<const search::Clause*>& clauses) {
  std::vector<const search::QueryValue*> values;
  for (const search::Clause* clause : clauses) values.push_back(&clause->values[0]);
  const uint16_t base = engine_.aliases.Bases(clauses[0]->parameter->number)[0];
  SlotSetBuilder out(moment_.last);
  QX_DO(Date(base, 0, DateTest(std::move(values)), out));
  Hits hits{out.Finish(), true};
  QX_TRY(SlotSet several, index_.Posting(base, kSeveral));
  QX_DO(CutDown(type, several));
  for (const search::Clause* clause : clauses) {
    if (several.empty()) return hits;
    if (several.size() <= kFewSeveral) {
      QX_TRY(several, VerifyAll(several, *clause));
    } else {
      QX_TRY(const Hits meeting, Values(type, *clause));
      several.IntersectWith(meeting.set);
    }
  }
  hits.set.UnionWith(several);
  return hits;
}

}  // namespace qianxian::store::sqlite
