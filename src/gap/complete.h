// Which months of a source are whole. Half a month says nothing of a month: a hospital that has sent its first pages up to
// the 15th is judged by the month before.
//
// A month of a source is whole when a later month has begun in it, or when its newest day with rows comes as late in the month
// as this source's months use to end: the lower quartile of the last twelve, where a month that had rows on its last day counts as the
// 31st. So a source with rows every day must reach the month's last day, and one whose rows are dated by the 12th of each month must
// reach the 12th. The first month is judged the same way from its beginning (its first three days may be quiet). Rows dated after today
// count for nothing.
//
// Sources: settlements (by enddate, for each insured county) and first pages (by CYSJ, for each hospital). A county's measure over first
// pages needs every hospital that still sends; who is more than three months behind the newest no longer does. A unit measure (what is
// done for people) goes by the calendar: its last month is the one that is over. What reads neither source ends with the newest month
// of the sheets that is over. Threads: one. Failures: as Warehouse::Query.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "gap/definition.h"
#include "warehouse/warehouse.h"

namespace qianxian::gap {

struct MonthDays {                         // a month of a source: its first and last day of the month with rows
  int month = 0;
  int first_day = 0, last_day = 0;
};

struct Span { int first = 0, last = 0; };  // whole months, both included

std::optional<Span> WholeMonths(const std::vector<MonthDays>& months);    // ascending; none: no whole month

class Complete {
 public:
  Complete(warehouse::Warehouse& warehouse, Tables& tables, const Date& today, std::optional<Period> data)
      : warehouse_(warehouse), tables_(tables), today_(today), data_(std::move(data)) {}

  // None: the subject has no whole month.
  Result<std::optional<Span>> Of(const pack::Measure& measure, const std::string& subject);
  // The newest whole month of any subject of the measure.
  Result<std::optional<int>> Newest(const pack::Measure& measure);

  // A subject whose newest whole month is farther behind the newest of all does not send any more.
  static constexpr int kStillSendsMonths = 3;

 private:
  enum class Source { kSettlements, kFirstPages };
  using Spans = std::map<std::string, Span>;
  std::vector<Source> SourcesOf(const pack::Measure& measure);
  Result<const Spans*> Read(Source source);
  Result<std::optional<Span>> OfSource(Source source, const pack::Measure& measure, const std::string& subject);
  std::optional<Span> ByCalendar(bool with_sheets) const;

  warehouse::Warehouse& warehouse_;
  Tables& tables_;
  Date today_;
  std::optional<Period> data_;
  std::map<Source, Spans> spans_;
};

}  // namespace qianxian::gap
