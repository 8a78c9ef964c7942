#include "gap/complete.h"

#include <algorithm>

#include "base/text.h"
#include "gap/months.h"

namespace qianxian::gap {

namespace {
constexpr size_t kUsualMonths = 12;
constexpr int kLongestMonth = 31;
constexpr int kQuietDays = 3;              // a year may begin with a holiday

int DaysOf(int month) { return SpanPeriod(month, month).last.day; }

// A quarter of the values is not above (or, from the other end, not below) it.
int Quartile(std::vector<int> days, bool lower) {
  std::ranges::sort(days);
  const size_t quarter = (days.size() - 1) / 4;
  return days[lower ? quarter : days.size() - 1 - quarter];
}

bool EndsWhole(const std::vector<MonthDays>& months) {
  const MonthDays& newest = months.back();
  const int length = DaysOf(newest.month);
  std::vector<int> usual;
  for (size_t i = months.size() - 1; i-- > 0 && usual.size() < kUsualMonths;)
    usual.push_back(months[i].last_day >= DaysOf(months[i].month) ? kLongestMonth : months[i].last_day);
  return newest.last_day >= std::min(length, usual.empty() ? length : Quartile(std::move(usual), true));
}

bool BeginsWhole(const std::vector<MonthDays>& months) {
  std::vector<int> usual;
  for (size_t i = 1; i < months.size() && usual.size() < kUsualMonths; ++i) usual.push_back(months[i].first_day);
  return months.front().first_day <= std::max(kQuietDays, usual.empty() ? 1 : Quartile(std::move(usual), false));
}

constexpr const char* kSettlementDays =
    "SELECT insured_county, CAST(extract(year FROM enddate) * 12 + extract(month FROM enddate) - 1 AS BIGINT) AS month, "
    "CAST(min(extract(day FROM enddate)) AS BIGINT), CAST(max(extract(day FROM enddate)) AS BIGINT) FROM settlement "
    "WHERE enddate <= $1 AND insured_county IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2";
constexpr const char* kFirstPageDays =
    "SELECT org, CAST(extract(year FROM discharged_on) * 12 + extract(month FROM discharged_on) - 1 AS BIGINT) AS month, "
    "CAST(min(extract(day FROM discharged_on)) AS BIGINT), CAST(max(extract(day FROM discharged_on)) AS BIGINT) FROM discharge "
    "WHERE discharged_on <= $1 AND org IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2";

// The answer as a text to be kept with the tables: "subject TAB first TAB last" a line, and an end mark, so that none at all is an answer.
std::string AsText(const std::map<std::string, Span>& spans) {
  std::string text;
  for (const auto& [subject, span] : spans)
    text += subject + "\t" + std::to_string(span.first) + "\t" + std::to_string(span.last) + "\n";
  return text + ".";
}

bool FromText(std::string_view text, std::map<std::string, Span>& spans) {
  if (!text.ends_with('.')) return false;
  for (const std::string_view line : Split(text.substr(0, text.size() - 1), '\n')) {
    if (line.empty()) continue;
    const std::vector<std::string_view> parts = Split(line, '\t');
    int64_t first = 0, last = 0;
    if (parts.size() != 3 || !ParseInteger(parts[1], first) || !ParseInteger(parts[2], last)) return false;
    spans[std::string(parts[0])] = {static_cast<int>(first), static_cast<int>(last)};
  }
  return true;
}

template <typename Map>
int NewestOf(const Map& spans) {
  return std::ranges::max_element(spans, {}, [](const auto& entry) { return entry.second.last; })->second.last;
}
}  // namespace

std::optional<Span> WholeMonths(const std::vector<MonthDays>& months) {
  if (months.empty()) return std::nullopt;
  const size_t first = BeginsWhole(months) ? 0 : 1, end = months.size() - (EndsWhole(months) ? 0 : 1);
  if (first >= end) return std::nullopt;
  return Span{months[first].month, months[end - 1].month};
}

std::vector<Complete::Source> Complete::SourcesOf(const pack::Measure& measure) {
  std::vector<Source> sources;
  const std::map<std::string, std::string>& read = tables_.ReadBy(measure.cases_sql);
  if (read.contains("settlement")) sources.push_back(Source::kSettlements);
  if (read.contains("discharge")) sources.push_back(Source::kFirstPages);
  return sources;
}

Result<const Complete::Spans*> Complete::Read(Source source) {
  if (const auto known = spans_.find(source); known != spans_.end()) return &known->second;
  Spans spans;
  const bool settlements = source == Source::kSettlements;
  const std::string table = settlements ? "settlement" : "discharge";
  std::string key = "gap-months|" + table + "|" + today_.ToString();
  for (const auto& [name, hash] : tables_.ReadBy(table)) key += "|" + hash;      // another pack may read dates otherwise
  const uint64_t as_of = warehouse_.as_of();
  if (!FromText(warehouse_.CachedAnswer(key, as_of), spans)) {
    spans.clear();
    QX_TRY(const columns::Rows rows, warehouse_.Query(settlements ? kSettlementDays : kFirstPageDays,
                                                      {columns::Parameter::Date(today_.ToDays())}, nullptr));
    std::map<std::string, std::vector<MonthDays>> months;
    for (const std::vector<columns::Cell>& row : rows.rows)
      months[row[0].text].push_back({static_cast<int>(row[1].integer), static_cast<int>(row[2].integer), static_cast<int>(row[3].integer)});
    for (const auto& [subject, days] : months)
      if (const std::optional<Span> span = WholeMonths(days)) spans[subject] = *span;
    if (warehouse_.as_of() == as_of) warehouse_.KeepAnswer(key, as_of, AsText(spans));
  }
  return &spans_.emplace(source, std::move(spans)).first->second;
}

std::optional<Span> Complete::ByCalendar(bool with_sheets) const {
  const int over = MonthOf(today_) - 1;
  if (!with_sheets) return Span{0, over};
  if (!data_) return std::nullopt;
  return Span{MonthOf(data_->first), std::min(over, MonthOf(data_->last))};
}

Result<std::optional<Span>> Complete::OfSource(Source source, const pack::Measure& measure, const std::string& subject) {
  QX_TRY(const Spans* spans, Read(source));
  if (spans->empty()) return std::optional<Span>();
  // The bureau sends the settlements of a whole county, also of what they say of a hospital; a hospital sends its own first pages.
  const bool of_county = measure.subject == "county";
  if (!of_county || source == Source::kSettlements) {
    const auto found = spans->find(of_county || source == Source::kFirstPages ? subject : warehouse_.county());
    return found == spans->end() ? std::optional<Span>() : std::optional(found->second);
  }
  const int newest = NewestOf(*spans);
  Span all{0, newest};
  for (const auto& [hospital, span] : *spans) {
    if (span.last < newest - kStillSendsMonths) continue;
    all = {std::max(all.first, span.first), std::min(all.last, span.last)};
  }
  return all.first > all.last ? std::optional<Span>() : std::optional(all);
}

Result<std::optional<Span>> Complete::Of(const pack::Measure& measure, const std::string& subject) {
  if (measure.subject == "unit") return ByCalendar(false);
  const std::vector<Source> sources = SourcesOf(measure);
  if (sources.empty()) return ByCalendar(true);
  std::optional<Span> all;
  for (const Source source : sources) {
    QX_TRY(const std::optional<Span> span, OfSource(source, measure, subject));
    if (!span) return std::optional<Span>();
    all = all ? Span{std::max(all->first, span->first), std::min(all->last, span->last)} : *span;
  }
  return all->first > all->last ? std::optional<Span>() : all;
}

Result<std::optional<int>> Complete::Newest(const pack::Measure& measure) {
  const std::vector<Source> sources = SourcesOf(measure);
  if (measure.subject == "unit" || sources.empty()) {
    const std::optional<Span> span = ByCalendar(measure.subject != "unit");
    return span ? std::optional(span->last) : std::nullopt;
  }
  std::optional<int> newest;
  for (const Source source : sources) {
    QX_TRY(const Spans* spans, Read(source));
    if (spans->empty()) return std::optional<int>();
    newest = std::min(newest.value_or(NewestOf(*spans)), NewestOf(*spans));
  }
  return newest;
}

}  // namespace qianxian::gap
