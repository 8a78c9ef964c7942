// Metrics as text for Prometheus and whatever else reads its format. A family is opened once, with its help and type; its
// samples follow at once. Names are the field's: _total for counters, base units last (_seconds, _bytes).
// Threads: one a writer. Failures: none; a name that cannot be one is a bug (QX_CHECK).
// Source: https://prometheus.io/docs/instrumenting/exposition_formats/ (text format 0.0.4)
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/counters.h"

namespace qianxian::metrics {

inline constexpr std::string_view kTextContentType = "text/plain; version=0.0.4; charset=utf-8";

using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

class TextWriter {
 public:
  void Counter(std::string_view name, std::string_view help);
  void Gauge(std::string_view name, std::string_view help);
  void Histogram(std::string_view name, std::string_view help);

  // Of the family that was opened last.
  void Sample(const Labels& labels, double value);
  void Sample(double value) { Sample({}, value); }
  void Sample(const Labels& labels, const LatencyHistogram::Reading& reading);   // in seconds

  std::string Take() { return std::move(text_); }

 private:
  void Family(std::string_view name, std::string_view type, std::string_view help);
  void Line(std::string_view suffix, const Labels& labels, std::string_view value);

  std::string text_, name_, type_;
};

}  // namespace qianxian::metrics
