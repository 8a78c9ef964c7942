#include "metrics/text_writer.h"

#include <charconv>
#include <cmath>
#include <cstdint>

#include "base/check.h"
#include "base/text.h"

namespace qianxian::metrics {
namespace {

bool IsName(std::string_view name) {
  if (name.empty()) return false;
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (!letter && !(i > 0 && c >= '0' && c <= '9')) return false;
  }
  return true;
}

// In a label's value also the quote is escaped, in a help text it is not.
void AppendEscaped(std::string& out, std::string_view text, bool quotes) {
  for (char c : text) {
    if (c == '\\') out += "\\\\";
    else if (c == '\n') out += "\\n";
    else if (c == '"' && quotes) out += "\\\"";
    else out += c;
  }
}

std::string NumberText(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char text[64];
  const auto end = value == std::floor(value) && std::fabs(value) < 9.0e15
                       ? std::to_chars(text, text + sizeof text, static_cast<int64_t>(value))
                       : std::to_chars(text, text + sizeof text, value, std::fabs(value) > 1e-9 && std::fabs(value) < 1e15 ? std::chars_format::fixed : std::chars_format::scientific);
  return std::string(text, end.ptr);
}

}  // namespace

void TextWriter::Counter(std::string_view name, std::string_view help) {
  QX_CHECK(EndsWith(name, "_total"), "a counter's name ends with _total");
  Family(name, "counter", help);
}
void TextWriter::Gauge(std::string_view name, std::string_view help) { Family(name, "gauge", help); }
void TextWriter::Histogram(std::string_view name, std::string_view help) { Family(name, "histogram", help); }

void TextWriter::Family(std::string_view name, std::string_view type, std::string_view help) {
  QX_CHECK(IsName(name), "no name of a metric: " + std::string(name));
  name_ = name;
  type_ = type;
  text_ += "# HELP " + name_ + " ";
  AppendEscaped(text_, help, false);
  text_ += "\n# TYPE " + name_ + " " + type_ + "\n";
}

void TextWriter::Line(std::string_view suffix, const Labels& labels, std::string_view value) {
  text_ += name_;
  text_ += suffix;
  for (size_t i = 0; i < labels.size(); ++i) {
    QX_CHECK(IsName(labels[i].first), "no name of a label: " + std::string(labels[i].first));
    text_ += i == 0 ? '{' : ',';
    text_ += labels[i].first;
    text_ += "=\"";
    AppendEscaped(text_, labels[i].second, true);
    text_ += '"';
  }
  if (!labels.empty()) text_ += '}';
  text_ += ' ';
  text_ += value;
  text_ += '\n';
}

void TextWriter::Sample(const Labels& labels, double value) {
  QX_CHECK(type_ == "counter" || type_ == "gauge", "a histogram wants a reading");
  Line("", labels, NumberText(value));
}

void TextWriter::Sample(const Labels& labels, const LatencyHistogram::Reading& reading) {
  QX_CHECK(type_ == "histogram", "no histogram was opened");
  uint64_t count = 0;
  for (size_t i = 0; i < LatencyHistogram::kBuckets; ++i) {
    count += reading.buckets[i];
    const bool last = i + 1 == LatencyHistogram::kBuckets;
    const std::string bound = last ? "+Inf" : NumberText(static_cast<double>(LatencyHistogram::kBoundsNanoseconds[i]) / 1e9);
    Labels with = labels;
    with.emplace_back("le", bound);
    Line("_bucket", with, std::to_string(count));
  }
  Line("_sum", labels, NumberText(static_cast<double>(reading.nanoseconds) / 1e9));
  Line("_count", labels, std::to_string(count));
}

}  // namespace qianxian::metrics
